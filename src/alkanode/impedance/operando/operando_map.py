"""A series of distributions in the order of charge or time: the rows of an operando map.

Rows that were masked stay as gaps with their reason, so that a map never draws through them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.spectrum_coordinates import SPECTRUM_COORDINATES


def operando_map(times: RecordLike, *, against: Literal["charge", "time"] = "charge") -> xr.Dataset:
    """Order distributions along charge or time and keep the masked ones as gaps.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times`` with the coordinate named by ``against``.
    against
        ``"charge"`` (default; C, what a stripping electrode has given) or ``"time"`` (s).

    Returns
    -------
    Dataset
        Kind ``relaxation_times``, spectra in ascending order of ``against`` (equal values keep their order; a series
        that runs back, plating after stripping, is better drawn over time or in parts). ``masked`` and ``mask_reason``
        are always there, and masked rows hold NaN in all but their coordinates. Rows without a known ``charge`` or ``time`` stand last, masked.
        ``spectrum_index`` is the position in ``times``. ``attrs["against"]`` names the coordinate,
        ``attrs["masked_spectra"]`` holds one line ``index: reason`` per gap.

    Raises
    ------
    SchemaError
        For a record of another kind, or without any value of the coordinate.
    """
    times = check(times, "relaxation_times")
    if against not in ("charge", "time"):
        raise SchemaError("a map runs against 'charge' or 'time'", found=repr(against))
    if against not in times.variables or not np.isfinite(times[against].to_numpy()).any():
        raise SchemaError(
            f"a map against {against} needs the {against} of every spectrum",
            found="none" if against not in times.variables else "only missing values",
            todo="Use against='time', or read the impedance together with its cycling record",
        )
    place = times[against].to_numpy().astype(np.float64)
    count = place.size
    unplaced = ~np.isfinite(place)
    masked = times["masked"].to_numpy().astype(bool) if "masked" in times.variables else np.zeros(count, dtype=bool)
    reasons = times["mask_reason"].to_numpy().astype(str) if "mask_reason" in times.variables else np.full(count, "")
    told = [
        "; ".join(part for part in (str(reason), f"{against} unknown" if lost else "") if part)
        or ("masked without a reason" if gap else "")
        for reason, lost, gap in zip(reasons, unplaced, masked, strict=True)
    ]
    gaps = masked | unplaced
    result = times.assign(
        masked=("spectrum", gaps),
        mask_reason=("spectrum", np.array(told, dtype=str)),
        spectrum_index=("spectrum", np.arange(count)),
    )
    for name, variable in result.data_vars.items():
        if name in SPECTRUM_COORDINATES:
            continue
        if variable.dims[:1] == ("spectrum",) and variable.dtype.kind == "f":
            result[name] = variable.where(xr.DataArray(~gaps, dims="spectrum"))
    result = result.isel(spectrum=np.argsort(place, kind="stable"))
    result.attrs["against"] = against
    result.attrs["masked_spectra"] = "\n".join(
        f"{index}: {reason}" for index, (gap, reason) in enumerate(zip(gaps, told, strict=True)) if gap
    )
    return label(result, "relaxation_times")
