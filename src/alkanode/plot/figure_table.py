"""The numbers of a figure as a CSV table, with the three header rows that plotting programs expect."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from alkanode.plot.description import Figure, Fill, FloatArray, Heatmap, Panel, Series


def save_data(figure: Figure, path: str | Path) -> Path:
    """Write every number that a figure draws.

    Parameters
    ----------
    figure
        The figure.
    path
        File to write; UTF-8, comma separated.

    Returns
    -------
    Path
        The file written. Its first three rows are quantity, display unit and comment (the name of the curve or
        map). Each curve has two columns, with two more for each interval; a filled area and a map have three, one row per cell with
        its centre. Shorter columns end in empty cells, and a missing value is an empty cell.
    """
    columns = [column for panel in figure.panels for column in _columns(panel)]
    target = Path(path)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for header in range(3):
            writer.writerow([column[0][header] for column in columns])
        for row in itertools.zip_longest(*(column[1] for column in columns), fillvalue=np.nan):
            writer.writerow(["" if np.isnan(value) else f"{value:.10g}" for value in row])
    return target


_Column = tuple[tuple[str, str, str], Sequence[float]]


def _columns(panel: Panel) -> list[_Column]:
    columns: list[_Column] = []
    for series in panel.series:
        columns += _of_series(series, panel)
    for fill in panel.fills:
        columns += _of_fill(fill, panel)
    for one in panel.maps:
        columns += _of_map(one, panel)
    return columns


def _of_series(series: Series, panel: Panel) -> list[_Column]:
    parts: list[tuple[str, str, FloatArray]] = [
        (panel.x.label or "x", panel.x.unit, series.x),
        (panel.y.label or "y", panel.y.unit, series.y),
    ]
    for axis, letter, interval in ((panel.x, "x", series.x_interval), (panel.y, "y", series.y_interval)):
        if interval is not None:
            parts += [
                (f"{axis.label or letter}, {end} end", axis.unit, values)
                for end, values in zip(("lower", "upper"), interval, strict=True)
            ]
    return [((name, unit, series.name), values.tolist()) for name, unit, values in parts]


def _of_fill(fill: Fill, panel: Panel) -> list[_Column]:
    parts = (("", panel.x, fill.x), (", lower end", panel.y, fill.lower), (", upper end", panel.y, fill.upper))
    return [((axis.label + end, axis.unit, fill.name), values.tolist()) for end, axis, values in parts]


def _of_map(one: Heatmap, panel: Panel) -> list[_Column]:
    x, y = (_centres(edges, axis.scale) for edges, axis in ((one.x_edges, panel.x), (one.y_edges, panel.y)))
    x_all, y_all = np.meshgrid(x, y)
    return [
        ((panel.x.label, panel.x.unit, one.name), x_all.ravel().tolist()),
        ((panel.y.label, panel.y.unit, one.name), y_all.ravel().tolist()),
        ((one.name, one.unit, one.name), one.z.ravel().tolist()),
    ]


def _centres(edges: FloatArray, scale: str) -> FloatArray:
    if scale == "log":
        return np.sqrt(edges[1:] * edges[:-1])
    return 0.5 * (edges[1:] + edges[:-1])
