"""Small volumes with grains, fibres, voids and cracks whose truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from alkanode.data.schema import label

PIXEL = 1.3e-6
LIQUID, CARBON, POTASSIUM, ELECTROLYTE = 65.0, 35.0, 98.0, 1000.0
"""1/m, about those of NaK50, carbon, potassium and NASICON at 45 keV."""

Array = npt.NDArray[np.float64]


def axes(shape: tuple[int, int, int]) -> dict[str, Array]:
    """Coordinates with y = x = 0 in the middle, m."""
    middle = (0.0, (shape[1] - 1) / 2, (shape[2] - 1) / 2)
    z, y, x = (np.arange(n) - offset for n, offset in zip(shape, middle, strict=True))
    return {"z": z * PIXEL, "y": y * PIXEL, "x": x * PIXEL}


def places(shape: tuple[int, int, int]) -> tuple[Array, Array, Array]:
    """Indices of every voxel along z, y, x."""
    z, y, x = np.indices(shape, dtype=np.float64)
    return z, y, x


def soft(distance: Array) -> Array:
    """1 inside, 0 outside, with an edge one voxel wide."""
    return np.clip(0.5 - distance, 0.0, 1.0)


def volume(values: npt.NDArray[np.generic]) -> xr.Dataset:
    shape = values.shape
    return label(
        xr.Dataset({"attenuation": (("z", "y", "x"), values.astype(np.float32))}, coords=axes(shape)), "volume"
    )


def change_map(signs: npt.NDArray[np.generic], **fields: npt.NDArray[np.generic]) -> xr.Dataset:
    dims = ("z", "y", "x")
    data = {"sign": (dims, signs.astype(np.int8)), **{name: (dims, one) for name, one in fields.items()}}
    return label(xr.Dataset(data, coords=axes(signs.shape)), "change_map")


def difference(
    before: Array, after: Array, *, noise: float = 0.0, smoothing: float = 1.5, seed: int = 0
) -> tuple[xr.Dataset, float]:
    """Smoothed difference with white noise of each voxel, and the noise of the change after smoothing."""
    random = np.random.default_rng(seed)
    grains = [random.normal(0.0, noise, before.shape) for _ in range(2)] if noise else [0.0, 0.0]
    first, second = (
        ndimage.gaussian_filter(one + extra, smoothing).astype(np.float32)
        for one, extra in zip((before, after), grains, strict=True)
    )
    spread = float(np.std(ndimage.gaussian_filter(grains[1] - grains[0], smoothing))) if noise else 0.1
    dims = ("z", "y", "x")
    record = xr.Dataset(
        {
            "attenuation_before": (dims, first),
            "attenuation_after": (dims, second),
            "attenuation_change": (dims, second - first),
            "attenuation_noise": ("z", np.full(before.shape[0], spread)),
        },
        coords=axes(before.shape),
    )
    return label(record, "difference"), spread


def beyond(record: xr.Dataset, limit: float) -> xr.Dataset:
    """Map of the change beyond a limit."""
    change = record["attenuation_change"].to_numpy()
    return change_map(np.sign(change) * (np.abs(change) > limit))
