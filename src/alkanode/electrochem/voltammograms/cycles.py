"""Cyclic voltammetry: resistance, charges, stripping peak and hysteresis of each cycle."""

from __future__ import annotations

import warnings
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import stripping_sign
from alkanode.electrochem.evidence import electrolyte_resistance
from alkanode.electrochem.voltammograms.current_peaks import PeakRule
from alkanode.electrochem.voltammograms.line_or_short import LineRule, judge_line
from alkanode.electrochem.voltammograms.one_cycle import CycleNumbers, Trace, cycle_numbers
from alkanode.electrochem.voltammograms.stripping_peak import BASELINES
from alkanode.electrochem.voltammograms.sweeps import SweepRule, potential_sweeps
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Constant, Trust, source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

CONVENTION = (
    "voltages as the instrument shows them; peak currents and charges are positive in the direction of stripping; a cycle is a "
    "full loop from the potential and in the direction in which the first sweep began"
)


@source("Wu2025", "Wang2022", "Elgrishi2018")
def voltammetry(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    window: tuple[QuantityLike, QuantityLike] | None = None,
    series_resistance: QuantityLike | None = None,
    electrolyte: QuantityLike | None = None,
    sweeps: SweepRule | None = None,
    peaks: PeakRule | None = None,
    lines: LineRule | None = None,
) -> xr.Dataset:
    """Reduce a voltammogram cycle by cycle.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V) and ``current`` (A) under voltage control.
    cell
        Gives the role of the anode, the area (m2) and the electrolyte. Without it the anode is the working electrode, and
        current densities, areal charges and area-specific resistances are NaN.
    window
        Lowest and highest potential of the stripping peak (V, as the instrument shows them); default anywhere in stripping.
    series_resistance
        Resistance (ohm) whose voltage is taken off before anything is read; default none. It moves and narrows peaks and
        lowers resistances; charges stay.
    electrolyte
        Resistance of the electrolyte (ohm), where the cell does not give it.
    sweeps, peaks, lines
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``voltammogram_cycles``, dimension ``cycle``: ``complete``; ``scan_rate`` (V s-1); ``resistance`` (ohm, line
        through the whole cycle), ``near_zero_resistance``, ``plating_resistance``, each with ``_interval`` (95 %);
        ``linearity`` (R2), ``residual_current`` (A); ``current_at_zero_voltage`` (A) and ``voltage_at_zero_current`` (V)
        per ``direction`` of the sweep; ``loop_area`` (V A, integral of I dE around the loop), ``hysteresis_charge`` (C, loop
        area over twice the scan rate), ``dissipated_energy`` (J, integral of U I dt), ``capacitance`` (F, from the
        separation of the sweeps at 0 V, with interval); ``stripped_charge``, ``plated_charge`` (C), ``asymmetry`` (their ratio);
        ``straight``, ``current_clipped``, ``voltage_missed``; and of the stripping peak ``peak``, ``peak_reason``,
        ``peak_voltage`` (with interval, V), ``peak_current`` (A over the baseline), ``peak_total_current`` (A),
        ``peak_current_density`` (A m-2), ``peak_charge`` (C, with interval), ``peak_charge_by_baseline`` (C),
        ``peak_areal_charge`` (C m-2), ``peak_width``, ``peak_onset``, ``peak_start``, ``peak_end`` (V),
        ``peak_start_current``, ``peak_end_current`` (A, the ends of the baseline), ``peak_shoulder``, ``peak_to_noise``.
        ``attrs["short"]`` is ``"none"`` or ``"suspected"``, with signs, evidence against, and what would decide.

    Raises
    ------
    SchemaError
        When the record is no voltammogram, or the current is missing in more than a tenth of its rows; the reason is named.
    PhysicsError
        When a resistance is not positive or the window is empty.

    Warns
    -----
    DataQualityWarning
        When the current stopped at the end of its range, the voltage stayed away from what was demanded, or missing currents
        were filled.

    Notes
    -----
    Q = integral of I dt = integral of I dE over the scan rate. The charge of the peak lies over the line between its feet; its
    interval spans the baselines of :mod:`alkanode.electrochem.voltammograms.stripping_peak` that apply. ``complete`` tells a full loop from
    an unfinished first or last one.

    An interface that strips beside the peak's metal takes part of the potential away from it where a series resistance lies before
    both: the excess current over any baseline is then smaller than the current of that metal, by R / (R + R_s) with R the
    resistance of the interface. Take the series resistance off to get the charge of the metal.

    A straight line through the origin is what Na metal gives and what a short gives: a voltammogram alone never confirms a
    short.
    """
    record = check(record, "cycling")
    peak_rule, line_rule = peaks or PeakRule(), lines or LineRule()
    ohmic = _resistance(series_resistance, "series resistance") or 0.0
    ionic = _electrolyte(cell, electrolyte)
    sign = stripping_sign(cell)
    found = potential_sweeps(record, rule=sweeps)
    trace = Trace(record, found, sign, ohmic)
    limits = None if window is None else _window(window, sign)
    numbers = [
        cycle_numbers(trace, int(cycle), window=limits, peaks=peak_rule, lines=line_rule)
        for cycle in found["cycle"].to_numpy()
    ]
    result = _dataset(numbers, found, sign, cell)
    _warn_limits(result)
    verdict = judge_line(
        result["straight"].to_numpy() & result["complete"].to_numpy(), result["resistance"].to_numpy(), ionic, line_rule
    )
    result.attrs.update(
        short="suspected" if verdict.suspected else "none",
        short_signs="; ".join(verdict.signs),
        short_against="; ".join(verdict.against),
        short_would_confirm=verdict.would_confirm,
        short_rivals=verdict.rivals,
        baseline=BASELINES[0],
        stripping_sign=sign,
        series_resistance=ohmic,
        electrolyte_resistance=float("nan") if ionic is None else ionic.value,
        window="anywhere" if limits is None else str(limits),
        peak_rule=str(asdict(peak_rule)),
        line_rule=str(asdict(line_rule)),
        convention=CONVENTION,
        **{name: found.attrs[name] for name in ("sweep_rule", "potential_from", "step_size", "samples_per_step")},
    )
    return label(result, "voltammogram_cycles")


def _resistance(value: QuantityLike | None, what: str) -> float | None:
    if value is None:
        return None
    ohm = to_si(value, "resistance")
    if ohm <= 0:
        raise PhysicsError(f"the {what} is positive", found=repr(value))
    return ohm


def _electrolyte(cell: Cell | None, given: QuantityLike | None) -> Constant | None:
    ohm = _resistance(given, "resistance of the electrolyte")
    if ohm is None:
        return electrolyte_resistance(cell)
    return Constant(value=ohm, unit="ohm", source="", trust=Trust.GIVEN)


def _window(window: tuple[QuantityLike, QuantityLike], sign: int) -> tuple[float, float]:
    low, high = sorted(sign * to_si(end, "voltage") for end in window)
    if low == high:
        raise PhysicsError("a window of potentials has two ends", found=repr(window))
    return low, high


def _dataset(numbers: list[CycleNumbers], found: xr.Dataset, sign: int, cell: Cell | None) -> xr.Dataset:
    """Numbers of all cycles as one record, voltages back as the instrument shows them."""
    area = np.nan if cell is None or cell.effective_area is None else cell.effective_area
    dim, side, between = ("cycle",), ("cycle", "direction"), ("cycle", "bound")
    fields: dict[str, object] = {"complete": (dim, found["complete"].to_numpy())}

    def put(name: str, values: list[float] | Floats, unit: str, dims: tuple[str, ...] = dim) -> None:
        fields[name] = (dims, np.asarray(values, dtype=float), {"units": unit})

    put("time", [one.time for one in numbers], "s")
    put("scan_rate", [one.scan_rate for one in numbers], "V s-1")
    for prefix, which in (("", "whole"), ("near_zero_", "near_zero"), ("plating_", "plating")):
        lines = [getattr(one, which) for one in numbers]
        put(f"{prefix}resistance", [_inverse(line.slope) for line in lines], "ohm")
        put(
            f"{prefix}resistance_interval", np.array([_inverted(line.slope_interval) for line in lines]), "ohm", between
        )
    put("area_specific_resistance", area * np.asarray([_inverse(one.whole.slope) for one in numbers]), "ohm m2")
    put("linearity", [one.whole.linearity for one in numbers], "1")
    put("residual_current", [one.whole.residual for one in numbers], "A")
    put("current_at_zero_voltage", sign * np.array([one.current_at_zero_voltage for one in numbers]), "A", side)
    put("voltage_at_zero_current", sign * np.array([one.voltage_at_zero_current for one in numbers]), "V", side)
    for name, unit in (
        ("loop_area", "V A"),
        ("dissipated_energy", "J"),
        ("stripped_charge", "C"),
        ("plated_charge", "C"),
    ):
        put(name, [getattr(one, name) for one in numbers], unit)
    rate = np.array([one.scan_rate for one in numbers])
    farad, reach = (np.array([getattr(one, name) for one in numbers]) for name in ("capacitance", "capacitance_error"))
    put("hysteresis_charge", np.array([one.loop_area for one in numbers]) / (2 * rate), "C")
    put("capacitance", farad, "F")
    put("capacitance_interval", np.column_stack((farad - reach, farad + reach)), "F", between)
    plated = np.array([one.plated_charge for one in numbers])
    stripped = np.array([one.stripped_charge for one in numbers])
    put("asymmetry", np.divide(stripped, plated, out=np.full(plated.size, np.nan), where=plated > 0), "1")
    for name in ("straight", "current_clipped", "voltage_missed"):
        fields[name] = (dim, np.array([getattr(one, name) for one in numbers], dtype=bool))
    _put_peaks(fields, numbers, sign, area)
    return xr.Dataset(
        fields,
        coords={
            "cycle": found["cycle"].to_numpy(),
            "bound": ["lower", "upper"],
            "direction": ["strip", "plate"],
            "baseline": list(BASELINES),
        },
    )


def _put_peaks(fields: dict[str, object], numbers: list[CycleNumbers], sign: int, area: float) -> None:
    """The fields of the stripping peak."""
    dim, between = ("cycle",), ("cycle", "bound")
    found = [one.found for one in numbers]
    tops = [one.peak for one in found]

    def put(name: str, values: Floats | list[float], unit: str, dims: tuple[str, ...] = dim) -> None:
        fields[name] = (dims, np.asarray(values, dtype=float), {"units": unit})

    def of(name: str) -> Floats:
        return np.array([np.nan if top is None else getattr(top, name) for top in tops], dtype=float)

    fields["peak"] = (dim, np.array([top is not None for top in tops]))
    fields["peak_shoulder"] = (dim, np.array([top is not None and not top.falls for top in tops]))
    fields["peak_reason"] = (dim, np.array([one.reason for one in found], dtype=np.str_))
    put("peak_voltage", sign * of("voltage"), "V")
    reach = [(np.nan, np.nan) if top is None else top.voltage_interval for top in tops]
    put("peak_voltage_interval", np.sort(sign * np.array(reach), axis=1), "V", between)
    put("peak_current", of("height"), "A")
    put("peak_total_current", of("total"), "A")
    put("peak_current_density", of("height") / area, "A m-2")
    charge = np.array([one.charges[0] for one in found])
    put("peak_charge", charge, "C")
    put("peak_charge_interval", np.array([one.interval for one in found]), "C", between)
    put("peak_charge_by_baseline", np.array([one.charges for one in found]), "C", ("cycle", "baseline"))
    put("peak_areal_charge", charge / area, "C m-2")
    put("peak_width", of("width"), "V")
    put("peak_onset", sign * of("onset"), "V")
    noise = of("noise")
    put("peak_to_noise", np.divide(of("height"), noise, out=np.full(noise.size, np.inf), where=~(noise == 0)), "1")
    feet = np.array([one.feet for one in numbers])
    for column, name in enumerate(("peak_start", "peak_end")):
        put(name, sign * feet[:, column], "V")
        put(f"{name}_current", feet[:, 2 + column], "A")


def _inverse(slope: float) -> float:
    return 1 / slope if slope else float("inf")


def _inverted(interval: tuple[float, float]) -> tuple[float, float]:
    """Interval of a resistance from that of a conductance; unbounded where that reaches zero, on both sides below its middle."""
    low, high = interval
    if np.isnan(low):
        return low, high
    if low + high < 0 or not high > 0:  # the voltage runs against the current
        return (1 / high, 1 / low) if high < 0 else (float("-inf"), float("inf"))
    return 1 / high, (1 / low if low > 0 else float("inf"))


def _warn_limits(result: xr.Dataset) -> None:
    for name, what in (
        ("current_clipped", "the current is flat at its largest value, as at the end of a current range"),
        ("voltage_missed", "the voltage stayed away from what was demanded, as at the limit of the instrument"),
    ):
        cycles = result["cycle"].to_numpy()[result[name].to_numpy()]
        if cycles.size:
            warnings.warn(
                f"cycle {', '.join(map(str, cycles.tolist()))}: {what}; its peak and charges are lower bounds",
                DataQualityWarning,
                stacklevel=4,
            )
