"""The states of the cell, one per scan, and the bodies that each is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from alkanode.virtual.tomograph.bodies import Body, cylinder, slab, sphere
from alkanode.virtual.tomograph.operando.anatomy import BALL_VOLUME, CAP_VOLUME, Anatomy, cap
from alkanode.virtual.tomograph.operando.budget import Films, Pool, Start, films_at, island_volume, liquid_left
from alkanode.virtual.tomograph.operando.phases import VOID, Phase, liquid, phase
from alkanode.virtual.tomograph.operando.settings import OperandoCell

Floats = npt.NDArray[np.float64]

BELOW = 40e-6
"""m of the cell below detector row 0."""

ABOVE = 100e-6
"""m of tube above the uppermost layer of fibres."""


@dataclass(frozen=True, slots=True, eq=False)
class CellState:
    """The cell at one scan.

    Attributes
    ----------
    liquid
        Mass fraction of K of the liquid in the pool.
    films
        Composition and radius of the films of each layer.
    outer
        (cap,) volume of void and Na at each site, m3.
    island
        (cap,) volume of Na in it, m3.
    grain
        (grain,) volume of each grain of K, m3.
    moved
        Share of their motion that fibres have made.
    crack
        Volume of Na in the crack, m3.
    """

    liquid: float
    films: Films
    outer: Floats
    island: Floats
    grain: Floats
    moved: float
    crack: float

    @property
    def void(self) -> float:
        """Volume of voids in the pool, m3."""
        return float((self.outer - self.island).sum())


def layer_lengths(cell: OperandoCell, layer: npt.NDArray[np.int64], length: Floats) -> Floats:
    """(layer,) length of all fibres of each layer, m."""
    return np.bincount(layer, weights=length, minlength=cell.layers).astype(np.float64)


def cell_state(
    cell: OperandoCell, anatomy: Anatomy, pool: Pool, start: Start, crack: Floats, scan: int, energy: float
) -> CellState:
    """State at a scan (SI): masses decide how much of each there is, the anatomy where.

    Raises
    ------
    PhysicsError
        When Na or K does not find room.
    """
    full = CAP_VOLUME * anatomy.cap_radius**3
    bubbles, voids = float(full[anatomy.bubble].sum()), float(full[~anatomy.bubble].sum())
    outer, island = np.where(anatomy.bubble, full, 0.0), np.zeros(full.size)
    if scan <= cell.turn:
        share, left = liquid_left(pool, scan, 0.0, start, energy)
        void = pool.volume - left - float(pool.grains[scan])
        outer[~anatomy.bubble] = _grown(
            full[~anatomy.bubble], anatomy.early[~anatomy.bubble], cell.stripped_shares[scan], void - bubbles
        )
    else:
        metal = island_volume(pool, scan, cell.island_share, bubbles + voids, start, energy)
        share, left = liquid_left(pool, scan, metal, start, energy)
        filled = bubbles + voids - (pool.volume - left - float(pool.grains[scan]) - metal) - metal
        island[anatomy.queue[0]] = _in_order(full[anatomy.queue[0]], metal)
        outer = full.copy()
        outer[anatomy.queue[1]] -= _in_order(full[anatomy.queue[1]], filled)
    lengths = layer_lengths(cell, anatomy.fibres.layer, anatomy.fibres.length)
    last, unused = len(cell.stripped_shares) - 1, cell.unchanged
    return CellState(
        liquid=share,
        films=films_at(cell, lengths, scan, start, energy),
        outer=outer,
        island=island,
        grain=_in_order(BALL_VOLUME * anatomy.grain_radius**3, float(pool.grains[scan])),
        moved=max(scan - unused, 0) / (last - unused),
        crack=float(crack[scan]),
    )


def _grown(full: Floats, early: Floats, charge: float, wanted: float) -> Floats:
    """Volumes (m3) of voids that begin one after another, with a given sum."""
    if wanted <= 1e-9 * full.sum():
        return np.zeros(full.size)
    if wanted >= full.sum() * (1 - 1e-9):
        return full.copy()
    progress = np.clip((charge - early) / (1 - early), 0.0, 1.0)
    progress = np.maximum(progress, 1e-3)
    factor = brentq(lambda f: float((full * np.minimum(1.0, f * progress)).sum()) - wanted, 0.0, 2e3, xtol=1e-14)
    return np.asarray(full * np.minimum(1.0, factor * progress))


def _in_order(full: Floats, wanted: float) -> Floats:
    """Volumes (m3) when sites are filled one after another up to a sum; the last one in part."""
    before = np.concatenate([[0.0], np.cumsum(full)[:-1]]) if full.size else full
    return np.asarray(np.clip(wanted - before, 0.0, full))


def bodies_of(cell: OperandoCell, anatomy: Anatomy, state: CellState, energy: float) -> tuple[Body, ...]:
    """The bodies of a state, outer before inner, in the frame of the cell (m, before it leans or moves)."""
    electrolyte, tube, carbon = (phase(name, energy) for name in ("NASICON", "PEEK", "C"))
    pool, sodium, potassium = liquid(state.liquid, energy), liquid(0.0, energy), liquid(1.0, energy)
    top = cell.layer_height(cell.layers) + ABOVE
    middle, height = np.array([0.5 * (top - BELOW), 0.0, 0.0]), top + BELOW
    axis = (1.0, 0.0, 0.0)

    def disc(low: float, high: float, what: Phase) -> Body:
        body = cylinder([0.5 * (low + high), 0, 0], axis, cell.inner_radius, high - low, what.attenuation)
        return _filled(body, what, VOID)

    bodies = [
        _filled(cylinder(middle, axis, cell.inner_radius + cell.wall, height, 0.0), tube, VOID),
        _filled(cylinder(middle, axis, cell.inner_radius, height, 0.0), VOID, tube),
        disc(-BELOW, cell.foot, electrolyte),
    ]
    bodies += [
        _filled(sphere(point, radius, 0.0), VOID, electrolyte)
        for point, radius in zip(anatomy.pore_middle, anatomy.pore_radius, strict=True)
    ]
    if state.crack > 0:
        penny = cylinder([cell.foot, 0, 0], anatomy.crack_direction, cell.crack_radius, cell.crack_opening, 0.0)
        below = slab([cell.foot - cell.crack_radius, 0, 0], 2 * cell.crack_radius)
        bodies.append(_filled(penny.cut(below), sodium, electrolyte))
    bodies.append(disc(cell.foot, cell.pool_top, pool))
    for foot, outer, island in zip(anatomy.cap_foot, state.outer, state.island, strict=True):
        outer_phase = sodium if island > 0 and island >= outer * (1 - 1e-12) else VOID
        if outer > 0:
            bodies.append(_cap(foot, outer, outer_phase, pool))
        if island > 0 and outer_phase is VOID:
            bodies.append(_cap(foot, island, sodium, VOID))
    bodies += [
        _filled(sphere(point, (volume / BALL_VOLUME) ** (1 / 3), 0.0), potassium, pool)
        for point, volume in zip(anatomy.grain_middle, state.grain, strict=True)
        if volume > 0
    ]
    fibres = anatomy.fibres
    for layer, point, along, length, motion in zip(
        fibres.layer, fibres.middle, fibres.direction, fibres.length, fibres.motion, strict=True
    ):
        film = liquid(float(state.films.potassium[layer]), energy)
        place = point + state.moved * motion
        bodies.append(_filled(cylinder(place, along, float(state.films.radius[layer]), length, 0.0), film, VOID))
        bodies.append(_filled(cylinder(place, along, cell.fibre_radius, length, 0.0), carbon, film))
    return tuple(bodies)


def _cap(foot: Floats, volume: float, what: Phase, around: Phase) -> Body:
    return _filled(cap(foot, (volume / CAP_VOLUME) ** (1 / 3), 0.0, material="", decrement=0.0), what, around)


def _filled(body: Body, what: Phase, around: Phase) -> Body:
    """A body of one material in another."""
    return Body(
        what.attenuation - around.attenuation,
        body.forms,
        body.centres,
        what.name,
        what.decrement - around.decrement,
    )
