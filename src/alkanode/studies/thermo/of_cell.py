"""What the phase diagram says of the cell of a study: section, potentials, lever rule, at the cell's own temperature."""

from __future__ import annotations

from dataclasses import replace

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.steps import half_cycle_table
from alkanode.foundation.errors import StudyError
from alkanode.materials import Alloy, working_metal
from alkanode.studies.blocks import LeverRule, Potentials, Section
from alkanode.studies.part import Part
from alkanode.studies.thermo.lever_rule import lever_rule_part
from alkanode.studies.thermo.potentials import potentials_part
from alkanode.studies.thermo.section import section_part
from alkanode.studies.wording import shown

METALS = frozenset({"Li", "Na", "K"})
"""Metals with an assessment."""


def alloy_of(cell: Cell) -> Alloy:
    """The alloy of the anode.

    Raises
    ------
    StudyError
        When the anode holds anything but Li, Na and K.
    """
    alloy = cell.alloy
    if alloy is None or not set(alloy.composition.elements) <= METALS:
        raise StudyError("an anode of Li, Na and K is needed", found=f"anode {cell.anode.name!r}")
    return alloy


def section_of(cell: Cell, settings: Section) -> Part:
    """Isothermal section of Li, Na and K with the anode's alloy.

    Raises
    ------
    StudyError
        When the anode holds other elements.
    """
    alloy = alloy_of(cell)
    part = section_part(
        cell.temperature if settings.temperature is None else settings.temperature,
        alloys=[alloy, *settings.alloys],
        suspend=settings.suspend,
    )
    return replace(part, name="section")


def potentials_of(cell: Cell, settings: Potentials) -> Part:
    """Potentials of the metals of the anode's alloy.

    Raises
    ------
    StudyError
        When the anode holds other elements.
    """
    return potentials_part(
        [alloy_of(cell)],
        settings.electrolyte,
        temperature=cell.temperature,
        spread=cell.temperature_uncertainty,
        reference=settings.reference,
        ion_activity=settings.ion_activities or None,
        suspend=settings.suspend,
    )


def lever_rule_of(cell: Cell, settings: LeverRule, record: xr.Dataset | None) -> Part:
    """Both electrodes of a symmetric cell after a charge has moved.

    Parameters
    ----------
    cell
        Gives alloy, area, and the mass or the thickness of one electrode.
    settings
        Block of the study.
    record
        Cycling record, whose largest half cycle is the charge where the block states none; or ``None``.

    Raises
    ------
    StudyError
        When the alloy, the area, the size of the electrode or the charge is not known, or the working ion moves no metal of
        the alloy.
    """
    alloy = alloy_of(cell)
    if working_metal(cell.ion) not in alloy.composition.elements:
        raise StudyError(f"an alloy whose metal {cell.ion} moves is needed", found=alloy.name)
    if cell.effective_area is None:
        raise StudyError("a lever rule needs the area of the electrodes", found="none", todo="State 'area' of the cell")
    volume, mass, thickness = settings.volume, cell.anode.mass, cell.anode.thickness
    if volume is None and mass is None and thickness is None:
        raise StudyError(
            "a lever rule needs the size of one electrode",
            found="neither volume nor mass nor thickness",
            todo="State 'mass' of the anode, or 'volume' in the block",
        )
    charge = settings.areal_capacity or _largest(cell, record)
    part = lever_rule_part(
        alloy,
        volume=volume,
        mass=mass if volume is None else None,
        thickness=thickness if volume is None and mass is None else None,
        area=cell.effective_area,
        areal_capacity=charge,
        ion=cell.ion,
        temperature=cell.temperature,
        spread=cell.temperature_uncertainty,
        suspend=settings.suspend,
    )
    if settings.areal_capacity:
        return part
    said = f"The charge is that of the largest half cycle of the files, {shown(float(charge), 'areal_capacity')}. [measured]"
    return replace(part, findings=(*part.findings, said))


def _largest(cell: Cell, record: xr.Dataset | None) -> float:
    """Charge per area of the largest half cycle, C m-2."""
    table = None if record is None else half_cycle_table(record, cell)
    if table is None or not table.sizes["half_cycle"]:
        raise StudyError(
            "a lever rule needs the charge that moved",
            found="no half cycle in the files",
            todo="State 'areal_capacity' in the block",
        )
    return float(table["areal_capacity"].max())
