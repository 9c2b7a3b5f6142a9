"""Stripes as what stays the same at all angles, and no more.

A faulty pixel deviates from its neighbours by the same factor at every angle; what the sample does there moves on as it
turns. So the scan is cut into sectors of angle. In each, the logarithm of a column's mean transmission less the median of
its neighbours is its deviation. The mean over the sectors is the stripe, and the scatter between them says how far it is to
be believed: the part of the mean that its own standard error explains is left in the data. No column is replaced and
nothing is smoothed across columns, so that a sample keeps its attenuation.

A median of neighbours follows an edge, since values that only rise or only fall pass it unchanged. What cannot be told from a
stripe in a single row is a part of the sample on the axis, thinner than half of the window. On a slope as much of a stripe is left
as the sample changes there from column to column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from alkanode.tomography.corrections.kernels import Floats
    from alkanode.tomography.corrections.options import Stripes

Columns = npt.NDArray[np.bool_]

_SECTORS = 16
_FEWEST_ANGLES = 8
_PASSES = 2
_SHARE_OF_WIDTH = 21 / 3077
"""Columns of the median over those of the detector: the window that the author of the sorting methods uses, and his
detector's width."""
_NARROWEST = 5
_DARKEST = 1e-6


def window_of(columns: int, options: Stripes) -> int:
    """Columns of the median against which a column is held: as asked, else in proportion to the detector; odd."""
    if options.steady_window is not None:
        return options.steady_window
    return max(2 * round(0.5 * _SHARE_OF_WIDTH * columns) + 1, _NARROWEST)


def without_steady(values: Floats, options: Stripes) -> tuple[Floats, Columns]:
    """Divide each column of ``values`` (column, angle; transmission) by its steady deviation, in place.

    Returns the values and the columns that were interpolated, because they fluctuate much more or less than their
    neighbours.
    """
    from alkanode.tomography.corrections.stripes import interpolate_columns

    columns, angles = values.shape
    if angles < _FEWEST_ANGLES or columns < _NARROWEST:
        return values, np.zeros(columns, dtype=bool)
    window = window_of(columns, options)
    lost = unlike_their_neighbours(values, window, options)
    if lost.any():
        interpolate_columns(values, lost)
    deviation = steady_deviation(values, window)
    values *= np.exp(-deviation).astype(np.float32)[:, None]
    return values, lost


def steady_deviation(values: Floats, window: int) -> npt.NDArray[np.float64]:
    """(column,) logarithm of the factor by which a column differs from its neighbours at all angles.

    Notes
    -----
    With the mean d over n sectors and its standard error s, the estimate is d max(0, 1 - s^2/d^2): on average over columns
    without a stripe almost nothing, and all of a stripe that stands out.
    """
    from scipy import ndimage

    angles = values.shape[1]
    sectors = min(_SECTORS, angles // 4)
    starts = np.linspace(0, angles, sectors, endpoint=False).astype(np.intp)
    lengths = np.diff(np.append(starts, angles))
    means = np.add.reduceat(values, starts, axis=1, dtype=np.float64) / lengths
    level = np.log(np.maximum(means, _DARKEST))
    found = np.zeros(values.shape[0])
    for _ in range(_PASSES):
        away = level - ndimage.median_filter(level, (window, 1), mode="reflect")
        mean = away.mean(axis=1)
        variance = away.var(axis=1, ddof=1) / sectors
        believed = mean * np.maximum(1.0 - variance / np.maximum(mean**2, 1e-300), 0.0)
        level -= believed[:, None]
        found += believed
    return found


def unlike_their_neighbours(values: Floats, window: int, options: Stripes) -> Columns:
    """Columns whose noise is ``options.ratio`` times that of their neighbours, or its inverse.

    The noise is the median size of the second difference from angle to angle, in which what the sample does counts little,
    since it moves on slowly or is rare. A dead pixel has none, nor has a saturated one. None is named where they would be a
    third of the detector.
    """
    from scipy import ndimage

    noise = np.median(np.abs(np.diff(values, n=2, axis=1)), axis=1).astype(np.float64)
    usual = ndimage.median_filter(noise, 2 * window + 1, mode="reflect")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(usual > 0, noise / usual, 1.0)
    lost = (share > options.ratio) | (share < 1.0 / options.ratio)
    if lost.sum() >= values.shape[0] // 3:
        lost[:] = False
    return np.asarray(lost)
