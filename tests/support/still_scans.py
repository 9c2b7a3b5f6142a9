"""Scans of a cell at rest or with grains, as small volumes: counting noise, rings of the flats, a face that is nowhere twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import ndimage, special
from synthetic_volumes import LIQUID, halves_of, mean_of, volume_of

CERAMIC = 990.0
FACE = 12.0
"""Slice at which the electrolyte ends."""

COUNTING = 28.0
"""1/m of a voxel of one scan, as of 2e4 counts and 3001 projections behind a hann filter."""

RINGS = 70.0
"""1/m at one voxel from the axis, before smoothing; it falls with the root of the distance. Smoothed, noise near the axis
is three times that of halves, as two scans of one virtual cell show."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A grain: place and radius in voxels, and its contrast in 1/m."""

    place: tuple[float, float, float]
    radius: float
    contrast: float


def rings(shape: tuple[int, int, int], seed: int, strength: float = RINGS) -> np.ndarray:
    """Noise that is constant along circles and falls with the root of the distance."""
    random = np.random.default_rng(seed)
    y, x = (np.arange(n) - 0.5 * (n - 1) for n in shape[1:])
    away = np.hypot(y[:, None], x[None, :])
    lines = random.standard_normal((shape[0], int(away.max()) + 2))
    values = np.stack([np.interp(away, np.arange(line.size), line) for line in lines])
    return (strength / np.sqrt(np.maximum(away, 1.0)) * values).astype(np.float32)


def truth_of(shape: tuple[int, int, int], balls: Sequence[Ball] = (), face: float = FACE) -> np.ndarray:
    """Electrolyte below a blurred face, liquid above, and grains in it, each voxel divided in 27."""
    z = np.arange(shape[0], dtype=float)
    below = special.ndtr((face - z) / 0.7)
    values = np.broadcast_to((LIQUID + (CERAMIC - LIQUID) * below)[:, None, None], shape).copy()
    for ball in balls:
        reach = int(np.ceil(ball.radius)) + 1
        box = tuple(
            slice(max(round(c) - reach, 0), min(round(c) + reach + 1, n))
            for c, n in zip(ball.place, shape, strict=True)
        )
        fine = [
            (np.arange(3 * (one.stop - one.start)) - 1) / 3 + one.start - c
            for one, c in zip(box, ball.place, strict=True)
        ]
        inside = fine[0][:, None, None] ** 2 + fine[1][:, None] ** 2 + fine[2] ** 2 <= ball.radius**2
        size = [one.stop - one.start for one in box]
        values[box] += ball.contrast * inside.reshape(size[0], 3, size[1], 3, size[2], 3).mean(axis=(1, 3, 5))
    return ndimage.gaussian_filter(values, 0.6).astype(np.float32)


def scan_of(
    truth: np.ndarray, seed: int, *, strength: float = RINGS
) -> tuple[xr.Dataset, tuple[xr.Dataset, xr.Dataset]]:
    """Volume and halves: counting noise is apart in the halves, rings are alike in both."""
    halves = halves_of(truth, COUNTING, seed)
    ring = rings(truth.shape, 10_000 + seed, strength)
    whole = volume_of(mean_of(halves)["attenuation"].to_numpy() + ring)
    return whole, halves
