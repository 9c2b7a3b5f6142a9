"""``alkanode thermo properties``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import TEMPERATURE, execute, thermo_options


@click.command()
@click.argument("alloy")
@thermo_options(TEMPERATURE)
def properties(alloy: str, temperature: str, as_json: bool, output: Path | None) -> None:
    """Density, viscosity, diffusion and surface tension of ALLOY (NaK50, Na, ...), each with interval and source."""
    from alkanode.studies.thermo.properties import properties_part

    execute(lambda: properties_part(alloy, temperature), as_json=as_json, output=output)
