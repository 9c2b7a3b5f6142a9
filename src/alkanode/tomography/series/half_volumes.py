"""Volumes of the odd and of the even projections, put together from a stored volume when they are read.

A volume holds ``attenuation`` and ``half_difference``. Their sum is what the odd projections give, their difference what
the even ones give. Neither needs room of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from alkanode.data.schema import check, label
from alkanode.foundation.errors import SchemaError


class HalfVolume(BackendArray):
    """``attenuation`` plus or minus ``half_difference``, for the part that is asked for.

    Parameters
    ----------
    volume
        Kind ``volume`` with ``half_difference``.
    sign
        1 for the odd projections, -1 for the even ones.
    """

    def __init__(self, volume: xr.Dataset, sign: int) -> None:
        self._volume = volume
        self._sign = np.float32(sign)
        self.shape = volume["attenuation"].shape
        self.dtype = np.dtype(np.float32)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[Any, ...]) -> Any:
        half = self._volume.variables["half_difference"][key].to_numpy() * self._sign
        half += self._volume.variables["attenuation"][key].to_numpy()
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
    odd, even = (
        label(
            bare.assign(
                attenuation=xr.Variable(
                    ("z", "y", "x"),
                    indexing.LazilyIndexedArray(HalfVolume(record, sign)),
                    encoding=record["attenuation"].encoding,
                )
            ),
            "volume",
        )
        for sign in (1, -1)
    )
    return odd, even
