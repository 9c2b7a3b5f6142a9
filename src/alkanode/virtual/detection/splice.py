"""Failures spliced into measured records: the instrument, the noise and the cell are real, only the event is made.

A leak of conductance G beside a cell of resistance R takes the share GR / (1 + GR) of the current and leaves V / (1 + GR).
Loss of contact adds the constriction of the remaining spots. Both act on the voltage of the cell (a running median of the
measured one); what the instrument scatters around it stays as it was.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.ndimage import median_filter

from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import rows_by_half_cycle, with_half_cycles
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.detection.failing_cells import LOST_SHARE, TrueEvent
from alkanode.virtual.leaky.column_network import constriction

SPLICES = ("hard_short", "soft_short_transient", "contact_loss")

LEAST_ROWS = 40
"""Rows of a half cycle into which something is spliced: enough for a level before and after it."""

SMOOTHING = 9
"""Samples of the running median."""

REMAINING_SHARE = 1e-5
"""Share of contact at the end of a spliced contact loss."""


def splice_failure(record: RecordLike, failure: str, *, seed: int) -> tuple[xr.Dataset, TrueEvent]:
    """Put one failure into a sound measured record.

    Parameters
    ----------
    record
        Cycling record with at least one half cycle of 40 rows.
    failure
        ``hard_short`` (95 to 99.99 % leak until the end of the record), ``soft_short_transient`` (10 to 70 % leak for
        4 to 30 rows, one to five times in a half cycle) or ``contact_loss`` (the contact of an interface of 5 to 20 % of
        the resistance falls in proportion to the charge over the last third to half of a half cycle).
    seed
        Seed of where and how much.

    Returns
    -------
    record
        With another ``voltage``.
    event
        The truth.

    Raises
    ------
    PhysicsError
        For another failure, or a record without a long enough half cycle.
    """
    record = check(record, "cycling")
    number = with_half_cycles(record)["half_cycle"].to_numpy()
    long = [rows for rows in rows_by_half_cycle(number) if rows.size >= LEAST_ROWS]
    if failure not in SPLICES or not long:
        raise PhysicsError(
            f"one of {', '.join(SPLICES)} and a half cycle of {LEAST_ROWS} rows are needed",
            found=f"{failure!r} and {len(long)} such half cycles",
        )
    random = np.random.default_rng([seed, 23])
    rows = long[int(random.integers(len(long)))]
    voltage = record["voltage"].to_numpy().astype(float).copy()
    if failure == "hard_short":
        event = _short(voltage, rows, number, random)
    elif failure == "soft_short_transient":
        event = _leak(voltage, rows, random)
    else:
        event = _loss(voltage, rows, random)
    return label(record.assign(voltage=("row", voltage)), "cycling"), event


Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


def _scale(voltage: Floats, rows: Rows, factor: Floats) -> None:
    """Multiply the cell's voltage on some rows, and leave its scatter as it is."""
    seen = voltage[rows]
    voltage[rows] += (factor - 1) * median_filter(seen, size=min(SMOOTHING, seen.size), mode="nearest")


def _short(voltage: Floats, rows: Rows, number: npt.NDArray[np.int64], random: np.random.Generator) -> TrueEvent:
    onset = int(rows[int(rows.size * random.uniform(0.3, 0.85))])
    left = float(np.exp(random.uniform(np.log(1e-4), np.log(0.05))))
    hit = np.flatnonzero(number >= 0)
    hit = hit[hit >= onset]
    for part in np.split(hit, np.flatnonzero(np.diff(number[hit])) + 1):
        _scale(voltage, part, np.full(part.size, left))
    return TrueEvent(
        failure="hard_short", onsets=(onset,), ends=(int(hit[-1]),), first_signs=(onset,), strength=1 - left
    )


def _leak(voltage: Floats, rows: Rows, random: np.random.Generator) -> TrueEvent:
    fraction = float(random.uniform(0.1, 0.7))
    onsets, ends = [], []
    place = int(rows.size * 0.2)
    for _ in range(int(random.integers(1, 6))):
        begin = place + int(random.integers(5, max(6, rows.size // 8)))
        end = begin + int(random.integers(4, 31))
        if end >= rows.size - 5:
            break
        _scale(voltage, rows[begin : end + 1], np.full(end + 1 - begin, 1 - fraction))
        onsets.append(int(rows[begin]))
        ends.append(int(rows[end]))
        place = end
    if not onsets:
        begin = rows.size // 2
        _scale(voltage, rows[begin : begin + 5], np.full(5, 1 - fraction))
        onsets, ends = [int(rows[begin])], [int(rows[begin + 4])]
    return TrueEvent(
        failure="soft_short_transient",
        onsets=tuple(onsets),
        ends=tuple(ends),
        first_signs=tuple(onsets),
        strength=fraction,
    )


def _loss(voltage: Floats, rows: Rows, random: np.random.Generator) -> TrueEvent:
    begin = int(rows.size * random.uniform(0.5, 0.67))
    part = float(random.uniform(0.05, 0.2))
    share = np.linspace(1.0, REMAINING_SHARE, rows.size - begin)
    growth = 1 + part * (1 / share - 1) + part * constriction(share) / np.sqrt(share)
    _scale(voltage, rows[begin:], growth)
    onset = int(rows[begin + int(np.argmax(share < LOST_SHARE))])
    sign = int(rows[begin + int(np.argmax(share < 0.5))])
    return TrueEvent(
        failure="contact_loss",
        onsets=(onset,),
        ends=(int(rows[-1]),),
        first_signs=(sign,),
        strength=1 - REMAINING_SHARE,
    )
