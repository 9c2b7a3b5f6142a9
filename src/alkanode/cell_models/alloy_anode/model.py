"""The alloy anode as a PyBaMM model: alloy in carbon cloth | coated solid electrolyte | counter electrode."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pybamm

from alkanode.cell_models.alloy_anode import contact, counter_metal, events, separator
from alkanode.cell_models.alloy_anode.expressions_electrode import ClothElectrode
from alkanode.cell_models.alloy_anode.expressions_volume import EdgeConservingVolumes
from alkanode.cell_models.alloy_anode.inventory import AREA, TEMPERATURE, model_values
from alkanode.cell_models.alloy_anode.names import (
    BY_VOLTAGE,
    CURRENT_FUNCTION,
    INITIAL_SODIUM,
    SET_CURRENT,
    SET_VOLTAGE,
    VOLTAGE_RATE,
)
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.materials.alloys import Alloy

INTERPHASE_TIME = "Interphase time [s]"
DEFAULT_CURRENT_DENSITY = 2.5
"""A m-2, of the current function of a bare :class:`pybamm.Simulation`: the slow critical stripping of the source paper."""

ARC_VOLTAGES = ("Grain boundary voltage [V]", "Coating voltage [V]")
"""States that hold the voltage over an arc of the electrolyte and of its coating."""

_ARC_SCALE = 1e-2
_CHARGE_SCALE = 1e4


class AlloyAnode(pybamm.BaseModel):
    """A liquid Na-K alloy in carbon cloth against sodium metal, the same alloy, or a reference.

    Positive current is oxidation at the alloy: it strips. Equations and names of parameters are those of PyBaMM's style;
    everything is per area of electrode.

    Parameters
    ----------
    options
        Physics and mesh; see :class:`AlloyAnodeOptions`.
    alloy
        Alloy of the default parameters, for example ``"NaK50"``.
    parameters
        Name of a shipped parameter set, or a set, for the default parameters.
    name
        Name of the model.

    Notes
    -----
    The state is the sodium content over depth in *enthalpy form*: phases follow from it by the lever rule, so that phase
    boundaries need no moving mesh. Every control of the current is explicit (the double layer at the interface and the arcs
    of the electrolyte are states), so the model is a system of ordinary differential equations.

    Examples
    --------
    >>> import pybamm
    >>> from alkanode.cell_models import AlloyAnode
    >>> solution = pybamm.Simulation(AlloyAnode(alloy="NaK80")).solve([0, 3600])
    >>> bool(0 < solution["Voltage [V]"].entries[-1] < 0.2)
    True
    """

    def __init__(
        self,
        options: AlloyAnodeOptions | None = None,
        *,
        alloy: Alloy | str = "NaK50",
        parameters: str | ParameterSet = "Wu2025",
        name: str = "Alloy anode",
    ) -> None:
        super().__init__(name)
        self.physics = options or AlloyAnodeOptions()
        self.alloy = alloy
        self._parameters = parameters
        self.summary_variables: list[str] = []
        self.param = SimpleNamespace(
            Q=pybamm.Scalar(1),
            A_cc=pybamm.Parameter(AREA),
            n_electrodes_parallel=pybamm.Scalar(1),
            n_cells=pybamm.Scalar(1),
        )
        self._build()

    def _build(self) -> None:
        get = pybamm.Parameter
        growing = self.physics.interphase == "growing"
        grown = pybamm.Variable("Grown interphase share") if growing else pybamm.Scalar(0)
        if growing:
            self.rhs[grown] = (1 - grown) / get(INTERPHASE_TIME)
            self.initial_conditions[grown] = pybamm.Scalar(0)
        self._working = ClothElectrode(self.physics, counter=False, grown=grown)
        self._opposite = (
            ClothElectrode(self.physics, counter=True, grown=grown) if self.physics.counter == "alloy" else None
        )
        arcs = self._arcs()
        self._series = separator.grain_resistance(get) + self._working.constriction + self._counter_resistance()
        standing = self._working.potential + sum(voltage for voltage, _, _ in arcs.values())
        if self._opposite is not None:
            standing = standing - self._opposite.potential
        current = self._current(standing)
        voltage = standing + current * self._series
        for state, resistance, time in arcs.values():
            self.rhs[state] = separator.arc_rate(state, current, resistance, time)
            self.initial_conditions[state] = pybamm.Scalar(0)
        self._working.equip(self, current)
        self._equip_counter(current)
        charge = pybamm.Variable("Areal charge [C.m-2]", scale=_CHARGE_SCALE)
        self.rhs[charge] = current
        self.initial_conditions[charge] = pybamm.Scalar(0)
        self._describe(current, voltage, charge)
        self._add_events(current, voltage)

    def _arcs(self) -> dict[str, tuple[Any, Any, Any]]:
        """Voltages over the grain boundaries and the coatings, with resistance and time."""
        get = pybamm.Parameter
        coatings = 2 if self.physics.counter == "alloy" else 1
        found = {}
        for name, (resistance, time), count in (
            (ARC_VOLTAGES[0], separator.GRAIN_BOUNDARY, 1),
            (ARC_VOLTAGES[1], separator.COATING, coatings),
        ):
            found[name] = (pybamm.Variable(name, scale=_ARC_SCALE), count * get(resistance), get(time))
        return found

    def _counter_resistance(self) -> Any:
        get = pybamm.Parameter
        if self._opposite is not None:
            return self._opposite.constriction
        if self.physics.counter == "reference":
            return pybamm.Scalar(0)
        self._metal = pybamm.Variable("Counter contact share")
        touching = self._metal + contact.SMALLEST
        return get(counter_metal.TRANSFER_RESISTANCE) / touching + contact.constriction_resistance(self._metal, get)

    def _current(self, standing: Any) -> Any:
        """Current density: PyBaMM's current function, or what inputs choose."""
        if self.physics.control == "current":
            function = pybamm.FunctionParameter(CURRENT_FUNCTION, {"Time [s]": pybamm.t})
            return function / pybamm.Parameter(AREA)
        wanted = pybamm.InputParameter(SET_VOLTAGE) + pybamm.InputParameter(VOLTAGE_RATE) * pybamm.t
        by_voltage = pybamm.InputParameter(BY_VOLTAGE)
        driven = (wanted - standing) / self._series
        return (1 - by_voltage) * pybamm.InputParameter(SET_CURRENT) + by_voltage * driven

    def _equip_counter(self, current: Any) -> None:
        if self._opposite is not None:
            self._opposite.equip(self, -current)
        elif self.physics.counter == "sodium metal":
            self.rhs[self._metal] = counter_metal.contact_rate(self._metal, -current, pybamm.Parameter)
            self.initial_conditions[self._metal] = pybamm.Scalar(1)

    def _describe(self, current: Any, voltage: Any, charge: Any) -> None:
        get = pybamm.Parameter
        rest = self._working.liquid_potential
        if self._opposite is not None:
            rest = rest - self._opposite.liquid_potential
        amperes = current * get(AREA)
        counter = self._metal if self.physics.counter == "sodium metal" else pybamm.Scalar(1)
        if self._opposite is not None:
            counter = self._opposite.contact
        focus = pybamm.maximum(current, 0) / (counter + contact.SMALLEST)
        if self._opposite is not None:
            focus = pybamm.maximum(current, 0) / (self._opposite.plating_contact + contact.SMALLEST)
        self.variables.update(
            {
                "Time [s]": pybamm.t,
                "Current [A]": amperes,
                "Current variable [A]": amperes,
                "Current density [A.m-2]": current,
                "Voltage [V]": voltage,
                "Voltage expression [V]": voltage,
                "Battery voltage [V]": voltage,
                "Open-circuit voltage [V]": rest,
                "Areal charge [C.m-2]": charge,
                "Discharge capacity [A.h]": charge * get(AREA) / 3600,
                "Counter contact share": counter,
                "Counter plating focus [A.m-2]": focus,
                "Counter area resistance [Ohm.m2]": self._counter_resistance_shown(),
                "Series area resistance [Ohm.m2]": self._series,
            }
        )
        if self.physics.interphase == "growing":
            (grown,) = (one for one in self.rhs if one.name == "Grown interphase share")
            self.variables["Grown interphase share"] = grown

    def _counter_resistance_shown(self) -> Any:
        get = pybamm.Parameter
        if self.physics.counter != "sodium metal":
            return pybamm.Scalar(0) if self._opposite is None else self._opposite.constriction
        touching = self._metal + contact.SMALLEST
        return get(counter_metal.TRANSFER_RESISTANCE) / touching + contact.constriction_resistance(self._metal, get)

    def _add_events(self, current: Any, voltage: Any) -> None:
        contacts = {events.CONTACT_WORKING: (self._working.contact, current)}
        focus = {events.SHORT_WORKING: self.variables["Plating focus [A.m-2]"]}
        if self.physics.counter != "reference":
            opposite = self._metal if self._opposite is None else self._opposite.contact
            contacts[events.CONTACT_COUNTER] = (opposite, -current)
            focus[events.SHORT_COUNTER] = self.variables["Counter plating focus [A.m-2]"]
        found = events.event_expressions(
            voltage, current, contacts, focus, switched=self.physics.control == "switched", get=pybamm.Parameter
        )
        self.events = [pybamm.Event(name, expression) for name, expression in found.items()]

    @property
    def _domains(self) -> dict[str, Any]:
        domains = {"cloth": "z_cloth"}
        if self.physics.counter == "alloy":
            domains["counter cloth"] = "z_counter"
        return {name: pybamm.SpatialVariable(variable, domain=[name]) for name, variable in domains.items()}

    @property
    def default_geometry(self) -> Any:
        """Depth from the electrolyte (0) to the collector (1), in thicknesses of the cloth."""
        return pybamm.Geometry(
            {
                name: {variable: {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}}
                for name, variable in self._domains.items()
            }
        )

    @property
    def default_var_pts(self) -> dict[Any, int]:
        """Finite volumes over depth."""
        return dict.fromkeys(self._domains.values(), self.physics.cells)

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        """Volumes that grow from the electrolyte."""
        graded = pybamm.MeshGenerator(
            pybamm.Exponential1DSubMesh, submesh_params={"side": "left", "stretch": self.physics.grading}
        )
        return dict.fromkeys(self._domains, graded)

    @property
    def default_spatial_methods(self) -> dict[str, Any]:
        """Finite volumes whose sources at an edge conserve."""
        return {name: EdgeConservingVolumes() for name in self._domains}

    @property
    def default_parameter_values(self) -> Any:
        """Numbers of the parameter set for the alloy; the current strips at 0.25 mA cm-2."""
        values: dict[str, Any] = dict(model_values(load_parameters(self._parameters), self.alloy))
        values[CURRENT_FUNCTION] = DEFAULT_CURRENT_DENSITY * values[AREA]
        values["Nominal cell capacity [A.h]"] = values[INITIAL_SODIUM] * values["Cloth thickness [m]"] * values[AREA]
        values["Nominal cell capacity [A.h]"] *= values["Faraday constant [C.mol-1]"] / 3600
        values["Ambient temperature [K]"] = values[TEMPERATURE]
        values["Number of electrodes connected in parallel to make a cell"] = 1.0
        values["Number of cells connected in series to make a battery"] = 1.0
        return pybamm.ParameterValues(values)

    @property
    def default_solver(self) -> Any:
        """IDAKLU; closer absolute tolerances make it follow arcs of the electrolyte that settle within a microsecond."""
        return pybamm.IDAKLUSolver(rtol=1e-5, atol=1e-5)

    @property
    def default_quick_plot_variables(self) -> list[str]:
        """What :meth:`pybamm.Simulation.plot` shows."""
        return [
            "Voltage [V]",
            "Contact share",
            "Liquid volume fraction",
            "Void volume fraction",
            "Current density [A.m-2]",
        ]
