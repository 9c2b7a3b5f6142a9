"""Results that stay on disk with what they were made from, so that the same command goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.data import save
from alkanode.data.store import open_saved
from alkanode.data.volumes import VolumeField, VolumeLayout, create_volume, open_volume, volume_blocks_done, write_block
from alkanode.foundation.errors import ReaderError
from alkanode.foundation.runtime import NoProgress, Progress

_TOKEN = "made_from"


def kept_record(path: Path, token: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
    """A record that was made from the same things before, or is made now and kept.

    Parameters
    ----------
    path
        ``*.h5``.
    token
        Hash of all that it depends on.
    make
        Makes it.

    Returns
    -------
    Dataset
    """
    if path.is_file():
        try:
            saved = open_saved(path)
        except ReaderError:
            saved = None
        if isinstance(saved, xr.Dataset) and saved.attrs.get(_TOKEN) == token:
            return saved
    made = make()
    made.attrs[_TOKEN] = token
    path.parent.mkdir(parents=True, exist_ok=True)
    save(made, path)
    return made


def kept_volume(
    path: Path,
    token: str,
    like: xr.Dataset,
    kind: str,
    fields: Mapping[str, VolumeField],
    make: Callable[[int, int], xr.Dataset],
    *,
    progress: Progress | None = None,
) -> xr.Dataset:
    """A volume made block by block; blocks that were made from the same things before are kept.

    Parameters
    ----------
    path
        ``*.zarr``.
    token
        Hash of all that its numbers depend on.
    like
        Gives the coordinates.
    kind, fields
        Of the record.
    make
        Slices from ``first`` up to, not including, ``last``.
    progress
        Told after each block.

    Returns
    -------
    Dataset
        Opened lazily.
    """
    report = progress or NoProgress()
    fixed = {"photon_energy": ((), float(like["photon_energy"]))} if _has_energy(like, kind) else {}
    static = xr.Dataset(fixed, coords={dim: like[dim].to_numpy() for dim in "zyx"})
    layout = VolumeLayout(kind=kind, fields=fields, static=static)
    done = volume_blocks_done(path, token) if path.exists() else set()
    if not done:
        create_volume(path, layout, token=token)
    for count, (first, last) in enumerate(layout.blocks, start=1):
        if first not in done:
            block = make(first, last)
            values = {name: np.asarray(block[name].to_numpy(), dtype=one.dtype) for name, one in fields.items()}
            told = {name: value for name, value in block.attrs.items() if isinstance(value, str | int | float)}
            write_block(path, first, values, token=token, attrs=told)
        report.update(count, len(layout.blocks), path.stem)
    return open_volume(path)


def _has_energy(like: xr.Dataset, kind: str) -> bool:
    known = kind in ("volume", "difference") and "photon_energy" in like.variables
    return known and bool(np.isfinite(like["photon_energy"]))
