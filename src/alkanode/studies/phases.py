"""Phase equilibria of the anode's alloy as a part of a study."""

from __future__ import annotations

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import anode_path, potassium_in_carbon
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_path import anode_path as describe_path
from alkanode.plot.describe_path import anode_paths as describe_paths
from alkanode.plot.describe_phase_diagram import phase_diagram as describe_diagram
from alkanode.studies.blocks import Phases
from alkanode.studies.part import Part, Table
from alkanode.studies.thermo.path import event_table, region_table, regions, takes_up, uptake_of, uptake_table
from alkanode.studies.thermo.systems import diagram_range
from alkanode.studies.thermo.window import ends_table
from alkanode.studies.wording import shown, worded
from alkanode.thermo import (
    Assessment,
    invariants,
    liquid_window,
    load_assessment,
    path_estimates,
    phase_diagram,
    stripping_path,
    window_estimates,
)

_BINARY = 2


def path_of(cell: Cell) -> xr.Dataset:
    """Stripping path of the cell's alloy at the cell's temperature.

    Raises
    ------
    StudyError
        When the anode is no alloy that :func:`alkanode.electrochem.anode_path` knows.
    """
    try:
        return anode_path(cell)
    except SchemaError as reason:
        raise StudyError(reason.needed, found=reason.found) from None


def phases_part(cell: Cell, settings: Phases) -> Part:
    """Stripping path of the cell's alloy and, of two metals, the liquid window and the phase diagram.

    Raises
    ------
    StudyError
        When the anode is no alloy that :func:`alkanode.electrochem.anode_path` knows.
    """
    path = path_of(cell)
    assessment = load_assessment(str(path.attrs["system"]))
    limits = path_estimates(path)
    alloy = cell.alloy
    name = alloy.name if alloy is not None else cell.anode.name
    records, figures = {"stripping_path": path}, {"stripping_path": describe_path(path)}
    tables: dict[str, Table] = {"regions": region_table(path), "events": event_table(path)}
    full = potassium_in_carbon(cell, extent=1.0)
    if alloy is not None and full > 0 and takes_up(alloy, cell.ion):
        extent = cell.anode.kc8_extent
        records["carbon_uptake"] = uptake_of(
            alloy,
            full,
            extent,
            ion=cell.ion,
            temperature=cell.temperature,
            spread=cell.temperature_uncertainty,
        )
        tables["carbon"] = uptake_table(records["carbon_uptake"], extent)
    edges: dict[str, Estimate] = {}
    findings = []
    if len(assessment.elements) == _BINARY:
        window = liquid_window(
            assessment, temperature=cell.temperature, temperature_uncertainty=cell.temperature_uncertainty
        )
        edges = window_estimates(window)
        diagram = _diagram(assessment, settings)
        tables = {"window_intervals": ends_table(window)} | tables
        records |= {"liquid_window": window, "phase_diagram": diagram}
        others = _other_paths(cell, assessment, settings)
        figures = {"phase_diagram": describe_diagram(diagram, paths=(path, *others))} | figures
        if others:
            figures["anode_paths"] = describe_paths((path, *others))
        findings.append(_window_sentence(cell, assessment, edges))
    findings.append(_path_sentence(cell, name, limits))
    return Part(
        name="phases",
        title="Phase equilibria",
        estimates={**edges, **limits},
        details={
            "system": assessment.system,
            "fractions_of": assessment.elements[0],
            "alloy": name,
            "temperature_K": cell.temperature,
            "regions": regions(path),
        },
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
    )


def _other_paths(cell: Cell, assessment: Assessment, settings: Phases) -> tuple[xr.Dataset, ...]:
    """Paths of the further alloys of the block at the cell's temperature, without carbon."""
    return tuple(
        stripping_path(
            name,
            cell.ion,
            temperature=cell.temperature,
            temperature_uncertainty=cell.temperature_uncertainty,
            system=assessment,
        )
        for name in settings.alloys
    )


def _diagram(assessment: Assessment, settings: Phases) -> xr.Dataset:
    """Phase diagram over the temperatures of the block, by default all that its invariant points need."""
    given = (settings.lowest_temperature, settings.highest_temperature)
    seen = diagram_range(invariants(assessment), assessment)
    low, high = (default if stated is None else stated for stated, default in zip(given, seen, strict=True))
    return phase_diagram(assessment, (low, high))


def _window_sentence(cell: Cell, assessment: Assessment, edges: dict[str, Estimate]) -> str:
    doubt = "" if cell.temperature_known else " (assumed, since the cell states no temperature)"
    lower, upper = edges["mass_fraction_lower"], edges["mass_fraction_upper"]
    return (
        f"At {shown(cell.temperature, 'temperature')}{doubt} {assessment.system} is fully liquid from {worded(lower)} to "
        f"{worded(upper)} {assessment.elements[0]}; intervals cover +-{cell.temperature_uncertainty:g} K. [{lower.basis}]"
    )


def _path_sentence(cell: Cell, name: str, limits: dict[str, Estimate]) -> str:
    metal = cell.ion.removesuffix("+")
    leaves = limits["capacity_to_liquidus"]
    return (
        f"{name} leaves the liquid field after {worded(leaves)} of {worded(limits['theoretical_capacity'])} of {metal}, "
        f"and its last liquid is gone after {worded(limits['capacity_to_last_liquid'])}. [{leaves.basis}]"
    )
