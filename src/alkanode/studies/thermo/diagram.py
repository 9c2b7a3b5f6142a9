"""A binary phase diagram as a part, with the paths of alloys from which a metal is stripped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from alkanode.foundation.units import QuantityLike
from alkanode.plot.describe_phase_diagram import phase_diagram as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import (
    binary_system,
    diagram_range,
    invariant_details,
    invariant_estimates,
    invariant_table,
    two_elements,
)
from alkanode.studies.wording import shown
from alkanode.thermo import Assessment, invariants, phase_diagram, stripping_path
from alkanode.thermo.calphad import database_diagram, open_database


def diagram_part(
    system: str | Assessment = "Na-K",
    temperatures: tuple[QuantityLike | None, QuantityLike | None] = (None, None),
    *,
    alloys: Sequence[str] = (),
    ion: str = "Na+",
    temperature: QuantityLike = "25 degC",
    basis: Literal["mass", "mole"] = "mass",
    suspend: Sequence[str] = (),
) -> Part:
    """Boundaries of all two-phase fields of a binary system, and its invariant points.

    Parameters
    ----------
    system
        Shipped system of two elements, or an assessment.
    temperatures
        Lowest and highest temperature; ``None`` is taken so that all invariant points are seen.
    alloys
        Names of alloys whose paths are drawn, while ``ion`` is stripped at ``temperature``.
    ion, temperature
        Of these paths.
    basis
        Composition at the bottom of the figure.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Record and figure ``phase_diagram``; estimates are the temperatures of the invariant points.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.phase_diagram`, and for a system of three elements.
    """
    assessment = binary_system(system)
    left_out = tuple(suspend)
    fixed = invariants(assessment, suspend=left_out)
    seen = diagram_range(fixed, assessment)
    low, high = (shown if given is None else given for given, shown in zip(temperatures, seen, strict=True))
    record = phase_diagram(assessment, (low, high), suspend=left_out)
    paths = tuple(
        stripping_path(alloy, ion, temperature=temperature, system=assessment, suspend=left_out) for alloy in alloys
    )
    return Part(
        name="phase_diagram",
        title=f"Phase diagram of {assessment.system}",
        estimates=invariant_estimates(fixed, assessment, str(record.attrs["label"])),
        details={
            "system": assessment.system,
            "suspended": list(left_out),
            "lines": int(record.sizes["line"]),
            "invariants": invariant_details(fixed, assessment),
        },
        records={"phase_diagram": record},
        tables={"invariants": invariant_table(fixed, assessment)},
        figures={"phase_diagram": describe(record, paths=paths, basis=basis)},
    )


def database_diagram_part(
    file: str | Path,
    temperatures: tuple[QuantityLike, QuantityLike],
    *,
    system: str = "Na-K",
    basis: Literal["mass", "mole"] = "mass",
    phases: Sequence[str] = (),
    time_limit: QuantityLike = "120 s",
) -> Part:
    """The same from a thermodynamic database of the user's own, by pycalphad.

    Parameters
    ----------
    file
        TDB file.
    temperatures
        Lowest and highest temperature.
    system
        Two elements of the database, joined by a hyphen.
    basis
        Composition at the bottom of the figure.
    phases
        Phases that may appear, as the database names them; none allows all.
    time_limit
        After which the mapping is given up.

    Returns
    -------
    Part
        Record and figure ``phase_diagram``.

    Raises
    ------
    PhysicsError, ConvergenceError
        As :func:`alkanode.thermo.calphad.database_diagram`.
    ReaderError
        When pycalphad cannot read the file.
    MissingExtraError
        When pycalphad is not installed.
    """
    elements = two_elements(system)
    record = database_diagram(
        open_database(Path(file)),
        temperatures,
        elements=elements,
        phases=tuple(phases) or None,
        time_limit=time_limit,
    )
    kinds, kelvin, at, names = (
        record[f"invariant_{field}"].to_numpy() for field in ("kind", "temperature", "mole_fraction", "phase")
    )
    first = str(record.attrs["element"])
    met = [
        {
            "kind": str(kinds[place]),
            "temperature_K": float(kelvin[place]),
            "phases": [str(name) for name in names[place]],
            f"mole_fractions_of_{first}": [float(x) for x in at[place]],
        }
        for place in range(kinds.size)
    ]
    rows = [
        (
            str(kinds[place]),
            shown(float(kelvin[place]), "temperature"),
            f"{kelvin[place]:.2f}",
            ", ".join(
                f"{name} {shown(float(x), 'mole_fraction', 3)}" for name, x in zip(names[place], at[place], strict=True)
            ),
        )
        for place in range(kinds.size)
    ]
    columns = ("kind", "temperature", "T / K", f"phases and their content of {first}")
    return Part(
        name="phase_diagram",
        title=f"Phase diagram of {system}",
        details={
            "system": system,
            "lines": int(record.sizes["line"]),
            "invariants": met,
            "phases_allowed": list(phases),
        },
        records={"phase_diagram": record},
        tables={"invariants": Table(title="Invariant points", columns=columns, rows=tuple(rows))},
        figures={"phase_diagram": describe(record, basis=basis)},
        findings=(f"Melting points of the pure metals are not mapped. [{record.attrs['label']}]",),
    )
