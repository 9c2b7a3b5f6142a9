"""The protocol of a stripping test: what must agree before capacities are compared, fitted or pooled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem.critical_currents.ramp_protocol import AGREE, AGREE_KELVIN, AGREE_PRESSURE

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

_UNITS = {
    "current_density": (0.1, "mA cm-2"),
    "stack_pressure": (1e-6, "MPa"),
    "assembly_pressure": (1e-6, "MPa"),
    "temperature": (1.0, "K"),
}


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


def differences(given: Iterable[dict[str, Any]], *, apart: Iterable[str] = ()) -> list[str]:
    """In which way protocols differ, in words; empty when they agree.

    Parameters
    ----------
    given
        Protocols; see :func:`protocol_of`.
    apart
        Keys that may differ, such as the axis of a law.

    Returns
    -------
    list of str
        One text per key that differs, with up to four of its values. Currents agree within 2 %, pressures within 10 %,
        temperatures within 2 K, as for ramps. What only some tests state counts as different.
    """
    many, free = list(given), set(apart)
    told = []
    for key, word in WORDS.items():
        values = [one.get(key) for one in many]
        if key in free or all(agree(key, values[0], value) for value in values[1:]):
            continue
        distinct = list(dict.fromkeys(shown(key, value) for value in values))
        told.append(f"{word} ({' / '.join(distinct[:4])}{' / ...' if len(distinct) > 4 else ''})")
    return told


def alike(given: Sequence[dict[str, Any]], *, apart: Iterable[str] = ()) -> list[list[int]]:
    """Places of protocols that agree, group by group in the order of their first members.

    Parameters
    ----------
    given
        Protocols.
    apart
        Keys that may differ inside a group.
    """
    free = list(apart)
    groups: list[list[int]] = []
    for index, one in enumerate(given):
        home = next((group for group in groups if not differences([given[group[0]], one], apart=free)), None)
        if home is None:
            groups.append([index])
        else:
            home.append(index)
    return groups


def agree(key: str, one: Any, other: Any) -> bool:
    """Whether two values of a key of the protocol count as the same."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        if key == "temperature":
            return abs(one - other) <= AGREE_KELVIN
        share = AGREE_PRESSURE if key in ("stack_pressure", "assembly_pressure") else AGREE
        return abs(one - other) <= share * max(abs(one), abs(other))
    return bool(one == other)


def shown(key: str, value: Any) -> str:
    """A value of the protocol as text with its display unit."""
    if value is None or value == "":
        return "not stated"
    if isinstance(value, int | float):
        factor, unit = _UNITS.get(key, (1.0, ""))
        return f"{factor * value:.4g} {unit}".strip()
    return str(value)
