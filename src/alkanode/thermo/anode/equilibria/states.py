"""Equilibrium states, and rays of compositions along which one metal is added or taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from alkanode.thermo.binary.branches import is_liquid
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters


def liquid_phases(phases: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Which of some phases are liquid (phase)."""
    return np.array([is_liquid(name) for name in phases], dtype=bool)


@dataclass(frozen=True, slots=True)
class States:
    """Equilibria at some states.

    Attributes
    ----------
    phases
        Names.
    fraction
        Moles of atoms in a phase over all atoms (..., phase).
    composition
        Mole fractions of the elements in each phase (..., phase, element); NaN where a phase is absent.
    potential
        Chemical potentials against the stable pure elements, J mol-1 (..., element).
    """

    phases: tuple[str, ...]
    fraction: Array
    composition: Array
    potential: Array

    @property
    def liquid(self) -> Array:
        """Share of the atoms that is in liquid phases (...)."""
        total: Array = self.fraction[..., liquid_phases(self.phases)].sum(axis=-1)
        return total


@dataclass(frozen=True, slots=True)
class Ray:
    """Compositions between a mixture of the other metals (share 0) and one pure metal (share 1).

    Attributes
    ----------
    metal
        Number of the metal among the elements of the system.
    others
        Mole fractions at share 0, one for each element; 0 for the metal.
    """

    metal: int
    others: tuple[float, ...]

    def at(self, share: Array) -> Array:
        """Mole fractions (..., element) where the metal has a share (...) of the atoms."""
        share = np.asarray(share, dtype=np.float64)
        x: Array = (1 - share)[..., None] * np.array(self.others)
        x[..., self.metal] = share
        return x


@dataclass(frozen=True, slots=True)
class LiquidExtent:
    """Where on a ray there is liquid, as shares of the metal (shaped like the temperature).

    Attributes
    ----------
    lean_end, rich_end
        Where the last liquid is gone on the side poor and rich in the metal; NaN where nothing on the ray is liquid.
    lean, rich
        Between these everything is liquid; NaN where solid is always present.
    """

    lean_end: Array
    lean: Array
    rich: Array
    rich_end: Array


class EquilibriumSystem(Protocol):
    """What a path asks of a system."""

    @property
    def elements(self) -> tuple[str, ...]:
        """Order of the elements."""

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases."""

    def states(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> States:
        """Equilibria at temperatures (K) that broadcast with the leading axes of compositions (..., element)."""

    def potentials(self, temperature: Array, x: Array, parameters: Parameters | None = None) -> Array:
        """Chemical potentials (..., element) against the stable pure elements, J mol-1, as of :meth:`states`."""

    def corners(self, temperature: float, ray: Ray) -> Array:
        """Shares of the metal at which the phases change, increasing."""

    def liquid_extent(self, temperature: Array, ray: Ray, parameters: Parameters | None = None) -> LiquidExtent:
        """Where on the ray there is liquid, at temperatures (n)."""


def drawn_states(system: EquilibriumSystem, temperature: float, x: Array, draws: Mapping[str, Array]) -> States:
    """Equilibria (draw, state) of compositions (state, element) at one temperature (K) over draws of the parameters."""
    number = len(next(iter(draws.values())))
    return system.states(
        np.full((number, 1), temperature), x[None], {name: values[:, None] for name, values in draws.items()}
    )
