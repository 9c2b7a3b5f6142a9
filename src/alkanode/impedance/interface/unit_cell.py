"""The cell that belongs to one contact spot, and the mesh on which its field is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import constants

from alkanode.foundation.errors import PhysicsError

FloatArray = npt.NDArray[np.float64]

VACUUM_PERMITTIVITY: Final = constants.epsilon_0
"""F/m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """How finely the unit cell is divided.

    Attributes
    ----------
    cells
        Cells in radius on each side of the edge of the spot, and in depth. Default 40: the constriction is then within
        0.5 % of its limit (the field is singular at the edge, so errors fall with the size of the smallest cell).
    smallest
        Size of the cells at the edge of the spot over the smaller of spot radius and gap. Default 1e-3.
    """

    cells: int = 40
    smallest: float = 1e-3

    def __post_init__(self) -> None:
        if self.cells < 4 or not 0 < self.smallest < 1 / self.cells:
            raise PhysicsError(
                "a mesh needs at least 4 cells, the smallest below an even share",
                found=f"{self.cells} cells, smallest {self.smallest:g}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCell:
    """One contact spot with the electrolyte behind it and the void around it.

    Attributes
    ----------
    area_fraction
        Touching share of the area, in (0, 1].
    resistivity
        Of the electrolyte, ohm m.
    spacing
        Radius of the cell, m: half the distance between spots.
    void_depth
        Depth of the gap between electrolyte and metal beside the spot, m.
    relative_permittivity
        Of the electrolyte.
    contact_resistance, double_layer
        Of the touching area: resistance times area (ohm m2) and capacitance per area (F/m2). A resistance of zero is
        perfect contact.
    thickness
        Of the electrolyte between this interface and an ideal electrode, m.
    """

    area_fraction: float
    resistivity: float
    spacing: float
    void_depth: float
    relative_permittivity: float
    contact_resistance: float
    double_layer: float
    thickness: float

    def __post_init__(self) -> None:
        if not 0 < self.area_fraction <= 1:
            raise PhysicsError("an area fraction lies in (0, 1]", found=f"{self.area_fraction:g}")
        for name in ("resistivity", "spacing", "void_depth", "relative_permittivity", "thickness"):
            if not 0 < getattr(self, name) < np.inf:
                raise PhysicsError(f"{name.replace('_', ' ')} must be positive", found=f"{getattr(self, name):g}")
        for name in ("contact_resistance", "double_layer"):
            if not 0 <= getattr(self, name) < np.inf:
                raise PhysicsError(f"{name.replace('_', ' ')} must not be negative", found=f"{getattr(self, name):g}")

    @property
    def radius(self) -> float:
        """Of the spot, m."""
        return float(self.spacing * np.sqrt(self.area_fraction))

    @property
    def bulk_relaxation_time(self) -> float:
        """Of the electrolyte itself, rho eps0 eps_r, s."""
        return self.resistivity * VACUUM_PERMITTIVITY * self.relative_permittivity


def edges(spot: float, depth: float, mesh: Mesh) -> tuple[FloatArray, FloatArray]:
    """Borders of the cells in radius (0 to 1, one of them at ``spot``) and in depth (0 to ``depth``).

    All lengths over the radius of the unit cell. Cells grow geometrically from the edge of the spot.
    """
    inner, outer = spot, 1 - spot
    first = mesh.smallest * min(inner, outer if outer > 0 else inner)
    radii = [spot - _graded(first, inner, mesh.cells)[::-1]]
    if outer > 0:
        radii.append((spot + _graded(first, outer, mesh.cells))[1:])
    return np.concatenate(radii), _graded(first, depth, mesh.cells)


def _graded(first: float, length: float, count: int) -> FloatArray:
    """Borders from 0 to ``length``: cells that grow by one factor, the first of about the given size."""
    low, high = 1.0, 1e3
    for _ in range(100):
        growth = 0.5 * (low + high)
        sum_of_sizes = first * (growth**count - 1) / (growth - 1) if growth > 1 else first * count
        low, high = (growth, high) if sum_of_sizes < length else (low, growth)
    sizes = high ** np.arange(count)
    return np.asarray(np.concatenate(([0.0], np.cumsum(sizes) / sizes.sum())) * length)
