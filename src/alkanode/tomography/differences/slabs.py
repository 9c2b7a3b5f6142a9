"""Reading volumes slab by slab, with a halo, so that a volume never has to fit into memory.

A slab is a range of slices along z. What a slice becomes depends on its neighbours within the halo only, so results
do not depend on how thick the slabs are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import PhysicsError, SchemaError

Volume32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Slab:
    """A range of slices.

    Attributes
    ----------
    core
        Slices that are computed.
    padded
        Slices that are read for it: the core and its halo, cut at the ends of the volume.
    inner
        Where the core lies within the padded slices.
    """

    core: slice
    padded: slice
    inner: slice


def slab_of(first: int, last: int, count: int, halo: int) -> Slab:
    """The slab from slice ``first`` up to, not including, ``last`` of a volume of ``count`` slices."""
    low, high = max(first - halo, 0), min(last + halo, count)
    return Slab(slice(first, last), slice(low, high), slice(first - low, last - low))


def slabs(count: int, size: int, halo: int = 0) -> Iterator[Slab]:
    """Slabs of ``size`` slices that cover a volume of ``count`` slices, the last one thinner.

    Raises
    ------
    PhysicsError
        For a slab without slices.
    """
    if size < 1:
        raise PhysicsError("a slab holds at least one slice", found=repr(size))
    for first in range(0, count, size):
        yield slab_of(first, min(first + size, count), count, halo)


SLAB_VOXELS = 80_000_000
"""Voxels of a slab: eight slices of 3077 x 3077, a third of a gigabyte for each field that is held of it."""


def bounded(size: int, record: xr.Dataset) -> int:
    """Slices of a slab: as many as asked for, fewer where slices are so large that memory would be short."""
    plane = record.sizes["y"] * record.sizes["x"]
    return min(size, max(SLAB_VOXELS // max(plane, 1), 1))


PIECE = (8, 1024)
"""Slices and rows that are read at once of a volume that does not say how it lies on the disk."""


def pieces(record: xr.Dataset, name: str, z: slice) -> Iterator[tuple[slice, slice]]:
    """Slices and rows (z, y) that lie together on the disk and cover some slices, so that each is read once."""
    deep, high = (record.variables[name].encoding.get("chunks") or PIECE)[:2]
    height = record.sizes["y"]
    for row in range(0, height, high):
        rows = slice(row, min(row + high, height))
        for first in range(z.start - z.start % deep, z.stop, deep):
            yield slice(max(first, z.start), min(first + deep, z.stop)), rows


def read(record: xr.Dataset, name: str, z: slice) -> Volume32:
    """Some slices of a field as a contiguous float32 array, not to be written to; nothing else is read."""
    return np.ascontiguousarray(record[name].isel(z=z).to_numpy(), dtype=np.float32)


def read_piece(record: xr.Dataset, name: str, here: slice, rows: slice) -> Volume32:
    """Some rows of some slices of a field in float32, not to be written to."""
    return np.asarray(record.variables[name][here, rows].to_numpy(), dtype=np.float32)


def read_own(record: xr.Dataset, name: str, z: slice) -> Volume32:
    """Some slices of a field as a float32 array that may be written to; it is filled piece by piece."""
    values = np.empty((z.stop - z.start, record.sizes["y"], record.sizes["x"]), np.float32)
    for here, rows in pieces(record, name, z):
        values[here.start - z.start : here.stop - z.start, rows] = read_piece(record, name, here, rows)
    return values


def mask_slices(mask: xr.DataArray | Flags, z: slice) -> Flags:
    """Some slices of a mask."""
    values = mask.isel(z=z).to_numpy() if isinstance(mask, xr.DataArray) else np.asarray(mask)[z]
    return np.asarray(values, dtype=np.bool_)


def read_mask(mask: xr.DataArray | Flags | None, z: slice) -> Flags | None:
    """Some slices of a mask that may be absent."""
    return None if mask is None else mask_slices(mask, z)


def check_mask(mask: xr.DataArray | Flags | None, record: xr.Dataset, what: str) -> None:
    """Refuse a mask whose shape is not that of the volume.

    Raises
    ------
    SchemaError
        Naming both shapes.
    """
    wanted = shape_of(record)
    if mask is not None and tuple(mask.shape) != wanted:
        raise SchemaError(f"{what} needs the shape {wanted} of the volume", found=str(tuple(mask.shape)))


def shape_of(record: xr.Dataset) -> tuple[int, int, int]:
    """Numbers of voxels along z, y, x."""
    return record.sizes["z"], record.sizes["y"], record.sizes["x"]


def same_grid(one: xr.Dataset, other: xr.Dataset) -> None:
    """Refuse two volumes that do not lie on the same voxels, or were taken at different energies.

    Raises
    ------
    SchemaError
        For different shapes or coordinates.
    PhysicsError
        For different photon energies.
    """
    if shape_of(one) != shape_of(other):
        raise SchemaError(
            "two volumes on the same voxels are needed",
            found=f"shapes {shape_of(one)} and {shape_of(other)}",
            todo="Register one onto the other: alkanode.tomography.register, apply_registration",
        )
    for axis in ("z", "y", "x"):
        if axis in one.coords and axis in other.coords:
            first, second = (np.asarray(record[axis].to_numpy(), dtype=np.float64) for record in (one, other))
            step = abs(first[-1] - first[0]) / max(first.size - 1, 1)
            if np.abs(first - second).max(initial=0.0) > 1e-3 * step:
                raise SchemaError(
                    f"two volumes on the same voxels are needed; their {axis} differ",
                    found=f"{first[0]:.6g} to {first[-1]:.6g} and {second[0]:.6g} to {second[-1]:.6g} m",
                    todo="Register one onto the other: alkanode.tomography.register, apply_registration",
                )
    if "photon_energy" in one and "photon_energy" in other:
        here, there = float(one["photon_energy"]), float(other["photon_energy"])
        if abs(here - there) > 1e-3 * here:
            raise PhysicsError("two volumes at one photon energy are needed", found=f"{here:.4g} and {there:.4g} J")


def voxel_size(record: xr.Dataset) -> float:
    """Edge of a cubic voxel, m, from the coordinates.

    Raises
    ------
    SchemaError
        Without coordinates, or for voxels that are not cubes: volumes could not be given in m3.
    """
    steps = []
    for axis in ("z", "y", "x"):
        if axis in record.coords and record.sizes[axis] > 1:
            values = np.asarray(record[axis].to_numpy(), dtype=np.float64)
            steps.append(abs(values[-1] - values[0]) / (values.size - 1))
    if not steps or min(steps) <= 0:
        raise SchemaError(
            "coordinates z, y, x (m) are needed for sizes in m",
            found="none",
            todo="Give the pixel size when the scan is opened: open_projections(..., pixel_size='1.3 um')",
        )
    if max(steps) > 1.001 * min(steps):
        raise SchemaError("cubic voxels are needed", found=f"edges from {min(steps):.4g} to {max(steps):.4g} m")
    return float(np.mean(steps))


def grid_coords(record: xr.Dataset, z: slice | None = None) -> dict[str, xr.DataArray]:
    """Coordinates and scalars that a result on the same voxels keeps."""
    kept = {axis: record[axis] for axis in ("z", "y", "x") if axis in record.coords}
    if z is not None and "z" in kept:
        kept["z"] = kept["z"].isel(z=z)
    return kept
