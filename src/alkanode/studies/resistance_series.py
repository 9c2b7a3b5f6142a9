"""The resistance of one process of many cells at one time after assembly, beside the composition of their anodes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import label
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import to_si
from alkanode.foundation.vocabulary import quantity
from alkanode.numerics.small_samples import half_width
from alkanode.plot.describe_resistance import resistance_by_composition
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

_NORMAL = 1.96
_LATE = 0.25
"""Share of the time asked for by which the spectrum that was taken may miss it without a word."""

Entry = tuple[str, Cell, xr.Dataset]


def resistance_series_part(cells: Sequence[Entry], *, at: str, began: str | None) -> Part:
    """Resistances of several cells at one time after assembly.

    Parameters
    ----------
    cells
        Name, cell and ``process_resistance`` record of each.
    at
        Time after assembly, text; of each cell the spectrum nearest to it is taken.
    began
        Assembly on the clock of the files, text; ``None`` takes the start of the files.

    Returns
    -------
    Part
        Record ``resistance_by_cell``; a table, and a figure over the potassium by mass where it is known.

    Raises
    ------
    StudyError
        When no cell holds a resistance, or cells followed different processes.
    """
    processes = list(dict.fromkeys(str(record.attrs.get("process", "")) for _, _, record in cells))
    if len(processes) > 1:
        raise StudyError("one process of all cells is needed", found=", ".join(processes))
    rows = [row for entry in cells if (row := _row(*entry, at=to_si(at, "time"), began=began)) is not None]
    if not rows:
        raise StudyError("a cell with a resistance is needed", found="none")
    table = _record(rows, cells)
    clock = "the start of the files (assumed)" if began is None else f"{began} on the clock of the files (given)"
    table.attrs.update(process=processes[0], when=f"{at} after assembly", began=clock)
    known = np.isfinite(table["potassium_mass_fraction"].to_numpy())
    return Part(
        name="resistance_series",
        title=f"Resistance of {processes[0]} of {len(rows)} cells",
        details={"at": at, "assembly": clock},
        records={"resistance_by_cell": table},
        figures={"resistance_by_composition": resistance_by_composition(table)} if known.any() else {},
        tables={"resistance_by_cell": _cells(table), "resistance_by_anode": _anodes(table)},
        findings=tuple(_findings(table, at, clock)),
    )


def _row(name: str, cell: Cell, record: xr.Dataset, *, at: float, began: str | None) -> dict[str, object] | None:
    """What is kept of one cell, from its spectrum nearest to a time after assembly (s)."""
    known = np.flatnonzero(np.isfinite(record["resistance"].to_numpy()))
    if known.size == 0:
        return None
    elapsed = np.full(record.sizes["spectrum"], np.nan)
    if "time" in record.variables:
        elapsed = record["time"].to_numpy().astype(float) - (0.0 if began is None else to_si(began, "time"))
    timed = known[np.isfinite(elapsed[known])]
    if timed.size == 0 and known.size > 1:
        return None
    chosen = int(known[0] if timed.size == 0 else timed[np.argmin(np.abs(elapsed[timed] - at))])
    value, deviation, low, high = (
        float(record[key][chosen]) for key in ("resistance", "standard_deviation", "lower_95", "upper_95")
    )
    area, spread = cell.effective_area or np.nan, cell.effective_area_uncertainty or 0.0
    other = _NORMAL * value * spread
    return {
        "cell": name,
        "anode": cell.anode.name,
        "potassium_mass_fraction": np.nan if cell.alloy is None else cell.alloy.composition.mass_fraction("K"),
        "resistance": value,
        "standard_deviation": deviation,
        "lower_95": low,
        "upper_95": high,
        "area_specific_resistance": area * value,
        "lower_area_specific_95": area * value - np.hypot(area * (value - low), other),
        "upper_area_specific_95": area * value + np.hypot(area * (high - value), other),
        "elapsed": float(elapsed[chosen]),
        "spectrum_index": chosen,
        "assumption": str(record.attrs.get("assumption", "")),
    }


def _record(rows: Sequence[dict[str, object]], cells: Sequence[Entry]) -> xr.Dataset:
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    order = np.argsort(columns["potassium_mass_fraction"].astype(float), kind="stable")
    record = xr.Dataset(
        {name: ("cell", values[order]) for name, values in columns.items() if name != "cell"},
        coords={"cell": ("cell", columns["cell"][order].astype(str))},
    )
    for name in ("standard_deviation", "lower_95", "upper_95"):
        record[name].attrs["units"] = "ohm"
    for name in ("lower_area_specific_95", "upper_area_specific_95"):
        record[name].attrs["units"] = "ohm m2"
    for _, _, one in cells:
        add_sources(record, str(one.attrs.get("sources", "")).split())
    return label(record, "resistance_by_cell")


def _specific(table: xr.Dataset) -> tuple[str, float, tuple[str, str], str]:
    """Field, factor, names of the interval and unit: with an area where every cell has one."""
    if np.isfinite(table["area_specific_resistance"].to_numpy()).all():
        entry = quantity("area_specific_resistance")
        ends = ("lower_area_specific_95", "upper_area_specific_95")
        return "area_specific_resistance", entry.factor, ends, entry.shown_unit
    return "resistance", 1.0, ("lower_95", "upper_95"), "ohm"


def _cells(table: xr.Dataset) -> Table:
    name, factor, (low, high), unit = _specific(table)
    rows = [
        (
            str(one["cell"].item()),
            str(one["anode"].item()),
            100 * float(one["potassium_mass_fraction"]),
            float(one["elapsed"]) / 60,
            factor * float(one[name]),
            factor * float(one[low]),
            factor * float(one[high]),
            str(one["assumption"].item()),
        )
        for one in (table.isel(cell=place) for place in range(table.sizes["cell"]))
    ]
    return Table(
        title=f"Cells, {table.attrs['when']}",
        columns=(
            *("cell", "anode", "K / wt%", "time after assembly / min"),
            *(f"R / {unit}", "lower 95 %", "upper 95 %", "assumed"),
        ),
        rows=tuple(rows),
    )


def _groups(table: xr.Dataset) -> list[tuple[str, float, int, float, float, float]]:
    """Anode, potassium, number of cells, mean and its interval; one cell keeps its own interval."""
    name, factor, (low, high), _ = _specific(table)
    anodes = table["anode"].to_numpy().astype(str)
    found = []
    for anode in dict.fromkeys(anodes):
        mine = table.isel(cell=np.flatnonzero(anodes == anode))
        values = factor * mine[name].to_numpy().astype(float)
        share, n = float(mine["potassium_mass_fraction"][0]), values.size
        if n == 1:
            found.append(
                (str(anode), share, 1, float(values[0]), factor * float(mine[low][0]), factor * float(mine[high][0]))
            )
        else:
            half = half_width(n) * float(values.std(ddof=1))
            mean = float(values.mean())
            found.append((str(anode), share, n, mean, mean - half, mean + half))
    return found


def _anodes(table: xr.Dataset) -> Table:
    unit = _specific(table)[3]
    rows = [
        (anode, 100 * share, n, mean, low, high, "scatter of the cells" if n > 1 else "the fit alone")
        for anode, share, n, mean, low, high in _groups(table)
    ]
    return Table(
        title="Anodes",
        columns=("anode", "K / wt%", "cells", f"mean R / {unit}", "lower 95 %", "upper 95 %", "interval from"),
        rows=tuple(rows),
    )


def _findings(table: xr.Dataset, at: str, clock: str) -> list[str]:
    unit, groups = _specific(table)[3], _groups(table)
    told = "; ".join(
        f"{anode} {number(mean, 3)} {unit} ({number(low, 3)} to {number(high, 3)}, {n} cell{'s' if n > 1 else ''})"
        for anode, _, n, mean, low, high in groups
    )
    found = [f"Resistance of {table.attrs['process']} {table.attrs['when']}: {told}. Assembly: {clock}. [fitted]"]
    alone = [anode for anode, _, n, *_ in groups if n == 1]
    if alone:
        found.append(
            f"Of {', '.join(alone)} there is one cell: its interval is that of the fit and says nothing of how cells scatter."
        )
    apart = [
        f"{a[0]} and {b[0]}"
        for a, b in pairwise(groups)
        if np.isfinite([a[1], b[1]]).all() and (a[5] < b[4] or b[5] < a[4])
    ]
    if len(groups) > 1:
        found.append(
            f"Intervals do not overlap between {'; '.join(apart)}. [fitted]"
            if apart
            else "The intervals of neighbouring anodes overlap: no change with composition is told apart. [fitted]"
        )
    elapsed, wanted = table["elapsed"].to_numpy(), to_si(at, "time")
    late = ~(np.abs(elapsed - wanted) <= _LATE * wanted)
    if late.any():
        names = ", ".join(
            f"{name} ({number(float(time) / 60, 3)} min)" if np.isfinite(time) else f"{name} (no time)"
            for name, time in zip(table["cell"].to_numpy()[late], elapsed[late], strict=True)
        )
        found.append(
            f"The nearest spectrum to {at} is another time away in {names}: the interface may still have grown."
        )
    return found
