"""One number of a model: its value, what it rests on, and whether it was known, fitted, assumed or set by the protocol."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np

from alkanode.foundation.errors import ExtrapolationWarning, SchemaError, StudyError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.materials.alloys import Alloy

Role = Literal["known", "fitted", "assumed", "protocol"]
"""Known: stated or measured apart from what the model predicts. Fitted: chosen so that the model meets data (the data are
named). Assumed: chosen without data. Protocol: set by who runs the experiment."""

Interval: TypeAlias = "tuple[float, float] | None"

_BRACKET = re.compile(r"^(.*?)\s*\[([^\[\]]+)\]$")


@dataclass(frozen=True, slots=True)
class CompositionTable:
    """A value that depends on the composition as the anode is assembled: straight lines between stated points.

    Attributes
    ----------
    potassium_mass_fraction
        Rising, at least two.
    value
        One per composition, SI.
    """

    potassium_mass_fraction: tuple[float, ...]
    value: tuple[float, ...]

    def __post_init__(self) -> None:
        w, v = self.potassium_mass_fraction, self.value
        if len(w) < 2 or len(w) != len(v) or any(b <= a for a, b in pairwise(w)):
            raise SchemaError(
                "a table by composition has two or more rising mass fractions with a value each", found=repr(w)
            )
        if not all(0 <= one <= 1 for one in w) or not all(math.isfinite(one) for one in v):
            raise SchemaError("a table by composition holds shares from 0 to 1 and finite values", found=repr((w, v)))

    def at(self, potassium_mass_fraction: float, *, name: str = "a parameter") -> float:
        """Value at a composition; beyond the table its last value, with an ``ExtrapolationWarning``."""
        low, high = self.potassium_mass_fraction[0], self.potassium_mass_fraction[-1]
        if not low - 1e-9 <= potassium_mass_fraction <= high + 1e-9:
            warnings.warn(
                f"{name} is known from {low:g} to {high:g} potassium by mass; its value at the nearer end is used at "
                f"{potassium_mass_fraction:.3g}",
                ExtrapolationWarning,
                stacklevel=4,
            )
        return float(np.interp(potassium_mass_fraction, self.potassium_mass_fraction, self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of a model.

    Attributes
    ----------
    name
        In the style of PyBaMM, with the unit in brackets: ``"Stack pressure [Pa]"``; without a bracket a pure number.
    value
        SI number, or a :class:`CompositionTable` where it depends on the alloy.
    trust
        Trust label.
    role
        ``"known"``, ``"fitted"``, ``"assumed"`` or ``"protocol"``.
    source
        Key in ``references.bib``, or ``""``.
    interval
        Low and high of what is believed, in the unit.
    relative_interval
        Low and high over the value, for a table or where an error is a factor.
    fitted_to
        The data that a fitted value meets, in words; those data are not predictions of a model that uses it.
    note
        Conditions, and how the number was found.

    Raises
    ------
    SchemaError
        For a value that is not finite, an interval that does not hold the value, an unknown source or role, or a fitted
        number that does not say to what it was fitted.
    """

    name: str
    value: float | CompositionTable
    trust: Trust
    role: Role
    source: str = ""
    interval: tuple[float, float] | None = None
    relative_interval: tuple[float, float] | None = None
    fitted_to: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        where = f"parameter {self.name!r}"
        if self.role not in get_args(Role):
            raise SchemaError(f"{where}: a role is one of {', '.join(get_args(Role))}", found=repr(self.role))
        if self.source and self.source not in bibliography():
            raise SchemaError(f"{where}: a source must stand in references.bib", found=repr(self.source))
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise SchemaError(f"{where}: a finite value is needed", found=repr(self.value))
        if self.role == "fitted" and not self.fitted_to:
            raise SchemaError(f"{where}: a fitted number says to what it was fitted", found="no 'fitted_to'")
        if self.interval is not None and self.relative_interval is not None:
            raise SchemaError(f"{where}: one interval is enough", found="an interval and a relative one")
        if self.interval is not None:
            if isinstance(self.value, CompositionTable):
                raise SchemaError(f"{where}: a table has a relative interval", found=repr(self.interval))
            if not self.interval[0] <= self.value <= self.interval[1]:
                raise SchemaError(
                    f"{where}: an interval holds its value", found=f"{self.value!r} outside {self.interval!r}"
                )
        if self.relative_interval is not None and not self.relative_interval[0] <= 1 <= self.relative_interval[1]:
            raise SchemaError(f"{where}: a relative interval holds 1", found=repr(self.relative_interval))

    @property
    def unit(self) -> str:
        """SI unit in UDUNITS style, from the bracket of the name: ``"m2 s-1"``; ``"1"`` for a pure number."""
        match = _BRACKET.match(self.name)
        return "1" if match is None else match[2].replace(".", " ").replace("Ohm", "ohm")

    @property
    def plain_name(self) -> str:
        """The name without its unit."""
        match = _BRACKET.match(self.name)
        return self.name if match is None else match[1]

    @property
    def weak(self) -> bool:
        """Whether a result that rests on it must say so."""
        return self.trust.weak or self.role == "assumed"

    def at(self, alloy: Alloy | str | None = None) -> float:
        """Its value as a number.

        Parameters
        ----------
        alloy
            The anode's alloy, needed where the value depends on it.

        Raises
        ------
        StudyError
            When the value depends on the alloy and none was given.
        """
        if not isinstance(self.value, CompositionTable):
            return self.value
        if alloy is None:
            raise StudyError(
                f"{self.name!r} depends on the composition of the anode",
                found="no alloy",
                todo="Give one, for example parameters.values('NaK50')",
            )
        return self.value.at(potassium_mass_fraction(alloy), name=repr(self.name))

    def bounds(self, alloy: Alloy | str | None = None) -> tuple[float, float] | None:
        """Low and high of what is believed, in the unit, or ``None`` where nobody said."""
        if self.relative_interval is None:
            return self.interval
        value = self.at(alloy)
        low, high = sorted(value * factor for factor in self.relative_interval)
        return low, high


def potassium_mass_fraction(alloy: Alloy | str) -> float:
    """Potassium over all metal by mass of an alloy or its name."""
    made = Alloy.from_name(alloy) if isinstance(alloy, str) else alloy
    return made.composition.mass_fraction("K")
