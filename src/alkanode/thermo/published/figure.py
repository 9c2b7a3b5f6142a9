"""One printed number, and our answer to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from alkanode.foundation.errors import SchemaError

Role: TypeAlias = Literal["calibration", "prediction", "arithmetic", "comparison", "input", "not computable"]
"""What agreement with a printed number would mean.

``calibration``: it, or one made from it, helped a fit; agreement checks the code only. ``prediction``: nothing that we
computed with was fitted to it. ``arithmetic``: follows from molar masses, densities and geometry. ``comparison``: set beside
a number of another kind, such as a measured capacity. ``input``: taken over. ``not computable``: no equilibrium gives it.
"""

Rule: TypeAlias = Literal["within", "at most", "at least", "own numbers", "open"]
"""How a printed number is judged.

``within``: agrees where ours lies within the tolerance of it. ``at most``, ``at least``: it is a bound. ``own numbers``: ours is
made of other statements of the same paper alone, so that a difference is the paper's own. ``open``: nothing is decided.
"""

ROLES: tuple[str, ...] = get_args(Role)
RULES: tuple[str, ...] = get_args(Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A number as a paper prints it.

    Attributes
    ----------
    key
        Its name, unique.
    rows
        Names under which tables of printed figures know it, for example ``S004-073``; may be empty.
    source
        Key in ``references.bib``; ``""`` for a number that was recalled and has no source.
    place
        Where in the paper.
    quantity, condition
        What it is, and of what, at what.
    lower, upper
        The number in ``unit``; a range where they differ, NaN where only words stand.
    as_printed
        The statement with the doubt that the paper adds, for example ``"~46"``.
    unit
        The paper's unit, for the printed number and for ours.
    tolerance, tolerance_reason
        In ``unit``; how far ours may lie from it and agree, and why.
    role, rule
        :data:`Role`, :data:`Rule`.
    question, given
        Which question gives our number, and its settings; ``""`` where none does.
    note
        What a reader should know.
    """

    key: str
    rows: tuple[str, ...]
    source: str
    place: str
    quantity: str
    condition: str
    lower: float
    upper: float
    as_printed: str
    unit: str
    tolerance: float
    tolerance_reason: str
    role: Role
    rule: Rule
    question: str
    given: Mapping[str, Any]
    note: str

    def __post_init__(self) -> None:
        printed = math.isfinite(self.lower) and math.isfinite(self.upper)
        complaints = {
            f"a role out of {', '.join(ROLES)}": self.role in ROLES,
            f"a rule out of {', '.join(RULES)}": self.rule in RULES,
            "a printed number for a rule that compares": printed or self.rule == "open",
            "a lower end that is not above the upper one": not self.lower > self.upper,
            "a question, unless nothing is computed": bool(self.question) or self.rule == "open",
            "a tolerance of 0 or more, with its reason where it is above 0": self.tolerance >= 0
            and (self.tolerance == 0 or bool(self.tolerance_reason)),
            "a note where nothing is decided": bool(self.note) or self.rule != "open",
        }
        for needed, holds in complaints.items():
            if not holds:
                raise SchemaError(f"a printed figure needs {needed}", found=f"{self.key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Our number for a printed one.

    Attributes
    ----------
    value
        In the figure's unit.
    label
        What it rests on.
    interval
        Over the uncertainty of the temperature; NaN where the temperature does not matter or no interval is known.
    assessment_interval
        95 % over the parameters of the assessment; NaN where no assessment enters or its uncertainty is not known.
    remark
        What was found on the way, in words.
    sources
        Keys in ``references.bib``.
    """

    value: float
    label: str
    interval: tuple[float, float] = (math.nan, math.nan)
    assessment_interval: tuple[float, float] = (math.nan, math.nan)
    remark: str = ""
    sources: tuple[str, ...] = ()


def digits(value: float) -> str:
    """A number with four digits for sentences.

    Examples
    --------
    >>> digits(334.93), digits(0.0973), digits(4169.2)
    ('334.9', '0.0973', '4169')
    """
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
