"""An isothermal section of Li, Na and K as a part, and the phases of alloys in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy
from alkanode.plot.describe_section import isothermal_section as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import known_system, temperature_text
from alkanode.studies.wording import shown
from alkanode.thermo import Assessment, isothermal_section, ternary_equilibrium
from alkanode.thermo.calphad import database_equilibrium, database_section, open_database

_METALS = 3
_SOLUTE, _HOST = "Li", "Na"

LEAST = 1e-12
"""Smallest amount of a phase that is told of."""


def section_part(
    temperature: QuantityLike = "25 degC",
    *,
    system: str | Assessment = "Li-Na-K",
    alloys: Sequence[Alloy | str] = (),
    suspend: Sequence[str] = (),
) -> Part:
    """Phase fields of three metals at one temperature, and what alloys hold there.

    Parameters
    ----------
    temperature
        K or text.
    system
        ``"Li-Na-K"`` or an assessment of three elements.
    alloys
        Alloys whose phases are told.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Records ``isothermal_section`` and, with alloys, ``ternary_equilibrium``; tables of the tie triangles and of the
        phases of the alloys.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.isothermal_section`.
    """
    assessment = known_system(system)
    left_out = tuple(suspend)
    metals = _alloys_of(alloys)
    record = isothermal_section(temperature, system=assessment, suspend=left_out)
    states = ternary_equilibrium(temperature, metals, system=assessment, suspend=left_out) if metals else None
    part = _part(record, states, metals, assessment.system, temperature)
    return replace(part, details={**part.details, "suspended": list(left_out)})


def database_section_part(
    file: str | Path,
    temperature: QuantityLike = "25 degC",
    *,
    system: str = "Li-Na-K",
    alloys: Sequence[Alloy | str] = (),
    phases: Sequence[str] = (),
    time_limit: QuantityLike = "120 s",
) -> Part:
    """The same from a thermodynamic database of the user's own, by pycalphad.

    Parameters
    ----------
    file
        TDB file.
    temperature, alloys
        As :func:`section_part`; each alloy holds all three elements.
    system
        Three elements of the database, joined by hyphens.
    phases
        Phases that may appear, as the database names them; none allows all.
    time_limit
        After which the mapping is given up.

    Returns
    -------
    Part

    Raises
    ------
    PhysicsError, ConvergenceError
        As :func:`alkanode.thermo.calphad.database_section`.
    ReaderError
        When pycalphad cannot read the file.
    MissingExtraError
        When pycalphad is not installed.
    """
    symbols = tuple(sorted(part.strip() for part in system.split("-")))
    if len(symbols) != _METALS:
        raise PhysicsError("three elements joined by hyphens are needed", found=repr(system), todo="Write Li-Na-K")
    database = open_database(Path(file))
    metals = _alloys_of(alloys)
    first, second, third = (symbol.upper() for symbol in symbols)
    elements, allowed = (first, second, third), tuple(phases) or None
    record = database_section(database, temperature, elements=elements, phases=allowed, time_limit=time_limit)
    states = None
    if metals:
        fractions = [[alloy.composition.mole_fraction(symbol) for symbol in symbols] for alloy in metals]
        kelvin = to_si(temperature, "temperature")
        states = database_equilibrium(database, kelvin, fractions, elements=elements, phases=allowed)
    part = _part(record, states, metals, system, temperature)
    return replace(part, details={**part.details, "phases_allowed": list(phases)})


def _alloys_of(alloys: Sequence[Alloy | str]) -> list[Alloy]:
    return [alloy if isinstance(alloy, Alloy) else Alloy.from_name(alloy) for alloy in alloys]


def _part(
    record: xr.Dataset, states: xr.Dataset | None, metals: Sequence[Alloy], system: str, temperature: QuantityLike
) -> Part:
    """A section that has been computed, and the states of alloys in it."""
    records, tables = {"isothermal_section": record}, {"tie_triangles": _triangles(record)}
    details: dict[str, Any] = {
        "system": system,
        "temperature": temperature_text(temperature),
        "fields": sorted({str(name) for name in record["region_phases"].to_numpy()}),
        "tie_triangles": _corners(record),
    }
    if states is not None:
        records["ternary_equilibrium"] = states
        details["alloys"] = {alloy.name: _state(states.isel(state=place)) for place, alloy in enumerate(metals)}
        tables["alloys"] = _alloys(details["alloys"], [str(symbol) for symbol in states["element"].to_numpy()])
    return Part(
        name="isothermal_section",
        title=f"{system} at {temperature_text(temperature)}",
        details=details,
        records=records,
        figures={"isothermal_section": describe(record, alloys=_in_figure(record, metals))},
        tables=tables,
        findings=(_finding(record, details["fields"]),),
    )


def _in_figure(record: xr.Dataset, metals: Sequence[Alloy]) -> list[Alloy]:
    """Alloys that lie in the triangle of a section."""
    elements = {str(symbol) for symbol in record["element"].to_numpy()}
    return [alloy for alloy in metals if set(alloy.composition.elements) <= elements]


def _finding(record: xr.Dataset, fields: Sequence[str]) -> str:
    """What a liquid beside solid lithium dissolves; for other systems the fields."""
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    lines = [
        line
        for line, phase, other in zip(
            record["boundary_mole_fraction"].to_numpy(),
            record["boundary_phase"].to_numpy(),
            record["boundary_other_phase"].to_numpy(),
            strict=True,
        )
        if str(phase) == "liquid" and str(other) == f"bcc_{_SOLUTE}"
    ]
    label = record.attrs["label"]
    if not lines or not {_SOLUTE, _HOST} <= set(elements):
        return f"Fields: {'; '.join(fields)}. [{label}]"
    points = np.concatenate(lines)
    solute, host = (points[:, elements.index(symbol)] for symbol in (_SOLUTE, _HOST))
    ends = [shown(float(end), "mole_fraction", 2) for end in (np.nanmin(solute), np.nanmax(solute))]
    hosts = [shown(float(end), "mole_fraction", 3) for end in (np.nanmin(host), np.nanmax(host))]
    return (
        f"Solid {_SOLUTE} coexists with liquids of {hosts[0]} to {hosts[1]} {_HOST}; they dissolve {ends[0]} to {ends[1]} "
        f"{_SOLUTE}. [{label}]"
    )


def _corners(record: xr.Dataset) -> list[dict[str, Any]]:
    """Tie triangles for machines: phase -> mole fraction of every element."""
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    return [
        {str(phase): dict(zip(elements, map(float, x), strict=True)) for phase, x in zip(phases, corners, strict=True)}
        for phases, corners in zip(
            record["triangle_phase"].to_numpy(), record["triangle_mole_fraction"].to_numpy(), strict=True
        )
    ]


def _triangles(record: xr.Dataset) -> Table:
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    rows = [
        (str(number), phase, *(shown(content[symbol], "mole_fraction") for symbol in elements))
        for number, corners in enumerate(_corners(record), start=1)
        for phase, content in corners.items()
    ]
    return Table(title="Three phases in equilibrium", columns=("triangle", "phase", *elements), rows=tuple(rows))


def _state(at: xr.Dataset) -> dict[str, Any]:
    """Phases of one alloy for machines."""
    elements = [str(symbol) for symbol in at["element"].to_numpy()]
    potentials = np.asarray(at["chemical_potential"].to_numpy(), dtype=float)
    return {
        "phases": {
            str(phase): {
                "phase_fraction": amount,
                "mole_fractions": dict(
                    zip(elements, map(float, at["phase_mole_fraction"].sel(phase=phase).to_numpy()), strict=True)
                ),
            }
            for phase in at["phase"].to_numpy()
            if (amount := float(at["phase_fraction"].sel(phase=phase))) > LEAST
        },
        "chemical_potentials_J_mol-1": dict(zip(elements, map(float, potentials), strict=True)),
    }


def _alloys(states: dict[str, dict[str, Any]], elements: Sequence[str]) -> Table:
    rows = [
        (
            name,
            phase,
            f"{100 * one['phase_fraction']:.3f} %",
            *(shown(one["mole_fractions"][symbol], "mole_fraction") for symbol in elements),
        )
        for name, state in states.items()
        for phase, one in state["phases"].items()
    ]
    return Table(title="Phases of the alloys", columns=("alloy", "phase", "of all atoms", *elements), rows=tuple(rows))
