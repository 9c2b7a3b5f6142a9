"""Write a volume block by block.

A volume is a zarr v3 group: one array per field, cut into files of one block by one tile, so that two blocks never share
a file and may be written at once. Numbers are compressed without loss (shuffled bytes, lz4): noise leaves two thirds of
the bytes, at the cost of a tenth of a second per hundred megabytes. Each file ends with a checksum, so that damage is an
error when it is read, never another number.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.kinds import KINDS
from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.data.volumes.layout import BLOCK_ROWS, TILE, VolumeField, VolumeLayout
from alkanode.data.volumes.markers import Marker, marker_folder, write_marker
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.vocabulary import VOCABULARY


def create_volume(path: str | Path, layout: VolumeLayout, *, token: str) -> Path:
    """Make an empty volume: coordinates and metadata, no numbers.

    Parameters
    ----------
    path
        Folder ``*.zarr``. What stands there is removed, markers first.
    layout
        Shape, fields, coordinates.
    token
        Hash of the configuration that its blocks will be made with.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SchemaError
        For another ending, or a field that the kind does not have.
    """
    target = Path(path)
    if target.suffix != ".zarr":
        raise SchemaError("the name of a volume ends in .zarr", found=repr(target.name))
    kind = KINDS[layout.kind]
    if unknown := sorted(set(layout.fields) - set(kind.required) - set(kind.optional)):
        raise SchemaError(f"a {layout.kind} record has no such field", found=", ".join(unknown))
    remove_volume(target)
    static = layout.static.copy()
    for name in static.variables:
        if static[name].dtype.kind == "U":
            static[name] = static[name].astype(object)
        static[name].attrs.update(_units(str(name)))
    static.attrs = {
        **dict(layout.attrs),
        "kind": layout.kind,
        "schema_version": SCHEMA_VERSION,
        "block_rows": layout.block_rows,
        "block_fields": sorted(layout.fields),
    }
    static.to_zarr(target, mode="w", consolidated=False, zarr_format=3)
    # the token comes last: a volume that carries it is wholly laid out
    _add_fields(target, layout).attrs["token"] = token
    return target


def _add_fields(target: Path, layout: VolumeLayout) -> Any:
    import zarr
    from zarr.codecs import BloscCodec, Crc32cCodec

    group = zarr.open_group(target, mode="r+", zarr_format=3)
    for name, one in layout.fields.items():
        dtype = np.dtype(one.dtype)
        shape = tuple(int(layout.static.sizes[dim]) for dim in one.dims)
        group.create_array(
            name,
            shape=shape,
            chunks=(layout.block_rows, *(_even(size, layout.tile) for size in shape[1:])),
            dtype=dtype,
            fill_value=np.nan if dtype.kind == "f" else 0,
            compressors=(
                BloscCodec(cname="lz4", clevel=1, shuffle="shuffle", typesize=dtype.itemsize),
                Crc32cCodec(),
            ),
            dimension_names=one.dims,
            attributes=_units(name),
        )
    return group


def _even(size: int, widest: int) -> int:
    """Width of the fewest pieces of equal width: a narrow rest would be packed and unpacked in the room of a full piece."""
    return -(-size // -(-size // widest)) if size > 0 else 1


def _units(name: str) -> dict[str, Any]:
    entry = VOCABULARY.get(name)
    if entry is None:
        return {}
    return {"units": entry.unit, "display_unit": entry.shown_unit, "long_name": entry.definition}


def write_block(
    path: str | Path,
    start: int,
    values: Mapping[str, npt.NDArray[Any]],
    *,
    token: str,
    attrs: Mapping[str, Any] | None = None,
) -> Marker:
    """Write one block and mark it as done.

    Parameters
    ----------
    path
        A volume that :func:`create_volume` made.
    start
        First slice of the block.
    values
        Field -> numbers of the block, all with the same number of slices, in SI.
    token
        Hash of the configuration that the block was made with.
    attrs
        What was found while it was made, JSON-friendly.

    Returns
    -------
    Marker
        What was written beside the numbers.

    Raises
    ------
    SchemaError
        When a field is missing or unknown, or has another shape than the block.
    """
    import zarr

    target = Path(path)
    group = zarr.open_group(target, mode="r+", zarr_format=3)
    about: Mapping[str, Any] = dict(group.attrs)
    rows_of_block, fields = int(about["block_rows"]), set(about["block_fields"])
    if set(values) != fields:
        raise SchemaError(
            f"a block of {target.name} holds {', '.join(sorted(fields))}", found=", ".join(sorted(values)) or "nothing"
        )
    wanted: dict[str, Any] = {name: group[name] for name in values}
    stop = start
    for name, array in wanted.items():
        block = values[name]
        stop = start + block.shape[0]
        full = min(start + rows_of_block, array.shape[0])
        if start % rows_of_block or stop != full or block.shape[1:] != array.shape[1:]:
            raise SchemaError(
                f"a block of {name!r} has the slices {start} to {full} and the shape {array.shape[1:]} across",
                found=f"slices {start} to {stop}, {block.shape[1:]}",
            )
        array[start:stop] = block
    files = _to_disk(target, wanted, start // rows_of_block)
    marker = Marker(token=token, start=start, stop=stop, attrs=dict(attrs or {}), files=files)
    write_marker(target, marker)
    return marker


def _to_disk(target: Path, names: Mapping[str, Any], block: int) -> dict[str, int]:
    """Wait until the files of a block are on the disk, so that a power cut cannot leave a marker without them.

    Gives their sizes in bytes, by path from the folder of the volume. What holds nothing but the fill value has no file.
    """
    sizes = {}
    for name in names:
        folder = target / name / "c" / str(block)
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix != ".partial":
                descriptor = os.open(file, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                    sizes[file.relative_to(target.parent).as_posix()] = os.fstat(descriptor).st_size
                finally:
                    os.close(descriptor)
    return sizes


def remove_volume(path: str | Path) -> None:
    """Remove a volume with its markers; markers go first, so that a half removed volume never looks whole."""
    target = Path(path)
    shutil.rmtree(marker_folder(target), ignore_errors=True)
    if target.exists():
        shutil.rmtree(target)


def save_volume(
    volume: xr.Dataset, path: str | Path, *, block_rows: int = BLOCK_ROWS, tile: int = TILE, token: str = "saved"
) -> Path:
    """Write a whole volume, block by block, so that a lazily opened one never stands in memory.

    Parameters
    ----------
    volume
        Record with fields along ``z`` and coordinates ``z``, ``y``, ``x`` (m); its kind stands in its attributes.
    path
        Folder ``*.zarr``.
    block_rows, tile
        As :class:`VolumeLayout`.
    token
        Written into the markers.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SchemaError
        When the record says no kind or does not hold what its kind demands.
    """
    kind = str(volume.attrs.get("kind", ""))
    check(volume, kind)
    names = [str(name) for name in volume.data_vars if volume[name].dims[:1] == ("z",)]
    static = volume.drop_vars(names)
    for dim in ("z", "y", "x"):
        if dim not in static.coords:
            raise SchemaError("a volume to be saved has coordinates z, y and x", found=f"none for {dim!r}")
    layout = VolumeLayout(
        kind=kind,
        fields={
            name: VolumeField(
                dims=tuple(str(dim) for dim in volume[name].dims), dtype=str(volume.variables[name].dtype)
            )
            for name in names
        },
        static=static,
        block_rows=block_rows,
        tile=tile,
        attrs=volume.attrs,
    )
    create_volume(path, layout, token=token)
    for start, stop in layout.blocks:
        part = volume[names].isel(z=slice(start, stop))
        write_block(path, start, {name: part[name].to_numpy() for name in names}, token=token)
    return Path(path)
