"""How the relaxation time of a process moves with its resistance: d ln tau / d ln R, with an interval.

Lost contact area raises R as 1/area and lowers C with the area, so tau stays and the slope is 0. A resistance that grows
over a fixed capacitance takes tau along, and the slope is 1. Both R and tau are measured with error; a plain regression
would pull the slope towards zero, which is one of the two answers. The line is therefore that of Deming, and the interval
comes from blocks of neighbouring rows drawn again, since errors of neighbours are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_NORMAL = 1.96  # 95 % of a normal distribution

AREA_LOSS, FIXED_CAPACITANCE, NEITHER, CANNOT_SAY = "area loss", "fixed capacitance", "neither", "cannot say"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeRules:
    """When a slope says something.

    Attributes
    ----------
    least_rows
        Rows of a track below which nothing is said. Default 6: blocks of fewer rows have no scatter.
    least_change
        Change of ln R (5 to 95 %) below which nothing is said. Default 0.2.
    least_signal
        The same over the standard deviation of ln R. Default 6.
    systematic
        Added to both ends of the interval. Default 0.1: a peak of a smoothed distribution shifts by some 0.05 decade
        while R doubles or triples, as its neighbours grow with it.
    draws
        Of the bootstrap. Default 500: the ends of the interval then scatter by 5 % of its width.
    seed
        Of its random numbers.
    """

    least_rows: int = 6
    least_change: float = 0.2
    least_signal: float = 6.0
    systematic: float = 0.1
    draws: int = 500
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """d ln tau / d ln R of a track.

    Attributes
    ----------
    value, low, high
        Estimate and 95 % interval; NaN where R does not move enough.
    verdict
        ``"area loss"`` (the interval holds 0 and not 1), ``"fixed capacitance"`` (1 and not 0), ``"neither"``, or
        ``"cannot say"`` (R does not move, too few rows, or both 0 and 1 are possible).
    """

    value: float
    low: float
    high: float
    verdict: str


def local_deviation(values: FloatArray, reach: int = 3) -> FloatArray:
    """Standard deviation of the scatter around each value: what a straight line through its neighbours leaves.

    Parameters
    ----------
    values
        In the order of the spectra, shape (row,).
    reach
        Rows on each side that are averaged.

    Returns
    -------
    ndarray
        Shape (row,), NaN for fewer than four rows. Values that were smoothed along the run scatter less than they err.
    """
    if values.size < 4:
        return np.full(values.size, np.nan)
    bend = values[1:-1] - (values[:-2] + values[2:]) / 2
    square = np.concatenate([[bend[0]], bend, [bend[-1]]]) ** 2 / 1.5
    window = np.ones(2 * reach + 1)
    return np.asarray(np.sqrt(_centred(square, window) / _centred(np.ones(values.size), window)))


def _centred(values: FloatArray, window: FloatArray) -> FloatArray:
    reach = window.size // 2
    return np.convolve(values, window)[reach : reach + values.size]


def track_slope(
    log_tau: FloatArray,
    log_resistance: FloatArray,
    rules: SlopeRules,
    *,
    errors: tuple[FloatArray, FloatArray] | None = None,
    deviation: Callable[[FloatArray, FloatArray, float], float] | None = None,
) -> Slope:
    """Slope of ln tau over ln R along a track.

    Parameters
    ----------
    log_tau, log_resistance
        In the order of the spectra, shape (row,).
    rules
        When it says something.
    errors
        Standard deviations of both, shape (row,) each, where a fit gives them. Else they are taken from the scatter along
        the track.
    deviation
        Standard deviation of the slope from that fit, as a function of ln tau, ln R and the ratio of variances. It is added
        to the interval.

    Returns
    -------
    Slope

    Notes
    -----
    Deming: ``b = (s_uu - d s_vv + sqrt((s_uu - d s_vv)^2 + 4 d s_uv^2)) / (2 s_uv)`` with u = ln tau, v = ln R and d the ratio
    of the variances of their errors (1 where there is none). With errors from a fit, what a straight line leaves of u
    counts as error of u.
    """
    nothing = float("nan")
    silent = Slope(value=nothing, low=nothing, high=nothing, verdict=CANNOT_SAY)
    count = log_tau.size
    if count < rules.least_rows:
        return silent
    change = float(np.ptp(np.quantile(log_resistance, [0.05, 0.95])))
    if errors is None:
        error_u, error_v = (
            float(np.sqrt(np.mean(local_deviation(values) ** 2))) for values in (log_tau, log_resistance)
        )
    else:
        error_u, error_v = (float(np.median(values)) for values in errors)
    if change < max(rules.least_change, rules.least_signal * error_v):
        return silent
    if errors is not None:
        left = log_tau - np.polyval(np.polyfit(log_resistance, log_tau, 1), log_resistance)
        error_u = max(error_u, float(np.std(left)))
    floor = 1e-6 * change
    ratio = (max(error_u, floor) / max(error_v, floor)) ** 2
    block = max(2, round(count ** (1 / 3)))
    random = np.random.default_rng(rules.seed)
    starts = random.integers(0, count - block + 1, size=(rules.draws, -(-count // block)))
    rows = (starts[:, :, None] + np.arange(block)).reshape(rules.draws, -1)[:, :count]
    value = float(_deming(log_tau[None], log_resistance[None], ratio)[0])
    drawn = _deming(log_tau[rows], log_resistance[rows], ratio)
    low, high = (float(end) for end in np.nanquantile(drawn, [0.025, 0.975]))
    known = 0.0 if deviation is None else _NORMAL * deviation(log_tau, log_resistance, ratio)
    low = value - float(np.hypot(max(value - low, 0.0), known)) - rules.systematic
    high = value + float(np.hypot(max(high - value, 0.0), known)) + rules.systematic
    return Slope(value=value, low=low, high=high, verdict=_verdict(low, high))


def slope_gradient(u: FloatArray, v: FloatArray, ratio: float) -> tuple[FloatArray, FloatArray]:
    """Derivatives of the slope of u over v with respect to every u and every v, shape (row,) each."""
    u, v = u - u.mean(), v - v.mean()
    moments = np.array([(u * u).sum(), (v * v).sum(), (u * v).sum()])
    step = 1e-6 * moments.max()

    def moved(by: FloatArray) -> float:
        uu, vv, uv = moments + by
        return float(_of_moments(uu, vv, uv, ratio))

    by_uu, by_vv, by_uv = ((moved(h) - moved(-h)) / (2 * step) for h in step * np.eye(3))
    return 2 * by_uu * u + by_uv * v, 2 * by_vv * v + by_uv * u


def _deming(u: FloatArray, v: FloatArray, ratio: float) -> FloatArray:
    """Slopes of u over v, one per row of the two, shape (draw,)."""
    u = u - u.mean(axis=1, keepdims=True)
    v = v - v.mean(axis=1, keepdims=True)
    return np.asarray(_of_moments((u * u).sum(axis=1), (v * v).sum(axis=1), (u * v).sum(axis=1), ratio))


def _of_moments(uu: Any, vv: Any, uv: Any, ratio: float) -> Any:
    lead = uu - ratio * vv
    root = np.sqrt(lead**2 + 4 * ratio * uv**2)
    # the two forms are equal; each avoids the difference of two like numbers on its side
    with np.errstate(divide="ignore", invalid="ignore"):
        steep = (lead + root) / (2 * uv)
        flat = 2 * ratio * uv / (root - lead)
    return np.where(lead > 0, steep, flat)


def _verdict(low: float, high: float) -> str:
    lost, fixed = low <= 0 <= high, low <= 1 <= high
    if lost and fixed:
        return CANNOT_SAY
    if lost:
        return AREA_LOSS
    return FIXED_CAPACITANCE if fixed else NEITHER
