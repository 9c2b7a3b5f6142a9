"""Scans of 360 degrees with the axis near one side of the detector, which see a field almost twice as wide.

The ray at angle theta and distance s is the ray at theta + pi and -s. Where both were measured their weights share it,
smoothly, so that no step appears where the second one ends.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError


def redundancy_weight(columns: int, axis: float) -> npt.NDArray[np.float32]:
    """Weight of each detector column, so that the two weights of a ray measured twice sum to 1.

    Parameters
    ----------
    columns
        Columns of the detector.
    axis
        Column of the rotation axis.

    Returns
    -------
    ndarray
        (column,)
    """
    distance = np.arange(columns) - axis
    if axis > 0.5 * (columns - 1):
        distance = -distance
    overlap = max(min(axis, columns - 1 - axis), 0.5)
    rise = np.sin(0.5 * np.pi * np.clip(distance / overlap, -1.0, 1.0))
    return np.asarray(0.5 + 0.5 * rise, dtype=np.float32)


def check_full_turn(angles: npt.NDArray[np.float64]) -> None:
    """Refuse to join opposite views that were not taken."""
    steps = np.diff(np.sort(np.mod(angles, 2 * np.pi)), append=np.mod(angles, 2 * np.pi).min() + 2 * np.pi)
    if float(steps.max()) > np.radians(20.0):
        raise PhysicsError(
            "half acquisition joins opposite views of a scan over 360 degrees",
            found=f"no view over {np.degrees(steps.max()):.0f} degrees",
            todo="Leave half_acquisition out for a scan over 180 degrees",
        )
