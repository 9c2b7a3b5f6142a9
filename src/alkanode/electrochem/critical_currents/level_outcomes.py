"""What became of each half cycle and each level of a ramp: passed, failed with a reason, or not finished."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.electrochem.failure_classes import BY_CHARGE

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SHORT, CONTACT, LIMIT, DEPLETION = "short", "contact_loss", "voltage_limit", "depletion"
EARLY, UNFINISHED = "ended_early", "unfinished"
ENDING = (SHORT, CONTACT, LIMIT, DEPLETION)
"""Outcomes of a half cycle that end a ramp; only the first is a short. A half cycle that ended early without a reason in the
record, and a last one that was cut off, say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRule:
    """What counts as passed and as failed.

    Attributes
    ----------
    complete
        Share of the target from which a half cycle counts as complete; 0.95, since measured charges scatter by per cent.
    agree
        Robust spread of charges (or times) over the levels up to which they count as held constant; 0.05.
    at_limit
        Share of the voltage limit from which an early end counts as reaching it; 0.95.
    shorts, contacts, depletions
        Names of failure events that count as a short, as lost contact, and as an empty electrode (which says nothing of the
        current). Suspected ones (one sign) count unless they are soft, and the result says that they are suspected. Other
        events (hidden soft shorts, growing overpotential) are those of a history, not of a level: they are listed and end
        nothing.
    """

    complete: float = 0.95
    agree: float = 0.05
    at_limit: float = 0.95
    shorts: tuple[str, ...] = ("hard_short", "suspected_short", "soft_short_transient")
    contacts: tuple[str, ...] = ("contact_loss", "suspected_contact_loss")
    depletions: tuple[str, ...] = BY_CHARGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a half cycle is meant to reach.

    Attributes
    ----------
    mode
        ``"constant capacity"``, ``"constant time"`` or ``"unknown"`` (then reaching either of the first level counts).
    charge, duration
        C and s, NaN where it is no target.
    basis
        Whether it was given or read off the record.
    """

    mode: str
    charge: float = float("nan")
    duration: float = float("nan")
    basis: str = "read off the record"


@dataclass(slots=True)
class Outcomes:
    """Outcome of each half cycle: kind, words, whether confirmed by two signs, row of the event (-1 for none)."""

    kind: list[str]
    reason: list[str]
    confirmed: Bools
    row: npt.NDArray[np.int64]
    others: list[str] = field(default_factory=list)

    @property
    def first_failing(self) -> int | None:
        """First half cycle with an outcome that ends the ramp."""
        failing = [index for index, kind in enumerate(self.kind) if kind in ENDING]
        return failing[0] if failing else None


def read_target(ramp: xr.Dataset, rule: PassRule) -> Target:
    """Read off whether the charge or the time per half cycle was held constant, and at which value.

    The largest value of each level counts, since failing half cycles end early; where one direction alone rises, only that
    one is looked at.
    """
    chosen = np.ones(ramp.sizes["half_cycle"], dtype=bool)
    if ramp.attrs["ramped"] != "both":
        chosen = ramp["direction"].to_numpy() == ramp.attrs["ramped"]
    level = np.where(chosen, ramp["level"].to_numpy(), -1)
    numbers = range(int(level.max()) + 1)
    charge, duration = (
        np.array([ramp[name].to_numpy()[level == number].max() for number in numbers])
        for name in ("charge_passed", "duration")
    )
    by_charge, by_time = _spread(charge), _spread(duration)
    if by_charge < by_time and by_charge <= rule.agree:
        return Target(mode="constant capacity", charge=float(np.median(charge)))
    if by_time < by_charge and by_time <= rule.agree:
        return Target(mode="constant time", duration=float(np.median(duration)))
    return Target(mode="unknown", charge=float(charge[0]), duration=float(duration[0]))


def _spread(values: Floats) -> float:
    middle = float(np.median(values))
    return float(np.median(np.abs(values / middle - 1))) if middle > 0 else float("inf")


def reached(ramp: xr.Dataset, target: Target, rule: PassRule) -> Bools:
    """(half_cycle,) whether the target was reached."""
    charge, duration = ramp["charge_passed"].to_numpy(), ramp["duration"].to_numpy()
    return np.asarray((charge >= rule.complete * target.charge) | (duration >= rule.complete * target.duration))


def judge(
    ramp: xr.Dataset, found: xr.Dataset, complete: Bools, rule: PassRule, *, last_row: int, limit: float | None
) -> Outcomes:
    """Outcome of each half cycle of a ramp.

    Parameters
    ----------
    ramp
        What :func:`alkanode.electrochem.current_ramp` returned.
    found
        Failure events.
    complete
        (half_cycle,) whether the target was reached.
    rule
        Thresholds.
    last_row
        Last row of the record.
    limit
        Voltage limit (V) of the program. Without it a half cycle that ended early, at more voltage than any complete one
        had, and was followed by another, counts as ended by the limit; of the last one nobody can tell.
    """
    first, last = ramp["first_row"].to_numpy(), ramp["last_row"].to_numpy()
    count = first.size
    result = Outcomes([""] * count, [""] * count, np.zeros(count, dtype=bool), np.full(count, -1, dtype=np.int64))
    inside = ramp["level"].to_numpy() >= 0
    event_rows = found["row"].to_numpy()
    for event in np.argsort(event_rows):
        at = np.flatnonzero((first <= event_rows[event]) & (event_rows[event] <= last) & inside)
        name = str(found["failure"].to_numpy()[event])
        if at.size == 0 or result.kind[at[0]]:
            continue
        classes = {SHORT: rule.shorts, CONTACT: rule.contacts, DEPLETION: rule.depletions}
        kind = next((one for one, names in classes.items() if name in names), "")
        if not kind:
            result.others.append(f"{name.replace('_', ' ')} in half cycle {at[0]}")
            continue
        result.kind[at[0]] = kind
        result.reason[at[0]] = f"{name.replace('_', ' ')}: {found['evidence'].to_numpy()[event]}"
        result.confirmed[at[0]] = bool(found["confirmed"].to_numpy()[event])
        result.row[at[0]] = int(event_rows[event])
    usual = float(ramp["largest_voltage"].to_numpy()[complete].max(initial=0.0)) if limit is None else limit
    for index in np.flatnonzero(~complete & inside):
        if result.kind[index]:
            continue
        ended, final = abs(float(ramp["end_voltage"][index])), bool(last[index] >= last_row or index == count - 1)
        if ended >= rule.at_limit * usual and not (final and limit is None):
            text = f"the half cycle ended early at {ended:.3g} V, " + (
                "the voltage limit" if limit is not None else "more than in any complete half cycle"
            )
            result.kind[index], result.reason[index] = LIMIT, text
        elif final:
            text = "the record ends before the half cycle is complete (state the voltage limit if that is why)"
            result.kind[index], result.reason[index] = UNFINISHED, text
        else:
            text = "the half cycle ended before its target, and the record does not say why"
            result.kind[index], result.reason[index] = EARLY, text
    return result
