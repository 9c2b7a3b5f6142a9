"""Maps without change: what noise alone puts into a difference.

Odd and even projections of one scan show the same object with independent noise. Half the difference of the two
reconstructions of each scan, added, has the noise of the difference of both scans and holds no change. Added and
subtracted they give two maps that hardly depend on each other.

Such a map holds counting noise only. Rings, drift of the flats, misalignment and phase fringes are alike in both
halves; a map that has them needs two scans of an object that did not change (:func:`null_from_scans`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences.noise import bridge, lit, spread_by_slice
from alkanode.tomography.differences.slabs import (
    Flags,
    Volume32,
    bounded,
    check_mask,
    grid_coords,
    pieces,
    read_mask,
    read_piece,
    same_grid,
    shape_of,
    slab_of,
    slabs,
)
from alkanode.tomography.differences.smoothing import fill_missing, halo, present_share, set_missing, smooth

Halves = Sequence[RecordLike]


def null_map(
    after: Halves,
    before: Halves | None = None,
    *,
    smoothing: float = 1.5,
    combine: Literal["sum", "difference"] = "sum",
    region: xr.DataArray | Flags | None = None,
    slab: int = 16,
    slices: tuple[int, int] | None = None,
) -> xr.Dataset:
    """A difference without change, from halves of the projections.

    Parameters
    ----------
    after, before
        Pairs (odd, even) of kind ``volume``, of the later and of the reference scan, all on the same voxels. Without
        ``before`` the noise of one scan is scaled by the square root of 2, as if both scans were equally noisy.
    smoothing
        That of the difference to be judged, voxels.
    combine
        ``"sum"`` or ``"difference"`` of both scans: two maps from the same four volumes. Without ``before`` there is
        only one map.
    region
        (z, y, x) voxels that count; None: all that are finite. Becomes ``trusted``.
    slab
        Slices read at a time; the result does not depend on it.
    slices
        First and last-plus-one slice that are made, for volumes beyond memory; they see those beside them. None: all.

    Returns
    -------
    Dataset
        Kind ``difference``: ``attenuation_before`` is the reference as measured, ``attenuation_after`` what the later
        scan would have shown without change. ``attrs["null"]`` is 1 and ``attrs["null_contains"]`` says what the map
        holds.

    Raises
    ------
    SchemaError
        For volumes on different voxels, or not two of each.
    PhysicsError
        When a second map of one scan is asked for.
    """
    pairs = [_pair(after)] + ([] if before is None else [_pair(before)])
    if len(pairs) == 1 and combine == "difference":
        raise PhysicsError("halves of one scan give one map without change", found="combine='difference'")
    reference = pairs[-1][0]
    for record in (one for pair in pairs for one in pair):
        same_grid(reference, record)
    check_mask(region, reference, "the region")
    count, *across = shape_of(reference)
    first, last = (0, count) if slices is None else slices
    if not 0 <= first < last <= count:
        raise PhysicsError(f"slices within 0 to {count} are needed", found=f"{first} to {last}")
    shape = (last - first, *across)
    still, change = np.empty(shape, np.float32), np.empty(shape, np.float32)
    trusted, spread = np.empty(shape, np.bool_), np.empty(shape[0])
    weights = (0.5 * np.sqrt(2.0),) if before is None else (0.5, 0.5 if combine == "sum" else -0.5)
    for block in slabs(shape[0], bounded(slab, reference)):
        z = block.core
        part = slab_of(first + z.start, first + z.stop, count, halo(smoothing))
        # one after the other, since a slab of a wide volume is large; where the noise is finite all volumes are
        noise = _noise_of(pairs, weights, part.padded)
        seen = lit(noise[part.inner])
        noise, present = fill_missing(noise)
        share = present_share(present, smoothing, part.inner)
        change[z] = smooth(noise, smoothing, part.inner, share)
        del noise
        mean = _mean_of(*pairs[-1], part.padded)
        if present is not None:
            set_missing(mean, present)
        still[z] = smooth(mean, smoothing, part.inner, share)
        del mean
        trusted[z] = seen
        if present is not None and share is not None:
            trusted[z] &= present[part.inner] & (share >= 0.5)
        mask = read_mask(region, part.core)
        if mask is not None:
            trusted[z] &= mask
        spread[z] = spread_by_slice(change[z], trusted[z])[0]
    dims = ("z", "y", "x")
    result = xr.Dataset(
        {
            "attenuation_before": (dims, still),
            "attenuation_after": (dims, still + change),
            "attenuation_change": (dims, change),
            "attenuation_noise": ("z", bridge(spread, "noise of a map without change")),
            "trusted": (dims, trusted),
        },
        coords=grid_coords(reference, slice(first, last)),
        attrs={
            "smoothing_voxels": float(smoothing),
            "noise_source": "odd and even projections",
            "null": 1,
            "null_contains": "counting noise only; no rings, flats, misalignment or phase fringes",
        },
    )
    return label(result, "difference")


def null_from_scans(
    record: RecordLike, contains: str = "noise, rings, flats, misalignment and fringes of two scans"
) -> xr.Dataset:
    """Declare the difference of two scans of an unchanged object a map without change.

    Parameters
    ----------
    record
        Kind ``difference``, from two complete scans between which nothing happened.
    contains
        What the map holds, in words.

    Returns
    -------
    Dataset
        The same, marked as a map without change. Nothing can check that nothing happened; the mark says who says so.
    """
    marked = check(record, "difference").copy()
    marked.attrs.update(null=1, null_contains=f"{contains} (declared by the user)")
    return label(marked, "difference")


def _noise_of(pairs: Sequence[tuple[xr.Dataset, xr.Dataset]], weights: Sequence[float], z: slice) -> Volume32:
    """Weighted sum of the differences of the pairs, read piece by piece."""
    noise = np.zeros((z.stop - z.start, *shape_of(pairs[0][0])[1:]), np.float32)
    for (odd, even), weight in zip(pairs, weights, strict=True):
        for here, rows in pieces(odd, "attenuation", z):
            one, other = (read_piece(half, "attenuation", here, rows) for half in (odd, even))
            apart = one - other
            apart *= np.float32(weight)
            noise[here.start - z.start : here.stop - z.start, rows] += apart
    return noise


def _mean_of(odd: xr.Dataset, even: xr.Dataset, z: slice) -> Volume32:
    """Mean of two volumes, read piece by piece."""
    mean = np.empty((z.stop - z.start, *shape_of(odd)[1:]), np.float32)
    for here, rows in pieces(odd, "attenuation", z):
        one, other = (read_piece(half, "attenuation", here, rows) for half in (odd, even))
        np.add(one, other, out=mean[here.start - z.start : here.stop - z.start, rows])
    mean *= np.float32(0.5)
    return mean


def _pair(halves: Halves) -> tuple[xr.Dataset, xr.Dataset]:
    if not isinstance(halves, list | tuple) or len(halves) != 2:
        raise SchemaError("a pair (odd, even) of volumes is needed", found=type(halves).__name__)
    return check(halves[0], "volume"), check(halves[1], "volume")
