r"""A metal-filled flaw as a crack under inner pressure: what opens it, what overpotential builds that pressure (SI, arrays).

A straight crack of length c, loaded by a pressure p on its faces, grows when

.. math:: K = Y p \sqrt{\pi c} = K_{Ic} \quad\Rightarrow\quad p_c = \frac{K_{Ic}}{Y\sqrt{\pi c}}

(Griffith, Irwin). Plating into it works against the pressure: per mole of metal the work is :math:`p V_m`, which an
overpotential pays with :math:`F\eta`. So it can build up :math:`p = F\eta/V_m` at most, and below

.. math:: \eta_c = \frac{V_m}{F}\,p_c

no flaw of that length grows, however slowly the metal flows away. The mouth of a crack under uniform pressure opens by
:math:`w = 4(1-\nu^2) p c/E` (plane strain, elastic, exact for a crack in an infinite body).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.materials.alloys import FARADAY_CONSTANT

Floats: TypeAlias = "npt.NDArray[np.float64]"


def critical_pressure(toughness: Floats, length: Floats, geometry: float) -> Floats:
    """Pressure (Pa) at which a flaw grows, from fracture toughness (Pa m0.5), length (m) and the factor Y."""
    return toughness / (geometry * np.sqrt(np.pi * length))


def pressure_of(overpotential: Floats, molar_volume: Floats) -> Floats:
    """Largest pressure (Pa) that an overpotential (V) builds up in a metal of a molar volume (m3 mol-1)."""
    return FARADAY_CONSTANT * overpotential / molar_volume


def overpotential_of(pressure: Floats, molar_volume: Floats) -> Floats:
    """Overpotential (V) that a pressure (Pa) needs."""
    return pressure * molar_volume / FARADAY_CONSTANT


def opening(pressure: Floats, length: Floats, modulus: Floats, poisson: float) -> Floats:
    """Opening (m) of the mouth of a crack under inner pressure."""
    return 4 * (1 - poisson**2) * pressure * length / modulus
