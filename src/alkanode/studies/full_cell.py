"""Full cells as a part of a study."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import (
    CycleRule,
    FadeRule,
    capacity_fade,
    capacity_ratio,
    differential_capacity,
    differential_peaks,
    fade_estimates,
    full_cell,
    full_cell_estimates,
    migration_estimates,
    plateau_migration,
    rate_estimates,
    rate_test,
)
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.describe_full_cell import (
    capacity_over_cycles,
    cell_profiles,
    differential_stack,
    migration_over_cycles,
    rate_capability,
)
from alkanode.plot.description import Figure
from alkanode.studies.blocks import FullCell
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import displayed, headed
from alkanode.studies.wording import number, percent, shown, worded

LEAST_SPAN = 0.05
"""V; a record without a complete cycle in which the voltage moves less than this is no charge or discharge."""

LEAST_TO_MIGRATE = 3
"""Complete cycles below which a report is silent about plateaus that migrate."""


def full_cell_part(record: xr.Dataset, cell: Cell | None, settings: FullCell) -> Part:
    """Cycles, fade, rates, differential capacity and migration, as far as the record holds them.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file: the cathode is then the electrode at the higher potential.
    settings
        Block of the study.

    Raises
    ------
    StudyError
        When the record is none of a full or half cell; the reason is named.
    """
    try:
        cycles = full_cell(
            record,
            cell,
            reference=settings.reference,
            formation=settings.formation,
            rule=CycleRule(begins=settings.begins),
        )
    except SchemaError as reason:
        raise StudyError(reason.needed, found=reason.found, todo=reason.todo) from reason
    whole = int(cycles["complete"].to_numpy().sum())
    if not whole and _span(record, cycles) < LEAST_SPAN:
        raise StudyError(
            "a full cell needs charge or discharge",
            found=f"a voltage that moves by {1e3 * _span(record, cycles):.3g} mV",
        )
    estimates = full_cell_estimates(cycles, cell)
    records: dict[str, xr.Dataset] = {"full_cell_cycles": cycles}
    figures: dict[str, Figure] = {"voltage_profiles": cell_profiles(record, cycles)}
    tables = {"full_cell_cycles": _cycle_table(cycles)}
    findings = _of_cycles(cycles, estimates)
    if cell is None:
        findings.append(f"Charge and discharge: {cycles.attrs['direction_from']}. [assumed]")
    silent: dict[str, str] = {}
    fade = None
    try:
        fade = capacity_fade(cycles, rule=FadeRule(criterion=settings.criterion))
    except SchemaError as reason:
        silent["fade"] = str(reason)
    if fade is not None:
        records["capacity_fade"] = fade
        estimates |= fade_estimates(fade)
        findings += _of_fade(fade, estimates)
    if cycles.sizes["cycle"] > 1:
        figures["capacity"] = capacity_over_cycles(cycles, fade=fade)
    try:
        rates = rate_test(cycles)
    except SchemaError as reason:
        silent["rates"] = str(reason)
    else:
        records["rate_test"] = rates
        estimates |= rate_estimates(rates)
        figures["rate_test"] = rate_capability(cycles, rates)
        tables["rate_test"] = _rate_table(rates)
        findings.append(_of_rates(rates, estimates))
    if whole:
        try:
            differential = differential_capacity(record, cell, cycles=cycles, width=settings.width)
        except SchemaError as reason:
            silent["differential capacity"] = str(reason)
        else:
            peaks = differential_peaks(differential)
            records |= {"differential_capacity": differential, "differential_peaks": peaks}
            figures["differential_capacity"] = differential_stack(differential, peaks=peaks)
            findings += _of_peaks(differential, peaks)
            try:
                migration = plateau_migration(differential)
            except SchemaError as reason:
                silent["migration"] = str(reason)
            else:
                records["plateau_migration"] = migration
                figures["migration"] = migration_over_cycles(migration)
                estimates |= migration_estimates(migration)
                findings.append(_of_migration(migration, estimates))
    if settings.cathode_capacity is not None and settings.usable is not None and cell is not None:
        ratio = capacity_ratio(cell, usable=settings.usable, cathode_capacity=settings.cathode_capacity)
        estimates["capacity_ratio"] = ratio
        findings.append(f"The capacity of the anode over that of the cathode is {worded(ratio)}. [{ratio.basis}]")
    if "migration" in silent and whole >= LEAST_TO_MIGRATE:
        findings.append(f"Nothing is said of a migration of the plateaus: {silent['migration']} [measured]")
    names = (
        "direction_from",
        "charge_from",
        "hold_from",
        "formation_found",
        "reference_is",
        "begin_of_record",
        "end_of_record",
    )
    return Part(
        name="full_cell",
        title="Full cell",
        estimates=estimates,
        details={
            "complete_cycles": whole,
            "half_cycles": int(cycles.attrs["half_cycles"]),
            **{name: str(cycles.attrs[name]) for name in names},
            "not_computed": silent,
            "rule": str(cycles.attrs["rule"]),
        },
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
    )


def _span(record: xr.Dataset, cycles: xr.Dataset) -> float:
    """Largest change of the voltage in a half cycle, V."""
    voltage = record["voltage"].to_numpy()
    spans = [0.0]
    for side in ("charge", "discharge"):
        for first, last in zip(
            cycles[f"{side}_first_row"].to_numpy(), cycles[f"{side}_last_row"].to_numpy(), strict=True
        ):
            if first >= 0:
                spans.append(float(np.ptp(voltage[first : last + 1])))
    return max(spans)


_COLUMNS = (
    ("charge_capacity", "charge", "charge"),
    ("discharge_capacity", "charge", "discharge"),
    ("charge_hold_capacity", "charge", "charge at constant voltage"),
    ("coulombic_efficiency", "fraction", "coulombic efficiency"),
    ("energy_efficiency", "fraction", "energy efficiency"),
    ("voltage_efficiency", "fraction", "voltage efficiency"),
    ("charge_voltage", "voltage", "mean charge voltage"),
    ("discharge_voltage", "voltage", "mean discharge voltage"),
    ("discharge_rate", "c_rate", "C-rate"),
    ("retention", "fraction", "retention"),
)


def _cycle_table(cycles: xr.Dataset) -> Table:
    columns = [displayed(cycles[field], name) for field, name, _ in _COLUMNS]
    remarks = [
        "not complete" if not full else "formation" if slow else "" if like else "at another current"
        for full, slow, like in zip(
            *(cycles[name].to_numpy() for name in ("complete", "formation", "comparable")), strict=True
        )
    ]
    return Table(
        title="Cycles",
        columns=("cycle", *(headed(label, name) for _, name, label in _COLUMNS), "remark"),
        rows=tuple(zip([int(n) for n in cycles["cycle"].to_numpy()], *columns, remarks, strict=True)),
    )


def _rate_table(rates: xr.Dataset) -> Table:
    amount = quantity("charge")
    return Table(
        title="Rates",
        columns=(
            "C-rate",
            "first cycle",
            "last cycle",
            "capacity / mAh",
            "standard deviation / mAh",
            "share of the first",
        ),
        rows=tuple(
            (
                float(one["c_rate"]),
                int(one["first_cycle"]),
                int(one["last_cycle"]),
                float(amount.to_display(float(one["capacity"]))),
                float(amount.to_display(float(one["capacity_deviation"]))),
                float(one["share_of_first"]),
            )
            for one in (rates.isel(rate_group=index) for index in range(rates.sizes["rate_group"]))
        ),
    )


def _of_cycles(cycles: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    whole = int(cycles["complete"].to_numpy().sum())
    if not whole:
        sides = [
            f"{side} passed {shown(float(cycles[f'{side}_capacity'].sum()), 'charge')}"
            for side in ("charge", "discharge")
            if np.isfinite(cycles[f"{side}_capacity"].to_numpy()).any()
        ]
        return [
            f"No cycle is complete ({cycles.attrs['end_of_record']}): {' and '.join(sides)}. [measured]",
            f"Charges are those of {cycles.attrs['charge_from']}. [measured]",
        ]
    text = (
        f"{whole} complete cycle{'s' if whole > 1 else ''}. The reference is {cycles.attrs['reference_is']}, with a capacity of "
        f"{worded(estimates['reference_capacity'])}"
    )
    left = estimates.get("last_retention")
    if whole > 1 and left is not None and left.value is not None:
        text += f"; that of the last cycle at a like current is {percent(left.value)} of it"
    found = [text + ". [measured]"]
    first = f"The first coulombic efficiency is {_share(estimates['first_coulombic_efficiency'])}"
    if "coulombic_efficiency" in estimates:
        first += f", that of later cycles {_share(estimates['coulombic_efficiency'])}"
    found.append(f"{first} ({cycles.attrs['coulombic_efficiency_is']}). [measured]")
    if "since" in str(cycles.attrs["charge_from"]):
        found.append(f"Charges are those of {cycles.attrs['charge_from']}. [measured]")
    if int(cycles["cycle"][0]) == 0:
        found.append("The record begins with a fragment of a half cycle, which counts as no cycle. [measured]")
    if "cut short" in str(cycles.attrs["end_of_record"]) or "one half" in str(cycles.attrs["end_of_record"]):
        found.append(f"At the end of the record {cycles.attrs['end_of_record']}; it is left out. [measured]")
    return found


def _share(estimate: Estimate) -> str:
    """A share as per cent with its interval, four digits."""
    if estimate.value is None:
        return "unknown"
    text = percent(estimate.value, 4)
    if estimate.interval is None:
        return text
    return f"{text} ({' to '.join(number(100 * end, 4) for end in estimate.interval)})"


def _of_fade(fade: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    reason = str(fade["knee_refused"].item())
    if not reason:
        before, after = (shown(abs(float(fade[f"slope_{end}"])), "charge", 3) for end in ("before", "after"))
        text = f"The capacity has a knee at cycle {worded(estimates['knee'])}"
        if fade.attrs["chosen"] == "two lines":
            text += f": it loses {before} per cycle before it and {after} after it"
        else:
            text += ", but a smooth bend describes the fade better"
        found = [f"{text}. [fitted]"]
    else:
        found = [f"No knee of the capacity is given: {reason}. [fitted]"]
    life = estimates["end_of_life"]
    if life.value is None:
        found.append(
            f"The capacity stayed above {fade.attrs['criterion_is']} up to the last cycle, {int(fade.attrs['last_cycle'])}. [measured]"
        )
    else:
        when = number(life.value, 3) if life.value < 100 else f"{life.value:.0f}"
        found.append(f"The capacity fell below {fade.attrs['criterion_is']} at cycle {when}. [measured]")
    return found


def _of_rates(rates: xr.Dataset, estimates: dict[str, Estimate]) -> str:
    fastest = float(rates["c_rate"].max())
    text = f"At {number(fastest, 3)} C it gives {worded(estimates['share_at_highest_rate'])} of the capacity at the first rate"
    if "rate_recovery" in estimates:
        text += f", and back at the first rate {worded(estimates['rate_recovery'])}"
    return text + ". [measured]"


def _of_peaks(differential: xr.Dataset, peaks: xr.Dataset) -> list[str]:
    first = int(differential["cycle"].to_numpy()[differential["complete"].to_numpy()][0])
    rows = (peaks["cycle"].to_numpy() == first) & (peaks["branch"].to_numpy() == "charge")
    place, height = (peaks[name].to_numpy()[rows] for name in ("peak_voltage", "differential_capacity"))
    found = []
    if place.size:
        tallest = np.sort(place[np.argsort(height)[::-1][:3]])
        which = ", ".join(f"{volt:.3f}" for volt in tallest)
        peaks_are = (
            f"a peak of dQ/dU stands at {which} V"
            if place.size == 1
            else f"the peaks of dQ/dU stand at {which} V"
            if place.size <= 3
            else f"the three largest of {place.size} peaks of dQ/dU stand at {which} V"
        )
        found.append(f"While charging in cycle {first}, {peaks_are}. [measured]")
    left = float(np.nanmedian(differential["left_out"].to_numpy()))
    if left > 0.1:
        found.append(
            f"{percent(left, 2)} of the capacity passed while the voltage stood still or ran backwards and is not in dQ/dU. [measured]"
        )
    return found


def _of_migration(migration: xr.Dataset, estimates: dict[str, Estimate]) -> str:
    left = float(np.nanmax(migration["residual"].to_numpy()))
    text = "The plateaus change from a first to a last pattern"
    if "migration_half_way" in estimates:
        text += f", half of it by cycle {worded(estimates['migration_half_way'])}"
    return (
        f"{text}; a mixture of both leaves at most {100 * left:.2g} % of a cycle unexplained. A growing polarisation moves "
        "plateaus too. [fitted]"
    )
