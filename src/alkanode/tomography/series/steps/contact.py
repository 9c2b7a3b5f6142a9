"""Step: contact of metal and electrolyte in each scan, for the constriction model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Measure = Callable[[xr.Dataset, xr.Dataset, float, Mapping[str, Any]], xr.Dataset]


def contact_of(
    volume: xr.Dataset, interface: xr.Dataset, metal_attenuation: float, options: Mapping[str, Any]
) -> xr.Dataset:
    """Contact: :func:`alkanode.tomography.grains.interface_contact`."""
    from alkanode.tomography.grains import interface_contact

    return interface_contact([volume], interface, metal_attenuation=metal_attenuation, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureContact:
    """Measure the share of the interface that touches metal.

    Attributes
    ----------
    metal_attenuation
        1/m, of the least attenuating metal that counts as contact.
    options
        Further keyword options of :func:`~alkanode.tomography.grains.interface_contact`.
    measure
        Gives a record of kind ``interface_contact`` with one scan.
    """

    metal_attenuation: float
    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure = contact_of
    name: ClassVar[str] = "contact"

    def draft(self, draft: Draft) -> None:
        """One record per scan."""
        reference = draft.reference
        for scan in draft.scans:
            final = draft.final(scan)
            needs = [(final, scan), ("interface", reference)]
            if draft.ready(self.name, scan, needs):
                draft.add(
                    self.name,
                    scan,
                    f"scans/{scan}/contact.h5",
                    work=partial(contact_of_scan, step=self, final=final, reference=reference),
                    configuration={"step": self},
                    needs=needs,
                    weight=1.0,
                )


def contact_of_scan(
    place: Workplace, task: Task, rows: Rows, *, step: MeasureContact, final: str, reference: str
) -> xr.Dataset:
    """Contact of one scan."""
    volume, plane = place.result(final, task.subject), place.result("interface", reference)
    return step.measure(volume, plane, step.metal_attenuation, step.options)
