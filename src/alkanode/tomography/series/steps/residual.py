"""Step: what is left between each registered scan and the reference, place by place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Map = Callable[[xr.Dataset, xr.Dataset, xr.Dataset, str, Mapping[str, Any]], xr.Dataset]


def residual_map_of(
    moving: xr.Dataset, fixed: xr.Dataset, registration: xr.Dataset, scan: str, options: Mapping[str, Any]
) -> xr.Dataset:
    """What is left, cell by cell: :func:`alkanode.tomography.registration.residual_map`."""
    from alkanode.tomography.registration import residual_map

    return residual_map(moving, fixed, registration, scan, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapResiduals:
    """Map what is left between each registered scan and the reference: a check on its being moved as a whole.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.registration.residual_map`. ``mask`` is that of the registration
        unless it is named here.
    measure
        Makes the map.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Map = residual_map_of
    name: ClassVar[str] = "residual"

    def draft(self, draft: Draft) -> None:
        """One record per scan that is registered."""
        reference = draft.reference
        registered: Mapping[str, Any] = draft.option("registration", "options", {})
        options = {**({"mask": registered["mask"]} if "mask" in registered else {}), **self.options}
        for scan in draft.scans:
            needs = [("registration", scan), ("volume", scan), ("volume", reference)]
            if scan == reference or not draft.ready(self.name, scan, needs):
                continue
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/residual.h5",
                work=partial(residual_of_scan, measure=self.measure, options=options, reference=reference),
                configuration={"options": options, "measure": self.measure},
                needs=needs,
                weight=3.0,
            )


def residual_of_scan(
    place: Workplace, task: Task, rows: Rows, *, measure: Map, options: Mapping[str, Any], reference: str
) -> xr.Dataset:
    """The map of one scan."""
    moving, fixed = place.result("volume", task.subject), place.result("volume", reference)
    return measure(moving, fixed, place.result("registration", task.subject), task.subject, options)
