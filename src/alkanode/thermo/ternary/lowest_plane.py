"""The plane under all Gibbs energies that carries each composition: a linear program, solved for many states at once.

At equilibrium the chemical potentials span a plane that touches the Gibbs energies of the phases present and lies below all
others. On a net of candidates this is the linear program min sum(f g) with sum(f c) = x, f >= 0. It is solved by the simplex
method: three candidates carry the composition; the candidate farthest below their plane replaces one of them, until none
is below. Nothing has to be known of the phase diagram, and no start can mislead it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array

_MOST_SWAPS = 200


@dataclass(slots=True)
class Basis:
    """Three candidates that carry each state.

    Attributes
    ----------
    phase
        Number of the phase of each (state, 3).
    composition
        Mole fractions (state, 3, element).
    energy
        J mol-1 (state, 3).
    amount
        Moles of atoms of each per mole of the state (state, 3).
    """

    phase: npt.NDArray[np.intp]
    composition: Array
    energy: Array
    amount: Array

    def potentials(self, rows: npt.NDArray[np.intp]) -> Array:
        """Plane through the candidates: chemical potentials (row, element), J mol-1."""
        return np.asarray(
            np.linalg.solve(self.composition[rows], self.energy[rows][..., None])[..., 0], dtype=np.float64
        )

    def swap(self, rows: npt.NDArray[np.intp], phase: npt.NDArray[np.intp], composition: Array, energy: Array) -> None:
        """Let one candidate per row enter; the one that it empties first leaves."""
        transposed = np.swapaxes(self.composition[rows], -1, -2)
        direction = np.linalg.solve(transposed, composition[..., None])[..., 0]
        amount = self.amount[rows]
        ratio = np.where(direction > 1e-12, amount / np.where(direction > 1e-12, direction, 1.0), np.inf)
        leaving = ratio.argmin(axis=-1)
        every = np.arange(len(rows))
        share = ratio[every, leaving]
        amount = np.maximum(amount - share[:, None] * direction, 0.0).astype(np.float64)
        amount[every, leaving] = share
        self.amount[rows] = amount
        self.phase[rows, leaving] = phase
        self.composition[rows, leaving] = composition
        self.energy[rows, leaving] = energy


def pure_basis(x: Array, energy: Array, phase: npt.NDArray[np.intp]) -> Basis:
    """Start from the pure elements.

    Parameters
    ----------
    x
        Mole fractions of the states (state, element), all positive.
    energy, phase
        Lowest energies of the pure elements (state, element), J mol-1, and numbers of their phases.
    """
    composition = np.broadcast_to(np.eye(3), (len(x), 3, 3)).copy()
    return Basis(phase.copy(), composition, energy.copy(), x.copy())


def lower(
    basis: Basis,
    points: Array,
    energies: Array,
    phases: npt.NDArray[np.intp],
    at: npt.NDArray[np.intp],
    tolerance: Array,
) -> None:
    """Swap candidates of a net until none lies below the plane, in place.

    Parameters
    ----------
    basis
        Where to start.
    points
        Candidates (point, element).
    energies, phases
        Of the candidates at each temperature (temperature, point).
    at
        Number of each state's temperature.
    tolerance
        How far below counts (state), J mol-1.
    """
    rows = np.arange(len(at))
    single = len(energies) == 1
    for _ in range(_MOST_SWAPS):
        plane = basis.potentials(rows)
        distance = (energies if single else energies[at[rows]]) - plane @ points.T
        best = distance.argmin(axis=-1)
        below = distance[np.arange(len(rows)), best] < -tolerance[rows]
        rows, best = rows[below], best[below]
        if rows.size == 0:
            return
        where = (at[rows], best)
        basis.swap(rows, phases[where], points[best], energies[where])
