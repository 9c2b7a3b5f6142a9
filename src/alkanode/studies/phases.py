"""Phase equilibria of the anode's alloy as a part of a study."""

from __future__ import annotations

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.errors import StudyError
from alkanode.materials.elements import element
from alkanode.plot.describe_thermo import phase_diagram as describe_diagram
from alkanode.studies.blocks import Phases
from alkanode.studies.part import Part
from alkanode.studies.wording import shown, worded
from alkanode.thermo import liquid_window, path_estimates, phase_diagram, stripping_path, window_estimates

CARBON_PER_POTASSIUM = 8
"""Atoms of carbon that take one atom of potassium in KC8."""


def potassium_in_carbon(cell: Cell) -> float:
    """Moles of K that the carbon host has bound as KC8, per mole of atoms of the alloy.

    Parameters
    ----------
    cell
        Gives ``kc8_extent`` (0-1), ``carbon_mass`` and ``mass`` of the anode (kg).

    Returns
    -------
    float
        extent (m_C / M_C / 8) / (m / M).
    """
    anode, alloy = cell.anode, cell.alloy
    if anode.kc8_extent == 0 or anode.carbon_mass is None or anode.mass is None or alloy is None:
        return 0.0
    carbon = anode.carbon_mass / element("C").molar_mass.value
    atoms = anode.mass / alloy.composition.molar_mass
    return anode.kc8_extent * carbon / CARBON_PER_POTASSIUM / atoms


def path_of(cell: Cell) -> xr.Dataset:
    """Stripping path of the cell's alloy at the cell's temperature.

    Raises
    ------
    StudyError
        When the anode is no alloy of Na and K.
    """
    alloy = cell.alloy
    if alloy is None or set(alloy.composition.elements) != {"Na", "K"}:
        raise StudyError("a stripping path needs an anode of Na and K", found=f"anode {cell.anode.name!r}")
    return stripping_path(
        alloy,
        cell.ion,
        temperature=cell.temperature,
        temperature_uncertainty=cell.temperature_uncertainty,
        potassium_in_carbon=potassium_in_carbon(cell),
    )


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
