"""Step: noise of the volume of each scan, slice by slice, after the smoothing of the differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.half_volumes import half_volumes
from alkanode.tomography.series.task import Rows, Task, Workplace


def noise_of_halves(odd: xr.Dataset, even: xr.Dataset, smoothing: float) -> xr.Dataset:
    """Noise of a volume: :func:`alkanode.tomography.differences.noise_from_halves`."""
    from alkanode.tomography.differences import noise_from_halves

    return noise_from_halves(odd, even, smoothing=smoothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureNoise:
    """Measure the noise of each volume from its halves.

    Attributes
    ----------
    measure
        Gives a record of kind ``volume_noise`` from the volumes of odd and of even projections, and the smoothing in voxels.
    """

    measure: Callable[[xr.Dataset, xr.Dataset, float], xr.Dataset] = noise_of_halves
    name: ClassVar[str] = "noise"

    def draft(self, draft: Draft) -> None:
        """One record per scan whose volume holds halves, at the smoothing of the differences."""
        smoothing = draft.option("difference", "smoothing", 0.0)
        for scan in draft.scans if draft.option("volume", "halves", False) else ():
            final = draft.final(scan)
            if not draft.ready(self.name, scan, [(final, scan)]):
                continue
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/noise.h5",
                work=partial(noise_record, measure=self.measure, smoothing=smoothing, final=final),
                configuration={"smoothing": smoothing, "measure": self.measure},
                needs=[(final, scan)],
                weight=1.0,
            )


def noise_record(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    measure: Callable[[xr.Dataset, xr.Dataset, float], xr.Dataset],
    smoothing: float,
    final: str,
) -> xr.Dataset:
    """Noise of one volume."""
    odd, even = half_volumes(place.result(final, task.subject))
    return measure(odd, even, smoothing)
