"""Figures of long cycling: overpotential over the cycles, with its slope, onset and change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.plot.description import Axis, Figure, FloatArray, Line, Panel, Role, Series
from alkanode.plot.display import axis_of, padded, shown
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr

_ROLES: tuple[tuple[str, Role, Role], ...] = (("strip", "primary", "second"), ("plate", "third", "fourth"))
"""Direction, colour of its points, colour of its slope."""


def overpotential_history(table: RecordLike, growth: xr.Dataset | None = None) -> Figure:
    """Overpotential in the second half of each half cycle against the cycle, both directions.

    Parameters
    ----------
    table
        An ``overpotentials`` record.
    growth
        The ``overpotential_growth`` record of it: its slopes are drawn as lines through the middle of the points, the
        interval of each slope as its error, and its onsets and changes as vertical lines.

    Returns
    -------
    Figure
        Overpotential (top) and resistance (bottom). Half cycles that are not compared are pale.

    Raises
    ------
    SchemaError
        When a record is of another kind.
    """
    table = check(table, "overpotentials")
    cycle = table["cycle"].to_numpy().astype(float)
    direction, compared = table["direction"].to_numpy().astype(str), table["compared"].to_numpy()
    series: list[Series] = []
    below: list[Series] = []
    lines: list[Line] = []
    for name, role, slope_role in _ROLES:
        mine = direction == name
        if not mine.any():
            continue
        for part, chosen, colour in (
            (name, mine & compared, role),
            (f"{name}, not compared", mine & ~compared, "muted"),
        ):
            if chosen.any():
                eta = shown(table["eta_mid"].to_numpy()[chosen], "overpotential")
                series.append(Series(name=part, x=cycle[chosen], y=eta, style="points", role=colour))
                ohm = shown(table["resistance"].to_numpy()[chosen], "resistance")
                below.append(Series(name=part, x=cycle[chosen], y=ohm, style="points", role=colour, in_legend=False))
        if growth is not None and (mine & compared).any():
            one = check(growth, "overpotential_growth").sel(polarity=name)
            eta = shown(table["eta_mid"].to_numpy()[mine & compared], "overpotential")
            series += _slope(cycle[mine & compared], eta, one, name, slope_role)
            lines += _moments(one, name)
    values = np.concatenate([one.y for one in series if one.style == "points"]) if series else np.zeros(1)
    ohms = np.concatenate([one.y for one in below]) if below else np.zeros(1)
    x = Axis(label="cycle", limits=padded(cycle, 0.03) if cycle.size else None)
    series_resistance = float(table.attrs.get("series_resistance", 0.0))
    removed = (
        f"The voltage of {number(series_resistance)} ohm in series is taken off."
        if series_resistance
        else "No series resistance is taken off."
    )
    return Figure(
        title="Overpotential over the cycles",
        caption="Median of the second half of each half cycle (top) and its voltage over current (bottom), both directions."
        + (" Lines: Theil-Sen slopes; vertical lines: onset and change." if growth is not None else ""),
        panels=(
            Panel(
                x=x,
                y=replace(axis_of("overpotential"), limits=padded(np.append(values, 0.0))),
                series=tuple(series),
                lines=tuple(lines),
                height=1.4,
            ),
            Panel(x=x, y=replace(axis_of("resistance"), limits=padded(np.append(ohms, 0.0))), series=tuple(below)),
        ),
        shared_x=True,
        notes=(removed,),
    )


def _slope(cycle: FloatArray, eta: FloatArray, one: xr.Dataset, name: str, role: Role) -> list[Series]:
    """A straight line of the Theil-Sen slope through the median point, with the interval of the slope."""
    slope = float(one["slope"])
    if not np.isfinite(slope):
        return []
    low, high = (float(shown(np.asarray(end), "overpotential")) for end in one["slope_interval"].to_numpy())
    ends = np.array([cycle.min(), cycle.max()])
    away = ends - float(np.median(cycle))
    middle = float(np.median(eta))
    line = middle + float(shown(np.asarray(slope), "overpotential")) * away
    bounds = np.sort(np.array([middle + low * away, middle + high * away]), axis=0)
    return [
        Series(
            name=f"slope, {name}",
            x=ends,
            y=line,
            style="dashed",
            role=role,
            y_interval=(bounds[0], bounds[1]),
        )
    ]


def _moments(one: xr.Dataset, name: str) -> list[Line]:
    """Vertical lines at the onset and the change."""
    lines = []
    if np.isfinite(float(one["onset"])):
        lines.append(Line(value=float(one["onset"]), upright=True, label=f"onset, {name}", role="warning"))
    if np.isfinite(float(one["change"])):
        low, high = (number(float(end)) for end in one["change_interval"].to_numpy())
        lines.append(
            Line(
                value=float(one["change"]),
                upright=True,
                label=f"change, {name}",
                hover=f"a second line begins at cycle {number(float(one['change']))} ({low} to {high})",
            )
        )
    return lines
