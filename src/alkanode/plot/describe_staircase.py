"""Figures of current staircases: the trace with its levels, steady voltage against current, relaxation in the rests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.numerics.relaxation import Decay, decay_at
from alkanode.plot.description import Axis, Band, Figure, Panel, Role, Series
from alkanode.plot.display import axis_of, extent, log_padded, padded, shown, shown_number
from alkanode.plot.style import CYCLE


def staircase_trace(record: RecordLike, levels: xr.Dataset, *, area: QuantityLike | None = None) -> Figure:
    """Voltage and current of a staircase with its levels and their steady voltages.

    Parameters
    ----------
    record
        Cycling record.
    levels
        The ``staircase`` record of it.
    area
        Electrode area (m2, or text); the current is then shown per area.

    Returns
    -------
    Figure
        Points: steady voltage at the end of each level, with its 95 % interval. Hatched: levels that did not pass.

    Raises
    ------
    SchemaError
        When a record is of another kind or the levels lie outside it.
    """
    record, levels = check(record, "cycling"), check(levels, "staircase")
    if int(levels["last_row"].max()) >= record.sizes["row"]:
        raise SchemaError("the levels must be of this record", found=f"{record.sizes['row']} rows")
    time = shown(record["time"].to_numpy(), "time")
    voltage = shown(record["voltage"].to_numpy(), "voltage")
    size, name = (1.0, "current") if area is None else (extent(area, "area"), "current_density")
    current = shown(record["current"].to_numpy() / size, name)
    ends = time[levels["last_row"].to_numpy()]
    starts = time[levels["first_row"].to_numpy()]
    steady = shown(levels["steady_voltage"].to_numpy(), "voltage")
    low, high = shown(levels["steady_voltage_interval"].to_numpy(), "voltage").T
    known = np.isfinite(steady)
    bands = tuple(
        Band(
            label=_words(str(failure)),
            role="masked",
            x0=float(begin),
            x1=float(end),
            upright=True,
            hover=f"level {index}: {_words(str(failure))}",
        )
        for index, (begin, end, failure) in enumerate(zip(starts, ends, levels["failure"].to_numpy(), strict=True))
        if failure
    )
    hover = tuple(
        f"level {index}: {shown_number(float(levels['steady_voltage'][index]), 'voltage')}"
        + ("" if bool(levels["steady"][index]) else " (still drifting)")
        for index in np.flatnonzero(known)
    )
    x = axis_of("time", limits=padded(time, 0.01))
    return Figure(
        title="Current staircase",
        caption="Voltage (top) and current (bottom) against time. Points: steady voltage of each level, extrapolated, with "
        "its 95 % interval." + (" Hatched: levels that did not pass." if bands else ""),
        panels=(
            Panel(
                x=x,
                y=axis_of("voltage", limits=padded(voltage)),
                series=(
                    Series(name="voltage", x=time, y=voltage, in_legend=False),
                    Series(
                        name="steady voltage",
                        x=ends[known],
                        y=steady[known],
                        style="points",
                        role="second",
                        y_interval=(low[known], high[known]),
                        hover=hover,
                    ),
                ),
                bands=bands,
                height=1.6,
            ),
            Panel(
                x=x,
                y=axis_of(name, limits=padded(np.append(current, 0.0))),
                series=(Series(name="current", x=time, y=current, role="second", in_legend=False),),
            ),
        ),
        shared_x=True,
    )


def _words(failure: str) -> str:
    return failure.replace("_", " ")


def steady_against_current(levels: RecordLike, *, area: QuantityLike | None = None) -> Figure:
    """Steady overpotential of each level against its current, with the straight line of each branch.

    Parameters
    ----------
    levels
        A ``staircase`` record.
    area
        Electrode area (m2, or text); the current is then shown per area.

    Returns
    -------
    Figure

    Raises
    ------
    SchemaError
        When the record is of another kind or no level has a steady voltage.
    """
    levels = check(levels, "staircase")
    over = levels["steady_voltage"].to_numpy() - levels["rest_before"].to_numpy()
    if not np.isfinite(over).any():
        raise SchemaError("a line of steady voltages needs a level with one", found="none")
    size, name = (1.0, "current") if area is None else (extent(area, "area"), "current_density")
    current = levels["current"].to_numpy()
    ends = levels["steady_voltage_interval"].to_numpy() - levels["rest_before"].to_numpy()[:, None]
    fair = levels["passed"].to_numpy() & levels["steady"].to_numpy() & np.isfinite(over)
    series, notes = [], []
    branches = levels["branch"].to_numpy()
    for branch in range(levels.sizes["staircase_branch"]):
        here = (branches == branch) & np.isfinite(over)
        role = CYCLE[branch % len(CYCLE)]
        groups: tuple[tuple[str, Role, npt.NDArray[np.bool_]], ...] = (
            (f"branch {branch}", role, here & fair),
            (f"branch {branch}, drifting or not passed", "muted", here & ~fair),
        )
        series += [
            Series(
                name=text,
                x=shown(current[kept] / size, name),
                y=shown(over[kept], "overpotential"),
                style="points",
                role=colour,
                y_interval=(shown(ends[kept, 0], "overpotential"), shown(ends[kept, 1], "overpotential")),
            )
            for text, colour, kept in groups
            if kept.any()
        ]
        slope, offset = float(levels["linear_resistance"][branch]), float(levels["linear_offset"][branch])
        if np.isfinite(slope):
            reach = np.array([0.0, current[here][np.argmax(np.abs(current[here]))]])
            series.append(
                Series(
                    name=f"{shown_number(slope, 'resistance')}",
                    x=shown(reach / size, name),
                    y=shown(offset + slope * reach, "overpotential"),
                    style="dashed",
                    role=role,
                )
            )
            worst = 100 * float(levels["linear_worst"][branch])
            word = "a straight line" if bool(levels["linear"][branch]) else "no straight line"
            notes.append(f"Branch {branch} is {word}: levels lie within {worst:.2g} % of the range of it.")
    return Figure(
        title="Steady voltage against current",
        caption="Steady voltage of each level against the rest before it, with its 95 % interval. Dashed: straight line "
        "through the levels that passed and were steady; its slope is the resistance.",
        panels=(
            Panel(
                x=axis_of(name, limits=padded(np.append(shown(current / size, name), 0.0), 0.06)),
                y=axis_of("overpotential", limits=padded(np.concatenate([part.y for part in series]), 0.06)),
                series=tuple(series),
            ),
        ),
        notes=tuple(notes),
    )


def rest_relaxation(record: RecordLike, levels: xr.Dataset) -> Figure:
    """Voltage in the rest after each level, with the fitted relaxation.

    Parameters
    ----------
    record
        Cycling record.
    levels
        The ``staircase`` record of it.

    Returns
    -------
    Figure
        Voltage against the time since the current stopped, on a logarithmic axis; dashed lines are the fits.

    Raises
    ------
    SchemaError
        When a record is of another kind, or no rest was fitted.
    """
    record, levels = check(record, "cycling"), check(levels, "staircase")
    fitted = np.flatnonzero(levels["relaxation_model"].to_numpy() != "")
    if fitted.size == 0:
        raise SchemaError("a figure of relaxations needs a rest that was fitted", found="none")
    time, voltage = record["time"].to_numpy(), record["voltage"].to_numpy()
    sweep = record["in_sweep"].to_numpy() if "in_sweep" in record.variables else np.zeros(time.size, dtype=bool)
    series: list[Series] = []
    for place, index in enumerate(fitted):
        one = levels.isel(level=int(index))
        rows = np.arange(int(one["rest_first_row"]), int(one["rest_last_row"]) + 1)
        rows = rows[~sweep[rows]]
        since = time[rows] - time[int(one["last_row"])]
        rows, since = rows[since > 0], since[since > 0]
        role = CYCLE[place % len(CYCLE)]
        decay = Decay(
            model=str(one["relaxation_model"].item()),
            final=float(one["relaxed_voltage"]),
            time_constants=(float(one["time_constant"][0]), float(one["time_constant"][1])),
            amplitudes=(float(one["relaxation_amplitude"][0]), float(one["relaxation_amplitude"][1])),
        )
        name = f"after {shown_number(float(one['current']), 'current')}"
        series.append(Series(name=name, x=since, y=shown(voltage[rows], "voltage"), role=role))
        fit = shown(decay_at(decay, since, float(one["duration"])), "voltage")
        series.append(
            Series(name=f"{name}, {decay.model}", x=since, y=fit, style="dashed", role="model", in_legend=False)
        )
    x = np.concatenate([part.x for part in series])
    y = np.concatenate([part.y for part in series])
    return Figure(
        title="Relaxation in the rests",
        caption="Voltage against the time since the current stopped. Dashed: the simplest model that the rest supports.",
        panels=(
            Panel(
                x=Axis(label="time at rest", unit="s", scale="log", limits=log_padded(x)),
                y=axis_of("voltage", limits=padded(y, 0.06)),
                series=tuple(series),
            ),
        ),
        notes=tuple(
            f"Level {int(i)}: {levels['relaxation_model'].to_numpy()[int(i)]}"
            + "".join(
                f", {shown_number(float(tau), 'point_time')}"
                for tau in levels["time_constant"].to_numpy()[int(i)]
                if np.isfinite(tau)
            )
            + "."
            for i in fitted
        ),
    )
