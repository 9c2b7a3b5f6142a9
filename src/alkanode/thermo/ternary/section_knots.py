"""Families of tie lines: known ones in order, and exact ones between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from alkanode.thermo.conditions import Array
from alkanode.thermo.ternary.grid import FINE
from alkanode.thermo.ternary.newton import ABSENT, solve_phases
from alkanode.thermo.ternary.phase_sets import NONE
from alkanode.thermo.ternary.phases import Phases
from alkanode.thermo.ternary.stability import Below, lowest_below

_COLLAPSED = 1e-4


@dataclass(slots=True)
class Knot:
    """A tie line that is known.

    Attributes
    ----------
    numbers, names
        Phases at its two ends.
    ends
        Mole fractions (end, element).
    last
        Whether its field stops there: at a tie triangle, a binary side or a critical point.
    beyond
        A state just outside the tie triangle whose side it is; its field must begin there.
    """

    numbers: tuple[int, int]
    names: tuple[str, str]
    ends: Array
    last: bool
    beyond: Array | None = None

    @property
    def kind(self) -> tuple[tuple[int, int], tuple[str, str]]:
        """Knots of one kind belong to one field, or to a few of the same phases.

        Two liquids are of one kind whatever their names, which may change along their field.
        """
        plain = self.numbers[0] == self.numbers[1] and not self.names[0].startswith("bcc")
        return self.numbers, ("", "") if plain else self.names


@dataclass(frozen=True, slots=True)
class TieLineBatch:
    """Tie lines and what lies below their planes.

    Attributes
    ----------
    ends
        Mole fractions (tie line, end, element).
    potentials
        Chemical potentials (tie line, element), J mol-1.
    below
        The search of all other phases.
    """

    ends: Array
    potentials: Array
    below: Below


def in_order(knots: list[Knot]) -> list[Knot]:
    """Sort tie lines of one kind across their field, each after its neighbour, and turn all of them the same way."""
    ends = np.stack([knot.ends for knot in knots])
    if knots[0].numbers[0] == knots[0].numbers[1]:
        longest = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=-1).argmax()
        turned = (ends[:, 1] - ends[:, 0]) @ (ends[longest, 1] - ends[longest, 0]) < 0
        for knot in itertools.compress(knots, turned):
            knot.ends, knot.names = knot.ends[::-1], (knot.names[1], knot.names[0])
        ends = np.stack([knot.ends for knot in knots])
    flat = ends.reshape(len(ends), -1)
    across = flat @ np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)[2][0]
    stops = np.array([knot.last for knot in knots])
    start = int(np.where(stops, across, np.inf).argmin() if stops.any() else across.argmin())
    apart = np.linalg.norm(flat[:, None] - flat, axis=-1)
    order, left = [start], [n for n in range(len(knots)) if n != start]
    while left:
        nearest = min(left, key=lambda n: float(apart[order[-1], n]))
        left.remove(nearest)
        order.append(nearest)
    return [knots[n] for n in order]


def between(knots: list[Knot], where: Array) -> Array:
    """Approximate ends (place, end, element) at places between 0 and 1 along a family."""
    known = np.stack([knot.ends for knot in knots])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(known, axis=0), axis=-1).sum(axis=-1))])
    columns = known.reshape(len(known), -1).T
    return np.stack([np.interp(where * length[-1], length, column) for column in columns], axis=-1).reshape(-1, 2, 3)


def exact(numbers: tuple[int, int], guess: Array, phases: Phases) -> TieLineBatch:
    """Exact tie lines through the middles of approximate ones; those that do not end, or collapse, are left out.

    Parameters
    ----------
    numbers
        Phases at the two ends.
    guess
        Mole fractions (tie line, end, element).
    phases
        At one temperature.
    """
    ends = np.maximum(guess, ABSENT)
    count = len(phases.solutions)
    here = phases.at(np.zeros(len(ends), dtype=np.intp))
    solutions = [here.solutions[number] for number in numbers if number < count]
    compounds = [here.compounds[number - count] for number in numbers if number >= count]
    half = np.full((len(ends), 2), 0.5)
    composition, _, potentials, converged = solve_phases(
        solutions, compounds, ends.mean(axis=1), ends[:, : len(solutions)], half
    )
    ends[:, : len(solutions)] = composition
    rows = np.flatnonzero(converged & (np.abs(ends[:, 0] - ends[:, 1]).max(axis=-1) > _COLLAPSED))
    heights = [np.broadcast_to(FINE.energies(terms), (len(rows), len(FINE.points))) for terms in phases.solutions]
    present, known = np.full((len(rows), 3), NONE), np.full((len(rows), 3, 3), np.nan)
    present[:, :2], known[:, :2] = numbers, ends[rows]
    below = lowest_below(here.at(rows), heights, potentials[rows], present, known)
    return TieLineBatch(ends[rows], potentials[rows], below)
