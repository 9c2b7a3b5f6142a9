"""Figures of distributions of relaxation times as curves; :mod:`alkanode.plot.describe_map` draws them as maps.

What lies outside the measured window of relaxation times is not determined by the data. It is hatched, and dotted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.plot.describe_map import relaxation_map
from alkanode.plot.description import Axis, Band, ColourScale, Figure, Fill, FloatArray, Line, Panel, Series
from alkanode.plot.display import axis_of, best_place, masks, padded, places, spread, tidy
from alkanode.plot.relaxation_axes import OUTSIDE, frequency_twin, mask_notes, runs, shown_distribution
from alkanode.plot.style import CYCLE, number, shown_unit, with_unit

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["distribution", "relaxation_map"]

_MOST = 12
_MOST_BANDS = 3
"""Curves up to which each is drawn with its interval; more of them hide each other."""

_TAIL_TOLERANCE = 1e-3
"""Of the sum over nodes against the integral that the record holds."""


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
        Curves are solid inside their window and dotted outside it; masked ones are grey and dashed. Up to three curves lie in
        a pale band, their 95 % interval, where the record has one (``distribution_low``, ``distribution_high``). Behind the
        place where a blocking tail takes over, the distribution may leave the frame.

    Raises
    ------
    SchemaError
        When the record is of another kind, a spectrum does not exist, or the area is not positive.
    """
    times = check(times, "relaxation_times")
    indices, notes = _indices(times.sizes["spectrum"], spectrum)
    bands = _intervals(times, area) if indices.size <= _MOST_BANDS else None
    tau = times["relaxation_time"].to_numpy().astype(float)
    rows = np.argsort(tau)
    tau = tau[rows]
    unit, gamma = shown_distribution(times, area)
    inside = times["in_window"].to_numpy()[:, rows]
    masked, reasons = masks(times)
    along = best_place(times)
    where, axis = places(times, along)
    low, high = float(np.nanmin(where[indices])), float(np.nanmax(where[indices]))
    many = indices.size > len(CYCLE) and high > low
    series: list[Series] = []
    fills: list[Fill] = []
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
                in_legend=not many and indices.size > 1,
            )
        )
        if bands is not None and not masked[index]:
            low_end, high_end = (tidy(end[index, rows]) for end in bands)
            fills.append(
                Fill(name="95 % interval", x=tau, lower=low_end, upper=high_end, role=role, in_legend=not fills)
            )
        if not inside[index].all():
            near = inside[index] & ~_interior(inside[index])
            series.append(
                Series(
                    name=f"{name}, {OUTSIDE}",
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
    tail = _tail_time(times.isel(spectrum=indices[~masked[indices]]), tau, rows)
    top = padded(_height(series, fills, tau if tail is None else np.where(tau < tail, tau, np.nan)), 0.08, floor=0.0)
    return Figure(
        title="Distribution of relaxation times",
        caption="Distribution of relaxation times; the upper scale is the frequency 1/(2πτ). Hatched and dotted: "
        "outside the measured window, where the data do not determine the distribution."
        + (" Pale bands: 95 % intervals." if fills else "")
        + (
            "" if tail is None else " At the dashed line the blocking tail takes over; the frame fits what lies before."
        ),
        panels=(
            Panel(
                x=axis_of("relaxation_time", label="relaxation time τ", scale="log", limits=limits),
                y=Axis(label="γ(ln τ)", unit=unit, quantity="distribution", limits=top),
                series=tuple(series),
                fills=tuple(fills),
                lines=() if tail is None else (Line(value=tail, upright=True, label="blocking tail"),),
                bands=_end_bands(tau, everywhere, top),
                twins=(frequency_twin(limits, "top"),),
                colour_scale=ColourScale(label=axis.label, unit=axis.unit, low=low, high=high) if many else None,
            ),
        ),
        notes=notes + mask_notes(masked[indices], [reasons[i] for i in indices]),
    )


def _intervals(times: xr.Dataset, area: QuantityLike | None) -> tuple[FloatArray, FloatArray] | None:
    """Lower and upper ends of the distribution inside the window in its unit on paper, or none."""
    names = ("distribution_low", "distribution_high")
    if not all(name in times.variables for name in names):
        return None
    inside = times["in_window"].to_numpy()
    low, high = (
        np.where(inside, shown_distribution(times.assign(distribution=times[name].variable), area)[1], np.nan)
        for name in names
    )
    return low, high


def _height(series: list[Series], fills: list[Fill], tau: FloatArray) -> FloatArray:
    """Values that decide the height: inside the window, not masked and at a known ``tau``; the rest may leave the frame."""
    solid = [one.y for one in series if one.style == "line"] or [one.y for one in series]
    counted = [np.where(np.isfinite(tau), values, np.nan) for values in (*solid, *(one.upper for one in fills))]
    return np.concatenate(counted)


def _tail_time(used: xr.Dataset, tau: FloatArray, rows: npt.NDArray[np.intp]) -> float | None:
    """Shortest relaxation time (s) at which a blocking tail takes over, or none.

    There the series resistance and the distribution up to it have reached the resistance before the tail.
    """
    if "resistance_before_tail" not in used.variables:
        return None
    before = used["resistance_before_tail"].to_numpy() - used["series_resistance"].to_numpy()
    gamma = np.nan_to_num(used["distribution"].to_numpy()[:, rows])
    steps = 0.5 * (gamma[:, 1:] + gamma[:, :-1]) * np.diff(np.log(tau))
    summed = np.concatenate([np.zeros((gamma.shape[0], 1)), np.cumsum(steps, axis=1)], axis=1)
    reached = (summed >= before[:, None] * (1 - _TAIL_TOLERANCE)) & np.isfinite(before)[:, None]
    found = np.where(reached.any(axis=1), tau[np.argmax(reached, axis=1)], np.nan)
    return float(np.nanmin(found)) if np.isfinite(found).any() else None


def _interior(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Points of the window whose two neighbours also lie in it, so that a dotted end can join the solid part."""
    framed = np.concatenate(([True], inside, [True]))
    return np.asarray(inside & framed[:-2] & framed[2:], dtype=bool)


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


def _end_bands(tau: FloatArray, inside: npt.NDArray[np.bool_], y: tuple[float, float]) -> tuple[Band, ...]:
    bands = []
    total = float(np.log(tau[-1] / tau[0])) or 1.0
    for low, high in runs(~inside):
        x0, x1 = float(tau[max(low - 1, 0)]), float(tau[min(high, tau.size - 1)])
        share = float(np.log(x1 / x0)) / total
        bands.append(
            Band(
                label=OUTSIDE if share > 0.03 else "",
                role="outside",
                x0=x0,
                x1=x1,
                y0=y[0],
                y1=y[1],
                upright=share < 0.35,
                hover=f"{OUTSIDE}: {number(x0)} to {number(x1)} {shown_unit('s')}",
            )
        )
    return tuple(bands)
