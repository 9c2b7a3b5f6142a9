"""From the cells of a Landt export to a history: what text and workbook share.

An export counts charge twice: as a current, and as a capacity that begins again at zero with each step. The current is
written with a fixed number of decimals, so that at a coin cell little of it is left (0.0002 A for 0.176 mA). The
capacity is the better witness of the charge: it is taken wherever it is there, and the current is kept as written
unless the mean current of each run at constant level is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.charge import integrated_charge, net_charge, running_total, signed_charge
from alkanode.io.doubts import doubt_clock, doubt_records, warn
from alkanode.io.landt.columns import CLOCK_STYLE, LandtHeader
from alkanode.io.landt.current import LandtOptions, Rounding, rounding_of, settle_current
from alkanode.io.rows import history_from_rows, recorded_temperature, whole_numbers
from alkanode.io.text_table import as_numbers, doubt_words

MISSING = ("-", "--", "/", "N/A", "NaN", "nan")
"""Cells of channels that are not connected."""

_DATES = ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
_CLOCK = r"^(?:(\d+)[-\s]+)?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d*)?)$"
_WHICH_WAY = (
    (r"(?i)discharg|dchg|放电|^d_|^rated$|^ccd$|^cvd$", -1.0),
    (r"(?i)charg|chg|充电|^c_|^ratec$|^ccc$|^cvc$", 1.0),
    (r"(?i)^rest$|^r$|静置|搁置", 0.0),
)
"""Words for the state of a step -> direction; the first that fits counts."""

Array = npt.NDArray[np.float64]


def landt_history(
    cells: pl.DataFrame, header: LandtHeader, options: LandtOptions, source: Mapping[str, Any], *, comma: bool = False
) -> xr.DataTree:
    """Build the history of an export.

    Parameters
    ----------
    cells
        Text, a column ``c0``, ``c7``, ... per place of ``header.columns``, blanks removed; one row per record.
    header
        The line of column names.
    options
        What the user decided.
    source
        Attributes on reader and file.
    comma
        Whether the decimal mark is a comma.

    Returns
    -------
    DataTree
        ``cycling`` with ``time`` (s), ``voltage`` (V), ``current`` (A), ``charge`` (C), ``step``, ``cycle``, and
        ``ambient_temperature`` (K) where a probe was connected. ``attrs``: ``current_from``, ``charge_from``,
        ``current_resolution_A`` and ``charge_resolution_C`` (the last written digit), ``started``,
        ``landt_working_electrode``, ``ignored_columns``.

    Raises
    ------
    ReaderError
        When no row holds time and voltage, the time has no known unit or runs backwards, or values are impossible.

    Warns
    -----
    DataQualityWarning
        When rows are left out, cells are no numbers, columns are unknown, the current is rounded or absent, or two
        columns contradict each other.
    """
    name = str(source["source_file"])
    table = _Table(cells, header, comma, name)
    columns, texts = table.numbers(), table.texts
    if header.unknown:
        warn(f"{name}: unknown columns are left out: {', '.join(map(repr, header.unknown))}")
    if "record" in columns:
        doubt_records(columns["record"], name)
    rows: dict[str, npt.NDArray[Any]] = {key: columns[key] for key in ("time", "voltage", "current")}
    for key in ("step", "cycle"):
        rows[key] = whole_numbers(columns[key]) if key in columns else np.full(rows["time"].size, -1, dtype=np.int32)
    attrs: dict[str, Any] = dict(source) | {
        "technique": "",
        "started": _started(texts.get("date"), columns["time"], name),
        "landt_working_electrode": options.working_electrode,
        "ignored_columns": ", ".join((*header.ignored, *header.unknown)),
    }
    rounding: dict[str, Rounding | None] = {
        key: table.rounding(key, columns[key])
        for key in ("current", "capacity", "charged", "discharged")
        if key in texts
    }
    counted = _charge(columns, texts, header, name, attrs)
    settle_current(rows, counted, rounding, options, header, name, attrs)
    if counted is None:
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
    else:
        rows["charge"] = counted
    if "temperature" in columns:
        kelvin = recorded_temperature(columns["temperature"], name)
        rows |= {} if kelvin is None else {"ambient_temperature": kelvin}
    for key in ("voltage", "current", "charge"):
        rows[key] = options.sign * rows[key]
    return history_from_rows(rows, attrs)


class _Table:
    """The cells of the rows that hold time and voltage."""

    def __init__(self, cells: pl.DataFrame, header: LandtHeader, comma: bool, name: str) -> None:
        self.header, self.comma, self.name = header, comma, name
        self.texts = {key: cells[f"c{column.place}"] for key, column in header.columns.items()}

    def numbers(self) -> dict[str, Array]:
        """Columns of numbers in SI (degrees Celsius stay), rows without a time, voltage or current left out."""
        values = {key: self._column(key) for key in self.texts if key not in {"state", "date"}}
        size = values["time"].size
        needed = [key for key in ("time", "voltage", "current") if key in values]
        complete = np.logical_and.reduce([~np.isnan(values[key]) for key in needed])
        if not complete.any():
            raise ReaderError(
                f"{self.name!r} must hold numbers in {', '.join(self.header.columns[key].header for key in needed)}",
                found=f"none complete among {size} rows",
            )
        if not complete.all():
            first = int(np.argmin(complete))
            warn(
                f"{self.name}: {size - int(complete.sum())} rows without {', '.join(needed)} are left out "
                f"(first: row {first})"
            )
            kept = pl.Series(complete)
            self.texts = {key: texts.filter(kept) for key, texts in self.texts.items()}
            values = {key: column[complete] for key, column in values.items()}
        for key in values.keys() - set(needed):
            column = self.header.columns[key].header
            doubt_words(self.texts[key], values[key], MISSING, f"{self.name}: column {column!r}")
        values.setdefault("current", np.full(values["time"].size, np.nan))
        if "temperature" in values and np.isnan(values["temperature"]).all():
            del values["temperature"]
        return values

    def _column(self, key: str) -> Array:
        column, texts = self.header.columns[key], self.texts[key]
        if key != "time" or column.factor != CLOCK_STYLE:
            return as_numbers(texts, comma=self.comma, missing=MISSING) * column.factor
        if self.comma:
            texts = texts.str.replace(",", ".", literal=True)
        parts = [as_numbers(texts.str.extract(_CLOCK, group)) for group in (1, 2, 3, 4)]
        days, hours, minutes, seconds = parts
        time = 86400.0 * np.nan_to_num(days) + 3600.0 * hours + 60.0 * minutes + seconds
        if np.isnan(time).all():
            raise ReaderError(
                f"the time column {column.header!r} needs a unit, or cells such as 12:34:56",
                found=f"cells such as {texts[0]!r}",
                todo="Export the test time in seconds (TestTime/Sec)",
            )
        return time

    def rounding(self, key: str, values: Array) -> Rounding | None:
        """How finely a column is written."""
        different = [str(text).replace(",", ".") for text in self.texts[key].unique().to_list() if text]
        return rounding_of(different, values, self.header.columns[key].factor) if different else None


def _charge(
    columns: Mapping[str, Array], texts: Mapping[str, pl.Series], header: LandtHeader, name: str, attrs: dict[str, Any]
) -> Array | None:
    """Running charge (C), positive for charging, from the capacities; ``None`` without any."""
    named = {key: column.header for key, column in header.columns.items()}
    if {"charged", "discharged"} <= columns.keys():
        attrs["charge_from"] = f"columns {named['charged']} and {named['discharged']}, resets removed"
        return net_charge(columns["charged"], columns["discharged"], name=name)
    if one := {"charged", "discharged"} & columns.keys():
        warn(f"{name}: only {named[one.pop()]!r} of the two capacities is there; it is not used")
    if "capacity" not in columns:
        return None
    capacity = columns["capacity"]
    if (capacity < 0).any():
        warn(f"{name}: {int((capacity < 0).sum())} values of {named['capacity']!r} are negative; their size is taken")
        capacity = np.abs(capacity)
    direction = np.sign(np.nan_to_num(columns["current"]))
    where = "the sign of the current"
    if "state" in texts:
        stated = _direction(texts["state"])
        against = int(np.count_nonzero(stated * direction < 0))
        if against:
            warn(f"{name}: in {against} rows the current has not the sign of {named['state']!r}; the latter is taken")
        if np.isfinite(stated).any():
            direction = np.where(np.isfinite(stated), stated, direction)
            where = f"{named['state']}, else {where}"
    attrs["charge_from"] = f"column {named['capacity']}, resets removed, direction from {where}"
    lost = float(np.diff(running_total(capacity))[direction[1:] == 0].sum())
    if lost > 0:
        warn(f"{name}: {lost:.3g} C of {named['capacity']!r} have no direction (no current, no word) and are left out")
    return signed_charge(capacity, direction.astype(np.int8), name=name)


def _direction(states: pl.Series) -> Array:
    """+1 charge, -1 discharge, 0 rest by the words for a state; NaN for other words."""
    words = states.unique()
    meant = pl.Series([float("nan")] * words.len())
    for pattern, value in reversed(_WHICH_WAY):
        fits = words.str.contains(pattern).fill_null(False)
        meant = meant.set(fits, value)
    return np.asarray(states.replace_strict(words, meant, return_dtype=pl.Float64).to_numpy(), dtype=np.float64)


def _started(dates: pl.Series | None, time: Array, name: str) -> str:
    """Start of the clock by the date of the first row; the form of dates that fits the test time best counts."""
    if dates is None or not dates[0] or not dates[-1]:
        return ""
    read = [span for form in _DATES for span in _span(str(dates[0]), str(dates[-1]), form)]
    if not read:
        warn(f"{name}: the dates have an unknown form (first: {dates[0]!r}), so the start is not known")
        return ""
    ends = time[[0, -1]]
    start, length = min(read, key=lambda span: abs(span[1] - (ends[1] - ends[0])))
    doubt_clock(ends, np.array([0.0, length]), name)
    try:
        return (start - timedelta(seconds=float(time[0]))).isoformat(timespec="milliseconds")
    except OverflowError:
        return ""


def _span(first: str, last: str, form: str) -> list[tuple[datetime, float]]:
    """Begin and length (s) of the dates in one form, or nothing."""
    fine = form + ".%f"
    try:
        begin, end = (datetime.strptime(text, fine if "." in text.split(" ")[-1] else form) for text in (first, last))
    except ValueError:
        return []
    return [(begin, (end - begin).total_seconds())]
