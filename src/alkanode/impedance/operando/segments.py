"""Where a series of spectra breaks: between two spectra that no smooth change connects.

Between stripping and plating an interface jumps; so it does at a current step, over a long pause, or when something
happens to the cell. Smoothing along the run must end there. The reasons are looked for in what is known of the spectra
(step, current, charge, time) and in the spectra themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.frequency_grids import FrequencyGrid
from alkanode.impedance.operando.mean_conditions import mean_condition

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

Breaks = Literal["auto"] | Sequence[int] | npt.NDArray[np.integer] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRules:
    """What counts as a break between two neighbouring spectra that are not masked.

    Attributes
    ----------
    current_change
        Change of the mean current over the largest mean current of the series. Default 0.1: steps of a staircase are
        larger, the drift of a source is a thousand times smaller.
    long_gap
        Pause over the median distance in time. Default 6: three spectra may be missing or masked, and a detour through
        another technique is longer.
    jump
        Distance of two spectra over the median distance of the gaps around. Default 4: the rise at the end of a
        stripping run grows by up to 2 from gap to gap, noise by less, and a reversal of the current by 10 and more.
    least_jump
        Distance below which nothing is a jump. Default 0.01: smoothing over 1 % of |Z| does no harm.
    jump_neighbours
        Gaps on each side that tell what is usual.
    most_gaps
        A rule that would break more than this share of all gaps tells nothing of segments (a counter that counts sweeps, a
        charge that only fluctuates) and is left out. Default a third: segments hold three spectra on average, or more.
    """

    current_change: float = 0.1
    long_gap: float = 6.0
    jump: float = 4.0
    least_jump: float = 0.01
    jump_neighbours: int = 3
    most_gaps: float = 1 / 3

    def __post_init__(self) -> None:
        for name in ("current_change", "long_gap", "jump", "least_jump", "jump_neighbours", "most_gaps"):
            if not getattr(self, name) > 0:
                raise SchemaError(f"{name} of the break rules must be positive", found=repr(getattr(self, name)))


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """A series cut into segments.

    Attributes
    ----------
    number
        Number of the segment of each spectrum, -1 for masked ones, shape (spectrum,).
    reasons
        First spectrum of a segment -> why the series breaks before it.
    """

    number: npt.NDArray[np.int64]
    reasons: dict[int, str]

    def lines(self) -> list[str]:
        """``spectrum: reason`` for every break."""
        return [f"{first}: {reason}" for first, reason in sorted(self.reasons.items())]


def segments_of(record: xr.Dataset, grids: list[FrequencyGrid], breaks: Breaks, rules: BreakRules) -> Segments:
    """Cut a series at breaks.

    Parameters
    ----------
    record
        Impedance record.
    grids
        Its unmasked spectra by frequency grid.
    breaks
        ``"auto"``, numbers of spectra before which it breaks, or ``None`` for none.
    rules
        Of the automatic search.

    Returns
    -------
    Segments
        In the order of the record. Spectra on another frequency grid do not end a segment.

    Raises
    ------
    SchemaError
        For a number that is no spectrum, or another word than ``"auto"``.
    """
    count = record.sizes["spectrum"]
    used = np.sort(np.concatenate([grid.spectra for grid in grids]))
    if isinstance(breaks, str):
        if breaks != "auto":
            raise SchemaError("breaks are 'auto', numbers of spectra, or None", found=repr(breaks))
        reasons = _found(record, used, grids, rules)
    elif breaks is None:
        reasons = {}
    else:
        reasons = _given(np.asarray(breaks), used, count)
    first = np.zeros(count, dtype=np.int64)
    first[list(reasons)] = 1
    number = np.cumsum(first)
    masked = np.ones(count, dtype=bool)
    masked[used] = False
    number[masked] = -1
    return Segments(number, reasons)


def _given(breaks: npt.NDArray[Any], used: IntArray, count: int) -> dict[int, str]:
    """Breaks of the user, each moved to the next spectrum that is not masked."""
    if breaks.ndim != 1 or (breaks.size and breaks.dtype.kind not in "iu"):
        raise SchemaError("breaks are whole numbers of spectra", found=repr(breaks))
    if ((breaks < 0) | (breaks >= count)).any():
        raise SchemaError(f"a break stands before one of the spectra 0 to {count - 1}", found=str(breaks.tolist()))
    places = np.searchsorted(used, breaks)
    return {int(used[place]): "given" for place in places if 0 < place < used.size}


def _found(record: xr.Dataset, used: IntArray, grids: list[FrequencyGrid], rules: BreakRules) -> dict[int, str]:
    """Breaks by every rule; a spectrum that several rules name keeps all reasons."""
    if used.size < 2:
        return {}
    rows = (
        ("the step changes", _changes(record, "step", used)),
        ("rest and current alternate", _changes(record, "at_rest", used)),
        ("the level changes", _changes(record, "level", used)),
        ("the current changes", _current_changes(record, used, rules)),
        ("the charge turns back or stops", _charge_turns(record, used)),
        ("a long pause", _pauses(record, used, rules)),
        ("the spectra jump", _jumps(used, grids, rules)),
    )
    told: dict[int, list[str]] = {}
    for reason, gaps in rows:
        if gaps.sum() > max(rules.most_gaps * gaps.size, 1):
            continue
        for gap in np.flatnonzero(gaps):
            told.setdefault(int(used[gap + 1]), []).append(reason)
    return {first: "; ".join(reasons) for first, reasons in told.items()}


def _changes(record: xr.Dataset, name: str, used: IntArray) -> BoolArray:
    if name not in record.variables or record[name].dims != ("spectrum",):
        return np.zeros(used.size - 1, dtype=bool)
    values = record[name].to_numpy()[used].astype(np.float64)
    return np.asarray((np.diff(values) != 0) & np.isfinite(np.diff(values)))


def _current_changes(record: xr.Dataset, used: IntArray, rules: BreakRules) -> BoolArray:
    """A step of the mean current; under voltage control its fluctuation is larger than its mean and tells nothing."""
    current = mean_condition(record, "current")[used]
    known = np.isfinite(current)
    largest = np.abs(current[known]).max(initial=0.0)
    if largest == 0:
        return np.zeros(used.size - 1, dtype=bool)
    step = np.abs(np.diff(current))
    return np.asarray(np.where(np.isfinite(step), step, 0.0) > rules.current_change * largest)


def _charge_turns(record: xr.Dataset, used: IntArray) -> BoolArray:
    """The first gap in another direction, or without charge for two gaps and more (a rest)."""
    gaps = used.size - 1
    if "charge" not in record.variables:
        return np.zeros(gaps, dtype=bool)
    step = np.diff(record["charge"].to_numpy()[used].astype(np.float64))
    step = np.where(np.isfinite(step), step, 0.0)
    moving = np.abs(step[step != 0])
    if moving.size == 0:
        return np.zeros(gaps, dtype=bool)
    direction = np.where(np.abs(step) > 1e-3 * np.median(moving), np.sign(step), 0.0)
    for gap in range(1, gaps - 1):  # one repeated spectrum is no rest
        if direction[gap] == 0 and direction[gap - 1] != 0 and direction[gap + 1] != 0:
            direction[gap] = direction[gap - 1]
    turned = np.zeros(gaps, dtype=bool)
    turned[1:] = direction[1:] != direction[:-1]
    return turned


def _pauses(record: xr.Dataset, used: IntArray, rules: BreakRules) -> BoolArray:
    if "time" not in record.variables:
        return np.zeros(used.size - 1, dtype=bool)
    pause = np.diff(record["time"].to_numpy()[used].astype(np.float64))
    pause = np.where(np.isfinite(pause), pause, 0.0)
    usual = float(np.median(pause[pause > 0])) if (pause > 0).any() else np.inf
    return np.asarray(pause > rules.long_gap * usual)


def _jumps(used: IntArray, grids: list[FrequencyGrid], rules: BreakRules) -> BoolArray:
    """Gaps whose two spectra are much farther apart than their neighbours are."""
    gaps = used.size - 1
    apart = np.full(gaps, np.nan)
    for grid in grids:
        logs = np.log(grid.impedance)
        turned = np.angle(grid.impedance[1:] / grid.impedance[:-1])
        distance = np.sqrt(np.mean(np.diff(logs.real, axis=0) ** 2 + turned**2, axis=1))
        here = np.searchsorted(used, grid.spectra)
        next_to = np.diff(here) == 1
        apart[here[:-1][next_to]] = distance[next_to]
    jumped = np.zeros(gaps, dtype=bool)
    for gap in np.flatnonzero(np.isfinite(apart)):
        low, high = max(gap - rules.jump_neighbours, 0), gap + rules.jump_neighbours + 1
        around = np.concatenate([apart[low:gap], apart[gap + 1 : high]])
        around = around[np.isfinite(around)]
        if around.size >= 2:
            jumped[gap] = apart[gap] > max(rules.jump * float(np.median(around)), rules.least_jump)
    return jumped
