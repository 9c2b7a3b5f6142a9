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
from alkanode.tomography.differences.noise import bridge, spread_by_slice
from alkanode.tomography.differences.slabs import (
    Flags,
    check_mask,
    grid_coords,
    read,
    read_mask,
    same_grid,
    shape_of,
    slabs,
)
from alkanode.tomography.differences.smoothing import fill_missing, halo, present_share, smooth

Halves = Sequence[RecordLike]


def null_map(
    after: Halves,
    before: Halves | None = None,
    *,
    smoothing: float = 1.5,
    combine: Literal["sum", "difference"] = "sum",
    region: xr.DataArray | Flags | None = None,
    slab: int = 16,
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
    shape = shape_of(reference)
    still, change = np.empty(shape, np.float32), np.empty(shape, np.float32)
    trusted, spread = np.empty(shape, np.bool_), np.empty(shape[0])
    weights = (0.5 * np.sqrt(2.0),) if before is None else (0.5, 0.5 if combine == "sum" else -0.5)
    for part in slabs(shape[0], slab, halo(smoothing)):
        z = part.core
        mean = 0.5 * (read(pairs[-1][0], "attenuation", part.padded) + read(pairs[-1][1], "attenuation", part.padded))
        noise = np.zeros_like(mean)
        for (odd, even), weight in zip(pairs, weights, strict=True):
            noise += np.float32(weight) * (
                read(odd, "attenuation", part.padded) - read(even, "attenuation", part.padded)
            )
        outside = (noise == 0)[part.inner]
        mean[~np.isfinite(noise)] = np.nan
        noise[~np.isfinite(mean)] = np.nan
        noise, present = fill_missing(noise)
        mean, _ = fill_missing(mean)
        share = present_share(present, smoothing, part.inner)
        still[z] = smooth(mean, smoothing, part.inner, share)
        change[z] = smooth(noise, smoothing, part.inner, share)
        trusted[z] = ~outside
        if present is not None and share is not None:
            trusted[z] &= present[part.inner] & (share >= 0.5)
        mask = read_mask(region, z)
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
        coords=grid_coords(reference),
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


def _pair(halves: Halves) -> tuple[xr.Dataset, xr.Dataset]:
    if not isinstance(halves, list | tuple) or len(halves) != 2:
        raise SchemaError("a pair (odd, even) of volumes is needed", found=type(halves).__name__)
    return check(halves[0], "volume"), check(halves[1], "volume")
