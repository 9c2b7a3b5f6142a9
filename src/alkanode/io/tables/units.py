"""Units in the headers of tables: what ``Current(mA)``, ``test_time_s`` and ``Voltage / V`` say."""

from __future__ import annotations

import re

from alkanode.io.spectra_text.names import known_unit as spectra_unit

_TIME = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "hr": 3600.0, "d": 86400.0}
_VOLTAGE = {"V": 1.0, "mV": 1e-3, "uV": 1e-6}
_CURRENT = {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "nA": 1e-9}
_CHARGE = {"C": 1.0, "Ah": 3600.0, "mAh": 3.6, "uAh": 3.6e-3}
_CHARGE |= {"A.h": 3600.0, "mA.h": 3.6, "AHr": 3600.0, "mAHr": 3.6, "Amp-hr": 3600.0, "mAmp-hr": 3.6}
_TEMPERATURE = {"degC": 1.0, "°C": 1.0, "C": 1.0, "Celsius": 1.0, "K": 1.0}
_COUNT = {"1": 1.0}
_FREQUENCY = {"Hz": 1.0, "mHz": 1e-3, "kHz": 1e3, "MHz": 1e6}
_RESISTANCE = {"ohm": 1.0, "mohm": 1e-3, "kohm": 1e3, "Mohm": 1e6, "ohm cm2": 1e-4}
_ANGLE = {"deg": 1.0, "rad": 1.0}

CLOCK = "h:m:s"
"""Unit of times written as ``12:34:56.7`` or ``1d 02:03:04``."""

FACTORS: dict[str, dict[str, float]] = {
    "time": _TIME | {CLOCK: 1.0},
    "voltage": _VOLTAGE,
    "current": _CURRENT,
    "voltage_setpoint": _VOLTAGE,
    "current_setpoint": _CURRENT,
    "working_potential": _VOLTAGE,
    "counter_potential": _VOLTAGE,
    "charge": _CHARGE,
    "charged": _CHARGE,
    "discharged": _CHARGE,
    "capacity": _CHARGE,
    "ambient_temperature": _TEMPERATURE,
    "step": _COUNT,
    "cycle": _COUNT,
    "record": _COUNT,
    "frequency": _FREQUENCY,
    **dict.fromkeys(("real", "imaginary", "negative_imaginary", "modulus"), _RESISTANCE),
    **dict.fromkeys(("phase", "negative_phase"), _ANGLE),
    "spectrum": _COUNT,
    "error": _COUNT,
}
"""Column -> known units -> factor to SI. Temperatures have their offset in :func:`to_si_factor`; angles stay as they are,
and resistances of an area are to be divided by it."""

SPECTRA = ("frequency", "real", "imaginary", "negative_imaginary", "modulus", "phase", "negative_phase")
"""Columns whose units are known in any spelling: ``kΩ``, ``KOhm``, ``°``."""

_CANONICAL = {
    ("frequency", 1.0): "Hz",
    ("frequency", 1e-3): "mHz",
    ("frequency", 1e3): "kHz",
    ("frequency", 1e6): "MHz",
    ("resistance", 1.0): "ohm",
    ("resistance", 1e-3): "mohm",
    ("resistance", 1e3): "kohm",
    ("resistance", 1e6): "Mohm",
    ("areal resistance", 1e-4): "ohm cm2",
}

_IN_HEADER = re.compile(
    r"^(?P<base>.*?)\s*(?:[(\[]\s*(?P<bracket>[^()\[\]]+?)\s*[)\]]|/\s*(?P<slash>[^/\s]+)|_(?P<score>[A-Za-z°µ]+))$"
)


def plain(header: str) -> str:
    """A header for comparison: lower case, single blanks.

    Examples
    --------
    >>> plain(" Test  Time (Sec) ")
    'test time (sec)'
    """
    return " ".join(header.split()).casefold()


def parted(header: str) -> tuple[str, str]:
    """Words and unit of a header.

    Parameters
    ----------
    header
        As the file has it.

    Returns
    -------
    tuple of str
        The words in :func:`plain` form, and the unit as written; no unit is ``""``.

    Examples
    --------
    >>> parted("Current (mA)")
    ('current', 'mA')
    >>> parted("test_time_s")
    ('test_time', 's')
    """
    match = _IN_HEADER.match(" ".join(header.split()))
    if match is None:
        return plain(header), ""
    return plain(match["base"]), match["bracket"] or match["slash"] or match["score"] or ""


def known_unit(column: str, unit: str) -> str:
    """The spelling of a unit in :data:`FACTORS`, or ``""`` for an unknown one.

    Case decides between ``mAh`` and ``MAh`` nowhere in this table, so only exact spellings and, for time, any case
    are taken.

    Examples
    --------
    >>> known_unit("time", "Sec"), known_unit("current", "ma"), known_unit("real", "kΩ")
    ('sec', '', 'kohm')
    """
    if column in SPECTRA:
        found = spectra_unit(unit)
        if found is not None and found.dimension == "angle":
            name = "rad" if found.text.startswith("rad") else "deg"
        else:
            name = "" if found is None else _CANONICAL.get((found.dimension, found.factor), "")
        return name if name in FACTORS[column] else ""
    unit = unit.replace("µ", "u").replace("μ", "u").strip().rstrip(".")
    known = FACTORS[column]
    if unit in known:
        return unit
    return unit.lower() if column == "time" and unit.lower() in known else ""


def to_si_factor(column: str, unit: str) -> tuple[float, float]:
    """Factor and offset from a known unit to SI.

    Examples
    --------
    >>> to_si_factor("ambient_temperature", "degC")
    (1.0, 273.15)
    """
    offset = 273.15 if column == "ambient_temperature" and unit != "K" else 0.0
    return FACTORS[column][unit], offset
