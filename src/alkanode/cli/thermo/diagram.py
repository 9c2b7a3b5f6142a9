"""``alkanode thermo diagram``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import (
    ASSESSMENT,
    ION,
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
    click.option("--from", "low", help="Lowest temperature; by default below the lowest invariant point."),
    click.option("--to", "high", help="Highest temperature; by default above the highest invariant point."),
    click.option("--alloy", "alloys", multiple=True, help="Draw the path of this alloy; may stand several times."),
    ION,
    TEMPERATURE,
    click.option("--basis", type=click.Choice(["mass", "mole"]), default="mass", show_default=True),
    SUSPEND,
    ASSESSMENT,
)
def diagram(
    system: str,
    low: str | None,
    high: str | None,
    alloys: tuple[str, ...],
    ion: str,
    temperature: str,
    basis: str,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Phase diagram of SYSTEM (default Na-K) with its invariant points; -o writes the figure and its data.

    --ion and --temperature are those of the paths of --alloy.
    """
    from alkanode.studies.thermo.diagram import diagram_part

    execute(
        lambda: diagram_part(
            system_of(system, assessment_file),
            (low, high),
            alloys=alloys,
            ion=ion,
            temperature=temperature,
            basis="mass" if basis == "mass" else "mole",
            suspend=suspend,
        ),
        inputs=[assessment_file],
        as_json=as_json,
        output=output,
    )
