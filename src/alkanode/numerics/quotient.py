"""An interval divided by a number that is itself uncertain: an area, a mass."""

from __future__ import annotations

import math


def over(ends: tuple[float, float], size: float, uncertainty: float | None) -> tuple[float, float]:
    """Ends of an interval over an uncertain size, widened by two standard uncertainties of the size.

    Parameters
    ----------
    ends
        Lower and upper end.
    size
        What they are divided by, positive.
    uncertainty
        Standard uncertainty of the size, same unit; ``None`` where it is not stated, which widens nothing.

    Returns
    -------
    tuple of float
        low / (size + 2 u) and high / (size - 2 u) for ends of zero or more, a negative end with the other sign of 2 u;
        infinite where 2 u reaches the size (zero stays zero). The size moves both ends together, so that this covers each end, not their distance.
    """
    reach = 2 * (uncertainty or 0.0)
    large = size + reach
    small = size - reach

    def divided(end: float, by: float) -> float:
        if end == 0:
            return 0.0
        return end / by if by > 0 else math.copysign(math.inf, end)

    low, high = ends
    return divided(low, large if low >= 0 else small), divided(high, small if high >= 0 else large)
