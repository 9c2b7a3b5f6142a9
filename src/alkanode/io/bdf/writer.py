"""Writer of Battery Data Format tables (``.csv`` or ``.parquet``).

The columns follow the ontology where it has them; set-points, potentials of single electrodes and the running charge
are our additions (``bdf_columns.COLUMNS[...].ours``). With them a record comes back as it went in.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.io.bdf.columns import COLUMNS, ONTOLOGY_VERSION, REQUIRED, STEP_WORDS
from alkanode.io.bdf.fields import sidecar_of
from alkanode.io.bdf.reader import metadata_text
from alkanode.io.terminal import SIGNS, Terminal, checked_terminal

_CELSIUS = 273.15
_SIGNED = ("current_setpoint", "voltage_setpoint", "working_potential", "counter_potential")


def write_bdf(
    record: RecordLike,
    path: str | Path,
    *,
    working_electrode: Terminal = "positive",
    names: Literal["preferred", "machine"] = "preferred",
    metadata: bool = True,
) -> Path:
    """Write a cycling record as a Battery Data Format table.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V) and ``current`` (A) over ``row``. Also written where they are
        there: ``charge`` (C; as the two capacities and, exactly, as a column of our own), ``step``, ``cycle``,
        ``control_mode`` (as step types), set-points, single potentials and ``ambient_temperature`` (K).
    path
        File to write; an existing one is replaced. ``.parquet`` is written as parquet, everything else as text.
    working_electrode
        Terminal of the cell that is the working electrode; with ``"negative"`` current and voltage change sign,
        because this format counts charging as positive. The metadata keep it, so that readers turn it back.
    names
        ``"preferred"`` writes ``Voltage / V``, the form the format asks for in files; ``"machine"`` writes
        ``voltage_volt``.
    metadata
        Whether the version of the ontology, the terminal and the start of the clock are written: inside a parquet
        file, beside a text file (``run.bdf.csv`` -> ``run.bdf.metadata.json``).

    Returns
    -------
    Path
        The table.

    Raises
    ------
    SchemaError
        When the record is no cycling record, or lacks a time, a voltage or a current in some row.
    """
    record = check(record, "cycling")
    checked_terminal(working_electrode)
    table = _table(record, SIGNS[working_electrode])
    frame = pl.DataFrame(
        {(COLUMNS[key].label if names == "preferred" else COLUMNS[key].machine_name): s for key, s in table.items()}
    )
    entries = {"working_electrode": working_electrode, "started": str(record.attrs.get("started", ""))}
    target = Path(path)
    if target.suffix.lower() == ".parquet":
        said = {"bdf": metadata_text(entries, ONTOLOGY_VERSION)} if metadata else None
        frame.write_parquet(target, metadata=said)
        return target
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    target.write_bytes(buffer.getvalue())
    if metadata:
        entries["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
        sidecar_of(target).write_text(metadata_text(entries, ONTOLOGY_VERSION) + "\n", encoding="utf-8")
    return target


def _table(record: xr.Dataset, sign: float) -> dict[str, pl.Series]:
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
        if name in record and (record[name].to_numpy() >= 0).any():
            numbers = pl.Series(record[name].to_numpy())
            table[key] = numbers.set(numbers < 0, None)
    if "control_mode" in record:
        table["step_type"] = pl.Series([STEP_WORDS.get(int(mode), "unknown") for mode in record["control_mode"]])
    if "charge" in record and np.isfinite(record["charge"].to_numpy()).all():
        charge = record["charge"].to_numpy().astype(np.float64)
        passed = sign * np.diff(charge, prepend=charge[:1])
        for key, part in (("charged", np.maximum(passed, 0.0)), ("discharged", np.maximum(-passed, 0.0))):
            table[key] = pl.Series(np.cumsum(part) / COLUMNS[key].factors["Ah"])
        table["charge"] = pl.Series(sign * charge)
    for name in _SIGNED:
        if name in record and np.isfinite(record[name].to_numpy()).any():
            table[name] = pl.Series(sign * record[name].to_numpy().astype(np.float64)).fill_nan(None)
    if "ambient_temperature" in record:
        celsius = record["ambient_temperature"].to_numpy().astype(np.float64) - _CELSIUS
        table["ambient_temperature"] = pl.Series(np.round(celsius, 9)).fill_nan(None)
    return table


def _unix(started: str) -> float | None:
    """Seconds since 1970 of a start with a time zone; a local time without one says nothing."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC).timestamp()
