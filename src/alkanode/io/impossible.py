"""Values that no cell has: the sign of a damaged file, of a wrong unit or of a column that is not what it seems.

Every reader passes here, since each ends in :func:`alkanode.io.rows.history_from_rows`. Nothing is changed: a value is
doubted, counted and left in the record. A file that is full of them is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ReaderError
from alkanode.io.doubts import warn

LIMITS: dict[str, tuple[float, str]] = {
    "voltage": (1e3, "V"),
    "voltage_setpoint": (1e3, "V"),
    "working_potential": (1e3, "V"),
    "counter_potential": (1e3, "V"),
    "current": (1e4, "A"),
    "current_setpoint": (1e4, "A"),
    "charge": (1e10, "C"),
    "frequency": (1e10, "Hz"),
    "impedance": (1e15, "ohm"),
    "ambient_temperature": (2e3, "K"),
}
"""Magnitude that no cell and no instrument of a battery laboratory reaches, per field."""

MOST_IMPOSSIBLE = 0.1
"""Share of the rows with an impossible voltage or current above which a file is not what it seems. Numbers read from
the wrong place are impossible in nearly half of the rows; single damaged rows stay far below."""

GAP = 366 * 86400.0
"""s; no test pauses for more than a year between two rows."""

OLD = 100 * GAP
"""s; no test lasts a hundred years."""


def doubt_impossible(rows: Mapping[str, npt.NDArray[Any]], attrs: Mapping[str, Any]) -> None:
    """Warn of values that no cell has.

    Parameters
    ----------
    rows
        Arrays of one length in SI, as :func:`alkanode.io.rows.history_from_rows` takes them.
    attrs
        ``source_file``.

    Raises
    ------
    ReaderError
        When more than :data:`MOST_IMPOSSIBLE` of the rows hold an impossible voltage or current.

    Warns
    -----
    DataQualityWarning
        One warning that names each field, how many rows, and the first.
    """
    found: list[str] = []
    full = False
    for name, (limit, unit) in LIMITS.items():
        if name not in rows or rows[name].size == 0:
            continue
        values = rows[name]
        with np.errstate(all="ignore"):
            sizes = np.abs(values)
            if sizes.max() <= limit:
                continue
            beyond = sizes > limit
        if beyond.any():
            row = int(np.argmax(beyond))
            full |= name in {"voltage", "current"} and beyond.sum() > max(1.0, MOST_IMPOSSIBLE * beyond.size)
            found.append(
                f"{int(beyond.sum())} x {name} beyond {limit:.3g} {unit} (first: {values[row]:.4g} in row {row})"
            )
    if "time" in rows and rows["time"].size > 1:
        found += _time(rows["time"])
    if full:
        raise ReaderError(
            f"{attrs.get('source_file', 'a file')!r} must hold voltages and currents of a cell",
            found="; ".join(found),
            todo="The file is damaged, or its layout is another one: export the run as text",
        )
    if found:
        warn(
            f"{attrs.get('source_file', 'a file')}: impossible values, so the file is damaged or not what it seems: "
            + "; ".join(found)
        )


def doubt_gaps(columns: Mapping[str, npt.NDArray[Any]], name: str) -> None:
    """Warn of numbers that are missing inside a column that has others.

    For readers whose format always writes a number. Where cells may be empty, a gap says "not measured here".

    Parameters
    ----------
    columns
        Columns of the file.
    name
        Name of the file.

    Warns
    -----
    DataQualityWarning
        Names each column, how many rows, and the first.
    """
    found = []
    for column, values in columns.items():
        missing = np.isnan(values)
        if missing.any() and not missing.all():
            found.append(f"{int(missing.sum())} x {column} (first: row {int(np.argmax(missing))})")
    if found:
        warn(f"{name}: numbers are missing: {', '.join(found)}")


def _time(time: npt.NDArray[np.float64]) -> list[str]:
    steps = np.diff(time)
    row = int(np.argmax(steps))
    found = []
    if steps[row] > GAP:
        found.append(f"the time jumps by {steps[row] / GAP:.3g} years after row {row}")
    latest = float(max(abs(time[0]), abs(time[-1])))
    if latest > OLD and time[-1] - time[0] > OLD:
        found.append(f"the time reaches {latest / GAP:.3g} years")
    return found
