"""Loops over bodies, rays and voxels; all in m and rad, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

FEWEST = 1e-13
"""Share of its largest value below which a coefficient of a quadric counts as zero: the ray runs along the quadric."""


@njit(cache=True, nogil=True, inline="always")
def _add_chords(line: Singles, low: Singles, high: Singles, weight: float) -> None:
    """Add weight times (high - low), where positive."""
    nothing, single = np.float32(0.0), np.float32(weight)
    for i in range(line.size):
        line[i] += single * max(high[i] - low[i], nothing)


@njit(cache=True, nogil=True)
def project_bodies(
    lengths: Singles,
    decrements: Singles,
    with_decrement: bool,
    forms: Floats,
    centres: Floats,
    first: Integers,
    attenuation: Floats,
    decrement: Floats,
    boxes: Floats,
    angles: Floats,
    s_start: Floats,
    z_start: Floats,
    steps: Floats,
) -> None:
    """Add the line integrals of bodies to ``lengths`` (frame, row, column), and of their decrements.

    The ray of a pixel has s = s_start[frame] + steps[0] row + steps[1] column across the axis and
    z = z_start[frame] + steps[2] row + steps[3] column. Along the ray runs t, in the direction (0, cos, -sin) of
    (z, y, x). For a quadric, t = mid +- sqrt(D)/a, where mid is linear and D quadratic in row and column. Along a row
    columns are counted from the middle of what the body covers, where D is of the size of the body: so its cancelling parts
    stay small, and single precision gives the chord to about 1e-7 of the body.
    """
    frames, rows, columns = lengths.shape
    most = 0
    for body in range(first.size - 1):
        most = max(most, first[body + 1] - first[body])
    along = np.empty(most)
    mid_s, mid_z = np.empty(most), np.empty(most)
    d_ss, d_sz, d_zz = np.empty(most), np.empty(most), np.empty(most)
    c_s, c_z, c_t = np.empty(most), np.empty(most), np.empty(most)
    m0, m1 = np.empty(most), np.empty(most)
    q0, q1, q2 = np.empty(most), np.empty(most), np.empty(most)
    t_low, t_high = np.empty(columns, dtype=np.float32), np.empty(columns, dtype=np.float32)
    nothing = np.float32(0.0)
    tilted_span = abs(steps[3]) * (columns - 1)
    for frame in range(frames):
        cosine, sine = np.cos(angles[frame]), np.sin(angles[frame])
        for body in range(first.size - 1):
            begin, count = first[body], first[body + 1] - first[body]
            for k in range(count):
                A, c = forms[begin + k], centres[begin + k]
                a_ss = A[1, 1] * sine * sine + 2.0 * A[1, 2] * sine * cosine + A[2, 2] * cosine * cosine
                a_tt = A[1, 1] * cosine * cosine - 2.0 * A[1, 2] * sine * cosine + A[2, 2] * sine * sine
                a_st = (A[1, 1] - A[2, 2]) * sine * cosine + A[1, 2] * (cosine * cosine - sine * sine)
                a_zs = A[0, 1] * sine + A[0, 2] * cosine
                a_zt = A[0, 1] * cosine - A[0, 2] * sine
                largest = A[0, 0] + A[1, 1] + A[2, 2]
                c_z[k] = c[0]
                c_s[k] = c[1] * sine + c[2] * cosine
                c_t[k] = c[1] * cosine - c[2] * sine
                if a_tt <= FEWEST * largest:  # the ray runs along the quadric: in or out for all t
                    along[k] = 0.0
                    d_ss[k], d_sz[k], d_zz[k] = -a_ss, -a_zs, -A[0, 0]
                    mid_s[k], mid_z[k] = 0.0, 0.0
                else:
                    along[k] = a_tt
                    d_ss[k] = (a_st * a_st - a_tt * a_ss) / a_tt
                    d_sz[k] = (a_st * a_zt - a_tt * a_zs) / a_tt
                    d_zz[k] = (a_zt * a_zt - a_tt * A[0, 0]) / a_tt
                    mid_s[k], mid_z[k] = -a_st / a_tt, -a_zt / a_tt
            lowest = (boxes[body, 0, 0] - z_start[frame] - tilted_span) / steps[2]
            highest = (boxes[body, 1, 0] - z_start[frame] + tilted_span) / steps[2]
            row_first, row_last = max(0, int(np.ceil(lowest))), min(rows - 1, int(np.floor(highest)))
            for row in range(row_first, row_last + 1):
                col_low, col_high = 0.0, columns - 1.0
                for k in range(count):
                    s0 = s_start[frame] + steps[0] * row - c_s[k]
                    z0 = z_start[frame] + steps[2] * row - c_z[k]
                    # D / a = q0 + q1 column + q2 column^2
                    q2[k] = (
                        d_ss[k] * steps[1] * steps[1]
                        + 2.0 * d_sz[k] * steps[1] * steps[3]
                        + d_zz[k] * steps[3] * steps[3]
                    )
                    q1[k] = 2.0 * (
                        d_ss[k] * s0 * steps[1] + d_sz[k] * (s0 * steps[3] + z0 * steps[1]) + d_zz[k] * z0 * steps[3]
                    )
                    q0[k] = d_ss[k] * s0 * s0 + 2.0 * d_sz[k] * s0 * z0 + d_zz[k] * z0 * z0 + 1.0
                    m0[k] = c_t[k] + mid_s[k] * s0 + mid_z[k] * z0
                    m1[k] = mid_s[k] * steps[1] + mid_z[k] * steps[3]
                    width = columns - 1.0
                    if -q2[k] * width * width <= FEWEST and abs(q1[k]) * width <= FEWEST:
                        if q0[k] < 0.0:
                            col_high = -1.0
                    elif q2[k] < 0.0:
                        inner = q1[k] * q1[k] - 4.0 * q2[k] * q0[k]
                        if inner <= 0.0:
                            col_high = -1.0
                        else:
                            root = np.sqrt(inner)
                            col_low = max(col_low, (q1[k] - root) / (-2.0 * q2[k]))
                            col_high = min(col_high, (q1[k] + root) / (-2.0 * q2[k]))
                left, right = int(np.ceil(col_low)), int(np.floor(col_high)) + 1
                if right <= left:
                    continue
                # counting from 0 over slices lets the compiler use vector instructions
                span = right - left
                middle = span // 2
                centre = float(left + middle)
                low, high = t_low[:span], t_high[:span]
                low[:] = -np.inf
                high[:] = np.inf
                for k in range(count):
                    if along[k] == 0.0:
                        continue
                    inverse = 1.0 / along[k]
                    p0 = np.float32(inverse * (q0[k] + centre * (q1[k] + centre * q2[k])))
                    p1, p2 = np.float32(inverse * (q1[k] + 2.0 * centre * q2[k])), np.float32(inverse * q2[k])
                    n0, n1 = np.float32(m0[k] + m1[k] * centre), np.float32(m1[k])
                    for i in range(span):
                        column = np.float32(i - middle)
                        half = np.sqrt(max(p0 + column * (p1 + column * p2), nothing))
                        place = n0 + n1 * column
                        low[i] = max(low[i], place - half)
                        high[i] = min(high[i], place + half)
                _add_chords(lengths[frame, row, left:right], low, high, attenuation[body])
                if with_decrement:
                    _add_chords(decrements[frame, row, left:right], low, high, decrement[body])


@njit(cache=True, nogil=True, inline="always")
def _crossing(
    forms: Floats, centres: Floats, begin: int, end: int, z: float, y: float, low: float, high: float
) -> tuple[float, float]:
    """Part of low..high along x, at z and y, that lies inside all quadrics of a body; empty where high < low."""
    for k in range(begin, end):
        A = forms[k]
        dz, dy = z - centres[k, 0], y - centres[k, 1]
        cross = A[0, 0] * dz * dz + 2.0 * A[0, 1] * dz * dy + A[1, 1] * dy * dy
        if A[2, 2] <= FEWEST * (A[0, 0] + A[1, 1] + A[2, 2]):
            if cross > 1.0:
                return 0.0, -1.0
            continue
        b = (A[0, 2] * dz + A[1, 2] * dy) / A[2, 2]
        d = b * b - (cross - 1.0) / A[2, 2]
        if d <= 0.0:
            return 0.0, -1.0
        half = np.sqrt(d)
        low = max(low, centres[k, 2] - b - half)
        high = min(high, centres[k, 2] - b + half)
        if high <= low:
            return 0.0, -1.0
    return low, high


@njit(cache=True, nogil=True)
def fill_voxels(
    values: Singles,
    materials: Bytes,
    forms: Floats,
    centres: Floats,
    first: Integers,
    weight: Floats,
    names: Bytes,
    boxes: Floats,
    start: Floats,
    size: float,
    samples: int,
) -> None:
    """Shares and materials of voxels (z, y, x), for all bodies in order; ``start`` is the middle of voxel (0, 0, 0).

    With samples above 0: add to ``values`` the weight times the share of each voxel that lies inside, exact along x and
    over z and y the mean of samples x samples lines. With samples 0: write the name of the body into ``materials``
    where the middle of a voxel lies inside.
    """
    lines = max(samples, 1)
    depth, height, width = values.shape if samples > 0 else materials.shape
    fine = size / lines
    share = 1.0 / (lines * lines * size)
    edge = start[2] - 0.5 * size
    for body in range(first.size - 1):
        begin, end = first[body], first[body + 1]
        z_first = max(0, int(np.floor((boxes[body, 0, 0] - start[0]) / size + 0.5)))
        z_last = min(depth - 1, int(np.floor((boxes[body, 1, 0] - start[0]) / size + 0.5)))
        y_first = max(0, int(np.floor((boxes[body, 0, 1] - start[1]) / size + 0.5)))
        y_last = min(height - 1, int(np.floor((boxes[body, 1, 1] - start[1]) / size + 0.5)))
        for iz in range(z_first, z_last + 1):
            for iy in range(y_first, y_last + 1):
                for part in range(lines * lines):
                    z = start[0] + size * (iz - 0.5) + fine * (part // lines + 0.5)
                    y = start[1] + size * (iy - 0.5) + fine * (part % lines + 0.5)
                    low, high = _crossing(forms, centres, begin, end, z, y, edge, edge + width * size)
                    if high <= low:
                        continue
                    if samples == 0:
                        ix = max(0, int(np.ceil((low - start[2]) / size)))
                        last = min(width - 1, int(np.floor((high - start[2]) / size)))
                        materials[iz, iy, ix : last + 1] = names[body]
                        continue
                    ix = int((low - edge) / size)
                    last = min(width - 1, int((high - edge) / size))
                    while ix <= last:
                        left = edge + ix * size
                        inside = min(high, left + size) - max(low, left)
                        values[iz, iy, ix] += weight[body] * share * inside
                        ix += 1
