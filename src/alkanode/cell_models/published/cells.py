"""Cells of Wu2025 on quick runs, and what the intervals of parameters do to a number."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.observables.quick_cell import QuickCell
from alkanode.cell_models.parameters import ParameterSet, load_parameters

ALLOYS = ("NaK50", "NaK65", "NaK80")
TRANSPORT = "Sodium transport coefficient [m2.s-1]"
HALF_CYCLE = "Half-cycle time of current ramp [s]"
PRESSURE = "Stack pressure [Pa]"

SPREAD_OF = (TRANSPORT, "Temperature [K]", "Cut-off voltage [V]", "Contact exponent")
"""Parameters whose intervals make the interval of a number. The thickness of the cloth is not one of them: the transport
coefficient was fitted at one thickness and would move with it."""

MILLIAMPERE = 10.0
"""mA cm-2 in A m-2."""

MILLIAMPERE_HOUR = 3.6e4
"""mAh cm-2 in C m-2."""

PER_GRAM = 3600.0
"""mAh per gram in C kg-1."""

SYMMETRIC = AlloyAnodeOptions(counter="alloy")


@functools.cache
def wu2025() -> ParameterSet:
    """The shipped set."""
    return load_parameters("Wu2025")


def cell(alloy: str, parameters: ParameterSet | None = None, *, options: AlloyAnodeOptions | None = None) -> QuickCell:
    """A cell of an alloy with the shipped set, or another one."""
    return QuickCell(alloy, parameters or wu2025(), options=options)


def spread(number: Callable[[ParameterSet], float], names: tuple[str, ...] = SPREAD_OF) -> tuple[float, float]:
    """Interval of a number from the parameters' intervals: one at a time to both ends, sides added in quadrature."""
    given = wu2025()
    middle = number(given)
    below = above = 0.0
    for name in names:
        ends = given[name].bounds()
        moved = [] if ends is None else [number(given.replace({name: end})) - middle for end in ends]
        below = math.hypot(below, min([0.0, *moved]))
        above = math.hypot(above, max([0.0, *moved]))
    return middle - below, middle + above
