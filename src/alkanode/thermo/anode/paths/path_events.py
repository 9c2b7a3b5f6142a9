"""Events on the path of an electrode: the charges at which liquid comes, is all there is, and goes."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.anode.equilibria.states import LiquidExtent
from alkanode.thermo.anode.paths.path_setup import PathSetup
from alkanode.thermo.anode.uncertainty.assessment_spread import draws_of, put_spread, warn_of_missing
from alkanode.thermo.anode.uncertainty.temperature_spread import put_range
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters
from alkanode.thermo.provenance import mark

EVENTS = {
    "capacity_to_first_liquid": "Charge at which the first liquid appears (0 where there is some, or was before)",
    "capacity_into_liquid": "Charge at which the alloy becomes fully liquid (0 where it is, or is already beyond)",
    "capacity_to_liquidus": "Charge at which the alloy leaves the liquid field (0 where it already has)",
    "capacity_to_last_liquid": "Charge at which the last liquid is gone (0 where it already is)",
}
"""Events along a path, C kg-1 of initial alloy; infinite where the path never gets there, NaN where the liquid never is so."""


def require_liquid(setup: PathSetup) -> None:
    """Refuse a path on which nothing is liquid at the temperature or at one of its bounds.

    Raises
    ------
    PhysicsError
    """
    t = setup.temperatures
    absent = np.isnan(setup.system.liquid_extent(t, setup.ray).rich_end)
    if absent.any():
        raise PhysicsError(
            "liquid on the path needs a temperature above that at which the first liquid forms",
            found=f"{t[absent][0]:.2f} K (the temperature, or a bound of it)",
            todo="Raise the temperature, state a smaller temperature_uncertainty, or say allow_solid=True",
        )


def path_events(setup: PathSetup, extent: LiquidExtent) -> dict[str, Array]:
    """Charges of :data:`EVENTS`, each shaped like the temperatures of ``extent``.

    A pure metal that is stripped stays pure: if it is solid it never comes to a liquid, and all of them are infinite.
    """
    shares = (extent.lean_end, extent.lean, extent.rich, extent.rich_end)
    order = shares if setup.direction == "plate" else shares[::-1]
    found = {name: setup.balance.capacity_at(share) for name, share in zip(EVENTS, order, strict=True)}
    if setup.direction == "strip" and setup.balance.other == 0:
        return {name: np.where(extent.rich < 1, np.inf, value) for name, value in found.items()}
    return found


def corner_capacities(setup: PathSetup) -> Array:
    """Charges (C kg-1) at which phases appear or vanish, increasing."""
    corners = setup.balance.capacity_at(setup.system.corners(float(setup.temperature[0]), setup.ray))
    return np.unique(corners[np.isfinite(corners)])


def put_events(record: xr.Dataset, setup: PathSetup) -> None:
    """Write :data:`EVENTS` with their intervals over temperature and assessment."""
    values = path_events(setup, setup.system.liquid_extent(setup.temperatures, setup.ray))
    drawn = draws_of(setup.assessment, setup.draws)
    spread = None if drawn is None else _drawn_events(setup, drawn)
    for name, value in values.items():
        record[name] = value[0]
        mark(record, name, "specific_capacity", EVENTS[name])
        put_range(record, name, "specific_capacity", list(value))
        if spread is not None:
            put_spread(record, name, "specific_capacity", spread[name])


def _drawn_events(setup: PathSetup, drawn: Parameters) -> dict[str, Array]:
    t = np.full(setup.draws, setup.temperature[0])
    events = path_events(setup, setup.system.liquid_extent(t, setup.ray, drawn))
    for name, samples in events.items():
        warn_of_missing(samples, name.replace("_", " "), stacklevel=5)
    return events
