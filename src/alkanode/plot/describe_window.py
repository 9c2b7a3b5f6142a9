"""Figure of the liquid window: between which compositions an alloy is liquid, over temperature, in both bases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Area, Axis, Figure, Fill, FloatArray, Panel, Role, Series
from alkanode.plot.display import axis_of, shown, shown_number
from alkanode.plot.style import number
from alkanode.plot.twin_scales import BASIS_UNIT, Basis, kelvin_twin

if TYPE_CHECKING:
    import xarray as xr

_BASES: Final[tuple[Basis, ...]] = ("mass", "mole")
_ROLES: Final[dict[str, Role]] = {"interval": "model", "assessment_interval": "fourth"}
_ROUND_ONE: Final = 2.0
"""Kelvin shown to both sides of a single temperature."""


def liquid_window(window: xr.Dataset, *, marks: xr.Dataset | None = None) -> Figure:
    """Both ends of the liquid field of a binary alloy over temperature.

    Parameters
    ----------
    window
        A ``liquid_window`` record; two temperatures or more make lines, one makes points.
    marks
        Another such record of the same system, whose temperatures are marked by points with their intervals.

    Returns
    -------
    Figure
        One panel by mass, one by mole. Blue is liquid. Intervals, as bands or bars: over the temperature uncertainty
        (black), and over the parameters of the assessment at 95 %.

    Raises
    ------
    SchemaError
        When a record is of another kind.
    """
    window = check(window, "liquid_window").sortby("temperature")
    points = None if marks is None else check(marks, "liquid_window").sortby("temperature")
    if points is None and window.sizes["temperature"] == 1:
        points = window
    t = shown(window["temperature"].to_numpy(), "temperature")
    pad = _ROUND_ONE if t.size == 1 else 0.0
    limits = (float(t.min()) - pad, float(t.max()) + pad)
    across = axis_of("temperature", limits=limits)
    element = str(window["mole_fraction"].attrs.get("element", ""))
    panels = [_panel(window, points, basis, element, across, named=basis == _BASES[0]) for basis in _BASES]
    panels[0] = replace(panels[0], twins=(replace(kelvin_twin(limits), side="top"),))
    system = str(window.attrs.get("system", ""))
    return Figure(
        title=f"Liquid window of {system}".strip(),
        caption=f"Content of {element} between which all of {system} is liquid (blue), one liquid or two, over temperature: by "
        "mass (top) and by mole (bottom). Between the field and the pure metals liquid and solid coexist. Bands or bars are intervals: over "
        "the uncertainty of the temperature, and, at 95 %, over the parameters of the assessment."
        + ("" if points is None else " Points: the temperatures asked for."),
        panels=tuple(panels),
        shared_x=True,
        notes=label_notes(window),
    )


def interval_words(record: xr.Dataset) -> dict[str, str]:
    """What the two intervals of a record cover, as a legend says it, by the end of their names."""
    kelvin = record.attrs.get("temperature_uncertainty")
    over = "temperature" if kelvin is None else f"±{number(float(kelvin))} K"
    return {"interval": f"interval: {over}", "assessment_interval": "interval: assessment, 95 %"}


def _panel(
    window: xr.Dataset, points: xr.Dataset | None, basis: Basis, element: str, across: Axis, *, named: bool
) -> Panel:
    field = f"{basis}_fraction"
    t, (low, high) = shown(window["temperature"].to_numpy(), "temperature"), _ends(window, field)
    known = np.isfinite(low) & np.isfinite(high)
    words = _hover(window, low, high, basis, element)
    series: list[Series] = []
    fills: list[Fill] = []
    areas: tuple[Area, ...] = ()
    if t.size > 1:
        x = t[known]
        areas = (
            Area(name="liquid", x=np.append(x, x[::-1]), y=np.append(low[known], high[known][::-1]), role="liquid"),
        )
        series += [
            Series(name="end of the liquid field", x=t, y=y, hover=words, in_legend=named and y is low)
            for y in (low, high)
        ]
        for suffix, text in interval_words(window).items():
            if f"{field}_{suffix}" in window:
                bounds = shown(window[f"{field}_{suffix}"].to_numpy(), field)
                fills += [
                    Fill(
                        name=text,
                        x=t,
                        lower=bounds[:, side, 0],
                        upper=bounds[:, side, 1],
                        role=_ROLES[suffix],
                        in_legend=named and side == 0,
                    )
                    for side in (0, 1)
                ]
    if points is not None:
        shown_by_bands = t.size > 1 and f"{field}_assessment_interval" in window
        in_bands = frozenset({"assessment_interval"} if shown_by_bands else ())
        series += _points(points, field, element, basis, named=named, in_bands=in_bands)
    return Panel(
        x=across,
        y=Axis(label=f"{element} content", unit=BASIS_UNIT[basis], quantity=field, limits=(0.0, 100.0)),
        series=tuple(series),
        fills=tuple(fills),
        areas=areas,
    )


def _points(
    points: xr.Dataset, field: str, element: str, basis: Basis, *, named: bool, in_bands: frozenset[str]
) -> list[Series]:
    """Temperatures asked for, with the intervals that no band shows already, and always that over the temperature."""
    t, (low, high) = shown(points["temperature"].to_numpy(), "temperature"), _ends(points, field)
    words = _hover(points, low, high, basis, element)
    series = []
    for suffix, text in interval_words(points).items():
        if f"{field}_{suffix}" not in points or suffix in in_bands:
            continue
        bounds = shown(points[f"{field}_{suffix}"].to_numpy(), field)
        for side, y in enumerate((low, high)):
            series.append(
                Series(
                    name=f"asked for, {text}",
                    x=t,
                    y=y,
                    style="points" if suffix == "interval" else "crosses",
                    role=_ROLES[suffix],
                    hover=words,
                    y_interval=(bounds[:, side, 0], bounds[:, side, 1]),
                    in_legend=named and side == 0,
                )
            )
    return series


def _ends(window: xr.Dataset, field: str) -> tuple[FloatArray, FloatArray]:
    values = shown(window[field].to_numpy(), field)
    return values[:, 0], values[:, 1]


def _hover(window: xr.Dataset, low: FloatArray, high: FloatArray, basis: Basis, element: str) -> tuple[str, ...]:
    return tuple(
        f"at {shown_number(kelvin, 'temperature')} liquid from {number(float(a))} to {number(float(b))} {BASIS_UNIT[basis]} "
        f"{element}"
        for kelvin, a, b in zip(window["temperature"].to_numpy().tolist(), low, high, strict=True)
    )
