"""One scan from raw frames to a volume, as a series of one scan: it can be killed and goes on where it stopped."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.sources import Estimate, Trust
from alkanode.io.volumes import write_ome_zarr, write_tiff
from alkanode.plot.tomography import slices
from alkanode.studies.part import Part, Table
from alkanode.studies.tomography.commands.axis import GIVEN, LOOKED_AT, consensus, keep_curves, part_of_axis
from alkanode.studies.tomography.commands.scan_choice import ScanChoice
from alkanode.studies.wording import shown
from alkanode.tomography.corrections import Corrections
from alkanode.tomography.reconstruction import Reconstruction
from alkanode.tomography.series import FindAxis, ReconstructScans, SeriesPlan, SeriesResult, run_series


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeChoice:
    """How a scan becomes a volume.

    Attributes
    ----------
    corrections, reconstruction
        Options of both stages.
    axis_column
        Known detector column of the axis; searched for when absent.
    search
        First and last column tried; the middle half of the detector when absent.
    tolerance
        Pixels by which methods may differ about the axis.
    rows
        First and last-plus-one detector row; all when absent.
    halves
        Also keep what odd and even projections say apart: noise is measured from it, here and in differences.
    block_rows
        Slices made at once by one worker; the result does not depend on it.
    """

    corrections: Corrections = field(default_factory=Corrections)
    reconstruction: Reconstruction = field(default_factory=Reconstruction)
    axis_column: float | None = None
    search: tuple[float, float] | None = None
    tolerance: float = 1.0
    rows: tuple[int, int] | None = None
    halves: bool = True
    block_rows: int = 8


def reconstruction_part(
    scan: ScanChoice,
    folder: Path,
    choice: VolumeChoice,
    *,
    workers: int = 1,
    tiff: Path | None = None,
    ome_zarr: Path | None = None,
    progress: Progress | None = None,
) -> Part:
    """Reconstruct a scan into a folder, or go on where an earlier run stopped.

    Parameters
    ----------
    scan
        Which scan.
    folder
        Holds ``manifest.json`` and ``scans/NAME`` with the axis and the volume (zarr), block by block.
    choice
        How.
    workers
        Blocks made at once; the result does not depend on it.
    tiff, ome_zarr
        The finished volume for other programs.
    progress
        Told after each block.

    Returns
    -------
    Part
        Axis, noise, a picture of the middle slice; ``missing`` says what could not be made and why. What was made
        before stays in the folder.

    Raises
    ------
    AlkanodeError
        When the scan cannot be read, its pixel size is unknown, or the folder cannot be written.
    """
    known = scan.open()
    if "pixel_size" not in known.variables:
        raise SchemaError(
            "a volume in 1/m needs the pixel size", found=f"none in {scan.path.name}", todo="Give --pixel-size '1.3 um'"
        )
    rows = int(known.sizes["row"])
    if choice.rows is not None and not 0 <= choice.rows[0] < min(choice.rows[1], rows):
        raise PhysicsError(f"rows lie on the detector, 0 to {rows}", found=f"{choice.rows[0]}:{choice.rows[1]}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        result = run_series(_plan(scan, choice), folder, workers=workers, progress=progress)
    for text in dict.fromkeys(
        text for key, texts in result.doubts.items() if not key.startswith("axis/") for text in texts
    ):
        warnings.warn(text, DataQualityWarning, stacklevel=2)
    return _part(result, scan.name, tiff=tiff, ome_zarr=ome_zarr, progress=progress)


def _plan(scan: ScanChoice, choice: VolumeChoice) -> SeriesPlan:
    known = {} if choice.axis_column is None else {scan.name: choice.axis_column}
    options = {"search": choice.search, "tolerance_pixels": choice.tolerance, "row_count": LOOKED_AT}
    return SeriesPlan(
        scans={scan.name: scan.opener()},
        rows=choice.rows,
        block_rows=choice.block_rows,
        corrections=choice.corrections,
        reconstruction=choice.reconstruction,
        steps=(
            FindAxis(columns=known, rows=LOOKED_AT, options=options, find=keep_curves),
            ReconstructScans(halves=choice.halves),
        ),
    )


def _part(
    result: SeriesResult, name: str, *, tiff: Path | None, ome_zarr: Path | None, progress: Progress | None
) -> Part:
    missing = {key: failure.message for key, failure in result.failures.items() if failure.kind != "waits"}
    axis = part_of_axis(*_axis(result, name)) if result.has("axis", name) else None
    if not result.has("volume", name):
        found = axis or Part(name="reconstruction", title="")
        if "the consensus on the axis" in found.missing:
            missing.pop(f"volume/{name}", None)
            missing["the volume"] = found.missing["the consensus on the axis"]
        return Part(
            name="reconstruction",
            title=f"Reconstruction of {name}",
            details=found.details,
            records=found.records,
            figures=found.figures,
            tables=found.tables,
            missing=missing,
        )
    volume = result.volume(name)
    written = {}
    for kind, target, write in (
        ("tiff", tiff, partial(write_tiff, field="attenuation")),
        ("ome_zarr", ome_zarr, partial(write_ome_zarr, field="attenuation")),
    ):
        if target is None:
            continue
        try:
            written[kind] = str(write(volume, target, progress=progress))
        except (SchemaError, OSError) as problem:
            missing[f"the export {target}"] = str(problem)
    assert axis is not None
    noise = _noise(volume)
    return Part(
        name="reconstruction",
        title=f"Reconstruction of {name}",
        estimates={**axis.estimates, **noise},
        details={
            **axis.details,
            "shape": [int(volume.sizes[dim]) for dim in "zyx"],
            "voxel_size_m": float(volume["x"][1] - volume["x"][0]),
            "volume": result.path("volume", name).relative_to(result.folder).as_posix(),
            "repaired": _repaired(result, name),
            "fingerprint": result.manifest["scans"][name].get("fingerprint", ""),
            "exported": written,
        },
        records=axis.records,
        figures={**axis.figures, "middle_slice": slices(volume, names=(name,), plane="xy", count=1)},
        tables={**axis.tables, "volume": _table(volume)},
        findings=(
            *axis.findings,
            "Numbers are linear attenuation coefficients. Where the sample is wider than the view they carry an offset. [computed]",
        ),
        missing=missing,
    )


def _axis(result: SeriesResult, name: str) -> tuple[xr.Dataset, Estimate]:
    record = result.open("axis", name)
    if list(record["axis_method"].to_numpy()) == [GIVEN]:
        column = float(record["axis_column"][0])
        return record, Estimate(value=column, unit="1", quantity="axis_column", label=Trust.GIVEN.value)
    return record, consensus(record)


def _repaired(result: SeriesResult, name: str) -> dict[str, int]:
    """Counts of what was repaired on the way to line integrals, over all blocks."""
    total: Counter[str] = Counter()
    for note in result.notes("volume", name):
        total.update(json.loads(str(note.get("line_integrals_repaired", "{}"))))
    return dict(total)


def _noise(volume: xr.Dataset) -> dict[str, Estimate]:
    """Noise of a voxel in the middle slice from odd and even projections, within 0.8 of the radius."""
    if "half_difference" not in volume:
        return {}
    half = volume["half_difference"].isel(z=volume.sizes["z"] // 2).to_numpy()
    y, x = (volume[dim].to_numpy() for dim in ("y", "x"))
    inside = np.hypot(y[:, None], x[None, :]) <= 0.8 * min(abs(y).max(), abs(x).max())
    values = half[inside & np.isfinite(half)]
    if values.size < 100:
        return {}
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return {
        "attenuation_noise": Estimate(
            value=spread,
            unit="m-1",
            quantity="attenuation_noise",
            label=f"{Trust.MEASURED}; standard deviation of a voxel of the middle slice, from odd against even projections, "
            "within 0.8 of the radius; rings and fringes do not show in it",
        )
    }


def _table(volume: xr.Dataset) -> Table:
    middle = volume["attenuation"].isel(z=volume.sizes["z"] // 2).to_numpy()
    low, half, high = np.nanquantile(middle, [0.01, 0.5, 0.99])
    sizes = " x ".join(str(volume.sizes[dim]) for dim in "zyx")
    voxel = float(volume["x"][1] - volume["x"][0])
    return Table(
        title="Volume",
        columns=("voxels (z, y, x)", "voxel", "1 % below", "median", "99 % below"),
        rows=((sizes, shown(voxel, "pixel_size"), *(shown(float(v), "attenuation") for v in (low, half, high))),),
    )
