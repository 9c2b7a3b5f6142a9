"""Rows of one stored spectrum put in order: usable rows, separate sweeps, descending frequency, repeated points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_SAME = 1e-6  # of ln(frequency): repeats of one point
_SHORTEST_SWEEP = 8  # points of at least one of the sweeps
_SHORTEST_RUN = 3  # points of a sweep that was broken off
_OVERLAP = 0.5  # of the range of a run that earlier runs cover already


def order_of_measurement(frequency: FloatArray, times: FloatArray) -> IndexArray:
    """Order in which rows were measured: by their times where the rows are shuffled, else as stored.

    Parameters
    ----------
    frequency, times
        Hz and s in the order of storage, shape (row,); times may be NaN.

    Returns
    -------
    ndarray
        Positions, shape (row,).
    """
    stored = np.arange(frequency.size)
    if frequency.size < 2 or not np.isfinite(times).all() or descending(frequency)[1]:
        return stored
    return np.argsort(times, kind="stable")


def split_sweeps(frequency: FloatArray) -> list[IndexArray]:
    """Tell apart sweeps that were measured behind each other.

    Parameters
    ----------
    frequency
        Hz, positive, in the order of measurement, shape (row,).

    Returns
    -------
    list of ndarray
        Rows of each sweep. There is more than one when the rows fall into runs of rising or falling frequency, of at least
        3 points each and 8 in one of them, and every later run lies by at least half of its range within the range of the
        earlier ones: a sweep that was repeated, one that went down and up, one that was broken off and begun again. Any other
        order is taken as one sweep.
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
    sizes = [run.size for run in runs]
    if len(runs) == 1 or min(sizes) < _SHORTEST_RUN or max(sizes) < _SHORTEST_SWEEP:
        return whole
    low, high = logarithm[runs[0]].min(), logarithm[runs[0]].max()
    for run in runs[1:]:
        bottom, top = logarithm[run].min(), logarithm[run].max()
        if min(high, top) - max(low, bottom) < _OVERLAP * min(top - bottom, high - low):
            return whole
        low, high = min(low, bottom), max(high, top)
    return runs


def descending(frequency: FloatArray) -> tuple[IndexArray, bool]:
    """Rows in order of falling frequency, shape (row,), and whether they ran up or down already."""
    order = np.argsort(-frequency, kind="stable")
    steps = np.diff(np.log(frequency))
    return order, bool((steps <= _SAME).all() or (steps >= -_SAME).all())


def repeated_points(frequency: FloatArray) -> IndexArray:
    """Number of the distinct frequency that each row belongs to, shape (row,); frequencies in descending order."""
    return np.concatenate([[0], np.cumsum(-np.diff(np.log(frequency)) > _SAME)]).astype(np.intp)
