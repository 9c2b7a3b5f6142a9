"""From SI records to the numbers on paper: display units, axes of the vocabulary, cells of a map, a few of many.

Only scaling and picking happen here; whatever needs a model or an integral belongs to a technique.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Axis, FloatArray
from alkanode.plot.style import with_unit

if TYPE_CHECKING:
    import xarray as xr

Along = Literal["charge", "time", "spectrum"]


def shown(values: npt.ArrayLike, name: str) -> FloatArray:
    """SI values of a quantity in its display unit, without negative zeros."""
    return tidy(quantity(name).to_display(np.asarray(values, dtype=float)))


def shown_number(value: float, name: str) -> str:
    """One SI value as text with its display unit."""
    entry = quantity(name)
    return with_unit(float(entry.to_display(float(value))), entry.shown_unit)


def tidy(values: FloatArray) -> FloatArray:
    """The same numbers as floats, infinities as gaps and negative zero as zero."""
    result = np.where(np.isfinite(values), values, np.nan) + 0.0
    return np.asarray(result, dtype=float)


def extent(value: QuantityLike, name: str) -> float:
    """An area or a mass in SI, by which something is divided or multiplied.

    Raises
    ------
    UnitsError
        When it is no such quantity.
    SchemaError
        When it is zero or negative.
    """
    size = to_si(value, name)
    if not size > 0:
        raise SchemaError(f"{name} must be positive", found=repr(value))
    return size


def positive(values: FloatArray) -> FloatArray:
    """What a logarithmic axis can show: gaps for zero and below."""
    return np.where(values > 0, values, np.nan)


def axis_of(
    name: str,
    *,
    label: str = "",
    scale: Literal["linear", "log"] = "linear",
    limits: tuple[float, float] | None = None,
) -> Axis:
    """Axis of a quantity of the vocabulary, in its display unit."""
    entry = quantity(name)
    return Axis(label=label or name.replace("_", " "), unit=entry.shown_unit, quantity=name, scale=scale, limits=limits)


def padded(values: FloatArray, share: float = 0.05, *, floor: float | None = None) -> tuple[float, float]:
    """Limits around data: their range, widened by a share of it at both ends.

    Parameters
    ----------
    values
        Numbers in display units; NaN is ignored.
    share
        Widening as a share of the range.
    floor
        When given and no value lies below it, the lower end is exactly this.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return (0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    span = (high - low) or abs(high) or 1.0
    lower = floor if floor is not None and low >= floor else low - share * span
    return (lower, high + share * span)


def log_padded(values: FloatArray) -> tuple[float, float]:
    """Limits of a logarithmic axis: the range of the positive data, a tenth of a decade wider at both ends."""
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        return (0.1, 10.0)
    return (float(known.min()) * 10**-0.1, float(known.max()) * 10**0.1)


def places(record: xr.Dataset, along: Along) -> tuple[FloatArray, Axis]:
    """Where the spectra of a record lie along its charge, its time or their number.

    Raises
    ------
    SchemaError
        When the record lacks the field, or holds no number in it.
    """
    if along == "spectrum":
        return np.arange(record.sizes["spectrum"], dtype=float), Axis(label="spectrum")
    if along not in record:
        other = next((name for name in ("charge", "time") if name in record), "spectrum")
        raise SchemaError(
            f"spectra along {along!r} need that field",
            found=f"a record with {', '.join(sorted(str(name) for name in record.variables))}",
            todo=f"Use {other!r} instead",
        )
    values = shown(record[along].to_numpy(), along)
    if not np.isfinite(values).any():
        raise SchemaError(f"spectra along {along!r} need numbers", found="only missing values")
    return values, axis_of(along)


def best_place(record: xr.Dataset) -> Along:
    """Charge where every spectrum has one and it runs one way, else time that differs, else the number of the spectrum.

    A charge that turns back (strip and plate, or the noise of a cell at rest) would draw later spectra over earlier ones.
    """
    candidates: tuple[Along, ...] = ("charge", "time")
    for name in candidates:
        if name in record:
            values = record[name].to_numpy()
            steps = np.diff(values)
            if np.isfinite(values).all() and np.ptp(values) > 0 and ((steps >= 0).all() or (steps <= 0).all()):
                return name
    return "spectrum"


def masks(record: xr.Dataset) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Which spectra are masked, and why (``""`` where no reason is given)."""
    count = record.sizes["spectrum"]
    masked = record["masked"].to_numpy().astype(bool) if "masked" in record else np.zeros(count, dtype=bool)
    reasons = [str(text) for text in record["mask_reason"].to_numpy()] if "mask_reason" in record else [""] * count
    return masked, reasons


def spread(count: int, most: int) -> npt.NDArray[np.intp]:
    """At most ``most`` of ``count`` indices, evenly spread, first and last among them."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.round(np.linspace(0, count - 1, most)).astype(np.intp))


def cells(centres: FloatArray, *, widest: float = 3.0) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Borders of the columns of a map whose columns stand at uneven places.

    Neighbours meet half way. A column is at most ``widest`` median steps wide; what then lies between two
    columns is an empty cell, so that a pause in the measurement is seen and not painted over.

    Parameters
    ----------
    centres
        Increasing places, shape (n,).
    widest
        In median steps; 3 leaves ordinary unevenness alone.

    Returns
    -------
    edges
        Shape (m + 1,).
    column
        Shape (m,): which of the n belongs to each cell, -1 for an empty one.
    """
    if centres.size == 1 or np.ptp(centres) == 0:  # one place, of which the first column is seen
        half = 0.5 * (abs(float(centres[0])) or 1.0) * 0.1
        return np.array([centres[0] - half, centres[0] + half]), np.array([0])
    steps = np.diff(centres)
    half = 0.5 * widest * float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.5
    middles = centres[:-1] + 0.5 * steps
    left = np.concatenate(([centres[0] - min(0.5 * steps[0], half)], np.maximum(middles, centres[1:] - half)))
    right = np.concatenate((np.minimum(middles, centres[:-1] + half), [centres[-1] + min(0.5 * steps[-1], half)]))
    edges: list[float] = [float(left[0])]
    column: list[int] = []
    for index in range(centres.size):
        if left[index] > edges[-1]:
            edges.append(float(left[index]))
            column.append(-1)
        edges.append(float(right[index]))
        column.append(index)
    return np.array(edges), np.array(column, dtype=np.intp)


def log_edges(centres: FloatArray) -> FloatArray:
    """Borders half way, in the logarithm, between the increasing places of a logarithmic axis."""
    logs = np.log(centres)
    if logs.size == 1:
        return np.asarray(np.exp([logs[0] - 0.1, logs[0] + 0.1]), dtype=float)
    middles = 0.5 * (logs[1:] + logs[:-1])
    ends = ([logs[0] - 0.5 * (logs[1] - logs[0])], [logs[-1] + 0.5 * (logs[-1] - logs[-2])])
    return np.asarray(np.exp(np.concatenate((ends[0], middles, ends[1]))), dtype=float)
