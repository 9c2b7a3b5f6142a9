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
seed study (350 slices) is those times times 350: extrapolated, since nothing here is 350 slices high. Registration looks at a
bounded number of points, so that its time is counted once and not multiplied.
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
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from tomography_registration import ANODE, ELECTROLYTE, NOISE, PIXEL, scans
from tomography_series import made_scan

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.registration import FixedMaterial
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

LIMIT = 3.0
MATERIALS = {"void": 0.0, "Na": 32.0, "NaK50": 65.0, "K": 98.0}
SHIFT = (0.43, -7.37, 12.62)
TURN = (2e-3, 4e-4, -3e-4)
"""rad about z, y, x: the tilt leaves the rim half a voxel off, so that the volume is resampled."""

HEADINGS = ("first", "second")


def empty_scan(rows: int, columns: int, name: str) -> xr.Dataset:
    """A scan whose frames nobody reads; its name says what the drawn volume holds."""
    return made_scan(31, rows, columns).assign_attrs(scan_of_phantom=name)


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
    which = HEADINGS.index(record.attrs["scan_of_phantom"])
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
        scans={name: partial(empty_scan, rows, columns, name) for name in HEADINGS},
        line_integrals=no_line_integrals,
        reconstruct=drawn,
        steps=(
            FindAxis(columns=dict.fromkeys(HEADINGS, 0.5 * (columns - 1))),
            ReconstructScans(),
            RegisterScans(options={"mask": FixedMaterial(lower=0.5 * ELECTROLYTE, upper=2 * ELECTROLYTE, erode=2)}),
            *steps,
            MeasureContact(metal_attenuation=MATERIALS["Na"]),
            ClassifyPairs(materials=MATERIALS),
            FindCracks(electrolyte_attenuation=ELECTROLYTE),
            CheckConservation(areal_capacities={"first": 0.0, "second": 1800.0}),
        ),
    )


def known_motion(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Any) -> xr.Dataset:
    """A registration that is given: shift and a turn about the axis, no tilt."""
    values = {
        "shift": (("scan", "axis"), [np.array(SHIFT) * PIXEL]),
        "rotation": (("scan", "axis"), [[TURN[0], 0.0, 0.0]]),
        "shift_error": (("scan", "axis"), np.full((1, 3), 0.01 * PIXEL)),
        "rotation_error": (("scan", "axis"), np.full((1, 3), 1e-6)),
        "displacement_error": ("scan", [0.02 * PIXEL]),
        "centre": ("axis", np.zeros(3)),
    }
    return label(xr.Dataset(values, coords={"scan": [scan], "axis": ["z", "y", "x"]}), "registration")


def raw_plan(angles: int, columns: int) -> SeriesPlan:
    """Axis, volume and the reconstruction that takes up a motion, from frames, one block each."""
    axis = FindAxis(options={"methods": ("sinogram-symmetry",)}) if False else FindAxis()
    steps = (axis, ReconstructScans(), RegisterScans(register=known_motion), AlignScans())
    return SeriesPlan(scans={name: partial(made_scan, angles, 16, columns) for name in HEADINGS}, rows=(0, 8), steps=steps)
