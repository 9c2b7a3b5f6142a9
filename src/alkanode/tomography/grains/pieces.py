"""Labelling by slabs: pieces of every slice, joined across slices and across slabs.

Each slab is read once. What it gives depends on nothing else; only the runs of its last slice are kept for the next. The
numbering and every sum are those of the whole volume at once, to the last bit, whatever the thickness of the slabs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError

Connectivity = Literal[6, 18, 26]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Slab = tuple[npt.NDArray[np.int8], npt.NDArray[np.float32] | None]
"""Signs of some slices, and the values to sum there."""

REACH: Final[dict[int, tuple[int, int, int]]] = {6: (0, 0, -1), 18: (1, 1, 0), 26: (1, 1, 1)}
"""Connectivity -> reach along x to the next row, to the next slice, to the next row of the next slice."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What hangs together within single slices, and to which grain it belongs.

    Attributes
    ----------
    table
        (piece, column): slice, sign, voxels, sums of y, x, yy, yx, xx, first and last y, first and last x, first voxel of
        the piece within its slice; all in voxels.
    sums
        (piece,) sum of the values over the voxels of the piece; zeros where none were given.
    grain
        (piece,) number of the grain, in the order of the first voxels of the grains.
    """

    table: Integers
    sums: Floats
    grain: Integers

    @property
    def number(self) -> int:
        """Number of grains."""
        return int(self.grain.max(initial=-1)) + 1

    def total(self, values: npt.NDArray[np.generic]) -> Floats:
        """Sum of something over the pieces of each grain, in the order of the pieces."""
        return np.bincount(self.grain, weights=values, minlength=self.number).astype(np.float64)

    def lowest(self, column: int) -> Integers:
        """Smallest number in a column over the pieces of each grain."""
        found = np.full(self.number, np.iinfo(np.int64).max)
        np.minimum.at(found, self.grain, self.table[:, column])
        return found

    def highest(self, column: int) -> Integers:
        """Largest number in a column over the pieces of each grain."""
        found = np.full(self.number, -1)
        np.maximum.at(found, self.grain, self.table[:, column])
        return found


def find_pieces(
    slabs: Iterable[Slab], *, connectivity: Connectivity = 26, paint: list[npt.NDArray[np.int32]] | None = None
) -> Pieces:
    """Label a volume that comes as slabs.

    Parameters
    ----------
    slabs
        Signs (slice, y, x) and values of the same shape or ``None``, from the first slice to the last. Voxels with
        different signs never belong to one grain.
    connectivity
        6 (faces), 18 (and edges) or 26 (and corners).
    paint
        Receives one array per slab with the number of the grain of each voxel plus 1, and 0 elsewhere.

    Returns
    -------
    Pieces

    Raises
    ------
    SchemaError
        For another connectivity, or slices of different sizes.
    """
    from alkanode.tomography.grains import kernels

    if connectivity not in REACH:
        raise SchemaError("the connectivity is 6, 18 or 26", found=repr(connectivity))
    reach = REACH[connectivity]
    tables: list[Integers] = []
    sums: list[Floats] = []
    parents: list[Integers] = []
    seams: list[tuple[Integers, Integers, Integers, Integers]] = []
    held: tuple[Integers, Integers] | None = None
    painted: list[tuple[npt.NDArray[np.int32], int]] = []
    pieces, slices = 0, 0
    for signs, values in slabs:
        signs = np.ascontiguousarray(signs, dtype=np.int8)  # noqa: PLW2901
        flat = signs.reshape(-1)
        words = flat[: flat.size // 8 * 8].view(np.int64)
        change = np.empty(0, np.float32) if values is None else np.ascontiguousarray(values, np.float32).reshape(-1)
        colours = np.zeros(flat.size if paint is not None else 0, np.int32)
        table, total, parent, first, first_rows, last, last_rows = kernels.slab_pieces(
            flat, words, change, colours, signs.shape[0], signs.shape[1], signs.shape[2], reach[0], reach[1], reach[2]
        )
        if held is not None and held[1].size != first_rows.size:
            raise SchemaError("all slices must have one size", found=f"{held[1].size - 1} and {signs.shape[1]} rows")
        table[:, 0] += slices
        first[:, 3] += pieces
        last[:, 3] += pieces
        if held is not None:
            seams.append((*held, first, first_rows))
        tables.append(table)
        sums.append(total)
        parents.append(parent + pieces)
        if paint is not None:
            painted.append((colours.reshape(signs.shape), pieces))
        held = (last, last_rows)
        pieces += len(table)
        slices += len(signs)
    parent = np.concatenate(parents) if parents else np.zeros(0, np.int64)
    for seam in seams:
        kernels.join_slices(*seam, reach[1], reach[2], parent)
    kernels.roots(parent)
    firsts = parent == np.arange(parent.size)
    grain = (np.cumsum(firsts) - 1)[parent] if parent.size else parent
    if paint is not None:
        paint.extend(_grain_colours(colours, offset, grain) for colours, offset in painted)
    table = np.concatenate(tables) if tables else np.zeros((0, kernels.COLUMNS), np.int64)
    return Pieces(table, np.concatenate(sums) if sums else np.zeros(0), grain)


def _grain_colours(colours: npt.NDArray[np.int32], offset: int, grain: Integers) -> npt.NDArray[np.int32]:
    """Numbers of pieces of one slab turned into numbers of grains, in place."""
    there = colours > 0
    colours[there] = grain[colours[there] - 1 + offset] + 1
    return colours
