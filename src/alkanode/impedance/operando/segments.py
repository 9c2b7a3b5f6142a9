"""A series of spectra cut into segments: where it breaks, and why.

Between stripping and plating an interface jumps; so it does at a current step, over a long pause, or when something
happens to the cell. Smoothing along the run must end there. The reasons are looked for in what is known of the spectra
(:mod:`alkanode.impedance.breaks`) and in the spectra themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.breaks import BreakRules, changes, charge_turns, current_changes
from alkanode.impedance.frequency_grids import FrequencyGrid

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_MOST_SMOOTH = 2 / 3
"""Share of the gaps of a series that are no jumps; the largest miss among them is usual somewhere in the series."""

Breaks = Literal["auto"] | Sequence[int] | npt.NDArray[np.integer] | None


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
        ("the step changes", changes(record, "step", used)),
        ("rest and current alternate", changes(record, "at_rest", used)),
        ("the level changes", changes(record, "level", used)),
        ("the current changes", current_changes(record, used, rules)),
        ("the charge turns back or stops", charge_turns(record, used)),
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


def _pauses(record: xr.Dataset, used: IntArray, rules: BreakRules) -> BoolArray:
    if "time" not in record.variables:
        return np.zeros(used.size - 1, dtype=bool)
    pause = np.diff(record["time"].to_numpy()[used].astype(np.float64))
    pause = np.where(np.isfinite(pause), pause, 0.0)
    usual = float(np.median(pause[pause > 0])) if (pause > 0).any() else np.inf
    return np.asarray(pause > rules.long_gap * usual)


def _jumps(used: IntArray, grids: list[FrequencyGrid], rules: BreakRules) -> BoolArray:
    """Gaps that no straight line from either side crosses, as far as such lines miss elsewhere.

    A spectrum is predicted from the two before, and from the two behind. A steady or a growing change is predicted, noise
    misses everywhere alike; only across a jump do both predictions fail. At the ends of the series there is one of them,
    and of two neighbouring gaps that it cannot tell apart the wider one counts.
    """
    gaps = used.size - 1
    apart, either = np.full(gaps, np.nan), np.full(gaps, np.nan)
    distance = np.diff(used).astype(np.float64)  # a masked spectrum leaves a wide gap
    for grid in grids:
        turns = np.unwrap(np.angle(grid.impedance), axis=1)
        logs = np.log(np.abs(grid.impedance)) + 1j * turns
        step = np.diff(logs, axis=0)
        step -= 2j * np.pi * np.round(step.imag.mean(axis=1, keepdims=True) / (2 * np.pi))
        here = np.searchsorted(used, grid.spectra)
        next_to = np.diff(here) == 1
        apart[here[:-1][next_to]] = _size(step)[next_to]
        first = np.flatnonzero(next_to[1:] & next_to[:-1])
        gap = here[first]
        behind = _miss(step[first + 1], step[first], distance[gap + 1] / distance[gap])
        before = _miss(step[first], step[first + 1], distance[gap] / distance[gap + 1])
        either[gap + 1] = np.fmin(either[gap + 1], behind)
        either[gap] = np.fmin(either[gap], before)
    known = either[np.isfinite(either)]
    usual = float(np.quantile(known, _MOST_SMOOTH)) if known.size else np.inf
    jumped = np.zeros(gaps, dtype=bool)
    for place in np.flatnonzero(np.isfinite(apart) & np.isfinite(either)):
        low, high = max(place - rules.jump_neighbours, 0), place + rules.jump_neighbours + 1
        around = np.concatenate([either[low:place], either[place + 1 : high]])
        around = around[np.isfinite(around)]
        if around.size >= 2:
            expected = max(float(np.median(around)), usual)
            jumped[place] = either[place] > max(rules.jump * expected, rules.least_jump)
    for end, inner in ((0, 1), (gaps - 1, gaps - 2)):
        if gaps > 1 and jumped[end] and jumped[inner] and apart[end] < apart[inner]:
            jumped[end] = False
    return jumped


def _miss(step: npt.NDArray[np.complex128], known: npt.NDArray[np.complex128], ratio: FloatArray) -> FloatArray:
    """How far a step over a gap is from the step over the next one, drawn out straight; noise alone gives that of one point."""
    ratio = ratio[:, None]
    return _size((step - ratio * known) / np.sqrt(1 + (1 + ratio) ** 2 + ratio**2))


def _size(difference: npt.NDArray[np.complex128]) -> FloatArray:
    """Root mean square over the points, shape (gap,)."""
    return np.asarray(np.sqrt(np.mean(np.abs(difference) ** 2, axis=1)))
