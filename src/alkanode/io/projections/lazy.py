"""Frames as a variable of xarray that reads only what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from alkanode.io.projections.frames import FrameSource, Indices, Range


class LazyFrames(BackendArray):
    """What xarray indexes: a source of frames, and a linear scale where its readings are to become a quantity.

    Parameters
    ----------
    source
        Where the frames lie.
    scale, offset
        The values are ``scale * reading + offset`` in float32; without a scale they are the readings themselves.
    """

    def __init__(self, source: FrameSource, scale: float | None = None, offset: float = 0.0) -> None:
        self.source = source
        self.scale, self.offset = scale, offset
        self.shape = source.shape
        self.dtype = source.dtype if scale is None else np.dtype(np.float32)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        frames, rows, columns = (
            np.arange(length)[np.atleast_1d(part) if isinstance(part, int | np.integer) else part]
            for part, length in zip(key, self.shape, strict=True)
        )
        row_range, column_range = _range(rows), _range(columns)
        block = self.source.read(frames, row_range, column_range)
        if not _whole(rows, row_range):
            block = block[:, rows - row_range[0]]
        if not _whole(columns, column_range):
            block = block[:, :, columns - column_range[0]]
        if self.scale is not None:
            block = block.astype(np.float32)
            block *= np.float32(self.scale)
            block += np.float32(self.offset)
        return block[tuple(0 if isinstance(part, int | np.integer) else slice(None) for part in key)]


def _range(indices: Indices) -> Range:
    return (int(indices.min()), int(indices.max()) + 1) if indices.size else (0, 0)


def _whole(indices: Indices, covered: Range) -> bool:
    """Whether indices are just the range, in its order."""
    return indices.size == covered[1] - covered[0] and bool((np.diff(indices) == 1).all())


def lazy_variable(
    dims: tuple[str, str, str], source: FrameSource, *, scale: float | None = None, offset: float = 0.0
) -> xr.Variable:
    """A variable that reads from a source only what is asked for.

    Parameters
    ----------
    dims
        Names of the dimensions of the source.
    source
        Where the frames lie; it can be pickled and so can the variable.
    scale, offset
        As :class:`LazyFrames`.

    Returns
    -------
    Variable
        ``variable[3:5].values`` reads two frames.
    """
    return xr.Variable(dims, indexing.LazilyIndexedArray(LazyFrames(source, scale, offset)))
