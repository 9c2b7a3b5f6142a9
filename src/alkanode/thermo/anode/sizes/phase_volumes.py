"""Volumes of phases, by one of two rules.

``"solid metals"``
    The volumes of the pure solid metals add up by mass, in every phase: the linear rule of mixtures of :cite:`Park2021`.
``"phases"``
    Every phase has its own density at the temperature (:func:`alkanode.materials.density`): solids expand, and the liquid
    is a few per cent lighter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import add_sources
from alkanode.materials import Alloy
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import density_sources, density_trust, molar_volume
from alkanode.thermo.anode.equilibria.states import EquilibriumSystem, States
from alkanode.thermo.conditions import Array

VolumeRule = Literal["solid metals", "phases"]


def check_rule(rule: str) -> None:
    """Refuse a rule that is none.

    Raises
    ------
    PhysicsError
    """
    if rule not in get_args(VolumeRule):
        raise PhysicsError(
            "a rule for volumes is needed",
            found=repr(rule),
            todo=f"Known: {', '.join(map(repr, get_args(VolumeRule)))}",
        )


def molar_volumes(
    composition: Array, phases: tuple[str, ...], elements: tuple[str, ...], rule: VolumeRule, temperature: float
) -> Array:
    """Volume of one mole of atoms of each phase.

    Parameters
    ----------
    composition
        Mole fractions (..., phase, element).
    phases, elements
        Names along the last two axes.
    rule
        See the top of this module.
    temperature
        K; only ``"phases"`` looks at it.

    Returns
    -------
    ndarray
        m3 mol-1 (..., phase); NaN where the composition is NaN.
    """
    check_rule(rule)
    if rule == "solid metals":
        volume: Array = composition @ np.array([_solid_volume(symbol) for symbol in elements])
        return volume
    each = [
        molar_volume(temperature, composition[..., number, :], elements, name) for number, name in enumerate(phases)
    ]
    return np.stack(each, axis=-1)


def phase_volumes(states: States, elements: tuple[str, ...], rule: VolumeRule, temperature: float) -> Array:
    """Volume of each phase per mole of all atoms, m3 mol-1 (..., phase); 0 where a phase is absent.

    Arguments as :func:`molar_volumes`, with amounts and compositions of the phases in ``states``.
    """
    each = molar_volumes(states.composition, states.phases, elements, rule, temperature)
    return states.fraction * np.nan_to_num(each)


def alloy_density(alloy: Alloy, system: EquilibriumSystem, temperature: Array, rule: VolumeRule) -> float:
    """Density of all phases of an alloy together, kg m-3, at a temperature (K, shape (1,))."""
    x = np.array([[alloy.composition.mole_fraction(symbol) for symbol in system.elements]])
    volumes = phase_volumes(system.states(temperature, x), system.elements, rule, float(temperature[0]))
    return alloy.composition.molar_mass / float(volumes.sum())


def rest_on_densities(record: xr.Dataset, elements: Sequence[str], rule: VolumeRule) -> None:
    """Write the rule of the volumes, the weakest trust label of the densities and their sources onto a record."""
    states = ("solid",) if rule == "solid metals" else ("solid", "liquid")
    trust = dict.fromkeys(density_trust(elements, state) for state in states)
    record.attrs.update(
        volume_rule=rule,
        volume_label=f"volumes by the rule {rule!r}; densities of {', '.join(elements)} {', '.join(trust)}",
    )
    add_sources(record, [key for state in states for key in density_sources(elements, state)])


def _solid_volume(symbol: str) -> float:
    """m3 mol-1 of a solid metal near room temperature."""
    entry = element(symbol)
    if entry.density is None:
        raise PhysicsError(f"the density of {symbol} is needed", found="no value in the table of elements")
    return entry.molar_mass.value / entry.density.value
