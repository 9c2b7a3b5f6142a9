"""What is computed of all cells of a series together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import xarray as xr

from alkanode.electrochem.critical_currents.dependence import QUANTITIES, Property, critical_current_against
from alkanode.electrochem.critical_currents.estimates import AreaBasis
from alkanode.electrochem.critical_currents.ramp_protocol import WORDS, ramp_protocols
from alkanode.electrochem.protocols import alike
from alkanode.electrochem.stripping.series import stripping_series
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.describe_critical_current import critical_current_against as describe_dependence
from alkanode.studies.part import Part, Table
from alkanode.studies.replicates import replicates_part
from alkanode.studies.resistance_series import resistance_series_part
from alkanode.studies.series_member import Member
from alkanode.studies.series_study import Series
from alkanode.studies.stripping_series import stripping_series_part
from alkanode.studies.wording import number

_AXES: tuple[Property, ...] = ("stack_pressure", "potassium_mass_fraction", "areal_capacity")


def pooled_jobs(series: Series, members: Sequence[Member]) -> dict[str, Callable[[], Part]]:
    """The pooled parts that the cells of a series allow, by name."""
    jobs: dict[str, Callable[[], Part]] = {"stripping_series": lambda: _stripping(series, members)}
    ramps = [_ramp(member) for member in members if "critical_current" in member.records]
    settings = series.model.pooled
    sets = [ramps] if settings.allow_mixed and ramps else _alike(ramps)
    for n, group in enumerate((group for group in sets if len(group) > 1), start=1):
        name = f"replicates_{n}" if len(sets) > 1 else "replicates"
        jobs[name] = partial(_replicates, group, name, settings.area, settings.allow_mixed)
    followed = [
        (member.name, member.cell, member.records["process_resistance"])
        for member in members
        if "process_resistance" in member.records
    ]
    if followed:
        circuit = series.model.analyses.circuit
        began = None if circuit is None else circuit.began
        jobs["resistance_series"] = lambda: resistance_series_part(followed, at=settings.resistance_at, began=began)
    if ramps:
        jobs["dependence"] = lambda: dependence_part(ramps, area=settings.area)
    return jobs


def _stripping(series: Series, members: Sequence[Member]) -> Part:
    tested = [member for member in members if "stripping_test" in member.records]
    if not tested and series.overlay is None:
        raise StudyError("a stripping series needs a cell that was stripped", found="none")
    record = stripping_series(
        [member.records["stripping_test"] for member in tested],
        [member.cell for member in tested],
        names=[member.name for member in tested],
        failures=[member.records.get("failures") for member in tested],
        overlay=series.overlay or (),
    )
    settings = series.model.pooled
    return stripping_series_part(record, cutoff=settings.cutoff, allow_mixed=settings.allow_mixed)


def _ramp(member: Member) -> xr.Dataset:
    return member.records["critical_current"].assign_attrs(cell=member.name)


def _alike(ramps: Sequence[xr.Dataset]) -> list[list[xr.Dataset]]:
    """Ramps of one protocol, group by group."""
    return [[ramps[place] for place in group] for group in alike(ramp_protocols(ramps), WORDS)]


def _replicates(group: Sequence[xr.Dataset], name: str, area: AreaBasis, allow_mixed: bool) -> Part:
    part = replicates_part(group, area=area, allow_mixed=allow_mixed)
    anode = str(part.records["replicates"].attrs["anode"])
    records = {"replicates": part.records["replicates"]}
    suffix = name.removeprefix("replicates")
    return replace(
        part,
        name=name,
        title=f"{part.title} ({anode})" if anode else part.title,
        records={f"{key}{suffix}": one for key, one in records.items()},
        figures={f"{key}{suffix}": one for key, one in part.figures.items()},
        tables={f"{key}{suffix}": one for key, one in part.tables.items()},
    )


def dependence_part(ramps: Sequence[xr.Dataset], *, area: AreaBasis = "final") -> Part:
    """Critical current densities against pressure, potassium and areal capacity, where the cells differ in them.

    Parameters
    ----------
    ramps
        ``critical_current`` records, one per cell.
    area
        ``"final"`` or ``"nominal"``.

    Raises
    ------
    StudyError
        When the cells differ in none of these, or do not state them; the reasons are named.
    """
    records, figures, tables, reasons, findings = {}, {}, {}, [], []
    for axis in _AXES:
        try:
            table = critical_current_against(ramps, axis, area=area)
        except SchemaError as reason:
            reasons.append(f"{axis.replace('_', ' ')}: {reason.needed}; {reason.found}")
            continue
        values = table["axis_value"].to_numpy()
        if np.ptp(values) <= 0.02 * np.abs(values).max():
            reasons.append(f"{axis.replace('_', ' ')}: the same in all cells")
            continue
        name = f"critical_current_over_{axis}"
        records[name], figures[name], tables[name] = table, describe_dependence(table), _table(table)
        others = f"; the cells also differ in {table.attrs['differs']}" if table.attrs["differs"] else ""
        text = f"Critical current densities of {len(ramps)} cells stand against {axis.replace('_', ' ')}{others}. [measured]"
        findings.append(text)
    if not records:
        raise StudyError("a dependence needs cells that differ in one property", found="; ".join(reasons))
    return Part(
        name="dependence",
        title="Critical current density against properties of the cells",
        details={"not_shown": reasons},
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
    )


def _table(table: xr.Dataset) -> Table:
    entry = quantity(QUANTITIES[str(table.attrs["axis"])])
    places = entry.to_display(table["axis_value"].to_numpy())
    ends = 0.1 * table["interval"].to_numpy()
    rows = [
        (
            str(cell),
            str(group),
            float(place),
            number(float(low), 3),
            "-" if np.isinf(high) else number(float(high), 3),
            str(kind),
        )
        for cell, group, place, (low, high), kind in zip(
            table["cell"].to_numpy(),
            table["group"].to_numpy(),
            places,
            ends,
            table["censoring"].to_numpy(),
            strict=True,
        )
    ]
    word = str(table.attrs["axis"]).replace("_", " ")
    return Table(
        title=f"Critical current density against {word}",
        columns=(
            "cell",
            "anode",
            f"{word} / {entry.shown_unit}",
            "last passed / mA cm-2",
            "first failed / mA cm-2",
            "known as",
        ),
        rows=tuple(rows),
    )
