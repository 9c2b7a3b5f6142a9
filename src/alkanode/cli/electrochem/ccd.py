"""``alkanode electrochem ccd``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alkanode.cli.output import (
    cell_option,
    checked_of,
    cycling_of,
    emit,
    files_argument,
    json_option,
    load_cell,
    load_history,
    output_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part
    from alkanode.studies.blocks import CriticalCurrent


@click.command()
@files_argument
@cell_option
@click.option(
    "--cells",
    "table",
    type=click.Path(path_type=Path),
    help="Cell table (csv); a file belongs to the row that names it in its column files, else to the row of its name.",
)
@click.option("--replicates", is_flag=True, help="Each file is one cell of its own; the cells are pooled.")
@click.option("--target", help="What a half cycle was to reach, for example '3 mAh cm-2'; default read off the record.")
@click.option("--voltage-limit", help="Voltage at which the program ends a half cycle, for example '5 V'.")
@click.option("--least-levels", type=int, default=2, show_default=True, help="1: a ramp stopped in its first level.")
@click.option("--area", type=click.Choice(["final", "nominal"]), default="final", show_default=True)
@click.option("--allow-mixed", is_flag=True, help="Pool ramps of different protocols all the same.")
@json_option
@output_option
def ccd(
    files: tuple[Path, ...],
    cell_path: Path | None,
    table: Path | None,
    replicates: bool,
    target: str | None,
    voltage_limit: str | None,
    least_levels: int,
    area: str,
    allow_mixed: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Critical current density from a ramp in FILES, as the interval from the last level that passed to the first that failed."""
    from alkanode.data import file_hash
    from alkanode.studies.blocks import CriticalCurrent
    from alkanode.studies.replicates import replicates_part
    from alkanode.studies.runner import gathered_warnings
    from alkanode.studies.series_cells import shared_files

    settings = CriticalCurrent.of(target=target, voltage_limit=voltage_limit, least_levels=least_levels)
    caught: list[str] = []
    if cell_path is not None and table is not None:
        raise click.UsageError("give --cell or --cells, not both")
    if replicates:
        cells = [_cell(file, cell_path, table) for file in files]
        parts = [_one((file,), cell, settings, caught) for file, cell in zip(files, cells, strict=True)]
        named = [f"file {number} ({file.name})" for number, file in enumerate(files, start=1)]
        caught += shared_files(zip(named, map(file_hash, files), strict=True))
        with gathered_warnings(caught):
            results = [_named(part.records["critical_current"], file) for part, file in zip(parts, files, strict=True)]
            part = replicates_part(results, area="nominal" if area == "nominal" else "final", allow_mixed=allow_mixed)
    else:
        cells = [_cell(files[0], cell_path, table)]
        part = _one(files, cells[0], settings, caught)
    emit(
        part,
        inputs=[*files, cell_path, table],
        warnings=caught,
        as_json=as_json,
        output=output,
        cell_given=all(cell is not None for cell in cells),
    )


def _cell(file: Path, cell_path: Path | None, table: Path | None) -> Cell | None:
    """The cell of a file: the one of ``--cell``, else the row of ``--cells`` that belongs to it."""
    from alkanode.data import read_cell_rows, row_of_file

    return load_cell(cell_path) if table is None else row_of_file(read_cell_rows(table), file).cell


def _one(files: Sequence[Path], cell: Cell | None, settings: CriticalCurrent, caught: list[str]) -> Part:
    """The part of one cell."""
    from alkanode.studies.critical_current import ccd_part
    from alkanode.studies.runner import gathered_warnings

    history = load_history(files, caught)
    record = cycling_of(history)
    with gathered_warnings(caught):
        return ccd_part(record, cell, settings, checked=checked_of(history))


def _named(result: xr.Dataset, file: Path) -> xr.Dataset:
    """The result under the name of its file, which tells cells apart that share a cell file."""
    return result.assign_attrs(cell=file.name.partition(".")[0])
