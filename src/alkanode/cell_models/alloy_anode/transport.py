r"""How sodium (and potassium) move through the cloth; fluxes in mol m-2 s-1 towards the collector.

Effective diffusion, the default: potassium stays, sodium follows its own content in the liquid,

.. math:: N = -D\,(\varphi/\varphi_0)^n \, \left(\partial_z u_{Na,l} + g\, u_p\, \partial_z B\right)

Film drainage: the liquid flows as a whole, with its composition, and evens that out by diffusion,

.. math:: q = -D_f (\varphi/\varphi_0)^n \, \partial_z\left(\varphi + u_p V_{Na} B\right), \qquad
          N_j = q\, c_j - D_l\, \bar\varphi\, \partial_z c_j

B rises where the pores are full (void below a small share of the pores): what is plated is then pressed to emptier depths.

A flux takes from the volume it leaves and asks for room in the volume it enters. What it carries (:math:`c_j`, and the share g
of liquid that still gives) is that of the volume it leaves, and runs out with its liquid, so no content falls below 0. It is
multiplied by the room of the volume it enters, which is 0 before the void is. Since more of either metal always takes more
volume, a full volume can only empty: the void stays above 0. The mean :math:`\bar\varphi` is harmonic, for a liquid mixes only
with a liquid.
"""

from __future__ import annotations

from typing import Any

from alkanode.cell_models.alloy_anode.thermodynamics import SODIUM_VOLUME
from alkanode.cell_models.host import pybamm

REFERENCE_COMPOSITION = "Transport reference potassium mass fraction"
TRANSPORT = "Sodium transport coefficient [m2.s-1]"
SLOPE = "Transport coefficient composition slope"
EXPONENT = "Relative permeability exponent"
DRAINAGE = "Film drainage coefficient [m2.s-1]"
LIQUID_DIFFUSIVITY = "Liquid sodium diffusivity [m2.s-1]"
FULL_PORE_DRIVE = "Full pore drive [mol.m-3]"
FULL_PORE_VOID = "Full pore void share"

POROSITY = "Cloth porosity"

FIRST_LACK, LAST_ROOM = 0.25, 0.05
"""Void, over that below which pores begin to count as full, between which a volume stops taking in what flows to it. The lower one
is left as void: far more than the error of the integrator."""

LAST_FILM = 1e-2
"""Liquid share at which half of the flow has ceased, since the last films no longer hang together: a hundredth of the cloth."""

DRY = 1e-5
"""Liquid share below which a volume has no composition of its own."""

TINY_SHARE = 1e-9
"""Liquid share below which powers and quotients are cut: far below the smallest liquid that carries current."""


def fullness(void: Any, porosity: Any, get: Any) -> Any:
    """0 where there is room, growing without jump once the void is below its share for full pores, 1 at half of it."""
    pb = pybamm()
    lacking = pb.maximum(1 - void / (porosity * get(FULL_PORE_VOID)), 0)
    return 4 * lacking * lacking


def overflow(void: Any, porosity: Any, get: Any) -> Any:
    """Share of plated sodium that finds no room in the pores at the electrolyte: 0 to 1, 1 before they are full."""
    pb = pybamm()
    left = void / (porosity * get(FULL_PORE_VOID))
    s = pb.maximum(pb.minimum((0.5 - left) / 0.25, 1), 0)
    return s * s * (3 - 2 * s)


def room(void: Any, porosity: Any, get: Any) -> Any:
    """Share of a flux that a volume can take in: 1 while there is room, 0 before the void is."""
    pb = pybamm()
    left = void / (porosity * get(FULL_PORE_VOID))
    s = pb.maximum(pb.minimum((left - LAST_ROOM) / (FIRST_LACK - LAST_ROOM), 1), 0)
    return s * s * (3 - 2 * s)


def entering(flux: Any, rooms: Any) -> Any:
    """A flux at the edges, as far as the volume that it enters has room."""
    pb = pybamm()
    return pb.maximum(flux, 0) * pb.downwind(rooms) + pb.minimum(flux, 0) * pb.upwind(rooms)


def carried(flow: Any, content: Any) -> Any:
    """What a flow at the edges carries of the volume that it leaves."""
    pb = pybamm()
    return pb.maximum(flow, 0) * pb.upwind(content) + pb.minimum(flow, 0) * pb.downwind(content)


def transport_coefficient(composition: Any, get: Any) -> Any:
    """Coefficient of effective diffusion at the composition as assembled (potassium by mass), m2 s-1."""
    return get(TRANSPORT) * pybamm().exp(get(SLOPE) * (composition - get(REFERENCE_COMPOSITION)))


def permeability(share: Any, filled: Any, get: Any) -> Any:
    """Share of the transport left at a liquid share, (phi/phi_0)^n."""
    pb = pybamm()
    return pb.maximum(share / filled, TINY_SHARE) ** get(EXPONENT)


def diffusion_flux(
    sodium: Any, share: Any, void: Any, coefficient: Any, mobility: Any, thickness: Any, get: Any
) -> tuple[tuple[Any, ...], Any]:
    """Sodium flux by effective diffusion: the symbols that have a gradient, and the flux.

    Depth counts in thicknesses of the cloth.
    """
    pb = pybamm()
    porosity = get(POROSITY)
    pressed = fullness(void, porosity, get)
    pushed = -get(FULL_PORE_DRIVE) * pb.grad(pressed)
    giving = share / (share + LAST_FILM)
    flux = coefficient * mobility / thickness * (carried(pushed, giving) - pb.grad(sodium))
    return (sodium, pressed), entering(flux, room(void, porosity, get))


def drainage_fluxes(
    contents: tuple[Any, Any], share: Any, void: Any, mobility: Any, thickness: Any, get: Any
) -> tuple[tuple[Any, ...], tuple[Any, Any]]:
    """Fluxes of both metals by film drainage: the symbols that have a gradient, and the fluxes."""
    pb = pybamm()
    porosity = get(POROSITY)
    level = share + get(FULL_PORE_DRIVE) * get(SODIUM_VOLUME) * fullness(void, porosity, get)
    flow = -get(DRAINAGE) / thickness * mobility * pb.grad(level)
    rooms = room(void, porosity, get)
    connected = share * share / (share + LAST_FILM)
    before, behind = pb.upwind(connected), pb.downwind(connected)
    mixing = get(LIQUID_DIFFUSIVITY) / thickness * 2 * before * behind / (before + behind + TINY_SHARE)
    inside = tuple(content / (share + DRY) for content in contents)
    given = tuple(content / (share + LAST_FILM) for content in contents)
    fluxes = [
        entering(carried(flow, flowing) - mixing * pb.grad(still), rooms)
        for flowing, still in zip(given, inside, strict=True)
    ]
    return (level, *inside), (fluxes[0], fluxes[1])
