"""The spectra of a simulated history, as a potentiostat looks at them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

_IMPEDANCE = 3.0
"""Control modes from here on are impedance."""


class SimulatedSpectra:
    """The spectra of a simulated history, or none."""

    def __init__(self, record: xr.Dataset | None) -> None:
        self._record = record
        self.count = 0 if record is None else record.sizes["spectrum"]
        self.time = np.empty(0)
        if record is not None and self.count:
            if "time" not in record:
                raise SchemaError("simulated spectra need their time", found=", ".join(map(str, record.variables)))
            self.time = record["time"].to_numpy().astype(np.float64)

    @classmethod
    def of(cls, history: xr.DataTree) -> SimulatedSpectra:
        """Those of a history; none where it has no sweeps."""
        return cls(check(history, "impedance") if "impedance" in history.children else None)

    def _field(self, name: str, k: int) -> float:
        """Mean of a field over the points of a spectrum; NaN where it is not there."""
        if self._record is None or name not in self._record:
            return np.nan
        values = np.atleast_1d(self._record[name].to_numpy()[k]).astype(np.float64)
        known = values[np.isfinite(values)]
        return float(known.mean()) if known.size else np.nan

    def _points(self, k: int) -> tuple[Floats, Complexes]:
        assert self._record is not None, "asked for a spectrum of none"
        frequency = self._record["frequency"].to_numpy()[k]
        kept = np.isfinite(frequency)
        order = np.argsort(-frequency[kept])
        return frequency[kept][order], self._record["impedance"].to_numpy()[k][kept][order]

    def frequency(self, k: int) -> Floats:
        """Frequencies of a spectrum (Hz), from high to low."""
        return self._points(k)[0]

    def impedance(self, k: int) -> Complexes:
        """Impedance of a spectrum (ohm), from high to low frequency."""
        return self._points(k)[1]

    def voltage(self, k: int) -> float:
        """Mean voltage of a sweep (V), or NaN."""
        return self._field("voltage", k)

    def charge(self, k: int) -> float:
        """Charge at a sweep (C), or NaN."""
        return self._field("charge", k)

    def step(self, k: int, default: float) -> float:
        """Step of a sweep, or the one given."""
        value = self._field("step", k)
        return float(value) if np.isfinite(value) else float(default)

    def flows(self, k: int) -> bool:
        """Whether a current flowed during the sweep."""
        for name in ("current", "current_density"):
            value = self._field(name, k)
            if np.isfinite(value):
                return value != 0
        return False

    def rows(self, k: int, time: Floats, mode: Floats) -> tuple[int, int]:
        """First row and row behind the last that the simulation itself gave a sweep: impedance rows from its time on."""
        first = int(np.searchsorted(time, self.time[k] - 1e-9))
        while first < time.size and mode[first] < _IMPEDANCE and time[first] <= self.time[k] + 1e-9:
            first += 1
        last = first
        while last < time.size and mode[last] >= _IMPEDANCE:
            last += 1
        return first, last

    def between(self, at: float, frequency: float) -> complex:
        """Impedance at a time and frequency, from the spectra before and after, straight in the logarithm."""
        k = int(np.clip(np.searchsorted(self.time, at, side="right") - 1, 0, self.count - 1))
        follower = min(k + 1, self.count - 1)
        here, there = self._log(k, frequency), self._log(follower, frequency)
        span = self.time[follower] - self.time[k]
        weight = min(max((at - self.time[k]) / span, 0.0), 1.0) if span > 0 else 0.0
        return complex(np.exp((1 - weight) * here + weight * there))

    def _log(self, k: int, frequency: float) -> complex:
        f, z = self._points(k)
        log_f, log_z = np.log(f[::-1]), np.log(z[::-1])
        at = np.log(frequency)
        return complex(np.interp(at, log_f, log_z.real) + 1j * np.interp(at, log_f, log_z.imag))


def blended(first: Complexes, second: Complexes, share: Floats) -> Complexes:
    """Between two spectra point by point, straight in the logarithm; shares beyond 1 count as 1."""
    weight = np.clip(share, 0.0, 1.0)
    return np.asarray(np.exp((1 - weight) * np.log(first) + weight * np.log(second)))
