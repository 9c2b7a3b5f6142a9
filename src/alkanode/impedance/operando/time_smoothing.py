"""Roughness of a series along its run: the bend of every unknown from spectrum to spectrum, at uneven places.

A series of spectra measures one slowly changing thing many times. What bends from one spectrum to the next is mostly
noise, so the joint inversion charges for bends. A steady change (a straight line in time or charge) costs nothing, and
its ends are free, so that a segment of four spectra in which an arc doubles is not flattened.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpbtrf, dpbtrs

from alkanode.foundation.errors import ConvergenceError

FloatArray = npt.NDArray[np.float64]

BAND = 3
"""Diagonals of the roughness matrix that are stored: the main one and two below it."""

_SHORT = 120  # spectra up to which the modes of T are faster than banded factors


def roughness_band(place: FloatArray) -> FloatArray:
    """Lower band of the matrix T with ``x'Tx = integral (x'')^2`` for x piecewise quadratic between the places.

    Parameters
    ----------
    place
        Increasing places of the spectra (any unit), shape (spectrum,).

    Returns
    -------
    ndarray
        Shape (3, spectrum): entry (k, j) is T[j + k, j], as LAPACK stores a symmetric band. Zero for fewer than three
        places. On even places of step one T is D'D with the second differences D.
    """
    count = place.size
    band = np.zeros((BAND, count))
    if count < BAND:
        return band
    step = np.diff(place)
    middle = (step[:-1] + step[1:]) / 2
    bend = np.column_stack([1 / step[:-1], -1 / step[:-1] - 1 / step[1:], 1 / step[1:]]) / np.sqrt(middle)[:, None]
    for first in range(BAND):
        for second in range(first, BAND):
            band[second - first, first : first + count - 2] += bend[:, first] * bend[:, second]
    return band


def roughness_matrix(place: FloatArray) -> FloatArray:
    """The matrix T of :func:`roughness_band` in full, shape (spectrum, spectrum)."""
    band = roughness_band(place)
    full = np.diag(band[0])
    for offset in range(1, min(BAND, place.size)):
        off = band[offset, : place.size - offset]
        full += np.diag(off, offset) + np.diag(off, -offset)
    return np.asarray(full)


class TimeSystems(Protocol):
    """The systems ``(h_i + shift + mu T) x_i = r_i``, one for every eigenvalue h_i of the data term."""

    def solve(self, right: FloatArray) -> FloatArray:
        """Solutions, shape (unknown, spectrum), for right-hand sides of that shape."""


def time_systems(eigenvalues: FloatArray, place: FloatArray, smoothing: float, shift: float) -> TimeSystems:
    """Prepare the systems of a segment once, to be solved many times.

    Parameters
    ----------
    eigenvalues
        Of the data term with its penalty, shape (unknown,), not negative.
    place
        Increasing places of the spectra, shape (spectrum,).
    smoothing
        mu.
    shift
        Positive number on every diagonal.

    Returns
    -------
    TimeSystems
        By the modes of T for a short segment, by banded factors for a long one: each the faster there.

    Raises
    ------
    ConvergenceError
        When a system is not positive definite.
    """
    if place.size <= _SHORT:
        return _ByModes(eigenvalues, place, smoothing, shift)
    return _ByBands(eigenvalues, place, smoothing, shift)


class _ByModes:
    def __init__(self, eigenvalues: FloatArray, place: FloatArray, smoothing: float, shift: float) -> None:
        bends, self._modes = np.linalg.eigh(roughness_matrix(place))
        self._stiffness = eigenvalues[:, None] + shift + smoothing * np.maximum(bends, 0.0)

    def solve(self, right: FloatArray) -> FloatArray:
        return np.asarray(((right @ self._modes) / self._stiffness) @ self._modes.T)


class _ByBands:
    def __init__(self, eigenvalues: FloatArray, place: FloatArray, smoothing: float, shift: float) -> None:
        roughness = smoothing * roughness_band(place)
        self._factors: list[FloatArray] = []
        for value in eigenvalues:
            band = roughness.copy()
            band[0] += value + shift
            factor, info = dpbtrf(band, lower=1)
            if info != 0:
                raise ConvergenceError(
                    "the joint system must be positive definite",
                    found=f"a Cholesky factor that fails at spectrum {info - 1}",
                    todo="Raise the regularisation, or lower time_smoothing",
                )
            self._factors.append(factor)

    def solve(self, right: FloatArray) -> FloatArray:
        solved = np.empty_like(right)
        for row, factor in enumerate(self._factors):
            solved[row] = dpbtrs(factor, right[row], lower=1)[0]
        return solved
