"""What lies in a simulated anode over depth, at several times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.plot.description import ColourScale, Figure, Panel, Series
from alkanode.plot.display import axis_of, padded, shown, spread

_FIELDS = (
    ("liquid_volume_fraction", "liquid"),
    ("void_volume_fraction", "void"),
    ("solid_potassium_volume_fraction", "solid potassium"),
    ("solid_sodium_volume_fraction", "solid sodium"),
    ("liquid_sodium_mole_fraction", "sodium in the liquid"),
)

_SEEN = 1e-6
"""A share below which a phase never shows and gets no panel."""


def anode_depths(states: RecordLike, *, times: Sequence[QuantityLike] = (), most: int = 6) -> Figure:
    """Shares of liquid, void and solids over depth.

    Parameters
    ----------
    states
        Record ``simulated_states``, or a node of a history that is one.
    times
        s or text; the nearest kept rows are drawn. Default ``most`` of them, spread evenly.
    most
        Curves per panel where no times are given.

    Returns
    -------
    Figure
        One panel per phase that is there at any time; the shade of a curve is the charge that had passed, or the time.
    """
    record = check(states, "simulated_states")
    time = record["time"].to_numpy()
    if time.size == 0:
        raise PhysicsError("states over depth hold rows", found="none")
    if times:
        wanted = [to_si(one, "time") for one in times]
        rows = np.unique([int(np.argmin(np.abs(time - one))) for one in wanted])
    else:
        rows = spread(time.size, most)
    scale_name = "areal_capacity" if "areal_capacity" in record else "time"
    place = shown(record[scale_name].to_numpy(), scale_name)
    low, high = float(place[rows].min()), float(place[rows].max())
    span = (high - low) or 1.0
    depth = shown(record["depth"].to_numpy(), "depth")
    axis = axis_of(scale_name)
    panels = []
    for field, word in _FIELDS:
        if field not in record or float(np.nanmax(np.abs(record[field].to_numpy()))) < _SEEN:
            continue
        values = record[field].to_numpy()
        panels.append(
            Panel(
                x=axis_of("depth", label="depth from the electrolyte"),
                y=axis_of(field, label=word, limits=padded(values[rows].ravel(), 0.06, floor=0.0)),
                series=tuple(
                    Series(
                        name=f"{place[row]:.3g} {axis.unit}",
                        x=depth,
                        y=shown(values[row], field),
                        shade=float((place[row] - low) / span) if rows.size > 1 else None,
                        in_legend=False,
                    )
                    for row in rows
                ),
                colour_scale=ColourScale(label=axis.label, unit=axis.unit, low=low, high=high)
                if rows.size > 1
                else None,
            )
        )
    return Figure(
        title="Inside the anode",
        caption="Volume of each phase over the volume of the host, and the sodium in the liquid, against the distance from the "
        f"electrolyte. The shade is the {axis.label}.",
        panels=tuple(panels),
        shared_x=True,
    )
