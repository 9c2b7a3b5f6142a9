"""One printed figure that a cell model may answer, and an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from alkanode.cell_models.printed import Status
from alkanode.foundation.errors import SchemaError

Rule: TypeAlias = Literal["within", "at least", "at most", "words", "open"]
"""How it is judged. ``within``: inside a tolerance. ``at least``, ``at most``: the figure is a bound on ours. ``words``: the paper
states an order or a category; ours says the same or another one. ``open``: nothing to judge by."""

STATUSES: tuple[str, ...] = get_args(Status)
RULES: tuple[str, ...] = get_args(Rule)

_NAN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigure:
    """A printed figure.

    Attributes
    ----------
    figure
        Its name in tables of printed figures, for example ``"S000-058"``.
    paper
        Key in ``references.bib``.
    place, quantity
        Where, and what.
    lower, upper
        The number in ``unit``; a range where they differ, NaN for words.
    printed
        The statement.
    unit
        The paper's unit.
    tolerance, tolerance_reason
        How far ours may lie from it and agree, in the unit, and why.
    rule, status
        :data:`Rule`; ``"calibrated"`` (an input that is itself this figure), ``"fitted"`` (a constant was set on it), ``"predicted"``
        (nothing was), ``"missing"`` (no model here gives it).
    question, given
        What gives our number, with its settings; ``""`` where nothing does.
    note
        What a reader should know; why, where it is missing.
    built_in
        Whether the answer is arithmetic, or stands in the equations before any number: a prediction that cannot fail.
    """

    figure: str
    paper: str
    place: str
    quantity: str
    lower: float
    upper: float
    printed: str
    unit: str
    tolerance: float
    tolerance_reason: str
    rule: Rule
    status: Status
    question: str
    given: Mapping[str, Any]
    note: str
    built_in: bool = False

    def __post_init__(self) -> None:
        complaints = {
            f"a status out of {', '.join(STATUSES)}": self.status in STATUSES,
            f"a rule out of {', '.join(RULES)}": self.rule in RULES,
            "a number for a rule that compares numbers": math.isfinite(self.lower) or self.rule in ("words", "open"),
            "a lower end that is not above the upper one": not self.lower > self.upper,
            "a question, unless it is missing": bool(self.question) == (self.status != "missing"),
            "a note where nothing is judged": bool(self.note) or self.rule != "open",
            "a reason for its tolerance": bool(self.tolerance_reason) or self.tolerance == 0,
        }
        for needed, holds in complaints.items():
            if not holds:
                raise SchemaError(f"a printed figure needs {needed}", found=self.figure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model gives for a printed figure.

    Attributes
    ----------
    value
        In the figure's unit; NaN for words.
    interval
        What the parameters' own intervals leave.
    baseline
        What the simplest law gives, which the model has to beat; NaN where there is none.
    text
        The answer in words.
    same
        For the rule ``words``: whether the model says what the paper says.
    remark
        Reason of a failure; what it rests on.
    sources
        Keys in ``references.bib``.
    """

    value: float = _NAN
    interval: tuple[float, float] = (_NAN, _NAN)
    baseline: float = _NAN
    text: str = ""
    same: bool | None = None
    remark: str = ""
    sources: tuple[str, ...] = ()
