"""One stripping test as a row of a series: what was stripped, from what, and how it compares with the phase diagram."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import check
from alkanode.electrochem.stripping.anode_path import anode_path, liquidus_by_kc8, potassium_in_carbon
from alkanode.electrochem.stripping.protocol import protocol_of
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, SchemaError
from alkanode.materials.alloys import working_metal
from alkanode.numerics.quotient import over

Ends = tuple[float, float]
NAN = float("nan")
UNKNOWN: Ends = (NAN, NAN)

REACHED, LOWER_BOUND, NOTHING = "interval", "right", "none"
"""How a capacity is known: between two samples; as a lower bound, since the cut-off was never reached; not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A capacity at one cut-off.

    Attributes
    ----------
    cutoff
        V; NaN when not stated.
    censoring
        :data:`REACHED`, :data:`LOWER_BOUND` or :data:`NOTHING`.
    specific, areal
        Capacity, C kg-1 and C m-2; of a lower bound the bound.
    specific_ends, areal_ends
        Their intervals; the upper end of a lower bound is infinite.
    """

    cutoff: float
    censoring: str
    specific: float = NAN
    specific_ends: Ends = UNKNOWN
    areal: float = NAN
    areal_ends: Ends = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class StrippedCell:
    """One test of a series, in SI; see the kind ``stripping_series``."""

    name: str
    alloy: str
    origin: str
    protocol: dict[str, Any] = field(default_factory=dict)
    area_basis: str = ""
    current_density: float = NAN
    current_density_ends: Ends = UNKNOWN
    stack_pressure: float = NAN
    temperature: float = NAN
    temperature_uncertainty: float = NAN
    metal_mass_fraction: float = NAN
    kc8_extent: float = 0.0
    potassium_in_carbon: float = 0.0
    liquidus_by_kc8: Ends = UNKNOWN
    theoretical_capacity: float = NAN
    path: xr.Dataset | None = None
    readings: tuple[Reading, ...] = ()


def stripped_cell(limit: xr.Dataset, cell: Cell, *, name: str = "", failures: xr.Dataset | None = None) -> StrippedCell:
    """One test from a critical stripping record and its cell.

    Parameters
    ----------
    limit
        Critical stripping record with its current; see :func:`alkanode.electrochem.with_stripping_current`.
    cell
        The cell.
    name
        Name of the test; default that of the cell.
    failures
        Failures of the record: a hard short in the half cycle ends what counts as stripped.

    Raises
    ------
    SchemaError
        When the record is of another kind, or its current is not known.

    Warns
    -----
    DataQualityWarning
        Where there is no phase diagram for an alloy of Na and K at the temperature of the cell.
    """
    limit = check(limit, "critical_stripping")
    if "current" not in limit.attrs:
        raise SchemaError(
            "a test of a series needs its current",
            found="a critical stripping record without it",
            todo="Add it with alkanode.electrochem.with_stripping_current(limit, record)",
        )
    current = float(limit.attrs["current"]) if bool(limit.attrs["constant_current"]) else NAN
    area, mass = cell.effective_area, cell.anode.mass
    density = current / area if area else NAN
    alloy = cell.alloy
    metal = working_metal(cell.ion)
    fraction = NAN if alloy is None else alloy.composition.mass_fraction(metal)
    path = _path(cell)
    readings = tuple(
        _reading(limit, index, cell, _shorted_at(limit, failures)) for index in range(limit.sizes["cutoff"])
    )
    return StrippedCell(
        name=name or cell.name,
        alloy=cell.anode.name,
        origin=str(limit.attrs.get("origin", "measured")),
        protocol=protocol_of(
            cell,
            current_density=density,
            half_cycle=int(limit.attrs["half_cycle"]),
            origin=str(limit.attrs.get("origin", "measured")),
        ),
        area_basis="final" if cell.final_area is not None else "nominal" if area else "",
        current_density=density,
        current_density_ends=over((current, current), area, cell.effective_area_uncertainty) if area else UNKNOWN,
        stack_pressure=NAN if cell.stack_pressure is None else cell.stack_pressure,
        temperature=cell.temperature,
        temperature_uncertainty=cell.temperature_uncertainty,
        metal_mass_fraction=fraction,
        kc8_extent=cell.anode.kc8_extent,
        potassium_in_carbon=potassium_in_carbon(cell),
        liquidus_by_kc8=UNKNOWN if path is None or mass is None else liquidus_by_kc8(cell),
        theoretical_capacity=NAN if alloy is None or not fraction > 0 else alloy.theoretical_capacity(cell.ion),
        path=path,
        readings=readings,
    )


def _path(cell: Cell) -> xr.Dataset | None:
    """Stripping path of an anode of Na and K; ``None`` for another, or with a warning where it cannot be computed."""
    if cell.alloy is None or set(cell.alloy.composition.elements) != {"Na", "K"}:
        return None
    try:
        return anode_path(cell)
    except AlkanodeError as reason:
        warnings.warn(f"{cell.name}: no share of the liquidus: {reason}", DataQualityWarning, stacklevel=4)
        return None


def _shorted_at(limit: xr.Dataset, failures: xr.Dataset | None) -> float | None:
    """Charge (C) of the half cycle at its first confirmed hard short."""
    if failures is None:
        return None
    found = check(failures, "failures")
    rows = found["row"].to_numpy()
    inside = (
        (found["failure"].to_numpy() == "hard_short")
        & found["confirmed"].to_numpy()
        & (rows >= int(limit.attrs["first_row"]))
        & (rows <= int(limit.attrs["last_row"]))
    )
    return float(np.abs(found["half_cycle_charge"].to_numpy()[inside]).min()) if inside.any() else None


def _reading(limit: xr.Dataset, index: int, cell: Cell, shorted_at: float | None) -> Reading:
    """The capacity at one cut-off: between two samples, or a lower bound where the cut-off was not reached before a short."""
    cutoff, charge = float(limit["cutoff"][index]), float(limit["charge"][index])
    reached = bool(limit["reached"][index]) and (shorted_at is None or charge <= shorted_at)
    if reached:
        low, high = (float(end) for end in limit["charge_interval"][index])
        return _sized(cell, cutoff, REACHED, charge, (low, high))
    if "above_from_start" in limit and bool(limit["above_from_start"][index]):
        return Reading(cutoff=cutoff, censoring=NOTHING)
    stripped = min(float(limit.attrs["charge_stripped"]), np.inf if shorted_at is None else shorted_at)
    return _sized(cell, cutoff, LOWER_BOUND, stripped, (stripped, float("inf")))


def _sized(cell: Cell, cutoff: float, censoring: str, charge: float, ends: Ends) -> Reading:
    """Charge over mass and area; intervals add two standard uncertainties of these."""
    area, mass = cell.effective_area, cell.anode.mass
    return Reading(
        cutoff=cutoff,
        censoring=censoring,
        specific=charge / mass if mass else NAN,
        specific_ends=over(ends, mass, cell.anode.mass_uncertainty) if mass else UNKNOWN,
        areal=charge / area if area else NAN,
        areal_ends=over(ends, area, cell.effective_area_uncertainty) if area else UNKNOWN,
    )
