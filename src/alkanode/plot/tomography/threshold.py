"""How the threshold was chosen: false grains on maps without change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Line, Panel, Role, Series
from alkanode.plot.display import positive
from alkanode.plot.style import CYCLE, number

if TYPE_CHECKING:
    import xarray as xr

_SIDES: dict[str, tuple[str, Role]] = {"volume_gained": ("gained", "gain"), "volume_lost": ("lost", "loss")}


def change_threshold(record: xr.Dataset) -> Figure:
    """False grains over the threshold, one curve per smallest grain, and the choice.

    Parameters
    ----------
    record
        A ``change_threshold`` record.

    Returns
    -------
    Figure
        Found rate and, dotted, its upper bound (1/mm3); the chosen threshold and the accepted rate are lines.
    """
    record = check(record, "change_threshold")
    x = record["threshold"].to_numpy()
    series = []
    for place, volume in enumerate(record["smallest_grain"].to_numpy()):
        role = CYCLE[place % len(CYCLE)]
        diameter = 1e6 * (6.0 * float(volume) / np.pi) ** (1 / 3)
        found = 1e-9 * record["false_grain_density"].to_numpy()[:, place]
        series.append(
            Series(name=f"from {number(diameter)} µm", x=x, y=positive(found), role=role, style="line+points")
        )
        if "false_grain_density_upper" in record:
            upper = 1e-9 * record["false_grain_density_upper"].to_numpy()[:, place]
            series.append(
                Series(name="95 % bound", x=x, y=positive(upper), role=role, style="dotted", in_legend=place == 0)
            )
    lines = []
    if "chosen_threshold" in record.attrs:
        chosen = float(record.attrs["chosen_threshold"])
        lines.append(Line(value=chosen, upright=True, label=f"chosen {number(chosen)}", role="model"))
    if "false_grains_accepted" in record.attrs and float(record.attrs.get("accepted_volume", 0.0)) > 0:
        accepted = 1e-9 * float(record.attrs["false_grains_accepted"]) / float(record.attrs["accepted_volume"])
        lines.append(Line(value=accepted, upright=False, label="accepted", role="warning"))
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


def threshold_sweep(sweep: xr.Dataset, *, title: str = "Every number against the threshold") -> Figure:
    """Volumes and numbers of grains over the threshold, and what noise alone would give.

    Parameters
    ----------
    sweep
        A ``threshold_sweep`` record.
    title
        Over the figure.

    Returns
    -------
    Figure
        Volumes (top) and grains (bottom); dashed: from noise alone, where it is known.
    """
    sweep = check(sweep, "threshold_sweep")
    x = sweep["threshold"].to_numpy()
    lines = []
    if "chosen_threshold" in sweep.attrs:
        lines.append(Line(value=float(sweep.attrs["chosen_threshold"]), upright=True, label="chosen", role="model"))
    volumes = [
        Series(name=f"attenuation {word}", x=x, y=positive(1e18 * sweep[field].to_numpy()), role=role)
        for field, (word, role) in _SIDES.items()
    ]
    if "false_volume" in sweep:
        volumes.append(
            Series(
                name="noise alone",
                x=x,
                y=positive(1e18 * sweep["false_volume"].to_numpy()),
                style="dashed",
                role="muted",
            )
        )
    grains = [
        Series(
            name=word,
            x=x,
            y=positive(sweep["grain_count"].sel(change=change).to_numpy().astype(float)),
            role=role,
            in_legend=False,
        )
        for change, (word, role) in zip(("gain", "loss"), _SIDES.values(), strict=True)
    ]
    if "false_grain_count_upper" in sweep:
        bound = positive(sweep["false_grain_count_upper"].to_numpy())
        grains.append(Series(name="noise alone, 95 % bound", x=x, y=bound, style="dotted", role="muted"))
    return Figure(
        title=title,
        caption="Volume that gained and lost attenuation (top) and number of grains (bottom) over the threshold in "
        "multiples of the noise. A number that depends on the threshold is no property of the cell.",
        panels=(
            Panel(
                x=Axis(label="threshold / noise"),
                y=Axis(label="volume", unit="um3", scale="log"),
                series=tuple(volumes),
                lines=tuple(lines),
            ),
            Panel(
                x=Axis(label="threshold / noise"),
                y=Axis(label="grains", scale="log"),
                series=tuple(grains),
                lines=tuple(lines),
            ),
        ),
        shared_x=True,
    )
