"""Numbers as people write them: display units, as many digits as the interval supports, the label beside."""

from __future__ import annotations

import math

from alkanode.foundation.sources import Estimate
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.readable_units import readable_unit

SMALL = 0.01
"""Number in a sentence below which the next smaller unit is taken: 2.8 uAh, but 0.0531 mAh as the papers print it."""


_NAMES = {
    "mass_fraction_lower": "lower end of the liquid field, by mass",
    "mass_fraction_upper": "upper end of the liquid field, by mass",
    "mole_fraction_lower": "lower end of the liquid field, by moles",
    "mole_fraction_upper": "upper end of the liquid field, by moles",
    "capacity_to_first_liquid": "capacity until the first liquid",
    "capacity_into_liquid": "capacity until all is liquid",
    "capacity_to_liquidus": "capacity until the first solid",
    "capacity_to_last_liquid": "capacity until the last liquid",
    "theoretical_capacity": "theoretical capacity",
    "largest_rms_residual": "largest Kramers-Kronig residual over |Z|",
    "slope_strip": "change of the overpotential per cycle, stripping",
    "slope_plate": "change of the overpotential per cycle, plating",
    "resistance_strip": "voltage over current, stripping",
    "resistance_plate": "voltage over current, plating",
    "asymmetry": "charge stripped over charge plated",
    "resistance": "slope of voltage over current",
    "reference_capacity": "capacity of the reference cycle",
    "last_retention": "capacity of the last cycle over that of the reference",
    "fade_per_cycle": "change of that share per cycle",
    "end_of_life": "end of life, as a cycle number",
    "coulombic_efficiency": "coulombic efficiency of later cycles",
    "energy_efficiency": "energy efficiency of later cycles",
    "discharge_voltage": "mean voltage of discharge",
    "first_polarisation_in_window": "polarisation, first spectrum",
    "last_polarisation_in_window": "polarisation, last spectrum",
    "first_series_resistance": "series resistance, first spectrum",
    "last_series_resistance": "series resistance, last spectrum",
}
"""What estimates are called where their field name would not be understood."""


def spoken(name: str) -> str:
    """Name of an estimate for people, for example ``mean voltage of discharge``."""
    return _NAMES.get(name, name.replace("_", " "))


def number(value: float, digits: int = 4) -> str:
    """A number with a number of significant digits, without an exponent between 1e-4 and 1e6.

    Examples
    --------
    >>> number(0.317912), number(1234567.0), number(2254.0)
    ('0.3179', '1.235e+06', '2254')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    exponent = math.floor(math.log10(abs(value)))
    if not -4 <= exponent < 6:
        return f"{value:.{digits - 1}e}"
    return f"{value:.{max(digits - 1 - exponent, 0)}f}"


def shown(value: float, name: str, digits: int = 4) -> str:
    """An SI value in the display unit of a quantity, or a smaller one of its kind: ``0.3179 mAh``, ``2.801 uAh``."""
    entry = quantity(name)
    unit, factor = readable_unit(entry.shown_unit, abs(entry.to_display(value)), small=SMALL)
    text = number(factor * entry.to_display(value), digits)
    return text if unit == "1" else f"{text} {unit}"


def percent(value: float, digits: int = 3) -> str:
    """A share as per cent, for sentences: ``99.7 %``."""
    return f"{number(100 * value, digits)} %"


def worded(estimate: Estimate) -> str:
    """An estimate as text: value, unit and interval, for example ``335 mAh g-1 (327 to 341)``.

    The digits follow the interval: two of its width.
    """
    if estimate.value is None:
        return "unknown"
    entry = quantity(estimate.quantity)
    digits = _digits(estimate)
    ends = () if estimate.interval is None else sorted(entry.to_display(end) for end in estimate.interval)
    largest = max((abs(end) for end in (entry.to_display(estimate.value), *ends) if math.isfinite(end)), default=0.0)
    unit, factor = readable_unit(entry.shown_unit, largest, small=SMALL)
    text = number(factor * entry.to_display(estimate.value), digits) + ("" if unit == "1" else f" {unit}")
    if not ends:
        return text
    low, high = (_bound(factor * end, digits) for end in ends)
    return f"{text} ({low} to {high})"


def _bound(end: float, digits: int) -> str:
    return number(end, digits) if math.isfinite(end) else "unbounded"


def _digits(estimate: Estimate) -> int:
    """Significant digits such that the interval's width keeps two: from 2 to 6, and to 4 for what was computed.

    A computed interval covers less than the model's own error, so more digits would flatter it.
    """
    value, interval = estimate.value, estimate.interval
    if interval is None or interval[1] == interval[0]:
        return 4
    if not value:
        return 2
    width = abs(interval[1] - interval[0])
    if not math.isfinite(width):
        return 2
    most = 4 if estimate.label.startswith("computed") else 6
    return min(max(math.floor(math.log10(abs(value))) - math.floor(math.log10(width)) + 2, 2), most)


def cell_text(cell: str | float | int | None) -> str:
    """A cell of a table: numbers to four digits, a dash where nothing is known."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "-"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)
