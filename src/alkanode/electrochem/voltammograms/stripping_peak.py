"""The stripping peak of one cycle, and what the choice of its baseline does to its charge.

Three baselines are compared: the line between the feet (the default, needs nothing else), the resistance of the plating side
extrapolated into stripping (a metal that plates and strips through one resistance), and the return sweep (what flows when the
metal is gone). None is the truth: the interval of the charge spans those that apply. A baseline above the current at a foot
cannot be what flows without the peak's metal, and does not apply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.voltammograms.current_peaks import CurrentPeak, PeakRule, find_current_peaks
from alkanode.numerics.robust_line import Line

Floats = npt.NDArray[np.float64]

BASELINES = ("feet", "extrapolated", "return")
"""Line between the feet, plating side extrapolated, return sweep."""

FOOT_SLACK = 0.05
"""Share of the peak's height by which a baseline may lie above the current at a foot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One sweep: s, V, A in order of time."""

    time: Floats
    voltage: Floats
    current: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class StrippingPeak:
    """The stripping peak of one cycle, or why there is none.

    Attributes
    ----------
    peak
        The peak, or ``None``.
    reason
        Why there is none; empty where there is one.
    charges
        Charge over each of :data:`BASELINES`, C; NaN where a baseline does not apply.
    interval
        Of the charge: over the baselines that apply, widened by noise and by the place of the feet.
    """

    peak: CurrentPeak | None
    reason: str
    charges: tuple[float, float, float] = (float("nan"), float("nan"), float("nan"))
    interval: tuple[float, float] = (float("nan"), float("nan"))


def stripping_peak(
    strip: Branch | None,
    back: Branch | None,
    plating: Line,
    *,
    scan_rate: float,
    window: tuple[float, float] | None,
    rule: PeakRule,
    samples: float,
) -> StrippingPeak:
    """Find the stripping peak of one cycle.

    Parameters
    ----------
    strip, back
        The stripping sweep and the one that comes back, current and voltage positive in the direction of stripping.
    plating
        Line through the plating side, A over V.
    scan_rate
        V s-1.
    window
        V; only a peak with its top inside counts. ``None``: anywhere while stripping.
    rule
        Thresholds of the peak.
    samples
        Samples per step of a digital sweep.

    Returns
    -------
    StrippingPeak
        The highest peak over its baseline.
    """
    if strip is None:
        return StrippingPeak(peak=None, reason="no whole stripping sweep in the cycle")
    peaks, reason = find_current_peaks(
        strip.time, strip.voltage, strip.current, scan_rate=scan_rate, rule=rule, samples=samples
    )
    if window is not None and peaks:
        peaks = [peak for peak in peaks if window[0] <= peak.voltage <= window[1]]
        reason = reason or "no peak inside the window of potentials that was asked for"
    if not peaks:
        return StrippingPeak(peak=None, reason=reason)
    peak = max(peaks, key=lambda one: one.height)
    if np.isnan(peak.charge):
        return StrippingPeak(peak=peak, reason="the peak is cut by the turning point: its charge is not known")
    span = slice(peak.left, peak.right + 1)
    time, voltage, current = strip.time[span], strip.voltage[span], strip.current[span]
    reach = peak.charge_error
    slack = max(rule.noise * peak.noise, FOOT_SLACK * peak.height)
    charges = (
        peak.charge,
        _over(time, current, plating.intercept + plating.slope * voltage, slack),
        _over(time, current, _at(back, voltage), slack),
    )
    known = np.array([charge for charge in charges if np.isfinite(charge)])
    return StrippingPeak(
        peak=peak,
        reason="",
        charges=charges,
        interval=(max(float(known.min()) - reach, 0.0), float(known.max()) + reach),
    )


def _over(time: Floats, current: Floats, base: Floats, slack: float) -> float:
    """Charge over a baseline; NaN where the baseline lies above the current at a foot."""
    excess = current - base
    ends = max(3, excess.size // 50)
    if not (np.median(excess[:ends]) > -slack and np.median(excess[-ends:]) > -slack):
        return float("nan")
    return float(np.trapezoid(excess, time))


def _at(back: Branch | None, voltage: Floats) -> Floats:
    """Current of the return sweep at potentials; NaN where it was not there."""
    if back is None or back.voltage.size < 2:
        return np.full(voltage.size, np.nan)
    order = np.argsort(back.voltage, kind="stable")
    return np.asarray(
        np.interp(voltage, back.voltage[order], back.current[order], left=np.nan, right=np.nan), dtype=float
    )
