"""Step: change of each pair with depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

MakeProfile = Callable[[xr.Dataset, xr.Dataset, xr.Dataset | None, Mapping[str, Any]], xr.Dataset]


def profile_of(
    grains: xr.Dataset, difference: xr.Dataset, interface: xr.Dataset | None, options: Mapping[str, Any]
) -> xr.Dataset:
    """Change with depth: :func:`alkanode.tomography.grains.depth_profile`."""
    from alkanode.tomography.grains import depth_profile

    found = {} if interface is None else {"interface": interface}
    return depth_profile(grains, difference=difference, **{**found, **options})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDepth:
    """Sum up grains with depth: from the interface where it was found, else along the axis.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.grains.depth_profile`; a height given as ``interface`` comes before
        the plane that was found.
    make
        Gives a record of kind ``depth_profile``.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    make: MakeProfile = profile_of
    name: ClassVar[str] = "profile"

    def draft(self, draft: Draft) -> None:
        """One record per pair."""
        reference = draft.reference
        plane = [("interface", reference)] if draft.has("interface", reference) else []
        for _, _, pair in draft.pairs:
            needs = [("grains", pair), ("difference", pair), *plane]
            if draft.ready(self.name, pair, needs):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/profile.h5",
                    work=partial(profile_of_pair, step=self, plane=plane),
                    configuration={"step": self},
                    needs=needs,
                    weight=0.5,
                )


def profile_of_pair(
    place: Workplace, task: Task, rows: Rows, *, step: ProfileDepth, plane: list[tuple[str, str]]
) -> xr.Dataset:
    """Profile of one pair."""
    interface = place.result(*plane[0]) if plane else None
    return step.make(
        place.result("grains", task.subject), place.result("difference", task.subject), interface, step.options
    )
