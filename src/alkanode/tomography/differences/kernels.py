"""Compiled loops over the voxels of a slab: Gaussian smoothing, steep surroundings, most probable pair of classes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int16]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _likelihoods(
    value: float, noise: float, centres: Floats, spread: Floats, member: Places, share: Floats, far: float, out: Floats
) -> bool:
    """Likelihood of a value under each class; the last class is a mixture of any two; False when nothing is near."""
    out[:] = 0.0
    near = False
    for one in range(centres.size):
        wide = math.sqrt(noise * noise + spread[one] * spread[one])
        off = (value - centres[one]) / wide
        if abs(off) < far:
            near = True
        out[member[one]] += share[one] * math.exp(-0.5 * off * off) / (wide * 2.5066282746310002)
    low, high = centres[0], centres[-1]
    if high > low:
        scale = 1.0 / (noise * 1.4142135623730951)
        out[-1] = 0.5 * (math.erf((value - low) * scale) - math.erf((value - high) * scale)) / (high - low)
        if low < value < high:
            near = True
    return near


@njit(cache=True, nogil=True)
def most_probable(
    before: Floats32,
    after: Floats32,
    factor: Floats32,
    noise_before: float,
    noise_after: float,
    centres: Floats,
    spread: Floats,
    member: Places,
    share: Floats,
    prior: Floats,
    far: float,
    transition: Codes,
    probability: Floats32,
) -> None:
    """Most probable pair of classes and its probability, in place.

    All volumes flat, shape (voxel,), attenuation in 1/m; both noises are multiplied by ``factor`` (voxel,); ``centres``, ``spread``, ``member``, ``share`` (material,),
    centres rising; ``prior`` (class, class), the last class being mixed. ``transition`` holds voxels to skip as -1 on
    entry, and on return -1 also where neither a class nor a mixture is within ``far`` standard deviations.
    """
    classes = prior.shape[0]
    first = np.empty(classes)
    second = np.empty(classes)
    for voxel in range(before.size):
        if transition[voxel] < 0:
            continue
        known = _likelihoods(before[voxel], factor[voxel] * noise_before, centres, spread, member, share, far, first)
        known = known and _likelihoods(
            after[voxel], factor[voxel] * noise_after, centres, spread, member, share, far, second
        )
        best, total, place = 0.0, 0.0, -1
        if known:
            for one in range(classes):
                for other in range(classes):
                    weight = prior[one, other] * first[one] * second[other]
                    total += weight
                    if weight > best:
                        best = weight
                        place = one * classes + other
        transition[voxel] = place
        probability[voxel] = best / total if total > 0.0 else 0.0


@njit(cache=True, nogil=True)
def gaussian_slices(padded: Floats32 | Flags, taps: Floats32, first: int, out: Floats32) -> None:
    """Smooth some slices of a slab along z, y and x, in place into ``out``.

    ``padded`` (z, y, x) holds the slices to smooth, from ``first`` on, and their halo; ``taps`` (distance,) the kernel
    from its middle outwards, summing to 1 over both sides. Beyond the ends the last voxel is repeated. Each voxel is
    summed in one order, so the result does not depend on how the volume is cut. Flags are smoothed as 0 and 1.
    """
    depth, height, width = padded.shape
    reach = taps.size - 1
    level = np.empty((height, width), np.float32)
    line = np.empty(width + 2 * reach, np.float32)
    for place in range(out.shape[0]):
        here = first + place
        for y in range(height):
            for x in range(width):
                level[y, x] = taps[0] * np.float32(padded[here, y, x])
            for k in range(1, reach + 1):
                below, above = max(here - k, 0), min(here + k, depth - 1)
                for x in range(width):
                    level[y, x] += taps[k] * (np.float32(padded[below, y, x]) + np.float32(padded[above, y, x]))
        for y in range(height):
            for x in range(width):
                line[reach + x] = taps[0] * level[y, x]
            for k in range(1, reach + 1):
                below, above = max(y - k, 0), min(y + k, height - 1)
                for x in range(width):
                    line[reach + x] += taps[k] * (level[below, x] + level[above, x])
            for k in range(reach):
                line[k] = line[reach]
                line[reach + width + k] = line[reach + width - 1]
            for x in range(width):
                out[place, y, x] = taps[0] * line[reach + x]
            for k in range(1, reach + 1):
                for x in range(width):
                    out[place, y, x] += taps[k] * (line[reach + x - k] + line[reach + x + k])


@njit(cache=True, nogil=True)
def mark_steep(below: Floats32, here: Floats32, above: Floats32, reach: int, limit: float, marked: Flags) -> None:
    """Mark voxels (y, x) that differ from those ``reach`` away along an axis, or these from each other, by more than ``limit``.

    ``below`` and ``above`` are the slices ``reach`` away along z.
    """
    height, width = here.shape
    for y in range(height):
        up, down = max(y - reach, 0), min(y + reach, height - 1)
        for x in range(width):
            left, right = max(x - reach, 0), min(x + reach, width - 1)
            middle = here[y, x]
            for one, other in (
                (below[y, x], above[y, x]),
                (here[up, x], here[down, x]),
                (here[y, left], here[y, right]),
            ):
                if max(one, other, middle) - min(one, other, middle) > limit:
                    marked[y, x] = True
