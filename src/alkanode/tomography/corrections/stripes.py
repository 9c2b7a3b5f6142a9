"""Stripes of a sinogram: steady, sorting, filtering, large, dead, and all of them.

The idea of the sorting methods: a column of the detector sees nearly the same values as its neighbours in the course
of a scan, only at other angles. Sorted by value, columns side by side differ by their response alone, and a median across
columns removes it; then every reading goes back to its angle.

But for the steady one (:mod:`alkanode.tomography.corrections.steady_stripes`), the methods are those of :cite:`Vo2018` with the conventions of algotom, the author's package, so that results agree to the last bit
for readings that differ. Three things are done differently. Equal readings keep the order of their angles, where the
author's result depends on the processor. A column whose level and that of its neighbours have opposite signs keeps its
level. Data without noise have no stripes, where the author's code stops with an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.tomography.corrections.options import Stripes
from alkanode.tomography.corrections.steady_stripes import without_steady

if TYPE_CHECKING:
    from alkanode.tomography.corrections.kernels import Floats, Order

Columns = npt.NDArray[np.bool_]

_NO_NOISE = 1e-5
"""Spread of ordinary columns below which nothing can be called a stripe."""


@dataclass(frozen=True, slots=True, eq=False)
class StripeColumns:
    """Columns of one sinogram that were replaced.

    Attributes
    ----------
    dead, large
        (column,) true where a column was interpolated, or taken from the median of its neighbours.
    """

    dead: Columns
    large: Columns


@source("Vo2018")
def remove_stripes(sinograms: npt.ArrayLike, options: Stripes | None = None) -> npt.NDArray[np.float32]:
    """Remove stripes from sinograms of transmission.

    Parameters
    ----------
    sinograms
        (row, angle, column) or (angle, column), finite; transmission, since levels of columns are divided.
    options
        Method and windows; ``None`` for :class:`Stripes` as it stands (all stripes).

    Returns
    -------
    ndarray
        float32, the shape of ``sinograms``. A row does not depend on the other rows.

    Raises
    ------
    SchemaError
        For another number of dimensions, or readings that are not finite.

    References
    ----------
    :cite:`Vo2018`
    """
    options = Stripes() if options is None else options
    given = np.asarray(sinograms, dtype=np.float32)
    if given.ndim not in (2, 3) or given.size == 0:
        raise SchemaError("sinograms have dimensions (row, angle, column) or (angle, column)", found=str(given.shape))
    if not np.isfinite(given).all():
        raise SchemaError(
            "sinograms without missing readings are needed",
            found=f"{int((~np.isfinite(given)).sum())} readings that are not finite",
            todo="line_integrals() repairs them",
        )
    result = np.empty_like(given)
    stack = (1, *given.shape) if given.ndim == 2 else given.shape
    for sinogram, cleaned in zip(given.reshape(stack), result.reshape(stack), strict=True):
        cleaned[...] = without_stripes(np.array(sinogram.T, order="C"), options)[0].T
    return result


def without_stripes(values: Floats, options: Stripes) -> tuple[Floats, StripeColumns]:
    """Remove stripes from one sinogram (column, angle), which may be overwritten; also the columns replaced."""
    none = np.zeros(values.shape[0], dtype=bool)
    method, dead, large = options.method, none, none
    if values.shape[1] < 2 or method == "none":
        return values, StripeColumns(dead, large)
    if method == "steady":
        values, dead = without_steady(values, options)
    if method in ("dead", "all"):
        dead = replace_dead(values, options)
    if method == "large" or (method == "dead" and options.residual):
        values, large = _without_large(values, options)
    elif method == "sorting":
        ordered, order = _sorted(values)
        values = _returned(_median(ordered, options.small_window), order)
    elif method == "filtering":
        slow = slow_part(values, options.low_pass)
        values -= slow
        ordered, order = _sorted(slow)
        values += _returned(_median(ordered, options.small_window), order)
    elif method == "all":
        values, large = _without_large_and_small(values, options)
    return values, StripeColumns(dead, large)


def replace_dead(values: Floats, options: Stripes) -> Columns:
    """Interpolate columns (in place) that fluctuate much more or less than their neighbours; tell which.

    The two columns at each end are never replaced, and none is when they are a third of the sinogram.
    """
    from alkanode.tomography.corrections import kernels

    restless = kernels.fluctuation(values, options.fluctuation_window)
    usual = _median_line(restless, options.large_window)
    usual[usual == 0] = np.abs(usual).mean()
    if not usual.all():
        return np.zeros(values.shape[0], dtype=bool)
    stripes = _widened(find_stripes(restless / usual, options.ratio))
    stripes[:2] = stripes[-2:] = False
    if stripes.sum() >= values.shape[0] // 3:
        stripes[:] = False
    interpolate_columns(values, stripes)
    return stripes


def interpolate_columns(values: npt.NDArray[Any], missing: Columns) -> None:
    """Replace rows of ``values`` (column, ...) linearly from the nearest good ones, or by the nearest at an end."""
    good = np.flatnonzero(~missing)
    if good.size == 0:
        raise SchemaError("a detector row needs a pixel that works", found="none")
    for column in np.flatnonzero(missing):
        after = int(np.searchsorted(good, column))
        left, right = good[max(after - 1, 0)], good[min(after, good.size - 1)]
        if left == right:
            values[column] = values[left]
            continue
        share = 1.0 / (right - left)
        of_left, of_right = share * (right - column), share * (column - left)
        values[column] = of_left * values[left].astype(np.float64) + of_right * values[right].astype(np.float64)


def find_stripes(level: npt.NDArray[np.float64], ratio: float) -> Columns:
    """Columns whose level stands out of the line through the middle half of all sorted levels (algorithm 4)."""
    count = level.size
    ordered = np.sort(level)
    drop = int(0.25 * count)
    middle = np.arange(drop, count - drop - 1, dtype=np.float64)
    stripes = np.zeros(count, dtype=bool)
    if middle.size < 2:
        return stripes
    centred = middle - middle.mean()
    slope = float(centred @ ordered[drop : count - drop - 1] / (centred @ centred))
    lowest = float(ordered[drop : count - drop - 1].mean() - slope * middle.mean())
    highest = lowest + slope * (count - 1)
    spread = abs(highest - lowest)
    if not spread >= _NO_NOISE:
        return stripes
    if abs(ordered[-1] - highest) / spread >= ratio:
        stripes |= level > highest + spread * ratio * 0.5
    if abs(lowest - ordered[0]) / spread >= ratio:
        stripes |= level <= lowest - spread * ratio * 0.5
    return stripes


def slow_part(values: Floats, width: float) -> Floats:
    """Part of each row of ``values`` (column, angle) below about ``width`` frequencies.

    The line is mirrored at its ends by a tenth of its length (150 at most) and weighted by a Gaussian in frequency. Few
    frequencies carry weight, so the transform is two products of matrices. As in algotom, the Gaussian is centred half
    a frequency below 0, and the real part is taken.
    """
    count = values.shape[1]
    pad = min(150, int(0.1 * count))
    length = count + 2 * pad
    frequency = np.arange(length) - 0.5 * length
    weight = np.exp(-0.5 * ((frequency + 0.5) / width) ** 2)
    kept = weight > 1e-12
    phase = (2.0 * np.pi / length) * np.outer(np.arange(length), frequency[kept])
    waves = np.concatenate([np.cos(phase), np.sin(phase)], axis=1)
    back = (waves[pad : pad + count] * np.tile(weight[kept] / length, 2)).T
    forth = np.zeros((count, waves.shape[1]))
    np.add.at(forth, np.pad(np.arange(count), pad, mode="reflect"), waves)
    return np.asarray((values.astype(np.float64) @ forth) @ back, dtype=np.float32)


def _levels(ordered: Floats, smooth: Floats, options: Stripes) -> tuple[npt.NDArray[np.float64], Columns]:
    """Level of each column over that of its neighbours, and the columns that are large stripes."""
    count = ordered.shape[1]
    drop = int(0.5 * options.dropped * count)
    own = ordered[:, drop : count - drop].mean(axis=1, dtype=np.float64)
    usual = smooth[:, drop : count - drop].mean(axis=1, dtype=np.float64)
    level = np.divide(own, usual, out=np.ones_like(own), where=usual != 0)
    level[~(level > 0)] = 1.0
    return level, _widened(find_stripes(level, options.ratio))


def _without_large(values: Floats, options: Stripes) -> tuple[Floats, Columns]:
    ordered, order = _sorted(values)
    smooth = _median(ordered, options.large_window)
    level, stripes = _levels(ordered, smooth, options)
    if options.normalise:
        _divide(values, level)
    if stripes.any():
        values[stripes] = _returned(np.ascontiguousarray(smooth[stripes]), np.ascontiguousarray(order[stripes]))
    return values, stripes


def _without_large_and_small(values: Floats, options: Stripes) -> tuple[Floats, Columns]:
    """Large, then small stripes with one sorting: neither a positive factor nor a median changes the order."""
    ordered, order = _sorted(values)
    smooth = _median(ordered, options.large_window)
    level, stripes = _levels(ordered, smooth, options)
    if options.normalise:
        _divide(ordered, level)
    ordered[stripes] = smooth[stripes]
    return _returned(_median(ordered, options.small_window, out=smooth), order, out=values), stripes


def _divide(values: Floats, level: npt.NDArray[np.float64]) -> None:
    """Divide each row by its level, in double precision, in place."""
    np.divide(values, level[:, None], out=values, casting="same_kind")


def _sorted(values: Floats) -> tuple[Floats, Order]:
    from alkanode.tomography.corrections import kernels

    ordered, order = np.empty_like(values), np.empty(values.shape, dtype=np.uint32)
    kernels.sort_readings(values, ordered, order)
    return ordered, order


def _returned(ordered: Floats, order: Order, out: Floats | None = None) -> Floats:
    from alkanode.tomography.corrections import kernels

    values = np.empty_like(ordered) if out is None else out
    kernels.return_readings(ordered, order, values)
    return values


def _median(ordered: Floats, size: int, out: Floats | None = None) -> Floats:
    from alkanode.tomography.corrections import kernels

    count = ordered.shape[1]
    if count < kernels.LANES:
        wide = np.pad(ordered, ((0, 0), (0, kernels.LANES - count)))
        smooth = np.empty_like(wide)
        kernels.running_median(wide, size, smooth)
        return np.ascontiguousarray(smooth[:, :count])
    smooth = np.empty_like(ordered) if out is None else out
    kernels.running_median(ordered, size, smooth)
    return smooth


def _median_line(line: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    from scipy import ndimage

    return np.asarray(ndimage.median_filter(line, size), dtype=np.float64)


def _widened(stripes: Columns) -> Columns:
    """The stripes and one column on either side."""
    wide = stripes.copy()
    wide[1:] |= stripes[:-1]
    wide[:-1] |= stripes[1:]
    return wide
