"""Open a volume lazily: nothing is read until it is asked for, and then only the blocks that hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.schema import check
from alkanode.data.volumes.layout import row_blocks
from alkanode.data.volumes.markers import marker_folder, read_markers
from alkanode.foundation.errors import ReaderError


def open_volume(path: str | Path, *, whole: bool = True) -> xr.Dataset:
    """Open a volume that :func:`create_volume` or :func:`save_volume` made.

    Parameters
    ----------
    path
        Folder ``*.zarr``.
    whole
        Demand that every block is done. Otherwise slices that are not yet there read as NaN (numbers) or 0 (signs and
        flags), and ``attrs["missing_slices"]`` says how many they are.

    Returns
    -------
    Dataset
        A record of the kind it was made as, with the attributes on which all its blocks agree. Its fields are read from disk when they are used; take a part first,
        ``volume.isel(z=slice(0, 8))["attenuation"].to_numpy()``.

    Raises
    ------
    ReaderError
        When there is no volume, or blocks are missing from one that must be whole.
    """
    source = Path(path)
    try:
        lazy = xr.open_dataset(source, engine="zarr", consolidated=False, zarr_format=3, chunks=None, cache=False)
    except (OSError, ValueError, KeyError) as cause:
        raise ReaderError(f"{source.name} must be a volume that alkanode wrote", found=str(cause)) from cause
    if lost := [name for name in ("kind", "block_rows", "token") if name not in lazy.attrs]:
        raise ReaderError(
            f"{source.name} must be a volume that alkanode wrote", found=f"a group without {', '.join(lost)}"
        )
    for name, values in lazy.variables.items():
        if values.dtype.kind in "OT":
            lazy[name] = lazy[name].copy(data=np.array(lazy[name].to_numpy().tolist(), dtype=np.str_))
    record = check(lazy, str(lazy.attrs["kind"]))
    token = str(lazy.attrs["token"])
    markers = {start: marker for start, marker in read_markers(source).items() if marker.token == token}
    blocks = row_blocks(int(lazy.sizes["z"]), int(lazy.attrs["block_rows"]))
    absent = [block for block in blocks if block[0] not in markers]
    if absent and whole:
        raise ReaderError(
            f"{source.name} must be whole",
            found=f"{len(blocks) - len(absent)} of {len(blocks)} blocks",
            todo="Run the series again: it goes on where it stopped",
        )
    record.attrs = {**_agreed([marker.attrs for marker in markers.values()]), **record.attrs}
    record.attrs["missing_slices"] = sum(stop - start for start, stop in absent)
    return record


def volume_blocks_done(path: str | Path, token: str) -> set[int]:
    """First slices of the blocks of a volume that were made with one configuration.

    Parameters
    ----------
    path
        Folder ``*.zarr``.
    token
        Hash of the configuration.

    Returns
    -------
    set of int
    """
    return {start for start, marker in read_markers(path).items() if marker.token == token}


def forget_damaged(path: str | Path) -> list[tuple[int, int]]:
    """Read every block of a volume, and take the markers of those that cannot be read, so that they are made again.

    Parameters
    ----------
    path
        Folder ``*.zarr``.

    Returns
    -------
    list of (start, stop)
        Slices of the damaged blocks.
    """
    import zarr

    source = Path(path)
    group = zarr.open_group(source, mode="r", zarr_format=3)
    fields = [str(name) for name in dict(group.attrs)["block_fields"]]  # type: ignore[union-attr]
    damaged = []
    for start, marker in read_markers(source).items():
        try:
            for name in fields:
                group[name][start : marker.stop]  # type: ignore[index]
        except Exception:
            (marker_folder(source) / f"{start:06d}.json").unlink(missing_ok=True)
            damaged.append((start, marker.stop))
    return damaged


def _agreed(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Attributes that are the same in all blocks."""
    if not blocks:
        return {}
    first, *others = blocks
    return {
        name: value
        for name, value in first.items()
        if name != "doubts" and all(name in other and other[name] == value for other in others)
    }
