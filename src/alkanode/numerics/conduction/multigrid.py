"""Multigrid over blocks of voxels, as a preconditioner: it spreads over the whole box in one step what Gauss-Seidel does not.

Blocks of up to 2 x 2 x 2 voxels become voxels of the next grid. Their conductances are sums over faces, so that voids need
no special case. Only the axes along which voxels are short are halved, until voxels are about as long as wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

from alkanode.numerics.conduction.network import Network, Size

Numbers = npt.NDArray[Any]

SMALLEST: Final = 1000
"""Voxels of a grid that is small enough for a direct factorisation."""

_ALIKE = 1.5  # sizes up to this factor above the smallest are halved together


@dataclass(slots=True)
class _Level:
    """One grid: conductances, how it is made of the finer one, and room for a solution and a load."""

    diagonal: Numbers
    inverse: Numbers
    g: tuple[Numbers, Numbers, Numbers]
    factors: tuple[int, int, int]
    solution: Numbers
    load: Numbers


class Multigrid:
    """Approximate inverse of a network: one symmetric V-cycle.

    Parameters
    ----------
    network
        Of the finest grid.
    voxel_size
        m, along z, y, x: decides which axes are halved first.
    sweeps
        Of Gauss-Seidel before and after each change of grid. Default 1.
    """

    def __init__(self, network: Network, voxel_size: Size, *, sweeps: int = 1) -> None:
        from alkanode.numerics.conduction import kernels

        self._kernels = kernels
        self._sweeps = sweeps
        own = network.to_metal + network.to_far
        finest = (network.gz, network.gy, network.gx)
        empty = np.zeros((0, 0, 0), dtype=own.dtype)
        diagonal = network.diagonal
        self.levels = [_Level(diagonal, one_over(diagonal), finest, (1, 1, 1), empty, empty)]
        size = np.asarray(voxel_size, dtype=np.float64)
        while own.size > SMALLEST:
            shape = np.array(own.shape)
            halved = (shape > 1) & (size <= _ALIKE * size[shape > 1].min())
            fz, fy, fx = (2 if one else 1 for one in halved)
            coarse = tuple(int(n) for n in -(-shape // np.array([fz, fy, fx])))
            total = np.empty(coarse, dtype=own.dtype)
            faces = np.empty((3, *coarse), dtype=own.dtype)
            kernels.sum_blocks(own, *self.levels[-1].g, fz, fy, fx, total, faces)
            own, size = total, size * np.array([fz, fy, fx])
            level = Network(gz=faces[0], gy=faces[1], gx=faces[2], to_metal=own, to_far=np.zeros_like(own))
            diagonal, room = level.diagonal, (np.empty_like(own), np.empty_like(own))
            g = (faces[0], faces[1], faces[2])
            self.levels.append(_Level(diagonal, one_over(diagonal), g, (fz, fy, fx), *room))
        last = self.levels[-1]
        self._filled = np.flatnonzero(last.diagonal.ravel() != 0)
        matrix = network_matrix(last.diagonal, *last.g)[self._filled][:, self._filled]
        # A tiny conductance to the electrodes keeps islands that touch neither from making the matrix singular.
        self._factors = splu(sparse.csc_array(matrix + sparse.diags_array(1e-12 * matrix.diagonal())))

    def __call__(self, load: Numbers, out: Numbers) -> None:
        """Approximate solution of the balance for a load, into ``out``."""
        self._cycle(0, load, out)

    def _cycle(self, number: int, load: Numbers, out: Numbers) -> None:
        level = self.levels[number]
        if number == len(self.levels) - 1:
            out[:] = 0
            out.reshape(-1)[self._filled] = self._factors.solve(load.ravel()[self._filled])
            return
        k, coarse = self._kernels, self.levels[number + 1]
        for sweep in range(self._sweeps):
            k.smooth(out, load, level.inverse, *level.g, 0, sweep == 0)
        k.restrict_residual(out, load, level.diagonal, *level.g, *coarse.factors, coarse.load)
        self._cycle(number + 1, coarse.load, coarse.solution)
        k.add_blocks(coarse.solution, *coarse.factors, out)
        for _ in range(self._sweeps):
            k.smooth(out, load, level.inverse, *level.g, 1, False)


def one_over(diagonal: Numbers) -> Numbers:
    """Inverse of a diagonal, zero where nothing conducts."""
    return np.divide(1, diagonal, out=np.zeros_like(diagonal), where=diagonal != 0)


def network_matrix(diagonal: Numbers, gz: Numbers, gy: Numbers, gx: Numbers) -> sparse.csc_array:
    """The balance of currents as a sparse matrix, (voxel, voxel), voxels in C order."""
    number = np.arange(diagonal.size).reshape(diagonal.shape)
    rows, columns, values = [number.ravel()], [number.ravel()], [diagonal.ravel()]
    for axis, g in enumerate((gz, gy, gx)):
        inner = tuple(slice(None, -1) if k == axis else slice(None) for k in range(3))
        outer = tuple(slice(1, None) if k == axis else slice(None) for k in range(3))
        one, other, between = number[inner].ravel(), number[outer].ravel(), -g[inner].ravel()
        rows += [one, other]
        columns += [other, one]
        values += [between, between]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.coo_array(entries, shape=(diagonal.size, diagonal.size)).tocsc()
