"""Every step of a series at full width: peak memory, and CPU time per slice, each step in a process of its own.

    python benchmarks/tomography_steps.py               # 16 and 40 slices of 3077 x 3077, one block of raw frames
    python benchmarks/tomography_steps.py --quick       # 16 and 24 slices of 1024 x 1024, 301 angles
    python benchmarks/tomography_steps.py --folder DIR  # where the series stand meanwhile (30 GB at full size)

A series is run step by step: each process adds one step to the plan, finds the earlier ones done, makes its own, and tells
its peak (`ru_maxrss`, Python and all libraries included). The phantom is the cell of the registration benchmark, drawn when
it is read, in two scans: the second moved, tilted, and with other grains. Axis, volume and the reconstruction that takes up a
motion start from raw frames: one block of eight slices with the angles of a real scan. All other steps start from volumes on
disk; they run on two numbers of slices, and the growth of the peak from the fewer to the more is printed.

Times of records that are made at once (registration, grains, ...) are divided by the slices like the others. The job of the
seed study is 350 slices and is those times times 350, of maps without change and the threshold 128, which is as many as the
step takes: extrapolated, since nothing here is 350 slices high.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from tomography_registration import ELECTROLYTE, NOISE, PIXEL, scans
from tomography_series import made_scan

from alkanode.data.schema import label
from alkanode.foundation.sources import Estimate
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.rotation_axis import find_axis
from alkanode.tomography.series import (
    AlignScans,
    CheckConservation,
    ClassifyPairs,
    FindAxis,
    FindCracks,
    FindInterface,
    MeasureContact,
    ReconstructScans,
    RegisterScans,
    SeriesPlan,
    run_series,
    standard_steps,
)

JOB = 350
"""Slices of the seed study's region of interest."""

SAMPLED = {"null": 128, "threshold": 128}
"""Most slices of the steps that take a sample."""

LIMIT = 3.0
MATERIALS = {"void": 0.0, "Na": 32.0, "NaK50": 65.0, "K": 98.0}
SHIFT = (0.43, -7.37, 12.62)
TURN = (2e-3, 4e-4, -3e-4)
"""rad about z, y, x: the tilt leaves the rim half a voxel off, so that the volume is resampled."""

SCANS = ("first", "second")
BLOCK = 8


def empty_scan(rows: int, columns: int, name: str) -> xr.Dataset:
    """A scan whose frames nobody reads, each with its own number of them; its name says what the drawn volume holds."""
    return made_scan(31 + SCANS.index(name), rows, columns).assign_attrs(scan_of_phantom=name)


def no_line_integrals(scan: xr.Dataset, rows: tuple[int, int], options: Any) -> xr.Dataset:
    """The rows asked for, without numbers."""
    record = xr.Dataset(
        {"line_integral": (("row", "angle", "column"), np.zeros((rows[1] - rows[0], 2, 1), np.float32))},
        coords={"row": np.arange(*rows)},
    )
    sizes = {"rows": int(scan.sizes["row"]), "columns": int(scan.sizes["column"])}
    return record.assign_attrs(**sizes, scan_of_phantom=scan.attrs["scan_of_phantom"])


def drawn(record: xr.Dataset, axis_column: float, options: Any) -> xr.Dataset:
    """Slices of the phantom in place of a reconstruction; odd projections have noise of their own beside it."""
    shape = (int(record.attrs["rows"]), int(record.attrs["columns"]), int(record.attrs["columns"]))
    which = SCANS.index(record.attrs["scan_of_phantom"])
    phantom = scans(shape, rotation_matrix(np.array(TURN)), np.array(SHIFT), 5)[which]
    rows = [int(row) for row in record["row"]]
    values = phantom.rows(rows[0], rows[-1] + 1)
    if record.sizes["angle"] == 1:
        for place, row in enumerate(rows):
            values[place] += NOISE * np.random.default_rng([77, which, row]).standard_normal(shape[1:], np.float32)
    return label(xr.Dataset({"attenuation": (("z", "y", "x"), values)}), "volume")


def stored_plan(rows: int, columns: int) -> SeriesPlan:
    """All steps, on volumes that are drawn."""
    steps = [step for step in standard_steps() if step.name not in ("axis", "volume", "registration")]
    place = next(k for k, step in enumerate(steps) if step.name == "profile")
    steps.insert(place, FindInterface(options={"electrolyte_attenuation": ELECTROLYTE}))
    return SeriesPlan(
        scans={name: partial(empty_scan, rows, columns, name) for name in SCANS},
        line_integrals=no_line_integrals,
        reconstruct=drawn,
        steps=(
            FindAxis(columns=dict.fromkeys(SCANS, 0.5 * (columns - 1))),
            ReconstructScans(),
            RegisterScans(),
            *steps,
            MeasureContact(metal_attenuation=MATERIALS["Na"]),
            ClassifyPairs(materials=MATERIALS),
            FindCracks(electrolyte_attenuation=ELECTROLYTE),
            CheckConservation(areal_capacities={"first": 0.0, "second": 1800.0}, options={"energy": "45 keV"}),
        ),
    )


def known_motion(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Any) -> xr.Dataset:
    """A registration that is given: the shift, and a turn about the axis without tilt."""
    values = {
        "shift": (("scan", "component"), [np.array(SHIFT) * PIXEL]),
        "rotation": (("scan", "component"), [[TURN[0], 0.0, 0.0]]),
        "centre": ("component", np.zeros(3)),
        "shift_error": (("scan", "component"), np.full((1, 3), 0.01 * PIXEL)),
        "rotation_error": (("scan", "component"), np.full((1, 3), 1e-6)),
        **{name: ("scan", [1.0]) for name in ("condition_number", "displacement", "residual_before", "residual_after")},
        "displacement_error": ("scan", [0.02 * PIXEL]),
    }
    return label(xr.Dataset(values, coords={"scan": [scan], "component": ["z", "y", "x"]}), "registration")


def searched_axis(line_integrals: xr.Dataset, options: Any) -> tuple[xr.Dataset, Estimate]:
    """All methods are run; what is taken is the column of the frames, since a bare disc gives some of them nothing."""
    column = 0.5 * line_integrals.sizes["column"] - 3.2
    return find_axis(line_integrals), Estimate(value=column, unit="1", quantity="axis_column", label="given")


def raw_plan(angles: int, columns: int) -> SeriesPlan:
    """Axis, volume and the reconstruction that takes up a motion, from frames, one block each."""
    return SeriesPlan(
        scans={name: partial(made_scan, angles, BLOCK, columns) for name in SCANS},
        steps=(
            FindAxis(find=searched_axis),
            ReconstructScans(),
            RegisterScans(register=known_motion),
            AlignScans(),
        ),
    )


def only(plan: SeriesPlan, count: int) -> SeriesPlan:
    """The plan up to a step."""
    return replace(plan, steps=plan.steps[:count])


def child(plan: SeriesPlan, folder: str) -> None:
    """Run a plan in this process and print what it cost as JSON."""
    warnings.simplefilter("ignore")
    cpu, wall = time.process_time(), time.perf_counter()
    result = run_series(plan, folder)
    told = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "failures": {key: one.message for key, one in result.failures.items()},
    }
    print(json.dumps(told))


def in_child(words: list[str], folder: Path) -> dict[str, Any]:
    """One step in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", *words, str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} broke:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for key, message in told["failures"].items():
        print(f"  {key} failed: {message}")
    return told


def measured(kind: str, first: int, second: int, count: int, folder: Path) -> list[dict[str, Any]]:
    """Cost of each step of a plan: (rows or angles, columns); the steps before it are found done."""
    return [in_child([kind, str(first), str(second), str(k + 1)], folder) for k in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a third of the width, a tenth of the angles")
    parser.add_argument("--folder", type=Path, help="where the series stand meanwhile")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        kind, first, second, count = given.child[0], *(int(word) for word in given.child[1:4])
        child(only((raw_plan if kind == "raw" else stored_plan)(first, second), count), given.child[4])
        return
    columns, angles, short, tall = (1024, 301, 16, 24) if given.quick else (3077, 3001, 16, 40)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "zarr", "finufft"))
    print(f"Python {platform.python_version()}, {packages}; {columns} columns, {angles} angles, one worker, CPU time")
    job: dict[str, tuple[float, int]] = {}
    with tempfile.TemporaryDirectory(dir=given.folder) as base:
        names = [step.name for step in raw_plan(angles, columns).steps]
        for name, cost in zip(names, measured("raw", angles, columns, len(names), Path(base) / "raw"), strict=True):
            if name == "registration":
                continue
            made = 1 if name == "aligned" else 2
            told = {"aligned": "aligned by the grid"}.get(name, name)
            print(f"step {told}: peak memory  {cost['peak']:.2f} GB (target <= {LIMIT:g})")
            each = 1 if name == "axis" else BLOCK
            print(f"step {told}: CPU time per {'scan' if each == 1 else 'slice'}  {cost['cpu'] / made / each:.2f} s")
            job[told] = (cost["cpu"] / made / each, 1 if each == 1 else JOB)
    names = [step.name for step in stored_plan(short, columns).steps]
    costs = {}
    for rows in (short, tall):
        with tempfile.TemporaryDirectory(dir=given.folder) as base:
            costs[rows] = measured("stored", rows, columns, len(names), Path(base) / "stored")
    for k, name in enumerate(names):
        if name in ("axis", "volume"):
            continue
        low, high = costs[short][k], costs[tall][k]
        told = {"aligned": "aligned by resampling"}.get(name, name)
        print(f"step {told}: peak memory  {high['peak']:.2f} GB (target <= {LIMIT:g})")
        per_slice = (low["peak"] - high["peak"]) / (short - tall) * 1e3
        print(f"step {told}: growth of the peak  {per_slice:.1f} MB per slice")
        # two scans, one pair
        made = 2 if name in ("noise", "contact", "cracks") else 1
        print(f"step {told}: CPU time per slice  {high['cpu'] / made / tall:.2f} s")
        job[told] = (high["cpu"] / made / tall, min(JOB, SAMPLED.get(name, JOB)))
    total = 0.0
    for name, (seconds, times) in job.items():
        total += seconds * times if name != "aligned by resampling" else 0.0
        print(f"job of {JOB} slices, one scan: {name}  {seconds * times / 60:.1f} min  extrapolated")
    print(
        f"job of {JOB} slices, one scan: all steps, laid upon the reference by the grid  {total / 3600:.2f} h  extrapolated"
    )


if __name__ == "__main__":
    main()
