"""Sizes of connected regions, counted slab by slab.

Regions are labelled within a slab; those that meet across its border are joined by a union of labels. A region that does not
reach the last slice of a slab is whole: only its size is counted. What is kept are the regions in the last slice and how
many there are of each size, so that many counts can be made beside each other while a volume is read once, in memory that
does not grow with the volume, and none depends on the thickness of the slabs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require
from alkanode.tomography.differences.slabs import Flags

Counts = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]


class RegionCounter:
    """Counts the voxels of every 26-connected region of a volume that comes in slabs."""

    def __init__(self) -> None:
        # sizes of whole regions, rising, and how many there are of each
        self._sizes = np.zeros(0, np.int64)
        self._counts = np.zeros(0, np.int64)
        # voxels so far of the regions in the last slice; where they lie there, and labels from 1 on
        self._open = np.zeros(0, np.int64)
        self._places = np.zeros(0, np.int64)
        self._labels = np.zeros(0, np.int32)

    def add(self, block: Flags) -> None:
        """Take the next slab (z, y, x)."""
        if not block.any():
            self._count(self._open)
            self._open, self._places, self._labels = self._open[:0], self._places[:0], self._labels[:0]
            return
        cc3d = require("cc3d", extra="tomography")
        labels, count = cc3d.connected_components(block, connectivity=26, return_N=True)
        before = self._open.size
        voxels = np.concatenate([self._open, np.bincount(labels[block], minlength=count + 1)[1:]])
        roots = np.arange(before + count)
        if before:
            below = np.zeros(block[0].size, np.int32)
            below[self._places] = self._labels
            roots = _joined(before + count, _touching(below.reshape(block.shape[1:]), labels[0]), before)
        totals = np.bincount(roots, weights=voxels, minlength=roots.size).astype(np.int64)
        self._places = np.flatnonzero(labels[-1])
        last = roots[labels[-1].ravel()[self._places].astype(np.int64) - 1 + before]
        reaching, numbers = np.unique(last, return_inverse=True)
        self._labels = (numbers + 1).astype(np.int32)
        self._open = totals[reaching]
        totals[reaching] = 0
        self._count(totals[totals > 0])

    def sizes(self) -> Counts:
        """Voxels of each region, sorted."""
        return np.sort(np.concatenate([np.repeat(self._sizes, self._counts), self._open]))

    def _count(self, whole: Counts) -> None:
        """Count regions by their size."""
        sizes, counts = np.unique(whole, return_counts=True)
        self._sizes, places = np.unique(np.concatenate([self._sizes, sizes]), return_inverse=True)
        self._counts = np.bincount(places, weights=np.concatenate([self._counts, counts])).astype(np.int64)


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


def _touching(below: Labels, above: Labels) -> Counts:
    """Pairs of labels (from 1 on) that touch between two neighbouring slices, each once, shape (pair, 2)."""
    rows, columns = below.shape
    width = int(above.max()) + 1
    found = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            one = below[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]
            two = above[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)]
            both = (one > 0) & (two > 0)
            found.append(np.unique(one[both].astype(np.int64) * width + two[both].astype(np.int64)))
    pairs = np.unique(np.concatenate(found))
    return np.stack([pairs // width, pairs % width], axis=1)


def _joined(count: int, pairs: Counts, before: int) -> Counts:
    """Root of each of some regions, of which the first ``before`` stand below; joined by pairs of labels from 1 on."""
    parent = list(range(count))
    for first, second in pairs.tolist():
        one, other = _root(parent, first - 1), _root(parent, second - 1 + before)
        if one != other:
            parent[max(one, other)] = min(one, other)
    roots = np.array(parent, dtype=np.int64)
    while not np.array_equal(higher := roots[roots], roots):
        roots = higher
    return roots


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place
