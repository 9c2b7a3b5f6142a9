"""Figures of profile shapes: half cycles over each other with what was read from them, and the numbers over cycles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check
from alkanode.data.steps import rows_by_half_cycle, with_half_cycles
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike
from alkanode.plot.description import Axis, Figure, FloatArray, Panel, Role, Series
from alkanode.plot.display import axis_of, extent, padded, shown, shown_number, spread
from alkanode.plot.style import CYCLE

_MOST = 6


def half_cycle_shapes(
    record: RecordLike,
    shapes: xr.Dataset,
    *,
    area: QuantityLike | None = None,
    half_cycles: Sequence[int] | None = None,
) -> Figure:
    """Overpotential of half cycles against the charge passed in them, with spike, plateaus and ramps.

    Parameters
    ----------
    record
        Cycling record.
    shapes
        The ``profile_shape`` record of it.
    area
        Electrode area (m2, or text); the axis is then mAh cm-2, else mAh.
    half_cycles
        Which to draw; by default six, spread over the record.

    Returns
    -------
    Figure

    Raises
    ------
    SchemaError
        When a record is of another kind, the shapes are of another record, or a half cycle does not exist.
    """
    record, shapes = check(record, "cycling"), check(shapes, "profile_shape")
    groups = rows_by_half_cycle(with_half_cycles(record)["half_cycle"].to_numpy())
    if len(groups) != shapes.sizes["half_cycle"]:
        raise SchemaError(
            "the shapes must be of this record", found=f"{shapes.sizes['half_cycle']} shapes, {len(groups)} half cycles"
        )
    drawn = [int(i) for i in spread(len(groups), _MOST)] if half_cycles is None else list(half_cycles)
    if not drawn or min(drawn) < 0 or max(drawn) >= len(groups):
        raise SchemaError(f"half cycles 0 to {len(groups) - 1} can be drawn", found=str(drawn))
    name, size = ("charge", 1.0) if area is None else ("areal_capacity", extent(area, "area"))
    charge, _ = passed_charge(record)
    voltage = record["voltage"].to_numpy().astype(float)
    series: list[Series] = []
    for place, index in enumerate(drawn):
        one, rows = shapes.isel(half_cycle=index), groups[index]
        role = CYCLE[place % len(CYCLE)]
        along = np.abs(charge[rows] - charge[max(int(rows[0]) - 1, 0)])
        sign = float(np.sign(one["current"].item())) or 1.0
        over = sign * (voltage[rows] - float(one["rest_voltage"])) / int(shapes.attrs["interfaces"])
        series.append(
            Series(
                name=f"{index}: {one['direction'].item()}, {one['shape'].item()}",
                x=shown(along / size, name),
                y=shown(over, "overpotential"),
                role=role,
            )
        )
        series += _marks(one, index, size, name, role)
    seen = np.concatenate([part.y for part in series])
    return Figure(
        title="Shape of half cycles",
        caption="Overpotential against the charge passed in each half cycle, positive in both directions. Dashed: the "
        "shape that the trace supports, as far as it was fitted. Points: nucleation spikes.",
        panels=(
            Panel(
                x=axis_of(name, limits=padded(np.concatenate([part.x for part in series]), 0.02)),
                y=axis_of("overpotential", limits=padded(seen, 0.06)),
                series=tuple(series),
            ),
        ),
        notes=_interface_note(shapes),
    )


def _marks(one: xr.Dataset, index: int, size: float, name: str, role: Role) -> list[Series]:
    """Plateaus or ramp of one half cycle as a dashed path, and its spike."""
    marks = []
    path_x, path_y = _path(one)
    if path_x.size:
        marks.append(
            Series(
                name=f"{index}: shape",
                x=shown(path_x / size, name),
                y=shown(path_y, "overpotential"),
                style="dashed",
                role=role,
                in_legend=False,
            )
        )
    if bool(one["spike_seen"]):
        top = float(one["spike"])
        marks.append(
            Series(
                name=f"{index}: spike",
                x=shown(np.array([float(one["spike_charge"])]) / size, name),
                y=shown(np.array([_start(one) + top]), "overpotential"),
                style="points",
                role=role,
                hover=(
                    f"nucleation spike of half cycle {index}: {shown_number(top, 'overpotential')} above the later trace",
                ),
                in_legend=False,
            )
        )
    return marks


def _start(one: xr.Dataset) -> float:
    """Overpotential of the shape where the spike stands, V."""
    return float(one["spike_base"])


def _path(one: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """The fitted shape as far as it was fitted: charge (C) and overpotential (V)."""
    charge, over = (one[f"path_{name}"].to_numpy().astype(float) for name in ("charge", "overpotential"))
    if str(one["shape"].item()) == "cannot say" or np.isnan(charge).any():
        return np.zeros(0), np.zeros(0)
    return charge, over


def _interface_note(shapes: xr.Dataset) -> tuple[str, ...]:
    shared = int(shapes.attrs["interfaces"])
    return () if shared == 1 else (f"Voltages are divided by {shared}, taken as equal interfaces.",)


def shape_history(shapes: RecordLike) -> Figure:
    """Overpotentials and spikes of every half cycle.

    Parameters
    ----------
    shapes
        A ``profile_shape`` record.

    Returns
    -------
    Figure
        First and second overpotential and the spike against the number of the half cycle, stripping and plating apart,
        with 95 % intervals; half cycles without a shape are missing.

    Raises
    ------
    SchemaError
        When the record is of another kind or no half cycle has a shape.
    """
    shapes = check(shapes, "profile_shape")
    said = shapes["shape"].to_numpy() != "cannot say"
    if not said.any():
        raise SchemaError("a history needs a half cycle with a shape", found="none")
    number = np.arange(shapes.sizes["half_cycle"], dtype=float)
    series: list[Series] = []
    roles: dict[str, tuple[Role, Role]] = {"strip": ("primary", "fourth"), "plate": ("second", "fifth")}
    for direction, (first, second) in roles.items():
        here = said & (shapes["direction"].to_numpy() == direction)
        series += _points(shapes, "eta_1", f"{direction}, first", number, here, first)
        series += _points(shapes, "eta_2", f"{direction}, second or end", number, here, second)
    spikes = said & shapes["spike_seen"].to_numpy()
    series += _points(shapes, "spike", "nucleation spike", number, spikes, "third")
    values = np.concatenate([part.y for part in series])
    return Figure(
        title="Shape over cycles",
        caption="Overpotential of the first plateau (or the beginning of a ramp) and of the second (or its end), and height of the "
        "nucleation spike above them, per half cycle; bars are 95 % intervals of each fit.",
        panels=(
            Panel(
                x=Axis(label="half cycle", limits=padded(number, 0.05)),
                y=axis_of("overpotential", limits=padded(np.append(values, 0.0), 0.06)),
                series=tuple(series),
            ),
        ),
        notes=_interface_note(shapes),
    )


def _points(
    shapes: xr.Dataset,
    field: str,
    name: str,
    number: FloatArray,
    here: npt.NDArray[np.bool_],
    role: Role,
) -> list[Series]:
    values = shapes[field].to_numpy()
    kept = here & np.isfinite(values)
    if not kept.any():
        return []
    ends = shown(shapes[f"{field}_interval"].to_numpy()[kept], "overpotential")
    return [
        Series(
            name=name,
            x=number[kept],
            y=shown(values[kept], "overpotential"),
            style="points",
            role=role,
            y_interval=(ends[:, 0], ends[:, 1]),
            hover=tuple(f"half cycle {int(i)}: {shapes['shape'].to_numpy()[int(i)]}" for i in number[kept]),
        )
    ]
