"""Small volumes with the noise of a reconstruction: hann filter in the slice, independent along z."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label

VOXEL = 1.3e-6
VOID, SODIUM, LIQUID, POTASSIUM = 0.0, 31.6, 64.8, 96.3


def reconstruction_noise(shape: tuple[int, int, int], sigma: float, seed: int) -> np.ndarray:
    """Power |f| hann(f)^2 in each slice; ``sigma`` (m-1) is the standard deviation of a voxel."""
    random = np.random.default_rng(seed)
    f = np.hypot(np.fft.fftfreq(shape[1])[:, None], np.fft.rfftfreq(shape[2])[None, :])
    amplitude = np.sqrt(f) * np.where(f < 0.5, 0.5 + 0.5 * np.cos(2 * np.pi * f), 0.0)
    white = np.fft.rfft2(random.standard_normal(shape), axes=(1, 2))
    coloured = np.fft.irfft2(white * amplitude, s=shape[1:], axes=(1, 2))
    return (coloured * (sigma / coloured.std())).astype(np.float32)


def volume_of(values: np.ndarray, voxel: float = VOXEL) -> xr.Dataset:
    """Kind ``volume`` with coordinates."""
    coords = {
        axis: (axis, (np.arange(size) - (0 if axis == "z" else (size - 1) / 2)) * voxel)
        for axis, size in zip("zyx", values.shape, strict=True)
    }
    return label(xr.Dataset({"attenuation": (("z", "y", "x"), values.astype(np.float32))}, coords=coords), "volume")


def halves_of(truth: np.ndarray, sigma: float, seed: int) -> tuple[xr.Dataset, xr.Dataset]:
    """Volumes from odd and from even projections; their mean has the noise ``sigma``."""
    noises = (reconstruction_noise(truth.shape, sigma * np.sqrt(2), 2 * seed + one) for one in (0, 1))
    odd, even = (volume_of(truth + noise) for noise in noises)
    return odd, even


def mean_of(halves: tuple[xr.Dataset, xr.Dataset]) -> xr.Dataset:
    """The volume of all projections."""
    return volume_of(0.5 * (halves[0]["attenuation"].to_numpy() + halves[1]["attenuation"].to_numpy()))


def sphere(shape: tuple[int, int, int], centre: tuple[float, float, float], radius: float) -> np.ndarray:
    """Share of each voxel inside a sphere, in voxels, with a soft edge of one voxel."""
    z, y, x = (np.arange(size, dtype=float) for size in shape)
    far = np.sqrt(
        (z[:, None, None] - centre[0]) ** 2 + (y[None, :, None] - centre[1]) ** 2 + (x[None, None, :] - centre[2]) ** 2
    )
    return np.clip(radius - far + 0.5, 0, 1)
