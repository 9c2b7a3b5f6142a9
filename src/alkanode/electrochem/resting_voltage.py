"""The voltage at which a cell rested before current flowed: what an overpotential counts from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.steps import current_sign

Floats = npt.NDArray[np.float64]

LAST_SHARE = 0.2
"""Share of a rest, at its end, whose median counts: the beginning still relaxes."""


def voltage_before(record: xr.Dataset, rows: npt.NDArray[np.int64]) -> Floats:
    """Resting voltage before each of some rows.

    Parameters
    ----------
    record
        Cycling record.
    rows
        (place,) ascending row numbers.

    Returns
    -------
    ndarray
        (place,) V: median over the end of the last rest before the row, sweeps left out; 0 where the record holds none,
        as in a cell of two equal electrodes.
    """
    voltage = record["voltage"].to_numpy().astype(float)
    resting = (current_sign(record) == 0) & np.isfinite(voltage)
    if "in_sweep" in record.variables:
        resting &= ~record["in_sweep"].to_numpy()
    edges = np.flatnonzero(np.diff(resting.astype(np.int8), prepend=0, append=0))
    begins, ends = edges[::2], edges[1::2]
    if ends.size == 0:
        return np.zeros(rows.size)
    levels = np.array(
        [
            np.median(voltage[end - max(int(LAST_SHARE * (end - begin)), 1) : end])
            for begin, end in zip(begins, ends, strict=True)
        ]
    )
    last = np.searchsorted(ends, rows, side="right") - 1
    return np.where(last >= 0, levels[np.maximum(last, 0)], 0.0)
