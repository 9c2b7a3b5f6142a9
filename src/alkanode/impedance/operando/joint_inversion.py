"""Kernel of the joint inversion: all spectra of a segment at once, smooth in ln tau and along the run, not negative.

The objective is ``sum_k |W(A x_k - b_k)|^2 + lambda sum_k x_k'M x_k + mu sum_ij T_ij x_i'x_j`` with ``x >= 0``. The method
is ADMM: one unbounded solution of everything, then everything below zero set to zero, and the difference carried on. All
spectra share ``H = A'W'WA + lambda M``, so its eigenvectors, found once, turn the unbounded problem into one banded system
per eigenvector (a Sylvester equation), and an iteration costs two small matrix products. A segment of a few spectra is one
problem of non-negative least squares instead, solved exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.operando.time_smoothing import roughness_matrix, time_systems
from alkanode.impedance.relaxation.tent_basis import penalty_matrix, tent_response
from alkanode.numerics.nonnegative import solve_nonnegative

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
BoolArray = npt.NDArray[np.bool_]

_OVER_RELAXATION = 1.7
_CHECK_EVERY = 10
_FEW_UNKNOWNS = 500  # below, one exact problem is faster than the iteration


@dataclass(frozen=True, slots=True, eq=False)
class JointProblem:
    """What all spectra of one frequency grid share.

    Attributes
    ----------
    matrix
        Real over imaginary part of the response of every unknown, weighted, shape (2 point, unknown). Unknowns are
        scaled so that the sum of their squares is ``R0^2 + (omega_max L)^2 + integral gamma^2 d ln tau``.
    scale
        True unknowns are scaled ones over this, shape (unknown,).
    eigenvalues, eigenvectors
        Of H, shapes (unknown,) and (unknown, unknown).
    weight
        Of each point, shape (point,).
    coupling
        Penalty of the ADMM on the distance to the limit. It does not change the solution, only how fast it is found:
        fastest near ``0.2 sqrt(lambda h_max)`` for lambda from 1e-5 to 1e-3.
    """

    matrix: FloatArray
    scale: FloatArray
    eigenvalues: FloatArray
    eigenvectors: FloatArray
    weight: FloatArray
    coupling: float

    @classmethod
    def of(
        cls,
        frequency: FloatArray,
        log_tau: FloatArray,
        weight: FloatArray,
        *,
        regularisation: float,
        penalty_order: int,
        inductance: bool,
    ) -> JointProblem:
        """Build the matrices: series resistance, inductance where wanted, tents on ``log_tau``."""
        omega = 2 * np.pi * frequency
        columns: list[ComplexArray] = [np.ones((omega.size, 1), dtype=np.complex128)]
        scale = [1.0]
        if inductance:
            columns.append(np.asarray(1j * omega[:, None], dtype=np.complex128))
            scale.append(float(omega.max()))
        columns.append(tent_response(omega, log_tau))
        step = float(log_tau[1] - log_tau[0])
        scales = np.concatenate([scale, np.full(log_tau.size, np.sqrt(step))])
        response = np.concatenate(columns, axis=1) * weight[:, None] / scales
        A = np.concatenate([response.real, response.imag])
        H = A.T @ A
        first = len(scale)
        H[first:, first:] += regularisation * penalty_matrix(log_tau, penalty_order) / step
        eigenvalues, eigenvectors = np.linalg.eigh(H)
        coupling = 0.2 * float(np.sqrt(regularisation * eigenvalues.max()))
        return cls(A, scales, np.maximum(eigenvalues, 0.0), eigenvectors, weight, coupling)

    def data(self, impedance: ComplexArray) -> FloatArray:
        """Weighted real beside imaginary parts, shape (2 point, spectrum)."""
        weighted = (impedance * self.weight).T
        return np.concatenate([weighted.real, weighted.imag])


@dataclass(frozen=True, slots=True, eq=False)
class JointSolution:
    """Unknowns of a segment.

    Attributes
    ----------
    scaled
        Scaled unknowns, not negative, shape (unknown, spectrum).
    iterations
        Of the ADMM.
    primal_residual, dual_residual
        Largest difference between the bounded and the unbounded solution, and largest last change, over the largest
        unknown; zero for a short segment, which is solved exactly.
    """

    scaled: FloatArray
    iterations: int
    primal_residual: float
    dual_residual: float


def solve_jointly(
    problem: JointProblem,
    data: FloatArray,
    place: FloatArray,
    smoothing: float,
    *,
    start: FloatArray,
    free_resistance: BoolArray | None = None,
    tolerance: float = 2e-4,
    most_iterations: int = 3000,
) -> JointSolution:
    """Solve one segment.

    Parameters
    ----------
    problem
        Matrices of the frequency grid.
    data
        Of :meth:`JointProblem.data`, shape (2 point, spectrum).
    place
        Increasing places along the run in units of a typical step, shape (spectrum,).
    smoothing
        mu of the objective.
    start
        Scaled unknowns to begin with, shape (unknown, spectrum).
    free_resistance
        Spectra whose series resistance has no sign, shape (spectrum,).
    tolerance
        Both residuals fall below it.
    most_iterations
        Where the search ends without.

    Returns
    -------
    JointSolution
    """
    if data.shape[1] * problem.scale.size <= _FEW_UNKNOWNS:
        return _solve_exactly(problem, data, place, smoothing, free_resistance)
    basis = problem.eigenvectors
    right = basis.T @ (problem.matrix.T @ data)
    coupling = problem.coupling
    systems = time_systems(problem.eigenvalues, place, smoothing, coupling)
    bounded, carried = start, np.zeros_like(start)
    primal = dual = np.inf
    for iteration in range(1, most_iterations + 1):
        unbounded = basis @ systems.solve(right + coupling * (basis.T @ (bounded - carried)))
        mixed = _OVER_RELAXATION * unbounded + (1 - _OVER_RELAXATION) * bounded
        before = bounded
        bounded = np.maximum(mixed + carried, 0.0)
        if free_resistance is not None:
            bounded[0, free_resistance] = (mixed + carried)[0, free_resistance]
        carried = carried + mixed - bounded
        if iteration % _CHECK_EVERY == 0 or iteration == most_iterations:
            size = max(float(np.abs(bounded).max()), 1e-300)
            primal = float(np.abs(unbounded - bounded).max()) / size
            dual = float(np.abs(bounded - before).max()) / size
            if max(primal, dual) <= tolerance:
                return JointSolution(bounded, iteration, primal, dual)
    return JointSolution(bounded, most_iterations, primal, dual)


def _solve_exactly(
    problem: JointProblem,
    data: FloatArray,
    place: FloatArray,
    smoothing: float,
    free_resistance: BoolArray | None,
) -> JointSolution:
    """A short segment as one problem of non-negative least squares."""
    spectra, unknowns = data.shape[1], problem.scale.size
    H = (problem.eigenvectors * problem.eigenvalues) @ problem.eigenvectors.T
    whole = np.kron(np.eye(spectra), H) + smoothing * np.kron(roughness_matrix(place), np.eye(unknowns))
    free = np.zeros((spectra, unknowns), dtype=bool)
    if free_resistance is not None:
        free[:, 0] = free_resistance
    right = (problem.matrix.T @ data).T.reshape(-1, 1)
    solved = solve_nonnegative(whole, right, free=free.ravel())
    return JointSolution(solved.reshape(spectra, unknowns).T, 0, 0.0, 0.0)
