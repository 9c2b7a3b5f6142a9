"""``alkanode thermo``: what the phase diagram says of an alloy and of an anode; one command per question."""

from __future__ import annotations

import click

from alkanode.cli.lazy import LazyGroup

_HERE = "alkanode.cli.thermo"

_COMMANDS = {
    "assess": (f"{_HERE}.assess:assess", "What an assessment rests on; export as TDB or for ESPEI."),
    "diagram": (f"{_HERE}.diagram:diagram", "Phase diagram of two metals over temperature."),
    "exchange": (f"{_HERE}.exchange:exchange", "Exchange of metals between an alloy and the ions of an electrolyte."),
    "film": (f"{_HERE}.film:film", "Li in a film of liquid Na-K, and the current it lets pass."),
    "gibbs": (f"{_HERE}.gibbs:gibbs", "Gibbs energies of the phases and their common tangents."),
    "leverrule": (f"{_HERE}.leverrule:leverrule", "Phases of both electrodes after a charge has moved."),
    "path": (f"{_HERE}.path:path", "Phases and capacities while a metal is stripped or plated."),
    "potential": (f"{_HERE}.potential:potential", "Potentials of every metal of an alloy."),
    "properties": (f"{_HERE}.properties:properties", "Density, viscosity, diffusion, surface tension."),
    "published": (f"{_HERE}.published:published", "Printed numbers of papers next to ours, with verdicts."),
    "section": (f"{_HERE}.section:section", "Isothermal section of Li, Na and K."),
    "window": (f"{_HERE}.window:window", "Compositions between which an alloy is liquid."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def thermo() -> None:
    """Phase equilibria of alkali alloys."""
