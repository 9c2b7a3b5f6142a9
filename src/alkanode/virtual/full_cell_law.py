"""A full cell with a layered cathode and a Na-K anode: intercalation in two hosts, exchange, losses, and two ways to fade.

The picture, every number of which is assumed. The cathode's lattice holds sodium at two plateaus (3.3 and 3.7 V on charge) or, where
potassium has taken the place, potassium at three lower ones. Potassium that the anode dissolves replaces sodium: the share of the
K host rises towards what the anode's inventory can fill. Each host takes charge by an isotherm of independent sites; the cell
voltage lies above or below it by an ohmic and a kinetic loss. The cathode loses a little of its lattice in every cycle, the anode a
little of its metal; the knee is where the anode, at first in excess, becomes the smaller of the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from alkanode.foundation.errors import PhysicsError

Floats = npt.NDArray[np.float64]

_GAS_CONSTANT, _FARADAY = 8.314462618, 96485.33212


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Sites of one ion in the cathode.

    Attributes
    ----------
    potentials
        V against the anode, of each plateau.
    shares
        Share of the charge in each; they sum to 1.
    spread
        Width of a plateau in units of RT/F; 1 is that of independent sites, below 1 those that attract each other.
    """

    potentials: tuple[float, ...]
    shares: tuple[float, ...]
    spread: float = 0.8

    def __post_init__(self) -> None:
        if len(self.potentials) != len(self.shares) or abs(sum(self.shares) - 1) > 1e-9 or self.spread <= 0:
            raise PhysicsError("each plateau has a potential and a share; shares sum to 1", found=str(self))

    def extracted(self, voltage: Floats, temperature: float) -> Floats:
        """Share of the charge that is extracted at an equilibrium voltage (V)."""
        wide = self.spread * _GAS_CONSTANT * temperature / _FARADAY
        steps = expit((voltage[:, None] - np.array(self.potentials)) / wide)
        return np.asarray(steps @ np.array(self.shares))


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCellLaw:
    """The laws of the cell.

    Attributes
    ----------
    sodium, potassium
        The two hosts.
    cathode_capacity
        C, at the begin.
    anode_excess
        Metal of the anode over the cathode's capacity at the begin (N/P).
    cathode_loss
        Share of the cathode lost per cycle.
    anode_loss
        Metal lost per cycle over the cathode's first capacity.
    exchange
        Share of the way to the final share of the K host that is gone per cycle.
    final_share
        Share of the K host in the end.
    resistance
        ohm.
    exchange_current
        A, of the kinetic loss (2RT/F) asinh(I/2I_0).
    temperature
        K.
    """

    sodium: Host = field(default_factory=lambda: Host(potentials=(3.25, 3.65), shares=(0.45, 0.55)))
    potassium: Host = field(default_factory=lambda: Host(potentials=(2.55, 2.95, 3.45), shares=(0.35, 0.35, 0.3)))
    cathode_capacity: float = 3.6
    anode_excess: float = 1.6
    cathode_loss: float = 3e-4
    anode_loss: float = 0.004
    exchange: float = 0.45
    final_share: float = 0.95
    resistance: float = 20.0
    exchange_current: float = 5e-4
    temperature: float = 298.15

    def __post_init__(self) -> None:
        shares = (self.exchange, self.final_share)
        sizes = (self.cathode_capacity, self.anode_excess, self.exchange_current, self.temperature)
        losses = (self.cathode_loss, self.anode_loss, self.resistance)
        if not all(0 <= share <= 1 for share in shares) or min(sizes) <= 0 or min(losses) < 0:
            raise PhysicsError("shares lie from 0 to 1, sizes are positive, losses not negative", found=str(self))

    def potassium_share(self, cycle: Floats) -> Floats:
        """Share of the K host while a cycle (1, 2, ...) runs; 0 in the first."""
        return np.asarray(self.final_share * (1 - (1 - self.exchange) ** (np.asarray(cycle, dtype=float) - 1)))

    def cathode_left(self, cycle: Floats) -> Floats:
        """Charge (C) that the cathode holds."""
        return np.asarray(
            self.cathode_capacity * np.maximum(1 - self.cathode_loss * (np.asarray(cycle, dtype=float) - 1), 0)
        )

    def anode_left(self, cycle: Floats) -> Floats:
        """Charge (C) that the anode can give."""
        gone = self.anode_loss * (np.asarray(cycle, dtype=float) - 1)
        return np.asarray(self.cathode_capacity * np.maximum(self.anode_excess - gone, 0))

    def extracted(self, voltage: Floats, cycle: float) -> Floats:
        """Charge (C) extracted from the cathode at equilibrium voltages (V) in a cycle."""
        share = float(self.potassium_share(np.array(cycle)))
        mixed = (1 - share) * self.sodium.extracted(voltage, self.temperature)
        mixed = mixed + share * self.potassium.extracted(voltage, self.temperature)
        return float(self.cathode_left(np.array(cycle))) * mixed

    def loss(self, current: float) -> float:
        """Voltage (V) between the cell and its equilibrium at a current (A, magnitude)."""
        kinetic = 2 * _GAS_CONSTANT * self.temperature / _FARADAY * np.arcsinh(current / (2 * self.exchange_current))
        return float(self.resistance * current + kinetic)
