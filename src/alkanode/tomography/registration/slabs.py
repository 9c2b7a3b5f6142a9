"""A volume read slab by slab: binned as a whole, or block by block at full resolution.

Nothing here holds more of a lazily opened volume than one slab, what was binned, and the blocks that were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

Volume = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Bins = tuple[int, int, int]
Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
SLAB_VOXELS = 2**26
"""Voxels of a slab at most, where a slab of eight rows allows it."""


def slab_rows(field: xr.DataArray, step: int = 1) -> int:
    """Rows of a slab: a multiple of ``step`` and of the stored chunks, within the bound on voxels."""
    chunks = field.encoding.get("chunks") or field.encoding.get("chunksizes")
    unit = int(np.lcm(step, int(chunks[0]))) if chunks else max(step, 8)
    unit = unit if unit % step == 0 else unit * step
    return unit * max(1, SLAB_VOXELS // (unit * field.shape[1] * field.shape[2]))


def read_slab(field: xr.DataArray, start: int, stop: int) -> Volume:
    """Rows of a field as float32; missing values stay NaN."""
    return np.asarray(field.isel({field.dims[0]: slice(start, stop)}).to_numpy(), dtype=np.float32)


def read_slabs(field: xr.DataArray, step: int = 1) -> Iterator[tuple[int, Volume]]:
    """First row and values of each slab."""
    rows = slab_rows(field, step)
    for start in range(0, field.shape[0], rows):
        yield start, read_slab(field, start, start + rows)


def bin_array(values: Volume | Flags, bins: Bins) -> Volume:
    """Means over boxes of voxels; what does not fill a box at the far end is left out."""
    if bins == (1, 1, 1):
        return np.asarray(values, dtype=np.float32)
    kept = [size // factor for size, factor in zip(values.shape, bins, strict=True)]
    cut = values[tuple(slice(0, count * factor) for count, factor in zip(kept, bins, strict=True))]
    total = np.zeros(kept, dtype=np.float32)
    for i in range(bins[0]):
        for j in range(bins[1]):
            for k in range(bins[2]):
                total += cut[i :: bins[0], j :: bins[1], k :: bins[2]]
    return total / np.float32(bins[0] * bins[1] * bins[2])


def bin_volume(field: xr.DataArray, bins: Bins) -> tuple[Volume, Flags]:
    """The whole volume binned, and where every voxel of a box is finite; other boxes are NaN.

    A field of flags gives the share that is set.
    """
    values = np.concatenate([bin_array(slab, bins) for _, slab in read_slabs(field, bins[0])])
    return values, np.isfinite(values)


def gather_blocks(field: xr.DataArray, boxes: Sequence[Box]) -> list[Volume]:
    """Blocks of a volume at full resolution, in one pass over the slabs that hold any of them.

    Parameters
    ----------
    field
        (z, y, x).
    boxes
        First and last index (not included) along z, y, x, inside the volume.
    """
    blocks = [np.empty([stop - start for start, stop in box], dtype=np.float32) for box in boxes]
    rows = slab_rows(field)
    for start in range(0, field.shape[0], rows):
        stop = min(start + rows, field.shape[0])
        wanted = [number for number, box in enumerate(boxes) if box[0][0] < stop and box[0][1] > start]
        if not wanted:
            continue
        slab = read_slab(field, start, stop)
        for number in wanted:
            (z0, z1), (y0, y1), (x0, x1) = boxes[number]
            first, last = max(z0, start), min(z1, stop)
            blocks[number][first - z0 : last - z0] = slab[first - start : last - start, y0:y1, x0:x1]
    return blocks
