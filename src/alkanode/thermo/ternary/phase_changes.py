"""Where phases appear and vanish on a line of compositions.

Equilibria on a grid of the line show between which neighbours the phases differ. Where they differ by one, Newton's method
finds the exact place (:mod:`.vanishing_phase`). Any other stretch is divided until it is so, or until it is too short to
matter: there the phases jump (on the side of the composition triangle, or where two liquids exchange their names).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, TernaryModel
from alkanode.thermo.ternary.kernel import Equilibria, named, phase_sets
from alkanode.thermo.ternary.phase_names import all_names
from alkanode.thermo.ternary.phase_sets import PhaseSets
from alkanode.thermo.ternary.phases import phases_of
from alkanode.thermo.ternary.vanishing_phase import CompositionLine, vanishing_odds

_PARTS = 9
_MOST_PARTS = 4
_MOST_ROUNDS = 9
_OUTSIDE = 1e-9


@dataclass(frozen=True, slots=True)
class LineStates:
    """Equilibria at places of a line.

    Attributes
    ----------
    temperature, odds
        K, and log-odds of the share (place).
    sets, found
        The phases, as numbers and by name.
    """

    temperature: Array
    odds: Array
    sets: PhaseSets
    found: Equilibria

    def take(self, rows: npt.NDArray[np.intp]) -> LineStates:
        """Some of the places."""
        f = self.found
        some = Equilibria(f.phases, f.fractions[rows], f.compositions[rows], f.potentials[rows], f.settled[rows])
        return LineStates(self.temperature[rows], self.odds[rows], self.sets.take(rows), some)


@dataclass(frozen=True, slots=True)
class PhaseChanges:
    """Changes of phases.

    Attributes
    ----------
    stretch
        Number of the stretch (change), increasing.
    odds
        Log-odds of the share (change), increasing within a stretch.
    before, after
        Which of the phases by name are there on both sides (change, phase).
    start, place
        Phases on the richer side, and the place of the one that vanishes; -1 where the phases jump.
    """

    stretch: npt.NDArray[np.intp]
    odds: Array
    before: npt.NDArray[np.bool_]
    after: npt.NDArray[np.bool_]
    start: PhaseSets
    place: npt.NDArray[np.intp]


class PhaseLine:
    """A line of compositions of a system.

    Attributes
    ----------
    model, line, suspended
        Gibbs energies, where the line runs, and phases left out.
    """

    def __init__(self, model: TernaryModel, line: CompositionLine, suspended: tuple[str, ...] = ()) -> None:
        self.model, self.line, self.suspended = model, line, suspended
        self._names = all_names(model.assessment, suspended)

    def states(self, temperature: Array, odds: Array, parameters: Parameters | None = None) -> LineStates:
        """Equilibria at temperatures and log-odds (place); parameters are shaped alike. Some may not have settled."""
        x = self.line.at(odds)
        sets, names = phase_sets(self.model, temperature, x, self.suspended, parameters, "mask")
        return LineStates(temperature, odds, sets, named(sets, x, names, self._names, self.model.assessment.elements))

    def changes(
        self, low: LineStates, high: LineStates, parameters: Parameters | None = None, *, shortest: Array | float = 1e-7
    ) -> PhaseChanges:
        """All changes within stretches of the line.

        Parameters
        ----------
        low, high
            States at both ends of each stretch (stretch).
        parameters
            Other values of parameters (stretch).
        shortest
            Log-odds of a stretch that is not divided further (stretch); the default is far below what a charge resolves.

        Returns
        -------
        PhaseChanges
            A stretch whose ends have the same phases is taken to have none.
        """
        number, least = np.arange(low.odds.size), np.broadcast_to(shortest, low.odds.shape)
        parts: list[PhaseChanges] = []
        for last in (*[False] * _MOST_ROUNDS, True):
            if number.size == 0:
                break
            given = {key: np.asarray(value)[number] for key, value in (parameters or {}).items()} or None
            differ = _differ(low, high)
            number, low, high = number[differ], low.take(differ), high.take(differ)
            given = given and {key: value[differ] for key, value in given.items()}
            odds, start, place = self._exact(low, high, given)
            short = np.isnan(odds) & (last | (high.odds - low.odds < least[number]))
            odds[short] = (low.odds[short] + high.odds[short]) / 2
            place[short] = -1
            known = np.flatnonzero(np.isfinite(odds))
            there = low.found.fractions > 0, high.found.fractions > 0
            parts.append(
                PhaseChanges(
                    number[known], odds[known], there[0][known], there[1][known], start.take(known), place[known]
                )
            )
            open_ = np.flatnonzero(np.isnan(odds))
            number, low, high = self._divided(number[open_], low.take(open_), high.take(open_), parameters)
        return _in_order(parts, len(self._names))

    def followed(
        self, start: PhaseSets, place: npt.NDArray[np.intp], temperature: Array, odds: Array, parameters: Parameters
    ) -> Array:
        """Log-odds (n) of known changes for other parameters (n); NaN where the same phases do not meet on the line."""
        found = np.full(odds.shape, np.nan)
        rows = np.flatnonzero(place >= 0)
        if rows.size:
            some = {key: np.broadcast_to(value, odds.shape)[rows] for key, value in parameters.items()}
            phases = phases_of(self.model, temperature[rows], self.suspended, some)
            found[rows] = vanishing_odds(phases, self.line, start.take(rows), place[rows], odds[rows])
        return found

    def _exact(
        self, low: LineStates, high: LineStates, parameters: Parameters | None
    ) -> tuple[Array, PhaseSets, npt.NDArray[np.intp]]:
        """Exact places of changes by one phase, NaN for others; with the richer side and the place of that phase."""
        change = self._counts(high) - self._counts(low)
        simple = np.abs(change).sum(axis=-1) == 1
        rich = change.sum(axis=-1) > 0
        start = low.sets.take(np.arange(low.odds.size))
        start.put(np.flatnonzero(rich), high.sets.take(np.flatnonzero(rich)))
        poor = high.sets.take(np.arange(low.odds.size))
        poor.put(np.flatnonzero(rich), low.sets.take(np.flatnonzero(rich)))
        place = _unmatched(start, poor, np.abs(change).argmax(axis=-1))
        odds: Array = np.full(low.odds.shape, np.nan)
        rows = np.flatnonzero(simple)
        if rows.size:
            some = parameters and {key: np.asarray(value)[rows] for key, value in parameters.items()}
            phases = phases_of(self.model, low.temperature[rows], self.suspended, some)
            begin = np.where(rich, high.odds, low.odds)[rows]
            found = vanishing_odds(phases, self.line, start.take(rows), place[rows], begin)
            inside = (found > low.odds[rows] - _OUTSIDE) & (found < high.odds[rows] + _OUTSIDE)
            odds[rows] = np.where(inside, found, np.nan)
        return odds, start, place

    def _counts(self, states: LineStates) -> npt.NDArray[np.intp]:
        """How often each phase comes (place, number)."""
        kinds = len(self.model.solutions) + len(self.model.compounds) - len(self.suspended)
        return np.stack([(states.sets.phase == number).sum(axis=-1) for number in range(kinds)], axis=-1)

    def _divided(
        self, number: npt.NDArray[np.intp], low: LineStates, high: LineStates, parameters: Parameters | None
    ) -> tuple[npt.NDArray[np.intp], LineStates, LineStates]:
        """Shorter stretches; a state that has not settled is left out."""
        odds = np.linspace(low.odds, high.odds, _PARTS + 1, axis=-1)
        inner, wide = odds[:, 1:-1], np.repeat(number, _PARTS - 1)
        given = {key: np.asarray(value)[wide] for key, value in (parameters or {}).items()} or None
        between = self.states(np.repeat(low.temperature, _PARTS - 1), inner.ravel(), given)
        every = _joined([low, between, high])
        owner = np.concatenate([number, wide, number])
        order = np.lexsort((every.odds, owner))
        order = order[every.found.settled[order]]
        owner = owner[order]
        pair = np.flatnonzero(owner[1:] == owner[:-1])
        number, low, high = owner[pair], every.take(order[pair]), every.take(order[pair + 1])
        differ = _differ(low, high)
        outer = _outermost(number[differ])
        return number[differ][outer], low.take(differ[outer]), high.take(differ[outer])


def _differ(low: LineStates, high: LineStates) -> npt.NDArray[np.intp]:
    """Stretches whose ends have other phases, or phases of other names."""
    numbers = (np.sort(low.sets.phase, axis=-1) != np.sort(high.sets.phase, axis=-1)).any(axis=-1)
    names = ((low.found.fractions > 0) != (high.found.fractions > 0)).any(axis=-1)
    return np.flatnonzero(numbers | names)


def _outermost(number: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Which of the stretches (in order) to look into: all, but where one has many parts the first and the last of them.

    Many differ only where a phase comes and goes with the rounding of numbers, as at the exact ratio of a compound.
    """
    first, last = np.searchsorted(number, number, side="left"), np.searchsorted(number, number, side="right") - 1
    place = np.arange(number.size)
    return np.flatnonzero((last - first < _MOST_PARTS) | (place == first) | (place == last))


def _unmatched(rich: PhaseSets, poor: PhaseSets, number: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Place of the phase of a number that the poorer side lacks: the farthest from any of that number there."""
    apart = np.abs(rich.composition[:, :, None] - poor.composition[:, None]).max(axis=-1)
    same = (poor.phase == number[:, None])[:, None, :]
    nearest = np.where(same, np.nan_to_num(apart, nan=np.inf), np.inf).min(axis=-1)
    return np.asarray(np.where(rich.phase == number[:, None], nearest, -1.0).argmax(axis=-1))


def _joined(parts: list[LineStates]) -> LineStates:
    found = [part.found for part in parts]
    return LineStates(
        np.concatenate([part.temperature for part in parts]),
        np.concatenate([part.odds for part in parts]),
        PhaseSets.joined([part.sets for part in parts]),
        Equilibria(
            found[0].phases,
            np.concatenate([f.fractions for f in found]),
            np.concatenate([f.compositions for f in found]),
            np.concatenate([f.potentials for f in found]),
            np.concatenate([f.settled for f in found]),
        ),
    )


def _in_order(parts: list[PhaseChanges], names: int) -> PhaseChanges:
    if not parts:
        none = np.zeros((0, names), dtype=bool)
        empty = np.empty(0, dtype=np.intp)
        return PhaseChanges(empty, np.empty(0), none, none, PhaseSets.empty(0), empty)
    stretch, odds = (np.concatenate([getattr(part, name) for part in parts]) for name in ("stretch", "odds"))
    order = np.lexsort((odds, stretch))
    before, after, place = (
        np.concatenate([getattr(part, name) for part in parts])[order] for name in ("before", "after", "place")
    )
    return PhaseChanges(
        stretch[order], odds[order], before, after, PhaseSets.joined([part.start for part in parts]).take(order), place
    )
