"""The protocol of a stripping test: what must agree before capacities are compared, fitted or pooled."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell

WORDS = {
    "origin": "origin",
    "alloy": "alloy",
    "current_density": "current density",
    "stack_pressure": "stack pressure",
    "temperature": "temperature",
    "assembly_pressure": "assembly pressure",
    "counter": "counter electrode",
    "electrolyte": "electrolyte",
    "coating": "coating",
    "carbon": "carbon host",
    "reference": "reference electrode",
    "half_cycle": "place in the test",
    "area_basis": "basis of the area",
}
"""What a key of the protocol means."""


def protocol_of(cell: Cell, *, current_density: float, half_cycle: int, origin: str) -> dict[str, Any]:
    """What defines a stripping test.

    Parameters
    ----------
    cell
        The cell.
    current_density
        A m-2, NaN when unknown.
    half_cycle
        Number of the stripping half cycle; the first one of a fresh cell differs from a later one.
    origin
        ``"measured"`` or ``"simulated"``.

    Returns
    -------
    dict
        Keys of :data:`WORDS`; ``None`` and ``""`` mean not stated.
    """
    assembly = [stage.pressure for stage in cell.pressure_history if stage.stage == "assembly"]
    return {
        "origin": origin,
        "alloy": cell.anode.name,
        "current_density": float(current_density) if np.isfinite(current_density) else None,
        "stack_pressure": cell.stack_pressure,
        "temperature": cell.temperature if cell.temperature_known else None,
        "assembly_pressure": max(assembly, default=None),
        "counter": "" if cell.counter is None else cell.counter.name,
        "electrolyte": "" if cell.electrolyte is None else cell.electrolyte.material,
        "coating": cell.anode.coating,
        "carbon": "stated" if cell.anode.carbon_mass is not None else "",
        "reference": cell.reference,
        "half_cycle": "first half cycle" if half_cycle == 0 else "later half cycle",
        "area_basis": "final" if cell.final_area is not None else "nominal" if cell.area is not None else "",
    }


def protocols(series: xr.Dataset) -> list[dict[str, Any]]:
    """Protocols of the tests of a series."""
    return [json.loads(str(text)) for text in series["protocol"].to_numpy()]
