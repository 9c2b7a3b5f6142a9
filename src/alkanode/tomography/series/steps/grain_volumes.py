"""Step: volume gained and lost of each pair, grains that noise hid included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.null import quiet_maps, quiet_records
from alkanode.tomography.series.steps.threshold import declare_unchanged
from alkanode.tomography.series.task import Rows, Task, Workplace

Measure = Callable[[Mapping[str, xr.Dataset], Sequence[xr.Dataset], "MeasureGrainVolumes"], xr.Dataset]

DIAMETERS = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0)
"""Diameters at which the share of grains found is measured, over the smallest that counts."""

ALIKE = 0.1
"""Contrasts that differ by less than this share are found alike."""


def volumes_of(made: Mapping[str, xr.Dataset], maps: Sequence[xr.Dataset], step: MeasureGrainVolumes) -> xr.Dataset:
    """Volumes of a pair: :func:`alkanode.tomography.grains.grain_volumes`, with the shares found of grains put in."""
    from alkanode.tomography.differences import detection_limits
    from alkanode.tomography.grains import VolumeRule, grain_volumes

    rule = step.options.get("rule", VolumeRule())
    calibration = made["threshold"]
    level = float(calibration.attrs["chosen_threshold"])
    smallest = float(np.cbrt(6 * float(calibration.attrs["chosen_smallest_grain"]) / np.pi))
    contrasts = _unlike([after - before for before, after in step.transitions.values()])
    limits = detection_limits(
        maps[0],
        contrasts,
        [smallest * ratio for ratio in DIAMETERS],
        (level, level + rule.step),
        smallest_voxels=int(calibration.attrs["chosen_smallest_voxels"]),
        blur=step.blur,
        copies=step.copies,
    )
    return grain_volumes(
        made["difference"],
        made["grains"],
        made["changes"],
        step.transitions,
        maps,
        surroundings=step.surroundings,
        found_shares={one: (limits[one, level], limits[one, level + rule.step]) for one in contrasts},
        blur=step.blur,
        **step.options,
    )


def _unlike(contrasts: Sequence[float]) -> list[float]:
    """Contrasts of which none is near another, from the smallest."""
    kept: list[float] = []
    for one in sorted(contrasts, key=abs):
        if one != 0 and all(one * other < 0 or abs(one - other) > ALIKE * abs(one) for other in kept):
            kept.append(one)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureGrainVolumes:
    """Measure the volume of the grains of each pair by their contrasts, and correct it for those missed.

    Attributes
    ----------
    transitions
        What may have happened: name -> attenuation before and after, 1/m.
    surroundings
        Attenuation of what grains lie in, 1/m.
    blur
        Of optics and reconstruction, voxels.
    copies
        Grains of each diameter and contrast that are put into a map without change.
    options
        Further keyword options of :func:`~alkanode.tomography.grains.grain_volumes`.
    measure, declare
        Give the record of kind ``grain_volumes``, and mark a difference as one without change.
    """

    transitions: Mapping[str, tuple[float, float]]
    surroundings: float
    blur: float = 0.75
    copies: int = 40
    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure = volumes_of
    declare: Callable[[xr.Dataset], xr.Dataset] = declare_unchanged
    name: ClassVar[str] = "grain_volumes"

    def draft(self, draft: Draft) -> None:
        """One record per pair whose threshold was calibrated."""
        for _, _, pair in draft.pairs:
            maps = quiet_maps(draft, pair)
            own = [(made, pair) for made in ("difference", "threshold", "changes", "grains")]
            if all(draft.has(*need) for need in (*own, *maps)):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/grain_volumes.h5",
                    work=partial(volumes_of_pair, step=self, maps=tuple(maps)),
                    configuration={"step": self, "maps": [f"{made}/{subject}" for made, subject in maps]},
                    needs=list(dict.fromkeys([*own, *maps])),
                    weight=4.0,
                )


def volumes_of_pair(
    place: Workplace, task: Task, rows: Rows, *, step: MeasureGrainVolumes, maps: tuple[tuple[str, str], ...]
) -> xr.Dataset:
    """Volumes of one pair."""
    marked = quiet_records(place, maps, step.declare)
    made = {name: place.result(name, task.subject) for name in ("difference", "threshold", "changes", "grains")}
    return step.measure(made, marked, step)
