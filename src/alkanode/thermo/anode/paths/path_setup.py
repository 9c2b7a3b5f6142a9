"""What the path of an electrode starts from: the alloy, its thermodynamics, its moles and where they go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, working_metal
from alkanode.thermo.anode.equilibria.states import EquilibriumSystem, Ray
from alkanode.thermo.anode.equilibria.system import assessment_of, equilibrium_system
from alkanode.thermo.anode.paths.metal_balance import Direction, MetalBalance, metal_balance
from alkanode.thermo.anode.uncertainty.assessment_spread import draw_count
from alkanode.thermo.anode.uncertainty.temperature_spread import around, one_temperature
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSetup:
    """What a path starts from.

    Attributes
    ----------
    alloy, ion, direction
        The initial alloy, the working ion, and whether its metal leaves or comes.
    assessment, system, suspended
        The thermodynamics.
    temperature, temperature_uncertainty
        K; the temperature has shape (1,).
    balance, ray
        Moles at the start, and where the composition goes.
    draws
        Number of draws of the assessment's parameters.
    in_carbon
        Moles of K in carbon per mole of atoms.
    """

    alloy: Alloy
    ion: str
    direction: Direction
    assessment: Assessment
    system: EquilibriumSystem
    suspended: tuple[str, ...]
    temperature: Array
    temperature_uncertainty: float
    balance: MetalBalance
    ray: Ray
    draws: int
    in_carbon: float

    @property
    def temperatures(self) -> Array:
        """The temperature and its bounds, K (3)."""
        sides = around(self.temperature, self.temperature_uncertainty, self.assessment)
        return np.concatenate([self.temperature, *sides])


def path_setup(
    alloy: Alloy,
    ion: str,
    direction: Direction,
    *,
    temperature: QuantityLike,
    temperature_uncertainty: QuantityLike,
    potassium_in_carbon: float,
    system: str | Assessment | None,
    suspend: tuple[str, ...],
    draws: int | None,
) -> PathSetup:
    """Check what a path starts from.

    Raises
    ------
    PhysicsError
        For metals outside the system, several temperatures, nothing to strip, or too much K in carbon.
    """
    assessment = assessment_of({*alloy.composition.elements, working_metal(ion)}, system)
    centre = one_temperature(temperature, assessment, "a path of an electrode", stacklevel=4)
    balance, ray = metal_balance(alloy, ion, assessment.elements, direction, potassium_in_carbon)
    return PathSetup(
        alloy=alloy,
        ion=ion,
        direction=direction,
        assessment=assessment,
        system=equilibrium_system(assessment, phase_names(suspend)),
        suspended=phase_names(suspend),
        temperature=centre,
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        balance=balance,
        ray=ray,
        draws=draw_count(assessment, draws),
        in_carbon=float(potassium_in_carbon),
    )
