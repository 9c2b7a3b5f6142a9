"""Ramps of rising current for tests of critical currents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data import label


def ramp(
    currents: Sequence[float],
    *,
    short_at: float = np.inf,
    charge: float = 1.8,
    seconds: float | None = None,
    ohm: float = 200.0,
    setpoint: bool = True,
    share: float = 0.5,
    rests: int = 3,
) -> xr.Dataset:
    """Half cycles of one charge (C), or of some seconds, at signed currents (A); 1 ohm from a share of the half cycle on in
    which the magnitude first reaches a current; rows of rest before each positive half cycle."""
    time, current, voltage, shorted, now = [0.0], [0.0], [0.0], False, 0.0
    for level in currents:
        if level > 0:
            for _ in range(rests):
                now += 10
                time, current, voltage = [*time, now], [*current, 0.0], [*voltage, 0.0]
        duration = seconds or charge / abs(level)
        for part in np.arange(1, 61) / 60:
            shorted = shorted or (abs(level) >= short_at and part > share)
            time.append(now + part * duration)
            current.append(level)
            voltage.append(level * (1.0 if shorted else ohm))
        now += duration
    fields = {"time": time, "voltage": voltage, "current": current}
    if setpoint:
        fields["current_setpoint"] = current
    return label(xr.Dataset({name: ("row", np.array(values, float)) for name, values in fields.items()}), "cycling")


def both_ways(levels: Sequence[float]) -> list[float]:
    """Each level forth and back."""
    return [sign * level for level in levels for sign in (1, -1)]
