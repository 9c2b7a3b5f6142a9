"""Loading of a cell: what volumes, masses, areas, capacities and thicknesses say of each other.

Every conversion that rests on a density carries the label of that density: metals are taken as the pure solids at room
temperature, alloys by ideal mixing of their volumes.
"""

from __future__ import annotations

import math

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy
from alkanode.materials.properties.densities import density_sources, density_trust

_HOUR = 3600.0


def disk_area(diameter: QuantityLike) -> float:
    """Area of a disk.

    Parameters
    ----------
    diameter
        m, or text with a unit.

    Returns
    -------
    float
        m2.

    Examples
    --------
    >>> round(disk_area("6 mm") * 1e4, 4)
    0.2827
    """
    return math.pi / 4 * _positive(diameter, "thickness", "diameter") ** 2


def mass_loading(mass: QuantityLike, area: QuantityLike) -> float:
    """Mass per area of an electrode, kg m-2 (10 kg m-2 are 1000 mg cm-2)."""
    return _positive(mass, "mass", "mass") / _positive(area, "area", "area")


def layer_thickness(volume: QuantityLike, area: QuantityLike) -> float:
    """Thickness (m) of a volume that covers an area evenly."""
    return _positive(volume, "volume", "volume") / _positive(area, "area", "area")


def metal_thickness(areal_capacity: QuantityLike, alloy: Alloy, ion: str = "Na+") -> Estimate:
    """Thickness of dense metal that a charge per area plates or strips.

    Parameters
    ----------
    areal_capacity
        C m-2, or text with a unit.
    alloy
        What is plated, for example ``Alloy.from_name("Na")``.
    ion
        The working ion.

    Returns
    -------
    Estimate
        m: h = Q / (q rho), q the theoretical specific capacity and rho the density.

    Raises
    ------
    PhysicsError
        When the alloy holds none of the working metal, or the areal capacity is not positive.

    Examples
    --------
    >>> round(metal_thickness("3 mAh cm-2", Alloy.from_name("Na")).value * 1e6, 1)
    26.6
    """
    charge = _positive(areal_capacity, "areal_capacity", "areal capacity")
    return _rests_on_density(charge / _charge_per_volume(alloy, ion), "m", "thickness", alloy)


def layer_capacity(thickness: QuantityLike, alloy: Alloy, ion: str = "Na+") -> Estimate:
    """Charge per area that a dense layer holds: the inverse of :func:`metal_thickness`.

    Returns
    -------
    Estimate
        C m-2.
    """
    charge = _positive(thickness, "thickness", "thickness") * _charge_per_volume(alloy, ion)
    return _rests_on_density(charge, "C m-2", "areal_capacity", alloy)


def charging_time(areal_capacity: QuantityLike, current_density: QuantityLike) -> float:
    """Time (s) in which a current density passes a charge per area: one half cycle."""
    return _positive(areal_capacity, "areal_capacity", "areal capacity") / _positive(
        current_density, "current_density", "current density"
    )


def c_rate(areal_capacity: QuantityLike, current_density: QuantityLike) -> float:
    """C-rate: 1 passes the areal capacity in one hour."""
    return _HOUR / charging_time(areal_capacity, current_density)


def _charge_per_volume(alloy: Alloy, ion: str) -> float:
    """Charge (C m-3) that a dense alloy holds of the working metal."""
    charge = alloy.theoretical_capacity(ion) * alloy.density()
    if charge == 0:
        raise PhysicsError(f"an alloy that holds the metal of {ion} is needed", found=str(alloy))
    return charge


def _rests_on_density(value: float, unit: str, quantity: str, alloy: Alloy) -> Estimate:
    symbols = alloy.composition.elements
    trust, sources = density_trust(symbols, "solid"), ", ".join(density_sources(symbols, "solid"))
    return Estimate(
        value=value,
        unit=unit,
        quantity=quantity,
        label=f"computed; densities of solid {', '.join(symbols)} {trust} ({sources})",
    )


def _positive(value: QuantityLike, quantity: str, name: str) -> float:
    number = to_si(value, quantity)
    if not number > 0:
        raise PhysicsError(f"the {name} must be positive", found=repr(value))
    return number
