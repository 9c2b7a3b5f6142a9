"""``alkanode thermo window``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.thermo.options import (
    ASSESSMENT,
    PHASE,
    SPREAD,
    SUSPEND,
    TDB,
    check_database_options,
    execute,
    system_argument,
    system_of,
    thermo_options,
)

if TYPE_CHECKING:
    from alkanode.studies import Part


@click.command()
@system_argument("Na-K")
@thermo_options(
    click.option(
        "--temperature",
        "temperatures",
        multiple=True,
        default=("25 degC",),
        show_default="25 degC",
        help="For example '25 degC' or '298 K'; may stand several times.",
    ),
    SPREAD,
    SUSPEND,
    ASSESSMENT,
    TDB,
    PHASE,
    click.option("--liquid", help="With --tdb: name of the liquid phase, where it does not begin with LIQ."),
)
def window(
    system: str,
    temperatures: tuple[str, ...],
    spread: str,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    tdb: Path | None,
    phases: tuple[str, ...],
    liquid: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Composition range in which SYSTEM (default Na-K) is fully liquid; fractions are those of the metal named last.

    At several temperatures a table is printed. Intervals cover the uncertainty of the temperature and, apart from it, that
    of the assessment. With --tdb the elements of SYSTEM are those of the database, and there are no intervals.
    """
    from alkanode.studies.thermo.window import database_window_part, window_part

    check_database_options(tdb, phases, suspend, assessment=assessment_file)
    if liquid is not None and tdb is None:
        raise click.UsageError("--liquid goes with --tdb")

    def make() -> Part:
        if tdb is None:
            return window_part(system_of(system, assessment_file), temperatures, spread=spread, suspend=suspend)
        return database_window_part(tdb, temperatures, system=system, liquid=liquid, phases=phases)

    execute(make, inputs=[assessment_file, tdb], as_json=as_json, output=output)
