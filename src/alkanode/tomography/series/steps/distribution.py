"""Step: volume gained and lost of each pair from the whole distribution of its change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.null import quiet_maps, quiet_records
from alkanode.tomography.series.steps.threshold import declare_unchanged
from alkanode.tomography.series.task import Rows, Task, Workplace

Measure = Callable[[xr.Dataset, Sequence[xr.Dataset], Mapping[str, float], Mapping[str, Any]], xr.Dataset]


def distribution_of(
    difference: xr.Dataset, maps: Sequence[xr.Dataset], contrasts: Mapping[str, float], options: Mapping[str, Any]
) -> xr.Dataset:
    """Volumes from the distribution: :func:`alkanode.tomography.differences.change_distribution`."""
    from alkanode.tomography.differences import change_distribution

    return change_distribution(difference, maps, contrasts, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDistribution:
    """Compare the distribution of each pair's change with that of its maps without change.

    Attributes
    ----------
    contrasts
        Change of attenuation (1/m, signed) of each transition that may have happened, by name.
    options
        Keyword options of :func:`~alkanode.tomography.differences.change_distribution`.
    measure, declare
        Give the record of kind ``change_distribution``, and mark a difference as one without change. The maps are those
        from halves, or the pairs that the threshold takes as unchanged.
    """

    contrasts: Mapping[str, float]
    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure = distribution_of
    declare: Callable[[xr.Dataset], xr.Dataset] = declare_unchanged
    name: ClassVar[str] = "distribution"

    def draft(self, draft: Draft) -> None:
        """One record per pair that has maps without change."""
        for _, _, pair in draft.pairs:
            maps = quiet_maps(draft, pair)
            if all(draft.has(*need) for need in [("difference", pair), *maps]):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/distribution.h5",
                    work=partial(distribution_of_pair, step=self, maps=tuple(maps)),
                    configuration={"step": self, "maps": [f"{made}/{subject}" for made, subject in maps]},
                    needs=list(dict.fromkeys([("difference", pair), *maps])),
                    weight=1.0,
                )


def distribution_of_pair(
    place: Workplace, task: Task, rows: Rows, *, step: MeasureDistribution, maps: tuple[tuple[str, str], ...]
) -> xr.Dataset:
    """Volumes of one pair."""
    marked = quiet_records(place, maps, step.declare)
    return step.measure(place.result("difference", task.subject), marked, step.contrasts, step.options)
