"""Step: how the noise of a difference depends on place, from the scans between which nothing happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.plan import pair_name
from alkanode.tomography.series.steps.difference import combined_noise
from alkanode.tomography.series.steps.null import unchanged_pairs
from alkanode.tomography.series.task import Rows, Task, Workplace

Measure = Callable[[xr.Dataset, xr.Dataset, xr.Dataset, Mapping[str, Any], str], xr.Dataset]

SERIES = "series"
"""Subject of the record that all pairs share."""

OWN = "the pair itself, away from edges: what changed counts as noise, which is too high rather than too low"


def place_noise_of_volumes(
    after: xr.Dataset, before: xr.Dataset, noise: xr.Dataset, options: Mapping[str, Any], measured_on: str
) -> xr.Dataset:
    """Noise by place of two volumes: :func:`alkanode.tomography.differences.noise_by_place`."""
    from alkanode.tomography.differences import difference_slabs, noise_by_place

    shape = before.sizes["z"], before.sizes["y"], before.sizes["x"]
    return noise_by_place(difference_slabs(after, before, noise=noise, **options), shape, measured_on=measured_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurePlaceNoise:
    """Measure noise by place: once on unchanged scans where there are some, else on each pair itself.

    A pair that changed tells how noise falls with the distance from the axis. What its edges do may be the change itself, so
    they are not measured on it.

    Attributes
    ----------
    options
        Further keyword options of :func:`~alkanode.tomography.differences.difference_slabs`.
    measure
        Gives a record of kind ``noise_by_place`` from both volumes, their noise, the options, and what it says of itself.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure = place_noise_of_volumes
    name: ClassVar[str] = "place_noise"

    def draft(self, draft: Draft) -> None:
        """One record for all pairs, or one per pair."""
        smoothing = draft.option("difference", "smoothing", 0.0)
        unchanged = unchanged_pairs(draft)[:1]
        chosen = [(before, after, SERIES) for before, after in unchanged] or list(draft.pairs)
        for before, after, subject in chosen:
            volumes = [(draft.final(scan), scan) for scan in (before, after)]
            noises = [("noise", scan) for scan in (before, after)]
            if not all(draft.has(*need) for need in (*volumes, *noises)):
                continue
            told = OWN if subject != SERIES else f"{after} against {before}, between which nothing happened (declared)"
            draft.add(
                self.name,
                subject,
                "place_noise.h5" if subject == SERIES else f"pairs/{pair_name(before, after)}/place_noise.h5",
                work=partial(
                    place_noise_record,
                    step=self,
                    volumes=(volumes[0], volumes[1]),
                    smoothing=smoothing,
                    measured_on=told,
                ),
                configuration={"step": self, "smoothing": smoothing, "measured_on": told},
                needs=[*volumes, *noises],
                weight=4.0,
            )


def place_noise_record(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    step: MeasurePlaceNoise,
    volumes: tuple[tuple[str, str], tuple[str, str]],
    smoothing: float,
    measured_on: str,
) -> xr.Dataset:
    """Noise by place of one pair."""
    before, after = volumes
    noise = combined_noise(place.result("noise", after[1]), place.result("noise", before[1]))
    options = {**step.options, "smoothing": smoothing}
    made = step.measure(place.result(*after), place.result(*before), noise, options, measured_on)
    made.attrs["edges_measured"] = int(task.subject == SERIES)
    if task.subject != SERIES:
        made["edge_displacement"] = xr.zeros_like(made["edge_displacement"])
    return made
