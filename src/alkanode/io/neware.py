"""Reader of Neware files (``.nda`` and ``.ndax``), through the package fastnda.

Layout. ``.nda``: one binary table behind a header that begins with ``NEWARE``; u32 at 64 and 68 of the header are the
first byte of the table and its length. ``.ndax``: a zip archive with the
voltages and currents (``data.ndc``), the times and capacities (``data_runInfo.ndc``), the steps (``data_step.ndc``),
auxiliary channels, and what the software knows of the test (``TestInfo.xml``, ``VersionInfo.xml``). fastnda turns
either into one table; here it becomes a history in SI.

Neware counts charging as positive and begins the capacity at zero in each step. The time is the sum of the times of
the steps: what passes in a pause between two steps is in the dates only.
"""

from __future__ import annotations

import html
import io
import re
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import require
from alkanode.io.charge import integrated_charge
from alkanode.io.doubts import doubt_clock, doubt_counter, doubts_of, order_of_rows, warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.rows import history_from_rows, read_bytes, source_attrs, whole_numbers
from alkanode.io.terminal import TwoTerminals

if TYPE_CHECKING:
    import polars as pl

MAGIC = b"NEWARE"
_ZIP = b"PK\x03\x04"
_MEMBERS = (b"data.ndc", b"TestInfo.xml", b"VersionInfo.xml", b"Step.xml")
_CELSIUS = 273.15
_MAH = 3.6
"""C per mAh."""

_VERSION_AT, _BTS_9 = 14, 130
"""Byte of the older form that holds its version; the version of BTS 9."""

_ROWS_POINTER, _ROWS_POINTER_9 = (64, "<II"), (82, "<QQ")
"""Where the header of the older form says where its rows begin and how many bytes they take."""

_PLAIN_VERSIONS = (26, 28, 29)
"""Versions of the older form whose rows fill the file to its end."""

_FIRST_ROW, _ROW_BYTES, _ROW_KINDS = b"\x55\x00\x01\x00\x00\x00", 86, (0x55, 0xAA, 0x65)
"""In these: first bytes of the first row, bytes per row, and their first byte (data, state, auxiliary channels)."""

_TOLD = ("TestInfo.xml", "VersionInfo.xml")
_ATTRIBUTE = re.compile(r'\b(DevType|DevID|UnitID|ChlID|Barcode|SvrVer|StartTime)="([^"]*)"')

_CONTROL = {
    **dict.fromkeys((1, 2), 1),
    **dict.fromkeys((3, 19, 30), 2),
    **dict.fromkeys((4, 13, 22), 0),
}
"""Neware's step type -> ``control_mode``. Steps that change over within (constant current, then constant voltage) or
hold a power, a resistance or a pulse are unknown, row by row."""

_REQUIRED = ("index", "voltage_V", "current_mA", "total_time_s", "step_count", "step_type")


@dataclass(frozen=True, slots=True)
class NewareReader(TwoTerminals):
    """Reads files of Neware's BTS.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode, as in :class:`alkanode.io.terminal.TwoTerminals`.
    """

    name: ClassVar[str] = "neware"
    suffixes: ClassVar[tuple[str, ...]] = (".nda", ".ndax")
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Neware BTS, binary (.nda, .ndax)",
        reads="voltage, current, charge, steps with their control, cycles, temperature of the first such channel",
        verified="one .ndax of BTS 8.0 (18,700 rows), one .nda of version 29 (439 rows)",
        extra="neware",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first bytes of a file are those of a Neware file."""
        return head.startswith(MAGIC) or (head.startswith(_ZIP) and any(member in head for member in _MEMBERS))

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file; its content, not its suffix, tells which of the two forms it has.

        Returns
        -------
        DataTree
            ``cycling`` with ``time`` (s, sum of the step times), ``voltage`` (V), ``current`` (A), ``charge`` (C,
            the capacity of each step added up), ``step`` (counted by the instrument over the whole test), ``cycle``
            (as the file holds it), ``control_mode``, and ``ambient_temperature`` (K) where there is a temperature
            channel. ``attrs["ignored_columns"]`` names the rest.

        Raises
        ------
        ReaderError
            When the file is no Neware file, is damaged, or lacks times, steps, voltages or currents.
        MissingExtraError
            When fastnda is not installed.

        Warns
        -----
        DataQualityWarning
            When the file is shorter than its header says, rows are missing, there twice or out of order, values are impossible, the capacity contradicts the
            current, the dates run apart from the step times, or fastnda doubts the version of the file.
        """
        content = read_bytes(path)
        fastnda = require("fastnda", extra="neware")
        attrs: dict[str, Any] = source_attrs(path, content, reader=self.name)
        archive = not content.startswith(MAGIC)
        if archive:
            attrs |= _open_archive(content, path.name)
        else:
            _doubt_table(content, path.name)
        with _under(".ndax" if archive else ".nda", path, content) as source:
            frame = _frame(fastnda, source, path.name)
            attrs |= {} if archive else _header(fastnda, source)
        attrs |= {
            "technique": "",
            "started": _started(frame, zone=archive),
            "neware_working_electrode": self.working_electrode,
            "current_from": "measured, column current_mA",
        }
        return history_from_rows(_rows(frame, self.sign, attrs, path.name), attrs)


def _doubt_table(content: bytes, name: str) -> None:
    """Warn where the older form does not end where its header says that its rows end, or holds what is no row.

    Whole rows that are cut off leave no trace in those that are left; rows out of their grid are passed over.
    """
    at, form = _ROWS_POINTER_9 if len(content) > _VERSION_AT and content[_VERSION_AT] == _BTS_9 else _ROWS_POINTER
    if len(content) < at + struct.calcsize(form):
        return
    begin, length = struct.unpack_from(form, content, at)
    size, end = len(content), begin + length
    if not begin or not length:
        warn(
            f"{name}: the header does not say where the rows end; rows that were cut off at the end would leave no trace"
        )
    elif size < end:
        warn(f"{name}: the file has {size} bytes, by its header the rows end at byte {end}; the last ones are cut off")
    elif content[_VERSION_AT] in _PLAIN_VERSIONS and size > end:
        warn(f"{name}: the file has {size} bytes, by its header it ends at byte {end}; bytes were added or moved")
    if content[_VERSION_AT] in _PLAIN_VERSIONS and 0 < begin < size:
        kinds = np.frombuffer(content, dtype=np.uint8, offset=begin)[::_ROW_BYTES]
        foreign = np.flatnonzero(~np.isin(kinds, _ROW_KINDS))
        if foreign.size or (content.find(_FIRST_ROW) - begin) % _ROW_BYTES:
            warn(f"{name}: {foreign.size} of {kinds.size} rows are of no known kind; bytes were lost, added or moved")


def _open_archive(content: bytes, name: str) -> dict[str, str]:
    """Check that an archive is whole; what it says of the test."""
    if not content.startswith(_ZIP):
        raise ReaderError(f"{name!r} must begin as a Neware file", found=repr(content[:24]))
    texts = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            for member in archive.infolist():
                with archive.open(member) as opened:  # it must lie where the list says, under the same name
                    if member.filename in _TOLD:
                        texts.append(opened.read().decode("gb18030", errors="replace"))
    except Exception as cause:
        raise ReaderError(
            f"{name!r} must be a whole zip archive",
            found=f"{type(cause).__name__}: {cause}",
            todo="The file may be cut off: copy it again",
        ) from cause
    if "data.ndc" not in names:
        raise ReaderError(f"{name!r} must hold 'data.ndc'", found=", ".join(names) or "an empty archive")
    said = {key: html.unescape(value) for key, value in reversed(_ATTRIBUTE.findall("".join(texts)))}
    return {
        "instrument": f"Neware, type {said.get('DevType', 'unknown')}",
        "channel": "-".join(said.get(key, "?") for key in ("DevID", "UnitID", "ChlID")),
        "software": said.get("SvrVer", ""),
        "header_comments": said.get("Barcode", ""),
        "header_start": said.get("StartTime", ""),
    }


@contextmanager
def _under(suffix: str, path: Path, content: bytes) -> Iterator[Path]:
    """The file under the suffix by which fastnda chooses; a copy where it has another one."""
    if path.suffix.lower() == suffix:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"copy{suffix}"
        copy.write_bytes(content)
        yield copy


def _frame(fastnda: ModuleType, source: Path, name: str) -> pl.DataFrame:
    """The table of fastnda, its rows in order."""
    try:
        with doubts_of("fastnda", name):
            frame: pl.DataFrame = fastnda.read(source, cycle_mode="raw", raw_categories=True)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as cause:  # a panic of polars is no Exception
        raise ReaderError(
            f"{name!r} must be a whole Neware file of a known version",
            found=f"{type(cause).__name__} in fastnda: {(str(cause).splitlines() or ['no reason'])[0][:120]}",
            todo="Copy the file again, or export it from BTSDA",
        ) from cause
    missing = [column for column in _REQUIRED if column not in frame.columns]
    if missing:
        raise ReaderError(f"{name!r} must hold {', '.join(missing)}", found=f"columns {', '.join(frame.columns)}")
    if frame.height == 0:
        raise ReaderError(f"{name!r} must hold rows", found="none")
    places = order_of_rows(frame["index"].to_numpy(), name)
    return frame if places.size == frame.height and (np.diff(places) == 1).all() else frame[places]


def _rows(frame: pl.DataFrame, sign: float, attrs: dict[str, Any], name: str) -> dict[str, npt.NDArray[Any]]:
    column = {key: frame[key].to_numpy() for key in frame.columns}
    rows: dict[str, npt.NDArray[Any]] = {"time": _time(column, name)}
    rows["voltage"] = sign * column["voltage_V"].astype(np.float64)
    rows["current"] = sign * column["current_mA"].astype(np.float64) * 1e-3
    rows["step"] = whole_numbers(column["step_count"])
    rows["cycle"] = whole_numbers(column.get("cycle_count", np.full(rows["time"].size, -1)))
    rows["control_mode"] = _control_mode(column["step_type"])
    if "capacity_mAh" in column and np.isfinite(column["capacity_mAh"]).all():
        rows["charge"] = sign * _MAH * _total(column["capacity_mAh"].astype(np.float64), rows["step"])
        attrs["charge_from"] = "column capacity_mAh, counted from zero in each step and added up"
        doubt_counter(rows["time"], rows["current"], rows["charge"], name)
    else:
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
    used = {*_REQUIRED, "step_time_s", "unix_time_s", "cycle_count", "capacity_mAh"}
    temperatures = [key for key in column if re.fullmatch(r"aux-?\d+_temperature_degC", key)]
    if temperatures:
        rows["ambient_temperature"] = column[temperatures[0]].astype(np.float64) + _CELSIUS
        attrs["ambient_temperature_from"] = f"column {temperatures[0]}"
        used.add(temperatures[0])
    attrs["ignored_columns"] = ", ".join(key for key in frame.columns if key not in used)
    if "unix_time_s" in column:
        doubt_clock(rows["time"], column["unix_time_s"].astype(np.float64), name)
    return rows


def _time(column: dict[str, npt.NDArray[Any]], name: str) -> npt.NDArray[np.float64]:
    """(row,) s. Total time; added up again from the step times where it runs backwards (a loop that repeats a step number)."""
    time = column["total_time_s"].astype(np.float64)
    if "step_time_s" not in column or not (np.diff(time) < 0).any():
        return time
    step_time = column["step_time_s"].astype(np.float64)
    back = int(np.flatnonzero(np.diff(time) < 0)[0]) + 1
    gained = np.diff(step_time)
    warn(f"{name}: the total time runs backwards at row {back}; it is added up from the step times instead")
    return np.concatenate(([step_time[0]], step_time[0] + np.cumsum(np.where(gained < 0, step_time[1:], gained))))


def _total(capacity: npt.NDArray[np.float64], step: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """A capacity with a sign that begins at zero in each step, as one total from the first row."""
    passed = np.where(np.diff(step) != 0, capacity[1:], np.diff(capacity))
    return np.concatenate(([0.0], np.cumsum(passed)))


def _control_mode(step_type: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    kinds = whole_numbers(step_type)
    mode = np.full(kinds.size, -1, dtype=np.int8)
    for kind, meant in _CONTROL.items():
        mode[kinds == kind] = meant
    return mode


def _started(frame: pl.DataFrame, *, zone: bool) -> str:
    """Date of time zero; an archive counts in universal time, the older form in that of the instrument's computer."""
    if "unix_time_s" not in frame.columns:
        return ""
    first, elapsed = frame["unix_time_s"][0], frame["total_time_s"][0]
    if first is None or elapsed is None:
        return ""
    try:
        moment = datetime.fromtimestamp(first - elapsed, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return (moment if zone else moment.replace(tzinfo=None)).isoformat(timespec="milliseconds")


def _header(fastnda: ModuleType, source: Path) -> dict[str, str]:
    """What the older form says of the test, as far as it can be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = fastnda.read_metadata(source)
    except Exception:
        said = {}
    return {
        "instrument": "Neware",
        "software": str(said.get("server_version", "")),
        "header_comments": str(said.get("remarks", "") or said.get("barcode", "")),
        "header_start": str(said.get("start_time", "")),
    }
