"""Smoothness of the logarithm of a distribution, with a scale of its own at every node.

The prior is on ``g = ln gamma`` over ``u = ln tau``. Tails of arcs are straight lines in g (a depressed arc falls with its
exponent, at most 1) and peaks are rounded tops, so slopes of g are of order one whatever the size of an arc. The
distribution itself has no such common measure: next to a sharp grain-boundary peak a smooth void is nothing.

Slopes and curvatures are independent and normal, each with an unknown precision (a gamma distribution): heavy tails, so
that a sharp peak may bend g strongly at one place without roughening it elsewhere. Given expected squares of slopes and
curvatures the precisions have a closed form, which is the expectation step of the iteration.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
_State = TypeVar("_State")


def taken(state: _State, spectra: npt.NDArray[np.bool_], names: Sequence[str]) -> _State:
    """The state of some spectra of a batch: a copy in which the named arrays hold only theirs."""
    part = copy.copy(state)
    for name in names:
        setattr(part, name, getattr(state, name)[spectra])
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSmoothness:
    """Scales of the prior on g = ln(gamma); u = ln(tau).

    Attributes
    ----------
    curvature
        Typical size of d2g/du2, per root of unit u. Default 6: the error of the distribution hardly depends on it (from 2 to 9
        it rises by a tenth), while below 6 the area of a sharp arc between valleys is covered too rarely at 1 % noise.
    curvature_freedom
        Degrees of freedom of the heavy tail (Student's t) of curvatures. Default 1: a sharp top is 20 times the rest.
    slope
        Typical size of dg/du. Default 1, the slope of an ideal arc.
    slope_freedom
        Degrees of freedom of the heavy tail of slopes. Default 3.
    outward_decay
        Expected slope at which gamma falls outside the measured window. Default 0.8, as depressed arcs do; 0 would be
        a plateau, which puts too much polarisation there. The prior remains as wide as ``slope``.
    level
        Standard deviation of the mean of g about its starting value. Default 3, a factor of 20.
    """

    curvature: float = 6.0
    curvature_freedom: float = 1.0
    slope: float = 1.0
    slope_freedom: float = 3.0
    outward_decay: float = 0.8
    level: float = 3.0


class SmoothnessPrior:
    """The prior of a batch of distributions on one grid: precisions, their update, gradient and matrix.

    Parameters
    ----------
    log_tau
        Evenly spaced ln(tau / s), shape (tau,).
    window
        ln(tau / s) at both ends of what was measured.
    level
        Level about which the mean of g may move, shape (batch,).
    scales
        Sizes and freedoms.
    """

    def __init__(
        self, log_tau: FloatArray, window: tuple[float, float], level: FloatArray, scales: LogSmoothness
    ) -> None:
        step = float(log_tau[1] - log_tau[0])
        n, batch = log_tau.size, level.size
        middle = (log_tau[1:] + log_tau[:-1]) / 2
        outward = np.where(middle < window[0], scales.outward_decay, 0.0)
        self._mean = step * np.where(middle > window[1], -scales.outward_decay, outward)
        self._bend_variance = scales.curvature**2 * step**3
        self._rise_variance = scales.slope**2 * step
        self._freedoms = scales.curvature_freedom, scales.slope_freedom
        self._level, self._level_precision = level[:, None], 1 / (n * scales.level**2)
        self._bend = np.full((batch, n - 2), 1 / self._bend_variance)
        self._rise = np.full((batch, n - 1), 1 / self._rise_variance)

    def part(self, spectra: npt.NDArray[np.bool_]) -> SmoothnessPrior:
        """The same for some of the spectra."""
        return taken(self, spectra, ("_level", "_bend", "_rise"))

    def update(self, g: FloatArray, covariance_bands: list[FloatArray]) -> None:
        """Precisions expected from the mean of g (batch, tau) and three diagonals of its covariance."""
        d0, d1, d2 = covariance_bands
        rise = (np.diff(g) - self._mean) ** 2 + d0[:, 1:] + d0[:, :-1] - 2 * d1
        bend = np.diff(g, n=2) ** 2 + d0[:, 2:] + 4 * d0[:, 1:-1] + d0[:, :-2] - 4 * (d1[:, 1:] + d1[:, :-1]) + 2 * d2
        for_bend, for_rise = self._freedoms
        self._bend = (for_bend + 1) / (for_bend * self._bend_variance + bend)
        self._rise = (for_rise + 1) / (for_rise * self._rise_variance + rise)

    def gradient(self, g: FloatArray) -> FloatArray:
        """Derivative of minus the logarithm of the prior, shape (batch, tau)."""
        out = self._level_precision * (g - self._level)
        pull = self._rise * (np.diff(g) - self._mean)
        out[:, 1:] += pull
        out[:, :-1] -= pull
        bend = self._bend * np.diff(g, n=2)
        out[:, 2:] += bend
        out[:, 1:-1] -= 2 * bend
        out[:, :-2] += bend
        return np.asarray(out)

    def energy(self, g: FloatArray) -> FloatArray:
        """Minus the logarithm of the prior, up to a constant, shape (batch,)."""
        level = self._level_precision * ((g - self._level) ** 2).sum(axis=1)
        rise = (self._rise * (np.diff(g) - self._mean) ** 2).sum(axis=1)
        return np.asarray((level + rise + (self._bend * np.diff(g, n=2) ** 2).sum(axis=1)) / 2)

    def bands(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Diagonal, first and second side diagonal of the precision matrix, each (batch, less and less)."""
        batch, n = self._rise.shape[0], self._rise.shape[1] + 1
        diagonal = np.full((batch, n), self._level_precision)
        diagonal[:, 1:] += self._rise
        diagonal[:, :-1] += self._rise
        diagonal[:, 2:] += self._bend
        diagonal[:, 1:-1] += 4 * self._bend
        diagonal[:, :-2] += self._bend
        first = -self._rise
        first[:, 1:] -= 2 * self._bend
        first[:, :-1] -= 2 * self._bend
        return diagonal, first, self._bend

    def add_to(self, matrices: FloatArray) -> None:
        """Add the precision matrix to matrices (batch, tau, tau), in place."""
        for offset, band in enumerate(self.bands()):
            rows = np.arange(band.shape[1])
            matrices[:, rows, rows + offset] += band
            if offset:
                matrices[:, rows + offset, rows] += band

    def times(self, rows: FloatArray) -> FloatArray:
        """Every row of matrices (batch, row, tau) times the precision matrix."""
        diagonal, first, second = (band[:, None, :] for band in self.bands())
        out = rows * diagonal
        out[..., 1:] += rows[..., :-1] * first
        out[..., :-1] += rows[..., 1:] * first
        out[..., 2:] += rows[..., :-2] * second
        out[..., :-2] += rows[..., 2:] * second
        return np.asarray(out)

    def trace_with(self, covariance_bands: list[FloatArray]) -> FloatArray:
        """Trace of the precision matrix times a covariance: how many unknowns the prior decides, shape (batch,)."""
        total = np.zeros(len(self._bend))
        for offset, (band, other) in enumerate(zip(self.bands(), covariance_bands, strict=True)):
            total += (2 if offset else 1) * (other * band).sum(axis=1)
        return total
