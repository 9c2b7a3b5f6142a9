"""How well rivals predict what was measured: densities in (ln R, ln C), and of the slope along a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from alkanode.impedance.interface.rival import Rival

FloatArray = npt.NDArray[np.float64]

SOMETHING_ELSE: Final = "something else"
"""The hypothesis that none of the rivals is it: any resistance and capacitance inside :data:`BOX`, any slope."""

BOX: Final = ((1e-7, 1e2), (1e-6, 1e4))
"""Of :data:`SOMETHING_ELSE`: resistance times area, 1e-3 to 1e6 ohm cm2, and capacitance per area, 1e-10 to 1 F cm-2."""

SLOPES: Final = (-1.0, 3.0)
"""Of :data:`SOMETHING_ELSE`: range of d ln(tau)/d ln(R)."""

_SINGULAR = 1e-12
"""Least determinant of a covariance over the product of its variances: resistance and capacitance may be one number."""


def log_evidence(
    rivals: Sequence[Rival],
    logs: FloatArray,
    covariance: FloatArray,
    whole: npt.NDArray[np.bool_],
    slope: FloatArray,
    slope_deviation: FloatArray,
    *,
    temperature: float,
    interfaces: int,
    model_factor: float,
    slope_spread: float,
    widening: float = 1.0,
) -> FloatArray:
    """Evidence of every rival, and of something else, for every row.

    Parameters
    ----------
    rivals
        The rivals.
    logs
        (row, 2): ln of resistance times area (ohm m2) and of capacitance per area (F m-2).
    covariance
        (row, 2, 2) of their errors.
    whole
        (row,) whether R and C both count; else only C does, since beyond the window only R/tau = 1/C was measured.
    slope, slope_deviation
        (row,) d ln(tau)/d ln(R) and its standard deviation; NaN where unknown.
    temperature, interfaces, model_factor, widening
        As in :meth:`Rival.predicted`.
    slope_spread
        How far off a predicted slope may be.

    Returns
    -------
    ndarray
        (row, rival + 1), something else last.
    """
    found = np.empty((logs.shape[0], len(rivals) + 1))
    for place, rival in enumerate(rivals):
        mean, spread = rival.predicted(
            temperature=temperature, interfaces=interfaces, model_factor=model_factor, widening=widening
        )
        total = covariance + spread
        distance = logs - mean
        both = _log_normal_2d(distance, total)
        alone = -0.5 * (distance[:, 1] ** 2 / total[:, 1, 1] + np.log(2 * np.pi * total[:, 1, 1]))
        found[:, place] = np.where(whole, both, alone)
        found[:, place] += _log_slope(slope, slope_deviation, rival.slopes, slope_spread)
    widths = [float(np.log(high / low)) for low, high in BOX]
    found[:, -1] = np.where(whole, -np.log(widths[0] * widths[1]), -np.log(widths[1]))
    found[:, -1] -= np.where(np.isfinite(slope), np.log(SLOPES[1] - SLOPES[0]), 0.0)
    return found


def _log_normal_2d(distance: FloatArray, covariance: FloatArray) -> FloatArray:
    """Logarithm of a normal density in two dimensions, one row each."""
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    determinant = np.maximum(a * c - b * b, _SINGULAR * a * c)
    square = (c * distance[:, 0] ** 2 - 2 * b * distance[:, 0] * distance[:, 1] + a * distance[:, 1] ** 2) / determinant
    return np.asarray(-0.5 * square - 0.5 * np.log(determinant) - np.log(2 * np.pi))


def _log_slope(slope: FloatArray, deviation: FloatArray, expected: tuple[float, ...], spread: float) -> FloatArray:
    """Logarithm of the density of a slope: equal shares of the expected ones; 0 where there is no slope."""
    known = np.isfinite(slope) & np.isfinite(deviation)
    variance = np.where(known, deviation, 1.0)[:, None] ** 2 + spread**2
    distance = np.where(known, slope, 0.0)[:, None] - np.array(expected)
    density = -0.5 * (distance**2 / variance + np.log(2 * np.pi * variance))
    return np.where(known, logsumexp(density, axis=1) - np.log(len(expected)), 0.0)
