"""Exact sinograms of discs, for tests of reconstruction."""

from __future__ import annotations

import numpy as np
import xarray as xr

PIXEL = 1.3e-6

# y, x, radius (pixels from the axis), attenuation per pixel
DISCS = (
    (0.0, 0.0, 50.0, 0.010),
    (12.3, -20.4, 9.0, 0.006),
    (-18.0, 7.5, 14.2, -0.004),
    (5.0, 28.0, 5.5, 0.008),
    (-30.0, -12.0, 3.0, 0.01),
)


def half_turn(views: int) -> np.ndarray:
    """Angles over 180 degrees, the last one left out."""
    return np.arange(views) * np.pi / views


def sinogram(angles, columns: int = 128, axis: float | None = None, discs=DISCS) -> np.ndarray:
    """(angle, column) line integrals, averaged over each detector pixel."""
    axis = 0.5 * (columns - 1) if axis is None else axis
    column = np.arange(columns) - axis
    views = np.zeros((len(angles), columns))
    for y, x, radius, value in discs:
        distance = column[None, :] - (x * np.cos(angles) + y * np.sin(angles))[:, None]
        views += value * (_area(distance + 0.5, radius) - _area(distance - 0.5, radius))
    return views.astype(np.float32)


def _area(t, radius):
    t = np.clip(t, -radius, radius)
    return t * np.sqrt(radius**2 - t**2) + radius**2 * np.arcsin(t / radius)


def picture(size: int = 128, discs=DISCS, parts: int = 8) -> np.ndarray:
    """(y, x) attenuation per pixel, averaged over each voxel."""
    fine = (np.arange(size * parts) + 0.5) / parts - 0.5 * size
    whole = np.zeros((size * parts, size * parts))
    for y, x, radius, value in discs:
        whole += value * (np.hypot(fine[:, None] - y, fine[None, :] - x) <= radius)
    return whole.reshape(size, parts, size, parts).mean(axis=(1, 3))


def record(rows, angles, pixel_size: float | None = PIXEL) -> xr.Dataset:
    """A record of line integrals from (row, angle, column)."""
    fields = {"line_integral": (("row", "angle", "column"), np.asarray(rows)), "rotation_angle": ("angle", angles)}
    if pixel_size is not None:
        fields["pixel_size"] = ((), pixel_size)
    return xr.Dataset(fields)


def counted(views, counts: float, seed: int) -> np.ndarray:
    """Line integrals with the noise of counted quanta."""
    random = np.random.default_rng(seed)
    return -np.log(np.maximum(random.poisson(counts * np.exp(-views)), 1) / counts).astype(np.float32)
