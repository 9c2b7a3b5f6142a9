"""From rows to a history: what every cycler reader ends with.

A reader turns its columns into plain arrays in SI under the names of the vocabulary, one value per row. Here they
become the record ``cycling`` (all rows) and, where rows carry a frequency, the record ``impedance`` (one row of
points per sweep).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.kinds import KINDS
from alkanode.data.schema import label
from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn
from alkanode.io.impossible import doubt_impossible
from alkanode.io.sweeps import first_of_each, fold, sweep_numbers

Rows = Mapping[str, npt.NDArray[Any]]

CELSIUS = 273.15

_POINT_FIELDS = ("voltage", "current", "voltage_amplitude", "current_amplitude")
_SPECTRUM_FIELDS = ("time", "charge", "step", "cycle", "ambient_temperature")


def read_bytes(path: Path) -> bytes:
    """Read a whole file, or say why not.

    Raises
    ------
    ReaderError
        When the file is absent, a folder, empty or not readable.
    """
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise ReaderError(
            f"{path.name!r} must be a readable file", found=cause.strerror or type(cause).__name__
        ) from cause
    if not content:
        raise ReaderError(f"{path.name!r} must hold data", found="an empty file")
    return content


@functools.cache
def _version() -> str:
    return version("alkanode")


def source_attrs(path: Path, content: bytes, *, reader: str) -> dict[str, Any]:
    """Where a record comes from: reader and version, file name, SHA-256 of the file."""
    return {
        "reader": reader,
        "reader_version": _version(),
        "source_file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def whole_numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Step and cycle numbers as integers, -1 where they are missing or absurd."""
    usable = np.isfinite(values) & (np.abs(values) < 2**31)
    return np.where(usable, np.rint(np.where(usable, values, 0.0)), -1).astype(np.int32)


def recorded_temperature(celsius: npt.NDArray[np.float64], name: str) -> npt.NDArray[np.float64] | None:
    """Temperature (K) of a column in degrees Celsius; none, with a warning, when most rows are exactly zero.

    That is how the temperature of a probe that is not connected is written.
    """
    zeros = int(np.count_nonzero(celsius == 0))
    if zeros <= 0.5 * celsius.size:
        return celsius + CELSIUS
    warn(
        f"{name}: the ambient temperature is exactly 0 degC in {zeros} of {celsius.size} rows and taken as not recorded"
    )
    return None


def history_from_rows(
    rows: Rows, attrs: Mapping[str, Any], *, loop: npt.NDArray[np.int32] | None = None, cycling: bool = True
) -> xr.DataTree:
    """Build a history from rows.

    Parameters
    ----------
    rows
        Arrays of one length in SI under names of the vocabulary. ``time``, ``voltage`` and ``current`` make the record
        ``cycling``; ``frequency`` (Hz, zero or NaN on DC rows) and ``impedance`` (ohm, complex) besides them make the
        record ``impedance``. ``spectrum_time`` (s) is one time for all points of a spectrum.
    attrs
        Written on the tree and on each record.
    loop
        Sweep counter of the instrument, where it gives one.
    cycling
        ``False`` for files of spectra alone, whose times are those of the points in any order.

    Returns
    -------
    DataTree
        Children ``cycling`` (absent when the rows carry no time, or without ``cycling``) and ``impedance`` (when there are sweeps).

    Raises
    ------
    ReaderError
        When there are no rows, or when the time is missing in some row or runs backwards.

    Warns
    -----
    DataQualityWarning
        When rows hold values that no cell has; see :func:`alkanode.io.impossible.doubt_impossible`. When the rows of a file
        that is one sweep stand in another order than their times (a table that was sorted by frequency).
    """
    size = len(next(iter(rows.values()), np.empty(0)))
    if size == 0:
        raise ReaderError(f"{attrs['source_file']!r} must hold rows", found="none")
    if "time" in rows and cycling:
        order = _order_of_one_sweep(rows)
        if order is not None:
            warn(f"{attrs['source_file']}: the rows of its one sweep were put in the order of their times")
            rows = {name: values[order] for name, values in rows.items()}
            loop = None if loop is None else loop[order]
        _check_time(rows["time"], attrs)
    doubt_impossible(rows, attrs)
    numbers: npt.NDArray[np.integer] = np.full(size, -1, dtype=np.int64)
    if "frequency" in rows and "impedance" in rows:
        numbers = sweep_numbers(
            rows["frequency"], time=rows.get("time"), step=rows.get("step"), loop=loop, cycle=rows.get("cycle")
        )
    children: dict[str, xr.Dataset] = {}
    if "time" in rows and cycling:
        children["cycling"] = _cycling(rows, numbers, attrs)
    if (numbers >= 0).any():
        children["impedance"] = _impedance(rows, numbers, attrs)
    if "impedance" not in children and "cycling" not in children:
        raise ReaderError(f"{attrs['source_file']!r} must hold a time column", found=", ".join(rows))
    if cycling and "time" not in rows:
        warn(f"{attrs['source_file']}: no time column, so the spectra have no times and there is no voltage history")
    history = xr.DataTree()
    history.attrs.update(attrs)
    history.children = {kind: xr.DataTree(record) for kind, record in children.items()}
    return history


def _order_of_one_sweep(rows: Rows) -> npt.NDArray[np.intp] | None:
    """The order of the times of a file that is one sweep, where its rows stand in another; else none."""
    time, frequency = rows["time"], rows.get("frequency")
    if frequency is None or not np.isfinite(time).all() or not (frequency > 0).all() or not (np.diff(time) < 0).any():
        return None
    order = np.argsort(time, kind="stable")
    moves = np.diff(frequency[order])
    return order if (moves >= 0).all() or (moves <= 0).all() else None


def _check_time(time: npt.NDArray[np.float64], attrs: Mapping[str, Any]) -> None:
    if not np.isfinite(time).all():
        row = int(np.flatnonzero(~np.isfinite(time))[0])
        raise ReaderError(f"every row of {attrs['source_file']!r} needs a time", found=f"{time[row]} at row {row}")
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size:
        row = int(back[0]) + 1
        raise ReaderError(
            f"the time of {attrs['source_file']!r} must not run backwards",
            found=f"{time[row]:.6g} s after {time[row - 1]:.6g} s at row {row} ({back.size} such rows)",
            todo="Export the parts as files of their own and give them to open_history together",
        )


def _cycling(rows: Rows, numbers: npt.NDArray[np.integer], attrs: Mapping[str, Any]) -> xr.Dataset:
    known = (*KINDS["cycling"].required, *KINDS["cycling"].optional)
    fields = {name: rows[name] for name in known if name in rows}
    fields["in_sweep"] = numbers >= 0
    record = xr.Dataset({name: ("row", values) for name, values in fields.items()}, attrs=dict(attrs))
    return label(record, "cycling")


def _impedance(rows: Rows, numbers: npt.NDArray[np.integer], attrs: Mapping[str, Any]) -> xr.Dataset:
    point, spectrum = ("spectrum", "point"), ("spectrum",)
    fields: dict[str, Any] = {
        "frequency": (point, fold(rows["frequency"], numbers, missing=np.nan)),
        "impedance": (point, fold(rows["impedance"], numbers, missing=complex(np.nan, np.nan))),
    }
    if "counter_impedance" in rows:
        fields["counter_impedance"] = (
            point,
            fold(rows["counter_impedance"], numbers, missing=complex(np.nan, np.nan)),
        )
    if "time" in rows:
        fields["point_time"] = (point, fold(rows["time"], numbers, missing=np.nan))
    for name in _POINT_FIELDS:
        if name in rows:
            fields[name] = (point, fold(rows[name], numbers, missing=np.nan))
    for name in _SPECTRUM_FIELDS:
        if name in rows:
            fields[name] = (spectrum, first_of_each(rows[name], numbers))
    if "spectrum_time" in rows:
        fields["time"] = (spectrum, first_of_each(rows["spectrum_time"], numbers))
    return label(xr.Dataset(fields, attrs=dict(attrs)), "impedance")
