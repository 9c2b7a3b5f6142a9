"""Noise of a spectrum as it is found in its residuals: how it grows with the impedance, how large, which points stray."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from alkanode.impedance.relaxation.hierarchical_prior import taken

FloatArray = npt.NDArray[np.float64]

NoiseModel = Literal["auto", "part", "modulus", "constant"]

NOISE_MODELS: tuple[Literal["part", "modulus", "constant"], ...] = ("part", "modulus", "constant")
"""Standard deviation of real and imaginary part proportional to their own size, to |Z|, or the same at all points."""

_PART_FLOOR = 0.02  # of |Z|: an imaginary part near zero is not free of noise
_LEVEL_FLOOR = 1e-5  # a spectrum without noise still carries rounding and the error of the tents
_NORMAL_MEDIAN = 0.4549  # median of the square of a standard normal variable
_STRAY = 3.0  # residuals beyond this many standard deviations count less
_WHITE = 2.0  # standard errors of a correlation that white noise reaches by chance
_LARGEST_CORRELATION = 0.95  # beyond, a spectrum is all misfit and no factor helps
_OUTLIER_WEIGHT = 0.5  # a weight below this is reported as an outlier (4.2 standard deviations)


class NoiseEstimate:
    """Model, level and weights of the noise of a batch of spectra.

    Parameters
    ----------
    model
        One of :data:`NOISE_MODELS`, or ``"auto"``: the most likely of them, spectrum by spectrum.
    robust
        Whether points that stray count less.
    residual, values
        Data minus model and model, real parts before imaginary parts, shape (batch, 2 point).
    """

    def __init__(self, model: NoiseModel, robust: bool, residual: FloatArray, values: FloatArray) -> None:
        self._robust = robust
        self._fixed = model != "auto"
        self.model = np.full(len(values), NOISE_MODELS.index("modulus" if model == "auto" else model))
        self.weight = np.ones(values.shape)
        self.log_likelihood = np.zeros((len(values), len(NOISE_MODELS)))
        self.variance = np.empty(values.shape)
        self._set_shape(values)
        self.level = np.sqrt(
            np.maximum(np.median(residual**2 / self.variance, axis=1) / _NORMAL_MEDIAN, _LEVEL_FLOOR**2)
        )

    def part(self, spectra: npt.NDArray[np.bool_]) -> NoiseEstimate:
        """The same for some of the spectra."""
        return taken(self, spectra, ("model", "weight", "log_likelihood", "variance", "level"))

    def update(self, residual: FloatArray, values: FloatArray, unknowns: FloatArray) -> None:
        """Estimate again from residuals; ``unknowns`` is how many numbers the data determined, shape (batch,)."""
        if not self._fixed:
            for number, shape in enumerate(_shapes(values)):
                spread = np.log(shape).mean(axis=1) + np.log((self.weight * residual**2 / shape).mean(axis=1))
                self.log_likelihood[:, number] = -residual.shape[1] / 2 * spread
            self.model = np.argmax(self.log_likelihood, axis=1)
        self._set_shape(values)
        scaled = residual**2 / self.variance
        freedom = np.maximum(self.weight.sum(axis=1) - unknowns, 0.1 * residual.shape[1])
        self.level = np.sqrt(np.maximum((self.weight * scaled).sum(axis=1) / freedom, _LEVEL_FLOOR**2))
        if self._robust:
            distance = scaled / self.level[:, None] ** 2
            self.weight = np.minimum(1.0, _STRAY**2 / np.maximum(distance, 1e-300))

    def precision(self) -> FloatArray:
        """Weight over variance of every residual, shape (batch, 2 point)."""
        return np.asarray(self.weight / (self.level[:, None] ** 2 * self.variance))

    def outliers(self) -> npt.NDArray[np.int64]:
        """How many real or imaginary parts of each spectrum hardly count, shape (batch,)."""
        return np.asarray((self.weight < _OUTLIER_WEIGHT).sum(axis=1))

    def correlation(self, residual: FloatArray) -> FloatArray:
        """Correlation of residuals at neighbouring frequencies, shape (batch,); 0 for white noise and a fitting model."""
        scaled = residual * np.sqrt(self.weight / self.variance)
        points = residual.shape[1] // 2
        real, imaginary = scaled[:, :points], scaled[:, points:]
        products = (real[:, 1:] * real[:, :-1]).sum(axis=1) + (imaginary[:, 1:] * imaginary[:, :-1]).sum(axis=1)
        return np.asarray(products / np.maximum((scaled**2).sum(axis=1), 1e-300))

    def inflation(self, residual: FloatArray) -> FloatArray:
        """Factor by which correlated residuals raise the variance of averages over neighbouring points, shape (batch,).

        (1 + rho)/(1 - rho) of a first-order process; 1 unless the correlation exceeds two standard errors.
        """
        rho = self.correlation(residual)
        rho = np.where(rho > _WHITE / np.sqrt(residual.shape[1]), np.minimum(rho, _LARGEST_CORRELATION), 0.0)
        return np.asarray((1 + rho) / (1 - rho))

    def _set_shape(self, values: FloatArray) -> None:
        for number, shape in enumerate(_shapes(values)):
            here = self.model == number
            self.variance[here] = shape[here]


def _shapes(values: FloatArray) -> tuple[FloatArray, ...]:
    """Variance of every part at unit level under each of the noise models, ohm2, shape (batch, 2 point)."""
    points = values.shape[1] // 2
    modulus = np.tile(values[:, :points] ** 2 + values[:, points:] ** 2, (1, 2))
    part = values**2 + _PART_FLOOR**2 * modulus
    return part, modulus, np.repeat(modulus.mean(axis=1, keepdims=True), values.shape[1], axis=1)
