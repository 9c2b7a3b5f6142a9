"""Every step of a series at full width: peak memory, and CPU time per slice, each step in a process of its own.

    python benchmarks/tomography_steps.py                     # 16 and 40 slices of 3077 x 3077, one block of raw frames
    python benchmarks/tomography_steps.py --quick             # 16 and 24 slices of 1024 x 1024, 301 angles
    python benchmarks/tomography_steps.py --growth            # memory alone: 24 and 72 slices, two and four scans
    python benchmarks/tomography_steps.py --folder DIR        # where the series stand meanwhile (20 GB at full size)

A series is run step by step: each process adds one step to the plan, finds the earlier ones done, makes its own, and tells
its peak (`ru_maxrss`, Python and all libraries included). The phantom is the cell of the registration benchmark, drawn when
it is read, in two scans: the second moved, tilted, and with other grains. Axis, volume and the reconstruction that takes up a
motion start from raw frames: one block of eight slices with the angles of a real scan. All other steps start from volumes on
disk; they run on two numbers of slices, and the growth of the peak from the fewer to the more is printed.

With `--growth` nothing moved between the scans and grains are few, so that the repeated noise compresses to little on disk;
memory does not see that. Steps that exist once per scan or per pair then run for several of them in one process.

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
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from tomography_registration import ELECTROLYTE, NOISE, PIXEL, Phantom, scans
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

BLOCK = 8
TILE = 64
"""Voxels after which the noise of a slice repeats along x and y."""


def empty_scan(rows: int, columns: int, number: int, level: bool) -> xr.Dataset:
    """A scan whose frames nobody reads, each with its own number of them; its attributes say what the volume holds."""
    return made_scan(31 + number, rows, columns).assign_attrs(number=number, level=level)


def no_line_integrals(scan: xr.Dataset, rows: tuple[int, int], options: Any) -> xr.Dataset:
    """The rows asked for, without numbers."""
    record = xr.Dataset(
        {"line_integral": (("row", "angle", "column"), np.zeros((rows[1] - rows[0], 2, 1), np.float32))},
        coords={"row": np.arange(*rows)},
    )
    sizes = {"rows": int(scan.sizes["row"]), "columns": int(scan.sizes["column"])}
    return record.assign_attrs(**sizes, number=scan.attrs["number"], level=scan.attrs["level"])


@cache
def phantom_of(shape: tuple[int, int, int], number: int, level: bool) -> Phantom:
    """The cell of a scan without noise: the first, or as all later ones found it."""
    turn, shift = (np.eye(3), np.zeros(3)) if level else (rotation_matrix(np.array(TURN)), np.array(SHIFT))
    phantom = scans(shape, turn, shift, 5)[min(number, 1)]
    return replace(phantom, noise=0.0, balls=phantom.balls[::20] if level else phantom.balls)


def drawn(record: xr.Dataset, axis_column: float, options: Any) -> xr.Dataset:
    """Slices of the phantom in place of a reconstruction; odd projections have noise of their own beside it."""
    shape = (int(record.attrs["rows"]), int(record.attrs["columns"]), int(record.attrs["columns"]))
    number = int(record.attrs["number"])
    phantom = phantom_of(shape, number, bool(record.attrs["level"]))
    rows = [int(row) for row in record["row"]]
    values = phantom.rows(rows[0], rows[-1] + 1)
    repeats = [-(-size // TILE) for size in shape[1:]]
    for place, row in enumerate(rows):
        for half in range(2 if record.sizes["angle"] == 1 else 1):
            tile = np.random.default_rng([77, number, row, half]).standard_normal((TILE, TILE), np.float32)
            values[place] += np.tile(NOISE * tile, repeats)[: shape[1], : shape[2]]
    return label(xr.Dataset({"attenuation": (("z", "y", "x"), values)}), "volume")


def stored_plan(rows: int, columns: int, count: int = 2, level: bool = False) -> SeriesPlan:
    """All steps, on volumes that are drawn."""
    names = [f"scan_{number}" for number in range(count)]
    steps = [step for step in standard_steps() if step.name not in ("axis", "volume", "registration")]
    place = next(k for k, step in enumerate(steps) if step.name == "profile")
    steps.insert(place, FindInterface(options={"electrolyte_attenuation": ELECTROLYTE}))
    return SeriesPlan(
        scans={name: partial(empty_scan, rows, columns, number, level) for number, name in enumerate(names)},
        line_integrals=no_line_integrals,
        reconstruct=drawn,
        steps=(
            FindAxis(columns=dict.fromkeys(names, 0.5 * (columns - 1))),
            ReconstructScans(),
            RegisterScans(register=no_motion) if level else RegisterScans(),
            *steps,
            MeasureContact(metal_attenuation=MATERIALS["Na"]),
            ClassifyPairs(materials=MATERIALS),
            FindCracks(electrolyte_attenuation=ELECTROLYTE),
            CheckConservation(
                areal_capacities={name: 1800.0 * (name != names[0]) for name in names}, options={"energy": "45 keV"}
            ),
        ),
    )


def known_motion(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Any) -> xr.Dataset:
    """A registration that is given: the shift, and a turn about the axis without tilt."""
    return given_motion(scan, SHIFT, TURN[0])


def no_motion(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Any) -> xr.Dataset:
    """A registration that says that nothing moved."""
    return given_motion(scan, (0.0, 0.0, 0.0), 0.0)


def given_motion(scan: str, shift: tuple[float, float, float], turn: float) -> xr.Dataset:
    """A registration of one scan: voxels along z, y, x and a turn about z, with small errors."""
    values = {
        "shift": (("scan", "component"), [np.array(shift) * PIXEL]),
        "rotation": (("scan", "component"), [[turn, 0.0, 0.0]]),
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
        scans={name: partial(made_scan, angles, BLOCK, columns) for name in ("first", "second")},
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


def child(words: list[str]) -> None:
    """Run a plan up to a step in this process and print what it cost as JSON."""
    warnings.simplefilter("ignore")
    kind, (first, second, scans_, level, count), folder = words[0], (int(word) for word in words[1:6]), words[6]
    plan = raw_plan(first, second) if kind == "raw" else stored_plan(first, second, scans_, bool(level))
    cpu, wall = time.process_time(), time.perf_counter()
    result = run_series(only(plan, count), folder)
    told = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "failures": {key: one.message for key, one in result.failures.items()},
    }
    print(json.dumps(told))


def in_child(words: list[str]) -> dict[str, Any]:
    """One step in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--child", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} broke:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for key, message in told["failures"].items():
        print(f"  {key} failed: {message}")
    return told


def measured(
    kind: str, first: int, second: int, names: list[str], folder: Path, count: int = 2, level: bool = False
) -> dict[str, dict[str, Any]]:
    """Cost of each step of a plan by name: (rows or angles, columns); the steps before it are found done."""
    words = [str(int(number)) for number in (first, second, count, level)]
    return {name: in_child([kind, *words, str(place + 1), str(folder)]) for place, name in enumerate(names)}


def growth(columns: int, base: Path | None) -> None:
    """Peak memory of each step for more slices and for more scans."""
    names = [step.name for step in stored_plan(8, columns).steps]
    peaks = []
    for rows, count in ((24, 2), (72, 2), (24, 4)):
        with tempfile.TemporaryDirectory(dir=base) as folder:
            costs = measured("stored", rows, columns, names, Path(folder) / "stored", count, level=True)
        peaks.append({name: cost["peak"] for name, cost in costs.items()})
        told = ", ".join(f"{name} {cost['cpu']:.0f} s" for name, cost in costs.items())
        print(f"{rows} slices of {count} scans, CPU time: {told}", flush=True)
    for name in names:
        few, tall, many = (one[name] for one in peaks)
        print(
            f"step {name}: peak memory, 24 and 72 slices of two scans, 24 of four  {few:.2f}, {tall:.2f}, {many:.2f} GB"
        )
        print(f"step {name}: largest peak memory  {max(few, tall, many):.2f} GB (target <= {LIMIT:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a third of the width, a tenth of the angles")
    parser.add_argument("--growth", action="store_true", help="memory alone, for more slices and more scans")
    parser.add_argument("--folder", type=Path, help="where the series stand meanwhile")
    parser.add_argument("--child", nargs=7, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child)
        return
    columns, angles, short, tall = (1024, 301, 16, 24) if given.quick else (3077, 3001, 16, 40)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "zarr", "finufft"))
    print(f"Python {platform.python_version()}, {packages}; {columns} columns, {angles} angles, one worker, CPU time")
    if given.growth:
        growth(columns, given.folder)
        return
    job: dict[str, tuple[float, int]] = {}
    names = [step.name for step in raw_plan(angles, columns).steps]
    with tempfile.TemporaryDirectory(dir=given.folder) as base:
        for name, cost in measured("raw", angles, columns, names, Path(base) / "raw").items():
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
            costs[rows] = measured("stored", rows, columns, names, Path(base) / "stored")
    for name in names:
        if name in ("axis", "volume"):
            continue
        low, high = costs[short][name], costs[tall][name]
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
