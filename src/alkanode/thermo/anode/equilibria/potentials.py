"""Potential of every metal of an alloy against its own pure metal, with what the assessment's uncertainty makes of it."""

from __future__ import annotations

import numpy as np

from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.equilibria.system import equilibrium_system
from alkanode.thermo.anode.uncertainty.assessment_spread import draws_of
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array


def against_pure_metal(chemical_potential: Array) -> Array:
    """Potential (V) of a metal of singly charged ions against itself when pure, from J mol-1 against the pure metal."""
    potential: Array = -chemical_potential / FARADAY_CONSTANT
    return potential + 0.0  # turns -0.0 into 0.0


def equilibrium_potentials(assessment: Assessment, temperature: Array, x: Array, suspended: tuple[str, ...]) -> Array:
    """Potentials (..., element), V, at temperatures (K) that broadcast with the leading axes of ``x`` (..., element).

    Infinite where a metal is absent, 0 for a pure metal, flat where as many phases as metals coexist.
    """
    return _potential(equilibrium_system(assessment, suspended).potentials(temperature, x), x)


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
    mu = equilibrium_system(assessment, suspended).potentials(np.full((count, 1), temperature), x, parameters)
    return _potential(mu, x)


def _potential(mu: Array, x: Array) -> Array:
    return np.where(x > 0, against_pure_metal(mu), np.inf)
