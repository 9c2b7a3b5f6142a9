"""The cell table: a csv with one row per cell.

A header is a key of :class:`~alkanode.data.cell.Cell`, dotted into its parts where needed, with an optional unit after a slash:
``name, anode.material, anode.mass / mg, area / cm2, stack_pressure / MPa, temperature / degC``. A cell of the table may
instead carry its own unit (``0.283 cm2``). Empty cells are left out. A column ``files`` may name the raw files of each
cell, separated by semicolons.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alkanode.data.cell import Cell
from alkanode.foundation.errors import AlkanodeError, StudyError

FILES = "files"
"""Column that names the raw files of a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """One row of a cell table.

    Attributes
    ----------
    cell
        The cell, with the name of the row.
    files
        Names of its raw files, as written; empty where the table names none.
    """

    cell: Cell
    files: tuple[str, ...]


def open_cell(where: str | Path) -> Cell:
    """One cell from a cell file or from a row of a cell table.

    Parameters
    ----------
    where
        ``cell.yaml``, or ``cells.csv#NAME`` for the row of that name.

    Raises
    ------
    StudyError
        When the file is absent or wrong, or the table has no such row.
    """
    text = str(where)
    table, mark, name = text.rpartition("#")
    if not mark or not table.lower().endswith(".csv"):
        if text.lower().endswith(".csv"):
            known = ", ".join(read_cell_table(text))
            raise StudyError("a row of the cell table is needed", found=text, todo=f"Write {text}#NAME; rows: {known}")
        return Cell.from_yaml(text)
    cells = read_cell_table(table)
    if name not in cells:
        raise StudyError(f"the cell table {Path(table).name} needs a row {name!r}", found=f"rows {', '.join(cells)}")
    return cells[name]


def cell_file(where: str | Path) -> Path:
    """The file behind what :func:`open_cell` takes, for its hash."""
    table, mark, _ = str(where).rpartition("#")
    return Path(table) if mark and table.lower().endswith(".csv") else Path(where)


def read_cell_table(path: str | Path) -> dict[str, Cell]:
    """Read the cells of a table.

    Parameters
    ----------
    path
        A csv file in UTF-8 with a header line; see the module's docstring.

    Returns
    -------
    dict
        Cell by name, in the order of the file.

    Raises
    ------
    StudyError
        As :func:`read_cell_rows`.
    """
    return {row.cell.name: row.cell for row in read_cell_rows(path)}


def read_cell_rows(path: str | Path) -> list[CellRow]:
    """Read a table of cells with the files of each.

    Parameters
    ----------
    path
        As :func:`read_cell_table`.

    Returns
    -------
    list of CellRow
        In the order of the file.

    Raises
    ------
    StudyError
        When the file is absent or empty, a name is missing or stands twice, or a row does not describe a cell; the
        message names the row.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise StudyError("a readable cell table (csv) is needed", found=f"{file}: {cause}") from cause
    if not rows:
        raise StudyError("a cell table needs a header and one row per cell", found=f"no rows in {file}")
    found: dict[str, CellRow] = {}
    for number, row in enumerate(rows, start=2):
        files = tuple(part.strip() for part in str(row.pop(FILES, None) or "").split(";") if part.strip())
        try:
            cell = Cell.from_mapping(_nested(row))
        except AlkanodeError as cause:
            raise StudyError(f"row {number} of {file.name} must describe a cell", found=str(cause)) from cause
        if not row.get("name"):
            raise StudyError(f"row {number} of {file.name} needs a 'name'", found="an empty cell")
        if cell.name in found:
            raise StudyError(f"every cell of {file.name} needs a name of its own", found=f"{cell.name!r} twice")
        found[cell.name] = CellRow(cell=cell, files=files)
    return list(found.values())


def row_of_file(rows: Sequence[CellRow], file: str | Path) -> CellRow:
    """The row to which a raw file belongs: the one that names it, else the one with its name without endings.

    Raises
    ------
    StudyError
        When no row, or more than one, belongs to the file.
    """
    name = Path(file).name
    stem = name.partition(".")[0]
    naming = [row for row in rows if name in {Path(one).name for one in row.files}]
    fitting = naming or [row for row in rows if row.cell.name == stem]
    if len(fitting) != 1:
        raise StudyError(
            f"one row of the cell table must belong to {name}",
            found=f"{len(fitting)} rows; names {', '.join(row.cell.name for row in rows)}",
            todo=f"Name a row {stem!r}, or name the file in a column {FILES!r}",
        )
    return fitting[0]


def _nested(row: dict[str | None, Any]) -> dict[str, Any]:
    """Turn ``{"anode.mass / mg": "4.3"}`` into ``{"anode": {"mass": "4.3 mg"}}``."""
    nested: dict[str, Any] = {}
    for header, value in row.items():
        if header is None or value is None:
            raise StudyError("every row has as many cells as the header", found=f"{value!r} under {header!r}")
        text = value.strip()
        if not text:
            continue
        key, _, unit = (part.strip() for part in header.partition("/"))
        target = nested
        *parents, leaf = key.split(".")
        for parent in parents:
            branch = target.setdefault(parent, {})
            if not isinstance(branch, dict):
                branch = target[parent] = {"material": branch}
            target = branch
        if leaf in target:
            raise StudyError("every column stands once", found=repr(key))
        target[leaf] = f"{text} {unit}" if unit else _plain(text, leaf)
    return nested


def _plain(text: str, key: str) -> Any:
    """Numbers without a unit stay numbers only where the quantity is a pure number."""
    if key == "kc8_extent":
        try:
            return float(text)
        except ValueError:
            return text
    if key == "single_ion":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text.lower(), text)
    return text
