"""The signature of a ramp: what must agree before critical current densities are compared or pooled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem.critical_currents.level_outcomes import Target

WORDS = {
    "levels": "levels of current",
    "current_basis": "basis of the currents",
    "ramped": "direction that rises",
    "mode": "what is constant per half cycle",
    "target": "target per half cycle",
    "half_cycles_per_level": "half cycles per level",
    "stack_pressure": "stack pressure",
    "temperature": "temperature",
    "anode": "anode",
    "counter": "counter electrode",
    "electrolyte": "electrolyte",
}
"""What a key of the signature means."""


def signature(ramp: xr.Dataset, current: Sequence[float], cell: Cell | None, target: Target) -> dict[str, Any]:
    """What defines a ramp and its cell.

    Parameters
    ----------
    ramp
        What :func:`alkanode.electrochem.current_ramp` returned.
    current
        (level,) A.
    cell
        The cell, or ``None``.
    target
        What a half cycle was meant to reach.

    Returns
    -------
    dict
        Keys of :data:`WORDS`. Currents and charges are per *nominal* area (A m-2, C m-2) where that is known, since a
        protocol is programmed before anyone knows the final area; else A and C.
    """
    area = None if cell is None else cell.area
    per_area = area or 1.0
    level = ramp["level"].to_numpy()
    value = target.charge / per_area if target.mode == "constant capacity" else target.duration
    return {
        "levels": [float(value) / per_area for value in current],
        "current_basis": "nominal area" if area else "current",
        "ramped": str(ramp.attrs["ramped"]),
        "mode": target.mode,
        "target": None if target.mode == "unknown" else float(value),
        "half_cycles_per_level": int(np.median(np.bincount(level[level >= 0]))),
        "stack_pressure": None if cell is None else cell.stack_pressure,
        "temperature": cell.temperature if cell is not None and cell.temperature_known else None,
        "anode": "" if cell is None else cell.anode.name,
        "counter": "" if cell is None or cell.counter is None else cell.counter.name,
        "electrolyte": "" if cell is None or cell.electrolyte is None else cell.electrolyte.material,
    }


def ramp_protocols(results: Sequence[xr.Dataset]) -> list[dict[str, Any]]:
    """Signatures of ``critical_current`` or ``replicates`` records; see :func:`signature`."""
    return [json.loads(result.attrs["protocol"]) for result in results]
