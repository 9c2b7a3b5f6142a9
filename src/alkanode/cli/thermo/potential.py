"""``alkanode thermo potential``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from alkanode.cli.thermo.options import (
    ACTIVITY,
    SCALE,
    SPREAD,
    STANDARD,
    SUSPEND,
    TEMPERATURE,
    electrolyte_of,
    execute,
    numbers_by_name,
    thermo_options,
)


@click.command()
@click.argument("alloys", nargs=-1)
@thermo_options(
    click.option("--system", help="Across the whole of a system of two metals, where no alloy is named; default Na-K."),
    click.option(
        "--electrolyte",
        help="Brings the metals onto one scale: water, 'propylene carbonate', ...; a name that is not known lists the "
        "known ones.",
    ),
    click.option("--reference", help="Na, K or Li in the same electrolyte, or SHE; default as the electrolyte knows."),
    ACTIVITY,
    STANDARD,
    SCALE,
    TEMPERATURE,
    SPREAD,
    SUSPEND,
)
def potential(
    alloys: Sequence[str],
    system: str | None,
    electrolyte: str | None,
    reference: str | None,
    activities: Sequence[str],
    standard: Sequence[str],
    scale: str,
    temperature: str,
    spread: str,
    suspend: tuple[str, ...],
    as_json: bool,
    output: Path | None,
) -> None:
    """Equilibrium potentials of every metal of ALLOYS (NaK50, Na50K50, ...), or across a system.

    Each metal is known against the same pure metal. Which one is oxidised first only an electrolyte can say: with
    --electrolyte, or --standard-potential, all metals stand on one scale. Chemical potentials of two elements are never
    compared: their zeros have nothing to do with each other.
    """
    from alkanode.studies.thermo.potentials import potentials_part

    if alloys and system is not None:
        raise click.UsageError("give ALLOYS or --system, not both")
    chosen = electrolyte_of(electrolyte, standard, scale)
    execute(
        lambda: potentials_part(
            alloys,
            chosen,
            temperature=temperature,
            spread=spread,
            reference=reference,
            ion_activity=numbers_by_name(activities, "--activity", "K+=1e-3") or None,
            system=system,
            suspend=suspend,
        ),
        as_json=as_json,
        output=output,
    )
