"""Equilibrium states of an alloy of two metals, from tie lines."""

from __future__ import annotations

import numpy as np

from alkanode.thermo.anode.equilibria.liquid_bounds import liquid_bounds
from alkanode.thermo.anode.equilibria.states import LiquidExtent, Ray, States
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.lever_rule import TieLines
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, gibbs_model


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
        lines = self._lines(temperature, parameters)
        amounts = np.stack([lines.fraction(phase, second) for phase in self.phases], axis=-1)
        where = np.where(amounts > 0, second[..., None], np.nan)
        for place in range(len(lines.left)):
            left, right = lines.left[place], lines.right[place]
            inside = (second > left) & (second < right)
            for end, branch in ((left, lines.left_branch[place]), (right, lines.right_branch[place])):
                here = (inside & (branch >= 0))[..., None] & (branch[..., None] == np.arange(len(self.phases)))
                where = np.where(here, end[..., None], where)
        potentials = self._potentials(lines, temperature, second, parameters)
        return States(self.phases, amounts, np.stack([1 - where, where], axis=-1), potentials)

    def potentials(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> Array:
        """Chemical potentials (..., element) at temperatures that broadcast with the leading axes of ``x`` (..., element)."""
        return self._potentials(self._lines(temperature, parameters), temperature, x[..., 1], parameters)

    def _lines(self, temperature: Array, parameters: Parameters | None) -> TieLines:
        return (
            self.chart.tie_lines(temperature) if parameters is None else self.chart.tie_lines(temperature, parameters)
        )

    def _potentials(self, lines: TieLines, temperature: Array, x: Array, parameters: Parameters | None) -> Array:
        terms = gibbs_model(self.assessment).terms(temperature, parameters)
        found: Array = np.stack(np.broadcast_arrays(*lines.potentials(terms, x)), axis=-1)
        return found

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
