"""Reader of Battery Data Format tables (``.csv``).

Layout: one line of column names, then one line per row, separated by commas. ``Test Time / s``, ``Voltage / V`` and
``Current / A`` (or their machine names) must be there. See :mod:`alkanode.io.bdf_columns` for names and for the sign
of the current.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io.bdf_columns import COLUMNS, ONTOLOGY_VERSION, REQUIRED, identify
from alkanode.io.rows import history_from_rows, integrated_charge, read_bytes, source_attrs, whole_numbers

Terminal = Literal["positive", "negative"]
SIGNS: dict[str, float] = {"positive": 1.0, "negative": -1.0}
"""Sign between this format and ours, for a working electrode at that terminal of the cell."""

_CELSIUS = 273.15
_LONG_STEP = 500.0
_LONG_TEST = 30 * 86400.0
_STEP_BACK = 0.01
"""A capacity that falls by less than this share was corrected or rounded; one that begins again falls to near zero."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BdfReader:
    """Reads Battery Data Format tables.

    Parameters
    ----------
    working_electrode
        Terminal of the cell that is the working electrode. ``"positive"``, the default, suits half and full cells
        whose working electrode is the cathode: charging oxidises it, and the numbers are taken as they are.
        ``"negative"`` turns the signs of current, charge and voltage.
    """

    working_electrode: Terminal = "positive"

    name: ClassVar[str] = "bdf-csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".bdf")

    def __post_init__(self) -> None:
        if self.working_electrode not in SIGNS:
            raise SchemaError("working_electrode is 'positive' or 'negative'", found=repr(self.working_electrode))

    @staticmethod
    def sniff(head: bytes) -> bool:
        """Whether the first line of a file names the required columns."""
        line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", errors="replace")
        found = set()
        for label in _cells(line):
            try:
                known = identify(label)
            except ReaderError:
                continue
            found.add(known[0] if known else "")
        return len(found & set(REQUIRED)) >= 2

    def read(self, path: Path) -> xr.DataTree:
        """Read one file.

        Parameters
        ----------
        path
            The file.

        Returns
        -------
        DataTree
            ``cycling``. ``charge`` comes from the two capacity columns when both are there (resets removed), else
            from the current. ``attrs["bdf_working_electrode"]`` keeps which terminal was taken, and
            ``attrs["ignored_columns"]`` which columns have no place here.

        Raises
        ------
        ReaderError
            When a required column is absent or there twice, has an unknown unit, or holds no numbers.

        Warns
        -----
        DataQualityWarning
            When rows are incomplete and left out, when the time looks like milliseconds, or when every ambient
            temperature is exactly zero.
        """
        content = read_bytes(path)
        columns, ignored = _table(content, path.name)
        _check_time_unit(columns, path.name)
        attrs = source_attrs(path, content, reader=self.name)
        attrs |= {
            "technique": "",
            "started": _started(columns),
            "bdf_working_electrode": self.working_electrode,
            "bdf_ontology": ONTOLOGY_VERSION,
            "ignored_columns": ", ".join(ignored),
            "current_from": "column Current",
        }
        sign = SIGNS[self.working_electrode]
        rows: dict[str, npt.NDArray[Any]] = {"time": columns["time"]}
        rows["voltage"], rows["current"] = sign * columns["voltage"], sign * columns["current"]
        step = next((columns[key] for key in ("step_id", "step_index", "step_count") if key in columns), None)
        absent = np.full(columns["time"].size, -1, dtype=np.int32)
        rows["step"] = absent if step is None else whole_numbers(step)
        rows["cycle"] = whole_numbers(columns["cycle"]) if "cycle" in columns else absent
        if "ambient_temperature" in columns:
            if columns["ambient_temperature"].any():
                rows["ambient_temperature"] = columns["ambient_temperature"] + _CELSIUS
            else:
                warnings.warn(
                    f"{path.name}: the ambient temperature is exactly 0 degC in every row and taken as not recorded",
                    DataQualityWarning,
                    stacklevel=2,
                )
        if {"charged", "discharged"} <= columns.keys():
            rows["charge"] = sign * (_running(columns["charged"]) - _running(columns["discharged"]))
            attrs["charge_from"] = "columns Charging Capacity and Discharging Capacity, resets removed"
        else:
            rows["charge"], attrs["charge_from"] = integrated_charge(rows)
        return history_from_rows(rows, attrs)


def _cells(line: str) -> list[str]:
    """Names in the first line; none of the format's names holds a comma."""
    return [cell.strip().strip('"') for cell in line.strip().split(",")]


def _table(content: bytes, name: str) -> tuple[dict[str, Array], list[str]]:
    """Known columns in SI (degrees Celsius stay), and the names of the others."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    line, _, body = content.partition(b"\n")
    labels = _cells(line.decode("utf-8", errors="replace"))
    wanted: dict[str, tuple[int, float]] = {}
    ignored: list[str] = []
    for place, text in enumerate(labels):
        known = identify(text)
        if known is None:
            ignored.append(text.strip())
        elif known[0] in wanted:
            raise ReaderError(f"{name!r} must hold each quantity once", found=f"{COLUMNS[known[0]].base} twice")
        else:
            wanted[known[0]] = (place, known[1])
    missing = [COLUMNS[key].label for key in REQUIRED if key not in wanted]
    if missing:
        raise ReaderError(
            f"{name!r} must hold {', '.join(missing)}",
            found=f"columns {', '.join(labels)[:200] or 'none'}",
            todo="A Battery Data Format table has Test Time / s, Voltage / V and Current / A",
        )
    if not body.strip():
        raise ReaderError(f"{name!r} must hold rows", found="a header only")
    frame = _parse(body, len(labels), [place for place, _ in wanted.values()], name)
    columns = {key: frame[f"c{place}"].to_numpy() * factor for key, (place, factor) in wanted.items()}
    complete = np.logical_and.reduce([np.isfinite(columns[key]) for key in REQUIRED])
    if not complete.any():
        raise ReaderError(f"{name!r} must hold numbers in {', '.join(REQUIRED)}", found="no complete row")
    if not complete.all():
        first = int(np.flatnonzero(~complete)[0])
        warnings.warn(
            f"{name}: {int((~complete).sum())} rows without time, voltage or current are left out (first: row {first})",
            DataQualityWarning,
            stacklevel=3,
        )
    return {key: values[complete] for key, values in columns.items()}, ignored


def _parse(body: bytes, width: int, places: list[int], name: str) -> pl.DataFrame:
    """Read the wanted columns as text first: real files mix whole numbers, decimals and blanks."""
    names = [f"c{place}" for place in range(width)]
    try:
        texts = pl.read_csv(
            io.BytesIO(body),
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            columns=sorted(places),
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
        )
    except pl.exceptions.PolarsError as cause:
        raise ReaderError(f"{name!r} must hold a table", found=str(cause).splitlines()[0]) from cause
    return texts.select(pl.all().str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan))


def _running(capacity: Array) -> Array:
    """A capacity that may begin again at zero with each step or cycle, as one rising total from the first row."""
    known = np.isfinite(capacity)
    if not known.any():
        return np.zeros(capacity.size)
    last = np.maximum.accumulate(np.where(known, np.arange(capacity.size), -1))
    capacity = np.where(last >= 0, capacity[last], capacity[np.argmax(known)])  # rows without a number keep the last
    gained = np.diff(capacity)
    goes_on = gained >= -_STEP_BACK * np.abs(capacity[:-1])
    total = np.concatenate(([0.0], np.cumsum(np.where(goes_on, gained, capacity[1:]))))
    return np.asarray(total, dtype=np.float64)


def _started(columns: Mapping[str, Array]) -> str:
    if "unix_time" not in columns or not np.isfinite(columns["unix_time"][0]):
        return ""
    seconds = float(columns["unix_time"][0] - columns["time"][0])
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    except OverflowError:
        return ""


def _check_time_unit(columns: Mapping[str, Array], name: str) -> None:
    """Doubt a time in milliseconds under the name of seconds."""
    time = columns["time"]
    elapsed = float(time[-1] - time[0])
    if time.size < 3 or elapsed <= 0:
        return
    why = ""
    steps = np.diff(time)
    if "unix_time" in columns:
        real = float(columns["unix_time"][-1] - columns["unix_time"][0])
        if real > 0 and 300 < elapsed / real < 3000:
            why = f"it runs {elapsed / real:.0f} times faster than the unix time"
    if not why and {"charged", "discharged"} <= columns.keys():
        passed = float((_running(columns["charged"]) + _running(columns["discharged"]))[-1])
        current = np.abs(columns["current"])
        expected = float(np.sum(steps * 0.5 * (current[1:] + current[:-1])))
        if passed > 0 and 300 < expected / passed < 3000:
            why = f"current times time is {expected / passed:.0f} times the capacity"
    if not why and float(np.median(steps)) >= _LONG_STEP and elapsed > _LONG_TEST and (time == np.rint(time)).all():
        why = f"rows are {np.median(steps):.0f} s apart for {elapsed / 86400:.0f} days, all in whole numbers"
    if why:
        warnings.warn(
            f"{name}: the time may be in milliseconds although it is labelled s: {why}",
            DataQualityWarning,
            stacklevel=3,
        )
