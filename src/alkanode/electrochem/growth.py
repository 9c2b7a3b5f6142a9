"""Growth over cycles: a robust slope, an onset, and a change of slope with its interval, or a refusal.

The kernels know nothing of cells: values against cycle numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.hidden_shorts import deviation, lasting

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRule:
    """What counts as growth.

    Attributes
    ----------
    baseline
        Cycles that give the baseline, at most half of them; 10.
    least_baseline
        Fewest of them; 4.
    deviations
        The onset lies beyond the median of the baseline plus this many median absolute deviations (not scaled); 5.
    confirmations
        Cycles in a row that must lie beyond; 3.
    least_growth
        Least growth of the last three cycles over the first three for it to be called a failure; 0.2.
    least_cycles
        Fewest cycles of one direction on which growth is called a failure; 6.
    confidence_level
        Of the interval of the slope and of the change point; 0.95.
    least_segment
        Fewest cycles on each side of a change point; 4.
    evidence
        How much lower the Bayesian information criterion of two lines must be than that of one line for a change point to
        be given: 10, "very strong" in the usual reading.
    """

    baseline: int = 10
    least_baseline: int = 4
    deviations: float = 5.0
    confirmations: int = 3
    least_growth: float = 0.2
    least_cycles: int = 6
    confidence_level: float = 0.95
    least_segment: int = 4
    evidence: float = 10.0


def slope_over(cycle: Floats, value: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Theil-Sen slope and its interval, per cycle; NaN below 4 points.

    Parameters
    ----------
    cycle, value
        (cycle,) numbers and values.
    level
        Confidence level of the interval.
    """
    if value.size < 4:
        return np.nan, np.nan, np.nan
    from scipy.stats import theilslopes  # loaded where it is used: it takes most of a second

    fit = theilslopes(value, cycle, alpha=level)
    return float(fit.slope), float(fit.low_slope), float(fit.high_slope)


def onset_of(value: Floats, rule: GrowthRule | None = None) -> int | None:
    """First place beyond the median of the baseline plus ``deviations`` median absolute deviations that is confirmed.

    Parameters
    ----------
    value
        (cycle,) values in order.
    rule
        Thresholds; default :class:`GrowthRule`.

    Returns
    -------
    int or None
        ``None`` when there is none, or too few cycles to say.
    """
    rule = rule or GrowthRule()
    count = min(rule.baseline, value.size // 2)
    if count < rule.least_baseline:
        return None
    base = float(np.median(value[:count]))
    scatter = deviation(value[:count]) / 1.4826
    return lasting(value > base + rule.deviations * scatter, rule.confirmations)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A change of slope, or why there is none.

    Attributes
    ----------
    cycle
        Cycle at which the second line begins; NaN when refused.
    interval
        Cycles that fit nearly as well (likelihood ratio at the confidence level); NaN when refused.
    refused
        Empty, or the reason.
    gain
        Bayesian information criterion of one line minus that of two.
    """

    cycle: float
    interval: tuple[float, float]
    refused: str
    gain: float


def change_point(cycle: Floats, value: Floats, rule: GrowthRule | None = None) -> ChangePoint:
    """Where one line becomes two, by exact search over all places.

    Parameters
    ----------
    cycle, value
        (cycle,) numbers and values.
    rule
        Thresholds; default :class:`GrowthRule`.

    Notes
    -----
    Two independent straight lines are fitted by least squares on both sides of every place, from running sums. One line has
    3 parameters (with the variance), two have 6 (with the place). The Bayesian information criterion is n ln(RSS/n) + k ln n.
    The interval holds the places whose n ln RSS is above the best by less than the quantile of chi-squared with one degree
    of freedom. Neither the values nor their errors need to be equidistant; the errors are taken as independent.
    """
    rule = rule or GrowthRule()
    n = value.size
    none = (np.nan, np.nan)
    if n < 2 * rule.least_segment + 1:
        return ChangePoint(cycle=np.nan, interval=none, refused=f"only {n} cycles", gain=np.nan)
    whole = _residuals(cycle, value)[-1]
    ahead = _residuals(cycle, value)
    behind = _residuals(cycle[::-1], value[::-1])[::-1]
    places = np.arange(rule.least_segment, n - rule.least_segment + 1)
    both = ahead[places - 1] + behind[places]
    floor = max(1e-12 * float(np.sum((value - value.mean()) ** 2)), np.finfo(float).tiny)
    both, whole = np.maximum(both, floor), max(float(whole), floor)
    best = int(np.argmin(both))
    gain = n * np.log(whole / both[best]) - 3 * np.log(n)
    if gain < rule.evidence:
        return ChangePoint(cycle=np.nan, interval=none, refused="one line describes it as well", gain=float(gain))
    near = places[n * np.log(both / both[best]) <= _chi_squared(rule.confidence_level)]
    return ChangePoint(
        cycle=float(cycle[places[best]]),
        interval=(float(cycle[near[0]]), float(cycle[near[-1]])),
        refused="",
        gain=float(gain),
    )


def _chi_squared(level: float) -> float:
    """Quantile of chi-squared with one degree of freedom."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + 0.5 * level) ** 2)


def _residuals(x: Floats, y: Floats) -> Floats:
    """(n,) residual sum of squares of the line through the first 1, 2, ... n points."""
    x, y = x - x.mean(), y - y.mean()
    count = np.arange(1, x.size + 1)
    sx, sy, sxx, sxy, syy = (np.cumsum(values) for values in (x, y, x * x, x * y, y * y))
    cxx, cxy, cyy = sxx - sx * sx / count, sxy - sx * sy / count, syy - sy * sy / count
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = np.where(cxx > 0, cxy * cxy / cxx, 0.0)
    return np.maximum(cyy - explained, 0.0)
