"""What happens to an electrode while a metal is plated into it: phases, composition, potential, thickness over charge.

Plating Na into potassium metal makes the electrode liquefy itself: K(s) takes up a little Na, then K(s) and liquid stand
side by side, then all is liquid, until solid Na appears at the Na-rich liquidus.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.thermo.anode.paths.electrode_path import areal_mass, path_record
from alkanode.thermo.anode.paths.path_events import corner_capacities, path_events, require_liquid
from alkanode.thermo.anode.paths.path_setup import PathSetup, path_setup
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize
from alkanode.thermo.anode.sizes.phase_volumes import VolumeRule
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array, as_alloy

_FEWEST_POINTS = 2
_BEYOND_LIQUIDUS = 1.25


def plating_path(
    alloy: Alloy | Composition | str,
    ion: str = "Na+",
    *,
    capacity: QuantityLike | None = None,
    areal_capacity: QuantityLike | None = None,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    potassium_in_carbon: float = 0.0,
    points: int = 400,
    size: ElectrodeSize | None = None,
    volume_rule: VolumeRule = "solid metals",
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
    allow_solid: bool = False,
    draws: int | None = None,
) -> xr.Dataset:
    """Phases, composition, equilibrium potential and volume of an electrode while a metal is plated into it.

    Parameters
    ----------
    alloy
        What the metal is plated into: an alloy of Li, Na and K or a pure metal, for example ``"K"`` or ``"NaK50"``.
    ion
        Working ion: ``"Na+"``, ``"K+"`` or ``"Li+"``.
    capacity
        Where the path ends, C kg-1 of initial alloy or text such as ``"500 mAh g-1"``. By default a quarter beyond the
        charge at which the electrode leaves the liquid field, so that all of it is seen, and at least the charge that
        doubles the number of atoms.
    areal_capacity
        The same end as charge over area, for example ``"3 mAh cm-2"``; needs ``size``.
    temperature, temperature_uncertainty, potassium_in_carbon, size, volume_rule, system, suspend, allow_solid, draws
        As :func:`alkanode.thermo.stripping_path`.
    points
        Evenly spaced charges from 0 to the end, at least 2; the exact phase boundaries before the end are added.

    Returns
    -------
    Dataset
        Kind ``plating_path``, fields as :func:`alkanode.thermo.stripping_path` without ``theoretical_capacity``. The
        potential is infinite at a first point that holds none of the metal. A capacity is 0 where its event is already
        past at the start, infinite where it needs the pure metal, NaN where the path has no such event; events beyond the
        end of the path are given too.

    Raises
    ------
    PhysicsError
        For an end that is not positive or is given twice, an areal end without a size, and as
        :func:`alkanode.thermo.stripping_path`.

    Warns
    -----
    ExtrapolationWarning, DataQualityWarning
        As :func:`alkanode.thermo.stripping_path`.

    Notes
    -----
    With n moles of the metal and m of the others per mole of initial atoms, the metal's share is
    (n + qM/F)/(n + qM/F + m).

    References
    ----------
    :cite:`AlkanodeFit`

    Examples
    --------
    >>> path = plating_path("K", "Na+", temperature="25 degC")
    >>> [round(path[name].item() / 3600, 1) for name in ("capacity_to_first_liquid", "capacity_into_liquid")]
    [25.1, 112.6]
    """
    setup = path_setup(
        as_alloy(alloy),
        ion,
        "plate",
        temperature=temperature,
        temperature_uncertainty=temperature_uncertainty,
        potassium_in_carbon=potassium_in_carbon,
        system=system,
        suspend=suspend,
        draws=draws,
    )
    if points < _FEWEST_POINTS:
        raise PhysicsError(f"at least {_FEWEST_POINTS} points are needed", found=str(points))
    if not allow_solid:
        require_liquid(setup)
    end = _end(setup, capacity, areal_capacity, size, volume_rule)
    corners = corner_capacities(setup)
    charge = np.unique(np.concatenate([np.linspace(0, end, points), corners[corners < end]]))
    record = path_record(setup, charge, size=size, volume_rule=volume_rule)
    return label(record, "plating_path")


def _end(
    setup: PathSetup,
    capacity: QuantityLike | None,
    areal_capacity: QuantityLike | None,
    size: ElectrodeSize | None,
    rule: VolumeRule,
) -> float:
    """Last charge of the path, C kg-1."""
    if capacity is not None and areal_capacity is not None:
        raise PhysicsError("one end of a plating path is needed", found="capacity and areal_capacity")
    if areal_capacity is not None:
        if size is None:
            raise PhysicsError(
                "an areal capacity needs the size of the electrode",
                found="none",
                todo="For example size=ElectrodeSize(thickness='150 um')",
            )
        end = to_si(areal_capacity, "areal_capacity") / areal_mass(setup, size, rule)
    elif capacity is not None:
        end = to_si(capacity, "specific_capacity")
    else:
        end = _default_end(setup)
    if end <= 0:
        raise PhysicsError("an end of the plating path above 0 is needed", found=f"{end:g} C kg-1")
    return end


def _default_end(setup: PathSetup) -> float:
    leaves: Array = path_events(setup, setup.system.liquid_extent(setup.temperature, setup.ray))["capacity_to_liquidus"]
    doubled = setup.balance.capacity_per_mole
    return max(_BEYOND_LIQUIDUS * float(leaves[0]), doubled) if np.isfinite(leaves[0]) else doubled
