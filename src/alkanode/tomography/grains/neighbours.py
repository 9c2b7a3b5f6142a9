"""Grains of the other sign near each grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of grains, sorted by the first.

    Attributes
    ----------
    starts
        (grain + 1,) where the neighbours of each grain begin.
    index
        (pair,) the neighbours.
    """

    starts: Integers
    index: Integers

    def of(self, grain: int) -> Integers:
        """Neighbours of one grain."""
        return self.index[self.starts[grain] : self.starts[grain + 1]]

    @property
    def paired(self) -> npt.NDArray[np.bool_]:
        """Which grains have a neighbour."""
        return np.diff(self.starts) > 0


def opposite_neighbours(low: Floats, high: Floats, sign: Integers, reach: float) -> Neighbours:
    """Grains of the other sign whose box lies within reach of the box of a grain.

    Parameters
    ----------
    low, high
        (grain, 3) corners of the boxes, m.
    sign
        (grain,) 1 or -1.
    reach
        Largest gap along any of z, y, x, m.

    Returns
    -------
    Neighbours
    """
    middle, half = 0.5 * (low + high), 0.5 * (high - low).max(axis=1, initial=0.0)
    small = half <= reach
    pairs = [_near_small(middle, small, sign, 3.0 * reach)]
    # the few that are long are held against all, so that they do not widen the search for the others
    for i in np.flatnonzero(~small):
        others = np.flatnonzero((sign == -sign[i]) & (small | (np.arange(sign.size) > i)))
        pairs.append(np.stack([np.full(others.size, i), others], axis=1))
    found = np.concatenate(pairs)
    gap = np.maximum(low[found[:, 0]] - high[found[:, 1]], low[found[:, 1]] - high[found[:, 0]]).max(
        axis=1, initial=-np.inf
    )
    found = found[gap <= reach * (1 + 1e-9)]
    both = np.concatenate([found, found[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    return Neighbours(np.searchsorted(both[:, 0], np.arange(sign.size + 1)), both[:, 1])


def _near_small(middle: Floats, small: npt.NDArray[np.bool_], sign: Integers, distance: float) -> Integers:
    """Pairs (gain, loss) of small grains whose middles lie within a distance along each of z, y, x."""
    gains, losses = (np.flatnonzero(small & (sign == direction)) for direction in (1, -1))
    if not gains.size or not losses.size:
        return np.zeros((0, 2), dtype=np.int64)
    near = cKDTree(middle[gains]).sparse_distance_matrix(
        cKDTree(middle[losses]), distance, p=np.inf, output_type="ndarray"
    )
    return np.stack([gains[near["i"]], losses[near["j"]]], axis=1)
