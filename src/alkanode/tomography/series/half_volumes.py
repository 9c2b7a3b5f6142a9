"""Volumes of the odd and of the even projections, put together from a stored volume when they are read.

A volume holds ``attenuation`` and ``half_difference``. Their sum is what the odd projections give, their difference what
the even ones give. Neither needs room of its own. Who reads the same part of both in turn reads the disk once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.backends.locks import SerializableLock
from xarray.core import indexing

from alkanode.data.schema import check, label
from alkanode.foundation.errors import SchemaError


class StoredPart:
    """The part of a volume that one half has read, until the other takes it.

    Parameters
    ----------
    volume
        Kind ``volume`` with ``half_difference``.
    """

    def __init__(self, volume: xr.Dataset) -> None:
        self._volume = volume
        self._lock = SerializableLock()
        self._held: tuple[tuple[int, str], Any, Any] | None = None

    def read(self, key: tuple[Any, ...], sign: int) -> tuple[Any, Any]:
        """Attenuation and half difference of a part, neither to be written to."""
        with self._lock:
            held, self._held = self._held, None
            if held is not None and held[0] == (-sign, repr(key)):
                return held[1:]
            whole, half = (self._volume.variables[name][key].to_numpy() for name in ("attenuation", "half_difference"))
            self._held = (sign, repr(key)), whole, half
            return whole, half


class HalfVolume(BackendArray):
    """``attenuation`` plus or minus ``half_difference``, for the part that is asked for.

    Parameters
    ----------
    part
        The stored volume, shared by both halves.
    sign
        1 for the odd projections, -1 for the even ones.
    shape
        Of the volume.
    """

    def __init__(self, part: StoredPart, sign: int, shape: tuple[int, ...]) -> None:
        self._part = part
        self._sign = sign
        self.shape = shape
        self.dtype = np.dtype(np.float32)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        whole, half = self._part.read(key, self._sign)
        half = half * np.float32(self._sign)
        half += whole
        return half


def half_volumes(volume: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Volumes of the odd and of the even projections, read when used.

    Parameters
    ----------
    volume
        Kind ``volume`` with ``half_difference``; may be opened lazily.

    Returns
    -------
    tuple
        Two records of kind ``volume``.

    Raises
    ------
    SchemaError
        For a volume without halves.
    """
    record = check(volume, "volume")
    if "half_difference" not in record:
        raise SchemaError(
            "noise from odd and even projections needs 'half_difference' beside the attenuation",
            found="a volume without",
            todo="Reconstruct with ReconstructScans(halves=True)",
        )
    bare = record.drop_vars(["attenuation", "half_difference"])
    part, shape = StoredPart(record), record["attenuation"].shape
    odd, even = (
        label(
            bare.assign(
                attenuation=xr.Variable(
                    ("z", "y", "x"),
                    indexing.LazilyIndexedArray(HalfVolume(part, sign, shape)),
                    encoding=record["attenuation"].encoding,
                )
            ),
            "volume",
        )
        for sign in (1, -1)
    )
    return odd, even
