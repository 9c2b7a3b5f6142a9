"""Headline numbers of a liquid window, with interval and label."""

from __future__ import annotations

import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.thermo.anode.uncertainty.headline import Covers, headline


def window_estimates(window: xr.Dataset, *, interval: Covers = "temperature") -> dict[str, Estimate]:
    """Headline numbers of a liquid window at one temperature.

    Parameters
    ----------
    window
        Result of :func:`alkanode.thermo.liquid_window` with one temperature.
    interval
        What the intervals cover: ``"temperature"`` (default) its uncertainty only; ``"assessment"`` its parameters at 95 %
        only; ``"both"`` the two, joined in quadrature. The label says it.

    Returns
    -------
    dict
        ``mass_fraction_lower``, ``mass_fraction_upper``, ``mole_fraction_lower``, ``mole_fraction_upper`` of the system's
        first element (K, where there is any), each with its interval and what it rests on.

    Raises
    ------
    PhysicsError
        When the record holds several temperatures, or for another word in ``interval``.
    """
    if window.sizes["temperature"] != 1:
        raise PhysicsError(
            "a liquid window at one temperature is needed",
            found=f"{window.sizes['temperature']} temperatures",
            todo="Choose one: window.isel(temperature=[0])",
        )
    at = window.isel(temperature=0)
    return {
        f"{name}_{side}": headline(
            at.sel(side=side), name, name, rests_on=window.attrs["label"], covers=interval, most=1.0
        )
        for name in ("mass_fraction", "mole_fraction")
        for side in ("lower", "upper")
    }
