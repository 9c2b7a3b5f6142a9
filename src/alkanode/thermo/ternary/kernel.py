"""Equilibria of a ternary system at many states at once, without being told which phases are there.

Three steps. The plane under all Gibbs energies is found on a net of compositions (:mod:`.lowest_plane`): it names the phases.
Newton's method then makes their compositions exact (:mod:`.newton`). Last, every solution is searched for a composition
that lies below the exact plane (:mod:`.stability`); if there is one it joins, a phase whose amount became negative leaves,
and the last two steps repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, TernaryModel
from alkanode.thermo.ternary.grid import COARSE, FINE
from alkanode.thermo.ternary.lowest_plane import Basis, lower, pure_basis
from alkanode.thermo.ternary.newton import ABSENT, solve_phases
from alkanode.thermo.ternary.phase_names import all_names, branch_elements, branch_name
from alkanode.thermo.ternary.phase_sets import NONE, PhaseSets
from alkanode.thermo.ternary.phases import Phases, phases_of
from alkanode.thermo.ternary.stability import sharpen, unstable_against

Failed: TypeAlias = Literal["raise", "mask"]

SMALLEST_AMOUNT = 1e-12
"""Moles of atoms of a phase, per mole of all, below which it is not told from nothing."""

_CHUNK = 256
_ROUNDS = 8
_DROPPING_ROUNDS = 3
_ON_THE_NET = 1e-9
_NUDGES = (1e-11, -1e-11, 3e-10, -3e-10)


@dataclass(frozen=True, slots=True)
class Equilibria:
    """Phases at n states.

    Attributes
    ----------
    phases
        Names that may appear, p of them; see :func:`alkanode.thermo.ternary.phase_names.all_names`.
    fractions
        Moles of atoms in each phase over all (state, phase); 0 where a phase is absent.
    compositions
        Mole fractions in each phase (state, phase, element); NaN where it is absent.
    potentials
        Chemical potentials (state, element) against the stable pure elements, J mol-1; minus infinity where an element is
        absent.
    settled
        Whether the phases of a state were found (state). Where they were not, all of the above is NaN.
    """

    phases: tuple[str, ...]
    fractions: Array
    compositions: Array
    potentials: Array
    settled: npt.NDArray[np.bool_]

    def fraction(self, name: str) -> Array:
        """Amount of one phase (state), or of all liquids together for ``"liquid"``."""
        chosen = [p.startswith("liquid") if name == "liquid" else p == name for p in self.phases]
        total: Array = self.fractions[:, chosen].sum(axis=-1)
        return total


def equilibrate(
    model: TernaryModel,
    temperature: Array,
    x: Array,
    suspended: tuple[str, ...] = (),
    *,
    parameters: Parameters | None = None,
    failed: Failed = "raise",
) -> Equilibria:
    """Equilibria at n states.

    Parameters
    ----------
    model
        Gibbs energies.
    temperature
        K (state).
    x
        Mole fractions (state, element) in the element order of the assessment; they sum to 1, zeros are allowed.
    suspended
        Phases of the assessment that are left out; at least one solution stays.
    parameters
        Other values of parameters, each a number or shaped (state): posterior draws.
    failed
        What to do with states whose phases do not settle: ``"raise"``, or ``"mask"`` them, so that one does not hide the
        others.

    Returns
    -------
    Equilibria

    Raises
    ------
    ConvergenceError
        When a state does not settle and is not to be masked.
    """
    temperature, x = np.asarray(temperature, dtype=np.float64), np.asarray(x, dtype=np.float64)
    x = x / x.sum(axis=-1, keepdims=True)
    sets, phases = phase_sets(model, temperature, x, suspended, parameters, failed)
    return named(sets, x, phases, all_names(model.assessment, suspended), model.assessment.elements)


def phase_sets(
    model: TernaryModel,
    temperature: Array,
    x: Array,
    suspended: tuple[str, ...] = (),
    parameters: Parameters | None = None,
    failed: Failed = "raise",
) -> tuple[PhaseSets, tuple[str, ...]]:
    """Phases at n states as numbers, and the names that the numbers point to; as :func:`equilibrate`.

    Amounts below :data:`SMALLEST_AMOUNT` have left; their solution may still have set the potentials.
    """
    if parameters:
        known, at = temperature, np.arange(len(temperature))
    else:
        known, at = np.unique(temperature, return_inverse=True)
    phases = phases_of(model, known, suspended, parameters)
    sets = PhaseSets.empty(len(x))
    for start in range(0, len(x), _CHUNK):
        chunk = np.arange(start, min(start + _CHUNK, len(x)))
        kept, place = np.unique(at[chunk], return_inverse=True)
        sets.put(chunk, _solve(phases.at(kept), place, np.maximum(x[chunk], ABSENT)))
    if failed == "raise" and not sets.converged.all():
        _refuse(temperature[~sets.converged], x[~sets.converged])
    sets.phase[sets.fraction < SMALLEST_AMOUNT] = NONE
    return sets, phases.names


def _refuse(temperature: Array, x: Array) -> None:
    raise ConvergenceError(
        "the phases at every state must settle",
        found=f"{len(x)} states whose phases keep changing, the first at {temperature[0]:g} K and mole fractions "
        f"{np.array2string(x[0], precision=6)}",
        todo="Move the state slightly, or suspend a phase",
    )


def named(
    sets: PhaseSets, x: Array, phases: tuple[str, ...], names: tuple[str, ...], elements: tuple[str, ...]
) -> Equilibria:
    """Sort the phases of every state under their names.

    Parameters
    ----------
    sets, x
        Phases found, and mole fractions (state, element).
    phases
        Names that the numbers of the phases point to.
    names
        Names that may appear.
    elements
        Symbols.
    """
    potentials = np.where(x > 0, sets.potentials, -np.inf)
    compositions = np.where((x > 0)[:, None, :] | np.isnan(sets.composition), sets.composition, 0.0)
    element = branch_elements(sets.phase, sets.composition, phases, elements)
    fractions, found = np.zeros((len(x), len(names))), np.full((len(x), len(names), 3), np.nan)
    for number, phase in enumerate(phases):
        for index, symbol in enumerate((*elements, "")):
            state, place = np.nonzero((sets.phase == number) & (element == (index if symbol else -1)))
            if state.size:
                column = names.index(branch_name(phase, symbol))
                fractions[state, column] = sets.fraction[state, place]
                found[state, column] = compositions[state, place]
    for values in (fractions, found, potentials):
        values[~sets.converged] = np.nan
    return Equilibria(names, fractions, found, potentials, sets.converged)


def _solve(phases: Phases, at: npt.NDArray[np.intp], x: Array) -> PhaseSets:
    """Equilibria of a few states at numbered temperatures; those that do not settle are marked as not converged.

    A state that is exactly a compound has no potentials of its own, since any plane through the compound would do: it is
    moved by 1e-11, as is any other that does not settle where it is.
    """
    sets, rows = _settled(phases, at, x)
    for nudge in _NUDGES:
        if rows.size == 0:
            break
        here = x[rows]
        moved = np.where(here > ABSENT, here + nudge * (1 / 3 - here), ABSENT)
        found, left = _settled(phases, at[rows], moved)
        sets.put(rows, found)
        rows = rows[left]
    return sets


def _settled(phases: Phases, at: npt.NDArray[np.intp], x: Array) -> tuple[PhaseSets, npt.NDArray[np.intp]]:
    """Equilibria, and the rows that did not settle, which are marked as not converged."""
    here = phases.at(at)
    heights = [FINE.energies(terms) for terms in phases.solutions]
    basis = plane_on_the_net(phases, heights, at, x)
    sets = PhaseSets.of_basis(basis, here, x)
    rows = _search(sets, here, heights, at, x, np.arange(len(x)), _ROUNDS)
    if rows.size:
        sharpen(basis, here, heights, at, rows)
        sets.put(rows, PhaseSets.of_basis(basis, here, x).take(rows))
        rows = _search(sets, here, heights, at, x, rows, 2 * _ROUNDS)
    sets.converged[rows] = False
    return sets, rows


def _search(
    sets: PhaseSets,
    phases: Phases,
    heights: list[Array],
    at: npt.NDArray[np.intp],
    x: Array,
    rows: npt.NDArray[np.intp],
    rounds: int,
) -> npt.NDArray[np.intp]:
    """Newton's method and the search below the plane, in turns; gives the rows that did not end."""
    active = rows
    for number in range(rounds):
        settle(sets, phases, x, active, SMALLEST_AMOUNT if number < _DROPPING_ROUNDS else 0.0)
        active = active[sets.converged[active]]
        active = unstable_against(sets, phases, heights, at, x, active)
        if active.size == 0:
            break
    return np.union1d(active, rows[~sets.converged[rows]])


def plane_on_the_net(phases: Phases, heights: list[Array], at: npt.NDArray[np.intp], x: Array) -> Basis:
    """The lowest plane on the net of compositions, first on the coarse net, then on the fine one.

    Parameters
    ----------
    phases
        At the numbered temperatures.
    heights
        Energies of each solution on the fine net (temperature, point), J mol-1.
    at, x
        Number of the temperature and mole fractions of each state.
    """
    tolerance = _ON_THE_NET * phases.solutions[0].rt[at]
    coarse = _lowest_of_all(phases, COARSE.points, [COARSE.energies(terms) for terms in phases.solutions])
    basis = pure_basis(x, coarse[1][at][:, COARSE.pure], coarse[2][at][:, COARSE.pure])
    for points, energies, number in (coarse, _lowest_of_all(phases, FINE.points, heights)):
        lower(basis, points, energies, number, at, tolerance)
    return basis


def _lowest_of_all(phases: Phases, points: Array, heights: list[Array]) -> tuple[Array, Array, npt.NDArray[np.intp]]:
    """Candidates of all phases: compositions, lowest energies (temperature, point) and the phases that have them."""
    stacked = np.stack(heights)
    number = stacked.argmin(axis=0)
    energies = np.take_along_axis(stacked, number[None], axis=0)[0]
    for index, (composition, energy) in enumerate(phases.compounds, start=len(phases.solutions)):
        points = np.concatenate([points, composition[None]])
        energies = np.concatenate([energies, energy[:, None]], axis=1)
        number = np.concatenate([number, np.full((len(number), 1), index)], axis=1)
    return points, energies, number


def settle(
    sets: PhaseSets, phases: Phases, x: Array, rows: npt.NDArray[np.intp], smallest: float = SMALLEST_AMOUNT
) -> None:
    """Exact compositions, amounts and potentials of the phases of some states; phases that vanish leave. In place.

    Parameters
    ----------
    sets, phases, x, rows
        What is known, at which temperatures and mole fractions, and which states.
    smallest
        Amount below which a phase leaves. With 0 a phase that is just present stays: beside a metal of which there is only a trace, 1e-12 of a phase is enough to
        hold down its potential, and without it the phase would join again.
    """
    while rows.size:
        sets.sort(rows)
        again = []
        for signature in np.unique(sets.phase[rows], axis=0):
            chosen = rows[(sets.phase[rows] == signature).all(axis=-1)]
            _newton(sets, phases, x, chosen, [int(number) for number in signature if number != NONE])
            again.append(sets.drop_vanished(chosen, smallest, len(phases.solutions)))
        rows = np.concatenate(again)


def _newton(sets: PhaseSets, phases: Phases, x: Array, rows: npt.NDArray[np.intp], numbers: list[int]) -> None:
    """Newton's method for states with the same phases.

    It cannot end where a phase that should leave holds most of a trace: with a negative amount of that phase no positive
    composition keeps the trace. The negative amount is then kept, and the phase leaves.
    """
    solutions = [phases.solutions[number].at(rows) for number in numbers if number < len(phases.solutions)]
    compounds = [
        (composition, energy[rows])
        for composition, energy in (phases.compounds[n - len(phases.solutions)] for n in numbers[len(solutions) :])
    ]
    if len(numbers) == 1:
        sets.composition[rows, 0], sets.fraction[rows, 0] = x[rows], 1.0
        sets.potentials[rows] = solutions[0].potentials(x[rows])
        return
    count = len(solutions)
    composition, fraction, potentials, converged = solve_phases(
        solutions, compounds, x[rows], sets.composition[rows, :count], sets.fraction[rows, : len(numbers)]
    )
    vanishing = ~converged & (fraction.min(axis=-1) < 0)
    sets.fraction[rows[vanishing], : len(numbers)] = fraction[vanishing]
    sets.converged[rows] = converged | vanishing
    good = rows[converged]
    sets.composition[good, :count] = composition[converged]
    sets.fraction[good, : len(numbers)] = fraction[converged]
    sets.potentials[good] = potentials[converged]
    for number, (fixed, _) in enumerate(compounds, start=count):
        sets.composition[rows, number] = fixed
