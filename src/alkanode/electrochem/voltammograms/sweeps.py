"""Sweeps of the potential: turning points, scan rates and closed loops, or the reason why a record is no voltammogram.

The turning points come from the potential that the instrument demanded where the file has it (it knows no noise of the cell),
else from the measured voltage with a hysteresis. A potential that stood still (rest, hold) belongs to no sweep. A digital
potentiostat sweeps in small steps: these are recognised, and large ones, each held for several samples, are no sweep.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.numerics.robust_line import fit_line, scatter

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRule:
    """What counts as a sweep and as a closed loop.

    Attributes
    ----------
    turn_share
        Share of the potential range by which the potential must come back for a turning point; 0.02 is above the noise of
        any potentiostat and below any window worth opening. Six standard deviations of the noise where that is more.
    least_span
        V; a potential that moved less was held. 5 mV, below the amplitude of any voltammogram.
    least_rows
        Samples that a sweep needs; 20, since fewer resolve neither a line nor a peak.
    still_share
        Share of the sweep's rate below which the potential stands still.
    curvature
        Largest standard deviation from a straight line over the span of the sweep, 0.02 (a tenth of it for each part of a
        sweep whose rate changed on its way).
    largest_step
        V; larger steps of a staircase are no sweep. 10 mV, below half of RT/F: the current does not see them as jumps.
    closing_share
        Share of the potential range within which the end of a loop meets its beginning, 0.05.
    rate_share
        Change of the scan rate of a direction by which a new series of loops begins, 0.05.
    constant_current
        Spread of the magnitude of the current over itself below which the current was held, not the voltage; 0.01.
    """

    turn_share: float = 0.02
    least_span: float = 0.005
    least_rows: int = 20
    still_share: float = 0.2
    curvature: float = 0.02
    largest_step: float = 0.01
    closing_share: float = 0.05
    rate_share: float = 0.05
    constant_current: float = 0.01


@dataclass(frozen=True, slots=True)
class _Sweep:
    first: int
    last: int
    rate: float
    rate_interval: tuple[float, float]
    series: int

    @property
    def direction(self) -> int:
        return 1 if self.rate > 0 else -1


def potential_sweeps(record: RecordLike, *, rule: SweepRule | None = None) -> xr.Dataset:
    """Find the sweeps of a voltammogram and the loops that they close.

    Parameters
    ----------
    record
        Cycling record; ``voltage_setpoint`` (V) and ``control_mode`` are used where it has them.
    rule
        Thresholds; default :class:`SweepRule`. They are stored in ``attrs["sweep_rule"]``.

    Returns
    -------
    Dataset
        Kind ``potential_sweeps``. Dimension ``sweep``: ``first_row``, ``last_row`` (a turning point belongs to both its
        sweeps), ``direction`` (1 rising, -1 falling), ``scan_rate`` (V s-1, signed) with ``scan_rate_interval`` (95 %),
        ``start_voltage``, ``end_voltage`` (V). Dimension ``row``: ``row_sweep`` and ``row_cycle`` (-1 outside).
        Dimension ``cycle`` (1, 2, ...): ``loop_first_row``, ``loop_last_row`` (where the next one begins), ``complete``,
        ``closing_gap`` (V, potential at its end minus at its beginning).
        ``attrs``: ``potential_from``, ``step_size`` (V, 0 for a ramp), ``samples_per_step``.

    Raises
    ------
    SchemaError
        When the record is no voltammogram, with the reason: current control, a held potential, a staircase of large
        steps, one sweep only, or a potential that does not run in straight lines.

    Warns
    -----
    DataQualityWarning
        When the record does not say what was controlled, so that a triangular voltage is taken as voltage control.

    Notes
    -----
    A cycle is a full loop: it begins at the potential and in the direction of the first sweep, and ends where the
    potential is back there in the same direction. The scan rate is the slope of the potential over time.
    """
    rule = rule or SweepRule()
    record = check(record, "cycling")
    time = record["time"].to_numpy().astype(float)
    applied, origin = _applied(record)
    found: list[_Sweep] = []
    reasons: list[str] = []
    step, samples = 0.0, 1.0
    for block in _controlled(record, applied):
        sweeps, reason, stair = _sweeps_of(time, applied, block, rule, 1 + max((s.series for s in found), default=-1))
        found += sweeps
        reasons += [reason] if reason else []
        if sweeps and stair[0] > step:
            step, samples = stair
    if len(found) < 2:
        _refuse(reasons[0] if reasons else "one sweep of the potential only")
    _doubt_control(record, found, rule)
    row_sweep = np.full(time.size, -1, dtype=np.int64)
    for index, sweep in reversed(list(enumerate(found))):
        row_sweep[sweep.first : sweep.last + 1] = index
    loops = _loops(applied, found, rule)
    start, end, complete = (np.array(column) for column in zip(*loops, strict=True))
    row_cycle = np.full(time.size, -1, dtype=np.int64)
    for number, (a, b, _) in reversed(list(enumerate(loops, start=1))):
        row_cycle[a : b + 1] = np.where(row_sweep[a : b + 1] >= 0, number, -1)
    dim = ("sweep",)
    first, last = np.array([s.first for s in found]), np.array([s.last for s in found])
    volt, rate = {"units": "V"}, {"units": "V s-1"}
    result = xr.Dataset(
        {
            "first_row": (dim, first),
            "last_row": (dim, last),
            "direction": (dim, np.array([s.direction for s in found], dtype=np.int64)),
            "scan_rate": (dim, np.array([s.rate for s in found]), rate),
            "scan_rate_interval": (("sweep", "bound"), np.array([s.rate_interval for s in found]), rate),
            "start_voltage": (dim, applied[first], volt),
            "end_voltage": (dim, applied[last], volt),
            "row_sweep": (("row",), row_sweep),
            "row_cycle": (("row",), row_cycle),
            "loop_first_row": (("cycle",), start),
            "loop_last_row": (("cycle",), end),
            "complete": (("cycle",), complete),
            "closing_gap": (("cycle",), applied[end] - applied[start], volt),
        },
        coords={"cycle": np.arange(1, start.size + 1), "bound": ["lower", "upper"]},
        attrs={
            "potential_from": origin,
            "step_size": step,
            "samples_per_step": samples,
            "sweep_rule": str(asdict(rule)),
        },
    )
    return label(result, "potential_sweeps")


def _refuse(reason: str) -> None:
    raise SchemaError(
        "a voltammogram needs the potential swept up and down in straight lines",
        found=reason,
        todo="Give a record of cyclic voltammetry",
    )


def _applied(record: xr.Dataset) -> tuple[Floats, str]:
    """(row,) potential that was demanded, or the measured voltage where nothing says so."""
    measured = record["voltage"].to_numpy().astype(float)
    if "voltage_setpoint" in record.variables:
        demanded = record["voltage_setpoint"].to_numpy().astype(float)
        swept = record["control_mode"].to_numpy() == 2 if "control_mode" in record.variables else np.isfinite(demanded)
        if swept.any() and np.isfinite(demanded[swept]).all():
            return demanded, "the set-point of the instrument"
    return measured, "the measured voltage"


def _known_mode(record: xr.Dataset) -> npt.NDArray[np.int64] | None:
    if "control_mode" not in record.variables:
        return None
    mode = record["control_mode"].to_numpy().astype(np.int64)
    return mode if (mode >= 0).any() else None


def _controlled(record: xr.Dataset, applied: Floats) -> list[slice]:
    """Unbroken stretches in which the voltage was, or may have been, controlled."""
    mode = _known_mode(record)
    usable = np.isfinite(applied)
    if mode is not None:
        if not (mode == 2).any():
            what = "the instrument controlled the current" if (mode == 1).any() else "the voltage was not controlled"
            _refuse(what)
        usable &= mode == 2
    elif "current_setpoint" in record.variables:
        held = np.isfinite(record["current_setpoint"].to_numpy().astype(float))
        if held.all() and held.size:
            _refuse("the instrument controlled the current")
        usable &= ~held
    edges = np.flatnonzero(np.diff(usable.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _sweeps_of(
    time: Floats, applied: Floats, block: slice, rule: SweepRule, series: int
) -> tuple[list[_Sweep], str, tuple[float, float]]:
    """Sweeps of one stretch, the reason where it has none, its step (V) and samples per step."""
    potential, clock = applied[block], time[block]
    span = float(np.ptp(potential))
    none: list[_Sweep] = []
    if potential.size < 2 * rule.least_rows or span < rule.least_span:
        return none, f"the potential was held: it moved by {1e3 * span:.3g} mV", (0.0, 1.0)
    step, samples = _staircase(potential)
    if step > rule.largest_step:
        reason = f"a staircase of potentials: steps of {1e3 * step:.3g} mV, each held for {samples:.3g} samples"
        return none, reason, (step, samples)
    noise = scatter(potential) if samples < 1.5 else 0.0
    edges = [0, *_turns(potential, min(max(rule.turn_share * span, 6 * noise, 2 * step), span / 4)), clock.size - 1]
    width = max(3, round(2 * samples))
    found = none
    curved = 0
    for low, high in itertools.pairwise(edges):
        moving = _moving(clock[low : high + 1], potential[low : high + 1], width, rule)
        if moving is None:
            continue
        straight = _straight(clock, potential, low + moving[0], low + moving[1], rule, step + 3 * noise)
        curved += not straight
        for a, b in straight:
            y = potential[a : b + 1]
            line = fit_line(clock[a : b + 1], y)
            if y.size < rule.least_rows or np.ptp(y) < rule.turn_share * span or not abs(line.slope) > 0:
                continue
            if _rate_changed(found, line.slope, series, rule):
                series += 1
            found.append(_Sweep(block.start + a, block.start + b, line.slope, line.slope_interval, series))
    if len(found) < 2:
        reason = "the voltage does not run in straight lines over time" if curved else "one sweep of the potential only"
        return none, reason, (step, samples)
    return found, "", (step, samples)


def _straight(
    time: Floats, potential: Floats, first: int, last: int, rule: SweepRule, slack: float
) -> list[tuple[int, int]]:
    """The piece itself where it is straight, its two parts where the rate changed once on the way, else nothing."""

    def bend(a: int, b: int) -> float:
        x, y = time[a : b + 1], potential[a : b + 1]
        if y.size < 3 or np.ptp(x) == 0:
            return 0.0
        return float(np.std(y - np.polyval(np.polyfit(x - x[0], y, 1), x - x[0])))

    reach = abs(potential[last] - potential[first])
    if bend(first, last) <= rule.curvature * reach + slack:
        return [(first, last)]
    chord = np.interp(time[first : last + 1], time[[first, last]], potential[[first, last]])
    middle = first + int(np.argmax(np.abs(potential[first : last + 1] - chord)))
    parts = [(first, middle), (middle, last)]
    strict = 0.1 * rule.curvature
    ends = [abs(potential[b] - potential[a]) for a, b in parts]
    if all(bend(a, b) <= strict * end + slack for (a, b), end in zip(parts, ends, strict=True)):
        return parts
    return []


def _rate_changed(found: list[_Sweep], rate: float, series: int, rule: SweepRule) -> bool:
    """Whether the last sweep of the same series and direction had another rate."""
    before = [one.rate for one in found if one.series == series and one.rate * rate > 0]
    return bool(before) and abs(rate / before[-1] - 1) > rule.rate_share


def _turns(potential: Floats, hysteresis: float) -> list[int]:
    """Turning points, highs and lows in turn; of several of a kind in a row the most extreme."""
    from scipy.signal import find_peaks  # loaded where it is used: most of a second

    found: list[tuple[int, int]] = []
    for sign in (1, -1):
        tops, _ = find_peaks(sign * potential, prominence=hysteresis)
        found += [(int(row), sign) for row in tops]
    turns: list[tuple[int, int]] = []
    for row, sign in sorted(found):
        if turns and turns[-1][1] == sign:
            if sign * potential[row] > sign * potential[turns[-1][0]]:
                turns[-1] = (row, sign)
        else:
            turns.append((row, sign))
    return [row for row, _ in turns]


def _staircase(potential: Floats) -> tuple[float, float]:
    """Step (V) and samples per step; a step of 0 where the potential moves from sample to sample."""
    moves = np.abs(np.diff(potential))
    order = np.sort(moves)
    way = np.cumsum(order)
    typical = float(order[np.searchsorted(way, 0.5 * way[-1])])
    samples = potential.size / max(int(np.count_nonzero(moves > 0.5 * typical)), 1)
    between = moves[moves <= 0.5 * typical]
    quiet = between.size > 0 and float(np.median(between)) < 0.1 * typical
    return (typical, samples) if samples >= 1.5 and quiet else (0.0, 1.0)


def _moving(time: Floats, potential: Floats, width: int, rule: SweepRule) -> tuple[int, int] | None:
    """First and last row of a piece in which the potential moves; holds at its ends are left out."""
    if time.size < width + 2:
        return None
    lapse = np.maximum(time[width:] - time[:-width], 1e-12)
    way = np.abs(potential[width:] - potential[:-width])
    slope = way / lapse
    order = np.argsort(slope)
    cumulated = np.cumsum(way[order])
    if not cumulated[-1] > 0:
        return None
    typical = slope[order][np.searchsorted(cumulated, 0.5 * cumulated[-1])]
    rows = np.flatnonzero(slope > rule.still_share * typical)
    first, last = int(rows[0]), int(rows[-1]) + width
    return (first + width - 1 if first > 0 else 0), (last - width + 1 if last < time.size - 1 else time.size - 1)


def _doubt_control(record: xr.Dataset, found: list[_Sweep], rule: SweepRule) -> None:
    """Where nothing says what was controlled: refuse a constant current, else warn that it was guessed."""
    if _known_mode(record) is not None:
        return
    current = np.abs(record["current"].to_numpy().astype(float))
    inside = [current[s.first + 1 : s.last] for s in found]
    known = [values[np.isfinite(values)] for values in inside]
    flat = [float(values.std() / (values.mean() or np.inf)) if values.size else np.inf for values in known]
    if np.median(flat) < rule.constant_current and np.nanmax(current) > 0:
        _refuse("a triangular voltage at a constant current: the current was controlled")
    if "voltage_setpoint" not in record.variables or not np.isfinite(record["voltage_setpoint"].to_numpy()).any():
        warnings.warn(
            "the record does not say what the instrument controlled; its triangular voltage is taken as voltage control",
            DataQualityWarning,
            stacklevel=3,
        )


def _loops(applied: Floats, found: list[_Sweep], rule: SweepRule) -> list[tuple[int, int, bool]]:
    """First row, last row of each loop (the next one begins there) and whether it closes."""
    loops = []
    for series in dict.fromkeys(s.series for s in found):
        sweeps = [s for s in found if s.series == series]
        span = max(float(np.ptp(applied[s.first : s.last + 1])) for s in sweeps)
        starts = _loop_starts(applied, sweeps, rule.closing_share * span)
        for start, end in zip(starts, [*starts[1:], sweeps[-1].last], strict=True):
            both = {s.direction for s in sweeps if s.last > start and s.first < end} == {-1, 1}
            gap = abs(float(applied[end] - applied[start]))
            loops.append((start, end, both and gap <= rule.closing_share * span))
    return loops


def _loop_starts(applied: Floats, sweeps: list[_Sweep], tail: float) -> list[int]:
    """Rows at which the potential is back where the first sweep began, in its direction; a last piece shorter than a tail (V) is none."""
    begin, direction = float(applied[sweeps[0].first]), sweeps[0].direction
    starts = [sweeps[0].first]
    for sweep in sweeps[1:]:
        if sweep.direction != direction:
            continue
        rows = applied[sweep.first : sweep.last + 1]
        back = np.flatnonzero(direction * (rows - begin) >= 0)
        if back.size == 0:
            continue
        start = sweep.first + int(back[0])
        if sweep is not sweeps[-1] or abs(float(applied[sweep.last] - applied[start])) > tail:
            starts.append(start)
    return starts


def loop_pieces(sweeps: xr.Dataset, cycle: int) -> list[tuple[int, slice]]:
    """Pieces of the sweeps that make up a loop, in order of time: number of the sweep, rows (both ends within).

    Parameters
    ----------
    sweeps
        What :func:`potential_sweeps` returned.
    cycle
        Number of the loop, from 1.
    """
    start, end = (int(sweeps[name].sel(cycle=cycle)) for name in ("loop_first_row", "loop_last_row"))
    first, last = sweeps["first_row"].to_numpy(), sweeps["last_row"].to_numpy()
    return [
        (int(number), slice(max(int(first[number]), start), min(int(last[number]), end) + 1))
        for number in np.flatnonzero((last > start) & (first < end))
    ]
