"""Find the line of column names in a text table, and which column of a map each name is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.spectra import is_whole
from alkanode.io.tables.column_map import WORD_COLUMNS, ColumnMap
from alkanode.io.tables.units import CLOCK, FACTORS, SPECTRA, known_unit, parted, plain
from alkanode.io.text_table import WHITESPACE, cells_of

SEARCHED_LINES = 200
"""Lines in which a header is looked for; instruments write fewer above it."""

SLIP = 0.85
"""Likeness from which a name that is not known is doubted to be a known one with a slip."""

_COUNTED = ("step", "cycle", "record", "spectrum", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the names of the columns stand and what they are.

    Attributes
    ----------
    line
        Line of the names, counted from 0.
    rows_from
        First line of the rows.
    delimiter
        What parts the cells.
    labels
        Names as written.
    places
        Our name -> column of the file, and its unit (``""`` where nothing says it).
    """

    line: int
    rows_from: int
    delimiter: str
    labels: tuple[str, ...]
    places: Mapping[str, tuple[int, str]]


def find_header(lines: Sequence[str], columns: ColumnMap, name: str) -> Header:
    """Find the header of a table.

    Parameters
    ----------
    lines
        The first lines of the file.
    columns
        The map.
    name
        Name of the file, for messages.

    Returns
    -------
    Header

    Raises
    ------
    ReaderError
        When no line names the needed columns, a name stands twice, or units contradict the map.
    """
    wanted = [columns.header - 1] if columns.header else range(len(lines))
    best: tuple[int, list[str], list[str]] = (-1, [], [])
    for number in wanted:
        if number >= len(lines):
            break
        for delimiter in [columns.delimiter] if columns.delimiter else ["\t", ";", ",", "|", WHITESPACE]:
            labels = cells_of(lines[number], delimiter)
            if len(labels) < 2:
                continue
            below = lines[number + 1] if columns.units_line and number + 1 < len(lines) else ""
            units = cells_of(below, delimiter) if below else []
            places, twice = _assigned(labels, units, columns, name)
            missing = _absent_of_spectra(places, columns) if columns.of_spectra else absent(places)
            if twice and not missing:
                raise ReaderError(f"{name!r} must name {twice[0]!r} once", found="several such columns")
            if not missing:
                rows_from = number + 2 if columns.units_line else number + 1
                return Header(
                    line=number, rows_from=rows_from, delimiter=delimiter, labels=tuple(labels), places=places
                )
            if len(places) > best[0]:
                best = (len(places), labels, missing)
    asked = ", ".join(_asked(columns, key) for key in best[2]) or "the columns of the map"
    raise ReaderError(
        f"{name!r} must have a line that names {asked}",
        found=f"columns {', '.join(best[1])[:200]}" if best[0] > 0 else "no such line",
        todo="Give the names as the file writes them in the column map, and the line as 'header' if it is not found",
    )


def absent(places: Iterable[str]) -> list[str]:
    """Which needed columns are not there: a time, a voltage, and something to know the current from."""
    found = set(places)
    missing = [] if found & {"time", "date"} else ["time"]
    missing += [] if "voltage" in found else ["voltage"]
    return missing + ([] if found & {"current", "charge", "charged", "current_setpoint"} else ["current"])


def _absent_of_spectra(places: Iterable[str], columns: ColumnMap) -> list[str]:
    """Which columns of the map are not there, unless the frequency and a whole impedance are."""
    found = list(places)
    if found and is_whole(found):
        return []
    return [key for key in columns.columns if key in SPECTRA and key not in found]


def _asked(columns: ColumnMap, key: str) -> str:
    names = list(columns.columns[key].units)[:3] if key in columns.columns else []
    return f"{key} ({', '.join(names)})" if names else key


def _assigned(
    labels: Sequence[str], units: Sequence[str], columns: ColumnMap, name: str
) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """Column of the file and unit for each column of the map that is there; and names that stand twice."""
    whole = [plain(label) for label in labels]
    words = [parted(label) for label in labels]
    places: dict[str, tuple[int, str]] = {}
    twice: list[str] = []
    for key, column in columns.columns.items():
        measured = key not in WORD_COLUMNS
        for asked, declared in column.units.items():
            target = plain(asked)
            found = [place for place, label in enumerate(whole) if label == target]
            if not found and measured:
                found = [place for place, (base, unit) in enumerate(words) if base == target and known_unit(key, unit)]
            if not found:
                continue
            if len(found) > 1:
                twice.append(asked)
            said = known_unit(key, words[found[0]][1]) if measured else ""
            if not said and measured and found[0] < len(units):
                said = known_unit(key, units[found[0]])
            places[key] = (found[0], _unit(key, declared, said, labels[found[0]], name))
            break
    return places, twice


def _unit(key: str, declared: str, said: str, label: str, name: str) -> str:
    if key in _COUNTED:
        return "1"
    if declared == "auto":
        return said
    if said and declared != CLOCK and FACTORS[key][said] != FACTORS[key][declared]:
        raise ReaderError(
            f"the unit of {label!r} in {name!r} must be that of the map",
            found=f"{declared} in the map, {said} in the file",
        )
    return declared


def doubt_unread(header: Header, columns: ColumnMap, name: str, *, complete: bool) -> None:
    """Warn of columns that the map names and the file lacks.

    Parameters
    ----------
    header
        As found.
    columns
        The map.
    name
        Name of the file.
    complete
        Whether every column of the map should be there; else only names that differ by a slip are doubted.

    Warns
    -----
    DataQualityWarning
        With the name in the file that comes nearest.
    """
    used = {place for place, _ in header.places.values()}
    unread = [label for place, label in enumerate(header.labels) if place not in used and label]
    for key, column in columns.columns.items():
        if key in header.places:
            continue
        slips = [label for label in unread for asked in column.units if is_slip(label, asked)]
        if complete or slips:
            near = f"; {slips[0]!r} looks like it" if slips else ""
            warn(f"{name}: no column {' or '.join(map(repr, list(column.units)[:3]))} for {key!r}{near}")


def is_slip(label: str, asked: str) -> bool:
    """Whether a name is another one with a slip: one sign changed, or nearly the same.

    Examples
    --------
    >>> is_slip("Voltbge", "Voltage"), is_slip("Current", "Voltage")
    (True, False)
    """
    one, other = plain(label), plain(asked)
    if one == other or min(len(one), len(other)) < 3:
        return False
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return True
    return difflib.SequenceMatcher(None, one, other).ratio() >= SLIP
