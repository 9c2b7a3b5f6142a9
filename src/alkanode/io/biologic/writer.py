"""Writer of EC-Lab text files (``.mpt``): a history as the instrument would have exported it.

A virtual experiment leaves the same file as a measured one, so that one reader and one analysis serve both. CP1252,
CRLF, decimal point, month before day. DC rows carry the frequency zero, as EC-Lab writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.io.biologic.fields import CURRENT, REST, SWEEP_CURRENT, SWEEP_VOLTAGE, VOLTAGE

TECHNIQUES = {
    "CC": "Constant Current",
    "CP": "Chronopotentiometry",
    "CV": "Cyclic Voltammetry",
    "GCPL": "Galvanostatic Cycling with Potential Limitation",
    "OCV": "Open Circuit Voltage",
    "PEIS": "Potentio Electrochemical Impedance Spectroscopy",
    "GEIS": "Galvano Electrochemical Impedance Spectroscopy",
    "MB": "Modulo Bat",
}
"""Short name -> name in the file."""

_MODES = {CURRENT: 1, SWEEP_CURRENT: 1, VOLTAGE: 2, SWEEP_VOLTAGE: 2, REST: 3}
_CYCLING_ONLY = ("CC", "CP", "CV", "GCPL", "OCV")
_WHOLE = {"mode", "Ns", "cycle number", "z cycle"}
_POINT_FIELDS = (
    "frequency",
    "impedance",
    "counter_impedance",
    "voltage",
    "current",
    "voltage_amplitude",
    "current_amplitude",
)
_AS_HELD = "%.15E"
"""Sixteen digits: what is read back is what was written."""

Rows = dict[str, npt.NDArray[Any]]


def write_mpt(
    history: xr.DataTree,
    path: str | Path,
    *,
    technique: str = "",
    started: str = "",
    comments: str = "",
) -> Path:
    """Write a history as an EC-Lab text file.

    Parameters
    ----------
    history
        Child ``cycling`` (``time``, ``voltage``, ``current``; set-points, ``charge``, ``step``, ``cycle`` and
        ``control_mode`` where they are there; -1 stands for an unknown step or cycle), child ``impedance`` (with
        ``point_time``), or both. Rows of
        ``cycling`` marked ``in_sweep`` stand for the points of ``impedance`` in the same order; without them the
        points are put between the rows by their time.
    path
        File to write; an existing one is replaced.
    technique
        ``CC``, ``CP``, ``CV``, ``GCPL``, ``OCV``, ``PEIS``, ``GEIS`` or ``MB``. By default ``MB`` (Modulo Bat) when
        both children are there, ``PEIS`` for spectra alone, ``CC`` for cycling alone.
    started
        Start of the clock in ISO 8601; by default ``attrs["started"]`` of the history, and no line without any.
    comments
        One line for the header.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        When the history holds neither child or no rows, the technique is unknown or cannot hold spectra, ``started``
        is no date, spectra lack ``point_time`` anywhere, or sweep rows and points differ in number.
    """
    cycling, impedance = _children(history)
    short = technique or ("CC" if impedance is None else "PEIS" if cycling is None else "MB")
    if short not in TECHNIQUES:
        raise SchemaError("a known technique is needed", found=repr(technique), todo=f"Known: {', '.join(TECHNIQUES)}")
    if impedance is not None and short in _CYCLING_ONLY:
        raise SchemaError(f"{short} files hold no spectra", found="a history with impedance", todo="Write MB or GEIS")
    rows = _merged(cycling, impedance)
    columns = _columns(rows)
    start = started or str(history.attrs.get("started", ""))
    header = _header(TECHNIQUES[short], start, comments, columns)
    formats = "\t".join("%d" if label in _WHOLE else _AS_HELD for label in columns)
    lines = [formats % values for values in zip(*(values.tolist() for values in columns.values()), strict=True)]
    target = Path(path)
    text = "\r\n".join([*header, *lines, ""])
    target.write_bytes(text.encode("cp1252", errors="replace"))
    return target


def _children(history: xr.DataTree) -> tuple[xr.Dataset | None, xr.Dataset | None]:
    found: dict[str, xr.Dataset] = {}
    for name in ("cycling", "impedance"):
        if name in history.children:
            found[name] = history[name].to_dataset()
            check(found[name], name)
    if not found:
        raise SchemaError("a history with 'cycling' or 'impedance' is needed", found=", ".join(history.children))
    return found.get("cycling"), found.get("impedance")


def _merged(cycling: xr.Dataset | None, impedance: xr.Dataset | None) -> Rows:
    """All rows in the order of time; DC rows have the frequency zero."""
    parts: list[Rows] = []
    placed: list[npt.NDArray[np.intp]] = []
    points = None if impedance is None else _points(impedance)
    if cycling is not None:
        rows: Rows = {str(name): values.to_numpy() for name, values in cycling.data_vars.items()}
        swept = rows.get("in_sweep", np.zeros(rows["time"].size, dtype=bool))
        if points is not None and swept.any():
            count = points["time"].size
            if int(swept.sum()) != count:
                raise SchemaError(
                    "the rows marked in_sweep must be the points of the spectra",
                    found=f"{int(swept.sum())} rows and {count} points",
                )
            for name in ("step", "cycle", "charge"):
                points.pop(name, None)
            points |= {name: values[swept] for name, values in rows.items() if name not in points}
            rows = {name: values[~swept] for name, values in rows.items()}
            placed = [np.flatnonzero(~swept), np.flatnonzero(swept)]
        parts.append(rows)
    if points is not None:
        parts.append(points)
    names = list(dict.fromkeys(name for part in parts for name in part))
    merged = {name: np.concatenate([_filled(part, name) for part in parts]) for name in names}
    if merged["time"].size == 0:
        raise SchemaError("a history with rows is needed to be written", found="no rows")
    place = np.concatenate(placed) if placed else np.arange(merged["time"].size)
    order = np.lexsort((place, merged["time"]))
    return {name: values[order] for name, values in merged.items()}


def _filled(part: Rows, name: str) -> npt.NDArray[Any]:
    """A field of one part, or what stands for its absence."""
    size = part["time"].size
    if name in part:
        return part[name]
    if name in {"frequency", "voltage_amplitude", "current_amplitude", "impedance", "counter_impedance", "spectrum"}:
        return np.zeros(size)
    return np.full(size, -1) if name in {"step", "cycle", "control_mode"} else np.full(size, np.nan)


def _points(impedance: xr.Dataset) -> Rows:
    if "point_time" not in impedance:
        raise SchemaError("spectra need 'point_time' to be written", found=", ".join(map(str, impedance.data_vars)))
    kept = np.isfinite(impedance["frequency"].to_numpy())
    rows: Rows = {"time": impedance["point_time"].to_numpy()[kept]}
    unknown = int((~np.isfinite(rows["time"])).sum())
    if unknown:
        raise SchemaError("every point needs a 'point_time' to be written", found=f"{unknown} points without")
    for name in _POINT_FIELDS:
        if name in impedance:
            rows[name] = impedance[name].to_numpy()[kept]
    rows["spectrum"] = np.nonzero(kept)[0] + 1
    for name in ("step", "cycle"):
        if name in impedance:
            rows[name] = np.repeat(impedance[name].to_numpy(), kept.sum(axis=1))
    return rows


def _columns(rows: Rows) -> dict[str, npt.NDArray[Any]]:
    """Labels and values as EC-Lab writes them."""
    size = rows["time"].size
    nothing = np.full(size, np.nan)
    columns: dict[str, npt.NDArray[Any]] = {}
    mode = rows.get("control_mode")
    if mode is not None:
        written = np.zeros(size, dtype=np.int64)
        for meant, value in _MODES.items():
            written[mode == meant] = value
        columns["mode"] = written
    if "step" in rows and (rows["step"] >= 0).any():
        columns["Ns"] = rows["step"]
    columns["time/s"] = rows["time"]
    if mode is not None and ("current_setpoint" in rows or "voltage_setpoint" in rows):
        by_current = np.isin(mode, (CURRENT, SWEEP_CURRENT))
        by_voltage = np.isin(mode, (VOLTAGE, SWEEP_VOLTAGE))
        control = np.where(by_current, rows.get("current_setpoint", nothing) * 1e3, 0.0)
        columns["control/V/mA"] = np.where(by_voltage, rows.get("voltage_setpoint", nothing), control)
    swept = "frequency" in rows
    columns["<Ewe>/V" if swept else "Ewe/V"] = rows.get("voltage", nothing)
    columns["<I>/mA"] = rows.get("current", nothing) * 1e3
    if "charge" in rows:
        columns["(Q-Qo)/mA.h"] = rows["charge"] / 3.6
    if "counter_potential" in rows:
        columns["Ece/V"] = rows["counter_potential"]
    if "cycle" in rows and (rows["cycle"] >= 0).any():
        columns["cycle number"] = rows["cycle"]
    if swept:
        columns["z cycle"] = rows["spectrum"]
        columns |= _spectral(rows)
    return columns


def _spectral(rows: Rows) -> dict[str, npt.NDArray[Any]]:
    real, imaginary = np.real(rows["impedance"]), np.imag(rows["impedance"])
    columns = {
        "freq/Hz": rows["frequency"],
        "Re(Z)/Ohm": real,
        "-Im(Z)/Ohm": -imaginary,
        "|Z|/Ohm": np.hypot(real, imaginary),
        "Phase(Z)/deg": np.rad2deg(np.arctan2(imaginary, real)),
    }
    if "counter_impedance" in rows:
        columns["Re(Zce)/Ohm"] = np.real(rows["counter_impedance"])
        columns["-Im(Zce)/Ohm"] = -np.imag(rows["counter_impedance"])
    for name, label in (("voltage_amplitude", "|Ewe|/V"), ("current_amplitude", "|I|/A")):
        if name in rows:
            columns[label] = rows[name]
    return columns


def _header(technique: str, started: str, comments: str, columns: Mapping[str, Any]) -> list[str]:
    lines = ["", technique, "", "Run on channel : 1 (virtual)"]
    if started:
        try:
            moment = datetime.fromisoformat(started)
        except ValueError:
            raise SchemaError("started is a date in ISO 8601", found=repr(started)) from None
        lines.append(f"Acquisition started on : {moment:%m/%d/%Y %H:%M:%S}.{moment.microsecond // 1000:03d}")
    lines += ["Device : alkanode", f"Comments : {' '.join(comments.split())}", ""]
    count = len(lines) + 3
    return ["EC-Lab ASCII FILE", f"Nb header lines : {count:<28d}", *lines, "\t".join(columns) + "\t"]
