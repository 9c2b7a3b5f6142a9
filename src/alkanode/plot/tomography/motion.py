"""How scans moved against the reference scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Panel, Role, Series

if TYPE_CHECKING:
    import xarray as xr

_ROLES: tuple[Role, ...] = ("primary", "second", "third")
_RESIDUALS: tuple[tuple[str, str, Role], ...] = (
    ("residual_before", "before", "warning"),
    ("residual_after", "after", "model"),
)


def registration(record: xr.Dataset) -> Figure:
    """Shifts and rotations of each scan with their errors, and what remains after undoing them.

    Parameters
    ----------
    record
        A ``registration`` record.

    Returns
    -------
    Figure
        Shifts, rotations and residuals over the scans.
    """
    record = check(record, "registration")
    names = tuple(str(name) for name in record["scan"].to_numpy())
    places = np.arange(len(names), dtype=float)
    x = Axis(label="scan", categories=names, limits=(-0.5, len(names) - 0.5))
    panels = []
    for field, error, label, unit, factor in (
        ("shift", "shift_error", "shift", "um", 1e6),
        ("rotation", "rotation_error", "rotation", "deg", 180 / np.pi),
    ):
        stated = record[error].to_numpy()
        # no bar where no error is known; a direction that could not be observed has no value either
        errors = factor * np.where(np.isfinite(stated), stated, 0.0)
        values = np.where(np.isposinf(stated), np.nan, factor * record[field].to_numpy())
        panels.append(
            Panel(
                x=x,
                y=Axis(label=label, unit=unit),
                series=tuple(
                    Series(
                        name=f"{word}",
                        x=places + 0.1 * (k - 1),
                        y=values[:, k],
                        style="points",
                        role=_ROLES[k],
                        y_interval=(values[:, k] - 2 * errors[:, k], values[:, k] + 2 * errors[:, k]),
                        in_legend=field == "shift",
                    )
                    for k, word in enumerate(("z", "y", "x"))
                ),
            )
        )
    panels.append(
        Panel(
            x=x,
            y=Axis(label="residual", unit="cm-1"),
            series=tuple(
                Series(name=word, x=places, y=0.01 * record[field].to_numpy(), style="points", role=role)
                for field, word, role in _RESIDUALS
            ),
        )
    )
    return Figure(
        title="Motion against the reference scan",
        caption="Shift (top) and rotation (middle) with two standard errors, without those that could not be observed, and the "
        "root mean square difference on "
        "the material that does not change, before and after undoing the motion (bottom).",
        panels=tuple(panels),
        shared_x=True,
    )
