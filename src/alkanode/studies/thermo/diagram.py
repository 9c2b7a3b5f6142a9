"""A binary phase diagram as a part, with the paths of alloys from which a metal is stripped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from alkanode.foundation.units import QuantityLike
from alkanode.plot.describe_phase_diagram import phase_diagram as describe
from alkanode.studies.part import Part
from alkanode.studies.thermo.systems import (
    binary_system,
    diagram_range,
    invariant_details,
    invariant_estimates,
    invariant_table,
)
from alkanode.thermo import Assessment, invariants, phase_diagram, stripping_path


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
