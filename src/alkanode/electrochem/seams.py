"""Failures between half cycles: at a change of polarity or in a rest the collapse or run-away itself is not sampled.

The level of a half cycle is compared with that of the two before it and with the end of the last one, so that neither the
end of a run-away nor a one-off high half cycle makes a collapse.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.shorts import ShortRule
from alkanode.electrochem.traces import PICKS, Levels

Floats = npt.NDArray[np.float64]


NOISE_ENDS = 4.0
"""Standard deviations within which the noise of a half cycle stays."""

MEDIAN_ERRORS = 6 * 1.25 / float(np.sqrt(PICKS))
"""Scatter of a sample that a fall between two medians of :data:`PICKS` samples must exceed: six standard errors of one."""


def collapsed_at_seam(levels: Levels, rule: ShortRule) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Half cycles whose resistance lies from their start below ``rule.ratio`` of that before.

    Parameters
    ----------
    levels
        Levels of all traces.
    rule
        Thresholds.

    Returns
    -------
    collapsed
        (trace,) verdict.
    before
        (trace,) the lowest of: median of the half cycle before and of the one before that, and the end of the half cycle
        before; ohm.
    """
    n = levels.middle.size
    before = np.full(n, np.nan)
    if n < 2:
        return np.zeros(n, dtype=bool), before
    before[1:] = np.minimum(levels.middle[:-1], levels.end[:-1])
    before[2:] = np.minimum(before[2:], levels.middle[:-2])
    scatter = np.full(n, np.nan)
    scatter[1:] = np.maximum(levels.noise[:-1], levels.noise[1:])
    fall = before - levels.middle
    with np.errstate(invalid="ignore"):
        collapsed = (
            (before > 0)
            & (levels.middle < rule.ratio * before)
            & (levels.end < 0.5 * before)
            & (fall > MEDIAN_ERRORS * scatter)
        )
    # a short is flat: a voltage that runs through 0 has an offset
    extreme = np.maximum(np.abs(levels.lowest), np.abs(levels.late)) - NOISE_ENDS * levels.noise
    with np.errstate(invalid="ignore"):
        collapsed &= extreme < 0.5 * before
    return collapsed, before


def lost_at_seam(levels: Levels, rule: ContactRule) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Half cycles whose resistance lies from their start above ``rule.growth`` times that before.

    Parameters
    ----------
    levels
        Levels of all traces.
    rule
        Thresholds.

    Returns
    -------
    lost
        (trace,) verdict; the voltage must have risen by ``rule.least_rise`` too.
    before
        (trace,) the highest of: median of the half cycle before and of the one before that, and the end of the half
        cycle before; ohm.
    """
    n = levels.middle.size
    before = np.full(n, np.nan)
    if n < 2:
        return np.zeros(n, dtype=bool), before
    before[1:] = np.maximum(levels.middle[:-1], levels.end[:-1])
    before[2:] = np.maximum(before[2:], levels.middle[:-2])
    with np.errstate(invalid="ignore"):
        lost = (before > 0) & (levels.middle > rule.growth * before) & (levels.lowest > 0.5 * rule.growth * before)
        lost &= (levels.middle - before) * levels.current > rule.least_rise
    return lost, before
