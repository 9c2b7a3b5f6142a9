"""Potential of every metal of an alloy against its own pure metal, with what the assessment's uncertainty makes of it."""

from __future__ import annotations

import numpy as np

from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.assessment_spread import draws_of
from alkanode.thermo.anode.equilibrium_states import equilibrium_system
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array


def equilibrium_potentials(assessment: Assessment, temperature: Array, x: Array, suspended: tuple[str, ...]) -> Array:
    """Potentials (..., element), V, at temperatures (K) that broadcast with the leading axes of ``x`` (..., element).

    Infinite where a metal is absent, 0 for a pure metal, flat where as many phases as metals coexist.
    """
    mu = equilibrium_system(assessment, suspended).states(temperature, x).potential
    return _potential(mu, x)


def potential_draws(
    assessment: Assessment, temperature: float, x: Array, suspended: tuple[str, ...], count: int
) -> Array | None:
    """Potentials (draw, state, element), V, over the assessment's parameters at one temperature.

    NaN where a draw has no equilibrium of the phases that are stable with the assessment's own parameters; ``None``
    where the assessment states no uncertainty or no draws are wanted.
    """
    drawn = draws_of(assessment, count)
    if drawn is None:
        return None
    parameters = {name: values[:, None] for name, values in drawn.items()}
    states = equilibrium_system(assessment, suspended).states(np.full((count, 1), temperature), x, parameters)
    return _potential(states.potential, x)


def _potential(mu: Array, x: Array) -> Array:
    potential: Array = np.where(x > 0, -mu / FARADAY_CONSTANT, np.inf)
    return potential + 0.0  # turns -0.0 into 0.0
