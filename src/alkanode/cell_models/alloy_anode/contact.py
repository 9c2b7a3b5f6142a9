r"""Contact of the alloy with the electrolyte, and the constriction of the current at its spots.

The contact share follows what gives sodium (liquid and solid sodium; for plating all metal) in the first volume of the cloth:
:math:`\theta = \theta_0 (\varphi/\varphi_0)^m`. Round spots of radius a at one potential give

.. math:: R_c = \frac{\pi \rho a}{4 \theta}\,\psi(\sqrt\theta), \qquad
          \psi(e) = 1 - 1.40978\,e + 0.34406\,e^3 + 0.04305\,e^5 + 0.02271\,e^7

the series of :mod:`alkanode.impedance.interface.constriction`, whose coefficients are used here.
"""

from __future__ import annotations

from typing import Any

from alkanode.cell_models.host import pybamm
from alkanode.impedance.interface.constriction import COEFFICIENTS

EXPONENT = "Contact exponent"
SPOT = "Contact spot radius [m]"
CONDUCTIVITY = "Electrolyte conductivity [S.m-1]"
DEWETTING_CHARGE = "Dewetting charge [C.m-2]"

FULL = 0.9999
"""Largest contact share: full contact, where the series is 0 within its own error."""

SMALLEST = 1e-7
"""Contact share that is left in a division when all contact is lost."""


def contact_share(share: Any, filled: Any, fresh: Any, get: Any) -> Any:
    """Contact share of a phase that fills ``share`` of the first volume, where ``filled`` touches over ``fresh``."""
    pb = pybamm()
    power = get(EXPONENT)
    left = pb.maximum(share / filled, SMALLEST) ** power - SMALLEST**power  # nothing touches where nothing is left
    return pb.minimum(fresh * left, FULL)


def sodium_left(composition: Any, lowest: Any) -> Any:
    """Share of the contact that gives sodium, from the mole fraction of sodium in the liquid and the least that a path of phases leads to.

    1 from half of that least fraction on; below, in proportion. Liquid potassium that waits to precipitate touches, but has no
    sodium to give.
    """
    pb = pybamm()
    return pb.minimum(2 * pb.maximum(composition, 0) / lowest, 1)


def constriction_resistance(active: Any, get: Any) -> Any:
    """Resistance of the electrolyte below its contact spots, ohm m2 of electrode."""
    pb = pybamm()
    theta = pb.maximum(pb.minimum(active, FULL), SMALLEST)
    e = pb.sqrt(theta)
    square = theta
    factor, power = 1, e
    for coefficient in COEFFICIENTS:
        factor = factor + coefficient * power
        power = power * square
    return 3.141592653589793 * get(SPOT) / (4 * get(CONDUCTIVITY) * theta) * pb.maximum(factor, 0)


def wetting_rate(wetted: Any, stripped: Any, get: Any) -> Any:
    """Change of the wetted share with a current density that strips (positive): lost, and not given back, 1/s."""
    return -wetted * pybamm().maximum(stripped, 0) / get(DEWETTING_CHARGE)
