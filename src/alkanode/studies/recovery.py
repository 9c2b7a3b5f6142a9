"""Recovered values beside known ones, for data whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.foundation.vocabulary import quantity
from alkanode.plot import Figure
from alkanode.plot.describe_recovery import recovered_against_true
from alkanode.studies.block import Truth
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import shown, spoken, worded

MOST_DRAWN = 30
"""Rows of the figure; what misses its interval comes first."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One number and its truth.

    Attributes
    ----------
    name
        ``part.name``.
    true
        SI.
    estimate
        What was recovered; its value may be ``None``.
    """

    name: str
    true: float
    estimate: Estimate

    @property
    def holds(self) -> bool | None:
        """Whether the interval holds the truth; ``None`` without an interval."""
        if self.estimate.value is None or self.estimate.interval is None:
            return None
        low, high = self.estimate.interval
        return bool(low <= self.true <= high)

    @property
    def relative_error(self) -> float | None:
        """Recovered over true less 1; ``None`` where the truth is zero or nothing was recovered."""
        return None if self.estimate.value is None or self.true == 0 else float(self.estimate.value / self.true - 1)

    def row(self) -> tuple[str, str, str, str, str]:
        """Number, recovered with interval, truth, difference, and whether the interval holds the truth."""
        where, _, what = self.name.partition(".")
        value = self.estimate.value
        error = self.relative_error
        return (
            f"{where}: {spoken(what)}",
            worded(self.estimate) if value is not None else "cannot say",
            shown(self.true, self.estimate.quantity, 5),
            "-" if error is None else f"{100 * error:+.2g} %",
            {None: "no interval" if value is not None else "-", True: "yes", False: "no"}[self.holds],
        )


def recovery_part(truth: Mapping[str, Truth], parts: Sequence[Part]) -> Part:
    """Compare numbers with their known values.

    Parameters
    ----------
    truth
        Known value by ``part.name``; it may be zero.
    parts
        The parts of the study that were computed.

    Returns
    -------
    Part
        Each number with its truth and whether its interval holds it; in ``details`` also what was not computed, and
        what has no known value.

    Raises
    ------
    StudyError
        When none of the known values was computed, or one is of another quantity.
    """
    have = {f"{part.name}.{name}": estimate for part in parts for name, estimate in part.estimates.items()}
    rows: list[Compared] = []
    missing = []
    for name, known in truth.items():
        estimate = have.get(name)
        if estimate is None:
            missing.append(name)
        elif estimate.quantity != known.quantity:
            raise StudyError(f"the truth {name!r} must be a {estimate.quantity}", found=known.quantity)
        else:
            rows.append(Compared(name, to_si(known.value, known.quantity), estimate))
    if not any(one.estimate.value is not None for one in rows):
        unsaid = [*missing, *(one.name for one in rows)]
        raise StudyError(
            "a known value is compared with a computed one", found=f"none of {', '.join(unsaid)} was computed"
        )
    drawn = sorted((one for one in rows if one.relative_error is not None), key=lambda one: one.holds is not False)
    told = {part.name for part in parts if any(name.startswith(f"{part.name}.") for name in truth)}
    without = [name for name in have if name.partition(".")[0] in told and name not in truth]
    return Part(
        name="recovery",
        title="Recovered against true",
        estimates={one.name: one.estimate for one in rows},
        details={
            "true": {one.name: one.true for one in rows},
            "relative_error": {one.name: one.relative_error for one in rows},
            "interval_holds": {one.name: one.holds for one in rows},
            "not_computed": missing,
            "without_truth": without,
        },
        figures={"recovered": _figure(drawn[:MOST_DRAWN])} if drawn else {},
        tables={
            "recovered": Table(
                title="Every number beside its truth",
                columns=("number", "recovered (interval)", "true", "difference", "interval holds the truth"),
                rows=tuple(one.row() for one in rows),
            )
        },
        findings=(_finding(rows, missing),),
    )


def _finding(rows: Sequence[Compared], missing: Sequence[str]) -> str:
    """How many intervals hold the truth, and by how much values differ."""
    judged = [one.holds for one in rows if one.holds is not None]
    bare = sum(one.holds is None and one.estimate.value is not None for one in rows)
    unsaid = sum(one.estimate.value is None for one in rows)
    text = f"{sum(judged)} of {len(judged)} intervals hold the true value"
    more = [f"{bare} numbers have no interval"] if bare else []
    more += [f"{unsaid} could not be said"] if unsaid else []
    more += [f"{len(missing)} known values were not computed"] if missing else []
    text += f"; {', '.join(more)}" if more else ""
    differing = [one for one in rows if one.relative_error is not None]
    if differing:
        errors = 100 * np.abs(np.array([one.relative_error for one in differing], dtype=np.float64))
        worst = differing[int(np.argmax(errors))]
        text += (
            f". Where the truth is not zero, values differ from it by {np.median(errors):.2g} % in the median and by at most "
            f"{errors.max():.2g} % ({worst.name}: {worded(worst.estimate)} against "
            f"{shown(worst.true, worst.estimate.quantity)})"
        )
    return f"{text}."


def _figure(rows: Sequence[Compared]) -> Figure:
    """Recovered over true."""
    units = [quantity(one.estimate.quantity) for one in rows]
    factor = np.array([unit.factor for unit in units])
    intervals = np.array([one.estimate.interval or (np.nan, np.nan) for one in rows], dtype=float)
    return recovered_against_true(
        [one.name.replace(".", ": ", 1).replace("_", " ") for one in rows],
        np.array([one.true for one in rows]) * factor,
        np.array([one.estimate.value for one in rows], dtype=float) * factor,
        intervals * factor[:, None],
        [unit.shown_unit for unit in units],
    )
