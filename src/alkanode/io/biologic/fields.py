"""From BioLogic columns to fields of a history: control, current, charge, impedance.

Both forms of BioLogic files end here. What differs between techniques is settled here too: which control the set-point
belongs to, where the current comes from when the file holds none, what the header says of the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.charge import current_from_charge, integrated_charge
from alkanode.io.rows import history_from_rows, whole_numbers

Columns = Mapping[str, npt.NDArray[Any]]
Array = npt.NDArray[np.float64]

REST, CURRENT, VOLTAGE, SWEEP_CURRENT, SWEEP_VOLTAGE, UNKNOWN = 0, 1, 2, 3, 4, -1
"""Values of ``control_mode``, as the vocabulary defines them."""

_MODES = {1: CURRENT, 2: VOLTAGE, 3: REST}

_CONTROL_OF_TECHNIQUE = {
    "Galvanostatic Cycling with Potential Limitation": CURRENT,
    "Constant Current": CURRENT,
    "Chronopotentiometry": CURRENT,
    "Galvano Electrochemical Impedance Spectroscopy": CURRENT,
    "Cyclic Voltammetry": VOLTAGE,
    "Cyclic Voltammetry Advanced": VOLTAGE,
    "Linear Sweep Voltammetry": VOLTAGE,
    "Constant Voltage": VOLTAGE,
    "Chronoamperometry / Chronocoulometry": VOLTAGE,
    "Potentio Electrochemical Impedance Spectroscopy": VOLTAGE,
    "Open Circuit Voltage": REST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BiologicHeader:
    """What a BioLogic file says of itself; recorded, never trusted.

    Attributes
    ----------
    technique
        Name of the technique in EC-Lab's words.
    started
        Start of the clock of the file (ISO 8601, the local time of the instrument's computer), or ``""``.
    instrument, channel, software
        Device with its serial number, channel with its serial number, version of EC-Lab.
    area, mass
        Electrode area (m2) and characteristic mass (kg) typed into EC-Lab, often left at the default.
    electrode, electrolyte, comments
        Text typed into EC-Lab.
    step_types
        Step number -> type of the step (``CC``, ``PEIS``, ...), where the header tells.
    """

    technique: str
    started: str = ""
    instrument: str = ""
    channel: str = ""
    software: str = ""
    area: float | None = None
    mass: float | None = None
    electrode: str = ""
    electrolyte: str = ""
    comments: str = ""
    step_types: Mapping[int, str] = field(default_factory=dict)

    def attrs(self) -> dict[str, Any]:
        """Attributes for the records."""
        texts = {
            "technique": self.technique,
            "started": self.started,
            "instrument": self.instrument,
            "channel": self.channel,
            "software": self.software,
            "header_electrode": self.electrode,
            "header_electrolyte": self.electrolyte,
            "header_comments": self.comments,
        }
        numbers = {"header_area_m2": self.area, "header_mass_kg": self.mass}
        return texts | {name: value for name, value in numbers.items() if value is not None}


def biologic_history(columns: Columns, header: BiologicHeader, source: Mapping[str, Any]) -> xr.DataTree:
    """Build the history of a BioLogic file.

    Parameters
    ----------
    columns
        Name of the quantity (see :func:`alkanode.io.biologic.columns.meaning`) -> values in SI.
    header
        What the file says of itself.
    source
        Attributes on reader and file.

    Returns
    -------
    DataTree
        ``cycling`` and, where there are sweeps, ``impedance``.

    Raises
    ------
    ReaderError
        When the columns hold neither a voltage history nor spectra.
    """
    size = len(next(iter(columns.values()), np.empty(0)))
    rows: dict[str, npt.NDArray[Any]] = {}
    attrs: dict[str, Any] = {**source, **header.attrs()}
    _copy(rows, columns, "time", "time")
    _copy(rows, columns, "voltage", "voltage", "mean_voltage")
    _copy(rows, columns, "counter_potential", "counter_potential", "mean_counter_potential")
    _copy(rows, columns, "voltage_amplitude", "voltage_amplitude")
    _copy(rows, columns, "current_amplitude", "current_amplitude")
    _impedance(rows, columns)
    if "voltage" not in rows:
        if "impedance" not in rows:
            raise ReaderError(
                f"{source['source_file']!r} must hold a voltage or an impedance",
                found=f"columns {', '.join(columns) or 'none'}",
            )
        rows["voltage"] = np.full(size, np.nan)
    absent = np.full(size, -1, dtype=np.int32)
    rows["step"] = whole_numbers(columns["step"]) if "step" in columns else absent
    rows["cycle"] = whole_numbers(columns["cycle"]) if "cycle" in columns else absent
    rows["control_mode"] = _control_mode(rows, columns, header)
    rows["current_setpoint"], rows["voltage_setpoint"] = _setpoints(columns, rows["control_mode"])
    rows["current"], attrs["current_from"] = _current(rows, columns)
    if "time" in rows:
        rows["charge"], attrs["charge_from"] = _charge(rows, columns)
    loop = whole_numbers(columns["loop"]) if "loop" in columns else None
    return history_from_rows(rows, attrs, loop=loop)


def _copy(rows: dict[str, npt.NDArray[Any]], columns: Columns, name: str, *candidates: str) -> None:
    for candidate in candidates:
        if candidate in columns:
            rows[name] = columns[candidate]
            return


def _impedance(rows: dict[str, npt.NDArray[Any]], columns: Columns) -> None:
    if "frequency" not in columns:
        return
    if {"real", "minus_imaginary"} <= columns.keys():
        impedance = _complex(columns["real"], columns["minus_imaginary"])
    elif {"modulus", "phase"} <= columns.keys():
        with np.errstate(all="ignore"):
            impedance = columns["modulus"] * np.exp(1j * np.deg2rad(columns["phase"]))
    else:
        return
    rows["frequency"], rows["impedance"] = columns["frequency"], impedance
    if {"counter_real", "counter_minus_imaginary"} <= columns.keys():
        rows["counter_impedance"] = _complex(columns["counter_real"], columns["counter_minus_imaginary"])


def _complex(real: Array, minus_imaginary: Array) -> npt.NDArray[np.complex128]:
    """Join the two parts (EC-Lab stores the imaginary part with its sign changed)."""
    joined = np.empty(real.size, dtype=np.complex128)
    joined.real, joined.imag = real, -minus_imaginary
    return joined


def _control_mode(rows: Columns, columns: Columns, header: BiologicHeader) -> npt.NDArray[np.int8]:
    size = len(rows["voltage"])
    if "mode" in columns:
        mode = np.full(size, UNKNOWN, dtype=np.int8)
        for written, meant in _MODES.items():
            mode[columns["mode"] == written] = meant
    else:
        mode = np.full(size, _CONTROL_OF_TECHNIQUE.get(header.technique, UNKNOWN), dtype=np.int8)
    if "frequency" not in rows:
        return mode
    sweep = rows["frequency"] > 0
    controlled = {CURRENT: SWEEP_CURRENT, VOLTAGE: SWEEP_VOLTAGE, REST: UNKNOWN, UNKNOWN: UNKNOWN}
    before = mode.copy()
    for plain, swept in controlled.items():
        mode[sweep & (before == plain)] = swept
    # a Modulo Bat writes mode 3 on impedance rows; its header tells the type of each step
    for step, kind in header.step_types.items():
        if kind in {"PEIS", "GEIS"}:
            mode[sweep & (rows["step"] == step)] = SWEEP_VOLTAGE if kind == "PEIS" else SWEEP_CURRENT
    return mode


def _setpoints(columns: Columns, mode: npt.NDArray[np.int8]) -> tuple[Array, Array]:
    """Set-points where the file itself says what was controlled; elsewhere the control column means nothing."""
    if "mode" in columns:
        by_current, by_voltage = columns["mode"] == 1, columns["mode"] == 2
    else:
        by_current = (mode == CURRENT) | (mode == SWEEP_CURRENT)
        by_voltage = (mode == VOLTAGE) | (mode == SWEEP_VOLTAGE)
    absent = np.full(mode.size, np.nan)
    mixed = columns.get("control", absent)
    current = columns.get("control_current", mixed * 1e-3)
    voltage = columns.get("control_voltage", mixed)
    return np.where(by_current, current, np.nan), np.where(by_voltage, voltage, np.nan)


def _current(rows: Columns, columns: Columns) -> tuple[Array, str]:
    for name, words in (("current", "measured, column I"), ("mean_current", "measured, column <I>")):
        if name in columns:
            return columns[name], words
    size = len(rows["voltage"])
    setpoint = rows["current_setpoint"]
    counted = {"charge", "charge_step"} & columns.keys()
    if "time" not in rows or not (counted or np.isfinite(setpoint).any()):
        return np.full(size, np.nan), "absent from the file"
    passed = np.full(size, np.nan)
    with np.errstate(all="ignore"):
        if "charge_step" in columns:  # dq of a row is the charge passed since the row before
            passed = columns["charge_step"]
        elif "charge" in columns:
            passed = np.diff(columns["charge"], prepend=np.nan)
    return current_from_charge(rows["time"], passed, setpoint)


def _charge(rows: Columns, columns: Columns) -> tuple[Array, str]:
    with np.errstate(all="ignore"):
        if "charge" in columns:
            return columns["charge"] - columns["charge"][:1], "column (Q-Qo)"
        if "charge_step" in columns:
            total = np.cumsum(columns["charge_step"])
            return total - total[:1], "sum of column dq"
    return integrated_charge(rows)
