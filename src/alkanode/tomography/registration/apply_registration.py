"""A later scan brought back to the pristine one by one interpolation."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.registration.slabs import Volume, read_slab
from alkanode.tomography.registration.voxel_grid import Floats, VoxelGrid, voxel_grid

PREFILTER_REACH = 10
"""Voxels beyond which the prefilter of cubic B-splines forgets (0.27 to this power, 2e-6)."""
OUT_VOXELS = 2**24
"""Voxels that are resampled at a time, at least eight rows."""

_READ = 8  # rows read at a time
_STRIP = 256  # lines of a slab that are filtered along z at a time


@source("Unser1999")
def apply_registration(
    volume: RecordLike,
    registration: RecordLike,
    scan: str | int | None = None,
    *,
    like: RecordLike | None = None,
    rows: slice | None = None,
) -> xr.Dataset:
    """The volume of a later scan as it would lie had nothing moved.

    Parameters
    ----------
    volume
        Kind ``volume`` of the later scan; read slab by slab.
    registration
        Kind ``registration``, with that scan.
    scan
        Its name; needed where the registration holds several.
    like
        Volume whose grid the result takes, by default the grid of ``volume``.
    rows
        Rows of that grid to compute, by default all.

    Returns
    -------
    Dataset
        Kind ``volume``: the later scan at p' = R (p - c) + c + t for every voxel p, float32, NaN beyond it.
        ``attenuation_noise``, where the volume has it, times the factor by which interpolation changes white noise;
        ``attrs["noise_factor"]`` keeps the factor.

    Raises
    ------
    SchemaError
        For an unknown scan, or volumes without coordinates.

    Notes
    -----
    Cubic B-splines with their prefilter: one interpolation, whatever the motion. The factor is exact for noise that is
    independent from voxel to voxel; reconstructed noise is not, and is better measured on the result. A motion about z and a
    shift need no interpolation of the volume at all: see :func:`grid_correction`.
    """
    volume = check(volume, "volume")
    grid = voxel_grid(volume)
    target = check(like, "volume") if like is not None else volume
    target_grid = voxel_grid(target)
    turn, shift, centre = motion_of(registration, scan)
    ratio = target_grid.pixel / grid.pixel
    matrix = turn * ratio
    constant = (turn @ (target_grid.first - centre) + centre + shift - grid.first) / grid.pixel
    start, stop, _ = (rows or slice(None)).indices(target_grid.shape[0])
    field = volume["attenuation"]
    out = np.empty((max(stop - start, 0), *target_grid.shape[1:]), dtype=np.float32)
    step = max(8, OUT_VOXELS // max(1, out.shape[1] * out.shape[2]))
    for first in range(start, stop, step):
        _fill(out[first - start : first - start + step], field, grid, matrix, constant + matrix[:, 0] * first)
    factor = noise_factor(matrix, constant, target_grid.shape)
    fields: dict[str, tuple[tuple[str, ...], object]] = {"attenuation": (("z", "y", "x"), out)}
    if "attenuation_noise" in volume.variables:
        fields["attenuation_noise"] = (("z",), _noise(volume, target, matrix, constant, start, stop) * factor)
    if "photon_energy" in volume.variables:
        fields["photon_energy"] = ((), volume["photon_energy"].to_numpy())
    coordinates = {"z": target["z"].to_numpy()[start:stop], "y": target["y"].to_numpy(), "x": target["x"].to_numpy()}
    attrs = {**volume.attrs, "noise_factor": factor, "interpolation": "cubic B-spline, prefiltered"}
    attrs["registration"] = json.dumps({"shift": list(shift), "rotation_matrix": turn.tolist(), "centre": list(centre)})
    return label(xr.Dataset(fields, coords=coordinates, attrs=attrs), "volume")


def motion_of(registration: RecordLike, scan: str | int | None) -> tuple[Floats, Floats, Floats]:
    """Rotation matrix, shift (m) and centre (m) of one scan of a registration."""
    record = one_scan(registration, scan)
    return (
        rotation_matrix(record["rotation"].to_numpy()),
        record["shift"].to_numpy().astype(np.float64),
        record["centre"].to_numpy().astype(np.float64),
    )


def one_scan(registration: RecordLike, scan: str | int | None) -> xr.Dataset:
    """The part of a registration that belongs to one scan, without the dimension of scans.

    Raises
    ------
    SchemaError
        For a scan that it does not hold, or where several are held and none is named.
    """
    record = check(registration, "registration")
    count = record.sizes["scan"]
    names = record["scan"].to_numpy().tolist() if "scan" in record.coords else list(range(count))
    if scan is None and count != 1:
        raise SchemaError("a scan must be named", found=f"a registration of {count}: {names}")
    if scan is not None and scan not in names:
        raise SchemaError("the scan must be one of the registration", found=f"{scan!r}", todo=f"It holds {names}")
    return record.isel(scan=0 if scan is None else names.index(scan))


def noise_factor(matrix: Floats, constant: Floats, shape: tuple[int, ...]) -> float:
    """Root mean factor on the variance of white noise by cubic spline interpolation, over a grid.

    The spline through samples is a sum of cardinal splines; the factor of a point is the root of the sum of their squares
    there, a product over the axes. It is 1 on a voxel and 0.69 half-way between two along one axis.
    """
    axes = [np.linspace(0, size - 1, min(size, 24)).round() for size in shape]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    fraction = places.reshape(-1, 3) @ matrix.T + constant
    fraction -= np.floor(fraction)
    table = _cardinal_power(np.linspace(0.0, 1.0, 65))
    power = np.prod([np.interp(fraction[:, axis], np.linspace(0.0, 1.0, 65), table) for axis in range(3)], axis=0)
    return float(np.sqrt(power.mean()))


def _cardinal_power(fraction: Floats) -> Floats:
    """Sum of squared cardinal cubic splines at a distance from a sample."""
    from scipy.ndimage import map_coordinates

    length = 64
    pulses = np.zeros((length, length))
    pulses[length // 2, length // 2] = 1.0
    offsets = np.arange(-24, 24)
    total: Floats = np.zeros_like(fraction)
    for offset in offsets:
        at = length // 2 + fraction + offset
        total += map_coordinates(pulses, [np.full_like(at, length // 2), at], order=3, mode="mirror") ** 2
    return total


def _fill(out: Volume, field: xr.DataArray, grid: VoxelGrid, matrix: Floats, constant: Floats) -> None:
    """Resample one slab of the result from the rows that it needs."""
    from alkanode.tomography.registration.kernels import resample

    ends = np.array([[0, size - 1] for size in out.shape])
    corners = np.array([[i, j, k] for i in ends[0] for j in ends[1] for k in ends[2]], dtype=np.float64)
    along = corners @ matrix[0] + constant[0]
    low = max(int(np.floor(along.min())) - PREFILTER_REACH, 0)
    high = min(int(np.ceil(along.max())) + PREFILTER_REACH + 1, grid.shape[0])
    if high <= low:
        out[...] = np.nan
        return
    coefficients = np.empty((high - low, *field.shape[1:]), dtype=np.float32)
    for row in range(0, high - low, _READ):
        coefficients[row : row + _READ] = read_slab(field, low + row, min(low + row + _READ, high))
    missing = ~np.isfinite(coefficients)
    coefficients[missing] = 0.0
    _prefilter(coefficients)
    coefficients[missing] = np.nan
    del missing
    last = np.array(grid.shape, dtype=np.float64) - 1
    resample(
        coefficients,
        np.ascontiguousarray(matrix),
        constant - np.array([low, 0.0, 0.0]),
        np.array([-float(low), 0.0, 0.0]) - 1e-6,
        last - np.array([low, 0.0, 0.0]) + 1e-6,
        out,
    )


def _prefilter(values: Volume) -> None:
    """Turn values into spline coefficients in their own place, as a copy of a slab would need as much room again."""
    from scipy.ndimage import spline_filter1d

    for row in range(0, values.shape[1], _STRIP):
        strip = values[:, row : row + _STRIP]
        strip[...] = spline_filter1d(strip, order=3, axis=0, output=np.float32, mode="mirror")
    for plane in values:
        for axis in (0, 1):
            plane[...] = spline_filter1d(plane, order=3, axis=axis, output=np.float32, mode="mirror")


def _noise(volume: xr.Dataset, target: xr.Dataset, matrix: Floats, constant: Floats, start: int, stop: int) -> Floats:
    """(z,) noise of the rows that the middle of each row of the result comes from."""
    noise = volume["attenuation_noise"].to_numpy().astype(np.float64)
    middle = [(target.sizes[axis] - 1) / 2 for axis in ("y", "x")]
    rows = matrix[0, 0] * np.arange(start, stop) + matrix[0, 1] * middle[0] + matrix[0, 2] * middle[1] + constant[0]
    return np.asarray(np.interp(rows, np.arange(noise.size), noise))
