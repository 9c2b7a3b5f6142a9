"""Figures of cycling records: voltage and current over time, voltage against stripped charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check
from alkanode.data.steps import half_cycle_table
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Band, BandRole, Figure, FloatArray, Line, Panel, Series, Twin
from alkanode.plot.display import axis_of, extent, padded, shown, shown_number, tidy
from alkanode.plot.phase_words import phase_name
from alkanode.plot.style import number, shown_unit, with_unit

if TYPE_CHECKING:
    import xarray as xr

_TRACE = 1e-9
"""A phase with less than this fraction is absent (round-off of a lever rule)."""


def voltage_history(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    events: xr.Dataset | Sequence[tuple[float, str]] = (),
) -> Figure:
    """Voltage and current against time, one above the other.

    Parameters
    ----------
    record
        Cycling record: ``time`` (s), ``voltage`` (V), ``current`` (A).
    area
        Electrode area (m2, or text); the current is then shown per area, in mA cm-2.
    mass
        Mass of alloy (kg, or text); without an area the current is then shown per mass, in mA g-1.
    events
        What to mark in the voltage panel: a ``failures`` record, or pairs of time (s, on the clock of the record)
        and label.

    Returns
    -------
    Figure

    Raises
    ------
    SchemaError
        When the record is no cycling record, or area or mass is not positive.
    UnitsError
        When area or mass is no such quantity.
    """
    record = check(record, "cycling")
    time = shown(record["time"].to_numpy(), "time")
    current, current_unit = _current(record["current"].to_numpy(), area, mass)
    current_axis = replace(current_unit, limits=padded(np.append(current, 0.0)))
    voltage = shown(record["voltage"].to_numpy(), "voltage")
    marks = tuple(
        Line(
            value=float(shown(when, "time")),
            upright=True,
            label=text,
            role="warning",
            hover=f"{text} at {shown_number(when, 'time')}",
        )
        for when, text in _events(events)
    )
    return Figure(
        title="Voltage and current",
        caption="Voltage (top) and current (bottom) against time. Positive current oxidises the working electrode."
        + (" Red lines mark events." if marks else ""),
        panels=(
            Panel(
                x=axis_of("time", limits=padded(time, 0.01)),
                y=axis_of("voltage", limits=padded(voltage)),
                series=(Series(name="voltage", x=time, y=voltage, in_legend=False),),
                lines=marks,
                height=1.6,
            ),
            Panel(
                x=axis_of("time", limits=padded(time, 0.01)),
                y=current_axis,
                series=(Series(name="current", x=time, y=current, role="second", in_legend=False),),
            ),
        ),
        shared_x=True,
    )


def _events(events: xr.Dataset | Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    if isinstance(events, Sequence):
        return list(events)
    if "time" not in events or "failure" not in events:
        raise SchemaError("events need 'time' and 'failure'", found=", ".join(sorted(map(str, events.variables))))
    names = [str(name).replace("_", " ") for name in events["failure"].to_numpy()]
    return list(zip(events["time"].to_numpy().astype(float).tolist(), names, strict=True))


def _current(
    current: npt.NDArray[np.float64], area: QuantityLike | None, mass: QuantityLike | None
) -> tuple[FloatArray, Axis]:
    if area is not None:
        return shown(current / extent(area, "area"), "current_density"), axis_of("current_density")
    if mass is not None:
        return tidy(current / extent(mass, "mass")), Axis(label="current per mass", unit="mA g-1")
    return shown(current, "current"), axis_of("current")


def stripping(
    record: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    path: xr.Dataset | None = None,
    limit: xr.Dataset | None = None,
    stripped: Literal["working", "counter"] = "working",
) -> Figure:
    """Voltage against the charge stripped, over the phases that the alloy should hold.

    Parameters
    ----------
    record
        Cycling record; its charge is that of :func:`alkanode.data.passed_charge`. The half cycle of ``limit`` is
        drawn, else the stripping half cycle with the most charge.
    area, mass
        Electrode area (m2) and mass of alloy (kg), or text with units. With a mass the axis is mAh g-1, else with
        an area mAh cm-2, else mAh; with both, mAh cm-2 stands at the top.
    path
        A ``stripping_path`` record; its phase regions become the background. Needs ``mass``.
    limit
        A ``critical_stripping`` record of the same cycling record; each cut-off that was reached is marked.
    stripped
        Which electrode is being stripped; the charge of the counter electrode counts with the opposite sign.

    Returns
    -------
    Figure

    Raises
    ------
    SchemaError
        When the record is no cycling record, when a path comes without a mass, or a limit is of another kind or of
        another record, or area or mass is not positive.
    UnitsError
        When area or mass is no such quantity.
    """
    record = check(record, "cycling")
    rows, note = _half_cycle(record, limit, stripped)
    surface = None if area is None else extent(area, "area")
    weight = None if mass is None else extent(mass, "mass")
    name, size = _capacity(surface, weight)
    sign = 1.0 if stripped == "working" else -1.0
    charge, how = passed_charge(record)
    x = shown(sign * (charge[rows] - charge[rows.start]) / size, name)
    y = shown(record["voltage"].to_numpy()[rows], "voltage")
    bands: tuple[Band, ...] = ()
    x_limits = padded(x, 0.02)
    if path is not None:
        if weight is None:
            raise SchemaError(
                "the phases of a stripping path need the mass of alloy", found="no mass", todo="Give mass='4.3 mg'"
            )
        check(path, "stripping_path")
        end = float(quantity("specific_capacity").to_display(float(path["specific_capacity"].max())))
        x_limits = (x_limits[0], max(x_limits[1], 1.02 * end))
        bands = phase_bands(path, axis=x_limits)
    twins = () if surface is None or weight is None else (_areal_twin(x_limits, weight / surface),)
    lines = () if limit is None else _limit_lines(limit, name, size)
    y_limits = padded(y, 0.08)
    return Figure(
        title="Stripping",
        caption="Voltage against the charge stripped in one half cycle."
        + (" Coloured background: phases of the alloy at equilibrium, from the phase diagram." if bands else "")
        + (" Vertical lines: capacity at which the voltage reached a cut-off." if lines else ""),
        panels=(
            Panel(
                x=axis_of(name, limits=x_limits),
                y=axis_of("voltage", limits=y_limits),
                series=(Series(name="voltage", x=x, y=y, in_legend=False),),
                bands=bands,
                lines=lines,
                twins=twins,
            ),
        ),
        notes=(*note, f"Charge: {how}.", *(() if path is None else _path_notes(path))),
    )


def phase_bands(path: xr.Dataset, *, axis: tuple[float, float]) -> tuple[Band, ...]:
    """Regions of equal sets of phases along a stripping path, in mAh g-1.

    A path holds the exact charge of each change as a point, at which the new phase still (or the old one already) has
    no amount: that point is the border. A label runs upwards where the region is too narrow for it.

    Parameters
    ----------
    path
        A ``stripping_path`` record.
    axis
        Limits of the capacity axis in mAh g-1, which decide how the labels run.
    """
    capacity = shown(path["specific_capacity"].to_numpy(), "specific_capacity")
    fractions = path["phase_fraction"].to_numpy()
    present = np.nan_to_num(fractions) > _TRACE
    phases = [phase_name(str(phase)) for phase in path["phase"].to_numpy()]
    change = np.flatnonzero((present[1:] != present[:-1]).any(axis=1)) + 1
    starts = np.concatenate(([0], change)).astype(int)
    inner = [_border(present[end - 1], present[end], capacity[end - 1], capacity[end]) for end in change]
    borders = np.array([capacity[0], *inner, capacity[-1]])
    bands = []
    for start, low, high in zip(starts, borders[:-1], borders[1:], strict=True):
        names = [phase for phase, here in zip(phases, present[start], strict=True) if here]
        if not names or high <= low:
            continue
        label = " + ".join(names)
        bands.append(
            Band(
                label=label,
                role=_band_role(names),
                x0=float(low),
                x1=float(high),
                upright=bool((high - low) / (axis[1] - axis[0]) < 0.0125 * len(label)),
                hover=f"{label}: {number(float(low))} to {number(float(high))} {shown_unit('mAh g-1')}",
            )
        )
    return tuple(bands)


def _border(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_], last: float, first: float) -> float:
    """Charge of a change of phases between the last point with the old ones and the first with the new ones."""
    if not (before & ~after).any():
        return last
    return first if not (after & ~before).any() else 0.5 * (last + first)


def _band_role(names: Sequence[str]) -> BandRole:
    if "liquid" not in names:
        return "solid"
    return "liquid" if len(names) == 1 else "two-phase"


def _half_cycle(
    record: xr.Dataset, limit: xr.Dataset | None, stripped: Literal["working", "counter"]
) -> tuple[slice, tuple[str, ...]]:
    """Rows of one half cycle, from the last row before it, and what to say about the choice."""
    count = record.sizes["row"]
    if limit is not None:
        if "charge" not in limit or "cutoff" not in limit or not {"first_row", "last_row"} <= set(limit.attrs):
            raise SchemaError(
                "marks need a 'critical_stripping' record",
                found=f"{limit.attrs.get('kind', 'a record')} with {', '.join(sorted(map(str, limit.variables)))}",
                todo="Compute it with alkanode.electrochem.critical_stripping(record, cell)",
            )
        first, last = int(limit.attrs["first_row"]), int(limit.attrs["last_row"])
        if last >= count:
            raise SchemaError("the limit must come from the same record", found=f"row {last} of {count} rows")
        return slice(max(first - 1, 0), last + 1), ()
    table = half_cycle_table(record)
    wanted = "strip" if stripped == "working" else "plate"
    candidates = np.flatnonzero(table["direction"].to_numpy() == wanted)
    if candidates.size == 0:
        raise SchemaError(
            f"a stripping curve needs a half cycle in which the {stripped} electrode is oxidised",
            found=f"{table.sizes['half_cycle']} half cycles, none of them",
            todo="Use stripped='counter' where the metal is the counter electrode",
        )
    chosen = int(candidates[np.argmax(table["charge_passed"].to_numpy()[candidates])])
    first, last = int(table["first_row"][chosen]), int(table["last_row"][chosen])
    total = table.sizes["half_cycle"]
    note = () if total == 1 else (f"Half cycle {chosen} of {total} is drawn: the stripping one with the most charge.",)
    return slice(max(first - 1, 0), last + 1), note


def _capacity(area: float | None, mass: float | None) -> tuple[str, float]:
    if mass is not None:
        return "specific_capacity", mass
    return ("charge", 1.0) if area is None else ("areal_capacity", area)


def _areal_twin(limits: tuple[float, float], mass_per_area: float) -> Twin:
    entry = quantity("areal_capacity")
    factor = quantity("specific_capacity").to_si(1.0) * mass_per_area * entry.factor
    step = nice_step((limits[1] - limits[0]) * factor)
    first, last = int(np.ceil(limits[0] * factor / step)), int(np.floor(limits[1] * factor / step))
    values = [step * index for index in range(first, last + 1)]
    return Twin(
        axis=axis_of("areal_capacity"),
        side="top",
        positions=tuple(value / factor for value in values),
        labels=tuple(number(value) for value in values),
    )


def nice_step(span: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides a span into about five to ten parts."""
    raw = span / 5
    power = 10 ** np.floor(np.log10(raw))
    return float(power * max(step for step in (1, 2, 5) if step * power <= raw * (1 + 1e-9)))


def _limit_lines(limit: xr.Dataset, name: str, size: float) -> tuple[Line, ...]:
    values = np.atleast_1d(shown(limit["charge"].to_numpy() / size, name))
    cutoffs = np.atleast_1d(np.asarray(limit["cutoff"].to_numpy(), dtype=float))
    unit = quantity(name).shown_unit
    return tuple(
        Line(
            value=float(value),
            upright=True,
            label=f"{with_unit(float(cutoff), 'V')} at {with_unit(float(value), unit)}",
            role="second",
        )
        for cutoff, value in zip(cutoffs, values, strict=True)
        if np.isfinite(value)
    )


def _path_notes(path: xr.Dataset) -> tuple[str, ...]:
    """At which temperature, how far that temperature moves the liquidus, and what the phase diagram rests on."""
    notes = []
    attrs = path.attrs
    if "temperature" in attrs:
        where = shown_number(float(attrs["temperature"]), "temperature")
        text = f"Phases computed for {where}"
        if "capacity_to_liquidus" in path and float(path["capacity_to_liquidus"]) > 0:
            text += f": liquid until {shown_number(path['capacity_to_liquidus'].item(), 'specific_capacity')}"
            if "capacity_to_liquidus_interval" in path and "temperature_uncertainty" in attrs:
                low, high = shown(path["capacity_to_liquidus_interval"].to_numpy(), "specific_capacity")
                spread = shown_number(float(attrs["temperature_uncertainty"]), "temperature_difference")
                text += f" ({number(float(low))} to {number(float(high))} within ±{spread})"
        notes.append(f"{text}.")
    if float(attrs.get("potassium_in_carbon", 0.0)) > 0:
        notes.append(f"{number(float(attrs['potassium_in_carbon']))} mol K per mol of atoms is bound in carbon.")
    if attrs.get("label"):
        notes.append(f"Phases: {attrs['label']}.")
    return tuple(notes)
