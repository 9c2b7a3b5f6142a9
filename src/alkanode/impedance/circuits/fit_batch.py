"""Fit of one circuit to many spectra on one frequency grid, as arrays.

The spectra of a chunk are one batch: one call evaluates impedance and derivatives of all that are still open
(:func:`alkanode.numerics.levenberg_marquardt.minimise_squares`). Chunks are small enough for the fast memory of a
processor core.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.circuit import Circuit
from alkanode.impedance.circuits.coordinates import Coordinates, coordinates_of
from alkanode.impedance.circuits.scales import Bounds
from alkanode.numerics.levenberg_marquardt import minimise_squares

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
ComplexArray = npt.NDArray[np.complex128]
Weights = Literal["modulus", "unit", "proportional"] | npt.ArrayLike

Errors = Literal["robust", "noise"]

_CHUNK = 64
_SMALLEST_PART = 0.01  # of |Z|: real or imaginary parts nearer zero than that weigh no more
_RIDGE = 1e-12  # on a unit diagonal: a parameter without effect gets an enormous error, not a failure


@dataclass(frozen=True, slots=True, eq=False)
class BatchFit:
    """Fits of one circuit to spectra on one grid.

    Attributes
    ----------
    value, standard_deviation, lower_95, upper_95, at_bound
        Shape (batch, parameter).
    covariance
        Shape (batch, parameter, parameter).
    model
        Impedance of the fit, ohm, shape (batch, point).
    chi_square, relative_noise, log_likelihood, aic, bic
        Shape (batch,).
    degrees_of_freedom, iterations
        Shape (batch,).
    converged
        Shape (batch,).
    """

    value: FloatArray
    standard_deviation: FloatArray
    covariance: FloatArray
    lower_95: FloatArray
    upper_95: FloatArray
    at_bound: BoolArray
    model: ComplexArray
    chi_square: FloatArray
    relative_noise: FloatArray
    log_likelihood: FloatArray
    aic: FloatArray
    bic: FloatArray
    degrees_of_freedom: npt.NDArray[np.int64]
    iterations: npt.NDArray[np.int64]
    converged: BoolArray


def fit_batch(
    circuit: Circuit,
    frequency: FloatArray,
    impedance: ComplexArray,
    start: FloatArray,
    *,
    fixed: npt.ArrayLike | None = None,
    bounds: Bounds | None = None,
    weights: Weights = "modulus",
    errors: Errors = "robust",
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> BatchFit:
    """Fit a circuit to spectra on one grid; see :func:`alkanode.impedance.fit_circuit`.

    Parameters
    ----------
    circuit
        See :func:`alkanode.impedance.parse_circuit`.
    frequency
        Hz, shape (point,), positive.
    impedance
        ohm, shape (batch, point), finite.
    start
        SI, shape (batch, parameter) or (parameter,), finite. Moved into the bounds.
    fixed
        Which parameters keep their start, shape (parameter,). Default: none.
    bounds
        Name -> (lower, upper) in SI.
    weights
        ``"modulus"``, ``"unit"``, ``"proportional"``, or the standard deviation of each part of each point, ohm, shape
        (point,) or (batch, point): a real array for both parts, a complex one for real and imaginary part.
    errors
        ``"robust"`` or ``"noise"``.
    tolerance, max_iterations
        See :func:`alkanode.numerics.levenberg_marquardt.minimise_squares`.

    Returns
    -------
    BatchFit
        With the parameters in the order of the circuit.

    Raises
    ------
    SchemaError
        When shapes do not fit, all parameters are fixed, or there are fewer data than free parameters.
    """
    if errors not in ("robust", "noise"):
        raise SchemaError("errors must be 'robust' or 'noise'", found=repr(errors))
    held = np.zeros(len(circuit.names), dtype=bool) if fixed is None else np.asarray(fixed, dtype=bool)
    start = np.array(np.broadcast_to(start, (impedance.shape[0], len(circuit.names))), dtype=np.float64)
    _check(circuit, frequency, impedance, start, held)
    coordinates = coordinates_of(circuit, held, bounds)
    real, imaginary = deviations(impedance, weights)
    weight = 1 / np.stack([real, imaginary], axis=2).reshape(impedance.shape[0], -1)
    chunks = [
        _fit_chunk(
            _Problem(circuit, coordinates, frequency, impedance[k], weight[k]),
            start[k],
            noise_unknown=isinstance(weights, str),
            robust=errors == "robust",
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
        for k in (slice(first, first + _CHUNK) for first in range(0, max(impedance.shape[0], 1), _CHUNK))
    ]
    return BatchFit(*(np.concatenate([getattr(chunk, field.name) for chunk in chunks]) for field in fields(BatchFit)))


def deviations(impedance: ComplexArray, weights: Weights) -> tuple[FloatArray, FloatArray]:
    """Standard deviations of real and imaginary parts, up to a common factor where weights are named.

    Parameters
    ----------
    impedance
        ohm, shape (batch, point).
    weights
        As in :func:`fit_batch`.

    Returns
    -------
    real, imaginary
        Shape (batch, point), positive.

    Raises
    ------
    SchemaError
        For an unknown name, an array that does not fit, or a deviation that is not positive.
    """
    size = np.abs(impedance)
    largest = size.max(axis=1, keepdims=True, initial=0.0)
    size = np.where(size > 0, size, np.where(largest > 0, largest, 1.0))  # a zero is no sharp measurement
    if isinstance(weights, str):
        if weights == "modulus":
            return size, size
        if weights == "unit":
            return np.ones_like(size), np.ones_like(size)
        if weights == "proportional":
            smallest = _SMALLEST_PART * size
            return np.maximum(np.abs(impedance.real), smallest), np.maximum(np.abs(impedance.imag), smallest)
        raise SchemaError(
            "weights must be 'modulus', 'unit', 'proportional' or standard deviations in ohm", found=repr(weights)
        )
    given = np.asarray(weights)
    real, imaginary = (given.real, given.imag) if np.iscomplexobj(given) else (given, given)
    try:
        pair = tuple(np.broadcast_to(np.asarray(part, dtype=np.float64), size.shape) for part in (real, imaginary))
    except ValueError as cause:
        raise SchemaError(
            "standard deviations must fit the spectra", found=f"{given.shape} for {size.shape} points"
        ) from cause
    if not all((np.isfinite(part) & (part > 0)).all() for part in pair):
        raise SchemaError("standard deviations must be positive and finite", found="others")
    return pair[0], pair[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """Spectra of a chunk, and the residuals of the circuit times their weights, the latter (batch, 2 points)."""

    circuit: Circuit
    coordinates: Coordinates
    frequency: FloatArray
    impedance: ComplexArray
    weight: FloatArray

    def residuals(self, x: FloatArray, rows: IntArray, start: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Residuals (open, 2 points) and derivatives (open, free parameter, 2 points) at coordinates."""
        free, shape = self.coordinates.free, (rows.size, self.frequency.size)
        s, weight = np.asarray(2j * np.pi * self.frequency, dtype=np.complex128), self.weight[rows]
        J = np.empty((rows.size, free.size, 2 * self.frequency.size))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # such a step is refused
            values = self.coordinates.to_values(x, start[rows])
            Z, derivatives = self.circuit.with_derivatives(s, values)
            r = _parts(Z - self.impedance[rows], shape) * weight
            for place, parameter in enumerate(free):
                np.multiply(_parts(derivatives[parameter], shape), weight, out=J[:, place])
            J *= self.coordinates.scales.slope(values)[:, free, None]
            self.coordinates.turn(J, values)
        return r, J


def _parts(numbers: Any, shape: tuple[int, int]) -> FloatArray:
    """Complex numbers (batch, point) as real and imaginary parts in turn, shape (batch, 2 points), without a copy."""
    full = np.ascontiguousarray(np.broadcast_to(numbers, shape), dtype=np.complex128)
    return full.view(np.float64)


def _fit_chunk(
    problem: _Problem,
    start: FloatArray,
    *,
    noise_unknown: bool,
    robust: bool,
    tolerance: float,
    max_iterations: int,
) -> BatchFit:
    coordinates = problem.coordinates
    scales, free = coordinates.scales, coordinates.free
    low, high = coordinates.limits
    found = minimise_squares(
        lambda x, rows: problem.residuals(x, rows, start),
        coordinates.from_values(start),
        lower=low,
        upper=high,
        tolerance=tolerance,
        max_iterations=max_iterations,
        advance=coordinates.advance,
    )
    value = coordinates.to_values(found.x, start)
    at_bound = np.zeros(value.shape, dtype=bool)
    at_bound[:, free] = scales.part(free).at_bound(found.x, (low, high))
    data = 2 * problem.frequency.size
    freedom = data - free.size
    inverse, undetermined = _inverse(found.normal, at_bound[:, free])
    variance = (found.cost / freedom if noise_unknown else np.ones(found.cost.size))[:, None, None]
    if robust:
        r, J = problem.residuals(found.x, np.arange(start.shape[0]), start)
        inverse = _sandwich(inverse, r, J) + variance * undetermined
    else:
        inverse *= variance
    on_scales = coordinates.turned_back(inverse, value)
    lost = at_bound[:, free]
    on_scales[lost[:, :, None] | lost[:, None, :]] = np.nan
    slope = scales.slope(value)[:, free]
    covariance = np.zeros((*value.shape, value.shape[1]))
    covariance[:, free[:, None], free] = on_scales * slope[:, :, None] * slope[:, None, :]
    place = scales.to_scale(value)
    reach = np.zeros(value.shape)
    reach[:, free] = stdtrit(freedom, 0.975) * _deviations(on_scales)
    lower, upper = value.copy(), value.copy()
    with np.errstate(over="ignore"):
        lower[:, free] = scales.to_values(place - reach)[:, free]
        upper[:, free] = scales.to_values(place + reach)[:, free]
    model = problem.circuit.impedance(problem.frequency, value)
    size = np.abs(problem.impedance)
    relative = np.abs(model - problem.impedance) / np.where(size > 0, size, np.nan)
    logarithms = -np.log(problem.weight).sum(axis=1)
    likelihood, counted = _likelihood(found.cost, logarithms, data, noise_unknown), free.size + int(noise_unknown)
    return BatchFit(
        value=value,
        standard_deviation=_deviations(covariance),
        covariance=covariance,
        lower_95=lower,
        upper_95=upper,
        at_bound=at_bound,
        model=model,
        chi_square=found.cost,
        relative_noise=np.sqrt(np.nansum(relative**2, axis=1) / freedom),
        log_likelihood=likelihood,
        aic=2 * counted - 2 * likelihood,
        bic=counted * np.log(data) - 2 * likelihood,
        degrees_of_freedom=np.full(found.cost.size, freedom),
        iterations=found.iterations,
        converged=found.converged,
    )


def _deviations(covariance: FloatArray) -> FloatArray:
    """Roots of the diagonals, shape (batch, k); NaN where rounding has left no variance."""
    variance = np.einsum("bii->bi", covariance)
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def _inverse(normal: FloatArray, at_bound: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Inverse of J J' plus a tiny ridge, and the part of it that only the ridge determines; zero on bounds."""
    diagonal = np.einsum("bii->bi", normal)
    usable = np.asarray(np.isfinite(normal).all(axis=(1, 2)))
    scale = np.where((diagonal > 0) & ~at_bound, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    scales = scale[:, :, None] * scale[:, None, :]
    matrix = np.where(usable[:, None, None], normal * scales, 0.0)
    index = np.arange(diagonal.shape[1])
    matrix[:, index, index] = 1 + _RIDGE
    inner = np.linalg.inv(matrix)
    inner[~usable] = np.nan
    return np.asarray(inner * scales), np.asarray(_RIDGE * (inner @ inner) * scales)


def _sandwich(inverse: FloatArray, r: FloatArray, J: FloatArray) -> FloatArray:
    """Covariance from the residuals themselves: each says how noisy its own point is, less its pull on the fit (HC3)."""
    pulled = inverse @ J
    leverage = np.einsum("bkm,bkm->bm", J, pulled)
    pulled *= (r / np.clip(1 - leverage, 1e-3, 1.0))[:, None, :]
    return np.asarray(pulled @ pulled.transpose(0, 2, 1))


def _likelihood(cost: FloatArray, logarithms: FloatArray, data: int, noise_unknown: bool) -> FloatArray:
    """Gaussian log-likelihood; with unknown noise at its most likely size."""
    if not noise_unknown:
        return np.asarray(-0.5 * (cost + data * np.log(2 * np.pi)) - logarithms)
    variance = np.maximum(cost / data, np.finfo(float).tiny)
    return np.asarray(-0.5 * data * (np.log(2 * np.pi * variance) + 1) - logarithms)


def _check(
    circuit: Circuit, frequency: FloatArray, impedance: ComplexArray, start: FloatArray, held: BoolArray
) -> None:
    if impedance.ndim != 2 or frequency.shape != impedance.shape[1:] or not np.isfinite(impedance).all():
        raise SchemaError(
            "spectra must be finite, (batch, point), with one frequency per point",
            found=f"shapes {impedance.shape} and {frequency.shape}",
        )
    if held.shape != (len(circuit.names),):
        raise SchemaError("fixed must name each parameter", found=f"shape {held.shape} for {len(circuit.names)}")
    if not np.isfinite(start).all():
        raise SchemaError("every parameter needs a finite start", found="NaN or infinity")
    free = int((~held).sum())
    if free == 0:
        raise SchemaError("at least one parameter must be free", found="all of them fixed")
    if 2 * frequency.size <= free:
        raise SchemaError(
            f"{circuit.text} with {free} free parameters needs more than {free // 2} points",
            found=f"{frequency.size} points",
        )
