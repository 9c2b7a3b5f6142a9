"""Reader of BioLogic's text files (``.mpt``, and ``.txt`` from "Export as Text").

Layout (CP1252, lines ended by LF or CRLF)::

    EC-Lab ASCII FILE
    Nb header lines : 97
    ...  name of the technique, key : value lines, a table of settings
    mode<TAB>ox/red<TAB>...<TAB>time/s<TAB>...        <- the last header line
    3<TAB>1<TAB>...                                   <- one line per row

The decimal mark is that of the computer's locale, in the header and in the rows. The line "Acquisition started on"
may be missing. A file may also begin with the line of column names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.biologic.columns import meaning
from alkanode.io.biologic.fields import BiologicHeader, biologic_history
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.text_table import doubt_rows_above, number_columns

_FIRST_LINES = (b"EC-Lab ASCII FILE", b"BT-Lab ASCII FILE")
_COUNT = re.compile(rb"Nb header lines\s*:\s*(\d+)")
_SETTINGS_WIDTH = 20
_PIECE = 4096
"""Bytes from the end of a file that are looked at in one go."""


class MptReader:
    """Reads text exports of EC-Lab."""

    name: ClassVar[str] = "biologic-mpt"
    suffixes: ClassVar[tuple[str, ...]] = (".mpt", ".txt")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="BioLogic EC-Lab, text",
        reads="the same fields as the binary form; LF or CRLF, decimal point or comma, header with or without a start",
        verified="Modulo Bat (63 columns), PEIS; EC-Lab 11.1 to 11.6; exports of the same runs as four of the binary files",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of a text export of EC-Lab."""
        head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return head.startswith(_FIRST_LINES) or _names_columns(head.split(b"\n", 1)[0])

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling`` (all rows) and, where there are sweeps, ``impedance``; see
            :func:`alkanode.io.biologic.fields.biologic_history`.

        Raises
        ------
        ReaderError
            When the file is no text export of EC-Lab, holds no rows, or columns with unknown units.

        Warns
        -----
        DataQualityWarning
            When cells cannot be read as numbers, lines have another number of cells than the others, a row stands in the
            header, the last line is incomplete, or the start of the clock is missing.
        """
        content = read_bytes(path)
        text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
        header_lines, names, start = _split(text, path.name)
        doubt_rows_above(header_lines, sum(map(bool, names)), "\t", path.name)
        columns = _columns(names, _rows(text, start, path.name), path.name)
        header = _header(header_lines, path.name)
        return biologic_history(columns, header, source_attrs(path, content, reader=self.name))


def _names_columns(line: bytes) -> bool:
    labels = line.decode("cp1252", errors="replace").strip().split("\t")
    return (
        len(labels) > 2 and ("time/s" in labels or "freq/Hz" in labels) and any("/V" in x or "Ohm" in x for x in labels)
    )


def _split(text: bytes, name: str) -> tuple[list[str], list[str], int]:
    """Header lines, names of the columns, and where the rows begin."""
    first_end = _line_end(text, 0)
    if text.startswith(_FIRST_LINES):
        count = _COUNT.match(text, first_end)
        if count is None or int(count[1]) < 3:
            raise ReaderError(
                f"the second line of {name!r} must give the number of header lines",
                found=repr(text[first_end : _line_end(text, first_end)][:60].rstrip(b"\n")),
            )
        lines: list[bytes] = []
        at = _line_end(text, first_end)
        while len(lines) < int(count[1]) - 2 and at < len(text):
            end = _line_end(text, at)
            lines.append(text[at:end].rstrip(b"\n"))
            at = end
        if len(lines) < int(count[1]) - 2 or not text[at - 1 : at] == b"\n":
            raise ReaderError(f"{name!r} must hold rows", found=f"{len(lines) + 2} lines, all of them header")
        header = [line.decode("cp1252", errors="replace").rstrip("\r") for line in lines[:-1]]
        label_line = lines[-1]
    elif _names_columns(text[:first_end]):
        header, label_line, at = [], text[:first_end], first_end
    else:
        raise ReaderError(
            f"{name!r} must begin as a text export of EC-Lab", found=repr(text[:first_end].rstrip(b"\n")[:60])
        )
    return header, label_line.decode("cp1252", errors="replace").strip("\r\n").split("\t"), at


def _line_end(text: bytes, start: int) -> int:
    """Where the line after this one begins."""
    at = text.find(b"\n", start)
    return len(text) if at < 0 else at + 1


def _rows(text: bytes, start: int, name: str) -> bytes:
    """The lines of the rows, without what fills the file behind them and without an incomplete last one."""
    end = len(text)
    while end > start:
        piece = text[max(start, end - _PIECE) : end]
        kept = len(piece.rstrip(b"\r\n \x00\x1a"))
        end -= len(piece) - kept
        if kept:
            break
    last = text.rfind(b"\n", start, end) + 1
    if last and text.count(b"\t", last, end) < text.count(b"\t", start, _line_end(text, start)):
        warn(f"{name}: the last line is incomplete and left out; the file is cut off")
        end = last
    body = text[start:end]
    if not body.strip(b"\r\n\t \x0b\x0c"):
        raise ReaderError(f"{name!r} must hold rows", found="a header only")
    return body


def _columns(names: Sequence[str], body: bytes, name: str) -> dict[str, npt.NDArray[Any]]:
    """Used columns in SI under the names of their quantities."""
    first = body[: _line_end(body, 0)]
    width = first.count(b"\t") + 1
    filled = sum(map(bool, names))
    if filled > width:
        warn(
            f"{name}: {filled} columns are named and the first row has {width} cells: a row has run into the line of the "
            "names, or the file is cut off"
        )
    wanted: dict[int, tuple[str, float]] = {}
    for place, label in enumerate(names[:width]):
        known = meaning(label)
        if known is not None and known[0] not in {quantity for quantity, _ in wanted.values()}:
            wanted[place] = known
    if not wanted:
        raise ReaderError(f"{name!r} must hold known columns", found=", ".join(names) or "none")
    frame = number_columns(body, width=width, places=list(wanted), delimiter="\t", comma=b"," in first, name=name)
    columns: dict[str, npt.NDArray[Any]] = {}
    for place, (quantity, factor) in wanted.items():
        values = frame[f"c{place}"].to_numpy()
        columns[quantity] = values if factor == 1.0 else values * factor
    return columns


def _header(lines: Sequence[str], name: str) -> BiologicHeader:
    values: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(" : ")
        if colon:
            values.setdefault(key.strip(), value.strip())
    technique = next((line.strip() for line in lines if line.strip()), "")
    software = re.search(r"for windows v([\d.]+)", "\n".join(lines))
    return BiologicHeader(
        technique=technique if " : " not in technique else "",
        started=_date(values.get("Acquisition started on", ""), name),
        instrument=values.get("Device", ""),
        channel=values.get("Run on channel", ""),
        software=f"EC-Lab {software[1]}" if software else "",
        area=_quantity(values.get("Electrode surface area", ""), {"cm²": 1e-4, "m²": 1.0, "mm²": 1e-6}),
        mass=_quantity(values.get("Characteristic mass", ""), {"g": 1e-3, "mg": 1e-6, "kg": 1.0, "µg": 1e-9}),
        electrode=values.get("Electrode material", ""),
        electrolyte=values.get("Electrolyte", ""),
        comments=values.get("Comments", ""),
        step_types=_step_types(lines),
    )


def _step_types(lines: Sequence[str]) -> dict[int, str]:
    """Types of the steps of a Modulo Bat: two lines of cells 20 characters wide."""
    table: dict[str, list[str]] = {}
    for line in lines:
        key = line[:_SETTINGS_WIDTH].strip()
        if key in {"Ns", "ctrl_type"}:
            cells = range(_SETTINGS_WIDTH, len(line), _SETTINGS_WIDTH)
            table.setdefault(key, [line[at : at + _SETTINGS_WIDTH].strip() for at in cells])
    if len(table) < 2:
        return {}
    return {int(step): kind for step, kind in zip(table["Ns"], table["ctrl_type"], strict=False) if step.isdigit()}


def _quantity(text: str, units: dict[str, float]) -> float | None:
    match = re.match(r"^([-+\d.,eE]+)\s+(\S+)$", text)
    if match is None or match[2] not in units:
        return None
    try:
        return float(f"{float(match[1].replace(',', '.')) * units[match[2]]:.7g}")
    except ValueError:
        return None


def _date(text: str, name: str) -> str:
    """ISO 8601 of ``08/23/2021 11:44:40.646``; the month comes first wherever it can.

    EC-Lab writes month, day and year, with the separator of the computer's locale.
    """
    parts = re.match(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2,4})\s+(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?$", text)
    if parts is None:
        warn(f"{name}: the header does not say when the acquisition started")
        return ""
    first, second, year, hour, minute, seconds = (int(part) for part in parts.groups()[:6])
    month, day = (first, second) if first <= 12 else (second, first)
    micro = int((parts[7] or "0").ljust(6, "0"))
    try:
        moment = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, seconds, micro)
    except ValueError:
        warn(f"{name}: the acquisition start {text!r} is no date")
        return ""
    return moment.isoformat(timespec="milliseconds")
