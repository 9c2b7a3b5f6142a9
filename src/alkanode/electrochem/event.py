"""One event: what was found where, what speaks for it and what against, and how sure that makes one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

CALIBRATION: dict[str, tuple[float, float, float]] = {
    "contact_loss": (-0.06, 0.34, 0.00),  # 71 of 108 right
    "depletion": (0.78, 1.08, 0.96),  # 18 of 18 right
    "overpotential_growth": (-0.30, 0.65, 0.14),  # 9 of 14 right
    "short": (0.70, 0.00, 1.76),  # 104 of 108 right
    "soft_short_hidden": (1.08, 0.75, 0.00),  # 14 of 16 right
    "soft_short_transient": (0.02, 0.73, 1.05),  # 75 of 95 right
}
"""Class -> intercept, weight of the margin, weight of each sign beyond the first, of the logistic law of confidence. Printed by
``python benchmarks/confidence.py``: maximum likelihood with a prior towards one half, on the alarms in 1000 simulated cells of
which 504 were sound (tuning seeds). Wrong alarms of lost contact are nearly all cells that ran out of a metal or salt whose amount
nobody stated."""

MOST_MARGIN = 3.0
"""A margin beyond this (twenty times the threshold) says no more."""

CONFIDENCE_ENDS = (0.02, 0.95)
"""Confidence stays inside: of the alarms that a fit to one half of the cells called nearly certain, 74 of 80 were right in the
other half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A failure with what speaks for it.

    Attributes
    ----------
    failure
        Class; a hard short or loss of contact with one sign only is ``suspected_short`` or ``suspected_contact_loss``.
    row, last_row
        First and last row of the record that show it.
    half_cycle, last_half_cycle
        Half cycles of these rows.
    evidence, rivals
        Signs, and what the data do not exclude.
    would_confirm
        What to measure.
    margin
        Natural logarithm of the main sign over its threshold; 0 when it just passes.
    signs
        Number of independent signs; two confirm.
    drops, depth, duty
        Of transient soft shorts: number of drops, their median depth (1), share of samples that are low (1).
    """

    failure: str
    row: int
    last_row: int
    half_cycle: int
    last_half_cycle: int
    evidence: tuple[str, ...]
    would_confirm: str
    margin: float
    signs: int
    rivals: tuple[str, ...] = ()
    drops: int = 0
    depth: float = float("nan")
    duty: float = float("nan")

    @property
    def confirmed(self) -> bool:
        """Whether two independent signs speak for it."""
        return self.signs >= 2

    @property
    def kind(self) -> str:
        """Class without ``suspected_``."""
        return self.failure.removeprefix("suspected_").removeprefix("hard_")

    @property
    def confidence(self) -> float:
        """Share of alarms of this class, margin and number of signs that were true in calibration."""
        intercept, weight, per_sign = CALIBRATION[self.kind]
        score = intercept + weight * min(max(self.margin, 0.0), MOST_MARGIN) + per_sign * (self.signs - 1)
        return float(np.clip(1 / (1 + np.exp(-score)), *CONFIDENCE_ENDS))


def merged(events: list[Event], gap: int = 2) -> list[Event]:
    """Events in order of their row; the same class in half cycles at most ``gap`` apart is one event.

    The merged event keeps the first row and the evidence of its first half cycle, and says how often it came again.
    """
    kept: list[Event] = []
    again: dict[int, int] = {}
    for event in sorted(events, key=lambda one: one.row):
        place = next((i for i in range(len(kept) - 1, -1, -1) if kept[i].kind == event.kind), None)
        if place is None or event.half_cycle - kept[place].last_half_cycle > gap or event.kind == "short":
            kept.append(event)
            continue
        known = kept[place]
        again[place] = again.get(place, 0) + 1
        best = event if (event.signs, event.margin) > (known.signs, known.margin) else known
        kept[place] = replace(
            best,
            signs=max(best.signs, 2) if best.kind == "soft_short_transient" else best.signs,
            row=known.row,
            half_cycle=known.half_cycle,
            last_row=max(event.last_row, known.last_row),
            last_half_cycle=max(event.last_half_cycle, known.last_half_cycle),
            drops=known.drops + event.drops,
            depth=float(np.nanmax([known.depth, event.depth])) if known.drops else np.nan,
            duty=float(np.nanmax([known.duty, event.duty])) if known.drops else np.nan,
        )
    return [
        replace(event, evidence=(*event.evidence, f"the same in {again[place]} more half cycles"))
        if place in again
        else event
        for place, event in enumerate(kept)
    ]
