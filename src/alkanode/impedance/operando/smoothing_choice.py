"""How much to smooth along the run: the amount that best predicts a spectrum from its neighbours.

Each spectrum in turn is left out and predicted from the others. Too little smoothing carries the noise of the neighbours
into the prediction, too much cannot follow the change. The limit ``x >= 0`` is left aside here, which makes the prediction
linear: the result without a spectrum then follows from the result with it, and no problem is solved twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.operando.joint_inversion import JointProblem
from alkanode.impedance.operando.time_smoothing import roughness_matrix

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

CANDIDATES: FloatArray = np.logspace(-2, 8, 11)
"""Amounts that are tried: from hardly any to a straight line over a hundred spectra."""

_LONGEST = 150  # spectra of a window: a long segment is represented by three of them
_LEFT_OUT = 24  # spectra left out per window


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A segment as the choice sees it.

    Attributes
    ----------
    problem
        Matrices of its frequency grid.
    impedance
        ohm, shape (spectrum, point).
    place
        Along the run in typical steps, shape (spectrum,).
    """

    problem: JointProblem
    impedance: ComplexArray
    place: FloatArray


def prediction_errors(stretches: Sequence[Stretch], candidates: FloatArray = CANDIDATES) -> FloatArray:
    """Mean square error over |Z| of spectra predicted from their neighbours, for each amount of smoothing.

    Parameters
    ----------
    stretches
        Segments of three spectra and more. The first and the last spectrum of a segment are never left out: beyond the
        ends a prediction is an extrapolation.
    candidates
        Amounts mu, shape (candidate,).

    Returns
    -------
    ndarray
        Shape (candidate,), pooled over all segments; per real or imaginary part.
    """
    total, count = np.zeros(candidates.size), 0
    for stretch in stretches:
        for window in _windows(stretch.place.size):
            errors, spectra = _errors(stretch, window, candidates)
            total += errors * spectra
            count += spectra
    return np.asarray(total / max(count, 1))


def _windows(spectra: int) -> list[slice]:
    if spectra <= _LONGEST:
        return [slice(0, spectra)]
    middle = (spectra - _LONGEST) // 2
    starts = sorted({0, middle, spectra - _LONGEST})
    return [slice(start, start + _LONGEST) for start in starts]


def _errors(stretch: Stretch, window: slice, candidates: FloatArray) -> tuple[FloatArray, int]:
    problem = stretch.problem
    impedance, place = stretch.impedance[window], stretch.place[window]
    bends, modes = np.linalg.eigh(roughness_matrix(place))
    bends = np.maximum(bends, 0.0)
    response = problem.matrix @ problem.eigenvectors
    data = problem.data(impedance)
    right = response.T @ data @ modes
    left_out = np.unique(np.linspace(1, place.size - 2, min(place.size - 2, _LEFT_OUT)).round().astype(np.intp))
    size = (np.abs(impedance[left_out]) * problem.weight).T
    normal = response.T @ response
    errors = np.empty(candidates.size)
    for position, smoothing in enumerate(candidates):
        stiffness = problem.eigenvalues[:, None] + smoothing * bends
        stiffness = np.maximum(stiffness, np.finfo(float).eps * stiffness.max())
        residual = (data - response @ ((right / stiffness) @ modes.T))[:, left_out]
        leverage = (modes[left_out] ** 2 @ (1 / stiffness).T)[:, :, None] ** -1 * np.eye(len(normal))
        correction = np.linalg.solve(leverage - normal, (response.T @ residual).T[:, :, None])[:, :, 0]
        real, imaginary = np.split(residual + response @ correction.T, 2)
        errors[position] = float(np.mean((real**2 + imaginary**2) / size**2) / 2)
    return errors, int(left_out.size)
