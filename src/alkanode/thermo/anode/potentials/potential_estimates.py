"""Headline numbers of the potentials of one alloy, with interval and label."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.thermo.anode.uncertainty.headline import Covers, headline
from alkanode.thermo.conditions import Array


def potential_estimates(record: xr.Dataset, *, interval: Covers | None = None) -> dict[str, Estimate]:
    """Headline numbers of the potentials of one alloy.

    Parameters
    ----------
    record
        Result of :func:`alkanode.thermo.alloy_potentials` with one composition.
    interval
        What the intervals of ``electrode_potential_*`` cover: ``"temperature"`` its uncertainty only, ``"assessment"`` its
        parameters at 95 % only, ``"both"`` the two, joined in quadrature. The default, ``None``, is ``"assessment"`` where
        its parameters were drawn, else ``"temperature"``. In an electrolyte the standard potentials outweigh both: there
        the interval always covers them and the assessment, and not the temperature.

    Returns
    -------
    dict
        ``electrode_potential_Na`` and so on for every metal present (V against its own pure metal); with an electrolyte also
        ``potential_in_electrolyte_Na`` and so on, and ``oxidation_margin``: how far the potential of the metal that is
        oxidised first (named in the label) lies below the next one.

    Raises
    ------
    PhysicsError
        When the record holds several compositions, or for another word in ``interval``.
    """
    record = check(record, "alloy_potentials")
    if record.sizes["composition"] != 1:
        raise PhysicsError(
            "potentials of one alloy are needed",
            found=f"{record.sizes['composition']} compositions",
            todo="Choose one: record.isel(composition=[0])",
        )
    at = record.isel(composition=0)
    drawn = record.attrs["draws"] > 0
    covers: Covers = interval or ("assessment" if drawn else "temperature")
    own = record.attrs["label_of_alloy"]
    name = "electrode_potential"
    found = {
        f"{name}_{symbol}": headline(at.sel(element=symbol), name, name, rests_on=own, covers=covers)
        for symbol in _finite(at, name)
    }
    rests = record.attrs["label"]
    whole = f"interval covers standard potentials{' and assessment' if drawn else ''} at 95 %"
    name = "potential_in_electrolyte"
    for symbol in _finite(at, name) if name in at else ():
        of_metal = at.sel(element=symbol)
        found[f"{name}_{symbol}"] = _estimate(
            of_metal[name].item(), name, of_metal[f"{name}_interval"].to_numpy(), f"{rests}; {whole}"
        )
    if "oxidised_first" in at and at.oxidised_first.item():
        first = f"{at.oxidised_first.item()} is oxidised first"
        margin = at.oxidation_margin_interval.to_numpy()
        found["oxidation_margin"] = _estimate(
            at.oxidation_margin.item(), "oxidation_margin", margin, f"{first}; {rests}; {whole}"
        )
    return found


def _finite(at: xr.Dataset, name: str) -> list[str]:
    """Metals with a number."""
    return [str(symbol) for symbol in at.element.values if np.isfinite(at[name].sel(element=symbol))]


def _estimate(value: float, name: str, interval: Array, text: str) -> Estimate:
    low, high = (float(end) for end in interval)
    known = np.isfinite(low) and np.isfinite(high)
    return Estimate(value=value, unit="V", quantity=name, interval=(low, high) if known else None, label=text)
