"""Rows of a comparison as estimates and as plain mappings."""

from __future__ import annotations

import math
from typing import Any

import xarray as xr

from alkanode.foundation.sources import Estimate


def estimates_of(comparison: xr.Dataset) -> dict[str, Estimate]:
    """The model's numbers, each with what it rests on."""
    found = {}
    for k in range(comparison.sizes["number"]):
        row = {str(name): comparison[name].to_numpy()[k] for name in comparison.data_vars}
        value, low, high = (float(row[f"predicted{end}"]) for end in ("", "_lower", "_upper"))
        if not math.isfinite(value):
            continue
        bounded = math.isfinite(low) and math.isfinite(high)
        label = f"{row['status']} by the model: {row['status_reason']}"
        if bounded:
            label += "; interval: stated intervals of the parameters, each alone, added in quadrature"
        found[str(row["name"]).replace(".", "_", 1)] = Estimate(
            value=value,
            unit=str(row["unit"]),
            quantity=str(row["quantity"]),
            interval=(low, high) if bounded else None,
            label=label,
        )
    return found


def rows_of(comparison: xr.Dataset) -> list[dict[str, Any]]:
    """Every row in SI, for machines."""
    return [
        {
            str(name): (
                float(comparison[name].to_numpy()[k])
                if comparison[name].dtype.kind == "f"
                else str(comparison[name].to_numpy()[k])
            )
            for name in comparison.data_vars
        }
        for k in range(comparison.sizes["number"])
    ]
