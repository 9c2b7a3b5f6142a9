"""Critical current densities against one property: stack pressure, potassium, capacity per half cycle, yield stress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.electrochem.critical_currents.estimates import AreaBasis, density_interval
from alkanode.electrochem.critical_currents.ramp_protocol import WORDS, ramp_protocols
from alkanode.electrochem.protocols import differences
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si

Property = Literal["stack_pressure", "potassium_mass_fraction", "areal_capacity", "yield_stress"]

Given: TypeAlias = Mapping[str, tuple[QuantityLike, QuantityLike]]
"""Name of a cell or of an anode -> value and standard deviation of a property."""

QUANTITIES: dict[str, str] = {
    "stack_pressure": "stack_pressure",
    "potassium_mass_fraction": "mass_fraction",
    "areal_capacity": "areal_capacity",
    "yield_stress": "yield_stress",
}
"""Property -> its field name in the vocabulary."""


@source("Park2021", "Wu2025")
def critical_current_against(
    results: Sequence[xr.Dataset], axis: Property, *, given: Given | None = None, area: AreaBasis = "final"
) -> xr.Dataset:
    """Table of critical current densities against a property of the cells.

    Parameters
    ----------
    results
        ``critical_current`` records, one per cell, or ``replicates`` records, one per group, which give the mean and its
        interval.
    axis
        ``"stack_pressure"`` (Pa) and ``"potassium_mass_fraction"`` (of the anode as built, by mass) of the cell;
        ``"areal_capacity"`` (C m-2 on the same area as the current density, the mean over the half cycles of the levels that
        passed); ``"yield_stress"`` (Pa), which no record holds.
    given
        Values for cells or anodes that do not say them, by name, each with its standard deviation: ``{"Na": ("0.41 MPa",
        "0.08 MPa")}``. Needed for the yield stress, and for groups.
    area
        ``"final"`` or ``"nominal"``; every cell must have that area (groups stay on the area they were pooled on).

    Returns
    -------
    Dataset
        Kind ``critical_current_dependence``, dimension ``cell``: ``axis_value`` and ``axis_interval`` (plus and minus one
        standard deviation; equal ends where none is known), ``critical_current_density`` and ``interval`` (A m-2, last
        passed to first failed; of a group the interval of its mean), ``censoring`` (``"mean"`` for a group), ``group``
        (the anode). ``attrs``: ``axis``, ``axis_quantity``, ``area_basis``, ``differs``, which other parts of the protocols
        differ between the cells, so that the axis alone does not explain them.

    Raises
    ------
    SchemaError
        Without results, for another property, or when a cell lacks the property or the area.
    UnitsError
        When a given value has no or the wrong unit.
    """
    if not results:
        raise SchemaError("a dependence needs at least one cell", found="none")
    if axis not in QUANTITIES:
        raise SchemaError("a known property is needed", found=repr(axis), todo=f"Known: {', '.join(QUANTITIES)}")
    names = [_name(result, number) for number, result in enumerate(results)]
    places = [_place(result, axis, given or {}, area, name) for result, name in zip(results, names, strict=True)]
    ends = np.array([_ends(result, area) for result in results])
    censoring = [
        "mean" if result.attrs["kind"] == "replicates" else str(result.attrs["censoring"]) for result in results
    ]
    middle = [
        float(result.attrs["mean"])
        if kind == "mean"
        else low
        if np.isinf(high)
        else high
        if kind == "left"
        else (low + high) / 2
        for result, kind, (low, high) in zip(results, censoring, ends, strict=True)
    ]
    value, spread = np.array(places).T
    table = xr.Dataset(
        {
            "critical_current_density": ("cell", np.array(middle, dtype=float)),
            "interval": (("cell", "bound"), ends, {"units": "A m-2"}),
            "censoring": ("cell", np.array(censoring, dtype=np.str_)),
            "group": ("cell", np.array([str(result.attrs["anode"]) for result in results], dtype=np.str_)),
            "axis_value": ("cell", value),
            "axis_interval": (("cell", "bound"), np.stack([value - spread, value + spread], axis=1)),
        },
        coords={"cell": names, "bound": ["lower", "upper"]},
        attrs={
            "axis": axis,
            "axis_quantity": QUANTITIES[axis],
            "area_basis": " / ".join(dict.fromkeys(str(result.attrs.get("area_basis", area)) for result in results)),
            "differs": "; ".join(_others(results, axis)),
        },
    )
    return label(table, "critical_current_dependence")


def _name(result: xr.Dataset, number: int) -> str:
    name = str(result.attrs.get("cell") or result.attrs["anode"])
    return name or f"cell {number + 1}"


def _ends(result: xr.Dataset, area: AreaBasis) -> tuple[float, float]:
    """Interval of a cell, or of the mean of a group."""
    if result.attrs["kind"] != "replicates":
        return density_interval(result, area)
    low, high = float(result.attrs["mean_lower"]), float(result.attrs["mean_upper"])
    if not np.isfinite(low):
        reason = str(result.attrs["mean_reason"])
        raise SchemaError("a group needs a mean with an interval", found=reason, todo="Give its cells one by one")
    return low, high


def _place(result: xr.Dataset, axis: Property, given: Given, area: AreaBasis, name: str) -> tuple[float, float]:
    """Value and standard deviation of the property of one cell or group."""
    for key in (name, str(result.attrs["anode"])):
        if key in given:
            value, spread = (to_si(part, QUANTITIES[axis]) for part in given[key])
            return value, spread
    found = float("nan")
    if result.attrs["kind"] != "replicates":
        if axis == "areal_capacity":
            passed = result["passed"].to_numpy()
            rows = passed if passed.any() else np.ones(passed.size, dtype=bool)
            found = float(np.nanmean(result["charge_passed"].to_numpy()[rows])) / float(result.attrs[f"{area}_area"])
        elif axis != "yield_stress":
            found = float(result.attrs[axis])
    if not np.isfinite(found):
        raise SchemaError(
            f"the {axis.replace('_', ' ')} of every cell is needed",
            found=f"none of {name!r}",
            todo="State it in the cell, or give it by the name of the cell or of its anode",
        )
    return found, 0.0


def _others(results: Sequence[xr.Dataset], axis: Property) -> list[str]:
    """What differs between the protocols beside the axis itself."""
    own = {
        "stack_pressure": ("stack_pressure",),
        "potassium_mass_fraction": ("anode", "counter"),
        "areal_capacity": ("target",),
        "yield_stress": ("anode", "counter"),
    }[axis]
    return differences(ramp_protocols(results), WORDS, apart=own)
