"""Where a slice comes to lie when its rotation axis is wrong."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def displacement_per_column(angles: npt.ArrayLike) -> float:
    """Voxels by which a slice is displaced for each column that its rotation axis is off.

    Parameters
    ----------
    angles
        (view,) rad; those that are not finite are left out.

    Returns
    -------
    float
        4/pi over half a turn, 0 over a whole one.

    Notes
    -----
    With the axis off by d, each view places a point at d along its direction n. The place p that fits best has
    sum (p . n - d)^2 least: p = d (sum n n^T)^-1 sum n. A whole turn has no mean direction; there the point becomes a ring.
    """
    theta = np.asarray(angles, dtype=np.float64)
    theta = theta[np.isfinite(theta)]
    if theta.size < 2:
        return 0.0
    direction = np.stack([np.sin(theta), np.cos(theta)])
    return float(np.linalg.norm(np.linalg.lstsq(direction @ direction.T, direction.sum(axis=1), rcond=None)[0]))
