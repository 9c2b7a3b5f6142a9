"""Figures of fitted circuits: data with fit, residuals, parameters along a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.describe_impedance import nyquist
from alkanode.plot.description import Axis, ColourScale, Figure, FloatArray, Line, Panel, Series
from alkanode.plot.display import axis_of, best_place, extent, log_padded, padded, places, positive, shown, spread, tidy
from alkanode.plot.style import CYCLE

_MOST = 6
"""Spectra drawn with their fits unless others are asked for."""

_MOST_RESIDUALS = 40

_STRAY = 0.05
_STRAY_FACTOR = 3.0
"""A resistance this many times beyond the inner 90 % of all resistances leaves the frame."""
_LOST = 1e-4
"""A resistance below this share of the median is one that the fit did without."""


def circuit_fit(
    record: RecordLike, fit: RecordLike, *, area: QuantityLike | None = None, spectra: Sequence[int] | None = None
) -> Figure:
    """Spectra as points and the fitted circuit as lines in the complex plane, equal axes.

    Parameters
    ----------
    record
        The impedance record that was fitted.
    fit
        Its ``circuit_fit``.
    area
        Electrode area (m2, or text); impedances are then shown in ohm cm2.
    spectra
        Numbers of the spectra; by default six fitted ones, evenly spread, first and last among them.

    Returns
    -------
    Figure
        One panel. The title holds the circuit.

    Raises
    ------
    SchemaError
        For records that do not belong together, or when nothing was fitted.
    UnitsError
        When area is no area.
    """
    record, fit = check(record, "impedance"), check(fit, "circuit_fit")
    if record["impedance"].shape != fit["model_impedance"].shape:
        raise SchemaError(
            "a fit is drawn with the record it belongs to",
            found=f"shapes {fit['model_impedance'].shape} and {record['impedance'].shape}",
        )
    fitted = _fitted(fit.sizes["spectrum"], np.isfinite(fit["value"].to_numpy()).all(axis=1))
    chosen = list(spectra) if spectra is not None else [int(k) for k in fitted[spread(fitted.size, _MOST)]]
    data = nyquist(record, area=area, spectra=chosen)
    panel = data.panels[0]
    measured = [
        replace(one, name="data", style="points", in_legend=place == 0)
        for place, one in enumerate(panel.series[: len(chosen)])
    ]
    model = record.assign(impedance=(record["impedance"].dims, np.asarray(fit["model_impedance"].to_numpy())))
    kept = [k for k in chosen if k in set(fitted.tolist())]
    drawn = nyquist(model, area=area, spectra=kept).panels[0].series[: len(kept)] if kept else ()
    shades = dict(zip(chosen, (one.shade for one in measured), strict=True))
    lines = [
        replace(
            one,
            name="fit",
            style="line",
            role="model",
            shade=shades[k] if len(chosen) > 1 else None,
            in_legend=k == kept[0],
        )
        for k, one in zip(kept, drawn, strict=True)
    ]
    return Figure(
        title=f"Fit of {fit.attrs.get('circuit', 'a circuit')}",
        caption=f"{data.caption} Points: data; lines: fitted circuit.",
        panels=(replace(panel, series=(*measured, *lines, *panel.series[len(chosen) :])),),
        notes=data.notes,
    )


def circuit_residuals(fit: RecordLike) -> Figure:
    """Residuals of a fitted circuit against frequency, real and imaginary part in per cent of |Z|.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.

    Returns
    -------
    Figure
        Two panels over one axis of frequency, at most 40 spectra. A circuit that describes the data leaves a band without
        waves.

    Raises
    ------
    SchemaError
        When the record is of another kind or nothing was fitted.
    """
    fit = check(fit, "circuit_fit")
    fitted = _fitted(fit.sizes["spectrum"], np.isfinite(fit["value"].to_numpy()).all(axis=1))
    drawn = fitted[spread(fitted.size, _MOST_RESIDUALS)]
    frequency = positive(shown(fit["frequency"].to_numpy(), "frequency"))
    both = 100 * np.stack([fit[f"residual_{part}"].to_numpy() for part in ("real", "imaginary")])
    limits = padded(np.append(both[:, drawn].ravel(), [-1.0, 1.0]), 0.05)
    x = axis_of("frequency", scale="log", limits=log_padded(frequency[drawn]))
    last = max(float(fitted[-1] - fitted[0]), 1.0)

    def panel(values: FloatArray, part: str) -> Panel:
        series = []
        for index in map(int, drawn):
            order = np.argsort(frequency[index])
            kept = order[np.isfinite(values[index][order])]
            series.append(
                Series(
                    name=f"spectrum {index}",
                    x=frequency[index][kept],
                    y=values[index][kept],
                    style="line+points",
                    shade=(index - float(fitted[0])) / last if fitted.size > 1 else None,
                    hover=tuple(f"spectrum {index}" for _ in kept),
                    in_legend=False,
                )
            )
        scale = ColourScale(label="spectrum", unit="1", low=float(fitted[0]), high=float(fitted[-1]))
        return Panel(
            x=x,
            y=Axis(label=f"{part} residual", unit="%", limits=limits),
            series=tuple(series),
            lines=(Line(value=0.0, upright=False),),
            colour_scale=scale if fitted.size > 1 else None,
        )

    notes = () if drawn.size == fitted.size else (f"{drawn.size} of {fitted.size} spectra are drawn, evenly spread.",)
    return Figure(
        title="Residuals of the circuit",
        caption="Difference of the fitted circuit and the data over |Z|, real (top) and imaginary part (bottom). Waves mean "
        "that the circuit lacks something.",
        panels=(panel(both[0], "real"), panel(both[1], "imaginary")),
        shared_x=True,
        notes=notes,
    )


def circuit_parameters(
    fit: RecordLike, *, parameters: Sequence[str] | None = None, area: QuantityLike | None = None
) -> Figure:
    """Resistances of a fitted circuit along charge, time or number of the spectrum, with 95 % intervals.

    Parameters
    ----------
    fit
        Record of kind ``circuit_fit``.
    parameters
        Names of resistances; by default all of the circuit.
    area
        Electrode area (m2, or text); resistances are then shown in ohm cm2.

    Returns
    -------
    Figure
        One panel, resistance upwards on a logarithmic axis.

    Raises
    ------
    SchemaError
        When the record is of another kind, nothing was fitted, or a parameter is unknown or no resistance.
    UnitsError
        When area is no area.
    """
    fit = check(fit, "circuit_fit")
    names = [str(name) for name in fit["parameter"].to_numpy()]
    units = str(fit.attrs.get("parameter_units", "")).split()
    resistances = [name for name, unit in zip(names, units, strict=False) if unit == "ohm"]
    wanted = resistances if parameters is None else list(parameters)
    wrong = [name for name in wanted if name not in resistances]
    if wrong or not wanted:
        raise SchemaError(
            "resistances of the fitted circuit are needed",
            found=", ".join(map(repr, wrong)) or "none",
            todo=f"Known: {', '.join(resistances)}",
        )
    _fitted(fit.sizes["spectrum"], np.isfinite(fit["value"].to_numpy()).all(axis=1))
    entry = quantity("impedance" if area is None else "area_specific_resistance")
    factor = 1.0 if area is None else extent(area, "area") * entry.factor
    where, axis = places(fit, best_place(fit))
    owners = _owners(str(fit.attrs.get("processes", "")))
    series = []
    for place, name in enumerate(wanted):
        column = names.index(name)
        value, low, high = (factor * fit[f].to_numpy()[:, column] for f in ("value", "lower_95", "upper_95"))
        kept = np.flatnonzero(np.isfinite(value) & np.isfinite(where))
        ends = tuple(np.where(np.isfinite(end[kept]), end[kept], value[kept]) for end in (low, high))
        series.append(
            Series(
                name=f"{name} ({owners[name]})" if name in owners else name,
                x=where[kept],
                y=tidy(value[kept]),
                style="line+points",
                role=CYCLE[place % len(CYCLE)],
                y_interval=(ends[0], ends[1]),
                hover=tuple(f"spectrum {int(k)}" for k in kept),
            )
        )
    limits, beyond = _limits(np.concatenate([one.y for one in series]))
    return Figure(
        title="Resistances of the circuit",
        caption="Fitted resistances with 95 % intervals. An interval over decades means that the data do not determine the "
        "resistance; the axis fits nearly all values.",
        panels=(
            Panel(
                x=Axis(label=axis.label, unit=axis.unit, quantity=axis.quantity, limits=padded(where, 0.04)),
                y=Axis(
                    label="resistance",
                    unit=entry.shown_unit,
                    quantity=entry.name,
                    scale="log",
                    limits=limits,
                ),
                series=tuple(series),
            ),
        ),
        notes=(f"{beyond} values lie beyond the frame; the data do not determine them.",) if beyond else (),
    )


def _limits(values: FloatArray) -> tuple[tuple[float, float], int]:
    """Limits of a logarithmic axis around nearly all values, and how many lie beyond.

    A fit that lost a resistance may put it decades away.
    """
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        return log_padded(values), 0
    low, high = np.quantile(known, [_STRAY, 1 - _STRAY], method="inverted_cdf") * [1 / _STRAY_FACTOR, _STRAY_FACTOR]
    kept = known[(known >= max(low, _LOST * float(np.median(known)))) & (known <= high)]
    return log_padded(kept), int(known.size - kept.size)


def _owners(processes: str) -> dict[str, str]:
    """Process of each resistance, from the attribute of a fit with a preset; the narrowest process counts."""
    owners: dict[str, tuple[int, str]] = {}
    for line in processes.split("; "):
        name, _, members = line.partition(": ")
        for member in members.split():
            if member not in owners or len(members.split()) < owners[member][0]:
                owners[member] = (len(members.split()), name)
    return {member: name for member, (_, name) in owners.items()}


def _fitted(count: int, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Numbers of the fitted spectra."""
    fitted = np.flatnonzero(known)
    if fitted.size == 0:
        raise SchemaError("a figure of a fit needs a fitted spectrum", found=f"none of {count}")
    return fitted
