"""The parts of a cell: electrode, electrolyte, stage of the pressure history; each a frozen description in SI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from alkanode.data.mapping import only_known
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Trust
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy, working_metal

Stage = Literal["assembly", "cycling"]

_BARE = {
    "area": (0.0, 0.1, "m2", "cm2"),
    "final_area": (0.0, 0.1, "m2", "cm2"),
    "mass": (0.0, 0.1, "kg", "mg"),
    "anode_mass": (0.0, 0.1, "kg", "mg"),
    "carbon_mass": (0.0, 0.1, "kg", "mg"),
    "thickness": (0.0, 0.1, "m", "um"),
    "temperature": (100.0, 2000.0, "K", "degC"),
    "stack_pressure": (1000.0, 1e10, "Pa", "MPa"),
    "pressure": (1000.0, 1e10, "Pa", "MPa"),
}
"""Range of a number without a unit (so in SI) in a cell file; a positive one outside it describes no laboratory cell."""


def refuse_forgotten_units(keys: Mapping[str, Any]) -> None:
    """Refuse a bare number that in SI describes no laboratory cell: its unit was forgotten."""
    for key in keys.keys() & _BARE.keys():
        value, (smallest, largest, unit, habit) = keys[key], _BARE[key]
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if value > largest or 0 < value < smallest:
            raise StudyError(
                f"{key} needs its unit",
                found=f"{value!r}, which without a unit is {value:g} {unit}",
                todo=f"Write '{value:g} {habit}'",
            )


def optional_quantity(value: QuantityLike | None, name: str, *, positive: bool = True) -> float | None:
    """An SI number of a quantity (see :func:`alkanode.foundation.units.to_si`), or none; positive unless said otherwise."""
    if value is None:
        return None
    number = to_si(value, name)
    if positive and number <= 0:
        raise StudyError(f"{name} must be positive", found=repr(value))
    return number


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Electrode:
    """One electrode.

    Attributes
    ----------
    material
        An :class:`Alloy` where the name is one (``"Na"``, ``"NaK50"``), else the text as given (``"NVP"``).
    mass, mass_uncertainty
        Mass of alloy or active material and its standard uncertainty, kg; ``None`` when unknown.
    thickness
        m, or ``None``.
    coating
        Free text, for example ``"20 nm SnO2"``.
    carbon_mass
        Mass of carbon host (cloth, felt) in contact with the alloy, kg, or ``None``.
    kc8_extent
        0 to 1: share of the carbon that has become KC8 and so has taken potassium from the liquid.
    """

    material: Alloy | str
    mass: float | None
    mass_uncertainty: float | None
    thickness: float | None
    coating: str
    carbon_mass: float | None
    kc8_extent: float

    def __init__(
        self,
        material: Alloy | str,
        *,
        mass: QuantityLike | None = None,
        mass_uncertainty: QuantityLike | None = None,
        thickness: QuantityLike | None = None,
        coating: str = "",
        carbon_mass: QuantityLike | None = None,
        kc8_extent: float = 0.0,
    ) -> None:
        put = object.__setattr__
        put(self, "material", _material(material))
        put(self, "mass", optional_quantity(mass, "mass"))
        put(self, "mass_uncertainty", optional_quantity(mass_uncertainty, "mass"))
        put(self, "thickness", optional_quantity(thickness, "thickness"))
        put(self, "coating", str(coating))
        put(self, "carbon_mass", optional_quantity(carbon_mass, "mass"))
        share: object = kc8_extent
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            raise StudyError("kc8_extent is a share from 0 to 1", found=repr(kc8_extent))
        if float(kc8_extent) > 0 and (carbon_mass is None or mass is None):
            raise StudyError(
                "kc8_extent above 0 needs 'carbon_mass' and 'mass'",
                found="at least one of them missing",
                todo="Give both, since KC8 takes one K for eight C",
            )
        put(self, "kc8_extent", float(kc8_extent))

    @classmethod
    def from_mapping(cls, mapping: object, *, what: str) -> Self:
        """Electrode from a text (its material) or a mapping of its attributes."""
        if isinstance(mapping, str | Alloy):
            return cls(mapping)
        keys = only_known(mapping, [*ELECTRODE_KEYS, "role"], what=what)
        refuse_forgotten_units(keys)
        keys.pop("role", None)
        if "material" not in keys:
            raise StudyError(f"{what} needs 'material'", found=f"keys {', '.join(keys) or '(none)'}")
        return cls(keys.pop("material"), **keys)

    @property
    def name(self) -> str:
        """Name of the material for people."""
        return self.material.name if isinstance(self.material, Alloy) else self.material


ELECTRODE_KEYS = ("material", "mass", "mass_uncertainty", "thickness", "coating", "carbon_mass", "kc8_extent")


_COMPOSITION = re.compile(r"(?:Li|Na|K|wt|at|mol|mass|[-\d.,%\s])+", re.IGNORECASE)
"""Alkali metals and numbers only: meant as a composition, so never taken as the free name of a material."""


def _material(material: object) -> Alloy | str:
    if isinstance(material, Alloy):
        return material
    if not isinstance(material, str) or not material.strip():
        raise StudyError("a material is a name such as 'NaK50', 'Na' or 'NVP'", found=repr(material))
    try:
        return Alloy.from_name(material)
    except ValueError:
        if _COMPOSITION.fullmatch(material.strip()):
            raise
        return material.strip()


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Electrolyte:
    """The electrolyte.

    Attributes
    ----------
    material
        Name, for example ``"NASICON"``.
    ion
        The working ion, ``"Na+"`` by default.
    thickness
        m, or ``None``.
    conductivity
        S m-1 at the cell's temperature, or ``None``.
    single_ion
        ``True`` for ceramics and glasses in which only the working ion moves, ``False`` for a dissolved binary salt
        (liquid or polymer electrolyte), in which the salt can deplete; ``None`` when not said.
    trust
        What thickness and conductivity rest on; every result that rests on ``"assumed"`` or ``"recalled"`` ones says so.
        By default they are ``"given"``.
    """

    material: str
    ion: str
    thickness: float | None
    conductivity: float | None
    single_ion: bool | None
    trust: Trust

    def __init__(
        self,
        material: str,
        *,
        ion: str = "Na+",
        thickness: QuantityLike | None = None,
        conductivity: QuantityLike | None = None,
        single_ion: bool | None = None,
        trust: Trust | str = Trust.GIVEN,
    ) -> None:
        if not isinstance(ion, str):
            raise StudyError("the ion of an electrolyte is a text such as 'Na+'", found=repr(ion))
        if not (single_ion is None or isinstance(single_ion, bool)):
            raise StudyError("single_ion is true or false", found=repr(single_ion))
        working_metal(ion)
        put = object.__setattr__
        put(self, "material", str(material))
        put(self, "ion", ion)
        put(self, "thickness", optional_quantity(thickness, "thickness"))
        put(self, "conductivity", optional_quantity(conductivity, "conductivity"))
        put(self, "single_ion", single_ion)
        put(self, "trust", _trust(trust))

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """Electrolyte from a text (its material) or a mapping of its attributes."""
        if isinstance(mapping, str):
            return cls(mapping)
        keys = only_known(mapping, ELECTROLYTE_KEYS, what="electrolyte")
        refuse_forgotten_units(keys)
        if "material" not in keys:
            raise StudyError("electrolyte needs 'material'", found=f"keys {', '.join(keys) or '(none)'}")
        return cls(keys.pop("material"), **keys)


ELECTROLYTE_KEYS = ("material", "ion", "thickness", "conductivity", "single_ion", "trust")


def _trust(word: Trust | str) -> Trust:
    """A trust label from its name, for example ``"assumed"``."""
    if isinstance(word, Trust):
        return word
    names = {member.name.lower(): member for member in Trust}
    if word not in names:
        raise StudyError("trust is the name of a trust label", found=repr(word), todo=f"Known: {', '.join(names)}")
    return names[word]


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class PressureStage:
    """One stage of the pressure history.

    Attributes
    ----------
    pressure
        Pa.
    duration
        s, or ``None`` for as long as the stage lasts.
    stage
        ``"assembly"`` or ``"cycling"``.
    kind
        ``"uniaxial"`` or ``"isostatic"``.
    """

    pressure: float
    duration: float | None
    stage: Stage
    kind: str

    def __init__(
        self,
        *,
        pressure: QuantityLike,
        duration: QuantityLike | None = None,
        stage: str = "cycling",
        kind: str = "uniaxial",
    ) -> None:
        if stage not in get_args(Stage):
            raise StudyError("a pressure stage is 'assembly' or 'cycling'", found=repr(stage))
        if kind not in ("uniaxial", "isostatic"):
            raise StudyError("a pressure is 'uniaxial' or 'isostatic'", found=repr(kind))
        put = object.__setattr__
        pascal = to_si(pressure, "stack_pressure")
        if pascal < 0:
            raise StudyError("a pressure is not negative", found=repr(pressure))
        put(self, "pressure", pascal)
        put(self, "duration", optional_quantity(duration, "duration"))
        put(self, "stage", stage)
        put(self, "kind", kind)

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """Stage from a mapping of its attributes."""
        keys = only_known(mapping, ("pressure", "duration", "stage", "kind"), what="pressure stage")
        if "pressure" not in keys:
            raise StudyError("a pressure stage needs 'pressure'", found=f"keys {', '.join(keys) or '(none)'}")
        refuse_forgotten_units(keys)
        return cls(**keys)
