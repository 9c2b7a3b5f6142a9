r"""Liquid Na-K in the cell model: potential of sodium, ends of the liquid field, volumes.

One expression serves numbers and PyBaMM symbols. With x the mole fraction of sodium, z = 1 - 2x and
S = sum_v L_v z^v (Redlich-Kister),

.. math:: \mu_{Na} = g_{Na} + RT \ln x + x(1-x) S + (1-x)\left[z S + x(1-x) S'\right], \qquad U = -\mu_{Na}/F

is the closed form of what :mod:`alkanode.thermo` computes; its coefficients, and the two liquidus compositions, are read
from the shipped assessment at the temperature, never typed.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.constants import physical_constants

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import element_density, excess_volumes
from alkanode.thermo.anode.equilibria.liquid_bounds import liquid_bounds
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.conditions import temperatures
from alkanode.thermo.gibbs.model import gibbs_model

SYSTEM = "Na-K"
FARADAY = float(physical_constants["Faraday constant"][0])

POTASSIUM_LIQUIDUS = "Sodium mole fraction at potassium liquidus"
SODIUM_LIQUIDUS = "Sodium mole fraction at sodium liquidus"
GAS_ENERGY = "Gas constant times temperature [J.mol-1]"
SODIUM_ENERGY = "Energy of liquid sodium against solid [J.mol-1]"
ORDERS = 3
INTERACTIONS = tuple(f"Interaction of order {order} in liquid [J.mol-1]" for order in range(ORDERS))
SODIUM_VOLUME = "Molar volume of sodium in liquid [m3.mol-1]"
POTASSIUM_VOLUME = "Molar volume of potassium in liquid [m3.mol-1]"
MIXING_VOLUME = "Excess molar volume of liquid [m3.mol-1]"
SOLID_SODIUM_VOLUME = "Molar volume of solid sodium [m3.mol-1]"
SOLID_POTASSIUM_VOLUME = "Molar volume of solid potassium [m3.mol-1]"

NO_LIQUID = 1e-6
"""mol m-3 added where one divides by the metal in the liquid, of which there may be none."""

SOURCES = ("AlkanodeFit", "Foust1972", "AlkanodeFitNaKVolume")


@functools.lru_cache(maxsize=64)
def _values(temperature: float) -> tuple[tuple[str, float], ...]:
    assessment = load_assessment(SYSTEM)
    t = np.array([temperature])
    model = gibbs_model(assessment)
    liquid = model.solution("liquid", t)
    if len(liquid.interaction) > ORDERS:
        raise PhysicsError(
            f"the cell model takes {ORDERS} interactions of the liquid", found=f"{len(liquid.interaction)} in {SYSTEM}"
        )
    interactions = [float(one[0]) for one in liquid.interaction] + [0.0] * (ORDERS - len(liquid.interaction))
    bounds = liquid_bounds(phase_map(assessment, ()), t)
    (pair,) = (one for one in excess_volumes() if set(one.elements) == {"Na", "K"})

    def volume(symbol: str, phase: str) -> float:
        return float(element(symbol).molar_mass.value / element_density(symbol, temperature, phase))

    found = {
        GAS_ENERGY: float(liquid.rt[0]),
        SODIUM_ENERGY: float(liquid.pure[1][0]),
        **dict(zip(INTERACTIONS, interactions, strict=True)),
        POTASSIUM_LIQUIDUS: float(bounds.lower[0]),
        SODIUM_LIQUIDUS: float(bounds.upper[0]),
        SODIUM_VOLUME: volume("Na", "liquid"),
        POTASSIUM_VOLUME: volume("K", "liquid"),
        MIXING_VOLUME: float(pair.constant),
        SOLID_SODIUM_VOLUME: volume("Na", "solid"),
        SOLID_POTASSIUM_VOLUME: volume("K", "solid"),
    }
    return tuple(found.items())


def thermodynamic_values(temperature: float) -> dict[str, float]:
    """Everything that the model takes from thermodynamics and densities at a temperature.

    Parameters
    ----------
    temperature
        K.

    Returns
    -------
    dict
        Parameter name -> SI number: the two liquidus compositions (mole fraction of sodium), RT, the energy of liquid
        sodium against solid, the interactions of the liquid, molar volumes in the liquid and of the solids.

    Raises
    ------
    PhysicsError
        Outside the range of the functions, and where no composition is liquid.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    """
    temperatures(temperature, load_assessment(SYSTEM), stacklevel=3)
    return dict(_values(float(temperature)))


def sodium_chemical_potential(x: Any, get: Callable[[str], Any], log: Callable[[Any], Any]) -> Any:
    """Chemical potential of sodium in the liquid against solid sodium, J mol-1.

    Parameters
    ----------
    x
        Mole fraction of sodium: number, array or symbol.
    get
        Gives the value (number or symbol) of a parameter by its name.
    log
        Natural logarithm for the kind of ``x``.
    """
    z, product = 1 - 2 * x, x * (1 - x)
    level, slope, power = 0, 0, 1
    lower_power = 0
    for order, name in enumerate(INTERACTIONS):
        coefficient = get(name)
        level = level + coefficient * power
        slope = slope - 2 * order * coefficient * lower_power
        lower_power, power = power, power * z
    excess = product * level + (1 - x) * (z * level + product * slope)
    return get(SODIUM_ENERGY) + get(GAS_ENERGY) * log(x) + excess


def liquid_volume(sodium: Any, potassium: Any, get: Callable[[str], Any]) -> Any:
    """Volume of liquid that holds contents of both metals (mol m-3 each), per volume: ideal volumes and one excess term."""
    mixing = get(MIXING_VOLUME) * sodium * potassium / (sodium + potassium + NO_LIQUID)
    return sodium * get(SODIUM_VOLUME) + potassium * get(POTASSIUM_VOLUME) + mixing


def quiet_values(temperature: float) -> dict[str, float]:
    """As :func:`thermodynamic_values`, without the warning about extrapolation (the caller has given it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        return thermodynamic_values(temperature)
