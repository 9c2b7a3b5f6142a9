"""``alkanode thermo assess``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.thermo.options import ASSESSMENT, execute, system_argument, system_of, thermo_options

if TYPE_CHECKING:
    from alkanode.studies import Part


@click.command()
@system_argument("Na-K")
@thermo_options(
    click.option(
        "--held-out", "hold_out", is_flag=True, help="Refit with observations held out, and say what is predicted."
    ),
    click.option("--tdb", type=click.Path(path_type=Path, dir_okay=False), help="Write the assessment as a TDB file."),
    click.option(
        "--espei", type=click.Path(path_type=Path, file_okay=False), help="Folder for the observations as ESPEI JSON."
    ),
    ASSESSMENT,
)
def assess(
    system: str,
    hold_out: bool,
    tdb: Path | None,
    espei: Path | None,
    assessment_file: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """What the assessment of SYSTEM (Na-K, Li-Na, Li-K, Li-Na-K) rests on: every observation and coefficient with its trust.

    A number that was fitted is a calibration and no evidence. --held-out refits without some of them and says how well
    they are predicted.
    """
    from alkanode.studies.thermo.assessment import assessment_part
    from alkanode.thermo import write_espei, write_tdb

    chosen = system_of(system, assessment_file)
    written: list[Path] = []

    def make() -> Part:
        part = assessment_part(chosen, hold_out=hold_out)
        if tdb is not None:
            written.append(write_tdb(chosen, tdb))
        if espei is not None:
            written.append(write_espei(chosen, espei))
        return part

    execute(make, inputs=[assessment_file], as_json=as_json, output=output)
    for path in written:
        click.echo(f"written to {path}", err=as_json)
