"""``alkanode electrochem failures``."""

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
@click.option("--electrolyte-resistance", "resistance", help="For example '127 ohm'; default from the cell.")
@json_option
@output_option
def failures(
    files: tuple[Path, ...], cell_path: Path | None, resistance: str | None, as_json: bool, output: Path | None
) -> None:
    """Hard shorts and loss of contact in FILES, each with its evidence."""
    from alkanode.impedance import check_spectra
    from alkanode.studies.blocks import Failures
    from alkanode.studies.findings import failures_part
    from alkanode.studies.runner import gathered_warnings

    settings = Failures.of(electrolyte_resistance=resistance)
    caught: list[str] = []
    cell = load_cell(cell_path)
    history = load_history(files, caught)
    record = cycling_of(history)
    with gathered_warnings(caught):
        checked = check_spectra(history["impedance"].to_dataset()) if "impedance" in history.children else None
        part = failures_part(record, cell, settings, checked)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
