"""Sweeps of one run side by side: which follow each other without a break, and the same frequency of all of them.

Two sweeps bracket a third, or may be interpolated, only while nothing was switched between them: no other step of the
program, no step or reversal of the current, no long pause, no masked sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance.frequency_grids import GRID_TOLERANCE, masked_spectra

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
IndexArray = npt.NDArray[np.intp]

_SMALL_CHARGE = 0.1  # of the largest charge between two sweeps: smaller ones have no direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """What separates two sweeps of a run.

    Attributes
    ----------
    longest_pause
        Pause between two sweeps over the duration of the longer one. Default 10: beyond it a straight line from sweep to
        sweep says little about the time inside a sweep.
    current_step
        Change of the mean current over the larger of the two that counts as a step, where it is also larger than the
        median AC amplitude (a mean near zero scatters by large fractions). Default 0.1.
    """

    longest_pause: float = 10.0
    current_step: float = 0.1


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


def segments(record: xr.Dataset, breaks: Breaks) -> npt.NDArray[np.int64]:
    """Number of the unbroken stretch that every spectrum belongs to, shape (spectrum,); -1 for masked spectra."""
    count = record.sizes["spectrum"]
    masked = masked_spectra(record)
    begins = np.ones(count, dtype=bool)
    if count > 1:
        begins[1:] = (
            masked[1:] | masked[:-1] | _switched(record) | _current_breaks(record, breaks) | _pauses(record, breaks)
        )
    return np.where(masked, -1, np.cumsum(begins) - 1)


def _switched(record: xr.Dataset) -> npt.NDArray[np.bool_]:
    if "step" not in record.variables or record["step"].dims != ("spectrum",):
        return np.zeros(record.sizes["spectrum"] - 1, dtype=bool)
    return np.asarray(np.diff(record["step"].to_numpy()) != 0)


def _pauses(record: xr.Dataset, breaks: Breaks) -> npt.NDArray[np.bool_]:
    first, last = time_span(record)
    duration = last - first
    with np.errstate(invalid="ignore"):
        longer = np.fmax(duration[1:], duration[:-1])
        return np.asarray((first[1:] - last[:-1] > breaks.longest_pause * longer) | (first[1:] < first[:-1]))


def _current_breaks(record: xr.Dataset, breaks: Breaks) -> npt.NDArray[np.bool_]:
    """Steps and reversals of the mean current; reversals of the charge where the current is unknown."""
    means = _row_means(record, "current")
    if np.isfinite(means).any():
        signal = np.nan_to_num(_row_means(record, "current_amplitude"))
        larger = np.fmax(np.abs(means[1:]), np.abs(means[:-1]))
        change = np.abs(np.diff(means))
        with np.errstate(invalid="ignore"):
            return np.asarray((change > breaks.current_step * larger) & (change > np.fmax(signal[1:], signal[:-1])))
    if "charge" not in record.variables or record["charge"].dims != ("spectrum",):
        return np.zeros(means.size - 1, dtype=bool)
    passed = np.nan_to_num(np.diff(record["charge"].to_numpy().astype(np.float64)))
    direction = np.where(np.abs(passed) > _SMALL_CHARGE * np.abs(passed).max(initial=0.0), np.sign(passed), 0.0)
    turned = np.zeros(passed.size, dtype=bool)
    turned[1:] = direction[1:] * direction[:-1] < 0
    return turned


def _row_means(record: xr.Dataset, name: str) -> FloatArray:
    """Mean over the points of every spectrum, shape (spectrum,); of an amplitude the median, NaN where nothing is known."""
    count = record.sizes["spectrum"]
    if name not in record.variables or record[name].dims != ("spectrum", "point"):
        return np.full(count, np.nan)
    middle = np.full(count, np.nan)
    for row, values in enumerate(record[name].to_numpy()):
        known = values[np.isfinite(values)]
        if known.size:
            middle[row] = np.median(np.abs(known)) if name.endswith("amplitude") else known.mean()
    return middle


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
