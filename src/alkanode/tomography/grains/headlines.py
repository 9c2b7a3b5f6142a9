"""Headline numbers of a set of grains: what was gained and lost, moved matter and fringes apart."""

from __future__ import annotations

import json

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.sources import Estimate


def grain_estimates(grains: RecordLike) -> dict[str, Estimate]:
    """Volume gained and lost, and the volume that only moved or is a fringe.

    Parameters
    ----------
    grains
        Record of kind ``grains``.

    Returns
    -------
    dict
        ``volume_gained`` and ``volume_lost`` of the grains that count, and, after :func:`dipole_test`, ``volume_displaced``
        and ``volume_of_fringes`` of those that do not. The interval is what the test's bound of false verdicts can have
        moved between the two; how much the threshold matters is the business of :func:`alkanode.tomography.threshold_sweep`.
    """
    record = check(grains, "grains")
    volume, sign = record["grain_volume"].to_numpy(), record["sign"].to_numpy()
    none = np.zeros(volume.size, dtype=bool)
    tested = "displaced" in record
    moved = record["displaced"].to_numpy().astype(bool) if tested else none
    fringe = record["fringe"].to_numpy().astype(bool) if "fringe" in record else none
    counted = ~(moved | fringe)
    about = f"measured: grains of at least {int(record.attrs.get('smallest_voxels', 1))} voxels"
    about += ", displaced matter and fringes left out" if tested else ", displaced matter and fringes not told apart"
    wrong = _bound(record.attrs.get("dipole_test"))
    found = {}
    for name, direction in (("volume_gained", 1), ("volume_lost", -1)):
        own = sign == direction
        value = float(volume[own & counted].sum())
        # of what counts, so much would have been taken away wrongly: p/(1 - p) of what is left
        more = min(wrong / (1.0 - wrong) * value, float(volume[own & ~counted].sum())) if wrong < 1.0 else 0.0
        found[name] = Estimate(
            value=value,
            unit="m3",
            quantity=name,
            interval=(value, value + more) if tested else None,
            label=about + ("; interval: bound of changes taken for displacements" if tested else ""),
        )
    if tested:
        for name, which in (("volume_displaced", moved), ("volume_of_fringes", fringe)):
            found[name] = Estimate(
                value=float(volume[which].sum()),
                unit="m3",
                quantity=name,
                label="measured: grains that one displacement or fringe explains, gains and losses together",
            )
    return found


def _bound(test: object) -> float:
    """Upper bound of the share of changes that are taken for a displacement or a fringe."""
    if not isinstance(test, str):
        return 0.0
    said = json.loads(test)
    return float(min(said["false_rate_upper"] + said["fringe_false_rate_upper"], 1.0))
