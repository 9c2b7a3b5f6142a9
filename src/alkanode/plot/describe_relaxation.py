"""Figures of distributions of relaxation times: a map along charge or time, and single distributions.

What lies outside the measured window of relaxation times is not determined by the data. It is hatched and left
empty, never drawn as if it were known; a masked spectrum is a hatched column.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Band, ColourScale, Figure, FloatArray, Heatmap, Panel, Series, Twin
from alkanode.plot.display import axis_of, best_place, cells, extent, log_edges, masks, padded, places, spread, tidy
from alkanode.plot.style import CYCLE, number, power_of_ten, shown_unit, with_unit

if TYPE_CHECKING:
    import xarray as xr

_OUTSIDE = "outside the measured window"
_MOST = 12
_REASONS = 3

_TOWERING = 5.0
"""A largest value above this many times the median of the columns' largest would leave the rest of the map dark."""


def relaxation_map(
    times: RecordLike, *, against: Literal["charge", "time"] = "charge", area: QuantityLike | None = None
) -> Figure:
    """Distribution of relaxation times as a map along the charge or the time of a run.

    Parameters
    ----------
    times
        A ``relaxation_times`` record with the field named by ``against``.
    against
        What runs to the right.
    area
        Electrode area (m2, or text); the colour is then in ohm cm2.

    Returns
    -------
    Figure
        One panel: relaxation time upwards (log), frequency 1/(2 pi tau) at the right. Places without a spectrum
        stay empty.

    Raises
    ------
    SchemaError
        When the record is of another kind or lacks the field, or when the charge turns round (strip and plate):
        a map needs one direction. Also when the area is not positive.

    Warns
    -----
    DataQualityWarning
        When several spectra share one place and cannot all be seen, or a spectrum has no place.
    """
    times = check(times, "relaxation_times")
    where, axis = places(times, against)
    order = _one_direction(where, against)
    tau = times["relaxation_time"].to_numpy().astype(float)
    rows = np.argsort(tau)
    tau = tau[rows]
    unit, gamma = _distribution(times, area)
    masked, reasons = masks(times)
    inside = times["in_window"].to_numpy()[:, rows]
    visible = np.where(inside & ~masked[:, None], gamma[:, rows], np.nan)
    edges, column = cells(where[order])
    spectrum = np.where(column >= 0, order[np.maximum(column, 0)], -1)
    z = np.where((spectrum >= 0)[:, None], visible[np.maximum(spectrum, 0)], np.nan).T
    tau_edges = log_edges(tau)
    tau_limits = (float(tau_edges[0]), float(tau_edges[-1]))
    x_limits = (float(edges[0]), float(edges[-1]))
    limits, clipped = _colour_limits(z, unit)
    bands = (
        *_window_bands(inside, spectrum, edges, tau_edges, x_limits),
        *_masked_bands(masked, reasons, spectrum, edges, tau_limits),
    )
    return Figure(
        title="Distribution of relaxation times",
        caption=f"Distribution of relaxation times (colour) against {axis.label}; the right scale is the frequency "
        "1/(2πτ). Hatched at the ends: outside the measured window, where the data do not determine the distribution."
        + (" Hatched columns: masked spectra." if masked.any() else "")
        + (" White columns: no spectrum was measured." if (column < 0).any() else ""),
        panels=(
            Panel(
                x=Axis(label=axis.label, unit=axis.unit, quantity=axis.quantity, limits=x_limits),
                y=axis_of("relaxation_time", label="relaxation time τ", scale="log", limits=tau_limits),
                maps=(Heatmap(name="γ(ln τ)", unit=unit, x_edges=edges, y_edges=tau_edges, z=tidy(z), limits=limits),),
                bands=bands,
                twins=(_frequency_twin(tau_limits, "right"),),
            ),
        ),
        notes=(*clipped, *_mask_notes(masked, reasons)),
    )


def _colour_limits(z: FloatArray, unit: str) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Ends of the colour scale: where few columns tower over the rest, the scale ends below them, and a note says so."""
    tops = np.array([np.nanmax(column, initial=-np.inf) for column in z.T])
    tops = tops[np.isfinite(tops)]
    if tops.size < 3 or not np.median(tops) > 0 or tops.max() <= _TOWERING * np.median(tops):
        return None, ()
    end = float(_TOWERING * np.median(tops))
    return (0.0, end), (f"Colours end at {end:.3g} {unit}; the largest value is {tops.max():.3g} {unit}.",)


def distribution(
    times: RecordLike, spectrum: int | Sequence[int] | None = None, *, area: QuantityLike | None = None
) -> Figure:
    """Distributions of relaxation times as curves, with what lies outside the window hatched.

    Parameters
    ----------
    times
        A ``relaxation_times`` record.
    spectrum
        Number or numbers of the spectra; by default all, or 12 evenly spread ones of a longer series.
    area
        Electrode area (m2, or text); the distribution is then in ohm cm2.

    Returns
    -------
    Figure
        Curves are solid inside their window and dotted outside it; masked ones are grey and dashed.

    Raises
    ------
    SchemaError
        When the record is of another kind, a spectrum does not exist, or the area is not positive.
    """
    times = check(times, "relaxation_times")
    indices, notes = _indices(times.sizes["spectrum"], spectrum)
    tau = times["relaxation_time"].to_numpy().astype(float)
    rows = np.argsort(tau)
    tau = tau[rows]
    unit, gamma = _distribution(times, area)
    inside = times["in_window"].to_numpy()[:, rows]
    masked, reasons = masks(times)
    along = best_place(times)
    where, axis = places(times, along)
    low, high = float(np.nanmin(where[indices])), float(np.nanmax(where[indices]))
    many = indices.size > len(CYCLE) and high > low
    series: list[Series] = []
    for position, index in enumerate(indices):
        values = tidy(gamma[index, rows])
        place = "" if along == "spectrum" else f", {axis.label} {with_unit(float(where[index]), axis.unit)}"
        reason = f"<br>masked: {reasons[index] or 'no reason given'}" if masked[index] else ""
        hover = tuple(
            f"spectrum {index}{place}<br>τ = {with_unit(float(t), 's')}<br>γ = {with_unit(float(g), unit)}{reason}"
            for t, g in zip(tau, values, strict=True)
        )
        shade = (float(where[index]) - low) / (high - low) if many and not masked[index] else None
        role = "muted" if masked[index] else CYCLE[position % len(CYCLE)]
        name = f"spectrum {index}{place}" + (" (masked)" if masked[index] else "")
        series.append(
            Series(
                name=name,
                x=tau,
                y=np.where(inside[index], values, np.nan),
                style="dashed" if masked[index] else "line",
                role=role,
                shade=shade,
                hover=hover,
                in_legend=not many,
            )
        )
        if not inside[index].all():
            near = inside[index] & ~_interior(inside[index])
            series.append(
                Series(
                    name=f"{name}, {_OUTSIDE}",
                    x=tau,
                    y=np.where(inside[index] & ~near, np.nan, values),
                    style="dotted",
                    role=role,
                    shade=shade,
                    hover=hover,
                    in_legend=False,
                )
            )
    limits = (float(tau[0]), float(tau[-1]))
    everywhere = np.asarray(inside[indices].any(axis=0), dtype=bool)
    top = padded(_height_in_window(series), 0.08, floor=0.0)
    return Figure(
        title="Distribution of relaxation times",
        caption="Distribution of relaxation times; the upper scale is the frequency 1/(2πτ). Hatched and dotted: "
        "outside the measured window, where the data do not determine the distribution.",
        panels=(
            Panel(
                x=axis_of("relaxation_time", label="relaxation time τ", scale="log", limits=limits),
                y=Axis(label="γ(ln τ)", unit=unit, quantity="distribution", limits=top),
                series=tuple(series),
                bands=_end_bands(tau, everywhere, top),
                twins=(_frequency_twin(limits, "top"),),
                colour_scale=ColourScale(label=axis.label, unit=axis.unit, low=low, high=high) if many else None,
            ),
        ),
        notes=notes + _mask_notes(masked[indices], [reasons[i] for i in indices]),
    )


def _height_in_window(series: list[Series]) -> FloatArray:
    """Values that decide the height: inside the window and not masked; what lies outside may leave the frame."""
    solid = [one.y for one in series if one.style == "line"] or [one.y for one in series]
    return np.concatenate(solid)


def _interior(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Points of the window whose two neighbours also lie in it, so that a dotted end can join the solid part."""
    framed = np.concatenate(([True], inside, [True]))
    return np.asarray(inside & framed[:-2] & framed[2:], dtype=bool)


def _one_direction(where: FloatArray, against: str) -> npt.NDArray[np.intp]:
    known = np.flatnonzero(np.isfinite(where))
    steps = np.diff(where[known])
    if (steps < 0).any() and (steps > 0).any():
        raise SchemaError(
            f"a map along {against!r} needs spectra in one direction",
            found=f"{against} that goes up {int((steps > 0).sum())} times and down {int((steps < 0).sum())} times",
            todo="Select one half cycle, or use against='time'",
        )
    if known.size < where.size:
        warnings.warn(
            f"{where.size - known.size} of {where.size} spectra have no {against} and are not in the map",
            DataQualityWarning,
            stacklevel=3,
        )
    if (steps == 0).any():
        warnings.warn(
            f"{int((steps == 0).sum())} spectra share their {against} with another and cannot be seen in the map; "
            "use against='time'",
            DataQualityWarning,
            stacklevel=3,
        )
    return known[np.argsort(where[known], kind="stable")]


def _distribution(times: xr.Dataset, area: QuantityLike | None) -> tuple[str, npt.NDArray[np.float64]]:
    values = times["distribution"].to_numpy().astype(float)
    if area is None:
        return quantity("distribution").shown_unit, values
    entry = quantity("area_specific_resistance")
    return entry.shown_unit, values * (extent(area, "area") * entry.factor)


def _indices(count: int, spectrum: int | Sequence[int] | None) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    if count == 0:
        raise SchemaError("a figure needs at least one spectrum", found="none")
    if spectrum is None:
        indices = spread(count, _MOST)
        return indices, (
            () if indices.size == count else (f"{indices.size} of {count} spectra are drawn, evenly spread.",)
        )
    chosen = np.atleast_1d(np.asarray(spectrum, dtype=np.intp))
    if chosen.size == 0 or (chosen < 0).any() or (chosen >= count).any():
        raise SchemaError(f"numbers of spectra must lie between 0 and {count - 1}", found=str(spectrum))
    return chosen, ()


def _frequency_twin(tau_limits: tuple[float, float], side: Literal["top", "right"]) -> Twin:
    low, high = (1 / (2 * np.pi * end) for end in (tau_limits[1], tau_limits[0]))
    decades = [10.0**n for n in range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1)]
    return Twin(
        axis=axis_of("frequency"),
        side=side,
        positions=tuple(1 / (2 * np.pi * f) for f in decades),
        labels=tuple(power_of_ten(f) for f in decades),
    )


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one-past-last index of each run of True."""
    framed = np.concatenate(([False], flags, [False]))
    turns = np.flatnonzero(framed[1:] != framed[:-1])
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)]


def _window_bands(
    inside: npt.NDArray[np.bool_],
    spectrum: npt.NDArray[np.intp],
    edges: FloatArray,
    tau_edges: FloatArray,
    x_limits: tuple[float, float],
) -> tuple[Band, ...]:
    """Hatched rectangles: neighbouring cells with the same window share one. Empty cells continue their left side."""
    bands = []
    filled = spectrum.copy()
    for cell in range(1, filled.size):
        if filled[cell] < 0:
            filled[cell] = filled[cell - 1]
    change = np.flatnonzero((inside[filled[1:]] != inside[filled[:-1]]).any(axis=1)) + 1
    starts = np.concatenate(([0], change)).astype(int)
    ends = np.concatenate((change, [filled.size])).astype(int)
    widest = int(np.argmax(edges[ends] - edges[starts]))
    for position, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for low, high in _runs(~inside[filled[start]]):
            share = np.log(tau_edges[high] / tau_edges[low]) / np.log(tau_edges[-1] / tau_edges[0])
            wide = (edges[end] - edges[start]) / (x_limits[1] - x_limits[0]) > 0.35
            bands.append(
                Band(
                    label=_OUTSIDE if position == widest and wide and share > 0.045 else "",
                    role="outside",
                    x0=float(edges[start]),
                    x1=float(edges[end]),
                    y0=float(tau_edges[low]),
                    y1=float(tau_edges[high]),
                    hover=f"{_OUTSIDE}: the data do not determine the distribution here",
                )
            )
    return tuple(bands)


def _masked_bands(
    masked: npt.NDArray[np.bool_],
    reasons: list[str],
    spectrum: npt.NDArray[np.intp],
    edges: FloatArray,
    tau_limits: tuple[float, float],
) -> tuple[Band, ...]:
    hidden = np.array([index >= 0 and bool(masked[index]) for index in spectrum])
    bands = []
    for start, end in _runs(hidden):
        why = dict.fromkeys(reasons[index] or "no reason given" for index in spectrum[start:end])
        width = float((edges[end] - edges[start]) / (edges[-1] - edges[0]))
        bands.append(
            Band(
                label="masked" if width > 0.03 else "",
                role="masked",
                x0=float(edges[start]),
                x1=float(edges[end]),
                y0=tau_limits[0],
                y1=tau_limits[1],
                upright=width < 0.12,
                hover=f"masked: {'; '.join(why)}",
            )
        )
    return tuple(bands)


def _end_bands(tau: FloatArray, inside: npt.NDArray[np.bool_], y: tuple[float, float]) -> tuple[Band, ...]:
    bands = []
    total = float(np.log(tau[-1] / tau[0])) or 1.0
    for low, high in _runs(~inside):
        x0, x1 = float(tau[max(low - 1, 0)]), float(tau[min(high, tau.size - 1)])
        share = float(np.log(x1 / x0)) / total
        bands.append(
            Band(
                label=_OUTSIDE if share > 0.03 else "",
                role="outside",
                x0=x0,
                x1=x1,
                y0=y[0],
                y1=y[1],
                upright=share < 0.35,
                hover=f"{_OUTSIDE}: {number(x0)} to {number(x1)} {shown_unit('s')}",
            )
        )
    return tuple(bands)


def _mask_notes(masked: npt.NDArray[np.bool_], reasons: list[str]) -> tuple[str, ...]:
    if not masked.any():
        return ()
    why = dict.fromkeys(reason for reason, hidden in zip(reasons, masked, strict=True) if hidden and reason)
    listed = list(why)[:_REASONS] + ([f"and {len(why) - _REASONS} more"] if len(why) > _REASONS else [])
    told = f": {'; '.join(listed)}" if why else ""
    return (f"{int(masked.sum())} of {masked.size} spectra are masked{told}.",)
