"""Reader of text exports of RelaxIS.

Layout (tabs between cells)::

    RelaxIS 3.0 Spectrum export
    Date: 12/16/2025 2:29:15 PM                                   <- of the export
    Data: Frequency  Data: Z'  Data: Z''  Data: |Z|  Data: Theta (Z)
    DC=-0.08, TM=33.7, ...   Model: ...   (WE/RE Spectrum) NAME   <- conditions, model and name of the spectrum
    0.1000218        1799427.6  -8093785.5  8291399.4  -77.47     <- ascending frequency; Hz, ohm, degrees
    ...

Further spectra stand beside it (as many columns again; shorter ones end in empty cells) or behind it (a further line of
conditions). Only a file with one spectrum was at hand. Against the instrument's own file of that spectrum ``DC`` is the mean
voltage (V), ``TM`` the mean time of the sweep on the instrument's clock (s); both are used. ``J`` is the mean current in a
unit that the file does not say; it is kept in ``header_conditions`` with the rest, and not used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.spectra import is_whole, spectra_history, turned
from alkanode.io.spectra_text.header import is_number, named_as
from alkanode.io.spectra_text.names import spectrum_column
from alkanode.io.text_table import as_numbers, as_utf8

Array = npt.NDArray[np.float64]

_FIRST = re.compile(rb"\s*RelaxIS\s+[\d.,]+\s+Spectrum export")
_LABELS = "Data:"
_CONDITION = re.compile(r"([A-Za-z]\w*)\s*=\s*([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)")
_NAME = re.compile(r"^\([^)]*Spectrum\)\s*")


@dataclass(slots=True)
class _Part:
    """Spectra side by side: their names of columns, conditions, and rows."""

    quantities: list[str]
    conditions: list[str]
    rows: list[list[str]] = field(default_factory=list)


class RelaxisReader:
    """Reads spectra exported by RelaxIS as text."""

    name: ClassVar[str] = "relaxis"
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".dat", ".csv")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="RelaxIS, spectrum export as text",
        reads="spectra with their mean voltage and time, side by side or behind each other; decimal point or comma",
        verified="one spectrum of version 3.0 (79 points), the same as in the instrument's file; several in one file: none",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first line of a file is that of a spectrum export of RelaxIS."""
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
            ``impedance``, points in the order of the file (ascending frequency). ``attrs``: ``header_spectra`` (names),
            ``header_conditions``, ``header_export_date``.

        Raises
        ------
        ReaderError
            When the file is no spectrum export, names no columns, or holds no rows.

        Warns
        -----
        DataQualityWarning
            When rows have cells beside the named columns, cells are no numbers, conditions are missing, or the last line has no
        end; and as
            :func:`alkanode.io.spectra.spectra_history`.
        """
        content = read_bytes(path)
        text = as_utf8(content, path.name)
        if not _FIRST.match(text):
            raise ReaderError(
                f"{path.name!r} must begin as a spectrum export of RelaxIS", found=repr(text[:40].split(b"\n")[0])
            )
        lines = text.decode("utf-8", errors="replace").split("\n")
        parts = [part for part in _parts(lines, path.name) if part.rows]
        if not parts:
            raise ReaderError(f"{path.name!r} must hold rows", found="a header only")
        if not text.endswith(b"\n"):
            warn(f"{path.name}: the last line has no end, so the file may be cut off inside it")
        columns, times, loop = _joined(parts, path.name)
        date = next((line.partition(":")[2].strip() for line in lines[:3] if line.startswith("Date:")), "")
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name)
        attrs |= {
            "technique": "Impedance spectra",
            "software": lines[0].partition(" Spectrum")[0].strip(),
            "time_from": "" if times is None else "TM, the mean time of each sweep",
            "header_export_date": date,
            "header_spectra": "; ".join(filter(None, (_name(part, at) for part in parts for at in _starts(part)))),
            "header_conditions": "; ".join(filter(None, (_cell(part, at) for part in parts for at in _starts(part)))),
        }
        return spectra_history(columns, attrs, phase_unit="deg", loop=loop, spectrum_time=times)


def _parts(lines: Sequence[str], name: str) -> list[_Part]:
    """The file in parts: each line of conditions begins one."""
    quantities: list[str] = []
    parts: list[_Part] = []
    for line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if line.startswith(_LABELS):
            named = [spectrum_column(cell) for cell in cells]
            quantities = ["" if entry is None else named_as(entry) for entry in named]
            if not is_whole([entry for entry in quantities if entry]):
                raise ReaderError(
                    f"{name!r} must export the frequency with Z' and Z'', or with |Z| and theta",
                    found=", ".join(cells),
                    todo="Choose these columns when exporting from RelaxIS",
                )
        elif any(is_number(cell, comma=True) for cell in cells):
            if not quantities:
                raise ReaderError(
                    f"{name!r} must name its columns in a line 'Data: ...'", found="rows above any such line"
                )
            if not parts:
                parts.append(_Part(quantities, []))
            parts[-1].rows.append(cells)
        elif quantities and any(cells):
            parts.append(_Part(quantities, cells))
    for part in parts:
        width = max((len(row) for row in part.rows), default=0)
        if part.quantities.count("frequency") == 1 and width > len(part.quantities):
            whole, rest = divmod(width, len(part.quantities))
            if rest:
                warn(f"{name}: rows of {width} cells, {len(part.quantities)} columns are named; the rest is left out")
            part.quantities = part.quantities * whole
    return parts


def _starts(part: _Part) -> list[int]:
    """Where the columns of each spectrum of a part begin."""
    return [place for place, quantity in enumerate(part.quantities) if quantity == "frequency"]


def _cell(part: _Part, start: int) -> str:
    return part.conditions[start] if start < len(part.conditions) else ""


def _name(part: _Part, start: int) -> str:
    ends = [*_starts(part)[1:], max(len(part.quantities), len(part.conditions))]
    cells = part.conditions[start : ends[_starts(part).index(start)]]
    found = next((cell for cell in cells if _NAME.match(cell)), "")
    return _NAME.sub("", found)


def _joined(parts: Sequence[_Part], name: str) -> tuple[dict[str, Array], Any, npt.NDArray[np.int32]]:
    """All spectra one after the other: columns, times, numbers of the spectra."""
    tables: list[dict[str, Array]] = []
    for part in parts:
        starts = _starts(part)
        comma = not any("." in cell for row in part.rows for cell in row)
        for start, end in zip(starts, [*starts[1:], len(part.quantities)], strict=True):
            rows = [row for row in part.rows if any(row[start:end])]
            table: dict[str, Array] = {}
            for place in range(start, end):
                cells = pl.Series([row[place] if place < len(row) else "" for row in rows], dtype=pl.String)
                if part.quantities[place]:
                    table.setdefault(part.quantities[place], as_numbers(cells, comma=comma))
            if not rows:
                continue
            lost = int(sum(np.isnan(values).sum() for values in table.values()))
            if lost:
                warn(f"{name}: {lost} cells are missing or no numbers and become NaN; the file may be cut off")
            known = {key: float(value.replace(",", ".")) for key, value in _CONDITION.findall(_cell(part, start))}
            size = len(rows)
            table["voltage"] = np.full(size, known.get("DC", np.nan))
            table["mean_time"] = np.full(size, known.get("TM", np.nan))
            tables.append(turned(table))
    if not tables:
        raise ReaderError(f"{name!r} must hold rows", found="empty cells only")
    shared = [key for key in tables[0] if all(key in table for table in tables)]
    columns = {key: np.concatenate([table[key] for table in tables]) for key in shared}
    for key, said, lack in (("voltage", "DC", "voltage"), ("mean_time", "TM", "time")):
        without = sum(bool(np.isnan(table[key]).all()) for table in tables)
        if without:
            warn(
                f"{name}: the conditions of {without} of {len(tables)} spectra do not say {said}, so their {lack} is unknown"
            )
    times = columns.pop("mean_time")
    if not np.isfinite(columns["voltage"]).any():
        del columns["voltage"]
    loop = np.repeat(np.arange(len(tables)), [table["frequency"].size for table in tables]).astype(np.int32)
    return columns, times if np.isfinite(times).all() else None, loop
