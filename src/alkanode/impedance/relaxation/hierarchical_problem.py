"""Spectra of one batch as a problem of Newton: unknowns, energy, gradient, matrix and steps.

The matrix of the data is made again only where the weights of the points have changed noticeably; the gradient always uses
the present ones, so the solution is theirs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.hierarchical_prior import SmoothnessPrior, taken
from alkanode.impedance.relaxation.tent_basis import penalty_matrix, tent_response
from alkanode.numerics.nonnegative import solve_nonnegative
from alkanode.numerics.positive_definite import solve_each, solve_with_inverse_bands

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_STALE = 0.3  # change of a weight, beside that of their scale, at which the matrix of the data is made again
_HALVINGS = 6  # of a step that would climb
_LONGEST_STEP = 1.5  # of any logarithm: Newton's quadratic holds no further
_ROUNDING = 1e-12
_START_PENALTY = 1e-3
_START_FLOOR = 3e-3  # of the largest value of the starting distribution
_RESISTANCE_CENTRE = 0.3  # of the rms impedance, with a factor e^3 as standard deviation
_RESISTANCE_SPREAD = 3.0


class Problem:
    """Data of a batch of spectra (rms impedance one), their unknowns, and Newton steps in those.

    ``theta`` holds omega_max L, the series resistance (its logarithm unless a real part is negative) and ln gamma.
    """

    def __init__(
        self,
        frequency: FloatArray,
        impedance: ComplexArray,
        log_tau: FloatArray,
        size: FloatArray,
        *,
        inductance: bool,
    ) -> None:
        self.size = size
        omega = 2 * np.pi * frequency
        self.omega_max = float(omega.max())
        self._inductance = inductance
        columns = np.column_stack([1j * omega / self.omega_max, np.ones(omega.size), tent_response(omega, log_tau)])
        if not inductance:
            columns[:, 0] = 0
        self._A = np.concatenate([columns.real, columns.imag])
        self.data = np.concatenate([impedance.real, impedance.imag], axis=1)
        self._made_with: FloatArray | None = None
        self._work: FloatArray | None = None
        self._scale = np.ones(len(impedance))
        self._logarithmic = np.ones((len(impedance), self._A.shape[1]), dtype=bool)
        self._logarithmic[:, 0] = False
        self._logarithmic[:, 1] = (impedance.real >= 0).all(axis=1)
        self.resistance_precision = np.where(self._logarithmic[:, 1], 1 / _RESISTANCE_SPREAD**2, 0.0)
        self.theta = self._start(log_tau)

    def _start(self, log_tau: FloatArray) -> FloatArray:
        penalty = np.zeros((self._A.shape[1],) * 2)
        penalty[2:, 2:] = _START_PENALTY * penalty_matrix(log_tau, 1)
        penalty[0, 0] = 0.0 if self._inductance else 1.0
        x = solve_nonnegative(self._A.T @ self._A + penalty, self._A.T @ self.data.T).T
        largest = x[:, 2:].max(axis=1, keepdims=True)
        x[:, 2:] = np.maximum(x[:, 2:], np.maximum(_START_FLOOR * largest, 1e-6))
        x[:, 1] = np.maximum(x[:, 1], 1e-3)
        return np.where(self._logarithmic, np.log(np.where(self._logarithmic, x, 1.0)), x)

    def part(self, spectra: npt.NDArray[np.bool_]) -> Problem:
        """The same for some of the spectra."""
        names = (
            "size",
            "data",
            "theta",
            "resistance_precision",
            "_logarithmic",
            "_precision",
            "_made",
            "_made_with",
            "_scale",
        )
        chosen = taken(self, spectra, names)
        chosen._work = None
        return chosen

    def misfit(self, residual: FloatArray) -> FloatArray:
        """Rms of a residual over |Z|, both parts, shape (batch,)."""
        points = residual.shape[1] // 2
        squares = (self.data**2).reshape(-1, 2, points).sum(axis=1)
        return np.asarray(np.sqrt(((residual**2).reshape(-1, 2, points).sum(axis=1) / squares).mean(axis=1) / 2))

    def unknowns(self) -> FloatArray:
        """Inductance, resistance and distribution themselves, shape (batch, unknown)."""
        return np.where(self._logarithmic, np.exp(np.where(self._logarithmic, self.theta, 0.0)), self.theta)

    def slopes(self) -> FloatArray:
        """Derivatives of the unknowns after ``theta``."""
        return np.where(self._logarithmic, self.unknowns(), 1.0)

    def values(self) -> FloatArray:
        """Impedance of the model, real parts before imaginary parts."""
        return np.asarray(self.unknowns() @ self._A.T)

    def weigh(self, precision: FloatArray, *, exactly: bool = False) -> None:
        """Take new precisions (batch, 2 point) of the data.

        The matrix of the data is only rescaled unless a weight changed by much beside their scale, or at all if
        ``exactly``.
        """
        self._precision = precision
        if self._made_with is None:
            self._made_with, stale = precision.copy(), np.ones(len(precision), dtype=bool)
            self._made = np.empty((len(precision), *(self._A.shape[1],) * 2))
        else:
            ratio = precision / self._made_with
            self._scale = np.exp(np.log(ratio).mean(axis=1))
            stale = np.abs(ratio / self._scale[:, None] - 1).max(axis=1) > (_ROUNDING if exactly else _STALE)
        for k in np.flatnonzero(stale):
            weighted = np.sqrt(precision[k])[:, None] * self._A
            self._made[k] = weighted.T @ weighted  # half the work of a general product
            self._made_with[k] = precision[k]
        self._scale = np.where(stale, 1.0, self._scale)

    def curvature(self, prior: SmoothnessPrior) -> FloatArray:
        """Gauss-Newton matrix of minus the logarithm of the posterior, shape (batch, unknown, unknown); until the next call."""
        slopes = self.slopes()
        if self._work is None or len(self._work) != len(slopes):
            self._work = np.empty_like(self._made)  # fresh pages cost as much as the products
        H = np.multiply(self._made, (slopes * self._scale[:, None])[:, :, None], out=self._work)
        H *= slopes[:, None, :]
        if not self._inductance:
            H[:, 0, 0] = 1.0
        prior.add_to(H[:, 2:, 2:])
        H[:, 1, 1] += self.resistance_precision
        return H

    def step(self, prior: SmoothnessPrior) -> FloatArray:
        """One step downhill, shortened where it is too long; the largest change of a logarithm, shape (batch,)."""
        return self._move(solve_each(self.curvature(prior), self._downhill(prior)), prior)

    def step_with_bands(self, prior: SmoothnessPrior) -> list[FloatArray]:
        """One step downhill; returns three diagonals of the covariance where it began, from the same factor."""
        change, bands = solve_with_inverse_bands(self.curvature(prior), self._downhill(prior), 3)
        self._move(change, prior)
        return bands

    def _downhill(self, prior: SmoothnessPrior) -> FloatArray:
        """Minus the derivative of the energy, shape (batch, unknown)."""
        downhill = self.slopes() * ((self._precision * (self.data - self.values())) @ self._A)
        downhill[:, 2:] -= prior.gradient(self.theta[:, 2:])
        downhill[:, 1] -= self.resistance_precision * (self.theta[:, 1] - np.log(_RESISTANCE_CENTRE))
        return np.asarray(downhill)

    def _move(self, change: FloatArray, prior: SmoothnessPrior) -> FloatArray:
        largest = np.abs(change[:, 1:]).max(axis=1)
        change = change * np.minimum(1.0, _LONGEST_STEP / np.maximum(largest, 1e-300))[:, None]
        start, before = self.theta, self._energy(prior)
        length = np.ones((len(start), 1))
        for _ in range(_HALVINGS):
            self.theta = start + length * change
            climbs = self._energy(prior) > before + _ROUNDING * np.abs(before)
            if not climbs.any():
                break
            length[climbs] /= 2
        return np.asarray(np.abs(length * change)[:, 1:].max(axis=1))

    def _energy(self, prior: SmoothnessPrior) -> FloatArray:
        """Minus the logarithm of the posterior, up to a constant, shape (batch,)."""
        misfit = (self._precision * (self.data - self.values()) ** 2).sum(axis=1)
        resistance = self.resistance_precision * (self.theta[:, 1] - np.log(_RESISTANCE_CENTRE)) ** 2
        return np.asarray((misfit + resistance) / 2 + prior.energy(self.theta[:, 2:]))

    def determined(self, prior: SmoothnessPrior, bands: list[FloatArray]) -> FloatArray:
        """From three diagonals of the covariance: how many unknowns the data determine rather than the prior, shape (batch,)."""
        free = self._A.shape[1] - (0 if self._inductance else 1)
        by_prior = prior.trace_with([band[:, 2:] for band in bands]) + self.resistance_precision * bands[0][:, 1]
        return np.asarray(free - by_prior)
