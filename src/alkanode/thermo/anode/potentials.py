"""Equilibrium potential of an alloy electrode against the pure metal of the working ion."""

from __future__ import annotations

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import working_metal
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.conditions import Array, CompositionLike, TemperatureLike, second_fraction, temperatures
from alkanode.thermo.gibbs.model import gibbs_model


def electrode_potential(
    temperature: TemperatureLike,
    composition: CompositionLike,
    ion: str = "Na+",
    *,
    system: str | Assessment = "Na-K",
    suspend: tuple[str, ...] = (),
) -> Array:
    """Potential of an alloy at equilibrium against the pure metal of the working ion.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``.
    composition
        Overall mole fraction of Na (0-1), or an alloy.
    ion
        ``"Na+"`` or ``"K+"``.
    system
        Shipped system or an assessment.
    suspend
        Compounds kept out of equilibrium.

    Returns
    -------
    ndarray
        V, zero or more, broadcast shape; flat where two phases coexist, infinite where the metal is absent.

    Raises
    ------
    PhysicsError
        For another ion, a temperature outside the functions' range or a composition that is none.

    Notes
    -----
    E = -(mu - mu of the stable pure metal)/F. Only potentials of *one* metal are compared here: E of Na and E of K have
    different zeros, and their difference needs standard potentials in the electrolyte at hand.

    Examples
    --------
    >>> round(1e3 * float(electrode_potential("25 degC", 0.5)), 1)
    4.4
    """
    assessment = load_assessment(system)
    metal = alloy_metal(ion, assessment)
    t = temperatures(temperature, assessment)
    x = second_fraction(composition, assessment)
    return potential_kernel(phase_map(assessment, tuple(suspend)), t, x, assessment.elements.index(metal))


def potential_kernel(chart: PhaseMap, temperature: Array, x: Array, index: int) -> Array:
    """Potential (V) against pure element number ``index`` at mole fraction ``x`` of the second element."""
    terms = gibbs_model(chart.assessment).terms(temperature)
    potential: Array = -chart.tie_lines(temperature).potentials(terms, x)[index] / FARADAY_CONSTANT
    return potential + 0.0  # turns -0.0 into 0.0


def alloy_metal(ion: str, assessment: Assessment) -> str:
    """The metal of a working ion, which must be part of the system.

    Raises
    ------
    PhysicsError
        When it is not.
    """
    metal = working_metal(ion)
    if metal not in assessment.elements:
        raise PhysicsError(
            f"a working ion of {assessment.system} is needed",
            found=repr(ion),
            todo=f"Write {' or '.join(repr(f'{symbol}+') for symbol in assessment.elements)}",
        )
    return metal
