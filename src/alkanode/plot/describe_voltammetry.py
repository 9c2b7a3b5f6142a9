"""Figures of cyclic voltammetry: the voltammogram, its stripping peak over cycles, a current over the scan rate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.electrochem import peak_growth, potential_sweeps
from alkanode.electrochem.voltammograms.sweeps import loop_pieces
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.plot.description import Axis, ColourScale, Figure, FloatArray, Panel, Series
from alkanode.plot.display import axis_of, extent, log_padded, padded, positive, shown, shown_number, spread
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr

MOST_CYCLES = 12
"""Cycles that are drawn; more cannot be told apart by colour."""


def voltammogram(record: RecordLike, cycles: xr.Dataset | None = None, *, area: QuantityLike | None = None) -> Figure:
    """Current against voltage, one colour per cycle, with the baselines and tops of stripping peaks.

    Parameters
    ----------
    record
        Cycling record of a voltammogram.
    cycles
        What :func:`alkanode.electrochem.voltammetry` returned for the record; adds the marks.
    area
        Electrode area (m2, or text); the current is then shown per area, in mA cm-2.

    Returns
    -------
    Figure

    Raises
    ------
    SchemaError
        When the record is no voltammogram, the cycles are of another record, or the area is not positive.
    UnitsError
        When the area is no such quantity.
    """
    record = check(record, "cycling")
    sweeps = potential_sweeps(record)
    numbers = sweeps["cycle"].to_numpy()
    size, name = (1.0, "current") if area is None else (extent(area, "area"), "current_density")
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float) / size
    drawn = spread(numbers.size, MOST_CYCLES)
    series = [_loop(sweeps, int(numbers[index]), voltage, current, name, numbers) for index in drawn]
    if cycles is not None:
        cycles = check(cycles, "voltammogram_cycles")
        if not np.array_equal(cycles["cycle"].to_numpy(), numbers):
            raise SchemaError(
                "marks need the cycles of the same record",
                found=f"{cycles.sizes['cycle']} cycles for a record with {numbers.size}",
            )
        series += _marks(cycles.isel(cycle=drawn), size, name)
    every = np.concatenate([one.y for one in series])
    many = numbers.size > 1
    return Figure(
        title="Voltammogram",
        caption="Current against voltage"
        + (", from the first cycle (dark) to the last (bright)." if many else ".")
        + " Positive current oxidises the working electrode."
        + (" Points: stripping peaks; dashed lines: their baselines." if cycles is not None else ""),
        panels=(
            Panel(
                x=axis_of("voltage", limits=padded(voltage[np.isfinite(voltage)], 0.02)),
                y=axis_of(name, limits=padded(every)),
                series=tuple(series),
                colour_scale=ColourScale(label="cycle", unit="1", low=float(numbers[0]), high=float(numbers[-1]))
                if many
                else None,
            ),
        ),
        notes=(*_omitted(numbers.size, drawn.size), *(() if cycles is None else _notes(cycles))),
    )


def _loop(
    sweeps: xr.Dataset,
    cycle: int,
    voltage: FloatArray,
    current: FloatArray,
    name: str,
    numbers: npt.NDArray[np.int64],
) -> Series:
    rows = np.concatenate([np.arange(rows.start, rows.stop) for _, rows in loop_pieces(sweeps, cycle)])
    whole = bool(sweeps["complete"].sel(cycle=cycle))
    span = max(int(numbers[-1] - numbers[0]), 1)
    return Series(
        name=f"cycle {cycle}" + ("" if whole else " (not complete)"),
        x=shown(voltage[rows], "voltage"),
        y=shown(current[rows], name),
        style="line" if whole else "dotted",
        shade=float(cycle - numbers[0]) / span,
        in_legend=False,
    )


def _marks(cycles: xr.Dataset, size: float, name: str) -> list[Series]:
    """Baselines and tops, with the sign that stripping has on the instrument."""
    sign = float(cycles.attrs["stripping_sign"])
    found = cycles.isel(cycle=np.flatnonzero(cycles["peak"].to_numpy()))
    if found.sizes["cycle"] == 0:
        return []
    gap = np.full(found.sizes["cycle"], np.nan)
    ends = (("peak_start", "peak_start_current"), ("peak_end", "peak_end_current"))
    x = np.column_stack([*(found[place].to_numpy() for place, _ in ends), gap]).ravel()
    y = np.column_stack([*(found[flow].to_numpy() for _, flow in ends), gap]).ravel()
    tops = found["peak_voltage"].to_numpy()
    return [
        Series(
            name="baseline",
            x=shown(x, "voltage"),
            y=shown(sign * y / size, name),
            style="dashed",
            role="muted",
        ),
        Series(
            name="stripping peak",
            x=shown(tops, "voltage"),
            y=shown(sign * found["peak_total_current"].to_numpy() / size, name),
            style="points",
            role="second",
            hover=tuple(
                f"cycle {int(cycle)}: {shown_number(top, 'voltage')}, {shown_number(charge, 'charge')} over the baseline"
                for cycle, top, charge in zip(
                    found["cycle"].to_numpy(), tops, found["peak_charge"].to_numpy(), strict=True
                )
            ),
        ),
    ]


def _omitted(count: int, drawn: int) -> tuple[str, ...]:
    return () if drawn == count else (f"{drawn} of {count} cycles are drawn, evenly spread.",)


def _notes(cycles: xr.Dataset) -> tuple[str, ...]:
    """What is doubted: clipped cycles, a series resistance that moves the marks, a suspected short."""
    notes = []
    clipped = cycles["cycle"].to_numpy()[cycles["current_clipped"].to_numpy()]
    if clipped.size:
        notes.append(f"The current is flat at its largest value in cycle {', '.join(map(str, clipped.tolist()))}.")
    ohmic = float(cycles.attrs["series_resistance"])
    if ohmic:
        notes.append(f"The marks stand at voltages from which {number(ohmic)} ohm times the current was taken off.")
    if cycles.attrs["short"] == "suspected":
        notes.append(
            f"A short is suspected ({cycles.attrs['short_signs']}). What would tell: {cycles.attrs['short_would_confirm']}."
        )
    return tuple(notes)


def peak_over_cycles(cycles: RecordLike) -> Figure:
    """Charge, current and potential of the stripping peak against the cycle.

    Parameters
    ----------
    cycles
        What :func:`alkanode.electrochem.voltammetry` returned.

    Returns
    -------
    Figure
        Three panels; the charge with its interval and, where it has one, its slope.

    Raises
    ------
    SchemaError
        When no cycle has a peak.
    """
    cycles = check(cycles, "voltammogram_cycles")
    if not cycles["peak"].to_numpy().any():
        raise SchemaError("a peak over cycles needs at least one", found=f"none in {cycles.sizes['cycle']} cycles")
    x = cycles["cycle"].to_numpy().astype(float)
    axis = Axis(label="cycle", limits=padded(x))
    low, high = cycles["peak_charge_interval"].to_numpy().T
    charge = cycles["peak_charge"].to_numpy()
    top = cycles["peak_voltage_interval"].to_numpy().T
    series = [
        Series(
            name="over the line between the feet",
            x=x,
            y=shown(charge, "charge"),
            style="points",
            y_interval=(shown(low, "charge"), shown(high, "charge")),
        )
    ]
    growth = peak_growth(cycles)
    notes: tuple[str, ...] = ()
    if growth is not None:
        along = x[np.isfinite(charge)]
        series.append(
            Series(
                name="slope",
                x=along,
                y=shown(growth.intercept + growth.slope * along, "charge"),
                style="dashed",
                role="model",
            )
        )
        ends = " to ".join(shown_number(end, "charge") for end in growth.interval)
        notes = (f"Slope {shown_number(growth.slope, 'charge')} per cycle ({ends}, 95 %): {growth.trend}.",)
    panels = [Panel(x=axis, y=axis_of("charge", label="peak charge"), series=tuple(series), height=1.4)]
    current = shown(cycles["peak_current"].to_numpy(), "current")
    panels.append(
        Panel(
            x=axis,
            y=axis_of("current", label="peak current", limits=padded(np.append(current, 0.0))),
            series=(Series(name="over the baseline", x=x, y=current, style="points", role="second", in_legend=False),),
        )
    )
    voltage = shown(cycles["peak_voltage"].to_numpy(), "voltage")
    panels.append(
        Panel(
            x=axis,
            y=axis_of(
                "voltage", label="peak voltage", limits=padded(np.append(shown(top.ravel(), "voltage"), voltage), 0.1)
            ),
            series=(
                Series(
                    name="top",
                    x=x,
                    y=voltage,
                    style="points",
                    role="third",
                    y_interval=(shown(top[0], "voltage"), shown(top[1], "voltage")),
                    in_legend=False,
                ),
            ),
        )
    )
    return Figure(
        title="Stripping peak over cycles",
        caption="Charge (top), current over the baseline (middle) and voltage (bottom) of the stripping peak. Bars of the charge "
        "span the baselines that apply; a cycle without a point has no peak or only a cut one.",
        panels=tuple(panels),
        shared_x=True,
        notes=notes,
    )


def current_over_scan_rate(rates: RecordLike) -> Figure:
    """Current against the scan rate on logarithmic axes, with the fitted laws.

    Parameters
    ----------
    rates
        What :func:`alkanode.electrochem.scan_rates` returned.

    Returns
    -------
    Figure
    """
    rates = check(rates, "scan_rates")
    v, i = rates["scan_rate"].to_numpy(), rates["peak_current"].to_numpy()
    fine = np.geomspace(v[0], v[-1], 60)
    k1, k2 = (float(rates["law_coefficient"].sel(term=term)) for term in ("linear", "square_root"))
    b = float(rates["exponent"])
    power = np.exp(np.mean(np.log(i) - b * np.log(v))) * fine**b
    low, high = (number(float(end)) for end in rates["exponent_interval"].to_numpy())

    def law(name: str, values: npt.NDArray[np.float64], role: str) -> Series:
        return replace(
            Series(name=name, x=shown(fine, "ramp_rate"), y=positive(shown(values, "current")), style="dashed"),
            role="model" if role == "model" else "third",
        )

    x, y = shown(v, "ramp_rate"), shown(i, "current")
    return Figure(
        title="Current over scan rate",
        caption="Current of the peak over its baseline against the scan rate, with a power law and the sum of a linear and a "
        "square-root law.",
        panels=(
            Panel(
                x=axis_of("ramp_rate", label="scan rate", scale="log", limits=log_padded(x)),
                y=axis_of("current", label="peak current", scale="log", limits=log_padded(y)),
                series=(
                    Series(name="measured", x=x, y=y, style="points"),
                    law(f"power law, exponent {number(b)}", power, "model"),
                    law("linear + square root", k1 * fine + k2 * np.sqrt(fine), "third"),
                ),
            ),
        ),
        notes=(
            f"Exponent {number(b)} ({low} to {high}, 95 %): 1 for a surface-bound reaction, 0.5 for diffusion, 0 for a resistance or metal plated in the same loop.",
        ),
    )
