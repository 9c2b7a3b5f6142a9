"""How much to smooth: criteria for lambda in closed form, for many lambdas and spectra from one decomposition.

Without the sign constraint the solution for any lambda is a filter. Let ``A'A V = B V diag(1 - m)`` and
``M V = B V diag(m) / t`` with ``B = A'A + t M``. Then ``x(lambda) = V diag(1/d) V'A'b`` with ``d = 1 - m + (lambda/t) m``.
Residuals, roughness and effective parameters of all lambdas follow from one product of ``V'A'`` with the spectra.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

FloatArray = npt.NDArray[np.float64]

_SEEN = 1e-10  # share 1 - m below which the data say nothing about a combination of unknowns
_TINY = 1e-12  # ridge over the mean diagonal, so that B stays positive definite


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """Generalised eigen-decomposition of data and penalty.

    Attributes
    ----------
    vectors
        V, scaled so that ``V'BV = 1``, shape (unknown, unknown).
    smoothness
        m, between 0 (fixed by the data) and 1 (fixed by the penalty), shape (unknown,).
    balance
        t.
    """

    vectors: FloatArray
    smoothness: FloatArray
    balance: float

    def damping(self, lambdas: FloatArray) -> FloatArray:
        """Denominator d for every lambda, shape (lambda, unknown)."""
        return np.asarray((1 - self.smoothness) + lambdas[:, None] / self.balance * self.smoothness)


def decompose(A: FloatArray, penalty: FloatArray) -> tuple[Filter, FloatArray]:
    """Filter of a least-squares problem with a penalty.

    Parameters
    ----------
    A
        Shape (row, unknown).
    penalty
        M, positive semidefinite, shape (unknown, unknown).

    Returns
    -------
    Filter
    AV
        ``A V``, shape (row, unknown); its columns are orthogonal.
    """
    sizes = np.linalg.norm(A, axis=0)
    empty = sizes == 0  # unknowns that the fitted part does not feel, such as a capacitance in the real part
    scale = 1 / np.where(empty, 1.0, sizes)
    scaled = A * scale
    K, M = scaled.T @ scaled, penalty * scale[:, None] * scale
    balance = float(np.trace(K) / np.trace(M)) or 1.0  # no unknown is felt by a spectrum of a single point
    K[np.diag_indices_from(K)] *= 1 + _TINY
    K[empty, empty] = 1.0
    smoothness, vectors = eigh(balance * M, K + balance * M)
    found = Filter(scale[:, None] * vectors, np.clip(smoothness, 0.0, 1.0), balance)
    return found, scaled @ vectors


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Squared residual, roughness (both (lambda, batch)) and effective parameters (lambda,) of a range of lambdas."""

    residual: FloatArray
    roughness: FloatArray
    parameters: FloatArray


def curves(A: FloatArray, penalty: FloatArray, b: FloatArray, lambdas: FloatArray) -> Curves:
    """Residual, roughness and effective parameters for every lambda, without the sign constraint.

    Parameters
    ----------
    A, penalty
        As for :func:`decompose`.
    b
        Data, shape (row, batch).
    lambdas
        Shape (lambda,).

    Returns
    -------
    Curves
    """
    filters, AV = decompose(A, penalty)
    m, d = filters.smoothness, filters.damping(lambdas)
    share = np.maximum(1 - m, 0.0)
    seen = share > _SEEN
    U = AV[:, seen] / np.sqrt(share[seen])
    q = U.T @ b
    rest = ((b - U @ q) ** 2).sum(axis=0)
    missed = (lambdas[:, None] / filters.balance * m[seen] / d[:, seen]) ** 2
    rough = m[seen] / filters.balance * share[seen] / d[:, seen] ** 2
    return Curves(
        residual=rest + missed @ q**2,
        roughness=rough @ q**2,
        parameters=(share / d).sum(axis=1),
    )


def generalised_cross_validation(found: Curves, rows: int) -> FloatArray:
    """``(residual / N) / (1 - p/N)^2`` for every lambda and spectrum, shape (lambda, batch).

    References
    ----------
    :cite:`GolubHeathWahba1979`
    """
    return np.asarray(found.residual / rows / (1 - found.parameters[:, None] / rows) ** 2)


def bend_of_the_l_curve(log_residual: FloatArray, log_roughness: FloatArray, lambdas: FloatArray) -> FloatArray:
    """Curvature of the L-curve with its sign turned, so that the corner is the smallest value, shape (lambda, ...).

    References
    ----------
    :cite:`HansenOLeary1993`
    """
    where = np.log(lambdas)
    r1, s1 = (np.gradient(values, where, axis=0) for values in (log_residual, log_roughness))
    r2, s2 = (np.gradient(values, where, axis=0) for values in (r1, s1))
    speed = (r1**2 + s1**2) ** 1.5
    bend = np.divide(r1 * s2 - r2 * s1, speed, out=np.zeros_like(speed), where=speed > 0)
    bend[[0, 1, -2, -1]] = -np.inf
    return np.asarray(-bend)


def prediction_errors(
    fitted: FloatArray,
    b_fitted: FloatArray,
    other: FloatArray,
    b_other: FloatArray,
    penalty: FloatArray,
    lambdas: FloatArray,
) -> FloatArray:
    """Squared error of one part of the spectra predicted from the other, shape (lambda, batch).

    Parameters
    ----------
    fitted, b_fitted
        Columns and data of the part that is fitted, shapes (row, unknown) and (row, batch).
    other, b_other
        The same unknowns in the other part; what only that part holds is already projected out of both.
    penalty
        Shape (unknown, unknown).
    lambdas
        Shape (lambda,).

    Returns
    -------
    ndarray
        Shape (lambda, batch).
    """
    filters, AV = decompose(fitted, penalty)
    c, predicted = AV.T @ b_fitted, other @ filters.vectors
    return np.array([((b_other - predicted @ (c / d[:, None])) ** 2).sum(axis=0) for d in filters.damping(lambdas)])
