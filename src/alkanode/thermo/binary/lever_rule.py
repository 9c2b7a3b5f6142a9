"""The lever rule on tie lines: amounts of phases, and the composition of the solution that sets the potential.

At one temperature the amount of a phase is a piecewise linear function of composition that changes only along tie
lines, so it is a sum of clipped ramps and needs no search:

    f_p(x) = [phase at x = 0 is p] + sum over tie lines ([right is p] - [left is p]) clip((x - x_l)/(x_r - x_l), 0, 1)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.thermo.binary.branches import is_liquid, phase_of
from alkanode.thermo.binary.tangents import Terms
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms

ABSENT = (2.0, 3.0)
"""Left and right composition of a tie line that does not exist at a temperature (outside 0-1, so that it never acts)."""


@dataclass(frozen=True, slots=True)
class TieLines:
    """Tie lines at given temperatures (any shape), m places each from low to high x.

    Attributes
    ----------
    branches
        Names that the integers below point to.
    left, right
        Compositions, m and then the shape of the temperature; unused places hold :data:`ABSENT`.
    left_branch, right_branch
        Branch numbers, m and then the shape of the temperature; -1 in unused places.
    first
        Branch number at x = 0, shaped like the temperature.
    """

    branches: tuple[str, ...]
    left: Array
    right: Array
    left_branch: npt.NDArray[np.intp]
    right_branch: npt.NDArray[np.intp]
    first: npt.NDArray[np.intp]

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Where a tie line of this topology does not exist for the parameters given, shaped like the temperature."""
        return np.asarray((np.isnan(self.left) | np.isnan(self.right)).any(axis=0))

    def liquid_fraction(self, x: Array) -> Array:
        """Amount of all liquid together, moles of atoms over all atoms."""
        amounts = [self.fraction(branch, x) for branch in self.branches if is_liquid(branch)]
        return np.sum(amounts, axis=0) if amounts else np.zeros(np.broadcast_shapes(self.first.shape, np.shape(x)))

    def fraction(self, branch: str, x: Array) -> Array:
        """Amount of one branch, moles of atoms over all atoms, at compositions that broadcast with the temperature.

        NaN where a tie line failed.
        """
        number = self.branches.index(branch)
        amount: Array = np.asarray((self.first == number) + np.zeros(np.shape(x)))
        for place in range(len(self.left)):
            change = (self.right_branch[place] == number).astype(np.float64) - (self.left_branch[place] == number)
            if change.any():
                amount += change * self._share(place, x)
        return amount

    def _share(self, place: int, x: Array) -> Array:
        """How far a composition lies along a tie line, 0 to 1; one without width is a step."""
        left, right = self.left[place], self.right[place]
        width = right - left
        along = np.clip((x - left) / np.where(width == 0, 1.0, width), 0.0, 1.0)
        return np.asarray(np.where(width == 0, x >= right, along))

    def potentials(self, terms: Terms, x: Array) -> tuple[Array, Array]:
        """Chemical potentials of both elements at equilibrium, J mol-1; NaN where a tie line failed.

        On a tie line the potential is that of the solution at its end, or of the chord between two compounds. Exactly at a
        compound's composition it is undetermined between two tie lines; the one on the side of the first element is taken.
        """
        branch, where = self._present(x, terms)
        shape = np.broadcast_shapes(branch.shape, where.shape)
        mu_1, mu_2 = np.zeros(shape), np.zeros(shape)
        for name, entry in terms.items():
            if isinstance(entry, SolutionTerms):
                chosen = np.isin(branch, [i for i, b in enumerate(self.branches) if phase_of(b) == name])
                first, second, _ = entry.potentials(where)
                mu_1, mu_2 = np.where(chosen, first, mu_1), np.where(chosen, second, mu_2)
        for place in range(len(self.left)):
            left, right = self.left[place], self.right[place]
            for chord, energies in self._chords(place, terms):
                slope = (energies[1] - energies[0]) / (right - left)
                here = chord & (x >= left) & (x <= right)
                mu_1 = np.where(here, energies[0] - slope * left, mu_1)
                mu_2 = np.where(here, energies[0] + slope * (1 - left), mu_2)
        failed = self.failed
        return np.where(failed, np.nan, mu_1), np.where(failed, np.nan, mu_2)

    def _chords(self, place: int, terms: Terms) -> list[tuple[npt.NDArray[np.bool_], tuple[Array, Array]]]:
        """Tie lines of one place that join two compounds: where they are, and the energies of the two."""
        energies = {
            number: np.asarray(terms[phase_of(name)])
            for number, name in enumerate(self.branches)
            if not isinstance(terms[phase_of(name)], SolutionTerms)
        }
        pairs = ((a, b) for a in energies for b in energies if a != b)
        found = [((self.left_branch[place] == a) & (self.right_branch[place] == b), (a, b)) for a, b in pairs]
        return [(where, (energies[a], energies[b])) for where, (a, b) in found if where.any()]

    def _present(self, x: Array, terms: Terms) -> tuple[npt.NDArray[np.intp], Array]:
        """Branch and composition of a phase that is present at equilibrium, a solution where there is one."""
        shape = np.broadcast_shapes(self.first.shape, np.shape(x))
        branch, where = np.broadcast_to(self.first, shape), np.broadcast_to(x, shape)
        compounds = [i for i, b in enumerate(self.branches) if not isinstance(terms[phase_of(b)], SolutionTerms)]
        for place in range(len(self.left)):
            branch = np.where(x > self.right[place], self.right_branch[place], branch)
        for place in reversed(range(len(self.left))):
            left, right = self.left[place], self.right[place]
            inside = (x >= left) & (x <= right)
            use_right = np.isin(self.left_branch[place], compounds)
            branch = np.where(inside, np.where(use_right, self.right_branch[place], self.left_branch[place]), branch)
            where = np.where(inside, np.where(use_right, right, left), where)
        return branch, where
