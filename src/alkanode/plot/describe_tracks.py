"""Figure of tracked peaks: relaxation time, resistance and capacitance of every process along a run.

The three belong together: a rival for a process must match all of them. Polarisation beyond the window has a capacitance; its
relaxation time and resistance are drawn as lower bounds only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Figure, FloatArray, Line, Panel, Role, Series
from alkanode.plot.display import axis_of, best_place, extent, log_padded, positive, shown
from alkanode.plot.style import CYCLE, with_unit

if TYPE_CHECKING:
    import xarray as xr

Against = Literal["charge", "time", "current", "current_density", "voltage", "spectrum"]
_FIELD_OF = {"current": "level_current"}
_FIELDS = ("relaxation_time", "resistance", "capacitance")
_LABELS = {"relaxation_time": "relaxation time τ", "resistance": "R", "capacitance": "C = τ/R"}


def peak_tracks(
    tracks: RecordLike, *, against: Against | None = None, area: QuantityLike | None = None, least_rows: int = 3
) -> Figure:
    """Relaxation time, resistance and capacitance of tracked peaks along a run.

    Parameters
    ----------
    tracks
        What :func:`alkanode.impedance.track_peaks` returned.
    against
        Coordinate of the map beside it: ``"charge"``, ``"time"``, ``"current"`` or ``"current_density"`` (of a staircase
        level), or ``"spectrum"``. Default: charge where it runs one way, else time, else the number of the spectrum. One
        that turns back or is missing gives way to the default.
    area
        Electrode area (m2, or text); resistance is then in ohm cm2 and capacitance per area.
    least_rows
        Rows of a track that is drawn; a note says how many are not. Default 3.

    Returns
    -------
    Figure
        Three panels over one axis, each logarithmic; vertical lines mark breaks. Bars are standard deviations from the
        scatter along the track or from the fit. Dotted: polarisation beyond the window. Where a resistance is not told from
        zero nothing is drawn.

    Raises
    ------
    SchemaError
        When the record is of another kind or the area is not positive.
    """
    table = check(tracks, "peak_tracks")
    if table.sizes["row"] == 0:
        raise SchemaError("a figure of tracks needs at least one peak", found="none")
    chosen = np.flatnonzero(table["row_count"].to_numpy() >= least_rows)
    units, factors = _units(area)
    place, axis = _places(table, against)
    breaks = tuple(Line(value=at, upright=True, hover="break of the series") for at in _breaks(table, place))
    panels = []
    for field in _FIELDS:
        series = tuple(
            _series(table, place, int(track), field, CYCLE[order % len(CYCLE)], units[field], factors[field])
            for order, track in enumerate(chosen)
        )
        panels.append(
            Panel(
                x=axis,
                y=Axis(
                    label=_LABELS[field],
                    unit=units[field],
                    quantity="" if factors[field] != 1.0 else field,
                    scale="log",
                    limits=log_padded(np.concatenate([one.y for one in series])) if series else None,
                ),
                series=series,
                lines=breaks,
            )
        )
    faint = "" if _seen(table).all() else "Where a resistance is not told from zero nothing is drawn."
    left_out = table.sizes["peak_track"] - chosen.size
    return Figure(
        title="Tracked peaks",
        caption=f"Relaxation time, resistance and capacitance of every tracked peak against {axis.label}; bars: standard deviations "
        "of the fit of arcs, or from the scatter along the track. Dotted: polarisation beyond the window, whose capacitance is in the data while "
        "relaxation time and resistance are lower bounds."
        + (" Vertical lines: breaks of the series." if breaks else ""),
        panels=tuple(panels),
        shared_x=True,
        notes=tuple(
            note
            for note in (
                f"{left_out} tracks of fewer than {least_rows} spectra are not drawn." if left_out else "",
                faint,
            )
            if note
        ),
    )


def _units(area: QuantityLike | None) -> tuple[dict[str, str], dict[str, float]]:
    """Unit of each panel, and what display numbers are multiplied by on top of their display unit."""
    units = {field: quantity(field).shown_unit for field in _FIELDS}
    factors = dict.fromkeys(_FIELDS, 1.0)
    if area is not None:
        square = extent(area, "area") * 1e4
        units |= {"resistance": "ohm cm2", "capacitance": f"{units['capacitance']} cm-2"}
        factors |= {"resistance": square, "capacitance": 1 / square}
    return units, factors


def _places(table: xr.Dataset, against: str | None) -> tuple[FloatArray, Axis]:
    """Where each row lies, in display units, and the axis."""
    name = _FIELD_OF.get(against or "", against or "")
    order = np.argsort(table["spectrum_index"].to_numpy(), kind="stable")
    if name not in table or not _one_way(table[name].to_numpy()[order].astype(float)):
        name = "spectrum" if against == "spectrum" else best_place(table.isel(row=order))
    if name == "spectrum":
        where, axis = table["spectrum_index"].to_numpy().astype(float), Axis(label="spectrum")
    else:
        where, axis = shown(table[name].to_numpy(), name), axis_of(name)
    margin = 0.02 * float(np.ptp(where)) if name != "spectrum" else 0.5
    return where, replace(axis, limits=(float(where.min()) - margin, float(where.max()) + margin))


def _one_way(values: FloatArray) -> bool:
    steps = np.diff(values)
    return bool(np.isfinite(values).all() and np.ptp(values) > 0 and ((steps >= 0).all() or (steps <= 0).all()))


def _breaks(table: xr.Dataset, place: FloatArray) -> list[float]:
    """Places between two spectra of different segments."""
    spectrum, segment = table["spectrum_index"].to_numpy(), table["segment"].to_numpy()
    order = np.argsort(spectrum, kind="stable")
    turns = np.flatnonzero(np.diff(segment[order]) != 0)
    return [float(place[order[turn]] + place[order[turn + 1]]) / 2 for turn in turns]


def _seen(table: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Rows whose resistance is told from zero."""
    if "detected" not in table:
        return np.ones(table.sizes["row"], dtype=bool)
    return np.asarray(table["detected"].to_numpy().astype(bool))


def _series(
    table: xr.Dataset, place: FloatArray, track: int, field: str, role: Role, unit: str, factor: float
) -> Series:
    rows = np.flatnonzero(table["track"].to_numpy() == track)
    beyond = bool(table["beyond_window"].to_numpy()[rows[0]])
    every, one_of = np.unique(table["spectrum_index"].to_numpy(), return_index=True)
    first, last = int(table["first_spectrum"][track]), int(table["last_spectrum"][track])
    within = (every >= first) & (every <= last)
    every, x = every[within], place[one_of[within]]
    values = np.full(every.size, np.nan)
    errors = np.full(every.size, np.nan)
    rows = rows[_seen(table)[rows]]
    at = np.searchsorted(every, table["spectrum_index"].to_numpy()[rows])
    values[at] = factor * shown(table[field].to_numpy()[rows], field)
    errors[at] = factor * shown(table[f"{field}_deviation"].to_numpy()[rows], f"{field}_deviation")
    values = positive(values)
    slope = _slope_text(table, track)
    return Series(
        name=f"track {track}" + (" (beyond the window)" if beyond else ""),
        x=x,
        y=values,
        y_interval=_bars(values, errors),
        style="dotted" if beyond else "line+points",
        role=role,
        hover=tuple(
            f"track {track}, spectrum {number}<br>{_LABELS[field]}: {'≥ ' if beyond and field != 'capacitance' else ''}"
            f"{with_unit(float(y), unit)}{slope}"
            for number, y in zip(every, values, strict=True)
        ),
        in_legend=field == "relaxation_time",
    )


def _bars(values: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Standard deviations as bars that stay on a logarithmic axis; none where they are smaller than the points."""
    if not (errors[np.isfinite(errors)] > 0.02 * values[np.isfinite(errors)]).any():
        return None
    known = np.where(np.isfinite(errors), errors, 0.0)
    return np.maximum(values - known, 0.1 * values), values + known


def _slope_text(table: xr.Dataset, track: int) -> str:
    value = float(table["slope"][track])
    if not np.isfinite(value):
        return ""
    low, high = float(table["slope_low"][track]), float(table["slope_high"][track])
    return f"<br>d ln τ / d ln R = {value:.2f} ({low:.2f} to {high:.2f}): {table['verdict'].to_numpy()[track]}"
