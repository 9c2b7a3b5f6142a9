"""A sample of smooth blobs whose line integrals are exact, scanned where it stands after a rigid motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.numerics.rigid import rotation_matrix

PIXEL = 1.3e-6
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Blobs:
    """Gaussian balls: places (z, y, x) in pixels from the middle of the volume, widths in pixels, heights in 1/m."""

    places: Floats
    widths: Floats
    heights: Floats

    @classmethod
    def drawn(cls, number: int, rows: int, columns: int, seed: int = 0) -> Blobs:
        rng = np.random.default_rng(seed)
        radius, angle = 0.36 * columns * np.sqrt(rng.random(number)), rng.uniform(0, 2 * np.pi, number)
        z = rng.uniform(-0.6, 0.6, number) * rows
        return cls(
            places=np.stack([z, radius * np.sin(angle), radius * np.cos(angle)], axis=1),
            widths=rng.uniform(1.7, 2.6, number),
            heights=rng.uniform(1500.0, 4000.0, number),
        )

    def moved(self, shift: npt.ArrayLike, rotation: npt.ArrayLike) -> Blobs:
        """The same after a motion about the middle: shift (pixels) and rotation vector (rad), both (z, y, x)."""
        return replace(self, places=self.places @ rotation_matrix(rotation).T + np.asarray(shift, dtype=np.float64))

    def more(self, other: Blobs) -> Blobs:
        """Both together."""
        parts = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("places", "widths", "heights")
        }
        return Blobs(**parts)

    def attenuation(self, rows: int, columns: int) -> Floats:
        """(z, y, x) in 1/m at the middles of voxels."""
        z = np.arange(rows) - 0.5 * (rows - 1)
        y = np.arange(columns) - 0.5 * (columns - 1)
        out = np.zeros((rows, columns, columns))
        for (z0, y0, x0), width, height in zip(self.places, self.widths, self.heights, strict=True):
            parts = [np.exp(-((axis - at) ** 2) / (2 * width**2)) for axis, at in ((z, z0), (y, y0), (y, x0))]
            out += height * parts[0][:, None, None] * parts[1][:, None] * parts[2]
        return out

    def line_integrals(self, rows: int, columns: int, theta: Floats, axis_column: float) -> Floats:
        """(angle, row, column)."""
        z = np.arange(rows) - 0.5 * (rows - 1)
        s = np.arange(columns) - axis_column
        out = np.zeros((theta.size, rows, columns))
        for (z0, y0, x0), width, height in zip(self.places, self.widths, self.heights, strict=True):
            across = np.exp(-((s - (x0 * np.cos(theta) + y0 * np.sin(theta))[:, None]) ** 2) / (2 * width**2))
            along = np.exp(-((z - z0) ** 2) / (2 * width**2))
            out += height * np.sqrt(2 * np.pi) * width * PIXEL * along[:, None] * across[:, None, :]
        return out


def blob_scan(
    blobs: Blobs,
    *,
    rows: int = 24,
    columns: int = 72,
    angles: int = 90,
    seed: int = 0,
    noise: bool = True,
    **options: Any,
) -> xr.Dataset:
    """Counts of a scan: darks, flats, views, flats; the axis at column ``axis`` (middle when absent).

    Flats and darks are known exactly: their noise makes rings, which are alike in odd and in even views and so in no map
    without change from halves.
    """
    rng = np.random.default_rng(seed)
    theta = np.arange(angles) * np.pi / angles
    axis = options.get("axis", 0.5 * (columns - 1))
    mean = 100.0 + 2e4 * np.exp(-blobs.line_integrals(rows, columns, theta, axis))
    dark, flat = (np.full((3, rows, columns), level) for level in (100.0, 20100.0))
    counts = np.concatenate([dark, flat, rng.poisson(mean) if noise else np.round(mean), flat])
    key = np.array([2] * 3 + [1] * 3 + [0] * angles + [1] * 3)
    angle = np.full(key.size, np.nan)
    angle[key == 0] = theta
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts.astype(np.uint16)),
                "image_key": ("frame", key),
                "rotation_angle": ("frame", angle),
                "time": ("frame", np.arange(key.size, dtype=np.float64)),
                "pixel_size": PIXEL,
                "photon_energy": 45e3 * 1.602176634e-19,
            }
        ),
        "projections",
    )
