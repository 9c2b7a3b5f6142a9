"""Weibull law of values that are known as intervals: fit, profile intervals, small-sample bias, area.

A ramp gives its critical current density as an interval, from the last level that passed to the first that failed; a cell
that never fails gives a lower bound, one that fails in its first level an upper bound. The likelihood of all of them is
maximised (:mod:`alkanode.numerics.weibull_likelihood`); intervals of confidence come from its profile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.quantiles import chi_square, student
from alkanode.numerics.weibull_likelihood import SHAPES, Likelihood, climb

Floats = npt.NDArray[np.float64]

Calibration = Literal["t", "chi2"]
"""What the drop of the likelihood at the ends of an interval is compared with."""

FARTHEST = 1e4
"""Factor from the most likely value within which an end of an interval is looked for; beyond, it counts as unbounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeibullFit:
    """A fitted Weibull law.

    Attributes
    ----------
    shape
        Most likely shape, 1.
    scale
        Most likely scale, in the unit of the values: 63.2 % lie below it.
    shape_interval, scale_interval
        Profile-likelihood intervals; an end is 0 or infinite where the data do not bound it.
    probability, quantile, quantile_interval
        (point,) shares that have failed, the values up to which they have, and (2, point) profile intervals of these.
    level, calibration
        Confidence of the intervals, and the law that their width rests on.
    shape_unbiased
        The shape times :func:`shape_bias_factor`; NaN where that is not known.
    """

    shape: float
    scale: float
    shape_interval: tuple[float, float]
    scale_interval: tuple[float, float]
    probability: Floats
    quantile: Floats
    quantile_interval: Floats
    level: float
    calibration: Calibration
    shape_unbiased: float


def fit_weibull(
    lower: Floats,
    upper: Floats,
    *,
    level: float = 0.95,
    calibration: Calibration = "t",
    probability: npt.ArrayLike = (),
) -> WeibullFit | str:
    """Most likely Weibull law of values that are known as intervals.

    Parameters
    ----------
    lower, upper
        (value,) ends of the interval of each value, any unit: ``0 <= lower <= upper``. ``lower == 0``: the value lies
        somewhere below ``upper``; ``upper == inf``: somewhere above ``lower``; ``lower == upper``: known exactly.
    level
        Confidence of the profile intervals; 0.95 is the habit.
    calibration
        ``"t"``: the likelihood at the ends of an interval lies t^2 / 2 below its maximum, with Student's t of one degree
        of freedom less than values that failed, as for the interval of a mean. ``"chi2"``: chi2 / 2, which holds for
        many values only: with 12 it covers 93 % instead of 95 % (``benchmarks/weibull.py``).
    probability
        (point,) shares that have failed, for which quantiles with intervals are wanted; default none.

    Returns
    -------
    WeibullFit or str
        The reason, where no most likely law exists: no value failed, fewer than two values, all intervals share a
        point (then the larger the shape the better), or none is separated enough (then the smaller the better).

    Raises
    ------
    PhysicsError
        When the ends are no such intervals, or the level is not between 0 and 1.

    Notes
    -----
    An interval holds the values of a parameter at which the likelihood, maximised over the other parameter, has not
    dropped farther than that.
    """
    low, high = _checked(lower, upper, level)
    reason = _without_maximum(low, high)
    if reason:
        return reason
    likelihood = Likelihood(low, high)
    best = climb(likelihood, np.array([1.0, 0.0]))
    shape, offset = best
    if not SHAPES[0] * 1.01 < shape < SHAPES[1] * 0.99:
        return f"the likelihood has no maximum at any shape between {SHAPES[0]:g} and {SHAPES[1]:g}"
    failed = int(np.isfinite(high).sum())
    least = likelihood.value(shape, offset) - _drop(level, calibration, failed)
    wanted = np.asarray(probability, dtype=float)
    reduced = -np.log1p(-wanted)
    return WeibullFit(
        shape=shape,
        scale=likelihood.unit * float(np.exp(offset / shape)),
        shape_interval=_shape_interval(likelihood, best, least),
        scale_interval=_quantile_interval(likelihood, best, least, 1.0),
        probability=wanted,
        quantile=likelihood.unit * np.exp((offset + np.log(reduced)) / shape),
        quantile_interval=np.array([_quantile_interval(likelihood, best, least, z) for z in reduced]).reshape(-1, 2).T,
        level=level,
        calibration=calibration,
        shape_unbiased=shape * shape_bias_factor(failed),
    )


def most_likely(lower: Floats, upper: Floats) -> tuple[float, float] | str:
    """Most likely shape and scale alone, or the reason why there are none; see :func:`fit_weibull`."""
    low, high = _checked(lower, upper, 0.5)
    reason = _without_maximum(low, high)
    if reason:
        return reason
    likelihood = Likelihood(low, high)
    shape, offset = climb(likelihood, np.array([1.0, 0.0]))
    return shape, likelihood.unit * float(np.exp(offset / shape))


def _without_maximum(low: Floats, high: Floats) -> str:
    """Why the likelihood has no maximum; empty where it may have one."""
    if low.size < 2:
        return f"{low.size} value: a law of two parameters needs at least two that failed at different levels"
    if np.isinf(high).all():
        return "no value failed, so any scale far above the largest is as good"
    if low.max() <= high.min() and ((low < high).any() or np.ptp(low) == 0):
        return "all intervals share a point, so the narrower the law the better: its shape is unbounded"
    return ""


def _drop(level: float, calibration: Calibration, failed: int) -> float:
    """Drop of the log-likelihood at the ends of an interval."""
    if calibration == "chi2":
        return 0.5 * chi_square(level)
    return 0.5 * student(max(failed - 1, 1), level) ** 2


def _checked(lower: Floats, upper: Floats, level: float) -> tuple[Floats, Floats]:
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    good = (
        low.shape == high.shape
        and low.ndim == 1
        and bool(((low >= 0) & (high > 0) & (low <= high) & np.isfinite(low)).all())
    )
    if not good:
        raise PhysicsError(
            "intervals of a positive value have 0 <= lower <= upper", found=f"{low.tolist()} and {high.tolist()}"
        )
    if not 0 < level < 1:
        raise PhysicsError("a confidence lies between 0 and 1", found=repr(level))
    return low, high


def _ends(height: Callable[[float], float], best: float, limits: tuple[float, float]) -> tuple[float, float]:
    """Where a profile crosses zero below and above its maximum, on a logarithmic scale; 0 or infinity where it does not."""
    found = []
    for factor, limit, unbounded in ((0.8, limits[0], 0.0), (1.25, limits[1], float("inf"))):
        inner, outer, step = best, best * factor, factor
        while height(outer) > 0 and limits[0] < outer < limits[1]:
            step *= factor
            inner, outer = outer, outer * step
        if not limits[0] < outer < limits[1]:
            outer = limit
            if height(outer) > 0:
                found.append(unbounded)
                continue
        found.append(
            float(np.exp(brentq(lambda log: height(float(np.exp(log))), np.log(inner), np.log(outer), xtol=1e-7)))
        )
    return found[0], found[1]


def _shape_interval(likelihood: Likelihood, best: tuple[float, float], least: float) -> tuple[float, float]:
    log_scale = best[1] / best[0]

    def height(shape: float) -> float:
        top = climb(likelihood, np.array([shape, shape * log_scale]), np.array([0.0, 1.0]))
        return likelihood.value(*top) - least

    return _ends(height, best[0], (SHAPES[0] * 1.02, SHAPES[1] * 0.98))


def _quantile_interval(
    likelihood: Likelihood, best: tuple[float, float], least: float, reduced: float
) -> tuple[float, float]:
    """Interval of the value at which z has a given size (1 at the scale)."""

    def height(value: float) -> float:
        direction = np.array([1.0, np.log(value)])
        start = np.array([0.0, -np.log(reduced)])
        top = climb(likelihood, start + best[0] * direction, direction)
        return likelihood.value(*top) - least

    value = float(np.exp((best[1] + np.log(reduced)) / best[0]))
    low, high = _ends(height, value, (value / FARTHEST, value * FARTHEST))
    return likelihood.unit * low, likelihood.unit * high


def shape_bias_factor(failed: int) -> float:
    """Factor that takes most of the small-sample bias off a most likely Weibull shape.

    Parameters
    ----------
    failed
        Number of values that failed (right-censored ones do not count, as for samples that end at a number of failures).

    Returns
    -------
    float
        (n - 2) / (n - 0.68): 0.88 for 12 values, 0.58 for 4, 0.43 for 3; NaN for fewer than 3, where it has no meaning.

    Notes
    -----
    The formula was derived for exact values; ``benchmarks/weibull.py`` simulates what it leaves of the bias of intervals.
    The scale has almost no bias and needs no factor.

    References
    ----------
    :cite:`Ross1994`, :cite:`Makalic2023`
    """
    return (failed - 2) / (failed - 0.68) if failed >= 3 else float("nan")


def weakest_link_scale(scale: float, shape: float, ratio: float) -> float:
    """Weibull scale of a larger or smaller area, if a cell fails at its weakest place.

    Parameters
    ----------
    scale
        Scale at the area that was measured, any unit.
    shape
        Weibull shape, 1.
    ratio
        New area over measured area. A single interface of a symmetric cell, which fails at the weaker of two, has 1/2.

    Returns
    -------
    float
        scale ratio^(-1/shape); the shape stays.

    Raises
    ------
    PhysicsError
        When one of the numbers is not positive.

    Notes
    -----
    N independent places survive together with S^N, and S = exp(-(x / scale)^shape) gives the law. No result of alkanode is
    scaled by it unasked: whether flaws are independent and alike over the area has to be shown.

    Examples
    --------
    >>> round(weakest_link_scale(1.0, 3.0, 0.5), 2)
    1.26
    """
    if not (scale > 0 and shape > 0 and ratio > 0):
        raise PhysicsError("scale, shape and ratio are positive", found=f"{scale!r}, {shape!r}, {ratio!r}")
    return float(scale * ratio ** (-1 / shape))
