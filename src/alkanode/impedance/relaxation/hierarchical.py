"""Hierarchical Bayes: the most probable logarithm of a distribution, its covariance, and the noise, for many spectra.

Unknowns of a spectrum are the inductance, the logarithm of the series resistance and ``g = ln gamma`` at every node, so
nothing needs to be held positive. Newton steps find the most probable values for given scales of the prior and of the noise;
the covariance there gives the scales their next values; a few rounds suffice. Products of matrices run over a batch of
spectra at once, and each spectrum costs two dozen Cholesky factors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.hierarchical_noise import NOISE_MODELS, NoiseEstimate, NoiseModel
from alkanode.impedance.relaxation.hierarchical_prior import LogSmoothness, SmoothnessPrior
from alkanode.impedance.relaxation.tent_basis import penalty_matrix, tent_response
from alkanode.numerics.nonnegative import solve_nonnegative
from alkanode.numerics.positive_definite import inverse_bands_each, invert_each, solve_each

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_BATCH = 16  # spectra whose matrices stay in the processor's cache
_ASKED = 32  # spectra that tell which noise model a series has
_ROUNDS = 5  # of scales and noise, at least
_STEADY = 0.03  # change of the logarithm of the noise level at which rounds end
_STEPS = 2  # Newton steps per round
_POLISH = 25  # Newton steps of the last round, at most
_SETTLED = 0.05  # change of any logarithm below which the last round ends
_HALVINGS = 6  # of a step that would climb
_LONGEST_STEP = 1.5  # of any logarithm: Newton's quadratic holds no further
_ROUNDING = 1e-12
_START_PENALTY = 1e-3
_START_FLOOR = 3e-3  # of the largest value of the starting distribution
_RESISTANCE_CENTRE = 0.3  # of the rms impedance, with a factor e^3 as standard deviation
_RESISTANCE_SPREAD = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalOptions:
    """Options of :func:`alkanode.impedance.relaxation_posterior`, which explains them."""

    smoothness: LogSmoothness
    noise: NoiseModel
    robust: bool
    inductance: bool
    iterations: int


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
    series_covariance
        Of series resistance and ``log_distribution``, ohm, shape (batch, tau).
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
    fields = HierarchicalFit.__dataclass_fields__
    return HierarchicalFit(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in fields})


def _infer_batch(
    frequency: FloatArray,
    impedance: ComplexArray,
    log_tau: FloatArray,
    window: tuple[float, float],
    options: HierarchicalOptions,
) -> HierarchicalFit:
    size = np.sqrt((np.abs(impedance) ** 2).mean(axis=1))
    problem = _Problem(frequency, impedance / size[:, None], log_tau, inductance=options.inductance)
    prior = SmoothnessPrior(log_tau, window, problem.theta[:, 2:].mean(axis=1), options.smoothness)
    values = problem.values()
    noise = NoiseEstimate(options.noise, options.robust, problem.data - values, values)
    for round_number in range(options.iterations):
        previous = noise.level
        problem.weigh(noise.precision())
        for _ in range(_STEPS):
            problem.step(prior)
        bands = inverse_bands_each(problem.curvature(prior), 3)
        values = problem.values()
        noise.update(problem.data - values, values, problem.determined(prior, bands))
        prior.update(problem.theta[:, 2:], [band[:, 2:] for band in bands])
        if round_number + 1 >= _ROUNDS and (np.abs(np.log(noise.level / previous)) < _STEADY).all():
            break
    problem.weigh(noise.precision())
    last = np.full(len(impedance), np.inf)
    for _ in range(_POLISH):
        last = problem.step(prior)
        if (last < _SETTLED).all():
            break
    residual = problem.data - problem.values()
    problem.weigh(noise.precision() / noise.inflation(residual)[:, None])
    covariance = invert_each(problem.curvature(prior))
    points = frequency.size
    magnitude = np.abs(impedance / size[:, None])
    misfit = (residual[:, :points] ** 2 + residual[:, points:] ** 2) / magnitude**2
    slope = problem.slopes()[:, 1]
    deviation = slope * np.sqrt(covariance[:, 1, 1])
    known = np.maximum(1 / covariance[:, 1, 1] - problem.resistance_precision, 1e-300)
    return HierarchicalFit(
        inductance=problem.unknowns()[:, 0] * size / problem.omega_max,
        inductance_deviation=np.sqrt(covariance[:, 0, 0]) * size / problem.omega_max,
        series_resistance=problem.unknowns()[:, 1] * size,
        series_deviation=deviation * size,
        series_curvature=slope / np.sqrt(known) * size,
        log_distribution=problem.theta[:, 2:] + np.log(size)[:, None],
        log_covariance=covariance[:, 2:, 2:],
        series_covariance=covariance[:, 1, 2:] * (slope * size)[:, None],
        rms_residual=np.sqrt(misfit.mean(axis=1) / 2),
        noise_level=noise.level,
        noise_model=noise.model.astype(np.int64),
        noise_likelihood=noise.log_likelihood,
        outliers=noise.outliers(),
        correlation=noise.correlation(residual),
        last_step=last,
    )


class _Problem:
    """Data of a batch of spectra (rms impedance one), their unknowns, and Newton steps in those.

    ``theta`` holds omega_max L, the series resistance (its logarithm unless a real part is negative) and ln gamma.
    """

    def __init__(
        self, frequency: FloatArray, impedance: ComplexArray, log_tau: FloatArray, *, inductance: bool
    ) -> None:
        omega = 2 * np.pi * frequency
        self.omega_max = float(omega.max())
        self._inductance = inductance
        columns = np.column_stack([1j * omega / self.omega_max, np.ones(omega.size), tent_response(omega, log_tau)])
        if not inductance:
            columns[:, 0] = 0
        self._A = np.concatenate([columns.real, columns.imag])
        self.data = np.concatenate([impedance.real, impedance.imag], axis=1)
        self._logarithmic = np.ones((len(impedance), self._A.shape[1]), dtype=bool)
        self._logarithmic[:, 0] = False
        self._logarithmic[:, 1] = (impedance.real >= 0).all(axis=1)
        self.resistance_precision = np.where(self._logarithmic[:, 1], 1 / _RESISTANCE_SPREAD**2, 0.0)
        self.theta = self._start(log_tau)

    def _start(self, log_tau: FloatArray) -> FloatArray:
        penalty = np.zeros((self._A.shape[1],) * 2)
        penalty[2:, 2:] = _START_PENALTY * penalty_matrix(log_tau, 1)
        penalty[0, 0] = 0.0 if self._inductance else 1.0
        x = solve_nonnegative(self._A.T @ self._A + penalty, self._A.T @ self.data.T).T
        largest = x[:, 2:].max(axis=1, keepdims=True)
        x[:, 2:] = np.maximum(x[:, 2:], np.maximum(_START_FLOOR * largest, 1e-6))
        x[:, 1] = np.maximum(x[:, 1], 1e-3)
        return np.where(self._logarithmic, np.log(np.where(self._logarithmic, x, 1.0)), x)

    def unknowns(self) -> FloatArray:
        """Inductance, resistance and distribution themselves, shape (batch, unknown)."""
        return np.where(self._logarithmic, np.exp(np.where(self._logarithmic, self.theta, 0.0)), self.theta)

    def slopes(self) -> FloatArray:
        """Derivatives of the unknowns after ``theta``."""
        return np.where(self._logarithmic, self.unknowns(), 1.0)

    def values(self) -> FloatArray:
        """Impedance of the model, real parts before imaginary parts."""
        return np.asarray(self.unknowns() @ self._A.T)

    def weigh(self, precision: FloatArray) -> None:
        """Take new precisions (batch, 2 point) of the data."""
        self._precision = precision
        self._G = np.matmul(self._A.T * precision[:, None, :], self._A)
        self._c = (precision * self.data) @ self._A
        if not self._inductance:
            self._G[:, 0, 0] = 1.0

    def curvature(self, prior: SmoothnessPrior) -> FloatArray:
        """Gauss-Newton matrix of minus the logarithm of the posterior, shape (batch, unknown, unknown)."""
        slopes = self.slopes()
        H = self._G * slopes[:, :, None]
        H *= slopes[:, None, :]
        prior.add_to(H[:, 2:, 2:])
        H[:, 1, 1] += self.resistance_precision
        return np.asarray(H)

    def step(self, prior: SmoothnessPrior) -> FloatArray:
        """One step downhill, shortened where it is too long; the largest change of a logarithm, shape (batch,)."""
        downhill = self.slopes() * (self._c - np.matmul(self._G, self.unknowns()[..., None])[..., 0])
        downhill[:, 2:] -= prior.gradient(self.theta[:, 2:])
        downhill[:, 1] -= self.resistance_precision * (self.theta[:, 1] - np.log(_RESISTANCE_CENTRE))
        change = solve_each(self.curvature(prior), downhill)
        largest = np.abs(change[:, 1:]).max(axis=1)
        change *= np.minimum(1.0, _LONGEST_STEP / np.maximum(largest, 1e-300))[:, None]
        start, before = self.theta, self._energy(prior)
        length = np.ones((len(start), 1))
        for _ in range(_HALVINGS):
            self.theta = start + length * change
            climbs = self._energy(prior) > before + _ROUNDING * np.abs(before)
            if not climbs.any():
                break
            length[climbs] /= 2
        return np.asarray(np.abs(length * change)[:, 1:].max(axis=1))

    def _energy(self, prior: SmoothnessPrior) -> FloatArray:
        """Minus the logarithm of the posterior, up to a constant, shape (batch,)."""
        misfit = (self._precision * (self.data - self.values()) ** 2).sum(axis=1)
        resistance = self.resistance_precision * (self.theta[:, 1] - np.log(_RESISTANCE_CENTRE)) ** 2
        return np.asarray((misfit + resistance) / 2 + prior.energy(self.theta[:, 2:]))

    def determined(self, prior: SmoothnessPrior, bands: list[FloatArray]) -> FloatArray:
        """From three diagonals of the covariance: how many unknowns the data determine rather than the prior, shape (batch,)."""
        free = self._A.shape[1] - (0 if self._inductance else 1)
        by_prior = prior.trace_with([band[:, 2:] for band in bands]) + self.resistance_precision * bands[0][:, 1]
        return np.asarray(free - by_prior)
