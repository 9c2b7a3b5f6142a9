"""Change with depth: volume gained and lost, and the mean volume of grains by both counting rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Panel, Role, Series
from alkanode.plot.display import axis_of, shown
from alkanode.plot.style import number

if TYPE_CHECKING:
    import xarray as xr

_ROLES: dict[str, tuple[str, Role]] = {"gain": ("gained", "gain"), "loss": ("lost", "loss")}


def depth_profile(profile: xr.Dataset, *, title: str = "Change with depth") -> Figure:
    """Volume gained and lost, and mean grain volume, over depth.

    Parameters
    ----------
    profile
        A ``depth_profile`` record.
    title
        Over the figure.

    Returns
    -------
    Figure
        Volumes (top) and mean grain volumes (bottom). Points: a grain counts at its centroid; lines: a grain counts
        in every slice that it touches.
    """
    profile = check(profile, "depth_profile")
    depth = shown(profile["depth"].to_numpy(), "depth")
    x = Axis(label="depth from the electrolyte", unit="um", quantity="depth")
    volumes = tuple(
        Series(name=f"attenuation {word}", x=depth, y=shown(profile[field].to_numpy(), field), role=role)
        for field, (word, role) in (("volume_gained", _ROLES["gain"]), ("volume_lost", _ROLES["loss"]))
    )
    means = []
    for change in profile["change"].to_numpy():
        word, role = _ROLES[str(change)]
        for rule in profile["rule"].to_numpy():
            values = profile["mean_grain_volume"].sel(change=change, rule=rule).to_numpy()
            means.append(
                Series(
                    name=f"{word}, {str(rule).replace('_', ' ')}",
                    x=depth,
                    y=shown(np.where(values > 0, values, np.nan), "mean_grain_volume"),
                    role=role,
                    style="points" if "centroid" in str(rule) else "line",
                )
            )
    step = float(np.median(np.diff(depth))) if depth.size > 1 else float("nan")
    per = f"per {number(step)} µm of depth" if np.isfinite(step) else "in the slice"
    return Figure(
        title=title,
        caption=f"Volume {per} whose attenuation rose or fell beyond the threshold (top), and the mean volume of "
        "the grains (bottom) by two counting rules.",
        panels=(
            Panel(x=x, y=axis_of("volume_gained", label=f"volume {per}"), series=volumes),
            Panel(x=x, y=axis_of("mean_grain_volume", label="mean grain volume"), series=tuple(means)),
        ),
        shared_x=True,
    )
