"""Reader of Landt / LANHE exports as workbook (``.xlsx``).

Layout: one sheet, or several that continue each other, with a row of column names and one row per record below it;
other sheets hold the test, the procedure, cycles or a log. Rows above the names are about the cell. The names, the
sign of the current and the charge are those of the text exports (:mod:`alkanode.io.landt.columns`,
:mod:`alkanode.io.landt.table`). No real workbook was at hand: the sheets are as public programs describe them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import require
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.landt.columns import names_a_table, read_header
from alkanode.io.landt.current import LandtOptions
from alkanode.io.landt.table import landt_history
from alkanode.io.rows import read_bytes, source_attrs

MOST_ROWS_BEFORE = 200
"""Rows in which the column names are looked for."""

_ZIP = b"PK\x03\x04"
_PARTS = (b"[Content_Types].xml", b"xl/", b"_rels/.rels", b"docProps/")
_FIRST_DAY = datetime(1899, 12, 30)
"""Day 0 of a workbook: a length of time that is formatted as a date counts from here."""

Cells = Sequence[Any]


@dataclass(frozen=True, slots=True)
class LandtXlsxReader(LandtOptions):
    """Reads exports of Landt's programs as workbook.

    Parameters
    ----------
    working_electrode, current
        As :class:`alkanode.io.landt.current.LandtOptions`.
    """

    name: ClassVar[str] = "landt-xlsx"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Landt / LANHE, workbook export (.xlsx)",
        reads="as the text export",
        extra="excel",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of a workbook; only reading tells whose it is."""
        return head.startswith(_ZIP) and any(part in head[:512] for part in _PARTS)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            As :func:`alkanode.io.landt.table.landt_history`; ``attrs["sheets"]`` names the sheets of the records.

        Raises
        ------
        ReaderError
            When the file is no workbook, no sheet holds the column names, or as
            :func:`alkanode.io.landt.table.landt_history`.
        MissingExtraError
            When python-calamine is not installed.

        Warns
        -----
        DataQualityWarning
            When a further sheet has other columns and is left out, or as
            :func:`alkanode.io.landt.table.landt_history`.
        """
        content = read_bytes(path)
        calamine = require("python_calamine", extra="excel")
        tables = _tables(calamine, content, path.name)
        sheets = list(tables)
        names = tables[sheets[0]][0]
        header = read_header(names, path.name)
        rows: list[Cells] = []
        for sheet in sheets:
            if tables[sheet][0] == names:
                rows.extend(tables[sheet][1:])
            else:
                warn(f"{path.name}: sheet {sheet!r} has other columns than {sheets[0]!r} and is left out")
        if not rows:
            raise ReaderError(f"{path.name!r} must hold rows", found="a header only")
        places = {f"c{column.place}": column.place for column in header.columns.values()}
        cells = pl.DataFrame(
            {key: [_as_text(row[place]) for row in rows] for key, place in places.items()},
            schema=dict.fromkeys(places, pl.String),
        )
        source = source_attrs(path, content, reader=self.name)
        source["sheets"] = ", ".join(sheet for sheet in sheets if tables[sheet][0] == names)
        return landt_history(cells, header, self, source)


def _tables(calamine: Any, content: bytes, name: str) -> dict[str, list[Cells]]:
    """Sheets with records: their names of columns, then their rows that are not empty."""
    tables: dict[str, list[Cells]] = {}
    seen = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheet_names:
            seen.append(sheet)
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            for at, row in enumerate(rows[:MOST_ROWS_BEFORE]):
                names = [_as_text(cell) for cell in row]
                if names_a_table(names):
                    tables[sheet] = [names, *(below for below in rows[at + 1 :] if any(cell != "" for cell in below))]
                    break
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as cause:
        raise ReaderError(
            f"{name!r} must be a workbook", found=str(cause).splitlines()[0] if str(cause) else type(cause).__name__
        ) from cause
    if not tables:
        raise ReaderError(
            f"{name!r} must hold a sheet with columns of test time, voltage and current",
            found=f"sheets {', '.join(map(repr, seen)) or 'none'}",
            todo="Export the records from Landt's program with test time, voltage, current and capacity",
        )
    return tables


def _as_text(cell: Any) -> str:
    """A cell as it would stand in the text export; lengths of time in hours, minutes and seconds."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, datetime):
        if cell.year < 1901:
            return _clock(cell - _FIRST_DAY)
        return cell.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d 00:00:00")
    if isinstance(cell, timedelta):
        return _clock(cell)
    if isinstance(cell, time):
        return cell.strftime("%H:%M:%S.%f")
    return repr(cell)


def _clock(length: timedelta) -> str:
    """A length of time as 12:34:56.789, hours beyond a day counted on."""
    seconds = length.total_seconds()
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02d}:{seconds % 60:09.6f}"
