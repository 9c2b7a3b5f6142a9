"""Cyclic voltammetry as a part of a study."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.steps import current_sign
from alkanode.electrochem import (
    PeakGrowth,
    PeakRule,
    peak_growth,
    scan_rates,
    voltammetry,
    voltammetry_estimates,
    voltammogram_peaks,
)
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_voltammetry import current_over_scan_rate, peak_over_cycles, voltammogram
from alkanode.plot.description import Figure
from alkanode.studies.blocks import Voltammetry
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import displayed, headed
from alkanode.studies.wording import number, shown, worded


def cv_part(record: xr.Dataset, cell: Cell | None, settings: Voltammetry) -> Part:
    """Resistance, charges and stripping peak of each cycle, their growth, and whether a short is suspected.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file: the anode is then the working electrode.
    settings
        Block of the study.

    Raises
    ------
    StudyError
        When the record is no voltammogram; the reason is named.
    """
    rule = PeakRule(least_share=settings.least_share)
    try:
        cycles = voltammetry(
            record,
            cell,
            window=settings.window,
            series_resistance=settings.series_resistance,
            electrolyte=settings.electrolyte_resistance,
            peaks=rule,
        )
    except SchemaError as reason:
        raise StudyError(reason.needed, found=reason.found, todo=reason.todo) from reason
    if not cycles["complete"].to_numpy().any() and _current_led(record):
        raise StudyError(
            "a voltammogram needs a full loop of the potential",
            found="no full loop, and rows in which the instrument controlled the current",
        )
    peaks = voltammogram_peaks(record, peaks=rule)
    area = None if cell is None else cell.effective_area
    figures: dict[str, Figure] = {"voltammogram": voltammogram(record, cycles, area=area)}
    if cycles["peak"].to_numpy().any():
        figures["stripping_peak"] = peak_over_cycles(cycles)
    records = {"voltammetry": cycles, "voltammogram_peaks": peaks}
    rates = _rates(cycles)
    if rates is not None:
        records["scan_rates"] = rates
        figures["scan_rates"] = current_over_scan_rate(rates)
    estimates = voltammetry_estimates(cycles, cell)
    tables = {"voltammetry_cycles": _cycle_table(cycles)}
    if peaks.sizes["peak"]:
        tables["voltammogram_peaks"] = _peak_table(peaks)
    return Part(
        name="cv",
        title="Cyclic voltammetry",
        estimates=estimates,
        details={
            "cycles": int(cycles.sizes["cycle"]),
            "incomplete_cycles": [int(n) for n in cycles["cycle"].to_numpy()[~cycles["complete"].to_numpy()]],
            "short": str(cycles.attrs["short"]),
            **{key: str(cycles.attrs[f"short_{key}"]) for key in ("signs", "against", "would_confirm", "rivals")},
            "baseline": str(cycles.attrs["baseline"]),
            "series_resistance_ohm": float(cycles.attrs["series_resistance"]),
            "convention": str(cycles.attrs["convention"]),
            "rules": [str(cycles.attrs[name]) for name in ("sweep_rule", "peak_rule", "line_rule")],
        },
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(_findings(cycles, peaks, estimates, rates)),
    )


def _current_led(record: xr.Dataset) -> bool:
    """Whether the instrument led the current somewhere, as in charge and discharge with a hold."""
    if "control_mode" not in record.variables:
        return False
    return bool(((record["control_mode"].to_numpy() == 1) & (current_sign(record) != 0)).any())


def _rates(cycles: xr.Dataset) -> xr.Dataset | None:
    """Laws over the scan rate where the record has peaks at enough rates."""
    try:
        return scan_rates(cycles)
    except SchemaError:
        return None


_COLUMNS = (
    ("scan_rate", "ramp_rate", "scan rate"),
    ("resistance", "resistance", "resistance"),
    ("linearity", "fraction", "R2"),
    ("stripped_charge", "charge", "stripped"),
    ("plated_charge", "charge", "plated"),
    ("asymmetry", "fraction", "stripped / plated"),
    ("peak_voltage", "voltage", "peak"),
    ("peak_current", "current", "peak height"),
    ("peak_charge", "charge", "peak charge"),
    ("peak_width", "voltage", "peak width"),
)


def _cycle_table(cycles: xr.Dataset) -> Table:
    columns = [displayed(cycles[field], name) for field, name, _ in _COLUMNS]
    whole = ["" if complete else "not complete" for complete in cycles["complete"].to_numpy()]
    doubts = [
        "; ".join(text for text in (state, str(reason)) if text)
        for state, reason in zip(whole, cycles["peak_reason"].to_numpy(), strict=True)
    ]
    numbers = [int(cycle) for cycle in cycles["cycle"].to_numpy()]
    return Table(
        title="Cycles of the voltammogram",
        columns=("cycle", *(headed(label, name) for _, name, label in _COLUMNS), "remark"),
        rows=tuple(zip(numbers, *columns, doubts, strict=True)),
    )


def _peak_table(peaks: xr.Dataset) -> Table:
    fields = (
        ("peak_voltage", "voltage", "peak"),
        ("peak_current", "current", "height"),
        ("peak_charge", "charge", "charge"),
        ("peak_width", "voltage", "width"),
        ("midpoint_voltage", "voltage", "midpoint"),
        ("separation", "voltage", "separation"),
    )
    whole = [[int(value) for value in peaks[name].to_numpy()] for name in ("cycle", "track")]
    columns = [displayed(peaks[field], name) for field, name, _ in fields]
    directions = [str(word) for word in peaks["direction"].to_numpy()]
    return Table(
        title="Peaks in both directions",
        columns=("cycle", "track", "direction", *(headed(label, name) for _, name, label in fields)),
        rows=tuple(zip(*whole, directions, *columns, strict=True)),
    )


def _findings(
    cycles: xr.Dataset, peaks: xr.Dataset, estimates: dict[str, Estimate], rates: xr.Dataset | None
) -> list[str]:
    whole = int(cycles["complete"].to_numpy().sum())
    if whole == 0:
        return ["No cycle of the voltammogram is a full loop, so no headline number is given. [measured]"]
    cut = cycles.sizes["cycle"] - whole
    plural = "s" if whole > 1 else ""
    findings = [
        f"{whole} full cycle{plural} at {_rate(estimates['scan_rate'])}"
        + (f", {cut} not complete" if cut else "")
        + f"; a straight line through the whole response gives {worded(estimates['resistance'])}. [measured, fitted]"
    ]
    findings += _of_peak(cycles, estimates)
    if cycles.attrs["short_signs"]:
        state = "A short is suspected, no more" if cycles.attrs["short"] == "suspected" else "No short is suspected"
        against = f" Against it: {cycles.attrs['short_against']}." if cycles.attrs["short_against"] else ""
        findings.append(
            f"{state}: {cycles.attrs['short_signs']}.{against} Not excluded: {cycles.attrs['short_rivals']}. What would tell: "
            f"{cycles.attrs['short_would_confirm']}. [measured]"
        )
    pairs = np.unique(peaks["track"].to_numpy()[peaks["partner"].to_numpy() >= 0]).size // 2
    if pairs:
        findings.append(f"{pairs} pair{'s' if pairs > 1 else ''} of peaks in both directions were tracked. [measured]")
    if rates is not None:
        low, high = (number(float(end), 3) for end in rates["exponent_interval"].to_numpy())
        findings.append(
            f"The peak current follows the scan rate with the exponent {number(float(rates['exponent']), 3)} ({low} to {high}) "
            f"over {rates.sizes['rate']} rates: 1 means surface-bound, 0.5 diffusion, 0 a resistance or metal that was plated in the same loop. [fitted]"
        )
    return findings


def _rate(rate: Estimate) -> str:
    """A scan rate to four digits: the clock of the record supports no more."""
    return "an unknown scan rate" if rate.value is None else shown(rate.value, rate.quantity, 4)


def _of_peak(cycles: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    whole = cycles.isel(cycle=np.flatnonzero(cycles["complete"].to_numpy()))
    seen = whole["cycle"].to_numpy()[whole["peak"].to_numpy()]
    if seen.size == 0:
        return [f"No stripping peak: {whole['peak_reason'].to_numpy()[-1]}. [measured]"]
    first = (
        f"A stripping peak stands in every full cycle; in cycle {seen[-1]} it lies at {worded(estimates['peak_voltage'])}"
        if seen.size == whole.sizes["cycle"]
        else f"A stripping peak was first seen in cycle {seen[0]}; in cycle {seen[-1]} it lies at {worded(estimates['peak_voltage'])}"
    )
    if "peak_charge" in estimates:
        first += f" and holds {worded(estimates['peak_charge'])} over the line between its feet"
    findings = [first + ". [measured]"]
    growth = peak_growth(cycles)
    if growth is not None:
        findings.append(_grown(growth, estimates))
    if not float(cycles.attrs["series_resistance"]):
        findings.append(
            "No series resistance was taken off: the peak lies too far out and, where the interface strips beside it, its charge is "
            "too small. [assumed]"
        )
    return findings


def _grown(growth: PeakGrowth, estimates: dict[str, Estimate]) -> str:
    rise = worded(estimates["peak_charge_growth"])
    if growth.trend == "no trend":
        return f"Over {growth.cycles} cycles its charge shows no trend ({rise} per cycle). [measured]"
    word = "grew" if growth.trend == "grows" else "shrank"
    low, high = (shown(end, "charge", 3) for end in growth.interval)
    return f"Its charge {word} by {shown(growth.slope, 'charge', 3)} per cycle ({low} to {high}) over {growth.cycles} cycles. [measured]"
