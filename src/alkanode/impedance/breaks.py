"""What breaks a run of spectra: between two sweeps that no smooth change connects.

Nothing may be smoothed or interpolated across a switch: another step of the program, another level or a rest, a step or
reversal of the current, a long pause. Every rule looks at the gaps between neighbouring sweeps. Bracketing sweeps
(:func:`alkanode.impedance.sweep_drift`, :func:`alkanode.impedance.at_common_time`) takes each gap that a rule names;
smoothing along the run (:func:`alkanode.impedance.joint_relaxation_times`) also looks for jumps of the spectra themselves,
and leaves out a rule that breaks too often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.mean_conditions import mean_condition, signal_amplitude

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_STILL = 1e-3  # of the usual charge between two sweeps: so little is none


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRules:
    """What counts as a break between two neighbouring sweeps.

    Attributes
    ----------
    current_change
        Change of the mean current over the larger of the two that counts as a step, where it is also larger than the
        AC amplitude (a mean near zero scatters by large fractions). Default 0.1: steps of a staircase are larger, the drift
        of a source is a thousand times smaller.
    longest_pause
        Of sweeps that bracket each other: pause between two over the duration of the longer one. Default 10: beyond it a
        straight line from sweep to sweep says little about the time inside a sweep.
    long_gap
        Of smoothing along the run: distance in time over the median distance. Default 6: three spectra may be missing or
        masked, and a detour through another technique is longer.
    jump
        Miss of a spectrum by straight lines through its neighbours, from both sides, over the usual miss around; only of
        smoothing, as all that follows. Default 2.5: noise and a process that sets in reach 2, a jump by 6 % of |Z| at 1 %
        noise 3.
    least_jump
        Miss over |Z| below which nothing is a jump. Default 0.01: smoothing over 1 % of |Z| does no harm.
    jump_neighbours
        Gaps on each side that tell what is usual.
    most_gaps
        A rule that would break more than this share of all gaps tells nothing of segments (a counter that counts sweeps, a
        charge that only fluctuates) and is left out. Default a third: segments hold three spectra on average, or more.
    """

    current_change: float = 0.1
    longest_pause: float = 10.0
    long_gap: float = 6.0
    jump: float = 2.5
    least_jump: float = 0.01
    jump_neighbours: int = 3
    most_gaps: float = 1 / 3

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise SchemaError(f"{name} of the break rules must be positive", found=repr(getattr(self, name)))


def changes(record: xr.Dataset, name: str, used: IntArray) -> BoolArray:
    """Gaps between the used sweeps at which a number over spectrum (step, level) changes, shape (used - 1,)."""
    if name not in record.variables or record[name].dims != ("spectrum",):
        return np.zeros(max(used.size - 1, 0), dtype=bool)
    step = np.diff(record[name].to_numpy()[used].astype(np.float64))
    return np.asarray((step != 0) & np.isfinite(step))


def current_changes(record: xr.Dataset, used: IntArray, rules: BreakRules) -> BoolArray:
    """Gaps with a step or a reversal of the mean current, shape (used - 1,); none where it is unknown."""
    means, signal = mean_condition(record, "current")[used], signal_amplitude(record, "current")[used]
    larger, change = np.fmax(np.abs(means[1:]), np.abs(means[:-1])), np.abs(np.diff(means))
    with np.errstate(invalid="ignore"):
        noise = np.nan_to_num(np.fmax(signal[1:], signal[:-1]))
        return np.asarray((change > rules.current_change * larger) & (change > noise))


def charge_turns(record: xr.Dataset, used: IntArray) -> BoolArray:
    """The first gap in another direction, or without charge for two gaps and more (a rest), shape (used - 1,)."""
    gaps = max(used.size - 1, 0)
    turned = np.zeros(gaps, dtype=bool)
    if "charge" not in record.variables or record["charge"].dims != ("spectrum",):
        return turned
    passed = np.nan_to_num(np.diff(record["charge"].to_numpy()[used].astype(np.float64)))
    moving = np.abs(passed[passed != 0])
    if moving.size == 0:
        return turned
    direction = np.where(np.abs(passed) > _STILL * np.median(moving), np.sign(passed), 0.0)
    for gap in range(1, gaps - 1):  # one repeated spectrum is no rest
        if direction[gap] == 0 and direction[gap - 1] != 0 and direction[gap + 1] != 0:
            direction[gap] = direction[gap - 1]
    turned[1:] = direction[1:] != direction[:-1]
    return turned
