"""The window of relaxation times that a sweep measures, and the grid of relaxation times around it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.frequency_grids import FrequencyGrid

FloatArray = npt.NDArray[np.float64]

_DECADE = float(np.log(10))
_ROUNDING = 1e-9


def window_of(frequency: FloatArray) -> tuple[float, float]:
    """ln(tau) of the highest and the lowest frequency (Hz): the ends of the measured window."""
    return -float(np.log(2 * np.pi * frequency.max())), -float(np.log(2 * np.pi * frequency.min()))


def log_tau_grid(grids: list[FrequencyGrid], points_per_decade: int, extend_decades: float) -> FloatArray:
    """Evenly spaced ln(tau) over the union of all windows and the extension at both ends, shape (tau,)."""
    windows = np.array([window_of(grid.frequency) for grid in grids])
    low = windows[:, 0].min() - extend_decades * _DECADE
    high = windows[:, 1].max() + extend_decades * _DECADE
    count = max(int(np.ceil((high - low) / _DECADE * points_per_decade)) + 1, 4)
    return np.linspace(low, high, count)


def nodes_of(frequency: FloatArray, log_tau: FloatArray, extend_decades: float) -> npt.NDArray[np.intp]:
    """Nodes of a common grid that a sweep may use: those of its window and of the extension."""
    low, high = window_of(frequency)
    reach = extend_decades * _DECADE + _ROUNDING
    return np.flatnonzero((log_tau >= low - reach) & (log_tau <= high + reach))


def inside_window(frequency: FloatArray, log_tau: FloatArray) -> npt.NDArray[np.bool_]:
    """Which nodes lie inside the measured window, shape (tau,)."""
    low, high = window_of(frequency)
    return np.asarray((log_tau >= low - _ROUNDING) & (log_tau <= high + _ROUNDING))


def check_grid_options(points_per_decade: int, extend_decades: float) -> None:
    """Refuse a grid that is too coarse or reaches too far."""
    if not points_per_decade >= 3:
        raise SchemaError("points_per_decade must be 3 or more", found=repr(points_per_decade))
    if not 0 <= extend_decades <= 3:
        raise SchemaError("extend_decades must lie between 0 and 3", found=repr(extend_decades))
