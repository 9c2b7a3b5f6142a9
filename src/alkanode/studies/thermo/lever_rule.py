"""The lever rule of a cell with two equal electrodes as a part: what each holds after a charge has moved between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy
from alkanode.plot.describe_lever_rule import lever_rule as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import diagram_range, known_system, temperature_text
from alkanode.studies.wording import shown, worded
from alkanode.thermo import Assessment, invariants, lever_rule, lever_rule_estimates, load_assessment, phase_diagram

_WHERE = {"initial": "before", "enriched": "where the metal was plated", "depleted": "where the metal was stripped"}
"""What the electrodes of the record are, for people."""

_SIZES = {"amount": "mol", "mass": "kg", "volume": "m3", "thickness": "m", "electrode_potential": "V"}
"""Fields of an electrode beside its phases -> SI unit."""


def lever_rule_part(
    alloy: Alloy | str,
    *,
    volume: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    thickness: QuantityLike | None = None,
    area: QuantityLike | None = None,
    diameter: QuantityLike | None = None,
    areal_capacity: QuantityLike,
    ion: str = "K+",
    temperature: QuantityLike = "25 degC",
    spread: QuantityLike = "2 K",
    system: str | Assessment | None = None,
    suspend: Sequence[str] = (),
) -> Part:
    """Phases, volumes and potentials of both electrodes of a symmetric cell before and after a charge has moved.

    Parameters
    ----------
    alloy
        Of both electrodes at the start.
    volume, mass, thickness
        Of one electrode; one of them.
    area, diameter
        Of the electrodes; one of them, or none beside a thickness.
    areal_capacity
        Charge per area that has moved.
    ion
        Which metal moves.
    temperature, spread
        Temperature and half width of its interval.
    system, suspend
        As :func:`alkanode.thermo.lever_rule`; by default the system of the alloy's metals.

    Returns
    -------
    Part
        Record ``electrode_inventory``; estimates ``liquid_fraction_ELECTRODE`` and ``thickness_ELECTRODE``.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.lever_rule`.
    """
    record = lever_rule(
        alloy,
        areal_capacity=areal_capacity,
        ion=ion,
        temperature=temperature,
        temperature_uncertainty=spread,
        volume=volume,
        mass=mass,
        thickness=thickness,
        area=area,
        diameter=diameter,
        system=None if system is None else known_system(system),
        suspend=tuple(suspend),
    )
    return inventory_part(record, temperature)


def inventory_part(record: xr.Dataset, temperature: QuantityLike) -> Part:
    """The part of a lever rule that has been computed.

    Parameters
    ----------
    record
        Kind ``electrode_inventory``.
    temperature
        As it was given, for the title.

    Returns
    -------
    Part
    """
    electrodes = [str(name) for name in record["electrode"].to_numpy()]
    alloy, ion = str(record.attrs["alloy"]), str(record.attrs["ion"])
    estimates = _estimates(record, electrodes)
    change = " to ".join(worded(estimates[f"liquid_fraction_{name}"]) for name in ("initial", "enriched"))
    other = worded(estimates["liquid_fraction_depleted"])
    charge = shown(float(record.attrs["areal_capacity"]), "areal_capacity")
    return Part(
        name="lever_rule",
        title=f"Lever rule: {alloy}, {charge} of {ion} at {temperature_text(temperature)}",
        estimates=estimates,
        details={
            "alloy": alloy,
            "ion": ion,
            "temperature_K": float(record.attrs["temperature"]),
            "areal_capacity_C_m-2": float(record.attrs["areal_capacity"]),
            "moved_share": float(record.attrs["moved_share"]),
            "volume_rule": record.attrs["volume_rule"],
            "electrodes": {name: _electrode(record.sel(electrode=name)) for name in electrodes},
        },
        records={"electrode_inventory": record},
        figures={"lever_rule": describe(record, diagram=_diagram(record))},
        tables={"electrodes": _sizes_table(record, electrodes), "phases": _phases_table(record, electrodes)},
        findings=(
            f"The liquid fraction goes from {change} where {ion} is plated, and to {other} where it is stripped. "
            f"[{record.attrs['label']}]",
        ),
    )


def _diagram(record: xr.Dataset) -> xr.Dataset | None:
    """Phase diagram of a system of two metals, in which the electrodes are drawn."""
    assessment = load_assessment(str(record.attrs["system"]))
    if len(assessment.elements) != 2:
        return None
    suspended = tuple(str(record.attrs["suspended"]).split())
    return phase_diagram(
        assessment, diagram_range(invariants(assessment, suspend=suspended), assessment), suspend=suspended
    )


def _estimates(record: xr.Dataset, electrodes: Sequence[str]) -> dict[str, Estimate]:
    """Liquid fraction and thickness of every electrode."""
    thick = {
        f"thickness_{name}": Estimate(
            value=float(record["thickness"].sel(electrode=name)),
            unit="m",
            quantity="thickness",
            label=f"{record.attrs['label']}; volumes by the rule '{record.attrs['volume_rule']}'",
        )
        for name in electrodes
    }
    return {**lever_rule_estimates(record), **thick}


def _electrode(at: xr.Dataset) -> dict[str, Any]:
    """One electrode for machines, SI."""
    elements = [str(symbol) for symbol in at["element"].to_numpy()]
    return {
        **{f"{field}_{unit}": float(at[field]) for field, unit in _SIZES.items()},
        "liquid_fraction": float(at["liquid_fraction"]),
        **{
            field: [float(end) for end in at[field].to_numpy()]
            for field in ("liquid_fraction_interval", "liquid_fraction_assessment_interval")
        },
        "mole_fractions": dict(zip(elements, map(float, at["mole_fraction"].to_numpy()), strict=True)),
        "phases": {
            str(phase): {
                "phase_fraction": float(one["phase_fraction"]),
                "mole_fractions": dict(zip(elements, map(float, one["phase_mole_fraction"].to_numpy()), strict=True)),
            }
            for phase in at["phase"].to_numpy()
            if float((one := at.sel(phase=phase))["phase_fraction"]) > 0
        },
    }


def _sizes_table(record: xr.Dataset, electrodes: Sequence[str]) -> Table:
    def percent(at: xr.Dataset, field: str) -> str | None:
        if field not in at or not at[field].notnull().all():
            return None
        low, high = 100 * at[field].to_numpy()
        return f"{low:.2f} to {high:.2f} %"

    rows = []
    for name in electrodes:
        at = record.sel(electrode=name)
        rows.append(
            (
                f"{name} ({_WHERE[name]})",
                f"{100 * float(at['liquid_fraction']):.2f} %",
                percent(at, "liquid_fraction_interval"),
                percent(at, "liquid_fraction_assessment_interval"),
                *(_size(at, field) for field in ("mass", "volume", "thickness", "electrode_potential")),
            )
        )
    return Table(
        title="Electrodes",
        columns=(
            "electrode",
            "liquid",
            "over the temperature",
            "over the assessment, 95 %",
            "mass",
            "volume",
            "thickness",
            "potential",
        ),
        rows=tuple(rows),
    )


def _size(at: xr.Dataset, field: str) -> str | None:
    value = float(at[field])
    return shown(value, field) if math.isfinite(value) else None


def _phases_table(record: xr.Dataset, electrodes: Sequence[str]) -> Table:
    elements = [str(symbol) for symbol in record["element"].to_numpy()]
    rows: list[tuple[str, ...]] = []
    for name in electrodes:
        for phase, one in _electrode(record.sel(electrode=name))["phases"].items():
            contents = (shown(one["mole_fractions"][symbol], "mole_fraction") for symbol in elements)
            rows.append((name, phase, f"{100 * one['phase_fraction']:.2f} %", *contents))
    return Table(
        title="Phases of the electrodes",
        columns=("electrode", "phase", "of all atoms", *elements),
        rows=tuple(rows),
    )
