"""A scan split into two scans of the same sample with noise of their own."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError


def split_halves(line_integrals: RecordLike) -> tuple[xr.Dataset, xr.Dataset]:
    """Every second view by angle, and the others.

    Half the difference of the two reconstructions has the noise of the whole one, and nothing of the sample but what too
    few views leave. The noise of a flat is common to both halves and cancels.

    Parameters
    ----------
    line_integrals
        Kind ``line_integrals`` with at least 4 views; may be lazy.

    Returns
    -------
    odd, even
        Kind ``line_integrals``, with their views in the order of the scan; ``attrs["half"]`` names them. "odd" holds
        the first, third, fifth ... view by angle.

    Raises
    ------
    PhysicsError
        For fewer than 4 views or an angle that is not finite.
    """
    record = check(line_integrals, "line_integrals")
    angles = record["rotation_angle"].to_numpy()
    if angles.size < 4 or not np.isfinite(angles).all():
        raise PhysicsError("two halves need at least 4 views with finite angles", found=f"{angles.size} views")
    order = np.argsort(angles, kind="stable")
    halves = []
    for name, first in (("odd", 0), ("even", 1)):
        half = record.isel(angle=np.sort(order[first::2]))
        half.attrs["half"] = name
        halves.append(label(half, "line_integrals"))
    return halves[0], halves[1]
