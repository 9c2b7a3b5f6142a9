"""A search and the choice of an experiment as parts, for the command line."""

from __future__ import annotations

import json
import math

import numpy as np
import xarray as xr

from alkanode.data.schema import check
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number, percent, shown

MOST_ROWS = 40
"""Candidates in the table of those that nothing beats."""

CLEAR = 3.0
"""Standard errors from which on a pair counts as told apart."""


def design_part(record: xr.Dataset) -> Part:
    """Candidates that none other beats, best capacity first.

    Parameters
    ----------
    record
        Kind ``design``.
    """
    record = check(record, "design")
    front = np.flatnonzero(record["pareto"].to_numpy())
    order = front[np.argsort(-record["areal_capacity"].to_numpy()[front])]
    rows = tuple(_row(record, int(k)) for k in order[:MOST_ROWS])
    tried = record.sizes["candidate"]
    reasons = [str(reason) for reason in record["reason"].to_numpy()]
    out = sum(bool(reason) for reason in reasons)
    findings = [f"{front.size} of {tried} candidates are beaten by no other; {out} are out. [computed]"]
    if order.size:
        best = _row(record, int(order[0]))
        findings.append(
            f"Most capacity per area: {best[0]}, {best[1]}, at {best[4]}, {best[5]}: {best[6]}. The interval covers "
            f"{record.attrs['interval_from']}, not the error of the model itself. [computed]"
        )
    missing = {reason: "" for reason in reasons if reason}
    return Part(
        name="design",
        title="Cells under limits",
        details={
            "candidates": tried,
            "pareto": [int(k) for k in order],
            "reasons": list(missing),
            "limits": {name: float(record.attrs[f"limit_{name}"]) for name in ("voltage", "contact", "areal_capacity")},
            "interval_from": str(record.attrs["interval_from"]),
        },
        records={"design": record},
        tables={
            "pareto": Table(
                title="Candidates that no other beats",
                columns=(
                    "alloy",
                    "volume",
                    "temperature",
                    "pressure",
                    "current",
                    "rests",
                    "capacity (interval)",
                    "per mass",
                    "duration / h",
                ),
                rows=rows,
            )
        },
        findings=tuple(findings),
    )


def _row(record: xr.Dataset, k: int) -> tuple[str | float | int | None, ...]:
    def text(name: str, field: str, digits: int = 3) -> str:
        return shown(float(record[field].to_numpy()[k]), name, digits)

    low, high = (float(record[f"areal_capacity_{end}"].to_numpy()[k]) for end in ("lower", "upper"))
    bounds = f" ({text('areal_capacity', 'areal_capacity_lower')} to {text('areal_capacity', 'areal_capacity_upper')})"
    on, off = (float(record[name].to_numpy()[k]) for name in ("strip_time", "rest_time"))
    rests = "no rests" if not math.isfinite(on) else f"{shown(off, 'time', 3)} after each {shown(on, 'time', 3)}"
    return (
        str(record["alloy"].to_numpy()[k]),
        text("volume", "alloy_volume"),
        text("temperature", "temperature", 4),
        text("stack_pressure", "stack_pressure"),
        text("current_density", "current_density"),
        rests,
        text("areal_capacity", "areal_capacity") + (bounds if math.isfinite(low) and math.isfinite(high) else ""),
        text("specific_capacity", "specific_capacity"),
        float(record["duration"].to_numpy()[k]) / 3600,
    )


def next_experiment_part(record: xr.Dataset) -> Part:
    """Experiments from the most to the least discriminating, with each pair of variants.

    Parameters
    ----------
    record
        Kind ``next_experiment``.
    """
    record = check(record, "next_experiment")
    errors = json.loads(str(record.attrs["relative_errors"]))
    pairs = [
        f"{first} / {second}"
        for first, second in zip(record["first_variant"].to_numpy(), record["second_variant"].to_numpy(), strict=True)
    ]
    separation = record["separation"].to_numpy()
    names = [str(name) for name in record["experiment"].to_numpy()]
    told = [int((row >= CLEAR).sum()) for row in separation]
    findings = [
        f"Next: {names[0]}. With a standard error of {percent(float(errors[names[0]]))} (assumed) per value it tells {told[0]} of "
        f"{len(pairs)} pairs of variants apart by {CLEAR:g} standard errors or more. [computed]"
    ]
    never = [pair for pair, column in zip(pairs, separation.T, strict=True) if not (column >= CLEAR).any()]
    if never:
        findings.append(f"No experiment of these tells apart: {'; '.join(never)}. [computed]")
    return Part(
        name="next_experiment",
        title="The experiment that tells variants of the model apart",
        details={
            "experiments": names,
            "separation": separation.tolist(),
            "pairs": pairs,
            "relative_errors": errors,
            "failed": json.loads(str(record.attrs["failed"])),
        },
        records={"next_experiment": record},
        tables={
            "next_experiment": Table(
                title="Separation of each pair, in standard errors",
                columns=("variants", *names),
                rows=tuple(
                    (pair, *(number(float(value), 2) if math.isfinite(value) else "-" for value in column))
                    for pair, column in zip(pairs, separation.T, strict=True)
                ),
            )
        },
        findings=tuple(findings),
    )
