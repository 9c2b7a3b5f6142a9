r"""The interface on the side of the alloy: liquid contact, sodium islands, and the bare coating beside them.

All lie in parallel at one potential E against sodium metal (U: potential of the liquid, g = 1/r_ct):

.. math:: i_l = g\,\theta\,(E - U), \quad i_m = g\,f\,E, \quad i_b = g\,(1-\theta-f-\theta_K)\,s(E)\,\min(E, 0), \quad
          i_K = g\,\theta_K\,s_K(E)\,\min(E - U, 0)

s rises from 0 to 1 below minus the nucleation overpotential: the tin-derived coating conducts electrons everywhere, so sodium
plates beside the liquid, but can be stripped only where sodium is. Solid potassium (theta_K) takes sodium up as liquid, below U less
the same overpotential, and gives none. A share kappa of what is plated on islands and on the bare
coating stays as islands (charge q per area); the rest enters the liquid. Islands cover
:math:`f = (1-\theta-\theta_K)\,q/(q+q_c)`. What finds no room in full pores joins them as a layer that lifts the cloth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alkanode.cell_models.host import pybamm

CAPTURE = "Island capture share"
COVERAGE_CHARGE = "Island coverage charge [C.m-2]"
TRANSFER_RESISTANCE = "Charge transfer resistance [Ohm.m2]"
NUCLEATION = "Nucleation overpotential [V]"
CAPACITANCE = "Interface capacitance [F.m-2]"

NUCLEATION_WIDTH = 0.005
"""V over which plating beside the liquid sets in: a fifth of the thermal voltage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceCurrents:
    """Current densities per area of electrode (A m-2, positive strips), and what became of the plated charge.

    Attributes
    ----------
    liquid, islands, bare, solid
        Through the liquid, from or onto islands, onto the bare coating, onto solid potassium.
    into_islands
        Rate of the island charge without overflow, A m-2.
    from_liquid
        What the liquid gives (positive) or receives, A m-2.
    active
        Share of the interface that carries the current.
    """

    liquid: Any
    islands: Any
    bare: Any
    solid: Any
    into_islands: Any
    from_liquid: Any
    active: Any

    @property
    def total(self) -> Any:
        """Their sum."""
        return self.liquid + self.islands + self.bare + self.solid


def island_share(charge: Any, metal: Any, get: Any) -> Any:
    """Share of the interface that islands cover, beside what other metal touches."""
    pb = pybamm()
    some = pb.maximum(charge, 0)
    return (1 - metal) * some / (some + get(COVERAGE_CHARGE))


def interface_currents(
    potential: Any,
    liquid_potential: Any,
    theta: Any,
    covered: Any,
    solid: Any,
    conductance: Any,
    *,
    keeps: bool,
    get: Any,
) -> InterfaceCurrents:
    """Current densities at an interface potential.

    Parameters
    ----------
    potential, liquid_potential
        Of the interface and of the liquid at equilibrium, V against sodium.
    theta, covered, solid
        Shares of the interface that touch liquid (or solid sodium), islands, solid potassium.
    conductance
        Of full contact, S m-2.
    keeps
        Whether part of the plated sodium stays as islands.
    get
        Gives the symbol of a parameter.
    """
    pb = pybamm()
    liquid = conductance * theta * (potential - liquid_potential)
    islands = conductance * covered * potential
    ready = pb.sigmoid(potential, -get(NUCLEATION), 1 / NUCLEATION_WIDTH)
    takes = pb.sigmoid(potential, liquid_potential - get(NUCLEATION), 1 / NUCLEATION_WIDTH)
    bare_share = 1 - theta - covered - solid
    bare = conductance * bare_share * ready * pb.minimum(potential, 0)
    onto_solid = conductance * solid * takes * pb.minimum(potential - liquid_potential, 0)
    plated = pb.minimum(islands, 0) + bare
    kept = get(CAPTURE) if keeps else 0
    return InterfaceCurrents(
        liquid=liquid,
        islands=islands,
        bare=bare,
        solid=onto_solid,
        into_islands=-pb.maximum(islands, 0) - kept * plated,
        from_liquid=liquid + onto_solid + (1 - kept) * plated,
        active=theta + covered + bare_share * ready + solid * takes,
    )
