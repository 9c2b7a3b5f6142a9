"""Gibbs energy, chemical potential and curvature of one phase at given temperatures and compositions."""

from __future__ import annotations

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array, CompositionLike, TemperatureLike, second_fraction, temperatures
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel, gibbs_model


def gibbs_energy(
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Gibbs energy of one phase, stable or not, against the stable pure elements.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``.
    composition
        Mole fraction of the second element (Na in Na-K and Li-Na, Li in Li-K), or an alloy. For a compound it must be the
        compound's composition.
    phase
        ``"liquid"``, ``"bcc_A2"`` or a compound of the system, ``"Na2K"``.
    system
        Shipped system or an assessment.

    Returns
    -------
    ndarray
        J mol-1 of atoms, broadcast shape.

    Raises
    ------
    PhysicsError
        For an unknown phase, a compound at another composition, or a temperature outside the functions' range.

    References
    ----------
    :cite:`Dinsdale1991`

    Examples
    --------
    >>> round(float(gibbs_energy("25 degC", 0.5)), 1)
    -678.2
    """
    model, t, x = _enter(temperature, composition, system)
    model.assessment.phase(phase)
    terms = model.terms(t)[phase]
    if isinstance(terms, SolutionTerms):
        return terms.energy(x)
    fixed = model.compounds[phase]
    if not np.allclose(x, fixed, rtol=0, atol=1e-9):
        raise PhysicsError(
            f"{phase} exists at mole fraction {fixed:.6g} of {model.assessment.elements[1]} only",
            found=f"{np.ravel(x)[0]:.6g}",
        )
    return np.broadcast_to(terms, np.broadcast_shapes(t.shape, x.shape)).copy()


def chemical_potential(
    element: str,
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Chemical potential of one element in one solution, against the stable pure element at the same temperature.

    Parameters
    ----------
    element
        Element of the system, for example ``"Na"``.
    temperature, composition, phase, system
        As :func:`gibbs_energy`; ``phase`` is a solution.

    Returns
    -------
    ndarray
        J mol-1, broadcast shape; minus infinity where the element is absent.

    Raises
    ------
    PhysicsError
        For another element, a compound, or a temperature outside the functions' range.

    Notes
    -----
    A *lower* value means a *higher* electrode potential, E = -mu/F.

    Examples
    --------
    >>> round(float(chemical_potential("Na", "25 degC", 0.5)))
    -426
    """
    model, t, x = _enter(temperature, composition, system)
    if element not in model.assessment.elements:
        raise PhysicsError(f"an element of {model.assessment.system} is needed", found=repr(element))
    index = model.assessment.elements.index(element)
    return model.solution(phase, t).potentials(x)[index]


def gibbs_curvature(
    temperature: TemperatureLike,
    composition: CompositionLike,
    phase: str = "liquid",
    *,
    system: str | Assessment = "Na-K",
) -> Array:
    """Second derivative of a solution's Gibbs energy with respect to mole fraction.

    Parameters
    ----------
    temperature, composition, phase, system
        As :func:`gibbs_energy`; ``phase`` is a solution.

    Returns
    -------
    ndarray
        J mol-1 of atoms; negative inside a spinodal, infinite at the pure elements.

    Raises
    ------
    PhysicsError
        For a compound, or a temperature outside the functions' range.
    """
    model, t, x = _enter(temperature, composition, system)
    stiffness = model.solution(phase, t).potentials(x)[2]
    with np.errstate(divide="ignore", over="ignore"):
        curvature: Array = stiffness / (x * (1 - x))
    return curvature


def _enter(
    temperature: TemperatureLike, composition: CompositionLike, system: str | Assessment
) -> tuple[BinaryModel, Array, Array]:
    assessment = load_assessment(system)
    return (
        gibbs_model(assessment),
        temperatures(temperature, assessment, stacklevel=4),
        second_fraction(composition, assessment),
    )
