"""Runs and pieces: what labelling does to every voxel, once.

A run is a stretch of voxels of one sign within a row. A piece is what hangs together within one slice. A piece does not
depend on how a volume is cut into slabs, so sums over pieces do not either.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.int8]
Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]

COLUMNS = 13
"""Of the table of pieces: slice, sign, voxels, sums of y, x, yy, yx, xx, first and last y, first and last x, first voxel."""


@njit(cache=True, nogil=True)
def find(parent: Integers, i: int) -> int:
    """Root of a tree, with the path to it halved."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def join(parent: Integers, i: int, j: int) -> None:
    """Make two trees one; the lower root stays, so that the first voxel of a grain names it."""
    a, b = find(parent, i), find(parent, j)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@njit(cache=True, nogil=True)
def join_rows(
    before: Integers,
    first: int,
    end: int,
    after: Integers,
    start: int,
    stop: int,
    reach: int,
    use: int,
    parent: Integers,
) -> None:
    """Join the runs of two neighbouring rows that touch and have one sign.

    Runs are (start, stop, sign, piece). ``reach`` is 1 where corners touch, else 0. With ``use`` 3 pieces are joined,
    with -1 the runs themselves.
    """
    low = first
    for j in range(start, stop):
        while low < end and before[low, 1] + reach <= after[j, 0]:
            low += 1
        i = low
        while i < end and before[i, 0] < after[j, 1] + reach:
            if before[i, 2] == after[j, 2]:
                if use < 0:
                    join(parent, i, j)
                else:
                    join(parent, before[i, 3], after[j, 3])
            i += 1


@njit(cache=True, nogil=True)
def join_slices(
    before: Integers,
    before_rows: Integers,
    after: Integers,
    after_rows: Integers,
    straight: int,
    oblique: int,
    parent: Integers,
) -> None:
    """Join the pieces of two neighbouring slices: same row with reach ``straight``, next rows with ``oblique``."""
    height = before_rows.size - 1
    for y in range(height):
        start, stop = after_rows[y], after_rows[y + 1]
        if start == stop:
            continue
        join_rows(before, before_rows[y], before_rows[y + 1], after, start, stop, straight, 3, parent)
        if oblique >= 0:
            if y > 0:
                join_rows(before, before_rows[y - 1], before_rows[y], after, start, stop, oblique, 3, parent)
            if y + 1 < height:
                join_rows(before, before_rows[y + 1], before_rows[y + 2], after, start, stop, oblique, 3, parent)


@njit(cache=True, nogil=True)
def find_runs(
    sign: Bytes, words: Integers, start: int, height: int, width: int, runs: Integers, rows: Integers
) -> Integers:
    """Runs of one slice; eight voxels without change are passed at once.

    ``start`` is the flat index of the first voxel of the slice; ``rows`` receives the number of the first run of each
    row. Returns ``runs``, grown where it was too short.
    """
    count = 0
    for y in range(height):
        rows[y] = count
        begin = start + y * width
        end = begin + width
        i = begin
        while i < end:
            value = sign[i]
            if value == 0:
                if (i & 7) == 0 and i + 8 <= end and words[i >> 3] == 0:
                    i += 8
                else:
                    i += 1
                continue
            first = i
            i += 1
            while i < end and sign[i] == value:
                i += 1
            if count == runs.shape[0]:
                longer = np.empty((2 * count, 4), np.int64)
                longer[:count] = runs
                runs = longer
            runs[count, 0] = first - begin
            runs[count, 1] = i - begin
            runs[count, 2] = value
            count += 1
    rows[height] = count
    return runs


@njit(cache=True, nogil=True)
def slab_pieces(
    sign: Bytes,
    words: Integers,
    change: Floats32,
    paint: Labels,
    depth: int,
    height: int,
    width: int,
    corner: int,
    straight: int,
    oblique: int,
) -> tuple[Integers, Floats, Integers, Integers, Integers, Integers, Integers]:
    """Pieces of a slab, in the order of their first voxels, and how they hang together.

    Parameters
    ----------
    sign
        Flat (slice, y, x), not 0 where something changed.
    words
        The same memory as 64-bit numbers, without the last voxels that fill no such number.
    change
        Flat values to sum over each piece, or empty.
    paint
        Flat; receives the number of the piece plus 1, or empty.
    depth, height, width
        Shape of the slab.
    corner, straight, oblique
        Reach along x to the next row of the slice, the same row of the next slice, the next row of the next slice;
        -1 where these do not touch.

    Returns
    -------
    tuple
        Table of pieces (:data:`COLUMNS`), sums of ``change``, parent of each piece, then runs and rows of the first and
        of the last slice.
    """
    table = np.zeros((1024, COLUMNS), np.int64)
    sums = np.zeros(1024, np.float64)
    parent = np.zeros(1024, np.int64)
    pieces = 0
    runs = np.empty((1024, 4), np.int64)
    last = np.empty((1024, 4), np.int64)
    rows = np.zeros(height + 1, np.int64)
    last_rows = np.zeros(height + 1, np.int64)
    first, first_rows = runs[:0].copy(), rows.copy()
    for z in range(depth):
        begin = z * height * width
        runs = find_runs(sign, words, begin, height, width, runs, rows)
        count = rows[height]
        tree = np.arange(count)
        for y in range(1, height):
            if rows[y] < rows[y + 1] and rows[y - 1] < rows[y]:
                join_rows(runs, rows[y - 1], rows[y], runs, rows[y], rows[y + 1], corner, -1, tree)
        y = 0
        for r in range(count):
            while rows[y + 1] <= r:
                y += 1
            root = find(tree, r)
            start, stop = runs[r, 0], runs[r, 1]
            if root == r:
                if pieces == parent.size:
                    longer = np.zeros((2 * pieces, COLUMNS), np.int64)
                    longer[:pieces] = table
                    table = longer
                    more = np.zeros(2 * pieces, np.float64)
                    more[:pieces] = sums
                    sums = more
                    wider = np.zeros(2 * pieces, np.int64)
                    wider[:pieces] = parent
                    parent = wider
                p = pieces
                parent[p] = p
                table[p, 0], table[p, 1] = z, runs[r, 2]
                table[p, 8], table[p, 10], table[p, 12] = y, start, y * width + start
                pieces += 1
            else:
                p = runs[root, 3]
            runs[r, 3] = p
            n = stop - start
            along = (n * (start + stop - 1)) // 2
            squares = ((stop - 1) * stop * (2 * stop - 1)) // 6 - ((start - 1) * start * (2 * start - 1)) // 6
            table[p, 2] += n
            table[p, 3] += n * y
            table[p, 4] += along
            table[p, 5] += n * y * y
            table[p, 6] += along * y
            table[p, 7] += squares
            table[p, 9] = y
            table[p, 10] = min(table[p, 10], start)
            table[p, 11] = max(table[p, 11], stop - 1)
            at = begin + y * width
            if change.size > 0:
                for i in range(at + start, at + stop):
                    sums[p] += change[i]
            if paint.size > 0:
                for i in range(at + start, at + stop):
                    paint[i] = p + 1
        if z == 0:
            first, first_rows = runs[:count].copy(), rows.copy()
        else:
            join_slices(last, last_rows, runs, rows, straight, oblique, parent)
        runs, last = last, runs
        rows, last_rows = last_rows, rows
    ends = last_rows[height]
    return table[:pieces], sums[:pieces], parent[:pieces], first, first_rows, last[:ends].copy(), last_rows


@njit(cache=True, nogil=True)
def roots(parent: Integers) -> None:
    """Point every piece straight at the first piece of its grain."""
    for i in range(parent.size):
        parent[i] = parent[parent[i]]
