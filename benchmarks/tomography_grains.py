"""Grains of a map of change: alkanode next to cc3d and scipy.ndimage, in one process, by CPU time, one thread.

    python benchmarks/tomography_grains.py            # 384 voxels along each edge
    python benchmarks/tomography_grains.py --size 512

Everybody gets the same signs and changes and gives the same: the number of voxels and the mean change of each grain, its
box and centroid, and the volume gained and lost in each slice. cc3d and ndimage label, then measure; alkanode does both in
one pass over slabs of 16 slices. Compilation is left out of the times (a run goes before) and printed by itself.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy import ndimage

from alkanode.foundation.runtime import require
from alkanode.tomography.grains.pieces import Pieces, find_pieces

REPEATS = 3
SLAB = 16
SHARE = 0.023


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=384, help="voxels along each edge (default 384)")
    size = parser.parse_args().size
    cc3d = require("cc3d", extra="tomography")
    named = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "numba", "connected-components-3d"))
    print(f"Python {platform.python_version()}, {named}; CPU time, best of {REPEATS}")
    signs, change = made(size)
    start = time.process_time()
    find_pieces([(signs[:2], change[:2])])
    print(f"grains first call {time.process_time() - start:.2f} s (compilation, or its cache)")
    ours, pieces = cpu(lambda: alkanode(signs, change))
    theirs, peer = cpu(lambda: cc3d_chain(cc3d, signs, change))
    third, other = cpu(lambda: ndimage_chain(signs, change))
    number = pieces[0].number
    print(f"map of {size}^3 voxels, {100 * np.mean(signs != 0):.1f} % changed, {number} grains")
    agree(pieces, peer, other)
    print(f"grains alkanode {ours:.3f} s")
    print(f"grains cc3d chain {theirs:.3f} s")
    print(f"grains ndimage chain {third:.3f} s")
    print(f"grains, time over that of cc3d  {ours / theirs:.3f} x (target <= 1.5)")
    print(f"grains, times faster than ndimage  {third / ours:.2f} x (target >= 1.5)")


def made(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Signs of the outermost voxels of smoothed noise, and the noise."""
    random = np.random.default_rng(0)
    change = ndimage.gaussian_filter(random.standard_normal((size, size, size), dtype=np.float32), 1.5)
    low, high = np.quantile(change[::5], [SHARE / 2, 1 - SHARE / 2])
    return (change > high).astype(np.int8) - (change < low).astype(np.int8), change


def cpu(task: Callable[[], Any]) -> tuple[float, Any]:
    """Shortest CPU time, s, and what it gives."""
    best, result = np.inf, None
    for _ in range(REPEATS):
        start = time.process_time()
        result = task()
        best = min(best, time.process_time() - start)
    return best, result


def alkanode(signs: np.ndarray, change: np.ndarray) -> tuple[Pieces, dict[str, np.ndarray]]:
    pieces = find_pieces((signs[a : a + SLAB], change[a : a + SLAB]) for a in range(0, len(signs), SLAB))
    table = pieces.table
    voxels = pieces.total(table[:, 2])
    return pieces, {
        "voxels": voxels,
        "mean": pieces.total(pieces.sums) / voxels,
        "centroid": np.stack(
            [pieces.total(table[:, 0] * table[:, 2]), pieces.total(table[:, 3]), pieces.total(table[:, 4])]
        )
        / voxels,
        "low": np.stack([pieces.lowest(one) for one in (0, 8, 10)]),
        "high": np.stack([pieces.highest(one) for one in (0, 9, 11)]),
        "slices": np.stack(
            [np.bincount(table[:, 0], table[:, 2] * (table[:, 1] == sign), len(signs)) for sign in (1, -1)]
        ),
    }


def cc3d_chain(cc3d: Any, signs: np.ndarray, change: np.ndarray) -> dict[str, np.ndarray]:
    labels, _ = cc3d.connected_components(signs, connectivity=26, return_N=True)
    found = cc3d.statistics(labels, no_slice_conversion=True)
    voxels = found["voxel_counts"][1:].astype(np.float64)
    inside = labels > 0
    sums = np.bincount(labels[inside], weights=change[inside], minlength=len(voxels) + 1)[1:]
    slices = np.stack([np.count_nonzero(signs == sign, axis=(1, 2)) for sign in (1, -1)])
    return {"voxels": voxels, "mean": sums / voxels, "slices": slices, "centroid": found["centroids"][1:].T}


def ndimage_chain(signs: np.ndarray, change: np.ndarray) -> dict[str, np.ndarray]:
    cube = np.ones((3, 3, 3))
    parts = []
    for sign in (1, -1):
        labels, number = ndimage.label(signs == sign, cube)
        index = np.arange(1, number + 1)
        inside = np.flatnonzero(labels)
        own = labels.ravel()[inside]
        voxels = np.bincount(own, minlength=number + 1)[1:]
        places = np.unravel_index(inside, labels.shape)
        centroid = np.stack([np.bincount(own, one, number + 1)[1:] for one in places]) / voxels
        mean = np.bincount(own, change.ravel()[inside], number + 1)[1:] / voxels
        parts.append((index, voxels, mean, centroid, ndimage.find_objects(labels)))
    slices = np.stack([np.count_nonzero(signs == sign, axis=(1, 2)) for sign in (1, -1)])
    return {
        "voxels": np.concatenate([one[1] for one in parts]),
        "mean": np.concatenate([one[2] for one in parts]),
        "slices": slices,
    }


def agree(ours: tuple[Pieces, dict[str, np.ndarray]], *peers: dict[str, np.ndarray]) -> None:
    own = ours[1]
    for name, peer in zip(("cc3d", "ndimage"), peers, strict=True):
        sizes = np.array_equal(np.sort(own["voxels"]), np.sort(peer["voxels"]))
        means = np.abs(np.sort(own["mean"]) - np.sort(peer["mean"])).max()
        slices = np.array_equal(own["slices"], peer["slices"])
        print(f"grains agree with {name}: sizes {sizes}, slices {slices}, largest difference of a mean {means:.1e}")


if __name__ == "__main__":
    main()
