"""Figures of impedance spectra: complex plane (Nyquist) and magnitude with phase (Bode)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, ColourScale, Figure, Panel, Series
from alkanode.plot.display import (
    axis_of,
    best_place,
    extent,
    log_padded,
    masks,
    places,
    positive,
    shown,
    spread,
    tidy,
)
from alkanode.plot.nyquist_frame import Curve, frame_of
from alkanode.plot.style import frequency as frequency_text
from alkanode.plot.style import with_unit

if TYPE_CHECKING:
    import xarray as xr

_MOST = 40
"""Spectra drawn unless others are asked for: more cannot be told apart."""


def nyquist(record: RecordLike, *, area: QuantityLike | None = None, spectra: Sequence[int] | None = None) -> Figure:
    """Spectra in the complex plane, equal axes, capacitive arcs upwards.

    Parameters
    ----------
    record
        Impedance record: ``frequency`` (Hz), ``impedance`` (ohm) over (spectrum, point).
    area
        Electrode area (m2, or text); impedances are then shown in ohm cm2.
    spectra
        Numbers of the spectra to draw; by default all, or 40 evenly spread ones of a longer series.

    Returns
    -------
    Figure
        Colour runs along the charge, the time or the number of the spectrum. A masked spectrum is grey and dashed
        and its hover text names the reason. Open squares mark decades of frequency; the frame leaves out blocking tails and
        inductive heads that would dwarf the arcs, and a note says so (:mod:`alkanode.plot.nyquist_frame`).

    Raises
    ------
    SchemaError
        When the record is no impedance record, a number of a spectrum does not exist, or the area is not positive.
    UnitsError
        When area is no area.
    """
    record = check(record, "impedance")
    chosen, notes = _choose(record, spectra)
    unit, values = _impedance(record, area)
    series = tuple(
        Series(
            name=curve.name,
            x=tidy(values[curve.index].real)[curve.order],
            y=tidy(-values[curve.index].imag)[curve.order],
            style="dashed" if curve.masked else "line+points",
            role="muted" if curve.masked else "primary",
            shade=None if curve.masked else curve.shade,
            hover=curve.hover,
            in_legend=curve.in_legend,
        )
        for curve in chosen.curves
    )
    frequency = record["frequency"].to_numpy()
    frame = frame_of(
        [
            Curve(frequency[curve.index][curve.order], one.x, one.y, curve.name, curve.index, curve.masked)
            for curve, one in zip(chosen.curves, series, strict=True)
        ]
    )
    return Figure(
        title="Impedance in the complex plane",
        caption=f"Negative imaginary part against real part of the impedance, equal axes. {chosen.words}"
        f" Frequencies from {chosen.highest} to {chosen.lowest}"
        + (", decades marked by squares" if frame.marks else "")
        + "."
        + (" The frame fits the spectra that are not masked." if any(curve.masked for curve in chosen.curves) else ""),
        panels=(
            Panel(
                x=Axis(label="Re Z", unit=unit, quantity="impedance", limits=frame.x, equal=True),
                y=Axis(label="−Im Z", unit=unit, quantity="impedance", limits=frame.y, equal=True),
                series=(*series, *frame.marks),
                notes=frame.names,
                colour_scale=chosen.colour_scale,
                height=float(np.clip(1.7 * (frame.y[1] - frame.y[0]) / (frame.x[1] - frame.x[0]), 0.55, 1.5)),
            ),
        ),
        notes=notes + frame.notes,
    )


def bode(record: RecordLike, *, area: QuantityLike | None = None, spectra: Sequence[int] | None = None) -> Figure:
    """Magnitude and phase of spectra against frequency.

    Parameters
    ----------
    record, area, spectra
        As for :func:`nyquist`.

    Returns
    -------
    Figure
        Two panels over one axis of frequency. The phase is shown with its sign turned, so capacitive is up.

    Raises
    ------
    SchemaError
        When the record is no impedance record, a number of a spectrum does not exist, or the area is not positive.
    UnitsError
        When area is no area.
    """
    record = check(record, "impedance")
    chosen, notes = _choose(record, spectra)
    unit, values = _impedance(record, area)
    frequency = positive(shown(record["frequency"].to_numpy(), "frequency"))
    indices = [curve.index for curve in chosen.curves]
    x = axis_of("frequency", scale="log", limits=log_padded(frequency[indices]))

    def draw(quantity_of: npt.NDArray[np.float64], *, legend: bool) -> tuple[Series, ...]:
        return tuple(
            Series(
                name=curve.name,
                x=frequency[curve.index][curve.order],
                y=quantity_of[curve.index][curve.order],
                style="dashed" if curve.masked else "line+points",
                role="muted" if curve.masked else "primary",
                shade=None if curve.masked else curve.shade,
                hover=curve.hover,
                in_legend=legend and curve.in_legend,
            )
            for curve in chosen.curves
        )

    magnitude = positive(tidy(np.abs(values)))
    return Figure(
        title="Impedance against frequency",
        caption=f"Magnitude (top) and negative phase angle (bottom) of the impedance. {chosen.words}",
        panels=(
            Panel(
                x=x,
                y=Axis(
                    label="|Z|",
                    unit=unit,
                    quantity="impedance",
                    scale="log",
                    limits=log_padded(magnitude[indices]),
                ),
                series=draw(magnitude, legend=True),
                colour_scale=chosen.colour_scale,
            ),
            Panel(
                x=x,
                y=Axis(label="−phase", unit="deg"),
                series=draw(tidy(-np.degrees(np.angle(values))), legend=False),
                colour_scale=chosen.colour_scale,
            ),
        ),
        shared_x=True,
        notes=notes,
    )


class _Curve:
    """One spectrum as it will be drawn."""

    def __init__(self, index: int, shade: float, masked: bool, name: str, order: npt.NDArray[np.intp]) -> None:
        self.index = index
        self.shade = shade
        self.masked = masked
        self.name = name
        self.order = order
        self.hover: tuple[str, ...] = ()
        self.in_legend = False


class _Choice:
    """The spectra to draw, and the words that explain them."""

    def __init__(self, record: xr.Dataset, indices: npt.NDArray[np.intp]) -> None:
        along = best_place(record)
        where, axis = places(record, along)
        masked, reasons = masks(record)
        known = where[indices]
        low, high = float(np.nanmin(known)), float(np.nanmax(known))
        frequency = record["frequency"].to_numpy()
        seen = frequency[indices][np.isfinite(frequency[indices])]
        self.highest, self.lowest = (
            (frequency_text(float(end)) for end in (seen.max(), seen.min())) if seen.size else ("?", "?")
        )
        several = indices.size > 1 and high > low
        self.colour_scale = ColourScale(label=axis.label, unit=axis.unit, low=low, high=high) if several else None
        self.words = f"Colour: {axis.label}." if several else "One spectrum."
        if masked[indices].any():
            self.words += " Grey and dashed: masked spectra."
        self.curves = []
        named = False
        for index in indices:
            row = frequency[index]
            order = np.argsort(-row, kind="stable")[: int(np.isfinite(row).sum())]
            shade = (float(where[index]) - low) / (high - low) if several else 0.0
            hidden = bool(masked[index])
            place = "" if along == "spectrum" else f", {axis.label} {with_unit(float(where[index]), axis.unit)}"
            reason = f"<br>masked: {reasons[index] or 'no reason given'}" if hidden else ""
            name = "masked spectrum" if hidden else f"spectrum {index}{place}"
            curve = _Curve(int(index), shade if np.isfinite(shade) else 0.0, hidden, name, order)
            curve.hover = tuple(f"spectrum {index}{place}<br>{frequency_text(float(f))}{reason}" for f in row[order])
            curve.in_legend = (hidden and not named) or (indices.size > 1 and not several and not hidden)
            named = named or hidden
            self.curves.append(curve)


def _choose(record: xr.Dataset, spectra: Sequence[int] | None) -> tuple[_Choice, tuple[str, ...]]:
    count = record.sizes["spectrum"]
    if count == 0:
        raise SchemaError("a figure needs at least one spectrum", found="none")
    if spectra is None:
        indices = spread(count, _MOST)
        notes = () if indices.size == count else (f"{indices.size} of {count} spectra are drawn, evenly spread.",)
        return _Choice(record, indices), notes
    chosen = np.asarray(list(spectra), dtype=np.intp)
    if chosen.size == 0 or (chosen < 0).any() or (chosen >= count).any():
        raise SchemaError(
            f"numbers of spectra must lie between 0 and {count - 1}", found=", ".join(map(str, spectra)) or "none"
        )
    notes = () if chosen.size == count else (f"{chosen.size} of {count} spectra are drawn.",)
    return _Choice(record, chosen), notes


def _impedance(record: xr.Dataset, area: QuantityLike | None) -> tuple[str, npt.NDArray[np.complex128]]:
    values = np.asarray(record["impedance"].to_numpy(), dtype=complex)
    values = np.where(np.isfinite(values), values, complex(np.nan, np.nan))
    if area is None:
        return quantity("impedance").shown_unit, values
    entry = quantity("area_specific_resistance")
    return entry.shown_unit, np.asarray(values * (extent(area, "area") * entry.factor), dtype=complex)
