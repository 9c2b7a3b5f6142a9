"""The liquid window as a part: at one temperature its numbers, at several a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.units import QuantityLike, to_si
from alkanode.plot.describe_window import liquid_window as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import (
    binary_system,
    interval_rows,
    intervals_of,
    invariant_details,
    invariant_table,
    temperature_text,
    two_elements,
)
from alkanode.studies.wording import shown, worded
from alkanode.thermo import Assessment, invariants, liquid_window, tie_line_table, window_estimates
from alkanode.thermo.calphad import database_window, open_database

_FIELDS = ("mass_fraction", "mole_fraction")
_BEYOND = 15.0
"""Kelvin that the figure shows to both sides of the temperatures asked for."""
_ABOVE_FIRST = 0.5
"""Kelvin above the first liquid at which the figure may begin."""
_CURVE = 61


def window_part(
    system: str | Assessment = "Na-K",
    temperature: Sequence[QuantityLike] = ("25 degC",),
    *,
    spread: QuantityLike = "2 K",
    suspend: Sequence[str] = (),
) -> Part:
    """Compositions between which a binary alloy is fully liquid, with the system's invariant points.

    Parameters
    ----------
    system
        Shipped system of two elements, or an assessment.
    temperature
        One or several temperatures: K or text.
    spread
        Half width of the temperature interval.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Record ``liquid_window``. At one temperature the estimates ``mass_fraction_lower``, ``mass_fraction_upper``,
        ``mole_fraction_lower`` and ``mole_fraction_upper`` of the first element, and a table of what moves them; at
        several a table with one row per temperature.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.liquid_window`, and for a system of three elements.
    """
    assessment = binary_system(system)
    left_out = tuple(suspend)
    record = liquid_window(assessment, temperature=list(temperature), temperature_uncertainty=spread, suspend=left_out)
    fixed = invariants(assessment, suspend=left_out)
    first = assessment.elements[0]
    single = len(temperature) == 1
    estimates = window_estimates(record) if single else {}
    tables = {"invariants": invariant_table(fixed, assessment)}
    findings: tuple[str, ...] = ()
    title = f"Liquid window of {assessment.system}, fractions of {first}"
    details = {
        "system": assessment.system,
        "fractions_of": first,
        "temperature": temperature_text(temperature[0]) if single else [temperature_text(t) for t in temperature],
        "suspended": list(left_out),
        "invariants": invariant_details(fixed, assessment),
        "windows": [_window(record.isel(temperature=place)) for place in range(record.sizes["temperature"])],
    }
    if single:
        tables = {"window_intervals": ends_table(record)} | tables
        findings = (
            f"At {temperature_text(temperature[0])} {assessment.system} is liquid from "
            f"{worded(estimates['mass_fraction_lower'])} to {worded(estimates['mass_fraction_upper'])} {first}, which is "
            f"{worded(estimates['mole_fraction_lower'])} to {worded(estimates['mole_fraction_upper'])} {first}; "
            f"intervals cover +-{_kelvin(spread)}. [{estimates['mass_fraction_lower'].basis}]",
            *_gaps(temperature[0], assessment, left_out),
        )
    else:
        tables = {"windows": _windows(record, first)} | tables
        findings = (f"Fractions are those of {first}. [{record.attrs['label']}]",)
    return Part(
        name="liquid_window",
        title=title,
        estimates=estimates,
        details=details,
        records={"liquid_window": record},
        figures={"liquid_window": describe(_around(record, assessment, spread, left_out), marks=record)},
        tables=tables,
        findings=findings,
    )


def _around(record: xr.Dataset, assessment: Assessment, spread: QuantityLike, suspended: tuple[str, ...]) -> xr.Dataset:
    """The window over the temperatures around those asked for, as the ground on which they are drawn."""
    asked = record["temperature"].to_numpy()
    bottom, top = assessment.use_range
    first = min(point.temperature for point in invariants(assessment, suspend=suspended))
    bottom = max(bottom, first + to_si(spread, "temperature_difference") + _ABOVE_FIRST)
    low = min(max(asked.min() - _BEYOND, bottom), asked.min())
    high = max(min(asked.max() + _BEYOND, top), asked.max())
    kelvin = np.linspace(low, high, _CURVE)
    return liquid_window(
        assessment, temperature=kelvin.tolist(), temperature_uncertainty=spread, suspend=suspended, draws=0
    )


def database_window_part(
    file: str | Path,
    temperature: Sequence[QuantityLike] = ("25 degC",),
    *,
    system: str = "Na-K",
    liquid: str | None = None,
    phases: Sequence[str] = (),
) -> Part:
    """The same from a thermodynamic database of the user's own, by pycalphad; it has no intervals.

    Parameters
    ----------
    file
        TDB file.
    temperature
        One or several temperatures: K or text.
    system
        Two elements of the database, joined by a hyphen.
    liquid
        Name of the liquid phase in the database; ``None`` takes the only one that begins with LIQ.
    phases
        Phases that may appear, as the database names them; none allows all.

    Returns
    -------
    Part
        Record ``liquid_window``, and a table with one row per temperature.

    Raises
    ------
    PhysicsError, ConvergenceError
        As :func:`alkanode.thermo.calphad.window.database_window`.
    ReaderError
        When pycalphad cannot read the file.
    MissingExtraError
        When pycalphad is not installed.
    """
    record = database_window(
        open_database(Path(file)),
        list(temperature),
        elements=two_elements(system),
        liquid=liquid,
        phases=tuple(phases) or None,
    )
    first = str(record["mole_fraction"].attrs["element"])
    windows = [
        {"temperature_K": float(at)}
        | {
            f"{field}_{side}": float(record[field].sel(temperature=at, side=side))
            for side in ("lower", "upper")
            for field in _FIELDS
        }
        for at in record["temperature"].to_numpy()
    ]
    return Part(
        name="liquid_window",
        title=f"Liquid window of {system}, fractions of {first}",
        details={"system": system, "fractions_of": first, "windows": windows, "phases_allowed": list(phases)},
        records={"liquid_window": record},
        tables={"windows": _windows(record, first)},
        findings=(f"Fractions are those of {first}; no intervals. [{record.attrs['label']}]",),
    )


def _gaps(temperature: QuantityLike, assessment: Assessment, suspended: tuple[str, ...]) -> tuple[str, ...]:
    """Where in the liquid field two liquids stand side by side."""
    table = tie_line_table(temperature, system=assessment, suspend=suspended).isel(temperature=0)
    found = []
    for place in np.flatnonzero(table["exists"].to_numpy()):
        line = table.isel(tie_line=place)
        if all(str(name).startswith("liquid") for name in line["phase"].to_numpy()):
            low, high = sorted(float(x) for x in line["mole_fraction"].to_numpy())
            found.append(
                f"Between {shown(low, 'mole_fraction')} and {shown(high, 'mole_fraction')} {assessment.elements[0]} the "
                f"liquid splits in two. [{table.attrs['label']}]"
            )
    return tuple(found)


def _window(at: xr.Dataset) -> dict[str, Any]:
    """The window at one temperature for machines; fractions are those of the first element."""
    found: dict[str, Any] = {"temperature_K": float(at["temperature"])}
    for side in ("lower", "upper"):
        for field in _FIELDS:
            end = at.sel(side=side)
            found[f"{field}_{side}"] = float(end[field])
            found[f"{field}_{side}_interval"] = [float(bound) for bound in end[f"{field}_interval"].to_numpy()]
            for over in intervals_of(end, (field,)).values():
                found[f"{field}_{side}_assessment_interval"] = over
    return found


def _kelvin(spread: QuantityLike) -> str:
    return f"{to_si(spread, 'temperature_difference'):g} K"


def ends_table(record: xr.Dataset) -> Table:
    """What moves each end of the liquid field: the temperature, and the coefficients of the assessment.

    Parameters
    ----------
    record
        Kind ``liquid_window`` with one temperature.
    """
    at = record.isel(temperature=0)
    rows: list[tuple[str | float | None, ...]] = []
    for side in record["side"].to_numpy():
        for field in _FIELDS:
            rows += interval_rows(at.sel(side=side), (field,), field, (f"{side} end",))
    return Table(
        title=f"Ends of the liquid field, content of {record['mole_fraction'].attrs['element']}",
        columns=("end", "value", f"over +-{record.attrs['temperature_uncertainty']:g} K", "over the assessment, 95 %"),
        rows=tuple(rows),
    )


def _windows(record: xr.Dataset, first: str) -> Table:
    """One row per temperature."""
    rows = []
    for place in range(record.sizes["temperature"]):
        at = record.isel(temperature=place)
        ends = [shown(float(at[field].sel(side=side)), field) for field in _FIELDS for side in ("lower", "upper")]
        rows.append((shown(float(at["temperature"]), "temperature"), *ends))
    return Table(
        title=f"Liquid field, content of {first}",
        columns=("temperature", "from, by mass", "to, by mass", "from, by moles", "to, by moles"),
        rows=tuple(rows),
    )
