"""Cells of one kind together: pooled critical current densities as a part."""

from __future__ import annotations

import math
from collections.abc import Sequence

import xarray as xr

from alkanode.electrochem.critical_currents.estimates import AreaBasis
from alkanode.electrochem.critical_currents.replicates import pool
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_critical_current import weibull_plot
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import worded


def replicates_part(results: Sequence[xr.Dataset], *, area: AreaBasis = "final", allow_mixed: bool = False) -> Part:
    """Mean, scatter and Weibull law of the critical current densities of several cells.

    Parameters
    ----------
    results
        One ``critical_current`` record per cell.
    area, allow_mixed
        As for :func:`alkanode.electrochem.pool`.

    Raises
    ------
    SchemaError
        As :func:`alkanode.electrochem.pool`.
    """
    pooled = pool(results, area=area, allow_mixed=allow_mixed)
    estimates = replicates_estimates(pooled)
    try:
        figures = {"weibull": weibull_plot(pooled)}
    except SchemaError:
        figures = {}
    return Part(
        name="replicates",
        title=f"Critical current density of {pooled.attrs['n']} cells",
        estimates=estimates,
        details={
            **{f"n_{kind}": int(pooled.attrs[f"n_{kind}"]) for kind in ("interval", "left", "right")},
            "mixed": str(pooled.attrs["mixed"]),
            "area_basis": str(pooled.attrs["area_basis"]),
            "mean_reason": str(pooled.attrs["mean_reason"]),
            "weibull_reason": str(pooled.attrs["weibull_reason"]),
            "naive": {name: float(pooled.attrs[f"naive_{name}"]) for name in ("shape", "scale")},
        },
        records={
            "replicates": pooled,
            **{f"critical_current_{number}": result for number, result in enumerate(results, start=1)},
        },
        figures=figures,
        tables={"cells": _cells(pooled)},
        findings=tuple(_findings(pooled, estimates)),
    )


def replicates_estimates(pooled: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of replicates.

    Parameters
    ----------
    pooled
        What :func:`alkanode.electrochem.pool` returned.

    Returns
    -------
    dict
        ``mean`` (of the middles of the intervals), ``median``, ``weibull_scale`` (A m-2), ``weibull_shape`` and
        ``weibull_shape_unbiased`` (1); ``None`` where they cannot be said, with the reason in the label.
    """
    attrs = pooled.attrs
    percent = f"{100 * attrs['confidence']:g} %"
    n = int(attrs["n"])
    mean = f"measured: mean of the middles of {n} intervals; interval: {percent}, Student's t, at least the width of the levels"
    law = f"fitted: most likely Weibull law of {n} intervals and bounds; interval: {percent} profile likelihood"
    bias = "fitted: the same with the bias of small samples taken off by (n - 2) / (n - 0.68)"

    def estimate(name: str, label: str, reason: str, quantity: str) -> Estimate:
        value = float(attrs[name])
        ends = tuple(float(attrs.get(f"{name}_{end}", math.nan)) for end in ("lower", "upper"))
        known = math.isfinite(value)
        return Estimate(
            value=value if known else None,
            unit="1" if quantity == "fraction" else "A m-2",
            quantity=quantity,
            label=label if known else f"cannot be said: {reason}",
            interval=(ends[0], ends[1]) if known and not any(map(math.isnan, ends)) else None,
        )

    why = str(attrs["weibull_reason"])
    few = why or "fewer than three cells failed"
    return {
        "mean": estimate("mean", mean, str(attrs["mean_reason"]), "current_density"),
        "median": estimate("median", f"measured: median of {n}", "more than half never failed", "current_density"),
        "weibull_scale": estimate("scale", law, why, "current_density"),
        "weibull_shape": estimate("shape", law, why, "fraction"),
        "weibull_shape_unbiased": estimate("shape_unbiased", bias, few, "fraction"),
    }


def _cells(pooled: xr.Dataset) -> Table:
    ends = 0.1 * pooled["interval"].to_numpy()
    rows = [
        (str(name), float(low), "-" if math.isinf(high) else float(high), str(kind), float(share))
        for name, (low, high), kind, share in zip(
            pooled["cell"].to_numpy(),
            ends,
            pooled["censoring"].to_numpy(),
            pooled["failed_share"].to_numpy(),
            strict=True,
        )
    ]
    return Table(
        title=f"Cells ({pooled.attrs['area_basis']} area)",
        columns=("cell", "last passed / mA cm-2", "first failed / mA cm-2", "known as", "median rank"),
        rows=tuple(rows),
    )


def _findings(pooled: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    attrs = pooled.attrs
    n = int(attrs["n"])
    counts = f"{attrs['n_interval']} known as an interval, {attrs['n_left']} failed in the first level, {attrs['n_right']} never failed"
    mean, scale = estimates["mean"], estimates["weibull_scale"]
    findings = [f"{n} cells: {counts}. [measured]"]
    if mean.value is None:
        findings.append(f"A mean cannot be said: {attrs['mean_reason']}. [measured]")
    elif mean.interval is None:
        findings.append(f"Mean of the middles: {worded(mean)}, without an interval: {attrs['mean_reason']}. [measured]")
    else:
        findings.append(
            f"Mean of the middles: {worded(mean)} at 95 %. [measured]".replace(
                "95 %", f"{100 * attrs['confidence']:g} %"
            )
        )
    if scale.value is None:
        findings.append(f"A Weibull law cannot be fitted: {attrs['weibull_reason']}. [fitted]")
    else:
        shape = estimates["weibull_shape"]
        findings.append(
            f"Weibull law: scale {worded(scale)}, shape {worded(shape)}; taking the failing level for the value would give "
            f"shape {attrs['naive_shape']:.3g} and scale {0.1 * attrs['naive_scale']:.3g} mA cm-2. [fitted]"
        )
    if attrs["largest_area_share"] > 0:
        findings.append(
            f"The areas are known to ±{100 * attrs['largest_area_share']:.2g} % (two standard uncertainties) at worst, which "
            "moves both ends of a cell's interval together and is not part of the intervals above. [measured]"
        )
    if attrs["mixed"]:
        findings.append(f"Mixed protocols were pooled at request; they differ in {attrs['mixed']}. [measured]")
    return findings
