"""Make an impedance record from arrays: spectra of a simulation, of a data frame, of another program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.kinds import KINDS
from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError

_POINT = ("spectrum", "point")
_SPECTRUM = ("spectrum",)


def spectra_record(
    frequency: npt.ArrayLike,
    impedance: npt.ArrayLike,
    *,
    time: npt.ArrayLike | None = None,
    attrs: Mapping[str, Any] | None = None,
    **fields: npt.ArrayLike,
) -> xr.Dataset:
    """Make an impedance record from arrays.

    Parameters
    ----------
    frequency
        Hz, shape (point,) for one grid that all spectra share, or (spectrum, point). NaN pads spectra that are shorter.
    impedance
        ohm, complex, shape (point,) for one spectrum or (spectrum, point); the imaginary part of a capacitive arc is
        negative.
    time
        s, shape (spectrum,) or one number for one spectrum: when each spectrum was measured.
    attrs
        What to write on the record, for example ``{"source_file": "model 3"}``.
    **fields
        Any further field of the kind ``impedance``, in SI, for example ``charge`` (C) over (spectrum,), ``voltage`` (V),
        ``point_time`` (s) over (spectrum, point). A single number stands for all spectra.

    Returns
    -------
    Dataset
        Record of kind ``impedance``, points in the order given; checked by nothing but its form:
        :func:`alkanode.impedance.check_spectra` judges the content.

    Raises
    ------
    SchemaError
        When shapes do not fit, the impedance is not complex, no frequency is above zero, or a field is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from alkanode.data import spectra_record
    >>> f = np.geomspace(1e6, 1, 61)
    >>> record = spectra_record(f, 10 + 50 / (1 + 2j * np.pi * f * 1e-3), time=0.0)
    >>> dict(record.sizes), record.attrs["kind"]
    ({'spectrum': 1, 'point': 61}, 'impedance')
    """
    values = np.asarray(impedance)
    if values.dtype.kind != "c":
        raise SchemaError(
            "impedance is an array of complex numbers",
            found=f"dtype {values.dtype}",
            todo="Write real + 1j * imaginary, or modulus * numpy.exp(1j * phase)",
        )
    values = np.atleast_2d(values).astype(np.complex128)
    grid = _real(frequency, "frequency")
    if values.ndim != 2 or grid.ndim not in {1, 2} or grid.shape[-1] != values.shape[1]:
        raise SchemaError(
            "frequency and impedance have as many points",
            found=f"shapes {np.shape(frequency)} and {np.shape(impedance)}",
            todo="Give frequency as (point,) or (spectrum, point), impedance as (spectrum, point); pad with NaN",
        )
    grid = np.broadcast_to(grid, values.shape) if grid.ndim == 1 else grid
    if grid.shape != values.shape:
        raise SchemaError(
            "frequency and impedance have as many spectra", found=f"shapes {grid.shape} and {values.shape}"
        )
    if values.size == 0:
        raise SchemaError("at least one point is needed", found=f"shape {values.shape}")
    if not (grid > 0).any(axis=1).all():
        empty = int(np.argmin((grid > 0).any(axis=1)))
        raise SchemaError("every spectrum needs a frequency above zero", found=f"none in spectrum {empty}")
    known = {**KINDS["impedance"].required, **KINDS["impedance"].optional}
    given = {**({} if time is None else {"time": time}), **fields}
    variables: dict[str, Any] = {"frequency": (_POINT, grid.copy()), "impedance": (_POINT, values)}
    for name, content in given.items():
        if name not in known or name in variables:
            optional = ", ".join(KINDS["impedance"].optional)
            raise SchemaError("spectra have known fields only", found=repr(name), todo=f"Known: {optional}")
        variables[name] = (known[name], _fitted(np.asarray(content), known[name], values.shape, name))
    return label(xr.Dataset(variables, attrs=dict(attrs or {})), "impedance")


def _real(values: npt.ArrayLike, name: str) -> npt.NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise SchemaError(f"{name} is an array of real numbers", found=f"dtype {array.dtype}")
    return array.astype(np.float64)


def _fitted(array: npt.NDArray[Any], dims: tuple[str, ...], shape: tuple[int, ...], name: str) -> npt.NDArray[Any]:
    """A field in the shape of the spectra; one number stands for all, one row for one spectrum."""
    target = shape if dims == _POINT else shape[:1]
    if array.ndim == 0 or (dims == _POINT and array.shape == shape[1:] and shape[0] == 1):
        return np.broadcast_to(array, target).copy()
    if array.shape != target:
        raise SchemaError(f"{name} has the shape {target}", found=str(array.shape))
    return array
