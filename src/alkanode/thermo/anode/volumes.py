"""Volumes of phases and the size of an electrode: how many moles a drop holds, how thick a layer is.

Two rules give the volume of a phase.

``"solid metals"``
    The volumes of the pure solid metals add up by mass, in every phase: the linear rule of mixtures of :cite:`Park2021`.
``"phases"``
    Every phase has its own density at the temperature (:func:`alkanode.materials.density`): solids expand, and the liquid
    is a few per cent lighter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import density_sources, density_trust, molar_volume
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrodeSize:
    """How large an electrode is at the start.

    Attributes
    ----------
    mass, volume, thickness
        One of them: kg, m3 or m, or text such as ``"10 uL"``. None where unknown.
    area, diameter
        At most one of them: m2 or m, or text such as ``"7.14 mm"``, of a disc. A thickness needs none.

    Raises
    ------
    PhysicsError
        For more or fewer than these, and for a size that is not positive.
    """

    mass: QuantityLike | None = None
    volume: QuantityLike | None = None
    thickness: QuantityLike | None = None
    area: QuantityLike | None = None
    diameter: QuantityLike | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("mass", "volume", "thickness") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PhysicsError(
                "one of mass, volume and thickness of the electrode is needed",
                found=" and ".join(given) or "none of them",
                todo="For example volume='10 uL'",
            )
        if self.area is not None and self.diameter is not None:
            raise PhysicsError("the area or the diameter of the electrode is needed", found="both")
        if given[0] != "thickness" and self.area is None and self.diameter is None:
            raise PhysicsError(
                f"a {given[0]} needs the area or the diameter of the electrode",
                found="neither",
                todo="For example diameter='7.14 mm'",
            )

    def areal_mass(self, density: float) -> float:
        """Mass over area, kg m-2, of a metal of a density (kg m-3)."""
        if self.thickness is not None:
            return _positive(self.thickness, "thickness") * density
        area = self.area_value()
        if area is None:
            raise PhysicsError("the area of the electrode is needed", found="none")
        if self.mass is not None:
            return _positive(self.mass, "mass") / area
        return _positive(self.volume, "volume") * density / area

    def area_value(self) -> float | None:
        """Area in m2, None where only a thickness is known."""
        if self.area is not None:
            return _positive(self.area, "area")
        if self.diameter is not None:
            return math.pi * (_positive(self.diameter, "diameter") / 2) ** 2
        return None


def _positive(value: QuantityLike | None, name: str) -> float:
    number = to_si(value, name)
    if number <= 0:
        raise PhysicsError(f"a {name} above 0 is needed", found=repr(value))
    return number
