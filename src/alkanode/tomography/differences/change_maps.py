"""Voxels that changed beyond the threshold, and how every headline number depends on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.differences.slabs import grid_coords, slabs, voxel_size
from alkanode.tomography.differences.thresholds import (
    SIGNS,
    THRESHOLDS,
    beyond,
    regions_beyond,
    trusted_voxels,
    voxels_of_diameter,
)

CHANGES = ("gain", "loss")
"""Names along ``change``, in the order of :data:`SIGNS`."""


def change_map(record: RecordLike, threshold: float | xr.Dataset, *, slab: int = 16) -> xr.Dataset:
    """Voxels that gained or lost attenuation beyond the threshold.

    Parameters
    ----------
    record
        Kind ``difference``.
    threshold
        Kind ``change_threshold`` (its chosen value), or a multiple of the noise.
    slab
        Slices treated at a time; each voxel is judged by itself, so slabs of a difference may be given one by one.

    Returns
    -------
    Dataset
        Kind ``change_map``: ``sign`` (z, y, x) int8, 1 gained, -1 lost, 0 neither or not trusted; ``trusted`` and
        ``attenuation_change`` as in the difference. ``attrs``: ``threshold``, ``threshold_source``, and from a
        calibration ``smallest_grain`` (m3) and ``smallest_voxels``, which the labelling of grains applies.

    Raises
    ------
    SchemaError
        For a threshold that was calibrated at another smoothing.
    PhysicsError
        For a threshold that is not positive.
    """
    record = check(record, "difference")
    level, attrs = _level(record, threshold)
    sign = np.zeros(tuple(record.sizes[axis] for axis in ("z", "y", "x")), np.int8)
    for value in SIGNS:
        parts = slabs(record.sizes["z"], slab)
        for part, chosen in zip(parts, beyond(record, level, value, slab), strict=True):
            sign[part.core][chosen] = value
    fields = {"sign": (("z", "y", "x"), sign), "attenuation_change": record["attenuation_change"].variable}
    if "trusted" in record:
        fields["trusted"] = record["trusted"].variable
    attrs["smoothing_voxels"] = float(record.attrs.get("smoothing_voxels", 0.0))
    return label(xr.Dataset(fields, coords=grid_coords(record), attrs=attrs), "change_map")


def _level(record: xr.Dataset, threshold: float | xr.Dataset) -> tuple[float, dict[str, object]]:
    if isinstance(threshold, xr.Dataset):
        calibration = check(threshold, "change_threshold")
        widths = [float(one.attrs.get("smoothing_voxels", np.nan)) for one in (record, calibration)]
        if widths[0] != widths[1]:
            raise SchemaError(
                "a threshold calibrated at the smoothing of the difference is needed",
                found=f"{widths[1]:g} voxels for a difference at {widths[0]:g}",
            )
        accepted = calibration.attrs["false_grains_accepted"], 1e9 * calibration.attrs["accepted_volume"]
        return float(calibration.attrs["chosen_threshold"]), {
            "threshold": float(calibration.attrs["chosen_threshold"]),
            "threshold_source": f"at most {accepted[0]:g} false grains in {accepted[1]:.3g} mm3, counted on maps without change",
            "smallest_grain": float(calibration.attrs["chosen_smallest_grain"]),
            "smallest_voxels": int(calibration.attrs["chosen_smallest_voxels"]),
        }
    if not (np.isfinite(threshold) and threshold > 0):
        raise PhysicsError("a threshold is a positive multiple of the noise", found=repr(threshold))
    return float(threshold), {"threshold": float(threshold), "threshold_source": "given by the user"}


def threshold_sweep(
    record: RecordLike,
    *,
    calibration: RecordLike | None = None,
    thresholds: npt.ArrayLike | None = None,
    smallest_diameter: QuantityLike | None = None,
    slab: int = 64,
) -> xr.Dataset:
    """Every headline number against the threshold.

    Parameters
    ----------
    record
        Kind ``difference``.
    calibration
        Kind ``change_threshold``; gives the thresholds, the smallest grain and what noise alone puts beyond each.
    thresholds, smallest_diameter
        In place of those of the calibration; by default :data:`THRESHOLDS` and 5 um.
    slab
        Slices treated at a time; the result does not depend on it.

    Returns
    -------
    Dataset
        Kind ``threshold_sweep``: ``volume_gained``, ``volume_lost`` (threshold,), m3; ``grain_count`` and
        ``mean_grain_volume`` (threshold, change) with change ``gain`` and ``loss``; with a calibration
        ``false_volume`` (threshold,), m3, to expect in gains and losses together, and
        ``false_grain_count_upper`` (threshold,).

    Raises
    ------
    PhysicsError
        For thresholds that are not positive or a diameter that is not.
    SchemaError
        When the difference has no coordinates.
    """
    record = check(record, "difference")
    voxel = voxel_size(record)
    known = None if calibration is None else check(calibration, "change_threshold")
    if thresholds is None:
        thresholds = THRESHOLDS if known is None else known["threshold"].to_numpy()
    levels = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if not (np.isfinite(levels) & (levels > 0)).all():
        raise PhysicsError("thresholds are positive multiples of the noise", found=str(thresholds))
    least = _least_voxels(known, smallest_diameter, voxel)
    counts, volumes = np.zeros((levels.size, 2)), np.zeros((levels.size, 2))
    for place, sign, sizes in regions_beyond(record, levels, slab):
        kept, column = sizes[sizes >= least], SIGNS.index(sign)
        counts[place, column], volumes[place, column] = kept.size, kept.sum() * voxel**3
    with np.errstate(invalid="ignore"):
        mean = volumes / counts
    result = xr.Dataset(
        {
            "volume_gained": ("threshold", volumes[:, 0]),
            "volume_lost": ("threshold", volumes[:, 1]),
            "grain_count": (("threshold", "change"), counts),
            "mean_grain_volume": (("threshold", "change"), mean),
        },
        coords={"threshold": levels, "change": list(CHANGES)},
        attrs={"smallest_voxels": least, "smallest_grain": least * voxel**3},
    )
    if known is not None:
        volume = trusted_voxels(record, slab) * voxel**3
        at = known.isel(size=int(np.argmin(np.abs(known["smallest_grain"].to_numpy() - least * voxel**3))))
        at = at.interp(threshold=levels)
        result["false_volume"] = ("threshold", at["false_volume_fraction"].to_numpy() * volume)
        result["false_grain_count_upper"] = ("threshold", at["false_grain_density_upper"].to_numpy() * volume)
        result.attrs["chosen_threshold"] = float(known.attrs["chosen_threshold"])
    return label(result, "threshold_sweep")


def headline_numbers(sweep: RecordLike, *, threshold: float | None = None, width: float = 0.5) -> dict[str, Estimate]:
    """The numbers at one threshold, and how far they move when the threshold does.

    Parameters
    ----------
    sweep
        Kind ``threshold_sweep``.
    threshold
        Multiple of the noise; None: the one chosen by the calibration.
    width
        The interval spans thresholds this far above and below, in multiples of the noise.

    Returns
    -------
    dict
        ``volume_gained``, ``volume_lost`` (m3), ``grains_gained``, ``grains_lost``, ``mean_volume_gained``,
        ``mean_volume_lost`` (m3) as :class:`Estimate`. A mean of no grains has no value.

    Raises
    ------
    PhysicsError
        When no threshold is given or chosen, or it lies outside the sweep.
    """
    record = check(sweep, "threshold_sweep")
    level = record.attrs.get("chosen_threshold") if threshold is None else threshold
    levels = record["threshold"].to_numpy()
    if level is None or not levels.min() <= level <= levels.max():
        raise PhysicsError("a threshold within the sweep is needed", found=repr(level), todo="Give threshold=...")
    here = int(np.argmin(np.abs(levels - level)))
    near = np.abs(levels - levels[here]) <= width + 1e-9
    label_text = (
        f"{Trust.MEASURED.value} beyond {levels[here]:g} standard deviations of the noise; interval spans thresholds "
        f"{levels[near].min():g} to {levels[near].max():g} (a sensitivity, not an error)"
    )
    series = {
        "volume_gained": ("volume_gained", record["volume_gained"].to_numpy(), "m3"),
        "volume_lost": ("volume_lost", record["volume_lost"].to_numpy(), "m3"),
        "grains_gained": ("grain_count", record["grain_count"].to_numpy()[:, 0], "1"),
        "grains_lost": ("grain_count", record["grain_count"].to_numpy()[:, 1], "1"),
        "mean_volume_gained": ("mean_grain_volume", record["mean_grain_volume"].to_numpy()[:, 0], "m3"),
        "mean_volume_lost": ("mean_grain_volume", record["mean_grain_volume"].to_numpy()[:, 1], "m3"),
    }
    found = {}
    for name, (quantity, values, unit) in series.items():
        around = values[near & np.isfinite(values)]
        found[name] = Estimate(
            value=float(values[here]) if np.isfinite(values[here]) else None,
            unit=unit,
            quantity=quantity,
            interval=(float(around.min()), float(around.max())) if around.size else None,
            label=label_text,
        )
    return found


def _least_voxels(known: xr.Dataset | None, diameter: QuantityLike | None, voxel: float) -> int:
    if diameter is None and known is not None:
        return int(known.attrs["chosen_smallest_voxels"])
    size = to_si(5e-6 if diameter is None else diameter, "equivalent_diameter")
    if size <= 0:
        raise PhysicsError("a diameter is positive", found=repr(size))
    return voxels_of_diameter(size, voxel)
