"""Contact at the interfaces of a simulated cell, and what it costs."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.plot.description import Axis, Figure, Panel, Role, Series
from alkanode.plot.display import axis_of, padded, shown

_SHARES: tuple[tuple[str, str, Role], ...] = (
    ("liquid_contact_share", "liquid", "primary"),
    ("island_contact_share", "islands of sodium", "second"),
    ("counter_contact_share", "counter electrode", "muted"),
)

_RESISTANCES: tuple[tuple[str, str, Role], ...] = (
    ("charge_transfer_area_resistance", "charge transfer", "primary"),
    ("constriction_resistance", "constriction", "second"),
    ("interphase_area_resistance", "interphase", "third"),
    ("counter_area_resistance", "counter electrode", "muted"),
)


def contact_share(interface: RecordLike) -> Figure:
    """Share of the interface in contact, and the resistances of the interface, over time or charge.

    Parameters
    ----------
    interface
        Record ``simulated_interface``, or a node of a history that is one.

    Returns
    -------
    Figure
        Against the areal capacity where that only rises, else against time.
    """
    record = check(interface, "simulated_interface")
    along = "time"
    if (
        "areal_capacity" in record
        and record.sizes["row"] > 1
        and (np.diff(record["areal_capacity"].to_numpy()) >= 0).all()
    ):
        along = "areal_capacity"
    x = shown(record[along].to_numpy(), along)
    x_axis = axis_of(along, limits=padded(x, 0.02))
    shares = _curves(record, x, _SHARES)
    panels = [
        Panel(x=x_axis, y=Axis(label="share of the interface", limits=(-0.02, 1.05)), series=shares),
    ]
    resistances = _curves(record, x, _RESISTANCES)
    if resistances:
        drawn = np.concatenate([one.y for one in resistances])
        panels.append(
            Panel(
                x=x_axis,
                y=axis_of(
                    "constriction_resistance", label="resistance times area", limits=padded(drawn, 0.06, floor=0.0)
                ),
                series=resistances,
            )
        )
    return Figure(
        title="Contact at the interfaces",
        caption="Share of each interface that touches metal"
        + (" (top), and what the interfaces cost (bottom)." if resistances else "."),
        panels=tuple(panels),
        shared_x=True,
    )


def _curves(record: xr.Dataset, x: np.ndarray, fields: tuple[tuple[str, str, Role], ...]) -> tuple[Series, ...]:
    """Curves of the fields that are there and anywhere above zero."""
    found = [
        Series(name=word, x=x, y=shown(record[field].to_numpy(), field), role=role)
        for field, word, role in fields
        if field in record and np.nanmax(np.abs(record[field].to_numpy()), initial=0.0) > 0
    ]
    return tuple(found)
