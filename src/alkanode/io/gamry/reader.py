"""Reader of Gamry data files (``.DTA``).

Impedance (tables ``ZCURVE``) was checked on a real file. The tables of charge, discharge, chronopotentiometry,
chronoamperometry, voltammetry and open circuit (``CURVE``, ``CURVE1``, ...) are read by the layout that public readers
describe and that their test files show. See :mod:`alkanode.io.gamry.text` for the layout.

Sign: with ``CONVENTION`` 1, as in every file seen, a positive current oxidises at the working lead; any other value is
taken as the opposite convention and doubted. ``Zimag`` is negative for capacitive arcs. The open circuit that is
recorded before a run (``OCVCURVE``) has a clock of its own with an unknown distance to that of the run: it is left out
and named in ``attrs["left_out"]``; its last voltage is in ``header_open_circuit_V``. For the same reason ``started`` is
the start of the experiment, and the first row of the run may be later by the time of that open circuit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.biologic.fields import CURRENT, REST, SWEEP_CURRENT, SWEEP_VOLTAGE, UNKNOWN, VOLTAGE
from alkanode.io.charge import integrated_charge
from alkanode.io.doubts import warn
from alkanode.io.format_info import FormatInfo
from alkanode.io.gamry.text import FIRST_LINE, GamryTable, take_apart
from alkanode.io.rows import history_from_rows, read_bytes, source_attrs
from alkanode.io.text_table import as_utf8

Array = npt.NDArray[np.float64]

_UNITS: dict[str, dict[str, float]] = {
    "time": {"s": 1.0},
    "voltage": {"V": 1.0, "V vs. Ref.": 1.0, "mV": 1e-3},
    "current": {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6, "nA": 1e-9},
    "frequency": {"Hz": 1.0},
    "real": {"ohm": 1.0},
    "imaginary": {"ohm": 1.0},
    "ambient_temperature": {"deg C": 1.0},
    "voltage_setpoint": {"V": 1.0, "V vs. Ref.": 1.0},
}
_CURVE = {"time": "T", "voltage": "Vf", "current": "Im", "ambient_temperature": "Temp"}
_SPECTRUM = {
    "time": "Time",
    "frequency": "Freq",
    "real": "Zreal",
    "imaginary": "Zimag",
    "current": "Idc",
    "voltage": "Vdc",
}
_NEEDED = {"CURVE": ("time", "voltage"), "ZCURVE": ("frequency", "real", "imaginary")}
_KIND = re.compile(r"^(ZCURVE|CURVE)\d*$")
_POTENTIOSTATIC = ("CHRONOA", "CHRONOC", "CV", "LSV", "POTENTIOSTATIC", "EISPOT", "POTENTIODYNAMIC")
_GALVANOSTATIC = ("CHRONOP", "GALVANOSTATIC", "EISGALV", "PWR800_CHARGE", "PWR800_DISCHARGE", "PWR_CPC", "PWRCPC")
_OPEN = ("CORPOT", "OCP", "OPENCIRCUIT")
_SWEEP = ("FREQINIT", "FREQFINAL", "PTSPERDEC")

POINTS_SHORT = 1.5
"""Points by which a sweep may miss the final frequency of the header; a whole one ends within half a point of it."""

_NO_THERMOMETER = -200.0
"""degC; an input without a thermometer reads -327."""


class GamryReader:
    """Reads ``.DTA`` files of Gamry's programs (impedance, charge and discharge, voltammetry)."""

    name: ClassVar[str] = "gamry-dta"
    suffixes: ClassVar[tuple[str, ...]] = (".dta",)
    about: ClassVar[FormatInfo] = FormatInfo(
        title="Gamry Framework",
        reads="spectra (``ZCURVE``) with times, mean voltage and current; charge, discharge, voltammetry, open circuit "
        "(``CURVE``): the latter unverified",
        verified="potentiostatic impedance, Framework 7.05, Reference 3000 (72 points); ``CURVE`` tables: none",
    )

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first lines of a file are those of a ``.DTA`` file."""
        lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 2)
        return len(lines) > 1 and lines[0].strip() == FIRST_LINE.encode() and lines[1].startswith(b"TAG\t")

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling`` and, where there are ``ZCURVE`` tables, ``impedance``. The number of the table is ``cycle``
            where there are several ``CURVE`` tables. Entries of the file are in ``header_*``: recorded, never used.

        Raises
        ------
        ReaderError
            When the file holds no such table, or a used column is absent or has an unknown unit.

        Warns
        -----
        DataQualityWarning
            When a table is shorter than announced, a sweep ends before its final frequency, points jump, the run was aborted, the sign convention is not the
            known one, or the date can be read in two ways.
        """
        content = read_bytes(path)
        whole = take_apart(as_utf8(content, path.name), path.name)
        used = [table for table in whole.tables if _KIND.match(table.name)]
        if not used:
            raise ReaderError(
                f"{path.name!r} must hold a table CURVE or ZCURVE",
                found=", ".join(table.name for table in whole.tables) or "no table",
            )
        attrs = source_attrs(path, content, reader=self.name) | _attrs(whole.entries, path.name)
        left = [f"{table.name} ({table.rows} rows)" for table in whole.tables if not _KIND.match(table.name)]
        attrs["left_out"] = ", ".join(left)
        sign, attrs["sign"] = _sign(whole.entries, path.name)
        parts = [_part(table, number, whole.entries, sign, path.name) for number, table in enumerate(used, start=1)]
        rows = _joined(parts, used, path.name)
        attrs["current_from"] = _settle_current(rows, whole.entries)
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
        loop = rows.pop("table").astype(np.int32)
        return history_from_rows(rows, attrs, loop=loop)


def _part(
    table: GamryTable, number: int, entries: Mapping[str, str], sign: float, name: str
) -> dict[str, npt.NDArray[Any]]:
    """One table as rows in SI."""
    spectrum = table.name.startswith("Z")
    columns = _in_si(table, _SPECTRUM if spectrum else _CURVE, _NEEDED["ZCURVE" if spectrum else "CURVE"], name)
    rows: dict[str, npt.NDArray[Any]] = {"table": np.full(table.rows, number)}
    for key in ("time", "voltage"):
        rows[key] = columns.get(key, np.full(table.rows, np.nan))
    rows["current"] = sign * columns["current"] if "current" in columns else np.full(table.rows, np.nan)
    control = _control(entries)
    if spectrum:
        _doubt_end(table.name, columns["frequency"], entries, name)
        rows["frequency"] = columns["frequency"]
        with np.errstate(invalid="ignore"):
            rows["impedance"] = columns["real"] + 1j * columns["imaginary"]
        control = {CURRENT: SWEEP_CURRENT, VOLTAGE: SWEEP_VOLTAGE}.get(control, UNKNOWN)
    else:
        rows["frequency"] = np.zeros(table.rows)
        rows["impedance"] = np.full(table.rows, complex(np.nan, np.nan))
    rows["control_mode"] = np.full(table.rows, control, dtype=np.int8)
    if control == VOLTAGE and table.units.get("Sig") in _UNITS["voltage_setpoint"]:
        rows["voltage_setpoint"] = table.columns["Sig"]
    temperature = columns.get("ambient_temperature")
    if temperature is not None and (temperature > _NO_THERMOMETER).any():
        rows["ambient_temperature"] = np.where(temperature > _NO_THERMOMETER, temperature + 273.15, np.nan)
    return rows


def _doubt_end(title: str, frequency: Array, entries: Mapping[str, str], name: str) -> None:
    """Warn of a sweep that stops before the final frequency: spectra do not announce their number of points."""
    try:
        first, final, density = (float(entries[key].replace(",", ".")) for key in _SWEEP)
        ratio = float(frequency[-1]) / final
        left = ratio if first > final else 1.0 / ratio
        step = 10.0 ** (POINTS_SHORT / density)
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return
    if left > step:
        warn(
            f"{name}: {title} stops at {frequency[-1]:.4g} Hz, by the header it ends at {final:.4g} Hz; the run was stopped "
            "or the file is cut off"
        )


def _in_si(table: GamryTable, wanted: Mapping[str, str], needed: Sequence[str], name: str) -> dict[str, Array]:
    columns = {}
    for key, label in wanted.items():
        if label not in table.columns:
            if key in needed:
                raise ReaderError(
                    f"the table {table.name} of {name!r} must have a column {label}", found=", ".join(table.columns)
                )
            continue
        unit = table.units.get(label, "")
        if unit not in _UNITS[key]:
            raise ReaderError(
                f"the column {label} of {name!r} needs a known unit",
                found=repr(unit),
                todo=f"Known: {', '.join(_UNITS[key])}",
            )
        columns[key] = table.columns[label] * _UNITS[key][unit]
    return columns


def _joined(
    parts: Sequence[dict[str, npt.NDArray[Any]]], tables: Sequence[GamryTable], name: str
) -> dict[str, npt.NDArray[Any]]:
    """The tables one after the other; rows that hold no numbers at all are left out."""
    names = list(dict.fromkeys(key for part in parts for key in part))
    sizes = [part["time"].size for part in parts]
    rows = {
        key: np.concatenate([part.get(key, np.full(size, np.nan)) for part, size in zip(parts, sizes, strict=True)])
        for key in names
    }
    sweeps = np.repeat([table.name.startswith("Z") for table in tables], sizes)
    known = np.where(sweeps, rows["frequency"] > 0, np.isfinite(rows["voltage"]))
    if not np.isfinite(rows["time"]).any():
        del rows["time"]
        known &= sweeps
    else:
        known &= np.isfinite(rows["time"])
    if not known.any():
        raise ReaderError(f"{name!r} must hold rows of numbers", found="none")
    if not known.all():
        warn(f"{name}: {int((~known).sum())} rows without time, voltage or frequency are left out")
        rows = {key: values[known] for key, values in rows.items()}
    if not (rows["frequency"] > 0).any():
        del rows["frequency"], rows["impedance"]
    several = len(parts) > 1
    rows["cycle"] = (rows["table"] if several else np.full(rows["table"].size, -1)).astype(np.int32)
    rows["step"] = np.full(rows["table"].size, -1, dtype=np.int32)
    return rows


def _settle_current(rows: dict[str, npt.NDArray[Any]], entries: Mapping[str, str]) -> str:
    """Where the current comes from; at open circuit there is none to measure."""
    if np.isfinite(rows["current"]).any():
        return "measured, column Im" if "frequency" not in rows else "measured, columns Im and Idc"
    if _control(entries) == REST:
        rows["current"] = np.zeros(rows["current"].size)
        return "zero: the file has no current, and the experiment is at open circuit"
    return "absent from the file"


def _control(entries: Mapping[str, str]) -> int:
    """What the experiment controls, by its tag; unknown where the control changes inside a run."""
    tag = entries.get("TAG", "").upper()
    if tag.startswith(_OPEN):
        return REST
    if tag.startswith(_GALVANOSTATIC):
        holds_voltage = entries.get("VOLTAGEFINISH", "F").upper().startswith("T")
        return UNKNOWN if holds_voltage else CURRENT
    return VOLTAGE if tag.startswith(_POTENTIOSTATIC) else UNKNOWN


def _sign(entries: Mapping[str, str], name: str) -> tuple[float, str]:
    convention = entries.get("CONVENTION", "")
    if convention == "1":
        return 1.0, "CONVENTION 1: positive current oxidises at the working lead"
    if convention:
        warn(f"{name}: the sign convention {convention!r} was never seen in a real file; the current is turned")
        return -1.0, f"CONVENTION {convention}: taken as positive for reduction, and turned"
    return 1.0, "no CONVENTION in the file: positive current taken as oxidation at the working lead"


def _attrs(entries: Mapping[str, str], name: str) -> dict[str, Any]:
    if entries.get("EXPERIMENTABORTED", "F").upper().startswith("T"):
        warn(f"{name}: the experiment was aborted")
    attrs: dict[str, Any] = {
        "technique": entries.get("TAG", ""),
        "started": _started(entries.get("DATE", ""), entries.get("TIME", ""), name),
        "instrument": entries.get("PSTATSECTION", entries.get("PSTAT", "")),
        "software": f"Gamry Framework {entries['FRAMEWORKVERSION']}" if "FRAMEWORKVERSION" in entries else "",
        "header_title": entries.get("TITLE", ""),
        "header_date": entries.get("DATE", ""),
        "header_time": entries.get("TIME", ""),
    }
    for entry, attr, factor in (("AREA", "header_area_m2", 1e-4), ("EOC", "header_open_circuit_V", 1.0)):
        try:
            attrs[attr] = float(f"{float(entries[entry].replace(',', '.')) * factor:.9g}")
        except (KeyError, ValueError):
            continue
    return attrs


def _started(date: str, time: str, name: str) -> str:
    """ISO 8601 of ``4/23/2018`` and ``16:43:15``; the month comes first wherever it can."""
    parts = re.match(r"^(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})$", date)
    clock = re.match(r"^(\d{1,2}):(\d{2}):(\d{2})(?:\s*([AaPp])[Mm])?", time)
    if parts is None or clock is None:
        warn(f"{name}: the file does not say when the run started")
        return ""
    numbers = [int(part) for part in parts.groups()]
    if len(parts[1]) == 4:
        year, month, day = numbers
    else:
        month, day, year = numbers
        if "." in date or month > 12:
            month, day = day, month
        elif day <= 12 and day != month:
            warn(f"{name}: the date {date} can be read in two ways; the month is taken to come first")
    hour = int(clock[1]) % 12 + (12 if clock[4].upper() == "P" else 0) if clock[4] else int(clock[1])
    try:
        return datetime(year, month, day, hour, int(clock[2]), int(clock[3])).isoformat(timespec="milliseconds")
    except ValueError:
        warn(f"{name}: the start {date} {time} is no date")
        return ""
