"""How a stripping peak changes over cycles: robust slopes, and the headline numbers of a voltammogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.sources import Estimate
from alkanode.numerics.quotient import over

LEAST_CYCLES = 5
"""Cycles with a peak that a slope needs: with four, Sen's 95 % interval reaches over all pairwise slopes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakGrowth:
    """Slope of one property of the stripping peak per cycle.

    Attributes
    ----------
    name
        Field of the record, for example ``"peak_charge"``.
    slope, interval
        Theil-Sen slope per cycle in the SI unit of the field, and its 95 % interval (Sen).
    intercept
        Value of the line at cycle 0.
    cycles
        How many cycles it rests on.
    trend
        ``"grows"``, ``"shrinks"`` or ``"no trend"``: whether the interval leaves zero out.
    """

    name: str
    slope: float
    interval: tuple[float, float]
    intercept: float
    cycles: int
    trend: str


def peak_growth(cycles: RecordLike, name: str = "peak_charge") -> PeakGrowth | None:
    """Robust slope of a property of the peak over the complete cycles that have one.

    Parameters
    ----------
    cycles
        What :func:`voltammetry` returned.
    name
        ``"peak_charge"`` (C), ``"peak_current"`` (A) or ``"peak_voltage"`` (V), or another field per cycle.

    Returns
    -------
    PeakGrowth or None
        ``None`` with fewer than :data:`LEAST_CYCLES` such cycles.

    Notes
    -----
    The interval is Sen's, from the order statistics of the pairwise slopes; it holds for independent errors. A series that
    curves (a peak that emerges and then saturates) has a slope too, which then says only that it rises.
    """
    cycles = check(cycles, "voltammogram_cycles")
    values = cycles[name].to_numpy().astype(float)
    used = np.isfinite(values) & cycles["complete"].to_numpy() & ~cycles["current_clipped"].to_numpy()
    if np.count_nonzero(used) < LEAST_CYCLES:
        return None
    from scipy.stats import theilslopes  # loaded where it is used: it takes most of a second

    number = cycles["cycle"].to_numpy()[used].astype(float)
    slope, intercept, low, high = (float(value) for value in theilslopes(values[used], number, 0.95))
    trend = "grows" if low > 0 else "shrinks" if high < 0 else "no trend"
    return PeakGrowth(
        name=name, slope=slope, interval=(low, high), intercept=intercept, cycles=number.size, trend=trend
    )


def voltammetry_estimates(cycles: RecordLike, cell: Cell | None = None) -> dict[str, Estimate]:
    """Headline numbers of a voltammogram.

    Parameters
    ----------
    cycles
        What :func:`voltammetry` returned.
    cell
        Gives the uncertainty of the area that enters the areal numbers.

    Returns
    -------
    dict
        ``scan_rate``; ``resistance`` and ``area_specific_resistance`` of the last complete cycle; ``stripped_charge``,
        ``asymmetry``; of the last complete cycle with a peak ``peak_voltage``, ``peak_current``, ``peak_current_density``,
        ``peak_charge``, ``peak_areal_charge``; and ``peak_charge_growth`` per cycle. What is not known is left out.
    """
    cycles = check(cycles, "voltammogram_cycles")
    whole = cycles.isel(cycle=np.flatnonzero(cycles["complete"].to_numpy()))
    if whole.sizes["cycle"] == 0:
        return {}
    last = whole.isel(cycle=-1)
    number = int(last["cycle"])
    found = {
        "scan_rate": Estimate(
            value=float(whole["scan_rate"].median()),
            unit="V s-1",
            quantity="ramp_rate",
            interval=_range(whole["scan_rate"].to_numpy()),
            label="measured; interval: over the complete cycles",
        ),
        "stripped_charge": Estimate(
            value=float(last["stripped_charge"]),
            unit="C",
            quantity="charge",
            interval=_range(whole["stripped_charge"].to_numpy()),
            label=f"measured in cycle {number}; interval: over the complete cycles",
        ),
    }
    if np.isfinite(last["asymmetry"]):
        found["asymmetry"] = Estimate(
            value=float(last["asymmetry"]),
            unit="1",
            quantity="fraction",
            interval=_range(whole["asymmetry"].to_numpy()),
            label=f"measured: charge stripped over charge plated in cycle {number}; interval: over the complete cycles",
        )
    found |= _resistances(last, cell)
    return found | _peaks(whole, cycles, cell)


def _range(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _share(cell: Cell | None) -> float:
    """Two standard uncertainties of the area over the area."""
    if cell is None or cell.effective_area is None:
        return 0.0
    return 2 * (cell.effective_area_uncertainty or 0.0) / cell.effective_area


def _resistances(last: xr.Dataset, cell: Cell | None) -> dict[str, Estimate]:
    low, high = (float(end) for end in last["resistance_interval"].to_numpy())
    value, number = float(last["resistance"]), int(last["cycle"])
    if not np.isfinite(value):
        return {}
    what = f"fitted to the whole of cycle {number} (R2 {float(last['linearity']):.6g})"
    found = {
        "resistance": Estimate(
            value=value,
            unit="ohm",
            quantity="resistance",
            interval=(low, high),
            label=f"{what}; interval: 95 % of the fit",
        )
    }
    if cell is not None and cell.effective_area is not None:
        area, share = cell.effective_area, _share(cell)
        nearer, farther = area * max(1 - share, 0.0), area * (1 + share)
        found["area_specific_resistance"] = Estimate(
            value=value * area,
            unit="ohm m2",
            quantity="area_specific_resistance",
            interval=(low * (nearer if low > 0 else farther), high * farther if high > 0 else high * nearer),
            label=f"{what}; interval: 95 % of the fit and two standard uncertainties of the area",
        )
    return found


def _peaks(whole: xr.Dataset, cycles: xr.Dataset, cell: Cell | None) -> dict[str, Estimate]:
    with_peak = np.flatnonzero(whole["peak"].to_numpy())
    if with_peak.size == 0:
        return {}
    last = whole.isel(cycle=int(with_peak[-1]))
    where = f"cycle {int(last['cycle'])}"
    low, high = (float(end) for end in last["peak_voltage_interval"].to_numpy())
    noise = 2 * float(last["peak_current"]) / float(last["peak_to_noise"])
    height = float(last["peak_current"])
    found = {
        "peak_voltage": Estimate(
            value=float(last["peak_voltage"]),
            unit="V",
            quantity="voltage",
            interval=(low, high),
            label=f"measured in {where}; interval: where the current is within its noise of the top",
        ),
        "peak_current": Estimate(
            value=height,
            unit="A",
            quantity="current",
            interval=(height - noise, height + noise),
            label=f"measured over the line between the feet in {where}; interval: two standard deviations of the noise",
        ),
    }
    charge, bounds = float(last["peak_charge"]), tuple(float(end) for end in last["peak_charge_interval"].to_numpy())
    if np.isfinite(charge):
        found["peak_charge"] = Estimate(
            value=charge,
            unit="C",
            quantity="charge",
            interval=(bounds[0], bounds[1]),
            label=f"measured over the line between the feet in {where}; interval: over the baselines that apply, and noise",
        )
    if cell is not None and cell.effective_area is not None:
        area = cell.effective_area
        found["peak_current_density"] = Estimate(
            value=height / area,
            unit="A m-2",
            quantity="current_density",
            interval=over((height - noise, height + noise), area, cell.effective_area_uncertainty),
            label=f"measured in {where}; interval: noise and two standard uncertainties of the area",
        )
        if np.isfinite(charge):
            found["peak_areal_charge"] = Estimate(
                value=charge / area,
                unit="C m-2",
                quantity="areal_capacity",
                interval=over((bounds[0], bounds[1]), area, cell.effective_area_uncertainty),
                label=f"measured in {where}; interval: over the baselines and two standard uncertainties of the area",
            )
    growth = peak_growth(cycles)
    if growth is not None:
        found["peak_charge_growth"] = Estimate(
            value=growth.slope,
            unit="C",
            quantity="charge",
            interval=growth.interval,
            label=f"fitted: Theil-Sen slope per cycle over {growth.cycles} cycles; interval: 95 % (Sen)",
        )
    return found
