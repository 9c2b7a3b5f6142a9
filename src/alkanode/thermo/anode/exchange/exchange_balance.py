r"""Mass balance and driving force of an exchange P+ + D(alloy) = P(alloy) + D+ (kernel, arrays in SI).

Per mole of atoms of the initial alloy there is a volume v of electrolyte. After an extent :math:`\xi` the alloy has
x_P + :math:`\xi` and x_D - :math:`\xi`, the electrolyte c_P - :math:`\xi`/v and c_D + :math:`\xi`/v, less what precipitates. The driving potential

.. math:: E_P - E_D = (E^0_P - E^0_D) + \frac{RT}{F}\ln\frac{a_{P^+}}{a_{D^+}} - \frac{\Delta\mu_P - \Delta\mu_D}{F}

falls with the extent and is 0 at equilibrium. The extent is followed as a share of the largest one, together with what is
left of it, so that an ion that is almost used up keeps its digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize.elementwise import find_root
from scipy.special import expit

from alkanode.foundation.errors import PhysicsError
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte, SolubilityProduct
from alkanode.thermo.anode.electrolytes.thermal_voltage import thermal_voltage
from alkanode.thermo.anode.equilibria.system import equilibrium_system
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array

_MOLAR = 1000.0
_FARTHEST = 36.0
_LARGEST_DRIVE = 10.0


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """Alloy and electrolyte after some extents (point).

    Attributes
    ----------
    extent, precipitate
        Moles per mole of atoms of the initial alloy (point).
    composition, activity
        Mole fractions of the alloy and activities of the ions (point, element); NaN for an ion that takes no part.
    own
        Potentials of P and D against their pure metals, V (point, 2).
    pair_activity
        Activities of P+ and D+ (point, 2).
    phases, phase_fraction
        Names and amounts (point, phase).
    """

    extent: Array
    precipitate: Array
    composition: Array
    activity: Array
    own: Array
    pair_activity: Array
    phases: tuple[str, ...]
    phase_fraction: Array


@dataclass(frozen=True, slots=True, eq=False)
class ExchangeBalance:
    """An exchange in the direction in which it runs.

    Attributes
    ----------
    assessment, temperature, suspended
        The alloy's thermodynamics, K.
    plated, dissolved
        The metals P and D.
    standard, spread
        E0(P) - E0(D) and its standard uncertainty, V.
    initial
        Mole fractions of the alloy at the start (element).
    concentrations
        mol m-3 by ion at the start.
    volume
        Electrolyte per mole of atoms, m3 mol-1.
    coefficient
        Activity coefficient of the ions.
    salt
        Salt of P+ or D+ that may precipitate, or ``None``.
    """

    assessment: Assessment
    temperature: float
    suspended: tuple[str, ...]
    plated: str
    dissolved: str
    standard: float
    spread: float
    initial: Array
    concentrations: Mapping[str, float]
    volume: float
    coefficient: float
    salt: SolubilityProduct | None

    @classmethod
    def start(
        cls,
        assessment: Assessment,
        electrolyte: Electrolyte,
        pair: tuple[str, str],
        initial: Array,
        concentrations: Mapping[str, float],
        volume: float,
        temperature: float,
        suspended: tuple[str, ...],
        coefficient: float,
    ) -> ExchangeBalance:
        """The exchange of a pair, turned into the direction in which it runs.

        Raises
        ------
        PhysicsError
            When salts of both cations may precipitate.
        """
        cations = {f"{symbol}+" for symbol in pair}
        salts = [s for s in electrolyte.salts if s.cation in cations and s.anion in concentrations]
        if len(salts) > 1:
            raise PhysicsError(
                "at most one salt that precipitates is described", found=", ".join(s.salt for s in salts)
            )

        def directed(plated: str, dissolved: str) -> ExchangeBalance:
            standard, spread = electrolyte.difference(plated, dissolved, temperature)
            return cls(
                assessment=assessment,
                temperature=temperature,
                suspended=suspended,
                plated=plated,
                dissolved=dissolved,
                standard=standard,
                spread=spread,
                initial=initial,
                concentrations=concentrations,
                volume=volume,
                coefficient=coefficient,
                salt=salts[0] if salts else None,
            )

        forward = directed(*pair)
        begin = forward.at(np.zeros(1), np.ones(1))
        return forward if forward.driving(begin, forward.standard).item() >= 0 else directed(pair[1], pair[0])

    @property
    def largest(self) -> float:
        """Extent at which P+ or D in the alloy is used up."""
        return min(self._ions(self.plated), self._metal(self.dissolved))

    def at(
        self,
        done: Array,
        left: Array,
        parameters: Mapping[str, Array] | None = None,
        product: float | Array | None = None,
    ) -> ExchangeState:
        """State where a share ``done`` (n) of the largest extent has run and ``left`` = 1 - done is still to go.

        ``parameters`` (n) are other values of the assessment's parameters, ``product`` (n) of the solubility product.
        """
        extent, rest = done * self.largest, left * self.largest
        plated = (self._ions(self.plated) - self.largest + rest) / self.volume
        dissolved = (self._ions(self.dissolved) + extent) / self.volume
        activity = {self.plated: plated, self.dissolved: dissolved}
        solid: Array = np.zeros_like(extent)
        if self.salt is not None:
            symbol = self.salt.cation.removesuffix("+")
            anion = self.concentrations[self.salt.anion]
            activity[symbol], solid = _precipitated(
                activity[symbol],
                anion,
                (self.salt.product if product is None else product) * (_MOLAR / self.coefficient) ** 2,
            )
        elements = self.assessment.elements
        x = np.repeat(self.initial[None, :], len(extent), axis=0)
        p, d = elements.index(self.plated), elements.index(self.dissolved)
        x[:, p] += extent
        x[:, d] = self._metal(self.dissolved) - self.largest + rest
        states = equilibrium_system(self.assessment, self.suspended).states(
            np.full(len(extent), self.temperature), x, parameters or None
        )
        mu = np.where(x > 0, states.potential, -np.inf)[:, [p, d]]
        pair = np.stack([activity[self.plated], activity[self.dissolved]], axis=-1) * self.coefficient / _MOLAR
        every = np.full(x.shape, np.nan)
        every[:, [p, d]] = pair
        return ExchangeState(
            extent, solid * self.volume, x, every, -mu / FARADAY_CONSTANT, pair, states.phases, states.fraction
        )

    def driving(self, state: ExchangeState, standard: float | Array) -> Array:
        """E of P less E of D, V; infinite where an ion or a metal is absent."""
        thermal = thermal_voltage(self.temperature)
        with np.errstate(divide="ignore", invalid="ignore"):
            ions = thermal * np.log(state.pair_activity)
            drive: Array = standard + (ions[:, 0] + state.own[:, 0]) - (ions[:, 1] + state.own[:, 1])
        return np.nan_to_num(drive, nan=0.0, posinf=np.inf, neginf=-np.inf)

    def samples(
        self, standard: Array, parameters: Mapping[str, Array], product: Array | None = None
    ) -> dict[str, Array]:
        """Equilibrium for standard potentials (n), parameters (n each) and solubility products (n).

        Returns
        -------
        dict
            ``share`` (of the largest extent), ``equilibrium_extent``, ``equilibrium_constant``, ``balance_activity_ratio``.
        """
        count = len(standard)

        def chosen(index: npt.NDArray[np.intp]) -> dict[str, Array]:
            return {name: values[index] for name, values in parameters.items()}

        def drive(odds: Array, index: Array) -> Array:
            number = index.astype(np.intp)
            salt = None if product is None else product[number]
            state = self.at(expit(odds), expit(-odds), chosen(number), salt)
            return np.clip(self.driving(state, standard[number]), -_LARGEST_DRIVE, _LARGEST_DRIVE)

        index = np.arange(count, dtype=np.float64)
        ends = np.full(count, -_FARTHEST), np.full(count, _FARTHEST)
        low, high = drive(ends[0], index), drive(ends[1], index)
        share = np.where(high >= 0, 1.0, 0.0)
        inside = np.flatnonzero((low > 0) & (high < 0))
        if inside.size:
            found = find_root(drive, (ends[0][inside], ends[1][inside]), args=(index[inside],))
            share[inside] = expit(found.x)
        begin = self.at(np.zeros(count), np.ones(count), chosen(np.arange(count)))
        thermal = thermal_voltage(self.temperature)
        with np.errstate(over="ignore"):
            constant = np.exp(standard / thermal)
            ratio = np.exp((standard + begin.own[:, 0] - begin.own[:, 1]) / thermal)
        return {
            "share": share,
            "equilibrium_extent": share * self.largest,
            "equilibrium_constant": constant,
            "balance_activity_ratio": ratio,
        }

    def _ions(self, symbol: str) -> float:
        """Moles of a cation at the start per mole of atoms of the alloy."""
        return self.concentrations.get(f"{symbol}+", 0.0) * self.volume

    def _metal(self, symbol: str) -> float:
        return float(self.initial[self.assessment.elements.index(symbol)])


def _precipitated(cation: Array, anion: float, product: float | Array) -> tuple[Array, Array]:
    """Dissolved cation and solid salt (mol m-3) from totals of cation (n) and anion, over a solubility product (mol2 m-6)."""
    beyond = cation * anion > product
    root = np.sqrt((cation - anion) ** 2 + 4 * product)
    surplus = cation - anion
    free = np.where(surplus >= 0, (surplus + root) / 2, 2 * product / (root - np.minimum(surplus, 0.0)))
    dissolved = np.where(beyond, free, cation)
    return dissolved, np.where(beyond, cation - free, 0.0)
