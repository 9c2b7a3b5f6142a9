"""A straight line through points that may hold outliers, with intervals that know of serial correlation.

Samples of a sweep are no independent draws: a slow drift or a smooth misfit repeats itself from row to row, and an interval
that counts every row is too narrow. The standard errors are therefore those of the number of independent rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from alkanode.numerics.model_choice import effective_samples
from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]

HUBER = 1.345
"""Standard deviations beyond which a residual counts linearly: 95 % efficient on normal noise (Huber's choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """y = intercept + slope x.

    Attributes
    ----------
    slope, intercept
        Of the robust fit; NaN where fewer than three points, or no spread in x, fix none.
    slope_interval, intercept_interval
        95 % intervals.
    linearity
        R2 of the line over all points.
    residual
        Standard deviation of the residuals (all points).
    """

    slope: float
    intercept: float
    slope_interval: tuple[float, float]
    intercept_interval: tuple[float, float]
    linearity: float
    residual: float


def fit_line(x: Floats, y: Floats) -> Line:
    """Fit a straight line by Huber's loss.

    Parameters
    ----------
    x, y
        (point,) in the order in which they were measured; rows with a missing number are left out.

    Returns
    -------
    Line

    Notes
    -----
    The number of independent rows is that of :func:`alkanode.numerics.model_choice.effective_samples`. At the mean of x the
    errors of height and slope are independent, so that of the intercept is the root of the sum of their squares.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if x.size < 3 or np.ptp(x) == 0:
        nothing = (float("nan"), float("nan"))
        return Line(
            slope=nothing[0],
            intercept=nothing[0],
            slope_interval=nothing,
            intercept_interval=nothing,
            linearity=nothing[0],
            residual=nothing[0],
        )
    centre, width = float(x.mean()), float(np.ptp(x)) / 2
    height = float(np.ptp(y)) or 1.0
    design = np.column_stack((np.ones(x.size), (x - centre) / width))
    target = y / height
    start = np.linalg.lstsq(design, target, rcond=None)[0]
    scale = HUBER * 1.4826 * float(np.median(np.abs(target - design @ start)))
    best = start
    if scale > 1e-12:

        def misfit(coefficients: Floats) -> Floats:
            return np.asarray(design @ coefficients - target, dtype=float)

        best = least_squares(misfit, start, loss="huber", f_scale=scale).x
    left = target - design @ best
    spread = np.sqrt(np.sum(left**2) / max(x.size - 2, 1))
    independent = max(effective_samples(left), 3.0)
    covariance = np.linalg.inv(design.T @ design) * spread**2 * x.size / independent
    reach = student(max(independent - 2, 1)) * np.sqrt(np.diag(covariance))
    slope, slope_reach = best[1] * height / width, reach[1] * height / width
    intercept = best[0] * height - slope * centre
    intercept_reach = np.hypot(height * reach[0], slope_reach * centre)
    variance = float(np.var(y))
    return Line(
        slope=float(slope),
        intercept=float(intercept),
        slope_interval=(float(slope - slope_reach), float(slope + slope_reach)),
        intercept_interval=(float(intercept - intercept_reach), float(intercept + intercept_reach)),
        linearity=1.0 - float(np.mean((height * left) ** 2)) / variance if variance else float("nan"),
        residual=float(height * np.std(left)),
    )


def scatter(values: Floats) -> float:
    """Standard deviation of the noise of a smooth curve, from its second differences and blind to outliers."""
    if values.size < 4:
        return 0.0
    bends = np.diff(values, 2)
    return float(1.4826 * np.median(np.abs(bends - np.median(bends))) / np.sqrt(6))
