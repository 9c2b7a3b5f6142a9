"""What differs between two volumes once they lie upon one another."""

from __future__ import annotations

import numpy as np

from alkanode.tomography.registration.comparison import Patch, moving_value, prepare
from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.pyramid import Level
from alkanode.tomography.registration.voxel_grid import Floats

COMPARED = 100_000
"""Voxels of the mask at which the residual is measured, evenly spread."""


def residual_rms(fixed: Level, moving: Level, motion: Motion, frame: Floats, gain: float, offset: float) -> float:
    """Root mean square of moving - (gain * fixed + offset) over the mask, on the voxels of a level, 1/m.

    Both volumes pass the cubic B-spline, so that no interpolation favours one shift over another. Changed voxels count.
    """
    bins = np.array(fixed.bins, dtype=np.float64)
    index = np.argwhere(fixed.usable)
    index = index[:: max(1, len(index) // COMPARED)]
    origin = (bins - 1) / 2
    patch = Patch(
        fixed=fixed.values,
        moving=moving.values,
        fixed_origin=origin,
        moving_origin=origin,
        bins=fixed.bins,
        points=origin + index * bins,
    )
    patches, side = prepare([patch], motion.centre, 1.0)
    value = moving_value(patches, motion, frame)
    residual = (value - gain * side.value - offset)[np.isfinite(value)]
    return float(np.sqrt(np.mean(residual**2))) if residual.size else float("nan")
