"""What is in a cell before it is used: moles of both metals over electrode area, and the salt beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.thermo.conditions import as_alloy

_METALS = {"Na", "K"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Moles over electrode area (mol m-2).

    Attributes
    ----------
    alloy
        Name of the alloy.
    sodium, potassium
        In one electrode.
    salt
        In the electrolyte, over the area of one electrode.
    electrodes
        Alloy electrodes that share the salt: 2 in a symmetric cell, 1 in a full cell.
    """

    alloy: str
    sodium: float
    potassium: float
    salt: float
    electrodes: int

    @property
    def most(self) -> float:
        """Potassium that can leave one electrode: all of it, or what the salt can take."""
        return min(self.potassium, self.salt / self.electrodes)


def inventory(
    alloy: Alloy | Composition | str,
    values: Mapping[str, float],
    *,
    electrodes: int = 2,
    loading: float | None = None,
) -> Inventory:
    """Inventory of a cell from its parameters.

    Parameters
    ----------
    alloy
        An alloy of Na and K, or a name such as ``"Na50K50"``.
    values
        Numbers of a parameter set (:class:`~alkanode.cell_models.parameters.ParameterSet`).
    electrodes
        Alloy electrodes in the cell.
    loading
        Mass of alloy over area, kg m-2; ``None`` takes the mass of the parameter set.

    Raises
    ------
    PhysicsError
        For an alloy of other metals or without potassium, or amounts that are not positive.
    """
    given = as_alloy(alloy)
    if not set(given.composition.elements) <= _METALS or given.composition.mole_fraction("K") <= 0:
        raise PhysicsError("an alloy of Na and K that holds K is needed", found=given.name)
    area = values["Electrode area [m2]"]
    mass = values["Alloy mass [kg]"] / area if loading is None else loading
    salt = values["Salt concentration [mol.m-3]"] * values["Electrolyte volume [m3]"] / area
    if not (area > 0 and mass > 0 and salt > 0 and electrodes in (1, 2)):
        raise PhysicsError(
            "an area, a mass and a salt above 0 and one or two alloy electrodes are needed",
            found=f"{area:g} m2, {mass:g} kg m-2, {salt:g} mol m-2, {electrodes} electrodes",
        )
    atoms = mass / given.composition.molar_mass
    share = given.composition.mole_fraction("K")
    return Inventory(
        alloy=given.name, sodium=atoms * (1 - share), potassium=atoms * share, salt=salt, electrodes=electrodes
    )
