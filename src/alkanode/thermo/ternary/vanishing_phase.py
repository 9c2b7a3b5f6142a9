r"""Where on a line of compositions one phase vanishes, by Newton's method.

A line runs from a mixture of two metals (share 0) to the pure third one (share 1). At the place where a phase vanishes its
amount is 0 and the share is unknown instead; all other equations are those of an equilibrium. Nothing is ill-conditioned
there, while an equilibrium near that place must tell a small amount from none. The share :math:`s` enters by its log-odds
:math:`z`, for which :math:`d\ln X/dz` is :math:`1 - s` for the metal and :math:`-s` for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms
from alkanode.thermo.ternary.grid import FINE
from alkanode.thermo.ternary.newton import ABSENT, equations, solve_each
from alkanode.thermo.ternary.phase_sets import NONE, PhaseSets
from alkanode.thermo.ternary.phases import Phases
from alkanode.thermo.ternary.stability import lowest_below

UNSTABLE = 1e-8
"""Energy below the plane, over RT, from which another phase is counted as more stable."""

_LONGEST_STEP = 1.5
_ENOUGH = 1e-10
_MOST_STEPS = 60
_NEGATIVE = 1e-12


@dataclass(frozen=True, slots=True)
class CompositionLine:
    """Compositions from a mixture of the other metals to one pure metal.

    Attributes
    ----------
    metal
        Number of the metal.
    others
        Mole fractions of the mixture, one for each element; 0 for the metal.
    """

    metal: int
    others: tuple[float, ...]

    def at(self, odds: Array) -> Array:
        """Mole fractions (..., element) at log-odds of the metal's share (...)."""
        x: Array = expit(-odds)[..., None] * np.array(self.others)
        x[..., self.metal] = expit(odds)
        return x

    def slopes(self, odds: Array) -> Array:
        """Derivatives of the logarithms of the mole fractions by the log-odds (..., element); 0 for an absent metal."""
        slopes: Array = np.where(np.array(self.others) > 0, -expit(odds)[..., None], 0.0)
        slopes[..., self.metal] = expit(-odds)
        return slopes


def vanishing_odds(
    phases: Phases, line: CompositionLine, sets: PhaseSets, place: npt.NDArray[np.intp], odds: Array
) -> Array:
    """Log-odds of the share at which a phase vanishes.

    Parameters
    ----------
    phases
        At the temperatures (and parameters) of the states.
    line
        Where to move.
    sets
        Phases near there, with the one that vanishes (state).
    place
        Which of the three places of ``sets`` holds the phase that vanishes (state).
    odds
        Log-odds from which to start (state).

    Returns
    -------
    ndarray
        (state); NaN where Newton's method does not end, where another amount would be negative, or where yet another phase
        is more stable: the phases of ``sets`` then do not meet on the line.
    """
    found: Array = np.full(odds.shape, np.nan)
    kinds = np.concatenate([sets.phase, place[:, None]], axis=-1)
    for kind in np.unique(kinds, axis=0):
        rows = np.flatnonzero((kinds == kind).all(axis=-1))
        found[rows] = _of_kind(phases.at(rows), line, sets.take(rows), int(kind[3]), odds[rows])
    return found


def _of_kind(phases: Phases, line: CompositionLine, sets: PhaseSets, place: int, odds: Array) -> Array:
    """The same for states with the same phases of which the same one vanishes."""
    count = len(phases.solutions)
    order = [p for p in np.argsort(sets.phase[0], kind="stable") if sets.phase[0, p] != NONE]
    numbers = [int(sets.phase[0, p]) for p in order]
    solutions = [phases.solutions[n] for n in numbers if n < count]
    compounds = [phases.compounds[n - count] for n in numbers if n >= count]
    found = np.full(odds.shape, np.nan)
    if not solutions or len(order) == 1:
        return found
    u = np.log(sets.composition[:, order[: len(solutions)]])
    f, z, gone = sets.fraction[:, order].copy(), odds.copy(), order.index(place)
    f[:, gone] = 0.0
    f /= f.sum(axis=-1, keepdims=True)
    mu = np.zeros((len(z), 3))
    rows, ended = np.arange(len(z)), np.zeros(len(z), dtype=bool)
    for _ in range(_MOST_STEPS):
        step, plane = _step(
            [terms.at(rows) for terms in solutions],
            [(c, g[rows]) for c, g in compounds],
            (line.at(z[rows]), line.slopes(z[rows])),
            (u[rows], f[rows]),
            gone,
        )
        change = np.abs(step).max(axis=-1)
        damping = (_LONGEST_STEP / np.maximum(change, _LONGEST_STEP))[:, None]
        step = damping * step
        u[rows] += step[:, : 3 * len(solutions)].reshape(len(rows), -1, 3)
        z[rows] += step[:, 3 * len(solutions) + gone]
        step[:, 3 * len(solutions) + gone] = 0.0
        f[rows] += step[:, 3 * len(solutions) :]
        mu[rows] = plane * solutions[0].rt[rows][:, None]
        good = np.isfinite(change)
        ended[rows[good & (change < _ENOUGH)]] = True
        rows = rows[good & ~(change < _ENOUGH)]
        if rows.size == 0:
            break
    fits = np.flatnonzero(ended & (f > -_NEGATIVE).all(axis=-1))
    known = np.full((len(fits), 3, 3), np.nan)
    known[:, order[: len(solutions)]] = np.exp(u[fits])
    stable = _stable(phases.at(fits), mu[fits], sets.phase[fits], known)
    found[fits[stable]] = z[fits[stable]]
    return found


def _step(
    solutions: list[TernaryTerms],
    compounds: list[tuple[Array, Array]],
    line: tuple[Array, Array],
    state: tuple[Array, Array],
    gone: int,
) -> tuple[Array, Array]:
    """Newton step of (u of each solution, amounts, of which that of the vanishing phase is the log-odds), and the potentials over RT."""
    total, slopes = np.maximum(line[0], ABSENT), line[1]
    u, f = state
    count = 3 * len(solutions)
    matrix, right = equations(solutions, compounds, total, u, f)
    held = 1.0 - right[:, count : count + 3]
    matrix[:, :, count + 3 + gone] = 0.0
    matrix[:, count : count + 3, count + 3 + gone] = -held * slopes
    found = solve_each(matrix, right)
    return np.concatenate([found[:, :count], found[:, count + 3 :]], axis=-1), found[:, count : count + 3]


def _stable(
    phases: Phases, potentials: Array, present: npt.NDArray[np.intp], composition: Array
) -> npt.NDArray[np.bool_]:
    heights = [FINE.energies(terms) for terms in phases.solutions]
    below = lowest_below(phases, heights, potentials, present, composition)
    return np.asarray(below.distance > -UNSTABLE)
