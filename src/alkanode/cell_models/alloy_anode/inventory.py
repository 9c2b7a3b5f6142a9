"""What is in the cloth when the cell is made: contents of both metals from the alloy, its amount and the cloth.

A cell that states a mass, an area, a temperature, a pressure, an electrolyte or a carbon uptake overrules the parameter set;
what it does not state comes from the set.
"""

from __future__ import annotations

import warnings

from alkanode.cell_models.alloy_anode.names import (
    BOUND_POTASSIUM,
    COMPOSITION_NAMES,
    CURRENT_FUNCTION,
    FARADAY_NAME,
    FILLED_SHARE,
    FRESH_CONTACT,
    INITIAL_POTASSIUM,
    INITIAL_SODIUM,
    POTASSIUM_MASS_FRACTION,
    of_counter,
)
from alkanode.cell_models.alloy_anode.thermodynamics import FARADAY, quiet_values
from alkanode.cell_models.parameters import ParameterSet
from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError, StudyError
from alkanode.materials.alloys import Alloy
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import phase_density
from alkanode.thermo import potassium_in_carbon
from alkanode.thermo.conditions import as_alloy

TEMPERATURE = "Temperature [K]"
AREA = "Electrode area [m2]"
THICKNESS = "Cloth thickness [m]"
POROSITY = "Cloth porosity"
VOLUME = "Alloy volume [m3]"
UPTAKE = "Carbon uptake extent"
CARBON_DENSITY = "Carbon density [kg.m-3]"

_METALS = ("Na", "K")


def metals(alloy: Alloy | str) -> Alloy:
    """The alloy, checked: sodium and potassium, with some potassium.

    Raises
    ------
    PhysicsError
        For another metal, or for sodium alone, which the cloth model does not describe.
    """
    given = as_alloy(alloy)
    found = given.composition.elements
    if set(found) - set(_METALS) or "K" not in found:
        raise PhysicsError(
            "the alloy anode is an alloy of sodium and potassium, or potassium",
            found=str(given),
            todo="Sodium metal stands at the counter electrode: options counter='sodium metal'",
        )
    return given


def alloy_density(alloy: Alloy, temperature: float) -> float:
    """Density with which a drop of the alloy becomes a mass, kg m-3: of the liquid, of a pure metal that of its solid."""
    shares = [alloy.composition.mole_fraction(symbol) for symbol in _METALS]
    phase = "solid" if max(shares) == 1 else "liquid"
    return float(phase_density(temperature, shares, _METALS, phase))


def cell_parameters(parameters: ParameterSet, cell: Cell | None) -> ParameterSet:
    """The set with what a cell states put in its place (trust: given by the user)."""
    if cell is None:
        return parameters
    changes: dict[str, float] = {}
    if cell.effective_area is not None:
        changes[AREA] = cell.effective_area
    if cell.stack_pressure is not None:
        changes["Stack pressure [Pa]"] = cell.stack_pressure
    if cell.temperature_known:
        changes[TEMPERATURE] = cell.temperature
    if cell.electrolyte is not None:
        if cell.electrolyte.thickness is not None:
            changes["Electrolyte thickness [m]"] = cell.electrolyte.thickness
        if cell.electrolyte.conductivity is not None:
            changes["Electrolyte conductivity [S.m-1]"] = cell.electrolyte.conductivity
    if cell.anode.thickness is not None:
        changes[THICKNESS] = cell.anode.thickness
    if cell.anode.kc8_extent > 0:
        changes[UPTAKE] = cell.anode.kc8_extent
    same = {name for name, value in changes.items() if name in parameters and parameters[name].value == value}
    changes = {name: value for name, value in changes.items() if name not in same}
    made = parameters.replace(changes)
    if cell.alloy is not None and cell.anode.mass is not None:
        temperature = made[TEMPERATURE].at()
        volume = cell.anode.mass / alloy_density(metals(cell.alloy), temperature)
        made = made.replace({VOLUME: volume})
    return made


def composition_values(
    alloy: Alloy | str, parameters: ParameterSet, electrode: Electrode | None = None
) -> dict[str, float]:
    """Contents of one electrode as assembled.

    Returns
    -------
    dict
        Contents of sodium and of free and bound potassium (mol per cubic metre of cloth), the share of the cloth that
        the alloy fills, its potassium by mass, and the contact share of its fresh interface.

    Raises
    ------
    PhysicsError
        When the alloy does not fit into the pores, or carbon binds all of its potassium.
    """
    given = metals(alloy)
    at = {name: parameters[name].at(given) for name in (TEMPERATURE, AREA, THICKNESS, POROSITY, VOLUME, UPTAKE)}
    cloth = at[AREA] * at[THICKNESS]
    filled = at[VOLUME] / cloth
    if filled > at[POROSITY]:
        raise PhysicsError(
            "the alloy fits into the pores of its cloth",
            found=f"{at[VOLUME] * 1e9:.3g} uL in {at[POROSITY] * cloth * 1e9:.3g} uL of pores",
            todo=f"Check {VOLUME!r}, {AREA!r}, {THICKNESS!r} and {POROSITY!r}",
        )
    mass = filled * alloy_density(given, at[TEMPERATURE])
    content = {
        symbol: mass * given.composition.mass_fraction(symbol) / element(symbol).molar_mass.value for symbol in _METALS
    }
    bound = _bound(given, parameters, electrode, mass, at)
    if bound >= content["K"]:
        raise PhysicsError(
            "some potassium stays in the alloy",
            found=f"carbon that binds {bound / content['K']:.2f} of it",
            todo=f"Lower {UPTAKE!r}",
        )
    return {
        POTASSIUM_MASS_FRACTION: given.composition.mass_fraction("K"),
        INITIAL_SODIUM: content["Na"],
        INITIAL_POTASSIUM: content["K"] - bound,
        BOUND_POTASSIUM: bound,
        FILLED_SHARE: filled,
        FRESH_CONTACT: parameters[FRESH_CONTACT].at(given),
    }


def _bound(
    alloy: Alloy, parameters: ParameterSet, electrode: Electrode | None, mass: float, at: dict[str, float]
) -> float:
    """Potassium bound in carbon, mol per cubic metre of cloth."""
    if at[UPTAKE] == 0:
        return 0.0
    atoms = mass / alloy.composition.molar_mass
    carbon = (1 - at[POROSITY]) * parameters[CARBON_DENSITY].at(alloy)
    if electrode is not None and electrode.carbon_mass is not None:
        carbon = electrode.carbon_mass / (at[AREA] * at[THICKNESS])
    return atoms * potassium_in_carbon(alloy, mass=mass, carbon_mass=carbon, extent=at[UPTAKE])


def model_values(
    parameters: ParameterSet, alloy: Alloy | str, *, counter_alloy: Alloy | str | None = None, cell: Cell | None = None
) -> dict[str, float]:
    """Every number that the alloy anode needs, by the name of its PyBaMM parameter.

    Parameters
    ----------
    parameters
        The set, already with what the cell states (:func:`cell_parameters`).
    alloy
        Of the working electrode.
    counter_alloy
        Of the counter electrode of a symmetric cell; default the same.
    cell
        For the carbon of its electrodes.

    Raises
    ------
    PhysicsError
        As :func:`composition_values`, and outside the range of the assessment.
    StudyError
        When the set lacks a parameter of the model.
    """
    given = metals(alloy)
    values = parameters.values(given)
    with warnings.catch_warnings():  # the line above has given it
        warnings.simplefilter("ignore", ExtrapolationWarning)
        values.update(composition_values(given, parameters, None if cell is None else cell.anode))
    opposite = {name: values[name] for name in COMPOSITION_NAMES}
    if counter_alloy is not None:
        opposite = composition_values(counter_alloy, parameters, None if cell is None else cell.counter)
    values.update({of_counter(name): value for name, value in opposite.items()})
    values.update(quiet_values(values[TEMPERATURE]))
    values[FARADAY_NAME] = FARADAY
    values[CURRENT_FUNCTION] = 0.0
    return values


def missing_parameters(parameters: ParameterSet, names: set[str]) -> None:
    """Refuse a set that lacks parameters.

    Raises
    ------
    StudyError
        Names them.
    """
    missing = sorted(name for name in names if name not in parameters)
    if missing:
        raise StudyError(
            f"the parameter set {parameters.name} needs {', '.join(map(repr, missing))}",
            found=f"{len(parameters)} others",
            todo="Add them as alkanode.cell_models.Parameter with ParameterSet.replace",
        )
