"""Rows in which the rotation axis is looked for: those with contrast."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.corrections import Corrections, frame_plan

_VIEWS = 4
_FAINT = 0.5
"""Rows with less than this share of the highest contrast are not taken while there are others."""


def rows_with_contrast(
    scan: xr.Dataset,
    count: int,
    *,
    between: tuple[int, int] | None = None,
    corrections: Corrections | None = None,
) -> npt.NDArray[np.intp]:
    """Detector rows in which the sample stands out of the noise, for the search of the rotation axis.

    Parameters
    ----------
    scan
        Kind ``projections``; only darks, flats and four projections are read.
    count
        Rows wanted.
    between
        First and last-plus-one row to choose from; all when absent.
    corrections
        What the scan's frames are taken for; zingers and stripes do not matter here.

    Returns
    -------
    ndarray
        Rows in rising order, at most ``count``: spread over all rows that have at least half of the highest contrast, which
        is the spread of the line integral over the columns times the root of the mean transmission (what the noise of
        counts leaves of it).

    Raises
    ------
    PhysicsError
        For fewer than one row.
    SchemaError
        Without projections or flats.
    """
    record = check(scan, "projections")
    first, last = (0, record.sizes["row"]) if between is None else between
    if count < 1 or last <= first:
        raise PhysicsError("at least one row is needed", found=f"{count} of rows {first} to {last}")
    plan = frame_plan(record, corrections)
    views = plan.projections[np.linspace(0, plan.projections.size - 1, min(_VIEWS, plan.projections.size)).astype(int)]
    dark = _mean(record, plan.darks, first, last) if plan.darks.size else np.float64(0.0)
    flats: Any = (
        np.mean([_mean(record, group, first, last) for group in plan.flats], axis=0)
        if plan.flats
        else (corrections.flat_counts if corrections is not None and corrections.flat_counts else 1.0) + dark
    )
    light = np.maximum(flats - dark, 1e-3)
    score = np.zeros(last - first)
    for view in views:
        seen = np.maximum((_mean(record, np.array([view]), first, last) - dark) / light, 0.5 / light)
        # the median over three columns leaves single bad pixels out
        line = -np.log(np.median([seen[:, :-2], seen[:, 1:-1], seen[:, 2:]], axis=0))
        score += line.std(axis=1) * np.sqrt(np.minimum(seen.mean(axis=1), 1.0))
    good = np.flatnonzero(score >= _FAINT * score.max())
    if good.size < count:
        good = np.sort(np.argsort(-score, kind="stable")[:count])
    places = (np.arange(min(count, good.size)) + 0.5) * good.size / min(count, good.size)
    return np.asarray(first + good[places.astype(np.intp)], dtype=np.intp)


def _mean(record: xr.Dataset, frames: npt.NDArray[np.intp], first: int, last: int) -> npt.NDArray[np.float64]:
    """(row, column) mean of some frames, read frame by frame."""
    total = np.zeros((last - first, record.sizes["column"]))
    for frame in frames:
        total += record["counts"].isel(frame=int(frame), row=slice(first, last)).transpose("row", "column").to_numpy()
    return total / max(len(frames), 1)
