"""Axis from the Fourier transform of a sinogram and its mirror image.

A sinogram over 360 degrees has no energy outside a double wedge: a feature at radius R cannot turn faster than R. A
sinogram over 180 degrees followed by its own mirror image is such a sinogram if it was mirrored about the axis; about
any other column, energy leaks out of the wedge. Mirroring about another column is a phase, so all trials share two
transforms.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from alkanode.tomography.rotation_axis.trials import Finding, Floats, binned, refine, trial_columns, unusable

_WEDGE = 0.5
"""Radius of the wedge over half the detector. Below 1, so that leaks from features near the axis count too."""

_SMOOTH = 2.0
"""Standard deviation of the smoothing in pixels: along columns, and along views by the turn that moves a feature at the
radius of the wedge by as much. Most of what lies outside the wedge is noise."""


def by_sinogram_symmetry(
    sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], largest_width: int
) -> Finding:
    """Axis of some rows.

    Parameters
    ----------
    sinograms
        (row, angle, column)
    angles
        (angle,) rad, rising or falling evenly.
    search
        First and last trial column.
    largest_width
        Columns after binning, at most.
    """
    steps = np.diff(angles)
    step = float(np.median(steps))
    if step == 0 or np.abs(steps - step).max() > 0.1 * abs(step):
        return unusable("it needs views at even steps of the angle")
    half = round(np.pi / abs(step))
    if angles.size < half or half < 8:
        return unusable(f"it needs views over 180 degrees, here {np.degrees(abs(np.ptp(angles))):.0f}")
    closed = angles.size > half
    bins = max(int(np.ceil(sinograms.shape[2] / largest_width)), 1)
    data = binned(sinograms[:, : half + 1 if closed else half], bins, 1)
    leak = _Leak(data, closed=closed)
    # binned column b holds columns b*bins ... b*bins + bins - 1
    offset = 0.5 * (bins - 1)
    coarse = trial_columns(search, float(bins))

    def score(trial: Floats) -> Floats:
        return leak((trial - offset) / bins)

    return refine(score, coarse, score(coarse), finest=0.25 * bins, search=search)


class _Leak:
    """Energy outside the wedge, for a mirror at any column."""

    def __init__(self, data: npt.NDArray[np.float32], *, closed: bool) -> None:
        rows, views, columns = data.shape
        taper = np.ones(columns)
        edge = max(columns // 20, 2)
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(edge) + 0.5) / edge)
        taper[:edge], taper[-edge:] = rise, rise[::-1]
        # what all views share (background, rings, a sample wider than the view) says nothing: steps between views do
        steps = np.diff(data, axis=1) * taper.astype(np.float32)
        turn = views - (1 if closed else 0)
        # room for the mirror image to lie anywhere without meeting its own other end
        self._period = int(fft.next_fast_len(2 * columns, real=True))
        direct = fft.rfft(steps, n=self._period, axis=2, workers=1)
        # the view at angle + 180 degrees is the mirrored view: the mirror about column 0 is the conjugate
        mirror = direct.conj()
        first = np.zeros((rows, 2 * turn, direct.shape[2]), dtype=np.complex64)
        second = np.zeros_like(first)
        known = direct.shape[1]
        first[:, :known], second[:, turn : turn + known] = direct, mirror
        if not closed:
            # the step into the mirror image and the one out of it: the mean of their neighbours
            first[:, turn - 1], second[:, 2 * turn - 1] = 0.5 * direct[:, -1], 0.5 * mirror[:, -1]
            first[:, 2 * turn - 1], second[:, turn - 1] = 0.5 * direct[:, 0], 0.5 * mirror[:, 0]
        first = fft.fft(first, axis=1, overwrite_x=True, workers=1)
        second = fft.fft(second, axis=1, overwrite_x=True, workers=1)
        harmonic = np.abs(fft.fftfreq(2 * turn, 1 / (2 * turn)))
        frequency = fft.rfftfreq(self._period)
        drop = min(20, int(0.05 * 2 * turn))
        radius = _WEDGE * 0.5 * columns
        outside = (
            (harmonic[:, None] > drop)
            & (frequency[None, :] > 1.5 / columns)
            & (frequency[None, :] <= harmonic[:, None] / (2 * np.pi * radius))
        )
        # from steps back to views, smoothed a little
        gain = np.exp(-0.5 * (_SMOOTH / radius * harmonic) ** 2)
        gain /= 2 * np.sin(0.5 * np.pi * np.maximum(harmonic, 1.0) / turn)
        smooth = np.exp(-0.5 * (_SMOOTH * 2 * np.pi * frequency) ** 2)
        weight = np.multiply.outer(gain, smooth).astype(np.float32)[outside]
        self._first = first[:, outside] * weight
        self._second = second[:, outside] * weight
        self._column = np.broadcast_to(np.arange(frequency.size), outside.shape)[outside]
        self._frequency = frequency
        turns = np.broadcast_to(harmonic[:, None], outside.shape)[outside]
        self._slow = turns <= np.median(turns)

    def __call__(self, trial: Floats) -> Floats:
        """Mean leak (group, trial), slow and fast turns of each row apart."""
        score = np.empty((2 * len(self._first), trial.size))
        for place, column in enumerate(trial):
            # mirrored about c: column j goes to 2c - j
            phase = np.exp(-4j * np.pi * column * self._frequency).astype(np.complex64)[self._column]
            size = np.abs(self._first + phase * self._second)
            score[: len(size), place] = size[:, self._slow].mean(axis=1)
            score[len(size) :, place] = size[:, ~self._slow].mean(axis=1)
        return score
