"""The cells of a series: a cell table with a column of files, or a list of names, cells and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alkanode.data.cell import Cell
from alkanode.data.cell_table import cell_file, open_cell, read_cell_rows
from alkanode.foundation.errors import AlkanodeError, StudyError


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
        A cell table, as for :func:`alkanode.data.read_cell_rows`.

    Returns
    -------
    list of SeriesCell
        In the order of the rows; ``files`` is empty where the table names none.

    Raises
    ------
    StudyError
        As :func:`alkanode.data.read_cell_rows`.
    """
    file = Path(path)
    return [
        SeriesCell(name=row.cell.name, cell=row.cell, files=row.files, cell_path=file) for row in read_cell_rows(file)
    ]


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
                cell, path = open_cell(folder / given), cell_file(folder / given)
            else:
                cell = Cell.from_mapping(given)
        except AlkanodeError as cause:
            raise StudyError(f"cell {number} of the series must be a cell", found=str(cause)) from cause
        found.append(
            SeriesCell(name=entry["name"] or cell.name, cell=cell, files=tuple(entry["files"]), cell_path=path)
        )
    _unique(found, "the series")
    return found


def shared_files(owners: Iterable[tuple[str, str]]) -> list[str]:
    """Doubts about cells that rest on the content of one raw file, so that one measurement counts twice.

    Parameters
    ----------
    owners
        Name of a cell and SHA-256 of one of its raw files.

    Returns
    -------
    list of str
        One sentence per file of a second cell.
    """
    first: dict[str, str] = {}
    told = []
    for name, digest in owners:
        if first.setdefault(digest, name) != name:
            told.append(f"{name} holds the same raw data as {first[digest]}: one measurement counts twice")
    return told


def _unique(cells: Sequence[SeriesCell], where: str) -> None:
    names = [one.name for one in cells]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise StudyError(f"every cell of {where} needs a name of its own", found=f"{twice[0]!r} twice")
