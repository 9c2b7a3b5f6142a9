"""Maxima of a curve that stand out, without the import of a signal library that takes half a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def prominent_maxima(values: FloatArray, prominence: float) -> npt.NDArray[np.intp]:
    """Positions of the inner maxima of a curve with at least the given prominence.

    Parameters
    ----------
    values
        Shape (n,), finite.
    prominence
        Least height of a maximum above the higher of the two lowest points that lie between it and the next higher value
        (or the end) on each side.

    Returns
    -------
    ndarray
        Ascending, shape (maximum,); the middle of a flat top. The ends are no maxima.
    """
    turns = np.flatnonzero(np.diff(values) != 0)  # a flat stretch is one point
    if turns.size < 2:
        return np.empty(0, dtype=np.intp)
    first = np.concatenate([[0], turns + 1])
    last = np.concatenate([turns, [values.size - 1]])
    levels = values[first]
    tops = np.flatnonzero((levels[1:-1] > levels[:-2]) & (levels[1:-1] > levels[2:])) + 1
    kept = [top for top in tops if levels[top] - max(_lowest(levels[top::-1]), _lowest(levels[top:])) >= prominence]
    return np.asarray((first[kept] + last[kept]) // 2, dtype=np.intp)


def _lowest(side: FloatArray) -> float:
    """Lowest value on one side of a maximum (its first value), up to the next higher one."""
    higher = np.flatnonzero(side > side[0])
    return float(side[: higher[0] if higher.size else side.size].min())
