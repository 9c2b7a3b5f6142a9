"""Is any solution, at any composition, below the plane of the phases found? If so it joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms
from alkanode.thermo.ternary.grid import FINE
from alkanode.thermo.ternary.newton import logarithmic_slopes, lowest_distance
from alkanode.thermo.ternary.phase_sets import NONE, PhaseSets

if TYPE_CHECKING:
    from alkanode.thermo.ternary.lowest_plane import Basis
    from alkanode.thermo.ternary.phases import Phases

_BELOW = 1e-10
_WORTH_A_LOOK = 0.05
_SOFT = 0.35
_REACH = (0.02, 0.1, 0.3)
_INSIDE = 1e-30
_MOST_ROUNDS = 60
_SHARP = 1e-12


@dataclass(slots=True)
class Below:
    """The composition farthest below the plane of each state, if any.

    Attributes
    ----------
    distance
        Energy above the plane over RT (state): negative where something lies below, else 0.
    phase, composition
        What lies there: number (state) and mole fractions (state, element).
    """

    distance: Array
    phase: npt.NDArray[np.intp]
    composition: Array

    def keep_lower(self, row: npt.NDArray[np.intp], distance: Array, phase: int, composition: Array) -> None:
        """Take over what lies lower than what is known."""
        better = distance < self.distance[row]
        self.distance[row[better]] = distance[better]
        self.phase[row[better]] = phase
        self.composition[row[better]] = composition[better]


def lowest_below(
    phases: Phases,
    heights: list[Array],
    plane: Array,
    present: npt.NDArray[np.intp],
    composition: Array,
) -> Below:
    """Search every phase for the composition farthest below a plane.

    Parameters
    ----------
    phases
        At the states' temperatures.
    heights
        Energies of each solution on the fine net (state, point), J mol-1.
    plane
        Chemical potentials (state, element), J mol-1.
    present, composition
        Phases that are known at the state (state, 3) and their mole fractions (state, 3, element); beyond them a narrow
        gap may hide.
    """
    count = len(plane)
    found = Below(np.zeros(count), np.full(count, NONE), np.full((count, 3), np.nan))
    for number, terms in enumerate(phases.solutions):
        starts = _on_the_net(terms, heights[number], plane)
        for place in range(3):
            row = np.flatnonzero(present[:, place] == number)
            starts += _soft(terms, row, composition[row, place])
        for row, start in starts:
            where, distance = lowest_distance(terms.at(row), plane[row], start)
            found.keep_lower(row, distance / terms.rt[row], number, where)
    for number, (fixed, energy) in enumerate(phases.compounds, start=len(phases.solutions)):
        distance = (energy - plane @ fixed) / phases.solutions[0].rt
        found.keep_lower(np.arange(count), distance, number, np.broadcast_to(fixed, (count, 3)))
    return found


def unstable_against(
    sets: PhaseSets,
    phases: Phases,
    heights: list[Array],
    at: npt.NDArray[np.intp],
    x: Array,
    rows: npt.NDArray[np.intp],
) -> npt.NDArray[np.intp]:
    """Let the phase farthest below the plane join, in place.

    Parameters
    ----------
    sets
        Phases found so far.
    phases
        All phases at the states' temperatures.
    heights, at
        Energies of each solution on the net (temperature, point), J mol-1, and the number of each state's temperature.
    x
        Mole fractions of the states (state, element), positive.
    rows
        States to look at.

    Returns
    -------
    ndarray
        Rows whose phases changed.
    """
    below = lowest_below(
        phases.at(rows),
        [_of_states(energy, at[rows]) for energy in heights],
        sets.potentials[rows],
        sets.phase[rows],
        sets.composition[rows],
    )
    joins = below.distance < -_BELOW
    sets.join(rows[joins], below.phase[joins], below.composition[joins], x[rows[joins]])
    return rows[joins]


def sharpen(
    basis: Basis, phases: Phases, heights: list[Array], at: npt.NDArray[np.intp], rows: npt.NDArray[np.intp]
) -> None:
    """Move the candidates of a basis off the net: what lies farthest below the plane enters, until nothing does.

    Slower than Newton's method for the phases, but it cannot go astray: the plane falls with every step. In place.
    """
    for _ in range(_MOST_ROUNDS):
        below = lowest_below(
            phases.at(rows),
            [_of_states(energy, at[rows]) for energy in heights],
            basis.potentials(rows),
            basis.phase[rows],
            np.maximum(basis.composition[rows], _INSIDE),
        )
        enters = below.distance < -_SHARP
        rows, number, where = rows[enters], below.phase[enters], below.composition[enters]
        if rows.size == 0:
            return
        energy = np.empty(len(rows))
        for index, terms in enumerate(phases.solutions):
            chosen = number == index
            energy[chosen] = terms.at(rows[chosen]).energy(where[chosen])
        for index, (_, fixed) in enumerate(phases.compounds, start=len(phases.solutions)):
            energy[number == index] = fixed[rows[number == index]]
        basis.swap(rows, number, where, energy)


def _of_states(energies: Array, at: npt.NDArray[np.intp]) -> Array:
    """Energies of each state from those of each temperature; no copy where there is one temperature."""
    return np.broadcast_to(energies, (len(at), energies.shape[1])) if len(energies) == 1 else energies[at]


def _on_the_net(terms: TernaryTerms, energies: Array, plane: Array) -> list[tuple[npt.NDArray[np.intp], Array]]:
    """Where to search a solution: the best point of the net near each corner, if it is worth a look.

    One search starts near each corner, so that both sides of a gap are seen.
    """
    height = energies - plane @ FINE.points.T
    starts = []
    for region in FINE.regions:
        best = region.start + height[:, region].argmin(axis=-1)
        row = np.flatnonzero(height[np.arange(len(plane)), best] < _WORTH_A_LOOK * terms.rt)
        if row.size:
            starts.append((row, _inside(FINE.points[best[row]], plane[row], terms.at(row))))
    return starts


def _inside(points: Array, plane: Array, terms: TernaryTerms) -> Array:
    """Points of the net, moved off the sides of the triangle to where the plane puts the missing elements."""
    exponent = (plane - terms.potentials_without_mixing(points)) / terms.rt[:, None]
    return np.where(points > 0, points, np.exp(np.clip(exponent, -600.0, -5.0)))


def _soft(terms: TernaryTerms, row: npt.NDArray[np.intp], x: Array) -> list[tuple[npt.NDArray[np.intp], Array]]:
    """Steps to both sides where the energy is nearly flat, which is where a narrow gap hides."""
    if row.size == 0:
        return []
    root = np.sqrt(x)
    slopes = logarithmic_slopes(terms.at(row), x)
    scaled = slopes * root[:, :, None] / root[:, None, :]
    across = np.eye(3) - root[:, :, None] * root[:, None, :]
    symmetric = across @ ((scaled + np.swapaxes(scaled, -1, -2)) / 2) @ across + 10 * (np.eye(3) - across)
    stiffness, direction = np.linalg.eigh(symmetric)
    soft = np.flatnonzero(stiffness[:, 0] < _SOFT)
    if soft.size == 0:
        return []
    step = root[soft] * direction[soft, :, 0]
    starts = []
    for reach in (*_REACH, *(-reach for reach in _REACH)):
        moved = np.maximum(x[soft] + reach * step, x[soft] * 1e-3)
        starts.append((row[soft], moved / moved.sum(axis=-1, keepdims=True)))
    return starts
