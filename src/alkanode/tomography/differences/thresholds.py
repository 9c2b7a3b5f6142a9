"""Threshold from a stated rate of false grains, counted where nothing changed.

A threshold is a multiple k of the measured noise. On maps without change every grain is false. Their number per
volume at each k, with the upper bound of a Poisson count, says how high k must be for the rate that the user accepts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import stats

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.differences.components import Counts, RegionCounter
from alkanode.tomography.differences.slabs import (
    Flags,
    Floats,
    Slab,
    Volume32,
    bounded,
    mask_slices,
    read,
    slabs,
    voxel_size,
)

THRESHOLDS = tuple(round(1.5 + 0.25 * step, 2) for step in range(19))
"""1.5 to 6 standard deviations: below, noise joins into one region; above, nothing of interest is left."""

SIGNS = (1, -1)


def calibrate_threshold(
    null_maps: RecordLike | Sequence[RecordLike],
    *,
    false_grains: float = 5.0,
    volume: float | None = None,
    smallest_diameter: QuantityLike = 5e-6,
    other_diameters: Sequence[QuantityLike] = (),
    thresholds: npt.ArrayLike = THRESHOLDS,
    confidence: float = 0.95,
    slab: int = 64,
) -> xr.Dataset:
    """Lowest threshold at which maps without change hold few enough grains.

    Parameters
    ----------
    null_maps
        One or more of kind ``difference`` marked by :func:`null_map` or :func:`null_from_scans`, with the smoothing
        of the difference to be judged.
    false_grains
        Expected number of false grains (gains and losses together) that is accepted in ``volume``. One map of the same
        volume can show at best 3 (nothing found, 95 % bound), so the default is 5.
    volume
        m3; None: the trusted volume of one map.
    smallest_diameter
        Equivalent diameter (m or text) of the smallest region that counts as a grain; regions of fewer voxels are
        dropped. 5 um by default.
    other_diameters
        Further sizes for the table.
    thresholds
        Rising multiples of the noise to try.
    confidence
        Of the upper bound of the count.
    slab
        Slices treated at a time; the result does not depend on it.

    Returns
    -------
    Dataset
        Kind ``change_threshold``: ``threshold`` (threshold,), ``smallest_grain`` (size,), m3,
        ``false_grain_density`` and ``false_grain_density_upper`` (threshold, size), m-3, and
        ``false_volume_fraction`` (threshold, size); ``lowest_threshold`` (size,) that keeps the rate, NaN where none
        does (large grains allow a low threshold, small ones need a high one: :func:`detection_limit` says which finds
        more). ``attrs``: ``chosen_threshold``, ``chosen_smallest_grain`` (m3),
        ``chosen_smallest_voxels``, ``false_grains_accepted``, ``accepted_volume``, ``confidence``, ``null_volume``,
        ``null_contains``, ``smoothing_voxels``.

    Raises
    ------
    PhysicsError
        When no threshold of the list keeps the rate, or the maps are too small to show a rate as low: the message
        gives the lowest rate that they can show.
    SchemaError
        For a record that is not marked as a map without change, or maps of different smoothing or voxels.

    Notes
    -----
    The bound is that of :cite:`Garwood1936`: half the quantile of chi-square at 2 n + 2 degrees of freedom. It takes
    false grains as independent; two maps from the same four volumes are only nearly so.
    """
    maps = _null_maps(null_maps)
    voxel = voxel_size(maps[0])
    levels = _levels(thresholds)
    if not (false_grains > 0 and 0 < confidence < 1):
        raise PhysicsError(
            "a positive rate and a confidence between 0 and 1 are needed", found=f"{false_grains}, {confidence}"
        )
    diameters = [to_si(one, "equivalent_diameter") for one in (smallest_diameter, *other_diameters)]
    if min(diameters) <= 0:
        raise PhysicsError("diameters are positive", found=f"{min(diameters)!r} m")
    least = [voxels_of_diameter(one, voxel) for one in diameters]
    order = np.argsort(least, kind="stable")
    trusted = sum(trusted_voxels(record, slab) for record in maps)
    null_volume = trusted * voxel**3
    counts, voxels = _false_regions(maps, levels, [least[place] for place in order], slab)
    upper = poisson_upper(counts, confidence)
    wanted = false_grains / (null_volume / len(maps) if volume is None else volume)
    chosen = _choose(
        upper[:, int(np.flatnonzero(order == 0)[0])] / null_volume, levels, wanted, confidence, null_volume
    )
    sizes = np.array([least[place] for place in order])
    result = xr.Dataset(
        {
            "false_grain_density": (("threshold", "size"), counts / null_volume),
            "false_grain_density_upper": (("threshold", "size"), upper / null_volume),
            "false_volume_fraction": (("threshold", "size"), voxels / max(trusted, 1)),
            "smallest_grain": ("size", sizes * voxel**3),
            "lowest_threshold": ("size", _lowest(upper / null_volume, levels, wanted)),
        },
        coords={"threshold": levels},
        attrs={
            "chosen_threshold": float(chosen),
            "chosen_smallest_voxels": int(least[0]),
            "chosen_smallest_grain": float(least[0] * voxel**3),
            "false_grains_accepted": float(false_grains),
            "accepted_volume": float(null_volume / len(maps) if volume is None else volume),
            "confidence": float(confidence),
            "null_volume": float(null_volume),
            "null_maps": len(maps),
            "null_contains": "; ".join(dict.fromkeys(str(one.attrs["null_contains"]) for one in maps)),
            "smoothing_voxels": float(maps[0].attrs["smoothing_voxels"]),
            "sources": "Garwood1936",
        },
    )
    return label(result, "change_threshold")


def false_grain_estimate(calibration: RecordLike, volume: float) -> Estimate:
    """False grains to expect in a volume at the chosen threshold.

    Parameters
    ----------
    calibration
        Kind ``change_threshold``.
    volume
        m3, the trusted volume of the difference.

    Returns
    -------
    Estimate
        Number of grains, with 0 and the upper bound as interval.
    """
    record = check(calibration, "change_threshold")
    size = int(np.argmin(np.abs(record["smallest_grain"].to_numpy() - record.attrs["chosen_smallest_grain"])))
    here = record.isel(size=size).sel(threshold=record.attrs["chosen_threshold"])
    return Estimate(
        value=float(here["false_grain_density"]) * volume,
        unit="1",
        quantity="grain_count",
        interval=(0.0, float(here["false_grain_density_upper"]) * volume),
        label=(
            f"counted on maps without change that hold {record.attrs['null_contains']}; interval up to the "
            f"{100 * record.attrs['confidence']:.0f} % bound of a Poisson count"
        ),
    )


def voxels_of_diameter(diameter: float, voxel: float) -> int:
    """Voxels of a sphere, rounded up; at least 1."""
    return max(int(np.ceil(np.pi / 6 * (diameter / voxel) ** 3 - 1e-9)), 1)


def poisson_upper(counts: npt.ArrayLike, confidence: float) -> Floats:
    """Upper bound of the mean of a Poisson count."""
    return np.asarray(stats.chi2.ppf(confidence, 2 * np.asarray(counts) + 2) / 2, dtype=np.float64)


def beyond(record: xr.Dataset, level: float, sign: int, size: int) -> Iterator[Flags]:
    """Slabs of the voxels of a difference that are trusted and changed beyond a threshold in one direction."""
    for part in slabs(record.sizes["z"], size):
        yield _chosen(_judged(record, part), level, sign)


def regions_beyond(record: xr.Dataset, levels: Floats, size: int) -> Iterator[tuple[int, int, Counts]]:
    """Sizes of the regions of a difference that are trusted and changed beyond a threshold in one direction.

    Yields place of the level, sign and sorted numbers of voxels. The record is read once for all of them.
    """
    counters = {(place, sign): RegionCounter() for place in range(levels.size) for sign in SIGNS}
    for part in slabs(record.sizes["z"], bounded(size, record)):
        seen = _judged(record, part)
        for (place, sign), counter in counters.items():
            counter.add(_chosen(seen, levels[place], sign))
    for (place, sign), counter in counters.items():
        yield place, sign, counter.sizes()


class _Seen(NamedTuple):
    """Change, noise (slice,), noise of each voxel over that (or None) and trust of the core of a slab."""

    change: Volume32
    noise: Volume32
    factor: npt.NDArray[np.float16] | None
    trusted: Flags | None


def _judged(record: xr.Dataset, part: Slab) -> _Seen:
    """What says which voxels of a slab changed."""
    noise = np.asarray(record["attenuation_noise"].isel(z=part.core).to_numpy(), dtype=np.float32)
    factor = record["noise_factor"].isel(z=part.core).to_numpy() if "noise_factor" in record else None
    trusted = mask_slices(record["trusted"], part.core) if "trusted" in record else None
    return _Seen(read(record, "attenuation_change", part.core), noise, factor, trusted)


def _chosen(seen: _Seen, level: float, sign: int) -> Flags:
    chosen = np.empty(seen.change.shape, np.bool_)
    for place, (change, noise) in enumerate(zip(seen.change, seen.noise, strict=True)):
        limit = np.float32(level) * noise
        if seen.factor is not None:
            limit = limit * seen.factor[place].astype(np.float32)
        np.greater(change, limit, out=chosen[place]) if sign > 0 else np.less(change, -limit, out=chosen[place])
    if seen.trusted is not None:
        chosen &= seen.trusted
    return chosen


def trusted_voxels(record: xr.Dataset, size: int = 64) -> int:
    """Number of voxels of a difference that are trusted."""
    if "trusted" not in record:
        return int(np.prod([record.sizes[axis] for axis in ("z", "y", "x")]))
    parts = slabs(record.sizes["z"], bounded(size, record))
    return int(sum(np.count_nonzero(record["trusted"].isel(z=part.core).to_numpy()) for part in parts))


def _null_maps(given: RecordLike | Sequence[RecordLike]) -> list[xr.Dataset]:
    records = [given] if isinstance(given, xr.Dataset | xr.DataTree) else list(given)
    maps = [check(record, "difference") for record in records]
    if not maps:
        raise SchemaError("at least one map without change is needed", found="none")
    for record in maps:
        if not record.attrs.get("null"):
            raise SchemaError(
                "a map without change is needed",
                found="a difference that is not marked as one",
                todo="Make it with null_map, or declare it with null_from_scans",
            )
    if (
        len({float(one.attrs["smoothing_voxels"]) for one in maps}) > 1
        or len({f"{voxel_size(one):.6g}" for one in maps}) > 1
    ):
        raise SchemaError("maps of one smoothing and one voxel size are needed", found="several")
    return maps


def _levels(thresholds: npt.ArrayLike) -> Floats:
    levels = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if levels.ndim != 1 or levels.size == 0 or not (levels > 0).all() or (np.diff(levels) <= 0).any():
        raise PhysicsError("rising positive thresholds are needed", found=str(thresholds))
    return levels


def _false_regions(maps: list[xr.Dataset], levels: Floats, least: list[int], slab: int) -> tuple[Counts, Counts]:
    """Regions, and voxels in them, of at least so many voxels on all maps: (threshold, size)."""
    counts = np.zeros((levels.size, len(least)), np.int64)
    voxels = np.zeros_like(counts)
    for record in maps:
        for place, _, sizes in regions_beyond(record, levels, slab):
            for column, smallest in enumerate(least):
                kept = sizes[sizes >= smallest]
                counts[place, column] += kept.size
                voxels[place, column] += kept.sum()
    return counts, voxels


def _lowest(upper: Floats, levels: Floats, wanted: float) -> Floats:
    """Lowest threshold from which on the bound (threshold, size) keeps the rate, for each size; NaN without."""
    keeps = np.logical_and.accumulate((upper <= wanted)[::-1], axis=0)[::-1]
    return np.where(keeps.any(axis=0), levels[np.argmax(keeps, axis=0)], np.nan)


def _choose(upper: Floats, levels: Floats, wanted: float, confidence: float, null_volume: float) -> float:
    """The lowest threshold, or why there is none."""
    lowest = float(_lowest(upper[:, None], levels, wanted)[0])
    if np.isfinite(lowest):
        return lowest
    floor = float(poisson_upper(0, confidence))
    needed = floor / wanted
    if needed > null_volume:
        raise PhysicsError(
            f"maps without change of at least {1e9 * needed:.3g} mm3 are needed to show a rate of {1e-9 * wanted:.3g} per mm3",
            found=f"{1e9 * null_volume:.3g} mm3, which show {1e-9 * floor / null_volume:.3g} per mm3 at best",
            todo="Give more maps, accept more false grains, or a larger volume",
        )
    raise PhysicsError(
        f"a threshold at which at most {1e-9 * wanted:.3g} false grains per mm3 remain is needed",
        found=f"{1e-9 * upper[-1]:.3g} per mm3 at the highest of the list, {levels[-1]:g}",
        todo="Try higher thresholds or larger grains; the noise is not Gaussian (rings, misalignment, edges)",
    )
