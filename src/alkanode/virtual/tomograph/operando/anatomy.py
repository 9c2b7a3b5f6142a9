"""Where everything lies: fibres, pores, and the sites of voids and grains, drawn once for all scans.

Voids and islands are caps that stand on the electrolyte and keep their shape as they grow about their foot, so that
one material inside the other at the same foot is nested, never crossed. Grains of K are balls in the pool. Sites keep
apart from one another (:mod:`alkanode.virtual.tomograph.operando.placement`); fibres of a layer are parallel and layers
lie above one another, so films never cross.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.tomograph.bodies import Body, slab, sphere
from alkanode.virtual.tomograph.operando.budget import Pool, Start, liquid_left
from alkanode.virtual.tomograph.operando.placement import in_disc, log_uniform, place_apart, sizes_for_volume
from alkanode.virtual.tomograph.operando.settings import OperandoCell

Floats = npt.NDArray[np.float64]

CAP_HEIGHT = 0.4
"""Height of the middle of a cap over the electrolyte, in radii."""

CAP_VOLUME = float(np.pi * (2 / 3 + CAP_HEIGHT - CAP_HEIGHT**3 / 3))
"""Volume of a cap of radius 1."""

CAP_CENTROID = float(
    np.pi * ((1 - CAP_HEIGHT**2) / 2 - (1 - CAP_HEIGHT**4) / 4 + CAP_HEIGHT * CAP_VOLUME / np.pi) / CAP_VOLUME
)
"""Height of the centroid of a cap of radius 1 over its foot."""

CAP_CONTACT = float(np.sqrt(1 - CAP_HEIGHT**2))
"""Radius of the foot of a cap of radius 1."""

BALL_VOLUME = 4 * np.pi / 3

GAP = 1.0e-6
"""m between the surfaces of things that must not touch."""


@dataclass(frozen=True, slots=True, eq=False)
class Fibres:
    """Fibres: layer (fibre,), middle (fibre, 3) m, direction (fibre, 3), length (fibre,) m, motion (fibre, 3) m."""

    layer: npt.NDArray[np.int64]
    middle: Floats
    direction: Floats
    length: Floats
    motion: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The cell without its states.

    Attributes
    ----------
    fibres
        See :class:`Fibres`.
    pore_middle, pore_radius
        Pores of the electrolyte, m.
    cap_foot, cap_radius
        Feet (cap, 3) and full radii (cap,) of voids and bubbles, m.
    bubble
        (cap,) whether it was there before the first scan.
    early
        (cap,) share of the stripped charge at which a void begins; 0 for bubbles.
    queue
        Caps in the order in which plating fills them: with Na metal, and with liquid.
    grain_middle, grain_radius
        Grains of K, in the order in which they appear, m.
    crack_direction
        Normal of the crack.
    """

    fibres: Fibres
    pore_middle: Floats
    pore_radius: Floats
    cap_foot: Floats
    cap_radius: Floats
    bubble: npt.NDArray[np.bool_]
    early: Floats
    queue: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    grain_middle: Floats
    grain_radius: Floats
    crack_direction: Floats


def raised(foot: Floats, height: float) -> Floats:
    """A point (z, y, x) moved up, m."""
    return np.asarray(foot + np.array([height, 0.0, 0.0]))


def cap(foot: Floats, radius: float, attenuation: float, *, material: str, decrement: float) -> Body:
    """A cap of a radius (m) standing on a foot (z, y, x); ``attenuation`` in 1/m."""
    ball = sphere(raised(foot, CAP_HEIGHT * radius), radius, attenuation, material=material, decrement=decrement)
    return ball.cut(slab(raised(foot, 2 * radius), 4 * radius))


def draw_fibres(cell: OperandoCell, random: np.random.Generator) -> Fibres:
    """Layers of parallel fibres, every second one across the one below, each turned a little."""
    layers, middles, directions, lengths, sides = [], [], [], [], []
    spare = 0.25 * (cell.fibre_spacing - 2 * cell.film_radius - cell.fibre_motion)
    for layer in range(cell.layers):
        angle = 0.5 * np.pi * (layer % 2) + np.radians(random.uniform(-10, 10))
        along = np.array([0.0, np.sin(angle), np.cos(angle)])
        across = np.array([0.0, np.cos(angle), -np.sin(angle)])
        first = random.uniform(-0.5, 0.5) * cell.fibre_spacing
        reach = int(cell.inner_radius / cell.fibre_spacing) + 1
        for number in range(-reach, reach + 1):
            offset = first + number * cell.fibre_spacing + spare * random.uniform(-1, 1)
            inside = cell.inner_radius**2 - (abs(offset) + cell.film_radius + cell.fibre_motion) ** 2
            if inside <= (2 * cell.film_radius) ** 2:
                continue
            layers.append(layer)
            middles.append([cell.layer_height(layer), *(offset * across)[1:]])
            directions.append(along)
            lengths.append(2 * np.sqrt(inside))
            sides.append(across)
    motion = np.zeros((len(layers), 3))
    if cell.moving_fibres and layers:
        # no two neighbours move, so that the gap between films stays
        able = np.arange(random.integers(0, 2), len(layers), 2)
        chosen = random.permutation(able)[: cell.moving_fibres]
        motion[chosen] = cell.fibre_motion * np.array(sides)[chosen] * random.choice([-1, 1], size=(chosen.size, 1))
    return Fibres(
        np.array(layers, dtype=np.int64),
        np.array(middles).reshape(-1, 3),
        np.array(directions).reshape(-1, 3),
        np.array(lengths),
        motion,
    )


def draw_anatomy(
    cell: OperandoCell, pool: Pool, fibres: Fibres, start: Start, energy: float, random: np.random.Generator
) -> Anatomy:
    """Draw pores and sites.

    Parameters
    ----------
    cell, pool, fibres, start, energy
        Sizes and masses (SI).
    random
        Generator.

    Returns
    -------
    Anatomy

    Raises
    ------
    PhysicsError
        When the sites do not find room.
    """
    if (1 + CAP_HEIGHT) * cell.void_radius[1] * 1.1 > cell.pool_height - GAP:
        raise PhysicsError(
            "the largest void must fit below the surface of the pool",
            found=f"radius {1e6 * cell.void_radius[1]:g} um in {1e6 * cell.pool_height:g} um",
        )
    bubbles = cell.area * cell.bubble_height
    _, left = liquid_left(pool, cell.turn, 0.0, start, energy)
    grown = pool.volume - left - float(pool.grains[cell.turn]) - bubbles
    radii = [sizes_for_volume(random, volume, cell.void_radius, CAP_VOLUME) for volume in (grown, bubbles)]
    cap_radius = np.concatenate(radii)
    order = np.argsort(-cap_radius, kind="stable")
    bubble = (np.arange(cap_radius.size) >= radii[0].size)[order]
    cap_radius = cap_radius[order]

    def on_electrolyte(radius: float) -> Floats:
        return np.array([cell.foot + CAP_HEIGHT * radius, *in_disc(random, cell.inner_radius - radius - GAP)])

    nowhere = (np.empty((0, 3)), np.empty(0))
    middles = place_apart(random, cap_radius, on_electrolyte, nowhere, gap=GAP, what="voids")
    grain_radius = sizes_for_volume(random, float(pool.grains.max()), cell.potassium_radius, BALL_VOLUME)

    def in_pool(radius: float) -> Floats:
        # most grains lie near the electrolyte, where the liquid is stripped
        room = cell.pool_height - 2 * (radius + 0.2 * GAP)
        height = cell.foot + radius + 0.2 * GAP + room * random.random() ** 2
        return np.array([height, *in_disc(random, cell.inner_radius - radius - GAP)])

    grains = place_apart(random, grain_radius, in_pool, (middles, cap_radius), gap=GAP, what="grains of K")
    appearing = random.permutation(grain_radius.size)
    pore_radius = np.sort(log_uniform(random, cell.pore_radius, cell.electrolyte_pores))[::-1]

    def in_electrolyte(radius: float) -> Floats:
        height = random.uniform(-radius, cell.foot - radius - GAP)
        return np.array([height, *in_disc(random, cell.inner_radius - radius - GAP)])

    taken = nowhere
    if cell.crack_opening:
        taken = (np.array([[cell.foot, 0.0, 0.0]]), np.array([cell.crack_radius + cell.crack_opening]))
    pores = place_apart(random, pore_radius, in_electrolyte, taken, gap=GAP, what="pores")
    feet = np.column_stack([np.full(cap_radius.size, cell.foot), middles[:, 1:]])
    turn = random.uniform(0, np.pi)
    return Anatomy(
        fibres=fibres,
        pore_middle=pores,
        pore_radius=pore_radius,
        cap_foot=feet,
        cap_radius=cap_radius,
        bubble=bubble,
        early=np.where(bubble, 0.0, random.uniform(0, 0.7, size=cap_radius.size)),
        queue=_queues(cell, cap_radius, bubble, random),
        grain_middle=grains[appearing],
        grain_radius=grain_radius[appearing],
        crack_direction=np.array([0.0, np.sin(turn), np.cos(turn)]),
    )


def _queues(
    cell: OperandoCell, radius: Floats, bubble: npt.NDArray[np.bool_], random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Order of filling: some of the grown voids, the bubbles, the other voids; each goes to Na or to liquid."""
    volume = radius**3
    voids = random.permutation(np.flatnonzero(~bubble))
    enough = int(np.searchsorted(np.cumsum(volume[voids]), cell.fillable * volume[voids].sum()))
    order = np.concatenate([voids[:enough], random.permutation(np.flatnonzero(bubble)), voids[enough:]])
    queues: tuple[list[int], list[int]] = ([], [])
    filled = [0.0, 0.0]
    for number in order:
        # the one that is further behind its share takes the next
        to_liquid = filled[0] * (1 - cell.island_share) >= filled[1] * cell.island_share and cell.island_share < 1
        which = int(to_liquid and not (cell.island_share > 0 and filled[0] == 0))
        queues[which].append(int(number))
        filled[which] += float(volume[number])
    return np.array(queues[0], dtype=np.int64), np.array(queues[1], dtype=np.int64)
