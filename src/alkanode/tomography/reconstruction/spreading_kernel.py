"""Fourier transform of the function by which finufft spreads points onto a grid, measured from finufft itself."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import require

_NODES = 64
_SAMPLES_PER_CELL = 64


@functools.lru_cache(maxsize=16)
def _samples(tolerance: float, oversampling: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Positions in cells and values of the kernel, each of shape (sample,)."""
    finufft = require("finufft", extra="tomography")
    plan = finufft.Plan(
        1, (_NODES,), 1, eps=tolerance, dtype="complex64", nthreads=1, spreadinterponly=1, upsampfac=oversampling
    )
    nodes = np.arange(_NODES)
    positions, values = [], []
    for offset in np.arange(_SAMPLES_PER_CELL) / _SAMPLES_PER_CELL:
        cell = _NODES // 2 + offset
        plan.setpts(np.array([2 * np.pi * cell / _NODES - np.pi], dtype=np.float32))
        values.append(plan.execute(np.ones(1, dtype=np.complex64)).real.astype(np.float64))
        positions.append(nodes - cell)
    return np.concatenate(positions), np.concatenate(values)


def kernel_transform(
    modes: npt.NDArray[np.float64], cells: int, *, tolerance: float, oversampling: float
) -> npt.NDArray[np.float64]:
    """Gain that spreading gives to each output mode of a transform.

    Parameters
    ----------
    modes
        (mode,) mode numbers.
    cells
        Cells of the grid in one period.
    tolerance, oversampling
        Given to finufft.

    Returns
    -------
    ndarray
        (mode,); outputs are divided by it.
    """
    positions, values = _samples(tolerance, oversampling)
    used = values != 0.0
    phase = np.cos(2 * np.pi / cells * np.outer(modes, positions[used]))
    return np.asarray(phase @ values[used] / _SAMPLES_PER_CELL)
