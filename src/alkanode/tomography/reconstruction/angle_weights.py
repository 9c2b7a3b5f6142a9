"""How much of the half circle each view stands for."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import DataQualityWarning, PhysicsError

Floats = npt.NDArray[np.float64]


def angle_weights(angles: npt.ArrayLike, *, period: float = np.pi, gap_factor: float = 5.0) -> Floats:
    """Angle that each view stands for: half the way to its neighbours on both sides.

    Views at any angles, in any order, over 180 or 360 degrees or more, are taken modulo ``period``; views of one angle
    share its weight. The two ends of a missing wedge count the step inside the data only.

    Parameters
    ----------
    angles
        (angle,) in rad.
    period
        pi: opposite views see the same rays, rad.
    gap_factor
        A step above this multiple of the median step counts as missing views.

    Returns
    -------
    ndarray
        (angle,) in rad; the sum is ``period`` unless views are missing.

    Raises
    ------
    PhysicsError
        For fewer than two different angles or one that is not finite.

    Warns
    -----
    DataQualityWarning
        When views are missing; says how much of the circle, and of the attenuation, is lost.
    """
    values = np.asarray(angles, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise PhysicsError(
            "every view needs a finite angle",
            found=f"{int((~np.isfinite(values)).sum())} of {values.size} are not",
            todo="Leave those frames out or give angles",
        )
    # the rounding absorbs the last bit, which decides whether pi and 0 are one direction
    folded = np.round(np.mod(values, period), 9)
    folded[folded >= round(period, 9)] = 0.0
    unique, place, count = np.unique(folded, return_inverse=True, return_counts=True)
    if unique.size < 2:
        raise PhysicsError("a reconstruction needs views from several directions", found=f"{unique.size} direction")
    steps = np.diff(np.append(unique, unique[0] + period))
    missing = steps > gap_factor * np.median(steps)
    before, after = np.roll(steps, 1), steps
    before_missing, after_missing = np.roll(missing, 1), missing
    left = np.where(before_missing, np.where(after_missing, np.median(steps), after), before)
    right = np.where(after_missing, np.where(before_missing, np.median(steps), before), after)
    weights = np.asarray((0.5 * (left + right) / count)[place])
    if missing.any():
        lost = float((steps[missing] - np.median(steps)).sum())
        warnings.warn(
            f"views are missing over {np.degrees(lost):.1f} of {np.degrees(period):.0f} degrees: edges along those "
            f"directions are blurred, and attenuation comes out {100 * (1 - weights.sum() / period):.1f} % low",
            DataQualityWarning,
            stacklevel=3,
        )
    return weights
