"""Profile likelihood: how much worse the best fit becomes with one parameter held elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.numerics.gaussian_fit import GaussianFit
from alkanode.studies.calibration.priors import value_at
from alkanode.studies.calibration.problem import Problem

Floats = npt.NDArray[np.float64]

NINETY_FIVE = 3.841
"""Rise of the deviance (twice the log likelihood) at the ends of a 95 % interval of one parameter."""

REACH = 3.0
"""Standard deviations to either side."""


def profiles(problem: Problem, fit: GaussianFit, points: int) -> xr.Dataset:
    """Profile of every fitted parameter.

    Returns
    -------
    Dataset
        Kind ``profile`` over ``parameter`` and ``point``: ``value``, ``deviance`` (data alone, above the best), ``interval`` (95 %)
        and whether each of its ends is ``closed``; an open end lies beyond what was searched: the data do not bound it there.
    """
    sigma = np.sqrt(np.clip(np.diag(fit.covariance), 0, None))
    values, deviances, intervals, closed = [], [], [], []
    for k, prior in enumerate(problem.priors):
        low, high = prior.bounds
        wide = REACH * sigma[k] if np.isfinite(sigma[k]) else high - low
        below = np.linspace(max(fit.best[k] - wide, low), fit.best[k], points // 2 + 1)
        above = np.linspace(fit.best[k], min(fit.best[k] + wide, high), points // 2 + 1)[1:]
        places = np.concatenate([below, above])
        rises = np.array([_rise(problem, fit, k, place) for place in places])
        ends, is_closed = _ends(places, rises - rises.min())
        values.append([value_at(prior, place) for place in places])
        deviances.append(rises - rises.min())
        intervals.append([value_at(prior, end) for end in ends])
        closed.append(is_closed)
    record = xr.Dataset(
        {
            "value": (("parameter", "point"), np.array(values)),
            "deviance": (("parameter", "point"), np.array(deviances)),
            "interval": (("parameter", "bound"), np.array(intervals)),
            "closed": (("parameter", "bound"), np.array(closed)),
        },
        coords={"parameter": np.array(problem.names, dtype=np.str_), "bound": ["lower", "upper"]},
        attrs={"level": 0.95},
    )
    return label(record, "profile")


def _rise(problem: Problem, fit: GaussianFit, k: int, place: float) -> float:
    return problem.fit(fixed=(k, float(place)), start=fit.best.copy()).chi_squared


def _ends(places: Floats, rises: Floats) -> tuple[tuple[float, float], tuple[bool, bool]]:
    """Where the deviance passes the limit to either side of its least, by straight lines."""
    lowest = int(np.argmin(rises))
    left = np.flatnonzero(rises[: lowest + 1] > NINETY_FIVE)
    right = np.flatnonzero(rises[lowest:] > NINETY_FIVE)
    low, high = float(places[0]), float(places[-1])
    if left.size:
        at = int(left[-1])
        low = float(np.interp(NINETY_FIVE, [rises[at + 1], rises[at]], [places[at + 1], places[at]]))
    if right.size:
        at = lowest + int(right[0])
        high = float(np.interp(NINETY_FIVE, [rises[at - 1], rises[at]], [places[at - 1], places[at]]))
    return (low, high), (bool(left.size), bool(right.size))
