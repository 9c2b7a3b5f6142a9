"""When an instrument takes a sample: at regular times, and when the voltage has moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The rules by which samples are kept.

    Attributes
    ----------
    interval
        Seconds between samples (default 30 s, as a cycler keeps over days).
    voltage_step
        A sample is also kept when the voltage has moved by this much, V (default 20 mV: a run-away is resolved).
    sweep_step
        The same while the voltage is swept, V (default 2 mV).
    """

    interval: float = 30.0
    voltage_step: float = 0.02
    sweep_step: float = 2e-3

    def __post_init__(self) -> None:
        for name in ("interval", "voltage_step", "sweep_step"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise PhysicsError(f"{name} of a sampling is above 0", found=repr(value))

    def times(self, time: npt.ArrayLike, voltage: npt.ArrayLike, *, swept: bool = False) -> Floats:
        """When samples are taken within one step.

        Parameters
        ----------
        time
            (row,) s, not decreasing: the step as it was simulated, read as straight lines between its rows.
        voltage
            (row,) V.
        swept
            Whether the voltage is swept.

        Returns
        -------
        ndarray
            Rising times (s): the first and the last, every interval, and every crossing of a multiple of the voltage step
            counted from the first voltage.
        """
        t, v = np.asarray(time, dtype=np.float64), np.asarray(voltage, dtype=np.float64)
        if t.size == 0:
            raise PhysicsError("a step holds rows", found="none")
        regular = np.arange(t[0], t[-1], self.interval)
        return np.unique(np.concatenate([regular, t[[0, -1]], self._crossings(t, v, swept=swept)]))

    def _crossings(self, t: Floats, v: Floats, *, swept: bool) -> Floats:
        """Times at which the voltage crosses a multiple of the step, counted from the first voltage."""
        size = self.sweep_step if swept else self.voltage_step
        level = np.floor((v - v[0]) / size + 1e-9)
        found: list[Floats] = []
        for k in np.flatnonzero(np.diff(level) != 0):
            low, high = sorted((level[k], level[k + 1]))
            crossed = v[0] + size * np.arange(low + 1, high + 1)
            share = np.clip((crossed - v[k]) / (v[k + 1] - v[k]), 0.0, 1.0)
            found.append(t[k] + share * (t[k + 1] - t[k]))
        return np.concatenate(found) if found else np.empty(0)
