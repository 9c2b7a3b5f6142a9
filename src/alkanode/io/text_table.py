"""A table in a text file: decode it, cut it into cells, turn cells into numbers, and say what was odd.

Every reader of delimited text ends here (Battery Data Format, column maps, EC-Lab, Gamry, Landt). Cells are read as text
first, since real files mix whole numbers, decimals, blanks and words in one column; only a table that an instrument
wrote with numbers alone is read as such.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn

WHITESPACE = " "
"""Delimiter of tables whose cells are parted by any run of blanks and tabs."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def as_utf8(content: bytes, name: str, *, encoding: str = "auto") -> bytes:
    """The text of a file in UTF-8 with lines ended by LF.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        Its name, for the message.
    encoding
        Python's name of the encoding; ``"auto"`` reads a byte-order mark, then tries UTF-8, then CP1252.

    Returns
    -------
    bytes
        Without a byte-order mark.

    Raises
    ------
    ReaderError
        When the bytes are no text in the named encoding.
    """
    for mark, named in _BOMS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], named
            break
    if encoding == "auto":
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            content = content.decode("cp1252", errors="replace").encode()
    elif encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        try:
            content = content.decode(encoding, errors="strict" if encoding.startswith("utf") else "replace").encode()
        except (UnicodeError, LookupError) as cause:
            raise ReaderError(f"{name!r} must be text in {encoding}", found=str(cause)) from cause
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line, without blanks and quotes around them."""
    parts = line.split() if delimiter == WHITESPACE else line.rstrip("\n").split(delimiter)
    return [part.strip().strip('"').strip() for part in parts]


def text_columns(body: bytes, *, width: int, places: Sequence[int], delimiter: str, name: str) -> pl.DataFrame:
    """Cut the rows of a table into cells of text.

    Parameters
    ----------
    body
        The lines of the table in UTF-8, from the first row on.
    width
        Number of columns that the header names.
    places
        Which columns are wanted.
    delimiter
        One character, or :data:`WHITESPACE`.
    name
        Name of the file, for messages.

    Returns
    -------
    polars.DataFrame
        One column ``c0``, ``c7``, ... per place, blanks and quotes around the cells removed; a row per line.

    Raises
    ------
    ReaderError
        When there are no lines, or they are no table.

    Warns
    -----
    DataQualityWarning
        When lines have another number of cells than the others, or the last line has no end: the signs of a file that
        was cut off or edited.
    """
    if delimiter == WHITESPACE:
        body = re.sub(rb"[ \t]+", b"\t", re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", body))
        delimiter = "\t"
    body = re.sub(rb"\n{2,}", b"\n", body).lstrip(b"\n").replace(b"\x00", b"")
    if not body.strip():
        raise ReaderError(f"{name!r} must hold rows", found="a header only")
    quoted = b'"' in body
    if quoted and any(line.count(b'"') % 2 for line in body.split(b"\n")):
        warn(f"{name}: the quotation marks of a line do not pair up; all are read as plain characters")
        quoted = False
    if not body.endswith(b"\n"):
        warn(f"{name}: the last line has no end, so the file may be cut off inside it")
    if not quoted:
        _doubt_shape(body, delimiter, name)
    width = max(width, body.split(b"\n", 1)[0].count(delimiter.encode()) + 1)
    frame = _cut(body, width, places, delimiter, name, quote='"' if quoted else None)
    return frame.select(pl.all().str.strip_chars(' \t"'))


def number_columns(
    body: bytes, *, width: int, places: Sequence[int], delimiter: str, comma: bool, name: str
) -> pl.DataFrame:
    """Cut the rows of a table that holds numbers alone; a cell that is none becomes NaN.

    Parameters
    ----------
    body
        The lines of the table, from the first row on.
    width
        Number of cells of a row.
    places
        Which columns are wanted.
    delimiter
        One character.
    comma
        Whether the decimal mark is a comma.
    name
        Name of the file, for messages.

    Returns
    -------
    polars.DataFrame
        One column ``c0``, ``c7``, ... of 64-bit floats per place; a row per line.

    Raises
    ------
    ReaderError
        When there are no lines, or most of their cells are no numbers.

    Warns
    -----
    DataQualityWarning
        When lines have another number of cells than the others, or cells are no numbers.
    """
    _doubt_shape(body, delimiter, name)
    try:
        frame = _read(body, width, places, delimiter, quote=None, kind=pl.Float64, comma=comma)
    except pl.exceptions.PolarsError:
        texts = _cut(body, width, places, delimiter, name, quote=None)
        stripped = pl.all().str.strip_chars()
        frame = texts.select((stripped.str.replace(",", ".") if comma else stripped).cast(pl.Float64, strict=False))
    if frame.height == 0:
        raise ReaderError(f"{name!r} must hold rows", found="none")
    empty = frame.null_count().row(0)
    if min(empty) == frame.height or sum(empty) > frame.height * len(empty) / 2:
        raise ReaderError(f"{name!r} must hold a table of numbers", found="mostly text or nothing")
    if any(empty):
        first = frame.select(pl.any_horizontal(pl.all().is_null()).arg_max()).item()
        warn(f"{name}: {sum(empty)} cells are empty or no numbers and become NaN (first in row {first})")
        frame = frame.fill_null(np.nan)
    return frame


def _cut(
    body: bytes, width: int, places: Sequence[int], delimiter: str, name: str, *, quote: str | None
) -> pl.DataFrame:
    """Cells as text; where quotation marks lead astray they are read as plain characters."""
    try:
        return _read(body, width, places, delimiter, quote=quote)
    except pl.exceptions.PolarsError as cause:
        if quote is not None:
            return _cut(body, width, places, delimiter, name, quote=None)
        raise ReaderError(f"{name!r} must hold a table", found=str(cause).splitlines()[0]) from cause


def _read(
    body: bytes,
    width: int,
    places: Sequence[int],
    delimiter: str,
    *,
    quote: str | None,
    kind: type[pl.DataType] = pl.String,
    comma: bool = False,
) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(body),
        has_header=False,
        separator=delimiter,
        quote_char=quote,
        decimal_comma=comma,
        schema=dict.fromkeys((f"c{place}" for place in range(width)), kind),
        columns=sorted(places),
        truncate_ragged_lines=True,
        encoding="utf8-lossy",
        null_values=["", "\r"] if kind == pl.Float64 else None,
    )


def _doubt_shape(body: bytes, delimiter: str, name: str) -> None:
    """Warn of lines of another width."""
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    if lines < 2:
        return
    marks = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(marks == 10)
    before = np.searchsorted(np.flatnonzero(marks == ord(delimiter)), np.append(ends, marks.size)[:lines])
    counts = np.diff(before, prepend=0)
    usual = int(np.bincount(counts).argmax())
    odd = np.flatnonzero(counts != usual)
    if odd.size:
        warn(
            f"{name}: {odd.size} of {lines} lines have another number of cells than the {usual + 1} of the others "
            f"(first: row {odd[0]} with {counts[odd[0]] + 1})"
        )


def as_numbers(texts: pl.Series, *, comma: bool = False, missing: Collection[str] = ()) -> npt.NDArray[np.float64]:
    """Cells as numbers, NaN where there is none.

    Parameters
    ----------
    texts
        One column of :func:`text_columns`.
    comma
        Whether the decimal mark is a comma.
    missing
        Words that stand for no value.

    Returns
    -------
    ndarray
        (row,) as written, without a unit.
    """
    if comma:
        texts = texts.str.replace(",", ".", literal=True)
    if missing:
        texts = texts.set(texts.is_in(list(missing)), None)
    return np.asarray(texts.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(), dtype=np.float64)


def doubt_words(texts: pl.Series, values: npt.NDArray[np.float64], missing: Collection[str], what: str) -> None:
    """Warn of cells that hold something, are no number, and are not declared as missing."""
    if not np.isnan(values).any():
        return
    words = texts.filter(pl.Series(np.isnan(values)))
    words = words.filter(words.is_not_null() & (words != "") & ~words.is_in(list(missing)) & (words != "NaN"))
    if words.len():
        warn(f"{what}: {words.len()} cells are no numbers and become NaN (first: {words[0]!r})")


def doubt_rows_above(lines: Iterable[str], width: int, delimiter: str, name: str) -> None:
    """Warn of lines above the names of the columns that look like rows: names that were moved hide what stands above.

    Parameters
    ----------
    lines
        The lines above.
    width
        Number of names.
    delimiter
        What parts the cells.
    name
        Name of the file.

    Warns
    -----
    DataQualityWarning
        With the number of lines that hold as many cells as there are names, most of them numbers.
    """
    looks = 0
    for line in lines:
        cells = cells_of(line, delimiter)
        filled = [cell for cell in cells if cell]
        if len(cells) >= max(2, width) and 2 * sum(map(_is_number, filled)) > len(filled):
            looks += 1
    if looks:
        warn(f"{name}: {looks} lines above the names of the columns look like rows and are left out")


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def has_decimal_comma(line: str, delimiter: str) -> bool:
    """Whether the numbers of a row are written with a decimal comma."""
    return delimiter != "," and bool(re.search(r"\d,\d", line)) and not re.search(r"\d\.\d", line)
