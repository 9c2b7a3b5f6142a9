"""Phase equilibria of the anode's alloy as a part of a study."""

from __future__ import annotations

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import anode_path
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.plot.describe_thermo import phase_diagram as describe_diagram
from alkanode.studies.blocks import Phases
from alkanode.studies.part import Part
from alkanode.studies.wording import shown, worded
from alkanode.thermo import liquid_window, path_estimates, phase_diagram, window_estimates


def path_of(cell: Cell) -> xr.Dataset:
    """Stripping path of the cell's alloy at the cell's temperature.

    Raises
    ------
    StudyError
        When the anode is no alloy of Na and K.
    """
    try:
        return anode_path(cell)
    except SchemaError as reason:
        raise StudyError(reason.needed, found=reason.found) from None


def phases_part(cell: Cell, settings: Phases) -> Part:
    """Liquid window, stripping path and phase diagram of the cell's alloy.

    Raises
    ------
    StudyError
        When the anode is no alloy of Na and K.
    """
    path = path_of(cell)
    window = liquid_window("Na-K", temperature=cell.temperature, temperature_uncertainty=cell.temperature_uncertainty)
    diagram = phase_diagram("Na-K", (settings.lowest_temperature, settings.highest_temperature))
    edges, limits = window_estimates(window), path_estimates(path)
    alloy = cell.alloy
    name = alloy.name if alloy is not None else cell.anode.name
    at = shown(cell.temperature, "temperature")
    doubt = "" if cell.temperature_known else " (assumed, since the cell states no temperature)"
    findings = [
        f"At {at}{doubt} Na-K is fully liquid from {worded(edges['mass_fraction_lower'])} to "
        f"{worded(edges['mass_fraction_upper'])} K; intervals cover +-{cell.temperature_uncertainty:g} K. "
        f"[{edges['mass_fraction_lower'].basis}]",
        f"{name} leaves the liquid field after {worded(limits['capacity_to_liquidus'])} of "
        f"{worded(limits['theoretical_capacity'])} of Na, and its last liquid is gone after "
        f"{worded(limits['capacity_to_last_liquid'])}. [{limits['capacity_to_liquidus'].basis}]",
    ]
    return Part(
        name="phases",
        title="Phase equilibria",
        estimates={**edges, **limits},
        details={"system": "Na-K", "fractions_of": "K", "alloy": name, "temperature_K": cell.temperature},
        records={"stripping_path": path, "liquid_window": window, "phase_diagram": diagram},
        figures={"phase_diagram": describe_diagram(diagram, paths=(path,))},
        findings=tuple(findings),
    )
