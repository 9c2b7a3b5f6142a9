"""Headline numbers of a set of grains: what was gained and lost, moved matter and fringes apart."""

from __future__ import annotations

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
        and ``volume_of_fringes`` of those that do not. They are sums of marked voxels: a blurred grain is cut where the
        threshold lies, and grains that noise hid are not in them. So they have no interval;
        :func:`~alkanode.tomography.grains.grain_volumes` gives volumes that have one.
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
    found = {}
    for name, direction in (("volume_gained", 1), ("volume_lost", -1)):
        own = sign == direction
        value = float(volume[own & counted].sum())
        found[name] = Estimate(
            value=value,
            unit="m3",
            quantity=name,
            label=f"{about}; voxels beyond the threshold, which is no estimate of the whole",
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
