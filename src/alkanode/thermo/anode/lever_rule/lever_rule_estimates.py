"""Liquid fractions of the electrodes of a lever rule as headline numbers."""

from __future__ import annotations

import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.sources import Estimate
from alkanode.thermo.anode.uncertainty.headline import Covers, headline


def lever_rule_estimates(record: xr.Dataset, *, interval: Covers = "temperature") -> dict[str, Estimate]:
    """Liquid fractions of both electrodes as headline numbers.

    Parameters
    ----------
    record
        Result of :func:`alkanode.thermo.lever_rule`.
    interval
        What the intervals cover: ``"temperature"`` (default) its uncertainty only, the label then gives the interval over
        the assessment too; ``"assessment"`` its parameters at 95 % only; ``"both"`` the two, joined in quadrature. None
        covers the size of the electrode or the densities.

    Returns
    -------
    dict
        ``liquid_fraction_initial``, ``liquid_fraction_enriched``, ``liquid_fraction_depleted``: mole fraction of atoms in
        the liquid, with interval and label.

    Raises
    ------
    PhysicsError
        For another word in ``interval``.
    """
    record = check(record, "electrode_inventory")
    return {
        f"liquid_fraction_{name}": headline(
            record.sel(electrode=name),
            "liquid_fraction",
            "liquid_fraction",
            rests_on=record.attrs["label"],
            covers=interval,
            most=1.0,
        )
        for name in map(str, record["electrode"].values)
    }
