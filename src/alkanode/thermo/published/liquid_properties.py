r"""Answers from properties of the liquid: diffusion, and what pressure does to the liquidus.

A solid solution of composition :math:`x_S` and a liquid stand in equilibrium at a pressure p where for both metals

.. math:: \mu_i^L + p \bar V_i^L = \mu_i^S(x_S) + p V_i^S

with partial molar volumes that are taken as constant.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from alkanode.materials import Alloy, self_diffusion
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import density_sources, element_density, excess_volumes, molar_volume
from alkanode.materials.properties.diffusivities import sodium_rule
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.functions import chemical_potential
from alkanode.thermo.published.figure import Answer, digits

ELEMENTS = ("K", "Na")
"""Order of the metals in arrays here."""

_STEP = 1e-4
_SOLID_SPREAD = 0.005
_TWICE = 2.0
_LEAST_GUEST, _MOST_GUEST = 1e-6, 0.2
_LARGEST_SHIFT = 30.0


def diffusion(*, draws: int, alloy: str, kelvin: float, unit: float) -> Answer:
    """Self-diffusion of sodium in liquid Na-K, in ``unit`` m2 s-1."""
    del draws
    estimate = self_diffusion(alloy, kelvin, species="Na")
    low, high = estimate.interval or (math.nan, math.nan)
    return Answer(
        value=(math.nan if estimate.value is None else estimate.value) / unit,
        label=estimate.label,
        remark=f"twice the standard uncertainty covers {digits(low / unit)} to {digits(high / unit)}",
        sources=(sodium_rule().origin.source,),
    )


def freezing_pressure(*, draws: int, alloy: str, solid: str, celsius: float) -> Answer:
    """Pressure (MPa) at which the first solid, rich in one metal, appears in a liquid alloy."""
    del draws
    kelvin = celsius + 273.15
    x = Alloy.from_name(alloy).composition.mole_fraction("Na")
    change, spread = _melting_volume(kelvin, x)
    here = ELEMENTS.index(solid)
    low, high = (
        _pressure(kelvin, x, solid, change + sign * _TWICE * spread * (np.arange(2) == here)) / 1e6 for sign in (1, -1)
    )
    system = load_assessment("Na-K")
    return Answer(
        value=_pressure(kelvin, x, solid, change) / 1e6,
        label=f"{system.label}; densities, those of the liquid metals below their melting points; nothing is compressible",
        remark=f"{solid} takes {1e6 * change[here]:.2f} +- {1e6 * spread[here]:.2f} cm3 mol-1 more room in the liquid; "
        f"the densities alone allow {digits(low)} to {digits(high)} MPa; Na2K is left out, its volume is not known",
        sources=(*system.sources, *density_sources(ELEMENTS, "liquid")),
    )


def liquidus_shift(*, draws: int, solid: str, celsius: float, megapascals: float) -> Answer:
    """Shift (K) of the liquidus of one metal under a pressure, at the composition of the liquidus without it."""
    del draws
    kelvin = celsius + 273.15
    side = "upper" if solid == "K" else "lower"
    x = 1 - liquid_window("Na-K", kelvin, draws=0).mole_fraction.sel(side=side).item()

    def excess(shift: float) -> float:
        change, _ = _melting_volume(kelvin + shift, x)
        return _pressure(kelvin + shift, x, solid, change) / 1e6 - megapascals

    shift = brentq(excess, 0.0, _LARGEST_SHIFT)
    system = load_assessment("Na-K")
    return Answer(
        value=shift,
        label=f"{system.label}; densities, those of the liquid metals below their melting points; nothing is compressible",
        remark=f"{digits(100 * shift / megapascals)} K per 100 MPa",
        sources=(*system.sources, *density_sources(ELEMENTS, "liquid")),
    )


def _pressure(kelvin: float, sodium: float, solid: str, change: Array) -> float:
    """Pressure (Pa) at which a liquid meets a bcc solution; ``change`` is the volume (K, Na) that melting takes."""

    def potentials(x: float, phase: str) -> Array:
        return np.array([float(chemical_potential(symbol, kelvin, x, phase)) for symbol in ELEMENTS])

    liquid = potentials(sodium, "liquid")
    here = ELEMENTS.index(solid)

    def pressures(guest: float) -> Array:
        x = 1 - guest if solid == "Na" else guest
        found: Array = (potentials(x, "bcc_A2") - liquid) / change
        return found

    def misfit(guest: float) -> float:
        needed = pressures(guest)
        return float((needed[1 - here] - needed[here]) * change[1 - here])

    return float(pressures(brentq(misfit, _LEAST_GUEST, _MOST_GUEST))[here])


def _melting_volume(kelvin: float, sodium: float) -> tuple[Array, Array]:
    """Volume (m3 mol-1; K, Na) that each metal gains on entering the liquid, and its standard uncertainty."""

    def volume(x: float) -> float:
        return float(molar_volume(kelvin, [1 - x, x], ELEMENTS, "liquid"))

    slope = (volume(sodium + _STEP) - volume(sodium - _STEP)) / (2 * _STEP)
    partial = volume(sodium) + slope * np.array([-sodium, 1 - sodium])
    solid = np.array(
        [element(symbol).molar_mass.value / float(element_density(symbol, kelvin, "solid")) for symbol in ELEMENTS]
    )
    liquid = next(pair.origin.uncertainty for pair in excess_volumes() if set(pair.elements) == set(ELEMENTS))
    spread: Array = np.hypot(liquid * partial, _SOLID_SPREAD * solid)
    return partial - solid, spread


QUESTIONS = {
    "diffusion": diffusion,
    "freezing pressure": freezing_pressure,
    "shift of the liquidus": liquidus_shift,
}
