"""Axis from views half a turn apart, which are mirror images of each other about the axis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from alkanode.tomography.rotation_axis.trials import Finding, Floats, lowest, unusable

_MOST_PAIRS = 24
_STEPS_OFF = 3


def by_opposite_views(
    sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], largest_width: int
) -> Finding:
    """Axis of some rows by the correlation of opposite views over the columns that both show.

    Where no pair lies half a turn apart, pairs that miss it by one, two and three steps are tried and the axis is
    extrapolated to none.

    Parameters
    ----------
    sinograms
        (row, angle, column)
    angles
        (angle,) rad.
    search
        First and last trial column.
    largest_width
        Not used: every column counts, since only few views do.
    """
    pairs, miss = _pairs(angles)
    if not len(pairs):
        return unusable("no two views lie half a turn apart")
    trial = np.arange(np.ceil(2 * search[0]), np.floor(2 * search[1]) + 1) / 2
    if trial.size < 5:
        return unusable("the search holds fewer than five trials")
    overlap = np.minimum(trial, sinograms.shape[2] - 1 - trial)
    trial = trial[overlap >= max(0.02 * sinograms.shape[2], 4.0)]
    curves = np.array([-_correlation(sinograms[:, one], sinograms[:, other], trial) for one, other in pairs])
    # (pair, row, trial): the sum over rows is sharper than any row
    nearest = np.abs(miss) <= np.abs(miss).min() + 1e-6
    total = curves[nearest].mean(axis=(0, 1))
    best = int(np.argmin(total))
    if best in (0, trial.size - 1):
        reason = f"the best trial, column {trial[best]:.1f}, lies at the end of the search"
        return Finding(float(trial[best]), np.nan, reason, trial, total)
    near = slice(max(best - 8, 0), best + 9)
    each = np.array([lowest(trial[near], curve.mean(axis=0)[near]) for curve in curves])
    if np.abs(miss).min() < 1e-6:
        column = lowest(trial, total)
        parts = np.array([lowest(trial[near], row[near]) for curve in curves[nearest] for row in curve])
        error = float(parts.std(ddof=1) / np.sqrt(parts.size)) if parts.size > 1 else np.nan
        return Finding(column, error, "", trial, total)
    if np.unique(np.round(miss, 9)).size < 2:
        return Finding(float(each.mean()), np.nan, "", trial, total)
    matrix = np.column_stack([np.ones(miss.size), miss])
    found, *_ = np.linalg.lstsq(matrix, each, rcond=None)
    rest = each - matrix @ found
    freedom = max(miss.size - 2, 1)
    covariance = np.linalg.inv(matrix.T @ matrix) * float(rest @ rest) / freedom
    return Finding(float(found[0]), float(np.sqrt(covariance[0, 0])), "", trial, total)


def _pairs(angles: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """(pair, 2) views about half a turn apart and (pair,) by how much they miss it, rad."""
    if angles.size < 2:
        return np.empty((0, 2), dtype=np.intp), np.empty(0)
    ordered = np.unique(angles)
    step = float(np.median(np.diff(ordered))) if ordered.size > 1 else np.pi
    difference = np.abs(angles[None, :] - angles[:, None])
    # a miss has a sign: the turn is shorter or longer than half
    miss = np.triu(difference - np.pi, k=1)
    found = np.argwhere(np.triu(np.abs(difference - np.pi) <= 0.05 * step, k=1))
    if not len(found):
        found = np.argwhere(np.triu(np.abs(difference - np.pi) <= (_STEPS_OFF + 0.1) * step, k=1))
        order = np.argsort(np.abs(miss[found[:, 0], found[:, 1]]), kind="stable")
        found = found[order][:_MOST_PAIRS]
    elif len(found) > _MOST_PAIRS:
        found = found[np.linspace(0, len(found) - 1, _MOST_PAIRS).round().astype(int)]
    exact = miss[found[:, 0], found[:, 1]]
    exact[np.abs(exact) <= 0.05 * step] = 0.0
    return found, exact


def _correlation(view: npt.NDArray[np.floating], other: npt.NDArray[np.floating], trial: Floats) -> Floats:
    """(row, trial) correlation of slopes of a view (row, column) and the other mirrored about a trial column.

    Only columns that both views show count, with their own means and variances.
    """
    # slopes, since the views' trends say little about where they lie; the mirror changes their sign
    one = np.gradient(np.asarray(view, dtype=np.float64), axis=1)
    two = -np.gradient(np.asarray(other, dtype=np.float64), axis=1)
    columns = one.shape[-1]
    length = int(fft.next_fast_len(2 * columns, real=True))

    def spectrum(values: Floats) -> npt.NDArray[np.complex128]:
        return np.asarray(fft.rfft(values, n=length, axis=-1, workers=1))

    # sum over j of a(j) b(m - j) is a convolution, at m = 2 * trial
    place = np.round(2 * trial).astype(int)

    def summed(a: npt.NDArray[np.complex128], b: npt.NDArray[np.complex128]) -> Floats:
        return np.asarray(fft.irfft(a * b, n=length, axis=-1, workers=1)[..., place])

    ones = spectrum(np.ones(columns))
    first, second = spectrum(one), spectrum(two)
    count = summed(ones, ones)
    mean_one, mean_two = summed(first, ones) / count, summed(ones, second) / count
    variance_one = summed(spectrum(one**2), ones) / count - mean_one**2
    variance_two = summed(ones, spectrum(two**2)) / count - mean_two**2
    covariance = summed(first, second) / count - mean_one * mean_two
    floor = 1e-12 * max(float(variance_one.max()), float(variance_two.max()), 1e-300)
    return np.asarray(covariance / np.sqrt(np.maximum(variance_one * variance_two, floor**2)))
