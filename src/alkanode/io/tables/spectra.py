"""From the cells of a mapped table to spectra in SI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.spectra import spectra_history
from alkanode.io.tables.column_map import ColumnMap
from alkanode.io.tables.rows import Cells, mapped_numbers
from alkanode.io.tables.units import CLOCK
from alkanode.io.text_table import as_numbers

_USED = (
    *("frequency", "real", "imaginary", "negative_imaginary", "modulus", "phase", "negative_phase"),
    *("time", "voltage", "current", "ambient_temperature", "cycle", "error"),
)
_COUNTED = ("cycle", "error")


def mapped_spectra(cells: Cells, columns: ColumnMap, attrs: Mapping[str, Any], *, comma: bool) -> xr.DataTree:
    """Spectra of a table that a column map describes.

    Parameters
    ----------
    cells
        The columns that the file has.
    columns
        The map.
    attrs
        As :func:`alkanode.io.rows.source_attrs`.
    comma
        Whether numbers have a decimal comma.

    Returns
    -------
    DataTree
        As :func:`alkanode.io.spectra.spectra_history`.

    Raises
    ------
    ReaderError
        When a unit is unknown, times are clocks, or the impedance is per area and the map gives no area.
    """
    name = str(attrs["source_file"])
    current_sign, voltage_sign = columns.signs
    found = {}
    for key in _USED:
        if key not in cells:
            continue
        texts, unit = cells[key]
        if key in _COUNTED:
            found[key] = as_numbers(texts, comma=comma, missing=columns.missing)
            continue
        if unit == CLOCK:
            raise ReaderError(f"times of spectra in {name!r} must be numbers", found="clocks", todo="Export seconds")
        found[key] = mapped_numbers(key, cells[key], columns, name, comma=comma)
        if unit == "ohm cm2":
            if columns.area is None:
                raise ReaderError(
                    f"{name!r} must give an impedance in ohm",
                    found=f"ohm cm2 for {key}",
                    todo="Write the area of the electrode in the column map, for example area: 0.785 cm2",
                )
            found[key] = found[key] / columns.area
    for key, sign in (("current", current_sign), ("voltage", voltage_sign)):
        if key in found:
            found[key] = sign * found[key]
    loop = None
    if "spectrum" in cells:
        loop = np.unique(cells["spectrum"][0].fill_null("").to_numpy(), return_inverse=True)[1].astype(np.int32)
    unit = next((cells[key][1] for key in ("phase", "negative_phase") if key in cells), "")
    return spectra_history(found, attrs, phase_unit=unit, loop=loop)
