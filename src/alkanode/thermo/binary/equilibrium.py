"""Equilibria of a binary alloy state by state, without a phase map: hull, Newton polish, test of stability.

For every state (temperature and composition)

1. the chord of the lower hull at its composition is found by columns: starting from the pure elements, the point of a
   fixed grid that lies deepest below the chord replaces one of its ends until none lies below;
2. two phases are polished to their common tangent; one phase keeps its composition;
3. the deepest point of every phase, on the grid and then by Newton's method, is compared with the tangent. One that lies
   below replaces an end, and step 2 is repeated.

All states advance together. Nothing is shared with the tables of :mod:`alkanode.thermo.binary.phase_map` but the common
tangent, so that each can check the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.binary.columns import COLUMNS, bases, descend, middle_of_gap
from alkanode.thermo.binary.narrow_gap import narrow_gap
from alkanode.thermo.binary.tangents import common_tangent
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel, Parameters

Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_CHUNK = 5000
_MOST_COLUMNS = 200
_MOST_ROUNDS = 20
_BELOW = 1e-6
_SOFT = 0.05
_CLOSED = 1e-3
_COLUMN_BELOW = 1e-9


@dataclass(frozen=True, slots=True)
class Equilibria:
    """Phases at equilibrium at n states: one (both ends alike) or two, from low to high x.

    Attributes
    ----------
    phases
        Names that ``left`` and ``right`` point to: solutions, then compounds.
    left, right
        Phase numbers, n each.
    x_left, x_right
        Their compositions, mole fractions of the second element.
    right_fraction
        Amount of the right phase; 0 where there is one phase.
    sides
        For the left and the right phase (2, n) the side of its miscibility gap: -1 rich in the first, 1 rich in the second
        element, 0 where the solution has no gap at that temperature, or for a compound.
    potentials
        Chemical potentials of both elements (n, 2), J mol-1.
    """

    phases: tuple[str, ...]
    left: Index
    right: Index
    x_left: Array
    x_right: Array
    right_fraction: Array
    sides: npt.NDArray[np.intp]
    potentials: Array

    @property
    def single(self) -> Mask:
        """Where there is one phase only."""
        return np.asarray((self.left == self.right) & (self.x_left == self.x_right))


def equilibrate(
    model: BinaryModel,
    temperature: Array,
    x: Array,
    suspended: tuple[str, ...] = (),
    parameters: Parameters | None = None,
) -> Equilibria:
    """Equilibria at n states.

    Parameters
    ----------
    model
        Gibbs energies.
    temperature, x
        K and mole fractions of the second element, n each.
    suspended
        Phases left out; one solution must stay.
    parameters
        Other values of parameters, numbers or n each.

    Raises
    ------
    ConvergenceError
        When a state finds no equilibrium.
    """
    parts = []
    for start in range(0, max(x.size, 1), _CHUNK):
        here = slice(start, start + _CHUNK)
        given = {name: np.asarray(value) for name, value in (parameters or {}).items()}
        drawn = {name: value[here] if value.ndim else value for name, value in given.items()}
        parts.append(_Chunk(model, temperature[here], x[here], suspended, drawn).solve())
    return Equilibria(
        phases=parts[0].phases,
        left=np.concatenate([part.left for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        x_left=np.concatenate([part.x_left for part in parts]),
        x_right=np.concatenate([part.x_right for part in parts]),
        right_fraction=np.concatenate([part.right_fraction for part in parts]),
        sides=np.concatenate([part.sides for part in parts], axis=1),
        potentials=np.concatenate([part.potentials for part in parts]),
    )


class _Chunk:
    """Some states that advance together."""

    def __init__(
        self, model: BinaryModel, temperature: Array, x: Array, suspended: tuple[str, ...], given: Parameters
    ) -> None:
        self.compounds = {name: at for name, at in model.compounds.items() if name not in suspended}
        solutions = [name for name in model.solutions if name not in suspended]
        self.phases = (*solutions, *self.compounds)
        self.x = x
        self.closing = np.zeros(x.size, dtype=np.bool_)
        if any(np.ndim(value) for value in given.values()):
            rows, self.row = temperature, np.arange(x.size)
        else:
            rows, self.row = np.unique(temperature, return_inverse=True)
        terms = model.terms(rows, given)
        self.solutions: list[SolutionTerms] = []
        self.gaps: list[Array] = []
        curves = []
        for name in solutions:
            entry = terms[name]
            if isinstance(entry, SolutionTerms):
                self.solutions.append(entry)
                energy, stiffness = bases(len(entry.interaction))
                curves.append(entry.coefficients @ energy)
                self.gaps.append(middle_of_gap(entry.coefficients @ stiffness))
        self.fixed = [np.broadcast_to(np.asarray(terms[name]), rows.shape) for name in self.compounds]
        self.curves = np.stack(curves)
        self.places = np.concatenate([COLUMNS, list(self.compounds.values())])

    def solve(self) -> Equilibria:
        """Find the equilibria of all states."""
        left, right, x_left, x_right, single = self._from_columns()
        mu = np.full((self.x.size, 2), np.nan)
        todo = np.arange(self.x.size)
        for _ in range(_MOST_ROUNDS):
            self._open_narrow_gaps(todo, left, right, x_left, x_right, single)
            self._polish(todo, left, right, x_left, x_right, single)
            mu[todo] = self._potentials(todo, left, x_left, right, x_right)
            depth, phase, place = self._deepest(todo, mu[todo])
            unstable = depth < -_BELOW
            todo, phase, place = todo[unstable], phase[unstable], place[unstable]
            if not todo.size:
                break
            below = place < self.x[todo]
            for end, x_end, here in ((left, x_left, below), (right, x_right, ~below)):
                end[todo[here]], x_end[todo[here]] = phase[here], place[here]
            single[todo] = False
        else:
            raise ConvergenceError(
                "an equilibrium is needed at every state",
                found=f"none at {todo.size} of {self.x.size} states, the first with x = {self.x[todo[0]]:.6g}",
            )
        width = np.where(single, 1.0, x_right - x_left)
        amount = np.where(single, 0.0, np.clip((self.x - x_left) / width, 0.0, 1.0))
        gap = (left == right) & ~single
        sides = np.stack([np.where(gap, -1, self._side(left, x_left)), np.where(gap, 1, self._side(right, x_right))])
        return Equilibria(self.phases, left, right, x_left, x_right, amount, sides, mu)

    def _side(self, phase: Index, x: Array) -> npt.NDArray[np.intp]:
        """On which side of its gap a phase lies, if it is a solution with one."""
        side = np.zeros(x.size, dtype=np.intp)
        for number, gaps in enumerate(self.gaps):
            middle = gaps[self.row]
            here = (phase == number) & ~np.isnan(middle)
            side[here] = np.where(x[here] > middle[here], 1, -1)
        return side

    def _from_columns(self) -> tuple[Index, Index, Array, Array, Mask]:
        """Phases and compositions at the ends of the hull's chord, and where it is a step along one phase."""
        shape = (self.curves.shape[1], len(self.fixed))
        fixed = np.stack(self.fixed, axis=-1) if self.fixed else np.empty(shape)
        energy = np.concatenate([self.curves.min(axis=0), fixed], axis=1)
        numbers = np.broadcast_to(len(self.solutions) + np.arange(len(self.fixed)), shape)
        phase = np.concatenate([self.curves.argmin(axis=0), numbers], axis=1)
        last = COLUMNS.size - 1
        i = np.where(self.x == 1, last, 0)
        j = np.where(self.x == 0, 0, last)
        active = np.flatnonzero(i < j)
        for _ in range(_MOST_COLUMNS):
            a, b, row = i[active], j[active], self.row[active]
            x_a, g_a = self.places[a], energy[row, a]
            slope = (energy[row, b] - g_a) / (self.places[b] - x_a)
            depth = energy[row] - slope[:, None] * self.places
            found = depth.argmin(axis=1)
            deeper = depth[np.arange(active.size), found] < g_a - slope * x_a - _COLUMN_BELOW
            active, found = active[deeper], found[deeper]
            if not active.size:
                break
            below = self.places[found] < self.x[active]
            i[active[below]] = found[below]
            j[active[~below]] = found[~below]
        left, right = phase[self.row, i], phase[self.row, j]
        single = (left == right) & (j - i <= 1) & (left < len(self.solutions))
        x_left, x_right = (np.where(single, self.x, self.places[k]) for k in (i, j))
        return left, right, x_left, x_right, single

    def _open_narrow_gaps(
        self, todo: Index, left: Index, right: Index, x_left: Array, x_right: Array, single: Mask
    ) -> None:
        """Near a consolute point the gap can be narrower than the columns: start its two phases in place."""
        todo = todo[single[todo]]
        for number in range(len(self.solutions)):
            here = todo[left[todo] == number]
            terms = self.solutions[number].at(self.row[here])
            soft = terms.potentials(self.x[here])[2] < _SOFT * terms.rt
            here, terms = here[soft], terms.at(soft)
            low, high = narrow_gap(terms, self.x[here])
            inside = (self.x[here] > low) & (self.x[here] < high)
            here = here[inside]
            right[here], x_left[here], x_right[here], single[here] = number, low[inside], high[inside], False
            self.closing[here] = high[inside] - low[inside] < _CLOSED

    def _polish(self, todo: Index, left: Index, right: Index, x_left: Array, x_right: Array, single: Mask) -> None:
        """Solve the common tangents in place; a state outside its tie line has one phase."""
        todo = todo[~single[todo] & ~self.closing[todo]]
        for pair in np.unique(np.stack([left[todo], right[todo]]), axis=1).T:
            a, b = int(pair[0]), int(pair[1])
            here = todo[(left[todo] == a) & (right[todo] == b)]
            names = (self.phases[a], self.phases[b])
            terms = {self.phases[k]: self._terms(k, here) for k in (a, b)}
            guess = (x_left[here], x_right[here])
            found = common_tangent(terms, self.compounds, names, guess, failed="nan")
            x = self.x[here]
            missing = np.isnan(found[0])
            below, above = x < found[0], x > found[1]
            if missing.any():
                lower = self._energy(a, here, x) <= self._energy(b, here, x)
                below, above = below | (missing & lower), above | (missing & ~lower)
            alone = below | above
            phase = np.where(below, a, b)
            left[here], right[here] = np.where(alone, phase, a), np.where(alone, phase, b)
            x_left[here], x_right[here] = np.where(alone, x, found[0]), np.where(alone, x, found[1])
            single[here] = alone

    def _terms(self, phase: int, states: Index) -> SolutionTerms | Array:
        if phase < len(self.solutions):
            return self.solutions[phase].at(self.row[states])
        return self.fixed[phase - len(self.solutions)][self.row[states]]

    def _energy(self, phase: int, states: Index, x: Array) -> Array:
        """Energy of a phase at compositions; that of a compound only where it exists."""
        entry = self._terms(phase, states)
        if isinstance(entry, SolutionTerms):
            return entry.energy(x)
        return np.where(x == self.compounds[self.phases[phase]], entry, np.inf)

    def _potentials(self, todo: Index, left: Index, x_left: Array, right: Index, x_right: Array) -> Array:
        """Chemical potentials (n, 2) of both elements, from a solution that is present or the chord of two compounds."""
        mu = np.empty((todo.size, 2))
        use_right = left[todo] >= len(self.solutions)
        phase = np.where(use_right, right[todo], left[todo])
        place = np.where(use_right, x_right[todo], x_left[todo])
        for k in np.unique(phase):
            here = np.flatnonzero(phase == k)
            entry = self._terms(int(k), todo[here])
            if isinstance(entry, SolutionTerms):
                mu[here] = np.stack(entry.potentials(place[here])[:2], axis=-1)
                continue
            states = todo[here]
            for number in np.unique(left[states]):
                part = here[left[states] == number]
                other = self.fixed[int(number) - len(self.solutions)][self.row[todo[part]]]
                own = self.fixed[int(k) - len(self.solutions)][self.row[todo[part]]]
                x_a, x_b = x_left[todo[part]], x_right[todo[part]]
                slope = (own - other) / (x_b - x_a)
                mu[part] = np.stack([other - slope * x_a, other + slope * (1 - x_a)], axis=-1)
        return mu

    def _deepest(self, todo: Index, mu: Array) -> tuple[Array, Index, Array]:
        """How far the deepest phase lies above (or below, negative) the tangent plane, J mol-1; which one, and where."""
        depths, places = [], []
        row, n = self.row[todo], np.arange(todo.size)
        inner = np.isfinite(mu).all(axis=1)
        mu_1, mu_2 = (np.where(inner, mu[:, k], 0.0) for k in (0, 1))
        for number, solution in enumerate(self.solutions):
            above = self.curves[number][row] - (mu_2 - mu_1)[:, None] * COLUMNS
            above[:, [0, -1]] = np.inf
            best = descend(solution.at(row), above.argmin(axis=1), mu_1, mu_2)
            split = np.flatnonzero(~np.isnan(self.gaps[number][row]))
            if split.size:  # a curve with a gap has a minimum on either side of it
                gap = self.gaps[number][row[split], None]
                other_side = (best[1][split, None] < gap) == (gap > COLUMNS)
                other = np.where(other_side, np.inf, above[split]).argmin(axis=1)
                found = descend(solution.at(row[split]), other, mu_1[split], mu_2[split])
                deeper = found[0] < best[0][split]
                for value, new in zip(best, found, strict=True):
                    value[split] = np.where(deeper, new, value[split])
            depths.append(best[0])
            places.append(best[1])
        for name, energy in zip(self.compounds, self.fixed, strict=True):
            x = self.compounds[name]
            depths.append(energy[row] - (1 - x) * mu_1 - x * mu_2)
            places.append(np.full(todo.size, x))
        phase = np.stack(depths).argmin(axis=0)
        depth = np.where(inner, np.stack(depths)[phase, n], 0.0)
        return depth, phase, np.stack(places)[phase, n]
