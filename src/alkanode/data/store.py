"""Save and open records and histories, with provenance, as zarr or HDF5.

Complex fields are stored as two real ones (``NAME__re``, ``NAME__im``), which every program can read. What was made
from what stands in the attribute ``provenance`` (JSON): versions, the time of writing, hashes of the inputs, settings.

HDF5 notices neither a flipped bit in its numbers nor in its own book-keeping, and its library can follow the latter in
circles. So a file ends with a seal, the SHA-256 of all that stands before it: other programs do not see it, and here a
damaged file is refused before anything else looks at it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from alkanode.foundation.errors import ReaderError, SchemaError

_RE, _IM = "__re", "__im"
_HDF5 = (".h5", ".hdf5", ".nc")
_SEAL = b"\nalkanode sha256 "
_SEAL_BYTES = len(_SEAL) + 64


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def provenance(*, inputs: Mapping[str, str] | None = None, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a result was made from.

    Parameters
    ----------
    inputs
        SHA-256 by file name.
    settings
        What the user chose, and the defaults that were used.

    Returns
    -------
    dict
        ``alkanode``, ``python``, ``numpy``, ``scipy``, ``xarray`` versions, ``written`` (UTC), ``inputs``, ``settings``.
    """
    versions = {name: _version(name) for name in ("alkanode", "numpy", "scipy", "xarray")}
    return {
        **versions,
        "python": platform.python_version(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": dict(inputs or {}),
        "settings": dict(settings or {}),
    }


@functools.cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _format(path: Path) -> Literal["zarr", "hdf5"]:
    if path.suffix == ".zarr":
        return "zarr"
    if path.suffix in _HDF5:
        return "hdf5"
    raise SchemaError(
        "the name of a store ends in .zarr, .h5, .hdf5 or .nc",
        found=f"{path.name!r}",
        todo="Choose one of these endings",
    )


def save(result: xr.Dataset | xr.DataTree, path: str | Path, *, origin: Mapping[str, Any] | None = None) -> Path:
    """Save a record or a history.

    Parameters
    ----------
    result
        A record (Dataset) or a history (DataTree).
    path
        ``*.zarr`` (a folder, for large series) or ``*.h5``, ``*.hdf5``, ``*.nc`` (one HDF5 file).
    origin
        What :func:`provenance` returned; without it the versions and the time of writing only.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    SchemaError
        For another ending.
    """
    target = Path(path)
    kind = _format(target)
    tree = result if isinstance(result, xr.DataTree) else xr.DataTree(result)
    plain = xr.DataTree.from_dict({node.path: _split_complex(node.to_dataset(inherit=False)) for node in tree.subtree})
    plain.attrs["provenance"] = json.dumps(dict(origin) if origin is not None else provenance())
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind == "zarr":
        plain.to_zarr(target, mode="w", consolidated=False)
    else:
        plain.to_netcdf(target, engine="h5netcdf", mode="w")
        seal = _SEAL + file_hash(target).encode()
        with target.open("ab") as stream:
            stream.write(seal)
    return target


def open_saved(path: str | Path) -> xr.Dataset | xr.DataTree:
    """Open what :func:`save` wrote, wholly into memory.

    Parameters
    ----------
    path
        A store written by :func:`save`.

    Returns
    -------
    Dataset or DataTree
        The record, or the history where the store holds several.

    Raises
    ------
    ReaderError
        When the store is absent, is no store, or an HDF5 file that was damaged or changed after it was written.
    SchemaError
        For an ending that no store has.
    """
    source = Path(path)
    kind = _format(source)
    if kind == "hdf5":
        _check_seal(source)
    try:
        opened = (
            xr.open_datatree(source, engine="zarr", consolidated=False)
            if kind == "zarr"
            else xr.open_datatree(source, engine="h5netcdf", phony_dims="sort")
        )
        with opened as lazy:
            tree = lazy.load()
    except (OSError, ValueError, KeyError) as cause:
        raise ReaderError(f"{source.name} must be a store that alkanode wrote", found=str(cause)) from cause
    if "provenance" not in tree.attrs:
        raise ReaderError(f"{source.name} must be a store that alkanode wrote", found="one without provenance")
    whole = xr.DataTree.from_dict({node.path: _join_complex(node.to_dataset(inherit=False)) for node in tree.subtree})
    return whole if whole.children else whole.to_dataset()


def has_seal(path: str | Path) -> bool:
    """Whether a file ends with the seal of a store, whole or damaged."""
    with Path(path).open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - _SEAL_BYTES))
        return stream.read(len(_SEAL)) == _SEAL


def _check_seal(source: Path) -> None:
    """Refuse a file whose content is not the one that was sealed."""
    try:
        content = source.read_bytes()
    except OSError as cause:
        raise ReaderError(f"{source.name} must be a store that alkanode wrote", found=str(cause)) from cause
    whole, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    if not seal.startswith(_SEAL):
        raise ReaderError(
            f"{source.name} must be a store that alkanode wrote",
            found="no seal at its end",
            todo="It was cut off or written by another program: xarray.open_datatree opens HDF5 as it is",
        )
    if seal[len(_SEAL) :] != hashlib.sha256(whole).hexdigest().encode():
        raise ReaderError(
            f"{source.name} must be as alkanode wrote it",
            found="a content that is not the one that was sealed",
            todo="It was damaged or changed: write it again; xarray.open_datatree opens HDF5 as it is",
        )


def _split_complex(record: xr.Dataset) -> xr.Dataset:
    parts: dict[str, xr.DataArray] = {}
    drop = []
    for name, values in record.variables.items():
        if values.dtype.kind == "c":
            field = record[name].reset_coords(drop=True)
            parts[f"{name}{_RE}"], parts[f"{name}{_IM}"] = field.real.assign_attrs(field.attrs), field.imag
            drop.append(name)
    split = record.drop_vars(drop).assign(parts)
    for name, values in split.variables.items():
        if values.dtype.kind == "b":
            split[name] = split[name].astype(np.int8).assign_attrs({**split[name].attrs, "flag": "true"})
        elif values.dtype.kind == "U":
            split[name] = split[name].astype(object)
    return split


def _join_complex(record: xr.Dataset) -> xr.Dataset:
    joined: dict[str, xr.DataArray] = {}
    drop = []
    for name in record.variables:
        text = str(name)
        if text.endswith(_RE):
            bare = text.removesuffix(_RE)
            joined[bare] = (record[text] + 1j * record[bare + _IM]).assign_attrs(record[text].attrs)
            drop += [text, bare + _IM]
        elif record[text].attrs.get("flag") == "true":
            attrs = {key: value for key, value in record[text].attrs.items() if key != "flag"}
            joined[text] = record[text].astype(bool).assign_attrs(attrs)
        elif record[text].dtype.kind in "OT":
            joined[text] = record[text].copy(data=np.array(record[text].to_numpy().tolist(), dtype=np.str_))
    return record.drop_vars(drop).assign(joined)
