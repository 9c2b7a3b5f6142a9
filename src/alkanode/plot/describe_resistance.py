"""Figures of one resistance: along the spectra of a cell, and against the composition of several cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Figure, FloatArray, Panel, Role, Series
from alkanode.plot.display import axis_of, extent, log_padded, padded, shown
from alkanode.plot.style import CYCLE

_LOG_FROM = 20.0
"""Largest resistance over the smallest from which on the axis is logarithmic."""


def resistance_along(record: RecordLike, *, area: QuantityLike | None = None) -> Figure:
    """Resistance of a process over cycles, time or the number of the spectrum, with its intervals.

    Parameters
    ----------
    record
        Record of kind ``process_resistance``; over ``completed_cycles`` where it takes more than two values, else over
        ``time``, else over the spectrum.
    area
        Electrode area (m2, or text); resistances are then in ohm cm2.

    Returns
    -------
    Figure
        One panel; where a control was taken off, cell and control stand beside in grey.

    Raises
    ------
    SchemaError
        When the record is of another kind or holds no resistance.
    UnitsError
        When area is no area.
    """
    record = check(record, "process_resistance")
    known = np.flatnonzero(np.isfinite(record["resistance"].to_numpy()))
    if known.size == 0:
        raise SchemaError("a figure of a resistance needs one", found="none")
    entry = quantity("impedance" if area is None else "area_specific_resistance")
    factor = 1.0 if area is None else extent(area, "area") * entry.factor
    where, axis = _places(record)
    place = where[known]
    value, low, high = (factor * record[name].to_numpy()[known] for name in ("resistance", "lower_95", "upper_95"))
    series = [
        Series(
            name=str(record.attrs.get("process", "resistance")),
            x=place,
            y=value,
            style="line+points",
            y_interval=(np.minimum(low, value), np.maximum(high, value)),
        )
    ]
    roles: tuple[tuple[str, str, Role], ...] = (
        ("cell_resistance", "cell", "second"),
        ("control_resistance", "control", "muted"),
    )
    for name, text, role in roles:
        if name in record.variables:
            y = factor * record[name].to_numpy().astype(float)[known]
            series.append(Series(name=text, x=place, y=y, style="dotted", role=role))
    drawn = np.concatenate([low, high, *(one.y for one in series)])
    drawn = drawn[np.isfinite(drawn)]
    log = bool((value > 0).all() and (low > 0).all() and value.max() > _LOG_FROM * value.min())
    assumption = str(record.attrs.get("assumption", ""))
    return Figure(
        title=f"Resistance of {record.attrs.get('process', 'a process')}",
        caption=f"Resistance over {axis.label}; bars are 95 % intervals."
        + (f" Assumed: {assumption}." if assumption else ""),
        panels=(
            Panel(
                x=Axis(label=axis.label, unit=axis.unit, quantity=axis.quantity, limits=padded(place, 0.06)),
                y=Axis(
                    label="resistance",
                    unit=entry.shown_unit,
                    quantity=entry.name,
                    scale="log" if log else "linear",
                    limits=log_padded(drawn) if log else padded(drawn, 0.08),
                ),
                series=tuple(series),
            ),
        ),
    )


def _places(record: xr.Dataset) -> tuple[FloatArray, Axis]:
    if "completed_cycles" in record.variables:
        cycles = record["completed_cycles"].to_numpy().astype(float)
        if np.unique(cycles[np.isfinite(cycles)]).size > 2:
            return cycles, Axis(label="complete cycles")
    if "time" in record.variables and np.isfinite(record["time"].to_numpy()).any():
        return shown(record["time"].to_numpy(), "time"), axis_of("time")
    return np.arange(record.sizes["spectrum"], dtype=float), Axis(label="spectrum")


def resistance_by_composition(table: RecordLike) -> Figure:
    """Resistance of a process of several cells against the potassium of their anodes.

    Parameters
    ----------
    table
        Record of kind ``resistance_by_cell``.

    Returns
    -------
    Figure
        Against per cent of potassium by mass; in ohm cm2 where every cell has an area, else in ohm.

    Raises
    ------
    SchemaError
        When the record is of another kind, or no cell has a composition and a resistance.
    """
    table = check(table, "resistance_by_cell")
    specific = bool(np.isfinite(table["area_specific_resistance"].to_numpy()).all())
    entry = quantity("area_specific_resistance" if specific else "impedance")
    names = [f"{end}_area_specific_95" for end in ("lower", "upper")] if specific else ["lower_95", "upper_95"]
    share = 100 * table["potassium_mass_fraction"].to_numpy().astype(float)
    value, low, high = (
        entry.factor * table[name].to_numpy().astype(float)
        for name in ("area_specific_resistance" if specific else "resistance", *names)
    )
    known = np.isfinite(share) & np.isfinite(value)
    if not known.any():
        raise SchemaError("a figure over the composition needs cells with a composition and a resistance", found="none")
    anodes = table["anode"].to_numpy().astype(str)
    series = []
    for place, anode in enumerate(dict.fromkeys(anodes[known])):
        here = np.flatnonzero(known & (anodes == anode))
        series.append(
            Series(
                name=str(anode),
                x=share[here],
                y=value[here],
                style="points",
                role=CYCLE[place % len(CYCLE)],
                hover=tuple(str(name) for name in table["cell"].to_numpy()[here]),
                y_interval=(np.minimum(low[here], value[here]), np.maximum(high[here], value[here])),
            )
        )
    ends: Sequence[float] = [float(one) for one in (*low[known], *high[known], 0.0) if np.isfinite(one)]
    return Figure(
        title="Resistance against composition",
        caption=f"Resistance of {table.attrs.get('process', 'the process')}, {table.attrs.get('when', '')}, over the potassium "
        "of the anode by mass; bars are 95 % intervals.",
        panels=(
            Panel(
                x=Axis(label="potassium in the anode", unit="wt%", limits=padded(share[known], 0.15)),
                y=Axis(
                    label="resistance", unit=entry.shown_unit, quantity=entry.name, limits=padded(np.array(ends), 0.08)
                ),
                series=tuple(series),
            ),
        ),
    )
