"""Find the impedance sweeps in a list of rows, and fold them into a table of spectra.

An instrument writes one row per frequency. Rows at zero frequency are DC samples. A new sweep begins

* after a DC row, unless the frequency goes on as before (a DC row or a lost frequency within a sweep),
* where the step or the loop changes,
* where the frequency turns back (a falling sweep rises, a rising one falls),
* where the clock stands still for longer than any measurement at that frequency takes.

The cycle column alone is never trusted: instruments leave it constant, or count something else with it. It decides
only where the frequency stays the same from one row to the next. A frequency measured twice in a row stays in the
sweep that it ends, except where the next sweep goes on from it in the other direction.

Rows in no order of frequency at all (a table sorted by something else) are no sweeps of two or three points: they stay
together, and the checks of spectra sort them or say why not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PAUSE_BASE = 300.0
"""Seconds that may pass between two points of one sweep at any frequency (range changes, short waits)."""

PAUSE_PERIODS = 30.0
"""Periods of the next point that may pass besides :data:`PAUSE_BASE` (waiting, drift correction, averages)."""

_GOES_ON = 2.5
"""Steps of ln f across DC rows, in steps beside them, up to which a sweep goes on: one lost point makes two."""

_SAME = 1e-3
"""Of ln f: the same frequency in two sweeps."""

_SHUFFLED_ROWS, _SHUFFLED_RUN, _SHUFFLED_COVER = 8, 5.0, 3.0
"""Rows in no order: at least so many, in runs shorter than this on average (a random order gives 3), that hold so many
times more frequencies than one run does (sweeps over few frequencies, repeated, hold as many as one of them)."""


def sweep_numbers(
    frequency: npt.NDArray[np.float64],
    *,
    time: npt.NDArray[np.float64] | None = None,
    step: npt.NDArray[np.integer] | None = None,
    loop: npt.NDArray[np.integer] | None = None,
    cycle: npt.NDArray[np.integer] | None = None,
) -> npt.NDArray[np.integer]:
    """Number the sweep that each row belongs to.

    Parameters
    ----------
    frequency
        Frequency (Hz) of each row; zero, NaN or infinity marks a row outside sweeps.
    time
        Time (s) of each row, for pauses.
    step, loop
        Numbers whose change starts a new sweep.
    cycle
        Number whose change starts a new sweep only where the frequency repeats.

    Returns
    -------
    ndarray
        0, 1, 2, ... in the order of the rows; -1 for DC rows.
    """
    rows = frequency.size
    numbers = np.full(rows, -1, dtype=np.int64)
    points = np.flatnonzero((frequency > 0) & np.isfinite(frequency))
    if points.size == 0:
        return numbers
    f = frequency[points]
    logarithm = np.log(f)
    turn = np.zeros(points.size, dtype=bool)
    turn[0] = True
    turn[1:] = (np.diff(points) > 1) & ~_goes_on(logarithm)
    for label in (step, loop):
        if label is not None:
            turn[1:] |= label[points][1:] != label[points][:-1]
    direction = np.sign(f[1:] - f[:-1]).astype(np.int8)
    shuffled = _shuffled(turn, direction, logarithm)
    if time is not None:
        allowed = PAUSE_BASE + PAUSE_PERIODS / f[1:]
        turn[1:] |= (np.diff(time[points]) > allowed) & ~shuffled[1:]
    if cycle is not None:
        turn[1:] |= (direction == 0) & (cycle[points][1:] != cycle[points][:-1])
    direction[shuffled[1:]] = 0
    numbers[points] = np.cumsum(_split_at_reversals(turn, direction)) - 1
    return numbers


def _goes_on(logarithm: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether ln f goes on from each point to the next as it does before and after, shape (point - 1,)."""
    steps = np.diff(logarithm)
    if steps.size < 2:
        return np.zeros(steps.size, dtype=bool)
    before, after = np.append(steps[1], steps[:-1]), np.append(steps[1:], steps[-2])
    onwards = (before * steps > 0) & (steps * after > 0)
    return np.asarray(onwards & (np.abs(steps) <= _GOES_ON * np.maximum(np.abs(before), np.abs(after))))


def _shuffled(
    turn: npt.NDArray[np.bool_], direction: npt.NDArray[np.int8], logarithm: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Which points stand in stretches without any order of frequency, shape (point,)."""
    stretch = np.cumsum(turn) - 1
    sizes = np.bincount(stretch)
    turns = np.zeros(turn.size, dtype=bool)
    turns[1:-1] = (direction[1:] * direction[:-1] < 0) & (stretch[2:] == stretch[:-2])
    runs = np.bincount(stretch, weights=turns) / 2 + 1
    run = sizes / runs
    suspected = (sizes >= _SHUFFLED_ROWS) & (run < _SHUFFLED_RUN)
    if not suspected.any():
        return np.zeros(turn.size, dtype=bool)
    cells = np.unique(np.stack([stretch, np.rint(logarithm / _SAME).astype(np.int64)]), axis=1)
    return np.asarray((suspected & (np.bincount(cells[0]) >= _SHUFFLED_COVER * run))[stretch])


def _split_at_reversals(turn: npt.NDArray[np.bool_], direction: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Add a start wherever the frequency runs against the direction of its sweep."""
    starts = turn.copy()
    fixed, moves = turn.tolist(), direction.tolist()
    current = 0
    for row, move in enumerate(moves, start=1):
        if fixed[row]:
            current = 0
        elif move and current and move != current:
            tied = moves[row - 2] == 0 and not fixed[row - 1] and row < len(moves) and moves[row] == move
            starts[row - tied] = True
            current = move if tied else 0
        elif move:
            current = move
    return starts


def fold(
    values: npt.NDArray[np.generic], numbers: npt.NDArray[np.integer], *, missing: complex
) -> npt.NDArray[np.generic]:
    """Lay the rows of each sweep side by side.

    Parameters
    ----------
    values
        One value per row.
    numbers
        Sweep number per row, -1 for rows outside sweeps, as :func:`sweep_numbers` gives it.
    missing
        What fills the end of sweeps shorter than the longest.

    Returns
    -------
    ndarray
        Shape (sweeps, longest sweep), of the type of ``values``.
    """
    points = np.flatnonzero(numbers >= 0)
    of = numbers[points]
    counts = np.bincount(of)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    table = np.full((counts.size, int(counts.max())), missing, dtype=values.dtype)
    table[of, np.arange(points.size) - starts[of]] = values[points]
    return table


def first_of_each(values: npt.NDArray[np.generic], numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.generic]:
    """Value at the first row of each sweep."""
    points = np.flatnonzero(numbers >= 0)
    _, first = np.unique(numbers[points], return_index=True)
    return np.asarray(values[points[first]])
