"""Sweeps of one run side by side: which follow each other without a break, and the same frequency of all of them.

Two sweeps bracket a third, or may be interpolated, only while nothing was switched between them
(:mod:`alkanode.impedance.breaks`) and none of them is masked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance.breaks import BreakRules, changes, charge_turns, current_changes
from alkanode.impedance.frequency_grids import GRID_TOLERANCE, masked_spectra
from alkanode.impedance.mean_conditions import mean_condition

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
IndexArray = npt.NDArray[np.intp]


def time_span(record: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """First and last time of every sweep, s, shape (spectrum,); NaN without ``point_time``."""
    count = record.sizes["spectrum"]
    if "point_time" not in record.variables or record.sizes["point"] == 0:
        return np.full(count, np.nan), np.full(count, np.nan)
    times = record["point_time"].to_numpy().astype(np.float64)
    known = np.isfinite(times)
    first = np.where(known, times, np.inf).min(axis=1)
    last = np.where(known, times, -np.inf).max(axis=1)
    some = known.any(axis=1)
    return np.where(some, first, np.nan), np.where(some, last, np.nan)


def segments(record: xr.Dataset, rules: BreakRules) -> npt.NDArray[np.int64]:
    """Number of the unbroken stretch that every spectrum belongs to, shape (spectrum,); -1 for masked spectra."""
    count = record.sizes["spectrum"]
    masked, every = masked_spectra(record), np.arange(count)
    begins = np.ones(count, dtype=bool)
    if count > 1:
        begins[1:] = masked[1:] | masked[:-1] | _switched(record, every, rules) | _pauses(record, rules)
    return np.where(masked, -1, np.cumsum(begins) - 1)


def _switched(record: xr.Dataset, every: IndexArray, rules: BreakRules) -> npt.NDArray[np.bool_]:
    """Gaps at which something was switched; reversals of the charge tell it where the current is unknown."""
    switched = np.any([changes(record, name, every) for name in ("step", "level", "at_rest")], axis=0)
    known = np.isfinite(mean_condition(record, "current")).any()
    return np.asarray(switched | (current_changes(record, every, rules) if known else charge_turns(record, every)))


def _pauses(record: xr.Dataset, rules: BreakRules) -> npt.NDArray[np.bool_]:
    first, last = time_span(record)
    duration = last - first
    with np.errstate(invalid="ignore"):
        longer = np.fmax(duration[1:], duration[:-1])
        return np.asarray((first[1:] - last[:-1] > rules.longest_pause * longer) | (first[1:] < first[:-1]))


@dataclass(frozen=True, slots=True, eq=False)
class AlignedSweeps:
    """Points of all unmasked sweeps on the union of their frequencies.

    Attributes
    ----------
    frequency
        Hz, descending, shape (union,).
    point
        Position of the point in the record, shape (spectrum, union); -1 where a sweep has no such frequency.
    time
        s, shape (spectrum, union), NaN where there is no point.
    impedance
        ohm, shape (spectrum, union), NaN where there is no point.
    """

    frequency: FloatArray
    point: IndexArray
    time: FloatArray
    impedance: ComplexArray

    def gathered(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Another field over (spectrum, point) in the same places, NaN where there is no point."""
        taken = np.take_along_axis(values, np.maximum(self.point, 0), axis=1)
        return np.where(self.point >= 0, taken, np.nan)


def align(record: xr.Dataset) -> AlignedSweeps:
    """Put the same frequency of all sweeps into one column; of repeats in one sweep the first point counts."""
    frequency, impedance = record["frequency"].to_numpy(), record["impedance"].to_numpy()
    usable = np.isfinite(frequency) & (frequency > 0) & np.isfinite(impedance) & ~masked_spectra(record)[:, None]
    spectrum, point = np.nonzero(usable)
    logarithm = np.log(frequency[spectrum, point])
    order = np.lexsort((point, spectrum, -logarithm))
    spectrum, point, logarithm = spectrum[order], point[order], logarithm[order]
    column = np.concatenate([[0], np.cumsum(-np.diff(logarithm) > GRID_TOLERANCE)]) if order.size else order
    width = int(column[-1]) + 1 if order.size else 0
    positions = np.full((len(frequency), width), -1, dtype=np.intp)
    backwards = np.argsort(-point, kind="stable")  # so that the first of repeats is written last
    positions[spectrum[backwards], column[backwards]] = point[backwards]
    starts = np.searchsorted(column, np.arange(width))
    times = record["point_time"].to_numpy() if "point_time" in record.variables else np.full(frequency.shape, np.nan)
    times = np.where(np.isfinite(times), times, np.nan)
    aligned = AlignedSweeps(np.exp(logarithm[starts]), positions, np.empty(0), np.empty(0, dtype=np.complex128))
    return AlignedSweeps(
        aligned.frequency,
        positions,
        aligned.gathered(times.astype(np.float64)).astype(np.float64),
        aligned.gathered(impedance).astype(np.complex128),
    )
