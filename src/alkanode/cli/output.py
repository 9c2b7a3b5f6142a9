"""What every command says: one JSON object, or findings and numbers for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.data import Cell
    from alkanode.studies import Part

F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """``--json``: print one object in SI instead of text."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object in SI.")(function)


def output_option(function: F) -> F:
    """``-o``: folder for records, figures and their data."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for records (HDF5) and figures.",
    )(function)


def cell_option(function: F) -> F:
    """``--cell``: a cell file."""
    return click.option(
        "--cell",
        "cell_path",
        type=click.Path(path_type=Path),
        help="Cell file (YAML), or a row of a cell table (cells.csv#NAME): roles, area, mass, electrolyte.",
    )(function)


_TIME_ZONE, _COLUMNS = "alkanode.time_zone", "alkanode.columns"


def _keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Keep an option where :func:`load_history` and :func:`emit` find it."""

    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        ctx.meta[key] = value

    return keep


def files_argument(function: F) -> F:
    """One or several raw files of one history, how to read them, and the time zone of clocks that do not say theirs."""
    zone = click.option(
        "--time-zone",
        default="",
        expose_value=False,
        callback=_keep(_TIME_ZONE),
        help="IANA zone of files that do not say theirs, where files with and without one are joined.",
    )
    columns = click.option(
        "--columns",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_keep(_COLUMNS),
        help="Column map (YAML) for text tables: names, units, and which way a positive current flows.",
    )
    files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    return files(zone(columns(function)))


def load_cell(path: Path | None) -> Cell | None:
    """The cell of ``--cell``, or none."""
    from alkanode.data import open_cell

    return None if path is None else open_cell(path)


def load_history(files: Sequence[Path], caught: list[str]) -> xr.DataTree:
    """One history from the files, by the column map of ``--columns`` where there is one; warnings are gathered."""
    from alkanode.io import ColumnMap, TableReader, open_history
    from alkanode.studies.runner import gathered_warnings

    given = click.get_current_context().meta
    columns = given.get(_COLUMNS)
    reader = None if columns is None else TableReader(ColumnMap.from_yaml(columns))
    with gathered_warnings(caught):
        return open_history(list(files), reader=reader, time_zone=str(given.get(_TIME_ZONE, "")))


def cycling_of(history: xr.DataTree) -> xr.Dataset:
    """The cycling record of a history.

    Raises
    ------
    ReaderError
        When the files hold spectra only.
    """
    from alkanode.foundation.errors import ReaderError

    if "cycling" not in history.children:
        raise ReaderError("a file with voltage and current over time is needed", found="spectra only")
    return history["cycling"].to_dataset()


def checked_of(history: xr.DataTree) -> xr.Dataset | None:
    """The checked spectra of a history, or none where the files hold none."""
    from alkanode.impedance import check_spectra

    return check_spectra(history["impedance"].to_dataset()) if "impedance" in history.children else None


def emit(
    part: Part,
    *,
    inputs: Sequence[Path | None] = (),
    warnings: Sequence[str] = (),
    as_json: bool = False,
    output: Path | None = None,
    cell_given: bool = True,
) -> None:
    """Print a part as one JSON object or as text, and write its files where a folder was given.

    ``cell_given=False`` adds what the analysis of a bare file assumes.
    """
    from alkanode.data import cell_file, provenance
    from alkanode.studies.outcome import json_ready
    from alkanode.studies.part import NO_CELL
    from alkanode.studies.runner import hashed, write_part
    from alkanode.studies.wording import cell_text, spoken, worded

    columns = click.get_current_context().meta.get(_COLUMNS)
    hashes = [hashed(cell_file(path)) for path in (*inputs, columns) if path is not None]
    if output is not None:
        write_part(part, output, provenance(inputs={entry["file"]: entry["sha256"] for entry in hashes}))
    if as_json:
        command = click.get_current_context().command_path
        results = part.to_json()
        if not cell_given:
            results["assumptions"] = [NO_CELL]
        if output is not None:
            results["files"] = str(output)
        whole = {"command": command, "inputs": hashes, "results": results, "warnings": list(warnings)}
        click.echo(json.dumps(json_ready(whole), indent=2))
        _say_missing(part)
        return
    click.echo(part.title)
    wide = max((len(spoken(name)) for name in part.estimates), default=0)
    for name, estimate in part.estimates.items():
        click.echo(f"  {spoken(name):<{wide}} {worded(estimate)}")
    for table in part.tables.values():
        _echo_table(table.title, [table.columns, *([cell_text(cell) for cell in row] for row in table.rows)])
    for sentence in part.findings:
        click.echo(f"- {sentence}")
    for line in _basis_lines([estimate.label for estimate in part.estimates.values()]):
        click.echo(f"  {line}")
    if not cell_given:
        click.echo(f"  assumed: {NO_CELL}")
    for line in warnings:
        click.echo(f"warning: {line}", err=True)
    if output is not None:
        click.echo(f"written to {output}")
    _say_missing(part)


_ONE_NUMBER = "the parameters of the assessment alone"
"""Beginning of the clause of a label that belongs to one number only; tables show it."""


def _basis_lines(labels: Sequence[str]) -> list[str]:
    """What numbers rest on, and what their intervals cover, each said once."""
    lines: dict[str, None] = {}
    for label in labels:
        basis, interval, rest = label.partition("; interval")
        lines[f"rests on: {basis}"] = None
        clauses = f"interval{rest}".split("; ") if interval else []
        lines |= {f"and: {clause}": None for clause in clauses if not clause.startswith(_ONE_NUMBER)}
    return list(lines)


def _echo_table(title: str, lines: Sequence[Sequence[str]]) -> None:
    """Print a table with its columns aligned."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    click.echo(f"  {title}")
    for line in lines:
        click.echo("    " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _say_missing(part: Part) -> None:
    """Say what a part could not compute, and leave with the exit code of partial results."""
    from alkanode.cli.main import EXIT_PARTIAL

    for name, reason in part.missing.items():
        click.echo(f"alkanode: {name} failed: {reason}", err=True)
    if part.missing:
        raise click.exceptions.Exit(EXIT_PARTIAL)
