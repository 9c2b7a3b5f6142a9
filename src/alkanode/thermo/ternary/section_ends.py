"""Where a family of tie lines stops that the mesh has not followed to its end: at a triangle or at a critical point."""

from __future__ import annotations

import numpy as np

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.ternary.critical_point import critical_point
from alkanode.thermo.ternary.grid import FINE
from alkanode.thermo.ternary.newton import solve_phases
from alkanode.thermo.ternary.phases import Phases
from alkanode.thermo.ternary.section_knots import Knot, exact
from alkanode.thermo.ternary.stability import lowest_below

UNSTABLE = 1e-8
"""Energy below a tie line's plane, over RT, from which another phase is counted as more stable."""

_FIRST_STEP = 0.02
_SHORTEST_STEP = 1e-5
_MOST_STEPS = 400


def follow(knots: list[Knot], phases: Phases) -> Knot | tuple[tuple[int, int, int], Array]:
    """Follow a family beyond its last known tie line.

    Parameters
    ----------
    knots
        Known tie lines in order; it goes on beyond the last one. A single one is followed in both directions by the
        caller through its neighbours.
    phases
        At one temperature.

    Returns
    -------
    Knot or tuple
        A critical point, as a tie line of no length; or numbers and mole fractions (corner, element) of a tie triangle.

    Raises
    ------
    ConvergenceError
        When neither is reached.
    """
    numbers = knots[-1].numbers
    path = [knot.ends for knot in knots[-2:]]
    step = _FIRST_STEP
    for _ in range(_MOST_STEPS):
        change = path[-1] - path[-2]
        guess = path[-1] + step * change / max(float(np.abs(change).max()), 1e-30)
        if (guess < 0).any():
            side = exact(numbers, _on_a_side(path[-1], change)[None], phases)
            if len(side.ends) and side.below.distance[0] > -UNSTABLE:
                return Knot(numbers, knots[-1].names, side.ends[0], True)
        found = exact(numbers, guess[None], phases) if (guess >= 0).all() else None
        if found is None or len(found.ends) == 0:
            step /= 2
            if step < _SHORTEST_STEP:
                break
        elif found.below.distance[0] < -UNSTABLE:
            three = (*numbers, int(found.below.phase[0]))
            corners = _triangle(three, np.concatenate([found.ends[0], found.below.composition]), phases)
            if corners is not None:
                return three, corners
            step /= 4
            if step < _SHORTEST_STEP:
                break
        else:
            path.append(found.ends[0])
            step = min(1.5 * step, 2 * _FIRST_STEP)
    if numbers[0] == numbers[1]:
        middle = critical_point(phases.solutions[numbers[0]], path[-1].mean(axis=0))
        return Knot(numbers, knots[-1].names, np.stack([middle, middle]), True)
    raise ConvergenceError(
        "the end of a two-phase field is needed",
        found=f"tie lines that stop at mole fractions {np.array2string(path[-1], precision=4)}",
        todo="Move the temperature slightly",
    )


def _on_a_side(ends: Array, change: Array) -> Array:
    """Where a tie line that moves on reaches the side of the composition triangle that is nearest."""
    steps = np.where(change < 0, ends / np.where(change < 0, -change, 1.0), np.inf)
    reached = ends + steps.min() * change
    reached[:, int(np.unravel_index(steps.argmin(), steps.shape)[1])] = 0.0
    side: Array = reached / reached.sum(axis=-1, keepdims=True)
    return side


def _triangle(numbers: tuple[int, int, int], corners: Array, phases: Phases) -> Array | None:
    """Exact corners from approximate ones, in their order; none if another phase is more stable than the three."""
    count = len(phases.solutions)
    order = np.argsort(numbers, kind="stable")
    solutions = [phases.solutions[numbers[n]] for n in order if numbers[n] < count]
    compounds = [phases.compounds[numbers[n] - count] for n in order if numbers[n] >= count]
    total = corners.mean(axis=0)[None]
    third = np.full((1, 3), 1 / 3)
    start = corners[order][None, : len(solutions)]
    composition, _, potentials, converged = solve_phases(solutions, compounds, total, start, third)
    if not converged.all():
        return None
    found = corners.copy()
    found[order[: len(solutions)]] = composition[0]
    heights = [FINE.energies(terms) for terms in phases.solutions]
    below = lowest_below(phases, heights, potentials, np.array([numbers]), found[None])
    return found if below.distance[0] > -UNSTABLE else None
