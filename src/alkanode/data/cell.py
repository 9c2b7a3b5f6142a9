"""The cell: electrodes and their roles, electrolyte, area, pressure history, temperature.

A :class:`Cell` is a frozen description in SI. Every calculation on it is a function elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from alkanode.data.mapping import load_yaml, only_known
from alkanode.foundation.errors import StudyError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy, working_metal

Role = Literal["working", "counter"]
Stage = Literal["assembly", "cycling"]

DEFAULT_TEMPERATURE_UNCERTAINTY = 2.0
"""K. A laboratory's "room temperature" without a thermostat; carried onto every liquidus-based number."""


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


def _refuse_forgotten_units(keys: Mapping[str, Any]) -> None:
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


def _optional(value: QuantityLike | None, name: str, *, positive: bool = True) -> float | None:
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
        put(self, "mass", _optional(mass, "mass"))
        put(self, "mass_uncertainty", _optional(mass_uncertainty, "mass"))
        put(self, "thickness", _optional(thickness, "thickness"))
        put(self, "coating", str(coating))
        put(self, "carbon_mass", _optional(carbon_mass, "mass"))
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
        keys = only_known(mapping, [*_ELECTRODE_KEYS, "role"], what=what)
        _refuse_forgotten_units(keys)
        keys.pop("role", None)
        if "material" not in keys:
            raise StudyError(f"{what} needs 'material'", found=f"keys {', '.join(keys) or '(none)'}")
        return cls(keys.pop("material"), **keys)

    @property
    def name(self) -> str:
        """Name of the material for people."""
        return self.material.name if isinstance(self.material, Alloy) else self.material


_ELECTRODE_KEYS = ("material", "mass", "mass_uncertainty", "thickness", "coating", "carbon_mass", "kc8_extent")


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
    """

    material: str
    ion: str
    thickness: float | None
    conductivity: float | None
    single_ion: bool | None

    def __init__(
        self,
        material: str,
        *,
        ion: str = "Na+",
        thickness: QuantityLike | None = None,
        conductivity: QuantityLike | None = None,
        single_ion: bool | None = None,
    ) -> None:
        if not isinstance(ion, str):
            raise StudyError("the ion of an electrolyte is a text such as 'Na+'", found=repr(ion))
        if not (single_ion is None or isinstance(single_ion, bool)):
            raise StudyError("single_ion is true or false", found=repr(single_ion))
        working_metal(ion)
        put = object.__setattr__
        put(self, "material", str(material))
        put(self, "ion", ion)
        put(self, "thickness", _optional(thickness, "thickness"))
        put(self, "conductivity", _optional(conductivity, "conductivity"))
        put(self, "single_ion", single_ion)

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """Electrolyte from a text (its material) or a mapping of its attributes."""
        if isinstance(mapping, str):
            return cls(mapping)
        keys = only_known(mapping, ("material", "ion", "thickness", "conductivity", "single_ion"), what="electrolyte")
        _refuse_forgotten_units(keys)
        if "material" not in keys:
            raise StudyError("electrolyte needs 'material'", found=f"keys {', '.join(keys) or '(none)'}")
        return cls(keys.pop("material"), **keys)


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
        put(self, "duration", _optional(duration, "duration"))
        put(self, "stage", stage)
        put(self, "kind", kind)

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """Stage from a mapping of its attributes."""
        keys = only_known(mapping, ("pressure", "duration", "stage", "kind"), what="pressure stage")
        if "pressure" not in keys:
            raise StudyError("a pressure stage needs 'pressure'", found=f"keys {', '.join(keys) or '(none)'}")
        _refuse_forgotten_units(keys)
        return cls(**keys)


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Cell:
    """A cell as it was built.

    The *anode* is the metal electrode whose stripping and plating an analysis speaks of. Positive current is
    oxidation at the working electrode; so positive current strips the anode when ``anode_role`` is ``"working"`` and
    plates it when it is ``"counter"``.

    Attributes
    ----------
    name
        Name for people.
    anode, counter
        The metal electrode, and the electrode across the electrolyte (``None`` when not said).
    anode_role
        ``"working"`` or ``"counter"``: which lead of the instrument the anode is on.
    reference
        Name of a reference electrode, or ``""`` for a two-electrode cell.
    electrolyte
        The electrolyte, or ``None``.
    area, area_uncertainty
        Nominal electrode area and its standard uncertainty, m2; ``None`` when unknown.
    final_area, final_area_uncertainty
        Area measured after the test, m2; ``None`` when not measured. Where it is known, areal results use it.
    pressure_history
        Stages from assembly to cycling.
    temperature, temperature_uncertainty
        K. Half width of the interval carried onto every liquidus-based number.
    temperature_known
        ``False`` when the temperature is the default of 25 degC and nobody stated it.
    notes
        Free text.

    Examples
    --------
    >>> cell = Cell(anode="NaK50", anode_mass="4.3 mg", area="0.283 cm2", stack_pressure="10 MPa")
    >>> round(cell.area * 1e4, 3)
    0.283
    """

    name: str
    anode: Electrode
    anode_role: Role
    counter: Electrode | None
    reference: str
    electrolyte: Electrolyte | None
    area: float | None
    area_uncertainty: float | None
    final_area: float | None
    final_area_uncertainty: float | None
    pressure_history: tuple[PressureStage, ...]
    temperature: float
    temperature_uncertainty: float
    temperature_known: bool
    notes: str

    def __init__(
        self,
        *,
        anode: Electrode | Alloy | str,
        anode_mass: QuantityLike | None = None,
        anode_role: str = "working",
        counter: Electrode | Alloy | str | None = None,
        reference: str = "",
        electrolyte: Electrolyte | str | None = None,
        area: QuantityLike | None = None,
        area_uncertainty: QuantityLike | None = None,
        final_area: QuantityLike | None = None,
        final_area_uncertainty: QuantityLike | None = None,
        stack_pressure: QuantityLike | None = None,
        pressure_history: Iterable[PressureStage] = (),
        temperature: QuantityLike | None = None,
        temperature_uncertainty: QuantityLike | None = None,
        name: str = "",
        notes: str = "",
    ) -> None:
        if not isinstance(anode, Electrode):
            anode = Electrode(anode, mass=anode_mass)
        elif anode_mass is not None:
            raise StudyError("the mass of the anode is given once", found="both anode.mass and anode_mass")
        if anode_role not in get_args(Role):
            raise StudyError("anode_role is 'working' or 'counter'", found=repr(anode_role))
        if counter is not None and not isinstance(counter, Electrode):
            counter = Electrode(counter)
        if isinstance(electrolyte, str):
            electrolyte = Electrolyte(electrolyte)
        stages = tuple(pressure_history)
        if stack_pressure is not None:
            stages = (*stages, PressureStage(pressure=stack_pressure))
        kelvin = to_si("25 degC" if temperature is None else temperature, "temperature")
        if kelvin <= 0:
            raise StudyError("a temperature is above absolute zero", found=repr(temperature))
        spread = DEFAULT_TEMPERATURE_UNCERTAINTY
        if temperature_uncertainty is not None:
            spread = to_si(temperature_uncertainty, "temperature_difference")
        if spread < 0:
            raise StudyError("temperature_uncertainty is not negative", found=repr(temperature_uncertainty))
        put = object.__setattr__
        put(self, "name", name or " | ".join(_stack(anode, electrolyte, counter)))
        put(self, "anode", anode)
        put(self, "anode_role", anode_role)
        put(self, "counter", counter)
        put(self, "reference", "" if reference in ("none", "None") else str(reference))
        put(self, "electrolyte", electrolyte)
        put(self, "area", _optional(area, "area"))
        put(self, "area_uncertainty", _optional(area_uncertainty, "area"))
        put(self, "final_area", _optional(final_area, "area"))
        put(self, "final_area_uncertainty", _optional(final_area_uncertainty, "area"))
        put(self, "pressure_history", stages)
        put(self, "temperature", kelvin)
        put(self, "temperature_uncertainty", spread)
        put(self, "temperature_known", temperature is not None)
        put(self, "notes", str(notes))

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """Cell from a mapping, as a YAML file gives it.

        Parameters
        ----------
        mapping
            Keys of this class; ``anode`` and ``counter`` are a material or a mapping of :class:`Electrode` (with
            ``role``), ``electrolyte`` a material or a mapping, ``pressure_history`` a list of mappings.

        Raises
        ------
        StudyError
            For unknown keys, a missing anode, or values out of range.
        UnitsError
            For a quantity without a unit or with a wrong one.
        """
        keys = only_known(mapping, _CELL_KEYS, what="cell")
        _refuse_forgotten_units(keys)
        if "anode" not in keys:
            raise StudyError("a cell needs 'anode'", found=f"keys {', '.join(keys) or '(none)'}")
        anode = keys.pop("anode")
        if isinstance(anode, Mapping) and "role" in anode:
            if "anode_role" in keys:
                raise StudyError("the role of the anode is given once", found="both anode.role and anode_role")
            keys["anode_role"] = anode["role"]
        if isinstance(anode, Mapping):
            anode = Electrode.from_mapping(anode, what="anode")
        counter = keys.pop("counter", None)
        if isinstance(counter, Mapping):
            counter = Electrode.from_mapping(counter, what="counter")
        electrolyte = keys.pop("electrolyte", None)
        if electrolyte is not None:
            electrolyte = Electrolyte.from_mapping(electrolyte)
        stages = keys.pop("pressure_history", ())
        if not isinstance(stages, list | tuple):
            raise StudyError("pressure_history is a list of stages", found=repr(stages))
        history = [PressureStage.from_mapping(stage) for stage in stages]
        return cls(anode=anode, counter=counter, electrolyte=electrolyte, pressure_history=history, **keys)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Cell from a YAML file; see :meth:`from_mapping`."""
        return cls.from_mapping(load_yaml(path))

    @property
    def effective_area(self) -> float | None:
        """Area on which areal results rest: the final area where it was measured, else the nominal one, m2."""
        return self.area if self.final_area is None else self.final_area

    @property
    def effective_area_uncertainty(self) -> float | None:
        """Standard uncertainty of :attr:`effective_area`, m2."""
        return self.area_uncertainty if self.final_area is None else self.final_area_uncertainty

    @property
    def stack_pressure(self) -> float | None:
        """Pressure while cycling, Pa; ``None`` when not stated."""
        cycling = [stage.pressure for stage in self.pressure_history if stage.stage == "cycling"]
        return cycling[-1] if cycling else None

    @property
    def alloy(self) -> Alloy | None:
        """The anode's alloy, or ``None`` where its material is not an alloy of known elements."""
        return self.anode.material if isinstance(self.anode.material, Alloy) else None

    @property
    def ion(self) -> str:
        """The working ion: the electrolyte's; without one that of a pure alkali anode, else ``"Na+"``."""
        if self.electrolyte is not None:
            return self.electrolyte.ion
        elements = () if self.alloy is None else self.alloy.composition.elements
        return f"{elements[0]}+" if elements in (("Li",), ("K",)) else "Na+"


_CELL_KEYS = (
    "name",
    "anode",
    "anode_mass",
    "anode_role",
    "counter",
    "reference",
    "electrolyte",
    "area",
    "area_uncertainty",
    "final_area",
    "final_area_uncertainty",
    "stack_pressure",
    "pressure_history",
    "temperature",
    "temperature_uncertainty",
    "notes",
)


def _stack(anode: Electrode, electrolyte: Electrolyte | None, counter: Electrode | None) -> Iterable[str]:
    yield anode.name
    if electrolyte is not None:
        yield electrolyte.material
    if counter is not None:
        yield counter.name
