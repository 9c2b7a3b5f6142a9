"""The resistance traces of a record: what is judged, laid out so that whole records are screened at once.

A trace is the part of one half cycle that can be judged: its voltage and its controlled current are known, and the cell
rests near 0 V, so that (V - V_rest) / I is a resistance. All traces lie one after the other in flat arrays; sums over
a trace are ``ufunc.reduceat``, medians are taken over at most :data:`PICKS` evenly spaced samples of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode
from alkanode.data.control import by_voltage
from alkanode.data.steps import half_cycle_edges
from alkanode.materials.alloys import Alloy

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

LEAST_CURRENT = 1e-15
"""A; less than any instrument resolves, so that no resistance is taken on it."""

METAL_REST = 0.5
"""V. Li, Na, K and their alloys rest within 0.4 V of each other. A cell that rests farther from 0 has another kind of
electrode, whose potential moves with its state of charge: (V - V_rest) / I is then no resistance."""

PICKS = 64
"""Samples of a trace on which its median is taken: its standard error is 0.16 of the scatter, at a cost that does not grow
with the record."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace: rows, time (s), V - V_rest along the current (V), measured and demanded current (A), half cycle."""

    rows: Places
    time: Floats
    along: Floats
    current: Floats
    demanded: Floats
    half_cycle: int

    @property
    def over(self) -> Floats:
        """(sample,) |V - V_rest|, V."""
        return np.abs(self.along)

    @property
    def resistance(self) -> Floats:
        """(sample,) |V - V_rest| over |I|, ohm."""
        return np.asarray(self.over / np.abs(self.demanded))

    @property
    def signed_resistance(self) -> Floats:
        """(sample,) the same, negative where the voltage runs against the current: unbiased by noise and offset."""
        return np.asarray(self.along / np.abs(self.demanded))

    @property
    def begins_after_pause(self) -> Places:
        """Samples that follow a pause, and the first one: where a stretch without interruption begins."""
        return np.flatnonzero(np.concatenate([[True], np.diff(self.rows) > 1]))


@dataclass(frozen=True, slots=True)
class Traces:
    """All traces of a record.

    Attributes
    ----------
    rows
        (sample,) row of the record.
    begins
        (trace + 1,) place of the first sample of each trace, and the number of samples.
    half_cycle
        (trace,) number of its half cycle.
    sign
        (trace,) 1 or -1, direction of the current.
    time, along, current, demanded
        (sample,) s; V - V_rest, positive along the current, in V; measured current and current on which the resistance is taken in A.
    half_cycles
        Number of half cycles of the record, judged or not.
    unjudged
        Reason -> numbers of the half cycles that say nothing.
    """

    rows: Places
    begins: Places
    half_cycle: npt.NDArray[np.int64]
    sign: npt.NDArray[np.int64]
    time: Floats
    along: Floats
    current: Floats
    demanded: Floats
    half_cycles: int
    unjudged: dict[str, list[int]]

    @property
    def count(self) -> int:
        """Number of traces."""
        return int(self.half_cycle.size)

    @property
    def signed_resistance(self) -> Floats:
        """(sample,) V - V_rest along the current over |I|, ohm: in a short it scatters around 0, and its magnitude would not."""
        return np.asarray(self.along / np.abs(self.demanded))

    @property
    def lengths(self) -> Places:
        """(trace,) samples in each."""
        return np.diff(self.begins)

    def __getitem__(self, index: int) -> Trace:
        span = slice(int(self.begins[index]), int(self.begins[index + 1]))
        return Trace(
            self.rows[span],
            self.time[span],
            self.along[span],
            self.current[span],
            self.demanded[span],
            int(self.half_cycle[index]),
        )


def traces_of(record: xr.Dataset, cell: Cell | None, *, least_rest: float = 0.0) -> Traces:
    """Lay out the traces of a checked cycling record.

    Parameters
    ----------
    record
        Cycling record.
    cell
        Says whether both electrodes are metals.
    least_rest
        V; a rest nearer to 0 is taken as 0.
    """
    flowing, begins, sign = half_cycle_edges(record)
    voltage = record["voltage"].to_numpy().astype(float, copy=False)
    current = record["current"].to_numpy().astype(float, copy=False)
    demanded = _demanded(record, current)
    everywhere = flowing.size == voltage.size

    def flow(values: Floats) -> Floats:
        return values if everywhere else values[flowing]

    known = np.isfinite(flow(voltage)) & (np.abs(flow(demanded)) > LEAST_CURRENT)
    usable = known & ~by_voltage(record)[flowing] if "control_mode" in record.variables else known
    offset = _open_circuit(voltage, _quiet(record, flowing), flowing, begins)
    unrested = _own_voltage(flow(voltage), begins, sign)
    offset = np.where(offset == 0, unrested, offset)
    offset[np.abs(offset) < least_rest] = 0.0
    unjudged, judged = _unjudged(known, usable, begins, offset, cell)
    lengths = np.diff(begins, append=flowing.size)
    keep = usable & np.repeat(judged, lengths)
    counts = np.add.reduceat(keep, begins, dtype=np.intp)[judged] if begins.size else np.zeros(0, dtype=np.intp)

    def kept(values: Floats) -> Floats:
        flowed = flow(values)
        return flowed if keep.all() else flowed[keep]

    along = (kept(voltage) - np.repeat(offset[judged], counts)) * np.repeat(sign[judged], counts)
    return Traces(
        rows=flowing if keep.all() else flowing[keep],
        begins=np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
        half_cycle=np.flatnonzero(judged),
        sign=sign[judged],
        time=kept(record["time"].to_numpy().astype(float, copy=False)),
        along=along,
        current=kept(current),
        demanded=kept(demanded),
        half_cycles=int(begins.size),
        unjudged=unjudged,
    )


def temperature_of(record: xr.Dataset, traces: Traces) -> Floats:
    """(trace,) median recorded temperature, K; NaN where none was recorded."""
    if "ambient_temperature" not in record.variables or traces.count == 0:
        return np.full(traces.count, np.nan)
    values = record["ambient_temperature"].to_numpy().astype(float)
    seen = values[traces.rows[picks(traces.begins[:-1], traces.begins[1:], 9)]]
    return np.asarray(np.median(seen, axis=1))


def _demanded(record: xr.Dataset, current: Floats) -> Floats:
    """Current on which resistance is taken: the set-point where there is one, else the measured current."""
    if "current_setpoint" not in record.variables:
        return current
    setpoint = record["current_setpoint"].to_numpy().astype(float, copy=False)
    told = np.isfinite(setpoint)
    return setpoint if told.all() else np.where(told, setpoint, current)


def picks(begins: Places, ends: Places, count: int = PICKS) -> Places:
    """(group, count) evenly spaced places inside each group of samples."""
    share = (np.arange(count) + 0.5) / count
    return np.asarray(begins[:, None] + np.floor(share * (ends - begins)[:, None]).astype(np.intp))


def _quiet(record: xr.Dataset, flowing: Places) -> Places:
    """Rows of rest; those of impedance sweeps, whose mean voltage is biased by the signal, only where there are no others."""
    resting = np.ones(record.sizes["row"], dtype=bool)
    resting[flowing] = False
    if "in_sweep" in record.variables:
        calm = resting & ~record["in_sweep"].to_numpy()
        resting = calm if calm.any() else resting
    return np.flatnonzero(resting)


def _open_circuit(voltage: Floats, resting: Places, flowing: Places, begins: Places) -> Floats:
    """(half_cycle,) median voltage of the rest that came last before each half cycle; 0 where there was none."""
    if begins.size == 0 or resting.size == 0:
        return np.zeros(begins.size)
    starts = resting[np.concatenate([[True], np.diff(resting) > 1])]
    ends = resting[np.concatenate([np.diff(resting) > 1, [True]])] + 1
    place = np.searchsorted(flowing, starts)
    level = np.median(voltage[picks(starts, ends)], axis=1)
    for bad in np.flatnonzero(~np.isfinite(level)):
        values = voltage[starts[bad] : ends[bad]]
        finite = values[np.isfinite(values)]
        level[bad] = np.median(finite) if finite.size else np.nan
    place, level = place[np.isfinite(level)], level[np.isfinite(level)]
    last = np.searchsorted(place, begins, side="right") - 1
    return np.asarray(np.where(last >= 0, np.append(level, 0.0)[last], 0.0))


def _own_voltage(voltage: Floats, begins: Places, sign: npt.NDArray[np.int64]) -> float:
    """Voltage about which a cell is cycled whose voltage does not turn with the current; 0 for one that does.

    The voltage of two metals has the sign of the current. Where the first half cycles of both directions lie beyond
    :data:`METAL_REST` on one side, the cell has a voltage of its own, whether it was ever seen at rest or not; later half
    cycles may stand at the limit of an instrument that lost its cell.
    """
    if begins.size < 2:
        return 0.0
    middle = np.median(voltage[picks(begins, np.append(begins[1:], voltage.size))], axis=1)
    known = np.isfinite(middle)
    sides = [middle[known & (sign == direction)] for direction in (1, -1)]
    if not all(side.size for side in sides):
        return 0.0
    levels = [float(side[0]) for side in sides]
    apart = levels[0] * levels[1] > 0 and min(abs(levels[0]), abs(levels[1])) > METAL_REST
    return 0.5 * (levels[0] + levels[1]) if apart else 0.0


def _unjudged(
    known: npt.NDArray[np.bool_], usable: npt.NDArray[np.bool_], begins: Places, offset: Floats, cell: Cell | None
) -> tuple[dict[str, list[int]], npt.NDArray[np.bool_]]:
    """Reason -> half cycles that say nothing, and (half_cycle,) which ones say something."""
    if begins.size == 0:
        return {}, np.zeros(0, dtype=bool)
    any_known, any_usable = np.logical_or.reduceat(known, begins), np.logical_or.reduceat(usable, begins)
    metals = cell is not None and (
        bool(cell.reference) or (cell.alloy is not None and cell.counter is not None and _is_metal(cell.counter))
    )
    far = any_usable & (np.abs(offset) > METAL_REST) & (not metals)
    reasons: dict[str, list[int]] = {}
    for index in np.flatnonzero(~any_usable | far):
        if far[index]:
            why = (
                f"the cell rests at {offset[index]:.3g} V, so its voltage follows the state of charge of an electrode that "
                "is no alkali metal"
            )
        elif any_known[index]:
            why = "the voltage was controlled, not the current"
        else:
            why = "no voltage or no current is known"
        reasons.setdefault(why, []).append(int(index))
    return reasons, any_usable & ~far


def _is_metal(electrode: Electrode) -> bool:
    return isinstance(electrode.material, Alloy)


@dataclass(frozen=True, slots=True)
class Levels:
    """What each trace looks like, in a few numbers.

    Attributes
    ----------
    current
        (trace,) median magnitude of the demanded current, A.
    middle
        (trace,) median resistance, ohm; ``late`` that of the second half, ``end`` that of the last nine samples.
    late, end
        See ``middle``.
    spread
        (trace,) distance of the 10 % and 90 % quantile of the resistance over its median, 0 where that vanishes: the shape of
        the half cycle.
    noise
        (trace,) standard deviation of the resistance from sample to sample, ohm (mean absolute step, an upper bound
        where the resistance jumps).
    lowest, highest, last
        (trace,) smallest, largest and last resistance, ohm.
    largest_drop
        (trace,) largest fall from one sample to the next, ohm.
    """

    current: Floats
    middle: Floats
    late: Floats
    end: Floats
    spread: Floats
    noise: Floats
    lowest: Floats
    highest: Floats
    last: Floats
    largest_drop: Floats


STEP_TO_SIGMA = float(np.sqrt(np.pi) / 2)
"""Standard deviation of Gaussian scatter over its mean absolute step."""


def levels_of(traces: Traces, resistance: Floats) -> Levels:
    """The levels of all traces, given the (sample,) resistance in ohm."""
    begins, ends = traces.begins[:-1], traces.begins[1:]
    if begins.size == 0:
        none = np.zeros(0)
        return Levels(none, none, none, none, none, none, none, none, none, none)
    seen = np.sort(resistance[picks(begins, ends)], axis=1)
    half = (begins + ends) // 2
    steps = np.diff(resistance, append=resistance[-1])
    steps[ends - 1] = 0.0
    drop = -np.minimum.reduceat(steps, begins)
    moves = np.add.reduceat(np.abs(steps, out=steps), begins) / np.maximum(ends - begins - 1, 1)
    middle = 0.5 * (seen[:, PICKS // 2 - 1] + seen[:, PICKS // 2])
    tenth = PICKS // 10
    wide = seen[:, -1 - tenth] - seen[:, tenth]
    return Levels(
        current=np.median(np.abs(traces.demanded[picks(begins, ends, 9)]), axis=1),
        middle=middle,
        late=np.median(resistance[picks(half, ends, PICKS // 2)], axis=1),
        end=np.median(resistance[picks(np.maximum(begins, ends - 9), ends, 9)], axis=1),
        spread=np.divide(wide, middle, out=np.zeros(middle.size), where=middle > 1e-9 * seen[:, -1]),
        noise=moves * STEP_TO_SIGMA,
        lowest=np.minimum.reduceat(resistance, begins),
        highest=np.maximum.reduceat(resistance, begins),
        last=resistance[ends - 1],
        largest_drop=drop,
    )
