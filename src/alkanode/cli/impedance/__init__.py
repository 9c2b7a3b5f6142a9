"""``alkanode impedance``: spectra checked, fitted, turned into relaxation times and maps; one command per task."""

from __future__ import annotations

import click

from alkanode.cli.lazy import LazyGroup

_HERE = "alkanode.cli.impedance"

_COMMANDS = {
    "conductivity": (f"{_HERE}.conductivity:conductivity", "Conductivity of a blocked electrolyte."),
    "control": (f"{_HERE}.control:control", "Resistance of an interface, less that of control cells."),
    "fit": (f"{_HERE}.fit:fit", "A circuit fitted to every spectrum."),
    "drt": (f"{_HERE}.drt:drt", "Distributions of relaxation times."),
    "interface": (f"{_HERE}.interface:interface", "Rival processes, constriction and area in contact."),
    "kk": (f"{_HERE}.kk:kk", "Checks and linear Kramers-Kronig test."),
    "map": (f"{_HERE}.map:operando_map", "Map of relaxation times over charge or time."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def impedance() -> None:
    """Validity, relaxation times and maps of impedance spectra."""
