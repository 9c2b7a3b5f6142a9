"""Contact loss: the resistance of the cell runs away within a half cycle and does not come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRule:
    """What counts as a run-away.

    Attributes
    ----------
    growth
        Resistance over its value at the start of the half cycle; 5.
    least_rise
        V; a smaller rise of the voltage is no run-away, whatever the ratio.
    start_share
        Share of the half cycle that gives its starting resistance.
    held_share
        The current counts as held while it is at least this share of the set-point.
    acceleration
        Least slope of the resistance where it passes ``growth`` over its mean slope up to there. 0.8: a run-away is at
        least as steep as a straight line (1), while a polarisation on its way to a steady state flattens (to 1/t+ times
        its start in a salt of transference number t+).
    least_samples
        Samples above ``growth`` that a jump must leave; 3, so that a last noisy sample is no run-away.
    """

    growth: float = 5.0
    least_rise: float = 0.05
    start_share: float = 0.05
    held_share: float = 0.8
    acceleration: float = 0.8
    least_samples: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAway:
    """A run-away inside one half cycle.

    Attributes
    ----------
    index
        First sample after which the resistance stays above ``growth`` times its start.
    start, end
        Resistance at the start and at the end of the half cycle, ohm.
    """

    index: int
    start: float
    end: float


def find_run_away(time: Floats, resistance: Floats, voltage: Floats, rule: ContactRule | None = None) -> RunAway | None:
    """Find the point from which the resistance stays above a multiple of its start.

    Parameters
    ----------
    time
        (sample,) s.
    resistance
        (sample,) ohm, of one half cycle: |V - V_ocv| / |I|.
    voltage
        (sample,) V, magnitude against the open circuit.
    rule
        Thresholds; default :class:`ContactRule`.

    Returns
    -------
    RunAway or None
        ``None`` when the resistance comes back, never leaves, or flattens on its way. A cable fault (jump and recovery)
        is therefore none.
    """
    rule = rule or ContactRule()
    n = resistance.size
    if n < 5:
        return None
    first = slice(1, 1 + max(3, int(rule.start_share * n)))
    start, start_voltage = float(np.median(resistance[first])), float(np.median(voltage[first]))
    if start <= 0:
        return None
    index = _from_here_on((resistance > rule.growth * start) & (voltage > start_voltage + rule.least_rise))
    if index >= n:
        return None
    earlier = max(min(_from_here_on(resistance > 0.8 * rule.growth * start), index) - 1, 0)
    if n - index < rule.least_samples and resistance[max(index - 1, 0)] < 0.5 * rule.growth * start:
        return None
    slope = (resistance[index] - resistance[earlier]) * (time[index] - time[0])
    straight = (resistance[index] - start) * (time[index] - time[earlier])
    if slope < rule.acceleration * straight:
        return None
    return RunAway(index=index, start=start, end=float(resistance[-1]))


def _from_here_on(state: npt.NDArray[np.bool_]) -> int:
    """First sample from which a state holds to the end; the number of samples where it does not hold at the end."""
    back = np.flatnonzero(~state)
    return int(back[-1]) + 1 if back.size else 0
