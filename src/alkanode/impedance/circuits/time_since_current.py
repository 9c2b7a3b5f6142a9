"""How long a cell had been at rest when a spectrum was taken.

An interphase grows while nothing else happens, so a resistance that rises along a run may be a matter of the calendar.
The time since the last current is the coordinate that tells.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.charge import direct_current
from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike, to_si


def time_since_current(
    spectra: RecordLike, cycling: RecordLike, *, least_current: QuantityLike | None = None
) -> xr.Dataset:
    """Spectra with the time since the last current as a coordinate.

    Parameters
    ----------
    spectra
        Record of kind ``impedance`` with ``time`` (s).
    cycling
        Record of kind ``cycling`` on the same clock.
    least_current
        Direct current (A, or text) from which current counts as flowing. Default: one per cent of the largest direct
        current of the record, above the offset of an instrument and the mean of a small alternating current.

    Returns
    -------
    Dataset
        The spectra with ``time_since_current`` (s) over spectrum: from the last row with current to the start of the
        sweep; 0 while current flows; NaN before the first current (the time since assembly stands in no file) and where
        the spectrum has no time. ``attrs["least_current"]`` (A).

    Raises
    ------
    SchemaError
        For records of another kind, without rows, or spectra without times.
    """
    spectra, cycling = check(spectra, "impedance"), check(cycling, "cycling")
    if "time" not in spectra.variables:
        raise SchemaError("the time since the last current needs the time of every spectrum", found="no 'time'")
    time, current = cycling["time"].to_numpy().astype(float), np.abs(direct_current(cycling))
    if time.size == 0:
        raise SchemaError("a cycling record with rows is needed", found="none")
    largest = float(np.nanmax(current)) if np.isfinite(current).any() else 0.0
    least = 0.01 * largest if least_current is None else to_si(least_current, "current")
    flowing = np.nan_to_num(current) >= least if largest > 0 else np.zeros(time.size, dtype=bool)
    last = np.maximum.accumulate(np.where(flowing, np.arange(time.size), -1))
    start = spectra["time"].to_numpy().astype(float)
    known = np.isfinite(start)
    row = np.searchsorted(time, np.where(known, start, time[0]), side="right") - 1
    before = np.where(row >= 0, last[np.maximum(row, 0)], -1)
    elapsed = np.where(known & (before >= 0), start - time[np.maximum(before, 0)], np.nan)
    elapsed = np.where(known & (row >= 0) & (before == row) & (row < time.size - 1), 0.0, elapsed)
    result = spectra.assign_coords(time_since_current=("spectrum", np.maximum(elapsed, 0.0)))
    result.attrs["least_current"] = least
    return label(result, "impedance")
