"""Density, viscosity, diffusion and surface tension of an alloy as a part; what is not known is named with its reason."""

from __future__ import annotations

from collections.abc import Callable

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy, density, self_diffusion, viscosity
from alkanode.studies.part import Part
from alkanode.studies.thermo.systems import binary_system, temperature_text
from alkanode.studies.wording import spoken
from alkanode.thermo import surface_tension

_SYSTEMS = ("Na-K", "Li-Na", "Li-K")
"""Systems whose activities give a surface tension."""


def properties_part(alloy: Alloy | str, temperature: QuantityLike = "25 degC") -> Part:
    """Properties of a metal or alloy that a model of the cell needs, each with interval and source.

    Parameters
    ----------
    alloy
        An alloy of Li, Na and K, or its name.
    temperature
        K or text.

    Returns
    -------
    Part
        Estimates; ``details["not_known"]`` names what has no answer, with the reason.

    Raises
    ------
    PhysicsError
        When the alloy has no name of the field, or no property of it is known.
    """
    given = alloy if isinstance(alloy, Alloy) else Alloy.from_name(alloy)
    wanted: dict[str, Callable[[], Estimate]] = {
        "density_of_liquid": lambda: density(given, temperature, phase="liquid"),
        "density_of_solid": lambda: density(given, temperature, phase="solid"),
        "viscosity": lambda: viscosity(given, temperature),
        "self_diffusion_of_Na": lambda: self_diffusion(given, temperature, species="Na"),
        "diffusion_of_Li": lambda: self_diffusion(given, temperature, species="Li"),
        "surface_tension": lambda: surface_tension(given, temperature, system=binary_system(_system(given))),
    }
    found: dict[str, Estimate] = {}
    unknown: dict[str, str] = {}
    for name, compute in wanted.items():
        try:
            found[name] = compute()
        except PhysicsError as reason:
            unknown[name] = str(reason)
    if not found:
        raise PhysicsError(f"a property of {given.name} that is known is needed", found="; ".join(unknown.values()))
    at = temperature_text(temperature)
    return Part(
        name="properties",
        title=f"Properties of {given.name} at {at}",
        estimates=found,
        details={"alloy": given.name, "composition": str(given.composition), "temperature": at, "not_known": unknown},
        findings=tuple(f"Not known, {spoken(name)}: {reason}" for name, reason in unknown.items()),
    )


def _system(alloy: Alloy) -> str:
    """A system of two elements that holds the metals of the alloy; of more metals their names, for the error."""
    elements = set(alloy.composition.elements)
    return next((name for name in _SYSTEMS if elements <= set(name.split("-"))), "-".join(sorted(elements)))
