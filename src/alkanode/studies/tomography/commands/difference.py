"""What changed between two volumes, as a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.volumes import configuration_hash
from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.materials.attenuation import linear_attenuation
from alkanode.plot import Figure
from alkanode.plot.tomography import bodies, change_threshold, registration, slices
from alkanode.studies.part import Part, Table
from alkanode.studies.tomography.commands.comparison import Comparison, ComparisonChoice
from alkanode.studies.tomography.commands.volume_place import VolumePlace
from alkanode.studies.wording import number, shown
from alkanode.tomography.differences import calibrate_threshold, headline_numbers, threshold_sweep

FIXED_SHARE = (0.5, 2.0)
"""Attenuation that counts as the electrolyte, over its table value: wide, since a view narrower than the sample adds an
offset, and a sintered pellet has pores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdChoice:
    """From where on a voxel changed.

    Attributes
    ----------
    false_grains
        Grains accepted in the volume of a map without change that are noise. By default 2 with two maps, from halves, and 5
        with one: maps that hold none at all show 1.5 and 3 at best (95 % bound).
    smallest_diameter
        m, equivalent diameter of the smallest grain that counts.
    threshold
        Multiple of the noise, in place of what false grains ask for; then their rate is not known.
    """

    false_grains: float | None = None
    smallest_diameter: float = 5e-6
    threshold: float | None = None


def fixed_range(electrolyte: str, energy: str | float) -> tuple[float, float]:
    """Attenuation (m-1) that counts as an electrolyte.

    Raises
    ------
    PhysicsError
        For a material that is not known.
    StudyError
        When it attenuates nothing.
    """
    value = linear_attenuation(electrolyte, energy).value
    if not value:
        raise StudyError("an electrolyte attenuates", found=repr(electrolyte))
    return FIXED_SHARE[0] * value, FIXED_SHARE[1] * value


def energy_of(places: tuple[VolumePlace, ...], volumes: tuple[xr.Dataset, ...]) -> str | float:
    """Energy of the X-rays as given, or as the volumes know it.

    Raises
    ------
    StudyError
        When nobody says it.
    """
    for place in places:
        if place.photon_energy is not None:
            return place.photon_energy
    for volume in volumes:
        if "photon_energy" in volume.variables:
            return float(volume["photon_energy"])
    raise StudyError(
        "an electrolyte is known by its attenuation at an energy",
        found="volumes that do not say it",
        todo="Give --energy '45 keV', or --fixed '5:20 cm-1' in place of --electrolyte",
    )


def difference_part(
    before: VolumePlace,
    after: VolumePlace,
    folder: Path,
    choice: ComparisonChoice,
    threshold: ThresholdChoice,
    *,
    electrolyte: str | None = None,
    progress: Progress | None = None,
) -> Part:
    """Lay two volumes upon one another, subtract them, and mark what changed beyond a calibrated threshold.

    Parameters
    ----------
    before, after
        Volumes.
    folder
        Keeps every stage as it is made: ``registration.h5``, ``aligned.zarr``, ``noise.h5``, ``difference.zarr``, maps
        without change, ``threshold.h5``, ``changes.zarr``. The same call goes on where an earlier one stopped.
    choice, threshold
        How.
    electrolyte
        Material that does not change, by whose attenuation the volumes are laid upon one another.
    progress
        Told after each block.

    Returns
    -------
    Part
        Estimates with intervals from the sweep over thresholds; ``missing`` says why there is no threshold, where the
        maps without change cannot show as low a rate.

    Raises
    ------
    AlkanodeError
        When volumes cannot be opened, laid upon one another, or subtracted.
    """
    volumes = before.open(), after.open()
    token = configuration_hash([place.token(volume) for place, volume in zip((before, after), volumes, strict=True)])
    if electrolyte is not None:
        span = fixed_range(electrolyte, energy_of((before, after), volumes))
        choice = ComparisonChoice(**{**_fields(choice), "fixed": span})
    course = Comparison(*volumes, folder, choice, token=token, progress=progress)
    motion = course.registration()
    difference = course.difference()
    records, figures, tables = _of_motion(motion)
    names = (before.name, f"{after.name}, laid upon it" if motion is not None else after.name)
    drawn = (volumes[0], course.after())
    details: dict[str, Any] = {
        "before": before.text,
        "after": after.text,
        "difference": "difference.zarr",
        "shape": [int(difference.sizes[dim]) for dim in "zyx"],
        "smoothing_voxels": choice.smoothing,
        "fixed_m-1": list(choice.fixed) if choice.fixed else None,
        "attenuation_noise_m-1": float(np.median(difference["attenuation_noise"].to_numpy())),
    }
    noise = shown(details["attenuation_noise_m-1"], "attenuation_noise")
    findings = [f"The noise of one voxel of the smoothed difference is {noise} (median of the slices). [measured]"]
    try:
        found = _threshold(course, threshold)
        level = threshold.threshold if found is None else found
        assert level is not None
        changes = course.changes(level)
        sweep = _sweep(difference, found, threshold)
        estimates = headline_numbers(sweep, threshold=threshold.threshold)
    except AlkanodeError as reason:
        figures |= _pictures(drawn, names, None)
        return _part(details, {}, records, figures, tables, findings, {"the threshold": str(reason)})
    if found is not None:
        records["change_threshold"] = found
        figures["change_threshold"] = change_threshold(found)
        details |= {key: found.attrs[key] for key in _CALIBRATED if key in found.attrs}
    details["threshold"] = float(changes.attrs["threshold"])
    records["threshold_sweep"] = sweep
    tables["threshold_sweep"] = _sweep_table(sweep)
    figures |= _pictures(drawn, names, changes)
    findings.append(_rule(details, found))
    findings.append("Attenuation gained is not mass gained: K in place of NaK50 raises it while mass falls. [computed]")
    return _part(details, estimates, records, figures, tables, findings, {})


_ACCEPTED = {1: 5.0, 2: 2.0}
_CALIBRATED = (
    "chosen_threshold",
    "chosen_smallest_grain",
    "chosen_smallest_voxels",
    "false_grains_accepted",
    "accepted_volume",
    "null_contains",
)


def _fields(choice: ComparisonChoice) -> dict[str, Any]:
    return {name: getattr(choice, name) for name in ComparisonChoice.__slots__}


def _part(
    details: dict[str, Any],
    estimates: dict[str, Estimate],
    records: dict[str, xr.Dataset],
    figures: dict[str, Figure],
    tables: dict[str, Table],
    findings: list[str],
    missing: dict[str, str],
) -> Part:
    return Part(
        name="difference",
        title="Difference of two volumes",
        estimates=estimates,
        details=details,
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
        missing=missing,
    )


def _threshold(course: Comparison, threshold: ThresholdChoice) -> xr.Dataset | None:
    """The calibration, or none where the user gives the threshold."""
    if threshold.threshold is not None:
        return None
    maps = course.nulls()
    accepted = threshold.false_grains or _ACCEPTED[min(len(maps), 2)]
    return calibrate_threshold(maps, false_grains=accepted, smallest_diameter=threshold.smallest_diameter)


def _sweep(difference: xr.Dataset, found: xr.Dataset | None, threshold: ThresholdChoice) -> xr.Dataset:
    if found is not None:
        return threshold_sweep(difference, calibration=found)
    assert threshold.threshold is not None
    levels = threshold.threshold + np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    return threshold_sweep(difference, thresholds=levels[levels > 0], smallest_diameter=threshold.smallest_diameter)


def _of_motion(motion: xr.Dataset | None) -> tuple[dict[str, xr.Dataset], dict[str, Figure], dict[str, Table]]:
    if motion is None:
        return {}, {}, {}
    one = motion.isel(scan=0)
    rows = []
    for field, unit, factor in (("shift", "um", 1e6), ("rotation", "deg", 180 / np.pi)):
        for place, name in enumerate("zyx"):
            error = factor * float(one[f"{field}_error"][place])
            rows.append(
                (
                    f"{field} {'along' if field == 'shift' else 'about'} {name} / {unit}",
                    number(factor * float(one[field][place])),
                    number(error, 2) if np.isfinite(error) else "not observable, held at 0",
                )
            )
    rows.append(
        (
            "residual before and after / cm-1",
            number(0.01 * float(one["residual_before"])),
            number(0.01 * float(one["residual_after"])),
        )
    )
    table = Table(title="Motion", columns=("", "found", "standard error"), rows=tuple(rows))
    known = motion.assign(
        {name: motion[name].where(np.isfinite(motion[name])) for name in ("shift_error", "rotation_error")}
    )
    return {"registration": motion}, {"registration": registration(known)}, {"motion": table}


def _pictures(
    volumes: tuple[xr.Dataset, xr.Dataset], names: tuple[str, str], changes: xr.Dataset | None
) -> dict[str, Figure]:
    maps = () if changes is None else (None, changes)
    drawn: dict[str, Figure] = {
        f"slices_{plane}": slices(volumes, changes=maps, names=names, plane=plane, count=5) for plane in ("xz", "xy")
    }
    if changes is not None and bool(changes["sign"].any()):
        drawn["bodies"] = bodies(changes)
    return drawn


def _sweep_table(sweep: xr.Dataset) -> Table:
    rows = []
    for place, level in enumerate(sweep["threshold"].to_numpy()):
        at = sweep.isel(threshold=place)
        false = shown(float(at["false_volume"]), "volume_gained") if "false_volume" in at else None
        rows.append(
            (
                number(float(level), 3),
                shown(float(at["volume_gained"]), "volume_gained"),
                shown(float(at["volume_lost"]), "volume_lost"),
                int(at["grain_count"].sel(change="gain")),
                int(at["grain_count"].sel(change="loss")),
                false,
            )
        )
    return Table(
        title="Numbers at every threshold",
        columns=("threshold / noise", "gained", "lost", "grains gained", "grains lost", "by noise alone"),
        rows=tuple(rows),
    )


def _rule(details: Mapping[str, Any], found: xr.Dataset | None) -> str:
    level = number(float(details["threshold"]), 3)
    if found is None:
        return f"Voxels changed beyond {level} times the noise; the rate of false grains at that threshold is not known. [given by the user]"
    smallest = int(details["chosen_smallest_voxels"])
    return (
        f"Voxels changed beyond {level} times the noise, in grains of at least {smallest} voxels: then no more than "
        f"{details['false_grains_accepted']:g} grains in {shown(float(details['accepted_volume']), 'volume_gained')} are noise "
        f"(95 %), as maps without change show "
        f"({details['null_contains']}). [measured]"
    )


def threshold_choice(false_grains: float | None, smallest_diameter: str, threshold: float | None) -> ThresholdChoice:
    """The choice from what a user wrote."""
    return ThresholdChoice(
        false_grains=false_grains, smallest_diameter=to_si(smallest_diameter, "pixel_size"), threshold=threshold
    )
