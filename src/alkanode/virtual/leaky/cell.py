"""A virtual cell that leaks and fails: a network of columns run through a protocol, with the truth of every row.

Its physics is not that of the rules that detect failures: shorts are filaments whose conductance percolates, contact is
lost column by column while the others take over the current. What is a failure follows from the hidden state (the share
of the current that leaks, the share of the interface that touches), never from the shape of the voltage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol, Step
from alkanode.data.schema import label
from alkanode.data.steps import stripping_sign
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.leaky.physics import LeakyPhysics
from alkanode.virtual.leaky.state import LeakyState
from alkanode.virtual.potentiostat import area_of, current_of

Floats = npt.NDArray[np.float64]

LONGEST_STEP = 10.0
"""s between two states of the cell; sparser samples have states between them."""

FIRST_SAMPLE = 0.1
"""s after the start of a step at which a cycler takes its first sample."""

POINTS_PER_DECADE = 6

_REST, _CURRENT, _SWEEP = 0, 1, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyCell:
    """A leaky cell on a cycler.

    Attributes
    ----------
    cell
        Gives the area and which lead the anode is on.
    physics
        What it does.
    seed
        Seed of the scatter among the columns and of everything random in the cell.

    Examples
    --------
    >>> from alkanode.data import Cell, Protocol
    >>> bench = LeakyCell(cell=Cell(anode="Na", area="1 cm2"), physics=LeakyPhysics(), seed=1)
    >>> run = bench.run(Protocol.from_text(["Strip at 0.1 mA cm-2 for 10 min"]), interval=10.0)
    >>> float(run.truth["leak_fraction"].max())
    0.0
    """

    cell: Cell
    physics: LeakyPhysics
    seed: int

    def run(self, protocol: Protocol, *, interval: float = 10.0, compliance: float = 10.0) -> LeakyRun:
        """Run a protocol; see :func:`run_leaky_cells`."""
        return run_leaky_cells([self], [protocol], intervals=[interval], compliances=[compliance])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyRun:
    """What a virtual cycler recorded of a leaky cell, and what was true.

    Attributes
    ----------
    record
        Kind ``cycling``: ``time``, ``voltage``, ``current``, ``current_setpoint``, ``charge``, ``step``,
        ``control_mode``, ``in_sweep``; no noise.
    impedance
        Kind ``impedance``, or ``None`` without a sweep in the protocol.
    truth
        Hidden state, on the rows of the record: ``leak_current`` (A), ``leak_fraction`` (1, of the current that flows;
        0 at rest; above 1 where the cell also discharges itself through the leak), ``slow_leak_fraction`` (its part that grows slowly), ``contact_share`` (1, mean over the columns, of
        the interface with less contact; voids alone), ``coverage`` (1, of the thin working electrode),
        ``growth`` (1, resistance of the interphase over that of the sound cell). ``attrs`` name the largest of each.
    """

    record: xr.Dataset
    impedance: xr.Dataset | None
    truth: xr.Dataset


def run_leaky_cells(
    cells: Sequence[LeakyCell],
    protocols: Sequence[Protocol],
    *,
    intervals: Sequence[float],
    compliances: Sequence[float],
) -> list[LeakyRun]:
    """Run several cells at once, each through its own protocol.

    The result of a cell does not depend on the others: many are run together because that is fast.

    Parameters
    ----------
    cells
        All with the same number of columns.
    protocols
        One per cell: strip and plate (of the anode) for a duration or an areal capacity, up to a voltage (then the next
        step follows); rests; impedance sweeps at rest.
    intervals
        s between two samples, one per cell. Each step has a first sample after 0.1 s and one at its end.
    compliances
        V that the cycler holds where the current needs more, one per cell.

    Returns
    -------
    list of LeakyRun
        In the order of the cells.

    Raises
    ------
    PhysicsError
        For cells with different numbers of columns, an interval that is not positive, an empty protocol, a cell without
        an area, or a step without an end.
    """
    if len({bench.physics.columns for bench in cells}) > 1:
        raise PhysicsError("cells that run together have the same number of columns", found="different numbers")
    if any(interval <= 0 for interval in intervals):
        raise PhysicsError("the time between two samples is positive", found=f"{min(intervals):g} s")
    programs = [_program(bench.cell, protocol) for bench, protocol in zip(cells, protocols, strict=True)]
    tape = _drive(cells, programs, np.asarray(intervals, dtype=float), np.asarray(compliances, dtype=float))
    return [_finish(cells[index], tape, index) for index in range(len(cells))]


@dataclass(frozen=True, slots=True)
class _Program:
    """Steps as arrays: current (A), duration (s), voltage limit (V), control mode; frequencies of each sweep."""

    current: Floats
    duration: Floats
    limit: Floats
    mode: npt.NDArray[np.int64]
    frequency: dict[int, Floats]


def _program(cell: Cell, protocol: Protocol) -> _Program:
    area, sign = area_of(cell), stripping_sign(cell)
    current, duration, limit, mode = [], [], [], []
    frequency: dict[int, Floats] = {}
    for number, step in enumerate(protocol.steps):
        flowing = sign * current_of(step, cell) * (1 if step.kind == "strip" else -1)
        current.append(flowing if step.kind in ("strip", "plate") else 0.0)
        mode.append({"rest": _REST, "impedance": _SWEEP}.get(step.kind, _CURRENT))
        if step.kind == "impedance":
            frequency[number] = _frequencies(step)
        duration.append(_duration(step, abs(current[-1]), area, frequency.get(number)))
        limit.append(np.inf if step.voltage_limit is None else step.voltage_limit)
    if not current:
        raise PhysicsError("a protocol has steps", found="none")
    return _Program(np.array(current), np.array(duration), np.array(limit), np.array(mode), frequency)


def _frequencies(step: Step) -> Floats:
    highest, lowest = step.highest_frequency or 1e6, step.lowest_frequency or 1.0
    return np.asarray(np.geomspace(highest, lowest, round(np.log10(highest / lowest) * POINTS_PER_DECADE) + 1))


def _duration(step: Step, current: float, area: float, frequency: Floats | None) -> float:
    if frequency is not None:
        return float(_sweep_times(frequency)[-1])
    if step.duration is not None:
        return step.duration
    if step.areal_capacity is not None and current > 0:
        return step.areal_capacity * area / current
    raise PhysicsError("a step needs an end: a capacity or a duration", found=str(step))


def _sweep_times(frequency: Floats) -> Floats:
    return np.cumsum(np.maximum(0.1, 3.0 / frequency))


_COLUMNS = ("time", "voltage", "current", "step", "leak", "slow", "contact", "coverage", "growth")


class _Sweep(NamedTuple):
    """One sweep: Hz, ohm, s, number of the step."""

    frequency: Floats
    impedance: npt.NDArray[np.complex128]
    time: float
    step: int


@dataclass(slots=True)
class _Tape:
    """(row, cell) of everything, which rows were sampled, and the sweeps of each cell."""

    rows: dict[str, Floats]
    sampled: npt.NDArray[np.bool_]
    programs: list[_Program]
    sweeps: list[list[_Sweep]] = field(default_factory=list)


def _drive(cells: Sequence[LeakyCell], programs: list[_Program], interval: Floats, compliance: Floats) -> _Tape:
    """Step all cells until the last protocol has ended."""
    count = len(cells)
    areas = [area_of(bench.cell) for bench in cells]
    state = LeakyState(
        [bench.physics for bench in cells], areas, [np.random.default_rng([bench.seed, 20]) for bench in cells]
    )
    longest = max(program.current.size for program in programs)

    def padded(name: str, fill: float) -> Floats:
        table = np.full((count, longest + 1), fill)
        for index, program in enumerate(programs):
            values = getattr(program, name)
            table[index, : values.size] = values
        return table

    current, duration, limit = padded("current", 0.0), padded("duration", 0.0), padded("limit", np.inf)
    ends = np.array([program.current.size for program in programs])
    parts = np.ceil(interval / LONGEST_STEP)
    stride = interval / parts
    length = int(max((np.ceil(p.duration / h) + 2).sum() for p, h in zip(programs, stride, strict=True)))
    tape = _Tape({name: np.zeros((length, count)) for name in _COLUMNS}, np.zeros((length, count), bool), programs)
    tape.sweeps = [[] for _ in cells]
    sound = np.array([b.physics.resistance for b in cells]) / areas
    pointer, gone, since = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    every = np.arange(count)
    for row in range(length):
        active = pointer < ends
        if not active.any():
            break
        for index in np.flatnonzero(active & (gone == 0)):
            frequency = programs[index].frequency.get(int(pointer[index]))
            if frequency is not None:
                impedance = state.impedance(int(index), frequency)
                sweep = _Sweep(frequency, impedance, float(state.time[index]), int(pointer[index]))
                tape.sweeps[index].append(sweep)
        demanded, left = current[every, pointer], duration[every, pointer] - gone
        span = np.where(active, np.minimum(np.where(gone == 0, np.minimum(FIRST_SAMPLE, stride), stride), left), 0.0)
        fast, slow = state.sudden_leak(), state.slow_leak()
        done = state.step(demanded, span, compliance)
        through = np.where(demanded != 0, 1.0 / np.where(done.current != 0, done.current, np.inf), 0.0)
        leaked = done.leaked.sum(axis=1)
        slowly = np.divide(done.leaked * slow, fast + slow, out=np.zeros_like(slow), where=fast + slow > 0).sum(axis=1)
        written = {
            "time": state.time,
            "voltage": done.voltage,
            "current": done.current,
            "step": pointer,
            "leak": leaked,
            "slow": slowly * through,
            "contact": state.share.mean(axis=2).min(axis=0),
            "coverage": state.coverage.mean(axis=1),
            "growth": state.layer.mean(axis=1) / state.shape[1] / sound,
        }
        for name, values in written.items():
            tape.rows[name][row] = values
        first = gone == 0
        gone = gone + span
        since = np.where(first, 0.0, since + span)
        over = (demanded != 0) & (np.abs(done.voltage) > limit[every, pointer])
        ended = active & ((duration[every, pointer] - gone <= 1e-9 * duration[every, pointer]) | over)
        due = first | ended | (since >= interval * (1 - 1e-9))
        tape.sampled[row] = active & due
        since = np.where(due & ~first, 0.0, since)
        pointer, gone = pointer + ended, np.where(ended, 0.0, gone)
    return tape


def _finish(bench: LeakyCell, tape: _Tape, index: int) -> LeakyRun:
    """Records and truth of one cell."""
    rows = {name: values[tape.sampled[:, index], index] for name, values in tape.rows.items()}
    program, dim = tape.programs[index], ("row",)
    step = rows["step"].astype(np.int64)
    mode = program.mode[step]
    all_steps = np.diff(tape.rows["time"][:, index], prepend=0.0)
    moved = np.cumsum(tape.rows["current"][:, index] * np.maximum(all_steps, 0.0))
    record = xr.Dataset(
        {
            "time": (dim, rows["time"]),
            "voltage": (dim, rows["voltage"]),
            "current": (dim, np.where(mode == _CURRENT, rows["current"], 0.0)),
            "current_setpoint": (dim, np.where(mode == _CURRENT, program.current[step], np.nan)),
            "charge": (dim, moved[tape.sampled[:, index]]),
            "step": (dim, step),
            "control_mode": (dim, mode.astype(float)),
            "in_sweep": (dim, mode == _SWEEP),
        },
        attrs={"reader": "virtual cycler", "source_file": f"leaky cell, seed {bench.seed}"},
    )
    flowing = np.where((mode == _CURRENT) & (rows["current"] != 0), rows["current"], np.inf)
    truth = xr.Dataset(
        {
            "leak_current": (dim, rows["leak"], {"units": "A"}),
            "leak_fraction": (dim, rows["leak"] / flowing + 0.0, {"units": "1"}),
            "slow_leak_fraction": (dim, rows["slow"], {"units": "1"}),
            "contact_share": (dim, rows["contact"], {"units": "1"}),
            "coverage": (dim, rows["coverage"], {"units": "1"}),
            "growth": (dim, rows["growth"], {"units": "1"}),
        }
    )
    truth.attrs.update(
        largest_leak_fraction=float(truth["leak_fraction"].max()),
        least_contact_share=float(truth["contact_share"].min()),
        least_coverage=float(truth["coverage"].min()),
        largest_growth=float(truth["growth"].max()),
    )
    sweeps = tape.sweeps[index]
    return LeakyRun(
        record=label(record, "cycling"), impedance=_impedance(sweeps, record) if sweeps else None, truth=truth
    )


def _impedance(sweeps: list[_Sweep], record: xr.Dataset) -> xr.Dataset:
    """Sweeps of one cell, shorter ones padded with NaN."""
    longest = max(sweep.frequency.size for sweep in sweeps)
    start = np.array([sweep.time for sweep in sweeps])

    def stacked(values: list[Any]) -> npt.NDArray[Any]:
        return np.array([np.pad(one, (0, longest - one.size), constant_values=np.nan) for one in values])

    point, spectrum = ("spectrum", "point"), ("spectrum",)
    charge = np.interp(start, record["time"].to_numpy(), record["charge"].to_numpy())
    spectra = {
        "frequency": (point, stacked([sweep.frequency for sweep in sweeps])),
        "impedance": (point, stacked([sweep.impedance for sweep in sweeps])),
        "point_time": (point, stacked([sweep.time + _sweep_times(sweep.frequency) for sweep in sweeps])),
        "time": (spectrum, start),
        "step": (spectrum, np.array([sweep.step for sweep in sweeps], dtype=np.int64)),
        "charge": (spectrum, charge),
    }
    return label(xr.Dataset(spectra, attrs={"reader": "virtual cycler"}), "impedance")
