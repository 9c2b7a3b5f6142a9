"""Step: every headline number of a pair against the threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Sweep = Callable[[xr.Dataset, xr.Dataset | None, Mapping[str, Any]], xr.Dataset]


def sweep_of(difference: xr.Dataset, calibration: xr.Dataset | None, options: Mapping[str, Any]) -> xr.Dataset:
    """Numbers against the threshold: :func:`alkanode.tomography.differences.threshold_sweep`."""
    from alkanode.tomography.differences import threshold_sweep

    return threshold_sweep(difference, calibration=calibration, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepThreshold:
    """Vary the threshold and see what becomes of the numbers.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.differences.threshold_sweep`.
    sweep
        Gives a record of kind ``threshold_sweep``.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    sweep: Sweep = sweep_of
    name: ClassVar[str] = "sweep"

    def draft(self, draft: Draft) -> None:
        """One record per pair."""
        for _, _, pair in draft.pairs:
            if draft.has("difference", pair):
                calibrated = [("threshold", pair)] if draft.has("threshold", pair) else []
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/sweep.h5",
                    work=partial(sweep_of_pair, step=self),
                    configuration={"step": self},
                    needs=[("difference", pair), *calibrated],
                    weight=3.0,
                )


def sweep_of_pair(place: Workplace, task: Task, rows: Rows, *, step: SweepThreshold) -> xr.Dataset:
    """Sweep of one pair."""
    calibrated = any(key.startswith("threshold/") for key in task.needs)
    calibration = place.result("threshold", task.subject) if calibrated else None
    return step.sweep(place.result("difference", task.subject), calibration, step.options)
