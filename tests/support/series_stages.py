"""Small scans, and stages that are quick and exact, for tests of the engine of a series."""

from __future__ import annotations

import errno
import os
import time
import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, ReaderError
from alkanode.foundation.sources import Estimate
from alkanode.tomography.series import FindAxis, ReconstructScans, SeriesPlan

PIXEL = 2e-6


def made_scan(seed: int, rows: int = 20, columns: int = 12, angles: int = 6) -> xr.Dataset:
    """Frames of random counts with two flats and two darks; never the same for two seeds."""
    rng = np.random.default_rng(seed)
    frames = angles + 4
    counts = rng.integers(2000, 9000, size=(frames, rows, columns)).astype(np.uint16)
    key = np.array([1, 2] + [0] * angles + [2, 1])
    counts[key == 1] = 10_000
    counts[key == 2] = 100
    angle = np.full(frames, np.nan)
    angle[key == 0] = np.arange(angles) * np.pi / angles
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts),
                "image_key": ("frame", key),
                "rotation_angle": ("frame", angle),
                "time": ("frame", 1000.0 * seed + np.arange(frames)),
                "pixel_size": PIXEL,
                "photon_energy": 7.2e-15,
            }
        ),
        "projections",
    )


def broken_scan() -> xr.Dataset:
    """A scan whose file cannot be read."""
    raise ReaderError("scan.nxs must be readable", found="a file cut off after 12 bytes")


def line_integrals(scan: xr.Dataset, rows: tuple[int, int], options: Mapping[str, Any] | None) -> xr.Dataset:
    """Minus the logarithm of the transmission; ``options`` may slow it down, doubt or fail."""
    options = options or {}
    time.sleep(options.get("sleep", 0.0))
    if "log" in options:
        with Path(options["log"]).open("a", encoding="utf-8") as log:
            log.write(f"{float(scan['time'][0]):.0f} {rows[0]} {rows[1]}\n")
    part = scan.isel(row=slice(*rows))
    counts, key = part["counts"].to_numpy().astype(np.float64), part["image_key"].to_numpy()
    flat, dark = counts[key == 1].mean(axis=0), counts[key == 2].mean(axis=0)
    integral = -np.log((counts[key == 0] - dark) / (flat - dark)) * options.get("gain", 1.0)
    if options.get("doubt"):
        warnings.warn("one pixel was replaced", DataQualityWarning, stacklevel=2)
    if rows == options.get("fails_at"):
        raise PhysicsError("line integrals need light", found=f"none in rows {rows}")
    if rows == options.get("full_at"):
        raise OSError(errno.ENOSPC, "No space left on device")
    if rows == options.get("dies_at"):
        os._exit(9)
    return label(
        xr.Dataset(
            {
                "line_integral": (("row", "angle", "column"), integral.transpose(1, 0, 2).astype(np.float32)),
                "rotation_angle": ("angle", part["rotation_angle"].to_numpy()[key == 0]),
                "pixel_size": scan["pixel_size"],
            },
            coords={"row": np.arange(*rows)},
            attrs={"replaced_pixels": int(rows[1] - rows[0])},
        ),
        "line_integrals",
    )


def reconstruct(record: xr.Dataset, axis_column: float, options: Mapping[str, Any] | None) -> xr.Dataset:
    """Smear every view back along y, moved by the axis: a slice that depends on its own row, exactly."""
    views = record["line_integral"].to_numpy()
    slices = np.einsum(
        "rac,ay->ryc", views, np.linspace(1.0, 2.0, views.shape[1] * views.shape[2]).reshape(views.shape[1:])
    )
    middle = (np.arange(views.shape[2]) - 0.5 * (views.shape[2] - 1)) * PIXEL
    return label(
        xr.Dataset(
            {"attenuation": (("z", "y", "x"), (slices * (1.0 + axis_column)).astype(np.float32))},
            coords={"z": record["row"].to_numpy() * PIXEL, "y": middle, "x": middle},
        ),
        "volume",
    )


def find_axis(record: xr.Dataset, options: Mapping[str, Any]) -> tuple[xr.Dataset, Estimate]:
    """The middle of the detector, moved a little by what the rows hold."""
    column = 5.5 + float(record["line_integral"].mean()) * 1e-3 + options.get("offset", 0.0)
    if options.get("refuse"):
        raise PhysicsError("the methods agree within 1 pixel", found="columns 5.2 and 9.8")
    found = xr.Dataset(
        {
            "axis_column": ("axis_method", [column]),
            "standard_error": ("axis_method", [0.1]),
            "usable": ("axis_method", [True]),
            "candidate": (("axis_method", "trial"), [[4.0, 5.5]]),
            "score": (("axis_method", "trial"), [[0.0, 1.0]]),
        },
        coords={"axis_method": ["made"]},
        attrs={"settings": {"rows": record.sizes["row"], "search": None}},
    )
    return found, Estimate(value=column, unit="1", quantity="axis_column", label="computed", interval=(5.0, 6.0))


def plan_of(seeds: Mapping[str, int], **options: Any) -> SeriesPlan:
    """Axis and volumes of made scans, with the stages of this file."""
    settings: dict[str, Any] = {
        "scans": {name: partial(made_scan, seed) for name, seed in seeds.items()},
        "block_rows": 4,
        "steps": (FindAxis(find=find_axis, rows=3), ReconstructScans(halves=False)),
        "line_integrals": line_integrals,
        "reconstruct": reconstruct,
    }
    return SeriesPlan(**{**settings, **options})


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of numbers of a series (chunks and metadata of volumes), by relative path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".zarr" in str(file.relative_to(folder))
    }
