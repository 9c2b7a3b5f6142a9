"""``alkanode electrochem cycling``."""

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
@click.option("--series-resistance", "resistance", help="For example '60 ohm'; default that of the cell's electrolyte.")
@json_option
@output_option
def cycling(
    files: tuple[Path, ...], cell_path: Path | None, resistance: str | None, as_json: bool, output: Path | None
) -> None:
    """Overpotential of every half cycle of FILES, its growth over the cycles, and what failed when."""
    from alkanode.electrochem import find_failures
    from alkanode.studies.blocks import Cycling
    from alkanode.studies.cycling import cycling_part
    from alkanode.studies.runner import gathered_warnings

    settings = Cycling.of(series_resistance=resistance)
    caught: list[str] = []
    cell = load_cell(cell_path)
    record = cycling_of(load_history(files, caught))
    with gathered_warnings(caught):
        part = cycling_part(record, cell, settings, find_failures(record, cell))
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
