"""Covariance for areas under a posterior: what noise does, what smoothness may hide, and how sharp arcs may be.

The covariance S of ln gamma is the sum of two parts (Nychka's argument on smoothing splines). ``F = S - S P S``, with P the
precision matrix of the prior, is how far the most probable distribution moves when the noise is drawn again. ``S P S`` is
how far it may lie from the truth because the prior smooths it, if truths were drawn from the prior. They are not: the
prior must allow a sharp top at every node, whereas distributions of arcs have few of them and are smooth elsewhere. So
areas over whole arcs are known better than S says, and areas cut beside a sharp arc worse.

For areas, ``S P S`` is therefore counted as a share of itself, and the sharpness of every arc is added as an unknown of
its own: each maximum of gamma may in truth be a spike, which the prior would spread by ``S P q``, q being the logarithm of
the spike over the rounded top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.hierarchical_prior import SmoothnessPrior

FloatArray = npt.NDArray[np.float64]

_SAMPLES = 9  # per node interval: a spike is narrower than that
_LEAST_HEIGHT = 0.01  # of the largest value: lower maxima carry no resistance


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCalibration:
    """How the covariance of areas is put together from noise, smoothness and sharpness.

    The first two were chosen on one family of synthetic spectra (``growing_interface``, both noise models, 0.2 to 1 %) as
    the narrowest of a coarse table that held every resistance in at least 90 of 100 spectra.

    Attributes
    ----------
    smoothness_share
        Share of the variance that the prior alone would leave. Default 0.3; 1 is the plain posterior.
    sharpness
        Standard deviation of the sharpness of every arc: 0 is the rounded top that was found, 1 a spike. Default 0.7.
    exponent
        Of the depressed arc whose top is the spike. Default 0.95, a sharp grain boundary.
    rounding
        Half width of a rounded top, in ln tau. Default 0.8, a third of a decade: about what 0.5 % noise leaves.
    most_arcs
        How many maxima count, the highest first. Default 6.
    """

    smoothness_share: float = 0.3
    sharpness: float = 0.7
    exponent: float = 0.95
    rounding: float = 0.8
    most_arcs: int = 6


def calibrated(
    covariance: FloatArray,
    prior: SmoothnessPrior,
    log_tau: FloatArray,
    log_distribution: FloatArray,
    calibration: AreaCalibration,
) -> FloatArray:
    """Covariance of the series resistance and ln gamma from which areas get their intervals.

    Parameters
    ----------
    covariance
        Of the posterior: the series resistance (or its logarithm) before ln gamma, shape (batch, 1 + tau, 1 + tau).
    prior
        The prior with its final precisions.
    log_tau
        Evenly spaced ln(tau / s), shape (tau,).
    log_distribution
        ln gamma, up to a constant, shape (batch, tau).
    calibration
        Shares.

    Returns
    -------
    ndarray
        Shape (batch, 1 + tau, 1 + tau), positive semidefinite.
    """
    response = covariance[:, :, 1:]
    pulled = prior.times(response)
    hidden = np.matmul(pulled, response.transpose(0, 2, 1))
    tops = _spikes(log_tau, log_distribution, calibration)
    spread = np.matmul(pulled, tops.transpose(0, 2, 1))
    sharper = calibration.sharpness**2 * np.matmul(spread, spread.transpose(0, 2, 1))
    result = covariance - (1 - calibration.smoothness_share) * hidden + sharper
    return np.asarray((result + result.transpose(0, 2, 1)) / 2)


def _spikes(log_tau: FloatArray, log_distribution: FloatArray, calibration: AreaCalibration) -> FloatArray:
    """Logarithm of a spike over a rounded top at every maximum, shape (batch, arc, tau); zero where there are fewer arcs."""
    g, step = log_distribution, float(log_tau[1] - log_tau[0])
    left, middle, right = g[:, :-2], g[:, 1:-1], g[:, 2:]
    is_top = (middle > left) & (middle >= right) & (middle > g.max(axis=1, keepdims=True) + np.log(_LEAST_HEIGHT))
    height = np.where(is_top, middle, -np.inf)
    count = min(calibration.most_arcs, height.shape[1])
    highest = np.argsort(-height, axis=1, kind="stable")[:, :count]
    there = np.isfinite(np.take_along_axis(height, highest, axis=1))
    bend = np.where(is_top, left - 2 * middle + right, -1.0)
    place = log_tau[1:-1] + step * np.where(is_top, np.clip((left - right) / (2 * bend), -0.5, 0.5), 0.0)
    centre = np.take_along_axis(place, highest, axis=1)
    within = step * np.linspace(-0.5, 0.5, _SAMPLES)
    distance = log_tau[:, None] + within - centre[..., None, None]
    rise = np.cosh(calibration.exponent * distance)
    turns = (1 - calibration.exponent) * np.pi, calibration.rounding
    spike, rounded = ((np.sin(turn) / (rise - np.cos(turn))).mean(axis=-1) for turn in turns)
    return np.where(there[..., None], np.log(spike / rounded), 0.0)
