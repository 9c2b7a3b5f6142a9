"""A current of voltammograms over the scan rate: surface-bound, diffusive, or in between.

A surface-bound reaction and a capacitance give I ~ v, semi-infinite diffusion (Randles-Sevcik) I ~ v^1/2. The exponent b of
I = a v^b and the split I = k1 v + k2 v^1/2 say which law the current follows, not why: finite diffusion, ohmic drop and slow
transfer give exponents in between, and a resistance gives b = 0. The laws hold for an amount that does not depend on the rate:
metal that was plated in the same loop falls as 1/v, and its stripping peak then has b near 0 too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]

LEAST_RATES = 3
"""Rates that a law with an interval needs: two points fix a line and leave nothing to judge it by."""

SAME_RATE = 0.05
"""Share within which two scan rates are one."""


@source("WangDunn2007", "Elgrishi2018")
def scan_rates(results: RecordLike | Sequence[RecordLike], *, current: str = "peak_current") -> xr.Dataset:
    """Laws of a current over the scan rate.

    Parameters
    ----------
    results
        What :func:`voltammetry` returned, for one record with several rates or for several records. Incomplete and clipped
        cycles are left out; cycles of one rate (within 5 %) are averaged by their median.
    current
        Field of the record: ``"peak_current"`` (default, over its baseline) or ``"peak_total_current"``.

    Returns
    -------
    Dataset
        Kind ``scan_rates``. Dimension ``rate``: ``scan_rate`` (V s-1), ``peak_current`` (A), ``cycles``,
        ``separation`` (A, current near zero of the stripping minus the plating sweep), ``diffusive_share`` (1, of
        k2 v^1/2 in the fitted current). ``exponent`` (b) with ``exponent_interval``; ``law_coefficient`` of the ``term``
        ``linear`` (k1, A s V-1) and ``square_root`` (k2, A s1/2 V-1/2) with intervals; ``linearity`` of I over each
        term alone (R2 through the origin); ``capacitance`` (F, half the slope of the separation) with interval.
        All intervals are 95 % of the fit.

    Raises
    ------
    SchemaError
        With fewer than three rates at which the current is known.

    Notes
    -----
    b from log I over log v; k1 and k2 by least squares of I / v^1/2 = k1 v^1/2 + k2. A negative k is kept: the law does not
    hold there. With three rates an interval rests on one degree of freedom and is wide.
    """
    records = [results] if isinstance(results, xr.Dataset | xr.DataTree) else list(results)
    rate, value, gap = _gather([check(record, "voltammogram_cycles") for record in records], current)
    groups = _groups(rate)
    if len(groups) < LEAST_RATES:
        raise SchemaError(
            f"laws over the scan rate need {current} at {LEAST_RATES} scan rates",
            found=f"{len(groups)} ({', '.join(f'{1e3 * float(np.median(rate[g])):.4g} mV/s' for g in groups) or 'none'})",
            todo="Measure the cell at more rates, or choose another current",
        )
    v, i, separation = (np.array([float(np.median(x[g])) for g in groups]) for x in (rate, value, gap))
    root = np.sqrt(v)
    b, b_reach = _least_squares(np.column_stack((np.log(v), np.ones(v.size))), np.log(i))
    k, k_reach = _least_squares(np.column_stack((root, np.ones(v.size))), i / root)
    law = k[0] * v + k[1] * root
    slope, slope_reach = _least_squares(np.column_stack((v, np.ones(v.size))), separation)
    dim = ("rate",)
    result = xr.Dataset(
        {
            "scan_rate": (dim, v, {"units": "V s-1"}),
            "peak_current": (dim, i, {"units": "A"}),
            "cycles": (dim, np.array([g.size for g in groups])),
            "separation": (dim, separation, {"units": "A"}),
            "diffusive_share": (dim, k[1] * root / law, {"units": "1"}),
            "exponent": ((), b[0], {"units": "1"}),
            "exponent_interval": (("bound",), _around(b[0], b_reach[0]), {"units": "1"}),
            "law_coefficient": (("term",), k),
            "law_coefficient_interval": (
                ("term", "bound"),
                np.array([_around(*pair) for pair in zip(k, k_reach, strict=True)]),
            ),
            "linearity": (("term",), np.array([_through_origin(v, i), _through_origin(root, i)]), {"units": "1"}),
            "capacitance": ((), slope[0] / 2, {"units": "F"}),
            "capacitance_interval": (("bound",), _around(slope[0] / 2, slope_reach[0] / 2), {"units": "F"}),
        },
        coords={"term": ["linear", "square_root"], "bound": ["lower", "upper"]},
        attrs={"current": current, "units_of_terms": "A s V-1, A s1/2 V-1/2"},
    )
    return label(result, "scan_rates")


def _gather(records: list[xr.Dataset], current: str) -> tuple[Floats, Floats, Floats]:
    """Scan rate, current and separation of the usable cycles of all records."""
    columns: list[Floats] = []
    for record in records:
        if current not in record:
            raise SchemaError("a current of the voltammogram is needed", found=repr(current), todo="Use 'peak_current'")
        zero = record["current_at_zero_voltage"]
        gap = np.abs(zero.sel(direction="strip").to_numpy() - zero.sel(direction="plate").to_numpy())
        rows = np.column_stack((record["scan_rate"].to_numpy(), record[current].to_numpy(), gap))
        usable = record["complete"].to_numpy() & ~record["current_clipped"].to_numpy() & (rows[:, 1] > 0)
        columns.append(rows[usable])
    table = np.concatenate(columns) if columns else np.zeros((0, 3))
    return table[:, 0], table[:, 1], table[:, 2]


def _groups(rate: Floats) -> list[npt.NDArray[np.intp]]:
    """Cycles of one rate, by rising rate."""
    if rate.size == 0:
        return []
    order = np.argsort(rate, kind="stable")
    breaks = np.flatnonzero(np.diff(np.log(rate[order])) > np.log1p(SAME_RATE)) + 1
    return list(np.split(order, breaks))


def _least_squares(design: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Coefficients and half widths of their 95 % intervals."""
    if not np.isfinite(target).all():
        nothing = np.full(design.shape[1], np.nan)
        return nothing, nothing
    best = np.linalg.lstsq(design, target, rcond=None)[0]
    freedom = target.size - design.shape[1]
    spread = float(np.sum((target - design @ best) ** 2)) / freedom
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * spread)
    return np.asarray(best, dtype=float), np.asarray(student(freedom) * errors, dtype=float)


def _around(value: float, reach: float) -> Floats:
    return np.array([value - reach, value + reach])


def _through_origin(x: Floats, y: Floats) -> float:
    """R2 of y = k x."""
    k = float(x @ y / (x @ x))
    return 1 - float(np.sum((y - k * x) ** 2)) / float(np.sum((y - y.mean()) ** 2))
