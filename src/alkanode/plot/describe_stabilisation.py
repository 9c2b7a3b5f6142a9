"""Figure of how much an alloy stabilises each of its metals against the pure metal."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.alloy_axis import alloy_words, chosen_element, content, elements_of
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Axis, Figure, FloatArray, Line, Panel, Series, SeriesStyle
from alkanode.plot.display import shown, shown_number
from alkanode.plot.phase_words import metal_role
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr

_FEW = 12
_DEEPEST = 2.0
"""Curves are shown down to this many times the depth that three quarters of the compositions do not reach."""


def metal_stabilisation(stabilisation: xr.Dataset, *, along: str | None = None) -> Figure:
    """Chemical potential of every metal of an alloy against its own pure metal, over composition.

    Parameters
    ----------
    stabilisation
        A ``metal_stabilisation`` record of :func:`alkanode.thermo.compare_chemical_potentials`.
    along
        Metal whose content is the axis; by default Na, where the record holds it.

    Returns
    -------
    Figure
        Lines mark where the metal that is stabilised more becomes another one.

    Raises
    ------
    SchemaError
        When the record is of another kind, or lacks the metal ``along``.
    """
    record = check(stabilisation, "metal_stabilisation")
    metal = chosen_element(record, along, "Na")
    record = record.isel(composition=np.argsort(content(record, metal), kind="stable"))
    x, words = content(record, metal), alloy_words(record)
    values = shown(record["chemical_potential"].to_numpy(), "chemical_potential")
    style: SeriesStyle = "line" if x.size > _FEW else "line+points" if x.size > 1 else "points"
    at = ""
    if "temperature" in record.attrs:
        at = f" at {shown_number(float(record.attrs['temperature']), 'temperature')}"
    symbols = elements_of(record)
    return Figure(
        title=f"{' and '.join(symbols)} in their alloys against the pure metals{at}",
        caption=f"Chemical potential of each metal in the alloy less that of the same pure metal{at}. The lower, the more the "
        "alloy stabilises the metal, and the higher its potential: less reactive. The zeros of the curves are two pure "
        "metals, so that they tell which metal gains more, and not which one is oxidised first. Level parts: two phases "
        "coexist. Dashed: the metal that gains more changes.",
        panels=(
            Panel(
                x=Axis(label=f"{metal} content", unit="at%", quantity="mole_fraction", limits=(0.0, 100.0)),
                y=Axis(
                    label="chemical potential vs own metal",
                    unit="kJ mol-1",
                    quantity="chemical_potential",
                    limits=_limits(values),
                ),
                series=tuple(
                    Series(
                        name=symbol,
                        x=x,
                        y=values[:, place],
                        style=style,
                        role=metal_role(symbol),
                        hover=tuple(f"{symbol} in {word}" for word in words),
                    )
                    for place, symbol in enumerate(symbols)
                    if np.isfinite(values[:, place]).any()
                ),
                lines=_changes(record, x, values),
            ),
        ),
        notes=label_notes(record),
    )


def _changes(record: xr.Dataset, x: FloatArray, values: FloatArray) -> tuple[Line, ...]:
    """Where the curve of the metal that is stabilised more crosses that of the next one."""
    names = [str(name) for name in record["more_stabilised"].to_numpy()]
    symbols = elements_of(record)
    lines = []
    for row, (here, there) in enumerate(pairwise(names)):
        if here == there or not {here, there} <= set(symbols):
            continue
        apart = values[row : row + 2, symbols.index(here)] - values[row : row + 2, symbols.index(there)]
        if not np.isfinite(apart).all() or apart[0] == apart[1]:
            continue
        place = float(x[row] + (x[row + 1] - x[row]) * apart[0] / (apart[0] - apart[1]))
        lines.append(Line(value=place, upright=True, label=f"{here} gains more below {number(round(place, 1))} at%"))
    return tuple(lines)


def _limits(values: FloatArray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return (-1.0, 0.0)
    usual = float(np.quantile(known, 0.25))
    low = max(float(known.min()), _DEEPEST * usual) if usual < 0 else float(known.min())
    span = (max(0.0, float(known.max())) - low) or 1.0
    return (low - 0.05 * span, max(0.0, float(known.max())) + 0.05 * span)
