"""What the instrument controlled in each row, and the current that it was told to hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import direct_current

VOLTAGE = 2
"""Value of ``control_mode`` where the voltage was held or swept."""


def by_voltage(record: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Rows in which the instrument held or swept the voltage, so that the current is the response.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    ndarray
        (row,) all false where the record does not say what was controlled.
    """
    if "control_mode" not in record.variables:
        return np.zeros(record.sizes["row"], dtype=bool)
    return np.asarray(record["control_mode"].to_numpy() == VOLTAGE)


def demanded_current(record: xr.Dataset) -> npt.NDArray[np.float64]:
    """Current that the instrument was told to hold.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    ndarray
        (row,) A; NaN where no set-point is known.
    """
    if "current_setpoint" not in record.variables:
        return np.full(record.sizes["row"], np.nan)
    return np.asarray(record["current_setpoint"].to_numpy(), dtype=float)


def held_current(record: xr.Dataset) -> npt.NDArray[np.float64]:
    """Current that the instrument was told to hold, or the measured one where nothing says so.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    ndarray
        (row,) A.
    """
    demanded = demanded_current(record)
    return np.where(np.isfinite(demanded), demanded, direct_current(record))
