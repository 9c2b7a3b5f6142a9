"""Column maps: what a user writes so that any text table can be read.

A map is a YAML file. It names the columns and says what the file itself does not: above all which way a positive
current flows::

    positive: charging            # or discharging, oxidation, reduction
    working_electrode: positive   # terminal of the cell, for charging and discharging
    header: 7                     # line of the column names; by default the first line that names the needed columns
    columns:
      time: Test Time (s)         # the unit in the header is taken
      voltage: {names: U_cell, unit: mV}
      current: {names: [I, Current], unit: mA}
      charged: Chg Cap (mAh)
      discharged: DChg Cap (mAh)
      step: Step
      control: {names: State, words: {R: rest, C: current, D: current}}

A map of spectra names the frequency and the impedance instead; ``positive`` is needed only beside a current::

    area: 0.785 cm2               # only for tables in ohm cm2
    columns:
      frequency: f_Hz
      real: {names: A, unit: kohm}
      negative_imaginary: {names: B, unit: kohm}   # or imaginary; or modulus with phase or negative_phase

Unknown keys, columns, units and words are refused, with the nearest known one.
"""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from alkanode.data.mapping import load_yaml, only_known
from alkanode.foundation.errors import StudyError, UnitsError
from alkanode.foundation.units import to_si
from alkanode.io.spectra import IMPEDANCE_PARTS, is_whole
from alkanode.io.tables.units import FACTORS, known_unit
from alkanode.io.terminal import Terminal

Positive = Literal["charging", "discharging", "oxidation", "reduction"]
Word = TypeVar("Word", bound=str)

POSITIVE: tuple[Positive, ...] = ("charging", "discharging", "oxidation", "reduction")
CONTROLS = {"rest": 0, "current": 1, "voltage": 2, "unknown": -1}
"""Words for what the instrument controlled -> ``control_mode``."""

WORD_COLUMNS = ("date", "control", "direction")
COLUMNS = (*FACTORS, *WORD_COLUMNS)
"""Columns that a map may name."""

DELIMITERS = {"auto": "", "comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blanks": " "}
_DELIMITER_OF = {**DELIMITERS, **{sign: sign for sign in DELIMITERS.values() if sign}}
_KEYS = (
    "title",
    "positive",
    "working_electrode",
    "delimiter",
    "decimal",
    "encoding",
    "header",
    "units_line",
    "comment",
    "missing",
    "area",
    "columns",
)
_MISSING = ("", "NaN", "nan", "NA", "N/A", "null", "None", "-", "--", "---")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One column of a map.

    Attributes
    ----------
    units
        Header, or its words without the unit -> unit; ``"auto"`` takes the unit from the header. The first that the
        file has is taken.
    formats
        For ``date``: forms of ``strptime``, tried in turn.
    words
        For ``control``: word in the cells -> one of :data:`CONTROLS`. For ``direction``: word -> ``"charging"`` or
        ``"discharging"``.
    """

    units: Mapping[str, str]
    formats: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How to read one kind of text table.

    Attributes
    ----------
    columns
        Our name -> column of the file. Of spectra ``frequency`` with ``real`` and ``imaginary`` (or ``negative_imaginary``),
        or with ``modulus`` and ``phase`` (or ``negative_phase``). Of a history ``time`` or ``date``, ``voltage``, and one of ``current``, ``charge``, ``charged``
        with ``discharged``, ``current_setpoint`` are needed. ``capacity`` is one column that counts up whichever way the
        current flows.
    positive
        What a positive current (and charge) in the file does: charge or discharge the cell, or oxidise or reduce at the
        working electrode.
    working_electrode
        Terminal of the cell that is the working electrode. With ``positive`` (the default: the working electrode of a half
        or full cell is its cathode) charging oxidises it; with ``negative`` current and voltage change sign.
    title
        What the table is, for the record.
    delimiter
        One sign, or ``""`` to find it in the header line.
    decimal
        ``"."``, ``","``, or ``"auto"``.
    encoding
        Python's name, or ``"auto"``: byte-order mark, UTF-8, CP1252.
    header
        Line of the column names, counted from 1; 0 finds the first line that names the needed columns.
    units_line
        Whether the line below the header holds the units.
    comment
        Lines that begin with it are left out; ``""`` for none.
    missing
        Cells that stand for no value.
    area
        Electrode area, m2, for spectra in ohm cm2.
    """

    columns: Mapping[str, MappedColumn]
    positive: Positive
    working_electrode: Terminal = "positive"
    title: str = ""
    delimiter: str = ""
    decimal: str = "auto"
    encoding: str = "auto"
    header: int = 0
    units_line: bool = False
    comment: str = ""
    missing: tuple[str, ...] = _MISSING
    area: float | None = None

    @property
    def of_spectra(self) -> bool:
        """Whether the map is one of impedance spectra."""
        return "frequency" in self.columns

    @property
    def signs(self) -> tuple[float, float]:
        """Factors of current and charge, and of voltage, from the file to ours."""
        terminal = -1.0 if self.working_electrode == "negative" else 1.0
        turned = -1.0 if self.positive in {"discharging", "reduction"} else 1.0
        return turned * terminal, terminal

    @classmethod
    def from_yaml(cls, path: str | Path) -> ColumnMap:
        """Read a map.

        Parameters
        ----------
        path
            YAML file.

        Returns
        -------
        ColumnMap

        Raises
        ------
        StudyError
            When the file is absent, no YAML, or no map; see :meth:`from_mapping`.
        """
        return cls.from_mapping(load_yaml(path), what=Path(path).name)

    @classmethod
    def from_mapping(cls, content: object, *, what: str = "a column map") -> ColumnMap:
        """Check a map that was read from YAML.

        Parameters
        ----------
        content
            The mapping; keys as in the module's description.
        what
            Its name, for messages.

        Returns
        -------
        ColumnMap

        Raises
        ------
        StudyError
            For unknown keys, columns, units or words (with the nearest known), a needed column that is absent, and
            signs that contradict each other.
        """
        keys = only_known(content, _KEYS, what=what)
        example = "Write for example columns: {time: Time (s), ...}"
        if "columns" not in keys:
            raise StudyError(f"{what} needs 'columns'", found=", ".join(keys) or "nothing", todo=example)
        named = only_known(keys["columns"], COLUMNS, what=f"{what}: columns")
        if {"frequency", *IMPEDANCE_PARTS} & named.keys() and "current" not in named:
            keys.setdefault("positive", "oxidation")
        if "positive" not in keys:
            raise StudyError(f"{what} needs 'positive'", found=", ".join(keys), todo=_SIGN)
        columns = {key: _column(key, value, what) for key, value in named.items()}
        _check_needed(columns, what)
        positive = _one_of(keys["positive"], POSITIVE, f"{what}: positive")
        terminal = _one_of(keys.get("working_electrode", "positive"), get_args(Terminal), f"{what}: working_electrode")
        if terminal == "negative" and positive in {"oxidation", "reduction"}:
            raise StudyError(
                f"{what}: working_electrode goes with 'charging' or 'discharging'",
                found=f"positive: {positive}, which already speaks of the working electrode",
                todo="Leave working_electrode out",
            )
        delimiter = _one_of(keys.get("delimiter", "auto"), tuple(_DELIMITER_OF), f"{what}: delimiter")
        return cls(
            columns=columns,
            positive=positive,
            working_electrode=terminal,
            title=str(keys.get("title", "")),
            delimiter=_DELIMITER_OF[delimiter],
            decimal=_one_of(keys.get("decimal", "auto"), ("auto", ".", ","), f"{what}: decimal"),
            encoding=_encoding(keys.get("encoding", "auto"), what),
            header=_line(keys.get("header", 0), what),
            units_line=_flag(keys.get("units_line", False), f"{what}: units_line"),
            comment=str(keys.get("comment", "")),
            missing=(*_MISSING, *_texts(keys.get("missing", []), f"{what}: missing")),
            area=_area(keys.get("area"), what),
        )


_SIGN = "Say what a positive current does: charging, discharging, oxidation or reduction (at the working electrode)"


def _check_needed(columns: Mapping[str, MappedColumn], what: str) -> None:
    parts = [key for key in IMPEDANCE_PARTS if key in columns]
    if "frequency" in columns or parts:
        if not is_whole(list(columns)):
            raise StudyError(
                f"{what} needs 'frequency' with 'real' and 'imaginary', or with 'modulus' and 'phase'",
                found=", ".join(columns),
                todo="A column of -Im is 'negative_imaginary', one of -phase 'negative_phase'",
            )
        return
    if "time" not in columns and "date" not in columns:
        raise StudyError(f"{what} needs the column 'time' or 'date'", found=", ".join(columns) or "none")
    if "voltage" not in columns:
        raise StudyError(f"{what} needs the column 'voltage'", found=", ".join(columns))
    if ("charged" in columns) != ("discharged" in columns):
        raise StudyError(f"{what} needs 'charged' and 'discharged' together", found="one of them")
    if not {"current", "charge", "charged", "current_setpoint"} & columns.keys():
        raise StudyError(
            f"{what} needs 'current', or 'charge', 'charged' and 'discharged', or 'current_setpoint'",
            found=", ".join(columns),
        )


def _column(key: str, value: object, what: str) -> MappedColumn:
    """One entry of ``columns``: a text, a list of texts, or a mapping with names and more."""
    where = f"{what}: columns.{key}"
    if not isinstance(value, Mapping):
        return MappedColumn(units=dict.fromkeys(_texts(value, where), "auto"), **_extras(key, {}, where))
    allowed: tuple[str, ...] = {
        "date": ("names", "format"),
        "control": ("names", "words"),
        "direction": ("names", "charging", "discharging"),
    }.get(key, ("names", "unit"))
    inner = only_known(value, allowed, what=where)
    if "names" not in inner:
        raise StudyError(f"{where} needs 'names'", found=", ".join(inner) or "nothing")
    names = inner["names"]
    if isinstance(names, Mapping):
        units = {str(name): _unit(key, unit, where) for name, unit in names.items()}
    else:
        units = dict.fromkeys(_texts(names, where), _unit(key, inner.get("unit", "auto"), where))
    return MappedColumn(units=units, **_extras(key, inner, where))


def _extras(key: str, inner: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What only dates and words carry."""
    if key == "date":
        return {"formats": tuple(_texts(inner.get("format", ["%Y-%m-%d %H:%M:%S"]), where))}
    if key == "control":
        words = inner.get("words", {name: name for name in CONTROLS})
        if not isinstance(words, Mapping):
            raise StudyError(f"{where}.words is a mapping of words to {', '.join(CONTROLS)}", found=repr(words))
        return {"words": {str(word): _one_of(meant, tuple(CONTROLS), where) for word, meant in words.items()}}
    if key == "direction":
        ways = {way: _texts(inner.get(way, [way]), where) for way in ("charging", "discharging")}
        return {"words": {word: way for way, words in ways.items() for word in words}}
    return {}


def _unit(key: str, unit: object, where: str) -> str:
    if unit == "auto" or key in WORD_COLUMNS:
        return "auto"
    known = known_unit(key, str(unit))
    if not known:
        near = difflib.get_close_matches(str(unit), FACTORS[key], n=1, cutoff=0.5)
        todo = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(FACTORS[key])}"
        raise StudyError(f"{where} needs a known unit", found=repr(unit), todo=todo)
    return known


def _texts(value: object, where: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | int | float) and not isinstance(entry, bool) for entry in values):
        raise StudyError(f"{where} is a text or a list of texts", found=repr(value))
    return [str(entry) for entry in values]


def _one_of(value: object, known: tuple[Word, ...], where: str) -> Word:
    for word in known:
        if value == word:
            return word
    near = difflib.get_close_matches(str(value), known, n=1)
    named = ", ".join(word for word in known if word.strip())
    raise StudyError(f"{where} is one of {named}", found=repr(value), todo=f"Did you mean {near[0]!r}?" if near else "")


def _line(value: object, what: str) -> int:
    if value == "auto":
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise StudyError(f"{what}: header is the number of a line, counted from 1, or 'auto'", found=repr(value))


def _area(value: object, what: str) -> float | None:
    if value is None:
        return None
    try:
        area = to_si(str(value), "area")
    except UnitsError as cause:
        raise StudyError(f"{what}: area is a number with its unit, such as 0.785 cm2", found=repr(value)) from cause
    if not area > 0:
        raise StudyError(f"{what}: area must be positive", found=repr(value))
    return area


def _flag(value: object, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise StudyError(f"{where} is true or false", found=repr(value))


def _encoding(value: object, what: str) -> str:
    try:
        codecs.lookup("utf-8" if value == "auto" else str(value))
    except LookupError:
        raise StudyError(f"{what}: encoding is the name of a text encoding", found=repr(value)) from None
    return str(value)
