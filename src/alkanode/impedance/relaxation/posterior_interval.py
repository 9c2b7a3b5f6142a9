"""Intervals of areas under a distribution whose logarithm is normal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
"""Standard deviations on each side of a 95 % interval."""


def area_interval(
    weights: FloatArray,
    distribution: FloatArray,
    log_covariance: FloatArray,
    *,
    series: tuple[FloatArray, FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Area under every distribution, its standard deviation and 95 % interval.

    Parameters
    ----------
    weights
        Of the integral over ln tau, shape (tau,) or (batch, tau).
    distribution
        Most probable gamma, ohm, shape (batch, tau).
    log_covariance
        Of ln(gamma), shape (batch, tau, tau).
    series
        To be added to the area: series resistance and its standard deviation (ohm, (batch,)), and its covariance with
        ln(gamma) (ohm, (batch, tau)).

    Returns
    -------
    area, deviation, low, high
        ohm, each (batch,). The interval is log-normal with the variance of the area to first order, hence positive; for a
        sum that is not positive it is normal.
    """
    parts = distribution * weights
    area = parts.sum(axis=1)
    variance = (np.matmul(log_covariance, parts[..., None])[..., 0] * parts).sum(axis=1)
    if series is not None:
        resistance, deviation, covariance = series
        area = area + resistance
        variance = variance + deviation**2 + 2 * (covariance * parts).sum(axis=1)
    spread = np.sqrt(np.maximum(variance, 0.0))
    low, high = _limits(area, spread)
    return area, spread, low, high


def series_interval(
    resistance: FloatArray, deviation: FloatArray, curvature: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """95 % interval of a series resistance (batch,), ohm.

    ``deviation`` is to first order in the logarithm; where the resistance is nearly zero that says little, and the upper limit
    follows from ``curvature``, the standard deviation that the data give on a linear scale.
    """
    low, high = _limits(resistance, deviation)
    return low, np.minimum(high, resistance + Z_95 * np.maximum(curvature, deviation))


def _limits(value: FloatArray, deviation: FloatArray) -> tuple[FloatArray, FloatArray]:
    positive = value > 0
    factor = np.exp(Z_95 * np.divide(deviation, value, out=np.zeros_like(value), where=positive))
    low = np.where(positive, value / factor, value - Z_95 * deviation)
    return low, np.where(positive, value * factor, value + Z_95 * deviation)
