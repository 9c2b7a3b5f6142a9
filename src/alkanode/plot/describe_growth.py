"""Figures of what follows from fits: growth of an interphase at rest, activation energy of a conductivity."""

from __future__ import annotations

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Band, Figure, Line, Panel, Series, Twin
from alkanode.plot.display import axis_of, extent, log_padded, padded
from alkanode.plot.style import CYCLE

_BAR = 1.96


def interphase_growth(growth: RecordLike, *, area: QuantityLike | None = None) -> Figure:
    """Resistance at rest over time, with the law of growth that the evidence chose.

    Parameters
    ----------
    growth
        Record of kind ``interphase_growth``.
    area
        Electrode area (m2, or text); the resistance is then shown in ohm cm2.

    Returns
    -------
    Figure
        Points with 95 % intervals, the chosen laws as lines, others dashed; the interval of the stabilisation time as a
        band.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    UnitsError
        When area is no area.
    """
    growth = check(growth, "interphase_growth")
    entry = quantity("impedance" if area is None else "area_specific_resistance")
    factor = 1.0 if area is None else extent(area, "area") * entry.factor
    clock = quantity("time_since_current")
    time = clock.to_display(growth["elapsed"].to_numpy().astype(float))
    value, error = (factor * growth[name].to_numpy() for name in ("resistance", "standard_deviation"))
    kept = np.flatnonzero(np.isfinite(value) & np.isfinite(time))
    kept = kept[np.argsort(time[kept], kind="stable")]
    bar = _BAR * np.nan_to_num(error[kept])
    series = [
        Series(
            name="fitted resistance",
            x=time[kept],
            y=value[kept],
            style="points",
            y_interval=(value[kept] - bar, value[kept] + bar),
        )
    ]
    chosen, curves = growth["chosen"].to_numpy(), factor * growth["law_resistance"].to_numpy()
    for place, law in enumerate(growth["law"].to_numpy()):
        series.append(
            Series(
                name=str(law) + (" (chosen)" if chosen[place] else ""),
                x=time[kept],
                y=curves[place, kept],
                style="line" if chosen[place] else "dotted",
                role=CYCLE[1 + place % (len(CYCLE) - 1)] if chosen[place] else "muted",
            )
        )
    low, high, at = (
        float(clock.to_display(float(growth[name])))
        for name in ("stabilisation_low", "stabilisation_high", "stabilisation_time")
    )
    limits = padded(time[kept], 0.04)
    bands = (
        (Band(label="stabilises", role="liquid", x0=low, x1=min(high, limits[1]), upright=True),)
        if np.isfinite(low) and 0 < low < limits[1]
        else ()
    )
    lines = (Line(value=at, upright=True),) if np.isfinite(at) and 0 < at < limits[1] else ()
    return Figure(
        title="Growth at rest",
        caption=f"Resistance over the time since growth began ({growth.attrs.get('growth_began', '')}); bars are 95 % "
        f"intervals of the fits. Law by evidence: {growth.attrs.get('law', '')}; {growth.attrs.get('stabilisation', '')}.",
        panels=(
            Panel(
                x=Axis(label="time", unit=clock.shown_unit, quantity=clock.name, limits=limits),
                y=Axis(label="resistance", unit=entry.shown_unit, quantity=entry.name, limits=padded(value[kept], 0.1)),
                series=tuple(series),
                bands=bands,
                lines=lines,
            ),
        ),
    )


def arrhenius(activation: RecordLike) -> Figure:
    """Conductivity over the inverse temperature with the fitted line.

    Parameters
    ----------
    activation
        Record of kind ``arrhenius``.

    Returns
    -------
    Figure
        One panel: sigma (or sigma T) on a logarithmic axis against 1000 K / T; temperature in degC at the top.

    Raises
    ------
    SchemaError
        When the record is of another kind or holds no conductivity.
    """
    record = check(activation, "arrhenius")
    T, sigma = record["temperature"].to_numpy().astype(float), record["conductivity"].to_numpy()
    kept = np.flatnonzero(np.isfinite(sigma) & np.isfinite(T))
    if kept.size == 0:
        raise SchemaError("a figure of an activation energy needs conductivities", found="none")
    kept = kept[np.argsort(T[kept])]
    with_temperature = record.attrs.get("quantity") == "sigma T"
    entry = quantity("conductivity")
    factor = entry.factor * (T[kept] if with_temperature else np.ones(kept.size))
    x = 1000 / T[kept]
    y, law = (factor * record[name].to_numpy()[kept] for name in ("conductivity", "law_conductivity"))
    bar = _BAR * factor * np.nan_to_num(record["conductivity_deviation"].to_numpy()[kept])
    energy, deviation = float(record["activation_energy"]), float(record["activation_energy_deviation"])
    half = float(record.attrs.get("interval_factor", _BAR)) * deviation
    unit = f"{entry.shown_unit} K" if with_temperature else entry.shown_unit
    return Figure(
        title="Activation of the conductivity",
        caption=f"{'sigma T' if with_temperature else 'sigma'} against the inverse temperature. Activation energy "
        f"{energy / 1e3:.1f} kJ/mol, 95 % interval {(energy - half) / 1e3:.1f} to {(energy + half) / 1e3:.1f}.",
        panels=(
            Panel(
                x=Axis(label="1000 K / T", limits=padded(x, 0.06)),
                y=Axis(
                    label="σT" if with_temperature else "σ",
                    unit=unit,
                    scale="log",
                    limits=log_padded(np.concatenate([y, law])),
                ),
                series=(
                    Series(
                        name="measured", x=x, y=y, style="points", y_interval=(np.maximum(y - bar, y * 1e-3), y + bar)
                    ),
                    Series(name="fit", x=x, y=law, style="line", role="model"),
                ),
                twins=(
                    Twin(
                        axis=axis_of("temperature"),
                        side="top",
                        positions=tuple(float(v) for v in x),
                        labels=tuple(f"{t - 273.15:.0f}" for t in T[kept]),
                    ),
                ),
            ),
        ),
    )
