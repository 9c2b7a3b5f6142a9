"""Figures of stripping series: capacity against current density, pressure and alloy, over the phases at equilibrium."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.electrochem.stripping.series import at_cutoff
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.plot.description import Axis, Band, BandRole, Figure, FloatArray, Line, Panel, Series
from alkanode.plot.display import axis_of, log_padded, padded, shown, shown_number
from alkanode.plot.style import CYCLE, number

if TYPE_CHECKING:
    import xarray as xr

_ARROW = 0.07
"""Length of the arrow of a lower bound, as a share of the capacity axis."""

_TALL = 0.07
"""Share of the axis from which a region is tall enough for its name."""

_COLUMN = 0.42
"""Half the width of the column of an alloy."""

_OTHER = {"current_density": "stack_pressure", "stack_pressure": "current_density"}

_CAPTION = (
    "Bars: interval of the capacity. Arrows: tests that never reached the cut-off, so lower bounds. Background: phases at "
    "equilibrium; hatched: where they depend on the temperature within its uncertainty. Dashed: all of the working metal."
)


def capacity_against(
    series: RecordLike,
    axis: Literal["current_density", "stack_pressure"] = "current_density",
    *,
    bands: Sequence[xr.Dataset] = (),
    law: xr.Dataset | None = None,
    cutoff: QuantityLike | None = None,
) -> Figure:
    """Critical stripping capacity against current density or pressure, one panel per alloy.

    Parameters
    ----------
    series
        A ``stripping_series`` record.
    axis
        What stands on the x axis (logarithmic).
    bands
        ``capacity_bands`` records, matched to the alloys by name; they become the background.
    law
        A ``stripping_law`` record over the same axis; the preferred law is drawn, or the power law where none is.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.

    Returns
    -------
    Figure
        In mAh g-1.

    Raises
    ------
    SchemaError
        For records of another kind, a law over another axis, or when no test has a value on the axis and a capacity.
    """
    at = at_cutoff(check(series, "stripping_series"), cutoff)
    if law is not None and check(law, "stripping_law").attrs["axis"] != axis:
        raise SchemaError(f"a law over the {axis} is needed", found=f"one over the {law.attrs['axis']}")
    good = (
        np.isfinite(at[axis].to_numpy()) & (at[axis].to_numpy() > 0) & np.isfinite(at["specific_capacity"].to_numpy())
    )
    if not good.any():
        raise SchemaError(f"a test with {axis.replace('_', ' ')} and a capacity per mass is needed", found="none")
    at = at.isel(test=np.flatnonzero(good))
    x_limits = log_padded(shown(at[axis].to_numpy(), axis))
    panels, seen = [], dict[str, int]()
    for alloy in _alloys(at):
        mine = at.isel(test=np.flatnonzero(at["alloy"].to_numpy() == alloy))
        top = _top([mine])
        drawn = _points(mine, shown(mine[axis].to_numpy(), axis), _OTHER[axis], top, seen)
        if law is not None and law.attrs["alloy"] == alloy and law.attrs["capacity"] == "specific_capacity":
            drawn += _law(law, axis)
        background = [one for one in bands if check(one, "capacity_bands").attrs["alloy"] == alloy]
        panels.append(
            Panel(
                x=axis_of(axis, scale="log", limits=x_limits),
                y=Axis(label=f"{alloy}, capacity", unit="mAh g-1", quantity="specific_capacity", limits=(0.0, top)),
                series=tuple(drawn),
                bands=tuple(band for one in background[:1] for band in _background(one, top)),
                lines=_theory(mine),
            )
        )
    return Figure(
        title=f"Critical stripping capacity against {axis.replace('_', ' ')}",
        caption=_CAPTION,
        panels=tuple(panels),
        shared_x=len(panels) > 1,
        notes=(*_notes(at, bands), *_law_notes(law)),
    )


def capacity_by_alloy(
    series: RecordLike, *, bands: Sequence[xr.Dataset] = (), cutoff: QuantityLike | None = None
) -> Figure:
    """Critical stripping capacity of each alloy beside theory and the phases at equilibrium.

    Parameters
    ----------
    series
        A ``stripping_series`` record.
    bands
        ``capacity_bands`` records, matched to the alloys by name.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.

    Returns
    -------
    Figure
        One column per alloy; points of one pressure and current share a colour and a place in the column.

    Raises
    ------
    SchemaError
        For records of another kind, or when no test has a capacity per mass.
    """
    at = at_cutoff(check(series, "stripping_series"), cutoff)
    good = np.isfinite(at["specific_capacity"].to_numpy())
    if not good.any():
        raise SchemaError("a test with a capacity per mass is needed", found="none")
    at = at.isel(test=np.flatnonzero(good))
    alloys, top = _alloys(at), _top([at])
    column = np.array([alloys.index(str(name)) for name in at["alloy"].to_numpy()], dtype=float)
    kinds = _kinds(at, ("stack_pressure", "current_density"))
    order = list(dict.fromkeys(kinds))
    offset = np.linspace(-0.5, 0.5, len(order) + 2)[1:-1] * _COLUMN
    x = column + np.array([offset[order.index(kind)] for kind in kinds])
    drawn = _points(at, x, ("stack_pressure", "current_density"), top, {})
    background: list[Band] = []
    for place, alloy in enumerate(alloys):
        mine = [one for one in bands if check(one, "capacity_bands").attrs["alloy"] == alloy]
        background += [
            band for one in mine[:1] for band in _background(one, top, x0=place - _COLUMN, x1=place + _COLUMN)
        ]
        theory = shown(at["theoretical_capacity"].to_numpy()[at["alloy"].to_numpy() == alloy][0], "specific_capacity")
        drawn.append(
            Series(
                name="theory",
                x=np.array([place - _COLUMN, place + _COLUMN]),
                y=np.full(2, float(theory)),
                style="dashed",
                role="warning",
                in_legend=place == 0,
            )
        )
    return Figure(
        title="Critical stripping capacity by alloy",
        caption=_CAPTION,
        panels=(
            Panel(
                x=Axis(label="alloy", categories=tuple(alloys), limits=(-0.6, len(alloys) - 0.4)),
                y=axis_of("specific_capacity", limits=(0.0, top)),
                series=tuple(drawn),
                bands=tuple(background),
            ),
        ),
        notes=_notes(at, bands),
    )


def _alloys(at: xr.Dataset) -> list[str]:
    """Alloys in the order of falling theoretical capacity."""
    theory: dict[str, float] = {}
    for name, value in zip(at["alloy"].to_numpy(), at["theoretical_capacity"].to_numpy(), strict=True):
        theory.setdefault(str(name), float(np.nan_to_num(value)))
    return sorted(theory, key=lambda name: -theory[name])


def _top(parts: Iterable[xr.Dataset]) -> float:
    """Upper end of the capacity axis: over theory, capacities and their intervals."""
    known = [0.0]
    for one in parts:
        for name in ("theoretical_capacity", "specific_capacity", "specific_capacity_interval"):
            values = shown(one[name].to_numpy(), "specific_capacity").ravel()
            known += values[np.isfinite(values)].tolist()
    return padded(np.array(known), 0.12, floor=0.0)[1]


def _kinds(at: xr.Dataset, by: Iterable[str]) -> list[str]:
    """Name of the colour of each test: its values of what tells the tests apart, and its origin where it is not measured."""
    names = []
    for index in range(at.sizes["test"]):
        values = [float(at[name][index]) for name in by]
        words = [shown_number(value, name) for value, name in zip(values, by, strict=True) if np.isfinite(value)]
        origin = str(at["origin"].to_numpy()[index])
        names.append(", ".join([*words, *([origin] if origin != "measured" or not words else [])]))
    return names


def _points(at: xr.Dataset, x: FloatArray, by: str | tuple[str, ...], top: float, seen: dict[str, int]) -> list[Series]:
    """Points with intervals, one series per kind, and an arrow per lower bound."""
    x = np.atleast_1d(x)
    y = np.atleast_1d(shown(at["specific_capacity"].to_numpy(), "specific_capacity"))
    raw = at["specific_capacity_interval"].to_numpy()
    ends = shown(np.where(np.isfinite(raw), raw, at["specific_capacity"].to_numpy()[:, None]), "specific_capacity")
    bounds = at["censoring"].to_numpy() == "right"
    kinds = np.array(_kinds(at, (by,) if isinstance(by, str) else by), dtype=np.str_)
    tests = [str(name) for name in at["test"].to_numpy()]
    regions = [str(text) for text in at["region"].to_numpy()]
    drawn: list[Series] = []
    for kind in dict.fromkeys(kinds.tolist()):
        first = kind not in seen
        role = CYCLE[seen.setdefault(kind, len(seen)) % len(CYCLE)]
        here = kinds == kind
        drawn.append(
            Series(
                name=kind,
                x=x[here],
                y=y[here],
                style="points",
                role=role,
                hover=tuple(f"{tests[n]}: {regions[n]}" for n in np.flatnonzero(here)),
                y_interval=(ends[here, 0], ends[here, 1]),
                in_legend=first,
            )
        )
        for n in np.flatnonzero(here & bounds):
            arrow = np.array([y[n], y[n] + _ARROW * top])
            drawn.append(
                Series(
                    name=f"{tests[n]}: lower bound",
                    x=np.full(2, x[n]),
                    y=arrow,
                    style="arrow",
                    role=role,
                    in_legend=False,
                )
            )
    return drawn


def _law(law: xr.Dataset, axis: str) -> list[Series]:
    """The preferred law, or the power law, with its band."""
    name = str(law.attrs["preferred"]) or "power"
    index = [str(model) for model in law["model"].to_numpy()].index(name)
    x = shown(law["axis_point"].to_numpy(), axis)
    curve = shown(law["fitted_capacity"].to_numpy()[index], "specific_capacity")
    band = shown(law["fitted_interval"].to_numpy()[index], "specific_capacity")
    word = f"{name} law" if law.attrs["preferred"] else f"{name} law (not preferred)"
    share = f"{100 * float(law.attrs['confidence']):g} % band"
    return [
        Series(name=word, x=x, y=curve, role="model"),
        Series(name=share, x=x, y=band[:, 0], style="dotted", role="model"),
        Series(name="upper end", x=x, y=band[:, 1], style="dotted", role="model", in_legend=False),
    ]


def _theory(at: xr.Dataset) -> tuple[Line, ...]:
    value = float(at["theoretical_capacity"][0])
    if not np.isfinite(value):
        return ()
    text = shown_number(value, "specific_capacity")
    return (
        Line(value=float(shown(value, "specific_capacity")), upright=False, label="theory", role="warning", hover=text),
    )


def _background(bands: xr.Dataset, top: float, *, x0: float | None = None, x1: float | None = None) -> list[Band]:
    """Regions as horizontal bands, and hatched strips where a border moves with the temperature."""
    drawn: list[Band] = []
    low = shown(bands["lower"].to_numpy(), "specific_capacity")
    high = shown(bands["upper"].to_numpy(), "specific_capacity")
    ends = shown(bands["upper_interval"].to_numpy(), "specific_capacity")
    regions = [str(text) for text in bands["region"].to_numpy()]
    for n, region in enumerate(regions):
        name = region.replace("liquid with solid ", "liquid + ") + ("(s)" if " with " in region else "")
        drawn.append(
            Band(
                label=name if high[n] - low[n] > _TALL * top else "",
                role=_role(region),
                x0=x0,
                x1=x1,
                y0=float(low[n]),
                y1=float(high[n]),
                hover=f"{region}: {number(float(low[n]))} to {number(float(high[n]))} mAh g⁻¹",
            )
        )
    for n in range(len(regions) - 1):
        if ends[n, 1] > ends[n, 0]:
            text = f"{regions[n]} or {regions[n + 1]}, by the temperature"
            drawn.append(
                Band(label="", role="masked", x0=x0, x1=x1, y0=float(ends[n, 0]), y1=float(ends[n, 1]), hover=text)
            )
    return drawn


def _role(region: str) -> BandRole:
    return "liquid" if region == "liquid" else "two-phase" if region.startswith("liquid") else "solid"


def _notes(at: xr.Dataset, bands: Sequence[xr.Dataset]) -> tuple[str, ...]:
    """Cut-off, temperature, KC8, what the phases rest on, and what the points are."""
    notes = []
    cutoff = float(at["cutoff"])
    notes.append(f"Capacity at {cutoff:g} V." if np.isfinite(cutoff) else "The cut-off is not stated.")
    shares = at["capacity_to_liquidus_by_kc8"].to_numpy()
    for name, extent, (low, high) in zip(at["test"].to_numpy(), at["kc8_extent"].to_numpy(), shares, strict=True):
        if np.isfinite(low) and np.isfinite(high):
            a, b = (shown_number(float(end), "specific_capacity") for end in (low, high))
            notes.append(
                f"{name}: liquidus at {a} without KC8, {b} with all carbon as KC8; an extent of {extent:g} is assumed."
            )
    for one in bands:
        carbon = float(one.attrs["potassium_in_carbon"])
        where = shown_number(float(one.attrs["temperature"]), "temperature")
        text = f"Phases of {one.attrs['alloy']} at {where} ± {one.attrs['temperature_uncertainty']:g} K"
        notes.append(text + (f", {carbon:.3g} mol K per mol of atoms in carbon." if carbon else ", no K bound as KC8."))
    notes += [f"Phases: {label}." for label in dict.fromkeys(str(one.attrs["label"]) for one in bands)]
    unusual = [str(origin) for origin in _unique(at["origin"].to_numpy()) if origin != "measured"]
    return (*notes, *((f"Some points are {' and some '.join(unusual)}.",) if unusual else ()))


def _unique(values: npt.NDArray[np.str_]) -> list[str]:
    return list(dict.fromkeys(str(value) for value in values))


def _law_notes(law: xr.Dataset | None) -> tuple[str, ...]:
    if law is None:
        return ()
    low, value, high = (float(law.attrs[f"exponent{end}"]) for end in ("_lower", "", "_upper"))
    return (f"Exponent of the power law {value:.3g} ({low:.3g} to {high:.3g}); {law.attrs['reason']}.",)
