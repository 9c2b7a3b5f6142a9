"""The protocol that a measured file ran, as a model takes it.

Every run of one current becomes a step that ends at the charge that was measured, every pause a rest, and spectra at rest
stay where they were. Where the test ended in a half cycle that reached a cut-off, its end is left to the model: its last step
ends by voltage, so that the model says itself how much can be stripped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.control import by_voltage, held_current
from alkanode.data.protocol import Protocol, Step
from alkanode.data.schema import check
from alkanode.data.steps import current_sign, half_cycle_table, stripping_sign
from alkanode.foundation.errors import StudyError

Floats = npt.NDArray[np.float64]

LEVEL_STEP = 0.05
"""Share of the larger current by which two rows differ where a new step begins: above noise, below the steps of a ramp."""

MOST_STEPS = 2000
"""Steps beyond which a record is no protocol but noise."""

PERIODS = 3.0
"""Periods per frequency that a sweep is taken to last where the file does not say."""

HEADROOM = 1.02
"""Voltage that ends the steps of the model, over the largest that is compared or was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredProtocol:
    """The protocol of a record.

    Attributes
    ----------
    protocol
        Steps that end by charge, at the latest at ``voltage_limit``.
    judged
        First and last step (from 0) of the half cycle whose end is the model's, or ``None`` where no cut-off was reached.
    voltage_limit
        V.
    under_current
        Spectra that were taken under current, which are not repeated.
    given
        Whether the study wrote the protocol itself.
    """

    protocol: Protocol
    judged: tuple[int, int] | None
    voltage_limit: float
    under_current: int = 0
    given: bool = False


def measured_protocol(
    history: xr.DataTree, cell: Cell, *, cutoffs: tuple[float, ...], area: float | None = None
) -> MeasuredProtocol:
    """Read the protocol off a record.

    Parameters
    ----------
    history
        With a node ``cycling``, and ``impedance`` where spectra were taken.
    cell
        The role of its anode says what strips.
    cutoffs
        V. The largest stripping half cycle ends by voltage where it is the last one and reached the lowest of them.
    area
        m2; default that of the cell.

    Raises
    ------
    StudyError
        When no current flows, the voltage was swept, the record has more than 2000 steps, or no area is known.
    """
    record = check(history, "cycling")
    size = area if area is not None else cell.effective_area
    if size is None:
        raise StudyError("currents of a model are per area", found="a cell without one", todo="State area in the cell")
    sign = current_sign(record) * stripping_sign(cell)
    if not sign.any():
        raise StudyError("a protocol is read off a record in which current flows", found="none")
    if (by_voltage(record) & (sign != 0)).any():
        raise StudyError(
            "the protocol of a sweep of the voltage cannot be read off its record",
            found="rows in which the voltage was controlled",
            todo="Write it into the block, for example protocol: ['Sweep at 10 mV s-1 from 0 V to 1 V to -1 V for 10 cycles']",
        )
    runs = _runs(record, sign)
    spectra, under_current = _spectra(history, runs)
    voltage = record["voltage"].to_numpy()
    limit = HEADROOM * max(*cutoffs, float(np.nanmax(np.abs(voltage[sign != 0]))))
    judged_rows = _judged_rows(record, cell, min(cutoffs))
    steps, judged = _steps(record, runs, spectra, judged_rows, size, limit)
    return MeasuredProtocol(
        protocol=Protocol(tuple(steps)), judged=judged, voltage_limit=limit, under_current=under_current
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows of one current; ``before`` is the row from which its charge counts."""

    before: int
    last: int
    sign: int


def _runs(record: xr.Dataset, sign: npt.NDArray[np.int64]) -> list[_Run]:
    current = np.abs(held_current(record))
    jump = np.abs(np.diff(current)) > LEVEL_STEP * np.maximum(current[1:], current[:-1])
    same = (np.diff(sign) == 0) & (sign[1:] != 0) & ~jump
    begins = np.flatnonzero(np.concatenate([[True], ~same]))
    ends = np.append(begins[1:], sign.size) - 1
    time = record["time"].to_numpy()
    found = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        before = max(begin - 1, 0)
        if sign[begin] != 0 and time[end] > time[before]:
            found.append(_Run(before, end, int(sign[begin])))
    if len(found) > MOST_STEPS:
        raise StudyError(
            f"a protocol has at most {MOST_STEPS} steps",
            found=f"{len(found)} runs of one current",
            todo="Write it into the block: protocol: [...]",
        )
    if not found:
        raise StudyError("a protocol is read off a record in which current flows", found="single rows of current")
    return found


def _spectra(history: xr.DataTree, runs: list[_Run]) -> tuple[list[tuple[float, float, float, float]], int]:
    """Start, highest and lowest frequency and length of the spectra at rest, and how many were not at rest."""
    if "impedance" not in history.children:
        return [], 0
    record, rows = history["impedance"].to_dataset(), history["cycling"]["time"].to_numpy()
    if "time" not in record.variables:
        return [], 0
    found, flowing = [], 0
    frequency = record["frequency"].to_numpy()
    frequency = np.broadcast_to(frequency, (record.sizes["spectrum"], frequency.shape[-1]))
    for at, grid in zip(record["time"].to_numpy(), frequency, strict=True):
        known = grid[np.isfinite(grid)]
        if any(rows[run.before] < at < rows[run.last] for run in runs):
            flowing += 1
        elif known.size > 1 and np.isfinite(at):
            found.append((float(at), float(known.max()), float(known.min()), float(np.sum(PERIODS / known))))
    return found, flowing


def _judged_rows(record: xr.Dataset, cell: Cell, cutoff: float) -> tuple[int, int] | None:
    """First and last row of the largest stripping half cycle, if it is the last of all and reached the cut-off."""
    table = half_cycle_table(record, cell)
    stripped = np.flatnonzero(table["direction"].to_numpy() == "strip")
    if stripped.size == 0:
        return None
    best = int(stripped[np.argmax(table["charge_passed"].to_numpy()[stripped])])
    if best != table.sizes["half_cycle"] - 1:
        return None
    first, last = (int(table[name].to_numpy()[best]) for name in ("first_row", "last_row"))
    reached = stripping_sign(cell) * record["voltage"].to_numpy()[first : last + 1]
    return (first, last) if np.nanmax(reached) >= cutoff else None


def _steps(
    record: xr.Dataset,
    runs: list[_Run],
    spectra: list[tuple[float, float, float, float]],
    judged_rows: tuple[int, int] | None,
    area: float,
    limit: float,
) -> tuple[list[Step], tuple[int, int] | None]:
    time = record["time"].to_numpy()
    charge = passed_charge(record)[0]
    current = np.abs(held_current(record))
    steps: list[Step] = []
    inside: list[int] = []
    clock = float(time[0])
    for run in runs:
        steps += _pause(clock, float(time[run.before]), spectra)
        rows = slice(run.before + 1, run.last + 1)
        passed = abs(float(charge[run.last] - charge[run.before]))
        size = float(np.nanmedian(current[rows]))
        clock = float(time[run.last])
        if passed <= 0 or size <= 0:
            continue
        if judged_rows is not None and run.sign > 0 and judged_rows[0] <= run.last and run.before < judged_rows[1]:
            inside.append(len(steps))
        steps.append(
            Step(
                kind="strip" if run.sign > 0 else "plate",
                current_density=size / area,
                areal_capacity=passed / area,
                voltage_limit=limit,
            )
        )
    steps += _pause(clock, float(time[-1]), spectra)
    if not inside:
        return steps, None
    last = steps[inside[-1]]
    steps[inside[-1]] = Step(kind="strip", current_density=last.current_density, voltage_limit=limit)
    return steps, (inside[0], inside[-1])


def _pause(begin: float, end: float, spectra: list[tuple[float, float, float, float]]) -> list[Step]:
    """Rests and spectra between two times."""
    steps: list[Step] = []
    clock = begin
    for at, high, low, length in spectra:
        if not begin <= at <= end or at < clock:
            continue
        if at > clock:
            steps.append(Step(kind="rest", duration=at - clock))
        steps.append(Step(kind="impedance", highest_frequency=high, lowest_frequency=low))
        clock = at + length
    if end > clock:
        steps.append(Step(kind="rest", duration=end - clock))
    return steps
