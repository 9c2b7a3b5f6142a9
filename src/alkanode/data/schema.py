"""Kinds of records: what each must hold, checked and labelled.

A record is an :class:`xarray.Dataset` in SI. Its ``attrs["kind"]`` names one of :data:`alkanode.data.kinds.KINDS`.
Arithmetic on xarray does not change unit labels, so units are written here, by :func:`label`, and never trusted from
arithmetic.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.data.kinds import KINDS, Dims, Kind
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.vocabulary import VOCABULARY

SCHEMA_VERSION = "1"

RecordLike: TypeAlias = xr.Dataset | xr.DataTree
"""A record, a node of a history, or a history that holds such a node."""


def check(record: RecordLike, kind: str) -> xr.Dataset:
    """Check that a record holds what its kind demands.

    Parameters
    ----------
    record
        Any dataset; a node of a history (``history["cycling"]``), or a history that has a node of that kind.
    kind
        One of :data:`KINDS`, for example ``"cycling"``.

    Returns
    -------
    Dataset
        The record itself; of a history or a node its dataset.

    Raises
    ------
    SchemaError
        Names what is missing, has other dimensions or another type, or runs backwards, and what is there.
    """
    if kind not in KINDS:
        raise SchemaError("a known kind of record is needed", found=repr(kind), todo=f"Known: {', '.join(KINDS)}")
    demand = KINDS[kind]
    record = _dataset(record, kind)
    present = {str(name) for name in record.variables}
    missing = [name for name in demand.required if name not in present]
    if missing:
        raise SchemaError(
            f"a {kind} record needs {', '.join(repr(name) for name in missing)}",
            found=f"a record with {', '.join(repr(name) for name in sorted(present)) or 'no fields'}",
            todo="Readers name their columns: see alkanode.io.list_readers()",
        )
    for name, dims in {**demand.required, **demand.optional}.items():
        if name in present:
            _check_field(record, demand, name, dims)
    return record


def _dataset(record: RecordLike, kind: str) -> xr.Dataset:
    """The dataset behind what a caller gave."""
    if isinstance(record, xr.Dataset):
        return record
    if isinstance(record, xr.DataTree):
        return (record[kind] if kind in record.children else record).to_dataset()
    raise SchemaError(f"a {kind} record is an xarray.Dataset", found=type(record).__name__)


def _check_field(record: xr.Dataset, kind: Kind, name: str, dims: Dims) -> None:
    values = record.variables[name]
    if values.dims != dims:
        raise SchemaError(f"{name!r} of a {kind.name} record has dimensions {dims}", found=str(values.dims))
    wanted = (
        "c"
        if name in kind.complex_fields
        else "UOST"
        if name in kind.text_fields
        else "b"
        if name in kind.flag_fields
        else "fiu"
    )
    if values.dtype.kind not in wanted:
        raise SchemaError(f"{name!r} of a {kind.name} record holds {_words(wanted)}", found=f"dtype {values.dtype}")
    if name in kind.increasing and values.size > 1:
        steps = np.diff(values.to_numpy())
        if np.isnan(steps).any() or (steps < 0).any():
            first = int(np.flatnonzero(~(steps >= 0))[0]) + 1
            raise SchemaError(
                f"{name!r} of a {kind.name} record must not decrease or be missing",
                found=f"{values.to_numpy()[first]!r} after {values.to_numpy()[first - 1]!r} at row {first}",
            )


def _words(kinds: str) -> str:
    return {"c": "complex numbers", "UOST": "text", "b": "true or false", "fiu": "real numbers"}[kinds]


def label(record: RecordLike, kind: str) -> xr.Dataset:
    """Write units and kind onto a record, after checking it.

    Parameters
    ----------
    record
        Dataset in SI whose field names come from the vocabulary.
    kind
        One of :data:`KINDS`.

    Returns
    -------
    Dataset
        A shallow copy. Every field of the vocabulary carries ``units`` (SI), ``display_unit`` and ``long_name``;
        the record carries ``kind`` and ``schema_version``.

    Raises
    ------
    SchemaError
        As :func:`check`.
    """
    labelled = check(record, kind).copy()
    for name in labelled.variables:
        entry = VOCABULARY.get(str(name))
        if entry is not None:
            labelled.variables[name].attrs.update(
                units=entry.unit, display_unit=entry.shown_unit, long_name=entry.definition
            )
    labelled.attrs.update(kind=kind, schema_version=SCHEMA_VERSION)
    return labelled
