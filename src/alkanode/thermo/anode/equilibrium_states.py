"""Equilibrium states of an alloy of two metals from tie lines, and the choice of the system for an alloy.

Paths and lever rules ask the same three questions of any system: which phases there are at a composition, where the
phases change along a ray of compositions, and where on that ray the liquid begins and ends. A binary system answers from
its tie-line tables, a ternary one from its equilibrium kernel (:mod:`alkanode.thermo.anode.ternary_states`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.anode.liquid_bounds import liquid_bounds
from alkanode.thermo.anode.states import EquilibriumSystem, LiquidExtent, Ray, States
from alkanode.thermo.anode.ternary_states import TernaryStates
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, gibbs_model

_BINARY = 2


class BinaryStates:
    """States of a binary system from its tie lines.

    Attributes
    ----------
    assessment, elements, phases
        The data, the order of the elements, the names of the phases.
    """

    def __init__(self, assessment: Assessment, suspended: tuple[str, ...]) -> None:
        self.assessment = assessment
        self.chart = phase_map(assessment, suspended)
        self.elements = assessment.elements
        self.phases = self.chart.branches

    def states(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> States:
        """Equilibria at temperatures that broadcast with the leading axes of ``x`` (..., element)."""
        second = x[..., 1]
        lines = (
            self.chart.tie_lines(temperature) if parameters is None else self.chart.tie_lines(temperature, parameters)
        )
        amounts = np.stack([lines.fraction(phase, second) for phase in self.phases], axis=-1)
        where = np.where(amounts > 0, second[..., None], np.nan)
        for place in range(len(lines.left)):
            left, right = lines.left[place], lines.right[place]
            inside = (second > left) & (second < right)
            for end, branch in ((left, lines.left_branch[place]), (right, lines.right_branch[place])):
                here = (inside & (branch >= 0))[..., None] & (branch[..., None] == np.arange(len(self.phases)))
                where = np.where(here, end[..., None], where)
        terms = gibbs_model(self.assessment).terms(temperature, parameters)
        potentials = lines.potentials(terms, second)
        return States(
            self.phases,
            amounts,
            np.stack([1 - where, where], axis=-1),
            np.stack(np.broadcast_arrays(*potentials), axis=-1),
        )

    def corners(self, temperature: float, ray: Ray) -> Array:
        """Shares of the metal at which the phases change, increasing."""
        lines = self.chart.tie_lines(np.array([temperature]))
        ends = np.concatenate([lines.left.ravel(), lines.right.ravel()])
        return np.unique(_share(ends[ends <= 1], ray))

    def liquid_extent(self, temperature: Array, ray: Ray, parameters: Parameters | None = None) -> LiquidExtent:
        """Where on the ray there is liquid; NaN at temperatures where no composition is liquid."""
        bounds = liquid_bounds(self.chart, temperature, parameters, may_be_absent=True)
        ends = (bounds.last_below, bounds.lower, bounds.upper, bounds.last_above)
        shares = [_share(end, ray) for end in (ends if ray.metal == 1 else reversed(ends))]
        return LiquidExtent(*shares)


def _share(x: Array, ray: Ray) -> Array:
    """Share of the ray's metal at mole fraction ``x`` of the second element."""
    return x if ray.metal == 1 else 1 - x


@functools.lru_cache(maxsize=32)
def equilibrium_system(assessment: Assessment, suspended: tuple[str, ...] = ()) -> EquilibriumSystem:
    """The system of an assessment of two or three elements, made once and kept."""
    if len(assessment.elements) == _BINARY:
        return BinaryStates(assessment, suspended)
    return TernaryStates(assessment, suspended)


def assessment_of(elements: Iterable[str], system: str | Assessment | None) -> Assessment:
    """The assessment that describes some metals: the one that is named, or the smallest shipped one that has them all.

    Raises
    ------
    PhysicsError
        When the named one lacks a metal, or none is shipped.
    """
    wanted = sorted(set(elements))
    if system is None:
        partner = {"Na": "K", "K": "Na", "Li": "Na"}
        if len(wanted) == 1 and wanted[0] in partner:
            wanted.append(partner[wanted[0]])
        return load_assessment("-".join(wanted))
    assessment = load_assessment(system)
    missing = [symbol for symbol in wanted if symbol not in assessment.elements]
    if missing:
        raise PhysicsError(
            f"an alloy and a working ion of {assessment.system} are needed",
            found=f"{', '.join(wanted)}, with {', '.join(missing)}",
            todo="Leave out system, and the one that has these metals is taken",
        )
    return assessment
