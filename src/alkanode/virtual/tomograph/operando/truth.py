"""What is true of the virtual cell: tables of scans, layers and sites, and the list of changes between two scans."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.materials.attenuation import mass_attenuation
from alkanode.virtual.tomograph.operando.anatomy import (
    BALL_VOLUME,
    CAP_CENTROID,
    CAP_CONTACT,
    CAP_HEIGHT,
    CAP_VOLUME,
    Anatomy,
    raised,
)
from alkanode.virtual.tomograph.operando.budget import Pool, sodium_per_area
from alkanode.virtual.tomograph.operando.phases import VOID, Phase, liquid
from alkanode.virtual.tomograph.operando.settings import OperandoCell
from alkanode.virtual.tomograph.operando.states import CellState, layer_lengths

Floats = npt.NDArray[np.float64]

COMPONENTS = ("z", "y", "x")


@dataclass(slots=True)
class _Changes:
    """Rows of the list of changes."""

    rows: list[tuple[str, Phase, Phase, float, float, Floats, bool]] = field(default_factory=list)

    def add(
        self,
        cause: str,
        pair: tuple[Phase, Phase],
        volume: float,
        thickness: float,
        centroid: Floats,
        *,
        displaced: bool = False,
    ) -> None:
        before, after = pair
        if volume > 0 and before.attenuation != after.attenuation:
            self.rows.append((cause, before, after, volume, thickness, centroid, displaced))


def true_changes(
    cell: OperandoCell, anatomy: Anatomy, before: CellState, after: CellState, energy: float
) -> xr.Dataset:
    """Every change between two states, in the frame of the cell.

    Parameters
    ----------
    cell, anatomy, before, after, energy
        The cell and two of its states (SI).

    Returns
    -------
    Dataset
        Kind ``grains``: per change ``sign`` (of the attenuation), ``grain_volume`` (m3), ``equivalent_diameter``,
        ``thickness`` (m, the smallest extent: a film that gets 0.3 um thinner has volume, but no voxel shows it),
        ``centroid`` (m), ``attenuation_change`` (1/m), ``touches_border`` (false throughout), ``displaced`` (a moved
        fibre, whose volume is that which its film swept), ``cause``, ``material_before`` and ``material_after``
        (text). The pool's liquid and each film, where their composition changed, are changes of their own.
    """
    found = _Changes()
    old, new = liquid(before.liquid, energy), liquid(after.liquid, energy)
    sodium, potassium = liquid(0.0, energy), liquid(1.0, energy)
    for number, foot in enumerate(anatomy.cap_foot):
        limits = np.unique(
            [0.0, before.island[number], before.outer[number], after.island[number], after.outer[number]]
        )
        for low, high in pairwise(limits.tolist()):
            inside = 0.5 * (low + high)
            was, is_now = (
                sodium if inside < state.island[number] else VOID if inside < state.outer[number] else here
                for state, here in ((before, old), (after, new))
            )
            height = CAP_CENTROID * (high ** (4 / 3) - low ** (4 / 3)) / (high - low) / CAP_VOLUME ** (1 / 3)
            tall = (1 + CAP_HEIGHT) * (np.cbrt(high) - np.cbrt(low)) / CAP_VOLUME ** (1 / 3)
            found.add(_cause(was, is_now), (was, is_now), high - low, float(tall), raised(foot, height))
    for point, first, last in zip(anatomy.grain_middle, before.grain, after.grain, strict=True):
        grown = last > first
        change = (old, potassium) if grown else (potassium, new)
        wide = 2 * abs(np.cbrt(last) - np.cbrt(first)) / BALL_VOLUME ** (1 / 3)
        cause = "potassium grain" if grown else "potassium dissolved"
        found.add(cause, change, abs(last - first), float(wide), point)
    if before.liquid != after.liquid:
        shared = cell.area * cell.pool_height - max(
            float((state.outer + 0.0).sum() + state.grain.sum()) for state in (before, after)
        )
        middle = np.array([cell.foot + 0.5 * cell.pool_height, 0.0, 0.0])
        found.add("liquid composition", (old, new), shared, cell.pool_height, middle)
    _films(found, cell, anatomy, before, after, energy)
    return _table(found)


def _cause(before: Phase, after: Phase) -> str:
    if after is VOID:
        return "void" if before.name != "Na" else "sodium lost from a void"
    if before is VOID:
        return "sodium island" if after.name == "Na" else "void refilled"
    return "sodium island" if after.name == "Na" else "liquid composition"


def _films(
    found: _Changes, cell: OperandoCell, anatomy: Anatomy, before: CellState, after: CellState, energy: float
) -> None:
    fibres = anatomy.fibres
    for number, layer in enumerate(fibres.layer):
        place, length = fibres.middle[number] + after.moved * fibres.motion[number], float(fibres.length[number])
        radii = [float(state.films.radius[layer]) for state in (before, after)]
        old, new = (liquid(float(state.films.potassium[layer]), energy) for state in (before, after))
        thinner, thicker = min(radii), max(radii)
        shell = np.pi * (thicker**2 - thinner**2) * length
        inner = np.pi * (thinner**2 - cell.fibre_radius**2) * length
        if radii[1] < radii[0]:
            found.add("film thinner", (old, VOID), shell, thicker - thinner, place)
        else:
            found.add("film thicker", (VOID, new), shell, thicker - thinner, place)
        found.add("film composition", (old, new), inner, thinner - cell.fibre_radius, place)
        step = float(np.linalg.norm((after.moved - before.moved) * fibres.motion[number]))
        if step > 0:
            swept = 2 * thinner * step * length
            found.add("fibre moved", (VOID, new), swept, step, place, displaced=True)
            found.add("fibre moved", (old, VOID), swept, step, place, displaced=True)


def _table(found: _Changes) -> xr.Dataset:
    rows = found.rows
    change = np.array([after.attenuation - before.attenuation for _, before, after, *_ in rows], dtype=np.float64)
    volume = np.array([row[3] for row in rows], dtype=np.float64)
    record = xr.Dataset(
        {
            "sign": ("grain", np.sign(change).astype(np.int8)),
            "grain_volume": ("grain", volume),
            "equivalent_diameter": ("grain", np.cbrt(6 * volume / np.pi)),
            "thickness": ("grain", np.array([row[4] for row in rows], dtype=np.float64)),
            "centroid": (("grain", "component"), np.array([row[5] for row in rows]).reshape(-1, 3)),
            "attenuation_change": ("grain", change),
            "touches_border": ("grain", np.zeros(volume.size, dtype=bool)),
            "displaced": ("grain", np.array([row[6] for row in rows], dtype=bool)),
            "cause": ("grain", np.array([row[0] for row in rows], dtype=str)),
            "material_before": ("grain", np.array([row[1].name for row in rows], dtype=str)),
            "material_after": ("grain", np.array([row[2].name for row in rows], dtype=str)),
        },
        coords={"component": list(COMPONENTS)},
        attrs={"simulated": "true changes of a virtual cell"},
    )
    return label(record, "grains")


def scan_table(
    cell: OperandoCell, anatomy: Anatomy, pool: Pool, states: tuple[CellState, ...], energy: float
) -> xr.Dataset:
    """Totals at each scan.

    Parameters
    ----------
    cell, anatomy, pool, states, energy
        The cell (SI).

    Returns
    -------
    Dataset
        Over ``scan``: ``areal_capacity`` (C m-2, missing from the anode), ``void_volume``, ``island_volume``,
        ``potassium_volume``, ``pool_liquid_volume`` (m3), ``liquid_potassium`` (mass fraction of K in the pool's
        liquid), ``contact_area_fraction``, ``void_count``, ``sodium_mass`` and ``potassium_mass`` (kg in the anode,
        from the volumes of the geometry), ``sodium_removed`` (kg m-2, from the charge), ``attenuation_integral``
        (m: the anode's sum of attenuation times volume, carbon left out, over the area, 1/m x m3 / m2) and
        ``expected_attenuation_change`` (1: minus (mu/rho) of Na times the Na removed per area).
    """
    sodium, potassium = liquid(0.0, energy), liquid(1.0, energy)
    lengths = layer_lengths(cell, anatomy.fibres.layer, anatomy.fibres.length)
    rows: dict[str, list[float]] = {}
    kappa = mass_attenuation("Na", energy).value or 0.0
    for scan, state in enumerate(states):
        here = liquid(state.liquid, energy)
        island, grain = float(state.island.sum()), float(state.grain.sum())
        left = pool.volume - float(state.outer.sum()) - grain
        films = [liquid(float(share), energy) for share in state.films.potassium]
        film_volume = np.pi * (state.films.radius**2 - cell.fibre_radius**2) * lengths
        parts = [(here, left), (sodium, island + state.crack), (potassium, grain)]
        parts += list(zip(films, [float(v) for v in film_volume], strict=True))
        gone = sodium_per_area(cell, scan)
        empty = np.where(state.island < state.outer * (1 - 1e-12), state.outer, 0.0)
        # an island inside a void touches the electrolyte with its own foot
        feet = (
            np.pi
            * CAP_CONTACT**2
            * ((empty / CAP_VOLUME) ** (2 / 3) - (state.island * (empty > 0) / CAP_VOLUME) ** (2 / 3))
        )
        values = {
            "areal_capacity": cell.areal_capacity * cell.stripped_shares[scan],
            "void_volume": state.void,
            "island_volume": island,
            "potassium_volume": grain,
            "pool_liquid_volume": left,
            "liquid_potassium": state.liquid,
            "contact_area_fraction": 1 - float(feet.sum()) / cell.area,
            "void_count": float((state.outer - state.island > 1e-3 * state.outer.max(initial=0.0)).sum()),
            "sodium_mass": sum(what.density * (1 - what.potassium) * volume for what, volume in parts),
            "potassium_mass": sum(what.density * what.potassium * volume for what, volume in parts),
            "sodium_removed": gone,
            "attenuation_integral": sum(what.attenuation * volume for what, volume in parts) / cell.area,
            "expected_attenuation_change": -kappa * gone,
        }
        for name, value in values.items():
            rows.setdefault(name, []).append(value)
    return xr.Dataset({name: ("scan", np.array(values)) for name, values in rows.items()})


def layer_table(cell: OperandoCell, states: tuple[CellState, ...]) -> xr.Dataset:
    """Films: ``depth`` (layer) m above the electrolyte, ``potassium`` (layer, scan) mass fraction, ``radius`` m."""
    shape = (cell.layers, len(states))
    return xr.Dataset(
        {
            "depth": ("layer", np.array([cell.layer_height(i) - cell.foot for i in range(cell.layers)])),
            "potassium": (("layer", "scan"), np.array([s.films.potassium for s in states]).T.reshape(shape)),
            "radius": (("layer", "scan"), np.array([s.films.radius for s in states]).T.reshape(shape)),
        }
    )
