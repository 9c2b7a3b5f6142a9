"""Times written as text: clocks such as ``1d 02:03:04.5`` and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

_CLOCK = r"^\s*(?:(\d+)\s*(?:d|days?,?|[.\-])?\s*)??(\d+):(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)\s*$"
"""Days (``1d ``, ``1.``, ``1-``, ``1 ``), hours, minutes, seconds."""

_SCALES = (86400.0, 3600.0, 60.0, 1.0)


def clock_seconds(texts: pl.Series) -> npt.NDArray[np.float64]:
    """Seconds of clocks written as hours, minutes and seconds, with or without days.

    Parameters
    ----------
    texts
        (row,) for example ``"0d 00:01:30.5"``, ``"26:01:30"``.

    Returns
    -------
    ndarray
        (row,) s; NaN where the text is no clock.
    """
    texts = texts.str.replace(r"^\s*[-+]\s*$", "")
    total = np.zeros(texts.len())
    for group, scale in enumerate(_SCALES, start=1):
        part = texts.str.extract(_CLOCK, group).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        values = part.to_numpy()
        total = total + scale * np.where(np.isnan(values), 0.0, values) if group == 1 else total + scale * values
    return np.asarray(total, dtype=np.float64)


def moments(texts: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Dates, by the form that the first date of the column has.

    Parameters
    ----------
    texts
        (row,) dates as text.
    formats
        Forms of ``strptime``, tried in turn on the first cell that is not empty.

    Returns
    -------
    polars.Series
        (row,) datetimes of microseconds, null where a cell has another form; all null when no form fits.
    """
    filled = texts.filter(texts.is_not_null() & (texts != ""))
    if filled.len():
        for form in formats:
            try:
                datetime.strptime(filled[0], form)
            except ValueError:
                continue
            return texts.str.to_datetime(form, strict=False, time_unit="us")
    return pl.Series([None] * texts.len(), dtype=pl.Datetime("us"))
