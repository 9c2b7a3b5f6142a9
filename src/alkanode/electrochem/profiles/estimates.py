"""Headline numbers of profile shapes: overpotentials, spike and transition of the later half cycles of each direction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.sources import Estimate

WORDS = (("strip", "stripping"), ("plate", "plating"))

_FIELDS = (
    ("overpotential", "eta_1", "overpotential"),
    ("second_overpotential", "eta_2", "overpotential"),
    ("nucleation_spike", "spike", "overpotential"),
    ("transition_share", "transition_share", "fraction"),
)


def profile_estimates(shapes: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of profile shapes.

    Parameters
    ----------
    shapes
        What :func:`alkanode.electrochem.profile_shape` returned.

    Returns
    -------
    dict
        For each direction ``stripping_`` or ``plating_`` with ``overpotential`` (V, first plateau or begin of a ramp),
        ``second_overpotential`` (V, second plateau or end of a ramp), ``nucleation_spike`` (V, only spikes that were seen) and ``transition_share`` (1,
        of the charge of the half cycle): medians over the half cycles that have a shape, the first half cycle of the record left out
        where there are others. The interval is the smallest to the largest of them, and at least that of a fit to one.
    """
    shapes = check(shapes, "profile_shape")
    direction = shapes["direction"].to_numpy()
    said = shapes["shape"].to_numpy() != "cannot say"
    found: dict[str, Estimate] = {}
    for name, word in WORDS:
        here = (direction == name) & said
        later = here & ~shapes["first"].to_numpy()
        rows = np.flatnonzero(later if later.any() else here)
        for key, field, quantity in _FIELDS:
            values = shapes[field].to_numpy()[rows]
            known = np.isfinite(values)
            if field == "spike":
                known &= shapes["spike_seen"].to_numpy()[rows]
            if known.any():
                found[f"{word}_{key}"] = _estimate(shapes, field, quantity, rows[known])
    return found


def _estimate(shapes: xr.Dataset, field: str, quantity: str, rows: npt.NDArray[np.intp]) -> Estimate:
    values = shapes[field].to_numpy()[rows]
    unit = "1" if quantity == "fraction" else "V"
    shared = int(shapes.attrs["interfaces"])
    whose = "" if shared == 1 else f", per interface of {shared}"
    fitted = shapes["transition_interval" if field == "transition_share" else f"{field}_interval"].to_numpy()[rows]
    if field == "transition_share":
        fitted = fitted / shapes["charge_passed"].to_numpy()[rows][:, None]
    low, high = (float(end) for end in np.median(fitted, axis=0))
    covered = "two residuals of the shape" if field == "spike" else "95 % of the fit to one half cycle"
    if rows.size > 1:
        low, high = min(low, float(values.min())), max(high, float(values.max()))
        covered = f"smallest to largest of {rows.size} half cycles, and at least {covered}"
    return Estimate(
        value=float(np.median(values)),
        unit=unit,
        quantity=quantity,
        interval=(low, high),
        label=f"{'measured' if field == 'spike' else 'fitted to the trace'}{whose}; interval: {covered}",
    )
