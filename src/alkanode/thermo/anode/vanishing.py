"""Where along an axis an amount vanishes that is positive on one side and exactly 0 on the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alkanode.thermo.conditions import Array

_STEPS = 60
_NEAR = 1e-6
_JUMP = 1e-7
_SHY = 0.05
_FIRST = 1e-3


def vanishing_points(amount: Callable[[Array], Array], present: Array, absent: Array) -> Array:
    """Points at which amounts vanish, many at once.

    Parameters
    ----------
    amount
        Amounts (n) at points (n).
    present, absent
        Ends of a bracket (n): the amount is above 0 at the first and 0 at the second.

    Returns
    -------
    ndarray
        Points (n), to about 1e-10 for a smooth amount and to 1e-7 where it jumps to 0.

    Notes
    -----
    An amount meets 0 with a slope, so the line through the last two points where it is above 0 ends close to the answer.
    Steps stop 5 % short of that end: they come near the answer without standing on it, where an equilibrium is
    ill-conditioned. A step that fails to shrink the bracket is followed by a bisection.
    """
    inside, outside = present.copy(), absent.copy()
    height = amount(inside)
    before, height_before = inside.copy(), np.full_like(inside, np.nan)
    aim = inside + _FIRST * (outside - inside)
    answer: Array = (inside + outside) / 2
    done = np.zeros(inside.shape, dtype=bool)
    for _ in range(_STEPS):
        found = amount(aim)
        there = found > 0
        before, height_before = np.where(there, inside, before), np.where(there, height, height_before)
        inside, height = np.where(there, aim, inside), np.where(there, found, height)
        outside = np.where(there, outside, aim)
        with np.errstate(divide="ignore", invalid="ignore"):
            line = inside - height * (inside - before) / (height - height_before)
        low, high = np.minimum(inside, outside), np.maximum(inside, outside)
        usable = np.isfinite(line) & (line >= low) & (line <= high)
        answer = np.where(done, answer, np.where(usable, line, (inside + outside) / 2))
        done |= (usable & (np.abs(answer - inside) < _NEAR)) | (high - low < _JUMP)
        if done.all():
            break
        aim = np.where(usable & there, inside + (1 - _SHY) * (answer - inside), (inside + outside) / 2)
        aim = np.where(done, inside, aim)  # stay, while others move on
    return answer
