"""Non-linear least squares for many small problems at once (Levenberg-Marquardt with bounds).

Every problem has the same number of unknowns and of residuals, and its own damping. One call of the model evaluates all
problems that are still open; a problem that has converged leaves the batch. Bounds are kept by projection: an unknown
on its bound with the gradient pointing outwards rests for that step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
Model = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]
"""``(x (open, k), rows (open,)) -> residuals (open, m), derivatives (open, k, m)``; rows number the open problems."""
Advance = Callable[[FloatArray, FloatArray], FloatArray]

_FIRST_DAMPING = 1e-2
_LARGEST_DAMPING = 1e12
_TRUSTED_DAMPING = 1e3  # above it a short step says nothing about the distance to the minimum
_RIDGE = 1e-14  # on a diagonal scaled to one: keeps a factor defined where an unknown has no effect
_TINY_STEP = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """Result of :func:`minimise_squares`.

    Attributes
    ----------
    x
        Unknowns, shape (batch, k).
    cost
        Sum of squared residuals, shape (batch,).
    normal
        J J' at x, shape (batch, k, k).
    gradient
        J r at x, shape (batch, k).
    converged, iterations
        Shape (batch,).
    """

    x: FloatArray
    cost: FloatArray
    normal: FloatArray
    gradient: FloatArray
    converged: BoolArray
    iterations: npt.NDArray[np.int64]


def minimise_squares(
    model: Model,
    start: FloatArray,
    *,
    lower: FloatArray,
    upper: FloatArray,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
    advance: Advance | None = None,
) -> LeastSquares:
    """Minimise the sum of squares of each problem of a batch.

    Parameters
    ----------
    model
        Residuals and their derivatives of the problems that are still open. Non-finite residuals refuse a step.
    start
        Shape (batch, k). Moved into the bounds.
    lower, upper
        Bounds, shape (k,) or (batch, k).
    tolerance
        A problem ends when a step lowers the cost, and was expected to lower it, by less than this fraction. The
        default, 1e-8, is a step of about a thousandth of a standard deviation with a hundred residuals.
    max_iterations
        Evaluations after which a problem ends without having converged.
    advance
        ``(x (open, k), step (open, k)) -> new x``, equal to ``x + step`` for small steps: how a step is taken where the
        unknowns are curved, for example logarithms. Default: the sum.

    Returns
    -------
    LeastSquares
        A start with non-finite residuals comes back with an infinite cost and not converged.

    Raises
    ------
    SchemaError
        When the start is not a finite table or the bounds do not fit.

    Notes
    -----
    Steps solve ``(N + mu D) dx = -g`` with N = J J', g = J r and D = diag(N); mu follows Nielsen's rule from the ratio
    of the decrease to that expected.

    References
    ----------
    :cite:`Marquardt1963`, :cite:`Nielsen1999`
    """
    lower, upper = _checked(start, lower, upper)
    x = np.clip(start, lower, upper)
    batch = x.shape[0]
    rows: IntArray = np.arange(batch)
    cost, normal, gradient = _evaluate(model, x, rows)
    damping, growth = np.full(batch, _FIRST_DAMPING), np.full(batch, 2.0)
    converged, iterations = np.zeros(batch, dtype=bool), np.zeros(batch, dtype=np.int64)
    rows = np.flatnonzero(np.isfinite(cost))
    for _ in range(max_iterations):
        if rows.size == 0:
            break
        here, low, high = x[rows], lower[rows], upper[rows]
        g, N = gradient[rows], normal[rows]
        resting = ((here <= low) & (g > 0)) | ((here >= high) & (g < 0))
        step = _step(N, g, damping[rows], resting)
        there = np.clip(here + step if advance is None else advance(here, step), low, high)
        expected = -2 * np.einsum("bi,bi->b", g, step) - np.einsum("bi,bij,bj->b", step, N, step)
        new_cost, new_normal, new_gradient = _evaluate(model, there, rows)
        iterations[rows] += 1
        decrease = cost[rows] - new_cost
        better = decrease > 0
        small = np.abs(there - here).max(axis=1) <= _TINY_STEP
        limit = tolerance * cost[rows]
        done = small | ((expected <= limit) & (decrease <= limit))
        taken = rows[better]
        x[taken] = there[better]
        cost[taken], normal[taken], gradient[taken] = new_cost[better], new_normal[better], new_gradient[better]
        ratio = np.where(better, decrease / np.where(expected > 0, expected, np.inf), 0.0)
        damping[rows] *= np.where(better, np.maximum(1 / 3, 1 - (2 * ratio - 1) ** 3), growth[rows])
        growth[rows] = np.where(better, 2.0, 2 * growth[rows])
        converged[rows[done & (damping[rows] < _TRUSTED_DAMPING)]] = True
        rows = rows[~done & (damping[rows] < _LARGEST_DAMPING)]
    return LeastSquares(x, cost, normal, gradient, converged, iterations)


def _checked(start: FloatArray, lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    if start.ndim != 2 or not np.isfinite(start).all():
        raise SchemaError("the start must be a finite table (batch, unknown)", found=f"shape {start.shape}")
    try:
        lower, upper = np.broadcast_to(lower, start.shape), np.broadcast_to(upper, start.shape)
    except ValueError as cause:
        raise SchemaError(
            "bounds must fit the unknowns", found=f"{np.shape(lower)} and {np.shape(upper)} for {start.shape}"
        ) from cause
    if not (lower <= upper).all():
        raise SchemaError("a lower bound must not lie above the upper one", found="one that does")
    return lower, upper


def _evaluate(model: Model, x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cost (open,), J J' (open, k, k) and J r (open, k); infinite cost where a residual is not finite."""
    r, J = model(x, rows)
    cost = np.einsum("bm,bm->b", r, r)
    normal = J @ J.transpose(0, 2, 1)
    gradient = (J @ r[:, :, None])[:, :, 0]
    bad = ~(np.isfinite(cost) & np.isfinite(normal).all(axis=(1, 2)))
    cost[bad] = np.inf
    return cost, normal, gradient


def _step(normal: FloatArray, gradient: FloatArray, damping: FloatArray, resting: BoolArray) -> FloatArray:
    """Damped Gauss-Newton step of every problem, shape (open, k), on a scale on which the diagonal is one."""
    k = gradient.shape[1]
    diagonal = np.einsum("bii->bi", normal)
    scale = np.where((diagonal > 0) & ~resting, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    matrix = normal * scale[:, :, None] * scale[:, None, :]
    index = np.arange(k)
    matrix[:, index, index] = 1 + damping[:, None] + _RIDGE
    return np.asarray(-scale * np.linalg.solve(matrix, (scale * gradient)[:, :, None])[:, :, 0])
