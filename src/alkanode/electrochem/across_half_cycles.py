"""Events that no single half cycle shows: a short or lost contact at a seam, a hidden soft short, growing overpotential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.event import Event
from alkanode.electrochem.growth import onset_of, slope_over
from alkanode.electrochem.hidden_shorts import HiddenShort, find_hidden, same_setpoint
from alkanode.electrochem.repeated_dips import Leaks
from alkanode.electrochem.traces import Levels, Trace, Traces
from alkanode.electrochem.within_half_cycle import SPECTRUM_DURING, Context, run_away_event, short_event

Floats = npt.NDArray[np.float64]

SAME_AT_SEAM = "between two half cycles (a change of polarity or a rest)"


def short_at_seam(trace: Trace, before: float, level: float, context: Context) -> Event:
    """A half cycle that is low from its start; ``before`` and ``level`` in ohm."""
    return short_event(
        context,
        row=int(trace.rows[0]),
        last_row=int(trace.rows[-1]),
        half_cycle=trace.half_cycle,
        time=float(trace.time[0]),
        before=before,
        after=level,
        first=f"|V/I| fell from {before:.4g} to {level:.3g} ohm {SAME_AT_SEAM} and stayed there until the end of the half cycle",
    )


def loss_at_seam(trace: Trace, charge: Floats, before: float, level: float, context: Context) -> Event:
    """A half cycle that is high from its start; ``before`` and ``level`` in ohm."""
    growth = context.rules.contact.growth
    return run_away_event(
        trace,
        context,
        charge=float(charge[trace.rows[0]]),
        row=int(trace.rows[0]),
        first=f"|V/I| grew from {before:.4g} to {level:.4g} ohm {SAME_AT_SEAM}, beyond {growth:g} times, and stayed there until "
        "the end of the half cycle",
        margin=float(np.log(level / (growth * before))),
    )


CERTAIN = 6.0
"""Standard errors from which a dip dates the first sign; where none is so clear, the clearest one does."""


def leaks_event(found: Leaks, traces: Traces, context: Context) -> Event:
    """Dips of the whole record that noise and the bumps of the same record do not explain."""
    dips = found.dips
    count = dips.begins.size
    clear = np.flatnonzero(dips.significance >= CERTAIN)
    told = int(clear[0]) if clear.size else int(np.argmax(dips.significance))
    owner = np.searchsorted(traces.begins, dips.begins, side="right") - 1
    widths = dips.ends - dips.begins
    depth = float(np.median(dips.drop / dips.level))
    last = int(np.argmax(dips.ends))
    if count > 1:
        first = (
            f"|V/I| dipped {count} times by {100 * depth:.3g} % (median) and {found.beyond:.2g} standard errors or more in "
            f"{np.unique(owner).size} half cycles, against {found.bumps} bumps as high; chance makes that with a probability of "
            f"{found.chance:.1g}"
        )
    else:
        first = f"|V/I| dipped once by {100 * depth:.3g} % and {found.beyond:.2g} standard errors, and came back"
    return Event(
        failure="soft_short_transient",
        row=int(traces.rows[dips.begins[told]]),
        last_row=int(traces.rows[min(dips.ends[last], traces.rows.size - 1)]),
        half_cycle=int(traces.half_cycle[owner[told]]),
        last_half_cycle=int(traces.half_cycle[owner[last]]),
        evidence=(first,),
        would_confirm=SPECTRUM_DURING,
        rivals=("a loose lead of the voltage, or a change of the current range",),
        margin=float(np.log(np.median(dips.significance) / context.rules.soft.noise)),
        signs=1,
        drops=count,
        depth=depth,
        duty=float(np.max(np.bincount(owner, weights=widths, minlength=traces.count) / traces.lengths)),
    )


def hidden_event(
    traces: Traces, levels: Levels, chosen: npt.NDArray[np.bool_], context: Context, *, thermometer: bool
) -> Event | None:
    """A resistance that falls from cycle to cycle, with what else a leak does."""
    found = find_hidden(levels, traces.sign, chosen, context.rules.hidden)
    if not found:
        return None
    one = min(found, key=lambda hidden: int(hidden.traces[0]))
    evidence = [
        f"the resistance fell from {one.baseline:.4g} ohm in the earlier half cycles to {one.level:.4g} ohm at the same set-point, "
        f"and stayed low for {one.traces.size} half cycles"
    ]
    evidence += _signs_of_leak(one, context)
    rivals = ["an interface that improves with cycling"]
    if not thermometer:
        rivals.append("a warmer cell: no temperature was recorded")
    return Event(
        failure="soft_short_hidden",
        row=int(traces[int(one.traces[0])].rows[0]),
        last_row=int(traces[int(one.traces[-1])].rows[-1]),
        half_cycle=int(traces.half_cycle[one.traces[0]]),
        last_half_cycle=int(traces.half_cycle[one.traces[-1]]),
        evidence=tuple(evidence),
        would_confirm="impedance at rest before and after (the arcs shrink together), the self-discharge of a plated cell, or "
        "the electronic current at a small constant voltage",
        rivals=tuple(rivals),
        margin=float(np.log(one.deviations / context.rules.hidden.deviations)),
        signs=len(evidence),
    )


def _signs_of_leak(one: HiddenShort, context: Context) -> list[str]:
    """What a leak does beside lowering the resistance."""
    signs, resting = [], context.electrolyte
    if np.isfinite(one.flattened):
        signs.append(
            f"the half cycles lost their shape: their spread is {one.flattened:.2g} times that of the earlier ones"
        )
    if np.isfinite(one.fluctuates):
        signs.append(f"the voltage fluctuates {one.fluctuates:.2g} times as much as in the earlier half cycles")
    if one.level < resting.value / 2 < one.baseline:
        doubt = f" ({resting.trust})" if resting.trust.weak else ""
        signs.append(
            f"|V| is below I R_el / 2: {one.level:.3g} ohm against an electrolyte resistance of {resting.value:.4g} ohm{doubt}, "
            "which needs an electronic path"
        )
    return signs


@dataclass(frozen=True, slots=True)
class Grown:
    """Growth in one direction: first trace that shows it, traces compared, share, V per cycle, whether it has an onset."""

    first: int
    group: npt.NDArray[np.intp]
    share: float
    slope: float
    onset: bool


def growth_event(
    traces: Traces, levels: Levels, chosen: npt.NDArray[np.bool_], context: Context, *, thermometer: bool
) -> Event | None:
    """An overpotential that grows from cycle to cycle at the same set-point."""
    rule, hidden = context.rules.growth, context.rules.hidden
    told: list[Grown] = []
    rank = np.zeros(traces.count)
    for direction in (1, -1):
        members = traces.sign == direction
        rank[members] = np.arange(np.count_nonzero(members))
    for group in same_setpoint(levels.current, traces.sign, hidden.same_setpoint, chosen):
        if group.size < rule.least_cycles:
            continue
        value = levels.late[group] * levels.current[group]
        onset = onset_of(value, rule)
        base, last = float(np.median(value[:3])), float(np.median(value[-3:]))
        slope, low, _ = slope_over(rank[group], value, rule.confidence_level)
        if base > 0 and last > (1 + rule.least_growth) * base and low > 0:
            told.append(Grown(int(group[onset or 0]), group, last / base - 1, slope, onset is not None))
    if not told:
        return None
    one = min(told, key=lambda grown: grown.first)
    where = "from some half cycle on, beyond the scatter of the first ones" if one.onset else "from the beginning"
    evidence = [
        f"the overpotential in the second half of the half cycles grows {where}, by {100 * one.share:.3g} % in all "
        f"({1e3 * one.slope:.3g} mV per cycle)"
    ]
    if {int(traces.sign[grown.first]) for grown in told} == {1, -1}:
        evidence.append("it grows in both directions of the current")
    rivals = [
        "a growing interphase, loss of contact area, or a drying electrolyte: the voltage alone does not tell them apart"
    ]
    if not thermometer:
        rivals.append("a cooler cell: no temperature was recorded")
    return Event(
        failure="overpotential_growth",
        row=int(traces[one.first].rows[0]),
        last_row=int(traces[int(one.group[-1])].rows[-1]),
        half_cycle=int(traces.half_cycle[one.first]),
        last_half_cycle=int(traces.half_cycle[one.group[-1]]),
        evidence=tuple(evidence),
        would_confirm="impedance at rest over the cycles: which arc grows; the same cell at another pressure",
        rivals=tuple(rivals),
        margin=float(np.log(one.share / rule.least_growth)),
        signs=len(evidence),
    )
