"""Columns of tables: SI values in the units people read, headings with these units, long tables thinned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.vocabulary import quantity

MOST_ROWS = 60
"""Rows of a table; more are thinned evenly."""


def displayed(values: xr.DataArray, name: str) -> list[float]:
    """SI values in the display unit of a quantity of the vocabulary."""
    return [float(value) for value in quantity(name).to_display(values.to_numpy().astype(float))]


def headed(label: str, name: str) -> str:
    """Heading of a column: what it shows, and the display unit of its quantity."""
    unit = quantity(name).shown_unit
    return label if unit == "1" else f"{label} / {unit}"


def thinned(count: int, most: int = MOST_ROWS) -> npt.NDArray[np.int64]:
    """Numbers of the rows to show: all of them, or some, evenly spaced, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
