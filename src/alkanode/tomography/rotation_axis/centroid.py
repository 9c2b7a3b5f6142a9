"""Axis from the centre of attenuation of each view, which swings about it like that of one point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.tomography.rotation_axis.trials import Finding, Floats, trial_columns, unusable

_CONSTANT = 0.02
"""Spread of the total attenuation over the views, above which the sample leaves the view or the background drifts."""

_EDGE = 0.05
"""Attenuation in the outermost 2 % of the columns over the mean of all, above which the sample leaves the view."""


def by_centroid(
    sinograms: npt.NDArray[np.floating], angles: Floats, search: tuple[float, float], largest_width: int
) -> Finding:
    """Axis of some rows from a sinusoid through the centroids of their views.

    Parameters
    ----------
    sinograms
        (row, angle, column)
    angles
        (angle,) rad.
    search
        First and last trial column.
    largest_width
        Not used.
    """
    columns = np.arange(sinograms.shape[2], dtype=np.float64)
    total = sinograms.sum(axis=2, dtype=np.float64)
    level = np.median(total, axis=1)
    if not (level > 0).all():
        return unusable("the rows show no attenuation")
    spread = float(np.median(np.abs(total - level[:, None]).max(axis=1) / level))
    if spread > _CONSTANT:
        return unusable(
            f"the total attenuation changes by {100 * spread:.1f} % between views: the sample leaves the view, or the "
            "background is not zero"
        )
    edge = max(sinograms.shape[2] // 50, 1)
    beside = max(abs(float(sinograms[:, :, :edge].mean())), abs(float(sinograms[:, :, -edge:].mean())))
    if beside > _EDGE * float(level.mean()) / sinograms.shape[2]:
        return unusable(
            "there is attenuation at the edge of the view: the sample leaves it, or the background is not zero"
        )
    matrix = np.column_stack([np.ones(angles.size), np.cos(angles), np.sin(angles)])
    if np.linalg.cond(matrix) > 100:
        return unusable("the views cover too little of a turn")
    centroids = (sinograms @ columns) / total
    found, *_ = np.linalg.lstsq(matrix, centroids.T, rcond=None)
    rest = centroids.T - matrix @ found
    shape = float(np.linalg.inv(matrix.T @ matrix)[0, 0])
    error = np.sqrt((rest**2).sum(axis=0) / max(angles.size - 3, 1) * shape)
    rows = found[0]
    column = float(np.median(rows))
    trial = trial_columns(search, max((search[1] - search[0]) / 200, 0.25))
    # the rest with the axis held at a trial, the swing fitted anew
    outside = matrix[:, 0] - matrix[:, 1:] @ np.linalg.lstsq(matrix[:, 1:], matrix[:, 0], rcond=None)[0]
    curve = np.sqrt((rest**2).mean() + (outside @ outside) / angles.size * ((trial[:, None] - rows) ** 2).mean(axis=1))
    if not search[0] < column < search[1]:
        return Finding(column, float(np.median(error)), "the column lies outside the search", trial, curve)
    scatter = float(rows.std(ddof=1) / np.sqrt(rows.size)) if rows.size > 2 else 0.0
    return Finding(column, max(float(np.median(error)), scatter), "", trial, curve, rows=rows)
