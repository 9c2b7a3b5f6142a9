"""Grey values made attenuation, by regions of known materials.

A scan whose sample is wider than the view carries an offset, and a stack read from images has a scale of its own. Two
or more materials whose attenuation is known fix gain and offset; one fixes the offset only.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.tomography.differences.noise import LEAST_VOXELS
from alkanode.tomography.differences.slabs import Flags, Floats, check_mask, mask_slices, read, shape_of, slabs

Known = Mapping[str, tuple[xr.DataArray | Flags, Estimate | float]]


def calibrate_grey(
    volume: RecordLike,
    known: Known,
    *,
    fit_gain: bool | None = None,
    doubt: float = 3.0,
    sample: int = 200_000,
    slab: int = 16,
) -> xr.Dataset:
    """Attenuation = gain x value + offset, from regions of known materials.

    Parameters
    ----------
    volume
        Kind ``volume``; its values may be grey values or an attenuation with an offset.
    known
        By name of the material: the voxels (z, y, x) that hold it, well inside it, and its attenuation, an
        :class:`Estimate` of :func:`alkanode.materials.attenuation.linear_attenuation` or a number, m-1.
    fit_gain
        Whether the gain is fitted; None: when two or more materials are known. Without, the gain is 1.
    doubt
        A material that misses its attenuation by more than this many standard errors is named in a warning.
    sample
        Voxels of a region that its median is taken of, spread evenly over it.
    slab
        Slices read at a time.

    Returns
    -------
    Dataset
        Kind ``volume``, float32, ``attenuation_noise`` scaled along where there is one. ``attrs``: ``gain``, ``offset``
        (m-1), ``gain_error``, ``offset_error``, ``gain_offset_covariance`` and ``grey_residuals`` (JSON): by material the
        attenuation found, known and the standard error of their difference (m-1).

    Raises
    ------
    PhysicsError
        For no material, a region with too few voxels, a gain asked for of one material or of materials that look
        alike, or a gain that is not positive.
    SchemaError
        For a region of another shape.

    Warns
    -----
    DataQualityWarning
        When a material contradicts the line through all of them.

    Notes
    -----
    Weighted least squares; the weight of a material holds the error of its median (as if one voxel in a hundred were
    independent) and the systematic error of its coefficient, a quarter of the width of its interval. The systematic
    part is shared by all voxels: it does not fall with their number. Cupping is not a line and is not removed.
    """
    record = check(volume, "volume")
    if not known:
        raise PhysicsError("at least one known material is needed", found="none")
    names = list(known)
    grey, grey_error = np.empty(len(names)), np.empty(len(names))
    target, target_error = np.empty(len(names)), np.empty(len(names))
    for place, name in enumerate(names):
        mask, value = known[name]
        check_mask(mask, record, f"the region of {name}")
        grey[place], grey_error[place] = _middle(record, mask, name, sample, slab)
        target[place], target_error[place] = _target(name, value)
    fitted = len(names) > 1 if fit_gain is None else fit_gain
    gain, offset, covariance, error = _line(names, grey, grey_error, target, target_error, fitted)
    found = gain * grey + offset
    for name, one, other, width in zip(names, found, target, error, strict=True):
        if abs(one - other) > doubt * width > 0:
            warnings.warn(
                f"{name} is found at {one / 100:.4g} /cm and known as {other / 100:.4g}: {abs(one - other) / width:.1f} standard errors off",
                DataQualityWarning,
                stacklevel=2,
            )
    values = np.empty(shape_of(record), np.float32)
    for part in slabs(values.shape[0], slab):
        values[part.core] = read(record, "attenuation", part.core) * np.float32(gain) + np.float32(offset)
    result = record.assign(attenuation=(("z", "y", "x"), values))
    if "attenuation_noise" in record:
        result["attenuation_noise"] = record["attenuation_noise"] * gain
    result.attrs = {
        **record.attrs,
        "gain": gain,
        "offset": offset,
        "gain_error": float(np.sqrt(covariance[0, 0])),
        "offset_error": float(np.sqrt(covariance[1, 1])),
        "gain_offset_covariance": float(covariance[0, 1]),
        "grey_residuals": json.dumps(
            {
                name: {"found": float(one), "known": float(other), "error": float(width)}
                for name, one, other, width in zip(names, found, target, error, strict=True)
            }
        ),
    }
    return label(result, "volume")


def _middle(record: xr.Dataset, mask: xr.DataArray | Flags, name: str, sample: int, slab: int) -> tuple[float, float]:
    """Median of a region and its standard error."""
    parts = [part.core for part in slabs(record.sizes["z"], slab)]
    masks = [mask_slices(mask, z) for z in parts]
    total = sum(int(one.sum()) for one in masks)
    if total < LEAST_VOXELS:
        raise PhysicsError(f"at least {LEAST_VOXELS} voxels of {name} are needed", found=str(total))
    step = max(total // sample, 1)
    chosen = [read(record, "attenuation", z)[one][::step] for z, one in zip(parts, masks, strict=True)]
    values = np.concatenate(chosen)
    values = values[np.isfinite(values)]
    middle = float(np.median(values)) if values.size else float("nan")
    if not np.isfinite(middle):
        raise PhysicsError(f"finite values in the region of {name} are needed", found="none")
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    return middle, 1.2533 * spread / np.sqrt(max(total / 100, 1.0))


def _target(name: str, value: Estimate | float) -> tuple[float, float]:
    if isinstance(value, Estimate):
        if value.value is None:
            raise PhysicsError(f"a known attenuation of {name} is needed", found="an estimate without a value")
        width = 0.0 if value.interval is None else 0.25 * (value.interval[1] - value.interval[0])
        return value.value, width
    return float(value), 0.0


def _line(
    names: list[str], grey: Floats, grey_error: Floats, target: Floats, target_error: Floats, fitted: bool
) -> tuple[float, float, Floats, Floats]:
    """Gain, offset, their covariance, and the standard error of each material."""
    if fitted and (len(names) < 2 or np.ptp(grey) <= 3 * float(grey_error.max())):
        raise PhysicsError(
            "two materials with different grey values are needed for a gain",
            found=", ".join(f"{name} at {value:.4g}" for name, value in zip(names, grey, strict=True)),
            todo="Give another material, or fit_gain=False",
        )
    gain = float(np.ptp(target) / np.ptp(grey)) if fitted else 1.0
    offset, covariance, error = 0.0, np.zeros((2, 2)), np.ones(len(names))
    for _ in range(3):
        # the error of a grey value counts in units of attenuation, so it needs the gain
        error = np.hypot(gain * grey_error, target_error)
        weight = 1 / np.maximum(error, 1e-6 * max(np.abs(target).max(), 1.0)) ** 2
        if not fitted:
            offset = float((weight * (target - grey)).sum() / weight.sum())
            covariance = np.diag([0.0, 1 / weight.sum()])
            break
        design = np.stack([grey, np.ones_like(grey)], axis=1)
        covariance = np.linalg.inv(design.T @ (weight[:, None] * design))
        gain, offset = (float(one) for one in covariance @ design.T @ (weight * target))
    if gain <= 0:
        raise PhysicsError(
            "a gain above 0 is needed",
            found=f"{gain:.4g}",
            todo="A denser material must look brighter: invert the stack",
        )
    return gain, offset, covariance, error
