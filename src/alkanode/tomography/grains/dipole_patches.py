"""Voxels around each grain, read from volumes that may lie on a disk, a window of slices at a time."""

from __future__ import annotations

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

_CUBE = np.ones((3, 3, 3), dtype=bool)


@dataclass(slots=True)
class Window:
    """A reader that keeps some slices of several volumes.

    Attributes
    ----------
    fields
        Name -> variable (z, y, x).
    slices
        Slices to keep; a taller box is read by itself.
    """

    fields: dict[str, xr.Variable]
    slices: int
    first: int = 0
    held: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)

    def read(self, box: Box) -> dict[str, npt.NDArray[np.generic]]:
        """Every field within a box."""
        low, high = box[0].start, box[0].stop
        if high - low > self.slices:
            place = dict(zip(("z", "y", "x"), box, strict=True))
            return {name: one.isel(place).to_numpy() for name, one in self.fields.items()}
        if not self.held or low < self.first or high > self.first + len(next(iter(self.held.values()))):
            self.first = low
            part = slice(low, low + self.slices)
            self.held = {name: one.isel(z=part).to_numpy() for name, one in self.fields.items()}
        inside = (slice(low - self.first, high - self.first), box[1], box[2])
        return {name: one[inside] for name, one in self.held.items()}


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
    own = _own_voxels(site, box, sign == site.sign)
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
        float(np.mean(noise[box[0]] ** 2)),
    )
    return patch, np.asarray(opposite + np.array([one.start for one in box]))


def _own_voxels(site: Site, box: Box, same: Flags) -> Flags:
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
