"""Straight lines through values some of which are only lower bounds: most likely line, scatter, intervals.

The scatter is normal. With y the values and X the design, a value contributes its density and a lower bound the chance of
lying above it. In the parameters g = b/s and h = 1/s the likelihood has one maximum (Olsen). Intervals are those of the
profile likelihood with a threshold that makes them Student's t intervals where nothing is a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import log_ndtr

from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEAST_SCATTER = 1e-4
"""Smallest scatter of a logarithm: 0.01 %, below what any balance or area resolves, so that values without scatter (of a
simulation) do not make the likelihood infinite."""

MOST_STEPS = 60
"""Steps of Newton's method; it takes about ten."""

_LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class CensoredLine:
    """A fitted line.

    Attributes
    ----------
    coefficients
        (column,) of the design.
    interval
        (column, 2) profile-likelihood intervals; infinite where the data bound nothing.
    scatter
        Standard deviation about the line (most likely, so without Bessel's correction).
    log_likelihood
        Natural logarithm.
    covariance
        (column, column) from the curvature of the likelihood, with the scatter corrected for the fitted numbers.
    freedom
        Values that are no lower bounds, less the columns.
    """

    coefficients: Floats
    interval: Floats
    scatter: float
    log_likelihood: float
    covariance: Floats
    freedom: int


def fit_line(design: Floats, value: Floats, censored: Flags, *, level: float = 0.95) -> CensoredLine | str:
    """Fit a line to values and lower bounds.

    Parameters
    ----------
    design
        (value, column); no column gives a law without fitted coefficients.
    value
        (value,) known values, or lower bounds.
    censored
        (value,) true for lower bounds.
    level
        Confidence of the intervals.

    Returns
    -------
    CensoredLine or str
        The fit, or why there is none.
    """
    columns = design.shape[1]
    known = int((~censored).sum())
    if known <= columns:
        return f"{known} values that are no lower bounds for {columns} fitted numbers and their scatter"
    if columns and np.linalg.matrix_rank(design[~censored]) < columns:
        return "the values that are no lower bounds do not span the axis"
    coefficients, scatter, likelihood = _best(design, value, censored)
    freedom = known - columns
    information = _information(design, value, censored, coefficients, scatter)
    covariance = np.linalg.inv(information) * scatter**2 * known / freedom if columns else np.zeros((0, 0))
    allowed = 0.5 * value.size * np.log1p(student(freedom, level) ** 2 / freedom)
    interval = np.array(
        [_profile(design, value, censored, k, coefficients, likelihood, allowed, covariance) for k in range(columns)]
    ).reshape(columns, 2)
    return CensoredLine(coefficients, interval, scatter, likelihood, covariance, freedom)


def line_likelihood(design: Floats, value: Floats, censored: Flags) -> float:
    """Logarithm of the likelihood of the most likely line, without intervals; minus infinity where it cannot be fitted.

    Parameters
    ----------
    design, value, censored
        As for :func:`fit_line`.
    """
    known = ~censored
    if known.sum() <= design.shape[1] or np.linalg.matrix_rank(design[known]) < design.shape[1]:
        return -np.inf
    return _best(design, value, censored)[2]


def _best(design: Floats, value: Floats, censored: Flags) -> tuple[Floats, float, float]:
    """Most likely coefficients and scatter, and the logarithm of their likelihood."""
    known = ~censored
    start = np.zeros(design.shape[1])
    if start.size:
        start = np.asarray(np.linalg.lstsq(design[known], value[known], rcond=None)[0], dtype=float)
    rest = value - design @ start
    scatter = max(float(np.sqrt(np.mean(rest[known] ** 2))), LEAST_SCATTER)
    if not censored.any():
        return start, scatter, _log_likelihood(rest, censored, scatter)
    found = _newton(design, rest / scatter, censored, most=scatter / LEAST_SCATTER)
    coefficients = start + scatter * found[:-1] / found[-1]
    scatter = scatter / float(found[-1])
    return coefficients, scatter, _log_likelihood(value - design @ coefficients, censored, scatter)


def _newton(design: Floats, rest: Floats, censored: Flags, *, most: float) -> Floats:
    """Newton's method on the convex cost in g = b/s and h = 1/s; h is at most ``most``."""
    known = int((~censored).sum())
    slopes = np.column_stack([-design, rest])
    x = np.append(np.zeros(design.shape[1]), min(1.0, most))
    free = np.ones(x.size, dtype=bool)

    def cost(at: Floats) -> float:
        z = slopes @ at
        return float(np.where(censored, -log_ndtr(-z), 0.5 * z**2).sum() - known * np.log(at[-1]))

    for _ in range(MOST_STEPS):
        z = slopes @ x
        hazard = np.exp(-0.5 * z**2 - 0.5 * _LOG_TWO_PI - log_ndtr(-z))
        gradient = slopes.T @ np.where(censored, hazard, z)
        weight = np.where(censored, np.maximum(hazard * (hazard - z), 0.0), 1.0)
        curvature = slopes.T @ (slopes * weight[:, None])
        gradient[-1] -= known / x[-1]
        curvature[-1, -1] += known / x[-1] ** 2
        step = np.zeros(x.size)
        step[free] = -np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        fall = -float(gradient @ step)
        if fall < 1e-12:
            break
        if x[-1] + step[-1] <= 0:
            step *= -0.9 * x[-1] / step[-1]
        here, share = cost(x), 1.0
        while share > 1e-6 and not cost(x + share * step) <= here - 1e-4 * share * fall:
            share /= 2
        x = x + share * step
        if x[-1] >= most:
            x[-1], free[-1] = most, False
    return x


def _log_likelihood(rest: Floats, censored: Flags, scatter: float) -> float:
    z = rest / scatter
    each = np.where(censored, log_ndtr(-z), -0.5 * z**2 - np.log(scatter) - 0.5 * _LOG_TWO_PI)
    return float(each.sum())


def _information(design: Floats, value: Floats, censored: Flags, coefficients: Floats, scatter: float) -> Floats:
    """Curvature of minus the likelihood in the coefficients, times the variance."""
    z = (value - design @ coefficients) / scatter
    hazard = np.exp(-0.5 * z**2 - 0.5 * _LOG_TWO_PI - log_ndtr(-z))
    weight = np.where(censored, hazard * (hazard - z), 1.0)
    return np.asarray(design.T @ (design * weight[:, None]))


def _profile(
    design: Floats,
    value: Floats,
    censored: Flags,
    column: int,
    coefficients: Floats,
    best: float,
    allowed: float,
    covariance: Floats,
) -> tuple[float, float]:
    """Interval of one coefficient: where the likelihood, best over the others, has fallen by ``allowed``."""
    others = np.delete(design, column, axis=1)
    centre = float(coefficients[column])
    step = max(float(np.sqrt(covariance[column, column])), 1e-9)

    def excess(place: float) -> float:
        return best - _best(others, value - design[:, column] * place, censored)[2] - allowed

    ends = []
    for sign in (-1.0, 1.0):
        reach = step
        while excess(centre + sign * reach) < 0 and reach < 1e6 * step:
            reach *= 2
        if reach >= 1e6 * step:
            ends.append(sign * np.inf)
        else:
            ends.append(float(brentq(excess, centre, centre + sign * reach, xtol=1e-5 * step)))
    return ends[0], ends[1]


def corrected_criterion(log_likelihood: float, parameters: int, count: int) -> float:
    """Akaike's criterion corrected for few values; infinite where there are too few to say.

    Parameters
    ----------
    log_likelihood
        Of the best fit.
    parameters
        Fitted numbers, the scatter among them.
    count
        Values and lower bounds.
    """
    if count - parameters - 1 <= 0:
        return float("inf")
    return -2 * log_likelihood + 2 * parameters + 2 * parameters * (parameters + 1) / (count - parameters - 1)
