"""Volumes as OME-Zarr 0.5: several resolutions, chunked, with the voxel size; scans follow one another in time.

Layout and metadata follow the OME-Zarr specification 0.5 (zarr format 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
import zarr

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.io.volumes.voxels import Voxels, voxels_of

_SMALLEST = 64
_CHUNK = 64


def write_ome_zarr(
    records: xr.Dataset | Sequence[xr.Dataset],
    path: str | Path,
    *,
    field: str | None = None,
    times: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write one volume, or several of one grid as a series in time, as OME-Zarr.

    Parameters
    ----------
    records
        Records on voxels of one grid; may be lazy, one slab of 64 slices is in memory at a time.
    path
        Folder to make, for example ``pristine.ome.zarr``. It must not exist.
    field
        Which field, see :func:`alkanode.io.volumes.voxels.voxels_of`.
    times
        Time of each record in s, in even steps where a viewer is to show it; without them a viewer counts scans.
    progress
        Told of every slab.

    Returns
    -------
    Path
        The folder. Axes (t, z, y, x); attenuation in 1/cm; each further level halves the resolution (means of 8
        voxels) until a side is below 64.

    Raises
    ------
    SchemaError
        When the folder exists, the grids differ, or the voxel size is not known.
    """
    listed = [records] if isinstance(records, xr.Dataset) else list(records)
    voxels = [voxels_of(record, field) for record in listed]
    target = Path(path)
    if target.exists():
        raise SchemaError("an export needs a folder that does not exist yet", found=str(target), todo="Remove it first")
    if not voxels or len({(one.field, one.values.shape, one.size) for one in voxels}) > 1:
        raise SchemaError(
            "volumes of one series have one field and one grid",
            found="; ".join(f"{one.field} {one.values.shape}" for one in voxels) or "no volume",
        )
    if times is not None and len(times) != len(voxels):
        raise SchemaError("one time per volume is needed", found=f"{len(times)} times, {len(voxels)} volumes")
    first = voxels[0]
    partial = target.with_name(target.name + ".part")
    group = zarr.open_group(partial, mode="w", zarr_format=3)
    shapes = _shapes(first.values.shape)
    levels = [
        group.create_array(
            str(level),
            shape=(len(voxels), *shape),
            chunks=(1, *(min(_CHUNK, side) for side in shape)),
            dtype="float32",
            dimension_names=("t", "z", "y", "x"),
        )
        for level, shape in enumerate(shapes)
    ]
    report = progress or NoProgress()
    for t, one in enumerate(voxels):
        _write(one, levels, t, report, len(voxels))
    group.attrs["ome"] = _metadata(first, len(shapes), target.name, _interval(times))
    partial.rename(target)
    return target


def _shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    shapes = [shape]
    while max(shapes[-1]) >= 2 * _SMALLEST and min(shapes[-1]) >= 2:
        shapes.append(tuple(-(-side // 2) for side in shapes[-1]))
    return shapes


def _write(one: Voxels, levels: list[Any], t: int, report: Progress, scans: int) -> None:
    """Slabs that every level can halve without reading back: as thick as the coarsest step."""
    depth = one.values.shape[0]
    slab = max(_CHUNK, 2 ** (len(levels) - 1))
    scale = 0.01 if one.values.dtype.kind == "f" else 1.0
    for start in range(0, depth, slab):
        block = scale * one.values.isel(z=slice(start, start + slab)).to_numpy().astype(np.float32)
        at = start
        for level in levels:
            level[t, at : at + block.shape[0]] = block
            block, at = _halved(block), at // 2
        report.update(t * depth + min(start + slab, depth), scans * depth, "OME-Zarr")


def _halved(block: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Means over 2 x 2 x 2 voxels; a last odd voxel is repeated."""
    padded = np.pad(block, [(0, side % 2) for side in block.shape], mode="edge")
    z, y, x = (side // 2 for side in padded.shape)
    return np.asarray(padded.reshape(z, 2, y, 2, x, 2).mean(axis=(1, 3, 5)), np.float32)


def _interval(times: Sequence[float] | None) -> float | None:
    if times is None or len(times) < 2:
        return None
    steps = np.diff(np.asarray(times, float))
    return float(steps.mean()) if np.ptp(steps) < 0.05 * float(steps.mean()) else None


def _metadata(first: Voxels, levels: int, name: str, interval: float | None) -> dict[str, Any]:
    datasets = []
    for level in range(levels):
        factor = 2**level
        scale = [interval or 1.0, *(1e6 * factor * step for step in first.size)]
        # the centre of a coarse voxel lies between those of the fine ones
        shift = [0.0, *(1e6 * (o + 0.5 * (factor - 1) * s) for o, s in zip(first.origin, first.size, strict=True))]
        datasets.append(
            {
                "path": str(level),
                "coordinateTransformations": [
                    {"type": "scale", "scale": scale},
                    {"type": "translation", "translation": shift},
                ],
            }
        )
    time_axis: dict[str, str] = {"name": "t", "type": "time"}
    if interval is not None:
        time_axis["unit"] = "second"
    return {
        "version": "0.5",
        "multiscales": [
            {
                "name": f"{name.removesuffix('.ome.zarr')} {first.field}",
                "axes": [time_axis, *({"name": a, "type": "space", "unit": "micrometer"} for a in "zyx")],
                "datasets": datasets,
                "type": "mean",
            }
        ],
    }
