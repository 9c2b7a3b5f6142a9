"""What the materials of the virtual cell do to X-rays, and how much Na and K they hold.

The linear coefficient of an alloy is its density times the mass mean of those of Na and K. So over any mixture of
alloys the attenuation sums to (mu/rho)_Na m_Na + (mu/rho)_K m_K, and stripping Na of mass m lowers the sum by exactly
(mu/rho)_Na m, whatever phases appear.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import require
from alkanode.materials import Alloy
from alkanode.materials.attenuation import Substance, mass_attenuation, substance

_JOULE_PER_EV = 1.602176634e-19


@dataclass(frozen=True, slots=True)
class Phase:
    """A material of the virtual cell.

    Attributes
    ----------
    name
        ``"NaK50"``, ``"K"``, ``"NASICON"``, ...
    attenuation
        1/m.
    decrement
        Of the refractive index, 1.
    density
        kg m-3.
    potassium
        Mass fraction of K in an alloy or metal of Na and K; NaN for everything else.
    """

    name: str
    attenuation: float
    decrement: float
    density: float
    potassium: float = np.nan


VOID = Phase("void", 0.0, 0.0, 0.0)


@functools.cache
def phase(name: str, energy: float) -> Phase:
    """A material that does not change; ``energy`` in J.

    Raises
    ------
    PhysicsError
        For a material that :func:`alkanode.materials.attenuation.substance` does not know.
    """
    return VOID if name == "void" else _phase(name, substance(name), energy)


@functools.cache
def liquid(potassium: float, energy: float) -> Phase:
    """Na-K with a mass fraction of K; the pure metals are the solids. ``energy`` in J."""
    if potassium <= 0.0 or potassium >= 1.0:
        name = "K" if potassium >= 1.0 else "Na"
        return _phase(name, substance(name), energy, float(potassium >= 1.0))
    alloy = Alloy.from_mass_fractions(Na=1.0 - potassium, K=potassium)
    return _phase(f"NaK{100 * potassium:.0f}", substance(alloy), energy, potassium)


def _phase(name: str, found: Substance, energy: float, potassium: float = np.nan) -> Phase:
    mass = mass_attenuation(found, energy).value
    if mass is None:
        raise PhysicsError("a material with a known attenuation is needed", found=name)
    xraydb = require("xraydb", extra="tomography")
    formula = "".join(f"{symbol}{amount:.9f}" for symbol, amount in found.amounts)
    rho = found.density.value
    delta = float(xraydb.xray_delta_beta(formula, 1e-3 * rho, energy / _JOULE_PER_EV)[0])
    return Phase(name, mass * rho, delta, rho, potassium)
