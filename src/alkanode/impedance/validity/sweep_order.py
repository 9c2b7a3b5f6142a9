"""Rows of one stored spectrum put in order: usable rows, separate sweeps, descending frequency, repeated points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_SAME = 1e-6  # of ln(frequency): repeats of one point
_SHORTEST_SWEEP = 8  # points


def split_sweeps(frequency: FloatArray) -> list[IndexArray]:
    """Tell apart sweeps that were stored behind each other.

    Parameters
    ----------
    frequency
        Hz, positive, in the order of measurement, shape (row,).

    Returns
    -------
    list of ndarray
        Rows of each sweep. There is more than one when the rows fall into runs of rising or falling frequency of at
        least 8 points each, and each covers at least half of the range of the first: a sweep that was repeated, or one
        that went down and up. Any other order is taken as one sweep.
    """
    whole = [np.arange(frequency.size)]
    logarithm = np.log(frequency)
    starts, direction = [0], 0.0
    for row, step in enumerate(np.diff(logarithm), start=1):
        if abs(step) <= _SAME:
            continue
        if direction and np.sign(step) != direction:
            starts.append(row)
            direction = 0.0
        else:
            direction = float(np.sign(step))
    runs = np.split(whole[0], starts[1:])
    if len(runs) == 1 or min(run.size for run in runs) < _SHORTEST_SWEEP:
        return whole
    low, high = logarithm[runs[0]].min(), logarithm[runs[0]].max()
    for run in runs[1:]:
        shared = min(high, logarithm[run].max()) - max(low, logarithm[run].min())
        if shared < (high - low) / 2:
            return whole
    return runs


def descending(frequency: FloatArray) -> tuple[IndexArray, bool]:
    """Rows in order of falling frequency, shape (row,), and whether they ran up or down already."""
    order = np.argsort(-frequency, kind="stable")
    steps = np.diff(np.log(frequency))
    return order, bool((steps <= _SAME).all() or (steps >= -_SAME).all())


def repeated_points(frequency: FloatArray) -> IndexArray:
    """Number of the distinct frequency that each row belongs to, shape (row,); frequencies in descending order."""
    return np.concatenate([[0], np.cumsum(-np.diff(np.log(frequency)) > _SAME)]).astype(np.intp)
