"""Headline numbers of a path of an electrode, with interval and label."""

from __future__ import annotations

import math

import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.thermo.anode.electrode_path import EVENTS
from alkanode.thermo.anode.temperature_spread import interval_text

HEADLINES = {**EVENTS, "theoretical_capacity": "Charge at which all of the working metal is stripped"}
"""Headline scalars of a path, C kg-1 of initial alloy; a plating path has no theoretical capacity."""


def path_estimates(path: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of a stripping or plating path.

    Parameters
    ----------
    path
        Result of :func:`alkanode.thermo.stripping_path` or :func:`alkanode.thermo.plating_path`.

    Returns
    -------
    dict
        Those of :data:`HEADLINES` that the path has by name, in C kg-1 of initial alloy, with interval (over the
        temperature uncertainty) and label (which gives the interval over the assessment too). The value is ``None`` where
        the event never happens on the path.
    """
    text = f"{path.attrs['label']}; {interval_text(path)}"
    if path.attrs["potassium_in_carbon"] > 0:
        text += f"; {path.attrs['potassium_in_carbon']:g} mol K per mol of atoms assumed bound in carbon"
    estimates = {}
    for name in (name for name in HEADLINES if name in path):
        value = path[name].item()
        label = text + _assessment_text(path, name)
        if f"{name}_interval" not in path:
            label = "computed from the composition (F x / M; molar masses recalled, unverified)"
        estimates[name] = Estimate(
            value=value if math.isfinite(value) else None,
            unit="C kg-1",
            quantity="specific_capacity",
            interval=_interval(path, f"{name}_interval"),
            label=label,
        )
    return estimates


def _interval(path: xr.Dataset, name: str) -> tuple[float, float] | None:
    if name not in path:
        return None
    low, high = (float(bound) for bound in path[name])
    return (low, high) if math.isfinite(low) and math.isfinite(high) else None


def _assessment_text(path: xr.Dataset, name: str) -> str:
    bounds = _interval(path, f"{name}_assessment_interval")
    if bounds is None:
        return ""
    low, high = (bound / 3600 for bound in bounds)
    return f"; the parameters of the assessment alone give {low:.4g} to {high:.4g} mAh g-1 (95 %)"
