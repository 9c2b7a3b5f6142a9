"""Which voxels a scan sees from all sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.tomography.reconstruction.options import Reconstruction

Floats = npt.NDArray[np.float64]


def field_radius(columns: int, axis: float, options: Reconstruction) -> float:
    """Radius of the field of view about the rotation axis, in pixels.

    Half the detector, whatever its column of the axis: beyond the nearer edge voxels are seen from part of the
    directions, and the edge padding stands for the rest. In half acquisition the farther edge bounds the field.
    """
    return max(axis, columns - 1 - axis) + 0.5 if options.half_acquisition else 0.5 * columns


def farthest_ray(y: Floats, x: Floats, columns: int, axis: float, pixel_size: float, options: Reconstruction) -> float:
    """Largest distance from the rotation axis of a ray that the wanted voxels need, in pixels."""
    grid = options.grid
    corner = float(np.hypot(np.abs(y).max(), np.abs(x).max()))
    corner += float(np.hypot(grid.shift_y, grid.shift_x)) / pixel_size
    return min(corner, field_radius(columns, axis, options)) if options.outside == "zero" else corner


def clear_outside(
    out: npt.NDArray[np.float32],
    y: Floats,
    x: Floats,
    columns: int,
    axis: float,
    pixel_size: float,
    options: Reconstruction,
) -> None:
    """Set voxels outside the field of view to zero, where asked."""
    if options.outside == "keep":
        return
    out *= inside(y, x, field_radius(columns, axis, options), pixel_size, options)


def inside(y: Floats, x: Floats, radius: float, pixel_size: float, options: Reconstruction) -> npt.NDArray[np.bool_]:
    """(y, x) whether voxels lie within a radius, in pixels, of the rotation axis of the scan."""
    grid = options.grid
    cosine, sine = np.cos(grid.angle_offset), np.sin(grid.angle_offset)
    # the axis of the scan as the grid sees it
    middle_y = -(cosine * grid.shift_y + sine * grid.shift_x) / pixel_size
    middle_x = -(-sine * grid.shift_y + cosine * grid.shift_x) / pixel_size
    return np.asarray((y[:, None] - middle_y) ** 2 + (x[None, :] - middle_x) ** 2 <= radius**2)
