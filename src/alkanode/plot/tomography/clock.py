"""When scans were taken: capacity and voltage at each, on the potentiostat's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, FloatArray, Note, Panel, Series
from alkanode.plot.display import shown

if TYPE_CHECKING:
    import xarray as xr


_ROOM = (0.08, 0.1)
"""Share of the width and of the height of the panel that a name needs."""


def scans_on_the_clock(charges: xr.Dataset) -> Figure:
    """Capacity and voltage at each scan over time, with what passes during the scan.

    Parameters
    ----------
    charges
        A ``scan_charges`` record, with the names of the scans as coordinate where they have names.

    Returns
    -------
    Figure
        Bars from start to end of each scan: capacity (top) and voltage (bottom).
    """
    charges = check(charges, "scan_charges")
    hours = charges["time"].to_numpy() / 3600
    begin, end = (charges[name].to_numpy() / 3600 for name in ("scan_start", "scan_end"))
    field = "areal_capacity" if "areal_capacity" in charges else "charge"
    unit = "mAh cm-2" if field == "areal_capacity" else "mAh"
    middle = shown(charges[field].to_numpy(), field)
    start, stop = (shown(charges[f"{field}_at_{which}"].to_numpy(), field) for which in ("start", "end"))
    names = charges["scan"].to_numpy() if "scan" in charges.coords else np.arange(1, hours.size + 1)
    x = Axis(label="time", unit="h", quantity="time")
    panels = [
        Panel(
            x=x,
            y=Axis(label="capacity stripped", unit=unit, quantity=field),
            series=(
                _bars("capacity", hours, middle, (begin, end), (np.minimum(start, stop), np.maximum(start, stop))),
            ),
            notes=_names([str(name) for name in names], hours, middle),
        )
    ]
    if "voltage" in charges:
        low, high = (charges[f"voltage_{which}"].to_numpy() for which in ("lowest", "highest"))
        voltage = _bars("voltage", hours, charges["voltage"].to_numpy(), (begin, end), (low, high))
        panels.append(Panel(x=x, y=Axis(label="voltage", unit="V", quantity="voltage"), series=(voltage,)))
    return Figure(
        title="When the scans were taken",
        caption="Capacity (top) and voltage (bottom) in the middle of each scan; bars span the scan. Capacity counts from "
        "the reference scan, positive where metal was stripped from the anode.",
        panels=tuple(panels),
        shared_x=True,
    )


def _names(names: list[str], hours: FloatArray, heights: FloatArray) -> tuple[Note, ...]:
    """Names over the points; of points too close for a name each, one note names all."""
    width, height = (float(np.ptp(values)) or 1.0 for values in (hours, heights))
    groups: list[list[int]] = []
    for place in np.argsort(hours, kind="stable").tolist():
        last = groups[-1][-1] if groups else None
        near = last is not None and (
            hours[place] - hours[last] < _ROOM[0] * width and abs(heights[place] - heights[last]) < _ROOM[1] * height
        )
        if near:
            groups[-1].append(place)
        else:
            groups.append([place])
    return tuple(
        Note(
            text=", ".join(names[place] for place in group),
            x=float(hours[group].mean()),
            y=float(heights[group].max()),
            level="above",
            role="model",
        )
        for group in groups
    )


def _bars(
    name: str, x: FloatArray, y: FloatArray, across: tuple[FloatArray, FloatArray], along: tuple[FloatArray, FloatArray]
) -> Series:
    return Series(name=name, x=x, y=y, style="points", x_interval=across, y_interval=along, in_legend=False)
