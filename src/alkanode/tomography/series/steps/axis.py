"""Step: the rotation axis of each scan, from a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.sources import Estimate, Trust
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace


def find_axis_of(line_integrals: xr.Dataset, options: Mapping[str, Any]) -> tuple[xr.Dataset, Estimate]:
    """The rotation axis of some rows: :func:`alkanode.tomography.rotation_axis.find_axis` and its consensus."""
    from alkanode.tomography.rotation_axis import axis_estimate, find_axis

    record = find_axis(line_integrals, **options)
    return record, axis_estimate(record)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAxis:
    """Find the detector column of the rotation axis of each scan.

    Attributes
    ----------
    columns
        Scan -> detector column given by the user, which is then not searched for.
    rows
        Rows looked at, spread evenly over the volume.
    options
        Keyword options of :func:`~alkanode.tomography.rotation_axis.find_axis`.
    find
        Gives the record of kind ``rotation_axis`` and the consensus (detector column), or refuses.
    """

    columns: Mapping[str, float] = field(default_factory=dict)
    rows: int = 8
    options: Mapping[str, Any] = field(default_factory=dict)
    find: Callable[[xr.Dataset, Mapping[str, Any]], tuple[xr.Dataset, Estimate]] = find_axis_of
    name: ClassVar[str] = "axis"

    def draft(self, draft: Draft) -> None:
        """One record per scan."""
        for scan in draft.scans:
            given = self.columns.get(scan)
            first, last = draft.rows_of(scan)
            looked_at = np.unique(
                np.linspace(first, max(last - 1, first), max(self.rows, 1)).round().astype(int)
            ).tolist()
            configuration: dict[str, Any] = (
                {
                    "rows": looked_at,
                    "options": self.options,
                    "find": self.find,
                    "corrections": draft.plan.corrections,
                    "line_integrals": draft.plan.line_integrals,
                }
                if given is None
                else {"column": float(given)}
            )
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/axis.h5",
                work=partial(axis_record, find=self.find, options=self.options, rows_looked_at=looked_at, given=given),
                configuration=configuration,
                scans=(scan,),
                weight=1.0,
            )


def axis_record(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    find: Callable[[xr.Dataset, Mapping[str, Any]], tuple[xr.Dataset, Estimate]],
    options: Mapping[str, Any],
    rows_looked_at: list[int],
    given: float | None,
) -> xr.Dataset:
    """The axis of one scan; ``attrs["consensus_column"]`` is what the reconstruction takes."""
    if given is not None:
        return _given(given)
    scan = place.scan(task.subject)
    plan = place.plan
    single = [plan.line_integrals(scan, (row, row + 1), plan.corrections) for row in rows_looked_at]
    record, consensus = find(
        xr.concat(single, dim="row", data_vars="minimal", coords="minimal", compat="override"), options
    )
    labelled = label(record, "rotation_axis")
    return _with_consensus(labelled, consensus)


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
            "axis_column": ("method", [column]),
            "standard_error": ("method", [np.nan]),
            "usable": ("method", [True]),
            "candidate": (("method", "trial"), [[column]]),
            "score": (("method", "trial"), [[0.0]]),
        },
        coords={"method": ["given"]},
    )
    given = Estimate(value=column, unit="1", quantity="axis_column", label=Trust.GIVEN.value)
    return _with_consensus(label(record, "rotation_axis"), given)
