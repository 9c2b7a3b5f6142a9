"""Headline numbers of a ramp, and how its interval of current becomes one of current density."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import xarray as xr

from alkanode.data.schema import check
from alkanode.electrochem.brackets import area_note, bracket
from alkanode.electrochem.critical_currents.level_outcomes import CONTACT, LIMIT, SHORT
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate

AreaBasis = Literal["final", "nominal"]


def area_of(result: xr.Dataset, basis: AreaBasis) -> tuple[float, float]:
    """Area (m2) on a basis and its standard uncertainty over it (0 where not stated); NaN where the area is unknown."""
    area = float(result.attrs[f"{basis}_area"])
    spread = float(result.attrs[f"{basis}_area_uncertainty"])
    return area, spread / area if math.isfinite(spread) else 0.0


def effective_basis(result: xr.Dataset) -> AreaBasis:
    """The final area where it was measured, else the nominal one."""
    return "final" if math.isfinite(float(result.attrs["final_area"])) else "nominal"


def critical_current_estimates(result: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of a critical current.

    Parameters
    ----------
    result
        What :func:`alkanode.electrochem.critical_current` returned.

    Returns
    -------
    dict
        ``critical_current`` (A); ``critical_current_density`` on the final area, or on the nominal one where that alone is
        known, and ``nominal_critical_current_density`` where both are; ``critical_stripping_current`` or
        ``critical_plating_current`` where lost contact or the voltage limit ended the ramp; ``areal_capacity_at_failure``
        and ``cumulative_areal_capacity`` (or charges). The value is the middle of the interval from the last level that
        passed to the first that failed; of a one-sided interval it is the known end, and the label says so. Intervals of
        densities add two standard uncertainties of the area, which move both ends together.

    Raises
    ------
    SchemaError
        For a record of another kind.
    """
    check(result, "critical_current")
    attrs = result.attrs
    low, high = float(attrs["last_passed"]), float(attrs["first_failed"])
    told = "measured" if attrs["ended_by"] != SHORT or attrs["confirmed"] else "measured, suspected (one sign only)"
    estimates = {"critical_current": bracket(low, high, unit="A", quantity="current", basis=told)}
    basis = effective_basis(result)
    names = {
        "critical_current_density": basis,
        **({"nominal_critical_current_density": "nominal"} if basis == "final" else {}),
    }
    for name, one in names.items():
        area, share = area_of(result, "final" if one == "final" else "nominal")
        if math.isfinite(area):
            density = bracket(
                low,
                high,
                unit="A m-2",
                quantity="critical_current_density",
                basis=told,
                size=area,
                uncertainty=share * area,
            )
            estimates[name] = replace(density, label=density.label + area_note(one, share))
    if attrs["ended_by"] in (CONTACT, LIMIT):
        name = "critical_stripping_current" if attrs["failing_direction"] == "strip" else "critical_plating_current"
        estimates[name] = bracket(low, float(attrs["ended_current"]), unit="A", quantity="current")
    return {**estimates, **_charges(result, basis)}


def _charges(result: xr.Dataset, basis: AreaBasis) -> dict[str, Estimate]:
    """Charge of the failing half cycle up to the failure, and of all half cycles up to it."""
    area, _ = area_of(result, basis)
    per, quantity, unit = (area, "areal_capacity", "C m-2") if math.isfinite(area) else (1.0, "charge", "C")
    texts = {
        "charge_at_failure": (f"{quantity}_at_failure", "measured: charge of the failing half cycle up to the failure"),
        "cumulative_charge": (
            f"cumulative_{quantity}",
            "measured: charge of both directions summed up to the failure, or to the end of the ramp",
        ),
    }
    return {
        name: Estimate(value=float(result.attrs[key]) / per, unit=unit, quantity=quantity, label=text)
        for key, (name, text) in texts.items()
        if math.isfinite(float(result.attrs[key]))
    }


def density_interval(result: xr.Dataset, basis: AreaBasis) -> tuple[float, float]:
    """Interval of the critical current density (A m-2) of one cell on one area, without the uncertainty of the area.

    Raises
    ------
    SchemaError
        When the cell has no such area.
    """
    check(result, "critical_current")
    area, _ = area_of(result, basis)
    if not math.isfinite(area):
        raise SchemaError(
            f"a current density needs the {basis} area of the cell", found=f"none of {result.attrs['cell']!r}"
        )
    return float(result.attrs["last_passed"]) / area, float(result.attrs["first_failed"]) / area
