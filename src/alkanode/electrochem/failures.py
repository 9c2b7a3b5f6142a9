"""Failures of a cell, each with its evidence: shorts, soft shorts, contact loss, depletion, growing overpotential.

A failure needs two signs; with one it is suspected. An ideal flat response alone is no short.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import half_cycle_edges
from alkanode.electrochem.across_half_cycles import (
    growth_event,
    hidden_event,
    leaks_event,
    loss_at_seam,
    short_at_seam,
)
from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.event import Event, merged
from alkanode.electrochem.evidence import ASSUMED_ELECTROLYTE, electrolyte_resistance
from alkanode.electrochem.failure_rules import FailureRules
from alkanode.electrochem.repeated_dips import find_leaks
from alkanode.electrochem.sample_noise import smallest_step
from alkanode.electrochem.seams import collapsed_at_seam, lost_at_seam
from alkanode.electrochem.shorts import ShortRule
from alkanode.electrochem.soft_shorts import running_sum, worth_a_look
from alkanode.electrochem.traces import LEAST_CURRENT, Levels, Traces, levels_of, temperature_of, traces_of
from alkanode.electrochem.within_half_cycle import Context, drops_in, run_away_in, short_in, step_in, turned_in
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Constant, Trust, source
from alkanode.foundation.units import QuantityLike, to_si

__all__ = ["electrolyte_resistance", "find_failures"]

Floats = npt.NDArray[np.float64]

SETPOINT_AGREES = 0.05
"""Share by which a measured current may differ from its set-point without a word."""

RECURRENCES = 2
"""Later half cycles that must show a short or a loss of contact for that to be a further sign. One is enough for a short where it
is low against the last half cycle of its own direction: with it both directions have shown the short, so that what one
direction does and the other undoes is none."""

ROWS_FOR_ROUNDING = 100_000
"""Rows on which the rounding of the voltage is looked for."""

LEAST_SAMPLES = 5
"""Samples of a half cycle below which it is not compared with others."""


def _electrolyte(cell: Cell | None, given: QuantityLike | None) -> Constant:
    """Resistance of the electrolyte: as given, else that of the cell, else the assumed one."""
    if given is None:
        return electrolyte_resistance(cell) or ASSUMED_ELECTROLYTE
    value = to_si(given, "resistance")
    if value <= 0:
        raise PhysicsError("the resistance of an electrolyte is positive", found=repr(given))
    return Constant(value=value, unit="ohm", source="", trust=Trust.GIVEN)


@source("Park2021", "Menkin2023")
def find_failures(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    impedance: xr.Dataset | None = None,
    electrolyte: QuantityLike | None = None,
    short_rule: ShortRule | None = None,
    contact_rule: ContactRule | None = None,
    rules: FailureRules | None = None,
) -> xr.Dataset:
    """Find shorts, soft shorts, contact loss, depletion and growing overpotential.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V), ``current`` (A); with ``current_setpoint`` (A) the
        resistance is taken on the set-point; with ``ambient_temperature`` (K) only half cycles of one temperature are
        compared.
    cell
        Gives the electrolyte's resistance (thickness, conductivity, area), the inventory and the kind of electrolyte.
    impedance
        Impedance record on the same clock (``time`` per spectrum); masked spectra are left out.
    electrolyte
        Resistance of the electrolyte (ohm), where the cell does not give it. Where neither does, 10 ohm stand in: an
        assumed value, named as such in the evidence that rests on it.
    short_rule, contact_rule
        Thresholds of hard shorts and contact loss, instead of those in ``rules``.
    rules
        Thresholds of all classes; they are stored with the result.

    Returns
    -------
    Dataset
        Kind ``failures``, dimension ``event`` (empty when nothing was found), in order of ``row``: ``failure`` (one of
        ``hard_short``, ``contact_loss``, ``soft_short_transient``, ``soft_short_hidden``, ``depletion``,
        ``overpotential_growth``; a hard short or a loss of contact with one sign only is ``suspected_short`` or
        ``suspected_contact_loss``), ``confirmed`` (two signs; with one, each of these classes is only suspected), ``confidence`` (0 to 1, see Notes),
        ``signs`` (number of independent signs), ``margin`` (natural logarithm of the main sign over its threshold), ``time`` (s), ``row`` and ``last_row`` (first and last row
        that show it), ``half_cycle``, ``charge`` (C since the first row), ``half_cycle_charge`` (C since the half cycle
        began), ``drops``, ``depth``, ``duty`` (of transient soft shorts: number, median share by which |V/I| falls, largest
        share of the samples of a half cycle that are low; 0 and NaN elsewhere), ``evidence``, ``would_confirm``,
        ``rivals`` (text, parts separated by ``"; "``). ``attrs["half_cycles"]`` counts the half cycles,
        ``attrs["not_judged"]`` says which of them were not judged and why.

    Raises
    ------
    SchemaError
        For a record of another kind.
    PhysicsError
        When the electrolyte's resistance is not positive.

    Warns
    -----
    DataQualityWarning
        When half cycles were not judged: under voltage control, or in a cell that rests beyond :data:`METAL_REST`
        (unless ``cell`` names two metals or a reference electrode); when the stated resistance of the electrolyte
        contradicts the record; when the measured current differs from its set-point by more than 5 %.

    Notes
    -----
    Signs of a hard short: |V/I| collapses within a few samples (or between two half cycles) to less than 20 % and stays
    until the end of the half cycle while the current is unchanged; |V| is below I R_el / 2, which no ionic path allows; the
    arcs of the impedance vanish. Of a transient soft short: sudden drops by more than 7 % and 5.7 standard errors that
    recover, or more dips than bumps in the record; their repetition; |V| below I R_el / 2. Of a hidden one: |V/I| falls from cycle to cycle at one set-point; half
    cycles lose their shape; the voltage fluctuates; |V| below I R_el / 2 :cite:`Menkin2023`. Of contact loss: |V/I| grows
    beyond five times its start for good; the low-frequency impedance grows; the current cannot be held. Of depletion: the
    same, at the charge of the inventory. Of growing overpotential: its median leaves the scatter of the first cycles, with
    a slope above zero; in both directions.

    Half cycles under a short, and those from the first short or loss of contact on, are not compared for slow changes.
    Rivals are always named. ``confidence`` is the share of alarms of that class, strength and number of signs that were
    true on simulated cells of which half were healthy (see the guide); it is no probability for a cell of another kind.
    """
    record = check(record, "cycling")
    rules = _rules(rules, short_rule, contact_rule)
    context = Context(record, cell, _electrolyte(cell, electrolyte), impedance, rules)
    traces = traces_of(record, cell)
    _doubt_current(traces)
    events = _judge(record, traces, context)
    result = _record(events, record, context)
    told = [f"{_name_half_cycles(which)} of {traces.half_cycles}: {why}" for why, which in traces.unjudged.items()]
    for line in told:
        warnings.warn(f"failures were not judged in {line}", DataQualityWarning, stacklevel=3)
    result.attrs.update(
        half_cycles=traces.half_cycles,
        not_judged="; ".join(told),
        unjudged=sum(map(len, traces.unjudged.values())),
    )
    return result


def _rules(rules: FailureRules | None, short: ShortRule | None, contact: ContactRule | None) -> FailureRules:
    rules = rules or FailureRules()
    return replace(rules, short=short or rules.short, contact=contact or rules.contact)


def _judge(record: xr.Dataset, traces: Traces, context: Context) -> list[Event]:
    """All events of a record: one screen over all half cycles, then a closer look at those that stand out."""
    if traces.count == 0:
        return []
    resistance = traces.signed_resistance
    levels = levels_of(traces, resistance)
    sums = running_sum(resistance)
    rules = context.rules
    collapse = levels.lowest < rules.short.ratio * levels.highest
    away = levels.last > rules.contact.growth * levels.lowest
    soft = np.zeros(traces.count, dtype=bool)
    soft[worth_a_look(sums, traces.begins, levels.middle, levels.noise, levels.largest_drop, rules.soft)] = True
    fallen, fell_from = collapsed_at_seam(levels, rules.short)
    lost, grew_from = lost_at_seam(levels, rules.contact)
    if soft.any():
        context = replace(context, quantum=smallest_step(record["voltage"].to_numpy()[:ROWS_FOR_ROUNDING]))
    charge = _Charge(record)
    events: list[Event] = []
    shorted, shorted_in = 0.0, -2
    first_failure = traces.count
    for index in np.flatnonzero(collapse | away | soft | fallen | lost).tolist():
        trace, end = traces[index], None
        if index <= shorted_in:
            continue
        strong: Event | None = None
        if collapse[index] and (found := short_in(trace, context)) is not None:
            strong, shorted, end = found
        elif fallen[index] and not _back_to_usual(levels, index, first_failure):
            shorted = float(fell_from[index])
            strong = short_at_seam(trace, shorted, float(levels.middle[index]), context)
        if strong is not None:
            strong, shorted_in = _extended(strong, traces, levels, index, shorted)
        if strong is None and lost[index] and not index - 2 <= shorted_in < index:
            strong = loss_at_seam(trace, charge.values, float(grew_from[index]), float(levels.middle[index]), context)
        if strong is None and away[index]:
            strong = run_away_in(trace, charge.values, context)
        if strong is not None:
            events.append(strong)
            first_failure = min(first_failure, index)
        if soft[index] and (strong is None or end is not None):
            drops = drops_in(trace, context, usual=_usual(levels, traces, index), end=end)
            events += [] if drops is None else [drops]
            alone = drops is None and strong is None and _may_stay(levels, index, 0.5 * rules.soft.step)
            step = step_in(trace, context) if alone else None
            stays = [] if step is None else _staying(*step, levels, traces, index, rules)
            events += stays
            if any(event.kind == "short" for event in stays):
                first_failure = min(first_failure, index)
                events[-1], shorted_in = _extended(events[-1], traces, levels, index, float(levels.highest[index]))
            if drops is None and strong is None and step is None and _ends_low(levels, traces, index, rules.soft.depth):
                turned = turned_in(trace, context)
                events += [] if turned is None else [turned]
    soft_ones = [event for event in events if event.kind == "soft_short_transient"]
    if not any(event.confirmed for event in soft_ones):
        leaks = _leaks(traces, sums, levels, first_failure, context)
        events += [event for event in leaks if event.drops > 1 or not soft_ones]
    events = _recurring(events, levels, traces, rules)
    temperature = temperature_of(record, traces)
    steady = _steady(temperature, rules.temperature_window)
    chosen = steady & (np.arange(traces.count) < first_failure) & (traces.lengths >= LEAST_SAMPLES)
    thermometer = bool(np.isfinite(temperature).any())
    for slow in (hidden_event, growth_event):
        event = slow(traces, levels, chosen, context, thermometer=thermometer)
        events += [] if event is None else [event]
    return merged(events)


def _leaks(traces: Traces, sums: Floats, levels: Levels, first_failure: int, context: Context) -> list[Event]:
    """Soft shorts that no single drop proves, in the half cycles before a short or a lost contact."""
    before = np.arange(traces.count) < first_failure
    rules = context.rules
    found = find_leaks(traces, sums, levels, before, rules.dips, start_share=rules.soft.start_share)
    return [] if found is None else [leaks_event(found, traces, context)]


class _Charge:
    """Charge since the first row, worked out only when an event asks for it."""

    def __init__(self, record: xr.Dataset) -> None:
        self._record = record
        self._values: Floats | None = None

    @property
    def values(self) -> Floats:
        if self._values is None:
            self._values, _ = passed_charge(self._record)
        return self._values


def _may_stay(levels: Levels, index: int, share: float) -> bool:
    """Whether the next half cycle is lower than the last one by a share: a quick test before a step is looked for."""
    inside = 0 < index < levels.middle.size - 1
    return not inside or bool(levels.middle[index + 1] <= (1 - share) * levels.middle[index - 1])


def _ends_low(levels: Levels, traces: Traces, index: int, depth: float) -> bool:
    """Whether a half cycle ends lower than it was, while its neighbours of the same direction do not and are not lower."""
    if levels.end[index] > (1 - depth) * levels.late[index]:
        return False
    beside = [other for other in (index - 2, index + 2) if 0 <= other < traces.count]
    return len(beside) > 0 and all(
        traces.sign[other] == traces.sign[index]
        and levels.end[other] > (1 - 0.5 * depth) * levels.late[other]
        and levels.late[other] > (1 + 0.25 * depth) * levels.end[index]
        for other in beside
    )


def _staying(
    event: Event, depth: float, levels: Levels, traces: Traces, index: int, rules: FailureRules
) -> list[Event]:
    """A drop that stays, with the half cycles after it as second sign; none where they deny it or are not there.

    Where they lie as low as a hard short makes them it is one, that took longer than a few samples.
    """
    same = rules.hidden.same_setpoint
    pairs = [(late, late - 2) for late in (index + 1, index + 2) if late < traces.count and late - 2 >= 0]
    later = [pair for pair in pairs if abs(np.log(levels.current[pair[0]] / levels.current[pair[1]])) < same]
    if not later or any(levels.middle[now] > (1 - 0.5 * depth) * levels.middle[was] for now, was in later):
        return []
    now, was = later[0]
    sign = f"the next half cycle, of the other direction, was low too: {levels.middle[now]:.4g} ohm after {levels.middle[was]:.4g} ohm"
    hard = all(levels.middle[after] < rules.short.ratio * levels.middle[before] for after, before in later)
    failure = "hard_short" if hard else event.failure
    return [replace(event, failure=failure, evidence=(*event.evidence, sign), signs=2)]


def _recurring(events: list[Event], levels: Levels, traces: Traces, rules: FailureRules) -> list[Event]:
    """Shorts and lost contacts with their return in later half cycles as a further sign, where there is one."""
    told = []
    for event in events:
        place = int(np.searchsorted(traces.half_cycle, event.half_cycle))
        if event.kind == "short":
            later = event.last_half_cycle - event.half_cycle
            turns = "a change" if later == 1 else f"{later} changes"
            sign = f"the cell stayed low through {turns} of polarity"
            if later == 1 and _low_both_ways(levels, traces, place, rules.short.ratio):
                later = RECURRENCES
        elif event.kind in ("contact_loss", "depletion"):
            usual = float(np.median(levels.late[:place])) if place else float(levels.lowest[0])
            high = levels.end[place + 1 :] > rules.contact.growth * usual if usual > 0 else np.zeros(0, dtype=bool)
            later = int(np.count_nonzero(high))
            sign = f"the resistance ran beyond {rules.contact.growth:g} times the earlier level in {later} later half cycles too"
        else:
            later, sign = 0, ""
        if later < RECURRENCES:
            told.append(event)
            continue
        failure = {"suspected_short": "hard_short", "suspected_contact_loss": "contact_loss"}.get(
            event.failure, event.failure
        )
        told.append(replace(event, failure=failure, evidence=(*event.evidence, sign), signs=event.signs + 1))
    return told


def _back_to_usual(levels: Levels, index: int, first_failure: int) -> bool:
    """Whether a half cycle after a failure is no lower than those before it: a recovery from lost contact is no short."""
    if first_failure >= index:
        return False
    usual = float(np.median(levels.late[:first_failure])) if first_failure else float(levels.lowest[0])
    return bool(levels.middle[index] > 0.5 * usual)


def _low_both_ways(levels: Levels, traces: Traces, place: int, ratio: float) -> bool:
    """Whether the half cycle after a short is as low against the last sound one of its direction as a short makes it."""
    now, was = place + 1, place - 1
    if was < 0 or now >= traces.count or traces.sign[now] != traces.sign[was] or traces.sign[now] == traces.sign[place]:
        return False
    return bool(levels.middle[now] < ratio * min(levels.middle[was], levels.end[was]))


def _extended(short: Event, traces: Traces, levels: Levels, index: int, before: float) -> tuple[Event, int]:
    """A short up to the last half cycle in a row below half of the resistance before it (ohm), and that half cycle."""
    high = np.flatnonzero(levels.middle[index + 1 :] >= 0.5 * before)
    last = index + int(high[0]) if high.size else traces.count - 1
    if last == index:
        return short, index
    row = int(traces.rows[traces.begins[last + 1] - 1])
    return replace(short, last_row=row, last_half_cycle=int(traces.half_cycle[last])), last


def _usual(levels: Levels, traces: Traces, index: int) -> float:
    """Median resistance of up to five earlier half cycles of the same direction, ohm; infinite when there is none."""
    earlier = np.flatnonzero(traces.sign[:index] == traces.sign[index])[-5:]
    return float(np.median(levels.middle[earlier])) if earlier.size else float("inf")


def _steady(temperature: Floats, window: float) -> npt.NDArray[np.bool_]:
    """(trace,) half cycles at the temperature of the first ones; all of them where none was recorded."""
    known = np.isfinite(temperature)
    if not known.any():
        return np.ones(temperature.size, dtype=bool)
    first = float(np.median(temperature[known][:10]))
    return np.asarray(~known | (np.abs(temperature - first) <= window))


def _name_half_cycles(which: list[int]) -> str:
    """``half cycle 3``, or ``12 half cycles (first: 0)``."""
    return f"half cycle {which[0]}" if len(which) == 1 else f"{len(which)} half cycles (first: {which[0]})"


def _doubt_current(traces: Traces) -> None:
    """Warn when the measured current differs from its set-point."""
    if traces.current is traces.demanded or traces.rows.size == 0:
        return
    step = max(1, traces.rows.size // 10_001)
    current, demanded = traces.current[::step], traces.demanded[::step]
    known = np.isfinite(current) & (np.abs(demanded) > LEAST_CURRENT)
    if not known.any():
        return
    apart = float(np.median(current[known] / demanded[known])) - 1
    if apart > -1 and abs(apart) > SETPOINT_AGREES:
        warnings.warn(
            f"the measured current is {100 * apart:+.0f} % apart from its set-point; resistances are taken on the set-point",
            DataQualityWarning,
            stacklevel=4,
        )


def _record(events: list[Event], record: xr.Dataset, context: Context) -> xr.Dataset:
    rows = np.array([event.row for event in events], dtype=np.int64)
    time = record["time"].to_numpy().astype(float, copy=False)
    charge, begun = np.zeros(0), np.zeros(0)
    if events:
        passed, _ = passed_charge(record)
        flowing, begins, _ = half_cycle_edges(record)
        first = flowing[begins][[event.half_cycle for event in events]]
        charge, begun = passed[rows], passed[np.maximum(first - 1, 0)]

    def text(values: list[str]) -> npt.NDArray[np.str_]:
        return np.array(values, dtype=np.str_)

    def numbers(values: list[float]) -> npt.NDArray[np.float64]:
        return np.array(values, dtype=float)

    dim = ("event",)
    rules = context.rules
    result = xr.Dataset(
        {
            "failure": (dim, text([event.failure for event in events])),
            "confirmed": (dim, np.array([event.confirmed for event in events], dtype=bool)),
            "confidence": (dim, numbers([event.confidence for event in events]), {"units": "1"}),
            "signs": (dim, np.array([event.signs for event in events], dtype=np.int64)),
            "margin": (dim, numbers([event.margin for event in events]), {"units": "1"}),
            "time": (dim, time[rows]),
            "row": (dim, rows),
            "last_row": (dim, np.array([event.last_row for event in events], dtype=np.int64)),
            "half_cycle": (dim, np.array([event.half_cycle for event in events], dtype=np.int64)),
            "last_half_cycle": (dim, np.array([event.last_half_cycle for event in events], dtype=np.int64)),
            "charge": (dim, charge),
            "half_cycle_charge": (dim, charge - begun, {"units": "C"}),
            "drops": (dim, np.array([event.drops for event in events], dtype=np.int64)),
            "depth": (dim, numbers([event.depth for event in events]), {"units": "1"}),
            "duty": (dim, numbers([event.duty for event in events]), {"units": "1"}),
            "evidence": (dim, text(["; ".join(event.evidence) for event in events])),
            "would_confirm": (dim, text([event.would_confirm for event in events])),
            "rivals": (dim, text(["; ".join(event.rivals) for event in events])),
        },
        attrs={
            "electrolyte_resistance": context.electrolyte.value,
            "electrolyte_resistance_trust": str(context.electrolyte.trust),
            "short_rule": str(rules.short),
            "contact_rule": str(rules.contact),
            "soft_rule": str(rules.soft),
            "dip_rule": str(rules.dips),
            "hidden_rule": str(rules.hidden),
            "depletion_rule": str(rules.depletion),
            "growth_rule": str(rules.growth),
            "temperature_window": rules.temperature_window,
        },
    )
    return label(result, "failures")
