"""Maps of relaxation times along a run: over charge, time, current, voltage, or the number of the spectrum.

What lies outside the measured window of relaxation times is not determined by the data. It is hatched and left
empty, never drawn as if it were known; a masked spectrum is a hatched column. A few spectra are drawn as separate columns:
what happened between them was not measured. Where the charge turns back, each run of one direction has a panel of its own.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.plot.description import Axis, Band, Figure, FloatArray, Heatmap, Panel, Series
from alkanode.plot.display import axis_of, cells, log_edges, masks, places, shown, tidy
from alkanode.plot.relaxation_axes import OUTSIDE, frequency_twin, mask_notes, runs, shown_distribution
from alkanode.plot.style import number, with_unit

if TYPE_CHECKING:
    import xarray as xr

Against = Literal["charge", "time", "current", "current_density", "voltage", "spectrum"]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

FEW = 8
"""Spectra of a part up to which each is a column of its own with white between."""

_TOWERING = 5.0
"""A largest value above this many times the median of the columns' largest would leave the rest of the map dark."""

_COLUMN = 0.6  # width of a separate column over the smallest step
_MOST_NAMED = 30  # columns that can each carry the name of their current
_LEAST_ROWS = 3  # of a track that is drawn
_NAMED = {
    "current": ("mean_current", "current"),
    "current_density": ("current_density", "current density"),
    "voltage": ("mean_voltage", "mean voltage"),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Spectra of one panel: their numbers and places, in the order of the places."""

    spectra: IntArray
    place: FloatArray
    axis: Axis


def relaxation_map(
    times: RecordLike,
    *,
    against: Against = "charge",
    area: QuantityLike | None = None,
    tracks: RecordLike | None = None,
) -> Figure:
    """Distribution of relaxation times as a map along a run.

    Parameters
    ----------
    times
        A ``relaxation_times`` record with the field named by ``against``; for current and voltage, and where the charge
        turns back, what :func:`alkanode.impedance.operando_map` returned.
    against
        What runs to the right. Over the current of a staircase each spectrum has a column with the current under it.
    area
        Electrode area (m2, or text); the colour is then in ohm cm2.
    tracks
        What :func:`alkanode.impedance.track_peaks` found in the same distributions: tracks of three rows and more are
        drawn over the map.

    Returns
    -------
    Figure
        One panel for each run of one direction: relaxation time upwards (log), frequency 1/(2 pi tau) at the right. Places
        without a spectrum stay empty. Spectra that fail the Kramers-Kronig test (``valid``) carry a mark at the top.

    Raises
    ------
    SchemaError
        When the record is of another kind or lacks the field, or when the charge turns round (strip and plate) and
        the record does not say where (``part``). Also when the area is not positive.

    Warns
    -----
    DataQualityWarning
        When several spectra share one place and cannot all be seen, or a spectrum has no place.
    """
    times = check(times, "relaxation_times")
    parts = _parts(times, against)
    tau = times["relaxation_time"].to_numpy().astype(float)
    rows = np.argsort(tau)
    tau = tau[rows]
    unit, gamma = shown_distribution(times, area)
    masked, reasons = masks(times)
    inside = times["in_window"].to_numpy()[:, rows]
    visible = np.where(inside & ~masked[:, None], gamma[:, rows], np.nan)
    limits, clipped = _colour_limits(visible[np.concatenate([part.spectra for part in parts])].T, unit)
    if limits is None and len(parts) > 1:
        limits = (0.0, float(np.nanmax(visible, initial=0.0)) or 1.0)
    panels, empty = [], False
    failed = _failed(times, masked)
    for part in parts:
        panel, gaps = _panel(part, tau, visible, unit, inside, masked, reasons, limits)
        marks = _marks(part, failed, tau)
        lines = () if tracks is None else _track_lines(part, times, tracks)
        panels.append(_with_series(panel, lines, marks))
        empty = empty or gaps
    axis = parts[0].axis
    return Figure(
        title="Distribution of relaxation times",
        caption=f"Distribution of relaxation times (colour) against {axis.label}; the right scale is the frequency "
        "1/(2πτ). Hatched at the ends: outside the measured window, where the data do not determine the distribution."
        + (" Hatched columns: masked spectra." if masked.any() else "")
        + (" White columns: no spectrum was measured." if empty else "")
        + (
            " One panel for each run of the charge in one direction; each runs to the right as it was measured."
            if parts[1:]
            else ""
        )
        + (" Crosses at the top: spectra that fail the Kramers-Kronig test." if failed.any() else "")
        + (
            " Red lines: tracked peaks; at the end of the window, polarisation beyond it." if tracks is not None else ""
        ),
        panels=tuple(panels),
        notes=(*clipped, *mask_notes(masked, reasons)),
    )


def _parts(times: xr.Dataset, against: Against) -> list[_Part]:
    """Spectra by panel."""
    where, axis = _places(times, against)
    if against == "charge" and "part" in times.variables and np.unique(times["part"].to_numpy()).size > 1:
        number_of = times["part"].to_numpy()
        found = []
        for part in np.unique(number_of):
            here = np.flatnonzero((number_of == part) & np.isfinite(where))
            if here.size:
                order = here[np.argsort(where[here], kind="stable")]
                found.append(_Part(order, where[order], replace(axis, reversed=_runs_back(times, order))))
        return found
    known = np.flatnonzero(np.isfinite(where))
    if against in {"charge", "time"}:
        _check_direction(where[known], against)
    _warn_of_lost(where, known, against)
    order = known[np.argsort(where[known], kind="stable")]
    if against in {"current", "current_density"} and order.size <= _MOST_NAMED:
        names = tuple(number(float(value)) for value in where[order])
        named = Axis(label=axis.label, unit=axis.unit, quantity=axis.quantity, categories=names)
        return [_Part(order, np.arange(order.size, dtype=float), named)]
    return [_Part(order, where[order], axis)]


def _runs_back(times: xr.Dataset, order: IntArray) -> bool:
    """Whether spectra in ascending order of their places were measured the other way round."""
    if "spectrum_index" not in times.variables:
        return False
    measured = times["spectrum_index"].to_numpy()[order]
    return bool(measured[0] > measured[-1])


def _places(times: xr.Dataset, against: Against) -> tuple[FloatArray, Axis]:
    if against == "spectrum" and "spectrum_index" in times.variables:
        return times["spectrum_index"].to_numpy().astype(float), Axis(label="spectrum")
    if against == "charge" or against == "time" or against == "spectrum":  # noqa: PLR1714 (narrows the type)
        return places(times, against)
    name, text = _NAMED[against]
    if name not in times.variables or not np.isfinite(times[name].to_numpy()).any():
        raise SchemaError(
            f"a map against {against!r} needs the {text} of every spectrum",
            found=f"a record with {', '.join(sorted(map(str, times.variables)))}",
            todo=f"Use operando_map(times, against={against!r}, spectra=...) first",
        )
    return shown(times[name].to_numpy(), name), axis_of(name, label=text)


def _check_direction(where: FloatArray, against: str) -> None:
    steps = np.diff(where)
    if (steps < 0).any() and (steps > 0).any():
        raise SchemaError(
            f"a map along {against!r} needs spectra in one direction",
            found=f"{against} that goes up {int((steps > 0).sum())} times and down {int((steps < 0).sum())} times",
            todo="Let operando_map cut it into parts, select one half cycle, or use against='time'",
        )


def _warn_of_lost(where: FloatArray, known: IntArray, against: str) -> None:
    if known.size < where.size:
        warnings.warn(
            f"{where.size - known.size} of {where.size} spectra have no {against} and are not in the map",
            DataQualityWarning,
            stacklevel=5,
        )
    same = int((np.diff(np.sort(where[known])) == 0).sum())
    if same and against not in {"current", "current_density"}:
        warnings.warn(
            f"{same} spectra share their {against} with another and cannot be seen in the map; use against='time'",
            DataQualityWarning,
            stacklevel=5,
        )


def _panel(
    part: _Part,
    tau: FloatArray,
    visible: FloatArray,
    unit: str,
    inside: BoolArray,
    masked: BoolArray,
    reasons: list[str],
    limits: tuple[float, float] | None,
) -> tuple[Panel, bool]:
    """One map, and whether it has empty columns."""
    edges, column = _separate(part.place) if 1 < part.spectra.size <= FEW else cells(part.place)
    spectrum = np.where(column >= 0, part.spectra[np.maximum(column, 0)], -1)
    z = np.where((spectrum >= 0)[:, None], visible[np.maximum(spectrum, 0)], np.nan).T
    tau_edges = log_edges(tau)
    tau_limits = (float(tau_edges[0]), float(tau_edges[-1]))
    x_limits = (float(edges[0]), float(edges[-1]))
    bands = (
        *_window_bands(inside, spectrum, edges, tau_edges, x_limits),
        *_masked_bands(masked, reasons, spectrum, edges, tau_limits),
    )
    axis = part.axis
    panel = Panel(
        x=replace(axis, limits=x_limits),
        y=axis_of("relaxation_time", label="relaxation time τ", scale="log", limits=tau_limits),
        maps=(Heatmap(name="γ(ln τ)", unit=unit, x_edges=edges, y_edges=tau_edges, z=tidy(z), limits=limits),),
        bands=bands,
        twins=(frequency_twin(tau_limits, "right"),),
    )
    return panel, bool((column < 0).any())


def _with_series(panel: Panel, lines: tuple[Series, ...], marks: tuple[Series, ...]) -> Panel:
    """The panel with its lines; marks at the top take the place of the label that would hide them."""
    top = panel.maps[0].y_edges[-1]
    bands = tuple(replace(band, label="") if marks and band.y1 == top else band for band in panel.bands)
    return replace(panel, series=(*lines, *marks), bands=bands)


def _separate(place: FloatArray) -> tuple[FloatArray, IntArray]:
    """Borders of separate columns with empty ones between them; columns at one place keep the first."""
    place, first = np.unique(place, return_index=True)
    if place.size == 1:
        return cells(place)
    half = 0.5 * _COLUMN * float(np.diff(place).min())
    edges = np.column_stack([place - half, place + half]).ravel()
    column = np.full(edges.size - 1, -1, dtype=np.intp)
    column[::2] = first
    return edges, column


def _failed(times: xr.Dataset, masked: BoolArray) -> BoolArray:
    if "valid" not in times.variables:
        return np.zeros(masked.size, dtype=bool)
    return np.asarray(~times["valid"].to_numpy().astype(bool) & ~masked)


def _marks(part: _Part, failed: BoolArray, tau: FloatArray) -> tuple[Series, ...]:
    here = np.flatnonzero(failed[part.spectra])
    if here.size == 0:
        return ()
    return (
        Series(
            name="fails the Kramers-Kronig test",
            x=part.place[here],
            y=np.full(here.size, float(tau[-1]) * (tau[-1] / tau[0]) ** -0.015),
            style="crosses",
            role="second",
            hover=tuple(f"spectrum {part.spectra[one]} fails the Kramers-Kronig test" for one in here),
        ),
    )


def _track_lines(part: _Part, times: xr.Dataset, tracks: RecordLike) -> tuple[Series, ...]:
    """Tracks of a part as lines; a gap where a spectrum has no row of the track."""
    table = check(tracks, "peak_tracks")
    original = (
        times["spectrum_index"].to_numpy()
        if "spectrum_index" in times.variables
        else np.arange(times.sizes["spectrum"])
    )
    place_of = {int(original[spectrum]): position for position, spectrum in enumerate(part.spectra)}
    owner, spectrum = table["track"].to_numpy(), table["spectrum_index"].to_numpy()
    tau, beyond = table["relaxation_time"].to_numpy(), table["beyond_window"].to_numpy()
    resistance = table["resistance"].to_numpy()
    lines = []
    for track in np.flatnonzero(table["row_count"].to_numpy() >= _LEAST_ROWS):
        rows = [row for row in np.flatnonzero(owner == track) if int(spectrum[row]) in place_of]
        if not rows:
            continue
        at = np.array([place_of[int(spectrum[row])] for row in rows])
        order = np.argsort(at)
        at, sorted_rows = at[order], np.array(rows)[order]
        shown_rows = np.repeat(np.nan, at[-1] - at[0] + 1)
        shown_rows[at - at[0]] = tau[sorted_rows]
        text = {
            int(position): f"track {track}, spectrum {spectrum[row]}<br>τ = {with_unit(float(tau[row]), 's')}"
            f"<br>R = {with_unit(float(resistance[row]), 'ohm')}"
            for position, row in zip(at - at[0], sorted_rows, strict=True)
        }
        lines.append(
            Series(
                name=f"track {track}" + (" (beyond the window)" if beyond[sorted_rows[0]] else ""),
                x=part.place[at[0] : at[-1] + 1],
                y=shown_rows,
                style="dotted" if beyond[sorted_rows[0]] else "line+points",
                role="warning",
                hover=tuple(text.get(position, "") for position in range(shown_rows.size)),
                in_legend=False,
            )
        )
    return tuple(lines)


def _colour_limits(z: FloatArray, unit: str) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Ends of the colour scale: where few columns tower over the rest, the scale ends below them, and a note says so."""
    tops = np.array([np.nanmax(column, initial=-np.inf) for column in z.T])
    tops = tops[np.isfinite(tops)]
    if tops.size < 3 or not np.median(tops) > 0 or tops.max() <= _TOWERING * np.median(tops):
        return None, ()
    end = float(_TOWERING * np.median(tops))
    return (0.0, end), (f"Colours end at {end:.3g} {unit}; the largest value is {tops.max():.3g} {unit}.",)


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
        for low, high in runs(~inside[filled[start]]):
            share = np.log(tau_edges[high] / tau_edges[low]) / np.log(tau_edges[-1] / tau_edges[0])
            wide = (edges[end] - edges[start]) / (x_limits[1] - x_limits[0]) > 0.35
            bands.append(
                Band(
                    label=OUTSIDE if position == widest and wide and share > 0.045 else "",
                    role="outside",
                    x0=float(edges[start]),
                    x1=float(edges[end]),
                    y0=float(tau_edges[low]),
                    y1=float(tau_edges[high]),
                    hover=f"{OUTSIDE}: the data do not determine the distribution here",
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
    for start, end in runs(hidden):
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
