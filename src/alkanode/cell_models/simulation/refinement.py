"""More rows where the integrator's are too far apart for a straight line of the voltage between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.simulation.engine import BuiltModel

Floats = npt.NDArray[np.float64]

VOLTAGE_TOLERANCE = 5e-5
"""V by which a straight line may miss the voltage half way between two rows."""

RELATIVE_TOLERANCE = 1e-3
"""The same over the voltage there; the larger of both counts."""

PARTS = 4
"""Parts into which an interval is cut that misses: the error falls by the square of it."""


def between(step: Floats, states: tuple[Floats, Floats], rates: tuple[Floats, Floats], share: float) -> Floats:
    """States at a share of intervals, on the cubics that states and rates at both ends give.

    Parameters
    ----------
    step
        (interval,) s.
    states, rates
        (interval, state) at the start and at the end.
    share
        0 to 1.
    """
    s, width = share, step[:, None]
    start, end = (1 + 2 * s) * (1 - s) ** 2, s * s * (3 - 2 * s)
    leave, arrive = s * (1 - s) ** 2, s * s * (s - 1)
    found: Floats = start * states[0] + end * states[1] + width * (leave * rates[0] + arrive * rates[1])
    return found


def refine(rows: dict[str, Any], model: BuiltModel) -> tuple[dict[str, Any], npt.NDArray[np.intp]]:
    """Rows of a run with more of them where the voltage bends.

    Parameters
    ----------
    rows
        Arrays over row: ``time``, ``local`` (s from the start of the piece), ``state``, ``rate``, ``inputs``, ``piece`` and
        whatever else is constant over a piece.
    model
        Gives the voltage.

    Returns
    -------
    tuple
        The rows, and where each given row now is.
    """
    inside = np.flatnonzero(np.diff(rows["piece"]) == 0)
    inside = inside[np.isfinite(rows["rate"][inside]).all(axis=1) & np.isfinite(rows["rate"][inside + 1]).all(axis=1)]
    if inside.size == 0:
        return rows, np.arange(rows["time"].size)
    step = rows["time"][inside + 1] - rows["time"][inside]
    states = rows["state"][inside], rows["state"][inside + 1]
    rates = rows["rate"][inside], rows["rate"][inside + 1]
    voltage = model.voltage(rows["local"], rows["state"], rows["inputs"])
    middle = between(step, states, rates, 0.5)
    true = model.voltage(rows["local"][inside] + step / 2, middle, rows["inputs"][inside])
    miss = np.abs(true - (voltage[inside] + voltage[inside + 1]) / 2)
    bent = np.flatnonzero(miss > np.maximum(VOLTAGE_TOLERANCE, RELATIVE_TOLERANCE * np.abs(true)))
    some = tuple(one[bent] for one in states), tuple(one[bent] for one in rates)
    shares = np.arange(1, PARTS) / PARTS
    new_states = np.concatenate([between(step[bent], some[0], some[1], share) for share in shares])
    source = np.tile(inside[bent], shares.size)
    ahead = (step[bent][None, :] * shares[:, None]).ravel()
    order = np.lexsort(
        (
            np.concatenate([np.zeros(rows["time"].size), ahead]),
            np.concatenate([np.arange(rows["time"].size), source]),
        )
    )
    made = {}
    for name, values in rows.items():
        more = values[source]
        if name in ("time", "local"):
            more = more + ahead
        elif name == "state":
            more = new_states
        made[name] = np.concatenate([values, more])[order]
    place = np.empty(order.size, dtype=np.intp)
    place[order] = np.arange(order.size)
    return made, place[: rows["time"].size]
