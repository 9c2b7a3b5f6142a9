"""A small virtual cell for voltammetry: an alloy that strips through a resistance, with islands of Na that grow on its interface.

The law is stated, not fitted. The interface of the alloy passes I = eta / R, with one resistance for plating and one for
stripping. A share of the plated charge lands as islands of Na metal; the share rises from loop to loop, as voids at the
interface do. The islands dissolve by first-order Butler-Volmer kinetics,

    I_islands = k m (exp(alpha f eta) - exp(-(1 - alpha) f eta)) for eta > 0,   dm/dt = -I_islands,   f = F / (R T),

so that they give a peak whose potential, without ohmic drop, is ln(alpha f v / k) / (alpha f) and whose width at half height is
2.446 / (alpha f), whatever their amount (the irreversible surface-bound peak). The double layer and the electrolyte's resistance
stand around them. A source of data with a known answer, no model of a real cell.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.constants import physical_constants
from scipy.integrate import solve_ivp

from alkanode.foundation.errors import ConvergenceError, PhysicsError

Floats = npt.NDArray[np.float64]

FARADAY = physical_constants["Faraday constant"][0]
GAS_CONSTANT = physical_constants["molar gas constant"][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class IslandLaw:
    """The stated law of the virtual cell; every number is assumed.

    Attributes
    ----------
    electrolyte_resistance
        ohm, in series.
    plating_resistance, stripping_resistance
        ohm, of the alloy's interface; stripping is slower, as in the alloys on carbon cloth.
    capacitance
        F, of the double layer.
    rate_constant
        s-1, of the dissolution of the islands. 0.015 puts their peak near 0.2 V at 10 mV/s, ohmic drop included.
    transfer_coefficient
        alpha, 0 to 1.
    first_share, share_growth, largest_share
        Share of the plated charge that lands as islands in the first loop, its growth per loop, its limit.
    temperature
        K.
    """

    electrolyte_resistance: float = 30.0
    plating_resistance: float = 150.0
    stripping_resistance: float = 180.0
    capacitance: float = 5e-6
    rate_constant: float = 0.015
    transfer_coefficient: float = 0.5
    first_share: float = 0.0
    share_growth: float = 0.02
    largest_share: float = 0.5
    temperature: float = 298.15

    def __post_init__(self) -> None:
        sizes = (self.electrolyte_resistance, self.plating_resistance, self.stripping_resistance, self.capacitance)
        if min(*sizes, self.rate_constant, self.temperature) <= 0:
            raise PhysicsError("resistances, capacitance, rate constant and temperature are positive", found=str(self))
        if not 0 < self.transfer_coefficient < 1:
            raise PhysicsError("a transfer coefficient lies between 0 and 1", found=str(self.transfer_coefficient))
        if not (0 <= self.first_share <= self.largest_share <= 1 and self.share_growth >= 0):
            raise PhysicsError("the share of islands lies between 0 and its largest, at most 1", found=str(self))

    @property
    def steepness(self) -> float:
        """Exponent of the dissolution per overpotential, alpha F / (R T), V-1."""
        return float(self.transfer_coefficient * FARADAY / (GAS_CONSTANT * self.temperature))

    def share(self, loop: int) -> float:
        """Share of the plated charge that lands as islands in a loop (0, 1, 2, ...)."""
        return min(self.first_share + loop * self.share_growth, self.largest_share)

    def peak_potential(self, scan_rate: float) -> float:
        """Overpotential (V) of the islands' peak at a scan rate (V s-1), without ohmic drop and reverse reaction."""
        return float(np.log(self.steepness * scan_rate / self.rate_constant) / self.steepness)

    @property
    def peak_width(self) -> float:
        """Full width at half height (V) of that peak."""
        return 2.446 / self.steepness


@dataclass(slots=True)
class IslandState:
    """Where the cell stands: overpotential of the interface (V), islands (C), charge stripped from them so far (C)."""

    overpotential: float = 0.0
    islands: float = 0.0
    dissolved: float = 0.0


def sweep_cell(
    law: IslandLaw, state: IslandState, *, start: float, end: float, scan_rate: float, loop: int, times: Floats
) -> Floats:
    """Current of one sweep; the state is carried to its end.

    Parameters
    ----------
    law, state
        The cell.
    start, end
        V, first and last potential of the sweep.
    scan_rate
        V s-1, positive.
    loop
        Number of the loop, which sets the share of islands.
    times
        (sample,) s from the start of the sweep, rising, within its duration.

    Returns
    -------
    ndarray
        (sample,) A, positive strips.

    Raises
    ------
    ConvergenceError
        When the integrator gives up.
    """
    duration = abs(end - start) / scan_rate
    slope = np.sign(end - start) * scan_rate
    share, steep = law.share(loop), law.steepness
    back = steep * (1 - law.transfer_coefficient) / law.transfer_coefficient

    def change(time: float, values: Floats) -> list[float]:
        eta, islands = float(values[0]), max(float(values[1]), 0.0)
        through = (start + slope * time - eta) / law.electrolyte_resistance
        if eta <= 0:
            alloy = eta / law.plating_resistance
            return [(through - alloy) / law.capacitance, -share * alloy, 0.0]
        dissolving = law.rate_constant * islands * (np.exp(steep * eta) - np.exp(-back * eta))
        alloy = eta / law.stripping_resistance
        return [(through - alloy - dissolving) / law.capacitance, -dissolving, dissolving]

    begin = [state.overpotential, state.islands, state.dissolved]
    asked = np.append(times, duration) if times.size == 0 or times[-1] < duration else times
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # LSODA warns where it also reports no success
        solved = solve_ivp(change, (0.0, duration), begin, method="LSODA", t_eval=asked, rtol=1e-8, atol=1e-11)
    if not solved.success:
        raise ConvergenceError(
            "the virtual cell must follow the sweep",
            found=str(solved.message),
            todo="Give it more electrolyte resistance or capacitance",
        )
    state.overpotential, state.islands, state.dissolved = (float(row[-1]) for row in solved.y)
    eta = solved.y[0][: times.size]
    return np.asarray((start + slope * times - eta) / law.electrolyte_resistance, dtype=float)
