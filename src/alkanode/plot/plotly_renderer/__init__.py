"""Draws a description with plotly, for reports and the explorer. The only folder that imports plotly.

A fragment holds one ``<div>`` and its data; a page inlines :func:`plotly_script` once and asks no network.
"""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
import plotly.offline
from plotly.colors import sample_colorscale

from alkanode.plot.description import (
    Area,
    Axis,
    Band,
    ColourScale,
    Figure,
    Fill,
    FloatArray,
    Heatmap,
    Line,
    Panel,
    Series,
    Twin,
)
from alkanode.plot.placement import (
    colour_bars,
    counts,
    ends,
    line_labels,
    map_limits,
    middle,
    rectangle,
    share,
    stretches,
)
from alkanode.plot.plotly_layout import INK, MOST_SINGLE_TICKS, axes, axis_name, colour_bar, coordinate, domains, page
from alkanode.plot.plotly_renderer.images import add_pictures, add_scene
from alkanode.plot.readable_units import readable
from alkanode.plot.style import (
    BAND_COLOURS,
    DIVERGING_SCALE,
    FILL_OPACITY,
    HATCH_COLOUR,
    HATCHED,
    MANY,
    MAP_SCALE,
    ROLE_COLOURS,
    SERIES_SCALE,
    SERIES_SCALE_END,
    SMALL_FONT_SIZE,
    axis_text,
    labelled,
    shown_unit,
)
from alkanode.plot.thinning import thinned

MOST_POINTS = 6000
"""Points of one curve on a page: more than three per pixel; longer curves keep their extremes."""

_DASH = {"dashed": "dash", "dotted": "dot"}
_MODES = {"points": "markers", "crosses": "markers", "squares": "markers", "line+points": "lines+markers"}
_SYMBOLS = {"crosses": "x-thin", "squares": "square-open"}
_BACKED = "rgba(255,255,255,0.8)"
_PLAIN: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}


def plotly_script() -> str:
    """The plotly library as JavaScript text, to be inlined once in a page.

    Returns
    -------
    str
        About 4.8 MB: the one bundle that the Python package ships.
    """
    return str(plotly.offline.get_plotlyjs())


def figure_html(figure: Figure, *, div_id: str) -> str:
    """A figure as an HTML fragment without the library.

    Parameters
    ----------
    figure
        What to draw; small numbers are drawn in a smaller unit (:func:`alkanode.plot.readable_units.readable`).
    div_id
        ``id`` of the element, unique in its page.

    Returns
    -------
    str
        ``<figure>`` with the drawing and, in ``<figcaption>``, the caption and the notes. The page must hold
        :func:`plotly_script` before it.
    """
    drawn, thinning = _draw(readable(figure))
    body = plotly.io.to_html(
        drawn,
        include_plotlyjs=False,
        include_mathjax=False,
        full_html=False,
        div_id=div_id,
        default_width="100%",
        default_height=f"{drawn.layout.height}px",
        config={
            "displaylogo": False,
            "showSendToCloud": False,
            "responsive": True,
            "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
            "toImageButtonOptions": {"format": "svg", "filename": div_id},
        },
    )
    notes = "".join(f" <span class='note'>{html.escape(note)}</span>" for note in (*figure.notes, *thinning))
    caption = f"<figcaption>{html.escape(figure.caption)}{notes}</figcaption>"
    return f'<figure class="alkanode-figure">{body}{caption}</figure>'


def to_plotly(figure: Figure) -> Any:
    """A figure as a ``plotly.graph_objects.Figure``.

    Parameters
    ----------
    figure
        What to draw. Curves of more than :data:`MOST_POINTS` points are thinned, their extremes kept.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    return _draw(figure)[0]


def _draw(figure: Figure) -> tuple[Any, tuple[str, ...]]:
    canvas = go.Figure()
    right_twin = any(twin.side == "right" for panel in figure.panels for twin in panel.twins)
    thinning: list[str] = []
    places = domains(figure)
    bars = {id(one): (places[where[-1]][0], places[where[0]][1]) for one, where in colour_bars(figure)}
    for number, (panel, (low, high)) in enumerate(zip(figure.panels, places, strict=True), start=1):
        if panel.scene is not None:
            add_scene(canvas, panel.scene, panel, number, (low, high))
            continue
        canvas.update_layout(axes(figure, number, (low, high)))
        _bands(canvas, panel, number)
        for area in panel.areas:
            _area(canvas, area, number)
        for one in panel.maps:
            _map(canvas, one, panel, number, bars.get(id(one)), right_twin)
        for fill in panel.fills:
            _fill(canvas, fill, panel, number)
        for series in panel.series:
            thinning += _series(canvas, series, panel, number)
        _lines(canvas, panel, number)
        for note in panel.notes:
            canvas.add_annotation(
                text=note.text,
                showarrow=False,
                xanchor={"left": "left", "centre": "center", "right": "right"}[note.anchor],
                yanchor={"on": "middle", "above": "bottom", "below": "top"}[note.level],
                xshift=0 if note.level != "on" else {"left": 5, "centre": 0, "right": -5}[note.anchor],
                yshift={"on": 0, "above": 3, "below": -2}[note.level],
                textangle=-note.angle,
                bgcolor=_BACKED if note.backed else None,
                font={"color": ROLE_COLOURS[note.role], "size": SMALL_FONT_SIZE},
                **_at(panel, number, note.x, note.y),
            )
        for twin in panel.twins:
            _twin(canvas, figure, twin, number, (low, high))
        first_scale = number == 1 or panel.colour_scale != figure.panels[number - 2].colour_scale
        if panel.colour_scale is not None and first_scale:
            _colour_scale(canvas, panel.colour_scale, number, figure, right_twin)
    canvas.update_layout(page(figure, right_twin))
    add_pictures(canvas, figure)
    return canvas, tuple(dict.fromkeys(thinning))


def _at(panel: Panel, number: int, x: float, y: float) -> dict[str, Any]:
    return {
        "x": coordinate(x, panel.x),
        "y": coordinate(y, panel.y),
        "xref": axis_name("x", number),
        "yref": axis_name("y", number),
    }


def _bands(canvas: Any, panel: Panel, number: int) -> None:
    x, y = ends(panel)
    for band in panel.bands:
        left, right, low, high = rectangle(band, x, y)
        fill: dict[str, Any] = {"fillcolor": BAND_COLOURS[band.role]}
        if band.role in HATCHED:
            fill["fillpattern"] = {
                "shape": "/" if band.role == "outside" else "x",
                "fgcolor": HATCH_COLOUR,
                "bgcolor": BAND_COLOURS[band.role],
                "size": 7,
                "solidity": 0.15,
            }
        canvas.add_scatter(
            x=[left, right, right, left, left],
            y=[low, low, high, high, low],
            mode="lines",
            line={"width": 0},
            fill="toself",
            hoveron="fills",
            hoverinfo="text" if band.hover else "skip",
            text=band.hover,
            showlegend=False,
            xaxis=axis_name("x", number),
            yaxis=axis_name("y", number),
            **fill,
        )
        if band.label:
            _band_label(canvas, band, panel, number, (left, right, low, high))


def _area(canvas: Any, area: Area, number: int) -> None:
    canvas.add_scatter(
        x=np.append(area.x, area.x[:1]),
        y=np.append(area.y, area.y[:1]),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=BAND_COLOURS[area.role],
        hoveron="fills",
        hoverinfo="text",
        text=area.name,
        showlegend=False,
        xaxis=axis_name("x", number),
        yaxis=axis_name("y", number),
    )


def _band_label(canvas: Any, band: Band, panel: Panel, number: int, box: tuple[float, float, float, float]) -> None:
    left, right, low, high = box
    whole_height = band.y0 is None and band.y1 is None
    place: dict[str, Any] = _at(panel, number, middle(left, right, panel.x), middle(low, high, panel.y))
    if whole_height:
        place.update(y=0.985, yref=f"{axis_name('y', number)} domain", yanchor="top")
    canvas.add_annotation(
        text=band.label,
        showarrow=False,
        textangle=-90 if band.upright else 0,
        font={"size": SMALL_FONT_SIZE, "color": "#444444"},
        bgcolor=BAND_COLOURS[band.role] if band.role in HATCHED else None,
        **place,
    )


def _map(
    canvas: Any, one: Heatmap, panel: Panel, number: int, bar: tuple[float, float] | None, right_twin: bool
) -> None:
    """A map; its colour bar stands between the two heights ``bar``, or is that of another panel."""
    low, high = map_limits(one)
    canvas.add_heatmap(
        x=one.x_edges,
        y=one.y_edges,
        z=one.z,
        zmin=low,
        zmax=high,
        colorscale=DIVERGING_SCALE if one.diverging else MAP_SCALE,
        hoverongaps=False,
        hovertemplate=(
            f"{panel.x.label} %{{x:.4g}} {_hover_unit(panel.x.unit)}<br>"
            f"{panel.y.label} %{{y:.3g}} {_hover_unit(panel.y.unit)}<br>"
            f"{one.name} %{{z:.4g}} {_hover_unit(one.unit)}<extra></extra>"
        ),
        colorbar=None if bar is None else colour_bar(labelled(one.name, one.unit), bar, right_twin),
        showscale=bar is not None,
        xaxis=axis_name("x", number),
        yaxis=axis_name("y", number),
    )


def _hover_unit(unit: str) -> str:
    return "" if unit in {"1", ""} else shown_unit(unit)


def _colour(one: Series | Fill) -> str:
    if one.shade is None:
        return ROLE_COLOURS[one.role]
    return str(sample_colorscale(SERIES_SCALE, [SERIES_SCALE_END * min(max(one.shade, 0.0), 1.0)])[0])


def _fill(canvas: Any, fill: Fill, panel: Panel, number: int) -> None:
    """Areas between two curves, one closed outline for each stretch without a gap."""
    colour = _colour(fill)
    if panel.y.scale == "log":
        floor = ends(panel)[1][0]
        lower, upper = (np.where(np.isfinite(v), np.maximum(v, floor), np.nan) for v in (fill.lower, fill.upper))
    else:
        lower, upper = fill.lower, fill.upper
    for place, part in enumerate(stretches(fill.x, lower, upper)):
        canvas.add_scatter(
            x=np.concatenate([fill.x[part], fill.x[part][::-1]]),
            y=np.concatenate([upper[part], lower[part][::-1]]),
            mode="lines",
            line={"width": 0, "color": colour},
            fill="toself",
            fillcolor=colour,
            opacity=FILL_OPACITY,
            name=fill.name,
            hoverinfo="skip",
            showlegend=fill.in_legend and place == 0,
            xaxis=axis_name("x", number),
            yaxis=axis_name("y", number),
        )


def _series(canvas: Any, series: Series, panel: Panel, number: int) -> list[str]:
    kept = thinned(series.y, MOST_POINTS)
    colour = _colour(series)
    x, y = _shown_on(series.x[kept], panel.x), _shown_on(series.y[kept], panel.y)
    text = [series.hover[index] for index in kept] if series.hover else None
    mode = _MODES.get(series.style, "lines")
    width = 0.8 if series.style == "thin" else 1.8
    line: dict[str, Any] = {"color": colour, "width": width, "dash": _DASH.get(series.style, "solid")}
    if series.style == "steps":
        line["shape"] = "hv"
    values = (
        f"{panel.x.label or 'x'} %{{x:.5g}} {_hover_unit(panel.x.unit)}<br>"
        f"{panel.y.label or 'y'} %{{y:.5g}} {_hover_unit(panel.y.unit)}"
    )
    if panel.bare or panel.x.categories or panel.y.categories:
        values = ""
    words = "%{text}" if text else ""
    canvas.add_scatter(
        x=x,
        y=y,
        mode=mode,
        name=series.name,
        line=line,
        marker={
            "color": colour,
            "size": 5 if mode != "markers" or series.x.size > MANY else 9,
            "symbol": _SYMBOLS.get(series.style, "circle"),
            "line": {"width": 2 if series.style in _SYMBOLS else 0, "color": colour},
        },
        text=text,
        hovertemplate="<br>".join(part for part in (values, words) if part) + "<extra></extra>",
        error_x=_interval(series.x, series.x_interval, kept, colour),
        error_y=_interval(series.y, series.y_interval, kept, colour),
        showlegend=series.in_legend,
        xaxis=axis_name("x", number),
        yaxis=axis_name("y", number),
    )
    if series.style == "arrow" and series.x.size > 1:
        canvas.add_annotation(
            text="",
            showarrow=True,
            arrowhead=2,
            arrowsize=1.4,
            arrowwidth=1.8,
            arrowcolor=colour,
            axref=axis_name("x", number),
            ayref=axis_name("y", number),
            ax=coordinate(float(series.x[-2]), panel.x),
            ay=coordinate(float(series.y[-2]), panel.y),
            **_at(panel, number, float(series.x[-1]), float(series.y[-1])),
        )
    if kept.size == series.y.size:
        return []
    return [f"Curves of {series.y.size} points are drawn with fewer; their extremes are kept."]


def _shown_on(values: FloatArray, axis: Axis) -> FloatArray:
    return np.where(values > 0, values, np.nan) if axis.scale == "log" else values


def _interval(
    centre: FloatArray, interval: tuple[FloatArray, FloatArray] | None, kept: Any, colour: str
) -> dict[str, Any] | None:
    if interval is None:
        return None
    lower, upper = (np.nan_to_num(side[kept] - centre[kept]) for side in interval)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.maximum(upper, 0.0),
        "arrayminus": np.maximum(-lower, 0.0),
        "color": colour,
        "thickness": 1.8,
        "width": 5,
    }


def _lines(canvas: Any, panel: Panel, number: int) -> None:
    for line in panel.lines:
        _line(canvas, line, panel, number)
    for place in line_labels(panel):
        left = place.side == "left"
        canvas.add_annotation(
            text=place.line.label,
            showarrow=False,
            x=coordinate(place.line.value, panel.x),
            xref=axis_name("x", number),
            xanchor="right" if left else "left",
            xshift=-4 if left else 4,
            y=place.height,
            yref=f"{axis_name('y', number)} domain",
            bgcolor=_BACKED,
            hovertext=place.line.hover or None,
            font={"size": SMALL_FONT_SIZE, "color": ROLE_COLOURS[place.line.role]},
        )


def _line(canvas: Any, line: Line, panel: Panel, number: int) -> None:
    across, along = ("x", "y") if line.upright else ("y", "x")
    canvas.add_shape(
        type="line",
        line={"color": ROLE_COLOURS[line.role], "width": 1.4, "dash": "dash"},
        **{
            f"{across}0": line.value,
            f"{across}1": line.value,
            f"{across}ref": axis_name(across, number),
            f"{along}0": 0,
            f"{along}1": 1,
            f"{along}ref": f"{axis_name(along, number)} domain",
        },
    )
    if line.label and not line.upright:
        canvas.add_annotation(
            text=line.label,
            showarrow=False,
            x=0.99,
            xref=f"{axis_name('x', number)} domain",
            xanchor="right",
            y=coordinate(line.value, panel.y),
            yref=axis_name("y", number),
            yanchor="bottom",
            font={"size": SMALL_FONT_SIZE, "color": ROLE_COLOURS[line.role]},
        )


def _twin(canvas: Any, figure: Figure, twin: Twin, number: int, domain: tuple[float, float]) -> None:
    """A second scale is an axis over the first, tied to it, with named ticks; plotly shows it once a trace uses it."""
    panel = figure.panels[number - 1]
    x, y = ends(panel)
    top = twin.side == "top"
    letter, limits, axis = ("x", x, panel.x) if top else ("y", y, panel.y)
    own = len(figure.panels) + number
    low, high = (coordinate(end, axis) for end in limits)
    inside = [0 <= share(place, limits, axis) <= 1 for place in twin.positions]
    layout: dict[str, Any] = {
        "overlaying": axis_name(letter, number),
        "matches": axis_name(letter, number),
        "side": twin.side,
        "anchor": axis_name("y" if top else "x", number),
        "type": axis.scale,
        "range": [high, low] if axis.reversed else [low, high],
        "tickmode": "array",
        "tickvals": [place for place, here in zip(twin.positions, inside, strict=True) if here],
        "ticktext": [text for text, here in zip(twin.labels, inside, strict=True) if here],
        "title_text": axis_text(twin.axis),
        "title_standoff": 8,
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": INK,
        "ticks": "outside",
    }
    canvas.update_layout({f"{letter}axis{own}": layout})
    names = {"xaxis": axis_name("x", number), "yaxis": axis_name("y", number), f"{letter}axis": f"{letter}{own}"}
    canvas.add_scatter(x=[x[0]], y=[y[0]], mode="markers", marker={"opacity": 0}, **names, **_PLAIN)


def _whole_steps(scale: ColourScale) -> dict[str, Any]:
    """Ticks at whole numbers on the colour scale of a few cycles."""
    few = counts(Axis(label=scale.label, unit=scale.unit)) and scale.high - scale.low < MOST_SINGLE_TICKS
    return {"tick0": 0, "dtick": 1} if few else {}


def _colour_scale(canvas: Any, scale: ColourScale, number: int, figure: Figure, right_twin: bool) -> None:
    steps = np.linspace(0, 1, 11)
    colours = sample_colorscale(SERIES_SCALE, list(SERIES_SCALE_END * steps))
    panel = figure.panels[number - 1]
    x, y = ends(panel)
    sharing = [d for p, d in zip(figure.panels, domains(figure), strict=True) if p.colour_scale == scale]
    whole = (min(low for low, _ in sharing), max(high for _, high in sharing))
    canvas.add_scatter(
        x=[x[0]],
        y=[y[0]],
        mode="markers",
        marker={
            "opacity": 0,
            "color": [scale.low],
            "cmin": scale.low,
            "cmax": scale.high,
            "colorscale": [[float(step), colour] for step, colour in zip(steps, colours, strict=True)],
            "colorbar": colour_bar(labelled(scale.label, scale.unit), whole, right_twin) | _whole_steps(scale),
            "showscale": True,
        },
        xaxis=axis_name("x", number),
        yaxis=axis_name("y", number),
        **_PLAIN,
    )
