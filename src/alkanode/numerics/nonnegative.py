"""Non-negative least squares for many right-hand sides at once, exact to rounding.

The problem is ``min 1/2 x'Hx - f'x`` with ``x >= 0`` for one positive definite matrix ``H`` and many columns ``f``.
Block principal pivoting guesses which unknowns are positive (the passive set), solves for them, and exchanges every
unknown that breaks the optimality conditions. Columns that share a passive set share one Cholesky factor. A column
whose number of wrong guesses stops falling goes to the active-set method of Lawson and Hanson, which always ends;
Murty's rule of single exchanges, the usual way out, needed thousands of steps on weakly regularised spectra.
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
    X = _pivot(H_scaled, F_scaled, passive, free)
    return np.asarray(X * scale[:, None] * size)


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
        raise ConvergenceError(
            "H must be positive definite",
            found=f"a Cholesky factor that fails at unknown {info - 1}",
            todo="Raise the regularisation, or drop columns that the data do not determine",
        )
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


def _solve_by_passive_set(H: FloatArray, F: FloatArray, passive: BoolArray) -> FloatArray:
    """Solve each column for its passive unknowns; columns with the same set share one factor."""
    X = np.zeros(F.shape)
    keys = np.ascontiguousarray(np.packbits(passive, axis=0).T)
    _, first, member = np.unique(keys.view(f"V{keys.shape[1]}").ravel(), return_index=True, return_inverse=True)
    order = np.argsort(member, kind="stable")
    edges = np.searchsorted(member[order], np.arange(first.size + 1))
    for group, example in enumerate(first):
        unknowns = np.flatnonzero(passive[:, example])
        if unknowns.size:
            columns = order[edges[group] : edges[group + 1]]
            X[np.ix_(unknowns, columns)] = _posv(H[np.ix_(unknowns, unknowns)], F[np.ix_(unknowns, columns)])
    return X
