"""Views made ready for smearing back: beside the detector, filtered, and periodic without a jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from alkanode.tomography.reconstruction.filters import ramp, window_gain
from alkanode.tomography.reconstruction.options import FilterFunction

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

_MARGIN = 64
"""Columns over which the two ends of a filtered view are led into each other, at least."""

_VIEWS_AT_ONCE = 256
"""Few enough to stay in the cache; fixed, so that the bits of a row do not depend on anything else."""


@dataclass(frozen=True, slots=True, eq=False)
class ViewFilter:
    """Filter of the views of one detector row.

    Attributes
    ----------
    columns
        Columns of the detector.
    padded
        Samples while the filter works.
    period
        Samples of a filtered view, which begins at detector column 0; the samples beyond the last column lead from
        there back to column 0 (as column -1, -2, ... from the end).
    response
        (padded // 2 + 1,) gain at each frequency.
    edge
        Whether the outermost column is repeated beside the detector.
    column_weight
        (column,) factor on each column before the filter, or None.
    """

    columns: int
    padded: int
    period: int
    response: Singles
    edge: bool
    column_weight: Singles | None = None

    def __call__(self, views: npt.NDArray[np.floating]) -> npt.NDArray[np.complex64]:
        """Real Fourier transform (angle, period // 2 + 1) of the filtered views (angle, column)."""
        spectrum = np.empty((views.shape[0], self.period // 2 + 1), dtype=np.complex64)
        gap = self.padded - self.columns
        beyond = self.period - self.columns
        # from 1 at the last column to 0 at column 0 of the next period
        fade = (0.5 + 0.5 * np.cos(np.pi * (np.arange(beyond) + 1) / (beyond + 1))).astype(np.float32)
        for first in range(0, views.shape[0], _VIEWS_AT_ONCE):
            part = slice(first, first + _VIEWS_AT_ONCE)
            rows = views[part].astype(np.float32, copy=False)
            if self.column_weight is not None:
                rows = rows * self.column_weight
            padded = np.zeros((rows.shape[0], self.padded), dtype=np.float32)
            padded[:, : self.columns] = rows
            if self.edge:
                padded[:, self.columns : self.columns + gap // 2] = rows[:, -1:]
                padded[:, self.columns + gap // 2 :] = rows[:, :1]
            transformed = fft.rfft(padded, axis=1, workers=1)
            transformed *= self.response
            filtered = fft.irfft(transformed, n=self.padded, axis=1, overwrite_x=True, workers=1)
            periodic = np.empty((rows.shape[0], self.period), dtype=np.float32)
            periodic[:, : self.columns] = filtered[:, : self.columns]
            after = filtered[:, self.columns : self.columns + beyond]
            before = filtered[:, self.padded - beyond :]
            periodic[:, self.columns :] = before + fade * (after - before)
            spectrum[part] = fft.rfft(periodic, axis=1, workers=1)
        return spectrum


def view_filter(
    columns: int,
    *,
    lowest: float,
    highest: float,
    chosen: str | FilterFunction,
    pixel_size: float,
    pad_fraction: float,
    edge: bool,
    with_ramp: bool = True,
    column_weight: Singles | None = None,
) -> ViewFilter:
    """Filter for views of some width.

    Parameters
    ----------
    columns
        Columns of the detector.
    lowest, highest
        Outermost columns that rays through the grid meet; they may lie beside the detector.
    chosen
        Filter by name or function.
    pixel_size
        m; the filtered view is divided by it.
    pad_fraction
        Columns added on each side for the filter, over ``columns``.
    edge
        Repeat the outermost column rather than nothing.
    with_ramp
        Leave the ramp out for a plain back-projection.
    column_weight
        (column,) factor before the filter.
    """
    reach = int(np.ceil(max(-lowest, highest - (columns - 1), 0.0)))
    beyond = 2 * reach + _MARGIN
    period = _even_length(columns + beyond)
    padded = _even_length(max(columns + 2 * int(np.ceil(pad_fraction * columns)), period + (period - columns)))
    gain = window_gain(chosen, np.arange(padded // 2 + 1) / padded)
    response = (gain * ramp(padded) if with_ramp else gain) / pixel_size
    return ViewFilter(
        columns=columns,
        padded=padded,
        period=period,
        response=response.astype(np.float32),
        edge=edge,
        column_weight=column_weight,
    )


def _even_length(wanted: int) -> int:
    """Even length that a transform likes."""
    length = wanted + wanted % 2
    while int(fft.next_fast_len(length, real=True)) != length:
        length += 2
    return length
