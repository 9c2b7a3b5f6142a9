"""Step: the rotation axis of each scan, from a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.sources import Estimate, Trust
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.stages import line_integrals_of
from alkanode.tomography.series.task import Rows, Task, Workplace

if TYPE_CHECKING:
    from alkanode.tomography.series.plan import SeriesPlan


def find_axis_of(line_integrals: xr.Dataset, options: Mapping[str, Any]) -> tuple[xr.Dataset, Estimate]:
    """The rotation axis of some rows: :func:`alkanode.tomography.rotation_axis.find_axis` and its consensus."""
    from alkanode.tomography.rotation_axis import axis_estimate, find_axis

    record = find_axis(line_integrals, **options)
    return record, axis_estimate(record)


def contrast_rows(scan: xr.Dataset, between: Rows, count: int) -> list[int]:
    """Rows that show the sample: :func:`alkanode.tomography.rotation_axis.rows_with_contrast`."""
    from alkanode.tomography.rotation_axis import rows_with_contrast

    return [int(row) for row in rows_with_contrast(scan, count, between=between)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAxis:
    """Find the detector column of the rotation axis of each scan.

    Stripes are left in: they say nothing about the axis to methods that look at what moves, while their removal can take
    away the weak features by which the axis is found.

    Attributes
    ----------
    columns
        Scan -> detector column given by the user, which is then not searched for.
    rows
        Number of rows looked at.
    corrections
        Corrections of the rows looked at; by default those of the plan without removal of stripes and without phase step.
    choose
        Gives the rows looked at from a scan, the rows of the volume and their number; by default those where the sample
        stands out of the noise.
    options
        Keyword options of :func:`~alkanode.tomography.rotation_axis.find_axis`.
    find
        Gives the record of kind ``rotation_axis`` and the consensus (detector column), or refuses.
    """

    columns: Mapping[str, float] = field(default_factory=dict)
    rows: int = 5
    options: Mapping[str, Any] = field(default_factory=dict)
    corrections: Any = None
    choose: Callable[[xr.Dataset, Rows, int], list[int]] = contrast_rows
    find: Callable[[xr.Dataset, Mapping[str, Any]], tuple[xr.Dataset, Estimate]] = find_axis_of
    name: ClassVar[str] = "axis"

    def draft(self, draft: Draft) -> None:
        """One record per scan."""
        corrections = _for_the_axis(draft.plan) if self.corrections is None else self.corrections
        for scan in draft.scans:
            given = self.columns.get(scan)
            first, last = draft.rows_of(scan)
            configuration: dict[str, Any] = (
                {
                    "rows": [first, last, self.rows],
                    "choose": self.choose,
                    "options": self.options,
                    "find": self.find,
                    "corrections": corrections,
                    "line_integrals": draft.plan.line_integrals,
                }
                if given is None
                else {"column": float(given)}
            )
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/axis.h5",
                work=partial(axis_record, step=self, corrections=corrections, between=(first, last), given=given),
                configuration=configuration,
                scans=(scan,),
                weight=1.0,
            )


def axis_record(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    step: FindAxis,
    corrections: Any,
    between: Rows,
    given: float | None,
) -> xr.Dataset:
    """The axis of one scan; ``attrs["consensus_column"]`` is what the reconstruction takes."""
    if given is not None:
        return _given(given)
    scan = place.scan(task.subject)
    plan = place.plan
    looked_at = step.choose(scan, between, max(step.rows, 1))
    single = [plan.line_integrals(scan, (row, row + 1), corrections) for row in looked_at]
    record, consensus = step.find(
        xr.concat(single, dim="row", data_vars="minimal", coords="minimal", compat="override"), step.options
    )
    record.attrs["rows_looked_at"] = looked_at
    labelled = label(record, "rotation_axis")
    return _with_consensus(labelled, consensus)


def _for_the_axis(plan: SeriesPlan) -> Any:
    """The plan's corrections without removal of stripes and phase step, where they are the package's own."""
    from alkanode.tomography.corrections import Corrections, Stripes

    if plan.line_integrals is not line_integrals_of:
        return plan.corrections
    return replace(plan.corrections or Corrections(), stripes=Stripes(method="none"), phase=None)


def _with_consensus(record: xr.Dataset, consensus: Estimate) -> xr.Dataset:
    lower, upper = (np.nan, np.nan) if consensus.interval is None else consensus.interval
    record.attrs.update(
        consensus_column=np.nan if consensus.value is None else float(consensus.value),
        consensus_lower=float(lower),
        consensus_upper=float(upper),
        consensus_label=consensus.label,
    )
    return record


def _given(column: float) -> xr.Dataset:
    record = xr.Dataset(
        {
            "axis_column": ("axis_method", [column]),
            "standard_error": ("axis_method", [np.nan]),
            "usable": ("axis_method", [True]),
            "candidate": (("axis_method", "trial"), [[column]]),
            "score": (("axis_method", "trial"), [[0.0]]),
        },
        coords={"axis_method": ["given"]},
    )
    given = Estimate(value=column, unit="1", quantity="axis_column", label=Trust.GIVEN.value)
    return _with_consensus(label(record, "rotation_axis"), given)
