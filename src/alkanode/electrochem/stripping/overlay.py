"""Printed or digitised stripping capacities: a table of numbers that takes the same way as measured tests.

One row per point. A csv has a header with units after a slash, as a cell table has:
``name, alloy, specific_capacity / mAh g-1, current_density / mA cm-2, stack_pressure / MPa, temperature / degC, source``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from alkanode.data.cell import Cell
from alkanode.data.mapping import only_known
from alkanode.electrochem.stripping.anode_path import anode_path
from alkanode.electrochem.stripping.protocol import WORDS
from alkanode.electrochem.stripping.stripped_cell import (
    LOWER_BOUND,
    NAN,
    REACHED,
    UNKNOWN,
    Ends,
    Reading,
    StrippedCell,
)
from alkanode.foundation.errors import AlkanodeError, SchemaError
from alkanode.foundation.units import to_si
from alkanode.materials.alloys import Alloy, working_metal

KEYS = {
    "name": "name of the point; default the alloy",
    "alloy": "alloy by name, for example NaK50",
    "ion": "working ion, Na+ by default",
    "specific_capacity": "capacity over the mass of alloy",
    "areal_capacity": "capacity over the area",
    "lower": "lower end of the interval of the capacity, in the same unit",
    "upper": "upper end of the interval of the capacity",
    "current_density": "current density",
    "stack_pressure": "pressure while stripping",
    "temperature": "temperature of the cell; 25 degC where the source does not say",
    "temperature_uncertainty": "half width of its interval; 2 K by default",
    "cutoff": "voltage that ended the test",
    "reached": "yes, or no where the value is a lower bound",
    "source": "where the number stands",
}
"""Keys of a row and what they mean; ``alloy`` and one of the two capacities are needed."""

Overlay: TypeAlias = "Sequence[Mapping[str, Any]] | str | Path"
"""Rows of points, or a csv file of them."""

_QUANTITIES = ("current_density", "stack_pressure", "temperature", "cutoff")


def overlay_tests(overlay: Overlay, cutoffs: Sequence[float] = ()) -> list[StrippedCell]:
    """Tests from a table of numbers.

    Parameters
    ----------
    overlay
        Rows, or a csv file.
    cutoffs
        V; where a row without a cut-off is placed. With none it has an unknown cut-off.

    Returns
    -------
    list of StrippedCell
        Of origin ``digitised``.

    Raises
    ------
    SchemaError
        For an unreadable table or a row that names no alloy or no capacity; the message names the row.
    """
    rows = _read(Path(overlay)) if isinstance(overlay, str | Path) else list(overlay)
    tests = []
    for number, row in enumerate(rows, start=1):
        try:
            tests.append(_test(only_known(row, KEYS, what="a point"), cutoffs))
        except AlkanodeError as cause:
            raise SchemaError(f"row {number} of the overlay must describe a point", found=str(cause)) from cause
    return tests


def _read(path: Path) -> list[dict[str, str]]:
    """Rows of a csv file; a unit in the header is appended to the values below it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            table = list(csv.DictReader(stream, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise SchemaError("a readable table of points (csv) is needed", found=f"{path.name}: {cause}") from cause
    rows = []
    for entries in table:
        row = {}
        for header, value in entries.items():
            if header is None or value is None:
                raise SchemaError("every row has as many cells as the header", found=f"{value!r} under {header!r}")
            key, _, unit = (part.strip() for part in header.partition("/"))
            if value.strip():
                row[key] = f"{value.strip()} {unit}".strip()
        rows.append(row)
    return rows


def _test(row: dict[str, Any], cutoffs: Sequence[float]) -> StrippedCell:
    if "alloy" not in row:
        raise SchemaError("a point needs its alloy", found=f"keys {', '.join(row) or '(none)'}")
    alloy = row["alloy"] if isinstance(row["alloy"], Alloy) else Alloy.from_name(str(row["alloy"]))
    ion = str(row.get("ion", "Na+"))
    given = {key: to_si(row[key], "voltage" if key == "cutoff" else key) for key in _QUANTITIES if key in row}
    cell = Cell(
        anode=alloy,
        electrolyte=None,
        temperature=given.get("temperature"),
        temperature_uncertainty=row.get("temperature_uncertainty"),
    )
    fraction = alloy.composition.mass_fraction(working_metal(ion))
    known = set(alloy.composition.elements) == {"Na", "K"} and ion == "Na+"
    density, pressure = given.get("current_density", NAN), given.get("stack_pressure", NAN)
    protocol: dict[str, Any] = dict.fromkeys(WORDS, "")
    protocol |= {
        "origin": "digitised",
        "alloy": alloy.name,
        **{key: given.get(key) for key in ("current_density", "stack_pressure", "temperature")},
    }
    return StrippedCell(
        name=str(row.get("name", alloy.name)),
        alloy=alloy.name,
        origin="digitised",
        protocol=protocol,
        current_density=density,
        current_density_ends=(density, density),
        stack_pressure=pressure,
        temperature=cell.temperature,
        temperature_uncertainty=cell.temperature_uncertainty,
        metal_mass_fraction=fraction,
        theoretical_capacity=alloy.theoretical_capacity(ion) if fraction > 0 else NAN,
        path=anode_path(cell) if known else None,
        readings=tuple(_readings(row, [given["cutoff"]] if "cutoff" in given else list(cutoffs) or [NAN])),
    )


def _readings(row: dict[str, Any], cutoffs: Sequence[float]) -> list[Reading]:
    names = [name for name in ("specific_capacity", "areal_capacity") if name in row]
    if len(names) != 1:
        raise SchemaError("a point has one capacity, specific or areal", found=f"{len(names)} of them")
    kind = names[0]
    value = to_si(row[kind], kind)
    if value < 0:
        raise SchemaError("a capacity is not negative", found=repr(row[kind]))
    bound = str(row.get("reached", "yes")).strip().lower() in ("no", "false")
    ends: Ends = (value, np.inf) if bound else UNKNOWN
    if ("lower" in row) != ("upper" in row):
        raise SchemaError("an interval has two ends", found="lower or upper alone")
    if "lower" in row:
        ends = (to_si(row["lower"], kind), np.inf if bound else to_si(row["upper"], kind))
        if not ends[0] <= value <= ends[1]:
            raise SchemaError("a capacity lies inside its interval", found=f"{row[kind]!r}")
    censoring = LOWER_BOUND if bound else REACHED
    if kind == "specific_capacity":
        return [Reading(cutoff=at, censoring=censoring, specific=value, specific_ends=ends) for at in cutoffs]
    return [Reading(cutoff=at, censoring=censoring, areal=value, areal_ends=ends) for at in cutoffs]
