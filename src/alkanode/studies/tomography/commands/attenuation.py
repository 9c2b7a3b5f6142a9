"""Attenuation of materials as a part: two tables side by side, and the set that a paper prints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.materials.attenuation import attenuation_table, linear_attenuation, printed_contradictions
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number, shown

DEFAULT = ("Na", "K", "NaK50", "NaK65", "C", "KC8", "NASICON", "PEEK")
"""Materials of a cell with a Na-K anode in carbon cloth on NASICON."""


def attenuation_part(materials: Sequence[str] = (), *, energy: str = "45 keV", printed: bool = False) -> Part:
    """Linear and mass attenuation coefficients at one energy.

    Parameters
    ----------
    materials
        Names; a set of common ones when empty.
    energy
        Of the X-rays.
    printed
        Also show the set that :cite:`Wu2025` prints at 44.79 keV, and what speaks against it.

    Returns
    -------
    Part
        Record ``attenuation``; an estimate per material.

    Raises
    ------
    PhysicsError
        For a material that is not known, or an energy outside the tables.
    """
    names = list(dict.fromkeys(materials)) or list(DEFAULT)
    record = attenuation_table(names, energy)
    tables = {"attenuation": _table(record)}
    findings = [
        "The mean is that of both tables; the interval spans both and twice the uncertainty of the density, the same in "
        "every voxel. [computed]"
    ]
    details: dict[str, object] = {"photon_energy_J": float(record["photon_energy"]), "materials": _values(record)}
    if printed:
        contradictions = printed_contradictions()
        tables["printed"] = _printed(contradictions)
        words = str(contradictions.attrs["contradictions"])
        findings += [f"{sentence.rstrip('.')}. [computed]" for sentence in words.split(". ")]
        details["printed"] = {
            str(name): float(value)
            for name, value in zip(
                contradictions["material"].to_numpy(), contradictions["mass_attenuation"].to_numpy(), strict=True
            )
        }
    return Part(
        name="attenuation",
        title=f"Attenuation of X-rays at {shown(float(record['photon_energy']), 'photon_energy')}",
        estimates={} if len(names) > 1 else _estimate(names[0], energy),
        details=details,
        records={"attenuation": record},
        tables=tables,
        findings=tuple(findings),
    )


def _estimate(name: str, energy: str) -> dict[str, Estimate]:
    return {"attenuation": linear_attenuation(name, energy)}


def _values(record: xr.Dataset) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in record["material"].to_numpy():
        at = record.sel(material=name)
        found[str(name)] = {
            "attenuation_m-1": float(at["attenuation"]),
            "interval_m-1": [float(end) for end in at["attenuation_interval"].to_numpy()],
            "mass_attenuation_m2_kg-1": float(at["mass_attenuation"]),
            "density_kg_m-3": float(at["density"]),
            "by_table_m-1": {
                str(which): float(at["table_attenuation"].sel(table=which)) for which in record["table"].to_numpy()
            },
            "label": str(at["label"].item()),
        }
    return found


def _table(record: xr.Dataset) -> Table:
    tables = [str(name) for name in record["table"].to_numpy()]
    rows = []
    for name in record["material"].to_numpy():
        at = record.sel(material=name)
        low, high = 0.01 * at["attenuation_interval"].to_numpy()
        each = [0.01 * float(at["table_attenuation"].sel(table=which)) for which in tables]
        mean = 0.01 * float(at["attenuation"])
        spread = 100 * float(np.ptp(each)) / mean if mean > 0 else float("nan")
        rows.append(
            (
                str(name),
                number(mean),
                f"{number(float(low), 3)} to {number(float(high), 3)}",
                *(number(value) for value in each),
                f"{number(spread, 2)} %" if np.isfinite(spread) else None,
                number(10 * float(at["mass_attenuation"])),
                number(1e-3 * float(at["density"])),
            )
        )
    return Table(
        title="Linear attenuation / cm-1",
        columns=("material", "mean", "interval", *tables, "spread", "over density / cm2 g-1", "density / g cm-3"),
        rows=tuple(rows),
    )


def _printed(record: xr.Dataset) -> Table:
    tables = [str(name) for name in record["table"].to_numpy()]
    rows = []
    for name in record["material"].to_numpy():
        at = record.sel(material=name)
        rows.append(
            (
                str(name),
                number(10 * float(at["mass_attenuation"])),
                *(number(10 * float(at["table_mass_attenuation"].sel(table=which))) for which in tables),
                *(f"{100 * (float(at['ratio'].sel(table=which)) - 1):+.0f} %" for which in tables),
            )
        )
    return Table(
        title="Printed mass attenuation at 44.79 keV / cm2 g-1",
        columns=("material", "printed", *tables, *(f"printed against {which}" for which in tables)),
        rows=tuple(rows),
    )
