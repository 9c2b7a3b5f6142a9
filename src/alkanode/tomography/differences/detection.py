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
from alkanode.tomography.differences.grain_distribution import sphere_profile
from alkanode.tomography.differences.slabs import Flags, Floats, Volume32, mask_slices, read, voxel_size
from alkanode.tomography.differences.smoothing import TRUNCATE

_TRIES = 100
_SHARPEST = 0.3  # voxels, of a sphere whose voxels are not divided


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
    A grain counts as found when a region of at least the smallest size touches the middle half of it. Grains are put where
    the map is trusted; what lies elsewhere is not part of the share.
    """
    record = check(null, "difference")
    known = None if calibration is None else check(calibration, "change_threshold")
    level = threshold if known is None or threshold is not None else float(known.attrs["chosen_threshold"])
    least = smallest_voxels if known is None or smallest_voxels else int(known.attrs["chosen_smallest_voxels"])
    if level is None or level <= 0 or contrast == 0 or copies < 1:
        raise PhysicsError(
            "a threshold, a contrast other than 0 and copies are needed", found=f"{level}, {contrast}, {copies}"
        )
    return detection_limits(
        record, (contrast,), diameters, (float(level),), smallest_voxels=least or 1, blur=blur, copies=copies, seed=seed
    )[float(contrast), float(level)]


def detection_limits(
    null: RecordLike,
    contrasts: Sequence[float],
    diameters: Sequence[QuantityLike],
    thresholds: Sequence[float],
    *,
    smallest_voxels: int = 1,
    blur: float = 0.5,
    copies: int = 60,
    seed: int = 0,
) -> dict[tuple[float, float], xr.Dataset]:
    """Share of grains found for several contrasts and thresholds at once, at the same places of a map.

    Parameters
    ----------
    null, diameters, smallest_voxels, blur, copies, seed
        As :func:`detection_limit`.
    contrasts
        m-1, signed.
    thresholds
        Multiples of the noise.

    Returns
    -------
    dict
        (contrast, threshold) -> kind ``detection_limit``. Shares are comparable: only contrast or threshold differ.

    Raises
    ------
    PhysicsError
        As :func:`detection_limit`.
    """
    record = check(null, "difference")
    voxel = voxel_size(record)
    sizes = np.array([to_si(one, "equivalent_diameter") for one in diameters])
    if sizes.size == 0 or sizes[0] <= 0 or (np.diff(sizes) <= 0).any():
        raise PhysicsError("rising diameters above 0 are needed", found=str(list(diameters)))
    wide = float(np.hypot(float(record.attrs.get("smoothing_voxels", 0.0)), blur))
    random = np.random.default_rng(seed)
    radii = 0.5 * sizes / voxel
    reaches = [int(np.ceil(one + TRUNCATE * wide)) + 1 for one in radii]
    shape = [record.sizes[axis] for axis in ("z", "y", "x")]
    if min(shape) < 2 * reaches[-1] + 1:
        raise PhysicsError(
            f"a map of at least {2 * reaches[-1] + 1} voxels on each side is needed for grains of {1e6 * sizes[-1]:.3g} um",
            found=" x ".join(str(one) for one in shape),
        )
    keys = [(float(contrast), float(level)) for contrast in contrasts for level in thresholds]
    found: dict[tuple[float, float], list[list[int]]] = {key: [[] for _ in sizes] for key in keys}
    for _ in range(copies):
        cube, noise = _cube(record, _corner(record, shape, reaches[-1], random), reaches[-1])
        off = random.uniform(-0.5, 0.5, 3)
        for place, (radius, reach) in enumerate(zip(radii, reaches, strict=True)):
            inner = (slice(reaches[-1] - reach, reaches[-1] + reach + 1),) * 3
            grain = _blurred_sphere(reach, off, float(radius), wide)
            quiet, spread = cube[inner], noise[inner]
            for contrast, level in keys:
                seen = np.sign(contrast) * quiet + abs(contrast) * grain
                beyond = np.nan_to_num(seen, nan=-np.inf) > level * spread
                counted = _found(beyond, reach, 0.5 * float(radius), smallest_voxels)
                if counted:
                    found[contrast, level][place].append(counted)
    about = {
        "smallest_voxels": int(smallest_voxels),
        "blur_voxels": float(blur),
        "copies": int(copies),
        "seed": int(seed),
        "null_contains": str(record.attrs.get("null_contains", "")),
    }
    return {key: _limit(sizes, voxel, counts, copies, key, about) for key, counts in found.items()}


def _limit(
    sizes: Floats,
    voxel: float,
    counts: list[list[int]],
    copies: int,
    key: tuple[float, float],
    about: dict[str, object],
) -> xr.Dataset:
    found = np.array([float(len(one)) for one in counts])
    ratio = np.array(
        [
            np.mean(one) / (np.pi / 6 * (size / voxel) ** 3) if one else np.nan
            for one, size in zip(counts, sizes, strict=True)
        ]
    )
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
        attrs={"contrast": key[0], "threshold": key[1], **about},
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


def _corner(record: xr.Dataset, shape: Sequence[int], reach: int, random: np.random.Generator) -> list[int]:
    """First voxel of a cube about a place that is trusted, where one of some tries is."""
    corner: list[int] = []
    for _ in range(_TRIES):
        corner = [int(random.integers(0, one - 2 * reach)) for one in shape]
        middle = dict(zip(("z", "y", "x"), (one + reach for one in corner), strict=True))
        if "trusted" not in record or bool(record["trusted"].isel(middle)):
            break
    return corner


def _cube(record: xr.Dataset, corner: Sequence[int], reach: int) -> tuple[Volume32, Volume32]:
    """A cube of the map, NaN where it is not trusted, and its noise."""
    side = 2 * reach + 1
    z = slice(corner[0], corner[0] + side)
    across = {axis: slice(first, first + side) for axis, first in zip(("y", "x"), corner[1:], strict=True)}
    part = record.isel(across)
    cube = read(part, "attenuation_change", z).copy()
    if "trusted" in part:
        cube[~mask_slices(part["trusted"], z)] = np.nan
    noise = np.asarray(record["attenuation_noise"].isel(z=z).to_numpy(), dtype=np.float32)[:, None, None]
    if "noise_factor" in part:
        noise = noise * read(part, "noise_factor", z)
    return cube, np.broadcast_to(noise, cube.shape)


def _blurred_sphere(reach: int, off: Floats, radius: float, wide: float) -> Volume32:
    """A sphere of height 1 about the middle of a cube, blurred."""
    squares = [(np.arange(-reach, reach + 1) - one) ** 2 for one in off]
    away = np.sqrt(squares[0][:, None, None] + squares[1][:, None] + squares[2])
    r = np.linspace(1e-3, float(away.max()) + 1e-3, 512)
    return np.asarray(np.interp(away, r, sphere_profile(r, radius, max(wide, _SHARPEST))), dtype=np.float32)


def _found(beyond: Flags, reach: int, middle: float, least: int) -> int:
    """Voxels of the regions beyond the threshold that touch the middle; 0 when there is none."""
    labels, _ = ndimage.label(beyond, structure=np.ones((3, 3, 3)))
    span = np.arange(-reach, reach + 1) ** 2
    inside = span[:, None, None] + span[:, None] + span <= max(middle, 1.0) ** 2
    touched = np.unique(labels[inside])
    counts = [int((labels == one).sum()) for one in touched[touched > 0]]
    return sum(count for count in counts if count >= least)
