"""Tilt of the rotation axis against the detector's columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.tomography.rotation_axis.find_axis import METHODS


def axis_tilt(
    line_integrals: RecordLike, axis_column: float, *, rows: Sequence[int] | None = None, reach: float = 8.0
) -> tuple[Estimate, xr.Dataset]:
    """Angle between the rotation axis and the columns of the detector, from the axis of single rows.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals`` with at least 5 rows.
    axis_column
        Axis of the whole scan, about which rows are searched, pixels.
    rows
        Positions of rows; up to 12 evenly spread ones when absent.
    reach
        Columns searched on both sides.

    Returns
    -------
    tilt
        rad, positive where the axis column grows with the row. The interval is twice the standard error of a line
        through the rows.
    rows
        ``axis_column`` (row), ``fitted_column`` (row), coordinate ``row``. Give ``fitted_column`` of all rows to
        :func:`reconstruct` where the tilt matters: ``attrs["intercept"] + attrs["slope"] * row``.

    Raises
    ------
    PhysicsError
        With fewer than 5 rows whose axis is found.
    """
    record = check(line_integrals, "line_integrals")
    count, columns = record.sizes["row"], record.sizes["column"]
    chosen = (
        np.unique(np.linspace(0, count - 1, min(12, count)).round().astype(int)) if rows is None else np.array(rows)
    )
    angles = record["rotation_angle"].to_numpy().astype(np.float64)
    search = (max(axis_column - reach, 0.0), min(axis_column + reach, columns - 1.0))
    numbers = record["row"].to_numpy() if "row" in record.coords else np.arange(count)
    kept, found = [], []
    for row in chosen:
        one = METHODS["sinogram-symmetry"](record["line_integral"].isel(row=[row]).to_numpy(), angles, search, columns)
        if one.usable:
            kept.append(float(numbers[row]))
            found.append(one.column)
    if len(kept) < 5:
        raise PhysicsError("a tilt needs the axis of at least 5 rows", found=f"{len(kept)} of {len(chosen)} rows")
    place, value = np.array(kept), np.array(found)
    slope, intercept, error = _robust_line(place, value)
    tilt = Estimate(
        value=float(np.arctan(slope)),
        unit="rad",
        quantity="rotation_angle",
        interval=(float(np.arctan(slope - 2 * error)), float(np.arctan(slope + 2 * error))),
        label=f"{Trust.COMPUTED}; interval is twice the standard error of a line through {place.size} rows",
    )
    table = xr.Dataset(
        {"axis_column": ("row", value), "fitted_column": ("row", intercept + slope * place)},
        coords={"row": place},
        attrs={"slope": slope, "intercept": intercept},
    )
    return tilt, table


def _robust_line(place: np.ndarray, value: np.ndarray) -> tuple[float, float, float]:
    """Slope, intercept and standard error of the slope, with rows beyond three robust deviations left out."""
    keep = np.ones(place.size, dtype=bool)
    slope = intercept = error = 0.0
    for _ in range(3):
        centred = place[keep] - place[keep].mean()
        slope = float(centred @ value[keep] / (centred @ centred))
        intercept = float(value[keep].mean() - slope * place[keep].mean())
        rest = value - intercept - slope * place
        freedom = max(int(keep.sum()) - 2, 1)
        error = float(np.sqrt((rest[keep] ** 2).sum() / freedom / (centred @ centred)))
        scale = 1.4826 * float(np.median(np.abs(rest)))
        again = np.abs(rest) <= 3 * max(scale, 1e-6)
        if again.sum() < 5 or (again == keep).all():
            break
        keep = again
    return slope, intercept, error
