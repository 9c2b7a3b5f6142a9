"""From the columns of the Battery Data Format to a history: sign, charge, steps, doubts.

Both forms of such tables, text and parquet, end here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import xarray as xr

from alkanode.foundation.errors import ReaderError
from alkanode.io.bdf.columns import COLUMNS, ONTOLOGY_VERSION, REQUIRED, STEP_TYPES, identify
from alkanode.io.charge import current_from_charge, integrated_charge, net_charge, running_total
from alkanode.io.doubts import doubt_records, warn
from alkanode.io.rows import history_from_rows, recorded_temperature, whole_numbers
from alkanode.io.tables.header import is_slip
from alkanode.io.terminal import SIGNS, Terminal

_LONG_STEP = 500.0
_LONG_TEST = 30 * 86400.0
_SIGNED = ("voltage_setpoint", "current_setpoint", "working_potential", "counter_potential")
_CURRENT_WITNESSES = ("current", "charge", "charged", "current_setpoint")

Array = npt.NDArray[np.float64]
Columns = Mapping[str, Array]


def identified(labels: Iterable[str], name: str) -> tuple[dict[str, tuple[int, float]], list[str]]:
    """Which columns a table has.

    Parameters
    ----------
    labels
        Names in the table.
    name
        Name of the file.

    Returns
    -------
    wanted
        Our name -> column and factor to SI.
    ignored
        Names outside the format.

    Raises
    ------
    ReaderError
        When a needed column is absent or there twice, or has an unknown unit.

    Warns
    -----
    DataQualityWarning
        When a name outside the format differs by a slip from one that is absent, or there is no current.
    """
    wanted: dict[str, tuple[int, float]] = {}
    ignored: list[str] = []
    texts = [text.strip() for text in labels]
    for place, text in enumerate(texts):
        known = identify(text)
        if known is None:
            ignored.append(text)
        elif known[0] in wanted:
            raise ReaderError(f"{name!r} must hold each quantity once", found=f"{COLUMNS[known[0]].base} twice")
        else:
            wanted[known[0]] = (place, known[1])
    missing = [COLUMNS[key].label for key in ("time", "voltage") if key not in wanted]
    if not wanted.keys() & set(_CURRENT_WITNESSES) or ("charged" in wanted) != ("discharged" in wanted):
        missing += [COLUMNS["current"].label] if "current" not in wanted else []
    if missing:
        raise ReaderError(
            f"{name!r} must hold {', '.join(missing)}",
            found=f"columns {', '.join(texts)[:200] or 'none'}",
            todo="A Battery Data Format table has Test Time / s, Voltage / V and Current / A",
        )
    if "current" not in wanted:
        warn(f"{name}: no column {COLUMNS['current'].label}; the current is found from set-point and charge")
    for key, column in COLUMNS.items():
        slips = [text for text in ignored if is_slip(text, column.label) or is_slip(text, column.machine_name)]
        if key not in wanted and slips:
            warn(f"{name}: the column {slips[0]!r} is left aside; it looks like {column.label!r}")
    return wanted, ignored


def bdf_history(
    columns: dict[str, Array],
    step_types: pl.Series | None,
    attrs: dict[str, Any],
    *,
    terminal: Terminal | None,
    metadata: Mapping[str, Any],
) -> xr.DataTree:
    """Build the history of a Battery Data Format table.

    Parameters
    ----------
    columns
        Our name -> (row,) in SI, degrees Celsius apart.
    step_types
        (row,) words, where the table has them.
    attrs
        Reader, file, ignored columns.
    terminal
        Terminal of the cell that is the working electrode, as the user says; ``None`` takes what the table says of
        itself, else ``"positive"``.
    metadata
        What the table says of itself: ``working_electrode``, ``started``.

    Returns
    -------
    DataTree
        ``cycling``.

    Raises
    ------
    ReaderError
        When no row has a time, a voltage and a current.
    """
    name = str(attrs["source_file"])
    columns, step_types = _complete_rows(columns, step_types, name)
    _check_time_unit(columns, name)
    terminal = _terminal(terminal, metadata, name)
    sign = SIGNS[terminal]
    attrs |= {
        "technique": "",
        "started": str(metadata.get("started", "")) or _started(columns),
        "bdf_working_electrode": terminal,
        "bdf_ontology": str(metadata.get("bdf_ontology_version", ONTOLOGY_VERSION)),
        "current_from": "column Current",
    }
    rows: dict[str, npt.NDArray[Any]] = {"time": columns["time"], "voltage": sign * columns["voltage"]}
    rows |= {key: sign * columns[key] for key in _SIGNED if key in columns}
    charge, attrs["charge_from"] = _charge(columns, name)
    if "current" in columns:
        rows["current"] = sign * columns["current"]
    else:
        setpoint = rows.get("current_setpoint", np.full(columns["time"].size, np.nan))
        with np.errstate(all="ignore"):
            passed = sign * np.diff(charge, prepend=np.nan)
        rows["current"], attrs["current_from"] = current_from_charge(rows["time"], passed, setpoint)
    rows["charge"] = sign * charge
    if not np.isfinite(charge).any():
        rows["charge"], attrs["charge_from"] = integrated_charge(rows)
    step = next((columns[key] for key in ("step_id", "step_index", "step_count") if key in columns), None)
    absent = np.full(columns["time"].size, -1, dtype=np.int32)
    rows["step"] = absent if step is None else whole_numbers(step)
    rows["cycle"] = whole_numbers(columns["cycle"]) if "cycle" in columns else absent
    if step_types is not None:
        words = step_types.fill_null("").str.to_lowercase().str.strip_chars()
        modes = words.replace_strict(STEP_TYPES, default=-1, return_dtype=pl.Int8)
        rows["control_mode"] = np.asarray(modes.to_numpy(), dtype=np.int8)
    if "ambient_temperature" in columns:
        kelvin = recorded_temperature(columns["ambient_temperature"], name)
        rows |= {} if kelvin is None else {"ambient_temperature": kelvin}
    if "record" in columns:
        doubt_records(columns["record"], name)
    return history_from_rows(rows, attrs)


def read_metadata(content: str, name: str) -> dict[str, Any]:
    """What a table says of itself, from JSON; nothing, with a warning, when that is damaged."""
    try:
        whole = json.loads(content)
    except ValueError:
        whole = None
    if not isinstance(whole, dict):
        warn(f"{name}: the metadata beside the table cannot be read and are left aside")
        return {}
    ours = whole.get("alkanode")
    found = {key: value for key, value in whole.items() if isinstance(value, str)}
    return found | (dict(ours) if isinstance(ours, dict) else {})


def sidecar_of(path: Path) -> Path:
    """Where the metadata of a text table stand: ``run.bdf.csv`` -> ``run.bdf.metadata.json``."""
    return path.with_suffix(".metadata.json")


def _complete_rows(
    columns: Columns, step_types: pl.Series | None, name: str
) -> tuple[dict[str, Array], pl.Series | None]:
    needed = [key for key in REQUIRED if key in columns]
    complete = np.logical_and.reduce([np.isfinite(columns[key]) for key in needed])
    if not complete.any():
        raise ReaderError(f"{name!r} must hold numbers in {', '.join(needed)}", found="no complete row")
    if complete.all():
        return dict(columns), step_types
    first = int(np.flatnonzero(~complete)[0])
    warn(f"{name}: {int((~complete).sum())} rows without {', '.join(needed)} are left out (first: row {first})")
    kept = {key: values[complete] for key, values in columns.items()}
    return kept, None if step_types is None else step_types.filter(pl.Series(complete))


def _terminal(asked: Terminal | None, metadata: Mapping[str, Any], name: str) -> Terminal:
    said = metadata.get("working_electrode")
    if asked is None:
        return "negative" if said == "negative" else "positive"
    if said in SIGNS and said != asked:
        warn(f"{name}: the working electrode is taken at the {asked} terminal, the file says {said}")
    return asked


def _charge(columns: Columns, name: str) -> tuple[Array, str]:
    """Running charge in the sign of the format; NaN throughout when nothing counts it."""
    if "charge" in columns:
        with np.errstate(all="ignore"):
            return columns["charge"] - columns["charge"][:1], "column Charge"
    if {"charged", "discharged"} <= columns.keys():
        charge = net_charge(columns["charged"], columns["discharged"], name=name)
        return charge, "columns Charging Capacity and Discharging Capacity, resets removed"
    return np.full(columns["time"].size, np.nan), ""


def _started(columns: Columns) -> str:
    if "unix_time" not in columns or not np.isfinite(columns["unix_time"][0]):
        return ""
    seconds = float(columns["unix_time"][0] - columns["time"][0])
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    except OverflowError:
        return ""


def _check_time_unit(columns: Columns, name: str) -> None:
    """Doubt a time in milliseconds under the name of seconds."""
    time = columns["time"]
    elapsed = float(time[-1] - time[0])
    if time.size < 3 or not elapsed > 0:
        return
    why = ""
    steps = np.diff(time)
    if "unix_time" in columns:
        real = float(columns["unix_time"][-1] - columns["unix_time"][0])
        if real > 0 and 300 < elapsed / real < 3000:
            why = f"it runs {elapsed / real:.0f} times faster than the unix time"
    if not why and {"charged", "discharged", "current"} <= columns.keys():
        passed = float((running_total(columns["charged"]) + running_total(columns["discharged"]))[-1])
        current = np.abs(columns["current"])
        with np.errstate(all="ignore"):
            expected = float(np.sum(steps * 0.5 * (current[1:] + current[:-1])))
        if passed > 0 and 300 < expected / passed < 3000:
            why = f"current times time is {expected / passed:.0f} times the capacity"
    if not why and float(np.median(steps)) >= _LONG_STEP and elapsed > _LONG_TEST and (time == np.rint(time)).all():
        why = f"rows are {np.median(steps):.0f} s apart for {elapsed / 86400:.0f} days, all in whole numbers"
    if why:
        warn(f"{name}: the time may be in milliseconds although it is labelled s: {why}")
