"""``alkanode electrochem staircase``."""

from __future__ import annotations

from pathlib import Path

import click

from alkanode.cli.output import (
    cell_option,
    cycling_of,
    emit,
    files_argument,
    json_option,
    load_cell,
    load_history,
    output_option,
)


@click.command()
@files_argument
@cell_option
@click.option("--steady-rate", help="Drift below which a level is steady; default 1 mV min-1.")
@click.option("--least-levels", type=int, help="Levels that must rise one after the other; default 3.")
@json_option
@output_option
def staircase(
    files: tuple[Path, ...],
    cell_path: Path | None,
    steady_rate: str | None,
    least_levels: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Levels of a current staircase in FILES: steady voltage, resistance, relaxation, and the current that fails."""
    from alkanode.impedance import check_spectra
    from alkanode.studies.blocks import Staircase
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.staircase import staircase_part

    given = {"steady_rate": steady_rate, "least_levels": least_levels}
    settings = Staircase.of(**{key: value for key, value in given.items() if value is not None})
    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history(files, caught)
    record = cycling_of(history)
    with gathered_warnings(caught):
        checked = check_spectra(history["impedance"].to_dataset()) if "impedance" in history.children else None
        part = staircase_part(record, cell, settings, checked)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
