"""``alkanode thermo section``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.thermo.options import (
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


@click.command()
@system_argument("Li-Na-K")
@thermo_options(
    TEMPERATURE,
    click.option(
        "--alloy",
        "alloys",
        multiple=True,
        help="Tell the phases of this alloy, Li1Na49K50 in at%; may stand several times.",
    ),
    SUSPEND,
    TDB,
    PHASE,
    TIME_LIMIT,
)
def section(
    system: str,
    temperature: str,
    alloys: tuple[str, ...],
    suspend: tuple[str, ...],
    tdb: Path | None,
    phases: tuple[str, ...],
    time_limit: str,
    as_json: bool,
    output: Path | None,
) -> None:
    """Isothermal section of SYSTEM (Li-Na-K): phase fields, tie lines and tie triangles; -o writes figure and data.

    With --tdb the elements of SYSTEM are those of the database.
    """
    from alkanode.studies.thermo.section import database_section_part, section_part

    check_database_options(tdb, phases, suspend)

    def make() -> Part:
        if tdb is None:
            return section_part(temperature, system=system_of(system), alloys=alloys, suspend=suspend)
        return database_section_part(
            tdb, temperature, system=system, alloys=alloys, phases=phases, time_limit=time_limit
        )

    execute(make, inputs=[tdb], as_json=as_json, output=output)
