"""From the block of a study to the plan of a series: scans that open lazily, and steps with their options."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.foundation.units import to_si
from alkanode.io.projections import DatasetPaths, open_projections
from alkanode.materials.attenuation import linear_attenuation
from alkanode.studies.tomography.settings import ScanFile, Tomography

if TYPE_CHECKING:
    from alkanode.data import Cell
    from alkanode.tomography.series import SeriesPlan
    from alkanode.tomography.series.draft import Step

FIXED_SHARE = (0.5, 2.0)
"""Attenuation that counts as the electrolyte, over its table value: wide, since a view narrower than the cell has an
offset, and a sintered pellet has pores."""

_VOID = "void"


def scan_files(settings: Tomography, folder: Path) -> dict[str, Path]:
    """Where the scans lie, by name.

    Raises
    ------
    StudyError
        When one does not exist.
    """
    found = {one.name: folder / one.file for one in settings.files}
    absent = [str(path) for path in found.values() if not path.exists()]
    if absent:
        raise StudyError(
            "every scan of a study must exist", found=f"no {', '.join(absent)}", todo="Name the data folder with --data"
        )
    return found


def opener(one: ScanFile, path: Path, settings: Tomography, folder: Path) -> partial[xr.Dataset]:
    """What opens a scan lazily, as the settings say; it can be handed to other processes."""
    flats, darks, angles = (
        None if value is None else folder / value for value in (settings.flats, settings.darks, settings.angles)
    )
    layout = None if settings.datasets is None else DatasetPaths(**settings.datasets.model_dump())
    return partial(
        open_projections,
        path,
        layout=layout,
        entry=one.entry,
        angle_unit=settings.angle_unit,
        pixel_size=settings.pixel_size,
        photon_energy=settings.photon_energy,
        detector_distance=settings.detector_distance,
        flats=flats,
        darks=darks,
        angles=angles,
    )


def energy_of(settings: Tomography, scan: xr.Dataset) -> float:
    """Energy of the X-rays in J, from the study or the scan.

    Raises
    ------
    StudyError
        When neither says it: materials have no attenuation then.
    """
    if settings.photon_energy is not None:
        return to_si(settings.photon_energy, "photon_energy")
    if "photon_energy" in scan.variables:
        return float(scan["photon_energy"])
    raise StudyError(
        "materials are told apart at a known energy of the X-rays",
        found="none in the scans",
        todo="Add photon_energy to the tomography block, for example '45 keV'",
    )


def materials_of(settings: Tomography, cell: Cell) -> tuple[str, ...]:
    """Materials a voxel of the anode may hold: those named, else the anode, its metals, void and carbon."""
    if settings.materials:
        return tuple(settings.materials)
    anode = cell.anode.material
    name, metals = (anode, ()) if isinstance(anode, str) else (anode.name, anode.composition.elements)
    return tuple(dict.fromkeys([_VOID, name, *metals, "C"]))


def attenuations(names: tuple[str, ...], energy: float) -> dict[str, float]:
    """Linear attenuation (m-1) by name.

    Raises
    ------
    StudyError
        When one is not known; the materials that are known are named.
    """
    found = {}
    for name in names:
        value = linear_attenuation(name, energy).value
        if value is None:
            raise StudyError("materials need a known attenuation", found=repr(name))
        found[name] = value
    return found


def electrolyte_of(settings: Tomography, cell: Cell) -> str:
    """Name of the electrolyte.

    Raises
    ------
    StudyError
        When neither study nor cell names it.
    """
    if settings.electrolyte is not None:
        return settings.electrolyte
    if cell.electrolyte is None:
        raise StudyError(
            "scans are laid upon the electrolyte, and depth is counted from it",
            found="no electrolyte in the study or the cell",
            todo="Name it in the tomography block, for example electrolyte: NASICON",
        )
    return cell.electrolyte.material


def plan_of(settings: Tomography, files: Mapping[str, Path], folder: Path, cell: Cell) -> SeriesPlan:
    """The plan of a series.

    Parameters
    ----------
    settings
        The block of the study.
    files
        Path of each scan by name.
    folder
        Data folder, for flats, darks and angles that lie apart.
    cell
        Names the materials where the block does not.

    Returns
    -------
    SeriesPlan

    Raises
    ------
    StudyError
        When materials or their energy are not known.
    AlkanodeError
        When no scan can be opened.
    """
    from alkanode.tomography.corrections import Corrections, PhaseStep, Stripes, Zingers
    from alkanode.tomography.reconstruction import Reconstruction
    from alkanode.tomography.series import SeriesPlan

    sources = {one.name: opener(one, files[one.name], settings, folder) for one in settings.files}
    energy = _first_energy(settings, sources)
    return SeriesPlan(
        scans=sources,
        reference=settings.reference,
        pairs=settings.pairs,
        rows=settings.rows,
        corrections=Corrections(
            zingers=Zingers(threshold=settings.zinger_threshold),
            stripes=Stripes(method=settings.stripes, small_window=settings.stripe_window),
            phase=None if settings.delta_over_beta is None else PhaseStep(delta_over_beta=settings.delta_over_beta),
        ),
        reconstruction=Reconstruction(filter=settings.filter),
        steps=_steps(settings, cell, energy),
    )


def _first_energy(settings: Tomography, sources: Mapping[str, partial[xr.Dataset]]) -> float:
    """Energy from the study, or from the first scan that opens."""
    if settings.photon_energy is not None:
        return to_si(settings.photon_energy, "photon_energy")
    for source in sources.values():
        try:
            return energy_of(settings, source())
        except StudyError:
            raise
        except Exception:
            continue
    raise PhysicsError("at least one scan must open", found=f"none of {', '.join(sources)}")


def _steps(settings: Tomography, cell: Cell, energy: float) -> tuple[Step, ...]:
    """Standard steps with the options of the study, and those that need materials."""
    from alkanode.tomography.registration import FixedMaterial
    from alkanode.tomography.series import (
        CalibrateThreshold,
        FindAxis,
        FindInterface,
        MeasureContact,
        RegisterScans,
        SubtractPairs,
        standard_steps,
    )

    names = materials_of(settings, cell)
    values = attenuations(names, energy)
    electrolyte = attenuations((electrolyte_of(settings, cell),), energy).popitem()[1]
    fixed = settings.fixed
    mask = (
        FixedMaterial(lower=FIXED_SHARE[0] * electrolyte, upper=FIXED_SHARE[1] * electrolyte, erode=2)
        if fixed is None
        else FixedMaterial(
            lower=to_si(fixed.lower, "attenuation"), upper=to_si(fixed.upper, "attenuation"), erode=fixed.erode
        )
    )
    own: list[Step] = [
        FindAxis(columns=settings.axis_columns),
        RegisterScans(options={"mask": mask}),
        SubtractPairs(smoothing=settings.smoothing),
        CalibrateThreshold(
            unchanged=tuple(settings.unchanged),
            options={
                "false_grains": settings.false_grains,
                "smallest_diameter": to_si(settings.smallest_diameter, "pixel_size"),
            },
        ),
    ]
    chosen = {step.name: step for step in own}
    steps = [chosen.get(step.name, step) for step in standard_steps()]
    metals = [value for name, value in values.items() if name not in {_VOID, "C", "KC8", "air", "argon"}]
    place = next(k for k, step in enumerate(steps) if step.name == "profile")
    steps.insert(place, FindInterface(options={"electrolyte_attenuation": electrolyte}))
    if metals:
        steps.append(MeasureContact(metal_attenuation=min(metals)))
    return tuple(steps)
