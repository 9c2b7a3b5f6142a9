"""The columns of the Battery Data Format: one table for reading and writing.

The format names a column by a preferred label, ``Voltage / V``, and by a machine name, ``voltage_volt``. Both are
read. Positive current charges the cell; here positive current oxidises the working electrode. The two agree when the
working electrode is the positive terminal of the cell, and differ in sign, in current and in voltage, when it is the
negative one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from alkanode.foundation.errors import ReaderError

ONTOLOGY_VERSION = "1.3.0"
"""Version of the format's ontology that this table follows."""

_TIME = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_VOLTAGE = {"V": 1.0, "mV": 1e-3}
_CURRENT = {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6}
_CHARGE = {"Ah": 3600.0, "A.h": 3600.0, "mAh": 3.6, "C": 1.0}
_COUNT = {"1": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class BdfColumn:
    """One column of the format.

    Attributes
    ----------
    machine_name, base
        ``voltage_volt``, and the words of the preferred label before the unit.
    unit
        Unit of the machine name and of the preferred label.
    factors
        Known units -> factor to SI.
    """

    machine_name: str
    base: str
    unit: str
    factors: dict[str, float]

    @property
    def label(self) -> str:
        """Preferred label, for example ``Voltage / V``."""
        return f"{self.base} / {self.unit}"


COLUMNS: dict[str, BdfColumn] = {
    key: BdfColumn(machine_name=machine_name, base=base, unit=unit, factors=factors)
    for key, machine_name, base, unit, factors in (
        ("time", "test_time_second", "Test Time", "s", _TIME),
        ("voltage", "voltage_volt", "Voltage", "V", _VOLTAGE),
        ("current", "current_ampere", "Current", "A", _CURRENT),
        ("unix_time", "unix_time_second", "Unix Time", "s", _TIME),
        ("cycle", "cycle_count", "Cycle Count", "1", _COUNT),
        ("step_id", "step_id", "Step ID", "1", _COUNT),
        ("step_index", "step_index", "Step Index", "1", _COUNT),
        ("step_count", "step_count", "Step Count", "1", _COUNT),
        ("charged", "charging_capacity_ah", "Charging Capacity", "Ah", _CHARGE),
        ("discharged", "discharging_capacity_ah", "Discharging Capacity", "Ah", _CHARGE),
        ("ambient_temperature", "ambient_temperature_celsius", "Ambient Temperature", "degC", {"degC": 1.0}),
    )
}
"""Our name -> column."""

REQUIRED = ("time", "voltage", "current")

_BY_MACHINE_NAME = {column.machine_name: key for key, column in COLUMNS.items()}
_BY_BASE = {column.base.lower(): key for key, column in COLUMNS.items()}
_LABEL = re.compile(r"^(?P<base>.+?)\s*/\s*(?P<unit>\S+)$")


def identify(header: str) -> tuple[str, float] | None:
    """What a column of a file is.

    Parameters
    ----------
    header
        Machine name or preferred label.

    Returns
    -------
    tuple of str and float, or None
        Our name and the factor to SI (degrees Celsius stay); ``None`` for a column outside the table.

    Raises
    ------
    ReaderError
        For a known quantity in an unknown unit.

    Examples
    --------
    >>> identify("Voltage / mV")
    ('voltage', 0.001)
    """
    header = header.strip().strip('"')
    if header.lower() in _BY_MACHINE_NAME:
        key = _BY_MACHINE_NAME[header.lower()]
        return key, COLUMNS[key].factors[COLUMNS[key].unit]
    parts = _LABEL.match(header)
    base = parts["base"].lower() if parts else header.lower()
    if base not in _BY_BASE:
        return None
    key = _BY_BASE[base]
    factors = COLUMNS[key].factors
    if parts is None or parts["unit"] not in factors:
        raise ReaderError(
            f"the column {COLUMNS[key].base!r} needs a known unit",
            found=repr(header),
            todo=f"Known: {', '.join(f'{COLUMNS[key].base} / {unit}' for unit in factors)}",
        )
    return key, factors[parts["unit"]]
