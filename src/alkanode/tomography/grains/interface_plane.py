"""The plane between electrolyte and anode, found from the jump of attenuation.

The electrolyte attenuates ten times more than the anode. In each small column of the volume, averaged over some voxels
across, the height is taken where attenuation is halfway between the two; a plane is fitted to the heights so that pits,
pores and particles count little.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.grains.voxel_grid import VoxelGrid, slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]

FEWEST_COLUMNS = 12
"""Columns with a height that a plane needs: four for each of its three numbers."""

CLEAR_JUMP = 5.0
"""The jump must exceed the scatter of neighbouring slices of one column by this factor."""

_TUNING = 4.685  # of Tukey's biweight: 95 % of the efficiency of least squares on Gaussian scatter
_MAD = 1.4826


def interface_plane(
    volume: RecordLike,
    *,
    electrolyte_attenuation: QuantityLike | None = None,
    anode_attenuation: QuantityLike | None = None,
    anode_side: Literal["find", 1, -1] = "find",
    column: int = 16,
    radius: float = 0.95,
    slab: int | None = None,
) -> xr.Dataset:
    """Find the plane between electrolyte and anode.

    Parameters
    ----------
    volume
        Record of kind ``volume``; may lie on a disk, it is read slab by slab.
    electrolyte_attenuation, anode_attenuation
        1/m. Default: read off the volume, as the 95th and the 5th percentile of the mean of each slice; needed only where
        the volume holds little of one of the two.
    anode_side
        1 where the anode lies at larger z, -1 at smaller z. ``"find"`` (the default) compares the two ends.
    column
        Voxels across that are averaged, in y and in x. Default 16, which takes the noise of a voxel down 16 times.
    radius
        Share of the half width of the volume within which columns count. Default 0.95: the rim holds artefacts.
    slab
        Slices read at once.

    Returns
    -------
    Dataset
        Kind ``interface_plane``: ``interface_height`` (m, per column; NaN where no jump was found); ``plane_height`` (m, at
        y = x = 0) and ``plane_slope`` (rise of z per length along y and x) with ``_error``, one standard error from the
        scatter of columns taken as independent; ``anode_side``; ``roughness`` (m, robust standard deviation of heights).

    Raises
    ------
    PhysicsError
        Where attenuation does not jump, the electrolyte fills neither end or both, or too few columns show the jump.
    SchemaError
        For columns wider than the volume, or a radius outside (0, 1.5].

    Warns
    -----
    DataQualityWarning
        Where more than a tenth of the columns show no jump.
    """
    record = check(volume, "volume")
    grid = voxel_grid(record, "attenuation")
    if not 1 <= column <= min(grid.shape[1:]):
        raise SchemaError(
            "a column is at least 1 voxel and at most the volume wide", found=f"{column} of {grid.shape[1:]}"
        )
    if not 0 < radius <= 1.5:
        raise SchemaError("the radius is a share of the half width, in (0, 1.5]", found=f"{radius:g}")
    means = _column_means(record, grid, column, slab)
    y, x = (_middles(grid, axis, means.shape[axis], column) for axis in (1, 2))
    _mask_rim(means, grid, y, x, radius)
    high, low = _levels(means, electrolyte_attenuation, anode_attenuation)
    side = _side(means, 0.5 * (high + low)) if anode_side == "find" else anode_side
    height = _heights(means, 0.5 * (high + low), side, grid)
    plane, errors, scatter = _fit(height, y, x)
    found = np.isfinite(height)
    looked = np.isfinite(means).all(axis=0)
    if found.sum() < 0.9 * looked.sum():
        warnings.warn(
            f"{looked.sum() - found.sum()} of {looked.sum()} columns show no jump from electrolyte to anode",
            DataQualityWarning,
            stacklevel=2,
        )
    result = xr.Dataset(
        {
            "interface_height": (("y", "x"), height),
            "plane_height": plane[0],
            "plane_slope": ("direction", plane[1:]),
            "plane_height_error": errors[0],
            "plane_slope_error": ("direction", errors[1:]),
            "anode_side": np.int8(side),
            "roughness": scatter,
        },
        coords={"y": y, "x": x, "direction": ["y", "x"]},
        attrs={
            "electrolyte_attenuation": high,
            "anode_attenuation": low,
            "column": column,
            "radius": radius,
            "columns_found": int(found.sum()),
            "columns_without_jump": int(looked.sum() - found.sum()),
        },
    )
    return label(result, "interface_plane")


def _column_means(record: xr.Dataset, grid: VoxelGrid, column: int, slab: int | None) -> Floats:
    """Mean attenuation of square columns in each slice, shape (z, y, x) of columns; a rest at the edge is left out."""
    ny, nx = grid.shape[1] // column, grid.shape[2] // column
    means = np.empty((grid.shape[0], ny, nx))
    for start, end in slab_ranges(grid.shape, slab):
        part = {"z": slice(start, end), "y": slice(0, ny * column), "x": slice(0, nx * column)}
        values = record.variables["attenuation"].isel(part).to_numpy()
        means[start:end] = values.reshape(end - start, ny, column, nx, column).mean(axis=(2, 4), dtype=np.float64)
    return means


def _middles(grid: VoxelGrid, axis: int, number: int, column: int) -> Floats:
    return np.asarray(grid.origin[axis] + (np.arange(number) * column + 0.5 * (column - 1)) * grid.size[axis])


def _mask_rim(means: Floats, grid: VoxelGrid, y: Floats, x: Floats, radius: float) -> None:
    """Leave out columns beyond a circle around the middle of the volume, in place."""
    middle = grid.at((np.array(grid.shape) - 1) / 2.0)
    half = 0.5 * np.array(grid.shape) * grid.size
    distance = np.hypot((y[:, None] - middle[1]) / half[1], (x[None, :] - middle[2]) / half[2])
    means[:, distance > radius] = np.nan


def _levels(means: Floats, high: QuantityLike | None, low: QuantityLike | None) -> tuple[float, float]:
    """Attenuation of electrolyte and anode, 1/m; refused where they do not stand apart."""
    seen = np.isfinite(means).all(axis=0)
    if seen.sum() < FEWEST_COLUMNS:
        raise PhysicsError(
            f"a plane needs at least {FEWEST_COLUMNS} columns inside the view",
            found=f"{int(seen.sum())}",
            todo="Take narrower columns",
        )
    profile = np.median(means[:, seen], axis=1)
    bottom, top = np.quantile(profile, [0.05, 0.95])
    upper = float(top) if high is None else to_si(high, "attenuation")
    lower = float(bottom) if low is None else to_si(low, "attenuation")
    noise = _MAD * float(np.median(np.abs(np.diff(means[:, seen], axis=0)))) / np.sqrt(2.0)
    if not upper - lower > CLEAR_JUMP * noise:
        raise PhysicsError(
            "the electrolyte must stand out from the anode",
            found=f"{lower:.4g} and {upper:.4g} per m, scatter {noise:.3g}",
            todo="Give a volume that holds both, or their attenuation",
        )
    return upper, lower


def _side(means: Floats, middle: float) -> int:
    """Side of the anode, from which end of the volume is electrolyte."""
    seen = np.isfinite(means).all(axis=0)
    profile = np.median(means[:, seen], axis=1)
    share = max(1, profile.size // 20)
    first, last = np.median(profile[:share]) > middle, np.median(profile[-share:]) > middle
    if first == last:
        raise PhysicsError(
            "one end of the volume along z must be electrolyte, the other anode",
            found="electrolyte at both ends" if first else "electrolyte at neither end",
            todo="Cut the volume around one interface, or say anode_side",
        )
    return 1 if first else -1


def _heights(means: Floats, middle: float, side: int, grid: VoxelGrid) -> Floats:
    """Height of the jump in each column, m: seen from the anode, the first of two slices in a row beyond the middle."""
    ordered = means if side < 0 else means[::-1]
    beyond = ordered > middle
    steady = beyond[:-1] & beyond[1:]
    at = np.argmax(steady, axis=0)
    found = steady.any(axis=0) & (at > 0) & np.isfinite(means).all(axis=0)
    before, after = (np.take_along_axis(ordered, np.maximum(i, 0)[None], axis=0)[0] for i in (at - 1, at))
    with np.errstate(invalid="ignore", divide="ignore"):
        place = at - 1 + (middle - before) / (after - before)
    if side > 0:
        place = means.shape[0] - 1 - place
    return np.where(found, grid.origin[0] + place * grid.size[0], np.nan)


def _fit(height: Floats, y: Floats, x: Floats) -> tuple[Floats, Floats, float]:
    """Plane through the heights with Tukey's weights: (height, slopes), their errors, and the scatter."""
    rows, columns = np.nonzero(np.isfinite(height))
    if rows.size < FEWEST_COLUMNS:
        raise PhysicsError(
            f"a plane needs at least {FEWEST_COLUMNS} columns with a jump",
            found=f"{rows.size}",
            todo="Take narrower columns",
        )
    values = height[rows, columns]
    scale = max(float(np.ptp(y)), float(np.ptp(x)))
    design = np.stack([np.ones(rows.size), y[rows] / scale, x[columns] / scale], axis=1)
    weights = np.ones(rows.size)
    plane = np.array([np.median(values), 0.0, 0.0])
    scatter = 0.0
    for _ in range(50):
        root = np.sqrt(weights)
        fresh = np.linalg.lstsq(design * root[:, None], values * root, rcond=None)[0]
        left = values - design @ fresh
        scatter = _MAD * float(np.median(np.abs(left)))
        done = np.abs(fresh - plane).max() <= 1e-6 * max(scatter, 1e-12)
        plane = fresh
        if done or scatter == 0.0:
            break
        weights = np.maximum(1.0 - (left / (_TUNING * scatter)) ** 2, 0.0) ** 2
    covariance = np.linalg.pinv(design.T @ (design * weights[:, None])) * scatter**2
    units = np.array([1.0, scale, scale])
    return np.asarray(plane / units), np.sqrt(np.diag(covariance)) / units, scatter
