r"""Which part of each metal is liquid at a depth.

Lever rule at both ends of the liquid field (x_K and x_Na: mole fractions of sodium at the potassium and the sodium
liquidus), with the solids taken as pure:

.. math:: u_{K,l} = \min\left(u_K,\; u_{Na}\frac{1-x_K}{x_K}\right), \qquad
          u_{Na,l} = \min\left(u_{Na},\; u_K\frac{x_{Na}}{1-x_{Na}}\right)

With a nucleation barrier the solid potassium is a state: it grows towards the lever rule at a rate k_p only where the liquid
is supersaturated by more than the barrier, or where solid already lies; it always may dissolve.
"""

from __future__ import annotations

from typing import Any

from alkanode.cell_models.alloy_anode.thermodynamics import POTASSIUM_LIQUIDUS, SODIUM_LIQUIDUS
from alkanode.cell_models.host import pybamm

BARRIER = "Nucleation barrier"
RATE = "Precipitation rate [s-1]"

ROUNDING = 5e-4
"""Relative width over which the two branches of the lever rule join: less than 0.03 % of the metal, and a smooth Jacobian."""

SEED = 1e-3
"""Share of potassium that as a solid counts as a seed on which more grows."""

TRACE = 1e-2
"""mol m-3 of liquid metal that is no liquid yet: dry potassium metal has no composition to be supersaturated."""

SHARPNESS = 2e-3
"""Mole fraction over which the barrier gives way."""


def rounded_minimum(a: Any, b: Any) -> Any:
    """Smaller of two contents, rounded where they meet; exactly 0 where one is 0, never above either, never below 0."""
    pb = pybamm()
    product = pb.maximum(a * b, 0)
    return (a + b - pb.sqrt((a - b) ** 2 + ROUNDING**2 * product)) / 2


def liquid_contents(sodium: Any, potassium: Any, get: Any) -> tuple[Any, Any]:
    """Contents of sodium and potassium in the liquid at equilibrium, mol per cubic metre of cloth."""
    x_k, x_na = get(POTASSIUM_LIQUIDUS), get(SODIUM_LIQUIDUS)
    liquid_sodium = rounded_minimum(sodium, potassium * (x_na / (1 - x_na)))
    liquid_potassium = rounded_minimum(potassium, sodium * ((1 - x_k) / x_k))
    return liquid_sodium, liquid_potassium


def solid_growth(sodium: Any, potassium: Any, solid: Any, room: Any, get: Any) -> Any:
    """Rate at which solid potassium forms (positive) or dissolves where nucleation is held back, mol m-3 s-1.

    Dissolving swells, so it stops where there is no room (1 to 0) for it.
    """
    pb = pybamm()
    _, at_equilibrium = liquid_contents(sodium, potassium, get)
    missing = (potassium - at_equilibrium) - solid
    liquid = potassium - solid
    short_of = get(POTASSIUM_LIQUIDUS) - sodium / (sodium + pb.maximum(liquid, 0) + TRACE)
    open_barrier = pb.sigmoid(get(BARRIER), short_of, 1 / SHARPNESS)
    share = pb.maximum(solid / potassium, 0)
    seeded = share / (share + SEED)
    gate = pb.maximum(open_barrier, seeded)
    return get(RATE) * (pb.maximum(missing, 0) * gate + pb.minimum(missing, 0) * room)
