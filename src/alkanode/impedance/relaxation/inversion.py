"""Kernel of :mod:`alkanode.impedance.relaxation_times`: spectra on one frequency grid, solved together.

With unit weights all spectra share one matrix. With modulus weights each has its own, ``A'WA``; its entries are linear
in the weights of that spectrum, so the matrices of a whole batch are one matrix product with the products of columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.basis import BasisName, basis_on
from alkanode.impedance.relaxation.columns import Columns, columns
from alkanode.numerics.nonnegative import solve_nonnegative, solve_nonnegative_each

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
BoolArray = npt.NDArray[np.bool_]
Weights = Literal["unit", "modulus"]
Part = Literal["both", "real", "imaginary"]

_CHUNK = 256
"""Spectra whose matrices are held at once: 14 MB at 83 unknowns."""

_RIDGE = 1e-12
"""Added to the diagonal for tails, capacitance and Gaussians, over the entry there: wide ones are almost one column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InversionOptions:
    """Options of :func:`alkanode.impedance.relaxation_times`, which explains them.

    ``free_sign`` is an interval of relaxation times in s; ``tail_exponents`` is empty without blocking tails.
    """

    regularisation: float
    penalty_order: int
    weights: Weights
    inductance: bool
    part: Part
    basis: BasisName = "tent"
    basis_width: float = 0.5
    capacitance: bool = False
    tail_exponents: tuple[float, ...] = ()
    free_sign: tuple[float, float] | None = None

    @property
    def has_resistance(self) -> bool:
        """Whether the data hold the series resistance."""
        return self.part != "imaginary"

    @property
    def has_inductance(self) -> bool:
        """Whether an inductance is wanted and the data hold it."""
        return self.inductance and self.part != "real"

    @property
    def has_capacitance(self) -> bool:
        """Whether a blocking capacitance is wanted and the data hold it."""
        return self.capacitance and self.part != "real"

    def as_attributes(self) -> dict[str, str | int | float | tuple[float, ...]]:
        """Options without lambda, as attributes of a record."""
        return {
            "penalty_order": self.penalty_order,
            "weights": self.weights,
            "part": self.part,
            "inductance_fitted": int(self.inductance),
            "basis": self.basis,
            **({"basis_width": self.basis_width} if self.basis == "gaussian" else {}),
            "capacitance_fitted": int(self.capacitance),
            **({"tail_exponents": self.tail_exponents} if self.tail_exponents else {}),
            **({"free_sign": self.free_sign} if self.free_sign else {}),
        }

    def columns(self, omega: FloatArray, log_tau: FloatArray) -> Columns:
        """Columns of the model at angular frequencies (rad/s)."""
        return columns(
            omega,
            basis_on(log_tau, self.basis, self.basis_width),
            resistance=self.has_resistance,
            inductance=self.has_inductance,
            capacitance=self.has_capacitance,
            tail_exponents=self.tail_exponents,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inversion:
    """Result of :func:`invert` for spectra on one grid.

    Attributes
    ----------
    series_resistance, inductance, elastance
        ohm, H, 1/F, shape (batch,); NaN where the chosen part does not hold them, 0 where they were not asked for.
    tails
        |Z| of each tail at the lowest frequency, ohm, shape (batch, exponent).
    coefficients
        Of the basis, shape (batch, tau).
    distribution
        Gamma at the nodes, ohm, shape (batch, tau).
    model
        Impedance of the model, ohm, shape (batch, point).
    rms_residual
        Over |Z|, shape (batch,).
    """

    series_resistance: FloatArray
    inductance: FloatArray
    elastance: FloatArray
    tails: FloatArray
    coefficients: FloatArray
    distribution: FloatArray
    model: ComplexArray
    rms_residual: FloatArray


def invert(
    frequency: FloatArray,
    impedance: ComplexArray,
    log_tau: FloatArray,
    options: InversionOptions,
    *,
    regularisation: FloatArray | None = None,
) -> Inversion:
    """Find series elements and distribution of spectra on one grid.

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
    regularisation
        lambda of each spectrum, shape (batch,); default that of the options for all.

    Returns
    -------
    Inversion
    """
    model_columns = options.columns(2 * np.pi * frequency, log_tau)
    each = np.full(len(impedance), options.regularisation) if regularisation is None else regularisation
    x = _solve(model_columns, impedance, log_tau, options, each)
    model = x @ model_columns.matrix.T
    batch = len(x)
    absent = {
        "inductance": np.nan if options.part == "real" else 0.0,
        "elastance": np.nan if options.part == "real" and options.capacitance else 0.0,
    }
    if model_columns.resistance is None:
        resistance = (impedance - model).real.mean(axis=1)
        model = model + resistance[:, None]
    else:
        resistance = x[:, model_columns.resistance]
    places = {"inductance": model_columns.inductance, "elastance": model_columns.elastance}
    elements = {name: np.full(batch, absent[name]) if place is None else x[:, place] for name, place in places.items()}
    misfit = np.abs((model - impedance).real if options.part == "real" else model - impedance) / np.abs(impedance)
    coefficients = x[:, model_columns.basis]
    return Inversion(
        series_resistance=resistance,
        tails=x[:, model_columns.tails],
        coefficients=coefficients,
        distribution=basis_on(log_tau, options.basis, options.basis_width).distribution(coefficients),
        model=model,
        rms_residual=np.sqrt((misfit**2).mean(axis=1) / (1 if options.part == "real" else 2)),
        **elements,
    )


def _solve(
    model: Columns, impedance: ComplexArray, log_tau: FloatArray, options: InversionOptions, regularisation: FloatArray
) -> FloatArray:
    """Unknowns of every spectrum, shape (batch, unknown)."""
    A = _parts(model.matrix.T, options.part).T
    b = _parts(impedance, options.part)
    penalty = penalty_of(model, log_tau, options)
    ridge = _ridge_of(model, options)
    signed = (impedance.real < 0).any(axis=1) & options.has_resistance
    x = np.zeros((len(b), A.shape[1]))
    for sign in (False, True):
        free = _free(model, log_tau, options, signed=sign)
        group = np.flatnonzero(signed == sign)
        if options.weights == "unit":
            for lam in np.unique(regularisation[group]):
                rows = group[regularisation[group] == lam]
                H = A.T @ A
                H[np.diag_indices_from(H)] *= 1 + ridge
                x[rows] = solve_nonnegative(H + lam * penalty, A.T @ b[rows].T, free=free).T
            continue
        for start in range(0, group.size, _CHUNK):
            rows = group[start : start + _CHUNK]
            weight = modulus_weights(impedance[rows]) ** 2
            H = weighted_normal_matrices(model.matrix, weight, options.part)
            H[:, np.arange(len(ridge)), np.arange(len(ridge))] *= 1 + ridge
            H += regularisation[rows, None, None] * penalty
            F = (np.tile(weight, 2 if options.part == "both" else 1) * b[rows]) @ A
            x[rows] = solve_nonnegative_each(H, F.T, free=free).T
    return x


def penalty_of(model: Columns, log_tau: FloatArray, options: InversionOptions) -> FloatArray:
    """Roughness as a quadratic form of all unknowns, without lambda, shape (unknown, unknown)."""
    n = model.matrix.shape[1]
    penalty = np.zeros((n, n))
    basis = basis_on(log_tau, options.basis, options.basis_width)
    penalty[model.basis, model.basis] = basis.penalty(options.penalty_order)
    return penalty


def modulus_weights(impedance: ComplexArray) -> FloatArray:
    """Root mean square of |Z| of each spectrum over |Z|, shape (batch, point)."""
    magnitude = np.abs(impedance)
    return np.asarray(np.sqrt((magnitude**2).mean(axis=1, keepdims=True)) / magnitude)


def weighted_normal_matrices(matrix: ComplexArray, weight: FloatArray, part: Part) -> FloatArray:
    """``A'WA`` for every row of squared weights.

    Parameters
    ----------
    matrix
        Columns of the model, shape (point, unknown).
    weight
        Squared weights, shape (batch, point); the same for the real and the imaginary part of a point.
    part
        Rows that count.

    Returns
    -------
    ndarray
        Shape (batch, unknown, unknown).
    """
    n = matrix.shape[1]
    first, second = np.triu_indices(n)
    products = np.zeros((len(matrix), first.size))
    if part != "imaginary":
        products += matrix.real[:, first] * matrix.real[:, second]
    if part != "real":
        products += matrix.imag[:, first] * matrix.imag[:, second]
    packed = weight @ products
    H = np.empty((len(weight), n, n))
    H[:, first, second] = packed
    H[:, second, first] = packed
    return H


def _ridge_of(model: Columns, options: InversionOptions) -> FloatArray:
    """Share of its own diagonal entry that is added to each unknown, shape (unknown,)."""
    ridge = np.zeros(model.matrix.shape[1])
    ridge[model.tails] = _RIDGE
    if model.elastance is not None:
        ridge[model.elastance] = _RIDGE
    if options.basis == "gaussian":
        ridge[model.basis] = _RIDGE
    return ridge


def _free(model: Columns, log_tau: FloatArray, options: InversionOptions, *, signed: bool) -> BoolArray:
    """Unknowns without a sign: the series resistance of an artefact, the distribution where a loop is allowed."""
    free = np.zeros(model.matrix.shape[1], dtype=bool)
    if signed and model.resistance is not None:
        free[model.resistance] = True
    if options.free_sign is not None:
        low, high = np.log(options.free_sign)
        free[model.basis] = (log_tau >= low) & (log_tau <= high)
    return free


def _parts(values: ComplexArray, part: Part) -> FloatArray:
    """Real and imaginary parts side by side along the last axis, or one of them."""
    if part == "both":
        return np.concatenate([values.real, values.imag], axis=-1)
    return np.asarray(values.real if part == "real" else values.imag)
