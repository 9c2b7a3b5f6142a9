"""Algotom's filtered back-projection as a second engine, to check the first against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import require
from alkanode.tomography.reconstruction.field_of_view import clear_outside
from alkanode.tomography.reconstruction.filters import window_gain
from alkanode.tomography.reconstruction.options import Reconstruction

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]


def slice_maker(
    columns: int, theta: Floats, weights: Floats, pixel_size: float, options: Reconstruction
) -> Callable[[npt.NDArray[np.floating], float, Singles], None]:
    """A function that writes the slice of one row by algotom; the arguments are those of the Fourier engine.

    Raises
    ------
    PhysicsError
        For a shifted grid, a grid of another size than the detector, or half acquisition, which algotom lacks.
    """
    grid = options.grid
    if options.half_acquisition or grid.shift_y or grid.shift_x or grid.size not in (None, columns):
        raise PhysicsError(
            "algotom's back-projection has the grid of the detector, unshifted, and no half acquisition",
            found=str(grid),
            todo="Use the engine 'fourier'",
        )
    algotom = require("algotom.rec.reconstruction", extra="tomography")
    numba = require("numba", extra="tomography")
    y, x = grid.pixels(columns)
    rows = slice(int(y[0] + 0.5 * (columns - 1)), int(y[-1] + 0.5 * (columns - 1)) + 1)
    across = slice(int(x[0] + 0.5 * (columns - 1)), int(x[-1] + 0.5 * (columns - 1)) + 1)
    # algotom weighs all views alike
    scale = (weights * (theta.size - 1) / np.pi).astype(np.float32)[:, None]
    pad = min(int(0.15 * columns), 150)
    width = columns + 2 * pad
    frequency = np.abs(np.fft.fftshift(np.fft.fftfreq(width)))
    window = algotom.make_2d_ramp_window(1, width) * window_gain(options.filter, frequency)
    window = np.broadcast_to(window, (theta.size, width))

    def make(views: npt.NDArray[np.floating], axis: float, out: Singles) -> None:
        # its threads add to the same voxels, so that only one of them gives the same bits every time
        before = numba.get_num_threads()
        numba.set_num_threads(1)
        try:
            # its y axis points the other way
            whole = algotom.fbp_reconstruction(
                views * scale,
                axis,
                angles=-(theta + grid.angle_offset),
                ratio=None,
                ramp_win=window,
                pad=pad,
                pad_mode="edge" if options.padding == "edge" else "constant",
                apply_log=False,
                gpu=False,
                ncore=1,
            )
        finally:
            numba.set_num_threads(before)
        np.divide(whole[rows, across], pixel_size, out=out)
        clear_outside(out, y, x, columns, axis, pixel_size, options)

    return make
