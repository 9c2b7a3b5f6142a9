"""Blocks of full resolution out of volumes that are held only binned."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.tomography.registration.comparison import Patch
from alkanode.tomography.registration.informative_points import Candidates, candidates, draw_chance, draw_points
from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.pyramid import Level
from alkanode.tomography.registration.slabs import Bins, Box, Volume, gather_blocks
from alkanode.tomography.registration.voxel_grid import Floats

SPLINE_REACH = 3
"""Voxels beside a point that its value and slope, and the margin of the kernel, need."""
FULL: Bins = (1, 1, 1)


def smoothed(volume: Volume, smoothing: float) -> Volume:
    """The volume behind the Gaussian that both volumes pass."""
    from scipy.ndimage import gaussian_filter

    if smoothing == 0:
        return volume
    return np.asarray(gaussian_filter(volume, smoothing, mode="nearest", truncate=3.0), dtype=np.float32)


def block_patches(
    fixed_field: xr.DataArray,
    moving_field: xr.DataArray,
    base: Level,
    motion: Motion,
    *,
    frame: Floats,
    length: float,
    options: RegistrationOptions,
    random: np.random.Generator,
) -> list[Patch]:
    """Blocks of both volumes where the binned volume holds most about the motion, with their points.

    Parameters
    ----------
    fixed_field, moving_field
        (z, y, x), possibly lazy; read in one pass each.
    base
        The fixed volume, binned, with its usable voxels.
    motion
        Motion known from the binned levels, which tells where the blocks lie in the moving volume.
    frame
        (3,) index of the first voxel of the fixed volume in the moving one.
    length
        Voxels that make an angle a length.
    options
        Options.
    random
        Draws the blocks and the points.
    """
    origin = (np.array(base.bins) - 1) / 2
    found, information = candidates(base, origin, motion.centre, length)
    halo = SPLINE_REACH + int(np.ceil(3 * options.smoothing))
    pairs = []
    for box in _chosen(found, base, fixed_field.shape, options, random):
        wider = _widened(box, halo, fixed_field.shape)
        other = _where(wider, motion, frame, options.capture, moving_field.shape)
        if other is not None:
            pairs.append((box, wider, other))
    fixed_blocks = gather_blocks(fixed_field, [wider for _, wider, _ in pairs])
    moving_blocks = gather_blocks(moving_field, [other for _, _, other in pairs])
    count = options.points / max(len(pairs), 1)
    patches = []
    for (box, wider, other), still, moving in zip(pairs, fixed_blocks, moving_blocks, strict=True):
        fixed = smoothed(still, options.smoothing)
        start = _first(wider)
        usable = np.zeros(fixed.shape, dtype=np.bool_)
        inner = tuple(slice(a - c, b - c) for (a, b), (c, _) in zip(box, wider, strict=True))
        usable[inner] = _mask_at(base, box)
        level = Level(bins=FULL, values=fixed, usable=usable)
        if not usable.any():
            continue
        places, _ = candidates(level, start, motion.centre, length, information)
        patches.append(
            Patch(
                fixed=fixed,
                moving=smoothed(moving, options.smoothing),
                fixed_origin=start,
                moving_origin=_first(other),
                bins=FULL,
                points=draw_points(level, start, places, round(count), random),
            )
        )
    return [patch for patch in patches if patch.points.size]


def _chosen(
    found: Candidates, base: Level, shape: tuple[int, ...], options: RegistrationOptions, random: np.random.Generator
) -> list[Box]:
    """Blocks drawn with a chance proportional to their leverage."""
    pitch = np.array(found.step) * np.array(base.bins)
    number = found.index * pitch // options.block
    blocks, which = np.unique(number, axis=0, return_inverse=True)
    leverage = np.asarray(np.bincount(which.ravel(), weights=found.leverage), dtype=np.float64)
    room = (options.block + 2 * (SPLINE_REACH + options.capture)) ** 3
    count = max(1, options.block_voxels // room)
    taken = blocks[random.random(len(blocks)) < draw_chance(leverage, count)]
    return [_box(block, options.block, shape) for block in taken]


def _box(block: npt.NDArray[np.intp], edge: int, shape: tuple[int, ...]) -> Box:
    ranges = [(int(place) * edge, min((int(place) + 1) * edge, size)) for place, size in zip(block, shape, strict=True)]
    return ranges[0], ranges[1], ranges[2]


def _widened(box: Box, halo: int, shape: tuple[int, ...]) -> Box:
    ranges = [(max(start - halo, 0), min(stop + halo, size)) for (start, stop), size in zip(box, shape, strict=True)]
    return ranges[0], ranges[1], ranges[2]


def _where(box: Box, motion: Motion, frame: Floats, capture: int, shape: tuple[int, ...]) -> Box | None:
    """The box of the moving volume that holds a moved box, or None where they miss one another."""
    corners = np.array(list(product(*((start, stop - 1) for start, stop in box))), dtype=np.float64)
    moved = motion.apply(corners) + frame
    low = np.maximum(np.floor(moved.min(axis=0)) - capture, 0).astype(int)
    high = np.minimum(np.ceil(moved.max(axis=0)) + capture + 1, shape).astype(int)
    if (high - low < 1).any():
        return None
    return (int(low[0]), int(high[0])), (int(low[1]), int(high[1])), (int(low[2]), int(high[2]))


def _mask_at(base: Level, box: Box) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The usable voxels of a box, from the binned volume."""
    places = [
        np.minimum(np.arange(start, stop) // factor, size - 1)
        for (start, stop), factor, size in zip(box, base.bins, base.usable.shape, strict=True)
    ]
    return np.asarray(base.usable[np.ix_(*places)])


def _first(box: Box) -> Floats:
    return np.array([start for start, _ in box], dtype=np.float64)
