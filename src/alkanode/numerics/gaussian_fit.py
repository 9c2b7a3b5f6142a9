"""Least squares with bounds, and what follows from it for Gaussian errors: likelihood, BIC, Laplace's evidence."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

Floats = npt.NDArray[np.float64]

STEP = 0.02
"""Of a derivative, in units of the scale of a coordinate: large beside the noise of an integrator, small beside the curvature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianFit:
    """A fit of residuals in units of their standard error.

    Attributes
    ----------
    best
        (coordinate,).
    residuals
        (datum,) at the best place, of the data alone.
    jacobian
        (datum, coordinate) of those.
    precision
        (coordinate, coordinate) of the posterior at its top: of the data, and of Gaussian priors.
    converged
        Whether the search ended by itself.
    """

    best: Floats
    residuals: Floats
    jacobian: Floats
    precision: Floats
    converged: bool

    @property
    def chi_squared(self) -> float:
        """Sum of squares."""
        return float(self.residuals @ self.residuals)

    def log_likelihood(self, log_errors: float) -> float:
        """Log of the likelihood; ``log_errors`` is the sum of the logarithms of the standard errors."""
        return -0.5 * self.chi_squared - log_errors - 0.5 * self.residuals.size * math.log(2 * math.pi)

    def bic(self, log_errors: float) -> float:
        """Bayes' information criterion after Schwarz."""
        return -2 * self.log_likelihood(log_errors) + self.best.size * math.log(self.residuals.size)

    def log_evidence(self, log_errors: float, log_prior: float) -> float:
        """Laplace's approximation of the marginal likelihood; ``log_prior`` is the prior's log density at the best place."""
        sign, determinant = np.linalg.slogdet(self.precision) if self.best.size else (1.0, 0.0)
        if sign <= 0:
            return math.nan
        return (
            self.log_likelihood(log_errors) + log_prior + 0.5 * (self.best.size * math.log(2 * math.pi) - determinant)
        )

    @property
    def covariance(self) -> Floats:
        """(coordinate, coordinate) of the posterior at its top; infinite where the data say nothing."""
        try:
            return np.asarray(np.linalg.inv(self.precision))
        except np.linalg.LinAlgError:
            return np.full_like(self.precision, np.inf)


def gaussian_fit(
    residuals: Callable[[Floats], Floats],
    start: Floats,
    lower: Floats,
    upper: Floats,
    *,
    scale: Floats,
    centre: Floats | None = None,
    width: Floats | None = None,
    evaluations: int = 40,
) -> GaussianFit:
    """Fit coordinates to data with Gaussian errors and, where given, Gaussian priors.

    Parameters
    ----------
    residuals
        Coordinates (coordinate,) -> (datum,) in units of standard errors.
    start, lower, upper, scale
        (coordinate,) each; the scale is a change of a coordinate that matters.
    centre, width
        (coordinate,) of Gaussian priors; a width that is infinite is a flat one.
    evaluations
        Largest number of steps of the search.

    Returns
    -------
    GaussianFit

    Notes
    -----
    Derivatives are central differences of :data:`STEP` scales.
    """
    n = start.size
    middle = np.zeros(n) if centre is None else centre
    widths = np.full(n, np.inf) if width is None else width

    def whole(place: Floats) -> Floats:
        return np.concatenate(
            [np.nan_to_num(residuals(place), nan=1e3, posinf=1e3, neginf=-1e3), (place - middle) / widths]
        )

    def slope(place: Floats) -> Floats:
        columns = []
        for k in range(n):
            step = np.zeros(n)
            step[k] = STEP * scale[k]
            above, below = np.minimum(place + step, upper), np.maximum(place - step, lower)
            columns.append((whole(above) - whole(below)) / (above[k] - below[k]))
        return np.stack(columns, axis=1)

    if n == 0:
        only = residuals(start)
        return GaussianFit(
            best=start, residuals=only, jacobian=np.empty((only.size, 0)), precision=np.empty((0, 0)), converged=True
        )
    inside = np.clip(start, lower + 1e-9 * scale, upper - 1e-9 * scale)
    found = least_squares(
        whole,
        inside,
        jac=slope,
        bounds=(lower, upper),
        x_scale=scale,
        max_nfev=evaluations,
        xtol=1e-8,
        ftol=1e-7,
        gtol=1e-7,
    )
    jacobian = slope(found.x)
    data = jacobian[:-n]
    return GaussianFit(
        best=np.asarray(found.x),
        residuals=np.asarray(found.fun[:-n]),
        jacobian=data,
        precision=jacobian.T @ jacobian,
        converged=bool(found.status > 0),
    )
