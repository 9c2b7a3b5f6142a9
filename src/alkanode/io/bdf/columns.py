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
_OURS = {"charge", "current_setpoint", "voltage_setpoint", "working_potential", "counter_potential"}


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
    ours
        Whether the column is an addition of alkanode that the ontology does not have.
    """

    machine_name: str
    base: str
    unit: str
    factors: dict[str, float]
    ours: bool = False

    @property
    def label(self) -> str:
        """Preferred label, for example ``Voltage / V``."""
        return f"{self.base} / {self.unit}"


COLUMNS: dict[str, BdfColumn] = {
    key: BdfColumn(machine_name=machine_name, base=base, unit=unit, factors=factors, ours=key in _OURS)
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
        ("record", "record_count", "Record Count", "1", _COUNT),
        ("step_type", "step_type", "Step Type", "1", _COUNT),
        ("charge", "charge_coulomb", "Charge", "C", _CHARGE),
        ("current_setpoint", "current_setpoint_ampere", "Current Setpoint", "A", _CURRENT),
        ("voltage_setpoint", "voltage_setpoint_volt", "Voltage Setpoint", "V", _VOLTAGE),
        ("working_potential", "we_potential_volt", "WE Potential", "V", _VOLTAGE),
        ("counter_potential", "ce_potential_volt", "CE Potential", "V", _VOLTAGE),
    )
}
"""Our name -> column."""

REQUIRED = ("time", "voltage", "current")

STEP_TYPES = {
    **dict.fromkeys(("rest", "ocv"), 0),
    **dict.fromkeys(("cc", "cc_chg", "cc_dchg", "charge", "discharge", "current"), 1),
    **dict.fromkeys(("cv", "cv_chg", "cv_dchg", "voltage"), 2),
    "geis": 3,
    "peis": 4,
    **dict.fromkeys(("cccv", "cccv_chg", "cccv_dchg", "unknown", ""), -1),
}
"""Word of a step type, in lower case -> ``control_mode``. The format leaves the words open: these are the ones met."""

STEP_WORDS = {0: "rest", 1: "cc", 2: "cv", 3: "geis", 4: "peis", -1: "unknown"}
"""``control_mode`` -> the word that is written; "cc" for any controlled current, "cv" for any controlled voltage."""

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
