"""Where things go in a panel, decided once for both renderers: ends of axes, rectangles of bands, labels of lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from alkanode.plot.description import Axis, Band, Figure, FloatArray, Heatmap, Line, Panel
from alkanode.plot.display import log_padded, padded

_COUNTED = frozenset({"cycle", "half cycle", "level", "spectrum"})
_LEVELS = 6
_TOP, _TOP_BELOW_BANDS, _STEP = 0.86, 0.6, 0.085


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLabel:
    """Label of an upright line: how high (0-1 of the panel) and on which side of the line."""

    line: Line
    height: float
    side: Literal["left", "right"]


def ends(panel: Panel) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lower and upper ends of both axes: those given, else those of the data."""
    xs = [series.x for series in panel.series] + [one.x_edges for one in panel.maps]
    ys = [series.y for series in panel.series] + [one.y_edges for one in panel.maps]
    xs += [one.x for one in panel.fills] + [one.x for one in panel.areas]
    ys += [end for one in panel.fills for end in (one.lower, one.upper)]
    ys += [one.y for one in panel.areas]
    xs += [np.array(one.x) for one in panel.pictures]
    ys += [np.array(one.y) for one in panel.pictures]
    return _ends(panel.x, xs), _ends(panel.y, ys)


def _ends(axis: Axis, data: list[FloatArray]) -> tuple[float, float]:
    if axis.limits is not None:
        return axis.limits
    values = np.concatenate(data) if data else np.array([0.0, 1.0])
    return log_padded(values) if axis.scale == "log" else padded(values)


def counts(axis: Axis) -> bool:
    """Whether an axis counts things, so that its ticks are whole numbers."""
    return axis.unit == "1" and axis.scale == "linear" and axis.label in _COUNTED


def rectangle(band: Band, x: tuple[float, float], y: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, right, lower and upper end of a band; ends left out are those of the axes."""
    return (
        x[0] if band.x0 is None else band.x0,
        x[1] if band.x1 is None else band.x1,
        y[0] if band.y0 is None else band.y0,
        y[1] if band.y1 is None else band.y1,
    )


def middle(low: float, high: float, axis: Axis) -> float:
    """Middle between two places as the eye sees it on the axis."""
    return float(np.sqrt(low * high)) if axis.scale == "log" else 0.5 * (low + high)


def share(value: float, limits: tuple[float, float], axis: Axis) -> float:
    """Place along an axis as a share (0-1) of its length."""
    if axis.scale == "log":
        part = float(np.log(value / limits[0]) / np.log(limits[1] / limits[0]))
    else:
        part = (value - limits[0]) / (limits[1] - limits[0])
    return 1 - part if axis.reversed else part


def line_labels(panel: Panel) -> list[LineLabel]:
    """Labels of the upright lines, on stepped heights so that close lines stay readable.

    A label stands on the side of its line that has more room, and below the names of narrow bands.
    """
    x, _ = ends(panel)
    upright = sorted((line for line in panel.lines if line.upright and line.label), key=lambda line: line.value)
    below = any(band.label and band.upright and band.y0 is None for band in panel.bands)
    top = _TOP_BELOW_BANDS if below else _TOP
    return [
        LineLabel(
            line=line,
            height=top - _STEP * (position % _LEVELS),
            side="left" if share(line.value, x, panel.x) > 0.5 else "right",
        )
        for position, line in enumerate(upright)
    ]


def map_limits(one: Heatmap) -> tuple[float, float]:
    """Ends of the colour scale of a map: those given, else from zero (or below) to the largest value.

    A diverging map has equal ends on both sides of zero.
    """
    if one.limits is not None:
        return one.limits
    known = one.z[np.isfinite(one.z)]
    if known.size == 0:
        return (0.0, 1.0)
    low, high = min(float(known.min()), 0.0), float(known.max())
    if one.diverging:
        reach = max(-low, high) or 1.0
        return (-reach, reach)
    return (low, high if high > low else low + 1.0)


def colour_bars(figure: Figure) -> list[tuple[Heatmap, list[int]]]:
    """Colour bars of the maps of a figure, each with the places of its panels.

    Neighbouring panels whose maps have the same name, unit, ends and kind of scale share one.
    """
    bars: list[tuple[Heatmap, list[int]]] = []
    for place, panel in enumerate(figure.panels):
        for one in panel.maps:
            last = bars[-1] if bars else None
            if last is not None and last[1][-1] == place - 1 and _bar_of(last[0]) == _bar_of(one):
                last[1].append(place)
            else:
                bars.append((one, [place]))
    return bars


def _bar_of(one: Heatmap) -> tuple[str, str, tuple[float, float], bool]:
    return one.name, one.unit, map_limits(one), one.diverging


def stretches(x: FloatArray, lower: FloatArray, upper: FloatArray) -> list[slice]:
    """Parts of a filled area without gaps, each of two points and more."""
    known = np.isfinite(x) & np.isfinite(lower) & np.isfinite(upper)
    framed = np.concatenate(([False], known, [False]))
    turns = np.flatnonzero(framed[1:] != framed[:-1])
    return [slice(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True) if b - a > 1]
