"""Reader of ZPlot's files (``.z``, which ZView opens) and of the same table as Autolab's programs export it.

Layout, newer (tabs)::

    ZPLOT2 ASCII
      Date:                       10-12-2018
      ...                                           <- settings, "key: value"
      Data Points:                56                <- planned
      Freq(Hz)  Ampl  Bias  Time(Sec)  Z'(a)  Z''(b)  GD  Err  Range
    End Comments
    3.000000E+05  1.0000E-02  0.0000E+00  2.670000E+00  1.4777E+02  -1.1335E+01  0.0000E+00  0  3

older, and Autolab (commas; texts in quotation marks)::

    "Z60W Data File: Version 1.1"                   <- or "ZPlotW Data File: Version 2.6b"
    ...
    41                                              <- number of points
    "  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range"
    10000,0,0,0,0.013785863964281,0.007191946305823,0,0,0

The nine columns are the same. ``Bias`` is set, against what the file does not say: it is recorded in ``header_bias`` and is
no ``voltage``. ``Err`` is not zero where the analyser complained; such points are kept and named. A column ``Time(Sec)`` of
zeros alone was not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.spectra import spectra_history
from alkanode.io.text_table import (
    WHITESPACE,
    as_numbers,
    as_utf8,
    cells_of,
    doubt_words,
    has_decimal_comma,
    text_columns,
)

_FIRST = re.compile(rb'\s*(?:ZPLOT2 ASCII|"?(?:Z60W|ZPlotW) Data File)', re.IGNORECASE)
_NAMES = re.compile(r'^[\s"]*freq\s*\(hz\)', re.IGNORECASE)
_COLUMNS = ("frequency", "amplitude", "bias", "time", "real", "imaginary", "gain", "error", "range")
_USED: tuple[str, ...] = ("frequency", "real", "imaginary", "time", "error")
_NEEDED = 6


class ZplotReader:
    """Reads spectra of ZPlot (``.z``) and of Autolab (``Z60W``)."""

    name: ClassVar[str] = "zplot"
    suffixes: ClassVar[tuple[str, ...]] = (".z", ".txt", ".dat")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="ZPlot / ZView (.z) and Autolab (Z60W)",
        reads="spectra with the time of each point and the flags of the analyser",
        verified="ZPlot 3.2c (21 points), Autolab's Z60W 1.1 (41 points); the older ZPlotW: none",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first line of a file is that of ZPlot or of a Z60W file."""
        return _FIRST.match(head.removeprefix(b"\xef\xbb\xbf")) is not None

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``impedance``. ``attrs``: ``started`` where the file says it, and ``header_bias`` where it is not zero.

        Raises
        ------
        ReaderError
            When no line names the columns, there are no rows, or they have fewer than six cells.

        Warns
        -----
        DataQualityWarning
            When there are fewer points than planned, points are flagged, the start is unknown or can be read in two ways.
        """
        content = read_bytes(path)
        text = as_utf8(content, path.name)
        lines = text.decode("utf-8", errors="replace").split("\n")
        names = next((number for number, line in enumerate(lines) if _NAMES.match(line)), None)
        if names is None:
            raise ReaderError(
                f"{path.name!r} must have the line of names that begins with Freq(Hz)",
                found=f"{len(lines)} lines without",
                todo="The file may be cut off; export it again",
            )
        settings = _settings(lines[:names])
        body = [line for line in lines[names + 1 :] if line.strip() and "end comments" not in line.lower()]
        columns = _columns(body, path.name, ended=text.endswith(b"\n"))
        count = columns["frequency"].size
        planned = _planned(lines[:names], settings)
        if planned and count < planned:
            warn(
                f"{path.name}: {count} points where {planned} were planned; the run was stopped or the file is cut off"
            )
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name)
        attrs |= {
            "technique": settings.get("experiment type", "") or "Impedance spectra",
            "software": lines[0].strip().strip('"'),
            "started": _started(settings, path.name),
        }
        bias = columns.pop("bias")
        if np.nan_to_num(bias).any():
            attrs["header_bias"] = float(np.nanmedian(bias))
        return spectra_history({key: columns[key] for key in _USED if key in columns}, attrs)


def _settings(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        for key, value in re.findall(r"([A-Za-z][\w ()/-]*?):\s*([^\s].*?)(?=\s{3,}\w+:|$)", line.strip().strip('"')):
            found.setdefault(key.strip().lower(), value.strip().strip('"'))
    return found


def _planned(lines: Sequence[str], settings: dict[str, str]) -> int:
    """Number of points that the file speaks of; 0 where it does not."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    said = settings.get("data points", last)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


def _columns(body: Sequence[str], name: str, *, ended: bool) -> dict[str, npt.NDArray[np.float64]]:
    if not body:
        raise ReaderError(f"{name!r} must hold rows", found="a header only")
    delimiter = next((sign for sign in ("\t", ";", ",") if sign in body[0]), WHITESPACE)
    width = len(cells_of(body[0], delimiter))
    if width < _NEEDED:
        raise ReaderError(
            f"the rows of {name!r} must have at least {_NEEDED} cells", found=f"{width} in the first: {body[0][:60]!r}"
        )
    frame = text_columns(
        ("\n".join(body) + ("\n" if ended else "")).encode(),
        width=width,
        places=range(min(width, len(_COLUMNS))),
        delimiter=delimiter,
        name=name,
    )
    comma = has_decimal_comma(body[0], delimiter)
    columns = {}
    for key, place in zip(_COLUMNS, frame.columns, strict=False):
        columns[key] = as_numbers(frame[place], comma=comma)
        doubt_words(frame[place], columns[key], (), f"{name}: {key}")
    return columns


def _started(settings: dict[str, str], name: str) -> str:
    """ISO 8601 of ``10-12-2018`` and ``11:04:34``; the month comes first wherever it can."""
    date = re.match(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", settings.get("date", ""))
    clock = re.match(r"^(\d{1,2}):(\d{1,2}):(\d{1,2})", settings.get("time", ""))
    if date is None or clock is None:
        return ""
    month, day, year = (int(part) for part in date.groups())
    if month > 12:
        month, day = day, month
    elif day <= 12 and day != month:
        warn(f"{name}: the date {date[0]} can be read in two ways; the month is taken to come first")
    try:
        moment = datetime(year, month, day, int(clock[1]), int(clock[2]), int(clock[3]))
    except ValueError:
        warn(f"{name}: the start {date[0]} {clock[0]} is no date")
        return ""
    return moment.isoformat(timespec="milliseconds")
