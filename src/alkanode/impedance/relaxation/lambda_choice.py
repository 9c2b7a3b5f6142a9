"""Choice of lambda from the data: kernel of :func:`alkanode.impedance.regularisation_curve`.

One spectrum says little about lambda: its generalised cross-validation wanders over two decades from sweep to sweep. The
spectra of a series have the same noise and the same kind of processes, so their criteria are averaged, as logarithms,
and one lambda is chosen for all. The logarithm makes a spectrum that is badly described count no more than the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from alkanode.impedance.frequency_grids import FrequencyGrid
from alkanode.impedance.relaxation.columns import Columns
from alkanode.impedance.relaxation.inversion import InversionOptions, modulus_weights, penalty_of
from alkanode.impedance.relaxation.smoothing import (
    bend_of_the_l_curve,
    curves,
    generalised_cross_validation,
    prediction_errors,
)
from alkanode.impedance.relaxation.window import nodes_of

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Method = Literal["gcv", "l-curve", "re-im"]
METHODS: tuple[str, ...] = get_args(Method)

LAMBDAS: FloatArray = np.geomspace(1e-7, 1.0, 36)
"""Candidates by default: five per decade from 1e-7, where noise is followed, to 1, where arcs become humps."""

_FLOOR = 1e-26  # of the mean squared impedance: residuals below are rounding


@dataclass(frozen=True, slots=True, eq=False)
class LambdaCurves:
    """Criteria of every candidate.

    Attributes
    ----------
    criterion
        Pooled over the series, the smaller the better, shape (lambda,).
    each
        Of every spectrum, shape (lambda, spectrum); NaN for masked ones.
    residual, roughness
        Mean logarithm over the series of residual and roughness (squared norms over the mean squared impedance), shape
        (lambda,).
    """

    criterion: FloatArray
    each: FloatArray
    residual: FloatArray
    roughness: FloatArray


def lambda_curves(
    grids: list[FrequencyGrid],
    spectra: int,
    log_tau: FloatArray,
    options: InversionOptions,
    extend_decades: float,
    method: Method,
    lambdas: FloatArray,
    *,
    pooled: bool,
) -> LambdaCurves:
    """Criteria for every candidate lambda (shape (lambda,)) and spectrum.

    With modulus weights and ``pooled`` the spectra of a grid share the geometric mean of their weights, so that one
    decomposition serves them all; otherwise each spectrum has a decomposition of its own.
    """
    each, residual, roughness = (np.full((lambdas.size, spectra), np.nan) for _ in range(3))
    for grid in grids:
        nodes = log_tau[nodes_of(grid.frequency, log_tau, extend_decades)]
        model = options.columns(2 * np.pi * grid.frequency, nodes)
        penalty = penalty_of(model, nodes, options)
        for members, weight in _shared_weights(grid.impedance, options, pooled=pooled):
            rows = grid.spectra[members]
            found = _criteria(model, penalty, grid.impedance[members], weight, options, method, lambdas)
            each[:, rows], residual[:, rows], roughness[:, rows] = found
    known = ~np.isnan(each).all(axis=0)
    log_residual, log_roughness = residual[:, known].mean(axis=1), roughness[:, known].mean(axis=1)
    if method == "l-curve":
        criterion = bend_of_the_l_curve(log_residual / 2, log_roughness / 2, lambdas)
    else:
        criterion = each[:, known].mean(axis=1)
    return LambdaCurves(criterion, each, log_residual, log_roughness)


def _shared_weights(
    impedance: ComplexArray, options: InversionOptions, *, pooled: bool
) -> list[tuple[slice, FloatArray]]:
    """Groups of spectra and the weights (point,) that they share."""
    if options.weights == "unit":
        return [(slice(None), np.ones(impedance.shape[1]))]
    weights = modulus_weights(impedance)
    if pooled:
        return [(slice(None), np.exp(np.log(weights).mean(axis=0)))]
    return [(slice(k, k + 1), weight) for k, weight in enumerate(weights)]


def _criteria(
    model: Columns,
    penalty: FloatArray,
    impedance: ComplexArray,
    weight: FloatArray,
    options: InversionOptions,
    method: Method,
    lambdas: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithms of criterion, residual and roughness, each (lambda, batch)."""
    A, z = model.matrix * weight[:, None], (impedance * weight).T
    if options.part == "both":
        rows, data = np.concatenate([A.real, A.imag]), np.concatenate([z.real, z.imag])
    else:
        rows, data = (A.real, z.real) if options.part == "real" else (A.imag, z.imag)
    size = (np.abs(z) ** 2).sum(axis=0)
    found = curves(rows, penalty, data, lambdas)
    log_residual = np.log(found.residual / size + _FLOOR)
    log_roughness = np.log(found.roughness / size + _FLOOR)
    if method == "gcv":
        each = np.log(generalised_cross_validation(found, len(rows)) / size + _FLOOR)
    elif method == "l-curve":
        each = bend_of_the_l_curve(log_residual / 2, log_roughness / 2, lambdas)
    else:
        each = np.log(_cross_predictions(model, A, z, penalty, lambdas) / size + _FLOOR)
    return each, log_residual, log_roughness


def _cross_predictions(
    model: Columns, A: ComplexArray, z: ComplexArray, penalty: FloatArray, lambdas: FloatArray
) -> FloatArray:
    """Real part predicted from the imaginary part and the other way round, squared errors, (lambda, batch)."""
    shared = np.r_[model.tails, model.basis]
    only_real = [place for place in (model.resistance,) if place is not None]
    only_imaginary = [place for place in (model.inductance, model.elastance) if place is not None]
    real, real_data = _projected(A.real, z.real, shared, only_real)
    imaginary, imaginary_data = _projected(A.imag, z.imag, shared, only_imaginary)
    inner = penalty[np.ix_(shared, shared)]
    forth = prediction_errors(real, real_data, imaginary, imaginary_data, inner, lambdas)
    back = prediction_errors(imaginary, imaginary_data, real, real_data, inner, lambdas)
    return forth + back


def _projected(
    A: FloatArray, data: FloatArray, shared: npt.NDArray[np.intp], own: list[int]
) -> tuple[FloatArray, FloatArray]:
    """Shared columns and data without what the columns of this part alone can explain."""
    if not own:
        return A[:, shared], data
    Q, _ = np.linalg.qr(A[:, own] / np.linalg.norm(A[:, own], axis=0))
    return A[:, shared] - Q @ (Q.T @ A[:, shared]), data - Q @ (Q.T @ data)
