r"""The course of leaching over cycles, as times of given amounts: a quadrature instead of a time integration.

Averaged over a cycle, stripping and plating cancel and what is left is the exchange K + Na+ -> K+ + Na, a little faster than at
rest: while it is stripped, an electrode that a layer covers sits higher by the overpotential of sodium, and gains more than it
loses while it is plated. Every law is then dL/dt = k g(L) with a rate that depends on what has left alone, so that

.. math:: t(L) = \frac{1}{k}\int_0^L \frac{\mathrm{d}L'}{g(L')}

is one integral: no step size, no drift, and the constant k only stretches the time. That is what makes it possible to set k
on one cell and to run thousands of draws for the others. The model inside PyBaMM (:mod:`.model`) resolves the half cycles; what
has left after 40 cycles agrees to some 2 % (a test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.leaching.alloy_table import AlloyTable
from alkanode.cell_models.leaching.electrode import Inventory
from alkanode.cell_models.leaching.laws import LeachLaw, relative_rate
from alkanode.cell_models.leaching.resistance import CellResistance
from alkanode.materials.alloys import FARADAY_CONSTANT

Floats = npt.NDArray[np.float64]

POINTS = 400
"""Amounts at which the course is known; times move by less than 1e-3 when doubled."""

SLOWEST = 1e-6
"""Rate over the largest at which the course ends: without liquid the laws with a liquid surface take nothing more."""

LAST = 1e-4
"""Share of what can leave at which the course ends: the very last atoms take for ever."""


@dataclass(frozen=True, slots=True, eq=False)
class LeachPath:
    """The course of one electrode.

    Attributes
    ----------
    leached
        (point,) potassium that has left, mol m-2, rising from 0.
    scaled_time
        (point,) time of it multiplied by the law's constant.
    potassium_fraction
        (point,) mole fraction of K in what is left.
    sodium_activity, potassium_activity, liquid_share
        (point,) of what is left.
    salt_left
        (point,) salt left in the electrolyte as a share.
    inventory
        What the cell held.
    """

    leached: Floats
    scaled_time: Floats
    potassium_fraction: Floats
    sodium_activity: Floats
    potassium_activity: Floats
    liquid_share: Floats
    salt_left: Floats
    inventory: Inventory

    def time_of(self, leached: float, constant: float) -> float:
        """Time (s) at which an amount (mol m-2) has left; infinite beyond the end of the course."""
        if not leached <= self.leached[-1]:
            return float("inf")
        return float(np.interp(leached, self.leached, self.scaled_time)) / constant

    def leached_at(self, time: float | Floats, constant: float) -> Floats:
        """Amount (mol m-2) that has left at times (s); beyond the end of the course its last value."""
        return np.interp(np.asarray(time, dtype=float) * constant, self.scaled_time, self.leached)

    def of(self, values: Floats, leached: float | Floats) -> Floats:
        """One of the fields at an amount that has left."""
        return np.asarray(np.interp(leached, self.leached, values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycling:
    """What the current does to the mean rate.

    Attributes
    ----------
    current_density
        A m-2, alike in both directions.
    resistance
        Of the cell, with its closing layer.
    thermal_voltage
        RT/F, V.
    constant
        Of the law, as far as it is known: potassium carries part of the current itself, so that it never leaves faster than
        the current asks for.
    """

    current_density: float
    resistance: CellResistance
    thermal_voltage: float
    constant: float

    def gain(self, leached: Floats, salt_left: Floats, rate: Floats) -> Floats:
        """Mean over both half cycles of exp(alpha F eta / RT), for the law's relative rate at the potential of sodium."""
        part = self.resistance
        sodium = self.thermal_voltage / part.charge_transfer * np.maximum(salt_left, 1e-9) ** part.transfer
        sodium = sodium * part.conducting(leached)
        potassium = FARADAY_CONSTANT * self.constant * rate
        up = _overpotential(np.maximum(self.current_density - potassium, 0.0) / (sodium + potassium), part.transfer)
        down = _overpotential((self.current_density + potassium) / sodium, 1 - part.transfer)
        return 0.5 * (np.exp(part.transfer * up) + np.exp(-part.transfer * down))


def _overpotential(ratio: Floats, transfer: float) -> Floats:
    """X of exp(transfer x) - exp(-(1 - transfer) x) = ratio, for ratios of zero and more, by Newton's method from above."""
    x = np.log1p(ratio) / min(transfer, 1 - transfer)
    for _ in range(40):
        up, down = np.exp(transfer * x), np.exp((transfer - 1) * x)
        step = (up - down - ratio) / (transfer * up + (1 - transfer) * down)
        x = x - step
        if np.max(np.abs(step)) < 1e-10:
            break
    return x


def leach_path(
    held: Inventory,
    table: AlloyTable,
    *,
    law: LeachLaw,
    transfer: float,
    kinetic_amount: float,
    cycling: Cycling | None = None,
) -> LeachPath:
    """Follow the leaching of one electrode from fresh to exhausted.

    Parameters
    ----------
    held
        What the cell holds.
    table
        Activities and phases.
    law
        Name of the law.
    transfer
        Transfer coefficient of potassium.
    kinetic_amount
        Leached amount at which transport begins to limit (parabolic law), mol m-2.
    cycling
        Current and resistances; ``None`` is a cell at rest.

    Notes
    -----
    Salt and potassium are counted alike: each K+ takes one ClO4- out of solution and leaves one Na+ in the alloy. What stays
    dissolved at the solubility limit, some 1e-4 of the salt, is neglected here and kept in the model inside PyBaMM.
    """
    share = np.linspace(0.0, 1.0, POINTS)
    reached = share**2 * (3 - 2 * share) * (1 - LAST)  # close points at both ends, where the rate changes most
    leached = held.most * reached
    potassium = held.potassium - leached
    fraction = potassium / (held.potassium + held.sodium)
    sodium_activity, potassium_activity, liquid = table.at(fraction)
    salt = 1 - held.electrodes * leached / held.salt
    rate = (
        relative_rate(
            law,
            leached=leached,
            initial=held.potassium,
            potassium_activity=potassium_activity,
            liquid_share=liquid,
            kinetic_amount=kinetic_amount,
        )
        * (salt / sodium_activity) ** transfer
    )
    if cycling is not None:
        rate = rate * cycling.gain(leached, salt, rate)
    stopped = np.flatnonzero(rate < SLOWEST * rate.max())
    upto = int(stopped[0]) if stopped.size else POINTS
    slowness = 1 / rate[:upto]
    steps = 0.5 * (slowness[1:] + slowness[:-1]) * np.diff(leached[:upto])
    return LeachPath(
        leached=leached[:upto],
        scaled_time=np.concatenate([[0.0], np.cumsum(steps)]),
        potassium_fraction=fraction[:upto],
        sodium_activity=sodium_activity[:upto],
        potassium_activity=potassium_activity[:upto],
        liquid_share=liquid[:upto],
        salt_left=salt[:upto],
        inventory=held,
    )
