"""Which phases meet at which temperature: the topology of a binary system, found without being told.

1. On a coarse grid of temperatures the lower convex hull of all Gibbs curves is drawn. Its long edges are the tie lines;
   their sequence from x = 0 to x = 1 is the topology at that temperature.
2. Between two temperatures with different topologies the change is bisected, then solved exactly
   (:mod:`alkanode.thermo.binary.invariants`).
3. Inside one range of constant topology each tie line is a smooth function of temperature. Its polished values are the
   guess for Newton's method at any other temperature, so that a tie line costs microseconds and is exact.

Limits: a change that comes and goes again between two neighbours of the coarse grid (10 K) would be missed; two solutions
that meet at one composition (an azeotrope) are refused.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.branches import in_order, phase_of
from alkanode.thermo.binary.fields import TieLineField
from alkanode.thermo.binary.hull import HullEdge, Section, section
from alkanode.thermo.binary.invariants import Invariant, InvariantSolver, compare
from alkanode.thermo.binary.lever_rule import ABSENT, TieLines
from alkanode.thermo.binary.suspension import checked_suspension
from alkanode.thermo.binary.tangents import common_tangent
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import BinaryModel, Parameters, gibbs_model

__all__ = ["Invariant", "PhaseMap", "Range", "TieLineField", "phase_map"]

_COARSE_STEP = 10.0
_BISECTION_WIDTH = 0.02
_NARROWEST = 1e-9
_WIDE_ENOUGH = 0.05
_NEAR = 0.1
_TOWARDS_CLOSING = np.geomspace(5.0, 0.01, 10)
"""Distances (K) from a consolute or congruent point at which its tie line is tabulated besides the usual ones."""


@dataclass(frozen=True, slots=True)
class Range:
    """Temperatures of constant topology, with the branch at x = 0 and the fields from left to right."""

    lower: float
    upper: float
    first: str
    fields: tuple[TieLineField, ...]


class PhaseMap:
    """Topology and tie-line tables of one assessment. Make it with :func:`phase_map`, which keeps it.

    Attributes
    ----------
    branches
        Names of the phases as they appear in results, see :mod:`alkanode.thermo.binary.branches`.
    ranges
        :class:`Range` from low to high temperature.
    invariants
        :class:`Invariant` from low to high temperature.
    """

    def __init__(self, assessment: Assessment, suspended: Sequence[str] = ()) -> None:
        self.assessment = assessment
        self.model: BinaryModel = gibbs_model(assessment)
        self.suspended = checked_suspension(self.model, suspended)
        self._solver = InvariantSolver(self.model)
        self.ranges, self.invariants = self._build()
        used = {part.first for part in self.ranges}
        used |= {name for part in self.ranges for field in part.fields for name in (field.left, field.right)}
        self.branches = in_order(used, assessment)

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
            met = self._solve_change(group[-1], current)
            upper = met.temperature if met else (group[-1].temperature + current.temperature) / 2
            ranges.append(self._range(group, lower, upper, below, met))
            invariants += [met] if met else []
            group, lower, below = [current], upper, met
        ranges.append(self._range(group, lower, high, below, None))
        return tuple(ranges), tuple(invariants)

    def _refine(self, low: Section, high: Section) -> list[Section]:
        """Sections above ``low`` up to ``high``, close together around every change of topology."""
        width = high.temperature - low.temperature
        if low.signature == high.signature or width < _NARROWEST:
            return [high]
        if width < _BISECTION_WIDTH and compare(low, high) is not None:
            return [high]
        middle = self._section((low.temperature + high.temperature) / 2)
        return [*self._refine(low, middle), *self._refine(middle, high)]

    def _solve_change(self, low: Section, high: Section) -> Invariant | None:
        change = compare(low, high)
        if change is None:
            raise ConvergenceError(
                "a change of topology between two temperatures must be one three-phase equilibrium, melting, consolute or "
                "congruent point",
                found=f"{low.signature} at {low.temperature:.3f} K and {high.signature} at {high.temperature:.3f} K",
            )
        return self._solver.solve(change, low, high)

    def _range(
        self, group: list[Section], lower: float, upper: float, below: Invariant | None, above: Invariant | None
    ) -> Range:
        inner = [s for s in group if lower < s.temperature < upper]
        guides = [group[0], *inner, group[-1]]
        t = np.array([lower, *(s.temperature for s in inner), upper])
        fields = tuple(
            self._field([s.edges[place] for s in guides], t, (_closing(first, below), _closing(last, above)))
            for place, (first, last) in enumerate(zip(group[0].edges, group[-1].edges, strict=True))
        )
        return Range(lower, upper, group[0].first, fields)

    def _field(
        self, edges: list[HullEdge], temperature: Array, met: tuple[Invariant | None, Invariant | None]
    ) -> TieLineField:
        """Polish the tie lines of one field; at an end where it closes both compositions are those of the invariant."""
        x = np.array([[edge.x_left, edge.x_right] for edge in edges]).T
        solved = np.ones(temperature.size, dtype=bool)
        ends = [(number, end) for number, end in ((0, met[0]), (-1, met[1])) if end is not None]
        for number, end in ends:
            solved[number] = False
            x[:, number] = end.compositions[0]
        closing = [end.temperature for _, end in ends if end.kind != "melting"]
        if closing:  # guides near its end are too narrow for the hull's grid
            width = x[1] - x[0]
            keep = ~solved | (width >= min(_WIDE_ENOUGH, width.max()))
            temperature, x, solved = temperature[keep], x[:, keep], solved[keep]
        field = TieLineField(edges[0].left, edges[0].right, temperature, x[0], x[1], bool(closing))
        terms = self.model.terms(temperature[solved])
        x[0, solved], x[1, solved] = common_tangent(
            terms, self.model.compounds, field.phases, (x[0, solved], x[1, solved])
        )
        for distance in _TOWARDS_CLOSING:
            for end_temperature in closing:
                field = self._with_node(field, end_temperature, distance)
        return field

    def _with_node(self, field: TieLineField, end: float, distance: float) -> TieLineField:
        """The field with one more polished tie line at a distance (K) from the temperature at which it closes."""
        t = end + distance if end == field.temperature[0] else end - distance
        if not field.temperature[0] < t < field.temperature[-1] or t in field.temperature:
            return field
        where = int(np.searchsorted(field.temperature, t))
        new = field.solve(self.model, self.model.terms(np.array([t])), np.array([t]))
        left, right = (np.insert(old, where, x) for old, x in zip((field.x_left, field.x_right), new, strict=True))
        return dataclasses.replace(
            field, temperature=np.insert(field.temperature, where, t), x_left=left, x_right=right
        )

    def tie_lines(self, temperature: Array, parameters: Parameters | None = None) -> TieLines:
        """Exact tie lines at temperatures; at an invariant temperature those of just above it.

        Parameters
        ----------
        temperature
            K, any shape.
        parameters
            Other values of the assessment's parameters, for example posterior draws, which broadcast with the
            temperature. The topology stays that of the assessment: each tie line is followed from where it lies there.
            One that a draw does not have is NaN (:attr:`TieLines.failed`).
        """
        given = {name: np.asarray(value, dtype=np.float64) for name, value in (parameters or {}).items()}
        shape = np.broadcast_shapes(np.shape(temperature), *(value.shape for value in given.values()))
        t = np.broadcast_to(temperature, shape).ravel()
        given = {name: np.broadcast_to(value, shape).ravel() for name, value in given.items()}
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
            drawn = {name: value[chosen] for name, value in given.items()}
            terms = self.model.terms(t[chosen], drawn) if part.fields else {}
            for place, field in enumerate(part.fields):
                found = field.solve(self.model, terms, t[chosen], shifted=bool(given))
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


def _closing(edge: HullEdge, met: Invariant | None) -> Invariant | None:
    """The invariant at one end of a range, if a tie line beside it shrinks to nothing there."""
    if met is None or len(set(met.compositions)) > 1:
        return None
    near = max(abs(x - met.compositions[0]) for x in (edge.x_left, edge.x_right)) < _NEAR
    phases = {phase_of(edge.left), phase_of(edge.right)}
    return met if near and phases == {phase_of(name) for name in met.branches} else None


@functools.lru_cache(maxsize=16)
def phase_map(assessment: Assessment, suspended: tuple[str, ...] = ()) -> PhaseMap:
    """The :class:`PhaseMap` of an assessment, made once (about 0.2 s) and kept.

    Parameters
    ----------
    assessment
        Any binary assessment.
    suspended
        Phases that are kept out of equilibrium (metastable extrapolation): compounds, or solutions as long as one stays.

    Raises
    ------
    PhysicsError
        For an unknown phase, or when no solution is left.
    ConvergenceError
        When the topology cannot be resolved.
    """
    return PhaseMap(assessment, suspended)
