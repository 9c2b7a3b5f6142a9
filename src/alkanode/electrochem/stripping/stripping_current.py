"""The current of a stripping test: what makes a critical stripping capacity comparable with another."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.data.charge import direct_current
from alkanode.data.control import demanded_current
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import DataQualityWarning, SchemaError

CONSTANT = 0.05
"""Range of the current (5th to 95th percentile) over its median up to which it counts as constant. The set-point decides where
there is one; a measured current scatters by several per cent in small cells."""

SIMULATED = "virtual potentiostat"
"""Reader that the virtual bench writes into its records."""


def with_stripping_current(limit: xr.Dataset, record: RecordLike, *, constant: float = CONSTANT) -> xr.Dataset:
    """Add the current of its half cycle to a critical stripping record.

    Parameters
    ----------
    limit
        What :func:`alkanode.electrochem.critical_stripping` returned for ``record``.
    record
        The cycling record.
    constant
        Range of the current over its median up to which it counts as constant.

    Returns
    -------
    Dataset
        ``limit`` with ``attrs``: ``current`` (A, median magnitude while current flowed), ``constant_current`` (1 or 0),
        ``current_spread`` (1; 5th to 95th percentile over the median), ``origin`` (``"simulated"`` for records of the virtual
        bench, else ``"measured"``).

    Raises
    ------
    SchemaError
        When the limit is not of this record, or no current flowed.

    Warns
    -----
    DataQualityWarning
        When the current was not constant: the capacity then belongs to no single current.
    """
    limit, record = check(limit, "critical_stripping"), check(record, "cycling")
    first, last = int(limit.attrs["first_row"]), int(limit.attrs["last_row"])
    if last >= record.sizes["row"]:
        raise SchemaError("the limit must come from the same record", found=f"row {last} of {record.sizes['row']} rows")
    rows = slice(first, last + 1)
    measured = np.abs(np.nan_to_num(direct_current(record)[rows]))
    if not (measured > 0).any():
        raise SchemaError("a stripping test needs a current", found="none in its half cycle")
    current = float(np.median(measured[measured > 0]))
    held = measured[measured > 0]
    demanded = np.abs(demanded_current(record)[rows])
    demanded = demanded[demanded > 0]
    held = demanded if demanded.size else held
    low, high = np.percentile(held, [5, 95])
    spread = float((high - low) / np.median(held))
    if spread > constant:
        warnings.warn(
            f"the stripping current ranges over {100 * spread:.3g} % of its median: the capacity belongs to no single current",
            DataQualityWarning,
            stacklevel=2,
        )
    origin = "simulated" if record.attrs.get("reader") == SIMULATED else "measured"
    return limit.assign_attrs(
        current=current, current_spread=spread, constant_current=int(spread <= constant), origin=origin
    )
