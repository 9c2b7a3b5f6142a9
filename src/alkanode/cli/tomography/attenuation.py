"""``alkanode tomography attenuation``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from alkanode.cli.tomography.options import execute, tomography_options


@click.command()
@click.argument("materials", nargs=-1)
@tomography_options(
    click.option("--energy", default="45 keV", show_default=True, help="Of the X-rays."),
    click.option(
        "--printed", is_flag=True, help="Also the set that Wu et al. print at 44.79 keV, and what speaks against it."
    ),
)
def attenuation(materials: Sequence[str], energy: str, printed: bool, as_json: bool, output: Path | None) -> None:
    """Linear attenuation of MATERIALS (Na, NaK50, NASICON, PEEK, ...) by two tables, with their spread.

    None is a set of common ones. An unknown material is answered with the known ones.
    """
    from alkanode.studies.tomography.commands.attenuation import attenuation_part

    execute(lambda: attenuation_part(materials, energy=energy, printed=printed), as_json=as_json, output=output)
