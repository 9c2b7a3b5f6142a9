"""Fewer points for the screen without losing a spike: the extremes of each stretch are kept."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from alkanode.plot.description import FloatArray


def thinned(y: FloatArray, most: int) -> npt.NDArray[np.intp]:
    """Indices of at most ``most`` points that look the same as all of them.

    The points are cut into equal stretches; of each, the first, the lowest and the highest are kept, and the last
    of all. A stretch that holds gaps (NaN) keeps the first gap, so that the line stays broken there.

    Parameters
    ----------
    y
        Values in the order in which they are joined, shape (n,).
    most
        Points wanted at most; at least 8.

    Returns
    -------
    ndarray
        Increasing indices.
    """
    if y.size <= most:
        return np.arange(y.size)
    stretches = max((most - 1) // 4, 1)
    bounds = np.linspace(0, y.size, stretches + 1).astype(np.intp)
    kept: set[int] = {y.size - 1}
    gaps = np.isnan(y)
    for start, end in itertools.pairwise(bounds):
        kept.add(int(start))
        part, holes = y[start:end], gaps[start:end]
        if holes.any():
            kept.add(int(start + np.argmax(holes)))
        if not holes.all():
            kept.add(int(start + np.nanargmin(part)))
            kept.add(int(start + np.nanargmax(part)))
    return np.array(sorted(kept), dtype=np.intp)
