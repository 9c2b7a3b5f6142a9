"""Step: what each voxel of a pair was before and is after, with probabilities, block by block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.data.volumes import VolumeField, VolumeLayout, canonical
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.difference import layout_like
from alkanode.tomography.series.task import Rows, Task, Workplace

Classify = Callable[[xr.Dataset, Mapping[str, float], float, Mapping[str, Any]], xr.Dataset]

CLASS_FIELDS: Mapping[str, VolumeField] = {
    "transition": VolumeField(dtype="int16"),
    "probability": VolumeField(),
    "class_before": VolumeField(dtype="int8"),
    "class_after": VolumeField(dtype="int8"),
    "partial_volume": VolumeField(dtype="bool"),
}
"""Fields of the classes on disk."""


def classify_of(
    difference: xr.Dataset, materials: Mapping[str, float], noise: float, options: Mapping[str, Any]
) -> xr.Dataset:
    """Classes by :func:`alkanode.tomography.differences.classify`, merged at the noise of the whole volume."""
    from alkanode.tomography.differences import classify, separable_classes

    merged = {name: options[name] for name in ("largest_error", "chain") if name in options}
    others = {name: value for name, value in options.items() if name not in merged}
    return classify(difference, separable_classes(materials, noise, **merged), **others)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyPairs:
    """Name what may have happened in each voxel of each pair.

    Attributes
    ----------
    materials
        Linear attenuation (1/m) of what may occur, by name.
    options
        Keyword options of :func:`~alkanode.tomography.differences.classify` (``priors``, ``largest_error``, ``chain``).
    classify
        Gives a record of kind ``material_classes`` from a difference, the materials, the noise of one volume (1/m), the
        options, and ``slices`` among them: first and last-plus-one slice to classify.
    """

    materials: Mapping[str, float]
    options: Mapping[str, Any] = field(default_factory=dict)
    classify: Classify = classify_of
    name: ClassVar[str] = "classes"

    def draft(self, draft: Draft) -> None:
        """One volume per pair."""
        for before, _, pair in draft.pairs:
            if draft.ready(self.name, pair, [("difference", pair)]):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/classes.zarr",
                    work=partial(class_block, step=self),
                    layout=partial(class_layout, step=self),
                    configuration={"step": self},
                    needs=[("difference", pair)],
                    expected_blocks=draft.blocks_of(draft.reference if draft.reference in draft.scans else before),
                    weight=0.3,
                )


def class_layout(place: Workplace, task: Task, *, step: ClassifyPairs) -> VolumeLayout:
    """Shape of the classes: that of the difference, with the classes that its noise tells apart."""
    difference = place.result("difference", task.subject)
    sample = _classified(difference, (0, 1), step)
    fixed = sample.drop_vars([*CLASS_FIELDS, "z", "y", "x"])
    layout = layout_like(place, difference, "material_classes", CLASS_FIELDS, pair=task.subject)
    return replace(layout, static=layout.static.merge(fixed), attrs={**canonical(fixed.attrs), **layout.attrs})


def class_block(place: Workplace, task: Task, rows: Rows, *, step: ClassifyPairs) -> xr.Dataset:
    """Classes of the slices ``rows``."""
    return _classified(place.result("difference", task.subject), rows, step)[list(CLASS_FIELDS)]


def _classified(difference: xr.Dataset, rows: Rows, step: ClassifyPairs) -> xr.Dataset:
    """Classes of some slices, which see those beside them."""
    noise = float(np.median(difference["attenuation_noise"].to_numpy())) / np.sqrt(2.0)
    return step.classify(difference, step.materials, noise, {**step.options, "slices": rows})
