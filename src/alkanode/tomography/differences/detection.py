"""Which grains can be found at all: grains of known size put into maps without change.

A threshold that keeps false grains away also hides small true ones. Spheres of a known contrast, blurred as the data
are, are added to a map without change at many places and looked for as in the data. The noise is the measured one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy import ndimage, stats

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.differences.slabs import Volume32, mask_slices, read, voxel_size
from alkanode.tomography.differences.smoothing import TRUNCATE

_FINER = 4


def detection_limit(
    null: RecordLike,
    contrast: float,
    diameters: Sequence[QuantityLike],
    *,
    calibration: RecordLike | None = None,
    threshold: float | None = None,
    smallest_voxels: int | None = None,
    blur: float = 0.5,
    copies: int = 60,
    seed: int = 0,
) -> xr.Dataset:
    """Share of grains that are found, against their diameter.

    Parameters
    ----------
    null
        Kind ``difference`` without change, at the smoothing of the difference to be judged.
    contrast
        Change of attenuation in a grain, m-1, signed.
    diameters
        Rising, m or text.
    calibration
        Kind ``change_threshold``, which gives threshold and smallest grain.
    threshold, smallest_voxels
        In place of those of the calibration.
    blur
        Standard deviation (voxels) of the blur of optics and reconstruction. 0.5 is assumed; measure it at an edge.
    copies
        Spheres of each diameter.
    seed
        Of their places.

    Returns
    -------
    Dataset
        Kind ``detection_limit``: ``found_share`` (equivalent_diameter,), ``found_share_interval`` (equivalent_diameter, bound), 95 %
        (binomial), and ``voxel_volume_ratio`` (equivalent_diameter,): voxels beyond the threshold over the true volume, of the
        grains that are found (how far counting voxels is off).

    Raises
    ------
    PhysicsError
        For a contrast of 0, diameters that do not rise, no threshold, or grains too large for the map.

    Notes
    -----
    A grain counts as found when a region of at least the smallest size touches the middle half of it.
    """
    record = check(null, "difference")
    voxel = voxel_size(record)
    known = None if calibration is None else check(calibration, "change_threshold")
    level = threshold if known is None or threshold is not None else float(known.attrs["chosen_threshold"])
    least = smallest_voxels if known is None or smallest_voxels else int(known.attrs["chosen_smallest_voxels"])
    sizes = np.array([to_si(one, "equivalent_diameter") for one in diameters])
    if level is None or level <= 0 or contrast == 0 or copies < 1:
        raise PhysicsError(
            "a threshold, a contrast other than 0 and copies are needed", found=f"{level}, {contrast}, {copies}"
        )
    if sizes.size == 0 or sizes[0] <= 0 or (np.diff(sizes) <= 0).any():
        raise PhysicsError("rising diameters above 0 are needed", found=str(list(diameters)))
    wide = float(np.hypot(float(record.attrs.get("smoothing_voxels", 0.0)), blur))
    random = np.random.default_rng(seed)
    found, ratio = np.zeros(sizes.size), np.full(sizes.size, np.nan)
    for place, size in enumerate(sizes):
        reach = int(np.ceil(0.5 * size / voxel + TRUNCATE * wide)) + 1
        shape = [record.sizes[axis] for axis in ("z", "y", "x")]
        if min(shape) < 2 * reach + 1:
            raise PhysicsError(
                f"a map of at least {2 * reach + 1} voxels on each side is needed for grains of {1e6 * size:.3g} um",
                found=" x ".join(str(one) for one in shape),
            )
        voxels = []
        for _ in range(copies):
            corner = [int(random.integers(0, one - 2 * reach)) for one in shape]
            here = _with_grain(record, corner, reach, 0.5 * size / voxel, random.uniform(-0.5, 0.5, 3), contrast, wide)
            counted = _found(here, record, corner[0], level, np.sign(contrast), reach, 0.25 * size / voxel, least or 1)
            if counted:
                voxels.append(counted)
        found[place] = len(voxels)
        if voxels:
            ratio[place] = float(np.mean(voxels)) / (np.pi / 6 * (size / voxel) ** 3)
    low = stats.beta.ppf(0.025, found, copies - found + 1)
    high = stats.beta.ppf(0.975, found + 1, copies - found)
    bounds = np.stack([np.where(found > 0, low, 0.0), np.where(found < copies, high, 1.0)], axis=1)
    result = xr.Dataset(
        {
            "found_share": ("equivalent_diameter", found / copies),
            "found_share_interval": (("equivalent_diameter", "bound"), bounds),
            "voxel_volume_ratio": ("equivalent_diameter", ratio),
        },
        coords={"equivalent_diameter": sizes, "bound": ["lower", "upper"]},
        attrs={
            "contrast": float(contrast),
            "threshold": float(level),
            "smallest_voxels": int(least or 1),
            "blur_voxels": float(blur),
            "copies": int(copies),
            "seed": int(seed),
            "null_contains": str(record.attrs.get("null_contains", "")),
        },
    )
    return label(result, "detection_limit")


def smallest_found(limit: RecordLike, share: float = 0.9) -> Estimate:
    """Diameter from which on at least a share of the grains is found.

    Parameters
    ----------
    limit
        Kind ``detection_limit``.
    share
        0 to 1.

    Returns
    -------
    Estimate
        m, interpolated; no value when even the largest grain tried is found less often. The interval follows from the
        bounds of the shares.

    Raises
    ------
    PhysicsError
        For a share outside 0 to 1.
    """
    record = check(limit, "detection_limit")
    if not 0 < share <= 1:
        raise PhysicsError("a share between 0 and 1 is needed", found=repr(share))
    sizes = record["equivalent_diameter"].to_numpy()
    bounds = record["found_share_interval"].to_numpy()
    value = _crossing(sizes, record["found_share"].to_numpy(), share)
    early, late = _crossing(sizes, bounds[:, 1], share), _crossing(sizes, bounds[:, 0], share)
    return Estimate(
        value=value,
        unit="m",
        quantity="equivalent_diameter",
        interval=None if early is None or late is None else (early, late),
        label=(
            f"{100 * share:.0f} % of spheres of {record.attrs['contrast'] / 100:.3g} /cm put into a map without change are "
            f"found beyond {record.attrs['threshold']:g} standard deviations; interval from the bounds of the shares"
        ),
    )


def _crossing(sizes: np.ndarray, shares: np.ndarray, share: float) -> float | None:
    """Smallest size from which on the share is kept, between two sizes by a straight line."""
    rising = np.minimum.accumulate(shares[::-1])[::-1]
    if rising[-1] < share:
        return None
    place = int(np.argmax(rising >= share))
    if place == 0:
        return float(sizes[0])
    low, high = rising[place - 1], rising[place]
    return float(sizes[place - 1] + (sizes[place] - sizes[place - 1]) * (share - low) / (high - low))


def _with_grain(
    record: xr.Dataset,
    corner: Sequence[int],
    reach: int,
    radius: float,
    off: np.ndarray,
    contrast: float,
    wide: float,
) -> Volume32:
    """A cube of the map with a blurred sphere in its middle; NaN where the map is not trusted."""
    side = 2 * reach + 1
    z = slice(corner[0], corner[0] + side)
    across = {axis: slice(first, first + side) for axis, first in zip(("y", "x"), corner[1:], strict=True)}
    part = record.isel(across)
    cube = read(part, "attenuation_change", z).copy()
    if "trusted" in part:
        cube[~mask_slices(part["trusted"], z)] = np.nan
    fine = (np.arange(side * _FINER) + 0.5) / _FINER - 0.5 - reach
    squares = [(fine - one) ** 2 for one in off]
    inside = squares[0][:, None, None] + squares[1][:, None] + squares[2] <= radius**2
    share = inside.reshape(side, _FINER, side, _FINER, side, _FINER).mean(axis=(1, 3, 5), dtype=np.float64)
    cube += np.float32(contrast) * ndimage.gaussian_filter(share, wide, truncate=TRUNCATE).astype(np.float32)
    return cube


def _found(
    cube: Volume32,
    record: xr.Dataset,
    first: int,
    level: float,
    sign: float,
    reach: int,
    middle: float,
    least: int,
) -> int:
    """Voxels of the regions beyond the threshold that touch the middle; 0 when there is none."""
    noise = np.asarray(record["attenuation_noise"].to_numpy(), dtype=np.float64)[first : first + cube.shape[0]]
    beyond = np.nan_to_num(sign * cube, nan=-np.inf) > (level * noise)[:, None, None]
    labels, _ = ndimage.label(beyond, structure=np.ones((3, 3, 3)))
    span = np.arange(-reach, reach + 1) ** 2
    inside = span[:, None, None] + span[:, None] + span <= max(middle, 1.0) ** 2
    touched = np.unique(labels[inside])
    counts = [int((labels == one).sum()) for one in touched[touched > 0]]
    return sum(count for count in counts if count >= least)
