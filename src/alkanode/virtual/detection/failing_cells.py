"""Records of cells that fail, or do not, drawn at random from a seed, with what truly happened.

What was drawn is a cause (a filament that grows, a thin electrode); what is called a failure is its effect in the hidden
state, read off afterwards:

* hard short: at least four fifths of the current leak, from then on to the end of the half cycle;
* transient soft short: a filament or a flickering contact leaks on some samples, and stops or burns again;
* hidden soft short: a leak that grew slowly carries at least 1 % of the current;
* contact loss: less than a fifth of an interface touches;
* depletion: less than a fifth of the thin electrode's interface is covered by metal;
* overpotential growth: the interphase adds at least 20 % to the resistance of the sound cell.

A clean control shows none of it, nor a tenth of it: below 0.1 % leak, above half of contact and coverage, less than 5 % of
growth. What lies between is neither, and counts nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.virtual.detection.failing_draws import Plan, draw_plan
from alkanode.virtual.instrument_effects import through_instrument
from alkanode.virtual.leaky.cell import LeakyRun, run_leaky_cells
from alkanode.virtual.potentiostat import area_of

HARD_LEAK = 0.8
SOFT_LEAK = 0.01
LOST_SHARE = 0.2
GROWTH = 0.2
CLEAN_LEAK = 1e-3
CLEAN_SHARE = 0.5
CLEAN_GROWTH = 0.05
LEAST_ROWS = 4
"""Rows that a hard short must last, so that one at the very end of a half cycle is not asked for."""

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """One failure as it truly happened.

    Attributes
    ----------
    failure
        Name, as in the records of kind ``failures``.
    onsets, ends
        Rows at which episodes begin and end (one episode, or many for a transient short).
    first_signs
        Rows from which each episode shows: 1 % of leak on the way to a hard short, half of the contact on the way to
        its loss; the onset itself where nothing precedes it.
    strength
        Largest leak fraction, share of contact or coverage that was lost, or growth of the resistance; 1.
    contrast
        Of a leak: the drop of the voltage that it makes over the noise of one sample, 1; NaN where not known. It bounds
        what any detector can see.
    """

    failure: str
    onsets: tuple[int, ...]
    ends: tuple[int, ...]
    first_signs: tuple[int, ...]
    strength: float
    contrast: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingTrace:
    """One record, what the user would know of its cell, and the truth.

    Attributes
    ----------
    seed
        Seed of everything.
    cause
        What was drawn: ``clean``, ``hard_short``, ``soft_short_transient``, ...
    record, impedance
        As an instrument gives them; ``impedance`` may be ``None``.
    cell
        What is known of the cell, or ``None``.
    truth
        Hidden state on the rows of the record.
    events
        What truly happened.
    clean
        A control: nothing happened, nor nearly.
    """

    seed: int
    cause: str
    record: xr.Dataset
    impedance: xr.Dataset | None
    cell: Cell | None
    truth: xr.Dataset
    events: tuple[TrueEvent, ...]
    clean: bool

    @property
    def hours(self) -> float:
        """Duration of the test, h."""
        time = self.record["time"].to_numpy()
        return float(time[-1] - time[0]) / 3600.0


def draw_traces(seeds: Sequence[int], *, together: int = 48) -> Iterator[FailingTrace]:
    """Draw traces, one per seed.

    Parameters
    ----------
    seeds
        The same seed gives the same trace, whatever the others are.
    together
        Cells that are stepped together; 48 keeps their state in the cache of a processor.

    Yields
    ------
    FailingTrace
        Grouped by length for speed, so not in the order of the seeds.
    """
    plans = sorted((draw_plan(seed) for seed in seeds), key=lambda plan: plan.steps)
    for first in range(0, len(plans), together):
        group = plans[first : first + together]
        runs = run_leaky_cells(
            [plan.bench for plan in group],
            [plan.protocol for plan in group],
            intervals=[plan.interval for plan in group],
            compliances=[plan.compliance for plan in group],
        )
        for plan, run in zip(group, runs, strict=True):
            yield _trace(plan, run)


def _trace(plan: Plan, run: LeakyRun) -> FailingTrace:
    record, rows = through_instrument(run.record, plan.effects, seed=plan.seed)
    record.attrs["source_file"] = "virtual cycler"
    truth = run.truth.isel(row=rows)
    events = true_events(truth, half_cycles=_half_cycles(run.record)[rows])
    contrast = _signal(run.record, plan)
    events = tuple(replace(event, contrast=event.strength * contrast) for event in events)
    leak, growth = float(truth["leak_fraction"].max()), float(truth["growth"].max())
    share = min(float(truth["contact_share"].min()), float(truth["coverage"].min()))
    return FailingTrace(
        seed=plan.seed,
        cause=plan.cause,
        record=record,
        impedance=run.impedance,
        cell=plan.known,
        truth=truth,
        events=events,
        clean=leak < CLEAN_LEAK and share > CLEAN_SHARE and growth < CLEAN_GROWTH,
    )


def _signal(record: xr.Dataset, plan: Plan) -> float:
    """Voltage of the sound cell at the median current over the noise of a sample (resolution counts as noise)."""
    demanded = np.abs(record["current_setpoint"].to_numpy())
    resistance = plan.bench.physics.resistance / area_of(plan.bench.cell)
    noise = float(np.hypot(plan.effects.voltage_noise, plan.effects.voltage_step / np.sqrt(12)))
    return float(np.nanmedian(demanded)) * resistance / noise


def _half_cycles(record: xr.Dataset) -> npt.NDArray[np.int64]:
    """(row,) number of the half cycle by the program, -1 at rest."""
    sign = np.nan_to_num(np.sign(record["current_setpoint"].to_numpy()))
    flowing = np.flatnonzero(sign)
    number = np.full(sign.size, -1, dtype=np.int64)
    number[flowing] = np.cumsum(np.diff(sign[flowing], prepend=sign[flowing][:1]) != 0)
    return number


def true_events(truth: xr.Dataset, *, half_cycles: npt.NDArray[np.int64]) -> tuple[TrueEvent, ...]:
    """Read the failures off the hidden state.

    Parameters
    ----------
    truth
        As :class:`alkanode.virtual.LeakyRun` holds it, on the same rows.
    half_cycles
        (row,) number of the half cycle, -1 at rest.

    Returns
    -------
    tuple of TrueEvent
        At most one per kind of failure.
    """
    leak, slow = truth["leak_fraction"].to_numpy(), truth["slow_leak_fraction"].to_numpy()
    flowing = half_cycles >= 0
    last = int(np.flatnonzero(flowing)[-1]) if flowing.any() else 0
    found = []
    hard, sudden = _hard_onset(leak, half_cycles), np.where(flowing, leak - slow, 0.0)
    if hard is not None:
        sign = _back_while(leak >= SOFT_LEAK, hard)
        found.append(_lasting("hard_short", hard, last, sign, leak))
        sudden = np.where(np.arange(leak.size) < sign, sudden, 0.0)
    if sudden.max(initial=0.0) >= SOFT_LEAK:
        onsets, ends = _episodes(sudden >= SOFT_LEAK)
        strength = float(sudden.max())
        found.append(
            TrueEvent(failure="soft_short_transient", onsets=onsets, ends=ends, first_signs=onsets, strength=strength)
        )
    if slow.max(initial=0.0) >= SOFT_LEAK:
        onset = int(np.argmax(slow >= SOFT_LEAK))
        found.append(_lasting("soft_short_hidden", onset, last, onset, slow))
    for failure, name in (("contact_loss", "contact_share"), ("depletion", "coverage")):
        share = truth[name].to_numpy()
        lost = (share < LOST_SHARE) & flowing
        if lost.any():
            onsets, ends = _episodes(lost)
            signs = tuple(_back_while((share < CLEAN_SHARE) & flowing, onset) for onset in onsets)
            strength = 1 - float(share.min())
            found.append(TrueEvent(failure=failure, onsets=onsets, ends=ends, first_signs=signs, strength=strength))
    growth = truth["growth"].to_numpy()
    if growth.max(initial=0.0) >= GROWTH:
        onset = int(np.argmax(growth >= CLEAN_GROWTH))
        found.append(_lasting("overpotential_growth", onset, last, onset, growth))
    return tuple(found)


def _lasting(failure: str, onset: int, last: int, sign: int, strength: npt.NDArray[np.float64]) -> TrueEvent:
    """A failure that stays until the last row at which current flows."""
    return TrueEvent(
        failure=failure, onsets=(onset,), ends=(last,), first_signs=(sign,), strength=float(strength.max())
    )


def _back_while(state: npt.NDArray[np.bool_], row: int) -> int:
    """First row of the run of a state that ends at a row."""
    earlier = np.flatnonzero(~state[: row + 1])
    return int(earlier[-1]) + 1 if earlier.size else 0


def _hard_onset(leak: npt.NDArray[np.float64], half_cycles: npt.NDArray[np.int64]) -> int | None:
    """First row from which the leak stays hard until the half cycle ends."""
    for number in range(int(half_cycles.max(initial=-1)) + 1):
        rows = np.flatnonzero(half_cycles == number)
        soft = np.flatnonzero(leak[rows] < HARD_LEAK)
        start = int(soft[-1]) + 1 if soft.size else 0
        if rows.size - start >= LEAST_ROWS:
            return int(rows[start])
    return None


def _episodes(state: npt.NDArray[np.bool_]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    edges = np.flatnonzero(np.diff(state.astype(np.int8), prepend=0, append=0))
    return tuple(edges[::2].tolist()), tuple((edges[1::2] - 1).tolist())
