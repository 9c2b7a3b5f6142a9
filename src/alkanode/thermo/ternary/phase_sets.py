"""Up to three phases at each state: which, how much and of what composition, while they are being found."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array

if TYPE_CHECKING:
    from alkanode.thermo.ternary.lowest_plane import Basis
    from alkanode.thermo.ternary.phases import Phases

NONE = 1000
"""Phase number of an empty place; sorts after all others."""

_NEGLIGIBLE = 1e-12
_DILUTE = 1e-3
_TRACE = 1e-5
_SAME = 1e-5
_ABSENT = 1e-90
_FIRST_AMOUNT = 0.01
_NEAR = 0.15
_LEVEL = 1e-10
_GIVEN = 1e-12


@dataclass(slots=True)
class PhaseSets:
    """Phases of n states in three places each.

    Attributes
    ----------
    phase
        Numbers (state, 3), :data:`NONE` in an empty place.
    fraction, composition
        Amounts (state, 3) and mole fractions (state, 3, element).
    potentials
        Chemical potentials (state, element), J mol-1.
    converged
        Whether Newton's method ended at the state.
    """

    phase: npt.NDArray[np.intp]
    fraction: Array
    composition: Array
    potentials: Array
    converged: npt.NDArray[np.bool_]

    @classmethod
    def empty(cls, count: int) -> Self:
        """No phases yet."""
        return cls(
            np.full((count, 3), NONE),
            np.zeros((count, 3)),
            np.full((count, 3, 3), np.nan),
            np.zeros((count, 3)),
            np.ones(count, dtype=bool),
        )

    def put(self, rows: npt.NDArray[np.intp], other: PhaseSets) -> None:
        """Write the phases of other states into some rows."""
        for mine, theirs in zip(self._fields, other._fields, strict=True):
            mine[rows] = theirs

    def take(self, rows: npt.NDArray[np.intp]) -> PhaseSets:
        """The phases of some states."""
        phase, fraction, composition, potentials, converged = self._fields
        return PhaseSets(phase[rows], fraction[rows], composition[rows], potentials[rows], converged[rows])

    @classmethod
    def joined(cls, parts: Sequence[PhaseSets]) -> Self:
        """The states of several, one after another."""
        phase, fraction, composition, potentials, converged = zip(*(part._fields for part in parts), strict=True)
        return cls(
            np.concatenate(phase),
            np.concatenate(fraction),
            np.concatenate(composition),
            np.concatenate(potentials),
            np.concatenate(converged),
        )

    @property
    def _fields(self) -> tuple[npt.NDArray[np.intp], Array, Array, Array, npt.NDArray[np.bool_]]:
        return (self.phase, self.fraction, self.composition, self.potentials, self.converged)

    @classmethod
    def of_basis(cls, basis: Basis, phases: Phases, x: Array) -> Self:
        """Phases that a plane on a net stands for: candidates of one phase with no barrier between them are one."""
        n = len(basis.phase)
        sets = cls.empty(n)
        every = np.arange(n)
        sets.potentials[:] = basis.potentials(every)
        joined = {
            pair: _no_barrier(basis, phases, sets.potentials, *pair) for pair in itertools.combinations(range(3), 2)
        }
        group = np.tile(np.arange(3), (n, 1))
        for _ in range(2):
            for (a, b), same in joined.items():
                lowest = np.minimum(group[:, a], group[:, b])
                group[:, a] = np.where(same, lowest, group[:, a])
                group[:, b] = np.where(same, lowest, group[:, b])
        for place in range(3):
            amount = np.where(group == place, basis.amount, 0.0)
            total = amount.sum(axis=-1)
            weight = np.where(total[:, None] > 0, amount, group == place)
            present = (group == place).any(axis=-1)
            weight = weight / np.where(present, weight.sum(axis=-1), 1.0)[:, None]
            mixed = np.einsum("nv,nve->ne", weight, basis.composition)
            sets.phase[:, place] = np.where(present, basis.phase[every, place], NONE)
            sets.fraction[:, place] = total
            sets.composition[:, place] = mixed
        _leave_negligible(sets, len(phases.solutions))
        _spread_traces(sets, phases, x)
        return sets

    def sort(self, rows: npt.NDArray[np.intp]) -> None:
        """Put solutions first, then compounds, then empty places."""
        order = self.phase[rows].argsort(axis=-1, kind="stable")
        self.phase[rows] = np.take_along_axis(self.phase[rows], order, axis=-1)
        self.fraction[rows] = np.take_along_axis(self.fraction[rows], order, axis=-1)
        self.composition[rows] = np.take_along_axis(self.composition[rows], order[..., None], axis=1)

    def drop_vanished(self, rows: npt.NDArray[np.intp], smallest: float, solutions: int) -> npt.NDArray[np.intp]:
        """Empty the place of the most negative amount, or of a twin; give the rows that changed."""
        vanished = self.fraction[rows].min(axis=-1, where=self.phase[rows] != NONE, initial=np.inf)
        place = np.where(self.phase[rows] == NONE, np.inf, self.fraction[rows]).argmin(axis=-1)
        alone = (self.phase[rows] < solutions).sum(axis=-1) == 1
        spared = alone & (self.phase[rows, place] < solutions) & (vanished > -_NEGLIGIBLE)
        gone = (vanished < smallest) & ~spared
        twin = self._twin(rows)
        place = np.where(~gone & (twin >= 0), twin, place)
        gone |= twin >= 0
        changed, place = rows[gone], place[gone]
        self.phase[changed, place] = NONE
        self.fraction[changed, place] = 0.0
        self.composition[changed, place] = np.nan
        left = np.maximum(self.fraction[changed], _NEGLIGIBLE) * (self.phase[changed] != NONE)
        self.fraction[changed] = left / left.sum(axis=-1, keepdims=True)
        return np.asarray(changed)

    def join(self, rows: npt.NDArray[np.intp], number: npt.NDArray[np.intp], where: Array, x: Array) -> None:
        """Give a new phase a place: an empty one, or that of the phase that it empties first.

        There is an empty place while there are fewer phases than elements, as Gibbs' phase rule says. A phase that parts
        in two near a critical point starts from both sides of the state.

        Parameters
        ----------
        rows, number, where
            States, and number and mole fractions of what joins.
        x
            Mole fractions of the states (row, element).
        """
        most = (x > _ABSENT).sum(axis=-1)
        full = (self.phase[rows] != NONE).sum(axis=-1) >= most
        place = (self.phase[rows] == NONE).argmax(axis=-1)
        if full.any():
            held = np.where((self.phase[rows[full]] != NONE)[..., None], self.composition[rows[full]], 0.0)
            direction = np.einsum("nve,ne->nv", np.linalg.pinv(np.swapaxes(held, -1, -2)), where[full])
            given = direction > _GIVEN
            ratio = np.where(given, self.fraction[rows[full]] / np.where(given, direction, 1.0), np.inf)
            place[full] = ratio.argmin(axis=-1)
        opposite = 2 * self.composition[rows, 0] - where
        near = (np.abs(opposite - where).max(axis=-1) < 2 * _NEAR) & (opposite > 0).all(axis=-1)
        parted = rows[near & (place == 1) & (self.phase[rows, 0] == number)]
        self.composition[parted, 0] = opposite[np.isin(rows, parted)]
        self.phase[rows, place] = number
        self.composition[rows, place] = where
        self.fraction[rows, place] = _FIRST_AMOUNT
        self.fraction[parted, :2] = 0.5
        self.fraction[rows] /= self.fraction[rows].sum(axis=-1, keepdims=True)

    def _twin(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Place of a solution that comes twice with the same composition (row); -1 where none does."""
        found = np.full(len(rows), -1)
        for a, b in itertools.combinations(range(3), 2):
            same = (self.phase[rows, a] == self.phase[rows, b]) & (self.phase[rows, a] != NONE)
            apart = np.abs(self.composition[rows, a] - self.composition[rows, b]).max(axis=-1)
            found[same & (apart < _SAME)] = b
        return found


def _no_barrier(basis: Basis, phases: Phases, plane: Array, a: int, b: int) -> npt.NDArray[np.bool_]:
    """Whether two candidates are one phase: the energy half way between them is not above the plane."""
    same = basis.phase[:, a] == basis.phase[:, b]
    found: npt.NDArray[np.bool_] = same & (basis.phase[:, a] >= len(phases.solutions))
    middle = (basis.composition[:, a] + basis.composition[:, b]) / 2
    for number, terms in enumerate(phases.solutions):
        rows = np.flatnonzero(same & (basis.phase[:, a] == number))
        height = terms.at(rows).energy(middle[rows]) - (middle[rows] * plane[rows]).sum(axis=-1)
        found[rows] = height <= _LEVEL * terms.rt[rows]
    return found


def _leave_negligible(sets: PhaseSets, solutions: int) -> None:
    """Empty places with next to nothing, but leave each state a solution, which sets the potentials."""
    gone = (sets.fraction < _NEGLIGIBLE) & (sets.phase != NONE)
    bare = ~((sets.phase < solutions) & ~gone).any(axis=-1)
    gone[bare] = False
    sets.phase[gone] = NONE
    sets.fraction[gone] = 0.0


def _spread_traces(sets: PhaseSets, phases: Phases, x: Array) -> None:
    """Share out elements that are dilute in a solution, which the net resolves poorly.

    An element that is dilute in the whole state is shared out so that none is lost; another takes what the plane says.
    """
    factor = np.zeros_like(sets.composition)
    for number, terms in enumerate(phases.solutions):
        state, place = np.nonzero(sets.phase == number)
        here, mixed = terms.at(state), sets.composition[state, place]
        factor[state, place] = -here.potentials_without_mixing(mixed) / here.rt[:, None]
    solution = sets.phase < len(phases.solutions)
    weight = np.where(solution[..., None], np.exp(np.clip(factor, -600.0, 600.0)), 0.0)
    held = (sets.fraction[..., None] * weight).sum(axis=1)
    whole = (weight * np.where(held > 0, x / np.where(held > 0, held, 1.0), 0.0)[:, None, :]).clip(1e-300, _DILUTE)
    exponent = sets.potentials[:, None, :] / phases.solutions[0].rt[:, None, None] + factor
    by_plane = np.exp(np.clip(exponent, -600.0, np.log(_DILUTE)))
    trace = np.where((x < _TRACE)[:, None, :], whole, by_plane)
    composition = np.where(sets.composition < _DILUTE / 10, trace, sets.composition)
    composition /= composition.sum(axis=-1, keepdims=True)
    sets.composition[solution] = composition[solution]
