r"""An alloy electrode in a liquid sodium electrolyte that loses its potassium, as a PyBaMM model.

Lumped over depth: moles of both metals in each electrode, both ions in solution, the precipitate, and two reactions at one
potential per electrode. It resolves half cycles; over a thousand cycles :mod:`.path` is the same physics as a quadrature.
"""

from __future__ import annotations

from typing import Any

import pybamm

from alkanode.cell_models.leaching.alloy_table import GAS_CONSTANT, alloy_table
from alkanode.cell_models.leaching.electrode import inventory
from alkanode.cell_models.leaching.laws import CONSTANTS, VANISHING
from alkanode.cell_models.leaching.options import LeachingOptions
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.materials import Alloy, Composition
from alkanode.materials.alloys import FARADAY_CONSTANT

_FILLED = 0.999
_FULLEST = 0.9999
_SODIUM_KINETICS = "Sodium rate constant [mol.m-2.s-1]"


class LeachingAnode(pybamm.BaseModel):
    r"""Two-species Butler-Volmer kinetics, precipitation of the potassium salt, and what that does to the cell.

    Parameters
    ----------
    options
        Law, counter electrode, precipitation.
    alloy
        An alloy of Na and K, or a name; ``"Na50K50"`` is the electrode of the paper.
    parameters
        Parameter set that becomes ``default_parameter_values``.
    loading
        Mass of alloy over electrode area, kg m-2; ``None`` takes that of the parameter set.
    name
        Name of the model.

    Attributes
    ----------
    param
        What PyBaMM's ``Experiment`` asks of a model: capacity, area, cells in parallel.

    Notes
    -----
    Per alloy electrode, with its potential :math:`\varphi` against Na in the fresh electrolyte and f = F/RT,

    .. math::

        i_\mathrm{Na} &= F k_\mathrm{Na} \theta\,[a_\mathrm{Na} e^{\alpha f \varphi}
                          - (c_\mathrm{Na}/c_0) e^{-(1-\alpha) f\varphi}] \\
        i_\mathrm{K}  &= F r\, e^{\alpha f\varphi}\,[1 - e^{-f(\varphi - E_K)}],\qquad
        E_K = E^0_K + \frac{1}{f}\ln\frac{c_K}{c_0 a_K}

    sum to the current density. r is the law's rate at the potential of sodium (:mod:`.laws`), so that its constant means the same
    here and in the quadrature, whatever the standard potential of potassium. Of the K+ that leaves, the share
    :math:`\sigma = c_K c_X/K_{sp}` precipitates at once, the rest stays dissolved: the solution settles at the
    solubility product within minutes and all of it obeys the balance. ClO4- is c_Na + c_K.

    The current is positive where it oxidises the alloy (discharge of a full cell). ``"Voltage [V]"`` is that of the working
    electrode against the other for a symmetric cell, of the cathode against the alloy for a full cell: PyBaMM's habit.

    References
    ----------
    :cite:`Koh2024`
    """

    def __init__(
        self,
        options: LeachingOptions | None = None,
        *,
        alloy: Alloy | Composition | str = "Na50K50",
        parameters: str | ParameterSet = "Koh2024",
        loading: float | None = None,
        name: str = "Leaching alloy anode",
    ) -> None:
        super().__init__(name)
        self.leaching = options or LeachingOptions()
        given = load_parameters(parameters)
        values = given.values()
        electrodes = 2 if self.leaching.counter == "alloy" else 1
        self.held = inventory(alloy, values, electrodes=electrodes, loading=loading)
        self._table = alloy_table(values["Temperature [K]"])
        self._defaults = {
            **values,
            "Initial sodium [mol.m-2]": self.held.sodium,
            "Initial potassium [mol.m-2]": self.held.potassium,
            _SODIUM_KINETICS: _sodium_kinetics(values, self._table.at(self._fresh_fraction)[0]),
            "Current function [A]": values["Current density [A.m-2]"] * values["Electrode area [m2]"],
            "Ambient temperature [K]": values["Temperature [K]"],
        }
        self._build()
        self.summary_variables: list[str] = []

    @property
    def default_parameter_values(self) -> pybamm.ParameterValues:
        """Those of the parameter set, with the initial amounts of the alloy."""
        return pybamm.ParameterValues(dict(self._defaults))

    @property
    def default_geometry(self) -> dict[str, Any]:
        """None: the model is lumped."""
        return {}

    @property
    def default_solver(self) -> pybamm.BaseSolver:
        """SUNDIALS IDA with tolerances that keep the balances."""
        return pybamm.IDAKLUSolver(rtol=1e-9, atol=1e-13)

    @property
    def default_quick_plot_variables(self) -> list[str]:
        """Voltage, potassium left, layer, salt."""
        return [
            "Voltage [V]",
            "Working potassium [mol.m-2]",
            "Working layer thickness [m]",
            "Sodium ion concentration [mol.m-3]",
        ]

    @property
    def _fresh_fraction(self) -> Any:
        import numpy as np

        return np.array(self.held.potassium / (self.held.potassium + self.held.sodium))

    def _build(self) -> None:
        p = {name: pybamm.Parameter(name) for name in self._defaults if name != "Current function [A]"}
        area, salt = p["Electrode area [m2]"], p["Salt concentration [mol.m-3]"]
        reach = p["Electrolyte volume [m3]"] / area
        current = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
        density = current / area
        sodium_ion = pybamm.Variable("Sodium ion concentration [mol.m-3]", scale=1000.0)
        potassium_ion = pybamm.Variable("Potassium ion concentration [mol.m-3]")
        anion = sodium_ion + potassium_ion
        self.initial_conditions[sodium_ion] = salt
        self.initial_conditions[potassium_ion] = pybamm.Scalar(0)
        ions = (sodium_ion, potassium_ion, anion)
        working = self._electrode("Working", p, density, ions)
        sides = [working]
        electrolyte = self._electrolyte_resistance(p) * salt / sodium_ion
        if self.leaching.counter == "alloy":
            other = self._electrode("Counter", p, -density, ions)
            sides.append(other)
            voltage = working["potential"] - other["potential"] + density * electrolyte
            taken_sodium, taken_potassium = pybamm.Scalar(0), pybamm.Scalar(0)
        else:
            cathode, taken_sodium, taken_potassium = self._cathode(p, density, sodium_ion, potassium_ion)
            voltage = cathode - working["potential"] - density * (electrolyte + p["Cathode resistance [Ohm.m2]"])
        if self.leaching.counter == "alloy":
            self.events.append(pybamm.Event("Voltage limit", p["Voltage limit [V]"] - pybamm.AbsoluteValue(voltage)))
        else:
            filling = self.variables["Cathode filling"]
            self.events.append(pybamm.Event("Cathode full", _FULLEST - filling))
            self.events.append(pybamm.Event("Cathode empty", filling - (1 - _FULLEST)))
        self.rhs[sodium_ion] = (sum(side["sodium flux"] for side in sides) - taken_sodium) / reach
        self.rhs[potassium_ion] = (
            sum(side["potassium flux"] - side["precipitation"] for side in sides) - taken_potassium
        ) / reach
        in_cathode = self.variables.get("Cathode potassium [mol.m-2]", pybamm.Scalar(0))
        now = sum(side["potassium"] + side["precipitate"] for side in sides) + potassium_ion * reach + in_cathode
        sodium_now = sum(side["sodium"] for side in sides) + sodium_ion * reach
        sodium_now = sodium_now + self.variables.get("Cathode sodium [mol.m-2]", pybamm.Scalar(0))
        self.variables.update(
            {
                "Time [s]": pybamm.t,
                "Time [h]": pybamm.t / 3600,
                "Current [A]": current,
                "Current density [A.m-2]": density,
                "Voltage [V]": voltage,
                "Terminal voltage [V]": voltage,
                "Battery voltage [V]": voltage,
                "Sodium ion concentration [mol.m-3]": sodium_ion,
                "Potassium ion concentration [mol.m-3]": potassium_ion,
                "Salt left": sodium_ion / salt,
                "Electrolyte resistance [Ohm.m2]": electrolyte,
                "Total potassium [mol.m-2]": now,
                "Total sodium [mol.m-2]": sodium_now,
            }
        )

    def _electrolyte_resistance(self, p: dict[str, Any]) -> Any:
        return p["Initial cell resistance [Ohm]"] * p["Electrode area [m2]"] * p["Electrolyte share of resistance"]

    def _electrode(self, side: str, p: dict[str, Any], density: Any, ions: tuple[Any, Any, Any]) -> dict[str, Any]:
        """States, reactions and variables of one alloy electrode; ``density`` is positive where it is oxidised."""
        sodium_ion, potassium_ion, anion = ions
        sodium = pybamm.Variable(f"{side} sodium [mol.m-2]")
        potassium = pybamm.Variable(f"{side} potassium [mol.m-2]")
        precipitate = pybamm.Variable(f"{side} precipitate [mol.m-2]")
        reaction = pybamm.Variable(f"{side} reaction potential [V]")
        fraction = potassium / (potassium + sodium)
        table = self._table
        activity_na, activity_k, liquid = (
            pybamm.Interpolant(table.potassium, values, fraction, interpolator="linear")
            for values in (table.sodium_activity, table.potassium_activity, table.liquid_volume_share)
        )
        f = FARADAY_CONSTANT / (GAS_CONSTANT * p["Temperature [K]"])
        alpha, salt = p["Transfer coefficient"], p["Salt concentration [mol.m-3]"]
        leached = p["Initial potassium [mol.m-2]"] - potassium
        free = self._conducting(p, leached)
        sodium_flux = (
            p[_SODIUM_KINETICS]
            * free
            * (
                activity_na * pybamm.exp(alpha * f * reaction)
                - sodium_ion / salt * pybamm.exp((alpha - 1) * f * reaction)
            )
        )
        forward = self._rate(p, leached, potassium, activity_k, liquid) * pybamm.exp(alpha * f * reaction)
        back = pybamm.exp(-f * (reaction - p["Potassium standard potential [V]"])) * potassium_ion / salt
        potassium_flux = forward * (1 - back / (activity_k + 1e-12))
        saturation = (
            potassium_ion * anion / p["Solubility product [mol2.m-6]"]
            if self.leaching.precipitation
            else pybamm.Scalar(0)
        )
        precipitation = saturation * potassium_flux
        self.rhs.update({sodium: -sodium_flux, potassium: -potassium_flux, precipitate: precipitation})
        self.algebraic[reaction] = (sodium_flux + potassium_flux) * FARADAY_CONSTANT - density
        self.initial_conditions.update(
            {
                sodium: p["Initial sodium [mol.m-2]"],
                potassium: p["Initial potassium [mol.m-2]"],
                precipitate: pybamm.Scalar(0),
                reaction: pybamm.Scalar(0.005),
            }
        )
        film = self._interface_resistance(p) * (1 - p["Charge transfer share of electrode resistance"]) / free
        potential = reaction + density * film
        layer = p["Layer share"] * precipitate * p["Perchlorate molar volume [m3.mol-1]"]
        self.variables.update(
            {
                f"{side} sodium [mol.m-2]": sodium,
                f"{side} potassium [mol.m-2]": potassium,
                f"{side} potassium mole fraction": fraction,
                f"{side} liquid share": liquid,
                f"{side} precipitate [mol.m-2]": precipitate,
                f"{side} precipitate elsewhere [mol.m-2]": precipitate * (1 - p["Layer share"]),
                f"{side} layer thickness [m]": layer,
                f"{side} free surface share": free,
                f"{side} potential [V]": potential,
                f"{side} reaction potential [V]": reaction,
                f"{side} sodium current density [A.m-2]": sodium_flux * FARADAY_CONSTANT,
                f"{side} potassium current density [A.m-2]": potassium_flux * FARADAY_CONSTANT,
            }
        )
        return {
            "sodium": sodium,
            "potassium": potassium,
            "precipitate": precipitate,
            "potential": potential,
            "sodium flux": sodium_flux,
            "potassium flux": potassium_flux,
            "precipitation": precipitation,
        }

    def _interface_resistance(self, p: dict[str, Any]) -> Any:
        whole = p["Initial cell resistance [Ohm]"] * p["Electrode area [m2]"]
        return (whole - self._electrolyte_resistance(p)) / 2

    def _conducting(self, p: dict[str, Any], leached: Any) -> Any:
        """Conductance of an interface over that of a fresh one, as :class:`.resistance.CellResistance` has it."""
        if self.leaching.law == "salt" or not self.leaching.precipitation:
            return pybamm.Scalar(1)
        fresh = self._interface_resistance(p)
        layer = p["Layer resistivity [Ohm.m]"] * p["Layer share"] * p["Perchlorate molar volume [m3.mol-1]"] * leached
        covered = pybamm.minimum(leached / p["Closing amount [mol.m-2]"], 1)
        return (1 - covered) + covered * fresh / (fresh + layer)

    def _rate(self, p: dict[str, Any], leached: Any, potassium: Any, activity: Any, liquid: Any) -> Any:
        """The law's rate at the potential of sodium, mol m-2 s-1."""
        law = self.leaching.law
        constant = p[CONSTANTS[law]]
        if law == "parabolic":
            return constant * activity * liquid / (pybamm.maximum(leached, 0) + p["Kinetic amount [mol.m-2]"])
        if law == "first order":
            return constant * potassium
        if law == "constant":
            return constant * potassium / (potassium + VANISHING * p["Initial potassium [mol.m-2]"])
        return constant * activity * liquid

    def _cathode(self, p: dict[str, Any], density: Any, sodium_ion: Any, potassium_ion: Any) -> tuple[Any, Any, Any]:
        """Potential of a layered oxide and the fluxes of both ions into it; it starts full (discharged)."""
        sites = p["Cathode areal capacity [C.m-2]"] / FARADAY_CONSTANT
        sodium = pybamm.Variable("Cathode sodium [mol.m-2]")
        potassium = pybamm.Variable("Cathode potassium [mol.m-2]")
        taken = pybamm.maximum(density, 0) / FARADAY_CONSTANT
        given = pybamm.maximum(-density, 0) / FARADAY_CONSTANT
        preferred = p["Cathode potassium selectivity"] * potassium_ion
        into = preferred / (sodium_ion + preferred)
        held = sodium + potassium
        out = potassium / (held + 1e-12)
        sodium_flux = taken * (1 - into) - given * (1 - out)
        potassium_flux = taken * into - given * out
        self.rhs.update({sodium: sodium_flux, potassium: potassium_flux})
        self.initial_conditions.update({sodium: _FILLED * sites, potassium: pybamm.Scalar(0)})
        filled = held / sites
        inverse = GAS_CONSTANT * p["Temperature [K]"] / FARADAY_CONSTANT
        potential = (
            p["Cathode potential [V]"]
            - p["Cathode potential span [V]"] * (filled - 0.5)
            - inverse * pybamm.log(filled / (1 - filled))
        )
        self.variables.update(
            {
                "Cathode sodium [mol.m-2]": sodium,
                "Cathode potassium [mol.m-2]": potassium,
                "Cathode filling": filled,
                "Cathode potassium share": out,
                "Cathode potential [V]": potential,
            }
        )
        return potential, sodium_flux, potassium_flux


def _sodium_kinetics(values: dict[str, float], activity: Any) -> float:
    """Rate constant of sodium that gives the fresh charge-transfer resistance: i0 = F k a^(1 - alpha)."""
    whole = values["Initial cell resistance [Ohm]"] * values["Electrode area [m2]"]
    each = whole * (1 - values["Electrolyte share of resistance"]) / 2
    transfer = each * values["Charge transfer share of electrode resistance"]
    thermal = GAS_CONSTANT * values["Temperature [K]"] / FARADAY_CONSTANT
    return float(thermal / (transfer * FARADAY_CONSTANT * activity ** (1 - values["Transfer coefficient"])))
