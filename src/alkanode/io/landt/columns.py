"""The columns of Landt / LANHE exports: one table for text and workbooks.

Landt's programs write the unit into the name of a column, in one of three spellings: ``current_A``, ``Current/mA``,
``Current(mA)``; the second also in Chinese, ``电流/mA``. A name is taken apart into a quantity and a unit. The names
were collected from a real export (the first spelling) and from public programs that read the others (batterydf,
battery-data-steward, echemistpy, navani, dqdv): of those no real file was at hand.

Positive current charges the cell: rows called "charge" carry positive currents in the real export, and the public
programs read it so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alkanode.foundation.errors import ReaderError
from alkanode.io.text_table import cells_of

CLOCK_STYLE = 0.0
"""Factor of a time that is written as days, hours, minutes and seconds, not as one number."""

_TIME = {
    "": CLOCK_STYLE,
    "s": 1.0,
    "sec": 1.0,
    "sec.": 1.0,
    "ms": 1e-3,
    "min": 60.0,
    "min.": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    **dict.fromkeys(("h:m:s", "h:min:s", "h:min:s.ms", "hh:mm:ss"), CLOCK_STYLE),
}
_VOLTAGE = {"v": 1.0, "mv": 1e-3}
_CURRENT = {"a": 1.0, "ma": 1e-3, "ua": 1e-6}
_CHARGE = {"ah": 3600.0, "mah": 3.6, "uah": 3.6e-3}
_CELSIUS = dict.fromkeys(("c", "℃", "°c", "dc.", "dc", "degc"), 1.0)
_NONE = {"": 1.0}

UNITS: dict[str, Mapping[str, float]] = {
    "time": _TIME,
    "voltage": _VOLTAGE,
    "current": _CURRENT,
    "capacity": _CHARGE,
    "charged": _CHARGE,
    "discharged": _CHARGE,
    "cycle": _NONE,
    "step": _NONE,
    "state": _NONE,
    "date": _NONE,
    "record": _NONE,
    "temperature": _CELSIUS,
}
"""Quantity -> known units in lower case (``µ`` as ``u``) and their factor to SI; degrees Celsius stay."""

_NAMES: dict[str, tuple[str, ...]] = {
    "time": ("testtime", "测试时间"),
    "voltage": ("voltage", "电压"),
    "current": ("current", "电流"),
    "capacity": ("capacity", "容量"),
    "charged": ("chargecapacity", "chargingcapacity", "充电容量"),
    "discharged": ("dischargecapacity", "dischargingcapacity", "放电容量"),
    "cycle": ("cycle", "cycleindex", "cycleno", "循环序号"),
    "step": ("step", "stepindex", "stepno", "工步序号"),
    "state": ("stepname", "state", "stepstate", "stepstatus", "workmode", "状态", "工步状态", "工作模式"),
    "date": ("systime", "systemtime", "datetimeisostring", "系统时间"),
    "record": ("record", "channelindex", "记录序号"),
    "temperature": ("temperature1", "auxtemp", "辅助温度"),
}
_QUANTITIES = {name: quantity for quantity, names in _NAMES.items() for name in names}

_WITHOUT_PLACE = re.compile(
    r"|index|steptime|步骤时间|(spe|spec|s|specific)?(cap|capacity|energy)|比容量|比能量|能量"
    r"|(dis)?charg(e|ing)energy|充电能量|放电能量|soc.*|power|功率|dq|dv|dqdv|dvdq|auxvolt|辅助电压|temperature\d|pressure"
    r"|mark\d|energyd|stepinprocess|batterycode|unnamed:?\d*"
)
"""Names that are known and have no place in a record."""

_SPLIT = (
    re.compile(r"^(?P<base>[^/(（]+?)\s*[(（](?P<unit>[^)）]+)[)）]$"),
    re.compile(r"^(?P<base>[^/]+?)\s*/\s*(?P<unit>.+)$"),
    re.compile(r"^(?P<base>[^/]+)_(?P<unit>[^_]+)$"),
)
_WITHOUT_UNIT = re.compile(r"[\s_\-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LandtColumn:
    """One column of an export.

    Attributes
    ----------
    place
        Number of the column.
    header
        Name as written.
    factor
        Factor to SI; :data:`CLOCK_STYLE` for a time that is not one number.
    """

    place: int
    header: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LandtHeader:
    """The line of column names.

    Attributes
    ----------
    columns
        Quantity -> column.
    width
        Number of columns.
    ignored
        Names that are known and have no place in a record.
    unknown
        Names outside the table.
    """

    columns: Mapping[str, LandtColumn]
    width: int
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]


def quantity_of(header: str) -> tuple[str, str] | None:
    """Quantity and unit that the name of a column states.

    Parameters
    ----------
    header
        Name as written.

    Returns
    -------
    tuple of str and str, or None
        Our name and the unit as written (``""`` without one); ``None`` for a column outside the table.

    Examples
    --------
    >>> quantity_of("Current/mA"), quantity_of("test_time_s"), quantity_of("SpeCap/mAh/g")
    (('current', 'mA'), ('time', 's'), None)
    """
    header = header.strip().strip('"').strip()
    whole = _WITHOUT_UNIT.sub("", header).lower()
    if whole in _QUANTITIES:
        return _QUANTITIES[whole], ""
    for pattern in _SPLIT:
        parts = pattern.match(header)
        if parts:
            base = _WITHOUT_UNIT.sub("", parts["base"]).lower()
            if base in _QUANTITIES:
                return _QUANTITIES[base], parts["unit"].strip()
    return None


def names_a_table(cells: Sequence[str]) -> bool:
    """Whether cells are a line of column names: a test time, a voltage, and a current or a capacity."""
    found = {known[0] for known in map(quantity_of, cells) if known is not None}
    return {"time", "voltage"} <= found and bool(found & {"current", "capacity", "charged", "discharged"})


def is_landt_text(line: str, delimiter: str) -> bool:
    """Whether a line of text holds column names in a spelling that only Landt's exports have."""
    cells = cells_of(line, delimiter)
    if not names_a_table(cells):
        return False
    lower = {cell.lower() for cell in cells}
    return {"test_time_s", "voltage_v"} <= lower or bool(lower & {"voltage/v", "voltage/mv", "电压/v", "电压/mv"})


def read_header(cells: Sequence[str], name: str) -> LandtHeader:
    """Find the place and the factor of each column.

    Parameters
    ----------
    cells
        The line of column names.
    name
        Name of the file, for messages.

    Returns
    -------
    LandtHeader

    Raises
    ------
    ReaderError
        When a quantity is there twice, has an unknown unit, or when time, voltage, or every current and capacity are
        absent.
    """
    columns: dict[str, LandtColumn] = {}
    ignored: list[str] = []
    unknown: list[str] = []
    for place, cell in enumerate(cells):
        known = quantity_of(cell)
        if known is None:
            (ignored if _has_no_place(cell) else unknown).append(cell)
            continue
        quantity, unit = known
        if quantity in columns:
            raise ReaderError(
                f"{name!r} must hold each quantity once",
                found=f"columns {columns[quantity].header!r} and {cell!r}",
                todo="Export the records as one table, cycles below each other",
            )
        columns[quantity] = LandtColumn(place=place, header=cell, factor=_factor(quantity, unit, cell))
    if not names_a_table(cells):
        raise ReaderError(
            f"{name!r} must hold columns of test time, voltage and current",
            found=", ".join(cells)[:200] or "none",
            todo="Export the records with test time, voltage, current and capacity",
        )
    filled = [text for text in ignored if text]
    return LandtHeader(columns=columns, width=len(cells), ignored=tuple(filled), unknown=tuple(unknown))


def _factor(quantity: str, unit: str, header: str) -> float:
    known = UNITS[quantity]
    plain = unit.lower().replace("µ", "u").replace("μ", "u").replace(".h", "h")
    if plain not in known:
        raise ReaderError(
            f"the column {header!r} needs a known unit",
            found=repr(unit) if unit else "none",
            todo=f"Known: {', '.join(text for text in known if text) or 'a name without a unit'}",
        )
    return known[plain]


def _has_no_place(cell: str) -> bool:
    bases = [cell, *(parts["base"] for parts in (pattern.match(cell) for pattern in _SPLIT) if parts)]
    return any(_WITHOUT_PLACE.fullmatch(_WITHOUT_UNIT.sub("", base).lower()) for base in bases)
