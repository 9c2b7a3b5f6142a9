"""Reader of Arbin's result files (``.res``).

Layout: a database of Microsoft's Jet engine, as Access writes it; byte 4 on holds ``Standard Jet DB``. Of its tables
two are read (see :mod:`alkanode.io.arbin.database` for how):

======================== ==============================================================================================
table                    columns used
======================== ==============================================================================================
``Channel_Normal_Table`` ``Test_ID``, ``Data_Point``, ``Test_Time`` (s), ``DateTime`` (days since 1899-12-30, local
                         time), ``Step_Index``, ``Cycle_Index``, ``Current`` (A), ``Voltage`` (V), ``Charge_Capacity``
                         and ``Discharge_Capacity`` (Ah, from zero again whenever the schedule says so)
``Global_Table``         ``Test_ID``, ``Test_Name``, ``Channel_Index``, ``Start_DateTime``, ``Creator``, ``Comments``,
                         ``Schedule_File_Name``
======================== ==============================================================================================

Arbin counts charging as positive. Rows are stored in any order and are sorted by ``Data_Point``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError, SchemaError
from alkanode.io.arbin.database import WAYS, Table, Way, read_tables
from alkanode.io.charge import integrated_charge, net_charge
from alkanode.io.doubts import doubt_counter, order_of_rows, warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import history_from_rows, read_bytes, source_attrs, whole_numbers
from alkanode.io.terminal import TwoTerminals

MAGIC, MAGIC_AT = b"Standard Jet DB", 4
_PAGE = 2048
"""Bytes per page of the older form; the newer form has twice as many."""

_POINTS, _TESTS = "Channel_Normal_Table", "Global_Table"
_TEXTS = ("Test_Name", "Creator", "Comments", "Schedule_File_Name", "Applications_Path", "Item_ID")
_REQUIRED = ("Test_ID", "Data_Point", "Test_Time", "Current", "Voltage")
_USED = (*_REQUIRED, "DateTime", "Step_Index", "Cycle_Index", "Charge_Capacity", "Discharge_Capacity")
_AH = 3600.0
"""C per Ah."""


@dataclass(frozen=True, slots=True)
class ArbinReader(TwoTerminals):
    """Reads result files of Arbin's MITS Pro.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode, as in :class:`alkanode.io.terminal.TwoTerminals`.
    test
        ``Test_ID`` to read, where a file holds several.
    way
        ``"mdbtools"`` (the program ``mdb-export``), ``"access-parser"`` (the package), or ``"auto"``: the program
        where it is installed, because it is a hundred times faster.
    time_limit
        Seconds that the program may take for the whole file. By default 3 s and 1 s per megabyte: it reads a megabyte in
        a tenth of that, and whoever waits longer waits for a damaged file.
    """

    test: int | None = None
    way: Way = "auto"
    time_limit: float | None = None

    name: ClassVar[str] = "arbin-res"
    suffixes: ClassVar[tuple[str, ...]] = (".res",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Arbin MITS Pro, database (.res)",
        reads="voltage, current, charge, steps, cycles; one test of the file",
        verified="one .res of version 5.23 (2150 rows)",
        extra="arbin",
    )

    def __post_init__(self) -> None:
        TwoTerminals.__post_init__(self)
        if self.way not in WAYS:
            raise SchemaError(f"way is one of {', '.join(WAYS)}", found=repr(self.way))
        if self.time_limit is not None and not self.time_limit > 0:
            raise SchemaError("time_limit is a number of seconds above zero", found=repr(self.time_limit))

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of a Jet database."""
        return head[MAGIC_AT:].startswith(MAGIC)

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling`` with ``time`` (s), ``voltage`` (V), ``current`` (A), ``charge`` (C, both capacities with the
            resets removed), ``step`` and ``cycle``. ``attrs["ignored_columns"]`` names the columns that have no place
            here, among them internal resistance; ``attrs["arbin_way"]`` says how the database was read.

        Raises
        ------
        ReaderError
            When the file is no Jet database, is damaged, has no table of points, or holds several tests and none was
            chosen.
        MissingExtraError
            When neither mdbtools nor access-parser is installed.

        Warns
        -----
        DataQualityWarning
            When the file is cut off, rows are missing, there twice or unreadable, values are impossible, or the capacities contradict the
            current.
        """
        content = read_bytes(path)
        if not self.sniff(content):
            raise ReaderError(f"{path.name!r} must begin as a Jet database", found=repr(content[:24]))
        if len(content) % _PAGE:
            warn(f"{path.name}: the file ends within a page; it is cut off")
        tables, counts, way = read_tables(
            path, len(content), {_POINTS: (), _TESTS: _TEXTS}, way=self.way, time_limit=self.time_limit
        )
        points = _checked(tables.get(_POINTS, {}), counts.get(_POINTS), path.name)
        test = self._chosen(points["Test_ID"], path.name)
        points = {key: values[points["Test_ID"] == test] for key, values in points.items()}
        points = _in_order(points, path.name)
        about = _of_test(tables.get(_TESTS, {}), test)
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name) | {
            "technique": "",
            "started": _started(points, about),
            "instrument": "Arbin",
            "channel": f"{about['Channel_Index']:g}" if "Channel_Index" in about else "",
            "header_test_name": str(about.get("Test_Name", "")),
            "header_schedule": str(about.get("Schedule_File_Name", "")),
            "header_comments": str(about.get("Comments", "")),
            "arbin_test_id": test,
            "arbin_way": way,
            "arbin_working_electrode": self.working_electrode,
            "current_from": "measured, column Current",
            "ignored_columns": ", ".join(key for key in points if key not in _USED),
        }
        return history_from_rows(_rows(points, self.sign, attrs, path.name), attrs)

    def _chosen(self, tests: npt.NDArray[np.float64], name: str) -> int:
        """The test to read."""
        known = [int(test) for test in np.unique(tests)]
        if self.test is not None and self.test not in known:
            raise ReaderError(f"{name!r} must hold test {self.test}", found=f"tests {known}")
        if self.test is None and len(known) > 1:
            raise ReaderError(
                f"a file with one test is needed; {name!r} must not leave the choice open",
                found=f"tests {known}",
                todo=f"Choose one: open_history(path, reader=ArbinReader(test={known[0]}))",
            )
        return known[0] if self.test is None else self.test


def _checked(points: Table, count: int | None, name: str) -> Table:
    """The rows that can be placed, after saying what is missing."""
    missing = [column for column in _REQUIRED if column not in points]
    if missing:
        raise ReaderError(
            f"{name!r} must hold the table {_POINTS} with {', '.join(missing)}",
            found=f"columns {', '.join(points)}" if points else "no such table, or an empty one",
            todo="Is it an Arbin result file? Other Access databases begin alike",
        )
    sizes = {values.size for values in points.values()}
    if len(sizes) > 1:
        raise ReaderError(f"{name!r} must be a whole database", found=f"columns of {sorted(sizes)} rows in {_POINTS}")
    (size,) = sizes
    if count is not None and count != size:
        warn(f"{name}: the table says {count} rows and holds {size}; the file is cut off or damaged")
    whole = np.logical_and.reduce([np.isfinite(points[key]) for key in ("Test_ID", "Data_Point", "Test_Time")])
    if not whole.any():
        raise ReaderError(f"{name!r} must hold rows", found="none" if size == 0 else "none with number and time")
    if not whole.all():
        warn(f"{name}: {int((~whole).sum())} rows without number or time are left out")
    return {key: values[whole] for key, values in points.items()}


def _in_order(points: Table, name: str) -> Table:
    """Rows by their number; a database keeps them in any order."""
    by_number = np.argsort(points["Data_Point"], kind="stable")
    points = {key: values[by_number] for key, values in points.items()}
    kept = order_of_rows(whole_numbers(points["Data_Point"]), name)
    return {key: values[kept] for key, values in points.items()}


def _rows(points: Table, sign: float, attrs: dict[str, Any], name: str) -> dict[str, npt.NDArray[Any]]:
    absent = np.full(points["Test_Time"].size, -1, dtype=np.int32)
    rows: dict[str, npt.NDArray[Any]] = {
        "time": points["Test_Time"],
        "voltage": sign * points["Voltage"],
        "current": sign * points["Current"],
        "step": whole_numbers(points["Step_Index"]) if "Step_Index" in points else absent,
        "cycle": whole_numbers(points["Cycle_Index"]) if "Cycle_Index" in points else absent,
    }
    if {"Charge_Capacity", "Discharge_Capacity"} <= points.keys():
        up, down = points["Charge_Capacity"] * _AH, points["Discharge_Capacity"] * _AH
        rows["charge"] = sign * net_charge(up, down, name=name)
        attrs["charge_from"] = "columns Charge_Capacity and Discharge_Capacity, resets removed"
        doubt_counter(rows["time"], rows["current"], rows["charge"], name)
    else:
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
    return rows


def _of_test(tests: Table, test: int) -> dict[str, Any]:
    """What the file says of one test, as far as it can be read."""
    if not tests or "Test_ID" not in tests or len({values.size for values in tests.values()}) > 1:
        return {}
    places = np.flatnonzero(tests["Test_ID"] == test)
    if places.size == 0:
        return {}
    about = {key: values[places[0]] for key, values in tests.items()}
    return {key: value for key, value in about.items() if isinstance(value, str) or np.isfinite(value)}


def _started(points: Table, about: dict[str, Any]) -> str:
    """Local date of time zero: that of the first row less its time, else that of the test."""
    days = about.get("Start_DateTime", np.nan)
    if "DateTime" in points and np.isfinite(points["DateTime"][0]):
        days = points["DateTime"][0] - points["Test_Time"][0] / 86400.0
    try:
        moment = datetime(1899, 12, 30) + timedelta(milliseconds=round(float(days) * 86_400_000))
    except (OverflowError, ValueError):
        return ""
    return moment.isoformat(timespec="milliseconds")
