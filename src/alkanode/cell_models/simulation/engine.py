"""One built model, run step after step from its last state.

The model is discretised and handed to IDAKLU once per set of options; every number of a cell is an input, and so are the
control of a step and its limits. A step, another cell or a draw of a calibration therefore costs an integration and nothing
else.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import casadi
import numpy as np
import numpy.typing as npt
import pybamm
import scipy.sparse as sp

from alkanode.cell_models.alloy_anode.inventory import AREA
from alkanode.cell_models.alloy_anode.model import ARC_VOLTAGES, AlloyAnode
from alkanode.cell_models.alloy_anode.names import BY_VOLTAGE, CONTROL_INPUTS, SET_CURRENT
from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.simulation.engine_idaklu import Integrator
from alkanode.cell_models.simulation.engine_outputs import RowFunction
from alkanode.foundation.errors import StudyError

Floats = npt.NDArray[np.float64]
Inputs = Mapping[str, float]

RELATIVE_TOLERANCE = 1e-5
ABSOLUTE_TOLERANCE = 1e-6
"""Of states in units of their scale (1e4 mol m-3, 10 mV, 100 C m-2). Capacities then carry an error of 1e-6 from time steps;
the metals balance to 1e-13 at any tolerance, since the rates add up and the Jacobian is exact."""

POTENTIAL_TOLERANCE = 1e-5
ARC_TOLERANCE = 1e-4
"""Of the potential of an interface, and of the voltages over arcs of the electrolyte and its coating, in units of 10 mV: a tenth of
a microvolt and a microvolt. Arcs settle within microseconds; a voltage is then right to 0.1 % from 1 ms after a step of the
current at currents of use. Both scale with the relative tolerance."""

RETRY_TIMES = 25
"""Times at which a state is kept where the integrator has no rates to give."""

_ROOT_FOUND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one integration gave.

    Attributes
    ----------
    time
        (time,) s from the start of the segment, as the integrator stepped.
    state
        (time, state) in the model's scaled units.
    rate
        (time, state) of change, with which cubics between two times have the accuracy of the integrator; empty where there is
        none.
    event
        Name of the model's event that ended it, ``""`` where the time was over or the integrator failed.
    failure
        The integrator's complaint, ``""`` where it had none.
    """

    time: Floats
    state: Floats
    rate: Floats
    event: str
    failure: str


class BuiltModel:
    """A discretised alloy anode with switched control, whose parameters are all inputs.

    Parameters
    ----------
    options
        Physics and mesh. Their control is replaced by ``"switched"``.
    rtol, atol
        Tolerances of the integrator, on scaled states.

    Attributes
    ----------
    parameter_names
        Names of the inputs in their order: the model's parameters, then those of the control.
    state_size
        Length of a state.
    mass_matrix
        (state, state) sparse; the identity, since every state has a rate.
    edges
        Edges of the volumes over depth, in thicknesses of the cloth.
    """

    def __init__(
        self, options: AlloyAnodeOptions, *, rtol: float = RELATIVE_TOLERANCE, atol: float = ABSOLUTE_TOLERANCE
    ) -> None:
        self.options = replace(options, control="switched")
        model = AlloyAnode(self.options)
        names = sorted(symbol.name for symbol in model.parameters if not isinstance(symbol, pybamm.InputParameter))
        self.parameter_names: tuple[str, ...] = (*names, *CONTROL_INPUTS)
        pybamm.ParameterValues(dict.fromkeys(names, "[input]")).process_model(model)
        geometry = model.default_geometry
        mesh = pybamm.Mesh(geometry, model.default_submesh_types, model.default_var_pts)
        self.edges: Floats = np.asarray(mesh["cloth"].edges)
        self._model = pybamm.Discretisation(mesh, model.default_spatial_methods).process_model(
            model, inplace=True, delayed_variable_processing=False
        )
        self.events: tuple[str, ...] = tuple(event.name for event in self._model.events)
        self.variables: tuple[str, ...] = tuple(self._model.variables)
        self.state_size: int = int(self._model.len_rhs_and_alg)
        self.mass_matrix: sp.csr_matrix = sp.csr_matrix(self._model.mass_matrix.entries)
        self._tolerances = (rtol, atol)
        self._functions: dict[tuple[str, ...], Any] = {}

    @functools.cached_property
    def _symbols(self) -> tuple[Any, Any, Any, dict[str, Any]]:
        p = casadi.MX.sym("p", len(self.parameter_names))
        named = {name: p[place] for place, name in enumerate(self.parameter_names)}
        return casadi.MX.sym("t"), casadi.MX.sym("y", self.state_size), p, named

    def _casadi(self, symbol: Any, cache: dict[Any, Any]) -> Any:
        t, y, _, named = self._symbols
        return symbol.to_casadi(t, y, inputs=named, casadi_symbols=cache)

    @functools.cached_property
    def _residual_function(self) -> Any:
        t, y, p, _ = self._symbols
        return casadi.Function("residual", [t, y, p], [self._casadi(self._model.concatenated_rhs, {})])

    @functools.cached_property
    def _integrator(self) -> Integrator:
        rtol, atol = self._tolerances
        size, inputs = self.state_size, len(self.parameter_names)
        absolute = np.full(size, atol)
        looser = rtol / RELATIVE_TOLERANCE
        for variable, places in self._model.y_slices.items():
            if variable.name in ARC_VOLTAGES:
                absolute[places[0]] = max(atol, looser * ARC_TOLERANCE)
            elif variable.name.endswith("[V]"):
                absolute[places[0]] = max(atol, looser * POTENTIAL_TOLERANCE)
        return Integrator(
            self._residual_function, self._event_function, states=size, inputs=inputs, rtol=rtol, atol=absolute
        )

    @functools.cached_property
    def _event_function(self) -> Any:
        t, y, p, _ = self._symbols
        cache: dict[Any, Any] = {}
        values = [self._casadi(event.expression, cache) for event in self._model.events]
        return casadi.Function("events", [t, y, p], [casadi.vertcat(*values)]).expand()

    @functools.cached_property
    def _start_function(self) -> Any:
        _, _, p, _ = self._symbols
        return casadi.Function("start", [p], [self._casadi(self._model.concatenated_initial_conditions, {})])

    @functools.cached_property
    def _linear_function(self) -> Any:
        t, y, p, _ = self._symbols
        cache: dict[Any, Any] = {}
        rate = self._casadi(self._model.concatenated_rhs, cache)
        voltage = self._casadi(self._model.get_processed_variable("Voltage [V]"), cache)
        place = self.parameter_names.index(SET_CURRENT)
        per_ampere = 1 / p[self.parameter_names.index(AREA)]
        by_current = casadi.jacobian(rate, p)[:, place] * per_ampere
        direct = casadi.jacobian(voltage, p)[:, place] * per_ampere
        parts = [casadi.jacobian(rate, y), casadi.densify(by_current), casadi.densify(casadi.jacobian(voltage, y))]
        every = [*parts, casadi.densify(direct), casadi.densify(rate)]
        return casadi.Function("linear", [t, y, p], every).expand()

    def vector(self, inputs: Inputs | Floats) -> Floats:
        """(input,) numbers in the order of :attr:`parameter_names`.

        Raises
        ------
        StudyError
            Names what is missing.
        """
        if isinstance(inputs, np.ndarray):
            return inputs
        missing = [name for name in self.parameter_names if name not in inputs]
        if missing:
            raise StudyError(f"the model needs {', '.join(map(repr, missing))}", found=f"{len(inputs)} other inputs")
        return np.array([inputs[name] for name in self.parameter_names], dtype=np.float64)

    def start(self, inputs: Inputs | Floats) -> Floats:
        """(state,) of the cell as assembled."""
        return np.asarray(self._start_function(self.vector(inputs))).ravel()

    def run(self, state: Floats, inputs: Inputs | Floats, duration: float, *, times: Floats | None = None) -> Segment:
        """Integrate from a state until an event or the end of a duration.

        Parameters
        ----------
        state
            (state,) to start from.
        inputs
            Parameters and control; a ramp of voltage counts its time from the start of this segment.
        duration
            s.
        times
            (time,) s at which to keep the state; default every step of the integrator.
        """
        p = self.vector(inputs)
        before = self._events_at(0.0, state, p)
        if (before <= 0).any():
            name = self.events[int(np.argmin(before))]
            return Segment(time=np.zeros(1), state=state[None, :].copy(), rate=np.empty((0, 0)), event=name, failure="")
        try:
            found = self._integrator.solve(state, p, duration, times)
        except ValueError as problem:
            try:  # a cell at perfect rest has no rates for cubics, but states
                found = self._integrator.solve(state, p, duration, np.linspace(0.0, duration, RETRY_TIMES))
            except ValueError:
                return Segment(
                    time=np.zeros(1), state=state[None, :].copy(), rate=np.empty((0, 0)), event="", failure=str(problem)
                )
        time = np.asarray(found.t)
        states = np.asarray(found.y).reshape(time.size, self.state_size)
        rate = np.asarray(found.yp)
        rate = rate.reshape(time.size, -1) if rate.size else np.empty((0, 0))
        event = ""
        if found.flag == _ROOT_FOUND:
            event = self.events[int(np.argmin(np.abs(self._events_at(float(time[-1]), states[-1], p))))]
        failure = f"IDAKLU gave up after {time.size} steps (flag {found.flag})" if found.flag < 0 else ""
        return Segment(time=time, state=states, rate=rate, event=event, failure=failure)

    def _events_at(self, t: float, state: Floats, p: Floats) -> Floats:
        return np.asarray(self._event_function(t, state, p)).ravel()

    def evaluate(
        self, names: Sequence[str], time: Floats, states: Floats, inputs: Inputs | Floats
    ) -> dict[str, Floats]:
        """Variables of the model along states.

        Parameters
        ----------
        names
            Names of PyBaMM variables.
        time, states
            (time,) and (time, state) of one segment.
        inputs
            Of that segment; or (time, input), where they differ between times.

        Returns
        -------
        dict
            Name -> (time,) or (time, depth).
        """
        key = tuple(names)
        if key not in self._functions:
            t, y, p, _ = self._symbols
            cache: dict[Any, Any] = {}
            parts = [
                casadi.densify(self._casadi(self._model.get_processed_variable(name), cache) + 0 * y[0]) for name in key
            ]
            self._functions[key] = RowFunction(casadi.Function("outputs", [t, y, p], parts).expand())
        found = self._functions[key](time, states, self.vector(inputs))
        return {name: values if values.shape[1] > 1 else values[:, 0] for name, values in zip(key, found, strict=True)}

    def voltage(self, time: Floats, states: Floats, inputs: Inputs | Floats) -> Floats:
        """(time,) voltage along states, V."""
        return self.evaluate(["Voltage [V]"], time, states, inputs)["Voltage [V]"]

    def linearisation(self, t: float, y: Floats, inputs: Inputs | Floats) -> tuple[Any, Floats, Floats, float, Floats]:
        """Everything that a small current does at a state, under control of the current.

        Returns
        -------
        tuple
            dF/dy (sparse), dF/dI (state,), dV/dy (state,), dV/dI (ohm), F (state,): with F the rate of the scaled state,
            I in A (positive oxidises the working electrode) and V in V.
        """
        p = self.vector(inputs).copy()
        if p[self.parameter_names.index(BY_VOLTAGE)] != 0:
            current = self.evaluate(["Current density [A.m-2]"], np.array([t]), np.asarray(y)[None, :], p)
            p[self.parameter_names.index(SET_CURRENT)] = current["Current density [A.m-2]"][0]
            p[self.parameter_names.index(BY_VOLTAGE)] = 0.0
        jacobian, column, row, direct, rate = self._linear_function(t, y, p)
        return (
            sp.csc_matrix(jacobian.sparse()),
            np.asarray(column).ravel(),
            np.asarray(row).ravel(),
            float(direct),
            np.asarray(rate).ravel(),
        )

    def residual(self, t: float, y: Floats, inputs: Inputs | Floats) -> Floats:
        """(state,) rate of the scaled state."""
        return self.linearisation(t, y, inputs)[4]

    def residual_jacobian(self, t: float, y: Floats, inputs: Inputs | Floats) -> Any:
        """(state, state) sparse derivative of the rate by the state."""
        return self.linearisation(t, y, inputs)[0]

    def input_vector(self, t: float, y: Floats, inputs: Inputs | Floats) -> Floats:
        """(state,) derivative of the rate by the current, 1/A."""
        return self.linearisation(t, y, inputs)[1]

    def output_row(self, t: float, y: Floats, inputs: Inputs | Floats) -> Floats:
        """(state,) derivative of the voltage by the state, V."""
        return self.linearisation(t, y, inputs)[2]

    def feedthrough(self, t: float, y: Floats, inputs: Inputs | Floats) -> float:
        """Derivative of the voltage by the current at once, ohm."""
        return self.linearisation(t, y, inputs)[3]


@functools.lru_cache(maxsize=8)
def _built(options: AlloyAnodeOptions, rtol: float, atol: float) -> BuiltModel:
    return BuiltModel(options, rtol=rtol, atol=atol)


def built(
    options: AlloyAnodeOptions, *, rtol: float = RELATIVE_TOLERANCE, atol: float = ABSOLUTE_TOLERANCE
) -> BuiltModel:
    """The built model of some options, kept for the next call; arguments as :class:`BuiltModel`."""
    return _built(replace(options, control="switched"), rtol, atol)
