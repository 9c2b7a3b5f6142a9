"""Common tangents of two phases at given temperatures: the tie-line kernel.

Unknowns are the log-odds u = ln(x/(1-x)) of each solution's composition, so that no step leaves 0 < x < 1 and dilute
ends cost no accuracy. With s = x(1-x) g'' and residuals r_i = mu_i(a) - mu_i(b) the Newton step has the closed form

    du_a = -[x_b r_2 + (1-x_b) r_1] / [s_a (x_b - x_a)],    du_b = -[x_a r_2 + (1-x_a) r_1] / [s_b (x_b - x_a)],

and against a compound of fixed composition c it is scalar: d/du [c mu_2 + (1-c) mu_1] = (c - x) s.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, logit

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms

_FARTHEST = 32.0
_PURE = 1e-9
_CLOSE_COMPOSITION = 1e-12
_CLOSE_ENERGY = 1e-6
_LONGEST_STEP = 2.0
_MOST_STEPS = 60

Terms = Mapping[str, SolutionTerms | Array]


def common_tangent(
    terms: Terms,
    compounds: Mapping[str, float],
    phases: tuple[str, str],
    guess: tuple[Array, Array],
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

    Returns
    -------
    tuple of ndarray
        Mole fractions of the second element on the left and on the right, to about 1e-12.

    Raises
    ------
    ConvergenceError
        When the tangent does not exist near the guess.
    """
    left, right = (terms[phase] for phase in phases)
    if isinstance(left, SolutionTerms) and isinstance(right, SolutionTerms):
        vanishing = (np.maximum(*guess) < _PURE) | (np.minimum(*guess) > 1 - _PURE)
        if not vanishing.any():
            return _between_solutions(left, right, guess, phases)
        x_left, x_right = guess[0].copy(), guess[1].copy()
        rest = ~vanishing
        if rest.any():
            found = _between_solutions(left.at(rest), right.at(rest), (guess[0][rest], guess[1][rest]), phases)
            x_left[rest], x_right[rest] = found
        return x_left, x_right
    if isinstance(left, SolutionTerms):
        fixed = np.full_like(guess[1], compounds[phases[1]])
        return _to_compound(left, fixed, np.asarray(right), guess[0], phases), fixed
    if isinstance(right, SolutionTerms):
        fixed = np.full_like(guess[0], compounds[phases[0]])
        return fixed, _to_compound(right, fixed, np.asarray(left), guess[1], phases)
    return np.full_like(guess[0], compounds[phases[0]]), np.full_like(guess[1], compounds[phases[1]])


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


def _between_solutions(
    a: SolutionTerms, b: SolutionTerms, guess: tuple[Array, Array], phases: tuple[str, str]
) -> tuple[Array, Array]:
    u_a, u_b = (_bounded(logit(x)) for x in guess)
    residual: Array = np.full_like(u_a, np.inf)
    for _ in range(_MOST_STEPS):
        x_a, x_b = expit(u_a), expit(u_b)
        d_a, d_b, residual = _pair_step(a, b, x_a, x_b)
        moved = np.maximum(np.abs(d_a) * x_a * (1 - x_a), np.abs(d_b) * x_b * (1 - x_b))
        u_a, u_b = _bounded(u_a + d_a), _bounded(u_b + d_b)
        if moved.max(initial=0.0) < _CLOSE_COMPOSITION and residual.max(initial=0.0) < _CLOSE_ENERGY:
            return expit(u_a), expit(u_b)
    raise _no_tangent(phases, residual)


def _pair_step(a: SolutionTerms, b: SolutionTerms, x_a: Array, x_b: Array) -> tuple[Array, Array, Array]:
    """Newton steps of both log-odds, and the distance of each phase from the other's tangent (J mol-1)."""
    mu_1a, mu_2a, s_a = a.potentials(x_a)
    mu_1b, mu_2b, s_b = b.potentials(x_b)
    r_1, r_2 = mu_1a - mu_1b, mu_2a - mu_2b
    off_a, off_b = x_b * r_2 + (1 - x_b) * r_1, x_a * r_2 + (1 - x_a) * r_1
    with np.errstate(divide="ignore", invalid="ignore"):
        d_a, d_b = -off_a / (s_a * (x_b - x_a)), -off_b / (s_b * (x_b - x_a))
    return _limited(d_a), _limited(d_b), np.maximum(np.abs(off_a), np.abs(off_b))


def _to_compound(a: SolutionTerms, fixed: Array, energy: Array, guess: Array, phases: tuple[str, str]) -> Array:
    u = _bounded(logit(guess))
    residual: Array = np.full_like(u, np.inf)
    for _ in range(_MOST_STEPS):
        x = expit(u)
        mu_1, mu_2, stiffness = a.potentials(x)
        off = fixed * mu_2 + (1 - fixed) * mu_1 - energy
        residual = np.abs(off)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = _limited(-off / (stiffness * (fixed - x)))
        u = _bounded(u + step)
        moved = np.abs(step) * x * (1 - x)
        if moved.max(initial=0.0) < _CLOSE_COMPOSITION and residual.max(initial=0.0) < _CLOSE_ENERGY:
            return np.asarray(expit(u))
    raise _no_tangent(phases, residual)


def _limited(step: Array) -> Array:
    return np.clip(np.nan_to_num(step, nan=0.1), -_LONGEST_STEP, _LONGEST_STEP)


def _bounded(u: Array) -> Array:
    """Log-odds kept where 1 - x is still a number apart from 0."""
    return np.clip(u, -_FARTHEST, _FARTHEST)


def _no_tangent(phases: tuple[str, str], residual: Array) -> ConvergenceError:
    return ConvergenceError(
        f"a common tangent of {phases[0]} and {phases[1]} is needed",
        found=f"phases {residual.max():.2g} J mol-1 from the tangent after {_MOST_STEPS} iterations",
        todo="The two phases may have no equilibrium at this temperature",
    )
