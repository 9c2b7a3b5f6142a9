"""Peaks that keep their identity: the assignment of least total distance from one cycle to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def matched(first: Floats, second: Floats, reach: float) -> list[tuple[int, int]]:
    """Pairs of least total distance, none farther apart than a reach.

    Parameters
    ----------
    first, second
        (place,) two sets of places on one axis.
    reach
        Largest distance of a pair, in the unit of the axis.

    Returns
    -------
    list of tuple of int
        Index in ``first``, index in ``second``; each index at most once.
    """
    if first.size == 0 or second.size == 0:
        return []
    apart = np.abs(first[:, None] - second[None, :])
    rows, columns = linear_sum_assignment(np.minimum(apart, 10 * reach))
    return [(int(a), int(b)) for a, b in zip(rows, columns, strict=True) if apart[a, b] <= reach]


def track_numbers(cycle: Integers, side: npt.NDArray[np.generic], place: Floats, drift: float) -> Integers:
    """Number of the track of each peak: the same number for the same peak of all cycles.

    Parameters
    ----------
    cycle
        (peak,) number of the cycle.
    side
        (peak,) what never mixes: the direction of a sweep, or charge and discharge.
    place
        (peak,) where the peak stands.
    drift
        Farthest that a peak moves from where it was last seen, in the unit of ``place``.

    Returns
    -------
    ndarray
        (peak,) 0, 1, ...; a track lives on through cycles in which its peak was not seen.
    """
    track = np.full(cycle.size, -1, dtype=np.int64)
    count = 0
    for one in np.unique(side):
        last: dict[int, float] = {}
        for number in np.unique(cycle[side == one]):
            rows = np.flatnonzero((cycle == number) & (side == one))
            names = list(last)
            for a, b in matched(np.array(list(last.values())), place[rows], drift):
                track[rows[b]] = names[a]
            for row in rows[track[rows] < 0]:
                track[row] = count
                count += 1
            last |= {int(track[row]): float(place[row]) for row in rows}
    return track
