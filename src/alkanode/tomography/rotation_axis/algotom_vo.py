"""Axis by algotom's own search, to check the others against.

It is off by default, since it rests on what sinogram-symmetry rests on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require
from alkanode.tomography.rotation_axis.trials import Finding, Floats, unusable


def by_algotom_vo(
    sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], largest_width: int
) -> Finding:
    """Axis of some rows by ``algotom.prep.calculation.find_center_vo``.

    Parameters
    ----------
    sinograms
        (row, angle, column)
    angles
        (angle,) rad, at even steps.
    search
        First and last trial column.
    largest_width
        Not used: algotom bins by itself.
    """
    step = abs(float(np.median(np.diff(angles))))
    half = round(np.pi / step) + 1 if step > 0 else 0
    if half < 8 or angles.size < half - 1:
        return unusable("it needs views at even steps over 180 degrees")
    calculation = require("algotom.prep.calculation", extra="tomography")
    low, high = int(np.ceil(search[0])), int(np.floor(search[1]))
    rows = np.array([calculation.find_center_vo(row[:half], start=low, stop=high, ncore=1) for row in sinograms])
    column = float(np.median(rows))
    error = float(rows.std(ddof=1) / np.sqrt(rows.size)) if rows.size > 1 else np.nan
    reason = "" if low < column < high else f"the best trial, column {column:.1f}, lies at the end of the search"
    return Finding(column, error, reason, np.array([column]), np.zeros(1), rows=rows)
