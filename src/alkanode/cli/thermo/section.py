"""``alkanode thermo section``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.thermo.options import SUSPEND, TEMPERATURE, execute, system_argument, system_of, thermo_options

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
    click.option(
        "--tdb", type=click.Path(path_type=Path), help="Database of your own, computed by pycalphad (extra calphad)."
    ),
    click.option(
        "--phase",
        "phases",
        multiple=True,
        help="With --tdb: a phase that may appear; may stand several times, else all.",
    ),
    click.option("--time-limit", default="120 s", show_default=True, help="With --tdb: after which it is given up."),
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

    if tdb is not None and suspend:
        raise click.UsageError("with --tdb name the phases that may appear by --phase")
    if tdb is None and phases:
        raise click.UsageError("--phase goes with --tdb; of a shipped system a phase is kept out by --suspend")

    def make() -> Part:
        if tdb is None:
            return section_part(temperature, system=system_of(system), alloys=alloys, suspend=suspend)
        return database_section_part(
            tdb, temperature, system=system, alloys=alloys, phases=phases, time_limit=time_limit
        )

    execute(make, inputs=[tdb], as_json=as_json, output=output)
