"""What a result was configured with, as JSON, and the hash of it.

Two configurations that ask for the same thing have the same hash, in every process and on every machine; one changed
number changes it. So a hash beside a result says whether the result still answers what is asked.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import SchemaError


def configuration_hash(configuration: Any) -> str:
    """SHA-256 of a configuration, hexadecimal.

    Parameters
    ----------
    configuration
        Anything :func:`canonical` takes.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    SchemaError
        As :func:`canonical`.

    Examples
    --------
    >>> configuration_hash({"a": 1, "b": 2}) == configuration_hash({"b": 2, "a": 1})
    True
    >>> configuration_hash({"threshold": 3.0}) == configuration_hash({"threshold": 3.0000001})
    False
    """
    text = json.dumps(canonical(configuration), sort_keys=True, separators=(",", ":"), allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """The JSON form of a configuration: nested dictionaries, lists, texts and numbers.

    Parameters
    ----------
    value
        Numbers, texts, ``None``, mappings, sequences, sets, paths, enumerations, dataclasses, arrays and records of
        xarray (by shape and hash of content), named functions and ``functools.partial`` of them (by module and name).

    Returns
    -------
    object
        Equal for equal configurations.

    Raises
    ------
    SchemaError
        For something that has no name that outlives the process: a lambda, a local function, an unknown object.
    """
    if value is None or (isinstance(value, (bool, int, float, str)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, (np.generic, Enum, PurePath, bytes)):
        return _scalar(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, (xr.DataArray, xr.Dataset)):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [canonical(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted((canonical(part) for part in value), key=str)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: canonical(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": _name(type(value)), **fields}
    if isinstance(value, functools.partial):
        return {"call": _name(value.func), "arguments": canonical(value.args), "options": canonical(value.keywords)}
    if callable(value):
        return _name(value)
    raise SchemaError(
        "a configuration holds numbers, texts, arrays, dataclasses and named functions", found=type(value).__name__
    )


def _scalar(value: np.generic | Enum | PurePath | bytes) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Enum):
        return canonical(value.value)
    return str(value) if isinstance(value, PurePath) else value.hex()


def _array(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    if values.dtype.kind == "O":
        return {"array": [canonical(part) for part in values.tolist()]}
    content = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    return {"array": content, "shape": list(values.shape), "dtype": values.dtype.str}


def _record(values: xr.DataArray | xr.Dataset) -> dict[str, Any]:
    record = values.to_dataset(name="values") if isinstance(values, xr.DataArray) else values
    return {str(name): [list(field.dims), canonical(field.to_numpy())] for name, field in record.variables.items()}


def _name(thing: Callable[..., Any]) -> str:
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if module is None or name is None:
        # an object that is called: its class, and what it holds
        held = getattr(thing, "__dict__", {})
        return f"{_name(type(thing))} {json.dumps(canonical(held), sort_keys=True)}"
    if "<" in name:
        raise SchemaError(
            "a function in a configuration has a name in a module",
            found=f"{module}.{name}",
            todo="Define it at the top of a file, and bind arguments with functools.partial",
        )
    return f"{module}.{name}"
