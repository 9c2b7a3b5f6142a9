"""``alkanode thermo film``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from alkanode.cli.thermo.options import SPREAD, execute, thermo_options


@click.command()
@click.argument("alloys", nargs=-1)
@thermo_options(
    click.option("--thickness", required=True, help="Of the film, for example '70 um'."),
    click.option(
        "--diffusivity", help="Of Li in the film, for example '5e-5 cm2 s-1'; by default that of Na is assumed."
    ),
    click.option("--temperature", default="27 degC", show_default=True, help="For example '25 degC' or '298 K'."),
    SPREAD,
)
def film(
    alloys: Sequence[str],
    thickness: str,
    diffusivity: str | None,
    temperature: str,
    spread: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Li dissolved in a film of liquid Na-K on lithium, and the current that diffusion through it lets pass.

    ALLOYS are the liquids of the film (Na50K50, ...); none is the whole liquid window.
    """
    from alkanode.studies.thermo.film import film_part

    execute(
        lambda: film_part(alloys, thickness=thickness, diffusivity=diffusivity, temperature=temperature, spread=spread),
        as_json=as_json,
        output=output,
    )
