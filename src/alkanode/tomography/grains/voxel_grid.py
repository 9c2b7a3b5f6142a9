"""Where the voxels of a record lie, and their size; slabs of a record that may lie on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]

SLAB_VOXELS = 2**25
"""Voxels read at once where no thickness is asked for: 34 million, 170 MB with signs and changes."""

UNEVEN = 1e-3
"""Largest deviation of a coordinate from even steps, in voxels."""


@dataclass(frozen=True, slots=True)
class VoxelGrid:
    """Even coordinates of voxels.

    Attributes
    ----------
    origin
        (z, y, x) of the first voxel, m.
    size
        Edges of a voxel (z, y, x), m.
    shape
        Voxels along z, y, x.
    """

    origin: Floats
    size: Floats
    shape: tuple[int, int, int]

    @property
    def voxel_volume(self) -> float:
        """m3."""
        return float(np.prod(self.size))

    def at(self, index: npt.ArrayLike) -> Floats:
        """Coordinates (..., 3), m, of places in voxels."""
        return np.asarray(self.origin + np.asarray(index, dtype=np.float64) * self.size)

    def index(self, place: npt.ArrayLike) -> Floats:
        """Places in voxels (..., 3) of coordinates in m."""
        return np.asarray((np.asarray(place, dtype=np.float64) - self.origin) / self.size)


def voxel_grid(record: xr.Dataset, field: str) -> VoxelGrid:
    """Grid of a field with dimensions (z, y, x).

    Parameters
    ----------
    record
        Has coordinates ``z``, ``y``, ``x`` in m, evenly spaced.
    field
        A field on them.

    Returns
    -------
    VoxelGrid

    Raises
    ------
    SchemaError
        Where a coordinate is absent, backward, uneven, or has too few voxels to tell their size.
    """
    shape = record.variables[field].shape
    if len(shape) != 3 or 0 in shape:
        raise SchemaError(f"{field!r} needs voxels along z, y and x", found=f"shape {shape}")
    steps: dict[str, float] = {}
    for name in ("z", "y", "x"):
        if name not in record.variables:
            raise SchemaError(
                f"sizes of grains need the coordinate {name!r} in m",
                found=f"a record with {', '.join(repr(str(one)) for one in record.coords) or 'no coordinates'}",
                todo="Give the pixel size when the scan is opened, or assign coordinates",
            )
        values = np.asarray(record.variables[name].to_numpy(), dtype=np.float64)
        if values.size > 1:
            steps[name] = float(values[-1] - values[0]) / (values.size - 1)
            off = np.abs(values - (values[0] + steps[name] * np.arange(values.size))).max()
            if not steps[name] > 0 or not off <= UNEVEN * steps[name]:
                raise SchemaError(f"{name!r} must rise in even steps", found=f"steps of {steps[name]:g} m on average")
    if not steps:
        raise SchemaError("a voxel has no size that could be read off", found="one voxel")
    any_step = next(iter(steps.values()))
    sizes = np.array([steps.get(name, any_step) for name in ("z", "y", "x")])
    origin = np.array([float(record.variables[name][0]) for name in ("z", "y", "x")])
    return VoxelGrid(origin, sizes, (int(shape[0]), int(shape[1]), int(shape[2])))


def slab_ranges(shape: tuple[int, int, int], slab: int | None = None) -> Iterator[tuple[int, int]]:
    """First and end slice of each slab.

    Parameters
    ----------
    shape
        Of the volume (z, y, x).
    slab
        Slices per slab; default as many as hold :data:`SLAB_VOXELS`.

    Raises
    ------
    SchemaError
        For less than one slice per slab.
    """
    if slab is not None and slab < 1:
        raise SchemaError("a slab holds at least one slice", found=f"{slab}")
    step = slab or max(1, SLAB_VOXELS // max(1, shape[1] * shape[2]))
    for start in range(0, shape[0], step):
        yield start, min(start + step, shape[0])


def same_grid(one: VoxelGrid, other: VoxelGrid, names: tuple[str, str]) -> None:
    """Refuse two records whose voxels are not the same.

    Raises
    ------
    SchemaError
        For other shapes, places or sizes (beyond a hundredth of a voxel).
    """
    if one.shape != other.shape:
        raise SchemaError(f"{names[0]} and {names[1]} need the same voxels", found=f"{one.shape} and {other.shape}")
    far = np.abs(one.index(other.at([(0, 0, 0), other.shape])) - np.array([(0, 0, 0), one.shape])).max()
    if far > 0.01:
        raise SchemaError(
            f"{names[0]} and {names[1]} need the same voxels", found=f"grids up to {far:.3g} voxels apart"
        )
