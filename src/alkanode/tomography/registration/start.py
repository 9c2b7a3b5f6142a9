"""Where to start: phase correlation of binned volumes, over a few angles about the axis of rotation."""

from __future__ import annotations

import numpy as np

from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.pyramid import Level
from alkanode.tomography.registration.slabs import Volume
from alkanode.tomography.registration.voxel_grid import Floats

LOW_PASS = 1.0
"""Standard deviation, in voxels of the level, of the Gaussian behind the whitening: what noise fills is left out."""
ANGLE_STEP = 2.0
"""Voxels of the level by which the farthest point moves from one trial angle to the next."""


def phase_correlation_start(
    fixed: Level, moving: Level, *, centre: Floats, frame: Floats, angle_range: float
) -> list[Motion]:
    """Motions to start from: none, and for each angle the shift at the peak of the phase correlation.

    The heights of the peaks are not compared: those of an object that is nearly round hardly depend on the angle.

    Parameters
    ----------
    fixed, moving
        Volumes on the same binning.
    centre
        (3,) centre of rotation, index of the fixed volume at full resolution.
    frame
        (3,) index of the first voxel of the fixed volume in the moving one.
    angle_range
        rad, half of the range of angles about z.
    """
    from scipy.fft import irfftn, rfftn

    bins = np.array(fixed.bins, dtype=np.float64)
    still, turning = _still(fixed), _centred(moving)
    shape = [a + b - 1 for a, b in zip(still.shape, turning.shape, strict=True)]
    padded = _fast(shape)
    spectrum, low_pass = rfftn(still, padded), _low_pass(padded)
    radius = 0.5 * max(still.shape[1:])
    count = int(np.ceil(angle_range * radius / ANGLE_STEP))
    angles = np.linspace(-angle_range, angle_range, 2 * count + 1) if count else np.zeros(1)
    pivot = (centre + frame) / bins - (bins - 1) / (2 * bins)
    found = [Motion.none(centre)]
    for angle in angles:
        other = rfftn(_turned(turning, float(angle), pivot), padded)
        product = other * np.conj(spectrum)
        size = np.abs(product)
        product *= low_pass / np.maximum(size, np.float32(1e-6) * size.max() + np.float32(1e-30))
        surface = irfftn(product, padded)
        peak = np.unravel_index(int(surface.argmax()), surface.shape)
        place = [_wrapped(int(at), *sizes) for at, *sizes in zip(peak, padded, turning.shape, strict=True)]
        # turned(i) = moving(R(i - pivot) + pivot): what the turned volume shows at i + s lies at R s in the moving one
        turn = Motion.of(np.zeros(3), np.array([angle, 0.0, 0.0]), centre).rotation
        found.append(Motion(rotation=turn, shift=turn @ (np.array(place) * bins - frame), centre=centre))
    return found


def _still(level: Level) -> Volume:
    """The fixed volume inside the mask, without its mean, 0 elsewhere."""
    values = np.where(level.usable, np.nan_to_num(level.values), np.float32(0))
    mean = float(values[level.usable].mean()) if level.usable.any() else 0.0
    return np.where(level.usable, values - np.float32(mean), np.float32(0))


def _centred(level: Level) -> Volume:
    good = np.isfinite(level.values)
    mean = np.float32(level.values[good].mean() if good.any() else 0.0)
    return np.where(good, level.values - mean, np.float32(0))


def _turned(volume: Volume, angle: float, pivot: Floats) -> Volume:
    """The volume turned about z: its voxel i shows what lies at R(angle) (i - pivot) + pivot."""
    from scipy.ndimage import affine_transform

    if angle == 0.0:
        return volume
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    offset = pivot[1:] - turn @ pivot[1:]
    return np.stack([affine_transform(plane, turn, offset=offset, order=1, mode="nearest") for plane in volume])


def _low_pass(shape: list[int]) -> Volume:
    z, y, x = np.fft.fftfreq(shape[0]), np.fft.fftfreq(shape[1]), np.fft.rfftfreq(shape[2])
    square = z[:, None, None] ** 2 + y[:, None] ** 2 + x**2
    return np.asarray(np.exp(-2 * np.pi**2 * LOW_PASS**2 * square), dtype=np.float32)


def _fast(shape: list[int]) -> list[int]:
    from scipy.fft import next_fast_len

    return [int(next_fast_len(size, real=True)) for size in shape]


def _wrapped(place: int, size: int, positive: int) -> int:
    """A shift from its place in a periodic array: shifts below ``positive`` are positive."""
    return place if place < positive else place - size
