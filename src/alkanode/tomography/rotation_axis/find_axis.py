"""The rotation axis by methods that rest on different things, side by side."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import source
from alkanode.tomography.rotation_axis.algotom_vo import by_algotom_vo
from alkanode.tomography.rotation_axis.centroid import by_centroid
from alkanode.tomography.rotation_axis.opposite_views import by_opposite_views
from alkanode.tomography.rotation_axis.sinogram_symmetry import by_sinogram_symmetry
from alkanode.tomography.rotation_axis.slice_sharpness import by_slice_sharpness
from alkanode.tomography.rotation_axis.trials import Finding, Floats

Method = Callable[[npt.NDArray[np.floating], Floats, tuple[float, float], int], Finding]

METHODS: dict[str, Method] = {
    "sinogram-symmetry": by_sinogram_symmetry,
    "opposite-views": by_opposite_views,
    "slice-sharpness": by_slice_sharpness,
    "centroid": by_centroid,
    "algotom-vo": by_algotom_vo,
}
"""Methods by name: energy outside the double wedge of a mirrored sinogram; correlation of views half a turn apart; slopes
of the slice; the swing of the centre of attenuation (only where the sample stays in view); algotom's search."""

_ENOUGH = 3
"""Methods that must agree for a single other one to be outvoted: they rest on different things, and three wrong ones would
hardly meet within a column."""

_SURE = 0.25
"""Largest standard error of a usable method over the tolerance."""

DEFAULT_METHODS = ("sinogram-symmetry", "opposite-views", "slice-sharpness", "centroid")


@source("Vo2014")
def find_axis(
    line_integrals: RecordLike,
    *,
    methods: Sequence[str] = DEFAULT_METHODS,
    tolerance_pixels: float = 1.0,
    search: tuple[float, float] | None = None,
    rows: Sequence[int] | None = None,
    row_count: int = 5,
    largest_width: int = 1024,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Detector column of the rotation axis by several methods, none of which starts from another's answer.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals``; may be lazy, since few rows are read.
    methods
        Names of :data:`METHODS`. ``"algotom-vo"`` is left out by default: it is slow and rests on the same property as
        ``"sinogram-symmetry"``.
    tolerance_pixels
        Largest difference between methods at which they agree, pixels. A method whose own standard error is above a
        quarter of it is not usable: an error from a few parts of the data is itself uncertain by half.
    search
        First and last column tried; the middle half of the detector when absent. A best trial at an end makes a method
        unusable: widen the search.
    rows
        Positions of the rows read; ``row_count`` evenly spread ones when absent.
    row_count
        See ``rows``.
    largest_width
        Columns to which the slower methods bin, at most. They place the axis to about a tenth of a binned column.
    progress
        Told after each method.

    Returns
    -------
    Dataset
        Kind ``rotation_axis``: ``axis_column``, ``standard_error`` (pixels), ``usable`` and ``reason`` per ``method``;
        ``candidate`` and ``score`` (axis_method, trial), low is good, NaN where a method has fewer trials;
        ``row_axis_column`` (axis_method, row) where a method gives it for rows, with the coordinate ``row``. Attributes:
        ``tolerance_pixels``, ``spread_pixels`` between usable methods, ``agreed``, ``search``.
        :func:`axis_estimate` gives the consensus, or refuses.

    Raises
    ------
    PhysicsError
        For a method that is not known, a search off the detector, or values that are not finite.

    Warns
    -----
    DataQualityWarning
        When usable methods differ by more than the tolerance, fewer than two are usable, or one is outvoted.

    Notes
    -----
    The standard errors come from the scatter between rows, parts of the slice, bands of the transform or pairs of views.
    They hold what noise does and not what breaks a method's assumption: that shows as a difference between methods. A single
    method that differs is outvoted where three or more others agree, and says so; two against one or two are refused.

    References
    ----------
    :cite:`Vo2014`
    """
    record = check(line_integrals, "line_integrals")
    for name in methods:
        if name not in METHODS:
            raise PhysicsError("a known method is needed", found=repr(name), todo=f"Known: {', '.join(METHODS)}")
    columns = record.sizes["column"]
    searched = (0.25 * columns, 0.75 * columns) if search is None else (float(search[0]), float(search[1]))
    if not 0 <= searched[0] < searched[1] <= columns - 1:
        raise PhysicsError(f"the search lies on the detector, 0 to {columns - 1}", found=str(searched))
    chosen = _rows(record.sizes["row"], rows, row_count)
    sinograms = record["line_integral"].isel(row=chosen).to_numpy()
    angles = record["rotation_angle"].to_numpy().astype(np.float64)
    if not np.isfinite(angles).all() or not np.isfinite(sinograms.sum(dtype=np.float64)):
        raise PhysicsError("angles and line integrals are finite", found="some are not")
    report = NoProgress() if progress is None else progress
    found = []
    for done, name in enumerate(methods):
        found.append(_trusted(METHODS[name](sinograms, angles, searched, largest_width), tolerance_pixels))
        report.update(done + 1, len(methods), "rotation axis")
    found = _without_outvoted(list(methods), found, tolerance_pixels)
    row_numbers = record["row"].to_numpy()[chosen] if "row" in record.coords else np.array(chosen)
    result = _record(list(methods), found, row_numbers)
    if "pixel_size" in record.variables:
        result["pixel_size"] = ((), float(record["pixel_size"]))
    columns_found = np.array([one.column for one in found if one.usable])
    spread = float(np.ptp(columns_found)) if columns_found.size else np.nan
    agreed = bool(columns_found.size > 1 and spread <= tolerance_pixels)
    result.attrs.update(
        tolerance_pixels=tolerance_pixels, spread_pixels=spread, agreed=int(agreed), search=json.dumps(searched)
    )
    if not agreed:
        warnings.warn(f"the rotation axis is in doubt: {summary(result)}", DataQualityWarning, stacklevel=3)
    return label(result, "rotation_axis")


def summary(record: xr.Dataset) -> str:
    """What each method found, in one line."""
    told = []
    for place, name in enumerate(record["axis_method"].to_numpy()):
        one = record.isel(axis_method=place)
        if bool(one["usable"]):
            error = float(one["standard_error"])
            told.append(f"{name} {float(one['axis_column']):.2f}" + (f" +- {error:.2f}" if np.isfinite(error) else ""))
        else:
            told.append(f"{name} not usable ({one['reason'].item()})")
    return "; ".join(told)


def _rows(count: int, rows: Sequence[int] | None, row_count: int) -> list[int]:
    if rows is None:
        wanted = min(max(row_count, 1), count)
        # not the outermost rows where there is a choice: they are the darkest
        return sorted({int(place) for place in (np.arange(wanted) + 0.5) * count / wanted})
    if not len(rows) or not all(0 <= row < count for row in rows):
        raise PhysicsError(f"rows lie between 0 and {count - 1}", found=str(list(rows)))
    return [int(row) for row in rows]


def _trusted(finding: Finding, tolerance: float) -> Finding:
    """The finding, marked unusable where its own error is too large."""
    if finding.usable and finding.standard_error > _SURE * tolerance:
        return Finding(
            finding.column,
            finding.standard_error,
            f"its standard error of {finding.standard_error:.2f} pixels is above a quarter of the tolerance",
            finding.candidate,
            finding.score,
            finding.rows,
        )
    return finding


def _without_outvoted(methods: list[str], found: list[Finding], tolerance: float) -> list[Finding]:
    """The findings, with a single one marked unusable that lies apart from three others or more, which agree."""
    usable = [place for place, one in enumerate(found) if one.usable]
    for odd in usable:
        rest = np.array([found[place].column for place in usable if place != odd])
        away = float(np.abs(rest - found[odd].column).min()) if rest.size else 0.0
        if rest.size < _ENOUGH or np.ptp(rest) > tolerance or away <= tolerance:
            continue
        others = ", ".join(methods[place] for place in usable if place != odd)
        reason = f"it lies {away:.1f} columns from {others}, which agree"
        warnings.warn(f"rotation axis: {methods[odd]} is left out: {reason}", DataQualityWarning, stacklevel=4)
        return [replace(one, reason=reason) if place == odd else one for place, one in enumerate(found)]
    return found


def _record(methods: list[str], found: list[Finding], row_numbers: npt.NDArray[np.integer]) -> xr.Dataset:
    trials = max(one.candidate.size for one in found)
    candidate = np.full((len(found), max(trials, 1)), np.nan)
    score = np.full_like(candidate, np.nan)
    rows = np.full((len(found), row_numbers.size), np.nan)
    for place, one in enumerate(found):
        candidate[place, : one.candidate.size] = one.candidate
        score[place, : one.score.size] = one.score
        if one.rows is not None:
            rows[place] = one.rows
    return xr.Dataset(
        {
            "axis_column": ("axis_method", [one.column for one in found]),
            "standard_error": ("axis_method", [one.standard_error for one in found]),
            "usable": ("axis_method", [one.usable for one in found]),
            "reason": ("axis_method", [one.reason for one in found]),
            "candidate": (("axis_method", "trial"), candidate),
            "score": (("axis_method", "trial"), score),
            "row_axis_column": (("axis_method", "row"), rows),
        },
        coords={"axis_method": methods, "row": row_numbers},
    )
