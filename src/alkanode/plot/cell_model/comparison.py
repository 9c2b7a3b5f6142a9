"""Prediction and measurement of a cell on the same axes, and their numbers side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, Figure, Line, Panel, Role, Series
from alkanode.plot.display import axis_of, extent, padded, shown, tidy
from alkanode.plot.style import with_unit

Floats = npt.NDArray[np.float64]


def voltage_comparison(
    prediction: RecordLike,
    measurement: RecordLike,
    *,
    area: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    cutoffs: tuple[float, ...] = (),
    repeats: bool = True,
) -> Figure:
    """Voltage of a model and of a measured cell against charge, and over time.

    Parameters
    ----------
    prediction, measurement
        Cycling records, or histories with one.
    area, mass
        m2 and kg, or text. With a mass charge is shown per gram of alloy, else with an area per area.
    cutoffs
        V, drawn as lines.
    repeats
        Whether the model ran the protocol of the measurement, which the caption then says.

    Returns
    -------
    Figure
        Measured as a line, the model dashed over it. Where the charge runs one way the lower panel enlarges the voltage
        before the run-away, else it runs over time.
    """
    name, size = ("charge", 1.0)
    if mass is not None:
        name, size = "specific_capacity", extent(mass, "mass")
    elif area is not None:
        name, size = "areal_capacity", extent(area, "area")
    both = {"measured": check(measurement, "cycling"), "model": check(prediction, "cycling")}
    volts = {word: shown(record["voltage"].to_numpy(), "voltage") for word, record in both.items()}
    passed = {word: passed_charge(record)[0] / size for word, record in both.items()}
    charges = {word: shown(charge, name) for word, charge in passed.items()}
    one_way = all(_one_way(charge) for charge in passed.values())
    whole = padded(np.concatenate(list(volts.values())), 0.08)
    if one_way:
        along, places = name, charges
        second = _plateau(np.concatenate(list(volts.values())))
        below = "its lower part enlarged (bottom)"
    else:
        along, places = "time", {word: shown(_since_start(record), "time") for word, record in both.items()}
        second, below = whole, "and over time (bottom)"
    lines = tuple(
        Line(value=float(shown(level, "voltage")), upright=False, label=f"{level:g} V", role="muted", hover="cut-off")
        for level in cutoffs
    )
    panels = tuple(
        Panel(
            x=axis_of(quantity_name, limits=padded(np.concatenate(list(x.values())), 0.02)),
            y=axis_of("voltage", limits=limits),
            series=(
                Series(name="measured", x=x["measured"], y=volts["measured"], role="primary", in_legend=bool(k)),
                Series(name="model", x=x["model"], y=volts["model"], role="second", style="dashed", in_legend=bool(k)),
            ),
            lines=() if k else lines,
        )
        for k, (quantity_name, x, limits) in enumerate(((name, charges, whole), (along, places, second)))
    )
    return Figure(
        title="Voltage, measured and of the model",
        caption=f"Voltage against the charge that passed (top), {below}."
        + (
            " The model ran the half cycles, rests and spectra of the measurement; where the measurement ended by voltage, the "
            "model was run on to its own end."
            if repeats
            else ""
        ),
        panels=panels,
    )


def _one_way(charge: Floats) -> bool:
    """Whether a charge only rises or only falls, but for noise."""
    steps = np.diff(charge)
    return bool(min(steps[steps > 0].sum(), -steps[steps < 0].sum()) <= 1e-3 * np.abs(steps).sum())


def _plateau(volts: Floats) -> tuple[float, float]:
    """Limits that show what lies below the run-away: nine tenths of the rows, and as much above."""
    known = volts[np.isfinite(volts)]
    low, high = (float(np.quantile(known, share)) for share in (0.0, 0.9)) if known.size else (0.0, 1.0)
    return low - 0.1 * (high - low), high + (high - low)


def _since_start(record: xr.Dataset) -> Floats:
    time = record["time"].to_numpy().astype(float)
    return np.asarray(time - time[0] if time.size else time)


def number_comparison(comparison: RecordLike, *, names: tuple[str, ...] = ()) -> Figure:
    """Numbers of a model over measured ones, one row each, with both intervals.

    Parameters
    ----------
    comparison
        Record ``comparison``.
    names
        Rows to draw; default all that both gave.

    Returns
    -------
    Figure
        Measured intervals are bars around 1; the model's numbers are points with theirs, red where the residual is beyond 2.
    """
    record = check(comparison, "comparison")
    measured, predicted = record["measured"].to_numpy(), record["predicted"].to_numpy()
    told = record["name"].to_numpy().astype(str)
    wanted = np.isfinite(measured) & np.isfinite(predicted) & (measured != 0)
    if names:
        wanted &= np.isin(told, names)
    at = np.flatnonzero(wanted)
    scale = measured[at]
    ratio = tidy(predicted[at] / scale)
    ends = {
        word: np.stack([tidy(record[f"{word}_{side}"].to_numpy()[at] / scale) for side in ("lower", "upper")], axis=1)
        for word in ("measured", "predicted")
    }
    rows = np.arange(at.size, dtype=float)[::-1].copy()
    far = np.abs(record["standardised_residual"].to_numpy()[at]) > 2
    calibrated = record["status"].to_numpy()[at] == "calibrated"
    hover = tuple(_hover(record, int(k)) for k in at)
    groups: tuple[tuple[str, Role, npt.NDArray[np.bool_]], ...] = (
        ("model, predicted", "model", ~far & ~calibrated),
        ("model, calibrated on numbers of this kind", "second", ~far & calibrated),
        ("model, more than 2 standard deviations off", "warning", far),
    )
    series = [
        Series(
            name="measured",
            x=np.ones(at.size),
            y=rows + 0.18,
            style="points",
            role="muted",
            hover=hover,
            x_interval=(ends["measured"][:, 0], ends["measured"][:, 1]),
        )
    ]
    series += [
        Series(
            name=word,
            x=ratio[chosen],
            y=rows[chosen] - 0.12,
            style="points",
            role=role,
            hover=tuple(text for text, here in zip(hover, chosen, strict=True) if here),
            x_interval=(ends["predicted"][chosen, 0], ends["predicted"][chosen, 1]),
        )
        for word, role, chosen in groups
        if chosen.any()
    ]
    reach = np.concatenate((ratio, *(one.ravel() for one in ends.values()), [1.0]))
    reach = reach[np.isfinite(reach)]
    labels = tuple(name.replace(".", ": ", 1).replace("_", " ") for name in told[at])
    return Figure(
        title="The model over the measurement",
        caption="Number of the model over the measured one. Grey: measured, with its interval. Bars of the model: the stated intervals "
        "of its parameters, each varied alone and added in quadrature; the model's own error is not in them.",
        panels=(
            Panel(
                x=Axis(label="model / measured", limits=padded(reach, 0.08)),
                y=Axis(label="", categories=tuple(reversed(labels)), limits=(-0.6, at.size - 0.4)),
                series=tuple(series),
                lines=(Line(value=1.0, upright=True, label="", role="muted", hover="measured"),),
                height=max(0.6, 0.14 * at.size),
            ),
        ),
    )


def _hover(record: xr.Dataset, k: int) -> str:
    entry = quantity(str(record["quantity"].to_numpy()[k]))
    both = ", ".join(
        f"{word} {with_unit(float(entry.to_display(float(record[word].to_numpy()[k]))), entry.shown_unit)}"
        for word in ("measured", "predicted")
    )
    return f"{record['name'].to_numpy()[k]}<br>{both}<br>{record['status'].to_numpy()[k]}"
