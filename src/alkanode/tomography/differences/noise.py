"""Noise of a volume or a difference, measured slice by slice, never from a formula.

Noise of a reconstruction is correlated, and smoothing, resampling and the axis change it. So it is measured on values
that went through the same steps: half the difference of two reconstructions from odd and from even projections, or the
spread inside a region where nothing changed. The spread is robust: 1.4826 times the median absolute deviation.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.tomography.differences.slabs import (
    Flags,
    Floats,
    Volume32,
    bounded,
    check_mask,
    grid_coords,
    pieces,
    read_mask,
    read_own,
    read_piece,
    same_grid,
    shape_of,
    slabs,
)
from alkanode.tomography.differences.smoothing import fill_missing, halo, present_share, smooth

LEAST_VOXELS = 100
"""Voxels that a slice needs for a spread of its own (20 % error at 100 voxels whose noise is correlated over a few)."""

SAMPLE = 1_000_000
"""Voxels of a slice that its spread is taken of; their spread is known to 0.2 %."""

_TO_SIGMA = 1.482602218505602


def robust_spread(values: Volume32) -> float:
    """Standard deviation of Gaussian values, from their median absolute deviation; NaN for too few values."""
    if values.size < LEAST_VOXELS:
        return float("nan")
    centre = np.median(values)
    return float(_TO_SIGMA * np.median(np.abs(values - centre)))


def lit(values: Volume32) -> Flags:
    """Voxels that a scan saw, in a map of noise: not those outside of its circle, which hold 0 or, interpolated, nearly 0.

    One voxel in a thousand of Gaussian noise is as small, so a voxel is taken for one outside only when its neighbour is, too.
    """
    size = np.abs(values.ravel()[:: max(values.size // SAMPLE, 1)])
    size = size[size > 0]
    limit = np.float32(1e-3 * np.quantile(size, 0.9)) if size.size else np.float32(0)
    flags: Flags = values > limit
    flags |= values < -limit
    flags[..., 1:] |= flags[..., :-1].copy()
    return flags


def spread_by_slice(values: Volume32, mask: Flags | None) -> tuple[Floats, Floats]:
    """Robust spread and number of voxels of each slice.

    Parameters
    ----------
    values
        Shape (z, y, x).
    mask
        Same shape; voxels that count. None: all.

    Returns
    -------
    spread, count
        Shape (z,); the number of voxels that the spread was taken of. NaN where too few voxels count.
    """
    chosen = [_sample(one, None if mask is None else mask[place]) for place, one in enumerate(values)]
    return np.array([robust_spread(one) for one in chosen]), np.array([float(one.size) for one in chosen])


def _sample(values: Volume32, mask: Flags | None) -> Volume32:
    """Voxels of a slice that count; of a large slice every so many-th, never whole columns."""
    step = max(values.size // SAMPLE, 1)
    if step > 1 and values.shape[-1] % step == 0:
        step += 1
    flat = values.ravel()[::step]
    return flat if mask is None else flat[mask.ravel()[::step]]


def bridge(spread: Floats, what: str) -> Floats:
    """Fill slices without a spread from their neighbours, and say so.

    Raises
    ------
    PhysicsError
        When no slice has a spread, or a spread is zero.
    """
    known = np.isfinite(spread)
    if not known.any():
        raise PhysicsError(
            f"{what} needs at least {LEAST_VOXELS} voxels in a slice",
            found="no slice with as many",
            todo="Give a larger region, or noise from odd and even projections",
        )
    if (spread[known] <= 0).any():
        raise PhysicsError(
            f"{what} needs values that scatter",
            found=f"a spread of 0 in slice {int(np.flatnonzero(known & (spread <= 0))[0])}",
            todo="More than half of the voxels hold one value: mask padding, or read the volume in its full depth",
        )
    if known.all():
        return spread
    warnings.warn(
        f"{what}: {int((~known).sum())} of {known.size} slices hold too few voxels; their noise is that of their neighbours",
        DataQualityWarning,
        stacklevel=3,
    )
    places = np.arange(spread.size)
    return np.interp(places, places[known], spread[known])


def noise_from_halves(
    odd: RecordLike,
    even: RecordLike,
    *,
    smoothing: float = 0.0,
    region: xr.DataArray | Flags | None = None,
    slab: int = 16,
) -> xr.Dataset:
    """Noise of a volume from two reconstructions, each from half of the projections.

    Parameters
    ----------
    odd, even
        Kind ``volume``, from odd and from even projections of one scan, reconstructed (and moved) alike.
    smoothing
        Standard deviation of the Gaussian, voxels; that of the difference for which the noise is meant.
    region
        (z, y, x) voxels that count, for example inside 0.9 of the radius; None: all that are finite.
    slab
        Slices read at a time; the result does not depend on it.

    Returns
    -------
    Dataset
        Kind ``volume_noise``: ``attenuation_noise`` (z,), m-1, of the volume from all projections, and
        ``voxel_count`` (z,).

    Raises
    ------
    SchemaError
        For volumes on different voxels.
    PhysicsError
        When no slice holds enough voxels.

    Notes
    -----
    The volume of all projections is the mean of the halves, and noise of the halves is independent: its standard
    deviation is that of half their difference. Streaks from having half the angles differ between the halves too, so
    the result is rather too high than too low. Rings and phase fringes are alike in both and do not show.
    """
    odd, even = check(odd, "volume"), check(even, "volume")
    same_grid(odd, even)
    check_mask(region, odd, "the region")

    def values(z: slice) -> Volume32:
        half = np.empty((z.stop - z.start, *shape_of(odd)[1:]), np.float32)
        for here, rows in pieces(odd, "attenuation", z):
            one, other = (read_piece(record, "attenuation", here, rows) for record in (odd, even))
            np.subtract(one, other, out=half[here.start - z.start : here.stop - z.start, rows])
        half *= np.float32(0.5)
        return half

    how = "half the difference of odd and even projections"
    return _measured(odd, values, smoothing, region, slab, how, noise_only=True)


def noise_from_region(
    record: RecordLike,
    region: xr.DataArray | Flags,
    *,
    smoothing: float = 0.0,
    slab: int = 16,
) -> xr.Dataset:
    """Noise of a volume from the spread inside a region of one material.

    Parameters
    ----------
    record
        Kind ``volume``.
    region
        (z, y, x) voxels of one material, well inside it: texture and edges count as noise.
    smoothing, slab
        As :func:`noise_from_halves`.

    Returns
    -------
    Dataset
        Kind ``volume_noise``.

    Raises
    ------
    SchemaError
        For a region of another shape.
    PhysicsError
        When no slice of the region holds enough voxels.
    """
    record = check(record, "volume")
    check_mask(region, record, "the region")
    return _measured(
        record,
        lambda z: read_own(record, "attenuation", z),
        smoothing,
        region,
        slab,
        "spread inside a region of one material",
    )


def difference_noise(after: RecordLike, before: RecordLike) -> xr.Dataset:
    """Noise of a difference from the noise of its two volumes, added in quadrature.

    Parameters
    ----------
    after, before
        Kind ``volume_noise``, at the same smoothing.

    Returns
    -------
    Dataset
        Kind ``volume_noise``, of the difference.

    Raises
    ------
    SchemaError
        For another number of slices or another smoothing.
    """
    after, before = check(after, "volume_noise"), check(before, "volume_noise")
    widths = [float(record.attrs.get("smoothing_voxels", np.nan)) for record in (after, before)]
    if after.sizes["z"] != before.sizes["z"] or widths[0] != widths[1]:
        raise SchemaError(
            "noise of both volumes on the same slices at the same smoothing is needed",
            found=f"{after.sizes['z']} and {before.sizes['z']} slices, smoothing {widths[0]} and {widths[1]} voxels",
        )
    total = np.hypot(after["attenuation_noise"].to_numpy(), before["attenuation_noise"].to_numpy())
    result = xr.Dataset({"attenuation_noise": ("z", total)}, coords=_along_z(after))
    result.attrs = {**after.attrs, "noise_of": "difference", "noise_source": str(after.attrs.get("noise_source", ""))}
    return label(result, "volume_noise")


def _measured(
    record: xr.Dataset,
    values: Callable[[slice], Volume32],
    smoothing: float,
    region: xr.DataArray | Flags | None,
    slab: int,
    how: str,
    *,
    noise_only: bool = False,
) -> xr.Dataset:
    """Spread of smoothed values slice by slice; with ``noise_only`` the values hold no object."""
    spreads, counts = [], []
    for part in slabs(record.sizes["z"], bounded(slab, record), halo(smoothing)):
        block, present = fill_missing(values(part.padded))
        share = present_share(present, smoothing, part.inner)
        # of noise alone: a voxel outside of the circle shows itself before smoothing carries noise there
        counted = lit(block[part.inner]) if noise_only else np.ones_like(block[part.inner], np.bool_)
        block = smooth(block, smoothing, part.inner, share)
        counted &= block != 0
        mask = read_mask(region, part.core)
        if present is not None and share is not None:
            counted &= present[part.inner] & (share > 0.5)
        mask = counted if mask is None else mask & counted
        spread, count = spread_by_slice(block, mask)
        spreads.append(spread)
        counts.append(count)
    noise = bridge(np.concatenate(spreads), "noise of a volume")
    result = xr.Dataset(
        {"attenuation_noise": ("z", noise), "voxel_count": ("z", np.concatenate(counts))},
        coords=_along_z(record),
        attrs={"smoothing_voxels": smoothing, "noise_of": "volume", "noise_source": how},
    )
    return label(result, "volume_noise")


def _along_z(record: xr.Dataset) -> dict[str, xr.DataArray]:
    return {name: values for name, values in grid_coords(record).items() if name == "z"}
