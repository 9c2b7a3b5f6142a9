"""Reader of Landt / LANHE exports as text (``.csv``, ``.txt``).

Layout: some lines about the cell, then one line of column names, then one line per record, separated by commas, tabs
or semicolons. Rows of the real export end with a comma more than its line of names. See
:mod:`alkanode.io.landt.columns` for the names and the sign of the current, :mod:`alkanode.io.landt.table` for the
charge.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.landt.columns import LandtHeader, is_landt_text, names_a_table, read_header
from alkanode.io.landt.current import LandtOptions
from alkanode.io.landt.table import landt_history
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.text_table import as_utf8, cells_of, doubt_rows_above, has_decimal_comma, text_columns

DELIMITERS = (",", "\t", ";")
ENCODINGS = ("utf-8", "gb18030", "cp1252")
"""Tried in this order; Chinese computers write the second."""

MOST_LINES_BEFORE = 200
"""Lines in which the column names are looked for; the real export has them on the seventh."""

_UTF_16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class LandtCsvReader(LandtOptions):
    """Reads exports of Landt's programs as text.

    Parameters
    ----------
    working_electrode, current
        As :class:`alkanode.io.landt.current.LandtOptions`.
    """

    name: ClassVar[str] = "landt-csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".txt")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Landt / LANHE, text export (.csv)",
        reads="voltage, current, charge from the capacities, steps, cycles, ambient temperature; English and Chinese "
        "column names, UTF-8, UTF-16 and GBK, decimal point or comma",
        verified="one export with English names (25,162 rows); the Chinese names are those that public programs use",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether one of the first lines of a file holds Landt's column names."""
        if b"\0" in head and not head.startswith(tuple(mark for mark, _ in _UTF_16)):
            return False  # a binary file
        for encoding in _encodings(head):
            text = head.decode(encoding, errors="replace").lstrip("\ufeff")
            if any(is_landt_text(line, mark) for line in text.splitlines() for mark in DELIMITERS):
                return True
        return False

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            As :func:`alkanode.io.landt.table.landt_history`.

        Raises
        ------
        ReaderError
            When no line holds the column names, or as :func:`alkanode.io.landt.table.landt_history`.

        Warns
        -----
        DataQualityWarning
            When lines have another number of cells than the others, the last line has no end, or as
            :func:`alkanode.io.landt.table.landt_history`.
        """
        content = read_bytes(path)
        text, line, delimiter = _find(content, path.name)
        body = text[line:].partition(b"\n")[2]
        header = read_header(cells_of(_line(text, line), delimiter), path.name)
        above = text[:line].decode("utf-8", errors="replace").splitlines()
        doubt_rows_above(above, header.width, delimiter, path.name)
        cells = _cells(body, header, delimiter, path.name)
        comma = has_decimal_comma(body[:4096].decode("utf-8", errors="replace"), delimiter)
        source = source_attrs(path, content, reader=self.name)
        return landt_history(cells, header, self, source, comma=comma)


def _encodings(content: bytes) -> tuple[str, ...]:
    marked = tuple(encoding for mark, encoding in _UTF_16 if content.startswith(mark))
    return marked or ENCODINGS


def _find(content: bytes, name: str) -> tuple[bytes, int, str]:
    """The text in UTF-8, where the line of column names begins in it, and the delimiter."""
    for encoding in _encodings(content):
        text = as_utf8(content, name, encoding=encoding)
        at = 0
        for _ in range(MOST_LINES_BEFORE):
            line = _line(text, at)
            for delimiter in DELIMITERS:
                if names_a_table(cells_of(line, delimiter)):
                    return text, at, delimiter
            at = text.find(b"\n", at) + 1
            if at == 0:
                break
    raise ReaderError(
        f"{name!r} must hold a line of column names with test time, voltage and current",
        found=repr(content[:60].decode("utf-8", errors="replace")),
        todo="Export the records from Landt's program with test time, voltage, current and capacity",
    )


def _line(text: bytes, at: int) -> str:
    end = text.find(b"\n", at)
    return text[at : end if end >= 0 else len(text)].decode("utf-8", errors="replace")


def _cells(body: bytes, header: LandtHeader, delimiter: str, name: str) -> pl.DataFrame:
    """The cells below the names. Rows may end with a delimiter more than the names, but not with a cell more."""
    wanted = [column.place for column in header.columns.values()]
    width = len(_line(body, 0).split(delimiter))
    beyond = range(header.width, width)
    cells = text_columns(
        body, width=max(header.width, width), places=sorted((*wanted, *beyond)), delimiter=delimiter, name=name
    )
    filled = [cells[f"c{place}"].fill_null("") != "" for place in beyond]
    longer = sum(int(column.sum()) for column in filled)
    if longer > 0.5 * cells.height:
        raise ReaderError(
            f"the rows of {name!r} must not hold more cells than there are column names ({header.width})",
            found=f"{longer} longer rows",
            todo="Export with another delimiter where the decimal mark is a comma",
        )
    if longer:
        warn(f"{name}: {longer} rows hold more cells than there are column names; their columns may be shifted")
    return cells
