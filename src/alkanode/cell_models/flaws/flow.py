r"""How fast metal leaves a flaw before the flaw grows: viscous, plastic and creeping flow in a slot (SI, arrays).

Plated with a current density i on its faces over the length c, a slot must pass the volume :math:`Q = (i V_m/F)\,c` per depth
through its width w. What the critical pressure can drive is the critical current density.

*Viscous* (Poiseuille flow between plates, :math:`Q = w^3 p/(12\mu c)`) with w at the critical pressure:

.. math:: i_c = \frac{F}{V_m}\frac{w^3 p_c}{12\mu c^2}
              = \frac{16 F (1-\nu^2)^3 K_{Ic}^4}{3\pi^2 Y^4 \mu V_m E^3 c}.

*Perfectly plastic*: a slot with sticking walls needs :math:`p = 2\tau c/w` with the shear yield stress
:math:`\tau = \sigma_y/\sqrt3` (von Mises). Its speed does not matter: flaws up to

.. math:: c^* = \frac{2\sqrt3\,(1-\nu^2) K_{Ic}^2}{\pi Y^2 E \sigma_y}

are emptied by the critical pressure, longer ones never. There is no current density in this law; that critical current densities
go as c* is an assumption which one measured metal must scale.

*Creeping*, :math:`\dot\varepsilon = \dot\varepsilon_0 (\sigma/\sigma_y)^n`: with
:math:`\dot\gamma = B\tau^n,\ B = 3^{(n+1)/2}\dot\varepsilon_0/\sigma_y^n` a slot passes
:math:`Q = \frac{2B}{n+2}(p/c)^n (w/2)^{n+2}`, so that

.. math:: i_c = \frac{F}{V_m c}\,\frac{2B}{n+2}\left(\frac{p_c}{c}\right)^n\left(\frac{w}{2}\right)^{n+2}\propto c^{-n}.

n = 1 with :math:`\sigma_y/\dot\varepsilon_0 = 3\mu` is the viscous law again (a test).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.materials.alloys import FARADAY_CONSTANT

Floats: TypeAlias = "npt.NDArray[np.float64]"


def viscous_current(pressure: Floats, width: Floats, length: Floats, viscosity: Floats, molar_volume: Floats) -> Floats:
    """Critical current density (A m-2) of a metal of a viscosity (Pa s)."""
    return FARADAY_CONSTANT / molar_volume * width**3 * pressure / (12 * viscosity * length**2)


def creeping_current(
    pressure: Floats,
    width: Floats,
    length: Floats,
    *,
    yield_stress: Floats,
    exponent: Floats,
    strain_rate: float,
    molar_volume: Floats,
) -> Floats:
    """Critical current density (A m-2) of a metal that creeps at ``strain_rate`` under its yield stress."""
    shear = 3 ** ((exponent + 1) / 2) * strain_rate
    passed = 2 * shear / (exponent + 2) * (pressure / length / yield_stress) ** exponent * (width / 2) ** (exponent + 2)
    current: Floats = FARADAY_CONSTANT / molar_volume * passed / length
    return current


def extrudable_length(
    toughness: Floats, modulus: Floats, yield_stress: Floats, poisson: float, geometry: float
) -> Floats:
    """Longest flaw (m) that the critical pressure empties of a perfectly plastic metal."""
    length: Floats = 2 * np.sqrt(3) * (1 - poisson**2) * toughness**2 / (np.pi * geometry**2 * modulus * yield_stress)
    return length
