"""Layout of a plotly drawing as plain dictionaries: places of panels, axes, colour bars, margins.

Nothing here imports plotly; :mod:`alkanode.plot.plotly_renderer` hands the dictionaries to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alkanode.plot.description import Axis, Figure
from alkanode.plot.placement import counts, ends
from alkanode.plot.style import FONT_SIZE, SHORT_LOG, SMALL_FONT_SIZE, axis_text

INK = "#222222"
_PANEL_HEIGHT = 230
_GAP = 34
_FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_GRID = "#E6E6E6"

MOST_SINGLE_TICKS = 16
"""An axis that counts fewer things than this has a tick at each; a longer one is left to plotly."""


def domains(figure: Figure) -> list[tuple[float, float]]:
    """Lower and upper end of each panel as shares of the height, first panel at the top."""
    gap = _GAP if figure.shared_x else 2.6 * _GAP
    total = sum(panel.height for panel in figure.panels) * _PANEL_HEIGHT + gap * (len(figure.panels) - 1)
    top, places = 1.0, []
    for panel in figure.panels:
        low = top - panel.height * _PANEL_HEIGHT / total
        places.append((max(low, 0.0), top))
        top = low - gap / total
    return places


def axis_name(letter: str, number: int) -> str:
    """Name of an axis in a reference: ``x``, ``x2``, ``x3``."""
    return letter if number == 1 else f"{letter}{number}"


def coordinate(value: float, axis: Axis) -> float:
    """Place of an annotation: plotly wants the logarithm on a logarithmic axis."""
    return float(np.log10(value)) if axis.scale == "log" else float(value)


def axes(figure: Figure, number: int, domain: tuple[float, float]) -> dict[str, Any]:
    """Layout of the x and y axis of a panel (numbered from 1)."""
    panel = figure.panels[number - 1]
    last = number == len(figure.panels)
    x, y = ends(panel)
    frame: dict[str, Any] = {
        "showline": True,
        "showgrid": not (panel.maps or panel.pictures),
        "linecolor": INK,
        "ticks": "outside",
        "zeroline": False,
        "gridcolor": _GRID,
        "title_standoff": 8,
    }
    mirrored = {twin.side for twin in panel.twins}
    x_layout: dict[str, Any] = {
        **frame,
        **scale(panel.x, x),
        "anchor": axis_name("y", number),
        "domain": [0, 1],
        "mirror": "top" not in mirrored,
    }
    y_layout: dict[str, Any] = {
        **frame,
        **scale(panel.y, y),
        "anchor": axis_name("x", number),
        "domain": list(domain),
        "mirror": "right" not in mirrored,
        "title_text": axis_text(panel.y),
    }
    if last or not figure.shared_x:
        x_layout["title_text"] = axis_text(panel.x)
    else:
        x_layout.update(matches=axis_name("x", len(figure.panels)), showticklabels=False)
    if panel.x.equal or panel.y.equal:
        y_layout.update(scaleanchor=axis_name("x", number), scaleratio=1)
        for layout, axis in ((x_layout, panel.x), (y_layout, panel.y)):
            if axis.limits is None:
                layout.pop("range", None)
        y_layout["constrain"] = x_layout["constrain"] = "domain" if panel.bare or panel.pictures else "range"
    if panel.bare:
        x_layout["visible"] = y_layout["visible"] = False
    own = str(number) if number > 1 else ""
    return {f"xaxis{own}": x_layout, f"yaxis{own}": y_layout}


def scale(axis: Axis, limits: tuple[float, float]) -> dict[str, Any]:
    """Kind, ticks and range of one axis; a short logarithmic axis has plain numbers, a long one powers of ten."""
    if axis.categories:
        result: dict[str, Any] = {
            "tickmode": "array",
            "tickvals": list(range(len(axis.categories))),
            "ticktext": list(axis.categories),
            "automargin": True,
        }
    elif axis.scale == "log":
        decades = float(np.log10(limits[1] / limits[0]))
        result = {"type": "log", "exponentformat": "power", "dtick": max(1, round(decades / 8))}
        result["labelalias"] = {"1": "10<sup>0</sup>", "10": "10<sup>1</sup>"}
        if decades < SHORT_LOG:
            result.update(dtick="D2", tickformat="~g", labelalias={})
    else:
        result = {"exponentformat": "power", "minexponent": 4}
        if counts(axis) and limits[1] - limits[0] < MOST_SINGLE_TICKS:
            result.update(tick0=0, dtick=1)
    low, high = (coordinate(end, axis) for end in limits)
    result["range"] = [high, low] if axis.reversed else [low, high]
    return result


def colour_bar(title: str, domain: tuple[float, float], right_twin: bool) -> dict[str, Any]:
    """Colour bar beside the panels between two heights, clear of a second scale at the right."""
    return {
        "title": {"text": title, "side": "right", "font": {"size": FONT_SIZE}},
        "x": 1,
        "xpad": 84 if right_twin else 18,
        "y": 0.5 * (domain[0] + domain[1]),
        "len": domain[1] - domain[0],
        "thickness": 16,
        "outlinewidth": 0,
        "exponentformat": "power",
        "ticks": "outside",
    }


def page(figure: Figure, right_twin: bool) -> dict[str, Any]:
    """Layout of the whole drawing: fonts, margins in pixels, the legend under the panels."""
    panels = figure.panels
    gaps = (_GAP if figure.shared_x else 2.6 * _GAP) * (len(panels) - 1)
    top_twin = any(twin.side == "top" for twin in panels[0].twins)
    bar = any(panel.maps or panel.colour_scale for panel in panels)
    names = [series.name for panel in panels for series in panel.series if series.in_legend]
    names += [fill.name for panel in panels for fill in panel.fills if fill.in_legend]
    names += [mesh.name for panel in panels if panel.scene is not None for mesh in panel.scene.meshes]
    legend_rows = 0 if len(names) == 0 else 1 + sum(len(name) + 8 for name in names) // 95
    top, bottom = 52 + (46 if top_twin else 0), 62 + 24 * legend_rows
    single = len(panels) == 1
    drawing = sum(panel.height for panel in panels) * _PANEL_HEIGHT * (1.5 if single else 1.0) + gaps
    return {
        "template": "none",
        "title": {"text": figure.title, "x": 0, "xref": "paper", "y": 1, "yref": "container", "yanchor": "top"},
        "title_pad": {"t": 12},
        "title_font": {"size": FONT_SIZE + 3, "color": INK},
        "font": {"family": _FONT, "size": FONT_SIZE, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "height": round(drawing + top + bottom),
        "margin": {"l": 78, "r": 24 + (64 if right_twin else 0) + (96 if bar else 0), "t": top, "b": bottom},
        "showlegend": bool(names),
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": SMALL_FONT_SIZE},
        },
        "hoverlabel": {"font_size": SMALL_FONT_SIZE},
        "hovermode": "closest",
    }
