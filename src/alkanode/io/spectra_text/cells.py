"""From the lines of a spectra table to columns in SI, spectra that stand side by side or behind each other told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.rows import CELSIUS
from alkanode.io.spectra_text.header import COMMENTS, Column, SpectraHeader, squeezed
from alkanode.io.spectra_text.names import is_degrees
from alkanode.io.text_table import as_numbers, doubt_words, has_decimal_comma, text_columns

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectraCells:
    """The columns of a table.

    Attributes
    ----------
    columns
        Quantity -> (row,) in SI.
    phase_unit
        ``"deg"``, ``"rad"`` or ``""``.
    loop
        (row,) number of the spectrum where the file tells it, else ``None``.
    unitless
        Used columns without a unit.
    """

    columns: Mapping[str, Array]
    phase_unit: str
    loop: npt.NDArray[np.int32] | None
    unitless: tuple[str, ...]


def read_cells(body: Sequence[bytes], header: SpectraHeader, name: str, *, area: float | None) -> SpectraCells:
    """Read the rows of a table.

    Parameters
    ----------
    body
        The lines below the names, in UTF-8.
    header
        The names.
    name
        Name of the file, for messages.
    area
        Electrode area, m2, by which areal resistances are divided.

    Returns
    -------
    SpectraCells

    Raises
    ------
    ReaderError
        When there are no rows, or the impedance is per area and no area is given.

    Warns
    -----
    DataQualityWarning
        When lines are no rows, or cells are no numbers.
    """
    lines, parts = _rows_of(body, header)
    if not lines:
        raise ReaderError(f"{name!r} must hold rows", found="names of columns only")
    comma = has_decimal_comma(lines[0].decode("utf-8", errors="replace"), header.delimiter)
    places = sorted({column.place for block in header.blocks for column in block.values()})
    end = b"\n" if len(body) > 1 and not body[-1].strip() else b""
    frame = text_columns(
        b"\n".join(lines) + end, width=header.width, places=places, delimiter=header.delimiter, name=name
    )
    if frame.height != len(lines):
        parts = np.zeros(frame.height, dtype=np.int32)
    tables, sections, number = [], [], 0
    for block in header.blocks:
        table, used = _block(block, frame, name, comma=comma, several=len(header.blocks) > 1)
        tables.append(_in_si(table, block, name, area))
        sections.append(parts[used] + number)
        number += int(parts.max(initial=0)) + 1
    shared = [key for key in tables[0] if all(key in table for table in tables)]
    columns = {key: np.concatenate([table[key] for table in tables]) for key in shared}
    loop: npt.NDArray[np.integer] = np.concatenate(sections)
    codes = columns.pop("spectrum", None)
    if codes is not None:
        _, loop = np.unique(np.stack([loop, codes]), axis=1, return_inverse=True)
    first = header.blocks[0]
    angle = next((first[key].unit for key in ("phase", "negative_phase") if key in first), None)
    unitless = tuple(
        header.labels[column.place] if column.place < len(header.labels) else key
        for key, column in first.items()
        if column.unit is None and key in {"frequency", "real", "imaginary", "negative_imaginary", "modulus"}
    )
    return SpectraCells(
        columns=columns,
        phase_unit="" if angle is None else "deg" if is_degrees(angle) else "rad",
        loop=loop.astype(np.int32) if np.ptp(loop) > 0 else None,
        unitless=unitless,
    )


def _rows_of(body: Sequence[bytes], header: SpectraHeader) -> tuple[list[bytes], npt.NDArray[np.int32]]:
    """Lines that may be rows, and how often the names were repeated above each: once per spectrum behind another."""
    comments = tuple(sign.encode() for sign in COMMENTS)
    lines: list[bytes] = []
    parts: list[int] = []
    number = 0
    for line in body:
        text = line.strip()
        if not text:
            continue
        if not text[:1].isdigit() and squeezed(line.decode("utf-8", errors="replace")) in header.repeated:
            number = (parts[-1] if parts else -1) + 1
            continue
        if text.startswith(comments):
            continue
        lines.append(line)
        parts.append(number)
    return lines, np.array(parts, dtype=np.int32)


def _block(
    block: Mapping[str, Column], frame: pl.DataFrame, name: str, *, comma: bool, several: bool
) -> tuple[dict[str, Array], npt.NDArray[np.intp]]:
    """The numbers of one spectrum beside others, and the rows they stand in; empty rows belong to longer neighbours."""
    texts = {key: frame[f"c{column.place}"].fill_null("") for key, column in block.items()}
    filled = np.ones(frame.height, dtype=bool)
    if several:
        filled = np.asarray((texts["frequency"] != "").to_numpy(), dtype=bool)
    numbers = as_numbers(texts["frequency"], comma=comma)
    words = filled & np.isnan(numbers)
    if words.any() and not words.all():
        row = int(np.flatnonzero(words)[0])
        warn(f"{name}: {int(words.sum())} lines among the rows have no frequency and are left out (first: row {row})")
        filled &= ~words
    rows = np.flatnonzero(filled)
    columns: dict[str, Array] = {}
    for key, cells in texts.items():
        chosen = cells.filter(pl.Series(filled))
        if key == "spectrum":
            columns[key] = np.unique(chosen.to_numpy(), return_inverse=True)[1].astype(np.float64)
            continue
        columns[key] = as_numbers(chosen, comma=comma)
        doubt_words(chosen, columns[key], ("NaN", "nan"), f"{name}: {key}")
    return columns, rows


def _in_si(columns: dict[str, Array], block: Mapping[str, Column], name: str, area: float | None) -> dict[str, Array]:
    for key, column in block.items():
        unit = column.unit
        if column.name.quantity == "angular_frequency":
            columns[key] = columns[key] / (2 * np.pi)
        if unit is None:
            continue
        areal = unit.dimension == "areal resistance"
        if unit.dimension == "resistivity" or (areal and area is None):
            raise ReaderError(
                f"{name!r} must give an impedance in ohm",
                found=f"{unit.text} for {column.name.quantity}",
                todo="Give the electrode area: 'area' in a column map, or PlainSpectraReader(area=...) in m2"
                if areal
                else "Export the measured impedance, not a resistivity",
            )
        if areal and area is not None:
            columns[key] = columns[key] / area
        if unit.dimension == "temperature":
            columns[key] = columns[key] + (0.0 if unit.text == "k" else CELSIUS)
        elif unit.dimension != "angle":
            columns[key] = columns[key] * unit.factor
    return columns
