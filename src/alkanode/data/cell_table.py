"""The cell table: a csv with one row per cell.

A header is a key of :class:`~alkanode.data.cell.Cell`, dotted into its parts where needed, with an optional unit after a slash:
``name, anode.material, anode.mass / mg, area / cm2, stack_pressure / MPa, temperature / degC``. A cell of the table may
instead carry its own unit (``0.283 cm2``). Empty cells are left out.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from alkanode.data.cell import Cell
from alkanode.foundation.errors import AlkanodeError, StudyError


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
    """Read a table of cells.

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
    cells: dict[str, Cell] = {}
    for number, row in enumerate(rows, start=2):
        try:
            cell = Cell.from_mapping(_nested(row))
        except AlkanodeError as cause:
            raise StudyError(f"row {number} of {file.name} must describe a cell", found=str(cause)) from cause
        if not row.get("name"):
            raise StudyError(f"row {number} of {file.name} needs a 'name'", found="an empty cell")
        if cell.name in cells:
            raise StudyError(f"every cell of {file.name} needs a name of its own", found=f"{cell.name!r} twice")
        cells[cell.name] = cell
    return cells


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
