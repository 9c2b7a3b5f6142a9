"""The model as PyBaMM sees it: simulation, experiment, impedance, entry point."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from alkanode.cell_models import AlloyAnode, AlloyAnodeOptions
from alkanode.cell_models.alloy_anode.names import SET_CURRENT
from alkanode.cell_models.simulation.engine import built
from alkanode.cell_models.simulation.stepping import Runner
from alkanode.foundation.runtime import require

pybamm = require("pybamm", extra="models")


def test_it_runs_in_a_simulation_as_in_simulate() -> None:
    model = AlloyAnode(alloy="NaK80")
    solution = pybamm.Simulation(model).solve([0, 40 * 3600])
    assert solution.termination == "event: Maximum voltage [V]"
    assert solution["Areal charge [C.m-2]"].entries[-1] == pytest.approx(76248, rel=1e-4)


def test_it_runs_in_an_experiment() -> None:
    steps = [
        ("Discharge at 0.1 mA for 30 minutes", "Rest for 10 minutes", "Charge at 0.1 mA for 30 minutes"),
        "Hold at 0.02 V for 5 minutes",
    ]
    solution = pybamm.Simulation(AlloyAnode(alloy="NaK65"), experiment=pybamm.Experiment(steps)).solve()
    strip, _, plate = solution.cycles[0].steps
    assert strip["Current [A]"].entries == pytest.approx(1e-4)
    assert plate["Areal charge [C.m-2]"].entries[-1] == pytest.approx(0, abs=1e-2)
    assert solution["Voltage [V]"].entries[-1] == pytest.approx(0.02, abs=1e-6)


def test_its_impedance_is_minus_that_of_pybamm() -> None:
    frequency = np.array([1e6, 1e2, 1.0])
    model = AlloyAnode(AlloyAnodeOptions(counter="reference"))
    zero = {"Current function [A]": 0.0}
    values = model.default_parameter_values
    values.update(zero)
    theirs = pybamm.EISSimulation(model, parameter_values=values, skip_surface_form_check=True).solve(frequency)
    engine = built(AlloyAnodeOptions(counter="reference"))
    inputs = {**{k: v for k, v in model.default_parameter_values.items() if isinstance(v, float)}, **Runner._control()}
    start = engine.start(inputs)
    jacobian, column, row, direct, _ = engine.linearisation(0.0, start, inputs)
    dense = jacobian.toarray()
    ours = [direct + row @ np.linalg.solve(2j * np.pi * f * np.eye(start.size) - dense, column) for f in frequency]
    assert np.allclose(ours, -np.asarray(theirs["Impedance [Ohm]"]), rtol=1e-6)
    assert np.real(ours[0]) > 0


def test_the_entry_point_names_the_model() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["project"]["entry-points"]["pybamm_models"]
    found = {key: EntryPoint(key, value, "pybamm_models").load() for key, value in named.items()}
    assert found["AlloyAnode"] is AlloyAnode
    assert isinstance(found["AlloyAnode"](), pybamm.BaseModel)


def test_a_missing_input_is_named() -> None:
    from alkanode.foundation.errors import StudyError

    with pytest.raises(StudyError, match=r"Temperature|Cloth"):
        built(AlloyAnodeOptions()).vector({SET_CURRENT: 1.0})


@pytest.mark.parametrize("counter", ["sodium metal", "alloy", "reference"])
def test_the_jacobian_is_the_slope_of_the_rate(counter: str) -> None:
    engine = built(AlloyAnodeOptions(counter=counter))  # type: ignore[arg-type]
    values = {k: v for k, v in AlloyAnode(alloy="NaK65").default_parameter_values.items() if isinstance(v, float)}
    inputs = {**values, **Runner._control(2.5)}
    state = engine.run(engine.start(inputs), inputs, 3600.0).state[-1]
    jacobian, column, row, direct, rate = engine.linearisation(0.0, state, inputs)
    rng = np.random.default_rng(1)
    way = rng.normal(size=state.size) * 1e-6
    there = engine.residual(0.0, state + way, inputs) - engine.residual(0.0, state - way, inputs)
    expected = 2 * jacobian @ way
    assert np.allclose(there, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())
    more = {**inputs, SET_CURRENT: 2.5 * (1 + 1e-6)}
    by_current = (engine.residual(0.0, state, more) - rate) / (2.5e-6 * values["Electrode area [m2]"])
    assert np.allclose(by_current, column, rtol=1e-4, atol=1e-6 * np.abs(column).max())
    voltage = [engine.voltage(np.zeros(1), (state + k * way)[None, :], inputs)[0] for k in (1, -1)]
    assert voltage[0] - voltage[1] == pytest.approx(2 * row @ way, rel=1e-3)
    assert direct > 0
