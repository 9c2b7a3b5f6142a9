"""Cubic B-splines on voxels: values and slopes at points, and whole slabs.

A point within the margin of the array's edge gives NaN. Beyond the edge, :func:`sample` repeats the outermost voxel and
:func:`resample` mirrors at it, as its prefilter does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Volume = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@njit(cache=True, nogil=True)
def sample(
    volume: Volume, points: Floats, matrix: Floats, offset: Floats, margin: Floats, value: Volume, slope: Volume
) -> None:
    """Spline of the voxels taken as coefficients, and its slope, at ``matrix @ point + offset``.

    Parameters
    ----------
    volume
        (z, y, x) coefficients.
    points
        (point, 3).
    matrix, offset
        (3, 3) and (3,): from a point to indices of the array.
    margin
        (3,) distance from the outermost voxels within which a point has no value.
    value
        (point,), written.
    slope
        (point, 3) per index, written; (0, 3) where it is not wanted.
    """
    sloped = slope.shape[0] > 0
    depth, height, width = volume.shape
    w = np.empty((3, 4))
    d = np.empty((3, 4))
    tap = np.empty((3, 4), np.int64)
    size = (depth, height, width)
    for i in range(points.shape[0]):
        inside = True
        for k in range(3):
            place = matrix[k, 0] * points[i, 0] + matrix[k, 1] * points[i, 1] + matrix[k, 2] * points[i, 2] + offset[k]
            if not (margin[k] <= place <= size[k] - 1 - margin[k]):
                inside = False
                break
            base = int(np.floor(place))
            f = place - base
            g = 1.0 - f
            w[k, 0] = g * g * g / 6.0
            w[k, 1] = 2.0 / 3.0 - 0.5 * f * f * (1.0 + g)
            w[k, 2] = 2.0 / 3.0 - 0.5 * g * g * (1.0 + f)
            w[k, 3] = f * f * f / 6.0
            d[k, 0] = -0.5 * g * g
            d[k, 1] = f * (1.5 * f - 2.0)
            d[k, 2] = g * (2.0 - 1.5 * g)
            d[k, 3] = 0.5 * f * f
            for t in range(4):
                tap[k, t] = min(max(base - 1 + t, 0), size[k] - 1)
        if not inside:
            value[i] = np.nan
            if sloped:
                slope[i, 0] = slope[i, 1] = slope[i, 2] = 0.0
            continue
        if not sloped:
            total = 0.0
            for a in range(4):
                plane = 0.0
                for b in range(4):
                    plane += w[1, b] * (
                        w[2, 0] * volume[tap[0, a], tap[1, b], tap[2, 0]]
                        + w[2, 1] * volume[tap[0, a], tap[1, b], tap[2, 1]]
                        + w[2, 2] * volume[tap[0, a], tap[1, b], tap[2, 2]]
                        + w[2, 3] * volume[tap[0, a], tap[1, b], tap[2, 3]]
                    )
                total += w[0, a] * plane
            value[i] = total
            continue
        total = along_z = along_y = along_x = 0.0
        for a in range(4):
            plane = plane_y = plane_x = 0.0
            for b in range(4):
                v0 = volume[tap[0, a], tap[1, b], tap[2, 0]]
                v1 = volume[tap[0, a], tap[1, b], tap[2, 1]]
                v2 = volume[tap[0, a], tap[1, b], tap[2, 2]]
                v3 = volume[tap[0, a], tap[1, b], tap[2, 3]]
                row = w[2, 0] * v0 + w[2, 1] * v1 + w[2, 2] * v2 + w[2, 3] * v3
                plane += w[1, b] * row
                plane_y += d[1, b] * row
                plane_x += w[1, b] * (d[2, 0] * v0 + d[2, 1] * v1 + d[2, 2] * v2 + d[2, 3] * v3)
            total += w[0, a] * plane
            along_z += d[0, a] * plane
            along_y += w[0, a] * plane_y
            along_x += w[0, a] * plane_x
        value[i] = total
        slope[i, 0] = along_z
        slope[i, 1] = along_y
        slope[i, 2] = along_x


@njit(cache=True, nogil=True)
def resample(coefficients: Volume, matrix: Floats, offset: Floats, first: Floats, last: Floats, out: Volume) -> None:
    """Spline at ``matrix @ (i, j, k) + offset`` for every voxel of ``out``.

    Parameters
    ----------
    coefficients
        (z, y, x), prefiltered.
    matrix, offset
        From the indices of ``out`` to indices of ``coefficients``.
    first, last
        (3,) lowest and highest index that has a value; beyond is NaN.
    out
        (z, y, x), written.
    """
    size = coefficients.shape
    w = np.empty((3, 4))
    tap = np.empty((3, 4), np.int64)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(out.shape[2]):
                inside = True
                for n in range(3):
                    place = matrix[n, 0] * i + matrix[n, 1] * j + matrix[n, 2] * k + offset[n]
                    if not (first[n] <= place <= last[n]):
                        inside = False
                        break
                    base = int(np.floor(place))
                    f = place - base
                    g = 1.0 - f
                    w[n, 0] = g * g * g / 6.0
                    w[n, 1] = 2.0 / 3.0 - 0.5 * f * f * (1.0 + g)
                    w[n, 2] = 2.0 / 3.0 - 0.5 * g * g * (1.0 + f)
                    w[n, 3] = f * f * f / 6.0
                    for t in range(4):
                        index = abs(base - 1 + t)
                        if index >= size[n]:
                            index = max(2 * (size[n] - 1) - index, 0)
                        tap[n, t] = index
                if not inside:
                    out[i, j, k] = np.nan
                    continue
                total = 0.0
                for a in range(4):
                    plane = 0.0
                    for b in range(4):
                        plane += w[1, b] * (
                            w[2, 0] * coefficients[tap[0, a], tap[1, b], tap[2, 0]]
                            + w[2, 1] * coefficients[tap[0, a], tap[1, b], tap[2, 1]]
                            + w[2, 2] * coefficients[tap[0, a], tap[1, b], tap[2, 2]]
                            + w[2, 3] * coefficients[tap[0, a], tap[1, b], tap[2, 3]]
                        )
                    total += w[0, a] * plane
                out[i, j, k] = total
