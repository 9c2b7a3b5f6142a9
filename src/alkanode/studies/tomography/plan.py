"""From the block of a study to the plan of a series: scans that open lazily, and steps with their options."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError, ReaderError, SchemaError
from alkanode.foundation.units import to_si
from alkanode.io.projections import DatasetPaths, open_projections
from alkanode.materials.attenuation import linear_attenuation
from alkanode.studies.tomography.settings import ScanFile, Tomography

if TYPE_CHECKING:
    from alkanode.data import Cell
    from alkanode.tomography.corrections import Stripes
    from alkanode.tomography.series import SeriesPlan
    from alkanode.tomography.series.draft import Step

FIXED_SHARE = (0.5, 2.0)
"""Attenuation that counts as the electrolyte, over its table value: wide, since a view narrower than the cell has an
offset, and a sintered pellet has pores."""

THRESHOLDS = tuple(0.25 * step for step in range(6, 65))
"""Multiples of the noise among which the threshold is chosen: 1.5 to 16, since rings and edges are not Gaussian."""

FALSE_GRAINS = (2.0, 5.0)
"""Accepted with two maps without change or more, and with one: without any false grain they show 1.5 and 3 at best."""

_VOID = "void"


def scan_files(settings: Tomography, folder: Path) -> dict[str, Path]:
    """Where the scans lie, by name; one that is absent fails by its name later, and the others go on.

    Raises
    ------
    ReaderError
        When none of them exists.
    """
    found = {one.name: folder / one.file for one in settings.files}
    if found and not any(path.exists() for path in found.values()):
        raise ReaderError(
            "the scans of a study must exist",
            found=f"no {', '.join(str(path) for path in found.values())}",
            todo="Name the data folder with --data",
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


def open_scan(path: Path, *, settings: Tomography, folder: Path) -> xr.Dataset:
    """Open a scan that appeared in a watched folder, as the settings say."""
    return opener(ScanFile(file=str(path)), path, settings, folder)()


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
    PhysicsError
        When one is not known; the materials that are known are named.
    """
    found = {}
    for name in names:
        value = linear_attenuation(name, energy).value
        if value is None:
            raise PhysicsError("materials need a known attenuation", found=repr(name))
        found[name] = value
    return found


def electrolyte_of(settings: Tomography, cell: Cell) -> str:
    """Name of the electrolyte.

    Raises
    ------
    SchemaError
        When neither study nor cell names it.
    """
    if settings.electrolyte is not None:
        return settings.electrolyte
    if cell.electrolyte is None:
        raise SchemaError(
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
    SchemaError
        When neither study nor scans say the energy, or neither study nor cell the electrolyte.
    PhysicsError
        When a material is not known, or no scan can be opened: each is named with its reason.
    """
    from alkanode.tomography.corrections import Corrections, PhaseStep, Zingers
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
            stripes=_stripes(settings),
            air_columns=settings.air_columns,
            phase=None if settings.delta_over_beta is None else PhaseStep(delta_over_beta=settings.delta_over_beta),
        ),
        reconstruction=Reconstruction(filter=settings.filter),
        steps=_steps(settings, cell, energy),
    )


def _stripes(settings: Tomography) -> Stripes:
    """Removal of stripes as the settings say; the window is that of the method chosen."""
    from alkanode.tomography.corrections import Stripes

    window = settings.stripe_window
    if window is None:
        return Stripes(method=settings.stripes)
    if settings.stripes == "steady":
        return Stripes(method="steady", steady_window=window)
    return Stripes(method=settings.stripes, small_window=window)


def _first_energy(settings: Tomography, sources: Mapping[str, partial[xr.Dataset]]) -> float:
    """Energy from the study, or from the first scan that says it."""
    if settings.photon_energy is not None:
        return to_si(settings.photon_energy, "photon_energy")
    silent, broken = [], {}
    for name, source in sources.items():
        try:
            with warnings.catch_warnings():
                # the scan is opened again, and its doubts told, when the series runs
                warnings.simplefilter("ignore", DataQualityWarning)
                scan = source()
        except Exception as reason:
            broken[name] = str(reason) or repr(reason)
            continue
        if "photon_energy" in scan.variables:
            return float(scan["photon_energy"])
        silent.append(name)
    if broken and not silent:
        told = "; ".join(f"{name}: {reason}" for name, reason in broken.items())
        raise PhysicsError("at least one scan must open", found=f"none. {told}")
    raise SchemaError(
        "materials are told apart at a known energy of the X-rays",
        found=f"none in {', '.join(silent)}" if silent else "no scan yet that could say it",
        todo="Add photon_energy to the tomography block, for example '45 keV'",
    )


def accepted_false_grains(settings: Tomography) -> float:
    """False grains accepted in the volume: those named, else as few as the maps without change can show."""
    if settings.false_grains is not None:
        return settings.false_grains
    return FALSE_GRAINS[1] if len(settings.unchanged) == 1 else FALSE_GRAINS[0]


def _steps(settings: Tomography, cell: Cell, energy: float) -> tuple[Step, ...]:
    """Standard steps with the options of the study, and those that need materials."""
    from alkanode.tomography.differences import transition_contrasts
    from alkanode.tomography.grains import ContactLayer
    from alkanode.tomography.registration import FixedMaterial
    from alkanode.tomography.series import (
        CalibrateThreshold,
        ClassifyPairs,
        FindAxis,
        FindCracks,
        FindInterface,
        MapResiduals,
        MeasureContact,
        MeasureDistribution,
        MeasureGrainVolumes,
        RegisterScans,
        SubtractPairs,
        standard_steps,
    )

    names = materials_of(settings, cell)
    values = attenuations(names, energy)
    electrolyte = attenuations((electrolyte_of(settings, cell),), energy).popitem()[1]
    fixed = settings.fixed
    mask = (
        FixedMaterial(lower=FIXED_SHARE[0] * electrolyte, upper=FIXED_SHARE[1] * electrolyte, erode=-2)
        if fixed is None
        else FixedMaterial(
            lower=to_si(fixed.lower, "attenuation"), upper=to_si(fixed.upper, "attenuation"), erode=fixed.erode
        )
    )
    own: list[Step] = [
        FindAxis(columns=settings.axis_columns),
        RegisterScans(options={"mask": mask}),
        # nothing of the anode can lie where the electrolyte is; its cracks are looked for apart
        SubtractPairs(
            smoothing=settings.smoothing,
            options={"largest_attenuation": 0.5 * (electrolyte + max(values.values()))}
            if electrolyte > 2 * max(values.values())
            else {},
        ),
        CalibrateThreshold(
            unchanged=tuple(settings.unchanged),
            options={
                "false_grains": accepted_false_grains(settings),
                "smallest_diameter": to_si(settings.smallest_diameter, "pixel_size"),
                "thresholds": THRESHOLDS,
            },
        ),
    ]
    chosen = {step.name: step for step in own}
    steps = [chosen.get(step.name, step) for step in standard_steps()]
    metals = [value for name, value in values.items() if name not in {_VOID, "C", "KC8", "air", "argon"}]
    place = next(k for k, step in enumerate(steps) if step.name == "profile")
    steps.insert(place, FindInterface(options={"electrolyte_attenuation": electrolyte}))
    held = {name: value for name, value in values.items() if name not in {"C", "KC8", "air", "argon"}}
    anode = cell.anode.material
    alloy = anode if isinstance(anode, str) else anode.name
    if alloy in held and len(held) > 1:
        steps.append(MeasureDistribution(contrasts=transition_contrasts(held, alloy, void=_VOID)))
        steps.append(MeasureGrainVolumes(transitions=_transitions(held, alloy), surroundings=held[alloy]))
    steps += [ClassifyPairs(materials=values), FindCracks(electrolyte_attenuation=electrolyte), MapResiduals()]
    if metals:
        layer = ContactLayer(smoothing=max(settings.smoothing, 1.0))
        own_area = {} if cell.effective_area is None else {"electrode_area": cell.effective_area}
        steps.append(MeasureContact(metal_attenuation=min(metals), options={"layer": layer, **own_area}))
    return tuple(steps)


def _transitions(held: Mapping[str, float], alloy: str) -> dict[str, tuple[float, float]]:
    """What may happen to the alloy and to voids in it: name -> attenuation before and after."""
    starts = [alloy, *([_VOID] if _VOID in held and alloy != _VOID else [])]
    return {
        f"{one} -> {other}": (held[one], held[other])
        for one in starts
        for other in held
        if other != one and held[other] != held[one]
    }
