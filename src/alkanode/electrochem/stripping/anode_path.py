"""The stripping path of a cell's anode: its alloy at its temperature, less the potassium that its carbon has taken.

Carbon cloth in contact with Na-K takes up K as KC8. How far is not known, so that a result that rests on the liquidus is also
given for no and for full uptake.
"""

from __future__ import annotations

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.thermo import potassium_in_carbon as potassium_in_kc8
from alkanode.thermo import stripping_path

METALS = frozenset({"Li", "Na", "K"})
"""Metals whose alloys have a phase diagram here."""


def potassium_in_carbon(cell: Cell, *, extent: float | None = None) -> float:
    """Moles of K that the carbon host has bound as KC8, per mole of atoms of the alloy.

    Parameters
    ----------
    cell
        Gives ``carbon_mass`` and ``mass`` of the anode (kg).
    extent
        Share (0-1) of the carbon that has become KC8; default that of the cell.

    Returns
    -------
    float
        extent (m_C / M_C / 8) / (m / M); 0 where a mass is unknown.
    """
    anode, alloy = cell.anode, cell.alloy
    share = anode.kc8_extent if extent is None else extent
    if share == 0 or anode.carbon_mass is None or anode.mass is None or alloy is None:
        return 0.0
    return potassium_in_kc8(alloy, mass=anode.mass, carbon_mass=anode.carbon_mass, extent=share)


def anode_path(cell: Cell, *, extent: float | None = None, points: int = 400) -> xr.Dataset:
    """Stripping path of a cell's alloy.

    Parameters
    ----------
    cell
        Gives alloy, ion, temperature with its uncertainty (K), masses of alloy and carbon (kg).
    extent
        As for :func:`potassium_in_carbon`.
    points
        Points along the path, as for :func:`alkanode.thermo.stripping_path`.

    Returns
    -------
    Dataset
        Kind ``stripping_path``.

    Raises
    ------
    SchemaError
        When the anode is no alloy of Li, Na and K.
    PhysicsError
        As :func:`alkanode.thermo.stripping_path`.
    """
    alloy = cell.alloy
    if alloy is None or len(alloy.composition.elements) < 2 or not METALS.issuperset(alloy.composition.elements):
        raise SchemaError("a stripping path needs an anode of two of Li, Na and K", found=f"anode {cell.anode.name!r}")
    return stripping_path(
        alloy,
        cell.ion,
        temperature=cell.temperature,
        temperature_uncertainty=cell.temperature_uncertainty,
        potassium_in_carbon=potassium_in_carbon(cell, extent=extent),
        points=points,
    )


def liquidus_by_kc8(cell: Cell) -> tuple[float, float]:
    """Capacity to the liquidus (C kg-1) without KC8 and with all carbon as KC8; NaN where it cannot be said."""
    found = []
    for extent in (0.0, 1.0):
        if cell.anode.carbon_mass is None or cell.anode.mass is None:
            return (float("nan"), float("nan"))
        try:
            found.append(float(anode_path(cell, extent=extent, points=2)["capacity_to_liquidus"]))
        except PhysicsError:  # the carbon could bind all of the K
            found.append(float("nan"))
    return found[0], found[1]
