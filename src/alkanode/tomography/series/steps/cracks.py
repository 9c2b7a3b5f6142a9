"""Step: cracks in the electrolyte of each scan, and the thinnest that could have been seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Look = Callable[[xr.Dataset, xr.Dataset, xr.Dataset | None, float, Mapping[str, Any]], xr.Dataset]


def cracks_of(
    volume: xr.Dataset,
    interface: xr.Dataset,
    before: xr.Dataset | None,
    electrolyte_attenuation: float,
    options: Mapping[str, Any],
) -> xr.Dataset:
    """Cracks: :func:`alkanode.tomography.grains.cracks`."""
    from alkanode.tomography.grains import cracks

    return cracks(volume, interface, before=before, electrolyte_attenuation=electrolyte_attenuation, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCracks:
    """Look for cracks in the electrolyte of each scan.

    Attributes
    ----------
    electrolyte_attenuation
        1/m.
    new_only
        In later scans look only for what became darker since the reference.
    options
        Further keyword options of :func:`~alkanode.tomography.grains.cracks`.
    look
        Gives a record of kind ``cracks``.
    """

    electrolyte_attenuation: float
    new_only: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    look: Look = cracks_of
    name: ClassVar[str] = "cracks"

    def draft(self, draft: Draft) -> None:
        """One record per scan."""
        reference = draft.reference
        for scan in draft.scans:
            compared = self.new_only and scan != reference
            needs = [(draft.final(scan), scan), ("interface", reference)]
            if compared:
                needs.append(("volume", reference))
            if draft.ready(self.name, scan, needs):
                draft.add(
                    self.name,
                    scan,
                    f"scans/{scan}/cracks.h5",
                    work=partial(
                        cracks_of_scan, step=self, final=draft.final(scan), reference=reference, compared=compared
                    ),
                    configuration={"step": self, "compared": compared},
                    needs=needs,
                    weight=3.0,
                )


def cracks_of_scan(
    place: Workplace, task: Task, rows: Rows, *, step: FindCracks, final: str, reference: str, compared: bool
) -> xr.Dataset:
    """Cracks of one scan."""
    before = place.result("volume", reference) if compared else None
    volume, plane = place.result(final, task.subject), place.result("interface", reference)
    return step.look(volume, plane, before, step.electrolyte_attenuation, step.options)
