"""Non-negative least squares for many right-hand sides at once, exact to rounding.

The problem is ``min 1/2 x'Hx - f'x`` with ``x >= 0`` for one positive definite matrix ``H`` and many columns ``f``.
Block principal pivoting guesses which unknowns are positive (the passive set), solves for them, and exchanges every
unknown that breaks the optimality conditions. Columns that share a passive set share one Cholesky factor. A column
whose number of wrong guesses stops falling goes to the active-set method of Lawson and Hanson, which always ends;
Murty's rule of single exchanges, the usual way out, needed thousands of steps on weakly regularised spectra.

Neighbouring columns of a measured series have similar passive sets. A long batch is therefore solved in two passes:
every 32nd column first, then all of them from the passive set of the nearest of those. The answer does not depend on
the guess; only the number of exchanges does. Where every column has a matrix of its own, each starts from the set of
the column before it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dposv
from scipy.optimize import nnls

from alkanode.foundation.errors import ConvergenceError, SchemaError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_PATIENCE = 3  # exchanges without progress before a column goes to Lawson and Hanson
_TOLERANCE = 1e-12  # of the largest scaled right-hand side: what counts as negative
_STRIDE = 32  # columns from one that is solved first to the next; in a batch of at least four of them


def solve_nonnegative(
    H: FloatArray,
    F: FloatArray,
    *,
    free: BoolArray | None = None,
) -> FloatArray:
    """Minimise ``1/2 x'Hx - f'x`` subject to ``x >= 0`` for every column ``f`` of ``F``.

    Parameters
    ----------
    H
        Symmetric positive definite matrix, shape (n, n); for least squares ``A'A`` plus a penalty.
    F
        Right-hand sides, shape (n, batch); for least squares ``A'b``.
    free
        Unknowns without a sign, shape (n,): they stay in the passive set. Default: none.

    Returns
    -------
    ndarray
        Solutions, shape (n, batch); unknowns on their limit are exactly zero.

    Raises
    ------
    SchemaError
        When the shapes do not fit, or a number is not finite.
    ConvergenceError
        When ``H`` is not positive definite, or so nearly singular that no passive set settles.

    Notes
    -----
    Optimal means ``x >= 0``, ``y = Hx - f >= 0`` and ``x y = 0``. The problem is scaled to a unit diagonal first.
    Negative values down to 1e-12 of the largest scaled right-hand side of a column are rounding and become zero.

    References
    ----------
    :cite:`Portugal1994`, :cite:`KimPark2011`, :cite:`LawsonHanson1974`
    """
    n, free = _checked(H, F, free)
    batch = F.shape[1]
    diagonal = np.diag(H)
    if n == 0 or batch == 0:
        return np.zeros((n, batch))
    if not (diagonal > 0).all():
        raise ConvergenceError("H must be positive definite", found=f"a diagonal entry of {diagonal.min():.3g}")
    scale = 1 / np.sqrt(diagonal)
    H_scaled = H * scale[:, None] * scale
    F_scaled = F * scale[:, None]
    size = np.abs(F_scaled).max(axis=0)
    F_scaled = F_scaled / np.where(size > 0, size, 1.0)
    passive = _posv(H_scaled, F_scaled) > 0  # exact already where the unconstrained solution is positive
    passive[free] = True
    if batch >= 4 * _STRIDE:
        ahead = np.arange(0, batch, _STRIDE)
        known = _pivot(H_scaled, F_scaled[:, ahead], passive[:, ahead], free) > 0
        nearest = np.minimum((np.arange(batch) + _STRIDE // 2) // _STRIDE, ahead.size - 1)
        passive = known[:, nearest]
        passive[free] = True
    X = _pivot(H_scaled, F_scaled, passive, free)
    return np.asarray(X * scale[:, None] * size)


def solve_nonnegative_each(H: FloatArray, F: FloatArray, *, free: BoolArray | None = None) -> FloatArray:
    """Minimise ``1/2 x'Hx - f'x`` subject to ``x >= 0``, with a matrix of its own for every column.

    Parameters
    ----------
    H
        Symmetric positive definite matrices, shape (batch, n, n); for least squares with weights that differ.
    F
        Right-hand sides, shape (n, batch).
    free
        Unknowns without a sign, shape (n,). Default: none.

    Returns
    -------
    ndarray
        Solutions, shape (n, batch), as exact as those of :func:`solve_nonnegative`.

    Raises
    ------
    SchemaError
        When the shapes do not fit, or a number is not finite.
    ConvergenceError
        When a matrix is not positive definite.

    Notes
    -----
    Each column starts from the passive set of the one before it, so neighbours in a series should be neighbours here.

    References
    ----------
    :cite:`Portugal1994`, :cite:`LawsonHanson1974`
    """
    if H.ndim != 3 or F.ndim != 2 or H.shape[0] != F.shape[1]:
        raise SchemaError("H must be (batch, n, n) and F (n, batch)", found=f"H {H.shape} and F {F.shape}")
    X = np.zeros(F.shape)
    passive: BoolArray | None = None
    for k, matrix in enumerate(H):
        n, signless = _checked(matrix, F[:, k : k + 1], free)
        diagonal = matrix.diagonal()
        if n == 0:
            continue
        if not (diagonal > 0).all():
            raise ConvergenceError("H must be positive definite", found=f"a diagonal entry of {diagonal.min():.3g}")
        scale = 1 / np.sqrt(diagonal)
        scaled, target = matrix * scale[:, None] * scale, F[:, k] * scale
        size = float(np.abs(target).max()) or 1.0
        target = target / size
        if passive is None:
            passive = (_posv(scaled, target[:, None])[:, 0] > 0) | signless
        x, passive = _pivot_one(scaled, target, passive, signless)
        X[:, k] = x * scale * size
    return X


def _checked(H: FloatArray, F: FloatArray, free: BoolArray | None) -> tuple[int, BoolArray]:
    if H.ndim != 2 or H.shape[0] != H.shape[1] or F.ndim != 2 or F.shape[0] != H.shape[0]:
        raise SchemaError("H must be (n, n) and F (n, batch)", found=f"H {H.shape} and F {F.shape}")
    if not (np.isfinite(H).all() and np.isfinite(F).all()):
        raise SchemaError("H and F must be finite", found="NaN or infinity")
    n = H.shape[0]
    if free is None:
        return n, np.zeros(n, dtype=bool)
    if free.shape != (n,):
        raise SchemaError("free must name each unknown", found=f"shape {free.shape} for {n} unknowns")
    return n, free


def _posv(H: FloatArray, F: FloatArray) -> FloatArray:
    """Solve with a positive definite matrix through LAPACK directly (scipy's checks cost more than the solve)."""
    _, solution, info = dposv(H, F, lower=0)
    if info != 0:
        raise _indefinite(info)
    return np.asarray(solution, dtype=np.float64)


def _pivot(H: FloatArray, F: FloatArray, passive: BoolArray, free: BoolArray) -> FloatArray:
    n, batch = F.shape
    X = np.zeros((n, batch))
    open_columns = np.arange(batch)
    patience = np.full(batch, _PATIENCE)
    fewest = np.full(batch, n + 1)
    bounded = ~free[:, None]
    while open_columns.size:
        here = passive[:, open_columns]
        x = _solve_by_passive_set(H, F[:, open_columns], here)
        y = H @ x - F[:, open_columns]
        wrong = np.where(here, (x < -_TOLERANCE) & bounded, y < -_TOLERANCE)
        count = wrong.sum(axis=0)
        done = count == 0
        X[:, open_columns[done]] = np.where(bounded, np.maximum(x[:, done], 0.0), x[:, done])
        better = count < fewest[open_columns]
        fewest[open_columns] = np.where(better, count, fewest[open_columns])
        patience[open_columns] = np.where(better, _PATIENCE, patience[open_columns] - 1)
        stuck = ~done & (patience[open_columns] < 0)
        if stuck.any():
            X[:, open_columns[stuck]] = _lawson_hanson(H, F[:, open_columns[stuck]], free)
        going_on = ~done & ~stuck
        passive[:, open_columns] ^= wrong
        open_columns = open_columns[going_on]
    return X


def _lawson_hanson(H: FloatArray, F: FloatArray, free: BoolArray) -> FloatArray:
    """Solve column by column on the Cholesky factor, after eliminating the unknowns without a sign."""
    bounded = ~free
    H_inner, F_inner, coupling = H[np.ix_(bounded, bounded)], F[bounded], H[np.ix_(free, bounded)]
    X = np.zeros(F.shape)
    if free.any():
        eliminated = _posv(H[np.ix_(free, free)], np.concatenate([coupling, F[free]], axis=1))
        H_inner = H_inner - coupling.T @ eliminated[:, : coupling.shape[1]]
        F_inner = F_inner - coupling.T @ eliminated[:, coupling.shape[1] :]
    try:
        factor = np.linalg.cholesky(H_inner)
        targets = solve_triangular(factor, F_inner, lower=True)
        X[bounded] = np.array([nnls(factor.T, target)[0] for target in targets.T]).T
    except (RuntimeError, np.linalg.LinAlgError) as cause:
        raise ConvergenceError(
            "non-negative least squares must settle on a passive set",
            found=str(cause),
            todo="The matrix is nearly singular: raise the regularisation",
        ) from cause
    if free.any():
        X[free] = _posv(H[np.ix_(free, free)], F[free] - coupling @ X[bounded])
    return X


def _pivot_one(H: FloatArray, f: FloatArray, passive: BoolArray, free: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Solve one column from a guess of its passive set; returns the solution and the set."""
    n = f.size
    fewest, patience = n + 1, _PATIENCE
    while True:
        unknowns = passive.nonzero()[0]
        x = _posv_in_place(H.take(unknowns, axis=0).take(unknowns, axis=1), f.take(unknowns)[None])[0]
        wrong = H[:, unknowns] @ x - f < -_TOLERANCE
        wrong[unknowns] = (x < -_TOLERANCE) & ~free[unknowns]
        count = int(np.count_nonzero(wrong))
        if count == 0:
            solution = np.zeros(n)
            solution[unknowns] = np.where(free[unknowns], x, np.maximum(x, 0.0))
            return solution, passive
        patience = _PATIENCE if count < fewest else patience - 1
        fewest = min(fewest, count)
        if patience < 0:
            solution = _lawson_hanson(H, f[:, None], free)[:, 0]
            return solution, (solution > 0) | free
        passive = passive ^ wrong


def _solve_by_passive_set(H: FloatArray, F: FloatArray, passive: BoolArray) -> FloatArray:
    """Solve each column for its passive unknowns; columns with the same set share one factor."""
    rows, sets = np.ascontiguousarray(F.T), np.ascontiguousarray(passive.T)
    X = np.zeros(rows.shape)
    keys = np.packbits(sets, axis=1)
    _, first, member = np.unique(keys.view(f"V{keys.shape[1]}").ravel(), return_index=True, return_inverse=True)
    order = np.argsort(member, kind="stable")
    edges = np.searchsorted(member[order], np.arange(first.size + 1))
    for group, example in enumerate(first):
        unknowns = sets[example].nonzero()[0]
        if unknowns.size:
            place = (order[edges[group] : edges[group + 1], None], unknowns)
            X[place] = _posv_in_place(H.take(unknowns, axis=0).take(unknowns, axis=1), rows[place])
    return X.T


def _posv_in_place(H: FloatArray, rows: FloatArray) -> FloatArray:
    """Solve ``x H = row`` for every row; both arrays are fresh copies that LAPACK may overwrite."""
    if H.size == 0:
        return rows
    _, solution, info = dposv(H.T, rows.T, lower=0, overwrite_a=1, overwrite_b=1)
    if info != 0:
        raise _indefinite(info)
    return np.asarray(solution.T, dtype=np.float64)


def _indefinite(info: int) -> ConvergenceError:
    return ConvergenceError(
        "H must be positive definite",
        found=f"a Cholesky factor that fails at unknown {info - 1}",
        todo="Raise the regularisation, or drop columns that the data do not determine",
    )
