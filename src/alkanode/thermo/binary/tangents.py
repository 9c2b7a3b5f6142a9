"""Common tangents of two phases at given temperatures: the tie-line kernel.

Unknowns are the log-odds u = ln(x/(1-x)) of each solution's composition, so that no step leaves 0 < x < 1 and dilute
ends (1e-10 and less) cost no accuracy. With s = x(1-x) g'' and residuals r_i = mu_i(a) - mu_i(b) the Newton step has the
closed form

    du_a = -[x_b r_2 + (1-x_b) r_1] / [s_a (x_b - x_a)],    du_b = -[x_a r_2 + (1-x_a) r_1] / [s_b (x_b - x_a)],

and against a compound of fixed composition c it is scalar: d/du [c mu_2 + (1-c) mu_1] = (c - x) s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms

_FARTHEST = 36.0
_PURE = 1e-9
_CLOSED = 1e-3
_CLOSE_COMPOSITION = 1e-12
_CLOSE_ENERGY = 1e-6
_ROUNDING_ENERGY = 1e-9
_SHARE_OF_GAP = 1e-5
_LONGEST_STEP = 2.0
_MOST_STEPS = 60

Terms = Mapping[str, SolutionTerms | Array]
Mask = npt.NDArray[np.bool_]
_Pair = tuple[Array, Array]


def common_tangent(
    terms: Terms,
    compounds: Mapping[str, float],
    phases: tuple[str, str],
    guess: tuple[Array, Array],
    *,
    closing: bool = False,
    failed: Literal["raise", "nan"] = "raise",
) -> tuple[Array, Array]:
    """Compositions of two phases in equilibrium, by Newton's method from a guess.

    Parameters
    ----------
    terms
        Output of :meth:`BinaryModel.terms` at the temperatures (shape n).
    compounds
        Compound -> its fixed mole fraction of the second element.
    phases
        Phase on the left (lower x) and on the right; the same solution twice is a miscibility gap.
    guess
        Compositions near the answer, shape n each. Where both lie within 1e-9 of the same pure element (a tie line
        that shrinks to nothing at the melting point) the guess is the answer: rounding leaves nothing to solve.
    closing
        The tie line shrinks to nothing at a consolute or congruent point: a guess narrower than 1e-3 is the answer.
    failed
        Where no tangent is found: ``"raise"``, or ``"nan"`` there.

    Returns
    -------
    tuple of ndarray
        Mole fractions of the second element on the left and on the right, to about 1e-12.

    Raises
    ------
    ConvergenceError
        When the tangent does not exist near the guess (and ``failed="raise"``).
    """
    left, right = guess
    wide: Mask = np.ones(left.shape, dtype=np.bool_)
    if not any(phase in compounds for phase in phases):
        wide &= ~((np.maximum(left, right) < _PURE) | (np.minimum(left, right) > 1 - _PURE))
    if closing:
        wide &= right - left > _CLOSED
    if wide.all():
        found, solved, residual = _solve(terms, compounds, phases, guess)
    else:
        found, solved = (left.copy(), right.copy()), np.ones(left.shape, dtype=np.bool_)
        residual = np.zeros(left.shape)
        if wide.any():
            part, solved[wide], residual[wide] = _solve(
                {
                    name: entry.at(wide) if isinstance(entry, SolutionTerms) else entry[wide]
                    for name, entry in terms.items()
                },
                compounds,
                phases,
                (left[wide], right[wide]),
            )
            found[0][wide], found[1][wide] = part
    if solved.all():
        return found
    if failed == "raise":
        raise ConvergenceError(
            f"a common tangent of {phases[0]} and {phases[1]} is needed",
            found=f"phases {residual[~solved].max():.2g} J mol-1 from the tangent after {_MOST_STEPS} iterations",
            todo="The two phases may have no equilibrium at this temperature",
        )
    return np.where(solved, found[0], np.nan), np.where(solved, found[1], np.nan)


def tangent_slope(
    terms: Terms, compounds: Mapping[str, float], phases: tuple[str, str], x_left: Array, x_right: Array
) -> Array:
    """Slope mu_2 - mu_1 of a common tangent, J mol-1."""
    for phase, x in zip(phases, (x_left, x_right), strict=True):
        entry = terms[phase]
        if isinstance(entry, SolutionTerms):
            mu_1, mu_2, _ = entry.potentials(x)
            return mu_2 - mu_1
    rise = np.asarray(terms[phases[1]]) - np.asarray(terms[phases[0]])
    slope: Array = rise / (compounds[phases[1]] - compounds[phases[0]])
    return slope


def _solve(
    terms: Terms, compounds: Mapping[str, float], phases: tuple[str, str], guess: _Pair
) -> tuple[_Pair, Mask, Array]:
    """Compositions, whether each is solved, and the distance from the tangent that is left (J mol-1)."""
    left, right = (terms[phase] for phase in phases)
    if isinstance(left, SolutionTerms) and isinstance(right, SolutionTerms):
        return _between_solutions(left, right, guess, same=phases[0] == phases[1])
    if isinstance(left, SolutionTerms):
        fixed = np.full_like(guess[1], compounds[phases[1]])
        x, solved, residual = _to_compound(left, fixed, np.asarray(right), guess[0])
        return (x, fixed), solved, residual
    if isinstance(right, SolutionTerms):
        fixed = np.full_like(guess[0], compounds[phases[0]])
        x, solved, residual = _to_compound(right, fixed, np.asarray(left), guess[1])
        return (fixed, x), solved, residual
    ends = np.full_like(guess[0], compounds[phases[0]]), np.full_like(guess[1], compounds[phases[1]])
    return ends, np.ones(guess[0].shape, dtype=np.bool_), np.zeros(guess[0].shape)


def _between_solutions(a: SolutionTerms, b: SolutionTerms, guess: _Pair, *, same: bool) -> tuple[_Pair, Mask, Array]:
    u_a, u_b = (_bounded(logit(x)) for x in guess)
    x_a, x_b = expit(u_a), expit(u_b)
    solved: Mask = np.zeros(u_a.shape, dtype=np.bool_)
    residual: Array = np.full_like(u_a, np.inf)
    for _ in range(_MOST_STEPS):
        y_a, y_b = expit(-u_a), expit(-u_b)
        gap = np.where(np.minimum(x_a, x_b) > 0.5, y_a - y_b, x_b - x_a)
        mu_1a, mu_2a, s_a = a.potentials(x_a, y_a)
        mu_1b, mu_2b, s_b = b.potentials(x_b, y_b)
        r_1, r_2 = mu_1a - mu_1b, mu_2a - mu_2b
        off_a, off_b = x_b * r_2 + y_b * r_1, x_a * r_2 + y_a * r_1
        with np.errstate(divide="ignore", invalid="ignore"):
            d_a, d_b = _limited(-off_a / (s_a * gap)), _limited(-off_b / (s_b * gap))
        moved = np.maximum(np.abs(d_a) * x_a * y_a, np.abs(d_b) * x_b * y_b)
        residual = np.maximum(np.abs(off_a), np.abs(off_b))
        u_a, u_b = _bounded(u_a + d_a), _bounded(u_b + d_b)
        x_a, x_b = expit(u_a), expit(u_b)
        solved = _settled(moved, residual, np.abs(gap))
        if solved.all():
            break
    if same:
        solved = solved & (u_b - u_a > _SHARE_OF_GAP)  # one composition twice is no tie line
    return (x_a, x_b), solved, residual


def _to_compound(a: SolutionTerms, fixed: Array, energy: Array, guess: Array) -> tuple[Array, Mask, Array]:
    u = _bounded(logit(guess))
    solved: Mask = np.zeros(u.shape, dtype=np.bool_)
    residual: Array = np.full_like(u, np.inf)
    for _ in range(_MOST_STEPS):
        x, y = expit(u), expit(-u)
        mu_1, mu_2, stiffness = a.potentials(x, y)
        off = fixed * mu_2 + (1 - fixed) * mu_1 - energy
        residual = np.abs(off)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = _limited(-off / (stiffness * (fixed - x)))
        u = _bounded(u + step)
        solved = _settled(np.abs(step) * x * y, residual, np.abs(fixed - x))
        if solved.all():
            break
    on_its_side = (expit(u) < fixed) == (guess < fixed)
    return np.asarray(expit(u)), solved & on_its_side, residual


def _settled(moved: Array, residual: Array, gap: Array) -> Mask:
    """Whether Newton's method has arrived; a narrow gap leaves rounding in the step, which is then judged by the gap."""
    at_rounding = (residual < _ROUNDING_ENERGY) & (moved < _SHARE_OF_GAP * gap)
    settled: Mask = (residual < _CLOSE_ENERGY) & ((moved < _CLOSE_COMPOSITION) | at_rounding)
    return settled


def _limited(step: Array) -> Array:
    return np.clip(np.where(np.isnan(step), 0.1, step), -_LONGEST_STEP, _LONGEST_STEP)


def _bounded(u: Array) -> Array:
    """Log-odds kept where the composition is still a number apart from 0 and 1."""
    return np.clip(u, -_FARTHEST, _FARTHEST)
