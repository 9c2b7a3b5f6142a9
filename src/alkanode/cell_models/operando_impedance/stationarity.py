"""How much a cell changes while a sweep is taken, which a linearised model does not see and an instrument does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

from alkanode.cell_models.operando_impedance.modes import spectrum
from alkanode.cell_models.operando_impedance.small_signal import Inputs, LinearisableModel, SmallSignal, linearise
from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]

_STEP = 1e-4  # relative change of the states over which the rate of the impedance is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRules:
    """How a sweep is taken, and how much may change in it.

    Attributes
    ----------
    periods
        Periods measured at each frequency. Default 2: one to settle, one that counts.
    impedance_drift
        Relative change of the impedance within one sweep above which is warned. Default 0.01: noise of instruments and
        residuals of a Kramers-Kronig test are of that size.
    voltage_drift
        V; change of the mean voltage within one sweep above which is warned. Default 0.005, half of a usual amplitude of
        10 mV: beyond, the sweep is no longer a small signal around one state.
    """

    periods: float = 2.0
    impedance_drift: float = 0.01
    voltage_drift: float = 0.005

    def __post_init__(self) -> None:
        if not (self.periods > 0 and self.impedance_drift > 0 and self.voltage_drift > 0):
            raise PhysicsError(
                "periods and limits of a sweep are positive",
                found=f"{self.periods:g}, {self.impedance_drift:g}, {self.voltage_drift:g}",
            )

    def duration(self, frequency: Floats) -> float:
        """Time that a sweep takes, s."""
        return float(self.periods * np.sum(1 / frequency))


@dataclass(frozen=True, slots=True)
class Drift:
    """What changes in one sweep: the mean voltage (V), and the impedance over its modulus (largest over frequency)."""

    voltage: float
    impedance: float


def drift(
    model: LinearisableModel,
    signal: SmallSignal,
    t: float,
    y: Floats,
    inputs: Inputs,
    frequency: Floats,
    rules: SweepRules,
) -> Drift:
    """Change of voltage and impedance within a sweep, from one implicit step of the linearised model over it.

    Parameters
    ----------
    model, t, y, inputs
        As in :func:`linearise`; ``signal`` is what it returned.
    frequency
        Hz, (frequency,): those of the sweep.
    rules
        How long each takes.

    Returns
    -------
    Drift
        NaN for a model that does not tell its rates.

    Notes
    -----
    (M - T J) dy = T F: states that move slowly go on for the time T, fast ones go to where they relax.
    """
    if signal.residual is None:
        return Drift(np.nan, np.nan)
    duration = rules.duration(frequency)
    system = sparse.csc_array(signal.mass / duration - signal.jacobian)
    change = np.asarray(splu(system).solve(signal.residual))
    volts = abs(float(signal.to_voltage @ change))
    moving = np.abs(change) > 0
    if not moving.any():
        return Drift(volts, 0.0)
    # A small part of the change, so that no state leaves its range; the impedance follows in proportion.
    scale = np.maximum(np.abs(y[moving]), 1e-6 * np.abs(y).max())
    part = min(1.0, _STEP / float((np.abs(change[moving]) / scale).max()))
    probe = frequency[np.unique([np.argmin(frequency), np.argsort(frequency)[frequency.size // 2]])]
    try:
        later = linearise(model, t + part * duration, y + part * change, inputs)
        before, after = spectrum(signal, probe), spectrum(later, probe)
    except PhysicsError:
        return Drift(volts, np.inf)
    return Drift(volts, float((np.abs(after - before) / np.abs(before)).max() / part))
