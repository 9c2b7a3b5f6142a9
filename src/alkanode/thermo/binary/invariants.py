"""Temperatures at which the topology of a binary system changes: what they are, and solving them exactly.

Two hulls at neighbouring temperatures differ by one of these, told by the tie lines that only one of them has:

==========================  =======================================================================================
only one / only the other   change
==========================  =======================================================================================
one / two tie lines         three phases on one tangent: eutectic, peritectic, monotectic and the like
none / one, two solutions   melting of a pure element (the tie line shrinks to x = 0 or 1)
none / one, same solution   consolute point of a miscibility gap: g'' = g''' = 0
none / two                  congruent point: a compound leaves a solution of its own composition
none / none                 only a name changed, for example because a metastable gap closed
==========================  =======================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq, root

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.binary.branches import branch_names, is_liquid, is_solution, phase_of
from alkanode.thermo.binary.hull import HullEdge, Section
from alkanode.thermo.binary.tangents import common_tangent, tangent_slope
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import BinaryModel

_SEARCH_WIDTHS = (0.0, 1e-4, 1e-3, 1e-2, 0.1, 0.5)
_STEP = 1e-3

ChangeKind = Literal["three phases", "melting", "consolute", "congruent", "name"]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Phases whose equilibrium fixes the temperature.

    Attributes
    ----------
    kind
        Three phases: ``"eutectic"``, ``"peritectic"``, ``"monotectic"``, ``"syntectic"``, ``"metatectic"``,
        ``"eutectoid"`` or ``"peritectoid"``. One: ``"consolute"``, where a miscibility gap closes. Two of one composition:
        ``"melting"`` of a pure element, ``"congruent"`` melting of a compound.
    temperature
        K.
    branches, compositions
        From low to high mole fraction of the second element.
    """

    kind: str
    temperature: float
    branches: tuple[str, ...]
    compositions: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How two neighbouring sections differ.

    Attributes
    ----------
    fewer, more
        Tie lines that only the one, and only the other section has.
    splits
        Whether the section with more of them is the warmer one.
    """

    kind: ChangeKind
    fewer: tuple[HullEdge, ...]
    more: tuple[HullEdge, ...]
    splits: bool


def compare(low: Section, high: Section) -> Change | None:
    """The one change between two sections (``low`` the colder), or ``None`` where there are several."""
    a, b = list(low.edges), list(high.edges)
    while a and b and a[0].is_like(b[0]):
        a, b = a[1:], b[1:]
    while a and b and a[-1].is_like(b[-1]):
        a, b = a[:-1], b[:-1]
    splits = len(b) > len(a)
    fewer, more = (tuple(a), tuple(b)) if splits else (tuple(b), tuple(a))
    kind = _kind_of_change(fewer, more)
    ends_change = [phase_of(x) != phase_of(y) for x, y in ((low.first, high.first), (low.last, high.last))]
    if kind is None or sum(ends_change) != (kind == "melting"):
        return None
    return Change(kind, fewer, more, splits)


def _kind_of_change(fewer: tuple[HullEdge, ...], more: tuple[HullEdge, ...]) -> ChangeKind | None:
    counts = len(fewer), len(more)
    if counts == (0, 0):
        return "name"
    if counts == (0, 1):
        return "consolute" if phase_of(more[0].left) == phase_of(more[0].right) else "melting"
    if counts == (0, 2) and more[0].left == more[1].right and not is_solution(more[0].right):
        return "congruent"
    if counts == (1, 2) and fewer[0].is_like(HullEdge(more[0].left, more[1].right, 0, 1)):
        return "three phases"
    return None


class InvariantSolver:
    """Exact invariants of one model from the change that two hulls show."""

    def __init__(self, model: BinaryModel) -> None:
        self.model = model

    def solve(self, change: Change, low: Section, high: Section) -> Invariant | None:
        """The invariant between two sections; ``None`` where only a name changed.

        Raises
        ------
        ConvergenceError
            When there is none near the temperatures of the sections.
        """
        span = (low.temperature, high.temperature)
        if change.kind == "three phases":
            return self._three_phases(change, span)
        if change.kind == "melting":
            if phase_of(low.first) != phase_of(high.first):
                return self._melting(0, low.first, high.first, span)
            return self._melting(1, low.last, high.last, span)
        if change.kind == "consolute":
            return self._consolute(change.more[0], sum(span) / 2)
        if change.kind == "congruent":
            return self._congruent(change, span)
        return None

    def polish(self, edge: HullEdge, temperature: Array) -> tuple[Array, Array]:
        """Exact ends of a tie line at temperatures (shape n) near that of the hull."""
        guess = (np.full_like(temperature, edge.x_left), np.full_like(temperature, edge.x_right))
        phases = (phase_of(edge.left), phase_of(edge.right))
        return common_tangent(self.model.terms(temperature), self.model.compounds, phases, guess)

    def _three_phases(self, change: Change, span: tuple[float, float]) -> Invariant:
        first, second = change.more

        def slopes_differ(temperature: float) -> float:
            return self._slope(first, temperature) - self._slope(second, temperature)

        temperature = _root(slopes_differ, span, "three-phase equilibrium")
        x_a, x_b = self.polish(first, np.array([temperature]))
        x_c = self.polish(second, np.array([temperature]))[1]
        branches = (first.left, first.right, second.right)
        kind = _three_phase_kind(branches, cooling_splits=change.splits)
        return Invariant(kind, temperature, branches, (float(x_a[0]), float(x_b[0]), float(x_c[0])))

    def _slope(self, edge: HullEdge, temperature: float) -> float:
        t = np.array([temperature])
        phases = (phase_of(edge.left), phase_of(edge.right))
        x = self.polish(edge, t)
        return float(tangent_slope(self.model.terms(t), self.model.compounds, phases, *x).item())

    def _melting(self, index: int, solid: str, liquid: str, span: tuple[float, float]) -> Invariant:
        element = self.model.assessment.elements[index]

        def difference(temperature: float) -> float:
            t = np.array([temperature])
            a, b = (self.model.unary(element, phase_of(branch), t).item() for branch in (solid, liquid))
            return float(a - b)

        temperature = _root(difference, span, f"melting of {element}")
        return Invariant("melting", temperature, (solid, liquid), (float(index), float(index)))

    def _consolute(self, edge: HullEdge, start: float) -> Invariant:
        phase = phase_of(edge.left)
        branch = branch_names(phase, self.model.assessment)[0]

        def unstable(unknown: Array) -> Array:
            x, t = unknown[0], np.array(unknown[1] * start)
            terms = self.model.solution(phase, t)
            s = [terms.potentials(np.array(x + shift))[2] / terms.rt for shift in (-_STEP, 0.0, _STEP)]
            return np.array([s[1], (s[2] - s[0]) / (2 * _STEP)]).ravel()

        found = root(unstable, [(edge.x_left + edge.x_right) / 2, 1.0], tol=1e-12)
        x, temperature = float(found.x[0]), float(found.x[1] * start)
        if np.abs(unstable(found.x)).max() > 1e-8 or not 0 < x < 1 or abs(temperature / start - 1) > 0.02:
            raise ConvergenceError(
                f"a consolute point of the {phase} is needed near {start:.2f} K",
                found=f"{temperature:.2f} K, x = {x:.4g}",
            )
        return Invariant("consolute", temperature, (branch,), (x,))

    def _congruent(self, change: Change, span: tuple[float, float]) -> Invariant:
        left = change.more[0]
        compound, solution = left.right, phase_of(left.left)
        x = self.model.compounds[compound]

        def difference(temperature: float) -> float:
            t = np.array([temperature])
            terms = self.model.terms(t)
            return float(
                self.model.solution(solution, t).energy(np.array([x])).item() - np.asarray(terms[compound]).item()
            )

        temperature = _root(difference, span, f"congruent melting of {compound}")
        return Invariant("congruent", temperature, (left.left, compound), (x, x))


def _three_phase_kind(branches: tuple[str, str, str], *, cooling_splits: bool) -> str:
    """On cooling the middle phase splits (eutectic and its kin), or the outer two react to it (peritectic)."""
    liquid_outside = is_liquid(branches[0]) + is_liquid(branches[2])
    if cooling_splits and is_liquid(branches[1]):
        return "monotectic" if liquid_outside else "eutectic"
    if cooling_splits:
        return "metatectic" if liquid_outside else "eutectoid"
    return ("peritectoid", "peritectic", "syntectic")[liquid_outside]


def _root(function: Callable[[float], float], span: tuple[float, float], what: str) -> float:
    """Temperature (K) where a function changes sign in or near the range that the hull gave."""
    for width in _SEARCH_WIDTHS:
        a, b = span[0] - width, span[1] + width
        try:
            if function(a) * function(b) <= 0:
                return float(brentq(function, a, b, xtol=1e-10, rtol=1e-13))
        except ConvergenceError:  # no tangent at one end of a wider range
            continue
    raise ConvergenceError(
        f"the temperature of the {what} must lie near the hull's", found=f"{span[0]:.3f}-{span[1]:.3f} K"
    )
