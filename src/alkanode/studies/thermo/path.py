"""The path of an electrode as a part: phases and potential while a metal is stripped or plated, and what moves its ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy, working_metal
from alkanode.plot import Figure
from alkanode.plot.describe_path import anode_path as describe
from alkanode.plot.describe_phase_diagram import phase_diagram as describe_diagram
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.systems import diagram_range, interval_rows, intervals_of, temperature_text
from alkanode.studies.wording import shown, spoken
from alkanode.thermo import (
    Assessment,
    ElectrodeSize,
    carbon_uptake,
    invariants,
    load_assessment,
    path_estimates,
    phase_diagram,
    plating_path,
    stripping_path,
)

LEAST = 1e-9
"""Smallest share of the atoms that counts as a phase that is there."""

EVENTS = ("capacity_to_first_liquid", "capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid")

_POINTS = {1: 400, 2: 400, 3: 100}
"""Points of a path by the number of metals: a path of three costs about half a second of processor time."""


def path_part(
    alloy: Alloy | str,
    ion: str = "Na+",
    *,
    plate: bool = False,
    temperature: QuantityLike = "25 degC",
    spread: QuantityLike = "2 K",
    size: ElectrodeSize | None = None,
    full_uptake: float = 0.0,
    kc8_extent: float = 0.0,
    system: str | Assessment | None = None,
    suspend: Sequence[str] = (),
    draws: int | None = None,
) -> Part:
    """Phases, capacities and potential while one metal leaves an alloy or comes to it.

    Parameters
    ----------
    alloy
        An alloy or its name; a pure metal too.
    ion
        Working ion.
    plate
        Whether its metal is plated; else it is stripped.
    temperature, spread
        Temperature and half width of its interval.
    size
        Of the electrode, for its thickness.
    full_uptake
        Moles of K per mole of atoms that a carbon support would bind as KC8, see
        :func:`alkanode.thermo.potassium_in_carbon`; 0 is no carbon.
    kc8_extent
        Share (0-1) of that which it has bound.
    system, suspend
        As :func:`alkanode.thermo.stripping_path`; by default the system of the metals.
    draws
        Of the assessment's parameters, for the interval over it; 0 leaves it out, the default is that of
        :func:`alkanode.thermo.stripping_path`.

    Returns
    -------
    Part
        Record ``stripping_path`` or ``plating_path``; tables of the phases along the charge and of what moves the events.

    Raises
    ------
    PhysicsError
        As :func:`alkanode.thermo.stripping_path` and :func:`alkanode.thermo.plating_path`.
    """
    left_out = tuple(suspend)
    given = alloy if isinstance(alloy, Alloy) else Alloy.from_name(alloy)
    metals = {*given.composition.elements, working_metal(ion)}
    record = (plating_path if plate else stripping_path)(
        given,
        ion,
        temperature=temperature,
        temperature_uncertainty=spread,
        potassium_in_carbon=kc8_extent * full_uptake,
        points=_POINTS[min(len(metals), max(_POINTS))],
        size=size,
        system=system,
        suspend=left_out,
        draws=draws,
    )
    name = "plating_path" if plate else "stripping_path"
    records, tables = {name: record}, {"regions": region_table(record), "events": event_table(record)}
    if full_uptake > 0 and not plate and takes_up(given, ion):
        records["carbon_uptake"] = uptake_of(
            given, full_uptake, kc8_extent, ion=ion, temperature=temperature, spread=spread, draws=draws
        )
        tables["carbon"] = uptake_table(records["carbon_uptake"], kc8_extent)
    return Part(
        name=name,
        title=f"{'Plating' if plate else 'Stripping'} {ion} {'into' if plate else 'from'} {record.attrs['alloy']} "
        f"at {temperature_text(temperature)}",
        estimates=path_estimates(record),
        details={
            "alloy": record.attrs["alloy"],
            "ion": ion,
            "system": record.attrs["system"],
            "temperature": temperature_text(temperature),
            "potassium_in_carbon": kc8_extent * full_uptake,
            "suspended": list(left_out),
            "regions": regions(record),
            "assessment_intervals": intervals_of(record, EVENTS),
        },
        records=records,
        figures=_figures(record, name, left_out),
        tables=tables,
    )


def _figures(record: xr.Dataset, name: str, suspended: tuple[str, ...]) -> dict[str, Figure]:
    """The path over its charge and, of two metals, in the phase diagram."""
    figures = {name: describe(record)}
    assessment = load_assessment(str(record.attrs["system"]))
    if name == "stripping_path" and len(assessment.elements) == 2:
        low, high = diagram_range(invariants(assessment, suspend=suspended), assessment)
        figures["phase_diagram"] = describe_diagram(
            phase_diagram(assessment, (low, high), suspend=suspended), paths=(record,)
        )
    return figures


def regions(record: xr.Dataset) -> list[dict[str, Any]]:
    """Stretches of a path with the same phases: phases, first and last charge (C kg-1), potentials there (V).

    Parameters
    ----------
    record
        Kind ``stripping_path`` or ``plating_path``.

    Returns
    -------
    list of dict
        Keys ``phases``, ``from_C_kg-1``, ``to_C_kg-1``, ``potential_V`` (first, last; ``inf`` where none of the metal is
        left), and with a size ``thickness_m`` (first, last).
    """
    names = [str(phase) for phase in record["phase"].to_numpy()]
    there = record["phase_fraction"].transpose("point", "phase").to_numpy() > LEAST
    charge = record["specific_capacity"].to_numpy()
    potential = record["electrode_potential"].to_numpy()
    between = there[1:] | there[:-1]
    breaks = np.flatnonzero((between[1:] != between[:-1]).any(axis=1)) + 1
    found = []
    for first, last in zip([0, *breaks], [*breaks, charge.size - 1], strict=True):
        if charge[last] <= charge[first]:
            continue
        region: dict[str, Any] = {
            "phases": [name for name, here in zip(names, between[first], strict=True) if here],
            "from_C_kg-1": float(charge[first]),
            "to_C_kg-1": float(charge[last]),
            "potential_V": [float(potential[first]), float(potential[last])],
        }
        if "thickness" in record:
            thickness = record["thickness"].to_numpy()
            region["thickness_m"] = [float(thickness[first]), float(thickness[last])]
        found.append(region)
    return found


def region_table(record: xr.Dataset) -> Table:
    """Phases along the charge, for people."""
    rows = []
    for region in regions(record):
        ends = [shown(region[key], "specific_capacity") for key in ("from_C_kg-1", "to_C_kg-1")]
        volts = [shown(v, "electrode_potential") if np.isfinite(v) else "-" for v in region["potential_V"]]
        row = [" + ".join(region["phases"]), *ends, *volts]
        row += [shown(size, "thickness") for size in region.get("thickness_m", ())]
        rows.append(tuple(row))
    columns = ("phases", "from", "to", "potential at first", "at last")
    thick = ("thickness at first", "at last") if "thickness" in record else ()
    return Table(title="Phases along the charge", columns=(*columns, *thick), rows=tuple(rows))


def event_table(record: xr.Dataset) -> Table:
    """What moves the events of a path: the temperature, and the coefficients of the assessment."""
    known = [name for name in EVENTS if name in record and np.isfinite(record[name])]
    return Table(
        title="What moves the events",
        columns=(
            "event",
            "charge",
            f"over +-{float(record.attrs['temperature_uncertainty']):g} K",
            "over the assessment, 95 %",
        ),
        rows=interval_rows(record, known, "specific_capacity", [spoken(name) for name in known]),
    )


def takes_up(alloy: Alloy, ion: str) -> bool:
    """Whether :func:`uptake_of` describes an alloy: Na-K from which Na is stripped."""
    return set(alloy.composition.elements) == {"Na", "K"} and ion == "Na+"


def uptake_of(
    alloy: Alloy,
    full_uptake: float,
    extent: float,
    *,
    ion: str,
    temperature: QuantityLike,
    spread: QuantityLike,
    draws: int | None = None,
) -> xr.Dataset:
    """Events of a stripping path over the extent of KC8, the stated extent among them.

    Parameters
    ----------
    alloy, full_uptake, extent
        The alloy before uptake, what the carbon would bind (moles of K per mole of atoms), and the share (0-1) that is
        stated.
    ion, temperature, spread, draws
        As :func:`path_part`.

    Returns
    -------
    Dataset
        Kind ``carbon_uptake``.
    """
    return carbon_uptake(
        alloy,
        full_uptake=full_uptake,
        ion=ion,
        extents=sorted({0.0, 0.5, 1.0, extent}),
        temperature=temperature,
        temperature_uncertainty=spread,
        draws=draws,
    )


def uptake_table(record: xr.Dataset, stated: float) -> Table:
    """What uptake of K by carbon would move, beside the temperature and the assessment.

    Parameters
    ----------
    record
        Kind ``carbon_uptake``.
    stated
        The extent that was stated.
    """
    rows: list[tuple[str | float | None, ...]] = []
    for extent in record["kc8_extent"].to_numpy():
        at = record.sel(kc8_extent=extent)
        name = f"{extent:g}{' (stated)' if extent == stated else ''}"
        if not np.isfinite(float(at["mole_fraction"])):
            rows.append((name, "would bind all of the K", *[None] * 4))
            continue
        ends = [shown(float(x), "mole_fraction", 3) for x in at["window_mole_fraction"].to_numpy()]
        (event,) = interval_rows(at, ("capacity_to_liquidus",), "specific_capacity", ("",))
        rows.append((name, shown(float(at["mole_fraction"]), "mole_fraction", 3), " to ".join(ends), *event[1:]))
    return Table(
        title="What uptake of K by carbon would move",
        columns=(
            "extent of KC8",
            "K left in the metal",
            "liquid window, K before uptake",
            spoken("capacity_to_liquidus"),
            f"over +-{float(record.attrs['temperature_uncertainty']):g} K",
            "over the assessment, 95 %",
        ),
        rows=tuple(rows),
    )
