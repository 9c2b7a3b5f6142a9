"""How the methods that look for the rotation axis agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Line, Panel, Series
from alkanode.plot.style import CYCLE, number

if TYPE_CHECKING:
    import xarray as xr


def rotation_axis(axis: xr.Dataset, *, title: str = "Rotation axis") -> Figure:
    """Score of each method over the detector column, with the column it chose.

    Parameters
    ----------
    axis
        A ``rotation_axis`` record.
    title
        Over the figure.

    Returns
    -------
    Figure
        One panel per method that has a curve. A method that is not usable is drawn in grey, with the reason.
    """
    axis = check(axis, "rotation_axis")
    panels, notes = [], []
    for place, method in enumerate(axis["axis_method"].to_numpy()):
        one = axis.isel({"axis_method": place})
        usable = bool(one["usable"])
        found = float(one["axis_column"])
        if not usable and "reason" in one and str(one["reason"].item()):
            notes.append(f"{method}: {one['reason'].item()}")
        x, y = one["candidate"].to_numpy().astype(float), one["score"].to_numpy().astype(float)
        known = np.isfinite(x) & np.isfinite(y)
        if not known.any():
            continue
        panels.append(
            Panel(
                x=Axis(label="detector column", unit="1", quantity="axis_column"),
                y=Axis(label=f"{str(method).replace('_', ' ')}"),
                series=(
                    Series(
                        name=str(method),
                        x=x[known],
                        y=y[known],
                        role=CYCLE[place % len(CYCLE)] if usable else "muted",
                        in_legend=False,
                    ),
                ),
                lines=(
                    (Line(value=found, upright=True, label=number(found), role="model" if usable else "warning"),)
                    if x[known].min() <= found <= x[known].max()
                    else ()
                ),
                height=0.7,
            )
        )
    if not panels:
        panels.append(Panel(x=Axis(label="detector column"), y=Axis(label="score")))
    return Figure(
        title=title,
        caption="Score of each method over the detector column (lower is better), and the column it chose.",
        panels=tuple(panels),
        notes=tuple(notes),
    )
