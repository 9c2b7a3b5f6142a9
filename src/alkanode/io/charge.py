"""Charge and current, the one from the other: what cyclers count, and what they leave out.

A cycler counts charge and discharge apart, or in one column without a sign, and begins again at zero with each step or
cycle. A fall of less than one per cent is a correction or rounding; a larger one is a new beginning. Where a file holds
no charge the current is integrated; where it holds no current it is the set-point, or the charge over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.data.charge import running_charge
from alkanode.io.doubts import warn

STEP_BACK = 0.01
"""A capacity that falls by less than this share was corrected or rounded."""

NEW_BEGINNING = 0.5
"""A counter that begins again falls to less than this share of what it was; one that falls less is doubted."""

FROM_SETPOINT = "set-point where the current was controlled, dq/dt elsewhere"
"""What ``attrs["current_from"]`` says of :func:`current_from_charge`."""

Array = npt.NDArray[np.float64]


def running_total(capacity: Array, *, what: str = "") -> Array:
    """A capacity that may begin again at zero, as one rising total from the first row.

    Parameters
    ----------
    capacity
        (row,) as counted; rows that are not finite keep the value before.
    what
        File and column, for the warning; without it none is given.

    Returns
    -------
    ndarray
        (row,) in the unit of ``capacity``, 0 at the first row.

    Warns
    -----
    DataQualityWarning
        When the counter falls, but not to near zero: a damaged value looks like that.
    """
    known = np.isfinite(capacity)
    if not known.any():
        return np.zeros(capacity.size)
    last = np.maximum.accumulate(np.where(known, np.arange(capacity.size), -1))
    capacity = np.where(last >= 0, capacity[last], capacity[np.argmax(known)])
    with np.errstate(all="ignore"):
        gained = np.diff(capacity)
        goes_on = gained >= -STEP_BACK * np.abs(capacity[:-1])
        doubtful = ~goes_on & (np.abs(capacity[1:]) > NEW_BEGINNING * np.abs(capacity[:-1]))
        total = np.concatenate(([0.0], np.cumsum(np.where(goes_on, gained, capacity[1:]))))
    if what and doubtful.any():
        warn(
            f"{what} falls {int(doubtful.sum())} times, but not to near zero (first: row {np.argmax(doubtful) + 1}); "
            "the charge from there on is in doubt"
        )
    return np.asarray(total, dtype=np.float64)


def net_charge(charged: Array, discharged: Array, *, name: str = "") -> Array:
    """Running charge, positive for charging, from two columns that never fall except to begin again.

    Parameters
    ----------
    charged, discharged
        (row,) C.
    name
        Name of the file, for warnings.

    Returns
    -------
    ndarray
        (row,) C, 0 at the first row.
    """
    up = running_total(charged, what=f"{name}: the charging capacity" if name else "")
    down = running_total(discharged, what=f"{name}: the discharging capacity" if name else "")
    return up - down


def signed_charge(capacity: Array, direction: npt.NDArray[np.integer], *, name: str = "") -> Array:
    """Running charge from one column without a sign.

    Parameters
    ----------
    capacity
        (row,) C, counted up whichever way the current flows.
    direction
        (row,) +1 charging, -1 discharging, 0 neither.
    name
        Name of the file, for warnings.

    Returns
    -------
    ndarray
        (row,) C, positive for charging, 0 at the first row.
    """
    passed = np.diff(running_total(capacity, what=f"{name}: the capacity" if name else ""), prepend=0.0)
    return np.asarray(np.cumsum(passed * direction), dtype=np.float64)


def integrated_charge(rows: Mapping[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[np.float64], str]:
    """Integrate the current where a file holds no charge.

    Parameters
    ----------
    rows
        Needs ``time`` (s) and ``current`` (A).

    Returns
    -------
    ndarray
        Charge (C) since the first row, by the trapezoidal rule; NaN throughout without any current.
    str
        Where it comes from, in words.
    """
    if not np.isfinite(rows["current"]).any():
        return np.full(rows["time"].size, np.nan), "absent: no current and no charge in the file"
    with np.errstate(all="ignore"):
        return running_charge(rows["time"], rows["current"]), "integrated current"


def current_from_charge(time: Array, passed: Array, setpoint: Array) -> tuple[Array, str]:
    """Set-point where the current was controlled, charge over time elsewhere.

    Parameters
    ----------
    time
        (row,) s.
    passed
        (row,) C that passed since the row before, in the sign of the current wanted.
    setpoint
        (row,) A, NaN where the current was not controlled.

    Returns
    -------
    ndarray
        (row,) A; NaN where neither is known.
    str
        Where it comes from, for ``attrs["current_from"]``.
    """
    elapsed = np.diff(time, prepend=np.nan)
    with np.errstate(all="ignore"):
        rate = passed / elapsed
    rate = np.where(passed == 0.0, 0.0, np.where(elapsed > 0, rate, np.nan))
    return np.where(np.isnan(setpoint), rate, setpoint), FROM_SETPOINT
