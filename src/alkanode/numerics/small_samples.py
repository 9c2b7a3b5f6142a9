"""A few values of one kind: mean with Student's t interval, scatter, median; some values may be lower bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What describes a few values; NaN where it is unknown.

    Attributes
    ----------
    mean, interval
        Mean and its t interval, in the unit of the values.
    standard_deviation
        With Bessel's correction.
    median
        Of the values; unknown where it falls on a lower bound.
    reason
        Why mean or interval are unknown; empty where they are known.
    """

    mean: float = _NAN
    interval: tuple[float, float] = (_NAN, _NAN)
    standard_deviation: float = _NAN
    median: float = _NAN
    reason: str = ""


def half_width(n: int, level: float = 0.95) -> float:
    """Half width of the interval of a mean over the standard deviation of its n values, by Student's t.

    Parameters
    ----------
    n
        Number of values, at least 2.
    level
        Confidence.

    Returns
    -------
    float
        t(n - 1) / sqrt(n), 1.

    Examples
    --------
    >>> round(half_width(3), 2), round(half_width(4), 2)
    (2.48, 1.59)
    """
    return student(n - 1, level) / float(np.sqrt(n))


def describe(values: Floats, bounds: npt.NDArray[np.bool_], level: float, *, unit: str) -> Sample:
    """Describe values of which some are lower bounds.

    Parameters
    ----------
    values
        (value,) of which the lower bounds are bounds.
    bounds
        (value,) true for a lower bound; with one of them the mean is unknown.
    level
        Confidence of the interval.
    unit
        What one value belongs to, for the reasons: ``"cell"``, ``"test"``.
    """
    n = values.size
    if n == 0:
        return Sample(reason=f"no {unit} says anything")
    ordered = float(np.median(np.where(bounds, np.inf, values)))
    median = ordered if np.isfinite(ordered) else _NAN
    if bounds.any():
        return Sample(median=median, reason=f"{int(bounds.sum())} of {n} are lower bounds")
    mean = float(values.mean())
    if n == 1:
        return Sample(mean=mean, median=median, reason=f"one {unit} says nothing of the scatter")
    spread = float(values.std(ddof=1))
    half = half_width(n, level) * spread
    return Sample(mean=mean, interval=(mean - half, mean + half), standard_deviation=spread, median=median)
