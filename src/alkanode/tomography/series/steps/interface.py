"""Step: the plane between electrolyte and anode, in the volume of the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

FindPlane = Callable[[xr.Dataset, Mapping[str, Any]], xr.Dataset]


def plane_of_volume(volume: xr.Dataset, options: Mapping[str, Any]) -> xr.Dataset:
    """The plane: :func:`alkanode.tomography.grains.interface_plane`."""
    from alkanode.tomography.grains import interface_plane

    return interface_plane(volume, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindInterface:
    """Find where the anode begins, once for the series: other scans lie upon the reference.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.grains.interface_plane`.
    find
        Gives a record of kind ``interface_plane``.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    find: FindPlane = plane_of_volume
    name: ClassVar[str] = "interface"

    def draft(self, draft: Draft) -> None:
        """One record, of the reference."""
        reference = draft.reference
        if reference and draft.ready(self.name, reference, [("volume", reference)]):
            draft.add(
                self.name,
                reference,
                f"scans/{reference}/interface.h5",
                work=partial(interface_of_reference, step=self),
                configuration={"step": self},
                needs=[("volume", reference)],
                weight=1.0,
            )


def interface_of_reference(place: Workplace, task: Task, rows: Rows, *, step: FindInterface) -> xr.Dataset:
    """Plane of the interface in the reference."""
    return step.find(place.result("volume", task.subject), step.options)
