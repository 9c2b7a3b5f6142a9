"""Figures of the potentials of the metals of an alloy, and of what drives the exchange of metals with an electrolyte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.alloy_axis import alloy_words, chosen_element, content, elements_of
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Axis, Figure, Fill, FloatArray, Line, Panel, Series, SeriesStyle
from alkanode.plot.display import axis_of, log_padded, padded, positive, shown, shown_number
from alkanode.plot.phase_words import metal_role
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr

_FEW = 12
_HIGHEST = 3.0
"""Potentials are shown up to this many times the height that three quarters of the compositions stay below."""


def alloy_potentials(potentials: xr.Dataset, *, along: str | None = None, alloys: xr.Dataset | None = None) -> Figure:
    """Potentials of every metal of an alloy over its composition.

    Parameters
    ----------
    potentials
        An ``alloy_potentials`` record.
    along
        Metal whose content is the axis; by default Na, where the record holds it.
    alloys
        Another ``alloy_potentials`` record of the same metals, whose compositions are marked by points with intervals.

    Returns
    -------
    Figure
        Top: each metal against *its own* pure metal, so two curves have two zeros and must not be compared. Bottom, where
        the record knows the electrolyte: all metals against one reference; the lowest one is oxidised first. Bands are
        95 % intervals.

    Raises
    ------
    SchemaError
        When the record is of another kind, or lacks the metal ``along``.
    """
    potentials = check(potentials, "alloy_potentials")
    metal = chosen_element(potentials, along, "Na")
    potentials = potentials.isel(composition=np.argsort(content(potentials, metal), kind="stable"))
    x_axis = Axis(label=f"{metal} content", unit="at%", quantity="mole_fraction", limits=(0.0, 100.0))
    marked = None if alloys is None else check(alloys, "alloy_potentials")
    panels = [
        Panel(
            x=x_axis,
            y=axis_of(
                "electrode_potential",
                label="potential vs own metal",
                limits=_limits(potentials, marked, vanishing=True),
            ),
            series=(
                *_curves(potentials, "electrode_potential", metal, in_legend=True),
                *_marks(marked, "electrode_potential", metal),
            ),
            fills=_bands(potentials, "electrode_potential", metal, in_legend=True),
        )
    ]
    electrolyte = str(potentials.attrs.get("electrolyte", "the electrolyte"))
    reference = str(potentials.attrs.get("reference", ""))
    if "potential_in_electrolyte" in potentials:
        panels.append(
            Panel(
                x=x_axis,
                y=axis_of(
                    "potential_in_electrolyte",
                    label=f"potential vs {reference} in {electrolyte}",
                    limits=_limits(potentials, marked, vanishing=False),
                ),
                series=(
                    *_curves(potentials, "potential_in_electrolyte", metal, in_legend=False),
                    *_marks(marked, "potential_in_electrolyte", metal),
                ),
                fills=_bands(potentials, "potential_in_electrolyte", metal, in_legend=False),
            )
        )
    at = _temperature(potentials)
    return Figure(
        title=f"Potentials of {' and '.join(elements_of(potentials))} in their alloys{at}",
        caption=f"Equilibrium potential of each metal of the alloy{at}. Top: against its own pure metal; these zeros differ, so "
        "the curves cannot be compared with each other."
        + (
            f" Bottom: against {reference} in {electrolyte}; the metal of the lowest potential is oxidised first."
            if len(panels) > 1
            else ""
        )
        + " Bands and bars: 95 % intervals."
        + (
            " Level parts: two phases coexist, so that the potential stands still."
            if potentials.sizes["composition"] > _FEW
            else ""
        )
        + ("" if marked is None else " Points: the alloys asked for."),
        panels=tuple(panels),
        shared_x=True,
        notes=label_notes(potentials),
    )


def ion_exchange(exchange: xr.Dataset) -> Figure:
    """What drives the exchange of two metals between an alloy and an electrolyte, along its extent.

    Parameters
    ----------
    exchange
        An ``ion_exchange`` record.

    Returns
    -------
    Figure
        Top: driving potential, which ends at zero where the exchange is in equilibrium. Bottom: activities of the ions on
        a logarithmic scale.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    exchange = check(exchange, "ion_exchange")
    x = shown(exchange["extent"].to_numpy(), "extent")
    driving = shown(exchange["driving_potential"].to_numpy(), "driving_potential")
    activity = positive(exchange["ion_activity"].to_numpy())
    words = alloy_words(exchange)
    alloy, electrolyte = (str(exchange.attrs.get(key, f"the {key}")) for key in ("alloy", "electrolyte"))
    x_axis = Axis(label="extent (moles exchanged over moles of atoms of the alloy)", quantity="extent")
    ends: tuple[Line, ...] = ()
    if "equilibrium_extent" in exchange:
        end = float(exchange["equilibrium_extent"])
        ends = (Line(value=end, upright=True, label=f"equilibrium {number(end)}"),)
    symbols = elements_of(exchange)
    ions = tuple(
        Series(name=f"{symbol}⁺ in the electrolyte", x=x, y=activity[:, place], role=metal_role(symbol), hover=words)
        for place, symbol in enumerate(symbols)
        if np.isfinite(activity[:, place]).any()
    )
    return Figure(
        title=f"Exchange of metals of {alloy} with {electrolyte}{_temperature(exchange)}",
        caption="Driving potential, that of the metal which is plated less that of the one which dissolves (top), and activities of the ions (bottom) while metals of the alloy and ions of the "
        "electrolyte change places. The exchange is in equilibrium where the driving potential is zero; its rate is not "
        "a matter of thermodynamics.",
        panels=(
            Panel(
                x=x_axis,
                y=axis_of("driving_potential"),
                series=(Series(name="driving potential", x=x, y=driving, role="model", hover=words, in_legend=False),),
                lines=(Line(value=0.0, upright=False), *ends),
            ),
            Panel(
                x=x_axis,
                y=axis_of("ion_activity", scale="log", limits=log_padded(activity)),
                series=ions,
            ),
        ),
        shared_x=True,
        notes=label_notes(exchange),
    )


def _temperature(record: xr.Dataset) -> str:
    if "temperature" not in record.attrs:
        return ""
    return f" at {shown_number(float(record.attrs['temperature']), 'temperature')}"


def _limits(potentials: xr.Dataset, marked: xr.Dataset | None, *, vanishing: bool) -> tuple[float, float]:
    """Room for all potentials with their intervals.

    Against the own metal only up to a few times the usual height: a metal that vanishes has no end of its potential.
    """
    field = "electrode_potential" if vanishing else "potential_in_electrolyte"
    parts = [
        shown(record[name].to_numpy(), field).ravel()
        for record in (potentials, marked)
        if record is not None
        for name in (field, _interval_field(field))
        if name in record
    ]
    values = np.concatenate(parts)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return (0.0, 1.0)
    low, high = min(0.0, float(known.min())), float(known.max())
    if vanishing:
        main = shown(potentials[field].to_numpy(), field)
        usual = float(np.quantile(main[np.isfinite(main)], 0.75)) if np.isfinite(main).any() else 0.0
        high = min(high, _HIGHEST * usual) if usual > 0 else high
        return padded(np.array([low, high or 1.0]))
    return padded(np.array([low, high]))


def _interval_field(field: str) -> str:
    return f"{field}_assessment_interval" if field == "electrode_potential" else f"{field}_interval"


def _marks(marked: xr.Dataset | None, field: str, along: str) -> tuple[Series, ...]:
    """Alloys as points with intervals, in the colours of their metals."""
    if marked is None or field not in marked:
        return ()
    x, words = content(marked, along), alloy_words(marked)
    names = [str(name) for name in marked["alloy"].to_numpy()] if "alloy" in marked.coords else list(words)
    values = shown(marked[field].to_numpy(), field)
    return tuple(
        Series(
            name=f"{symbol} of the alloys asked for",
            x=x,
            y=values[:, place],
            style="points",
            role=metal_role(symbol),
            hover=tuple(f"{symbol} in {name}" for name in names),
            y_interval=_interval(marked, field, place),
            in_legend=False,
        )
        for place, symbol in enumerate(elements_of(marked))
        if np.isfinite(values[:, place]).any()
    )


def _curves(potentials: xr.Dataset, field: str, along: str, *, in_legend: bool) -> tuple[Series, ...]:
    values = shown(potentials[field].to_numpy(), field)
    x, words = content(potentials, along), alloy_words(potentials)
    style: SeriesStyle = "line" if x.size > _FEW else "line+points" if x.size > 1 else "points"
    return tuple(
        Series(
            name=symbol,
            x=x,
            y=values[:, place],
            style=style,
            role=metal_role(symbol),
            hover=tuple(f"{symbol} in {word}" for word in words),
            y_interval=_interval(potentials, field, place) if style == "points" else None,
            in_legend=in_legend,
        )
        for place, symbol in enumerate(elements_of(potentials))
        if np.isfinite(values[:, place]).any()
    )


def _interval(potentials: xr.Dataset, field: str, place: int) -> tuple[FloatArray, FloatArray] | None:
    name = _interval_field(field)
    if name not in potentials:
        return None
    ends = shown(potentials[name].to_numpy()[:, place], field)
    return ends[:, 0], ends[:, 1]


def _bands(potentials: xr.Dataset, field: str, along: str, *, in_legend: bool) -> tuple[Fill, ...]:
    name = _interval_field(field)
    if name not in potentials or potentials.sizes["composition"] < 2:
        return ()
    ends, x = shown(potentials[name].to_numpy(), field), content(potentials, along)
    return tuple(
        Fill(
            name=f"{symbol}, 95 % interval",
            x=x,
            lower=ends[:, place, 0],
            upper=ends[:, place, 1],
            role=metal_role(symbol),
            in_legend=in_legend,
        )
        for place, symbol in enumerate(elements_of(potentials))
    )
