"""Events inside one half cycle: a collapse, a run-away, drops that recover."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem.contact_loss import find_run_away
from alkanode.electrochem.depletion import depletion_sign
from alkanode.electrochem.dips import above_usual, chance_of, find_dips
from alkanode.electrochem.event import Event
from alkanode.electrochem.evidence import (
    contact_by_current,
    contact_by_limit,
    contact_by_spectra,
    contact_rivals,
    last_time_with_current,
    short_by_electrolyte,
    short_by_spectra,
    short_rivals,
    spectra_between,
)
from alkanode.electrochem.failure_rules import FailureRules
from alkanode.electrochem.sample_noise import sample_noise
from alkanode.electrochem.shorts import find_collapse, find_collapse_in_noise
from alkanode.electrochem.soft_shorts import find_drops, find_step
from alkanode.electrochem.traces import Trace
from alkanode.foundation.sources import Constant

Floats = npt.NDArray[np.float64]

SPECTRUM_AFTER = "an impedance sweep after the event: the arcs vanish and |Z| falls to that of a wire"
SPECTRUM_DURING = (
    "impedance sweeps during the drops (smaller arcs), or the charge that comes back on reversal: a leak passes charge that "
    "moves no metal"
)
PLATE_BACK = (
    "rest and plate back: lost contact recovers with pressure or plating; tomography or a micrograph of the interface"
)
OPEN_THE_CELL = "open the cell and weigh or look for what is left of the metal; a cell with more of it must run longer"


DATED_WITHIN = 3
"""Samples around a drop in which its steps are looked at too."""

SUDDEN_END = 1.5
"""Largest rise from sample to sample over the largest fall from which a drop is dated by its end."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the judgement of a half cycle may rest on: record, cell, electrolyte, impedance, thresholds, rounding of the voltage (V)."""

    record: xr.Dataset
    cell: Cell | None
    electrolyte: Constant
    impedance: xr.Dataset | None
    rules: FailureRules
    quantum: float = 0.0


def short_in(trace: Trace, context: Context) -> tuple[Event, float, int] | None:
    """A collapse that lasts to the end of the half cycle, the resistance before it (ohm), and its sample."""
    rule, resistance = context.rules.short, trace.signed_resistance
    collapse = find_collapse(resistance, rule) or find_collapse_in_noise(resistance, rule)
    held = float("nan") if collapse is None else current_ratio(trace.current, collapse.index)
    if collapse is None or not (np.isnan(held) or 0.5 < held < 2):
        return None
    unchanged = "" if np.isnan(held) else f", while the current moved by {100 * (held - 1):+.2g} %"
    event = short_event(
        context,
        row=int(trace.rows[collapse.index]),
        last_row=int(trace.rows[-1]),
        half_cycle=trace.half_cycle,
        time=float(trace.time[collapse.index]),
        before=collapse.before,
        after=collapse.after,
        first=f"|V/I| fell from {collapse.before:.4g} to {collapse.after:.3g} ohm and stayed there until the end of the half "
        f"cycle{unchanged}",
    )
    return event, collapse.before, collapse.index


def short_event(
    context: Context, *, row: int, last_row: int, half_cycle: int, time: float, before: float, after: float, first: str
) -> Event:
    """A hard short with its second signs, or a suspected one."""
    resting = context.electrolyte
    by_electrolyte = short_by_electrolyte(before, after, resting)
    sound = None if context.impedance is None else last_time_with_current(context.record, row)
    by_spectra = short_by_spectra(context.impedance, time, sound=sound)
    evidence = (first, *by_electrolyte, *by_spectra)
    return Event(
        failure="hard_short" if len(evidence) > 1 else "suspected_short",
        row=row,
        last_row=last_row,
        half_cycle=half_cycle,
        last_half_cycle=half_cycle,
        evidence=evidence,
        would_confirm=SPECTRUM_AFTER,
        rivals=short_rivals(after, resting, by_electrolyte=bool(by_electrolyte), by_spectra=bool(by_spectra)),
        margin=float(np.log(context.rules.short.ratio * before / max(after, 1e-6 * before))) if before > 0 else 0.0,
        signs=len(evidence),
    )


def run_away_in(trace: Trace, charge: Floats, context: Context) -> Event | None:
    """A resistance that runs away until the end of the half cycle: lost contact or depletion."""
    rule = context.rules.contact
    away = find_run_away(trace.time, trace.resistance, trace.over, rule)
    if away is None:
        return None
    row = int(trace.rows[away.index])
    return run_away_event(
        trace,
        context,
        charge=float(charge[row]),
        row=row,
        first=f"|V/I| grew from {away.start:.4g} ohm at the start of the half cycle beyond {rule.growth:g} times that and ended "
        f"at {away.end:.4g} ohm",
        margin=float(np.log(away.end / (rule.growth * away.start))),
    )


def run_away_event(trace: Trace, context: Context, *, charge: float, row: int, first: str, margin: float) -> Event:
    """Contact loss with its second signs, or depletion where the charge (C) equals the inventory."""
    sign = float(np.sign(trace.demanded[-1]))
    by_spectra = contact_by_spectra(spectra_between(context.impedance, trace.time[0], trace.time[-1]))
    by_current = contact_by_current(trace.current, trace.demanded, context.rules.contact) or contact_by_limit(
        context.record, int(trace.rows[-1]), float(trace.demanded[-1]), context.rules.contact
    )
    by_inventory = depletion_sign(context.cell, charge, sign, context.rules.depletion)
    rivals = contact_rivals(context.cell, charge, sign)
    if by_inventory:
        rivals = ("loss of contact, which looks the same and leaves metal behind", *rivals[:-1])
    evidence = (first, *by_inventory, *by_spectra, *by_current)
    lost = "contact_loss" if len(evidence) > 1 else "suspected_contact_loss"
    return Event(
        failure="depletion" if by_inventory else lost,
        row=row,
        last_row=int(trace.rows[-1]),
        half_cycle=trace.half_cycle,
        last_half_cycle=trace.half_cycle,
        evidence=evidence,
        would_confirm=OPEN_THE_CELL if by_inventory else PLATE_BACK,
        rivals=rivals,
        margin=margin,
        signs=len(evidence),
    )


def drops_in(trace: Trace, context: Context, *, usual: float, end: int | None = None) -> Event | None:
    """Drops that recover, before sample ``end``; ``usual`` is the resistance of earlier half cycles, ohm."""
    resistance = trace.signed_resistance[:end]
    stretches = trace.begins_after_pause
    stretches = stretches[stretches < resistance.size]
    if resistance.size < 10:
        return None
    rule, noise = context.rules.soft, sample_noise(resistance)
    quantum = context.quantum / float(np.median(np.abs(trace.demanded)))
    found = find_drops(resistance, stretches, noise, rule, usual=usual, quantum=quantum)
    if found is None:
        return None
    if found.count > 1:
        share, steep = rule.start_share, context.rules.dips.steep
        _, bumps = find_dips(resistance, stretches, noise, rule.repeated_noise, start_share=share, steep=steep)
        high = int(np.count_nonzero(above_usual(bumps, resistance) & (bumps.drop > rule.depth * np.abs(bumps.level))))
        if high and chance_of(found.count, 0.0, high) > context.rules.dips.chance:
            return None
    low = np.zeros(resistance.size, dtype=bool)
    for begin, finish in zip(found.begins, found.ends, strict=True):
        low[begin:finish] = True
    held = _ratio(np.abs(trace.current[: resistance.size]), low)
    if not (np.isnan(held) or abs(held - 1) < 0.5 * float(np.median(found.depth))):
        return None
    depth = float(np.median(found.depth))
    unchanged = "" if np.isnan(held) else f", while the current moved by {100 * (held - 1):+.2g} %"
    times = "once" if found.count == 1 else f"{found.count} times"
    evidence = [
        f"|V/I| dropped {times} at once by {100 * depth:.3g} % (median) and came back, low for {100 * found.duty:.2g} % of the "
        f"samples{unchanged}"
    ]
    if found.count > 1:
        evidence.append(f"it came back {found.count} times in one half cycle, which a single disturbance does not")
    level, resting = float(np.median(resistance[low])), context.electrolyte
    if level < resting.value / 2 < float(np.median(resistance[~low])):
        doubt = f" ({resting.trust})" if resting.trust.weak else ""
        evidence.append(
            f"|V| is below I R_el / 2 while low: {level:.3g} ohm against an electrolyte resistance of {resting.value:.4g} "
            f"ohm{doubt}, which needs an electronic path"
        )
    return Event(
        failure="soft_short_transient",
        row=int(trace.rows[_dated(resistance, int(found.begins[0]), int(found.ends[0]))]),
        last_row=int(trace.rows[min(found.ends[-1], trace.rows.size - 1)]),
        half_cycle=trace.half_cycle,
        last_half_cycle=trace.half_cycle,
        evidence=tuple(evidence),
        would_confirm=SPECTRUM_DURING,
        rivals=("a loose lead of the voltage, or a change of the current range",),
        margin=float(np.log(np.median(found.significance) / rule.noise)),
        signs=len(evidence),
        drops=found.count,
        depth=depth,
        duty=found.duty,
    )


def _dated(resistance: Floats, begin: int, end: int) -> int:
    """Sample that dates a drop: its first one, or its last one where the recovery is the sudden side of it."""
    start = max(begin - DATED_WITHIN, 0)
    steps = np.diff(resistance[start : end + max(DATED_WITHIN, (end - begin) // 2) + 1])
    sudden_end = steps.size > 0 and steps.max() > SUDDEN_END * -min(float(steps.min()), 0.0)
    return start + int(np.argmax(steps)) if sudden_end else begin


def step_in(trace: Trace, context: Context, *, end: int | None = None) -> tuple[Event, float] | None:
    """A sudden partial drop that stays to the end of the half cycle, and its depth."""
    resistance = trace.signed_resistance[:end]
    if resistance.size < 20:
        return None
    stretches = trace.begins_after_pause
    found = find_step(resistance, stretches[stretches < resistance.size], sample_noise(resistance), context.rules.soft)
    if found is None:
        return None
    held = current_ratio(trace.current[: resistance.size], found.index)
    if not (np.isnan(held) or abs(held - 1) < 0.5 * found.depth):
        return None
    event = Event(
        failure="soft_short_hidden",
        row=int(trace.rows[found.index]),
        last_row=int(trace.rows[resistance.size - 1]),
        half_cycle=trace.half_cycle,
        last_half_cycle=trace.half_cycle,
        evidence=(
            f"|V/I| dropped at once by {100 * found.depth:.3g} % from {found.before:.4g} ohm and stayed there until the end of "
            "the half cycle",
        ),
        would_confirm=SPECTRUM_AFTER,
        rivals=("a change of the leads or of the current range",),
        margin=float(np.log(found.significance / context.rules.soft.noise)),
        signs=1,
    )
    return event, found.depth


def turned_in(trace: Trace, context: Context) -> Event | None:
    """A sudden partial drop whose end nobody saw, since the current turned: a transient soft short with one sign."""
    rule = context.rules.soft
    found = step_in(trace, replace(context, rules=replace(context.rules, soft=replace(rule, step=rule.depth))))
    if found is None:
        return None
    event, depth = found
    low = int(np.searchsorted(trace.rows, event.row))
    return replace(
        event,
        failure="soft_short_transient",
        evidence=(f"{event.evidence[0]}; the half cycles of this direction before and after do not end so",),
        would_confirm=SPECTRUM_DURING,
        drops=1,
        depth=depth,
        duty=1 - low / trace.rows.size,
    )


def current_ratio(current: Floats, index: int) -> float:
    """Median measured current from a sample on over that before it; NaN where it is not measured."""
    after = np.zeros(current.size, dtype=bool)
    after[index:] = True
    return _ratio(np.abs(current), after)


def _ratio(values: Floats, chosen: npt.NDArray[np.bool_]) -> float:
    """Median of the chosen values over that of the others; NaN where one is not known."""
    inside, outside = values[chosen & np.isfinite(values)], values[~chosen & np.isfinite(values)]
    if inside.size == 0 or outside.size == 0 or np.median(outside) == 0:
        return float("nan")
    return float(np.median(inside) / np.median(outside))
