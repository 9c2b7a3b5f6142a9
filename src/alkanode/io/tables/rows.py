"""From the cells of a mapped table to rows in SI: sign, charge, control, doubts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from alkanode.foundation.errors import ReaderError
from alkanode.io.charge import current_from_charge, integrated_charge, net_charge, signed_charge
from alkanode.io.doubts import doubt_records, warn
from alkanode.io.rows import CELSIUS, recorded_temperature, whole_numbers
from alkanode.io.tables.column_map import CONTROLS, ColumnMap
from alkanode.io.tables.times import clock_seconds, moments
from alkanode.io.tables.units import CLOCK, to_si_factor
from alkanode.io.text_table import as_numbers, doubt_words

Array = npt.NDArray[np.float64]
Cells = Mapping[str, tuple[pl.Series, str]]
"""Our name -> the cells of that column as text, and their unit."""

_POTENTIALS = ("voltage", "voltage_setpoint", "working_potential", "counter_potential")
_AS_TEXT = ("time", "date", "control", "direction")


def mapped_rows(
    cells: Cells, columns: ColumnMap, name: str, *, comma: bool
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Turn mapped cells into rows.

    Parameters
    ----------
    cells
        The columns that the file has.
    columns
        The map: signs, words, missing.
    name
        Name of the file, for messages.
    comma
        Whether numbers have a decimal comma.

    Returns
    -------
    rows
        Arrays in SI for :func:`alkanode.io.rows.history_from_rows`.
    attrs
        ``started``, ``current_from``, ``charge_from``, ``sign``.

    Raises
    ------
    ReaderError
        When no row has a time, a unit is unknown, or nothing says what current flowed.

    Warns
    -----
    DataQualityWarning
        When rows without a time are left out, cells are no numbers, words are not in the map, or record numbers jump.
    """
    time, started = _time(cells, columns, name, comma=comma)
    timed = np.isfinite(time)
    if not timed.any():
        raise ReaderError(f"{name!r} must hold times", found="none that can be read")
    if not timed.all():
        row = int(np.flatnonzero(~timed)[0])
        warn(f"{name}: {int((~timed).sum())} rows without a time are left out (first: row {row})")
        cells = {key: (texts.filter(pl.Series(timed)), unit) for key, (texts, unit) in cells.items()}
    values = {key: mapped_numbers(key, cells[key], columns, name, comma=comma) for key in cells if key not in _AS_TEXT}
    current_sign, voltage_sign = columns.signs
    rows: dict[str, npt.NDArray[Any]] = {"time": time[timed]}
    rows |= {key: voltage_sign * values[key] for key in _POTENTIALS if key in values}
    if "current_setpoint" in values:
        rows["current_setpoint"] = current_sign * values["current_setpoint"]
    direction = _direction(cells, columns)
    attrs: dict[str, Any] = {"started": started, "sign": _sign_words(columns)}
    rows["charge"], attrs["charge_from"] = _charge(values, direction, name)
    rows["charge"] = current_sign * rows["charge"]
    rows["current"], attrs["current_from"] = _current(rows, values, direction, current_sign)
    if not np.isfinite(rows["charge"]).any():
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
    absent = np.full(rows["time"].size, -1, dtype=np.int32)
    for key in ("step", "cycle"):
        rows[key] = whole_numbers(values[key]) if key in values else absent
    kelvin = values.get("ambient_temperature")
    if kelvin is not None and recorded_temperature(kelvin - CELSIUS, name) is not None:
        rows["ambient_temperature"] = kelvin
    if "control" in cells:
        rows["control_mode"] = _control(cells["control"][0], columns, name)
    if "record" in values:
        doubt_records(values["record"], name)
    return rows, attrs


def mapped_numbers(key: str, cell: tuple[pl.Series, str], columns: ColumnMap, name: str, *, comma: bool) -> Array:
    """Numbers of one mapped column in SI; a column without a unit is refused.

    Raises
    ------
    ReaderError
        When neither the header nor the map says the unit.

    Warns
    -----
    DataQualityWarning
        When cells are no numbers.
    """
    texts, unit = cell
    if not unit:
        raise ReaderError(
            f"the column {key!r} of {name!r} needs a unit",
            found="none in the header or the map",
            todo=f"Write for example {key}: {{names: ..., unit: ...}} in the column map",
        )
    values = as_numbers(texts, comma=comma, missing=columns.missing)
    doubt_words(texts, values, columns.missing, f"{name}: {key}")
    factor, offset = to_si_factor(key, unit)
    with np.errstate(all="ignore"):
        return np.asarray(values * factor + offset, dtype=np.float64)


def _time(cells: Cells, columns: ColumnMap, name: str, *, comma: bool) -> tuple[Array, str]:
    """Seconds, and the start of the clock where dates tell it."""
    dates = moments(cells["date"][0], columns.columns["date"].formats) if "date" in cells else None
    if "date" in cells and dates is not None and dates.null_count() == dates.len():
        warn(f"{name}: no date has one of the forms {', '.join(columns.columns['date'].formats)}")
        dates = None
    elif dates is not None and dates.null_count():
        warn(f"{name}: {dates.null_count()} dates cannot be read (first: row {dates.is_null().arg_max()})")
    known = None if dates is None else dates.drop_nulls()
    if "time" not in cells:
        if dates is None or known is None:
            raise ReaderError(f"{name!r} must hold times", found="dates of an unknown form")
        elapsed = (dates - known[0]).dt.total_microseconds().cast(pl.Float64).fill_null(np.nan).to_numpy()
        return elapsed * 1e-6, known[0].isoformat(timespec="milliseconds")
    texts, unit = cells["time"]
    clock = unit == CLOCK or (not unit and bool(texts.head(50).str.contains(r"\d:\d").any()))
    seconds = clock_seconds(texts) if clock else mapped_numbers("time", cells["time"], columns, name, comma=comma)
    if dates is None or known is None:
        return seconds, ""
    row = int(dates.is_not_null().arg_max() or 0)
    if not np.isfinite(seconds[row]) or abs(seconds[row]) > 1e10:
        return seconds, ""
    start = known[0] - pl.Series([seconds[row] * 1e6]).cast(pl.Int64).cast(pl.Duration("us"))[0]
    return seconds, start.isoformat(timespec="milliseconds")


def _direction(cells: Cells, columns: ColumnMap) -> npt.NDArray[np.int8] | None:
    """+1 charging, -1 discharging, 0 other words; none without such a column."""
    if "direction" not in cells:
        return None
    words = columns.columns["direction"].words
    texts = cells["direction"][0]
    direction = np.zeros(texts.len(), dtype=np.int8)
    for way, sign in (("charging", 1), ("discharging", -1)):
        named = [word for word, meant in words.items() if meant == way]
        direction[texts.is_in(named).fill_null(False).to_numpy()] = sign
    return direction


def _charge(values: Mapping[str, Array], direction: npt.NDArray[np.int8] | None, name: str) -> tuple[Array, str]:
    """Running charge in the sign of the file; NaN throughout when no column counts it."""
    if "charge" in values:
        with np.errstate(all="ignore"):
            return values["charge"] - values["charge"][:1], "the charge column"
    if "charged" in values:
        charge = net_charge(values["charged"], values["discharged"], name=name)
        return charge, "the two capacity columns, resets removed"
    size = next(iter(values.values())).size
    if "capacity" not in values:
        return np.full(size, np.nan), ""
    if direction is not None:
        return signed_charge(values["capacity"], direction, name=name), "the capacity column, signed by the step words"
    if "current" not in values:
        return np.full(size, np.nan), ""
    flow = np.sign(np.nan_to_num(values["current"])).astype(np.int8)
    return signed_charge(values["capacity"], flow, name=name), "the capacity column, signed by the current"


def _current(
    rows: Mapping[str, npt.NDArray[Any]],
    values: Mapping[str, Array],
    direction: npt.NDArray[np.int8] | None,
    sign: float,
) -> tuple[Array, str]:
    if "current" in values:
        current = values["current"]
        if direction is not None and not (current < 0).any():
            return sign * np.where(direction < 0, -current, current), "the current column, signed by the step words"
        return sign * current, "the current column"
    setpoint = rows.get("current_setpoint", np.full(rows["time"].size, np.nan))
    with np.errstate(all="ignore"):
        passed = np.diff(rows["charge"], prepend=np.nan)
    return current_from_charge(rows["time"], passed, setpoint)


def _control(texts: pl.Series, columns: ColumnMap, name: str) -> npt.NDArray[np.int8]:
    words = {word.casefold(): CONTROLS[meant] for word, meant in columns.columns["control"].words.items()}
    lowered = texts.fill_null("").str.to_lowercase()
    unknown = sorted(set(lowered.unique()) - words.keys() - {word.casefold() for word in columns.missing})
    if unknown:
        warn(f"{name}: the map does not say what is controlled in steps {', '.join(map(repr, unknown[:5]))}")
    modes = lowered.replace_strict(words, default=CONTROLS["unknown"], return_dtype=pl.Int8)
    return np.asarray(modes.to_numpy(), dtype=np.int8)


def _sign_words(columns: ColumnMap) -> str:
    words = f"positive current taken as {columns.positive}"
    if columns.positive in {"charging", "discharging"}:
        words += f", working electrode at the {columns.working_electrode} terminal"
    return words
