"""``alkanode electrochem stripping``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import Stripping


@click.command()
@files_argument
@cell_option
@click.option(
    "--cells",
    "table",
    type=click.Path(path_type=Path),
    help="Cell table (csv): each file is one cell, and the cells become a series; the row of a file is the one whose "
    "column 'files' names it, or whose name is that of the file without its endings.",
)
@click.option("--overlay", type=click.Path(path_type=Path), help="Printed or digitised points (csv) beside a series.")
@click.option("--allow-mixed", is_flag=True, help="Fit tests of different protocols together all the same.")
@click.option("--cutoff", "cutoffs", multiple=True, help="Voltage that ends the test; default 0.5, 1 and 2 V.")
@click.option("--half-cycle", type=int, help="Half cycle to reduce; default the one with the most charge.")
@json_option
@output_option
def stripping(
    files: tuple[Path, ...],
    cell_path: Path | None,
    table: Path | None,
    overlay: Path | None,
    allow_mixed: bool,
    cutoffs: tuple[str, ...],
    half_cycle: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Capacity stripped from FILES when the voltage passes a cut-off; without --cell the anode is the working electrode."""
    from alkanode.studies.blocks import Stripping
    from alkanode.studies.runner import gathered_warnings

    settings = Stripping.of(half_cycle=half_cycle, **({"cutoffs": list(cutoffs)} if cutoffs else {}))
    caught: list[str] = []
    if cell_path is not None and table is not None:
        raise click.UsageError("give --cell or --cells, not both")
    if table is None and (overlay is not None or allow_mixed):
        raise click.UsageError("--overlay and --allow-mixed belong to a series: give --cells")
    cell = load_cell(cell_path)
    if table is None:
        record = cycling_of(load_history(files, caught))
        with gathered_warnings(caught):
            part = _one(record, cell, settings, caught)
    else:
        part = _series(files, table, overlay, settings, allow_mixed, caught)
    emit(
        part,
        inputs=[*files, cell_path, table, overlay],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=cell is not None or table is not None,
    )


def _one(record: xr.Dataset, cell: Cell | None, settings: Stripping, caught: list[str]) -> Part:
    """The part of one cell."""
    from alkanode.foundation.errors import AlkanodeError
    from alkanode.studies.phases import path_of
    from alkanode.studies.stripping import stripping_part

    try:
        path = None if cell is None else path_of(cell)
    except AlkanodeError as reason:
        caught.append(f"no shares of theory and liquidus: {reason}")
        path = None
    return stripping_part(record, cell, settings, path)


def _series(
    files: tuple[Path, ...],
    table: Path,
    overlay: Path | None,
    settings: Stripping,
    allow_mixed: bool,
    caught: list[str],
) -> Part:
    """The series of the cells, one per file."""
    from alkanode.data import file_hash, read_cell_rows, row_of_file
    from alkanode.electrochem import critical_stripping, find_failures, stripping_series, with_stripping_current
    from alkanode.studies import stripping_series_part
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.series_cells import shared_files

    rows = read_cell_rows(table)
    members = [row_of_file(rows, file) for file in files]
    named = [f"file {number} ({file.name})" for number, file in enumerate(files, start=1)]
    caught += shared_files(zip(named, map(file_hash, files), strict=True))
    tests, broken = [], []
    for file, member in zip(files, members, strict=True):
        record = cycling_of(load_history([file], caught))
        with gathered_warnings(caught):
            limit = critical_stripping(
                record,
                member.cell,
                cutoff=settings.cutoffs,
                half_cycle=settings.half_cycle,
                series_resistance=settings.series_resistance,
            )
            tests.append(with_stripping_current(limit, record))
            broken.append(find_failures(record, member.cell))
    with gathered_warnings(caught):
        series = stripping_series(
            tests,
            [member.cell for member in members],
            names=[member.cell.name for member in members],
            failures=broken,
            overlay=overlay or (),
        )
        return stripping_series_part(series, allow_mixed=allow_mixed)
