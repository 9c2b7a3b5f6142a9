"""How figures look, for both renderers: colours, sizes, and units as people write them.

The colours are those of Okabe and Ito, told apart by people with any common kind of colour blindness; series in an
order and maps use cividis and viridis, which keep their order in grey.
"""

from __future__ import annotations

import math
import re
from typing import Final

from alkanode.plot.description import Axis, BandRole, Role

ROLE_COLOURS: Final[dict[Role, str]] = {
    "primary": "#0072B2",
    "second": "#D55E00",
    "third": "#009E73",
    "fourth": "#CC79A7",
    "fifth": "#8A6D00",
    "model": "#000000",
    "muted": "#6B6B6B",
    "faint": "#D2D2D2",
    "warning": "#B2182B",
    "gain": "#C8102E",
    "loss": "#2166AC",
}
"""Colour of each role (the yellow of Okabe and Ito is darkened so that a thin line of it can be seen on white)."""

CYCLE: Final[tuple[Role, ...]] = ("primary", "second", "third", "fourth", "fifth", "model")
"""Roles to tell series apart, in order."""

BAND_COLOURS: Final[dict[BandRole, str]] = {
    "liquid": "#DCEEF8",
    "two-phase": "#FBEBD0",
    "three-phase": "#F3D3C8",
    "solid": "#E9E3DB",
    "outside": "#E4E4E4",
    "masked": "#F3F3F3",
}
FILL_OPACITY: Final = 0.22
"""Of the area between two curves: paler than the curve, and two that overlap are still told apart."""

MANY: Final = 40
"""A series of more points has smaller ones, which would hide each other otherwise."""

HATCHED: Final[frozenset[BandRole]] = frozenset({"outside", "masked"})
HATCH_COLOUR: Final = "#A8A8A8"

SERIES_SCALE: Final = "viridis"
MAP_SCALE: Final = "cividis"
DIVERGING_SCALE: Final = "RdBu_r"
SERIES_SCALE_END: Final = 0.92
"""Series use the colour scale up to here: the last, bright yellow part cannot be seen as a thin line on white."""

SHORT_LOG: Final = 1.5
"""A logarithmic axis of fewer decades has 1, 2, 5 labelled as plain numbers; a longer one powers of ten."""

FONT_SIZE: Final = 13
SMALL_FONT_SIZE: Final = 12

_SUPERSCRIPT = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_WORDS = {"ohm": "Ω", "degC": "°C", "deg": "°"}
_EXPONENT = re.compile(r"(?<=[A-Za-zΩµ°])(-?\d+)")


def shown_unit(unit: str) -> str:
    """Unit as people write it: ``mA cm-2`` -> ``mA cm⁻²``, ``ohm`` -> ``Ω``, ``degC`` -> ``°C``."""
    words = (_WORDS.get(word, re.sub(r"^u(?=[A-Za-z])", "µ", word)) for word in unit.split())
    return " ".join(_EXPONENT.sub(lambda match: match.group(1).translate(_SUPERSCRIPT), word) for word in words)


def axis_text(axis: Axis) -> str:
    """Text beside an axis: ``voltage / V``, or the words alone for a pure number."""
    return labelled(axis.label, axis.unit)


def labelled(label: str, unit: str) -> str:
    """Words with their unit behind a slash."""
    return label if unit in {"1", ""} else f"{label} / {shown_unit(unit)}"


def power_of_ten(value: float) -> str:
    """A power of ten as text: ``1000`` -> ``10³``."""
    return "10" + str(round(math.log10(value))).translate(_SUPERSCRIPT)


def number(value: float) -> str:
    """A number for people: four digits, no negative zero, a real minus sign, ``10`` powers instead of ``e``."""
    if not math.isfinite(value):
        return "not known"
    text = f"{value:.4g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return "0" if text == "-0" else text.replace("-", "−")


def frequency(value: float) -> str:
    """A frequency with the prefix that people use: ``7e6`` -> ``7 MHz``."""
    for factor, unit in ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz"), (1e-3, "mHz")):
        if value >= 0.9995 * factor:
            return f"{number(value / factor)} {unit}"
    return f"{number(value * 1e6)} µHz" if math.isfinite(value) else "frequency not known"


def with_unit(value: float, unit: str) -> str:
    """A number with its unit, for hover texts and labels."""
    return number(value) if unit in {"1", ""} else f"{number(value)} {shown_unit(unit)}"
