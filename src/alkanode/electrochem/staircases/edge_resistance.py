"""Resistance from the step of the voltage at a step of the current, some time after it.

At 0.1 s electrolyte and fast interfaces have answered, at 1 s most of the charge transfer, at the end of the level
diffusion and contact too. When the recording does not show where the step lies, nothing is said.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def edge_resistance(
    time: Floats,
    voltage: Floats,
    before: int,
    current_step: float,
    delays: Floats,
    *,
    edge_share: float,
    widest_gap: float,
) -> tuple[Floats, str]:
    """Voltage step over current step at delays after a step of the current.

    Parameters
    ----------
    time, voltage
        (row,) s and V, ascending; from ``before`` on one sample of the old state, then the new level.
    before
        Last row of the old state.
    current_step
        A; current after minus before.
    delays
        (delay,) s.
    edge_share
        The moment of the step must be known to this share of the delay.
    widest_gap
        Samples around the delay must not lie farther apart than this multiple of it.

    Returns
    -------
    resistance
        (delay,) ohm; NaN where the sampling is too coarse or the level too short.
    reason
        Which delays are unknown and why; empty where none is.
    """
    result = np.full(delays.size, np.nan)
    after = slice(before + 1, None)
    since, level = time[after], voltage[after]
    known = np.isfinite(level)
    since, level = since[known], level[known]
    if since.size == 0 or current_step == 0 or not np.isfinite(voltage[before]):
        return result, "no step of the current was recorded"
    unsure = float(since[0] - time[before])
    moment = float(time[before]) + 0.5 * unsure
    told = []
    for index, delay in enumerate(delays):
        when = moment + delay
        place = int(np.searchsorted(since, when))
        if unsure > edge_share * delay:
            told.append(f"{delay:g} s: the step is known to {unsure:.2g} s only")
        elif place >= since.size:
            told.append(f"{delay:g} s: the level is shorter")
        elif place > 0 and since[place] - since[place - 1] > widest_gap * delay:
            told.append(f"{delay:g} s: samples are {since[place] - since[place - 1]:.2g} s apart")
        else:
            result[index] = (float(np.interp(when, since, level)) - float(voltage[before])) / current_step
    return result, "; ".join(told)
