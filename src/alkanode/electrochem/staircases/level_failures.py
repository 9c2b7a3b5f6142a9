"""Failures of a staircase: of the whole record, and of each level for itself.

A failure counts for good within a half cycle, and a staircase in one direction is one half cycle. Contact that is lost at
one level and comes back in the rest after it was lost all the same; so each level is also judged alone, from the rest
before it.
"""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import label
from alkanode.electrochem.failures import find_failures
from alkanode.electrochem.staircases.current_levels import Level
from alkanode.foundation.errors import DataQualityWarning


def failures_by_level(
    record: xr.Dataset, cell: Cell | None, levels: list[Level], impedance: xr.Dataset | None
) -> xr.Dataset:
    """Failures of a record and of its levels.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None``.
    levels
        Levels in order of time.
    impedance
        Impedance record on the same clock, or ``None``.

    Returns
    -------
    Dataset
        Kind ``failures`` with ``failure``, ``row`` and the evidence, in order of rows of the record; the charge
        counts from the first row of the record or of the rest before the level.

    Warns
    -----
    DataQualityWarning
        What :func:`alkanode.electrochem.find_failures` doubts, each once.
    """
    told: dict[str, None] = {}
    found = []
    spans = [(0, record.sizes["row"])]
    spans += [(_rest_begins(levels, index), int(level.rows[-1]) + 1) for index, level in enumerate(levels)]
    for begin, end in spans:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            events = find_failures(record.isel(row=slice(begin, end)), cell, impedance=impedance)
        told.update(dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, DataQualityWarning)))
        events["row"] = events["row"] + begin
        found.append(events[[name for name in _FIELDS if name in events]])
    for text in told:
        warnings.warn(text, DataQualityWarning, stacklevel=4)
    both = xr.concat(found, dim="event", combine_attrs="override")
    order = np.argsort(both["row"].to_numpy(), kind="stable")
    return label(both.isel(event=order), "failures")


_FIELDS = ("failure", "confirmed", "time", "row", "charge", "evidence", "would_confirm", "rivals")


def _rest_begins(levels: list[Level], index: int) -> int:
    """Row after the level before, or the first row of the record."""
    return int(levels[index - 1].rows[-1]) + 1 if index else 0
