"""Voltage of a simulated cell against the charge that passed, with what ended its steps."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.schema import check
from alkanode.foundation.units import QuantityLike
from alkanode.plot.description import Figure, Line, Panel, Role, Series
from alkanode.plot.display import axis_of, extent, padded, shown

_CYCLE_ROLES: tuple[Role, ...] = ("primary", "second", "third", "fourth", "fifth")

FAILURES = ("contact_loss", "short", "infeasible", "solver_failure")
"""Events that are drawn as failures."""


def simulated_voltage(
    history: xr.DataTree, *, area: QuantityLike | None = None, mass: QuantityLike | None = None
) -> Figure:
    """Voltage against charge, cycle by cycle, with events marked.

    Parameters
    ----------
    history
        What :func:`alkanode.simulate` returned.
    area, mass
        m2 and kg, or text. With a mass the charge is shown per gram of alloy, else with an area per area.

    Returns
    -------
    Figure
    """
    record = check(history, "cycling")
    name, size = ("charge", 1.0)
    if mass is not None:
        name, size = "specific_capacity", extent(mass, "mass")
    elif area is not None:
        name, size = "areal_capacity", extent(area, "area")
    charge = passed_charge(record)[0]
    x, y = shown(charge / size, name), shown(record["voltage"].to_numpy(), "voltage")
    cycle = record["cycle"].to_numpy() if "cycle" in record else np.ones(x.size)
    numbers = np.unique(cycle)
    series = tuple(
        Series(
            name=f"cycle {int(number)}" if numbers.size > 1 else "voltage",
            x=x[cycle == number],
            y=y[cycle == number],
            role=_CYCLE_ROLES[k % len(_CYCLE_ROLES)],
            in_legend=1 < numbers.size <= len(_CYCLE_ROLES),
        )
        for k, number in enumerate(numbers)
    )
    marks = _marks(history, record, charge / size, name)
    return Figure(
        title="Simulated voltage",
        caption="Voltage of the simulated cell against the charge that passed, positive where the anode is stripped."
        + (" Vertical lines: what ended a step or failed." if marks else ""),
        panels=(
            Panel(
                x=axis_of(name, limits=padded(x, 0.02)),
                y=axis_of("voltage", limits=padded(y, 0.08)),
                series=series,
                lines=marks,
            ),
        ),
        notes=(f"Simulated: {history.attrs.get('model', 'a cell model')}.",),
    )


def _marks(history: xr.DataTree, record: xr.Dataset, capacity: np.ndarray, name: str) -> tuple[Line, ...]:
    if "events" not in history.children:
        return ()
    events = check(history["events"].to_dataset(), "simulated_events")
    time = record["time"].to_numpy()
    lines: dict[str, Line] = {}
    for at, what, reason in zip(
        events["time"].to_numpy(), events["name"].to_numpy(), events["reason"].to_numpy(), strict=True
    ):
        if str(what) in FAILURES or str(what) == "voltage_limit":
            value = float(shown(np.interp(at, time, capacity), name))
            lines.setdefault(
                str(what),
                Line(
                    value=value,
                    upright=True,
                    label=str(what).replace("_", " "),
                    role="warning" if str(what) in FAILURES else "muted",
                    hover=str(reason),
                ),
            )
    return tuple(lines.values())
