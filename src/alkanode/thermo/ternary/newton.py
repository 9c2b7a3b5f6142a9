r"""Newton's method for the equilibrium of given phases, in logarithms of the mole fractions.

Unknown are the logarithms u of the mole fractions in each solution, the chemical potentials and the amounts f:

.. math:: \mu_i^p(x^p) = \mu_i, \qquad \sum_i x_i^p = 1, \qquad \textstyle\sum_p f_p x_i^p = X_i

and for a compound of composition c, :math:`\sum_i c_i\mu_i = g`. The equations are linear in the logarithms where a metal is
dilute, so that traces of 1e-9 and less converge as well as an alloy in equal parts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

ABSENT = 1e-100
"""Mole fraction that stands for an absent element, so that its logarithm is finite."""

_LONGEST_STEP = 1.5
_ENOUGH = 1e-9
_MOST_STEPS = 40


def solve_each(matrix: Array, right: Array) -> Array:
    """Solutions of many small linear systems (..., n); NaN for a singular one."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[..., None])[..., 0])
    except np.linalg.LinAlgError:
        found = np.full_like(right, np.nan)
        for row in range(len(right)):
            if np.isfinite(matrix[row]).all() and np.linalg.matrix_rank(matrix[row]) == matrix.shape[-1]:
                found[row] = np.linalg.solve(matrix[row], right[row])
        return found


def logarithmic_slopes(terms: TernaryTerms, x: Array) -> Array:
    """Derivatives of the chemical potentials by ln x, over RT (state, i, j)."""
    curvature = terms.excess_curvature(x)
    slopes: Array = (curvature - np.einsum("nk,nkj->nj", x, curvature)[:, None, :]) * x[:, None, :]
    return slopes / terms.rt[:, None, None] + np.eye(3)


def solve_phases(
    solutions: list[TernaryTerms],
    compounds: list[tuple[Array, Array]],
    total: Array,
    composition: Array,
    fraction: Array,
) -> tuple[Array, Array, Array, npt.NDArray[np.bool_]]:
    """Equilibrium of given phases at given states.

    Parameters
    ----------
    solutions
        Terms of each solution at the states' temperatures; the same phase may come twice, for a miscibility gap.
    compounds
        Composition (element) and energy (state), J mol-1, of each compound.
    total
        Mole fractions of the states (state, element), all positive.
    composition
        Start of the solutions' mole fractions (state, solution, element), positive.
    fraction
        Start of the amounts (state, phase), solutions first.

    Returns
    -------
    composition, fraction, potentials, converged
        Shaped as above; potentials (state, element) in J mol-1. Amounts may be negative: the phases then do not coexist
        at the state, but the extension of their tie line or triangle passes through it.
    """
    u, f = np.log(composition), fraction.copy()
    rt = solutions[0].rt
    mu = np.zeros_like(total)
    converged = np.zeros(len(total), dtype=bool)
    rows = np.arange(len(total))
    for _ in range(_MOST_STEPS):
        step, plane = _step(
            [terms.at(rows) for terms in solutions],
            [(c, g[rows]) for c, g in compounds],
            total[rows],
            u[rows],
            f[rows],
        )
        size = np.abs(step[:, : 3 * len(solutions)]).max(axis=-1)
        damping = _LONGEST_STEP / np.maximum(size, _LONGEST_STEP)
        change = np.abs(step).max(axis=-1)
        step *= damping[:, None]
        u[rows] += step[:, : 3 * len(solutions)].reshape(len(rows), -1, 3)
        f[rows] += step[:, 3 * len(solutions) :]
        mu[rows] = plane * rt[rows][:, None]
        good = np.isfinite(change)
        converged[rows[good & (change < _ENOUGH)]] = True
        rows = rows[good & ~(change < _ENOUGH)]
        if rows.size == 0:
            break
    return np.exp(np.minimum(u, 1.0)), f, mu, converged


def _step(
    solutions: list[TernaryTerms], compounds: list[tuple[Array, Array]], total: Array, u: Array, f: Array
) -> tuple[Array, Array]:
    """Newton step of (u of each solution, amounts), and the chemical potentials over RT."""
    count = 3 * len(solutions)
    found = solve_each(*equations(solutions, compounds, total, u, f))
    return np.concatenate([found[:, :count], found[:, count + 3 :]], axis=-1), found[:, count : count + 3]


def equations(
    solutions: list[TernaryTerms], compounds: list[tuple[Array, Array]], total: Array, u: Array, f: Array
) -> tuple[Array, Array]:
    """Linear equations of a Newton step.

    Parameters
    ----------
    solutions, compounds, total
        As :func:`solve_phases`.
    u, f
        Logarithms of the mole fractions (state, solution, element) and amounts (state, phase).

    Returns
    -------
    matrix, right
        (state, n, n) and (state, n). Unknown are, in this order, the steps of u, the chemical potentials over RT, and the
        steps of the amounts. The equations are equal potentials, the balance of each metal over what there is of it, and
        one for each phase: its mole fractions sum to 1, or its energy lies in the plane.
    """
    n, count = len(total), 3 * len(solutions)
    plane = slice(count, count + 3)
    size = count + 3 + f.shape[1]
    matrix, right = np.zeros((n, size, size)), np.zeros((n, size))
    rt = solutions[0].rt
    x = np.exp(np.minimum(u, 1.0))
    right[:, plane] = 1.0
    for number, terms in enumerate(solutions):
        own, amount = slice(3 * number, 3 * number + 3), count + 3 + number
        share = x[:, number] / total
        matrix[:, own, own] = logarithmic_slopes(terms, x[:, number])
        matrix[:, own, plane] = -np.eye(3)
        right[:, own] = -(terms.potentials_without_mixing(x[:, number]) / rt[:, None] + u[:, number])
        matrix[:, amount, own] = x[:, number]
        right[:, amount] = 1 - x[:, number].sum(axis=-1)
        for i in range(3):
            matrix[:, count + i, 3 * number + i] = f[:, number] * share[:, i]
        matrix[:, plane, amount] = share
        right[:, plane] -= f[:, number, None] * share
    for number, (composition, energy) in enumerate(compounds, start=len(solutions)):
        amount = count + 3 + number
        matrix[:, amount, plane] = composition
        right[:, amount] = energy / rt
        matrix[:, plane, amount] = composition / total
        right[:, plane] -= f[:, number, None] * composition / total
    return matrix, right


def lowest_distance(terms: TernaryTerms, potentials: Array, start: Array) -> tuple[Array, Array]:
    """Composition of a solution, near a start, where its Gibbs energy is least above (or most below) a plane.

    Parameters
    ----------
    terms
        The solution at the states' temperatures.
    potentials
        Plane: chemical potentials (state, element), J mol-1.
    start
        Mole fractions (state, element), positive.

    Returns
    -------
    composition, distance
        (state, element), and the energy above the plane (state), J mol-1; infinite where Newton's method does not end.
    """
    u = np.log(start)
    distance = np.full(len(u), np.inf)
    rows = np.arange(len(u))
    scaled = potentials / terms.rt[:, None]
    for _ in range(_MOST_STEPS):
        here = terms.at(rows)
        x = np.exp(np.minimum(u[rows], 1.0))
        matrix, right = np.zeros((len(rows), 4, 4)), np.zeros((len(rows), 4))
        matrix[:, :3, :3] = logarithmic_slopes(here, x)
        matrix[:, :3, 3] = -1.0
        matrix[:, 3, :3] = x
        right[:, :3] = scaled[rows] - here.potentials_without_mixing(x) / here.rt[:, None] - u[rows]
        right[:, 3] = 1 - x.sum(axis=-1)
        found = solve_each(matrix, right)
        change = np.abs(found[:, :3]).max(axis=-1)
        u[rows] += found[:, :3] * (_LONGEST_STEP / np.maximum(change, _LONGEST_STEP))[:, None]
        ended = change < _ENOUGH
        distance[rows[ended]] = found[ended, 3] * here.rt[ended]
        rows = rows[np.isfinite(change) & ~ended]
        if rows.size == 0:
            break
    return np.exp(np.minimum(u, 1.0)), distance
