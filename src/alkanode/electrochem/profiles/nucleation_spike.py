"""The nucleation spike: how far the voltage rises above its later course while nuclei form."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NAN = float("nan")
_CLEAR = 5.0  # residuals of the shape that a spike must exceed: the largest of ten samples of noise lies below 2
_DECAYED = 0.5  # share of its height that must be gone at the end of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """Largest excess over the shape in the first part of a half cycle.

    Attributes
    ----------
    height, interval
        V over the model of the later trace; the interval is two residuals of that model.
    charge, time
        Where: charge since the half cycle began (share or C), s.
    seen
        Whether it stands out of the noise and decays.
    coarse
        Whether the window holds too few samples: the height is then a lower bound, and none seen means nothing.
    """

    height: float
    interval: tuple[float, float]
    charge: float
    time: float
    seen: bool
    coarse: bool

    def scaled(self, size: float) -> Spike:
        """The same with the charge multiplied by ``size``."""
        return replace(self, charge=self.charge * size)


NO_SPIKE = Spike(height=_NAN, interval=(_NAN, _NAN), charge=_NAN, time=_NAN, seen=False, coarse=False)


def find_spike(
    x: Floats,
    excess: Floats,
    clock: Floats,
    *,
    share: float,
    noise: float,
    level: float,
    least_samples: int,
    flat_share: float,
) -> Spike:
    """Find the spike of one half cycle.

    Parameters
    ----------
    x
        (sample,) charge as a share of that of the half cycle.
    excess
        (sample,) overpotential minus the model of the later trace, continued to the start, V.
    clock
        (sample,) s since the half cycle began.
    share
        Share of the charge that the window spans.
    noise
        Residual of the model, V.
    level
        Overpotential of the model at the end of the window, V.
    least_samples
        Samples that the window needs.
    flat_share
        Least height as a share of ``level``.
    """
    window = np.flatnonzero(x < share)
    coarse = window.size < least_samples
    if window.size == 0:
        return replace(NO_SPIKE, coarse=True)
    top = int(window[np.argmax(excess[window])])
    height = float(excess[top])
    after = excess[max(top + 1, int(window[-1]) - 1) : int(window[-1]) + 3]
    decays = after.size > 0 and float(np.median(after)) < _DECAYED * height
    return Spike(
        height=height,
        interval=(height - 2 * noise, height + 2 * noise),
        charge=float(x[top]),
        time=float(clock[top]),
        seen=bool(height > _CLEAR * noise and height > flat_share * level and decays),
        coarse=coarse,
    )
