"""Zingers: flashes of single frames, judged against the noise that the data themselves show.

A scattered photon leaves a bright spot in one frame. What the sample shows moves slowly from frame to frame, so that
a reading far above everything nearby in the frames before and after is no part of it. How far is a matter of noise, and
noise grows with the counts: its variance is a line, gain x counts + offset, fitted to each sinogram.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.tomography.corrections.options import Zingers

if TYPE_CHECKING:
    from alkanode.tomography.corrections.kernels import Flags, Floats

_SAMPLE = 60_000
_LEVELS = 16
_FITS = 3
_MAD = 1.482602218505602
_FARTHEST = 8


def count_noise(counts: Floats, *, integers: bool) -> tuple[float, float]:
    """Variance of counts as a line: gain and offset.

    Parameters
    ----------
    counts
        (frame, column) over the dark.
    integers
        Whether the detector gave whole numbers, whose rounding alone has variance 1/12.

    Returns
    -------
    gain, offset
        Variance = gain * counts + offset, both 0 or more; 0 with fewer than 3 frames.

    Notes
    -----
    Second differences along the frames, over sqrt(6), hide what changes slowly. In each of 16 classes of level their
    spread is taken robustly (median of magnitudes), then a line is fitted with weights 1/variance, three times over.
    What the sample changes between frames counts as noise, which makes a threshold larger, not smaller.
    """
    from scipy.optimize import nnls

    floor = 1.0 / 12.0 if integers else 0.0
    frames, columns = counts.shape
    if frames < 3:
        return 0.0, floor
    # every so many columns of every frame: enough readings, and no more
    step = max(1, round(frames * columns / _SAMPLE))
    some = counts[:, step // 2 % columns :: step].astype(np.float64)
    level = 0.5 * (some[:-2] + some[2:]).ravel()
    away = np.abs(some[1:-1].ravel() - level) * (2.0 / np.sqrt(6.0))
    classes = [part for part in np.array_split(np.argsort(level, kind="stable"), _LEVELS) if part.size]
    level, away = np.maximum(level, 0.0), [away[part] for part in classes]
    inside = [level[part] for part in classes]
    middle = np.array([np.median(part) for part in inside])
    design = np.stack([middle, np.ones_like(middle)], axis=1)
    line = np.zeros(2)
    for _ in range(_FITS):
        # within a class the noise differs too: it is measured in units of the line found before
        expected = [np.sqrt(line[0] * part + line[1]) if line.any() else np.ones(part.size) for part in inside]
        unit = np.array([line[0] * at + line[1] if line.any() else 1.0 for at in middle])
        spread = [
            np.median(np.divide(a, e, out=np.zeros_like(a), where=e > 0)) for a, e in zip(away, expected, strict=True)
        ]
        variance = np.maximum(unit * (_MAD * np.array(spread)) ** 2, floor)
        weight = 1.0 / np.maximum(variance, max(float(variance.max()), 1e-30) * 1e-6)
        line = nnls(design * weight[:, None], variance * weight)[0]
    return float(line[0]), float(max(line[1], floor))


def reach_of(angles: npt.NDArray[np.float64], columns: int, options: Zingers) -> int:
    """Columns that a point at the rim of the view moves between two frames."""
    if options.reach is not None:
        return options.reach
    step = float(np.median(np.abs(np.diff(angles)))) if angles.size > 1 else 0.0
    return int(min(max(np.ceil(0.5 * columns * step), 1), _FARTHEST))


def without_zingers(
    counts: Floats, replaced: Flags, noise: tuple[float, float], reach: int, options: Zingers
) -> tuple[Floats, int]:
    """Counts (frame, column) without flashes, and how many were replaced; ``replaced`` is marked."""
    from alkanode.tomography.corrections import kernels

    total = 0
    if counts.shape[0] < 3:
        return counts, total
    for _ in range(options.passes):
        cleaned = np.empty_like(counts)
        found = int(
            kernels.remove_zingers(
                counts, cleaned, replaced, reach, options.threshold, noise[0], noise[1], options.least_excess
            )
        )
        counts, total = cleaned, total + found
        if not found:
            break
    return counts, total


def mean_without_zingers(frames: Floats, options: Zingers | None, *, integers: bool) -> tuple[Floats, int]:
    """Mean of flats or darks (frame, column) without flashes; also how many readings were left out.

    From 3 frames on, a reading above the median of its pixel by the threshold, in standard deviations of the noise
    between frames, is left out. The beam's level may differ from frame to frame and is not taken for noise.
    """
    if options is None or frames.shape[0] < 3:
        return frames.mean(axis=0, dtype=np.float64).astype(np.float32), 0
    usual = np.median(frames, axis=0)
    away = frames - usual
    away -= np.median(away, axis=1, keepdims=True)
    gain, offset = _noise_of_still_frames(usual, away, 1.0 / 12.0 if integers else 0.0)
    level = np.maximum(usual, 0.0)
    # in double precision: squares of absurd readings overflow single numbers
    spread = options.threshold**2 * (gain * level.astype(np.float64) + offset)
    flash = (away > options.least_excess * level) & (away.astype(np.float64) ** 2 > spread)
    kept = np.maximum((~flash).sum(axis=0), 1)
    mean = np.where(flash, 0.0, frames).sum(axis=0, dtype=np.float64) / kept
    return mean.astype(np.float32), int(flash.sum())


def _noise_of_still_frames(usual: Floats, away: Floats, floor: float) -> tuple[float, float]:
    """Gain and offset from the spread of repeated frames; a straight line through the bright and the dark half."""
    # a median of n readings takes part of the noise with it
    lost = away.shape[0] / (away.shape[0] - 1.0)
    bright = usual >= np.median(usual)
    halves = [
        (float(usual[part].mean()), lost * (_MAD * float(np.median(np.abs(away[:, part])))) ** 2)
        for part in (~bright, bright)
        if part.any()
    ]
    if len(halves) < 2 or halves[1][0] <= max(halves[0][0], 0.0):
        return 0.0, max(halves[-1][1], floor)
    (dim, low), (high_level, high) = halves
    gain = max((high - low) / (high_level - dim), 0.0)
    return gain, max(high - gain * high_level, floor)
