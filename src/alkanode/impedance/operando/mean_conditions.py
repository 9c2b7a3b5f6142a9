"""Mean voltage and mean current of every sweep: the state in which it was measured."""

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
    count = record.sizes["spectrum"]
    if name == "current" and "level_current" in record.variables:
        return np.asarray(record["level_current"].to_numpy(), dtype=np.float64)
    if f"mean_{name}" in record.variables:
        return np.asarray(record[f"mean_{name}"].to_numpy(), dtype=np.float64)
    if name not in record.variables:
        return np.full(count, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a sweep without any value stays NaN
        return np.asarray(np.nanmean(record[name].to_numpy().astype(np.float64), axis=1))
