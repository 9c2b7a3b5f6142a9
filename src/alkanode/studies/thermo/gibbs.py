"""Gibbs energies of the phases of a binary system and their common tangents, as a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import xarray as xr

from alkanode.foundation.units import QuantityLike
from alkanode.plot.describe_gibbs import gibbs_curves as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import binary_system, temperature_text
from alkanode.studies.wording import shown
from alkanode.thermo import Assessment, gibbs_curves


def gibbs_part(
    system: str | Assessment = "Na-K",
    temperature: QuantityLike = "25 degC",
    *,
    points: int = 401,
    basis: Literal["mass", "mole"] = "mole",
    suspend: Sequence[str] = (),
) -> Part:
    """Gibbs energy of every phase over composition, and the tangents that two phases in equilibrium share.

    Parameters
    ----------
    system
        Shipped system of two elements, or an assessment.
    temperature
        K or text.
    points
        Compositions of the curves.
    basis
        Composition at the bottom of the figure; tangents are straight only over mole fractions.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Part
        Record and figure ``gibbs_curves``; a table of the tangents.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.gibbs_curves`, and for a system of three elements.
    """
    assessment = binary_system(system)
    record = gibbs_curves(temperature, assessment, points=points, suspend=tuple(suspend))
    return Part(
        name="gibbs_curves",
        title=f"Gibbs energies of {assessment.system} at {temperature_text(temperature)}",
        details={
            "system": assessment.system,
            "temperature": temperature_text(temperature),
            "suspended": list(suspend),
            "tangents": _tangents(record),
        },
        records={"gibbs_curves": record},
        figures={"gibbs_curves": describe(record, basis=basis)},
        tables={"tangents": _table(record, assessment)},
        findings=(
            f"{record.sizes['tangent']} pair{'' if record.sizes['tangent'] == 1 else 's'} of phases in equilibrium. "
            f"[{record.attrs['label']}]",
        ),
    )


def _tangents(record: xr.Dataset) -> list[dict[str, object]]:
    return [
        {
            "phases": [str(name) for name in record["tangent_phase"].to_numpy()[place]],
            "mole_fractions": [float(x) for x in record["tangent_mole_fraction"].to_numpy()[place]],
            "gibbs_energies_J_mol-1": [float(g) for g in record["tangent_gibbs_energy"].to_numpy()[place]],
        }
        for place in range(record.sizes["tangent"])
    ]


def _table(record: xr.Dataset, assessment: Assessment) -> Table:
    rows = []
    for place in range(record.sizes["tangent"]):
        at = record.isel(tangent=place)
        row: list[str] = []
        for end in range(record.sizes["end"]):
            one = at.isel(end=end)
            x, w = float(one["tangent_mole_fraction"]), float(one["tangent_mass_fraction"])
            row += [
                str(one["tangent_phase"].item()),
                f"{shown(x, 'mole_fraction')} ({shown(w, 'mass_fraction')})",
                shown(float(one["tangent_gibbs_energy"]), "gibbs_energy"),
            ]
        rows.append(tuple(row))
    content = f"content of {assessment.elements[0]}"
    return Table(
        title="Common tangents",
        columns=("phase", content, "Gibbs energy", "other phase", f"its {content}", "its Gibbs energy"),
        rows=tuple(rows),
    )
