"""The cells of a series: a cell table with a column of files, or a list of names, cells and files."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alkanode.data.cell import Cell
from alkanode.data.cell_table import _nested, cell_file, open_cell
from alkanode.foundation.errors import AlkanodeError, StudyError

FILES = "files"
"""Column of a cell table that names the raw files of a cell, separated by semicolons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCell:
    """One cell of a series.

    Attributes
    ----------
    name
        Name, unique in the series.
    cell
        The cell.
    files
        Names of its raw files, as written.
    cell_path
        File that describes the cell, or ``None`` where it stands in the series.
    """

    name: str
    cell: Cell
    files: tuple[str, ...]
    cell_path: Path | None


def table_cells(path: str | Path) -> list[SeriesCell]:
    """Cells of a cell table, with the files of its column ``files``.

    Parameters
    ----------
    path
        A cell table (:func:`alkanode.data.read_cell_table`), which may have a column ``files``: names separated by
        semicolons.

    Returns
    -------
    list of SeriesCell
        In the order of the rows; ``files`` is empty where the table names none.

    Raises
    ------
    StudyError
        When the file is absent or empty, a name is missing or stands twice, or a row describes no cell; the row is named.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise StudyError("a readable cell table (csv) is needed", found=f"{file.name}: {cause}") from cause
    if not rows:
        raise StudyError("a cell table needs a header and one row per cell", found=f"no rows in {file.name}")
    found: list[SeriesCell] = []
    for number, row in enumerate(rows, start=2):
        files = tuple(part.strip() for part in str(row.pop(FILES, None) or "").split(";") if part.strip())
        if not row.get("name"):
            raise StudyError(f"row {number} of {file.name} needs a 'name'", found="an empty cell")
        try:
            cell = Cell.from_mapping(_nested(row))
        except AlkanodeError as cause:
            raise StudyError(f"row {number} of {file.name} must describe a cell", found=str(cause)) from cause
        found.append(SeriesCell(name=cell.name, cell=cell, files=files, cell_path=file))
    _unique(found, file.name)
    return found


def listed_cells(entries: Sequence[Mapping[str, Any]], folder: Path) -> list[SeriesCell]:
    """Cells of a list of ``{name, cell, files}``.

    Parameters
    ----------
    entries
        Checked entries of a series file.
    folder
        Folder of the series file, to which the names of cell files refer.

    Raises
    ------
    StudyError
        When a cell is wrong or a name stands twice; the entry is named.
    """
    found = []
    for number, entry in enumerate(entries, start=1):
        given, path = entry["cell"], None
        try:
            if isinstance(given, str):
                cell, path = _named(folder / given), cell_file(folder / given)
            else:
                cell = Cell.from_mapping(given)
        except AlkanodeError as cause:
            raise StudyError(f"cell {number} of the series must be a cell", found=str(cause)) from cause
        found.append(
            SeriesCell(name=entry["name"] or cell.name, cell=cell, files=tuple(entry["files"]), cell_path=path)
        )
    _unique(found, "the series")
    return found


def _named(where: Path) -> Cell:
    """A cell of a file, or of a row of a table, which may name files too."""
    table, mark, name = str(where).rpartition("#")
    if mark and table.lower().endswith(".csv"):
        rows = {one.name: one.cell for one in table_cells(table)}
        if name in rows:
            return rows[name]
    return open_cell(where)


def row_of_file(cells: Sequence[SeriesCell], file: Path, table: str) -> SeriesCell:
    """The cell of a file: the row whose column ``files`` names it, else the row with the name of the file.

    Raises
    ------
    StudyError
        When no row, or more than one, belongs to the file.
    """
    stem = file.name.partition(".")[0]
    by_files = [one for one in cells if file.name in {Path(name).name for name in one.files}]
    rows = by_files or [one for one in cells if one.name == stem]
    if len(rows) != 1:
        raise StudyError(
            f"one row of {table} must belong to {file.name}",
            found=f"{len(rows)} rows; names {', '.join(one.name for one in cells)}",
            todo=f"Name a row {stem!r}, or name the file in a column {FILES!r}",
        )
    return rows[0]


def _unique(cells: Sequence[SeriesCell], where: str) -> None:
    names = [one.name for one in cells]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise StudyError(f"every cell of {where} needs a name of its own", found=f"{twice[0]!r} twice")
