"""The alloy anode's impedance: against its own answer in time, in every variant, and beside the printed peaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import solve_ivp

from alkanode.cell_models import AlloyAnodeOptions, simulate
from alkanode.cell_models.operando_impedance import operando_impedance, relaxation_modes, sweep_frequencies
from alkanode.cell_models.simulation.history import built_model, state_inputs
from alkanode.impedance import joint_relaxation_times, peaks, relaxation_times, track_peaks

pytestmark = pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")

STRIP, PLATE = "Strip at 0.25 mA cm-2 for 1 mAh cm-2", "Plate at 0.25 mA cm-2 for 1 mAh cm-2"
VARIANTS = [
    AlloyAnodeOptions(),
    AlloyAnodeOptions(counter="alloy"),
    AlloyAnodeOptions(counter="reference", islands=False),
    AlloyAnodeOptions(transport="film drainage"),
    AlloyAnodeOptions(precipitation="nucleation"),
    AlloyAnodeOptions(interphase="growing"),
]


@pytest.mark.parametrize("options", VARIANTS, ids=lambda one: f"{one.counter}, {one.transport}, {one.precipitation}")
def test_derivatives_are_those_of_the_equations(options: AlloyAnodeOptions) -> None:
    """J, B, C and D against differences of the residual and the voltage, in the middle of a strip."""
    history = simulate("alloy-anode", "NaK50", [STRIP], "Wu2025", options=options, keep_states=True)
    model, row = built_model(history), history["solution"].sizes["time"] // 2
    inputs, y = state_inputs(history, row), history["solution"]["state_vector"].to_numpy()[row]
    J, B, C, D, _ = model.linearisation(0.0, y, inputs)
    area, name = inputs["Electrode area [m2]"], "Current density set-point [A.m-2]"

    def voltage(state: np.ndarray, values: dict[str, float]) -> float:
        return float(model.evaluate(["Voltage [V]"], np.zeros(1), state[None], values)["Voltage [V]"][0])

    random = np.random.default_rng(1)
    way = random.normal(size=y.size) * np.maximum(np.abs(y), 1e-3) * 1e-6
    rate = (model.residual(0.0, y + way, inputs) - model.residual(0.0, y - way, inputs)) / 2
    np.testing.assert_allclose(J @ way, rate, rtol=1e-4, atol=1e-7 * np.abs(rate).max())
    assert C @ way == pytest.approx((voltage(y + way, inputs) - voltage(y - way, inputs)) / 2, rel=1e-4)
    more, less = (inputs | {name: inputs[name] + sign * 1e-4} for sign in (1, -1))
    amperes = 1e-4 * area
    rate = (model.residual(0.0, y, more) - model.residual(0.0, y, less)) / (2 * amperes)
    np.testing.assert_allclose(B, rate, rtol=1e-5, atol=1e-7 * np.abs(rate).max())
    assert (voltage(y, more) - voltage(y, less)) / (2 * amperes) == pytest.approx(D, rel=1e-6)


def test_a_small_step_of_current_is_answered_as_the_modes_say() -> None:
    """V(t) = dI (R_s + sum R (1 - exp(-t/tau)) + t/C): scipy's integrator against the eigenvalues."""
    history = simulate("alloy-anode", "NaK50", ["Rest for 1 min"], "Wu2025", keep_states=True)
    model, inputs = built_model(history), state_inputs(history, 0)
    start = model.start(inputs)
    found = relaxation_modes(model, 0.0, start, inputs, least_share=0.0)
    step = 1e-2
    times = np.array([1e-7, 1e-3, 1e-2, 0.1, 1.0, 10.0, 300.0])
    values = inputs | {"Current density set-point [A.m-2]": step}
    run = solve_ivp(
        lambda t, y: model.residual(t, y, values),
        (0.0, 300.0),
        start,
        method="Radau",
        t_eval=times,
        rtol=1e-7,
        atol=1e-11,
        first_step=1e-9,
        jac=lambda t, y: model.residual_jacobian(t, y, values).toarray(),
    )
    volts = model.evaluate(["Voltage [V]"], run.t, run.y.T, values)["Voltage [V]"]
    still = model.evaluate(["Voltage [V]"], np.zeros(1), start[None], inputs)["Voltage [V]"]
    tau, r = found["relaxation_time"].to_numpy(), found["mode_resistance"].to_numpy()
    answer = found["series_resistance"].item() + (r * -np.expm1(-times[:, None] / tau)).sum(axis=1)
    answer += times / found["charging_capacitance"].item()
    amperes = step * inputs["Electrode area [m2]"]
    np.testing.assert_allclose((volts - still) / amperes, answer, rtol=1e-3)


def interface_peak(alloy: str, step: int) -> float:
    """Relaxation time of the slowest peak in the middle of stripping (0) or plating (1), from a sweep to 0.1 Hz."""
    history = simulate("alloy-anode", alloy, [STRIP, PLATE], "Wu2025", keep_states=True)
    passed = np.array([18000.0 + 36000.0 * step])
    record = operando_impedance(history, sweep_frequencies(7e6, 0.1), charges=passed)
    assert record["step"].item() == step
    return float(peaks(relaxation_times(record))["relaxation_time"].max())


@pytest.mark.slow
def test_peaks_lie_where_they_were_given_or_fitted(printed: Callable[[str], float]) -> None:
    """Grain boundary and coating are given; the interface is fitted to the order of 1 s, its plating peak is not."""
    history = simulate("alloy-anode", "NaK50", [STRIP], "Wu2025", keep_states=True)
    found = peaks(relaxation_times(operando_impedance(history, times=[7200.0])))["relaxation_time"].to_numpy()
    for row in ("S000-060", "S000-061"):
        assert np.abs(np.log10(found / printed(row))).min() < 0.05
    assert abs(np.log10(interface_peak("NaK50", 0) / printed("S000-067"))) < 1.0
    assert printed("S000-068") < interface_peak("NaK50", 1) < printed("S000-069")


def test_a_sweep_to_one_hertz_shows_no_peak_at_a_second() -> None:
    history = simulate("alloy-anode", "NaK65", [STRIP], "Wu2025", keep_states=True)
    record = operando_impedance(history, times=[7200.0])
    found = peaks(relaxation_times(record))
    slow = found["relaxation_time"] > 1 / (2 * np.pi * 1.0)
    assert not found["in_window"].where(slow, drop=True).any()


@pytest.mark.slow
def test_the_plating_peak_moves_to_longer_times_with_potassium() -> None:
    times = [interface_peak(alloy, 1) for alloy in ("NaK50", "NaK65", "NaK80")]
    assert times[0] <= times[1] < times[2]


@pytest.mark.slow
def test_fixed_capacitance_is_what_the_area_test_finds() -> None:
    """The model's capacitance does not follow its contact: d ln tau / d ln R = 1, and not 0."""
    history = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 until 1 V"], "Wu2025", keep_states=True)
    last = float(history["interface"]["areal_capacity"][-1])
    record: xr.Dataset = operando_impedance(
        history, sweep_frequencies(7e6, 0.1), charges=np.linspace(0.02, 0.9, 14) * last
    )
    tracks = track_peaks(joint_relaxation_times(record), record=record)
    slow = int(np.nanargmax(tracks["slope"].to_numpy()))
    assert tracks["slope_low"][slow].item() < 1 < tracks["slope_high"][slow].item()
    assert tracks["verdict"][slow].item() == "fixed capacitance"
