"""Sizes of connected regions, counted slab by slab.

Regions are labelled within a slab; those that meet across its border are joined by a union of labels. Only the last
slice of the slab before is kept, so the count needs the memory of one slab and does not depend on its thickness.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require
from alkanode.tomography.differences.slabs import Flags

Counts = npt.NDArray[np.int64]


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
    cc3d = require("cc3d", extra="tomography")
    parent: list[int] = []
    sizes: list[Counts] = []
    last: npt.NDArray[np.int64] | None = None
    for block in blocks:
        labels, count = cc3d.connected_components(block, connectivity=26, return_N=True)
        voxels = np.bincount(labels.ravel(), minlength=count + 1)[1:].astype(np.int64)
        offset = len(parent)
        parent.extend(range(offset, offset + count))
        sizes.append(voxels)
        first = labels[0].astype(np.int64) + np.where(labels[0] > 0, offset, 0)
        if last is not None:
            _join(parent, last, first)
        last = labels[-1].astype(np.int64) + np.where(labels[-1] > 0, offset, 0)
    if not parent:
        return np.zeros(0, np.int64)
    roots = np.array([_root(parent, place) for place in range(len(parent))])
    totals = np.bincount(roots, weights=np.concatenate(sizes)).astype(np.int64)
    return np.sort(totals[totals > 0])


def _join(parent: list[int], below: Counts, above: Counts) -> None:
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


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place
