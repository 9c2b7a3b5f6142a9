"""Reader of any text table, by a column map.

Layout: any lines above; one line of column names (and perhaps one of units); then one line per row. Comma, semicolon,
tab, bar or blanks part the cells; the decimal mark is a point or a comma. What the columns mean is said by a
:class:`~alkanode.io.tables.column_map.ColumnMap`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import history_from_rows, read_bytes, source_attrs
from alkanode.io.tables.column_map import ColumnMap
from alkanode.io.tables.header import SEARCHED_LINES, doubt_unread, find_header
from alkanode.io.tables.rows import Cells, mapped_rows
from alkanode.io.tables.spectra import mapped_spectra
from alkanode.io.text_table import as_utf8, doubt_rows_above, has_decimal_comma, text_columns


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads text tables by a column map.

    Parameters
    ----------
    columns
        The map, for example from :meth:`ColumnMap.from_yaml`.
    complete
        Whether a column of the map that the file lacks is doubted. ``True``, since a map is written for one kind of
        file; maps that list the names of many versions set it off.
    units_needed
        Whether :meth:`sniff` asks for a unit of time, voltage and current in the header.
    label
        Name of the reader in the record, where another one reads through this.

    Examples
    --------
    >>> from alkanode.io import ColumnMap
    >>> columns = {"time": "t (s)", "voltage": "U (V)", "current": "I (mA)"}
    >>> reader = TableReader(ColumnMap.from_mapping({"positive": "charging", "columns": columns}))
    >>> reader.name
    'column-map'
    """

    columns: ColumnMap
    complete: bool = True
    units_needed: bool = False
    label: str = "column-map"

    name: ClassVar[str] = "column-map"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".dat", ".asc")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Any text table, by a column map",
        reads="whatever the map names: time or dates, voltage, current, capacities, steps, cycles, control, temperature; of "
        "spectra frequency, real and imaginary part or modulus and phase",
        verified="a Landt export and the table made from it, by maps",
    )

    def sniff(self, head: bytes) -> bool:
        """Whether the beginning of a file has a header that names the needed columns."""
        try:
            text = as_utf8(head, "", encoding=self.columns.encoding)
            header = find_header(_first_lines(text), self.columns, "")
        except ReaderError:
            return False
        return not self.units_needed or all(unit for _, unit in header.places.values())

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling``, or ``impedance`` by a map of spectra. ``attrs`` say how the sign was taken (``sign``), where current and charge come from, and which
            columns were left aside (``ignored_columns``).

        Raises
        ------
        ReaderError
            When no line names the needed columns, or the rows hold no times.

        Warns
        -----
        DataQualityWarning
            When the map names what the file lacks, and for rows and cells that are odd.
        """
        content = read_bytes(path)
        cells, attrs, comma = self._cells(content, path.name)
        attrs = source_attrs(path, content, reader=self.label) | attrs
        if self.columns.of_spectra:
            return mapped_spectra(cells, self.columns, attrs, comma=comma)
        rows, more = mapped_rows(cells, self.columns, path.name, comma=comma)
        return history_from_rows(rows, attrs | more)

    def _cells(self, content: bytes, name: str) -> tuple[Cells, dict[str, Any], bool]:
        text = as_utf8(content, name, encoding=self.columns.encoding)
        if self.columns.comment:
            text = re.sub(rb"(?m)^" + re.escape(self.columns.comment.encode()) + rb".*(?:\n|\Z)", b"", text)
        above = _first_lines(text)
        header = find_header(above, self.columns, name)
        doubt_rows_above(above[: header.line], len(header.labels), header.delimiter, name)
        doubt_unread(header, self.columns, name, complete=self.complete)
        body = text.split(b"\n", header.rows_from)
        if len(body) <= header.rows_from or not body[-1].strip():
            raise ReaderError(f"{name!r} must hold rows", found="a header only")
        rows = body[-1]
        first = rows.lstrip(b"\n").split(b"\n", 1)[0].decode("utf-8", errors="replace")
        comma = self.columns.decimal == "," or (
            self.columns.decimal == "auto" and has_decimal_comma(first, header.delimiter)
        )
        places = sorted({place for place, _ in header.places.values()})
        frame = text_columns(rows, width=len(header.labels), places=places, delimiter=header.delimiter, name=name)
        cells = {key: (frame[f"c{place}"], unit) for key, (place, unit) in header.places.items()}
        ignored = [label for place, label in enumerate(header.labels) if place not in places and label]
        return cells, {"technique": self.columns.title, "ignored_columns": ", ".join(ignored)}, comma


def _first_lines(text: bytes) -> list[str]:
    lines = text[: 400 * SEARCHED_LINES].split(b"\n", SEARCHED_LINES)[:SEARCHED_LINES]
    return [line.decode("utf-8", errors="replace") for line in lines]
