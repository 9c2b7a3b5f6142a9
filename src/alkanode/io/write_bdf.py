"""Writer of Battery Data Format tables (``.csv``)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.io.bdf import SIGNS, Terminal
from alkanode.io.bdf_columns import COLUMNS, REQUIRED

_CELSIUS = 273.15


def write_bdf(
    record: RecordLike,
    path: str | Path,
    *,
    working_electrode: Terminal = "positive",
    names: Literal["preferred", "machine"] = "preferred",
) -> Path:
    """Write a cycling record as a Battery Data Format table.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V) and ``current`` (A) over ``row``; ``charge`` (C), ``step``,
        ``cycle`` and ``ambient_temperature`` (K) are written when they are there.
    path
        File to write; an existing one is replaced.
    working_electrode
        Terminal of the cell that is the working electrode; with ``"negative"`` current and voltage change sign,
        because this format counts charging as positive. Give the same to
        :class:`alkanode.io.bdf.BdfReader` to come back.
    names
        ``"preferred"`` writes ``Voltage / V``, the form the format asks for in files; ``"machine"`` writes
        ``voltage_volt``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        When the record is no cycling record, or lacks a time, a voltage or a current in some row.
    """
    record = check(record, "cycling")
    if working_electrode not in SIGNS:
        raise SchemaError("working_electrode is 'positive' or 'negative'", found=repr(working_electrode))
    sign = SIGNS[working_electrode]
    columns = {name: record[name].to_numpy().astype(np.float64) for name in REQUIRED}
    for name, values in columns.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise SchemaError(
                f"a Battery Data Format table needs {name!r} in every row",
                found=f"{values[bad[0]]} at row {bad[0]} ({bad.size} such rows)",
                todo="Leave these rows out, or take the set-point as current and say so",
            )
    table: dict[str, pl.Series] = {
        "time": pl.Series(columns["time"]),
        "voltage": pl.Series(sign * columns["voltage"]),
        "current": pl.Series(sign * columns["current"]),
    }
    started = _unix(str(record.attrs.get("started", "")))
    if started is not None:
        table["unix_time"] = pl.Series(started + columns["time"])
    for key, name in (("cycle", "cycle"), ("step_id", "step")):
        if name in record and (record[name].to_numpy() >= 0).all():
            table[key] = pl.Series(record[name].to_numpy())
    if "charge" in record and np.isfinite(record["charge"].to_numpy()).all():
        passed = sign * np.diff(record["charge"].to_numpy(), prepend=record["charge"].to_numpy()[:1])
        for key, part in (("charged", np.maximum(passed, 0.0)), ("discharged", np.maximum(-passed, 0.0))):
            table[key] = pl.Series(np.cumsum(part) / COLUMNS[key].factors["Ah"])
    if "ambient_temperature" in record:
        table["ambient_temperature"] = pl.Series(record["ambient_temperature"].to_numpy() - _CELSIUS)
    frame = pl.DataFrame(
        {(COLUMNS[key].label if names == "preferred" else COLUMNS[key].machine_name): s for key, s in table.items()}
    )
    target = Path(path)
    frame.write_csv(target)
    return target


def _unix(started: str) -> float | None:
    """Seconds since 1970 of a start with a time zone; a local time without one says nothing."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC).timestamp()
