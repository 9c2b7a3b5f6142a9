"""An alloy in carbon cloth as PyBaMM equations: contents over depth, interface, islands.

The same class is the working electrode and, in a symmetric cell, the counter electrode, whose variables carry the prefix
"Counter" and whose current has the other sign. Depth counts in thicknesses of the cloth, so that the thickness is a number
like any other.
"""

from __future__ import annotations

from typing import Any

import pybamm

from alkanode.cell_models.alloy_anode import contact, islands, precipitation, thermodynamics, transport
from alkanode.cell_models.alloy_anode.names import (
    COMPOSITION_NAMES,
    FARADAY_NAME,
    FILLED_SHARE,
    FRESH_CONTACT,
    INITIAL_POTASSIUM,
    INITIAL_SODIUM,
    POTASSIUM_MASS_FRACTION,
    of_counter,
)
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions

CONTENT_SCALE = 1e4
POTENTIAL_SCALE = 1e-2
CHARGE_SCALE = 1e2

THICKNESS = "Cloth thickness [m]"
POROSITY = "Cloth porosity"
INTERPHASE_GAIN = "Interphase resistance gain [Ohm.m2]"


class ClothElectrode:
    """Symbols and equations of one alloy electrode.

    Parameters
    ----------
    options
        Physics.
    counter
        Whether it is the counter electrode.
    grown
        Share of the interphase that has grown (symbol, or 0).

    Attributes
    ----------
    domain
        Name of its domain.
    potential
        Potential of its interface against sodium metal, V.
    constriction
        Resistance of the electrolyte below its contact spots, ohm m2.
    """

    def __init__(self, options: AlloyAnodeOptions, *, counter: bool, grown: Any) -> None:
        self._options = options
        self._counter = counter
        self.domain = "counter cloth" if counter else "cloth"
        get = self._get
        self._interface = {
            name: pybamm.Variable(self._named(name), scale=scale)
            for name, scale in (("Interface potential [V]", POTENTIAL_SCALE), ("Island charge [C.m-2]", CHARGE_SCALE))
        }
        if options.dewetting != "none":
            self._interface["Wetted share"] = pybamm.Variable(self._named("Wetted share"))
        self._sodium = self._depth_variable("Sodium content [mol.m-3]")
        drains = options.transport == "film drainage"
        pinned = pybamm.PrimaryBroadcast(get(INITIAL_POTASSIUM), self.domain)
        self._potassium = self._depth_variable("Potassium content [mol.m-3]") if drains else pinned
        waits = options.precipitation == "nucleation"
        self._solid = self._depth_variable("Solid potassium content [mol.m-3]") if waits else None
        self._phases()
        self._contacts(grown)

    def _get(self, name: str) -> Any:
        if self._counter and name in COMPOSITION_NAMES:
            name = of_counter(name)
        return pybamm.Parameter(name)

    def _named(self, name: str) -> str:
        return of_counter(name) if self._counter else name

    def _depth_variable(self, name: str) -> Any:
        return pybamm.Variable(self._named(name), domain=self.domain, scale=CONTENT_SCALE)

    def _phases(self) -> None:
        get, sodium, potassium = self._get, self._sodium, self._potassium
        self._liquid_sodium, at_equilibrium = precipitation.liquid_contents(sodium, potassium, get)
        self._liquid_potassium = at_equilibrium if self._solid is None else potassium - self._solid_part()
        liquid = pybamm.maximum(self._liquid_sodium, 0), pybamm.maximum(self._liquid_potassium, 0)
        self._share = thermodynamics.liquid_volume(liquid[0], liquid[1], get)
        self._solid_potassium = (potassium - self._liquid_potassium) * get(thermodynamics.SOLID_POTASSIUM_VOLUME)
        self._solid_sodium = (sodium - self._liquid_sodium) * get(thermodynamics.SOLID_SODIUM_VOLUME)
        self._void = get(POROSITY) - self._share - self._solid_potassium - self._solid_sodium

    def _solid_part(self) -> Any:
        """Solid potassium as a state, cut at 0 where the integrator's tolerance leaves it below."""
        return pybamm.maximum(self._solid, 0)

    def _contacts(self, grown: Any) -> None:
        get = self._get
        first = self._at_electrolyte
        filled, fresh = get(FILLED_SHARE), get(FRESH_CONTACT)
        giving = first(self._share) + first(self._solid_sodium)
        theta = contact.contact_share(giving, filled, fresh, get) * self._sodium_left()
        all_metal = contact.contact_share(giving + first(self._solid_potassium), filled, fresh, get)
        solid = pybamm.maximum(all_metal - theta, 0)
        if self._options.dewetting != "none":
            theta = theta * self._interface["Wetted share"]
        self.liquid_contact = theta
        self.potential = self._interface["Interface potential [V]"]
        self.island_charge = self._interface["Island charge [C.m-2]"]
        self.covered = islands.island_share(self.island_charge, theta + solid, get)
        self.contact = theta + self.covered
        self.plating_contact = theta + solid + self.covered
        self.liquid_composition = self._surface_composition()
        self.liquid_potential = -thermodynamics.sodium_chemical_potential(
            self.liquid_composition, get, pybamm.log
        ) / get(FARADAY_NAME)
        resistance = get(islands.TRANSFER_RESISTANCE)
        if self._options.interphase == "growing":
            resistance = resistance + get(INTERPHASE_GAIN) * grown
        self.currents = islands.interface_currents(
            self.potential,
            self.liquid_potential,
            theta,
            self.covered,
            solid,
            1 / resistance,
            keeps=self._options.islands,
            get=get,
        )
        self.transfer_resistance = resistance
        self.constriction = contact.constriction_resistance(self.currents.active, get)

    def _surface_composition(self) -> Any:
        """Mole fraction of sodium of the liquid at the electrolyte, within the liquid field."""
        get, first = self._get, self._at_electrolyte
        sodium, potassium = first(self._sodium), first(self._potassium)
        if self._solid is not None:
            sodium, potassium = first(self._liquid_sodium), first(self._liquid_potassium)
        share = sodium / (sodium + potassium + precipitation.TRACE)
        return pybamm.maximum(pybamm.minimum(share, get(thermodynamics.SODIUM_LIQUIDUS)), self._lowest_composition())

    def _lowest_composition(self) -> Any:
        """Least mole fraction of sodium of a liquid: that of the liquidus, or as far below as potassium waits."""
        lowest = self._get(thermodynamics.POTASSIUM_LIQUIDUS)
        if self._solid is None:
            return lowest
        return pybamm.maximum(lowest - self._get(precipitation.BARRIER) - 5 * precipitation.SHARPNESS, 1e-3)

    def _sodium_left(self) -> Any:
        """Share of the contact behind which there is sodium; solid sodium always is."""
        first = self._at_electrolyte
        sodium, potassium = first(self._liquid_sodium), first(self._liquid_potassium)
        inside = sodium / (pybamm.maximum(sodium, 0) + pybamm.maximum(potassium, 0) + precipitation.TRACE)
        return contact.sodium_left(inside, self._lowest_composition())

    def _at_electrolyte(self, symbol: Any) -> Any:
        return pybamm.boundary_value(symbol, "left")

    def equip(self, model: Any, current: Any) -> None:
        """Write equations, initial and boundary conditions and variables into a model; a positive current strips."""
        self._interface_equations(model, current)
        self._depth_equations(model)
        self._conditions(model)
        self._describe(model, current)

    def _interface_equations(self, model: Any, current: Any) -> None:
        get = self._get
        spill = transport.overflow(self._at_electrolyte(self._void), get(POROSITY), get)
        into_liquid = pybamm.minimum(self.currents.from_liquid, 0)
        self._from_pores = self.currents.from_liquid - spill * into_liquid
        model.rhs[self.potential] = (current - self.currents.total) / get(islands.CAPACITANCE)
        model.rhs[self.island_charge] = self.currents.into_islands - spill * into_liquid
        if self._options.dewetting != "none":
            wetted = self._interface["Wetted share"]
            liquid = self._options.dewetting == "stripped liquid"
            stripped = self.currents.liquid if liquid else self.currents.islands
            model.rhs[wetted] = contact.wetting_rate(wetted, stripped, get)

    def _depth_equations(self, model: Any) -> None:
        get = self._get
        thickness = get(THICKNESS)
        still = {side: (pybamm.Scalar(0), "Neumann") for side in ("left", "right")}
        source = pybamm.DeltaFunction(self._from_pores / get(FARADAY_NAME) / thickness, "left", self.domain)
        mobility = transport.permeability(self._share, get(FILLED_SHARE), get)
        if self._options.transport == "effective diffusion":
            coefficient = transport.transport_coefficient(get(POTASSIUM_MASS_FRACTION), get)
            graded, flux = transport.diffusion_flux(
                self._liquid_sodium, self._share, self._void, coefficient, mobility, thickness, get
            )
        else:
            contents = (self._liquid_sodium, self._liquid_potassium)
            graded, (flux, following) = transport.drainage_fluxes(
                contents, self._share, self._void, mobility, thickness, get
            )
            model.rhs[self._potassium] = -pybamm.div(following) / thickness
        model.rhs[self._sodium] = -pybamm.div(flux) / thickness - source
        for symbol in graded:
            model.boundary_conditions[symbol] = still
        if self._solid is not None:
            rooms = transport.room(self._void, get(POROSITY), get)
            model.rhs[self._solid] = precipitation.solid_growth(self._sodium, self._potassium, self._solid, rooms, get)

    def _conditions(self, model: Any) -> None:
        get = self._get
        sodium, potassium = get(INITIAL_SODIUM), get(INITIAL_POTASSIUM)
        start = model.initial_conditions
        start[self._sodium] = pybamm.PrimaryBroadcast(sodium, self.domain)
        if self._potassium in model.rhs:
            start[self._potassium] = pybamm.PrimaryBroadcast(potassium, self.domain)
        if self._solid is not None:
            _, liquid = precipitation.liquid_contents(sodium, potassium, get)
            start[self._solid] = pybamm.PrimaryBroadcast(potassium - liquid, self.domain)
        share = pybamm.minimum(sodium / (sodium + potassium), get(thermodynamics.SODIUM_LIQUIDUS))
        share = pybamm.maximum(share, get(thermodynamics.POTASSIUM_LIQUIDUS))
        at_rest = -thermodynamics.sodium_chemical_potential(share, get, pybamm.log) / get(FARADAY_NAME)
        start[self.potential] = at_rest
        start[self.island_charge] = pybamm.Scalar(0)
        if self._options.dewetting != "none":
            start[self._interface["Wetted share"]] = pybamm.Scalar(1)

    def _describe(self, model: Any, current: Any) -> None:
        get = self._get
        depth = pybamm.SpatialVariable("z_counter" if self._counter else "z_cloth", domain=[self.domain])
        thickness = get(THICKNESS)
        composition = self._liquid_sodium / (self._liquid_sodium + self._liquid_potassium + thermodynamics.NO_LIQUID)
        solid = get(thermodynamics.SOLID_SODIUM_VOLUME)
        described = {
            "Depth [m]": depth * thickness,
            "Sodium content [mol.m-3]": self._sodium,
            "Potassium content [mol.m-3]": self._potassium,
            "Liquid volume fraction": self._share,
            "Solid potassium volume fraction": self._solid_potassium,
            "Solid sodium volume fraction": self._solid_sodium,
            "Void volume fraction": self._void,
            "Sodium mole fraction of liquid": composition,
            "Sodium mole fraction of liquid at electrolyte": self.liquid_composition,
            "Liquid contact share": self.liquid_contact,
            "Island contact share": self.covered,
            "Contact share": self.contact,
            "Plating contact share": self.plating_contact,
            "Island charge [C.m-2]": self.island_charge,
            "Island thickness [m]": self.island_charge * solid / get(FARADAY_NAME),
            "Interface potential [V]": self.potential,
            "Liquid potential [V]": self.liquid_potential,
            "Island current density [A.m-2]": self.currents.islands,
            "Liquid current density [A.m-2]": self.currents.liquid,
            "Bare current density [A.m-2]": self.currents.bare,
            "Charge transfer area resistance [Ohm.m2]": self.transfer_resistance / (self.contact + contact.SMALLEST),
            "Constriction area resistance [Ohm.m2]": self.constriction,
            "Plating focus [A.m-2]": pybamm.maximum(-current, 0) / (self.plating_contact + contact.SMALLEST),
            "Sodium amount [mol.m-2]": thickness * pybamm.Integral(self._sodium, depth),
            "Potassium amount [mol.m-2]": thickness * pybamm.Integral(self._potassium, depth),
        }
        if self._options.dewetting != "none":
            described["Wetted share"] = self._interface["Wetted share"]
        model.variables.update({self._named(name): symbol for name, symbol in described.items()})
