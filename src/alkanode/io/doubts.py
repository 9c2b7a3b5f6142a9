"""Doubts about a file: what it says twice must agree.

The counted charge must agree with the integral of the current, the rows with their numbers. Where they do not, the
reader says so; nothing is repaired in silence. What another package has to say while it reads is passed on.
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


def doubt_counter(time: Array, current: Array, charge: Array, name: str) -> None:
    """Warn where the counted charge contradicts the current.

    Parameters
    ----------
    time, current, charge
        (row,) s, A, and C with the resets removed.
    name
        Name of the file.
    """
    elapsed, counted = np.diff(time), np.diff(charge)
    size = np.abs(current)
    pieces = 0.5 * (size[1:] + size[:-1]) * elapsed  # without sign: a reversal between two rows takes nothing away
    both = np.isfinite(pieces) & np.isfinite(counted)
    integral, total = float(pieces[both].sum()), float(np.abs(counted[both]).sum())
    if total == 0.0 or integral == 0.0:
        return
    one_way = both & (current[1:] * current[:-1] > 0)
    if float(np.sum((current[1:] * elapsed * counted)[one_way])) < 0:
        why = "they have opposite signs"
    elif abs(integral / total - 1.0) > CONTRADICTION:
        why = f"the integral of the current is {integral / total:.3g} times the counted charge"
    else:
        return
    warnings.warn(f"{name}: the charge counter contradicts the current: {why}", DataQualityWarning, stacklevel=3)


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
            _warn(f"{name}: {int((steps < 0).sum())} rows stand out of order and are sorted by their number")
        twice = np.diff(ordered, prepend=ordered[0] - 1) == 0
        if twice.any():
            _warn(f"{name}: {int(twice.sum())} rows are there twice; the first of each is kept")
        places = places[~twice]
        steps = np.diff(number[places].astype(np.int64))
    lost = int((steps - 1).sum()) + max(0, int(number[places[0]]) - 1) if places.size else 0
    if lost:
        first = int(np.argmax(steps > 1)) + 1 if (steps > 1).any() else 0
        _warn(f"{name}: {lost} rows are missing by their numbers (first before row {first})")
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
        _warn(f"{name}: {package} says: {message[:200]}")


class _Keeper(logging.Handler):
    """Keeps the text of what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().splitlines()[0] if record.getMessage() else "")


def _warn(message: str) -> None:
    warnings.warn(message, DataQualityWarning, stacklevel=3)
