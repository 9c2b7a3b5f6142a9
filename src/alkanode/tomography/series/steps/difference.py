"""Step: what changed between the two scans of each pair, block by block."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.data.volumes import VolumeField, VolumeLayout
from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.comparable import check_comparable
from alkanode.tomography.series.task import Rows, Task, Workplace

Subtract = Callable[[xr.Dataset, xr.Dataset, Rows, Mapping[str, Any]], xr.Dataset]

DIFFERENCE_FIELDS: Mapping[str, VolumeField] = {
    "attenuation_before": VolumeField(),
    "attenuation_after": VolumeField(),
    "attenuation_change": VolumeField(),
    "attenuation_noise": VolumeField(dims=("z",), dtype="float64"),
    "trusted": VolumeField(dtype="bool"),
}
"""Fields of a difference on disk."""

PLACE_FIELDS: Mapping[str, VolumeField] = {
    "noise_factor": VolumeField(dtype="float16"),
    "trusted_voxels": VolumeField(dims=("z",), dtype="float64"),
    "distrusted_voxels": VolumeField(dims=("z",), dtype="float64"),
}
"""Fields that noise by place adds."""


def subtract_rows(after: xr.Dataset, before: xr.Dataset, rows: Rows, options: Mapping[str, Any]) -> xr.Dataset:
    """Difference of some slices: :func:`alkanode.tomography.differences.difference_slab`."""
    from alkanode.tomography.differences import difference_slab

    return difference_slab(after, before, *rows, **options)


def combined_noise(after: xr.Dataset, before: xr.Dataset) -> xr.Dataset:
    """Noise of a difference: :func:`alkanode.tomography.differences.difference_noise`."""
    from alkanode.tomography.differences import difference_noise

    return difference_noise(after, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtractPairs:
    """Subtract the scans of each pair.

    Attributes
    ----------
    smoothing
        Standard deviation of the Gaussian, in voxels.
    displacement_error
        How far registration may be off, in m; ``None`` takes the largest error that the registrations of the pair state.
    unstated_error
        Voxels by which edges may lie elsewhere beyond what registration states, added to it in quadrature. Default 0.1:
        fringes that differ from scan to scan, and faces that fall between rows, move an edge without any motion. Not used
        where scans at rest show what edges do.
    edge_limit
        Noise that an edge may add before a voxel is not trusted, over that which it has without. Default 2 where scans
        at rest show what edges do: on these no more false grains are found among these voxels than among others, and
        beyond, hardly a change could be told. 1 otherwise.
    options
        Further keyword options of :func:`~alkanode.tomography.differences.difference_slab`.
    subtract, combine
        Give the difference of some slices, and the noise of a difference from that of both volumes.
    """

    smoothing: float = 1.5
    displacement_error: float | None = None
    unstated_error: float = 0.1
    edge_limit: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    subtract: Subtract = subtract_rows
    combine: Callable[[xr.Dataset, xr.Dataset], xr.Dataset] = combined_noise
    name: ClassVar[str] = "difference"

    def draft(self, draft: Draft) -> None:
        """One volume per pair."""
        for before, after, pair in draft.pairs:
            volumes = [(draft.final(scan), scan) for scan in (before, after)]
            if not draft.ready(self.name, pair, volumes):
                continue
            noise = [("noise", scan) for scan in (before, after) if draft.has("noise", scan)]
            motion = [("registration", scan) for scan in (before, after) if draft.has("registration", scan)]
            place = [("place_noise", one) for one in (pair, "series") if draft.has("place_noise", one)]
            draft.add(
                self.name,
                pair,
                f"pairs/{pair}/difference.zarr",
                work=partial(difference_block, step=self, before=volumes[0], after=volumes[1], place_noise=place),
                layout=partial(difference_layout, before=volumes[0], by_place=bool(place)),
                configuration={"step": self},
                needs=[*volumes, *(noise if len(noise) == 2 else []), *motion, *place],
                expected_blocks=draft.blocks_of(draft.reference if draft.reference in draft.scans else before),
                weight=0.4,
            )


def difference_layout(place: Workplace, task: Task, *, before: tuple[str, str], by_place: bool) -> VolumeLayout:
    """Shape of a difference: that of the volume before."""
    fields = {**DIFFERENCE_FIELDS, **(PLACE_FIELDS if by_place else {})}
    return layout_like(place, place.result(*before), "difference", fields, pair=task.subject)


def layout_like(
    place: Workplace, volume: xr.Dataset, kind: str, fields: Mapping[str, VolumeField], **attrs: Any
) -> VolumeLayout:
    """Shape of a result on the voxels of a volume."""
    kept = [name for name in ("photon_energy",) if name in volume.variables and kind == "difference"]
    static = xr.Dataset(
        {name: ((), float(volume[name])) for name in kept},
        coords={axis: volume[axis].to_numpy() for axis in ("z", "y", "x")},
    )
    return VolumeLayout(
        kind=kind, fields=fields, static=static, block_rows=place.plan.block_rows, tile=place.plan.tile, attrs=attrs
    )


def difference_block(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    step: SubtractPairs,
    before: tuple[str, str],
    after: tuple[str, str],
    place_noise: list[tuple[str, str]],
) -> xr.Dataset:
    """Slices ``rows`` of a difference."""
    volumes = place.result(*after), place.result(*before)
    check_comparable(*volumes, (after[1], before[1]))
    options: dict[str, Any] = {**step.options, "smoothing": step.smoothing}
    if all(f"noise/{scan}" in task.needs for _, scan in (before, after)):
        options["noise"] = step.combine(place.result("noise", after[1]), place.result("noise", before[1]))
    known = False
    if place_noise:
        options["place_noise"] = place.result(*place_noise[0])
        known = bool(options["place_noise"].attrs.get("edges_measured", 0))
    options.setdefault("edge_limit", step.edge_limit or (2.0 if known else 1.0))
    off = step.displacement_error
    if off is None and known:
        off = _stated_error(place, task)
    elif off is None:
        heights = volumes[1]["z"].to_numpy()
        voxel = abs(float(heights[1] - heights[0])) if heights.size > 1 else 0.0
        off = float(np.hypot(_stated_error(place, task), step.unstated_error * voxel))
    options["displacement_error"] = off
    made = step.subtract(*volumes, rows, options)
    return made[[*DIFFERENCE_FIELDS, *(PLACE_FIELDS if place_noise else ())]]


def _stated_error(place: Workplace, task: Task) -> float:
    """Largest error of a displacement that the registrations of a pair state, in m, in quadrature."""
    total = 0.0
    for key in task.needs:
        step, _, scan = key.partition("/")
        if step != "registration":
            continue
        record = place.result(step, scan)
        error = float(record["displacement_error"].to_numpy()[0]) if "displacement_error" in record else np.nan
        if np.isfinite(error):
            total = float(np.hypot(total, error))
        elif error > 0:
            warnings.warn(
                f"part of the motion of {scan} could not be observed and was taken as none: edges may show as changes "
                f"what only moved. Register on material with edges (mask of RegisterScans, fixed in a study)",
                DataQualityWarning,
                stacklevel=2,
            )
        else:
            warnings.warn(
                f"the registration of {scan} states no error of its displacement: edges are trusted as they are",
                DataQualityWarning,
                stacklevel=2,
            )
    return total
