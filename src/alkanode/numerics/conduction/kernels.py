"""Compiled loops over the voxels of a network of conductances: balance of currents, Gauss-Seidel, change of grid.

A network is three arrays ``gz``, ``gy``, ``gx`` of one shape (z, y, x), each holding the conductance between a voxel and its
next neighbour along that axis (zero for the last), and ``diagonal``, the sum of all conductances of a voxel, those to the
electrodes included. Numbers are real or complex. Voxels without conductance hold nothing and are skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Numbers = npt.NDArray[Any]


@njit(cache=True, nogil=True)
def _around(v: Numbers, gz: Numbers, gy: Numbers, gx: Numbers, k: int, j: int, i: int) -> Any:
    """Sum over neighbours of conductance times potential.

    Beyond an end the index goes around to the other one: conductances there are zero.
    """
    nz, ny, nx = v.shape
    before = i - 1 if i > 0 else nx - 1
    after = i + 1 if i < nx - 1 else 0
    left = j - 1 if j > 0 else ny - 1
    right = j + 1 if j < ny - 1 else 0
    below = k - 1 if k > 0 else nz - 1
    above = k + 1 if k < nz - 1 else 0
    return (
        gx[k, j, before] * v[k, j, before]
        + gx[k, j, i] * v[k, j, after]
        + gy[k, left, i] * v[k, left, i]
        + gy[k, j, i] * v[k, right, i]
        + gz[below, j, i] * v[below, j, i]
        + gz[k, j, i] * v[above, j, i]
    )


@njit(cache=True, nogil=True)
def _row(v: Numbers, gz: Numbers, gy: Numbers, gx: Numbers, k: int, j: int, out: Numbers) -> None:
    """:func:`_around` for a whole row along x, into ``out`` (x,)."""
    nz, ny, nx = v.shape
    left = j - 1 if j > 0 else ny - 1
    right = j + 1 if j < ny - 1 else 0
    below = k - 1 if k > 0 else nz - 1
    above = k + 1 if k < nz - 1 else 0
    middle, first, second, third, fourth = v[k, j], v[k, left], v[k, right], v[below, j], v[above, j]
    g_first, g_second, g_third, g_fourth, g_row = gy[k, left], gy[k, j], gz[below, j], gz[k, j], gx[k, j]
    for i in range(nx):
        out[i] = g_first[i] * first[i] + g_second[i] * second[i] + g_third[i] * third[i] + g_fourth[i] * fourth[i]
    for i in range(1, nx):
        out[i] += g_row[i - 1] * middle[i - 1]
    for i in range(nx - 1):
        out[i] += g_row[i] * middle[i + 1]


@njit(cache=True, nogil=True)
def apply(v: Numbers, diagonal: Numbers, gz: Numbers, gy: Numbers, gx: Numbers, out: Numbers) -> None:
    """Current that leaves each voxel at potentials ``v`` with both electrodes at zero, in place into ``out``."""
    nz, ny, nx = v.shape
    row = np.empty_like(v[0, 0])
    for k in range(nz):
        for j in range(ny):
            _row(v, gz, gy, gx, k, j, row)
            for i in range(nx):
                out[k, j, i] = diagonal[k, j, i] * v[k, j, i] - row[i]


@njit(cache=True, nogil=True)
def smooth(
    v: Numbers, load: Numbers, inverse: Numbers, gz: Numbers, gy: Numbers, gx: Numbers, first: int, zero: bool
) -> None:
    """Two half sweeps of Gauss-Seidel in place: the voxels of one colour of a chessboard, then those of the other.

    ``inverse`` is one over the diagonal, zero where nothing conducts; ``first`` (0 or 1) is the colour to begin with;
    ``zero`` says that ``v`` is to be taken as zero, whatever it holds.
    """
    nz, ny, nx = v.shape
    for half in range(2):
        colour = (first + half) % 2
        for k in range(nz):
            for j in range(ny):
                start = (colour + k + j) % 2
                if zero and half == 0:
                    for i in range(start, nx, 2):
                        v[k, j, i] = load[k, j, i] * inverse[k, j, i]
                    for i in range(1 - start, nx, 2):
                        v[k, j, i] = 0
                else:
                    for i in range(start, nx, 2):
                        v[k, j, i] = (load[k, j, i] + _around(v, gz, gy, gx, k, j, i)) * inverse[k, j, i]


@njit(cache=True, nogil=True)
def restrict_residual(
    v: Numbers,
    load: Numbers,
    diagonal: Numbers,
    gz: Numbers,
    gy: Numbers,
    gx: Numbers,
    fz: int,
    fy: int,
    fx: int,
    out: Numbers,
) -> None:
    """What is missing in the balance of each voxel, summed over blocks of ``fz`` x ``fy`` x ``fx`` voxels into ``out``."""
    nz, ny, nx = v.shape
    out[:] = 0
    row = np.empty_like(v[0, 0])
    for k in range(nz):
        for j in range(ny):
            _row(v, gz, gy, gx, k, j, row)
            for i in range(nx):
                row[i] += load[k, j, i] - diagonal[k, j, i] * v[k, j, i]
            into = out[k // fz, j // fy]
            if fx == 1:
                for i in range(nx):
                    into[i] += row[i]
            else:
                for i in range(nx):
                    into[i >> 1] += row[i]


@njit(cache=True, nogil=True)
def add_blocks(coarse: Numbers, fz: int, fy: int, fx: int, v: Numbers) -> None:
    """Add the potential of each block to its voxels, in place; what that does where nothing conducts, smoothing undoes."""
    nz, ny, nx = v.shape
    for k in range(nz):
        for j in range(ny):
            row, block = v[k, j], coarse[k // fz, j // fy]
            if fx == 1:
                for i in range(nx):
                    row[i] += block[i]
            else:
                for i in range(nx):
                    row[i] += block[i >> 1]


@njit(cache=True, nogil=True)
def sum_blocks(
    own: Numbers, gz: Numbers, gy: Numbers, gx: Numbers, fz: int, fy: int, fx: int, out: Numbers, faces: Numbers
) -> None:
    """Conductances of blocks: those to the electrodes (``own``) summed into ``out``, those across the faces of blocks.

    ``faces`` (axis, z, y, x) takes the sums over each face between blocks, divided by the blocks' length in voxels, since
    their middles lie that much further apart.
    """
    nz, ny, nx = own.shape
    out[:] = 0
    faces[:] = 0
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                kk, jj, ii = k // fz, j // fy, i // fx
                out[kk, jj, ii] += own[k, j, i]
                if k + 1 < nz and (k + 1) // fz != kk:
                    faces[0, kk, jj, ii] += gz[k, j, i] / fz
                if j + 1 < ny and (j + 1) // fy != jj:
                    faces[1, kk, jj, ii] += gy[k, j, i] / fy
                if i + 1 < nx and (i + 1) // fx != ii:
                    faces[2, kk, jj, ii] += gx[k, j, i] / fx
