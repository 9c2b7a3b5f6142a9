"""Figures of full cells: fade with knee and end of life, profiles, dQ/dU with its peaks, migration, rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.description import Axis, Band, ColourScale, Figure, FloatArray, Line, Panel, Series
from alkanode.plot.display import axis_of, padded, shown, spread
from alkanode.plot.style import CYCLE

_MOST = 12


def capacity_over_cycles(cycles: RecordLike, *, fade: xr.Dataset | None = None) -> Figure:
    """Capacities and coulombic efficiency of every cycle, with knee and end of life.

    Parameters
    ----------
    cycles
        A ``full_cell_cycles`` record.
    fade
        The ``capacity_fade`` record of it.

    Returns
    -------
    Figure
        Two panels: capacity (mAh), coulombic efficiency (%, as a share of one).
    """
    cycles = check(cycles, "full_cell_cycles")
    number = cycles["cycle"].to_numpy().astype(float)
    series = []
    for side, role in (("charge", "second"), ("discharge", "primary")):
        values = shown(cycles[f"{side}_capacity"].to_numpy(), "charge")
        series.append(
            Series(
                name=side,
                x=number,
                y=values,
                style="points",
                role="second" if role == "second" else "primary",
                hover=tuple(
                    f"cycle {int(n)}{'' if full else ', not complete'}"
                    for n, full in zip(number, cycles["complete"].to_numpy(), strict=True)
                ),
            )
        )
    lines: list[Line] = []
    bands: list[Band] = []
    if fade is not None:
        fade = check(fade, "capacity_fade")
        series.append(
            Series(
                name=str(fade.attrs["chosen"]),
                x=fade["cycle"].to_numpy().astype(float),
                y=shown(fade["fitted_capacity"].to_numpy(), "charge"),
                role="model",
            )
        )
        low, high = (float(end) for end in fade["knee_interval"].to_numpy())
        if np.isfinite(low):
            bands.append(
                Band(label="knee", role="two-phase", x0=low, x1=high, upright=True, hover="95 % interval of the knee")
            )
        threshold = float(fade.attrs["criterion"]) * float(fade.attrs["reference_capacity"])
        lines.append(
            Line(
                value=float(shown(threshold, "charge")),
                upright=False,
                label=f"{100 * float(fade.attrs['criterion']):g} %",
            )
        )
        if np.isfinite(float(fade["end_of_life"])):
            lines.append(Line(value=float(fade["end_of_life"]), upright=True, label="end of life", role="warning"))
    efficiency = cycles["coulombic_efficiency"].to_numpy()
    seen = np.concatenate([part.y for part in series])
    width = padded(number, 0.03)
    notes = [f"Reference: {cycles.attrs['reference_is']}.", f"Formation: {cycles.attrs['formation_found']}."]
    return Figure(
        title="Capacity over cycles",
        caption="Charge and discharge capacity of every cycle, and below the coulombic efficiency "
        f"({cycles.attrs['coulombic_efficiency_is']})." + ("" if not bands else " Band: 95 % interval of the knee."),
        panels=(
            Panel(
                x=axis_of("cycle_number", label="cycle", limits=width),
                y=axis_of("charge", label="capacity", limits=padded(np.append(seen, 0.0), 0.05, floor=0.0)),
                series=tuple(series),
                lines=tuple(lines),
                bands=tuple(bands),
                height=2.0,
            ),
            Panel(
                x=axis_of("cycle_number", label="cycle", limits=width),
                y=Axis(
                    label="coulombic efficiency",
                    limits=padded(
                        np.append(
                            efficiency,
                            [np.nanmin(efficiency, initial=1.0) - 0.005, np.nanmax(efficiency, initial=1.0) + 0.005],
                        ),
                        0.05,
                    ),
                ),
                series=(Series(name="coulombic efficiency", x=number, y=efficiency, style="points", role="third"),),
            ),
        ),
        shared_x=True,
        notes=tuple(notes),
    )


def cell_profiles(record: RecordLike, cycles: xr.Dataset, *, numbers: Sequence[int] | None = None) -> Figure:
    """Voltage over the charge passed in charge and discharge, coloured by cycle.

    Parameters
    ----------
    record
        Cycling record.
    cycles
        The ``full_cell_cycles`` record of it.
    numbers
        Cycles to draw; by default twelve, spread over the record.

    Returns
    -------
    Figure
        Charge runs to the right from 0; so does discharge.

    Raises
    ------
    SchemaError
        When a cycle does not exist.
    """
    record, cycles = check(record, "cycling"), check(cycles, "full_cell_cycles")
    known = cycles["cycle"].to_numpy()
    drawn = known[spread(known.size, _MOST)] if numbers is None else np.asarray(list(numbers), dtype=np.int64)
    if drawn.size == 0 or not np.isin(drawn, known).all():
        raise SchemaError(
            f"cycles {known.min(initial=0)} to {known.max(initial=0)} can be drawn", found=str(drawn.tolist())
        )
    charge, _ = passed_charge(record)
    voltage = np.abs(record["voltage"].to_numpy().astype(float))
    series = []
    for number in drawn:
        one = cycles.sel(cycle=number)
        for side in ("charge", "discharge"):
            first, last = int(one[f"{side}_first_row"]), int(one[f"{side}_last_row"])
            if first < 0:
                continue
            rows = np.arange(first, last + 1)
            series.append(
                Series(
                    name=f"cycle {number}, {side}",
                    x=shown(np.abs(charge[rows] - charge[max(first - 1, 0)]), "charge"),
                    y=voltage[rows],
                    style="line" if side == "charge" else "dashed",
                    shade=_shade(float(number), drawn),
                    in_legend=False,
                )
            )
    return Figure(
        title="Voltage profiles",
        caption="Voltage over the charge passed since the beginning of each half cycle; charge solid, discharge dashed.",
        panels=(
            Panel(
                x=axis_of("charge", label="capacity", limits=padded(np.concatenate([part.x for part in series]), 0.03)),
                y=axis_of("voltage", limits=padded(np.concatenate([part.y for part in series]), 0.05)),
                series=tuple(series),
                colour_scale=_scale(drawn),
            ),
        ),
    )


def _shade(value: float, of: npt.NDArray[np.integer]) -> float:
    width = float(np.ptp(of))
    return (value - float(of.min())) / width if width else 0.0


def _scale(drawn: npt.NDArray[np.integer]) -> ColourScale:
    return ColourScale(label="cycle", unit="1", low=float(drawn.min()), high=float(drawn.max()))


def differential_stack(differential: RecordLike, *, peaks: xr.Dataset | None = None) -> Figure:
    """Differential capacity of charge (up) and discharge (down), coloured by cycle, with the tracked peaks below.

    Parameters
    ----------
    differential
        A ``differential_capacity`` record.
    peaks
        The ``differential_peaks`` record of it; adds a panel with the voltage of each track over the cycles.

    Returns
    -------
    Figure
    """
    differential = check(differential, "differential_capacity")
    known = differential["cycle"].to_numpy()
    drawn = known[spread(known.size, _MOST)]
    voltage = differential["voltage"].to_numpy()
    series = []
    for number in drawn:
        for branch, side in (("charge", 1.0), ("discharge", -1.0)):
            values = differential["differential_capacity"].sel(branch=branch, cycle=number).to_numpy()
            if np.isfinite(values).any():
                series.append(
                    Series(
                        name=f"cycle {number}, {branch}",
                        x=voltage,
                        y=side * shown(values, "differential_capacity"),
                        shade=_shade(float(number), drawn),
                        in_legend=False,
                    )
                )
    panels = [
        Panel(
            x=axis_of("voltage", limits=padded(voltage, 0.0)),
            y=axis_of(
                "differential_capacity", label="dQ/dU", limits=padded(np.concatenate([part.y for part in series]))
            ),
            series=tuple(series),
            colour_scale=_scale(drawn),
            height=1.5,
        )
    ]
    if peaks is not None and peaks.sizes["peak"]:
        panels.append(_tracks(check(peaks, "differential_peaks"), known))
    return Figure(
        title="Differential capacity",
        caption=f"dQ/dU of charge (up) and discharge (down), seen through a window of {1e3 * float(differential.attrs['width']):.3g} "
        "mV."
        + (
            " Below: the peaks, each colour one that was followed over the cycles (lines: charge, points: discharge)."
            if peaks is not None
            else ""
        ),
        panels=tuple(panels),
    )


def _tracks(peaks: xr.Dataset, cycles: FloatArray) -> Panel:
    track = peaks["track"].to_numpy()
    series = []
    for index, name in enumerate(np.unique(track)):
        rows = track == name
        branch = str(peaks["branch"].to_numpy()[rows][0])
        series.append(
            Series(
                name=f"{branch}, track {name}",
                x=peaks["cycle"].to_numpy()[rows].astype(float),
                y=peaks["peak_voltage"].to_numpy()[rows],
                style="line+points" if branch == "charge" else "points",
                role=CYCLE[index % len(CYCLE)],
                in_legend=False,
            )
        )
    return Panel(
        x=axis_of("cycle_number", label="cycle", limits=padded(cycles.astype(float), 0.03)),
        y=axis_of("voltage", label="voltage of peak", limits=padded(peaks["peak_voltage"].to_numpy(), 0.06)),
        series=tuple(series),
    )


def migration_over_cycles(migration: RecordLike) -> Figure:
    """Share of the last pattern in each cycle, with its interval, and what the patterns leave over.

    Parameters
    ----------
    migration
        A ``plateau_migration`` record.

    Returns
    -------
    Figure
    """
    migration = check(migration, "plateau_migration")
    number = migration["cycle"].to_numpy().astype(float)
    ends = migration["migration_interval"].to_numpy()
    return Figure(
        title="Migration of the plateaus",
        caption=f"Share of the last pattern in the {migration.attrs['branch']} of each cycle (patterns: "
        f"{migration.attrs['patterns_from']}), with 95 % intervals, and the share that no mixture of the two describes.",
        panels=(
            Panel(
                x=axis_of("cycle_number", label="cycle", limits=padded(number, 0.03)),
                y=Axis(label="share of the cycle", limits=(-0.05, 1.05)),
                series=(
                    Series(
                        name="last pattern",
                        x=number,
                        y=migration["migration"].to_numpy(),
                        style="line+points",
                        y_interval=(ends[:, 0], ends[:, 1]),
                    ),
                    Series(
                        name="left over", x=number, y=migration["residual"].to_numpy(), style="dashed", role="muted"
                    ),
                ),
            ),
        ),
    )


def rate_capability(cycles: RecordLike, rates: xr.Dataset, *, against: Literal["cycle", "rate"] = "cycle") -> Figure:
    """Capacity of a rate test.

    Parameters
    ----------
    cycles
        A ``full_cell_cycles`` record.
    rates
        The ``rate_test`` record of it.
    against
        ``"cycle"``: every cycle, with the groups named; ``"rate"``: mean capacity of each group over its rate.

    Returns
    -------
    Figure
    """
    cycles, rates = check(cycles, "full_cell_cycles"), check(rates, "rate_test")
    mean = shown(rates["capacity"].to_numpy(), "charge")
    wide = shown(rates["capacity_range"].to_numpy(), "charge")
    if against == "rate":
        rate = rates["c_rate"].to_numpy()
        x = axis_of("c_rate", label="C-rate", scale="log")
        part = Series(name="mean and range", x=rate, y=mean, style="points", y_interval=(wide[:, 0], wide[:, 1]))
        lines: tuple[Line, ...] = ()
    else:
        kept = cycles["complete"].to_numpy()
        number = cycles["cycle"].to_numpy()[kept].astype(float)
        x = axis_of("cycle_number", label="cycle", limits=padded(number, 0.03))
        values = shown(cycles["discharge_capacity"].to_numpy()[kept], "charge")
        part = Series(name="discharge", x=number, y=values, style="points")
        lines = tuple(
            Line(value=float(first) - 0.5, upright=True, label=f"{float(rate):.2g} C")
            for first, rate in zip(rates["first_cycle"].to_numpy(), rates["c_rate"].to_numpy(), strict=True)
        )
    return Figure(
        title="Rate test",
        caption="Discharge capacity at each rate"
        + (
            ", mean and range of each group."
            if against == "rate"
            else "; a line marks where a group of equal currents begins."
        ),
        panels=(
            Panel(
                x=x,
                y=axis_of("charge", label="capacity", limits=padded(np.append(part.y, 0.0), 0.05, floor=0.0)),
                series=(part,),
                lines=lines,
            ),
        ),
    )
