"""Units that suit the size of what is shown: a cell of microamperes is not drawn in thousandths of a milliampere.

Records, files and descriptions keep the display units of the vocabulary; only pictures and sentences made for readers
step down to a smaller unit of the same kind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from alkanode.plot.description import Axis, Figure, FloatArray, Panel
from alkanode.plot.placement import ends

_SMALLER: Final[dict[str, tuple[str, float]]] = {
    "h": ("min", 60.0),
    "min": ("s", 60.0),
    "V": ("mV", 1e3),
    "mA": ("uA", 1e3),
    "mA cm-2": ("uA cm-2", 1e3),
    "mAh": ("uAh", 1e3),
    "mAh cm-2": ("uAh cm-2", 1e3),
}
"""Next smaller unit of the same kind and how many of it make one; units of no habit are left out."""

SMALL: Final = 0.02
"""Largest number of an axis below which the next smaller unit is taken: 20 mV are drawn as such, 0.1 V as volts."""


def readable_unit(unit: str, largest: float, *, small: float = SMALL) -> tuple[str, float]:
    """Unit in which the largest number of a set is easy to read, and the factor to it.

    Parameters
    ----------
    unit
        Display unit, for example ``"mAh"``.
    largest
        Largest magnitude in that unit; 0 and what is not finite keep the unit.
    small
        Magnitude below which the next smaller unit is taken.

    Returns
    -------
    tuple of str and float
        The same unit and 1 where none is smaller or the numbers are large enough.

    Examples
    --------
    >>> readable_unit("mAh", 0.0028), readable_unit("V", 0.5)
    (('uAh', 1000.0), ('V', 1.0))
    """
    factor = 1.0
    while unit in _SMALLER and 0 < largest * factor < small:
        unit, step = _SMALLER[unit]
        factor *= step
    return unit, factor


def readable(figure: Figure) -> Figure:
    """The same figure with each linear axis in a unit that suits its numbers.

    Parameters
    ----------
    figure
        A figure in display units. Panels that share the x axis keep one unit.

    Returns
    -------
    Figure
        Axes, series, maps, bands, lines, notes and second scales moved together; colour scales likewise. Pictures and
        scenes keep their units.
    """
    if any(panel.scene is not None for panel in figure.panels):
        return figure
    factors = [_axis_factor(panel.x, ends(panel)[0]) for panel in figure.panels]
    if figure.shared_x:
        factors = [min(factors)] * len(factors)
    panels = tuple(
        _scaled(panel, along, _axis_factor(panel.y, ends(panel)[1]))
        for panel, along in zip(figure.panels, factors, strict=True)
    )
    return replace(figure, panels=panels)


def _axis_factor(axis: Axis, limits: tuple[float, float]) -> float:
    if axis.scale == "log" or axis.equal or axis.categories:
        return 1.0
    return readable_unit(axis.unit, max(map(abs, limits)))[1]


def _unit_of(unit: str, factor: float) -> str:
    """The unit that a factor leads to."""
    while factor > 1:
        unit, step = _SMALLER[unit]
        factor /= step
    return unit


def _axis(axis: Axis, factor: float) -> Axis:
    limits = None if axis.limits is None else (factor * axis.limits[0], factor * axis.limits[1])
    return replace(axis, unit=_unit_of(axis.unit, factor), limits=limits)


def _scaled(panel: Panel, x: float, y: float) -> Panel:
    """A panel with its two axes multiplied, and its colour scale in a unit of its own."""
    colours = panel.colour_scale
    if colours is not None:
        unit, factor = readable_unit(colours.unit, max(abs(colours.low), abs(colours.high)))
        colours = replace(colours, unit=unit, low=factor * colours.low, high=factor * colours.high)
    if x == y == 1:
        return replace(panel, colour_scale=colours)
    return replace(
        panel,
        x=_axis(panel.x, x),
        y=_axis(panel.y, y),
        series=tuple(
            replace(
                one,
                x=x * one.x,
                y=y * one.y,
                x_interval=_pair(one.x_interval, x),
                y_interval=_pair(one.y_interval, y),
            )
            for one in panel.series
        ),
        fills=tuple(replace(one, x=x * one.x, lower=y * one.lower, upper=y * one.upper) for one in panel.fills),
        areas=tuple(replace(one, x=x * one.x, y=y * one.y) for one in panel.areas),
        maps=tuple(replace(one, x_edges=x * one.x_edges, y_edges=y * one.y_edges) for one in panel.maps),
        bands=tuple(
            replace(one, x0=_times(one.x0, x), x1=_times(one.x1, x), y0=_times(one.y0, y), y1=_times(one.y1, y))
            for one in panel.bands
        ),
        lines=tuple(replace(one, value=one.value * (x if one.upright else y)) for one in panel.lines),
        notes=tuple(replace(one, x=x * one.x, y=y * one.y) for one in panel.notes),
        twins=tuple(
            replace(one, positions=tuple((x if one.side == "top" else y) * place for place in one.positions))
            for one in panel.twins
        ),
        colour_scale=colours,
    )


def _pair(interval: tuple[FloatArray, FloatArray] | None, factor: float) -> Any:
    return None if interval is None else tuple(factor * np.asarray(end) for end in interval)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value
