"""Step: grains of change of each pair, those that only moved marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Find = Callable[[xr.Dataset, xr.Dataset, Mapping[str, Any]], xr.Dataset]
Mark = Callable[[xr.Dataset, xr.Dataset, xr.Dataset, Mapping[str, Any]], xr.Dataset]


def label_grains_of(changes: xr.Dataset, difference: xr.Dataset, options: Mapping[str, Any]) -> xr.Dataset:
    """Grains of a map: :func:`alkanode.tomography.grains.label_grains`, from the smallest that was calibrated."""
    from alkanode.tomography.grains import label_grains

    calibrated = {"smallest": int(changes.attrs["smallest_voxels"])} if "smallest_voxels" in changes.attrs else {}
    return label_grains(changes, difference=difference, **{**calibrated, **options})


def mark_displaced(
    difference: xr.Dataset, grains: xr.Dataset, changes: xr.Dataset, options: Mapping[str, Any]
) -> xr.Dataset:
    """Grains with those marked that only moved: :func:`alkanode.tomography.grains.dipole_test`."""
    from alkanode.tomography.grains import dipole_test

    return dipole_test(difference, grains, changes, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindGrains:
    """Find the grains of change of each pair.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.grains.label_grains`.
    dipoles
        Keyword options of :func:`~alkanode.tomography.grains.dipole_test`; ``None`` leaves that test out.
    find, mark
        Give the record of kind ``grains``, and the same with displaced ones marked.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    dipoles: Mapping[str, Any] | None = field(default_factory=dict)
    find: Find = label_grains_of
    mark: Mark = mark_displaced
    name: ClassVar[str] = "grains"

    def draft(self, draft: Draft) -> None:
        """One record per pair."""
        for _, _, pair in draft.pairs:
            needs = [("changes", pair), ("difference", pair)]
            if draft.ready(self.name, pair, needs):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/grains.h5",
                    work=partial(grains_of_pair, step=self),
                    configuration={"step": self},
                    needs=needs,
                    weight=3.0,
                )


def grains_of_pair(place: Workplace, task: Task, rows: Rows, *, step: FindGrains) -> xr.Dataset:
    """Grains of one pair."""
    changes, difference = place.result("changes", task.subject), place.result("difference", task.subject)
    grains = step.find(changes, difference, step.options)
    return grains if step.dipoles is None else step.mark(difference, grains, changes, step.dipoles)
