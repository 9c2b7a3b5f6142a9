"""Where Na and K are at each scan: masses first, volumes from densities, and the geometry has to follow.

K stays in the cell. Na leaves and comes back with the charge. The films lose their share of Na and keep their K, so
they get richer in K and thinner. The pool keeps its outer volume: what Na and K in liquid, grains and islands do not
fill is void. Two unknowns per scan, the composition of the pool's liquid and the volume of its voids, follow from the
two masses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.elements import element
from alkanode.thermo import stripping_path
from alkanode.virtual.tomograph.operando.phases import liquid
from alkanode.virtual.tomograph.operando.settings import OperandoCell

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Start:
    """Compositions that the budget rests on.

    Attributes
    ----------
    potassium
        Mass fraction of K of the alloy.
    liquidus
        Mass fraction of K at which solid K appears, from :func:`alkanode.thermo.stripping_path` at 25 degC.
    """

    potassium: float
    liquidus: float


def start_of(cell: OperandoCell) -> Start:
    """The alloy, and how far it can be stripped as a liquid.

    Raises
    ------
    PhysicsError
        For an alloy of anything else than Na and K.
    """
    alloy = Alloy.from_name(cell.alloy)
    if set(alloy.composition.elements) != {"Na", "K"}:
        raise PhysicsError("an alloy of Na and K is needed", found=cell.alloy)
    path = stripping_path(alloy, points=2, draws=0)
    end = float(path["capacity_to_liquidus"])
    liquidus = float(np.interp(end, path["specific_capacity"], path["mass_fraction"]))
    return Start(alloy.composition.mass_fraction("K"), liquidus)


def sodium_per_area(cell: OperandoCell, scan: int) -> float:
    """Mass of Na stripped from the anode at a scan, over area, kg m-2: Q M / F."""
    charge = cell.areal_capacity * cell.stripped_shares[scan]
    return charge * element("Na").molar_mass.value / FARADAY_CONSTANT


def mixture_for(sodium: float, potassium: float, energy: float) -> tuple[float, float]:
    """Mass fraction of K and volume (m3) of a liquid of masses of Na and K (kg)."""
    share = potassium / (sodium + potassium)
    return share, (sodium + potassium) / liquid(share, energy).density


def alloy_mass(cell: OperandoCell, pool: Pool, lengths: Floats, start: Start, energy: float) -> float:
    """Mass of alloy at the start, kg; ``lengths`` (layer,) of all fibres of a layer, m."""
    films = np.pi * (cell.film_radius**2 - cell.fibre_radius**2) * float(lengths.sum())
    return float(pool.sodium[0]) + pool.potassium + films * liquid(start.potassium, energy).density


@dataclass(frozen=True, slots=True)
class Films:
    """State of the films at one scan, per layer: mass fraction of K, and outer radius in m."""

    potassium: Floats
    radius: Floats


def films_at(cell: OperandoCell, lengths: Floats, scan: int, start: Start, energy: float) -> Films:
    """Composition and radius of the films of each layer.

    Parameters
    ----------
    cell
        Sizes and law.
    lengths
        (layer,) length of all fibres of a layer, m.
    scan
        Number of the scan.
    start
        From :func:`start_of`.
    energy
        J.

    Returns
    -------
    Films

    Raises
    ------
    PhysicsError
        When a film would reach the liquidus.
    """
    if not cell.layers:
        return Films(np.empty(0), np.empty(0))
    area = np.pi * (cell.film_radius**2 - cell.fibre_radius**2)
    mass = area * lengths * liquid(start.potassium, energy).density
    weight = np.exp(-cell.layer_spacing * np.arange(cell.layers) / cell.film_reach)
    lost = sodium_per_area(cell, scan) * cell.area * (1 - cell.pool_share) * weight / weight.sum()
    sodium, potassium = mass * (1 - start.potassium) - lost, mass * start.potassium
    share = potassium / (np.maximum(sodium, 0.0) + potassium)
    if share.max() >= start.liquidus:
        raise PhysicsError(
            "films stay liquid in this virtual cell",
            found=f"{100 * share.max():.0f} wt% K in the layer next to the pool at scan {scan + 1}",
            todo="Raise pool_share or film_reach, or lower areal_capacity",
        )
    volume = np.array([mixture_for(na, k, energy)[1] for na, k in zip(sodium, potassium, strict=True)])
    return Films(share, np.sqrt(cell.fibre_radius**2 + volume / (np.pi * lengths)))


@dataclass(frozen=True, slots=True)
class Pool:
    """Masses of the pool (kg) that do not depend on its geometry, and the volume of all that is in it (m3).

    Attributes
    ----------
    volume
        Of liquid, solids and voids together.
    sodium
        (scan,) mass of Na.
    potassium
        Mass of K.
    grains
        (scan,) volume of solid K, m3.
    """

    volume: float
    sodium: Floats
    potassium: float
    grains: Floats


def pool_of(cell: OperandoCell, start: Start, crack: Floats, energy: float) -> Pool:
    """Masses of the pool at all scans; ``crack`` (scan,) is the volume (m3) of Na that lies in the crack instead."""
    volume = cell.area * cell.pool_height
    mass = (volume - cell.area * cell.bubble_height) * liquid(start.potassium, energy).density
    scans = range(len(cell.stripped_shares))
    gone = np.array([sodium_per_area(cell, scan) for scan in scans]) * cell.area * cell.pool_share
    gone = gone + crack * liquid(0.0, energy).density
    grains = np.array(cell.precipitated) * gone[cell.turn] / liquid(1.0, energy).density
    return Pool(volume, mass * (1 - start.potassium) - gone, mass * start.potassium, grains)


def liquid_left(pool: Pool, scan: int, islands: float, start: Start, energy: float) -> tuple[float, float]:
    """Mass fraction of K and volume (m3) of the pool's liquid beside a volume (m3) of Na islands.

    Raises
    ------
    PhysicsError
        When no liquid is left, or it would be beyond the liquidus.
    """
    sodium = float(pool.sodium[scan]) - islands * liquid(0.0, energy).density
    potassium = pool.potassium - float(pool.grains[scan]) * liquid(1.0, energy).density
    if sodium <= 0 or potassium <= 0 or potassium / (sodium + potassium) >= start.liquidus:
        raise PhysicsError("liquid must be left in the pool", found=f"none at scan {scan + 1}")
    return mixture_for(sodium, potassium, energy)


def island_volume(pool: Pool, scan: int, share: float, void_before: float, start: Start, energy: float) -> float:
    """Volume (m3) of Na islands when they are a share of all void volume that has been filled.

    Parameters
    ----------
    pool, scan, start, energy
        As above.
    share
        Islands over filled volume.
    void_before
        Volume of all voids before plating, m3.
    """
    if share == 0:
        return 0.0

    def excess(islands: float) -> float:
        _, left = liquid_left(pool, scan, islands, start, energy)
        void = pool.volume - left - float(pool.grains[scan]) - islands
        return islands - share * (void_before - void)

    low, high = 0.0, 0.999 * share * void_before
    if excess(low) >= 0:
        return 0.0
    if excess(high) <= 0:
        raise PhysicsError(
            "voids must have room for the Na that is plated",
            found=f"none at scan {scan + 1}",
            todo="Raise bubble_height, or lower pool_share",
        )
    return float(brentq(excess, low, high, xtol=1e-9 * void_before))
