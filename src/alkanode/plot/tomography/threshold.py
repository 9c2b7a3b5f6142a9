"""How the threshold was chosen: false grains on maps without change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Line, Panel, Series
from alkanode.plot.display import positive
from alkanode.plot.style import CYCLE, number

if TYPE_CHECKING:
    import xarray as xr


def change_threshold(record: xr.Dataset) -> Figure:
    """False grains over the threshold, one curve per smallest grain, and the choice.

    Parameters
    ----------
    record
        A ``change_threshold`` record.

    Returns
    -------
    Figure
        Found rate and, dotted, its upper bound (1/mm3); the chosen threshold and the allowed rate are lines.
    """
    record = check(record, "change_threshold")
    x = record["threshold"].to_numpy()
    series = []
    for place, size in enumerate(record["smallest_grain"].to_numpy()):
        role = CYCLE[place % len(CYCLE)]
        found = 1e-9 * record["false_grain_density"].to_numpy()[:, place]
        series.append(Series(name=f"from {number(float(size))} voxels", x=x, y=positive(found), role=role))
        if "false_grain_density_upper" in record:
            upper = 1e-9 * record["false_grain_density_upper"].to_numpy()[:, place]
            series.append(
                Series(name="upper bound", x=x, y=positive(upper), role=role, style="dotted", in_legend=place == 0)
            )
    lines = []
    if "threshold" in record.attrs:
        chosen = float(record.attrs["threshold"])
        lines.append(Line(value=chosen, upright=True, label=f"chosen {number(chosen)}", role="model"))
    if "allowed_density" in record.attrs:
        allowed = 1e-9 * float(record.attrs["allowed_density"])
        lines.append(Line(value=allowed, upright=False, label="allowed", role="warning"))
    values = np.concatenate([one.y for one in series]) if series else np.array([np.nan])
    log = bool((values > 0).any())
    return Figure(
        title="False grains on maps without change",
        caption="Grains found where nothing changed, over the threshold in multiples of the noise.",
        panels=(
            Panel(
                x=Axis(label="threshold / noise"),
                y=Axis(label="false grains", unit="mm-3", scale="log" if log else "linear"),
                series=tuple(series),
                lines=tuple(lines),
            ),
        ),
    )
