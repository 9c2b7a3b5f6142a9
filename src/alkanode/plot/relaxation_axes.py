"""What every figure of relaxation times shares: colour in ohm or ohm cm2, the frequency scale, hatched regions, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.description import Twin
from alkanode.plot.display import axis_of, extent
from alkanode.plot.style import power_of_ten

if TYPE_CHECKING:
    import xarray as xr

OUTSIDE = "outside the measured window"

_REASONS = 3


def shown_distribution(times: xr.Dataset, area: QuantityLike | None) -> tuple[str, npt.NDArray[np.float64]]:
    """Unit and values of the distribution, ohm or with an area ohm cm2."""
    values = times["distribution"].to_numpy().astype(float)
    if area is None:
        return quantity("distribution").shown_unit, values
    entry = quantity("area_specific_resistance")
    return entry.shown_unit, values * (extent(area, "area") * entry.factor)


def frequency_twin(tau_limits: tuple[float, float], side: Literal["top", "right"]) -> Twin:
    """A second scale with the frequency 1/(2 pi tau) in decades."""
    low, high = (1 / (2 * np.pi * end) for end in (tau_limits[1], tau_limits[0]))
    decades = [10.0**n for n in range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1)]
    return Twin(
        axis=axis_of("frequency"),
        side=side,
        positions=tuple(1 / (2 * np.pi * f) for f in decades),
        labels=tuple(power_of_ten(f) for f in decades),
    )


def runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one-past-last index of each run of True."""
    framed = np.concatenate(([False], flags, [False]))
    turns = np.flatnonzero(framed[1:] != framed[:-1])
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)]


def mask_notes(masked: npt.NDArray[np.bool_], reasons: list[str]) -> tuple[str, ...]:
    """How many spectra are masked, and why."""
    if not masked.any():
        return ()
    why = dict.fromkeys(reason for reason, hidden in zip(reasons, masked, strict=True) if hidden and reason)
    listed = list(why)[:_REASONS] + ([f"and {len(why) - _REASONS} more"] if len(why) > _REASONS else [])
    told = f": {'; '.join(listed)}" if why else ""
    return (f"{int(masked.sum())} of {masked.size} spectra are masked{told}.",)
