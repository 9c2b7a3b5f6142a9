"""Peaks of the current in one sweep: where, how high over which baseline, how much charge.

A peak of a solid cell stands on a slope, the resistance of the cell, so it need not be a maximum of the current. It is sought as
a bulge over the lower convex hull of the current: a resistance and a current that only accelerates have no such bulge. The line
that touches the curve before and behind the bulge is its baseline, and the two places are its feet. A current that only bends
over has no foot behind it: that is no peak.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alkanode.numerics.robust_line import scatter

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRule:
    """What counts as a peak.

    Attributes
    ----------
    smoothing
        V; width of the Savitzky-Golay filter (second order) with which the place is found. 10 mV is a sixth of the narrowest
        peak of a one-electron reaction of adsorbed species (90.6 mV at 25 degC) and a third of a steep stripping peak. The
        charge comes from the current as it was measured. The first width of a sweep is left out: the double layer turns there.
    noise
        Least height over the standard deviation of the current's noise, 5.
    least_share
        Least height over the largest current of the sweep, 0.02: below it the curvature of a resistance is read as a peak.
    foot_margin
        Share of the samples by which the foot behind a peak must lie before the turning point, 0.03; a later one counts only
        where the peak has a tail.
    tail
        Share of the height by which a peak that ends at the turning point must sag below the straight line from its top to
        there, 0.1 (a Gaussian sags by 0.2). A current that only bends over never does.
    onset_share
        Share of the height at which the onset's tangent touches the rising flank: 0.5.
    """

    smoothing: float = 0.01
    noise: float = 5.0
    least_share: float = 0.02
    foot_margin: float = 0.03
    tail: float = 0.1
    onset_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentPeak:
    """A peak of one sweep, in the direction of its current (height and charge are positive).

    Attributes
    ----------
    top, left, right
        Samples of the top and of the feet.
    voltage, voltage_interval
        Potential of the top (V) and where the smoothed current is within two standard deviations of its noise of it.
    total
        Current at the top (A).
    height
        Current at the top over the baseline (A).
    noise
        Standard deviation of a sample of the current (A).
    charge
        Charge over the baseline between the feet (C); NaN where the foot behind it was not reached.
    charge_error
        Half width of the charge's interval (C): two standard errors of noise, and how much the charge moves when the feet do by
        half the width of the filter.
    width
        Full width at half height over the baseline (V); NaN where a flank is cut.
    onset
        Potential (V) at which the tangent of the rising flank meets the baseline.
    falls
        Whether the current itself falls behind the top (else it is a shoulder).
    base
        Current of the baseline at both feet (A).
    """

    top: int
    left: int
    right: int
    voltage: float
    voltage_interval: tuple[float, float]
    total: float
    height: float
    noise: float
    charge: float
    charge_error: float
    width: float
    onset: float
    falls: bool
    base: tuple[float, float]


def find_current_peaks(
    time: Floats,
    voltage: Floats,
    current: Floats,
    *,
    scan_rate: float,
    rule: PeakRule | None = None,
    samples: float = 1.0,
) -> tuple[list[CurrentPeak], str]:
    """Find the peaks of one sweep.

    Parameters
    ----------
    time, voltage, current
        (sample,) s, V and A of one sweep in order of time, the current counted positive in the direction of the peaks.
    scan_rate
        V s-1.
    rule
        Thresholds; default :class:`PeakRule`.
    samples
        Samples per step of a digital sweep, over which the filter must reach.

    Returns
    -------
    list of CurrentPeak
        In order of time.
    str
        Why there is none; empty where there is one.
    """
    from scipy.signal import find_peaks, savgol_filter  # loaded where it is used: most of a second

    rule = rule or PeakRule()
    width = _filter_width(time, abs(scan_rate), rule, samples)
    start = max(_flowing(current), width)
    time, voltage, current = time[start:], voltage[start:], current[start:]
    if time.size < max(8, width):
        return [], "no current in this direction"
    smooth, noise = np.asarray(savgol_filter(current, width, 2), dtype=float), scatter(current)
    least = max(rule.noise * noise, rule.least_share * float(np.max(np.abs(current))))
    bulge = smooth - lower_hull(time, smooth)
    tops, _ = find_peaks(np.concatenate(([0.0], bulge, [0.0])), prominence=least)
    tops = tops - 1
    if tops.size == 0:
        return [], "no bulge above the noise and above the least share of the current"
    between = [
        a + int(np.argmin(_over_chord(smooth[a : b + 1]))) for a, b in itertools.pairwise(map(int, tops.tolist()))
    ]
    valleys: list[int] = [0, *between, int(time.size) - 1]
    found, reason = [], ""
    for low, high in itertools.pairwise(valleys):
        peak = _measure(time, voltage, current, smooth, noise, width, low, high, least, rule)
        if peak is None:
            reason = "the current bends over but has no foot before the turning point"
            continue
        found.append(replace(peak, top=peak.top + start, left=peak.left + start, right=peak.right + start))
    return found, "" if found else reason


def lower_hull(x: Floats, y: Floats) -> Floats:
    """Lower convex hull of a curve at its own places, by Andrew's monotone chain."""
    corners = _hull_corners(x, y)
    return np.asarray(np.interp(x, x[corners], y[corners]), dtype=float)


def _hull_corners(x: Floats, y: Floats) -> list[int]:
    xs, ys = x.tolist(), y.tolist()
    corners: list[int] = []
    for k in range(len(xs)):
        while len(corners) > 1:
            a, b = corners[-2], corners[-1]
            if (xs[b] - xs[a]) * (ys[k] - ys[a]) > (ys[b] - ys[a]) * (xs[k] - xs[a]):
                break
            corners.pop()
        corners.append(k)
    return corners


def _over_chord(curve: Floats) -> Floats:
    """Height of a curve over the straight line between its ends."""
    return curve - np.linspace(curve[0], curve[-1], curve.size)


def _flowing(current: Floats) -> int:
    """First sample from which the current flows in the direction of the sweep (after its last change of sign to it)."""
    from scipy.signal import savgol_filter  # loaded where it is used: most of a second

    if current.size < 8:
        return 0
    calm = savgol_filter(current, 7, 1)
    against = np.flatnonzero(calm[: int(np.argmax(calm)) + 1] <= 0)
    return int(against[-1]) + 1 if against.size else 0


def _filter_width(time: Floats, rate: float, rule: PeakRule, samples: float) -> int:
    """Samples of the filter: odd, at least 5."""
    spacing = rate * float(time[-1] - time[0]) / max(time.size - 1, 1)
    width = max(5, round(rule.smoothing / spacing) if spacing > 0 else 5, round(2 * samples))
    return width + 1 - width % 2


def _measure(
    time: Floats,
    voltage: Floats,
    current: Floats,
    smooth: Floats,
    noise: float,
    filter_width: int,
    low: int,
    high: int,
    least: float,
    rule: PeakRule,
) -> CurrentPeak | None:
    """The peak between two valleys, or none where it only bends."""
    piece = slice(low, high + 1)
    corners = np.array(_hull_corners(time[piece], smooth[piece])) + low
    hull = np.interp(time[piece], time[corners], smooth[corners])
    top = low + int(np.argmax(smooth[piece] - hull))
    behind = int(np.searchsorted(corners, top, side="right"))
    if behind in (0, corners.size):
        return None
    left, right = int(corners[behind - 1]), int(corners[behind])
    at_turn = right > time.size - 1 - rule.foot_margin * (time.size - 1)
    falls = _drawdown(smooth[top : right + 1]) > 0.5 * least
    cut = at_turn and not _has_tail(smooth[top : right + 1] - hull[top - low : right + 1 - low], rule.tail)
    if cut and not falls:
        return None
    base = _base(voltage, smooth, left, right)
    if cut:
        fallen = top + int(np.argmax(np.maximum.accumulate(smooth[top : right + 1]) - smooth[top : right + 1]))
        top = left + int(np.argmax(smooth[left : fallen + 1]))
        base = np.full(time.size, float(smooth[left]))
    over = smooth - base
    if over[top] < least:
        return None
    span = slice(left, right + 1)
    charge, error = _charge(time, voltage, current, smooth, (left, right), noise, filter_width)
    around = _run(np.flatnonzero(over[span] >= over[top] - 2 * noise / np.sqrt(5)) + left, top)
    ends = float(voltage[around].min()), float(voltage[around].max())
    return CurrentPeak(
        top=top,
        left=left,
        right=right,
        voltage=float(voltage[top]),
        voltage_interval=(ends[0], ends[1]),
        total=float(smooth[top]),
        height=float(over[top]),
        noise=noise,
        charge=float("nan") if cut else charge,
        charge_error=error,
        width=float("nan") if cut else _width(voltage, over, left, top, right),
        onset=_onset(voltage, over, left, top, rule),
        falls=falls,
        base=(float(base[left]), float(base[right])),
    )


def _base(voltage: Floats, smooth: Floats, left: int, right: int) -> Floats:
    """Line between the feet as a function of the potential; between two feet at one potential it is level."""
    way = voltage[right] - voltage[left]
    if way == 0:
        return np.full(voltage.size, 0.5 * float(smooth[left] + smooth[right]))
    return np.asarray(smooth[left] + (smooth[right] - smooth[left]) * (voltage - voltage[left]) / way, dtype=float)


def _charge(
    time: Floats,
    voltage: Floats,
    current: Floats,
    smooth: Floats,
    feet: tuple[int, int],
    noise: float,
    width: int,
) -> tuple[float, float]:
    """Charge over the line between the feet (C) and half the width of its interval."""
    left, right = feet
    last, half = time.size - 1, width // 2

    def over(a: int, b: int) -> float:
        rows = slice(a, b + 1)
        return float(np.trapezoid((current - _base(voltage, smooth, a, b))[rows], time[rows]))

    charge = over(left, right)
    near = [
        over(a, b)
        for a in (max(left - half, 0), min(left + half, last))
        for b in (max(right - half, 0), min(right + half, last))
        if b > a
    ]
    duration, count = float(time[right] - time[left]), right - left
    of_samples = noise * duration / np.sqrt(count)
    of_feet = noise * np.sqrt(2.25 / width) * duration / np.sqrt(2)
    moved = max((abs(other - charge) for other in near), default=0.0)
    return charge, float(moved + 2 * np.hypot(of_samples, of_feet))


def _has_tail(bulge: Floats, share: float) -> bool:
    """Whether a bulge sags below the straight line from its top to its end by a share of its height."""
    if bulge.size < 3:
        return False
    sag = np.linspace(bulge[0], bulge[-1], bulge.size) - bulge
    return float(sag.max()) > share * float(bulge[0])


def _drawdown(curve: Floats) -> float:
    """Largest fall of a curve behind any of its earlier values."""
    return float(np.max(np.maximum.accumulate(curve) - curve))


def _run(rows: npt.NDArray[np.intp], top: int) -> npt.NDArray[np.intp]:
    """The unbroken run of rows that holds the top."""
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return next(group for group in groups if group[0] <= top <= group[-1])


def _crossing(voltage: Floats, over: Floats, inner: int, outer: int, level: float) -> float:
    """Potential at which the curve passes a level between the top and a foot."""
    step = 1 if outer > inner else -1
    rows = np.arange(inner, outer + step, step)
    below = np.flatnonzero(over[rows] < level)
    if below.size == 0 or below[0] == 0:
        return float("nan")
    a, b = rows[below[0] - 1], rows[below[0]]
    share = (over[a] - level) / (over[a] - over[b])
    return float(voltage[a] + share * (voltage[b] - voltage[a]))


def _width(voltage: Floats, over: Floats, left: int, top: int, right: int) -> float:
    level = 0.5 * over[top]
    return abs(_crossing(voltage, over, top, right, level) - _crossing(voltage, over, top, left, level))


def _onset(voltage: Floats, over: Floats, left: int, top: int, rule: PeakRule) -> float:
    """Where the tangent of the rising flank meets the baseline, from its chord around a share of the height."""
    high = _crossing(voltage, over, top, left, min(rule.onset_share + 0.15, 0.95) * over[top])
    low = _crossing(voltage, over, top, left, max(rule.onset_share - 0.15, 0.05) * over[top])
    middle = _crossing(voltage, over, top, left, rule.onset_share * over[top])
    return middle - (high - low) * rule.onset_share / 0.3
