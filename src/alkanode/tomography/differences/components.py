"""Sizes of connected regions, counted slab by slab.

Regions are labelled within a slab; those that meet across its border are joined by a union of labels. Only what is marked
in the last slice of the slab before is kept, so that many counts can be made beside each other while a volume is read
once, and none depends on the thickness of the slabs.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require
from alkanode.tomography.differences.slabs import Flags

Counts = npt.NDArray[np.int64]


class RegionCounter:
    """Counts the voxels of every 26-connected region of a volume that comes in slabs."""

    def __init__(self) -> None:
        self._parent = array("q")
        self._sizes: list[Counts] = []
        # places and labels (from 1 on, over all slabs) of what is marked in the last slice
        self._last: tuple[npt.NDArray[np.int64], Counts] | None = None

    def add(self, block: Flags) -> None:
        """Take the next slab (z, y, x)."""
        offset = len(self._parent)
        if not block.any():
            self._last = None
            return
        cc3d = require("cc3d", extra="tomography")
        labels, count = cc3d.connected_components(block, connectivity=26, return_N=True)
        self._sizes.append(np.bincount(labels[block], minlength=count + 1)[1:].astype(np.int64))
        self._parent.extend(range(offset, offset + count))
        if self._last is not None:
            below = np.zeros(labels[0].size, np.int64)
            below[self._last[0]] = self._last[1]
            above = labels[0].astype(np.int64) + np.where(labels[0] > 0, offset, 0)
            _join(self._parent, below.reshape(above.shape), above)
        marked = np.flatnonzero(labels[-1])
        self._last = marked, labels[-1].ravel()[marked].astype(np.int64) + offset

    def sizes(self) -> Counts:
        """Voxels of each region, sorted."""
        if not self._parent:
            return np.zeros(0, np.int64)
        roots = np.array(self._parent, dtype=np.int64)
        while not np.array_equal(above := roots[roots], roots):
            roots = above
        totals = np.bincount(roots, weights=np.concatenate(self._sizes)).astype(np.int64)
        return np.sort(totals[totals > 0])


def region_sizes(blocks: Iterable[Flags]) -> Counts:
    """Voxels of every 26-connected region of a volume.

    Parameters
    ----------
    blocks
        Slabs (z, y, x) of the volume from one end to the other.

    Returns
    -------
    ndarray
        Shape (region,), sorted.
    """
    counter = RegionCounter()
    for block in blocks:
        counter.add(block)
    return counter.sizes()


def _join(parent: array[int], below: Counts, above: Counts) -> None:
    """Join labels (from 1 on) that touch between two neighbouring slices."""
    rows, columns = below.shape
    pairs = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            one = below[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]
            two = above[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)]
            both = (one > 0) & (two > 0)
            if both.any():
                pairs.append(np.unique(np.stack([one[both], two[both]], axis=1), axis=0))
    for first, second in np.unique(np.concatenate(pairs), axis=0) if pairs else ():
        one_root, other_root = _root(parent, int(first) - 1), _root(parent, int(second) - 1)
        if one_root != other_root:
            parent[max(one_root, other_root)] = min(one_root, other_root)


def _root(parent: array[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place
