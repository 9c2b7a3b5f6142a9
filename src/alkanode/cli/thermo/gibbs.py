"""``alkanode thermo gibbs``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import (
    ASSESSMENT,
    SUSPEND,
    TEMPERATURE,
    execute,
    system_argument,
    system_of,
    thermo_options,
)


@click.command()
@system_argument("Na-K")
@thermo_options(
    TEMPERATURE,
    click.option(
        "--points", type=click.IntRange(min=3), default=401, show_default=True, help="Compositions per curve."
    ),
    SUSPEND,
    ASSESSMENT,
)
def gibbs(
    system: str,
    temperature: str,
    points: int,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Gibbs energies of the phases of SYSTEM (default Na-K) and the tangents that phases in equilibrium share."""
    from alkanode.studies.thermo.gibbs import gibbs_part

    execute(
        lambda: gibbs_part(system_of(system, assessment_file), temperature, points=points, suspend=suspend),
        inputs=[assessment_file],
        as_json=as_json,
        output=output,
    )
