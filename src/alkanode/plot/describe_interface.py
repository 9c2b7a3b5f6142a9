"""Figures of contact: constriction over area fraction, active area by route, rivals for a peak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.impedance import constriction_resistance
from alkanode.plot.description import Axis, Figure, Line, Panel, Role, Series
from alkanode.plot.display import axis_of, best_place, log_padded, padded, places, positive, shown
from alkanode.plot.style import CYCLE, number, with_unit

_ROUTE_NAMES = {
    "charge_transfer": "charge-transfer resistance",
    "double_layer": "double-layer capacitance",
    "constriction": "constriction",
}
_ROUTE_ROLES: dict[str, Role] = {"charge_transfer": "primary", "double_layer": "second", "constriction": "third"}
_MOST_PEAKS = 6
_RIM = np.linspace(0, 2 * np.pi, 121)
_RIM_95 = 2.4477  # radius of the 95 % ellipse of two normal numbers, in standard deviations


def constriction(record: RecordLike) -> Figure:
    """Constriction resistance against area fraction, and the arcs of the voids.

    Parameters
    ----------
    record
        A ``constriction`` record; best with several area fractions.

    Returns
    -------
    Figure
        Top: finite volumes (points), series and the (1 - e)^1.5 form (lines), e the square root of the fraction. Bottom: -Im
        of the arcs, each over its own resistance, against frequency.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    record = check(record, "constriction").sortby("area_fraction")
    f = record["area_fraction"].to_numpy()
    found = positive(shown(record["constriction_resistance"].to_numpy(), "constriction_resistance"))
    formula = positive(shown(record["constriction_formula"].to_numpy(), "constriction_resistance"))
    rough = shown(
        constriction_resistance(
            f,
            resistivity=record["resistivity"].to_numpy(),
            spacing=record["contact_spacing"].to_numpy(),
            form="three-halves",
        ),
        "constriction_resistance",
    )
    at_zero = record["constriction_resistance"].to_numpy()
    loss = -record["constriction_impedance"].to_numpy().imag
    frequency = shown(record["frequency"].to_numpy(), "frequency")
    arcs = tuple(
        Series(
            name=f"f = {number(float(f[index]))}",
            x=frequency[index],
            y=np.asarray(loss[index] / at_zero[index]),
            role=CYCLE[place % len(CYCLE)],
        )
        for place, index in enumerate(_some(np.flatnonzero(np.isfinite(record["relaxation_time"].to_numpy()))))
    )
    spacing = with_unit(*_display(float(record["contact_spacing"][0]), "contact_spacing"))
    depth = with_unit(*_display(float(record["void_depth"][0]), "void_depth"))
    return Figure(
        title="Constriction of current to contact spots",
        caption=f"Extra resistance over the area fraction in contact (top), and the arc of the voids (bottom); spots "
        f"{spacing} apart in half distance, voids {depth} deep.",
        panels=(
            Panel(
                x=replace(axis_of("area_fraction"), scale="log", limits=log_padded(f)),
                y=axis_of(
                    "constriction_resistance",
                    label="extra resistance",
                    scale="log",
                    limits=log_padded(np.concatenate([found, formula])),
                ),
                series=(
                    Series(name="series", x=f, y=formula, role="model"),
                    Series(name="(1 - e)^1.5", x=f, y=rough, style="dashed", role="muted"),
                    Series(name="finite volumes", x=f, y=found, style="points", role="primary"),
                ),
            ),
            Panel(
                x=axis_of("frequency", scale="log", limits=log_padded(frequency)),
                y=Axis(label="−Im over R at 0 Hz", limits=(0.0, 0.65)),
                series=arcs,
            ),
        ),
        notes=(
            "For perfect contact inside the spots the series and the finite volumes agree; a contact resistance moves the "
            "points up.",
        )
        if float(record.attrs.get("contact_resistance", 0.0)) > 0
        else (),
    )


def active_area(record: RecordLike) -> Figure:
    """Area fraction in contact along a series, by route and from all of them.

    Parameters
    ----------
    record
        An ``active_area`` record.

    Returns
    -------
    Figure
        Top: fractions with 95 % intervals; bottom: how far the routes are apart, in standard deviations. The joint value has
        gaps where the routes disagree.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    record = check(record, "active_area")
    where, x = places(record, best_place(record))
    series: list[Series] = []
    for name in record["route"].to_numpy().astype(str):
        one = record.sel(route=name)
        middle = one["route_area_fraction"].to_numpy()
        if np.isfinite(middle).any():
            series.append(
                Series(
                    name=_ROUTE_NAMES.get(name, name),
                    x=where,
                    y=middle,
                    style="points",
                    role=_ROUTE_ROLES.get(name, "fourth"),
                    y_interval=(one["route_low"].to_numpy(), one["route_high"].to_numpy()),
                )
            )
    joint = record["area_fraction"].to_numpy()
    ends = (record["area_fraction_low"].to_numpy(), record["area_fraction_high"].to_numpy())
    if np.isfinite(joint).any():
        series.append(Series(name="all routes", x=where, y=joint, style="line+points", role="model", y_interval=ends))
    every = np.concatenate(
        [np.concatenate(one.y_interval) for one in series if one.y_interval is not None] or [np.ones(1)]
    )
    limit = float(record.attrs["disagreement_limit"])
    pairs = tuple(
        Series(
            name=str(name).replace("_", " "),
            x=where,
            y=record["tension"].sel(pair=name).to_numpy(),
            style="line+points",
            role=CYCLE[place],
        )
        for place, name in enumerate(record["pair"].to_numpy().astype(str))
        if np.isfinite(record["tension"].sel(pair=name).to_numpy()).any()
    )
    panels = [
        Panel(
            x=replace(x, limits=padded(where, 0.03)),
            y=replace(axis_of("area_fraction"), scale="log", limits=log_padded(every)),
            series=tuple(series),
            height=1.5,
        )
    ]
    if pairs:
        reach = max(1.5 * limit, float(np.nanmax(np.abs(np.concatenate([pair.y for pair in pairs])))))
        panels.append(
            Panel(
                x=replace(x, limits=padded(where, 0.03)),
                y=replace(axis_of("tension"), limits=(-1.1 * reach, 1.1 * reach)),
                series=pairs,
                lines=tuple(
                    Line(value=sign * limit, upright=False, role="warning", label="disagree" if sign > 0 else "")
                    for sign in (1, -1)
                ),
            )
        )
    checks = str(record.attrs.get("checks", ""))
    return Figure(
        title="Area fraction in contact",
        caption=f"Share of the area in contact, 1 in the reference state ({record.attrs['reference_state']}), with 95 % "
        "intervals. Black: all routes together, where they agree.",
        panels=tuple(panels),
        shared_x=True,
        notes=tuple(checks.splitlines()),
    )


def rivals(record: RecordLike) -> Figure:
    """Peaks among the regions that rival processes predict, and the evidence for each.

    Parameters
    ----------
    record
        A ``process_assignments`` record.

    Returns
    -------
    Figure
        Top: relaxation time and resistance of the peaks, with the 95 % region of each rival. Bottom: how much worse than the
        best each rival predicts the first six peaks, in powers of ten.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    record = check(record, "process_assignments")
    names = record["rival"].to_numpy().astype(str)
    regions = [
        _region(record, place, name, CYCLE[number_ % len(CYCLE)], number_ >= len(CYCLE))
        for number_, (place, name) in enumerate(
            (place, name)
            for place, name in enumerate(names)
            if "rival_log_mean" in record and np.isfinite(record["rival_log_mean"].to_numpy()[place]).all()
        )
    ]
    tau = shown(record["relaxation_time"].to_numpy(), "relaxation_time")
    resistance = shown(record["area_specific_resistance"].to_numpy(), "area_specific_resistance")
    peaks = Series(
        name="peaks",
        x=tau,
        y=resistance,
        style="points",
        role="model",
        hover=tuple(str(text) for text in record["sentence"].to_numpy()),
    )
    evidence = record["log_evidence"].to_numpy() / np.log(10)
    behind = evidence - evidence.max(axis=1, keepdims=True) if evidence.size else evidence
    decisive = float(np.log10(record.attrs["decisive"]))
    floor = -12.0
    bars = tuple(
        Series(
            name=f"peak {row}: {with_unit(float(tau[row]), 's')}",
            x=np.maximum(behind[row], floor),
            y=np.arange(names.size, dtype=float),
            style="points",
            role=CYCLE[place],
        )
        for place, row in enumerate(_some(np.arange(record.sizes["row"])))
    )
    return Figure(
        title="Rivals for the peaks",
        caption="What each rival predicts (lines: 95 % regions, from its formula and prior ranges) and where the peaks lie "
        "(top); evidence of each rival over that of the best (bottom). Rivals right of the dashed line cannot be told "
        "from the best.",
        panels=(
            Panel(
                x=axis_of(
                    "relaxation_time", scale="log", limits=log_padded(np.concatenate([tau, *(r.x for r in regions)]))
                ),
                y=replace(
                    axis_of("area_specific_resistance"),
                    scale="log",
                    limits=log_padded(np.concatenate([resistance, *(r.y for r in regions)])),
                ),
                series=(*regions, peaks),
                height=1.5,
            ),
            Panel(
                x=Axis(label="log10 of evidence over the best", limits=(floor - 0.5, 0.5)),
                y=Axis(label="", categories=tuple(names), limits=(-0.5, names.size - 0.5)),
                series=bars,
                lines=(Line(value=-decisive, upright=True, role="muted"),),
            ),
        ),
        notes=("Prior ranges are mostly assumed; evidence moves with them.",),
    )


def _region(record: xr.Dataset, place: int, name: str, role: Role, again: bool) -> Series:
    """Rim of the 95 % region of a rival in relaxation time and resistance."""
    mean = record["rival_log_mean"].to_numpy()[place]
    factor = np.linalg.cholesky(record["rival_log_covariance"].to_numpy()[place])
    rim = mean[:, None] + _RIM_95 * factor @ np.stack([np.cos(_RIM), np.sin(_RIM)])
    return Series(
        name=name,
        x=shown(np.exp(rim.sum(axis=0)), "relaxation_time"),
        y=shown(np.exp(rim[0]), "area_specific_resistance"),
        style="dashed" if again else "line",
        role=role,
    )


def _some(indices: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> list[int]:
    """A few of many, the first and the last among them."""
    if indices.size <= _MOST_PEAKS:
        return [int(index) for index in indices]
    return [int(index) for index in indices[np.linspace(0, indices.size - 1, _MOST_PEAKS).round().astype(np.intp)]]


def _display(value: float, name: str) -> tuple[float, str]:
    return float(shown(np.asarray(value), name)), axis_of(name).unit
