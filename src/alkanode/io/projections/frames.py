"""Where frames lie, and how some of them are read: HDF5 datasets, TIFF files, arrays, or several of these in a row.

A source knows its shape and reads a box: some frames, a range of rows, a range of columns. It holds names and places
only and opens files while it reads, so that it can be pickled, sent to another process, and never keeps a file open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import h5py
import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import require

Frames: TypeAlias = npt.NDArray[Any]
Indices: TypeAlias = npt.NDArray[np.intp]
Range: TypeAlias = tuple[int, int]
"""First element, and one past the last."""


@runtime_checkable
class FrameSource(Protocol):
    """What a source of frames offers; a new kind of file needs only this."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        ...

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read some frames, in any order, over a range of rows and columns: (frame, row, column)."""
        ...


@dataclass(frozen=True)
class MemoryFrames:
    """Frames that are in memory already.

    Attributes
    ----------
    values
        (frame, row, column) readings.
    """

    values: Frames

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        return (self.values.shape[0], self.values.shape[1], self.values.shape[2])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        return self.values.dtype

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Copy a box out of the array."""
        return np.asarray(self.values[frames, rows[0] : rows[1], columns[0] : columns[1]])


@dataclass(frozen=True)
class ConstantFrames:
    """Frames with one reading everywhere.

    Attributes
    ----------
    shape
        Numbers of frames, rows and columns.
    value
        The reading.
    dtype
        Type of the readings.
    """

    shape: tuple[int, int, int]
    value: float
    dtype: np.dtype[Any]

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Make a box of the reading."""
        return np.full((frames.size, rows[1] - rows[0], columns[1] - columns[0]), self.value, self.dtype)


@dataclass(frozen=True)
class Hdf5Frames:
    """Frames of a dataset of an HDF5 file, which may be an external link or virtual.

    Attributes
    ----------
    path, dataset
        File and place in it.
    shape
        Numbers of frames, rows and columns.
    dtype
        Type of the readings.
    plugin
        Whether a compression filter of the package hdf5plugin is needed.
    flat
        Whether the dataset has two dimensions and is one frame.
    """

    path: Path
    dataset: str
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    plugin: bool = False
    flat: bool = False

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read a box; neighbouring frames are read in one go."""
        shape = (frames.size, rows[1] - rows[0], columns[1] - columns[0])
        if 0 in shape:
            return np.empty(shape, self.dtype)
        box = (slice(*rows), slice(*columns))
        try:
            if self.plugin:
                import_module("hdf5plugin")
            with h5py.File(self.path, "r", locking="best-effort") as file:
                data = file[self.dataset]
                if self.flat:
                    return np.repeat(data[box][np.newaxis], frames.size, axis=0)
                blocks = [
                    data[(slice(int(frames[begin]), int(frames[end - 1]) + 1, step), *box)]
                    for begin, end, step in _runs(frames)
                ]
                return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        except (OSError, KeyError, RuntimeError, ImportError) as cause:
            raise ReaderError(
                f"{self.path.name!r} must give its frames from {self.dataset!r}",
                found=str(cause)[:200],
                todo="The file was moved, cut short, or is being written",
            ) from cause


def _runs(frames: Indices) -> list[tuple[int, int, int]]:
    """Stretches (begin, end, step) of rising numbers with an even step, which one read covers."""
    if frames.size == 1:
        return [(0, 1, 1)]
    steps = np.diff(frames)
    if steps[0] > 0 and (steps == steps[0]).all():
        return [(0, frames.size, int(steps[0]))]
    edges = [0, *(np.flatnonzero(steps != 1) + 1).tolist(), frames.size]
    return [(begin, end, 1) for begin, end in pairwise(edges)]


@dataclass(frozen=True)
class TiffFrames:
    """Frames of TIFF files, one page each.

    Attributes
    ----------
    folder, names
        Files in the order of the frames; a file with several pages stands there once per page.
    pages
        (frame,) number of the page in its file.
    offsets
        (frame,) byte where the readings begin, or -1 where the page is compressed or cut into strips that are apart.
    rows, columns
        Size of a frame.
    stored
        Type of the readings with the order of their bytes.
    """

    folder: Path
    names: tuple[str, ...]
    pages: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    rows: int
    columns: int
    stored: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        return (len(self.names), self.rows, self.columns)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        return self.stored.newbyteorder("=")

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read a box; of pages that are not compressed only the rows that are asked for."""
        out = np.empty((frames.size, rows[1] - rows[0], columns[1] - columns[0]), self.dtype)
        for place, frame in enumerate(frames.tolist()):
            page = self._rows(frame, rows) if self.offsets[frame] >= 0 else self._page(frame)[slice(*rows)]
            out[place] = page[:, slice(*columns)]
        return out

    def _rows(self, frame: int, rows: Range) -> Frames:
        count = (rows[1] - rows[0]) * self.columns
        start = int(self.offsets[frame]) + rows[0] * self.columns * self.stored.itemsize
        path = self.folder / self.names[frame]
        try:
            values = np.fromfile(path, self.stored, count=count, offset=start)
        except OSError as cause:
            raise ReaderError(f"{path.name!r} must be readable", found=cause.strerror or str(cause)) from cause
        if values.size != count:
            raise ReaderError(
                f"{path.name!r} must hold a whole frame", found="a file that was cut short since it was opened"
            )
        return values.reshape(-1, self.columns)

    def _page(self, frame: int) -> Frames:
        tifffile = require("tifffile", extra="tomography")
        path = self.folder / self.names[frame]
        try:
            with tifffile.TiffFile(path) as file:
                return np.asarray(file.pages[int(self.pages[frame])].asarray())
        except Exception as cause:  # tifffile raises errors of many kinds on a damaged page
            raise ReaderError(f"{path.name!r} must hold a whole frame", found=str(cause)[:200]) from cause


@dataclass(frozen=True)
class JoinedFrames:
    """Several sources one after the other.

    Attributes
    ----------
    parts
        Sources with frames of one size; readings take the type that holds them all.
    """

    parts: tuple[FrameSource, ...]

    @cached_property
    def starts(self) -> list[int]:
        """Number of the first frame of each part, and the number of all."""
        return list(accumulate((part.shape[0] for part in self.parts), initial=0))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        return (self.starts[-1], *self.parts[0].shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        return np.result_type(*(part.dtype for part in self.parts))

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read a box from the parts that hold it."""
        place = int(np.searchsorted(self.starts, frames.min(), side="right")) - 1 if frames.size else 0
        if frames.size and frames.max() < self.starts[place + 1] and self.parts[place].dtype == self.dtype:
            return self.parts[place].read(frames - self.starts[place], rows, columns)
        out = np.empty((frames.size, rows[1] - rows[0], columns[1] - columns[0]), self.dtype)
        for part, (begin, end) in zip(self.parts, pairwise(self.starts), strict=True):
            here = np.flatnonzero((frames >= begin) & (frames < end))
            if here.size:
                out[here] = part.read(frames[here] - begin, rows, columns)
        return out


@dataclass(frozen=True)
class PickedFrames:
    """Some frames of a source.

    Attributes
    ----------
    whole
        The source.
    chosen
        (frame,) their numbers in it.
    """

    whole: FrameSource
    chosen: Indices

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        return (self.chosen.size, *self.whole.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        return self.whole.dtype

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read a box of the chosen frames."""
        return self.whole.read(self.chosen[frames], rows, columns)


@dataclass(frozen=True)
class SinogramFrames:
    """Frames out of a stack of sinograms (row, angle, column).

    Attributes
    ----------
    sinograms
        Source whose "frames" are detector rows and whose "rows" are angles.
    """

    sinograms: FrameSource

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of frames, rows and columns."""
        rows, frames, columns = self.sinograms.shape
        return (frames, rows, columns)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the readings."""
        return self.sinograms.dtype

    def read(self, frames: Indices, rows: Range, columns: Range) -> Frames:
        """Read the sinograms of the rows, then pick the frames."""
        if frames.size == 0:
            return np.empty((0, rows[1] - rows[0], columns[1] - columns[0]), self.dtype)
        low, high = int(frames.min()), int(frames.max()) + 1
        block = self.sinograms.read(np.arange(*rows), (low, high), columns)
        return np.ascontiguousarray(block[:, frames - low].transpose(1, 0, 2))
