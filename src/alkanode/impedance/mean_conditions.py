"""Mean voltage and current of every sweep, and how large the signal was: the state in which it was measured."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

FloatArray = npt.NDArray[np.float64]


def mean_condition(record: xr.Dataset, name: Literal["voltage", "current"]) -> FloatArray:
    """Mean of the direct voltage (V) or current (A) over the points of each sweep.

    Parameters
    ----------
    record
        Impedance record.
    name
        Which of the two.

    Returns
    -------
    ndarray
        Shape (spectrum,), NaN where unknown. The current of a staircase level is taken where the record names it.
    """
    if name == "current" and "level_current" in record.variables:
        return np.asarray(record["level_current"].to_numpy(), dtype=np.float64)
    if f"mean_{name}" in record.variables:
        return np.asarray(record[f"mean_{name}"].to_numpy(), dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a sweep without any value stays NaN
        return np.asarray(np.nanmean(_points(record, name), axis=1))


def signal_amplitude(record: xr.Dataset, name: Literal["voltage", "current"]) -> FloatArray:
    """Median amplitude of the alternating voltage (V) or current (A) of each sweep, shape (spectrum,), NaN where unknown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(np.abs(_points(record, f"{name}_amplitude")), axis=1))


def _points(record: xr.Dataset, name: str) -> FloatArray:
    """A field over (spectrum, point), one NaN per spectrum where there is none."""
    if name not in record.variables or record[name].dims != ("spectrum", "point") or record.sizes["point"] == 0:
        return np.full((record.sizes["spectrum"], 1), np.nan)
    return np.asarray(record[name].to_numpy(), dtype=np.float64)
