"""Draws a description with matplotlib, for papers and notebooks. The only folder that imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogFormatterMathtext,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Area, Axis, Band, ColourScale, Figure, Fill, Heatmap, Note, Panel, Series, Twin
from alkanode.plot.figure_table import save_data
from alkanode.plot.matplotlib_renderer.images import draw_picture, draw_scene
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
    SHORT_LOG,
    axis_text,
    labelled,
    number,
)

__all__ = ["Axes", "draw", "save_data", "save_figure"]

_STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "xtick.direction": "out",
    "ytick.direction": "out",
    "hatch.color": HATCH_COLOUR,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 9,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
_LINES = {"dashed": "--", "dotted": ":", "points": "none", "crosses": "none", "squares": "none"}
_THIN = 0.7
_BACKED = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
_MARKERS = {"points": ("o", 6.0), "crosses": ("x", 7.0), "squares": ("s", 7.0), "line+points": (".", 5.0)}
_SUFFIXES = (".png", ".pdf", ".svg")


def draw(figure: Figure, *, ax: Axes | Sequence[Axes] | None = None) -> Axes | list[Axes]:
    """Draw a figure.

    Parameters
    ----------
    figure
        What to draw.
    ax
        Axes to draw into, one per panel; by default a new figure of pyplot is made.

    Returns
    -------
    Axes or list of Axes
        One Axes for one panel, else a list from top to bottom.

    Raises
    ------
    SchemaError
        When the number of axes is not that of the panels.
    """
    with mpl.rc_context(_STYLE):
        if ax is None:
            import matplotlib.pyplot as plt

            axes = _new_axes(figure, plt.figure(figsize=_size(figure), layout="constrained"))
            _fill(figure, axes, own=True)
        else:
            axes = [ax] if isinstance(ax, Axes) else list(ax)
            if len(axes) != len(figure.panels):
                raise SchemaError(
                    f"this figure needs {len(figure.panels)} axes, one per panel",
                    found=str(len(axes)),
                    todo="Leave ax out, or give a list of axes",
                )
            _fill(figure, axes, own=False)
    return axes[0] if len(axes) == 1 else axes


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Save a figure as a picture.

    Parameters
    ----------
    figure
        What to draw; small numbers are drawn in a smaller unit (:func:`alkanode.plot.readable_units.readable`).
    path
        File that ends in ``.png``, ``.pdf`` or ``.svg``.
    dpi
        Dots per inch of a png; 200 prints sharply at one column width.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    SchemaError
        For another suffix.
    """
    target = Path(path)
    if target.suffix.lower() not in _SUFFIXES:
        raise SchemaError(f"a picture ends in {', '.join(_SUFFIXES)}", found=repr(target.name))
    figure = readable(figure)
    with mpl.rc_context(_STYLE):
        canvas = Canvas(figsize=_size(figure), layout="constrained")
        _fill(figure, _new_axes(figure, canvas), own=True)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # places are found once; savefig alone would find them twice
        canvas.savefig(target, dpi=dpi)
    return target


def _size(figure: Figure) -> tuple[float, float]:
    tall = sum(panel.height for panel in figure.panels) * (2.4 if len(figure.panels) > 1 else 3.7)
    return (6.8, max(tall + 0.9, 2.6))


def _new_axes(figure: Figure, canvas: Canvas) -> list[Axes]:
    grid = canvas.add_gridspec(len(figure.panels), 1, height_ratios=[panel.height for panel in figure.panels])
    axes: list[Axes] = []
    for row, panel in enumerate(figure.panels):
        shared = {"sharex": axes[0]} if figure.shared_x and axes else {}
        axes.append(canvas.add_subplot(grid[row, 0], projection="3d" if panel.scene else None, **shared))
        if figure.shared_x and row < len(figure.panels) - 1:
            axes[-1].tick_params(labelbottom=False)
    return axes


def _fill(figure: Figure, axes: list[Axes], *, own: bool) -> None:
    axes[0].set_title(figure.title)
    scale: ColourScale | None = None
    meshes: dict[int, Any] = {}
    for panel, target in zip(figure.panels, axes, strict=True):
        if panel.scene is not None:
            draw_scene(panel.scene, panel, target)
            continue
        _frame(panel, target, bottom=not figure.shared_x or target is axes[-1])
        _bands(panel, target)
        for area in panel.areas:
            _area(area, target)
        for one in panel.maps:
            meshes[id(one)] = _map(one, target)
        for picture in panel.pictures:
            draw_picture(picture, target)
        for fill in panel.fills:
            _fill_between(fill, panel, target)
        for series in panel.series:
            _series(series, panel, target)
        _lines(panel, target)
        for note in panel.notes:
            target.annotate(
                note.text,
                (note.x, note.y),
                xytext=(_aside(note), {"on": 0, "above": 4, "below": -4}[note.level]),
                textcoords="offset points",
                ha={"left": "left", "centre": "center", "right": "right"}[note.anchor],
                va={"on": "center", "above": "bottom", "below": "top"}[note.level],
                rotation=note.angle,
                bbox=_BACKED if note.backed else None,
                fontsize=9,
                color=ROLE_COLOURS[note.role],
            )
        _limits(panel, target)
        for twin in panel.twins:
            _twin(twin, panel, target)
        if panel.colour_scale is not None and panel.colour_scale != scale:
            scale = panel.colour_scale
            sharing = [a for a, p in zip(axes, figure.panels, strict=True) if p.colour_scale == scale]
            _colour_scale(scale, sharing)
    for one, where in colour_bars(figure):
        beside = any(twin.side == "right" for place in where for twin in figure.panels[place].twins)
        _colour_bar(one, meshes[id(one)], [axes[place] for place in where], beside=beside)
    _legend(axes, own=own)


def _aside(note: Note) -> int:
    """Points by which a text beside a place keeps clear of it."""
    return 0 if note.level != "on" else {"left": 5, "centre": 0, "right": -5}[note.anchor]


def _frame(panel: Panel, target: Axes, *, bottom: bool) -> None:
    x, y = ends(panel)
    target.set_xscale(panel.x.scale)
    target.set_yscale(panel.y.scale)
    if panel.x.equal or panel.y.equal:
        target.set_aspect("equal", adjustable="box" if panel.bare else "datalim")
    if panel.bare:
        target.set_axis_off()
        return
    if bottom:
        target.set_xlabel(axis_text(panel.x))
    target.set_ylabel(axis_text(panel.y))
    for axis, own, ends_of in ((panel.x, target.xaxis, x), (panel.y, target.yaxis, y)):
        if axis.categories:
            own.set_major_locator(FixedLocator(list(range(len(axis.categories)))))
            own.set_major_formatter(FixedFormatter(list(axis.categories)))
        elif axis.scale == "log" and np.log10(ends_of[1] / ends_of[0]) < SHORT_LOG:
            own.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            own.set_major_formatter(FuncFormatter(lambda value, _: number(float(value))))
            own.set_minor_formatter(NullFormatter())
        elif axis.scale == "log":
            own.set_major_locator(LogLocator(numticks=10))
            own.set_major_formatter(LogFormatterMathtext())
        elif counts(axis):
            own.set_major_locator(MaxNLocator(integer=True))


def _limits(panel: Panel, target: Axes) -> None:
    """Ends of the axes; with equal axes one of them may be widened to fill the space."""
    x, y = ends(panel)
    free = panel.x.equal or panel.y.equal
    target.set_xlim(*(x[::-1] if panel.x.reversed else x), auto=free)
    target.set_ylim(*(y[::-1] if panel.y.reversed else y), auto=free)


def _bands(panel: Panel, target: Axes) -> None:
    x, y = ends(panel)
    for band in panel.bands:
        left, right, low, high = rectangle(band, x, y)
        hatch = None
        if band.role in HATCHED:
            hatch = "///" if band.role == "outside" else "xxx"
        target.add_patch(
            Rectangle(
                (left, low),
                right - left,
                high - low,
                facecolor=BAND_COLOURS[band.role],
                edgecolor=HATCH_COLOUR if hatch else "none",
                linewidth=0,
                hatch=hatch,
                zorder=0.6,
            )
        )
        if band.label:
            _band_label(band, panel, target, (left, right, low, high))


def _area(area: Area, target: Axes) -> None:
    corners = np.column_stack([area.x, area.y])
    target.add_patch(Polygon(corners, facecolor=BAND_COLOURS[area.role], edgecolor="none", zorder=0.55))


def _band_label(band: Band, panel: Panel, target: Axes, box: tuple[float, float, float, float]) -> None:
    left, right, low, high = box
    whole_height = band.y0 is None and band.y1 is None
    background: dict[str, Any] | None = None
    if band.role in HATCHED:
        background = {"facecolor": BAND_COLOURS[band.role], "edgecolor": "none", "pad": 1.5}
    target.text(
        middle(left, right, panel.x),
        0.985 if whole_height else middle(low, high, panel.y),
        band.label,
        transform=target.get_xaxis_transform() if whole_height else target.transData,
        ha="center",
        va="top" if whole_height else "center",
        rotation=90 if band.upright else 0,
        fontsize=9,
        color="#444444",
        bbox=background,
        clip_on=True,
    )


def _map(one: Heatmap, target: Axes) -> Any:
    low, high = map_limits(one)
    mesh = target.pcolormesh(
        one.x_edges,
        one.y_edges,
        np.ma.masked_invalid(one.z),
        cmap=DIVERGING_SCALE if one.diverging else MAP_SCALE,
        vmin=low,
        vmax=high,
        rasterized=True,
        zorder=0.5,
    )
    target.grid(visible=False)
    return mesh


def _colour_bar(one: Heatmap, mesh: Any, axes: list[Axes], *, beside: bool) -> None:
    canvas = axes[0].get_figure()
    if canvas is not None:
        canvas.colorbar(mesh, ax=axes, label=labelled(one.name, one.unit), pad=0.09 if beside else 0.02)


def _fill_between(fill: Fill, panel: Panel, target: Axes) -> None:
    colour = _colour(fill)
    lower, upper = (_drawable(end, panel) for end in (fill.lower, fill.upper))
    for number_, part in enumerate(stretches(fill.x, lower, upper)):
        target.fill_between(
            fill.x[part],
            lower[part],
            upper[part],
            color=colour,
            alpha=FILL_OPACITY,
            linewidth=0,
            label=fill.name if fill.in_legend and number_ == 0 else "_",
            zorder=1.2,
        )


def _drawable(values: Any, panel: Panel) -> Any:
    """Ends of an area; on a logarithmic axis what lies at or below zero reaches the end of the axis."""
    if panel.y.scale == "linear":
        return values
    return np.where(np.isfinite(values), np.maximum(values, ends(panel)[1][0]), np.nan)


def _colour(one: Series | Fill) -> Any:
    if one.shade is None:
        return ROLE_COLOURS[one.role]
    return mpl.colormaps[SERIES_SCALE](SERIES_SCALE_END * min(max(one.shade, 0.0), 1.0))


def _series(series: Series, panel: Panel, target: Axes) -> None:
    colour = _colour(series)
    x, y = _shown_on(series.x, panel.x), _shown_on(series.y, panel.y)
    marker, size = _MARKERS.get(series.style, ("", 5.0))
    target.plot(
        x,
        y,
        color=colour,
        linestyle=_LINES.get(series.style, "-"),
        marker=marker,
        markersize=size if series.x.size <= MANY else min(size, 4.0),
        markerfacecolor="none" if series.style == "squares" else colour,
        linewidth=_THIN if series.style == "thin" else 1.4,
        drawstyle="steps-post" if series.style == "steps" else "default",
        label=series.name if series.in_legend else "_",
    )
    if series.x_interval is not None or series.y_interval is not None:
        target.errorbar(
            x,
            y,
            xerr=_distances(series.x, series.x_interval),
            yerr=_distances(series.y, series.y_interval),
            fmt="none",
            ecolor=colour,
            elinewidth=1.4,
            capsize=3,
        )
    if series.style == "arrow" and series.x.size > 1:
        target.annotate(
            "",
            xy=(float(x[-1]), float(y[-1])),
            xytext=(float(x[-2]), float(y[-2])),
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0},
        )


def _shown_on(values: Any, axis: Axis) -> Any:
    return np.where(values > 0, values, np.nan) if axis.scale == "log" else values


def _distances(centre: Any, interval: Any) -> Any:
    if interval is None:
        return None
    return np.maximum(np.nan_to_num(np.array([centre - interval[0], interval[1] - centre])), 0.0)


def _lines(panel: Panel, target: Axes) -> None:
    for line in panel.lines:
        across = target.axvline if line.upright else target.axhline
        across(line.value, color=ROLE_COLOURS[line.role], linewidth=1.1, linestyle="--", zorder=1.5)
        if line.label and not line.upright:
            target.text(
                0.99,
                line.value,
                line.label,
                transform=target.get_yaxis_transform(),
                ha="right",
                va="bottom",
                fontsize=9,
                color=ROLE_COLOURS[line.role],
            )
    for place in line_labels(panel):
        left = place.side == "left"
        target.annotate(
            place.line.label,
            (place.line.value, place.height),
            xycoords=target.get_xaxis_transform(),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=9,
            color=ROLE_COLOURS[place.line.role],
            bbox=_BACKED,
        )


def _twin(twin: Twin, panel: Panel, target: Axes) -> None:
    x, y = ends(panel)
    top = twin.side == "top"
    limits, axis = (x, panel.x) if top else (y, panel.y)
    beside = target.secondary_xaxis("top") if top else target.secondary_yaxis("right")
    inside = [0 <= share(place, limits, axis) <= 1 for place in twin.positions]
    own = beside.xaxis if top else beside.yaxis
    own.set_major_locator(FixedLocator([p for p, here in zip(twin.positions, inside, strict=True) if here]))
    own.set_major_formatter(FixedFormatter([t for t, here in zip(twin.labels, inside, strict=True) if here]))
    own.set_minor_locator(NullLocator())
    if top:
        beside.set_xlabel(axis_text(twin.axis))
    else:
        beside.set_ylabel(axis_text(twin.axis))


def _colour_scale(scale: ColourScale, axes: list[Axes]) -> None:
    colours = mpl.colormaps[SERIES_SCALE](np.linspace(0, SERIES_SCALE_END, 64))
    shades = LinearSegmentedColormap.from_list("series", [tuple(map(float, colour)) for colour in colours])
    canvas = axes[0].get_figure()
    if canvas is not None:
        whole = counts(Axis(label=scale.label, unit=scale.unit))
        canvas.colorbar(
            ScalarMappable(Normalize(scale.low, scale.high), shades),
            ax=axes,
            label=labelled(scale.label, scale.unit),
            ticks=MaxNLocator(integer=True) if whole else None,
        )


def _legend(axes: list[Axes], *, own: bool) -> None:
    named: dict[str, Any] = {}
    for target in axes:
        handles, labels = target.get_legend_handles_labels()
        for handle, text in zip(handles, labels, strict=True):
            named.setdefault(text, handle)
    if not named:
        return
    canvas = axes[0].get_figure()
    if own and isinstance(canvas, Canvas):
        columns = max(1, min(len(named), 78 // (max(map(len, named)) + 6)))
        canvas.legend(list(named.values()), list(named), loc="outside lower center", ncols=columns, frameon=False)
    else:
        axes[0].legend(list(named.values()), list(named), loc="best")
