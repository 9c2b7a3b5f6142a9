"""Step: the threshold of each pair, from a stated rate of false grains on its maps without change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.null import quiet_maps, quiet_records
from alkanode.tomography.series.task import Rows, Task, Workplace

FALSE_GRAINS = 2.0
"""False grains accepted in the volume of a map: two maps that hold none at all show 1.5 at best (95 % bound)."""

Calibrate = Callable[[Sequence[xr.Dataset], Mapping[str, Any]], xr.Dataset]


def calibrate_of(maps: Sequence[xr.Dataset], options: Mapping[str, Any]) -> xr.Dataset:
    """The threshold: :func:`alkanode.tomography.differences.calibrate_threshold`."""
    from alkanode.tomography.differences import calibrate_threshold

    return calibrate_threshold(maps, **options)


def declare_unchanged(difference: xr.Dataset) -> xr.Dataset:
    """A difference of unchanged scans: :func:`alkanode.tomography.differences.null_from_scans`."""
    from alkanode.tomography.differences import null_from_scans

    return null_from_scans(difference)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateThreshold:
    """Choose the threshold of each pair.

    Attributes
    ----------
    unchanged
        Pairs (before, after) of scans between which nothing happened. Their differences hold rings, flats and fringes
        too, and are used in place of maps from halves, for all pairs.
    options
        Keyword options of :func:`~alkanode.tomography.differences.calibrate_threshold`.
    calibrate, declare
        Give the record of kind ``change_threshold``, and mark a difference as one without change.
    """

    unchanged: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: {"false_grains": FALSE_GRAINS})
    calibrate: Calibrate = calibrate_of
    declare: Callable[[xr.Dataset], xr.Dataset] = declare_unchanged
    name: ClassVar[str] = "threshold"

    def draft(self, draft: Draft) -> None:
        """One record per pair that has maps without change; unchanged scans give all pairs the same, found once."""
        first = ""
        for _, _, pair in draft.pairs:
            maps = quiet_maps(draft, pair)
            if not all(draft.has(*need) for need in [("difference", pair), *maps]):
                continue
            told = bool(self.unchanged and first)
            draft.add(
                self.name,
                pair,
                f"pairs/{pair}/threshold.h5",
                work=partial(threshold_of_first, first=first)
                if told
                else partial(threshold_of_pair, step=self, maps=tuple(maps)),
                configuration={"step": self},
                needs=[(self.name, first)] if told else maps,
                weight=0.1 if told else 3.0,
            )
            first = first or pair


def threshold_of_pair(
    place: Workplace, task: Task, rows: Rows, *, step: CalibrateThreshold, maps: tuple[tuple[str, str], ...]
) -> xr.Dataset:
    """Threshold of one pair."""
    return step.calibrate(quiet_records(place, maps, step.declare), step.options)


def threshold_of_first(place: Workplace, task: Task, rows: Rows, *, first: str) -> xr.Dataset:
    """That of the first pair, from the same maps."""
    return place.result("threshold", first)
