"""Reader of spectra in tables of numbers without any names: frequency, real part, imaginary part.

Layout: three numbers in every line, perhaps a running index before them, perhaps modulus and phase (degrees) behind them.
Nothing in such a file says what it is, so everything is an assumption, and a warning says which.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import read_bytes, source_attrs
from alkanode.io.spectra import spectra_history
from alkanode.io.spectra_text.header import COMMENTS, DELIMITERS, is_number
from alkanode.io.spectra_text.table import first_lines
from alkanode.io.text_table import as_numbers, as_utf8, cells_of, has_decimal_comma, text_columns

Array = npt.NDArray[np.float64]

_FEWEST_ROWS = 5
_EVEN = 0.3  # of the middle step of ln f that other steps may differ by: sweeps are spaced evenly in ln f
_MOSTLY = 0.8  # of the steps that are even: rounded frequencies and the turns between sweeps are not
_AGREE = 0.01
_ASSUMED = "columns are frequency (Hz), real part (ohm), imaginary part (ohm)"


class NumbersReader:
    """Reads tables of frequency, real and imaginary part without names."""

    name: ClassVar[str] = "spectra-numbers"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt", ".dat", ".asc")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Text table of spectra without names",
        reads="three columns taken as frequency, real and imaginary part, with a doubt that says so; an index before them or "
        "modulus and phase behind them where the numbers prove it",
        verified="one file (66 points)",
    )
    last_resort: ClassVar[bool] = True

    def sniff(self, head: bytes) -> bool:
        """Whether all lines are three to six numbers and one of the first two columns is spaced as a sweep is."""
        if b"\0" in head:
            return False
        text = as_utf8(head, "")
        lines = _filled(first_lines(text))
        if not text.endswith(b"\n"):
            lines = lines[:-1]
        delimiter = _delimiter(lines, ended=True)
        if delimiter is None or len(lines) < _FEWEST_ROWS:
            return False
        comma = has_decimal_comma(lines[0], delimiter)
        numbers = np.array([[_number(cell, comma) for cell in cells_of(line, delimiter)[:2]] for line in lines])
        if not np.isfinite(numbers).all():
            return False
        indexed = len(cells_of(lines[0], delimiter)) > 3 and _counts(numbers[:, 0])
        return _swept(numbers[:, int(indexed)])

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``impedance``; ``attrs["assumed"]`` says what the columns were taken for.

        Raises
        ------
        ReaderError
            When the lines are no table of three numbers (beside an index, and modulus with phase), or the first column
            cannot be a frequency.

        Warns
        -----
        DataQualityWarning
            Always, with the assumption.
        """
        content = read_bytes(path)
        text = as_utf8(content, path.name)
        lines = _filled(first_lines(text))
        delimiter = _delimiter(lines, ended=text.endswith(b"\n"))
        if delimiter is None:
            raise ReaderError(
                f"{path.name!r} must hold three to six numbers in every line",
                found=repr(lines[0][:60]) if lines else "nothing",
                todo="Write frequency, real part and imaginary part in three columns, or name the columns",
            )
        columns = _columns(text, delimiter, has_decimal_comma(lines[0], delimiter), path.name)
        indexed = len(columns) > 3 and _counts(columns[0])
        used = columns[1:] if indexed else columns
        if (used[0] < 0).any() or not (used[0] > 0).any():
            raise ReaderError(
                f"the first column of {path.name!r} must be a frequency",
                found=f"{int((used[0] < 0).sum())} negative and {int((used[0] > 0).sum())} positive numbers",
                todo="Name the columns in a line above them, or in a column map",
            )
        if len(used) != 3 and not _proved(used):
            raise ReaderError(
                f"the columns of {path.name!r} need names",
                found=f"{len(used)} columns of numbers, and nothing that tells what they are",
                todo="Name them in a line above them, or in a column map: frequency, real, imaginary",
            )
        assumed = f"no names: {_ASSUMED}" + (", behind an index" if indexed else "")
        warn(f"{path.name}: {assumed} are assumed; the checks of spectra judge the sign")
        attrs = source_attrs(path, content, reader=self.name) | {"technique": "Impedance spectra", "assumed": assumed}
        return spectra_history({"frequency": used[0], "real": used[1], "imaginary": used[2]}, attrs)


def _filled(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip() and not line.lstrip().startswith(COMMENTS)]


def _delimiter(lines: list[str], *, ended: bool) -> str | None:
    """What parts the cells into three to six numbers in each of the first lines; a last one without end is not asked."""
    lines = lines if ended or len(lines) < 2 else lines[:-1]
    for delimiter in DELIMITERS:
        rows = [cells_of(line, delimiter) for line in lines[:20]]
        comma = bool(lines) and has_decimal_comma(lines[0], delimiter)
        wide = {len(row) - (row[-1] == "") for row in rows}
        numbers = all(is_number(cell, comma=comma) for row in rows for cell in row[: min(wide, default=0)])
        if len(wide) == 1 and 3 <= wide.pop() <= 6 and numbers:
            return delimiter
    return None


def _number(cell: str, comma: bool) -> float:
    return float(cell.replace(",", ".") if comma else cell) if is_number(cell, comma=comma) else np.nan


def _columns(text: bytes, delimiter: str, comma: bool, name: str) -> list[Array]:
    signs = tuple(sign.encode() for sign in COMMENTS)
    rows = [line for line in text.split(b"\n") if line.strip() and not line.lstrip().startswith(signs)]
    width = len(cells_of(rows[0].decode("utf-8", errors="replace"), delimiter))
    end = b"\n" if text.endswith(b"\n") else b""
    frame = text_columns(b"\n".join(rows) + end, width=width, places=range(width), delimiter=delimiter, name=name)
    columns = [as_numbers(frame[place], comma=comma) for place in frame.columns]
    while len(columns) > 3 and np.isnan(columns[-1]).all():
        columns.pop()
    lost = int(np.isnan(np.stack(columns[:3])).any(axis=0).sum())
    if lost:
        warn(f"{name}: {lost} rows hold cells that are no numbers")
    return columns


def _counts(values: Array) -> bool:
    """Whether numbers count up by one from 0 or 1."""
    return bool(values[0] in {0.0, 1.0} and (np.diff(values) == 1.0).all())


def _swept(frequency: Array) -> bool:
    """Whether numbers are positive and mostly spaced evenly in their logarithm, as frequencies of a sweep."""
    if not (frequency > 0).all():
        return False
    steps = np.abs(np.diff(np.log(frequency)))
    middle = float(np.median(steps))
    return middle > 0.01 and float(np.mean(np.abs(steps - middle) < _EVEN * middle)) >= _MOSTLY


def _proved(columns: list[Array]) -> bool:
    """Whether further columns are modulus and phase (deg) of the second and third."""
    if len(columns) != 5:
        return False
    _, real, imaginary, modulus, phase = (np.where(np.isfinite(values), values, np.nan) for values in columns)
    impedance = real + 1j * imaginary
    with np.errstate(all="ignore"):
        sizes = np.abs(np.abs(impedance) / modulus - 1.0)
        angles = np.abs(np.abs(np.degrees(np.angle(impedance))) - np.abs(phase))
    return float(np.nanmedian(sizes)) < _AGREE and float(np.nanmedian(angles)) < 1.0
