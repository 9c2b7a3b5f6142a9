"""A volume as one TIFF with its voxel size: what Fiji, AVIZO and Dragonfly open without questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.runtime import NoProgress, Progress, require
from alkanode.io.volumes.voxels import Voxels, voxels_of

_LARGEST_IMAGEJ = 3_900_000_000


def write_tiff(
    record: xr.Dataset, path: str | Path, *, field: str | None = None, progress: Progress | None = None
) -> Path:
    """Write voxels as a TIFF, slice by slice.

    Parameters
    ----------
    record
        A record on voxels; may be lazy, one slice is in memory at a time.
    path
        File to write, ``.tif`` or ``.tiff``. Below 3.9 GB it is an ImageJ stack, above a BigTIFF with OME metadata.
    field
        Which field, see :func:`alkanode.io.volumes.voxels.voxels_of`.
    progress
        Told of every slice.

    Returns
    -------
    Path
        The file written. Attenuation is stored in 1/cm as 32-bit floats, whole numbers as they are (signs as 0 lost,
        1 unchanged, 2 gained); the voxel size is in um.

    Raises
    ------
    SchemaError
        When there is no field on voxels, or their size is not known.
    MissingExtraError
        Without tifffile.
    """
    tifffile = require("tifffile", extra="tomography")
    voxels, target, report = voxels_of(record, field), Path(path), progress or NoProgress()
    shape = voxels.values.shape
    kind = _plane(voxels, 0).dtype
    big = int(np.prod(shape)) * kind.itemsize > _LARGEST_IMAGEJ
    size = [1e6 * step for step in voxels.size]
    details: dict[str, Any] = (
        {
            "axes": "ZYX",
            "PhysicalSizeX": size[2],
            "PhysicalSizeY": size[1],
            "PhysicalSizeZ": size[0],
            **{f"PhysicalSize{axis}Unit": "µm" for axis in "XYZ"},
        }
        if big
        else {"axes": "ZYX", "spacing": size[0], "unit": "um"}
    )

    def planes() -> Iterator[npt.NDArray[Any]]:
        for k in range(shape[0]):
            yield _plane(voxels, k)
            report.update(k + 1, shape[0], target.name)

    partial = target.with_name(target.name + ".part")
    with tifffile.TiffWriter(partial, bigtiff=big, imagej=not big, ome=big) as writer:
        writer.write(planes(), shape=shape, dtype=kind, resolution=(1.0 / size[2], 1.0 / size[1]), metadata=details)
    partial.replace(target)
    return target


def _plane(voxels: Voxels, k: int) -> npt.NDArray[Any]:
    """One slice in the numbers that are stored."""
    values = voxels.values.isel(z=k).to_numpy()
    if voxels.field == "sign":
        return np.asarray(values + 1, np.uint8)
    if values.dtype.kind == "f":
        return np.asarray(0.01 * values, np.float32)
    return np.asarray(values, np.uint16 if values.dtype.itemsize > 1 else np.uint8)
