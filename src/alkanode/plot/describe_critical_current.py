"""Figures of critical currents: the ramp with its levels, the Weibull plot, critical current against a property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Figure, FloatArray, Line, Panel, Role, Series, Twin
from alkanode.plot.display import axis_of, padded, shown, shown_number, tidy
from alkanode.plot.style import CYCLE, with_unit

if TYPE_CHECKING:
    import xarray as xr

_STATES: tuple[tuple[str, Role], ...] = (
    ("passed", "primary"),
    ("failed", "warning"),
    ("not judged", "muted"),
    ("after the failure", "muted"),
)

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99)
"""Shares of failed cells that stand on the right of a Weibull plot."""

PARK_LINES = ((1.0, 1.0), (3.0, 3.0))
"""Areal capacity (mAh cm-2) and the current density (mA cm-2) that passes it in an hour, drawn by Park et al. in their
Fig. 5: a practical minimum, and what lithium-ion cells have."""

_ARROW = 0.12
"""Length of the arrow of a lower bound, as a share of it."""


def current_ramp(record: RecordLike, result: xr.Dataset) -> Figure:
    """Current and voltage of a ramp over time, with what became of each level.

    Parameters
    ----------
    record
        Cycling record: ``time`` (s), ``voltage`` (V), ``current`` (A).
    result
        The ``critical_current`` record of it.

    Returns
    -------
    Figure
        Two panels. The current is per area (final, else nominal) where the cell has one.

    Raises
    ------
    SchemaError
        When one of them is of another kind, or they do not belong together.
    """
    record, result = check(record, "cycling"), check(result, "critical_current")
    rows = record.sizes["row"]
    if int(result["last_row"].max()) >= rows:
        raise SchemaError(
            "the levels must come from the same record", found=f"row {int(result['last_row'].max())} of {rows}"
        )
    time = shown(record["time"].to_numpy(), "time")
    area, basis = _area(result)
    name = "current" if area is None else "current_density"
    current = shown(record["current"].to_numpy() / (area or 1.0), name)
    voltage = shown(record["voltage"].to_numpy(), "voltage")
    state = _states(result, rows)
    upper, lower = [], []
    for number, (text, role) in enumerate(_STATES):
        here = state == number
        if here.any():
            upper.append(_part(text, role, time, current, here, in_legend=True))
            lower.append(_part(text, role, time, voltage, here, in_legend=False))
    around = state < 0
    if around.any():
        upper.append(_part("outside the levels", "muted", time, current, around, in_legend=False))
        lower.append(_part("outside the levels", "muted", time, voltage, around, in_legend=False))
    marks = _failure_line(record, result)
    return Figure(
        title="Ramp of currents",
        caption="Current (top) and voltage (bottom) against time; colours say which levels passed. "
        + (
            f"Current densities rest on the {basis} area." if area is not None else "The area of the cell is not known."
        ),
        panels=(
            Panel(
                x=axis_of("time", limits=padded(time, 0.01)),
                y=axis_of(name, limits=padded(current)),
                series=tuple(upper),
                lines=marks,
            ),
            Panel(
                x=axis_of("time", limits=padded(time, 0.01)),
                y=axis_of("voltage", limits=padded(voltage)),
                series=tuple(lower),
                height=1.4,
            ),
        ),
        shared_x=True,
        notes=tuple(text for text in (str(result.attrs["not_judged"]), str(result.attrs["left_out"])) if text),
    )


def _states(result: xr.Dataset, rows: int) -> npt.NDArray[np.int64]:
    """(row,) place in :data:`_STATES`, -1 outside the levels."""
    state = np.full(rows, -1, dtype=np.int64)
    ended = int(result.attrs["ended_level"])
    for level in range(result.sizes["level"]):
        span = slice(int(result["first_row"][level]), int(result["last_row"][level]) + 1)
        after = bool(result["after_failure"][level])
        state[span] = 3 if after else 0 if bool(result["passed"][level]) else 1 if level == ended else 2
    return state


def _part(
    name: str, role: Role, x: FloatArray, y: FloatArray, here: npt.NDArray[np.bool_], *, in_legend: bool
) -> Series:
    """The samples of one state, with gaps between its stretches."""
    kept = np.flatnonzero(here)
    cuts = np.flatnonzero(np.diff(kept) > 1) + 1
    return Series(
        name=name,
        x=np.insert(x[kept], cuts, np.nan),
        y=np.insert(y[kept], cuts, np.nan),
        role=role,
        in_legend=in_legend,
    )


def _failure_line(record: xr.Dataset, result: xr.Dataset) -> tuple[Line, ...]:
    level = int(result.attrs["ended_level"])
    if level < 0:
        return ()
    text = str(result.attrs["ended_by"]).replace("_", " ")
    return (
        Line(
            value=float(shown(record["time"].to_numpy()[int(result.attrs["failure_row"])], "time")),
            upright=True,
            label=text,
            role="warning",
            hover=str(result["reason"].to_numpy()[level]),
        ),
    )


def _area(result: xr.Dataset) -> tuple[float | None, str]:
    for basis in ("final", "nominal"):
        area = float(result.attrs[f"{basis}_area"])
        if np.isfinite(area):
            return area, basis
    return None, ""


def weibull_plot(pooled: xr.Dataset) -> Figure:
    """Weibull plot of replicates: ln(-ln(1 - F)) against the logarithm of the critical current density.

    Parameters
    ----------
    pooled
        A ``replicates`` record.

    Returns
    -------
    Figure
        A point per cell that failed, at the middle of its interval and its median rank, with the interval; the fitted law
        with its band; lower bounds as arrows at the foot.

    Raises
    ------
    SchemaError
        For a record of another kind, or when no cell failed above its first level, so that nothing can be drawn.
    """
    pooled = check(pooled, "replicates")
    failed = np.isfinite(pooled["failed_share"].to_numpy()) & (pooled["interval"].to_numpy()[:, 0] > 0)
    if not failed.any():
        raise SchemaError("a Weibull plot needs a cell that failed between two levels", found="none")
    ends = shown(pooled["interval"].to_numpy(), "current_density")
    places = ends[failed].mean(axis=1)
    height = _reduced(pooled["failed_share"].to_numpy()[failed])
    series = [
        Series(
            name="cells that failed",
            x=places,
            y=height,
            style="points",
            hover=tuple(str(name) for name in pooled["cell"].to_numpy()[failed]),
            x_interval=(ends[failed, 0], ends[failed, 1]),
        )
    ]
    foot = float(_reduced(np.array([SHARES[0]]))[0])
    bounds = ends[np.isinf(pooled["interval"].to_numpy()[:, 1]), 0]
    series += [_arrow(place, foot, role="muted", first=at == 0, upright=False) for at, place in enumerate(bounds)]
    attrs = pooled.attrs
    notes = [f"Points: middles of the intervals at median ranks; current densities on the {attrs['area_basis']} area."]
    if "fitted_share" in pooled:
        fitted = shown(pooled["fitted_current_density"].to_numpy(), "current_density")
        band = shown(
            np.where(np.isfinite(pooled["fitted_interval"]), pooled["fitted_interval"], np.nan), "current_density"
        )
        law = _reduced(pooled["fitted_share"].to_numpy())
        series.append(Series(name="Weibull law", x=fitted, y=law, role="model"))
        for side, text in ((0, f"{100 * attrs['confidence']:g} % band"), (1, "")):
            series.append(
                Series(
                    name=text or "upper end", x=band[:, side], y=law, style="dashed", role="model", in_legend=side == 0
                )
            )
        notes.append(
            f"Shape {attrs['shape']:.3g} ({attrs['shape_lower']:.3g} to {attrs['shape_upper']:.3g}; "
            f"{attrs['shape_unbiased']:.3g} with the bias of small samples taken off), scale "
            f"{shown_number(attrs['scale'], 'current_density')}."
        )
    else:
        notes.append(f"No Weibull law: {attrs['weibull_reason']}.")
    ranks = _reduced(np.array(SHARES))
    return Figure(
        title=f"Weibull plot of {attrs['n']} cells",
        caption="Share of cells that have failed against the critical current density; a Weibull law is a straight line. "
        "Bars: last level that passed to first that failed. Arrows at the foot: cells that never failed.",
        panels=(
            Panel(
                x=axis_of("critical_current_density", scale="log", limits=_span(places, ends)),
                y=Axis(label="ln(−ln(1 − share failed))", limits=(float(ranks[0]) - 0.3, float(ranks[-1]) + 0.3)),
                series=tuple(series),
                twins=(
                    Twin(
                        axis=Axis(label="share failed", unit="%"),
                        side="right",
                        positions=tuple(float(rank) for rank in ranks),
                        labels=tuple(f"{100 * share:g}" for share in SHARES),
                    ),
                ),
            ),
        ),
        notes=(*notes, *((f"Mixed protocols: {attrs['mixed']}.",) if attrs["mixed"] else ())),
    )


def _span(places: FloatArray, ends: FloatArray) -> tuple[float, float]:
    """A decade and a half at most around the cells: a band that few cells leave wide must not rule the axis."""
    known = ends[np.isfinite(ends) & (ends > 0)]
    return (
        max(float(known.min()) / 2, float(places.min()) / 10),
        min(float(known.max()) * 2, float(places.max()) * 10),
    )


def _reduced(share: FloatArray) -> FloatArray:
    return np.asarray(np.log(-np.log1p(-share)), dtype=float)


def _arrow(x: float, y: float, *, role: Role, first: bool, upright: bool) -> Series:
    """An arrow from a lower bound towards larger values."""
    end = (x, y * (1 + _ARROW)) if upright else (x * (1 + _ARROW), y)
    return Series(
        name="lower bounds",
        x=np.array([x, end[0]]),
        y=np.array([y, end[1]]),
        style="arrow",
        role=role,
        in_legend=first,
    )


def critical_current_against(table: xr.Dataset, *, reference: Literal["none", "park"] = "none") -> Figure:
    """Critical current density against a property of the cells.

    Parameters
    ----------
    table
        A ``critical_current_dependence`` record.
    reference
        ``"park"`` adds the lines of :data:`PARK_LINES` (1C at 1 and at 3 mAh cm-2); meant for areal capacities.

    Returns
    -------
    Figure
        A point per cell or group with both intervals, one colour per anode; lower bounds carry an arrow.

    Raises
    ------
    SchemaError
        For a record of another kind.
    """
    table = check(table, "critical_current_dependence")
    name = str(table.attrs["axis_quantity"])
    x = np.atleast_1d(shown(table["axis_value"].to_numpy(), name))
    x_ends = shown(table["axis_interval"].to_numpy(), name)
    raw = table["interval"].to_numpy()
    middle = shown(table["critical_current_density"].to_numpy(), "current_density")
    ends = shown(np.where(np.isinf(raw), table["critical_current_density"].to_numpy()[:, None], raw), "current_density")
    series: list[Series] = []
    groups = [str(group) for group in table["group"].to_numpy()]
    for number, group in enumerate(dict.fromkeys(groups)):
        here = np.array([one == group for one in groups])
        role = CYCLE[number % len(CYCLE)]
        series.append(
            Series(
                name=group or "cells",
                x=x[here],
                y=middle[here],
                style="points",
                role=role,
                hover=tuple(str(cell) for cell in table["cell"].to_numpy()[here]),
                x_interval=(x_ends[here, 0], x_ends[here, 1]),
                y_interval=(ends[here, 0], ends[here, 1]),
            )
        )
        for place in np.flatnonzero(here & np.isinf(raw[:, 1])):
            arrow = _arrow(float(x[place]), float(middle[place]), role=role, first=False, upright=True)
            series.append(arrow)
    lines, heights = _reference(reference)
    top = np.concatenate([one.y for one in series] + [ends.ravel(), np.array(heights)])
    kinds = set(table["censoring"].to_numpy().tolist())
    bars = "intervals of the means" if kinds == {"mean"} else "last level that passed to first that failed"
    labels = {"mass_fraction": "mass fraction of K in the anode", "areal_capacity": "areal capacity per half cycle"}
    notes = [f"Current densities on the {table.attrs['area_basis']} area."]
    if table.attrs["differs"]:
        notes.append(f"The cells also differ in: {table.attrs['differs']}.")
    return Figure(
        title=f"Critical current density against {str(table.attrs['axis']).replace('_', ' ')}",
        caption=f"Bars: {bars}." + (" Arrows: cells that never failed." if "right" in kinds else ""),
        panels=(
            Panel(
                x=axis_of(
                    name,
                    label=labels.get(name, ""),
                    limits=padded(
                        np.concatenate([x, x_ends.ravel(), *([[c for c, _ in PARK_LINES]] if lines else [])]), 0.08
                    ),
                ),
                y=axis_of("critical_current_density", limits=padded(np.append(tidy(top), 0.0), floor=0.0)),
                series=tuple(series),
                lines=lines,
            ),
        ),
        notes=tuple(notes),
    )


def _reference(wanted: str) -> tuple[tuple[Line, ...], tuple[float, ...]]:
    """Lines of an areal capacity and of the current density that passes it in an hour."""
    if wanted == "none":
        return (), ()
    capacity, density = quantity("areal_capacity").shown_unit, quantity("current_density").shown_unit
    lines = [
        Line(value=j, upright=False, label=f"1C at {with_unit(q, capacity)}", hover=with_unit(j, density))
        for q, j in PARK_LINES
    ]
    lines += [Line(value=q, upright=True, label=with_unit(q, capacity)) for q, _ in PARK_LINES]
    return tuple(lines), tuple(j for _, j in PARK_LINES)
