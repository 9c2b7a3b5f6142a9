"""Kernel of :mod:`alkanode.impedance.relaxation_times`: spectra on one frequency grid, solved together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.tent_basis import penalty_matrix, tent_response
from alkanode.numerics.nonnegative import solve_nonnegative

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Weights = Literal["unit", "modulus"]
Part = Literal["both", "real", "imaginary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InversionOptions:
    """Options of :func:`alkanode.impedance.relaxation_times`, which explains them."""

    regularisation: float
    penalty_order: int
    weights: Weights
    inductance: bool
    part: Part

    @property
    def has_resistance(self) -> bool:
        """Whether the data hold the series resistance."""
        return self.part != "imaginary"

    @property
    def has_inductance(self) -> bool:
        """Whether an inductance is wanted and the data hold it."""
        return self.inductance and self.part != "real"


def invert(
    frequency: FloatArray, impedance: ComplexArray, log_tau: FloatArray, options: InversionOptions
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Find series resistance, inductance and distribution of spectra on one grid.

    Parameters
    ----------
    frequency
        Hz, shape (point,).
    impedance
        ohm, shape (batch, point).
    log_tau
        ln(tau / s), evenly spaced, shape (tau,).
    options
        What to minimise.

    Returns
    -------
    series_resistance, inductance, distribution, rms_residual
        ohm (batch,), H (batch,), ohm (batch, tau), fraction of |Z| (batch,).
    """
    omega = 2 * np.pi * frequency
    columns = tent_response(omega, log_tau)
    if options.has_inductance:
        columns = np.column_stack([1j * omega, columns])
    if options.has_resistance:
        columns = np.column_stack([np.ones(omega.size), columns])
    x = _solve(columns, impedance, log_tau, options)
    gamma = x[:, -log_tau.size :]
    model = x @ columns.T
    if options.has_resistance:
        resistance = x[:, 0]
    else:
        resistance = (impedance - model).real.mean(axis=1)
        model = model + resistance[:, None]
    if options.has_inductance:
        inductance = x[:, int(options.has_resistance)]
    else:
        inductance = np.full(len(x), np.nan if options.part == "real" else 0.0)
    misfit = np.abs((model - impedance).real if options.part == "real" else model - impedance) / np.abs(impedance)
    rms = np.sqrt((misfit**2).mean(axis=1) / (1 if options.part == "real" else 2))
    return resistance, inductance, gamma, rms


def _solve(
    columns: ComplexArray, impedance: ComplexArray, log_tau: FloatArray, options: InversionOptions
) -> FloatArray:
    """Unknowns of every spectrum, shape (batch, unknown)."""
    A, b = _parts(columns.T, options.part).T, _parts(impedance, options.part)
    n = A.shape[1]
    penalty = np.zeros((n, n))
    first = n - log_tau.size
    penalty[first:, first:] = options.regularisation * penalty_matrix(log_tau, options.penalty_order)
    signed = (impedance.real < 0).any(axis=1) & options.has_resistance
    free = np.zeros((len(b), n), dtype=bool)
    free[signed, 0] = True
    x = np.zeros((len(b), n))
    if options.weights == "unit":
        H, F = A.T @ A + penalty, A.T @ b.T
        for group in (signed, ~signed):
            if group.any():
                x[group] = solve_nonnegative(H, F[:, group], free=free[group][0]).T
        return x
    magnitude = np.abs(impedance)
    relative = np.sqrt((magnitude**2).mean(axis=1, keepdims=True)) / magnitude
    weight = np.tile(relative, 2 if options.part == "both" else 1) ** 2
    for row, w in enumerate(weight):
        x[row] = solve_nonnegative((A.T * w) @ A + penalty, (A.T @ (w * b[row]))[:, None], free=free[row])[:, 0]
    return x


def _parts(values: ComplexArray, part: Part) -> FloatArray:
    """Real and imaginary parts side by side along the last axis, or one of them."""
    if part == "both":
        return np.concatenate([values.real, values.imag], axis=-1)
    return np.asarray(values.real if part == "real" else values.imag)
