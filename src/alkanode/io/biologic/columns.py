"""The columns of BioLogic files: one table for the binary and the text form.

Binary files (``.mpr``) name a column by a number; text files (``.mpt``) by a label such as ``<I>/mA``. The number
gives the label and the width; the label gives the quantity and the unit. Numbers and widths are facts on the format,
gathered from public readers and checked here against text exports of the same runs; ``CHECKED`` lists those that
were compared number by number.

Numbers below 256 repeat those from 256 on: 182 and 438 are the same column.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from alkanode.foundation.errors import ReaderError

FLAGS = {1: "mode", 2: "ox/red", 3: "error", 21: "control changes", 31: "Ns changes", 65: "counter inc."}
"""Columns that share one byte, placed where the first of them stands."""

MODE_MASK = 0x03
"""Bits of that byte that hold the mode: 1 current, 2 voltage, 3 neither."""

_LABELS: dict[str, dict[int, str]] = {
    "<f8": {
        4: "time/s",
        7: "dq/mA.h",
        11: "<I>/mA",
        13: "(Q-Qo)/mA.h",
        23: "dQ/mA.h",
        24: "cycle number",
        74: "|Energy|/W.h",
        123: "Energy charge/W.h",
        124: "Energy discharge/W.h",
        125: "Capacitance charge/µF",
        126: "Capacitance discharge/µF",
        438: "step time/s",
        467: "Q charge/discharge/mA.h",
        498: "Q charge/mA.h",
        499: "Q discharge/mA.h",
        500: "step time/s",
        501: "Efficiency/%",
        502: "Capacity/mA.h",
    },
    "<f4": {
        5: "control/V/mA",
        6: "Ewe/V",
        8: "I/mA",
        9: "Ece/V",
        16: "Analog IN 1/V",
        17: "Analog IN 2/V",
        19: "control/V",
        20: "control/mA",
        26: "Rapp/Ohm",
        27: "Ewe-Ece/V",
        32: "freq/Hz",
        33: "|Ewe|/V",
        34: "|I|/A",
        35: "Phase(Z)/deg",
        36: "|Z|/Ohm",
        37: "Re(Z)/Ohm",
        38: "-Im(Z)/Ohm",
        69: "R/Ohm",
        70: "P/W",
        75: "Analog OUT/V",
        76: "<I>/mA",
        77: "<Ewe>/V",
        78: "Cs-2/µF-2",
        96: "|Ece|/V",
        98: "Phase(Zce)/deg",
        99: "|Zce|/Ohm",
        100: "Re(Zce)/Ohm",
        101: "-Im(Zce)/Ohm",
        163: "|Estack|/V",
        168: "Rcmp/Ohm",
        169: "Cs/µF",
        172: "Cp/µF",
        173: "Cp-2/µF-2",
        430: "Phase(Zwe-ce)/deg",
        431: "|Zwe-ce|/Ohm",
        432: "Re(Zwe-ce)/Ohm",
        433: "-Im(Zwe-ce)/Ohm",
        434: "(Q-Qo)/C",
        435: "dQ/C",
        441: "<Ecv>/V",
        462: "Temperature/°C",
        471: "<Ece>/V",
        473: "THD Ewe/%",
        474: "THD I/%",
        476: "NSD Ewe/%",
        477: "NSD I/%",
        479: "NSR Ewe/%",
        480: "NSR I/%",
        **{484 + n: f"|Ewe h{n}|/V" for n in range(2, 8)},
        **{490 + n: f"|I h{n}|/A" for n in range(2, 8)},
        505: "Rdc/Ohm",
    },
    "<u4": {468: "half cycle", 469: "z cycle"},
    "<u2": {39: "I Range", 131: "Ns"},
}

_MPR = {number: (label, kind) for kind, labels in _LABELS.items() for number, label in labels.items()}

_NOT_FOLDED = range(498, 503)
"""Numbers whose lower twin means something else."""

_MEAN_VOLTAGE_OR_PHASE = 174
"""The twin of 430 that some versions use for ``<Ewe>/V`` in files without impedance."""

CHECKED = frozenset(
    {*FLAGS, 4, 5, 6, 7, 8, 9, 13, 16, 17, 20, 24, 32, 35, 36, 37, 38, 39, 70, 74, 76, 77}
    | {123, 124, 125, 126, 131, 467, 468, 469}
)
"""Numbers whose label and width were compared with text exports of the same run."""


def mpr_column(number: int, present: Collection[int]) -> tuple[str, str] | None:
    """Label and type of a column of a binary file.

    Parameters
    ----------
    number
        Number in the file.
    present
        All numbers of the file; they decide the one ambiguous number, 174.

    Returns
    -------
    tuple of str, or None
        Label as in text files and numpy type; ``None`` for an unknown number.

    Examples
    --------
    >>> mpr_column(182, [4, 182])
    ('step time/s', '<f8')
    """
    if number == _MEAN_VOLTAGE_OR_PHASE and 32 not in present:
        return "<Ewe>/V", "<f4"
    twin = number + 256
    if number not in _MPR and number < 256 and twin in _MPR and twin not in _NOT_FOLDED:
        return _MPR[twin]
    return _MPR.get(number)


_UNITS = {
    "time": {"s": 1.0, "min": 60.0, "h": 3600.0},
    "voltage": {"V": 1.0, "mV": 1e-3},
    "current": {"A": 1.0, "mA": 1e-3, "µA": 1e-6, "uA": 1e-6, "nA": 1e-9},
    "charge": {"C": 1.0, "A.h": 3600.0, "mA.h": 3.6, "µA.h": 3.6e-3, "uA.h": 3.6e-3},
    "frequency": {"Hz": 1.0, "mHz": 1e-3, "kHz": 1e3, "MHz": 1e6},
    "resistance": {"Ohm": 1.0, "mOhm": 1e-3, "kOhm": 1e3, "MOhm": 1e6},
    "angle": {"deg": 1.0},
}

_MEANINGS: dict[str, tuple[str, str]] = {
    "time": ("time", "time"),
    "Ewe": ("voltage", "voltage"),
    "<Ewe>": ("mean_voltage", "voltage"),
    "Ecell": ("voltage", "voltage"),
    "<Ecell>": ("mean_voltage", "voltage"),
    "Ece": ("counter_potential", "voltage"),
    "<Ece>": ("mean_counter_potential", "voltage"),
    "I": ("current", "current"),
    "<I>": ("mean_current", "current"),
    "(Q-Qo)": ("charge", "charge"),
    "dq": ("charge_step", "charge"),
    "dQ": ("charge_step", "charge"),
    "freq": ("frequency", "frequency"),
    "Re(Z)": ("real", "resistance"),
    "-Im(Z)": ("minus_imaginary", "resistance"),
    "|Z|": ("modulus", "resistance"),
    "Phase(Z)": ("phase", "angle"),
    "|Ewe|": ("voltage_amplitude", "voltage"),
    "|Ecell|": ("voltage_amplitude", "voltage"),
    "|I|": ("current_amplitude", "current"),
    "Re(Zce)": ("counter_real", "resistance"),
    "-Im(Zce)": ("counter_minus_imaginary", "resistance"),
}

_PLAIN = {
    "mode": "mode",
    "Ns": "step",
    "cycle number": "cycle",
    "z cycle": "loop",
    "control/V/mA": "control",
    "control/V": "control_voltage",
    "control/mA": "control_current",
}

_FACTORS = {"control/mA": 1e-3}

_ALIASES = {"<Ewe/V>": "<Ewe>/V"}

_LABEL = re.compile(r"^(?P<what>.+)/(?P<unit>[^/]+)$")


def meaning(label: str) -> tuple[str, float] | None:
    """What a column is, and the factor that turns it into SI.

    Parameters
    ----------
    label
        Label as EC-Lab writes it, for example ``<I>/mA``.

    Returns
    -------
    tuple of str and float, or None
        Name of the quantity and factor; ``None`` for a column that is not used. ``control`` holds volts or
        milliamperes, row by row, as the mode says.

    Raises
    ------
    ReaderError
        When the column is used and its unit is unknown.

    Examples
    --------
    >>> meaning("<I>/mA")
    ('mean_current', 0.001)
    """
    label = _ALIASES.get(label.strip(), label.strip())
    if label in _PLAIN:
        return _PLAIN[label], _FACTORS.get(label, 1.0)
    parts = _LABEL.match(label)
    if parts is None or parts["what"] not in _MEANINGS:
        return None
    name, dimension = _MEANINGS[parts["what"]]
    unit = parts["unit"].replace("\u03bc", "µ")
    if unit not in _UNITS[dimension]:
        raise ReaderError(
            f"the column {parts['what']!r} needs a unit of {dimension}",
            found=repr(label),
            todo=f"Known: {', '.join(_UNITS[dimension])}",
        )
    return name, _UNITS[dimension][unit]
