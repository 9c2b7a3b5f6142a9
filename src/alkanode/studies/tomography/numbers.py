"""Headline numbers of a series, named by the pair of scans that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.studies.tomography.gather import Gather
from alkanode.studies.tomography.scan_numbers import (
    axis_numbers,
    depth_numbers,
    motion_numbers,
    size_numbers,
    spacing_numbers,
)

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.tomography.series import SeriesResult


Numbers = dict[tuple[str, str], dict[str, Estimate]]
"""Step and subject -> its numbers by name: ``("grains", "scan-3_from_scan-1")`` -> ``volume_gained`` and so on."""


def numbers_of(result: SeriesResult, gather: Gather) -> Numbers:
    """Volumes gained and lost, false grains, moved matter, balance, contact and cracks, by step and subject.

    Parameters
    ----------
    result
        The series.
    gather
        Takes what cannot be said, with the reason.
    """
    found: Numbers = {}
    for made, subjects in ((_OF_PAIRS, result.pairs), (_OF_SCANS, result.scans)):
        for subject in subjects:
            for step, make in made.items():
                if result.has(step, subject):
                    own: dict[str, dict[str, Estimate]] = {}
                    gather(own, f"numbers of {step}/{subject}", partial(_made, make, result, step, subject))
                    for one in own.values():
                        _give_way(found, subject, one)
                        found[step, subject] = one
    return found


def _give_way(found: Numbers, subject: str, newer: dict[str, Estimate]) -> None:
    """A number that a later step says better is said once."""
    for (_, other), older in found.items():
        if other == subject:
            for name in newer.keys() & older.keys():
                del older[name]


def _made(
    make: Callable[[xr.Dataset], dict[str, Estimate]], result: SeriesResult, step: str, subject: str
) -> dict[str, Estimate]:
    return make(result.open(step, subject))


def estimates_of(result: SeriesResult, numbers: Numbers) -> dict[str, Estimate]:
    """The numbers by one name each.

    Returns
    -------
    dict
        ``volume_gained_in_scan-3``: the scan against the one it is compared with; where a scan is compared with several,
        the name says both. ``volume_gained_in_...`` is from grains, those that noise hid included, where materials are known;
        ``volume_gained_found_in_...`` of those found alone; ``volume_gained_total_in_...`` comes from the whole distribution
        of the change.
    """
    return {
        f"{name}_{short_name(result, subject) if step in _OF_PAIRS else f'in_{subject}'}": one
        for (step, subject), found in numbers.items()
        for name, one in found.items()
    }


def _of_grains(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.grains import grain_estimates

    return grain_estimates(record) | size_numbers(record)


def _of_grain_volumes(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.grains import volume_estimates

    return volume_estimates(record)


def _of_threshold(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.differences import false_grain_estimate

    return {"false_grains": false_grain_estimate(record, float(record.attrs["accepted_volume"]))}


def _of_distribution(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.differences import distribution_estimates

    return {f"{name}_total": one for name, one in distribution_estimates(record).items()}


def _of_conservation(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.grains import balance_estimate

    return {"attenuation_balance": balance_estimate(record)}


def _of_contact(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.grains import contact_estimates

    return contact_estimates(record) | spacing_numbers(record)


def _of_cracks(record: xr.Dataset) -> dict[str, Estimate]:
    from alkanode.tomography.grains import crack_estimate

    return {"widest_crack": crack_estimate(record)}


_OF_PAIRS: dict[str, Callable[[xr.Dataset], dict[str, Estimate]]] = {
    "grains": _of_grains,
    "grain_volumes": _of_grain_volumes,  # its volumes gained and lost take the place of those of marked voxels
    "threshold": _of_threshold,
    "distribution": _of_distribution,
    "conservation": _of_conservation,
    "profile": depth_numbers,
}
_OF_SCANS: dict[str, Callable[[xr.Dataset], dict[str, Estimate]]] = {
    "contact": _of_contact,
    "cracks": _of_cracks,
    "axis": axis_numbers,
    "registration": motion_numbers,
}


def constriction_of(result: SeriesResult) -> dict[str, dict[str, float]]:
    """Scan -> what :func:`alkanode.impedance.constriction_resistance` takes from its interface; none where it cannot say."""
    from alkanode.tomography.grains import constriction_inputs

    found = {}
    for scan in result.scans:
        if result.has("contact", scan):
            with suppress(PhysicsError):
                found[scan] = constriction_inputs(result.open("contact", scan))
    return found


def short_name(result: SeriesResult, pair: str) -> str:
    """``in_scan-3`` where scans are compared with the reference only, else ``in_scan-3_since_scan-2``."""
    before, after = pair_of(result, pair)
    return f"in_{after}" if before == result.reference else f"in_{after}_since_{before}"


def pair_words(result: SeriesResult, pair: str) -> str:
    """A pair as a reader says it: ``scan-3 against scan-1``."""
    before, after = pair_of(result, pair)
    return f"{after} against {before}"


def pair_of(result: SeriesResult, pair: str) -> tuple[str, str]:
    """Names of the scan before and the scan after."""
    before, after = next(
        (one, other) for (one, other), name in zip(result.manifest["pairs"], result.pairs, strict=True) if name == pair
    )
    return str(before), str(after)
