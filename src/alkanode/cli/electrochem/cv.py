"""``alkanode electrochem cv``."""

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
@click.option("--window", nargs=2, help="Where the stripping peak is sought, for example 0.1V 0.4V; default anywhere.")
@click.option("--series-resistance", help="Taken off the voltage, for example '127 ohm'; default nothing.")
@click.option("--electrolyte-resistance", help="For example '127 ohm'; default from the cell.")
@json_option
@output_option
def cv(
    files: tuple[Path, ...],
    cell_path: Path | None,
    window: tuple[str, str] | None,
    series_resistance: str | None,
    electrolyte_resistance: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Voltammogram of FILES, cycle by cycle: resistance, charges, stripping peak and its growth."""
    from alkanode.studies.blocks import Voltammetry
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.voltammetry import cv_part

    settings = Voltammetry.of(
        window=window, series_resistance=series_resistance, electrolyte_resistance=electrolyte_resistance
    )
    caught: list[str] = []
    cell = load_cell(cell_path)
    record = cycling_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = cv_part(record, cell, settings)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
