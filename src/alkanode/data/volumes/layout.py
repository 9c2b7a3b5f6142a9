"""The shape of a volume before its numbers exist: fields, coordinates, blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from alkanode.foundation.errors import SchemaError

BLOCK_ROWS = 8
"""Slices of a block. Eight slices of 3077 x 3077 voxels are 0.3 GB in float32, and what stands between the raw frames
and them fits in 3 GB."""

TILE = 1024
"""Widest piece of a slice in one file, in voxels: a cross-section then reads a share of a block, not all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeField:
    """One field that blocks fill.

    Attributes
    ----------
    dims
        Dimensions; the first is ``z``, along which blocks are cut.
    dtype
        Number type, for example ``"float32"``.
    """

    dims: tuple[str, ...] = ("z", "y", "x")
    dtype: str = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeLayout:
    """The shape of a volume before its numbers exist.

    Attributes
    ----------
    kind
        Kind of record, for example ``"volume"``.
    fields
        Name -> :class:`VolumeField` of what blocks fill.
    static
        What is known from the start: coordinates ``z``, ``y``, ``x`` (m), whose sizes give the shape, and any field
        that no block changes.
    block_rows
        Slices of a block.
    tile
        Widest piece of a slice in one file, in voxels.
    attrs
        Settings, JSON-friendly.
    """

    kind: str
    fields: Mapping[str, VolumeField]
    static: xr.Dataset
    block_rows: int = BLOCK_ROWS
    tile: int = TILE
    attrs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, one in self.fields.items():
            if not one.dims or one.dims[0] != "z":
                raise SchemaError("a field that blocks fill runs along z first", found=f"{name!r} along {one.dims}")
            if unknown := [dim for dim in one.dims if dim not in self.static.sizes]:
                raise SchemaError(f"the layout needs coordinates for {name!r}", found=f"none for {unknown}")
        if self.block_rows < 1 or self.tile < 1:
            raise SchemaError(
                "a block has at least one slice and a tile one voxel", found=f"{self.block_rows}, {self.tile}"
            )

    @property
    def rows(self) -> int:
        """Number of slices."""
        return int(self.static.sizes["z"])

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """First and last-plus-one slice of each block."""
        return row_blocks(self.rows, self.block_rows)


def row_blocks(rows: int, block_rows: int = BLOCK_ROWS) -> tuple[tuple[int, int], ...]:
    """First and last-plus-one row of each block.

    Parameters
    ----------
    rows
        Number of rows.
    block_rows
        Rows of a block; the last one may have fewer.

    Returns
    -------
    tuple of (start, stop)

    Examples
    --------
    >>> row_blocks(20, 8)
    ((0, 8), (8, 16), (16, 20))
    """
    return tuple((start, min(start + block_rows, rows)) for start in range(0, rows, block_rows))
