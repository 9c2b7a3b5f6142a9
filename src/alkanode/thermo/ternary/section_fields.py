"""Fields of an isothermal section: tie triangles, families of tie lines, and where each family ends.

A two-phase field is a family of tie lines between two ends. An end is a side of a tie triangle, a tie line of a binary
system, or a critical point. Equilibria on a mesh of states, dense along the three binary sides, show which fields there
are; each is then filled with exact tie lines, and every one of them is checked against all phases. One that is not stable
tells of a field that the mesh has missed: its equilibrium joins the mesh and the search starts again.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import TernaryModel
from alkanode.thermo.ternary.grid import composition_net
from alkanode.thermo.ternary.kernel import phase_sets
from alkanode.thermo.ternary.phase_names import branch_elements, branch_name
from alkanode.thermo.ternary.phase_sets import NONE
from alkanode.thermo.ternary.phases import Phases, phases_of
from alkanode.thermo.ternary.section_ends import UNSTABLE, follow
from alkanode.thermo.ternary.section_knots import Knot, between, exact, in_order

_SIDES = composition_net(16, 15, 12.0).points
_MESH = np.concatenate([_SIDES[(_SIDES == 0).any(axis=-1)], composition_net(5, 6, 9.0).points])
_SAME = 1e-9
_ON_A_SIDE = 1e-50
_NOTHING = 1e-9
_BEYOND = 1e-3
_CLOSE = 0.1
_FEW = 8
_MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class TieLineFamily:
    """A two-phase field.

    Attributes
    ----------
    names
        Names of the phases at the two ends.
    ends
        Mole fractions of the ends of tie lines from one side of the field to the other (tie line, end, element).
    """

    names: tuple[str, str]
    ends: Array


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields of a section.

    Attributes
    ----------
    triangles
        Names and mole fractions (corner, element) of each three-phase field.
    families
        Two-phase fields.
    single
        Name of each one-phase field and a state in it.
    """

    triangles: list[tuple[tuple[str, ...], Array]]
    families: list[TieLineFamily]
    single: list[tuple[str, Array]]


def section_fields(model: TernaryModel, temperature: float, suspended: tuple[str, ...], points: int) -> Fields:
    """Find all fields at one temperature.

    Parameters
    ----------
    model
        Gibbs energies.
    temperature
        K.
    suspended
        Phases left out.
    points
        Tie lines in each two-phase field.

    Raises
    ------
    ConvergenceError
        When fields keep appearing.
    """
    phases = phases_of(model, np.array([temperature]), suspended)
    elements = model.assessment.elements
    states = _MESH
    known = _Known(phases, elements)
    for _ in range(_MOST_ROUNDS):
        known.add(model, temperature, states, suspended)
        known.close()
        found = known.families()
        families, states = [], known.beyond_open_sides(found)
        for knots in found:
            family, wrong = _filled(knots, phases, points, elements)
            families.append(family)
            states = np.concatenate([states, wrong])
        if len(states) == 0:
            for unseen in known.unseen_fields(found):
                known.add(model, temperature, unseen, suspended)
            return Fields(known.triangles, families, known.single(found))
    raise ConvergenceError(
        "the fields of a section must close",
        found=f"tie lines that are not stable at {temperature:g} K",
        todo="Move the temperature slightly away from an invariant of the system",
    )


class _Known:
    """What the mesh has shown so far."""

    def __init__(self, phases: Phases, elements: tuple[str, ...]) -> None:
        self.phases, self.elements, self.names = phases, elements, phases.names
        self.triangles: list[tuple[tuple[str, ...], Array]] = []
        self.knots: list[Knot] = []
        self._states: dict[str, list[Array]] = {}

    def add(self, model: TernaryModel, temperature: float, states: Array, suspended: tuple[str, ...]) -> None:
        """Equilibria at more states."""
        sets, _ = phase_sets(model, np.full(len(states), temperature), states, suspended)
        sets.phase[sets.fraction < _NOTHING] = NONE
        element = branch_elements(sets.phase, sets.composition, self.names, self.elements)
        for row, state in enumerate(states):
            present = np.flatnonzero(sets.phase[row] != NONE)
            numbers = [int(number) for number in sets.phase[row, present]]
            called = self._called(numbers, element[row, present])
            composition = sets.composition[row, present]
            if len(numbers) == 1:
                self._states.setdefault(called[0], []).append(state)
            elif len(numbers) == 2:
                self._add_knot(numbers, called, composition, bool((state == 0).any()))
            else:
                self._add_triangle(numbers, called, composition)

    def _add_triangle(self, numbers: list[int], names: list[str], composition: Array) -> None:
        for other, corners in self.triangles:
            if (
                set(other) == set(names)
                and np.abs(corners - composition[[names.index(name) for name in other]]).max() < _SAME
            ):
                return
        self.triangles.append((tuple(names), composition))
        for a, b in itertools.combinations(range(3), 2):
            pair, ends = [numbers[a], numbers[b]], composition[[a, b]]
            element = branch_elements(np.array([pair]), ends[None], self.names, self.elements)[0]
            middle, third = ends.mean(axis=0), composition[3 - a - b]
            self._add_knot(pair, self._called(pair, element), ends, True, _beyond(middle, third))

    def _add_knot(
        self, numbers: list[int], names: list[str], ends: Array, last: bool, beyond: Array | None = None
    ) -> None:
        if min(numbers) >= len(self.phases.solutions):
            return
        order = sorted(range(2), key=lambda n: (numbers[n], names[n]))
        a, b = order
        knot = Knot((numbers[a], numbers[b]), (names[a], names[b]), ends[order], last, beyond)
        known = (other for other in self.knots if last and other.last and other.kind == knot.kind)
        if not any(_distance(other.ends, knot.ends) < _SAME for other in known):
            self.knots.append(knot)

    def close(self) -> None:
        """Follow every family that does not stop at its outermost tie lines."""
        for _ in range(_MOST_ROUNDS):
            several = [knots for knots in self._sorted() if len(knots) > 1]
            open_ends = [end for knots in several for end in (knots, knots[::-1]) if not end[-1].last]
            if not open_ends:
                return
            for knots in open_ends:
                found = follow(knots, self.phases)
                if isinstance(found, Knot):
                    self.knots.append(found)
                else:
                    numbers, corners = list(found[0]), found[1]
                    element = branch_elements(np.array([numbers]), corners[None], self.names, self.elements)[0]
                    self._add_triangle(numbers, self._called(numbers, element), corners)

    def _called(self, numbers: list[int], element: npt.NDArray[np.intp]) -> list[str]:
        symbols = [self.elements[e] if e >= 0 else "" for e in element]
        return [branch_name(self.names[n], symbol) for n, symbol in zip(numbers, symbols, strict=False)]

    def _sorted(self) -> list[list[Knot]]:
        """Knots of each kind in order, parted where no field lies between neighbours."""
        found = []
        for _, group in itertools.groupby(sorted(self.knots, key=lambda knot: knot.kind), key=lambda knot: knot.kind):
            knots = in_order(list(group))
            plain = knots[0].last and knots[-1].last and len(knots) > 2 and not any(knot.last for knot in knots[1:-1])
            gaps = (
                [] if plain else [n for n, pair in enumerate(itertools.pairwise(knots), 1) if not self._joined(*pair)]
            )
            found += [knots[i:j] for i, j in itertools.pairwise([0, *gaps, len(knots)])]
        return found

    def _joined(self, a: Knot, b: Knot) -> bool:
        """Whether the tie line half way between two others is stable, unless they are close to each other."""
        if np.abs(a.ends - b.ends).max() < _CLOSE and not (a.last and b.last):
            return True
        below = exact(a.numbers, between([a, b], np.array([0.5])), self.phases).below
        return len(below.distance) == 1 and bool(below.distance[0] > -UNSTABLE)

    def families(self) -> list[list[Knot]]:
        """Knots of each two-phase field in order, from one end to the other."""
        return [knots for knots in self._sorted() if len(knots) > 1 and knots[0].last and knots[-1].last]

    def beyond_open_sides(self, families: list[list[Knot]]) -> Array:
        """States just outside those sides of tie triangles that bound no two-phase field yet (state, element)."""
        ends = [knot for knots in families for knot in (knots[0], knots[-1])]
        sides = [knot for knot in self.knots if knot.beyond is not None and not any(knot is end for end in ends)]
        return np.array([knot.beyond for knot in sides]).reshape(-1, 3)

    def unseen_fields(self, families: list[list[Knot]]) -> list[Array]:
        """States (state, element) in one-phase fields of which there is none yet: narrow ones, between their boundaries."""
        ends: dict[tuple[str, tuple[int, ...]], list[Array]] = {}
        for knots in families:
            for side, number in enumerate(knots[0].numbers):
                if number < len(self.phases.solutions):
                    edge = np.stack([knot.ends[side] for knot in knots])
                    name = knots[0].names[side] if knots[0].names[side].startswith("bcc") else self.names[number]
                    field = tuple(_sides(edge.mean(axis=0)[None], name, families, self.names)[0])
                    ends.setdefault((name, field), []).append(edge)
        seen = self._seen(families)
        return [_between_all(np.concatenate(edges)) for key, edges in ends.items() if key not in seen]

    def _seen(self, families: list[list[Knot]]) -> set[tuple[str, tuple[int, ...]]]:
        """Name and sides of the gaps of every one-phase field of which a state is known."""
        return {
            (name, tuple(side))
            for name, states in self._states.items()
            for side in _sides(np.array(states), name, families, self.names)
        }

    def single(self, families: list[list[Knot]]) -> list[tuple[str, Array]]:
        """A state well inside each one-phase field: the one that is nearest to the mean of those in it."""
        found = []
        for name, states in sorted(self._states.items()):
            every = np.array(states)
            sides = _sides(every, name, families, self.names)
            for part in np.unique(sides, axis=0):
                chosen = every[(sides == part).all(axis=-1)]
                inner = chosen[(chosen > 0).all(axis=-1)]
                inside = inner if len(inner) else chosen
                found.append((name, inside[((inside - inside.mean(axis=0)) ** 2).sum(axis=-1).argmin()]))
        return found


def _parts_the_solution(knots: list[Knot]) -> bool:
    """Whether a gap within one solution parts it in two fields: it does unless it ends at a critical point."""
    same = knots[0].numbers[0] == knots[0].numbers[1]
    return same and all(np.ptp(knot.ends, axis=0).max() > 0 for knot in (knots[0], knots[-1]))


def _between_all(edge: Array) -> Array:
    """Middles of points on the edge of a field, taken two by two, and the middle of all (state, element)."""
    few = edge[np.linspace(0, len(edge) - 1, min(len(edge), _FEW)).astype(int)]
    pairs = (few[:, None] + few)[np.triu_indices(len(few), 1)] / 2
    return np.concatenate([pairs, edge.mean(axis=0)[None]])


def _sides(states: Array, name: str, families: list[list[Knot]], names: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """On which side of each gap that parts a solution its states lie (state, gap)."""
    columns = [np.zeros(len(states), dtype=np.intp)]
    for knots in families:
        number = knots[0].numbers[0]
        if name == names[number] and _parts_the_solution(knots):
            ends = np.stack([knot.ends for knot in knots])
            columns.append(np.abs(states[:, None, None] - ends).max(axis=-1).min(axis=1).argmin(axis=-1))
    return np.stack(columns, axis=-1)


def _beyond(middle: Array, third: Array) -> Array:
    """A state a little farther from the third corner than the middle of the other two, within the composition triangle."""
    away = middle - third
    room = np.where(away < 0, middle / np.where(away < 0, -away, 1.0), np.inf).min()
    beyond: Array = middle + min(_BEYOND, room / 2) * away
    return beyond


def _distance(a: Array, b: Array) -> float:
    """How far two tie lines of the same phases are apart, whichever end comes first."""
    return float(min(np.abs(a - b).max(), np.abs(a - b[::-1]).max()))


def _filled(knots: list[Knot], phases: Phases, points: int, elements: tuple[str, ...]) -> tuple[TieLineFamily, Array]:
    """Tie lines of a field from end to end, and states where they are not stable."""
    found = exact(knots[0].numbers, between(knots, np.linspace(0, 1, points)[1:-1]), phases)
    wrong = found.ends[found.below.distance < -UNSTABLE].mean(axis=1)
    ends = np.concatenate([knots[0].ends[None], found.ends, knots[-1].ends[None]])
    ends = np.where(ends < _ON_A_SIDE, 0.0, ends)
    return TieLineFamily(_family_names(knots, phases, ends, elements), _evenly(ends, points)), wrong


def _family_names(knots: list[Knot], phases: Phases, ends: Array, elements: tuple[str, ...]) -> tuple[str, str]:
    """One pair of names for a field, also where the element that tells two liquids apart changes along it."""
    first, second = knots[0].numbers
    if first != second:
        return knots[0].names
    a, b = branch_elements(np.array([[first, second]]), ends.mean(axis=0)[None], phases.names, elements)[0]
    name = phases.names[first]
    return branch_name(name, elements[a]), branch_name(name, elements[b])


def _evenly(ends: Array, points: int) -> Array:
    """As many tie lines as asked for; those next to a critical point that did not converge are interpolated."""
    if len(ends) == points:
        return ends
    place = np.linspace(0, len(ends) - 1, points)
    columns = ends.reshape(len(ends), -1).T
    even = [np.interp(place, np.arange(len(ends)), column) for column in columns]
    return np.stack(even, axis=-1).reshape(-1, 2, 3)
