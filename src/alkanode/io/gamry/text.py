"""What a Gamry data file (``.DTA``) holds: entries and tables.

Layout (CP1252, tabs between fields; the decimal mark is that of the computer's locale)::

    EXPLAIN
    TAG<TAB>EISPOT                                   <- the experiment
    DATE<TAB>LABEL<TAB>4/23/2018<TAB>Date            <- entries: name, type, value, what it is
    ...
    OCVCURVE<TAB>TABLE<TAB>387                       <- tables: name, rows (not always given)
    <TAB>Pt<TAB>T<TAB>Vf<TAB>...                     <- names of the columns
    <TAB>#<TAB>s<TAB>V vs. Ref.<TAB>...              <- their units
    <TAB>0<TAB>0.258333<TAB>-3.46699E-001<TAB>...    <- rows
    ...

Entries may follow a table, and tables entries. ``Pt`` counts the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.text_table import as_numbers, text_columns

FIRST_LINE = "EXPLAIN"
_ROW_FIELDS = 5
"""Fields from which a line that begins with a tab is taken for a row; notes have fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GamryTable:
    """One table of a file.

    Attributes
    ----------
    name
        ``CURVE``, ``CURVE2``, ``ZCURVE``, ``OCVCURVE``, ...
    columns
        Name -> (row,) numbers as written.
    units
        Name -> unit as written.
    """

    name: str
    columns: Mapping[str, npt.NDArray[np.float64]]
    units: Mapping[str, str]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(next(iter(self.columns.values())).size)


@dataclass(frozen=True, slots=True, kw_only=True)
class GamryText:
    """A file taken apart.

    Attributes
    ----------
    entries
        Name -> value; the experiment under ``TAG``.
    tables
        In the order of the file.
    """

    entries: Mapping[str, str]
    tables: tuple[GamryTable, ...]


def take_apart(text: bytes, name: str) -> GamryText:
    """Take a file apart into entries and tables.

    Parameters
    ----------
    text
        The file in UTF-8, lines ended by LF.
    name
        Its name, for messages.

    Returns
    -------
    GamryText

    Raises
    ------
    ReaderError
        When the file does not begin with EXPLAIN, or a table has no names or no rows of numbers.

    Warns
    -----
    DataQualityWarning
        When a table has fewer rows than announced, its points do not count up by one, or rows stand outside any table.
    """
    lines = text.split(b"\n")
    if lines[0].strip() != FIRST_LINE.encode():
        raise ReaderError(f"{name!r} must begin with the line EXPLAIN", found=repr(lines[0][:60]))
    entries: dict[str, str] = {}
    tables: list[GamryTable] = []
    at, stray = 1, 0
    while at < len(lines):
        fields = lines[at].decode("utf-8", errors="replace").split("\t")
        at += 1
        if len(fields) >= 2 and fields[1].strip() == "TABLE":
            end = at
            while end < len(lines) and lines[end].startswith(b"\t"):
                end += 1
            table = _table(fields, lines[at:end], name, ends=end < len(lines))
            if table is not None:
                tables.append(table)
            at = end
        elif fields[0].strip() and len(fields) >= 2:
            value = fields[1] if fields[0] == "TAG" else fields[2] if len(fields) > 2 else ""
            entries.setdefault(fields[0].strip(), value.strip())
        elif len(fields) >= _ROW_FIELDS:
            stray += 1
    if stray:
        warn(f"{name}: {stray} lines look like rows and stand outside any table; they are left out")
    return GamryText(entries=entries, tables=tuple(tables))


def _table(fields: list[str], lines: list[bytes], name: str, *, ends: bool) -> GamryTable | None:
    title = fields[0].strip()
    if len(lines) < 2:
        raise ReaderError(f"the table {title} of {name!r} must have names and units", found=f"{len(lines)} lines")
    labels = [label.strip() for label in lines[0].decode("utf-8", errors="replace").split("\t")[1:]]
    units = [unit.strip() for unit in lines[1].decode("utf-8", errors="replace").split("\t")[1:]]
    if len(set(filter(None, labels))) != len([label for label in labels if label]):
        raise ReaderError(f"the table {title} of {name!r} must name each column once", found=", ".join(labels))
    if len(lines) == 2:
        warn(f"{name}: the table {title} has no rows")
        return None
    body = b"\n".join(line[1:] for line in lines[2:]) + (b"\n" if ends else b"")
    frame = text_columns(body, width=len(labels), places=range(len(labels)), delimiter="\t", name=name)
    comma = bool(frame.select((frame["c1"] if "c1" in frame else frame["c0"]).str.contains(",").any()).item())
    columns = {label: as_numbers(frame[f"c{place}"], comma=comma) for place, label in enumerate(labels) if label}
    announced = fields[2].strip() if len(fields) > 2 else ""
    found = frame.height
    if announced.isascii() and announced.isdigit() and found < int(announced):
        warn(f"{name}: the table {title} has {found} of the {announced} rows that it announces; it may be cut off")
    if announced.isascii() and announced.isdigit() and found > int(announced):
        warn(f"{name}: the table {title} has {found} rows and announces {announced}")
    if "Pt" in columns:
        jumps = np.flatnonzero(~(np.diff(columns["Pt"]) == 1))
        if jumps.size:
            warn(
                f"{name}: the points of {title} do not count up by one after row {jumps[0]}; rows are missing or moved"
            )
    return GamryTable(name=title, columns=columns, units=dict(zip(labels, units, strict=False)))
