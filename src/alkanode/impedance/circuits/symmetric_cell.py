"""Symmetric cells: two interfaces in one resistance, and what share one of them has."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.process_resistance import positive_interval, resistance_record
from alkanode.numerics.quantiles import NORMAL_95


def per_interface(record: RecordLike, *, share: float = 0.5, share_uncertainty: float = 0.0) -> xr.Dataset:
    """Resistance of one interface of a cell with two.

    Parameters
    ----------
    record
        Record of kind ``process_resistance``: a process that stands twice in the cell. Electrolyte and leads stand in it
        once and are not halved.
    share
        Share of the resistance that belongs to the interface in question. Default 0.5: **both interfaces are assumed
        equal**, which no spectrum of a two-electrode cell can confirm. While one side strips and the other plates they
        are not.
    share_uncertainty
        Standard deviation of the share; 0 (default) takes the assumption as certain.

    Returns
    -------
    Dataset
        Kind ``process_resistance``: ``resistance``, ``standard_deviation``, ``lower_95``, ``upper_95`` (ohm) of one
        interface; ``attrs["assumption"]`` says what was assumed. A capacitance in series with its like is
        correspondingly twice that of the whole.

    Raises
    ------
    SchemaError
        For a record of another kind, a share outside (0, 1) or a negative uncertainty.
    """
    record = check(record, "process_resistance")
    if not 0 < share < 1:
        raise SchemaError("the share of one interface lies between 0 and 1", found=repr(share))
    if not share_uncertainty >= 0:
        raise SchemaError("the uncertainty of a share is not negative", found=repr(share_uncertainty))
    whole, deviation = record["resistance"].to_numpy(), record["standard_deviation"].to_numpy()
    resistance = share * whole
    spread = np.hypot(share * deviation, share_uncertainty * whole)
    if "control_resistance" in record.variables:
        low, high = resistance - NORMAL_95 * spread, resistance + NORMAL_95 * spread
    else:
        low, high = positive_interval(resistance, spread)
    result = resistance_record(record, resistance, spread, low, high)
    told = f"one interface has {share:g} of the resistance"
    told += f" (standard deviation {share_uncertainty:g})" if share_uncertainty else " (taken as certain)"
    result.attrs.update(
        {key: record.attrs[key] for key in ("process", "parameters", "circuit") if key in record.attrs},
        assumption="both interfaces are equal: " + told if share == 0.5 else told,
    )
    return result
