"""Rows of a stored spectrum that are no points of an impedance: incomplete, direct current, empty, overloaded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.validity.findings import Findings

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
IndexArray = npt.NDArray[np.intp]

_OVERFLOW = 1e30  # ohm: instruments write such numbers where they measured nothing
_FASTEST, _SLOWEST = 1e15, 1e-15  # Hz: no frequency lies beyond
_EMPTY = 1e-12  # of the median |Z|: as good as zero
_WINDOW = 2  # points on both sides that say what is usual


def usable_rows(frequency: FloatArray, impedance: ComplexArray, position: int, findings: Findings) -> IndexArray:
    """Rows with a positive frequency and an impedance; the others are noted by number."""
    has_frequency = np.isfinite(frequency) & (np.abs(frequency) <= _FASTEST)
    overflow = ~np.isnan(impedance) & ~(np.abs(impedance) < _OVERFLOW)
    has_impedance = np.isfinite(impedance) & ~overflow
    filled = np.flatnonzero(has_frequency | has_impedance)
    stored = np.arange(frequency.size) <= (filled[-1] if filled.size else -1)
    overflow &= stored & has_frequency
    incomplete = stored & ~(has_frequency & has_impedance) & ~overflow
    direct = stored & ~incomplete & ~overflow & ~(frequency > _SLOWEST)
    rest = stored & ~incomplete & ~overflow & ~direct
    usual = float(np.median(np.abs(impedance[rest]))) if rest.any() else 0.0
    empty = rest & (np.abs(impedance) <= max(_EMPTY * usual, 1 / _OVERFLOW))
    for wrong, kind in (
        (incomplete, "rows without frequency or impedance were dropped"),
        (overflow, "overloaded points were dropped"),
        (direct, "rows at zero or negative frequency (DC) were dropped"),
        (empty, "rows of zero impedance were dropped"),
    ):
        if wrong.any():
            findings.add(position, kind, f"rows {', '.join(map(str, np.flatnonzero(wrong)))}")
    return np.flatnonzero(rest & ~empty)


def overloaded(impedance: ComplexArray, factor: float) -> npt.NDArray[np.bool_]:
    """Which points stand out above their neighbourhood, shape (row,).

    Parameters
    ----------
    impedance
        ohm, shape (row,), in order of frequency.
    factor
        Ratio of |Z| to the median of the point and two on both sides. For the two points at each end its square, over the
        straight line (in the logarithm) through the next two points and over the next: artefacts of a cell are
        strongest there, and have to be kept.
    """
    size = np.log(np.abs(impedance))
    wrong = np.zeros(size.size, dtype=bool)
    if size.size <= 2 * _WINDOW:
        return wrong
    middle = np.lib.stride_tricks.sliding_window_view(size, 2 * _WINDOW + 1)
    usual = np.median(middle, axis=1)
    wrong[_WINDOW:-_WINDOW] = size[_WINDOW:-_WINDOW] > usual + np.log(factor)
    for row, inward in ((1, 1), (0, 1), (size.size - 2, -1), (size.size - 1, -1)):
        near = [k for k in (row + inward, row + 2 * inward, row + 3 * inward) if not wrong[k]]
        if len(near) >= 2:
            line = size[near[0]] + (size[near[0]] - size[near[1]])
            wrong[row] = size[row] > max(line, size[near[0]]) + 2 * np.log(factor)
    return wrong
