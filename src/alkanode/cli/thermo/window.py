"""``alkanode thermo window``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.thermo.options import ASSESSMENT, SPREAD, SUSPEND, execute, system_argument, system_of, thermo_options


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
)
def window(
    system: str,
    temperatures: tuple[str, ...],
    spread: str,
    suspend: tuple[str, ...],
    assessment_file: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Composition range in which SYSTEM (default Na-K) is fully liquid; fractions are those of the metal named last.

    At several temperatures a table is printed. Intervals cover the uncertainty of the temperature and, apart from it, that
    of the assessment.
    """
    from alkanode.studies.thermo.window import window_part

    execute(
        lambda: window_part(system_of(system, assessment_file), temperatures, spread=spread, suspend=suspend),
        inputs=[assessment_file],
        as_json=as_json,
        output=output,
    )
