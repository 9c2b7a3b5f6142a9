"""One cycle of a voltammogram as numbers: lines, charges, loop, stripping peak.

Arrays in SI; voltage and current count positive in the direction of stripping.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.electrochem.voltammograms.current_peaks import PeakRule
from alkanode.electrochem.voltammograms.limits_of_instrument import current_stops, voltage_missed
from alkanode.electrochem.voltammograms.line_or_short import LineRule
from alkanode.electrochem.voltammograms.stripping_peak import Branch, StrippingPeak, stripping_peak
from alkanode.electrochem.voltammograms.sweeps import loop_pieces
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.numerics.robust_line import Line, fit_line

Floats = npt.NDArray[np.float64]


MOST_MISSING = 0.1
"""Share of the rows without a current beyond which a voltammogram is not read."""


def known_current(record: xr.Dataset) -> Floats:
    """(row,) current (A), with single missing rows filled by the straight line between their neighbours.

    Raises
    ------
    SchemaError
        When more than a tenth of the rows have none.

    Warns
    -----
    DataQualityWarning
        When rows were filled.
    """
    current = record["current"].to_numpy().astype(float)
    missing = ~np.isfinite(current)
    if not missing.any():
        return current
    if missing.mean() > MOST_MISSING:
        raise SchemaError(
            "a voltammogram needs the measured current", found=f"none in {100 * missing.mean():.3g} % of the rows"
        )
    warnings.warn(
        f"{int(missing.sum())} rows without a current were filled by the straight line between their neighbours",
        DataQualityWarning,
        stacklevel=4,
    )
    rows = np.arange(current.size)
    return np.asarray(np.interp(rows, rows[~missing], current[~missing]), dtype=float)


class Trace:
    """A record with stripping as positive, and its sweeps.

    Parameters
    ----------
    record
        Cycling record.
    sweeps
        What :func:`alkanode.electrochem.potential_sweeps` returned for it.
    sign
        Sign of the current that strips the anode.
    series_resistance
        ohm, taken off the voltage.
    """

    def __init__(self, record: xr.Dataset, sweeps: xr.Dataset, sign: int, series_resistance: float) -> None:
        self.sweeps = sweeps
        self.time = record["time"].to_numpy().astype(float)
        self.measured = record["voltage"].to_numpy().astype(float)
        self.current = sign * known_current(record)
        self.voltage = sign * self.measured - series_resistance * self.current
        self.demanded: Floats | None = None
        if str(sweeps.attrs["potential_from"]).startswith("the set-point"):
            self.demanded = record["voltage_setpoint"].to_numpy().astype(float)
            self.voltage = np.where(np.isfinite(self.voltage), self.voltage, sign * self.demanded)
        self.direction = sign * sweeps["direction"].to_numpy()
        self.samples = float(sweeps.attrs["samples_per_step"])

    def branch(self, sweep: int) -> Branch | None:
        """A whole sweep, or ``None`` where there is no such sweep."""
        if not 0 <= sweep < self.direction.size:
            return None
        rows = slice(int(self.sweeps["first_row"][sweep]), int(self.sweeps["last_row"][sweep]) + 1)
        return Branch(time=self.time[rows], voltage=self.voltage[rows], current=self.current[rows])

    def stripping_sweep(self, pieces: list[tuple[int, slice]]) -> int:
        """The sweep of a loop that strips the most inside it; -1 where there is none."""
        flow = {
            sweep: float(np.sum(np.clip(self.current[rows], 0.0, None)))
            for sweep, rows in pieces
            if self.direction[sweep] == 1
        }
        return max(flow, key=lambda sweep: flow[sweep]) if flow else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleNumbers:
    """Numbers of one cycle; the names are those of the record ``voltammogram_cycles``."""

    time: float
    scan_rate: float
    whole: Line
    near_zero: Line
    plating: Line
    current_at_zero_voltage: tuple[float, float]
    voltage_at_zero_current: tuple[float, float]
    capacitance: float
    capacitance_error: float
    loop_area: float
    dissipated_energy: float
    stripped_charge: float
    plated_charge: float
    straight: bool
    current_clipped: bool
    voltage_missed: bool
    found: StrippingPeak
    feet: tuple[float, float, float, float]


def cycle_numbers(
    trace: Trace, cycle: int, *, window: tuple[float, float] | None, peaks: PeakRule, lines: LineRule
) -> CycleNumbers:
    """Reduce one loop.

    Parameters
    ----------
    trace
        The record.
    cycle
        Number of the loop, from 1.
    window
        V; where the stripping peak is sought. ``None``: anywhere.
    peaks, lines
        Thresholds.
    """
    pieces = loop_pieces(trace.sweeps, cycle)
    rows = np.unique(np.concatenate([np.arange(rows.start, rows.stop) for _, rows in pieces]))
    voltage, current = trace.voltage[rows], trace.current[rows]
    span = float(np.ptp(voltage))
    plates = (current < 0) & (voltage < 0)
    near = np.abs(voltage) <= lines.near_zero_share * span
    whole, plating = fit_line(voltage, current), fit_line(voltage[plates], current[plates])
    rate = float(np.median(np.abs(trace.sweeps["scan_rate"].to_numpy()[[sweep for sweep, _ in pieces]])))
    stripping = trace.stripping_sweep(pieces)
    branch = trace.branch(stripping)
    found = stripping_peak(
        branch,
        trace.branch(stripping + 1) if branch is not None else None,
        plating,
        scan_rate=rate,
        window=window,
        rule=peaks,
        samples=trace.samples,
    )
    charges = np.array([_charges(trace.time[rows], trace.current[rows]) for _, rows in pieces])
    no_current, _ = _at_zero(trace, pieces, trace.current, trace.voltage)
    no_voltage, gap_error = _at_zero(trace, pieces, trace.voltage, trace.current)
    offset = np.abs([end for end in no_current if np.isfinite(end)])
    through = offset.size > 0 and offset.max() <= lines.offset_share * span
    return CycleNumbers(
        time=float(trace.time[rows[0]]),
        scan_rate=rate,
        whole=whole,
        near_zero=fit_line(voltage[near], current[near]),
        plating=plating,
        current_at_zero_voltage=no_voltage,
        capacitance=(no_voltage[0] - no_voltage[1]) / (2 * rate),
        capacitance_error=gap_error / (2 * rate),
        voltage_at_zero_current=no_current,
        loop_area=_integral(pieces, trace.current, trace.voltage),
        dissipated_energy=_integral(pieces, trace.voltage * trace.current, trace.time),
        stripped_charge=float(charges[:, 0].sum()),
        plated_charge=float(charges[:, 1].sum()),
        straight=bool(whole.linearity >= lines.linearity and through and found.peak is None and whole.slope > 0),
        current_clipped=current_stops(current),
        voltage_missed=voltage_missed(
            None if trace.demanded is None else trace.demanded[rows], trace.measured[rows], share=lines.offset_share
        ),
        found=found,
        feet=_feet(found, branch),
    )


def _integral(pieces: list[tuple[int, slice]], of: Floats, over: Floats) -> float:
    return float(sum(np.trapezoid(of[rows], over[rows]) for _, rows in pieces))


def _charges(time: Floats, current: Floats) -> tuple[float, float]:
    """Charge (C) stripped and plated; between two samples of unlike sign the straight line between them counts."""
    before, after = current[:-1], current[1:]
    reach = np.maximum(np.abs(before) + np.abs(after), 1e-300)
    crossing = np.maximum(before, after) ** 2 / reach
    twice = np.where(before * after < 0, crossing, np.maximum(before, 0) + np.maximum(after, 0))
    stripped = float(np.sum(0.5 * twice * np.diff(time)))
    return stripped, stripped - float(np.trapezoid(current, time))


def _at_zero(
    trace: Trace, pieces: list[tuple[int, slice]], of: Floats, value: Floats
) -> tuple[tuple[float, float], float]:
    """A value where another quantity passes zero, in the stripping and in the plating sweep, and the error of their difference.

    NaN where it does not come within 2 % of its range of zero.
    """
    found, variance = [], 0.0
    for side in (1, -1):
        rows = [np.arange(rows.start, rows.stop) for sweep, rows in pieces if trace.direction[sweep] == side]
        mine = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        x, y = of[mine], value[mine]
        if x.size < 5 or np.abs(x).min() > 0.02 * np.ptp(x):
            found.append(float("nan"))
            continue
        count = int(np.clip(x.size // 50, 5, 21))
        chosen = np.argsort(np.abs(x), kind="stable")[:count]
        line = fit_line(*(values[chosen[np.argsort(x[chosen])]] for values in (x, y)))
        found.append(line.intercept)
        variance += (0.5 * (line.intercept_interval[1] - line.intercept_interval[0])) ** 2
    return (found[0], found[1]), float(np.sqrt(variance))


def _feet(found: StrippingPeak, branch: Branch | None) -> tuple[float, float, float, float]:
    """Potentials (V) and currents (A) of the baseline at both ends."""
    nothing = float("nan")
    if found.peak is None or branch is None or np.isnan(found.peak.charge):
        return nothing, nothing, nothing, nothing
    ends = [found.peak.left, found.peak.right]
    return (
        float(branch.voltage[ends[0]]),
        float(branch.voltage[ends[1]]),
        *found.peak.base,
    )
