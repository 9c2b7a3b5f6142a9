"""Protocols on the alloy anode: what a history holds, what ends a step, what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from alkanode.cell_models import AlloyAnode, AlloyAnodeOptions, load_parameters, simulate
from alkanode.cell_models.simulation import history as histories
from alkanode.cell_models.simulation.engine import BuiltModel, Segment
from alkanode.data import Cell, Protocol, check
from alkanode.foundation.errors import ConvergenceError, PhysicsError, StudyError

STRIP = ["Strip at 0.25 mA cm-2 until 1 V"]
SYMMETRIC = Cell(anode="NaK50", counter="NaK50", area="0.2827 cm2")


def capacity(run: object) -> float:
    """mAh per gram of alloy at the end."""
    return float(run["cycling"]["charge"][-1] / run.attrs["alloy_mass"] / 3600)  # type: ignore[index, attr-defined]


@pytest.mark.parametrize(("alloy", "expected"), [("NaK50", 491), ("NaK65", 314), ("NaK80", 138)])
def test_critical_stripping_capacities_of_the_prototype(alloy: str, expected: float) -> None:
    assert capacity(simulate("alloy-anode", alloy, STRIP)) == pytest.approx(expected, rel=0.01)


def test_a_history_holds_checked_records() -> None:
    run = simulate(
        "alloy-anode", SYMMETRIC, ["Strip at 0.5 mA cm-2 for 1 h", "Rest for 10 min", "Impedance from 1 MHz to 10 Hz"]
    )
    for node, kind in (
        ("cycling", "cycling"),
        ("states", "simulated_states"),
        ("interface", "simulated_interface"),
        ("events", "simulated_events"),
        ("balances", "balances"),
        ("parameters", "parameter_table"),
        ("impedance", "impedance"),
    ):
        check(run[node].to_dataset(), kind)
    assert json.loads(run.attrs["options"])["counter"] == "alloy"
    assert "Sodium transport coefficient [m2.s-1]" in json.loads(run.attrs["rested_on"])["fitted"]
    assert {"Wu2025", "AlkanodeFit"} <= set(run.attrs["sources"].split())
    modes = [run["cycling"]["control_mode"].values[run["cycling"]["step"].values == k][0] for k in (0, 1, 2)]
    assert modes == [1, 0, 4]


def test_steps_meet_in_two_rows_at_one_time() -> None:
    cycling = simulate("alloy-anode", "NaK50", ["Strip at 1 mA cm-2 for 10 min", "Plate at 1 mA cm-2 for 10 min"])[
        "cycling"
    ]
    first = int(np.flatnonzero(np.diff(cycling["step"].values))[0])
    assert cycling["time"].values[first] == cycling["time"].values[first + 1] == pytest.approx(600)
    assert cycling["current"].values[first] == pytest.approx(-cycling["current"].values[first + 1])
    assert (np.diff(cycling["time"].values) >= 0).all()


def test_a_straight_line_between_rows_meets_the_voltage() -> None:
    run = simulate("alloy-anode", "NaK80", STRIP)
    fine = simulate("alloy-anode", "NaK80", STRIP, options=AlloyAnodeOptions())
    cycling = run["cycling"]
    engine = histories.built_model(fine)
    runner_rows = simulate("alloy-anode", "NaK80", STRIP, keep_states=True)
    inputs = histories.state_inputs(runner_rows, 0)
    times = np.linspace(10, 0.999 * cycling["time"].values[-1], 200)
    exact = engine.run(engine.start(inputs), inputs, times[-1], times=times)
    voltage = engine.voltage(exact.time, exact.state, inputs)
    shown = np.interp(exact.time, cycling["time"].values, cycling["voltage"].values)
    assert np.abs(shown - voltage).max() < 1e-3


def test_the_counter_lead_sees_the_other_sign() -> None:
    one = simulate("alloy-anode", Cell(anode="NaK50"), STRIP)["cycling"]
    other = simulate("alloy-anode", Cell(anode="NaK50", anode_role="counter"), STRIP)["cycling"]
    for name in ("voltage", "current", "charge"):
        assert np.allclose(one[name].values, -other[name].values)


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        (["Strip at 0.25 mA cm-2 for 1 h"], ["duration"]),
        (["Strip at 0.25 mA cm-2 for 0.5 mAh cm-2"], ["capacity"]),
        (STRIP, ["contact_loss", "voltage_limit"]),
        (["Strip at 0.25 mA cm-2 for 40 mAh cm-2"], ["contact_loss", "infeasible"]),
        (["Plate at 2 mA cm-2 for 1 h", "Rest for 1 h"], ["short"]),
        (["Strip at 1 mA cm-2 until 0.001 V", "Rest for 1 min"], ["voltage_limit"]),
    ],
)
def test_what_ends_a_step_is_told(steps: list[str], ends: list[str]) -> None:
    run = simulate("alloy-anode", "NaK50", steps)
    assert run["events"]["name"].values.tolist() == ends
    if ends == ["short"]:
        assert run["cycling"]["step"].values.max() == 0
        assert run["events"]["electrode"].values.tolist() == ["working"]


def test_a_symmetric_cell_shorts_from_either_side_but_loses_contact_while_stripped() -> None:
    run = simulate(
        "alloy-anode",
        SYMMETRIC,
        Protocol.current_ramp("0.4 mA cm-2", "0.2 mA cm-2", "3 mA cm-2", "1 h", impedance=False),
    )
    events = run["events"].to_dataset()
    last = events.isel(event=-1)
    assert str(last["name"].values) == "short"
    assert str(last["electrode"].values) in ("working", "counter")


def test_the_symmetric_cell_is_symmetric() -> None:
    one = simulate("alloy-anode", SYMMETRIC, ["Strip at 0.5 mA cm-2 for 2 h"])["cycling"]
    other = simulate("alloy-anode", SYMMETRIC, ["Plate at 0.5 mA cm-2 for 2 h"])["cycling"]
    assert one["voltage"].values[-1] == pytest.approx(-other["voltage"].values[-1], rel=1e-4)


def test_a_voltammogram_follows_its_ramp() -> None:
    run = simulate("alloy-anode", "NaK50", ["Sweep at 10 mV s-1 from 0 V to 0.5 V to -0.5 V for 2 cycles"])
    cycling = run["cycling"]
    assert cycling["time"].values[-1] == pytest.approx(2 * 200, rel=1e-6)
    assert cycling["voltage"].values.max() == pytest.approx(0.5, abs=1e-6)
    assert cycling["voltage"].values.min() == pytest.approx(-0.5, abs=1e-6)
    assert sorted(set(cycling["cycle"].values)) == [1, 2]
    ramp = np.interp(37.0, cycling["time"].values, cycling["voltage"].values)
    assert ramp == pytest.approx(0.37, abs=1e-4)


def test_spectra_come_at_every_increment_of_charge() -> None:
    run = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 for 1 mAh cm-2 with impedance every 0.25 mAh cm-2"])
    charge = run["impedance"]["charge"].values / run.attrs["area"] / 3.6e4 * 1e3
    assert charge == pytest.approx([0, 250, 500, 750], rel=1e-6, abs=1e-6)
    assert run["impedance"]["at_rest"].values.tolist() == [True, False, False, False]
    assert run["interface"]["areal_capacity"].values[-1] == pytest.approx(3.6e4, rel=1e-9)
    assert run["events"]["name"].values.tolist() == ["capacity"]


def test_spectra_after_a_rest_are_at_rest() -> None:
    step = "Strip at 0.25 mA cm-2 for 0.5 mAh cm-2 with impedance every 0.25 mAh cm-2 after 1 h rest"
    run = simulate("alloy-anode", "NaK50", [step])
    assert run["impedance"]["at_rest"].values.all()
    assert run["impedance"].sizes["spectrum"] == 2


def test_states_can_be_kept_and_found_again() -> None:
    run = simulate("alloy-anode", "NaK50", STRIP, keep_states=True)
    engine = histories.built_model(run)
    assert run["solution"]["state_vector"].shape == (run["cycling"].sizes["row"], engine.state_size)
    row = 100
    state, inputs = run["solution"]["state_vector"].values[row], histories.state_inputs(run, row)
    assert engine.voltage(np.zeros(1), state[None, :], inputs)[0] == pytest.approx(
        run["cycling"]["voltage"].values[row]
    )
    with pytest.raises(StudyError, match="keep_states"):
        histories.state_inputs(simulate("alloy-anode", "NaK50", STRIP), 0)


def test_a_model_brings_its_physics() -> None:
    run = simulate(AlloyAnode(AlloyAnodeOptions(counter="reference")), "NaK50", ["Strip at 0.25 mA cm-2 for 1 h"])
    assert json.loads(run.attrs["options"])["counter"] == "reference"
    assert (run["interface"]["counter_contact_share"].values == 1).all()


def test_progress_is_told_of_every_step() -> None:
    told = []

    class Listener:
        def update(self, done: int, total: int, what: str) -> None:
            told.append((done, total, what))

    simulate("alloy-anode", "NaK50", ["Rest for 1 min", "Rest for 1 min"], progress=Listener())
    assert told == [(1, 2, "steps"), (2, 2, "steps")]


@pytest.mark.parametrize(
    "call",
    [
        {"model": "leaf"},
        {"model": 3},
        {"protocol": []},
        {"protocol": ["Strip at 1 mA cm-2"]},
        {"protocol": ["Dance for 1 h"]},
        {"parameters": "Nobody1900"},
        {"outputs": "everything"},
        {"on_failure": "hide"},
        {"cell": Cell(anode="NVP")},
        {"cell": Cell(anode="NaK50", counter="NVP")},
    ],
)
def test_what_cannot_be_run_is_refused(call: dict[str, object]) -> None:
    given = {"model": "alloy-anode", "cell": "NaK50", "protocol": STRIP, **call}
    with pytest.raises(StudyError):
        simulate(given.pop("model"), given.pop("cell"), given.pop("protocol"), **given)  # type: ignore[arg-type]


def test_a_cold_cell_is_refused() -> None:
    with pytest.raises(PhysicsError):
        simulate("alloy-anode", Cell(anode="NaK50", temperature="-20 degC"), STRIP)


def test_a_failing_integrator_gives_what_was_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = BuiltModel.run

    def gives_up(self: BuiltModel, state: object, inputs: object, duration: float, **rest: object) -> Segment:
        found = whole(self, state, inputs, min(duration, 100.0))  # type: ignore[arg-type]
        return Segment(time=found.time, state=found.state, rate=found.rate, event="", failure="it could not go on")

    monkeypatch.setattr(BuiltModel, "run", gives_up)
    run = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 for 1 h", "Rest for 1 h"])
    assert run["events"]["name"].values.tolist() == ["solver_failure"]
    assert run["events"]["reason"].values.tolist() == ["it could not go on"]
    assert run["cycling"]["time"].values[-1] == pytest.approx(100)
    with pytest.raises(ConvergenceError, match="step 1 of 1"):
        simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 for 1 h"], on_failure="raise")


def test_parameters_change_a_run_without_a_new_build() -> None:
    slower = load_parameters("Wu2025").replace({"Sodium transport coefficient [m2.s-1]": 5e-13})
    assert capacity(simulate("alloy-anode", "NaK50", STRIP, slower)) < 0.9 * capacity(
        simulate("alloy-anode", "NaK50", STRIP)
    )
