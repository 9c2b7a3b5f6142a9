"""``alkanode electrochem stripping``."""

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
@click.option("--cutoff", "cutoffs", multiple=True, help="Voltage that ends the test; default 0.5, 1 and 2 V.")
@click.option("--half-cycle", type=int, help="Half cycle to reduce; default the one with the most charge.")
@json_option
@output_option
def stripping(
    files: tuple[Path, ...],
    cell_path: Path | None,
    cutoffs: tuple[str, ...],
    half_cycle: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Capacity stripped from FILES when the voltage passes a cut-off; without --cell the anode is the working electrode."""
    from alkanode.foundation.errors import AlkanodeError
    from alkanode.studies.blocks import Stripping
    from alkanode.studies.phases import path_of
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.stripping import stripping_part

    settings = Stripping.of(half_cycle=half_cycle, **({"cutoffs": list(cutoffs)} if cutoffs else {}))
    caught: list[str] = []
    cell = load_cell(cell_path)
    record = cycling_of(load_history(files, caught))
    with gathered_warnings(caught):
        try:
            path = None if cell is None else path_of(cell)
        except AlkanodeError as reason:
            caught.append(f"no shares of theory and liquidus: {reason}")
            path = None
        part = stripping_part(record, cell, settings, path)
    emit(
        part,
        inputs=[*files, cell_path],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None,
    )
