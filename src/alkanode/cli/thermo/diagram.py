"""``alkanode thermo diagram``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from alkanode.cli.thermo.options import (
    ASSESSMENT,
    ION,
    PHASE,
    SUSPEND,
    TDB,
    TEMPERATURE,
    TIME_LIMIT,
    check_database_options,
    execute,
    system_argument,
    system_of,
    thermo_options,
)

if TYPE_CHECKING:
    from alkanode.studies import Part

COMMANDLINE = ParameterSource.COMMANDLINE


@click.command()
@system_argument("Na-K")
@thermo_options(
    click.option("--from", "low", help="Lowest temperature; by default below the lowest invariant point."),
    click.option("--to", "high", help="Highest temperature; by default above the highest invariant point."),
    click.option("--alloy", "alloys", multiple=True, help="Draw the path of this alloy; may stand several times."),
    ION,
    TEMPERATURE,
    click.option(
        "--basis",
        type=click.Choice(["mass", "mole"]),
        help="Of the lower scale; by default mass for Na-K, and mole where lithium, so light, takes part.",
    ),
    SUSPEND,
    ASSESSMENT,
    TDB,
    PHASE,
    TIME_LIMIT,
)
def diagram(
    system: str,
    low: str | None,
    high: str | None,
    alloys: tuple[str, ...],
    ion: str,
    temperature: str,
    basis: str | None,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    tdb: Path | None,
    phases: tuple[str, ...],
    time_limit: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Phase diagram of SYSTEM (default Na-K) with its invariant points; -o writes the figure and its data.

    --ion and --temperature are those of the paths of --alloy. With --tdb the elements of SYSTEM are those of the database,
    and --from and --to must be given.
    """
    from alkanode.studies.thermo.diagram import database_diagram_part, diagram_part

    check_database_options(tdb, phases, suspend, assessment=assessment_file, alloy=alloys)
    given = click.get_current_context().get_parameter_source
    if not alloys and COMMANDLINE in (given("ion"), given("temperature")):
        raise click.UsageError(
            "--ion and --temperature go with --alloy; the range of the diagram is set by --from and --to"
        )
    light = "Li" in system.split("-")
    shown: Literal["mass", "mole"] = "mole" if basis == "mole" or (basis is None and light) else "mass"

    def make() -> Part:
        if tdb is None:
            return diagram_part(
                system_of(system, assessment_file),
                (low, high),
                alloys=alloys,
                ion=ion,
                temperature=temperature,
                basis=shown,
                suspend=suspend,
            )
        if low is None or high is None:
            raise click.UsageError("with --tdb give the temperatures by --from and --to")
        return database_diagram_part(tdb, (low, high), system=system, basis=shown, phases=phases, time_limit=time_limit)

    execute(make, inputs=[assessment_file, tdb], as_json=as_json, output=output)
