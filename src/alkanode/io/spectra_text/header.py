"""Find the line that names the columns of a spectra table, and the columns of each spectrum that stands beside another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alkanode.foundation.errors import ReaderError
from alkanode.io.spectra import is_whole
from alkanode.io.spectra_text.names import UNIT_NEEDED, SpectrumName, Unit, known_unit, spectrum_column
from alkanode.io.text_table import WHITESPACE, cells_of, has_decimal_comma

SEARCHED_LINES = 400
"""Lines in which the names are looked for; ZPlot writes some hundred settings above them."""

DELIMITERS = ("\t", ";", ",", "|", WHITESPACE)
COMMENTS = ("#", "%", "!")
"""Signs that begin a comment; names may stand behind one."""

_ROWS_LOOKED_AT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One used column: its place in the file, what it is, and its unit."""

    place: int
    name: SpectrumName
    unit: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectraHeader:
    """Where the names stand and what they are.

    Attributes
    ----------
    line, rows_from
        Line of the names and first line below names and units, counted from 0.
    delimiter
        What parts the cells.
    width
        Number of cells of a row.
    labels
        Names as written.
    blocks
        Quantity -> column, once per spectrum that stands beside another.
    repeated
        The lines of names and units without blanks; they may stand again above a further spectrum.
    """

    line: int
    rows_from: int
    delimiter: str
    width: int
    labels: tuple[str, ...]
    blocks: tuple[Mapping[str, Column], ...]
    repeated: frozenset[str]


def find_names(lines: Sequence[str], name: str) -> SpectraHeader | None:
    """Find the names of the columns.

    Parameters
    ----------
    lines
        The first lines of the file.
    name
        Name of the file, for messages.

    Returns
    -------
    SpectraHeader or None
        ``None`` when no line names a frequency and a whole impedance above a row of numbers.

    Raises
    ------
    ReaderError
        When a quantity is named twice within one spectrum, or commas are both decimal marks and part the cells.
    """
    for number, line in enumerate(lines[:SEARCHED_LINES]):
        for delimiter in DELIMITERS:
            labels = labels_of(line, delimiter)
            if len(labels) < 3:
                continue
            names = [spectrum_column(label) for label in labels]
            if not is_whole([named_as(entry) for entry in names if entry is not None]):
                continue
            below = [text for text in lines[number + 1 :] if text.strip()][:_ROWS_LOOKED_AT]
            start = _first_row(below, delimiter, names)
            if start is None:
                continue
            units = [known_unit(cell) for cell in cells_of(below[0], delimiter)] if start else []
            first = cells_of(below[start], delimiter)
            shift = int(len(first) == len(labels) + 1 and bool(first[-1]))
            columns = [
                Column(
                    place=place + shift, name=entry, unit=entry.unit or (units[place] if place < len(units) else None)
                )
                for place, entry in enumerate(names)
                if entry is not None
            ]
            rows_from = lines.index(below[start], number + 1)
            width = max(len(first), len(labels))
            _refuse_twofold_comma(delimiter, first, labels, name)
            return SpectraHeader(
                line=number,
                rows_from=rows_from,
                delimiter=delimiter,
                width=width,
                labels=tuple(labels),
                blocks=_blocks(columns, name),
                repeated=frozenset(squeezed(text) for text in lines[number:rows_from] if text.strip()),
            )
    return None


def _refuse_twofold_comma(delimiter: str, first: Sequence[str], labels: Sequence[str], name: str) -> None:
    """Refuse a row that commas cut into more cells than there are names, one for the decimals of each whole number."""
    cells = [cell for cell in first if cell]
    named = sum(bool(label) for label in labels)
    if delimiter == "," and len(cells) > named + 1 and all(is_number(cell) for cell in cells):
        raise ReaderError(
            f"the commas of {name!r} must mean one thing",
            found=f"{named} names above rows of {len(cells)} cells: they part the cells and seem to be decimal marks too",
            todo="Export with semicolons or tabs between the cells, or with decimal points",
        )


def squeezed(line: str) -> str:
    """A line without blanks, tabs and line ends."""
    return "".join(line.split())


def labels_of(line: str, delimiter: str) -> list[str]:
    """The names of a line; units behind a blank stay with their name.

    Examples
    --------
    >>> labels_of("# Freq (Hz)   Z' / Ohm   Z''", " ")
    ['Freq(Hz)', "Z'/Ohm", "Z''"]
    """
    text = line.strip("\n").lstrip("".join(COMMENTS)) if line.lstrip().startswith(COMMENTS) else line.strip("\n")
    if delimiter == WHITESPACE:
        return re.sub(r"\s*/\s*", "/", re.sub(r"\s+([(\[])", r"\1", text)).split()
    return [_unquoted(part.strip()) for part in text.split(delimiter)]


def _unquoted(label: str) -> str:
    """Without quotation marks around it; those behind a Z are primes."""
    whole = len(label) > 1 and label[0] == label[-1] and label[0] == '"'
    return label[1:-1].replace('""', '"').strip() if whole else label


def named_as(entry: SpectrumName) -> str:
    """Name of the quantity, with the sign that the column holds it in, as :mod:`alkanode.io.spectra` names it."""
    quantity = "frequency" if entry.quantity == "angular_frequency" else entry.quantity
    return f"negative_{quantity}" if entry.negative and quantity in {"imaginary", "phase"} else quantity


def _first_row(below: Sequence[str], delimiter: str, names: Sequence[SpectrumName | None]) -> int | None:
    """Which of the lines below the names is the first row of numbers; only one line of units may stand above it."""
    for number, line in enumerate(below[:2]):
        cells = cells_of(line, delimiter)
        comma = has_decimal_comma(line, delimiter)
        used = [place for place, entry in enumerate(names) if entry is not None and named_as(entry) in _NUMBERS]
        if len(cells) > max(used) and all(is_number(cells[place], comma=comma) for place in used[:3]):
            return number
        if number == 0 and not any(known_unit(cell) for cell in cells):
            return None
    return None


_NUMBERS = frozenset({"frequency", "real", "imaginary", "negative_imaginary", "modulus", "phase", "negative_phase"})


def is_number(cell: str, *, comma: bool = False) -> bool:
    """Whether a cell is a number."""
    try:
        float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return False
    return True


def _blocks(columns: Sequence[Column], name: str) -> tuple[Mapping[str, Column], ...]:
    """The columns of each spectrum: a new one begins with each further frequency."""
    frequencies = [index for index, column in enumerate(columns) if named_as(column.name) == "frequency"]
    same = [index for index in frequencies if columns[index].name.key == columns[frequencies[0]].name.key]
    starts = [0, *same[1:], len(columns)]
    blocks = []
    for begin, end in itertools.pairwise(starts):
        block: dict[str, Column] = {}
        for column in columns[begin:end]:
            quantity = named_as(column.name)
            if quantity in block and block[quantity].name.key == column.name.key:
                raise ReaderError(
                    f"{name!r} must name the {column.name.quantity} of a spectrum once",
                    found=f"several columns {column.name.key!r}",
                    todo="Say which one in a column map",
                )
            if quantity not in block and not (column.unit is None and quantity in UNIT_NEEDED):
                block[quantity] = column
        if is_whole(list(block)):
            blocks.append(block)
    return tuple(blocks)
