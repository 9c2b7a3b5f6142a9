"""Equilibrium potential of an alloy electrode against the pure metal of the working ion."""

from __future__ import annotations

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition, working_metal
from alkanode.thermo.anode.equilibria.alloys import alloy_states
from alkanode.thermo.anode.equilibria.potentials import equilibrium_potentials
from alkanode.thermo.anode.equilibria.system import assessment_of
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array, CompositionLike, TemperatureLike, second_fraction, temperatures

_BINARY = 2


def electrode_potential(
    temperature: TemperatureLike,
    composition: CompositionLike,
    ion: str = "Na+",
    *,
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
) -> Array:
    """Potential of an alloy at equilibrium against the pure metal of the working ion.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``.
    composition
        An alloy; or overall mole fractions (0-1) of the second element of a binary system (Na in Na-K), or over a last axis
        of all elements of a ternary system in its order (K, Li, Na).
    ion
        ``"Na+"``, ``"K+"`` or ``"Li+"``.
    system
        Shipped system or an assessment. ``None`` takes the smallest that holds an alloy's elements and the ion's metal, and
        Na-K for numbers.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    ndarray
        V, zero or more, broadcast shape; flat where two phases coexist (in a binary system), infinite where the metal is absent.

    Raises
    ------
    PhysicsError
        For another ion, a temperature outside the functions' range or a composition that is none.

    Notes
    -----
    E = -(mu - mu of the stable pure metal)/F. Only potentials of *one* metal are compared here: E of Na and E of K have
    different zeros, and their difference needs standard potentials in the electrolyte at hand
    (:func:`alkanode.thermo.alloy_potentials`).

    Examples
    --------
    >>> round(1e3 * float(electrode_potential("25 degC", 0.5)), 1)
    4.4
    """
    assessment = load_assessment("Na-K") if system is None else load_assessment(system)
    if system is None and isinstance(composition, Alloy | Composition):
        content = composition.composition if isinstance(composition, Alloy) else composition
        assessment = assessment_of({*content.elements, working_metal(ion)}, None)
    metal = working_metal(ion)
    if metal not in assessment.elements:
        raise PhysicsError(
            f"a working ion of {assessment.system} is needed",
            found=repr(ion),
            todo=f"Write {' or '.join(repr(f'{symbol}+') for symbol in assessment.elements)}",
        )
    t = temperatures(temperature, assessment)
    x = _all_fractions(composition, assessment)
    potential = equilibrium_potentials(assessment, t, x, phase_names(suspend))
    of_metal: Array = potential[..., assessment.elements.index(metal)]
    return of_metal


def _all_fractions(composition: CompositionLike, assessment: Assessment) -> Array:
    """Mole fractions over a last axis of all elements."""
    if len(assessment.elements) == _BINARY:
        second = second_fraction(composition, assessment)
        return np.stack([1 - second, second], axis=-1)
    if isinstance(composition, Alloy | Composition):
        x: Array = alloy_states(composition, assessment)[1][0]
        return x
    given = np.asarray(composition, dtype=np.float64)
    if given.ndim == 0:
        raise PhysicsError(
            f"mole fractions over a last axis of {', '.join(assessment.elements)} are needed", found=f"{given:g}"
        )
    flat = given.reshape(-1, given.shape[-1])
    return alloy_states(flat, assessment)[1].reshape(given.shape)
