"""``alkanode thermo exchange``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from alkanode.cli.thermo.options import (
    SCALE,
    STANDARD,
    SUSPEND,
    TEMPERATURE,
    electrolyte_of,
    execute,
    texts_by_name,
    thermo_options,
)


@click.command()
@click.argument("alloy")
@thermo_options(
    click.option("--electrolyte", help="Electrolyte that is known, for example water."),
    STANDARD,
    SCALE,
    click.option(
        "--concentration",
        "concentrations",
        multiple=True,
        required=True,
        metavar="ION=AMOUNT",
        help="Of an ion at the start, for example 'Na+=1 mol L-1' or 'ClO4-=1 mol L-1'; may stand several times.",
    ),
    click.option("--electrolyte-volume", required=True, help="For example '60 uL'."),
    click.option("--mass", required=True, help="Of the alloy, for example '8 mg'."),
    TEMPERATURE,
    SUSPEND,
)
def exchange(
    alloy: str,
    electrolyte: str | None,
    standard: Sequence[str],
    scale: str,
    concentrations: Sequence[str],
    electrolyte_volume: str,
    mass: str,
    temperature: str,
    suspend: tuple[str, ...],
    as_json: bool,
    output: Path | None,
) -> None:
    """How far ALLOY and an electrolyte exchange their metals: Na+ + K(alloy) = Na(alloy) + K+.

    Standard potentials come from the electrolyte or from --standard-potential. A salt of low solubility, such as KClO4,
    holds its cation down where its anion is named.
    """
    from alkanode.studies.thermo.exchange import exchange_part

    chosen = electrolyte_of(electrolyte, standard, scale)
    if chosen is None:
        raise click.UsageError("give --electrolyte or --standard-potential")
    ions = texts_by_name(concentrations, "--concentration", "'Na+=1 mol L-1'")
    execute(
        lambda: exchange_part(
            alloy,
            chosen,
            ions=ions,
            electrolyte_volume=electrolyte_volume,
            mass=mass,
            temperature=temperature,
            suspend=suspend,
        ),
        as_json=as_json,
        output=output,
    )
