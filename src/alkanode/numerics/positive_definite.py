"""Many small positive definite systems: one Cholesky factor each, straight from LAPACK.

For matrices of 50 to 200 unknowns the checks and the general (LU) factor of ``numpy.linalg.solve`` cost more than the
work itself; the Cholesky factor needs half the operations and tells whether the matrix is positive definite.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dposv, dpotrf, dpotri, dpotrs

from alkanode.foundation.errors import ConvergenceError

FloatArray = npt.NDArray[np.float64]


def solve_each(matrices: FloatArray, right: FloatArray) -> FloatArray:
    """Solve ``H x = r`` for every pair.

    Parameters
    ----------
    matrices
        Symmetric positive definite, shape (batch, n, n).
    right
        Shape (batch, n).

    Returns
    -------
    ndarray
        Shape (batch, n).

    Raises
    ------
    ConvergenceError
        When a matrix is not positive definite; the message names which.
    """
    solution = np.empty_like(right)
    for k, (H, r) in enumerate(zip(matrices, right, strict=True)):
        _, solution[k], info = dposv(H.T, r, lower=1)
        _require_definite(info, k)
    return solution


def invert_each(matrices: FloatArray) -> FloatArray:
    """Inverse of every symmetric positive definite matrix, exactly symmetric, shape (batch, n, n).

    Raises
    ------
    ConvergenceError
        When a matrix is not positive definite; the message names which.
    """
    inverse = np.empty_like(matrices)
    for k, H in enumerate(matrices):
        factor, info = dpotrf(H.T, lower=1)
        _require_definite(info, k)
        inverse[k] = dpotri(factor, lower=1)[0].T
    upper = np.triu(inverse)
    return np.asarray(upper + np.triu(inverse, 1).transpose(0, 2, 1))


def solve_with_inverse_bands(
    matrices: FloatArray, right: FloatArray, count: int
) -> tuple[FloatArray, list[FloatArray]]:
    """Solve ``H x = r`` for every pair, and give the first diagonals of every inverse, from one Cholesky factor each.

    Parameters
    ----------
    matrices
        Symmetric positive definite, shape (batch, n, n).
    right
        Shape (batch, n).
    count
        How many diagonals of the inverse, the main one included.

    Returns
    -------
    solution
        Shape (batch, n).
    bands
        Main and first side diagonals of the inverses, shapes (batch, n), (batch, n - 1) and so on.

    Raises
    ------
    ConvergenceError
        When a matrix is not positive definite; the message names which.
    """
    batch, n = matrices.shape[:2]
    solution = np.empty_like(right)
    bands = [np.empty((batch, n - offset)) for offset in range(count)]
    for k, (H, r) in enumerate(zip(matrices, right, strict=True)):
        factor, info = dpotrf(H.T, lower=1, clean=0)
        _require_definite(info, k)
        solution[k] = dpotrs(factor, r, lower=1)[0]
        inverse = dpotri(factor, lower=1, overwrite_c=1)[0]
        for offset, band in enumerate(bands):
            band[k] = np.diagonal(inverse, -offset)
    return solution, bands


def _require_definite(info: int, which: int) -> None:
    if info != 0:
        raise ConvergenceError(
            "every matrix must be positive definite",
            found=f"matrix {which}, whose Cholesky factor fails at unknown {abs(info) - 1}",
            todo="Check the data of that problem, or strengthen its prior",
        )
