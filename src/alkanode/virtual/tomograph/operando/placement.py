"""Balls that do not touch: sizes with a given sum of volumes, places by random sequential addition.

The largest are placed first. Nothing overlaps by construction, so that line integrals and volumes count nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]

_TRIALS = 4000


def log_uniform(random: np.random.Generator, limits: tuple[float, float], count: int) -> Floats:
    """Numbers (count,) even in their logarithm between two limits; any unit."""
    low, high = np.log(limits[0]), np.log(limits[1])
    return np.asarray(np.exp(random.uniform(low, high, size=count)))


def sizes_for_volume(
    random: np.random.Generator, volume: float, radii: tuple[float, float], volume_of_unit: float
) -> Floats:
    """Radii, largest first, whose bodies have a given volume together.

    Parameters
    ----------
    random
        Generator.
    volume
        m3.
    radii
        Smallest and largest, m; drawn log-uniformly, then all scaled by one factor near 1.
    volume_of_unit
        Volume of a body of radius 1.

    Returns
    -------
    ndarray
        (body,) m; empty for no volume.
    """
    if volume <= 0:
        return np.empty(0)
    drawn: list[float] = []
    while volume_of_unit * sum(r**3 for r in drawn) < volume:
        drawn.append(float(log_uniform(random, radii, 1)[0]))
    found = np.sort(np.array(drawn))[::-1]
    return np.asarray(found * (volume / (volume_of_unit * float((found**3).sum()))) ** (1 / 3))


def place_apart(
    random: np.random.Generator,
    radii: Floats,
    where: Callable[[float], Floats],
    taken: tuple[Floats, Floats],
    *,
    gap: float,
    what: str,
) -> Floats:
    """Middles of balls that stay apart from one another and from what is already there.

    Parameters
    ----------
    random
        Generator; not used when there is nothing to place.
    radii
        (ball,) m.
    where
        Draws a middle (z, y, x) for a radius.
    taken
        Middles (ball, 3) and radii (ball,) already there, m.
    gap
        Least distance between surfaces, m.
    what
        What is placed, for the message.

    Returns
    -------
    ndarray
        (ball, 3) m.

    Raises
    ------
    PhysicsError
        When there is no room.
    """
    middles, sizes = list(taken[0]), list(taken[1])
    for radius in radii:
        for _ in range(_TRIALS):
            middle = where(float(radius))
            if not middles:
                break
            apart = np.linalg.norm(np.array(middles) - middle, axis=1)
            if (apart >= np.array(sizes) + radius + gap).all():
                break
        else:
            raise PhysicsError(
                f"room for {radii.size} {what} is needed",
                found=f"none for one of radius {1e6 * radius:.3g} um",
                todo="Take smaller or fewer ones, or less charge",
            )
        middles.append(middle)
        sizes.append(float(radius))
    return np.array(middles[len(taken[1]) :]).reshape(-1, 3)


def in_disc(random: np.random.Generator, radius: float) -> tuple[float, float]:
    """(y, x) even over a disc, m."""
    distance, angle = radius * np.sqrt(random.random()), random.uniform(0, 2 * np.pi)
    return float(distance * np.sin(angle)), float(distance * np.cos(angle))
