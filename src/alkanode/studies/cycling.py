"""Long cycling as a part of a study: overpotential over the cycles, its growth, and what failed when."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import overpotential_growth, overpotentials
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_cycling import voltage_history
from alkanode.plot.describe_overpotential import overpotential_history
from alkanode.studies.blocks import Cycling
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import thinned
from alkanode.studies.wording import number, shown, worded

LEAST_HALF_CYCLES = 3
"""Half cycles of each direction that make a test long cycling."""


def cycling_part(record: xr.Dataset, cell: Cell | None, settings: Cycling, failures: xr.Dataset | None) -> Part:
    """Overpotential of every half cycle, slope, onset and change over the cycles.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file: the anode is then the working electrode.
    settings
        Block of the study.
    failures
        Failures of the record, drawn into its trace, or ``None``.

    Raises
    ------
    StudyError
        When the record holds fewer than three half cycles of each direction that can be judged.
    """
    table = overpotentials(record, cell, failures=failures, series_resistance=settings.series_resistance)
    direction = table["direction"].to_numpy()
    counts = {name: int(np.count_nonzero(direction == name)) for name in ("strip", "plate")}
    if min(counts.values()) < LEAST_HALF_CYCLES:
        why = str(table.attrs["not_judged"])
        raise StudyError(
            f"long cycling needs {LEAST_HALF_CYCLES} half cycles of each direction at a controlled current between two metals",
            found=f"{counts['strip']} of stripping, {counts['plate']} of plating"
            + (f"; not judged: {why}" if why else ""),
        )
    growth = overpotential_growth(table)
    estimates = _estimates(table, growth)
    trace = voltage_history(
        record, area=None if cell is None else cell.effective_area, events=() if failures is None else failures
    )
    return Part(
        name="cycling",
        title="Long cycling",
        estimates=estimates,
        details={
            "half_cycles": counts,
            "compared": int(table["compared"].sum()),
            "not_judged": [line for line in str(table.attrs["not_judged"]).split("; ") if line],
            "series_resistance": {
                "value": float(table.attrs["series_resistance"]),
                "unit": "ohm",
                "interval": None,
                "label": str(table.attrs["series_resistance_from"]),
            },
            "change_refused": {
                name: str(growth["change_refused"].sel(polarity=name).item()) for name in ("strip", "plate")
            },
            "rule": str(growth.attrs["growth_rule"]),
        },
        records={"overpotentials": table, "overpotential_growth": growth},
        figures={"overpotential": overpotential_history(table, growth), "cycling_trace": trace},
        tables={"overpotentials": _table(table)},
        findings=tuple(_sentence(growth.sel(polarity=name), estimates, name) for name in ("strip", "plate")),
    )


def _estimates(table: xr.Dataset, growth: xr.Dataset) -> dict[str, Estimate]:
    """Baseline, slope and resistance of each direction with their intervals."""
    made: dict[str, Estimate] = {}
    for name in ("strip", "plate"):
        one = growth.sel(polarity=name)
        chosen = (table["direction"].to_numpy() == name) & table["compared"].to_numpy()
        low, high = (float(end) for end in one["slope_interval"])
        known = np.isfinite(float(one["slope"]))
        made[f"slope_{name}"] = Estimate(
            value=float(one["slope"]) if known else None,
            unit="V",
            quantity="overpotential",
            interval=(low, high) if known else None,
            label="fitted: Theil-Sen slope per cycle; interval: 95 %, cycles taken as independent"
            if known
            else "fewer than four cycles: no slope",
        )
        ohm = table["resistance"].to_numpy()[chosen]
        if ohm.size == 0:
            continue
        made[f"resistance_{name}"] = Estimate(
            value=float(np.median(ohm)),
            unit="ohm",
            quantity="resistance",
            interval=(float(ohm.min()), float(ohm.max())),
            label="measured, voltage beyond the rest over current; interval: smallest to largest half cycle",
        )
    return made


def _table(table: xr.Dataset) -> Table:
    count = table.sizes["half_cycle"]
    rows = thinned(count)
    cells: list[tuple[str | float | int | None, ...]] = [
        (
            int(table["half_cycle"][row]),
            str(table["direction"][row].item()),
            *(1e3 * float(table[field][row]) for field in ("eta_start", "eta_mid", "eta_end", "eta_peak")),
            float(table["resistance"][row]),
            float(table["charge_passed"][row]) / 3.6,
        )
        for row in rows.tolist()
    ]
    shown_rows = "" if rows.size == count else f" ({rows.size} of {count})"
    return Table(
        title=f"Overpotential of half cycles{shown_rows}",
        columns=(
            "half cycle",
            "direction",
            "start / mV",
            "second half / mV",
            "end / mV",
            "peak / mV",
            "voltage over current / ohm",
            "charge / mAh",
        ),
        rows=tuple(cells),
    )


def _sentence(one: xr.Dataset, estimates: dict[str, Estimate], name: str) -> str:
    verb = "stripping" if name == "strip" else "plating"
    slope = estimates[f"slope_{name}"]
    if not np.isfinite(float(one["baseline"])):
        return f"While {verb}, the overpotential is known in no half cycle that can be compared. [measured]"
    text = f"While {verb}, the overpotential is {shown(float(one['baseline']), 'overpotential')}"
    if slope.value is None or slope.interval is None:
        return text + f"; {int(one['cycles'])} cycles are too few for a slope. [measured]"
    low, high = slope.interval
    moves = "grows by" if low > 0 else "falls by" if high < 0 else "shows no trend:"
    text += f" and {moves} {worded(slope)} per cycle"
    if np.isfinite(float(one["onset"])):
        text += f"; it leaves the scatter of the first cycles for good at cycle {number(float(one['onset']))}"
    if np.isfinite(float(one["change"])):
        ends = [number(float(end)) for end in one["change_interval"]]
        text += f"; its slope changes at cycle {number(float(one['change']))} ({ends[0]} to {ends[1]})"
    else:
        text += f"; whether its slope changes cannot be said: {one['change_refused'].item()}"
    return text + ". [measured]"
