"""Slices of a block of detector rows: the kernel that series and single reconstructions share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.reconstruction import back_projection
from alkanode.tomography.reconstruction.angle_weights import angle_weights
from alkanode.tomography.reconstruction.field_of_view import clear_outside, farthest_ray
from alkanode.tomography.reconstruction.filtered_views import view_filter
from alkanode.tomography.reconstruction.half_acquisition import check_full_turn, redundancy_weight
from alkanode.tomography.reconstruction.options import Reconstruction
from alkanode.tomography.reconstruction.polar_adjoint import PolarAdjoint

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
SliceMaker = Callable[[npt.NDArray[np.floating], float, Singles], None]
"""Writes the slice (y, x) of the views (angle, column) of one row with its axis column."""


def reconstruction_kernel(
    sinograms: npt.NDArray[np.floating],
    angles: npt.ArrayLike,
    axis_column: npt.ArrayLike,
    pixel_size: float,
    options: Reconstruction | None = None,
    *,
    threads: int = 1,
) -> Singles:
    """Slices of some detector rows.

    Each slice depends on its own row only, bit for bit: neither the other rows of the call nor the number of threads
    change it.

    Parameters
    ----------
    sinograms
        (row, angle, column) line integrals, 1.
    angles
        (angle,) rad, in any order, over 180 or 360 degrees.
    axis_column
        Detector column of the rotation axis, one for all rows or (row,) for a tilted axis.
    pixel_size
        m.
    options
        Filter, engine, padding and grid.
    threads
        Rows computed at the same time.

    Returns
    -------
    ndarray
        (row, y, x) attenuation in 1/m, float32. ``y`` and ``x`` count from the rotation axis; a ray at angle theta
        through (y, x) meets the column ``axis_column + (x cos theta + y sin theta) / pixel_size``.

    Raises
    ------
    PhysicsError
        For shapes that do not fit, values or angles that are not finite, an axis beside the detector, or an option that
        the engine lacks.
    """
    options = Reconstruction() if options is None else options
    theta, axes = _checked(sinograms, angles, axis_column, pixel_size)
    y, x = options.grid.pixels(sinograms.shape[2])
    volume = np.empty((sinograms.shape[0], y.size, x.size), dtype=np.float32)
    if options.half_acquisition:
        check_full_turn(theta)
    weights = angle_weights(
        theta, period=2 * np.pi if options.half_acquisition else np.pi, gap_factor=options.gap_factor
    )
    make = back_projection.slice_maker if options.engine == "algotom-fbp" else fourier_slice_maker
    each_row(lambda: make(sinograms.shape[2], theta, weights, pixel_size, options), sinograms, axes, volume, threads)
    return volume


def _checked(
    sinograms: npt.NDArray[np.floating], angles: npt.ArrayLike, axis_column: npt.ArrayLike, pixel_size: float
) -> tuple[Floats, Floats]:
    """Angles (angle,) and axis columns (row,)."""
    theta = np.asarray(angles, dtype=np.float64)
    if sinograms.ndim != 3 or theta.shape != sinograms.shape[1:2] or min(sinograms.shape[1:]) < 2:
        raise PhysicsError(
            "sinograms have (row, angle, column) and one angle per view",
            found=f"{sinograms.shape} and angles {theta.shape}",
        )
    axes = np.broadcast_to(np.asarray(axis_column, dtype=np.float64), sinograms.shape[:1])
    if not ((axes >= 0) & (axes <= sinograms.shape[2] - 1)).all():
        raise PhysicsError(
            f"the rotation axis lies on the detector, column 0 to {sinograms.shape[2] - 1}",
            found=str(np.unique(axes)[:5]),
            todo="Find it with find_axis",
        )
    if not (np.isfinite(pixel_size) and pixel_size > 0):
        raise PhysicsError("attenuation per length needs a pixel size above 0", found=f"{pixel_size} m")
    for row in range(sinograms.shape[0]):
        # a sum is not finite as soon as one value is not, and needs no second array
        if not np.isfinite(sinograms[row].sum(dtype=np.float64)):
            raise PhysicsError(
                "line integrals are finite",
                found=f"{int((~np.isfinite(sinograms[row])).sum())} values of row {row} are not",
                todo="line_integrals() repairs and counts them",
            )
    return theta, axes


def each_row(
    maker: Callable[[], SliceMaker],
    sinograms: npt.NDArray[np.floating],
    axes: Floats,
    volume: Singles,
    threads: int,
) -> None:
    """Write the slice of every row; each thread makes one maker and keeps it."""
    if threads < 1:
        raise PhysicsError("at least one thread is needed", found=str(threads))
    own = threading.local()

    def run(row: int) -> None:
        if not hasattr(own, "make"):
            own.make = maker()
        own.make(sinograms[row], float(axes[row]), volume[row])

    if min(threads, axes.size) <= 1:
        for row in range(axes.size):
            run(row)
        return
    with ThreadPoolExecutor(min(threads, axes.size)) as pool:
        list(pool.map(run, range(axes.size)))


def fourier_slice_maker(
    columns: int,
    theta: Floats,
    weights: Floats,
    pixel_size: float,
    options: Reconstruction,
    *,
    with_ramp: bool = True,
) -> SliceMaker:
    """A function that writes the slice of one row; nothing in it depends on other rows.

    Parameters
    ----------
    columns
        Columns of the detector.
    theta, weights
        (angle,) rad.
    pixel_size
        m.
    options
        Filter, padding and grid.
    with_ramp
        Leave the ramp out for a plain back-projection.
    """
    grid = options.grid
    y, x = grid.pixels(columns)
    shift = (np.cos(theta) * grid.shift_x + np.sin(theta) * grid.shift_y) / pixel_size
    directions = theta + grid.angle_offset
    adjoints: dict[int, PolarAdjoint] = {}

    def make(views: npt.NDArray[np.floating], axis: float, out: Singles) -> None:
        reach = farthest_ray(y, x, columns, axis, pixel_size, options)
        prepare = view_filter(
            columns,
            lowest=axis - reach,
            highest=axis + reach,
            chosen=options.filter,
            pixel_size=pixel_size,
            pad_fraction=options.pad_fraction,
            edge=options.padding == "edge",
            with_ramp=with_ramp,
            column_weight=redundancy_weight(columns, axis) if options.half_acquisition else None,
        )
        if prepare.period not in adjoints:
            adjoints.clear()
            adjoints[prepare.period] = PolarAdjoint(
                directions, weights, prepare.period, y, x, offset=shift, tolerance=options.tolerance
            )
        spectrum = prepare(views)
        frequency = 2 * np.pi / prepare.period * np.arange(prepare.period // 2 + 1)
        spectrum *= np.exp(1j * axis * frequency).astype(np.complex64)
        adjoints[prepare.period](spectrum, out)
        clear_outside(out, y, x, columns, axis, pixel_size, options)

    return make
