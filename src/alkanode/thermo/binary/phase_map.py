"""Which phases meet at which temperature: the topology of a binary system, found without being told.

1. On a coarse grid of temperatures the lower convex hull of all Gibbs curves is drawn. Its long edges are the tie lines;
   their sequence from x = 0 to x = 1 is the topology at that temperature.
2. Between two temperatures with different topologies the change is bisected, then solved: three phases on one tangent
   (eutectic, peritectic and the like), or the melting of a pure element.
3. Inside one range of constant topology each tie line is a smooth function of temperature. Its polished values are the
   guess for Newton's method at any other temperature, so that a tie line costs microseconds and is exact.

Limits: a change that comes and goes again between two neighbours of the coarse grid (10 K) would be missed; congruent
points and consolute points of a gap are not solved, and a system that has one is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.hull import HullEdge, Section, branches_of, phase_of, section
from alkanode.thermo.binary.lever_rule import ABSENT, TieLines
from alkanode.thermo.binary.tangents import common_tangent, tangent_slope
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import BinaryModel, gibbs_model

_COARSE_STEP = 10.0
_BISECTION_WIDTH = 0.02
_SEARCH_WIDTH = 0.05


@dataclass(frozen=True, slots=True)
class TieLineField:
    """A two-phase field: its branches and polished compositions over temperature (K, increasing)."""

    left: str
    right: str
    temperature: Array
    x_left: Array
    x_right: Array


@dataclass(frozen=True, slots=True)
class Range:
    """Temperatures of constant topology, with the branch at x = 0 and the fields from left to right."""

    lower: float
    upper: float
    first: str
    fields: tuple[TieLineField, ...]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Three phases in equilibrium, or the melting of a pure element.

    Attributes
    ----------
    kind
        ``"eutectic"``, ``"peritectic"``, ``"eutectoid"``, ``"peritectoid"`` or ``"melting"``.
    temperature
        K.
    branches, compositions
        From low to high mole fraction of the second element.
    """

    kind: str
    temperature: float
    branches: tuple[str, ...]
    compositions: tuple[float, ...]


class PhaseMap:
    """Topology and tie-line tables of one assessment. Make it with :func:`phase_map`, which keeps it.

    Attributes
    ----------
    branches
        Names of the phases as they appear in results: the bcc solution has one branch rich in either element,
        ``"bcc_K"`` and ``"bcc_Na"``.
    ranges
        :class:`Range` from low to high temperature.
    invariants
        :class:`Invariant` from low to high temperature.
    """

    def __init__(self, assessment: Assessment, suspended: Sequence[str] = ()) -> None:
        self.assessment = assessment
        self.model: BinaryModel = gibbs_model(assessment)
        for name in suspended:
            if assessment.phase(name).model != "compound":
                raise PhysicsError(
                    "only a compound can be suspended",
                    found=f"{name!r}, a solution",
                    todo=f"Compounds: {', '.join(self.model.compounds)}",
                )
        self.suspended = tuple(suspended)
        self.branches = branches_of(assessment)
        self.ranges, self.invariants = self._build()

    def _section(self, temperature: float) -> Section:
        return section(self.model, temperature, self.suspended)

    def _build(self) -> tuple[tuple[Range, ...], tuple[Invariant, ...]]:
        low, high = self.assessment.function_range
        coarse = np.linspace(low, high, 1 + round((high - low) / _COARSE_STEP))
        sections = [self._section(float(coarse[0]))]
        for temperature in coarse[1:]:
            sections += self._refine(sections[-1], self._section(float(temperature)))
        ranges: list[Range] = []
        invariants: list[Invariant] = []
        group, lower = [sections[0]], low
        below: Invariant | None = None
        for current in sections[1:]:
            if current.signature == group[-1].signature:
                group.append(current)
                continue
            change = self._solve_change(group[-1], current)
            ranges.append(self._range(group, lower, change.temperature, below, change))
            invariants.append(change)
            group, lower, below = [current], change.temperature, change
        ranges.append(self._range(group, lower, high, below, None))
        return tuple(ranges), tuple(invariants)

    def _refine(self, low: Section, high: Section) -> list[Section]:
        """Sections above ``low`` up to ``high``, close together around every change of topology."""
        if low.signature == high.signature or high.temperature - low.temperature < _BISECTION_WIDTH:
            return [high]
        middle = self._section((low.temperature + high.temperature) / 2)
        return [*self._refine(low, middle), *self._refine(middle, high)]

    def _solve_change(self, low: Section, high: Section) -> Invariant:
        for index, end in enumerate(("first", "last")):
            solid, liquid = getattr(low, end), getattr(high, end)
            if phase_of(solid) != phase_of(liquid):
                return self._melting(index, solid, liquid, low.temperature, high.temperature)
        return self._three_phases(low, high)

    def _melting(self, index: int, solid: str, liquid: str, low: float, high: float) -> Invariant:
        element = self.assessment.elements[index]

        def difference(temperature: float) -> float:
            t = np.array([temperature])
            phases = (phase_of(solid), phase_of(liquid))
            a, b = (self.model.unary(element, phase, t).item() for phase in phases)
            return float(a - b)

        temperature = _root(difference, low, high, f"melting of {element}")
        return Invariant("melting", temperature, (solid, liquid), (float(index), float(index)))

    def _three_phases(self, low: Section, high: Section) -> Invariant:
        only_low = [edge for edge in low.edges if (edge.left, edge.right) not in _pairs(high)]
        only_high = [edge for edge in high.edges if (edge.left, edge.right) not in _pairs(low)]
        one, two = (only_low, only_high) if len(only_low) < len(only_high) else (only_high, only_low)
        if len(one) != 1 or len(two) != 2:
            raise ConvergenceError(
                "a change of topology between two temperatures must be one three-phase equilibrium",
                found=f"{low.signature} at {low.temperature:.3f} K and {high.signature} at {high.temperature:.3f} K",
            )
        first, second = two

        def slopes_differ(temperature: float) -> float:
            return self._slope(first, temperature) - self._slope(second, temperature)

        temperature = _root(slopes_differ, low.temperature, high.temperature, "three-phase equilibrium")
        x_a, x_b = self._polish(first, np.array([temperature]))
        x_c = self._polish(second, np.array([temperature]))[1]
        branches = (first.left, first.right, second.right)
        return Invariant(
            _kind(branches, cooling_splits=two is only_high),
            temperature,
            branches,
            (float(x_a[0]), float(x_b[0]), float(x_c[0])),
        )

    def _slope(self, edge: HullEdge, temperature: float) -> float:
        t = np.array([temperature])
        phases = (phase_of(edge.left), phase_of(edge.right))
        x = self._polish(edge, t)
        return float(tangent_slope(self.model.terms(t), self.model.compounds, phases, *x).item())

    def _polish(self, edge: HullEdge, temperature: Array) -> tuple[Array, Array]:
        guess = (np.full_like(temperature, edge.x_left), np.full_like(temperature, edge.x_right))
        phases = (phase_of(edge.left), phase_of(edge.right))
        return common_tangent(self.model.terms(temperature), self.model.compounds, phases, guess)

    def _range(
        self, group: list[Section], lower: float, upper: float, below: Invariant | None, above: Invariant | None
    ) -> Range:
        inner = [s for s in group if lower < s.temperature < upper]
        temperature = np.array([lower, *(s.temperature for s in inner), upper])
        guides = [group[0], *inner, group[-1]]
        fields = []
        for place, edge in enumerate(group[0].edges):
            phases = (phase_of(edge.left), phase_of(edge.right))
            guess = (
                np.array([s.edges[place].x_left for s in guides]),
                np.array([s.edges[place].x_right for s in guides]),
            )
            chosen = np.ones(temperature.size, dtype=bool)
            for number, change in ((0, below), (-1, above)):
                if change is None or change.kind != "melting":
                    continue
                pure = change.compositions[0]
                if place == (0 if pure == 0 else len(group[0].edges) - 1) and change.branches in _both_ways(edge):
                    chosen[number] = False  # the tie line shrinks to the pure element
                    guess[0][number] = guess[1][number] = pure
            terms = self.model.terms(temperature[chosen])
            polished = common_tangent(terms, self.model.compounds, phases, (guess[0][chosen], guess[1][chosen]))
            for values, new in zip(guess, polished, strict=True):
                values[chosen] = new
            fields.append(TieLineField(edge.left, edge.right, temperature, *guess))
        return Range(lower, upper, group[0].first, tuple(fields))

    def tie_lines(self, temperature: Array) -> TieLines:
        """Exact tie lines at temperatures (K, any shape); at an invariant temperature those of just above it."""
        shape, t = np.shape(temperature), np.ravel(temperature)
        number = np.searchsorted([part.upper for part in self.ranges[:-1]], t, side="right")
        places = max((len(part.fields) for part in self.ranges), default=0)
        left, right = np.full((places, t.size), ABSENT[0]), np.full((places, t.size), ABSENT[1])
        left_branch, right_branch = (np.full((places, t.size), -1, dtype=np.intp) for _ in range(2))
        first = np.empty(t.size, dtype=np.intp)
        for index, part in enumerate(self.ranges):
            chosen = np.flatnonzero(number == index)
            if not chosen.size:
                continue
            first[chosen] = self.branches.index(part.first)
            terms = self.model.terms(t[chosen]) if part.fields else {}
            for place, field in enumerate(part.fields):
                phases = (phase_of(field.left), phase_of(field.right))
                guess = (
                    np.interp(t[chosen], field.temperature, field.x_left),
                    np.interp(t[chosen], field.temperature, field.x_right),
                )
                found = common_tangent(terms, self.model.compounds, phases, guess)
                left[place, chosen], right[place, chosen] = found
                left_branch[place, chosen] = self.branches.index(field.left)
                right_branch[place, chosen] = self.branches.index(field.right)
        full = (places, *shape)
        return TieLines(
            self.branches,
            left.reshape(full),
            right.reshape(full),
            left_branch.reshape(full),
            right_branch.reshape(full),
            first.reshape(shape),
        )


def _both_ways(edge: HullEdge) -> tuple[tuple[str, ...], ...]:
    return (edge.left, edge.right), (edge.right, edge.left)


def _pairs(section: Section) -> set[tuple[str, str]]:
    return {(edge.left, edge.right) for edge in section.edges}


def _kind(branches: tuple[str, str, str], *, cooling_splits: bool) -> str:
    """On cooling the middle phase splits (eutectic), or the outer two react to the middle one (peritectic)."""
    if cooling_splits:
        return "eutectic" if branches[1] == "liquid" else "eutectoid"
    return "peritectic" if "liquid" in (branches[0], branches[2]) else "peritectoid"


def _root(function: Callable[[float], float], low: float, high: float, what: str) -> float:
    """Temperature (K) where a function changes sign, near the range that the hull gave."""
    a, b = low - _SEARCH_WIDTH, high + _SEARCH_WIDTH
    if function(a) * function(b) > 0:
        raise ConvergenceError(f"the temperature of the {what} must lie near the hull's", found=f"{a:.3f}-{b:.3f} K")
    return float(brentq(function, a, b, xtol=1e-10, rtol=1e-13))


@functools.lru_cache(maxsize=16)
def phase_map(assessment: Assessment, suspended: tuple[str, ...] = ()) -> PhaseMap:
    """The :class:`PhaseMap` of an assessment, made once (about 0.1 s) and kept.

    Parameters
    ----------
    assessment
        Any binary assessment.
    suspended
        Compounds that are kept out of equilibrium (metastable extrapolation).

    Raises
    ------
    PhysicsError
        When a solution is suspended.
    ConvergenceError
        When the topology cannot be resolved.
    """
    return PhaseMap(assessment, suspended)
