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
    """

    growth: float = 5.0
    least_rise: float = 0.05
    start_share: float = 0.05
    held_share: float = 0.8


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


def find_run_away(resistance: Floats, voltage: Floats, rule: ContactRule | None = None) -> RunAway | None:
    """Find the point from which the resistance stays above a multiple of its start.

    Parameters
    ----------
    resistance
        (sample,) ohm, of one half cycle: |V - V_ocv| / |I|.
    voltage
        (sample,) V, magnitude against the open circuit.
    rule
        Thresholds; default :class:`ContactRule`.

    Returns
    -------
    RunAway or None
        ``None`` when the resistance comes back or never leaves. A cable fault (jump and recovery) is therefore none.
    """
    rule = rule or ContactRule()
    n = resistance.size
    if n < 5:
        return None
    first = slice(1, 1 + max(3, min(25, int(rule.start_share * n))))
    start, start_voltage = float(np.median(resistance[first])), float(np.median(voltage[first]))
    out = (resistance > rule.growth * start) & (voltage > start_voltage + rule.least_rise)
    back = np.flatnonzero(~out)
    index = int(back[-1]) + 1 if back.size else 0
    if index >= n or start <= 0:
        return None
    return RunAway(index=index, start=start, end=float(resistance[-1]))
