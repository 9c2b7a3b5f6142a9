"""Observables in closed form: excess energies of one solution, and the initial slope of a solidus."""

from __future__ import annotations

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel, Parameters, gibbs_model

_WARMER = 1.0
_MELTING_GRID = 4001
_BESIDE = 0.5


def excess_energies(
    assessment: Assessment, phase: str, temperature: float, fractions: Array, parameters: Parameters, count: int
) -> tuple[Array, Array]:
    """Enthalpy of mixing and excess Gibbs energy of a binary solution against its pure elements in the same phase.

    Parameters
    ----------
    assessment
        A binary assessment.
    phase
        A solution.
    temperature
        K.
    fractions
        Mole fractions of both elements.
    parameters
        Other values of parameters, each of shape (count,) or a number.
    count
        Number of parameter sets.

    Returns
    -------
    tuple of ndarray
        Both in J mol-1 of atoms, shape (count,). The heat is G - T dG/dT, exact since interactions are linear in T.
    """
    model = gibbs_model(assessment)
    t = np.full(count, temperature)
    energy, warmer = (_excess(model, phase, each, fractions, parameters) for each in (t, t + _WARMER))
    return energy - temperature * (warmer - energy) / _WARMER, energy


def _excess(model: BinaryModel, phase: str, t: Array, fractions: Array, parameters: Parameters) -> Array:
    coefficients = model.interactions(phase, model.assessment.elements, t, parameters)
    z = fractions[0] - fractions[1]
    energy: Array = fractions.prod() * sum((c * z**v for v, c in enumerate(coefficients)), np.zeros_like(t))
    return energy


def solidus_slope(assessment: Assessment, element: str, parameters: Parameters, count: int) -> Array:
    r"""How fast the solid takes up the other element below the melting point of a pure element, \|dx/dT\| in K-1.

    Notes
    -----
    With the partition coefficient k = x(solid)/x(liquid) of the dilute solute and the entropy of fusion S of the
    element, van 't Hoff's law gives dx/dT = k S / ((1 - k) R T). The slope is written without the sign.

    Raises
    ------
    PhysicsError
        For an element without a melting point in the range of the functions.
    """
    model = gibbs_model(assessment)
    melting, entropy = _fusion(model, element)
    terms = model.terms(np.full(count, melting), parameters)
    liquid, solid = terms["liquid"], terms["bcc_A2"]
    if not (isinstance(liquid, SolutionTerms) and isinstance(solid, SolutionTerms)):
        raise PhysicsError("a liquid and a bcc solution are needed for a solidus", found=assessment.name)
    solvent = assessment.elements.index(element)
    z = 1.0 - 2.0 * solvent
    at_infinite_dilution = [
        phase.pure[1 - solvent] + sum((c * z**v for v, c in enumerate(phase.interaction)), np.zeros(count))
        for phase in (liquid, solid)
    ]
    partition = np.exp((at_infinite_dilution[0] - at_infinite_dilution[1]) / liquid.rt)
    slope: Array = np.abs(partition * entropy / ((1 - partition) * liquid.rt))
    return slope


def _fusion(model: BinaryModel, element: str) -> tuple[float, float]:
    """Melting point (K) and entropy of fusion (J mol-1 K-1) of a pure element.

    The functions change their form at the melting point and jump by some 1e-3 J mol-1 there, so that the entropy is a
    difference over a kelvin.
    """
    low, high = model.assessment.function_range
    t = np.linspace(low, high, _MELTING_GRID)

    def driving(kelvin: Array) -> Array:
        return model.unary(element, "bcc_A2", kelvin) - model.unary(element, "liquid", kelvin)

    energy = driving(t)
    crossing = np.flatnonzero((energy[:-1] < 0) & (energy[1:] >= 0))
    if not crossing.size:
        raise PhysicsError(
            f"a melting point of {element} in {low:g}-{high:g} K is needed", found=f"none in {model.assessment.name}"
        )
    i = int(crossing[0])
    melting = float(t[i] - energy[i] * (t[i + 1] - t[i]) / (energy[i + 1] - energy[i]))
    colder, warmer = driving(np.array([melting - _BESIDE, melting + _BESIDE]))
    return melting, float(warmer - colder) / (2 * _BESIDE)
