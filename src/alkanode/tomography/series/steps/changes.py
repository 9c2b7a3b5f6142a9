"""Step: voxels of each pair that gained or lost attenuation beyond the threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import xarray as xr

from alkanode.data.volumes import VolumeField, VolumeLayout
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.difference import layout_like
from alkanode.tomography.series.task import Rows, Task, Workplace

Cut = Callable[[xr.Dataset, float | xr.Dataset], xr.Dataset]

CHANGE_FIELDS: Mapping[str, VolumeField] = {"sign": VolumeField(dtype="int8"), "trusted": VolumeField(dtype="bool")}
"""Fields of a map of change on disk; the change itself stands in the difference."""


def cut_of(difference: xr.Dataset, threshold: float | xr.Dataset) -> xr.Dataset:
    """Voxels beyond a threshold: :func:`alkanode.tomography.differences.change_map`."""
    from alkanode.tomography.differences import change_map

    return change_map(difference, threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChanges:
    """Mark what changed beyond the threshold.

    Attributes
    ----------
    threshold
        Multiple of the noise given by the user, in place of the calibrated one.
    cut
        Gives a record of kind ``change_map``.
    """

    threshold: float | None = None
    cut: Cut = cut_of
    name: ClassVar[str] = "changes"

    def draft(self, draft: Draft) -> None:
        """One volume per pair."""
        for before, _, pair in draft.pairs:
            calibrated = [("threshold", pair)] if self.threshold is None else []
            needs = [("difference", pair), *calibrated]
            if not draft.ready(self.name, pair, needs):
                continue
            draft.add(
                self.name,
                pair,
                f"pairs/{pair}/changes.zarr",
                work=partial(change_block, step=self),
                layout=change_layout,
                configuration={"step": self},
                needs=needs,
                expected_blocks=draft.blocks_of(draft.reference if draft.reference in draft.scans else before),
                weight=0.05,
            )


def change_layout(place: Workplace, task: Task) -> VolumeLayout:
    """Shape of a map of change: that of its difference."""
    return layout_like(place, place.result("difference", task.subject), "change_map", CHANGE_FIELDS, pair=task.subject)


def change_block(place: Workplace, task: Task, rows: Rows, *, step: MapChanges) -> xr.Dataset:
    """Slices ``rows`` of a map of change."""
    difference = place.result("difference", task.subject).isel(z=slice(*rows))
    threshold = place.result("threshold", task.subject) if step.threshold is None else step.threshold
    return step.cut(difference, threshold)[list(CHANGE_FIELDS)]
