"""A current at which an electrode fails, known as an interval: from the last that passed to the first that failed."""

from __future__ import annotations

import math

from alkanode.foundation.sources import Estimate
from alkanode.numerics.quotient import over


def bracket(
    low: float,
    high: float,
    *,
    unit: str,
    quantity: str,
    basis: str = "measured",
    size: float = 1.0,
    uncertainty: float = 0.0,
) -> Estimate:
    """An estimate from the last level that passed and the first that failed.

    Parameters
    ----------
    low
        Last level that passed, A; 0 where none did.
    high
        First level that failed, A; infinite where none did.
    unit, quantity
        SI unit and vocabulary name of the result.
    basis
        What the levels rest on, for the label.
    size
        What the levels are divided by: an area in m2, or 1.
    uncertainty
        Standard uncertainty of ``size``, same unit. Two of them widen the interval; they move both ends together.

    Returns
    -------
    Estimate
        The middle of the interval; of a one-sided one the known end, with an interval from zero (left-censored) or to
        infinity (right-censored). ``None`` where nothing passed and nothing failed, or where a level failed at no more
        current than another had passed.
    """

    def estimate(value: float | None, interval: tuple[float, float] | None, label: str) -> Estimate:
        return Estimate(value=value, unit=unit, quantity=quantity, interval=interval, label=label)

    ends = over((low, high), size, uncertainty)
    if math.isinf(high) and low <= 0:
        return estimate(None, None, f"{basis}; cannot be said: no level passed and none failed")
    if math.isinf(high):
        text = "a lower bound (right-censored), the last level that passed; interval: nothing failed above it"
        return estimate(low / size, ends, f"{basis}: {text}")
    if low <= 0:
        text = "an upper bound (left-censored), the first level; interval: it failed there"
        return estimate(high / size, (0.0, ends[1]), f"{basis}: {text}")
    if high <= low:
        text = f"a level failed at {high / size:.3g} {unit} after {low / size:.3g} {unit} had passed"
        return estimate(None, None, f"{basis}; cannot be said: {text}, so not the current alone decides")
    text = "middle of the interval; interval: last level that passed to first that failed"
    return estimate(0.5 * (low + high) / size, ends, f"{basis}: {text}")


def area_note(basis: str, share: float | None) -> str:
    """What a label says of the area that a bracket was divided by.

    Parameters
    ----------
    basis
        ``"final"`` or ``"nominal"``.
    share
        Standard uncertainty of the area over it; ``None`` or 0 where it is not stated.
    """
    if not share:
        return f"; on the {basis} area, whose uncertainty is not stated"
    return f"; on the {basis} area ({100 * share:.2g} % uncertain), two standard uncertainties of which move both ends together"
