"""Levels from coarse to fine, for volumes that need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.registration.fixed_material import FixedMaterial, no_material
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.slabs import Bins, Flags, Volume, bin_array, bin_volume

FEWEST_USABLE = 1000
"""Voxels that a mask should keep on a binned level: a start is told from another by hundreds of compared ones."""
FEWEST_ROWS = 8
"""An axis is not binned below this many voxels."""


@dataclass(frozen=True, slots=True)
class Level:
    """A volume binned by ``bins``, with the voxels that may be compared."""

    bins: Bins
    values: Volume
    usable: Flags


def base_bins(shape: tuple[int, ...], limit: int) -> Bins:
    """Smallest binning (powers of two) that leaves at most ``limit`` voxels."""
    bins: Bins = (1, 1, 1)
    while np.prod([size // factor for size, factor in zip(shape, bins, strict=True)]) > limit:
        further = next_bins(shape, bins, 1)
        if further == bins:
            break
        bins = further
    return bins


def next_bins(shape: tuple[int, ...], bins: Bins, coarsest: int) -> Bins:
    """Binning doubled along every axis that stays long enough; the same where none may be halved further."""
    sizes = [size // factor for size, factor in zip(shape, bins, strict=True)]
    if max(sizes) <= coarsest:
        return bins
    wanted = [factor * 2 if size // 2 >= FEWEST_ROWS else factor for size, factor in zip(sizes, bins, strict=True)]
    return wanted[0], wanted[1], wanted[2]


def coarser(level: Level, bins: Bins) -> Level:
    """The same volume binned to ``bins``, multiples of those it has.

    A voxel is usable where half of it was; of a mask too thin for that, where any of it was.
    """
    ratio = tuple(new // old for new, old in zip(bins, level.bins, strict=True))
    step = (ratio[0], ratio[1], ratio[2])
    share = bin_array(level.usable, step)
    usable = share > 0.5
    if usable.sum() < FEWEST_USABLE:
        usable = share > 0
    return Level(bins=bins, values=bin_array(level.values, step), usable=usable)


def levels_of(base: Level, coarsest: int) -> list[Level]:
    """The base and everything coarser, the coarsest first."""
    levels = [base]
    shape = tuple(size * factor for size, factor in zip(base.values.shape, base.bins, strict=True))
    while (bins := next_bins(shape, levels[0].bins, coarsest)) != levels[0].bins:
        levels.insert(0, coarser(levels[0], bins))
    return levels


def read_fixed(
    field: xr.DataArray, mask: xr.DataArray | npt.NDArray[np.bool_] | FixedMaterial | None, options: RegistrationOptions
) -> Level:
    """The fixed volume, binned as far as the memory demands, with the voxels of the mask.

    Raises
    ------
    SchemaError
        For a mask of another shape or type.
    PhysicsError
        For a mask without voxels.
    """
    bins = base_bins(field.shape, options.working_voxels)
    values, usable = bin_volume(field, bins)
    # exactly 0 in all slices is what reconstruction writes outside its circle: it stays where it is, whatever moves
    usable &= (values != 0).any(axis=0)
    if isinstance(mask, FixedMaterial):
        usable &= mask.flags(values)
        if not usable.any():
            raise no_material(mask)
    elif mask is not None:
        flags = mask if isinstance(mask, xr.DataArray) else xr.DataArray(np.asarray(mask), dims=field.dims)
        if flags.shape != field.shape or flags.dtype != np.bool_:
            raise SchemaError(
                "the mask needs one flag for each voxel of the fixed volume",
                found=f"shape {flags.shape} of {flags.dtype} for a volume of {field.shape}",
                todo="fixed_material(volume, lower, upper) makes one",
            )
        usable &= bin_volume(flags, bins)[0] >= 0.5
        if not usable.any():
            raise PhysicsError("the mask must hold voxels to register by", found="none")
    if not usable.any():
        raise PhysicsError("the fixed volume must hold finite voxels", found="none")
    return Level(bins=bins, values=values, usable=usable)


def read_moving(field: xr.DataArray, bins: Bins) -> Level:
    """The moving volume, binned as the fixed one."""
    values, usable = bin_volume(field, bins)
    if not usable.any():
        raise PhysicsError("the moving volume must hold finite voxels", found="none")
    return Level(bins=bins, values=values, usable=usable)
