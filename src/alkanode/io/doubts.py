"""Doubts about a file: what it says twice must agree.

The counted charge must agree with the integral of the current, the clock with the dates, the rows with their numbers.
Where they do not, the reader says so; nothing is repaired in silence. What another package has to say while it reads
is passed on.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import DataQualityWarning

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]

CONTRADICTION = 0.2
"""Share by which counter and integral may differ. Coarse sampling of a decaying current reaches a few per cent; a
wrong factor or a damaged file goes far beyond."""

PAUSE = 60.0
"""Seconds that dates and test time may differ by before the reader says so: dates are written to the second, and a
test of days gathers some tenths."""

CLOCK_SHARE = 0.1
"""The same as a share of the test, for tests so short that a minute would hide a wrong unit of time."""


def warn(message: str) -> None:
    """Warn of data."""
    warnings.warn(message, DataQualityWarning, stacklevel=4)


def charge_ratio(time: Array, current: Array, charge: Array) -> float:
    """Integral of the current over the counted charge, both without sign.

    Parameters
    ----------
    time, current, charge
        (row,) s, A, and C with the resets removed.

    Returns
    -------
    float
        NaN where either is nothing.

    Notes
    -----
    Without sign, so that a reversal between two rows takes nothing away.
    """
    size = np.abs(current)
    pieces, counted = 0.5 * (size[1:] + size[:-1]) * np.diff(time), np.abs(np.diff(charge))
    both = np.isfinite(pieces) & np.isfinite(counted)
    integral, total = float(pieces[both].sum()), float(counted[both].sum())
    return integral / total if integral > 0 and total > 0 else np.nan


def doubt_counter(time: Array, current: Array, charge: Array, name: str, *, share: float = CONTRADICTION) -> None:
    """Warn where the counted charge contradicts the current.

    Parameters
    ----------
    time, current, charge
        (row,) s, A, and C with the resets removed.
    name
        Name of the file.
    share
        By which integral and counter may differ.

    Warns
    -----
    DataQualityWarning
        When they have opposite signs, or differ by more.
    """
    ratio = charge_ratio(time, current, charge)
    with np.errstate(invalid="ignore"):
        one_way = current[1:] * current[:-1] > 0
        agreement = float(np.nansum((current[1:] * np.diff(time) * np.diff(charge))[one_way]))
    if agreement < 0:
        why = "they have opposite signs"
    elif abs(ratio - 1.0) > share:
        why = f"the integral of the current is {ratio:.3g} times the counted charge"
    else:
        return
    warn(f"{name}: the charge counter contradicts the current: {why}")


def doubt_clock(time: Array, dates: Array, name: str) -> None:
    """Warn where the test time contradicts the dates.

    Parameters
    ----------
    time
        (row,) s since the start, or the first and the last only.
    dates
        (row,) s in any count, of the same rows.
    name
        Name of the file.

    Warns
    -----
    DataQualityWarning
        With the row where they are farthest apart. Pauses make the dates run ahead; nothing sound makes them stay behind.
    """
    if not np.isfinite(dates).all():
        return
    elapsed = time - time[0]
    apart = (dates - dates[0]) - elapsed
    row = int(np.argmax(np.abs(apart)))
    if abs(apart[row]) > min(PAUSE, 2.0 + CLOCK_SHARE * elapsed[-1]):
        warn(
            f"{name}: dates and test time are {apart[row]:.6g} s apart after {elapsed[row]:.6g} s (row {row}): pauses that "
            "are not in the time, a wrong unit of time, or a clock that was changed"
        )


def doubt_records(numbers: Array, name: str) -> None:
    """Warn where the numbers of the records jump; a column that mostly stands still counts something else.

    Parameters
    ----------
    numbers
        (row,) numbers of the records, as written.
    name
        Name of the file.

    Warns
    -----
    DataQualityWarning
        When they begin late or do not go up by one: rows are lost, doubled or out of order.
    """
    steps = np.diff(numbers)
    if not np.isfinite(steps).any() or np.nanmedian(steps) == 0:
        return
    if numbers[0] > 1:
        warn(f"{name}: the record numbers begin at {numbers[0]:.0f}, so the first rows are missing")
    jumps = np.flatnonzero(~(steps == 1))
    if jumps.size:
        warn(
            f"{name}: the record numbers jump {jumps.size} times (first: from {numbers[jumps[0]]:.0f} to "
            f"{numbers[jumps[0] + 1]:.0f}), so rows are missing or out of order"
        )


def order_of_rows(number: Integers, name: str) -> npt.NDArray[np.intp]:
    """Places of the rows in the order of their numbers, the second of two equal ones left out.

    Parameters
    ----------
    number
        (row,) Number of each row as the instrument counted it.
    name
        Name of the file.

    Returns
    -------
    ndarray
        Indices into ``number``.

    Warns
    -----
    DataQualityWarning
        When rows are out of order, there twice, or missing.
    """
    steps = np.diff(number.astype(np.int64))
    places = np.arange(number.size)
    if (steps < 1).any():
        places = np.argsort(number, kind="stable")
        ordered = number[places].astype(np.int64)
        if (steps < 0).any():
            warn(f"{name}: {int((steps < 0).sum())} rows stand out of order and are sorted by their number")
        twice = np.diff(ordered, prepend=ordered[0] - 1) == 0
        if twice.any():
            warn(f"{name}: {int(twice.sum())} rows are there twice; the first of each is kept")
        places = places[~twice]
        steps = np.diff(number[places].astype(np.int64))
    lost = int((steps - 1).sum()) + max(0, int(number[places[0]]) - 1) if places.size else 0
    if lost:
        first = int(np.argmax(steps > 1)) + 1 if (steps > 1).any() else 0
        warn(f"{name}: {lost} rows are missing by their numbers (first before row {first})")
    return places


_OF_PROGRAMS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ResourceWarning)
"""Warnings that are about programs and not about data."""


@contextmanager
def doubts_of(package: str, name: str) -> Iterator[None]:
    """Turn what another package logs or warns while it reads into our warnings.

    Parameters
    ----------
    package
        Name of its logger.
    name
        Name of the file.
    """
    kept = _Keeper()
    logger = logging.getLogger(package)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(kept)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        logger.removeHandler(kept)
        logger.propagate = propagate
    for warning in caught:
        if issubclass(warning.category, _OF_PROGRAMS):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        else:
            kept.messages.append(str(warning.message))
    for message in dict.fromkeys(kept.messages):
        warn(f"{name}: {package} says: {message[:200]}")


class _Keeper(logging.Handler):
    """Keeps the text of what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().splitlines()[0] if record.getMessage() else "")
