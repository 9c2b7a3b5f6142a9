"""The rotation axis of a scan as a part: curves, consensus, or the refusal with all values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.sources import Estimate
from alkanode.plot.tomography import rotation_axis as describe
from alkanode.studies.part import Part, Table
from alkanode.studies.tomography.commands.scan_choice import ScanChoice, with_options
from alkanode.tomography.corrections import Corrections, line_integrals
from alkanode.tomography.rotation_axis import axis_estimate, find_axis

GIVEN = "given"
"""What a series calls a method where the user gave the axis."""

LOOKED_AT = 8
"""Detector rows from which the axis is found: their mean is good to a few hundredths of a pixel on ordinary scans."""


def keep_curves(line_integrals: xr.Dataset, options: Mapping[str, Any]) -> tuple[xr.Dataset, Estimate]:
    """The axis with its curves; where the methods do not agree, an estimate without a value that says why."""
    record = find_axis(line_integrals, **options)
    return record, consensus(record)


def consensus(record: xr.Dataset) -> Estimate:
    """What the methods agree on; without a value, and with the reason as label, where they do not."""
    try:
        return axis_estimate(record)
    except PhysicsError as refusal:
        return Estimate(value=None, unit="1", quantity="axis_column", label=str(refusal))


def axis_part(
    scan: ScanChoice,
    *,
    corrections: Corrections | None = None,
    rows: tuple[int, int] | None = None,
    search: tuple[float, float] | None = None,
    tolerance: float = 1.0,
    with_algotom: bool = False,
    progress: Progress | None = None,
) -> Part:
    """Detector column of the rotation axis by several methods.

    Parameters
    ----------
    scan
        Which scan.
    corrections
        Between counts and line integrals; the default of the package when absent.
    rows
        First and last-plus-one detector row to look at; the whole detector when absent. Eight rows are read.
    search
        First and last column tried; the middle half of the detector when absent.
    tolerance
        Pixels by which methods may differ.
    with_algotom
        Also run algotom's search, which is slow.
    progress
        Told after each method.

    Returns
    -------
    Part
        Record ``rotation_axis`` and the estimate; ``missing`` holds the refusal with the value of every method.

    Raises
    ------
    AlkanodeError
        When the scan cannot be read or corrected.
    """
    record = scan.open()
    curves = axis_curves(
        record,
        corrections=corrections,
        rows=rows,
        options={"search": search, "tolerance_pixels": tolerance, **_methods(with_algotom)},
        progress=progress,
    )
    return part_of_axis(curves, consensus(curves))


def _methods(with_algotom: bool) -> dict[str, Any]:
    from alkanode.tomography.rotation_axis.find_axis import DEFAULT_METHODS

    return {"methods": (*DEFAULT_METHODS, "algotom-vo") if with_algotom else DEFAULT_METHODS}


def axis_curves(
    scan: xr.Dataset,
    *,
    corrections: Corrections | None,
    rows: tuple[int, int] | None,
    options: Mapping[str, Any],
    progress: Progress | None,
) -> xr.Dataset:
    """The axis by all methods from eight rows.

    Raises
    ------
    PhysicsError
        For rows off the detector.
    """
    count = int(scan.sizes["row"])
    first, last = rows or (0, count)
    if not 0 <= first < min(last, count):
        raise PhysicsError(f"rows lie on the detector, 0 to {count}", found=f"{first}:{last}")
    places = np.linspace(first, min(last, count) - 1, LOOKED_AT).round().astype(int)
    integrals = line_integrals(scan, rows=np.unique(places), options=corrections)
    return find_axis(integrals, row_count=LOOKED_AT, progress=progress, **options)


def part_of_axis(record: xr.Dataset, found: Estimate) -> Part:
    """The axis for people: a row for every method, and the consensus or the refusal."""
    agreed = found.value is not None
    spread = float(record.attrs.get("spread_pixels", np.nan))
    methods = [str(name) for name in record["axis_method"].to_numpy()]
    finding = (
        "The axis was given, not looked for. [given by the user]"
        if methods == [GIVEN]
        else f"{int(record['usable'].sum())} of {len(methods)} methods place the axis within {spread:.2f} pixels of one another. "
        "[computed]"
    )
    return Part(
        name="rotation_axis",
        title="Rotation axis",
        estimates={"axis_column": found} if agreed else {},
        details={
            "methods": {name: _method(record, place) for place, name in enumerate(methods)},
            "spread_pixels": spread,
            "tolerance_pixels": float(record.attrs.get("tolerance_pixels", np.nan)),
            "agreed": agreed,
        },
        records={"rotation_axis": record},
        figures={} if methods == [GIVEN] else {"rotation_axis": describe(record)},
        tables={"rotation_axis": _table(record)},
        findings=(finding,) if agreed else (),
        missing={} if agreed else {"the consensus on the axis": with_options(found.label)},
    )


def _method(record: xr.Dataset, place: int) -> dict[str, Any]:
    one = record.isel(axis_method=place)
    return {
        "axis_column": float(one["axis_column"]),
        "standard_error": float(one["standard_error"]),
        "usable": bool(one["usable"]),
        "reason": str(one["reason"].item()) if "reason" in one else "",
    }


def _table(record: xr.Dataset) -> Table:
    rows = []
    for place, name in enumerate(record["axis_method"].to_numpy()):
        one = _method(record, place)
        rows.append(
            (
                str(name),
                f"{one['axis_column']:.2f}" if np.isfinite(one["axis_column"]) else None,
                f"{one['standard_error']:.2f}" if np.isfinite(one["standard_error"]) else None,
                "yes" if one["usable"] else "no",
                one["reason"] or None,
            )
        )
    return Table(
        title="Rotation axis by method",
        columns=("method", "detector column", "standard error", "usable", "why not"),
        rows=tuple(rows),
    )
