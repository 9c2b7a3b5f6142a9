"""Least squares with a chain of relaxations, for many spectra of one grid and many lengths of the chain.

The normal matrix of a chain has a closed form. With ``k_j = 1/(1 + j omega tau_j)`` and ``h_j`` the weighted sum of
``Re k_j`` over the points,

    sum of weight * Re(conj(k_j) k_l) = (tau_j h_j + tau_l h_l) / (tau_j + tau_l),

a sum of positive terms, so it is exact to the last digits and costs M sums instead of M^2. Every spectrum has weights of
its own, and yet all lengths M are tried in a fraction of a millisecond.

A normal matrix squares the condition number. Up to seven relaxations per decade that of the columns stays below some
1e7, within double precision; a trace of ridge (1e-13 of the diagonal) keeps the factorisation alive, and the chosen
solution is refined on the residuals themselves, which removes what squaring and ridge have lost. A denser chain is solved
by orthogonal factors of the columns, spectrum by spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

FIXED_COLUMNS = 3  # resistance, inductance, capacitance
_RIDGE = 1e-13
_REFINEMENTS = 1


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """Spectra of one grid, as the normal equations need them.

    Attributes
    ----------
    omega
        Angular frequencies, 1/s, shape (point,).
    data
        What is fitted: impedances or admittances, shape (batch, point).
    weight
        One over the size of the data, shape (batch, point).
    capacitance
        Whether the chain holds a series capacitance (1/(j omega)).
    """

    omega: FloatArray
    data: ComplexArray
    weight: FloatArray
    capacitance: bool

    @classmethod
    def of(cls, frequency: FloatArray, data: ComplexArray, *, capacitance: bool) -> Spectra:
        """Weights 1/|data|; points of size zero take the largest size of their spectrum."""
        size = np.abs(data)
        size = np.where(size > 0, size, size.max(axis=1, keepdims=True))
        return cls(2 * np.pi * frequency, data, 1 / size, capacitance)

    def rows(self, chosen: npt.NDArray[np.intp]) -> Spectra:
        """Some of the spectra."""
        return Spectra(self.omega, self.data[chosen], self.weight[chosen], self.capacitance)

    @property
    def fixed(self) -> int:
        """Number of columns beside the chain."""
        return FIXED_COLUMNS if self.capacitance else FIXED_COLUMNS - 1


def relaxation_times(omega: FloatArray, count: int) -> FloatArray:
    """Evenly spaced in ln(tau) over the window of the points, s, shape (count,)."""
    return np.asarray(np.geomspace(1 / omega.max(), 1 / omega.min(), count))


def columns(spectra: Spectra, count: int) -> ComplexArray:
    """Resistance, inductance, capacitance and chain at every point, shape (point, column)."""
    omega = spectra.omega
    middle = np.sqrt(omega.max() * omega.min())
    chain = 1 / (1 + 1j * omega[:, None] * relaxation_times(omega, count))
    fixed = np.stack([np.ones_like(omega) + 0j, 1j * omega / omega.max(), middle / (1j * omega)], axis=1)
    return np.concatenate([fixed[:, : spectra.fixed], chain], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Coefficients, shape (batch, p), sum of squared residuals over the weights, shape (batch,), Cholesky factor (batch, p, p)."""

    coefficients: FloatArray
    squares: FloatArray
    lower: FloatArray


class Sums:
    """Weighted sums over the points that do not depend on the chain, computed once per batch."""

    def __init__(self, spectra: Spectra) -> None:
        omega = self.omega = spectra.omega
        self.fixed = spectra.fixed
        batch = len(spectra.data)
        v = spectra.weight**2
        real, imaginary = v * spectra.data.real, v * spectra.data.imag
        self.stacked = np.stack([v, v * omega**2, real, imaginary * omega])
        middle = np.sqrt(omega.max() * omega.min())
        self.highest, self.middle = omega.max(), middle
        total = v.sum(axis=1)
        block = np.zeros((batch, 3, 3))
        block[:, 0, 0] = total
        block[:, 1, 1] = v @ (omega / omega.max()) ** 2
        block[:, 2, 2] = v @ (middle / omega) ** 2
        block[:, 2, 1] = block[:, 1, 2] = -total * middle / omega.max()
        right = np.stack(
            [real.sum(axis=1), imaginary @ (omega / omega.max()), -(imaginary @ (middle / omega))],
            axis=1,
        )
        self.block, self.right = block[:, : self.fixed, : self.fixed], right[:, : self.fixed]
        self.squares = (v * np.abs(spectra.data) ** 2).sum(axis=1)

    def normal_equations(self, rows: npt.NDArray[np.intp] | slice, count: int) -> FloatArray:
        """Matrix of p columns with the right-hand side as its last row, shape (batch, p + 1, p + 1); lower triangle valid."""
        tau = relaxation_times(self.omega, count)
        real_part = 1 / (1 + (self.omega[:, None] * tau) ** 2)
        stacked = self.stacked[:, rows]
        h, u, real, imaginary = (stacked.reshape(-1, self.omega.size) @ real_part).reshape(4, -1, count)
        f = self.fixed
        matrix = np.empty((h.shape[0], f + count + 1, f + count + 1))
        matrix[:, :f, :f] = self.block[rows]
        matrix[:, f:-1, 0] = h
        matrix[:, f:-1, 1] = -tau * u / self.highest
        if f == FIXED_COLUMNS:
            matrix[:, f:-1, 2] = self.middle * tau * h
        chain = matrix[:, f:-1, f:-1]
        np.add((tau * h)[:, :, None], (tau * h)[:, None, :], out=chain)
        chain *= 1 / (tau[:, None] + tau)
        matrix[:, -1, :f] = self.right[rows]
        matrix[:, -1, f:-1] = real - tau * imaginary
        matrix[:, -1, -1] = 2 * self.squares[rows]  # any number above the squares leaves the factor as it is
        return matrix

    def solve(self, rows: npt.NDArray[np.intp] | slice, count: int) -> Solution:
        """Solve the normal equations for chains of ``count`` relaxations."""
        bordered = _cholesky(self.normal_equations(rows, count))
        lower, half = bordered[:, :-1, :-1], bordered[:, -1, :-1]
        squares = np.maximum(self.squares[rows] - (half**2).sum(axis=1), 0.0)
        return Solution(_backward(lower, half), squares, lower)


def refined(spectra: Spectra, solution: Solution, count: int) -> tuple[FloatArray, ComplexArray]:
    """Coefficients and residuals (model - data) over the size of the data, refined on the residuals.

    Parameters
    ----------
    spectra, solution
        Spectra of one grid and their solution of the normal equations.
    count
        Length of the chain.

    Returns
    -------
    coefficients, residual
        Shapes (batch, p) and (batch, point).
    """
    A = columns(spectra, count)
    x = solution.coefficients
    residual = (x @ A.T - spectra.data) * spectra.weight
    for _ in range(_REFINEMENTS):
        pulled = residual * spectra.weight
        step = _forward(solution.lower, pulled.real @ A.real + pulled.imag @ A.imag)
        x = x - _backward(solution.lower, step)
        residual = (x @ A.T - spectra.data) * spectra.weight
    return x, residual


def left_out(
    spectra: Spectra, solution: Solution, count: int, residual: ComplexArray
) -> tuple[ComplexArray, FloatArray]:
    """Residual of every frequency against a fit to all the others, and the freedom left to its own residual.

    Parameters
    ----------
    spectra, solution, count, residual
        As in :func:`refined`.

    Returns
    -------
    deviation
        (model of the others - data) over the size of the data, complex, shape (batch, point); exact, from the leverage
        of real and imaginary part of that frequency together.
    freedom
        Mean of 1 - leverage over the two parts, shape (batch, point): 0 where a point is fitted by itself alone.
    """
    A = columns(spectra, count)
    inverse = np.linalg.inv(solution.lower)
    inverse = inverse.transpose(0, 2, 1) @ inverse
    first, second = np.tril_indices(A.shape[1])
    twice = np.where(first == second, 1.0, 2.0)
    a, b = A[:, first], A[:, second]
    mixed = (a.real * b.imag + a.imag * b.real) / 2
    forms = np.concatenate([a.real * b.real * twice, a.imag * b.imag * twice, mixed * twice]).T
    leverage = (inverse[:, first, second] @ forms).reshape(len(inverse), 3, -1) * (spectra.weight**2)[:, None, :]
    return _without_itself(residual, *leverage.transpose(1, 0, 2))


def orthogonal_fit(spectra: Spectra, count: int) -> tuple[FloatArray, ComplexArray, ComplexArray, FloatArray]:
    """Fit by orthogonal factors of the weighted columns, for chains too dense for normal equations.

    Parameters
    ----------
    spectra, count
        As in :func:`refined`; at most as many columns as twice the points.

    Returns
    -------
    coefficients, residual, deviation, freedom
        As from :func:`refined` and :func:`left_out`.
    """
    A = columns(spectra, count)
    points = spectra.omega.size
    weighted = A * spectra.weight[:, :, None]
    target = spectra.data * spectra.weight
    Q, R = np.linalg.qr(np.concatenate([weighted.real, weighted.imag], axis=1))
    projected = np.einsum("bij,bi->bj", Q, np.concatenate([target.real, target.imag], axis=1))
    fitted = np.einsum("bij,bj->bi", Q, projected)
    residual = fitted[:, :points] + 1j * fitted[:, points:] - target
    real, imaginary = Q[:, :points], Q[:, points:]
    leverage = ((real**2).sum(axis=2), (imaginary**2).sum(axis=2), (real * imaginary).sum(axis=2))
    return (np.linalg.solve(R, projected[..., None])[..., 0], residual, *_without_itself(residual, *leverage))


def _without_itself(
    residual: ComplexArray, real: FloatArray, imaginary: FloatArray, mixed: FloatArray
) -> tuple[ComplexArray, FloatArray]:
    """Residuals with the pull of their own point taken off; leverages of both parts and between them."""
    real, imaginary = np.clip(1 - real, 0.0, 1.0), np.clip(1 - imaginary, 0.0, 1.0)
    determinant = np.maximum(real * imaginary - mixed**2, 1e-9)
    first = (imaginary * residual.real + mixed * residual.imag) / determinant
    second = (mixed * residual.real + real * residual.imag) / determinant
    return first + 1j * second, (real + imaginary) / 2


def _cholesky(matrix: FloatArray) -> FloatArray:
    """Factor of normal matrices; the ridge grows until all of them are positive."""
    diagonal = np.arange(matrix.shape[1])
    stored = matrix[:, diagonal, diagonal]
    ridge = _RIDGE
    while True:
        matrix[:, diagonal, diagonal] = stored * (1 + ridge)
        try:
            return np.asarray(np.linalg.cholesky(matrix))
        except np.linalg.LinAlgError:
            if ridge > 1e-6:
                raise
            ridge *= 100


def _forward(lower: FloatArray, right: FloatArray) -> FloatArray:
    x = right.copy()
    for row in range(lower.shape[1]):
        x[:, row] /= lower[:, row, row]
        x[:, row + 1 :] -= lower[:, row + 1 :, row] * x[:, row, None]
    return x


def _backward(lower: FloatArray, right: FloatArray) -> FloatArray:
    x = right.copy()
    for row in range(lower.shape[1] - 1, -1, -1):
        x[:, row] /= lower[:, row, row]
        x[:, :row] -= lower[:, row, :row] * x[:, row, None]
    return x
