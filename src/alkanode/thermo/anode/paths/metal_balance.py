"""Moles of the metals of an electrode while one of them is stripped or plated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, working_metal
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.elements import element
from alkanode.thermo.anode.equilibria.states import Ray
from alkanode.thermo.conditions import Array

Direction = Literal["strip", "plate"]


@dataclass(frozen=True, slots=True)
class MetalBalance:
    """Moles of the working metal and of the other ones, per mole of atoms of the initial alloy.

    Attributes
    ----------
    metal, other
        Moles in the metallic phases at the start.
    capacity_per_mole
        C kg-1 of initial alloy per mole of metal.
    direction
        Whether the metal leaves (``"strip"``) or comes (``"plate"``).
    """

    metal: float
    other: float
    capacity_per_mole: float
    direction: Direction = "strip"

    @property
    def theoretical(self) -> float:
        """Capacity when all of the metal is stripped, C kg-1."""
        return self.metal * self.capacity_per_mole

    def moles_of_metal(self, capacity: Array) -> Array:
        """Moles of the working metal after a charge (C kg-1)."""
        moved = capacity / self.capacity_per_mole
        left: Array = np.maximum(self.metal - moved, 0.0) if self.direction == "strip" else self.metal + moved
        return left

    def atoms(self, capacity: Array) -> Array:
        """Moles of atoms in the metallic phases after a charge, over those of the initial alloy."""
        total: Array = self.moles_of_metal(capacity) + self.other
        return total

    def share(self, capacity: Array) -> Array:
        """Mole fraction of the working metal after a charge; a pure metal stays pure to its end."""
        metal = self.moles_of_metal(capacity)
        fraction: Array = metal / (metal + self.other) if self.other > 0 else np.ones_like(metal)
        return fraction

    def capacity_at(self, share: Array) -> Array:
        """Charge at which the mole fraction of the working metal reaches a value, 0 when it is already beyond.

        Stripping ends at the theoretical capacity. Plating never reaches a share of 1: infinite. A pure metal that is
        stripped is at 1 until it ends. NaN for a share of NaN.
        """
        share = np.asarray(share, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            mixed = np.where(share >= 1, np.inf, share / (1 - share) * self.other)
        if self.direction == "plate":
            coming = mixed if self.other > 0 else np.where(share > 1, np.inf, self.metal)
            moved = np.maximum(coming - self.metal, 0.0)
        else:
            left = mixed if self.other > 0 else np.where(share >= 1, self.metal, 0.0)
            moved = np.clip(self.metal - left, 0.0, self.metal)
        capacity: Array = np.where(np.isnan(share), np.nan, moved * self.capacity_per_mole)
        return capacity


def metal_balance(
    alloy: Alloy, ion: str, elements: tuple[str, ...], direction: Direction, in_carbon: float
) -> tuple[MetalBalance, Ray]:
    """Moles of the metals at the start, and the ray of compositions that the electrode follows.

    Parameters
    ----------
    alloy
        The initial alloy.
    ion
        Working ion.
    elements
        Elements of the system.
    direction
        Strip or plate.
    in_carbon
        Moles of K per mole of atoms that a carbon support has bound.

    Raises
    ------
    PhysicsError
        When there is nothing to strip, or carbon binds what is not there.
    """
    metal = working_metal(ion)
    moles = {symbol: alloy.composition.mole_fraction(symbol) for symbol in elements}
    if not (np.isfinite(in_carbon) and in_carbon >= 0):
        raise PhysicsError("moles of K in carbon must be 0 or more", found=repr(in_carbon))
    if in_carbon > 0:
        if moles.get("K", 0.0) == 0.0 or metal == "K":
            raise PhysicsError(
                "potassium_in_carbon needs an alloy with K and another working metal",
                found=f"{alloy.name} with ion {ion!r}",
                todo="With K+ the carbon is part of the electrode, which this mass balance does not describe",
            )
        if in_carbon >= moles["K"]:
            raise PhysicsError(
                "carbon can bind less than all of the K of the alloy",
                found=f"{in_carbon:g} mol of {moles['K']:.4g} mol K per mole of atoms",
            )
        moles["K"] -= in_carbon
    if direction == "strip" and moles[metal] <= 0:
        raise PhysicsError(f"an alloy with {metal} is needed, which {ion} strips", found=f"{alloy.composition}")
    other = sum(amount for symbol, amount in moles.items() if symbol != metal)
    rest = tuple(0.0 if symbol == metal or other == 0 else amount / other for symbol, amount in moles.items())
    if other == 0:
        rest = tuple(float(index == (elements.index(metal) + 1) % len(elements)) for index in range(len(elements)))
    charge = FARADAY_CONSTANT * element(metal).charge_number / alloy.composition.molar_mass
    return MetalBalance(moles[metal], other, charge, direction), Ray(elements.index(metal), rest)
