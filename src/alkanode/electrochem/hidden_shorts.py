"""Hidden soft short: half cycles look calm, yet the resistance falls from cycle to cycle at the same set-point.

A leak beside the ionic path lowers the resistance for good. So does an interface that improves, or a warmer cell: a fall
alone is suspected only. What a leak does beside: it flattens a half cycle that had a shape (where the ionic resistance
is high the leak takes more of the current), it fluctuates, and it can bring |V| below I R_el / 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.traces import PICKS, Levels, Places

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenShortRule:
    """What counts as a hidden soft short.

    Attributes
    ----------
    fall
        Least fall of the median resistance from before to after; 0.2, three times what a drop inside a half cycle needs, since
        nothing here is sudden.
    together
        Factor on ``fall`` where half cycles of both directions are compared with each other; 1.5.
    deviations
        Least fall over the standard error of the difference of the two medians; 8.
    least_half_cycles
        Fewest half cycles of one direction and set-point before and after the fall; 2.
    flattening
        Largest spread of a half cycle after the fall over that before it that counts as flat; 0.6.
    least_spread
        Least spread before the fall (10 % to 90 % quantile over median) that can flatten; 0.1.
    fluctuation
        Least scatter from sample to sample over that before the fall; 3.
    least_scatter
        Scatter of the medians from half cycle to half cycle, over their level, that is always allowed for; 0.01.
    same_setpoint
        Half cycles whose set-points differ by less than this share are compared; 0.02.
    """

    fall: float = 0.2
    together: float = 1.5
    deviations: float = 8.0
    least_half_cycles: int = 2
    flattening: float = 0.6
    least_spread: float = 0.1
    fluctuation: float = 3.0
    least_scatter: float = 0.01
    same_setpoint: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenShort:
    """A lasting fall in the half cycles of one direction.

    Attributes
    ----------
    traces
        Traces that show it, in order.
    baseline, level
        Median resistance of the baseline and of these traces, ohm.
    deviations
        Fall over the standard error of the difference of the medians.
    flattened, fluctuates
        Ratio of spread, of scatter to the baseline's; NaN where that is no sign.
    """

    traces: Places
    baseline: float
    level: float
    deviations: float
    flattened: float
    fluctuates: float


def same_setpoint(
    current: Floats, sign: npt.NDArray[np.int64], tolerance: float, chosen: npt.NDArray[np.bool_]
) -> Iterator[Places]:
    """Traces of one direction and one set-point, group after group, in order of time within each.

    Parameters
    ----------
    current, sign
        (trace,) magnitude (A) and direction of the set-point.
    tolerance
        Share within which set-points are the same.
    chosen
        (trace,) which traces take part.
    """
    for direction in (1, -1):
        members = np.flatnonzero(chosen & (sign == direction))
        if members.size == 0:
            continue
        order = members[np.argsort(current[members], kind="stable")]
        steps = np.diff(np.log(np.maximum(current[order], np.finfo(float).tiny)))
        for group in np.split(order, np.flatnonzero(steps > tolerance) + 1):
            yield np.sort(group)


def find_hidden(
    levels: Levels, sign: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_], rule: HiddenShortRule | None = None
) -> list[HiddenShort]:
    """Find directions and set-points in which the resistance fell for good; where each has too few half cycles, both together.

    Parameters
    ----------
    levels
        Levels of all traces.
    sign
        (trace,) direction of the current.
    chosen
        (trace,) traces to compare: those before any other failure.
    rule
        Thresholds; default :class:`HiddenShortRule`.
    """
    rule = rule or HiddenShortRule()
    return _search(levels, sign, chosen, rule) or _search(
        levels, np.ones_like(sign), chosen, replace(rule, fall=rule.together * rule.fall)
    )


def _search(
    levels: Levels, sign: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_], rule: HiddenShortRule
) -> list[HiddenShort]:
    """Falls in the half cycles that share a sign; what parts two directions of the current counts as their scatter."""
    found = []
    for group in same_setpoint(levels.current, sign, rule.same_setpoint, chosen):
        if group.size < 2 * rule.least_half_cycles:
            continue
        highest = float(levels.late[group].max())
        if highest <= 0 or levels.late[group].min() > (1 - rule.fall) * highest:
            continue
        split, significance = _fall(levels.late[group], levels.noise[group], rule)
        before, after = group[:split], group[split:]
        base, level = float(np.median(levels.late[before])), float(np.median(levels.late[after]))
        stays = levels.late[after][-rule.least_half_cycles :] < 0.5 * (base + level)
        if significance < rule.deviations or level > (1 - rule.fall) * base or not stays.all():
            continue
        low = levels.late[group] < 0.5 * (base + level)
        first = int(np.flatnonzero(~low)[-1]) + 1 if not low.all() else split
        after = group[min(first, group.size - rule.least_half_cycles) :]
        spread, noise = (np.median(values[before]) for values in (levels.spread, levels.noise))
        flat = float(np.median(levels.spread[after]) / spread) if spread > rule.least_spread else np.nan
        rough = float(np.median(levels.noise[after]) / noise) if noise > 0 else np.nan
        found.append(
            HiddenShort(
                traces=after,
                baseline=base,
                level=level,
                deviations=significance,
                flattened=flat if flat < rule.flattening else np.nan,
                fluctuates=rough if rough > rule.fluctuation else np.nan,
            )
        )
    return found


def _fall(value: Floats, noise: Floats, rule: HiddenShortRule) -> tuple[int, float]:
    """Place that parts (half_cycle,) values best into high before and low after, and the fall over its standard error."""
    best, most = rule.least_half_cycles, -np.inf
    for split in range(rule.least_half_cycles, value.size - rule.least_half_cycles + 1):
        high, low = value[:split], value[split:]
        middle, after = np.median(high), np.median(low)
        apart = np.concatenate([high - middle, low - after])
        scatter = max(
            1.4826 * float(np.median(np.abs(apart))),
            rule.least_scatter * float(middle),
            float(np.median(noise)) / np.sqrt(PICKS / 2),
            np.finfo(float).tiny,
        )
        significance = float(middle - after) / (scatter * np.sqrt(np.pi / 2 * (1 / high.size + 1 / low.size)))
        if significance > most:
            best, most = split, significance
    return best, most


def deviation(values: Floats) -> float:
    """Robust standard deviation: 1.4826 times the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def lasting(state: npt.NDArray[np.bool_], times: int) -> int | None:
    """First place from which a state holds ``times`` times in a row; ``None`` when it never does."""
    held = state.copy()
    for shift in range(1, times):
        held[: state.size - shift] &= state[shift:]
        held[state.size - shift :] = False
    first = np.flatnonzero(held)
    return int(first[0]) if first.size else None
