"""The cell: electrodes and their roles, electrolyte, area, pressure history, temperature.

A :class:`Cell` is a frozen description in SI. Every calculation on it is a function elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

from alkanode.data.cell_parts import (
    Electrode,
    Electrolyte,
    PressureStage,
    optional_quantity,
    refuse_forgotten_units,
)
from alkanode.data.mapping import load_yaml, only_known
from alkanode.foundation.errors import StudyError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import Alloy

Role = Literal["working", "counter"]

DEFAULT_TEMPERATURE_UNCERTAINTY = 2.0
"""K. A laboratory's "room temperature" without a thermostat; carried onto every liquidus-based number."""


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
        put(self, "area", optional_quantity(area, "area"))
        put(self, "area_uncertainty", optional_quantity(area_uncertainty, "area"))
        put(self, "final_area", optional_quantity(final_area, "area"))
        put(self, "final_area_uncertainty", optional_quantity(final_area_uncertainty, "area"))
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
        keys = only_known(mapping, CELL_KEYS, what="cell")
        refuse_forgotten_units(keys)
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


CELL_KEYS = (
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
