"""Voxels around each grain, read from volumes that may lie on a disk, piece by piece."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from alkanode.tomography.grains.dipole_fit import Patch
from alkanode.tomography.grains.voxel_grid import VoxelGrid

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Box = tuple[slice, slice, slice]

NEAR = 4
"""Voxels around a grain within which the other sheet of a fringe lies: two blurred sheets are no farther apart."""

_CUBE = np.ones((3, 3, 3), dtype=bool)


@dataclass(slots=True)
class Window:
    """A reader of boxes that keeps the pieces, as they lie on disk, that it read last.

    Attributes
    ----------
    fields
        Name -> variable (z, y, x).
    room
        Bytes to keep; no more than this and one box is in memory.
    """

    fields: dict[str, xr.Variable]
    room: int
    held: OrderedDict[tuple[str, tuple[int, ...]], npt.NDArray[np.generic]] = field(default_factory=OrderedDict)

    def read(self, box: Box, names: Iterable[str] | None = None) -> dict[str, npt.NDArray[np.generic]]:
        """Fields within a box: those named, else all."""
        return {name: self._part(name, box) for name in (self.fields if names is None else names)}

    def _part(self, name: str, box: Box) -> npt.NDArray[np.generic]:
        variable = self.fields[name]
        edges = variable.encoding.get("chunks")
        if edges is None:
            return np.asarray(variable[box].to_numpy())
        out = np.empty([one.stop - one.start for one in box], variable.dtype)
        spans = [range(one.start // edge, -(-one.stop // edge)) for one, edge in zip(box, edges, strict=True)]
        for place in itertools.product(*spans):
            low = [i * edge for i, edge in zip(place, edges, strict=True)]
            both = [
                (max(one.start, first), min(one.stop, first + edge))
                for one, first, edge in zip(box, low, edges, strict=True)
            ]
            inside = tuple(slice(a - first, b - first) for (a, b), first in zip(both, low, strict=True))
            there = tuple(slice(a - one.start, b - one.start) for (a, b), one in zip(both, box, strict=True))
            out[there] = self._piece(name, place, edges)[inside]
        return out

    def _piece(self, name: str, place: tuple[int, ...], edges: Sequence[int]) -> npt.NDArray[np.generic]:
        key = (name, place)
        if key not in self.held:
            piece = tuple(slice(i * edge, (i + 1) * edge) for i, edge in zip(place, edges, strict=True))
            self.held[key] = np.asarray(self.fields[name][piece].to_numpy())
            while len(self.held) > 1 and sum(one.nbytes for one in self.held.values()) > self.room:
                self.held.popitem(last=False)
        self.held.move_to_end(key)
        return self.held[key]

    def order(self, places: Integers) -> npt.NDArray[np.intp]:
        """Order in which voxels (place, axis) are best visited: piece by piece."""
        edges = next(iter(self.fields.values())).encoding.get("chunks", (1, *[2**62] * 2))
        pieces = places // np.array(edges)
        return np.lexsort((*pieces.T[::-1],))


@dataclass(frozen=True, slots=True)
class Site:
    """A grain and its surroundings.

    Attributes
    ----------
    grain
        Its number.
    sign
        1 or -1.
    low, high
        First and last voxel (z, y, x).
    voxels
        Number of voxels.
    """

    grain: int
    sign: int
    low: Integers
    high: Integers
    voxels: int

    def box(self, shape: tuple[int, int, int], around: int) -> Box:
        """The grain and some voxels around it, cut by the volume."""
        low, high = np.maximum(self.low - around, 0), np.minimum(self.high + around + 1, shape)
        return (slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1])), slice(int(low[2]), int(high[2])))


def sites(grains: xr.Dataset, grid: VoxelGrid) -> list[Site]:
    """Grains in the order of their first slices."""
    low = np.rint(grid.index(np.stack([grains[f"{name}_first"] for name in ("z", "y", "x")], axis=1))).astype(np.int64)
    high = np.rint(grid.index(np.stack([grains[f"{name}_last"] for name in ("z", "y", "x")], axis=1))).astype(np.int64)
    voxels = np.rint(grains["grain_volume"].to_numpy() / grid.voxel_volume).astype(np.int64)
    sign = grains["sign"].to_numpy()
    return [Site(i, int(sign[i]), low[i], high[i], int(voxels[i])) for i in np.argsort(low[:, 0], kind="stable")]


def patch_of(
    site: Site, box: Box, values: dict[str, npt.NDArray[np.generic]], reach: int, margin: int, noise: Floats
) -> tuple[Patch, Floats] | None:
    """What changed around a grain, or nothing where nothing changed the other way within reach.

    Parameters
    ----------
    site
        The grain.
    box
        Where ``values`` lie.
    values
        ``before``, ``after`` and ``sign`` within the box.
    reach
        Farthest voxel of the other sign that belongs to the pair.
    margin
        Voxels around grain and partner that are explained with them.
    noise
        (slice,) standard deviation of the change.

    Returns
    -------
    tuple or None
        The patch, and the middle of what changed the other way (voxels of the volume).
    """
    sign = values["sign"]
    own = own_voxels(site, box, sign == site.sign)
    near = ndimage.distance_transform_edt(~own) <= reach if own.any() else own
    other = (sign == -site.sign) & near
    if not other.any():
        return None
    middle, opposite = (np.argwhere(one).mean(axis=0) for one in (own, other))
    thick = ndimage.binary_dilation(own, _CUBE, iterations=margin) & (sign != -site.sign) | own
    region = ndimage.binary_dilation(own | other, _CUBE, iterations=margin)
    stray = (sign == site.sign) & ~own
    before, after = (np.array(values[name], dtype=np.float32) for name in ("before", "after"))
    absent = ~np.isfinite(before) | ~np.isfinite(after)
    before[absent] = after[absent] = 0.0
    thick &= ~stray & ~absent
    if not thick.any():
        return None
    patch = Patch(
        before,
        after,
        region & ~stray & ~absent,
        thick,
        site.sign * (middle - opposite),
        _variance(noise[box[0]], values.get("factor"), own),
        core=own & ~absent,
        near=ndimage.binary_dilation(own, _CUBE, iterations=NEAR) & ~stray & ~absent,
    )
    return patch, np.asarray(opposite + np.array([one.start for one in box]))


def _variance(noise: Floats, factor: npt.NDArray[np.generic] | None, own: Flags) -> float:
    """Mean variance of the change of the grain's slices, by place where that is known."""
    if factor is None:
        return float(np.mean(noise**2))
    each = noise[:, None, None] * factor.astype(np.float64)
    return float(np.mean(each[own] ** 2))


def own_voxels(site: Site, box: Box, same: Flags) -> Flags:
    """Voxels of the grain itself among those of its sign."""
    parts, number = ndimage.label(same, _CUBE)
    own = np.zeros_like(same)
    if number == 0:
        return own
    start = np.array([one.start for one in box])
    for i, found in enumerate(ndimage.find_objects(parts), start=1):
        low = np.array([one.start for one in found]) + start
        high = np.array([one.stop for one in found]) + start - 1
        if (low == site.low).all() and (high == site.high).all():
            mine = parts == i
            if int(mine.sum()) == site.voxels:
                return np.asarray(mine)
            own |= mine
    if own.any():
        return own
    # with a coarser connectivity than that of the labelling the grain may be part of more: take its own box
    inner = tuple(slice(int(a - s), int(b - s) + 1) for a, b, s in zip(site.low, site.high, start, strict=True))
    own[inner] = same[inner]
    return own


def thinner(mask: Flags, thickness: float) -> bool:
    """Whether a mask is nowhere thicker than some voxels."""
    return not ndimage.binary_erosion(mask, iterations=int(thickness // 2) + 1, border_value=1).any()
