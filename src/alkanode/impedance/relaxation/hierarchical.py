"""Hierarchical Bayes: the most probable logarithm of a distribution, its covariance, and the noise, for many spectra.

Unknowns of a spectrum are the inductance, the logarithm of the series resistance and ``g = ln gamma`` at every node, so
nothing needs to be held positive. Newton steps find the most probable values for given scales of the prior and of the noise;
the covariance there gives the scales their next values; a few rounds suffice. Products of matrices run over a batch of
spectra at once. A spectrum whose noise level has settled leaves the rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.hierarchical_noise import NOISE_MODELS, NoiseEstimate, NoiseModel
from alkanode.impedance.relaxation.hierarchical_prior import LogSmoothness, SmoothnessPrior
from alkanode.impedance.relaxation.hierarchical_problem import Problem
from alkanode.impedance.relaxation.posterior_calibration import AreaCalibration, calibrated
from alkanode.numerics.positive_definite import invert_each

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_BATCH = 32  # spectra whose matrices stay in the processor's cache
_ASKED = 32  # spectra that tell which noise model a series has
_ROUNDS = 5  # of scales and noise, at least
_STEADY = 0.03  # change of the logarithm of the noise level at which rounds end
_POLISH = 25  # Newton steps of the last round, at most
_SETTLED = 0.05  # change of any logarithm below which the last round ends


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalOptions:
    """Options of :func:`alkanode.impedance.relaxation_posterior`, which explains them."""

    smoothness: LogSmoothness
    noise: NoiseModel
    robust: bool
    inductance: bool
    iterations: int
    calibration: AreaCalibration | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HierarchicalFit:
    """Posterior of spectra on one grid of frequencies.

    Attributes
    ----------
    inductance, inductance_deviation
        H, shape (batch,).
    series_resistance, series_deviation
        ohm, shape (batch,).
    series_curvature
        Standard deviation (ohm) that the data alone give the series resistance near zero, shape (batch,).
    log_distribution
        ln(gamma / ohm), shape (batch, tau).
    log_covariance
        Of ``log_distribution``, shape (batch, tau, tau).
    area_covariance
        The same for areas under the distribution, calibrated where that was asked, shape (batch, tau, tau).
    series_covariance
        Of series resistance and ``log_distribution``, for areas, ohm, shape (batch, tau).
    rms_residual
        Over |Z|, both parts, shape (batch,).
    noise_level, noise_model, outliers, correlation
        As :class:`~alkanode.impedance.relaxation.hierarchical_noise.NoiseEstimate` has them, shape (batch,).
    noise_likelihood
        Log-likelihood of every noise model when all were tried, shape (batch, model).
    last_step
        Largest change of a logarithm in the last Newton step, shape (batch,).
    """

    inductance: FloatArray
    inductance_deviation: FloatArray
    series_resistance: FloatArray
    series_deviation: FloatArray
    series_curvature: FloatArray
    log_distribution: FloatArray
    log_covariance: FloatArray
    area_covariance: FloatArray
    series_covariance: FloatArray
    rms_residual: FloatArray
    noise_level: FloatArray
    noise_model: npt.NDArray[np.int64]
    noise_likelihood: FloatArray
    outliers: npt.NDArray[np.int64]
    correlation: FloatArray
    last_step: FloatArray


def infer(
    frequency: FloatArray,
    impedance: ComplexArray,
    log_tau: FloatArray,
    window: tuple[float, float],
    options: HierarchicalOptions,
) -> HierarchicalFit:
    """Posterior of spectra on one grid.

    Parameters
    ----------
    frequency
        Hz, shape (point,).
    impedance
        ohm, shape (batch, point).
    log_tau
        ln(tau / s), evenly spaced, shape (tau,).
    window
        ln(tau / s) at both ends of what was measured.
    options
        Prior and noise. With the noise model ``"auto"`` up to 32 of the spectra choose one for all of them: the residuals of
        one spectrum alone confuse them, and a model that misses a precise part makes intervals too narrow.

    Returns
    -------
    HierarchicalFit
        Most probable values and covariances.
    """
    if options.noise == "auto":
        asked = np.unique(np.linspace(0, len(impedance) - 1, min(_ASKED, len(impedance))).astype(int))
        trial = _infer_all(frequency, impedance[asked], log_tau, window, options)
        chosen = NOISE_MODELS[int(np.argmax(trial.noise_likelihood.sum(axis=0)))]
        options = replace(options, noise=chosen)
    return _infer_all(frequency, impedance, log_tau, window, options)


def _infer_all(
    frequency: FloatArray,
    impedance: ComplexArray,
    log_tau: FloatArray,
    window: tuple[float, float],
    options: HierarchicalOptions,
) -> HierarchicalFit:
    parts = [
        _infer_batch(frequency, impedance[first : first + _BATCH], log_tau, window, options)
        for first in range(0, len(impedance), _BATCH)
    ]
    return _joined(parts, slice(None))


def _infer_batch(
    frequency: FloatArray,
    impedance: ComplexArray,
    log_tau: FloatArray,
    window: tuple[float, float],
    options: HierarchicalOptions,
) -> HierarchicalFit:
    size = np.sqrt((np.abs(impedance) ** 2).mean(axis=1))
    problem = Problem(frequency, impedance / size[:, None], log_tau, size, inductance=options.inductance)
    prior = SmoothnessPrior(log_tau, window, problem.theta[:, 2:].mean(axis=1), options.smoothness)
    values = problem.values()
    noise = NoiseEstimate(options.noise, options.robust, problem.data - values, values)
    spectra, order, fits = np.arange(len(impedance)), [], []
    for round_number in range(options.iterations):
        previous = noise.level
        problem.weigh(noise.precision())
        bands = problem.step_with_bands(prior)
        values = problem.values()
        noise.update(problem.data - values, values, problem.determined(prior, bands))
        prior.update(problem.theta[:, 2:], [band[:, 2:] for band in bands])
        done = np.abs(np.log(noise.level / previous)) < _STEADY
        if round_number + 1 < min(_ROUNDS, options.iterations):
            continue
        if round_number + 1 == options.iterations:
            done[:] = True
        if done.any():
            fits.append(_finished(problem.part(done), prior.part(done), noise.part(done), log_tau, options))
            order.append(spectra[done])
            problem, prior, noise, spectra = problem.part(~done), prior.part(~done), noise.part(~done), spectra[~done]
        if spectra.size == 0:
            break
    return _joined(fits, np.argsort(np.concatenate(order)))


def _finished(
    problem: Problem, prior: SmoothnessPrior, noise: NoiseEstimate, log_tau: FloatArray, options: HierarchicalOptions
) -> HierarchicalFit:
    """Most probable values and covariances for the scales and the noise that were found."""
    size = problem.size
    problem.weigh(noise.precision(), exactly=True)
    last = np.full(len(size), np.inf)
    for _ in range(_POLISH):
        last = problem.step(prior)
        if (last < _SETTLED).all():
            break
    residual = problem.data - problem.values()
    problem.weigh(noise.precision() / noise.inflation(residual)[:, None], exactly=True)
    covariance = invert_each(problem.curvature(prior))
    slope = problem.slopes()[:, 1]
    with_distribution = covariance[:, 1:, 1:]
    if options.calibration is not None:
        with_distribution = calibrated(with_distribution, prior, log_tau, problem.theta[:, 2:], options.calibration)
    known = np.maximum(1 / covariance[:, 1, 1] - problem.resistance_precision, 1e-300)
    unknowns = problem.unknowns()
    return HierarchicalFit(
        inductance=unknowns[:, 0] * size / problem.omega_max,
        inductance_deviation=np.sqrt(covariance[:, 0, 0]) * size / problem.omega_max,
        series_resistance=unknowns[:, 1] * size,
        series_deviation=slope * np.sqrt(with_distribution[:, 0, 0]) * size,
        series_curvature=slope / np.sqrt(known) * size,
        log_distribution=problem.theta[:, 2:] + np.log(size)[:, None],
        log_covariance=covariance[:, 2:, 2:],
        area_covariance=with_distribution[:, 1:, 1:],
        series_covariance=with_distribution[:, 0, 1:] * (slope * size)[:, None],
        rms_residual=problem.misfit(residual),
        noise_level=noise.level,
        noise_model=noise.model.astype(np.int64),
        noise_likelihood=noise.log_likelihood,
        outliers=noise.outliers(),
        correlation=noise.correlation(residual),
        last_step=last,
    )


def _joined(fits: list[HierarchicalFit], order: npt.NDArray[np.intp] | slice) -> HierarchicalFit:
    fields = HierarchicalFit.__dataclass_fields__
    return HierarchicalFit(**{name: np.concatenate([getattr(fit, name) for fit in fits])[order] for name in fields})
