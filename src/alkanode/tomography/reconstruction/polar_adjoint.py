"""Slices from filtered views by the adjoint non-uniform Fourier transform.

A view is a line through the middle of the slice's Fourier transform, so the slice is a sum of waves with frequencies on
a polar pattern. finufft spreads the samples of half the pattern onto a grid; the other half is their complex conjugate,
so the grid is folded and real transforms give the slice. Each slice is computed by itself, in one thread and always in
the same order: its bits depend on its own row and on nothing else.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import fft

from alkanode.foundation.runtime import require

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

OVERSAMPLING = 1.25
"""Cells of the grid per voxel. finufft offers 1.25 and 2; at one accuracy the smaller grid is the faster one here."""

_MARGIN = 12
"""Cells beyond zero frequency and Nyquist that hold what the kernel spills over (its half width is below 8)."""


class PolarAdjoint:
    """The sum over views of each filtered view smeared back, on a rectangle of voxels.

    Parameters
    ----------
    directions
        (angle,) angle of each view in the frame of the grid, rad.
    weights
        (angle,) factor on each view.
    period
        Samples in one period of a view.
    y, x
        (y,), (x,) voxel coordinates, one pixel apart, in pixels.
    offset
        (angle,) position of the grid's origin along each view from the rotation axis, in pixels.
    tolerance
        Of the transform.
    """

    def __init__(
        self,
        directions: Floats,
        weights: Floats,
        period: int,
        y: Floats,
        x: Floats,
        *,
        offset: Floats,
        tolerance: float,
    ) -> None:
        finufft = require("finufft", extra="tomography")
        self._height, self._width = y.size, x.size
        self._cells_y = _grid_cells(y.size)
        self._cells_x = _grid_cells(x.size)
        frequency: Floats = 2 * np.pi / period * np.arange(period // 2 + 1, dtype=np.float64)
        cosine, sine = np.cos(directions), np.sin(directions)
        # the half with positive frequency along x; a view on the other side enters as its conjugate
        self._mirrored = np.flatnonzero(cosine < 0)
        side = np.where(cosine < 0, -1.0, 1.0)
        along_x = np.multiply.outer(np.abs(cosine), frequency)
        along_y = np.multiply.outer(sine * side, frequency)
        # modes are whole numbers; the rest of the coordinate becomes a phase
        middle_y, middle_x = y[y.size // 2], x[x.size // 2]
        self._factor = _phase(frequency, offset + cosine * middle_x + sine * middle_y, weights / period)
        # the conjugate half counts as often as this one; frequency 0 and Nyquist lie in both
        self._factor[:, 0] *= 0.5
        if period % 2 == 0:
            self._factor[:, -1] *= 0.5
        rows_x = self._cells_x // 2 + 1 + 2 * _MARGIN
        position = along_x * (self._cells_x / (2 * np.pi)) + _MARGIN
        points_x = (position * (2 * np.pi / rows_x) - np.pi).astype(np.float32).ravel()
        # finufft's grid begins at -pi; this one begins at frequency 0
        points_y = (np.mod(along_y, 2 * np.pi) - np.pi).astype(np.float32).ravel()
        self._plan = finufft.Plan(
            1,
            (self._cells_y, rows_x),
            1,
            eps=tolerance,
            dtype="complex64",
            nthreads=1,
            spreadinterponly=1,
            upsampfac=OVERSAMPLING,
        )
        self._plan.setpts(points_y, points_x)
        # the plan reads these arrays at every execution
        self._points = (points_y, points_x)
        self._grid = np.empty((self._cells_y, rows_x), dtype=np.complex64)
        self._modes_y = np.arange(y.size) - y.size // 2
        self._modes_x = np.arange(x.size) - x.size // 2
        self._divide_y = _reciprocal_gain(self._modes_y, self._cells_y, tolerance)
        self._divide_x = _reciprocal_gain(self._modes_x, self._cells_x, tolerance)

    def __call__(self, spectrum: npt.NDArray[np.complex64], out: Singles) -> None:
        """Write the slice of one row.

        Parameters
        ----------
        spectrum
            (angle, frequency) real Fourier transform of the filtered views; overwritten.
        out
            (y, x), written.
        """
        spectrum *= self._factor
        spectrum[self._mirrored] = spectrum[self._mirrored].conj()
        self._plan.execute(spectrum.ravel(), out=self._grid)
        folded = self._folded()
        lines = fft.ifft(folded, axis=0, norm="forward", overwrite_x=True, workers=1)
        # modes -n/2 ... n/2 - 1 of the slice, and nothing of the grid beyond them
        lines = lines[self._modes_y] * self._divide_y[:, None]
        values = fft.irfft(lines, n=self._cells_x, axis=1, norm="forward", workers=1)
        half = self._width // 2
        np.multiply(values[:, self._cells_x - half :], self._divide_x[:half], out=out[:, :half])
        np.multiply(values[:, : self._width - half], self._divide_x[half:], out=out[:, half:])

    def _folded(self) -> npt.NDArray[np.complex64]:
        """Half grid of the transform of a real slice: cells by frequency from 0 (y) and from 0 to Nyquist (x)."""
        last = self._cells_x // 2
        half = self._grid[:, _MARGIN : _MARGIN + last + 1]
        # along y the frequency -k lies at cell (-k) mod cells
        opposite = (-np.arange(self._cells_y)) % self._cells_y
        low = self._grid[opposite, : _MARGIN + 1].conj()
        high = self._grid[opposite, _MARGIN + last : 2 * _MARGIN + last].conj()
        half[:, : _MARGIN + 1] += low[:, ::-1]
        # beyond Nyquist the period brings last + c back as -(last - c)
        half[:, last - _MARGIN + 1 :] += high[:, ::-1]
        return half


def _grid_cells(voxels: int) -> int:
    """Even number of cells that a transform likes."""
    wanted = max(math.ceil(OVERSAMPLING * voxels), 4 * _MARGIN)
    cells = wanted + wanted % 2
    while int(fft.next_fast_len(cells, real=True)) != cells:
        cells += 2
    return cells


def _phase(frequency: Floats, distance: Floats, weights: Floats) -> npt.NDArray[np.complex64]:
    """(angle, frequency) exp(i k s) times a weight, in steps of some views so that double precision stays small."""
    factor = np.empty((distance.size, frequency.size), dtype=np.complex64)
    for first in range(0, distance.size, 64):
        part = slice(first, first + 64)
        factor[part] = weights[part, None] * np.exp(1j * np.multiply.outer(distance[part], frequency))
    return factor


def _reciprocal_gain(modes: npt.NDArray[np.int_], cells: int, tolerance: float) -> Singles:
    from alkanode.tomography.reconstruction.spreading_kernel import kernel_transform

    gain = kernel_transform(modes.astype(np.float64), cells, tolerance=tolerance, oversampling=OVERSAMPLING)
    return (1.0 / gain).astype(np.float32)
