"""Shapes of half cycles with a known answer, and traces of which nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.electrochem import ProfileRule, find_failures, profile_estimates, profile_shape
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError

N = 400
X = np.linspace(0, 1, N)
SPIKE = np.exp(-X / 0.01)
SODIUM = 0.05 + 0.03 / (1 + np.exp(-(X - 0.6) / 0.03)) + 0.15 * SPIKE
NAK = 0.05 + 0.06 * X + 0.1 * SPIKE
CELL = Cell(anode="NaK50", counter="NaK50", area="1 cm2")


def run(*halves: np.ndarray, current: float = 1e-3, noise: float = 3e-4, rest: float = 0.0) -> xr.Dataset:
    """A rest, then half cycles of alternating direction; 10 s between samples."""
    random = np.random.default_rng(1)
    signs = [(-1) ** index for index in range(len(halves))]
    voltage = np.concatenate([np.zeros(20), *(sign * half for sign, half in zip(signs, halves, strict=True))]) + rest
    flow = np.concatenate([np.zeros(20), *(np.full(h.size, s * current) for s, h in zip(signs, halves, strict=True))])
    voltage = voltage + noise * random.normal(size=voltage.size)
    time = 10.0 * np.arange(voltage.size)
    return label(xr.Dataset({"time": ("row", time), "voltage": ("row", voltage), "current": ("row", flow)}), "cycling")


def words(shapes: xr.Dataset) -> list[str]:
    return [str(word) for word in shapes["shape"].to_numpy()]


@pytest.mark.parametrize(
    ("trace", "word"),
    [
        (0.05 + 0 * X, "plateau"),
        (0.05 + 0.002 * X, "plateau"),
        (0.05 + 0.06 * X, "ramp"),
        (0.11 - 0.06 * X, "falling ramp"),
        (0.05 + np.maximum(X - 0.5, 0) * 0.1, "bent ramp"),
        (0.02 + 0.08 * (1 - np.exp(-3 * X)), "bent ramp"),
        (0.05 + 0.03 * (X > 0.4), "two plateaus"),
        (0.08 - 0.03 * (X > 0.4), "step down"),
        (0.05 + 0.08 * X * (1 - X), "arch"),
        (0.09 - 0.12 * X * (1 - X), "valley"),
        (0.05 + 0.1 * np.abs(X - 0.3), "valley"),
        (SODIUM, "two plateaus"),
        (NAK, "ramp"),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 3e-4])
def test_shapes_are_recognised(trace: np.ndarray, word: str, noise: float) -> None:
    assert words(profile_shape(run(trace, noise=noise))) == [word]


def test_sodium_shows_a_spike_and_two_plateaus() -> None:
    shapes = profile_shape(run(SODIUM, SODIUM), CELL)
    assert shapes["eta_1"].to_numpy() == pytest.approx([0.05, 0.05], abs=5e-4)
    assert shapes["eta_2"].to_numpy() == pytest.approx([0.08, 0.08], abs=5e-4)
    assert shapes["transition_share"].to_numpy() == pytest.approx([0.6, 0.6], abs=0.01)
    low, high = shapes["transition_interval"].to_numpy()[0] / float(shapes["charge_passed"][0])
    assert low - 0.01 <= 0.6 <= high + 0.01
    assert shapes["spike_seen"].to_numpy().all()
    assert shapes["spike"].to_numpy() == pytest.approx([0.15, 0.15], rel=0.02)
    assert shapes["spike_time"].to_numpy().tolist() == [0.0, 0.0]
    assert shapes["direction"].to_numpy().tolist() == ["strip", "plate"]
    assert shapes["first"].to_numpy().tolist() == [True, False]


def test_sodium_potassium_shows_a_spike_and_a_ramp_with_its_slope() -> None:
    shapes = profile_shape(run(NAK), CELL)
    passed = float(shapes["charge_passed"][0])
    low, high = shapes["slope_interval"].to_numpy()[0] * passed
    assert low < 0.06 < high
    assert float(shapes["areal_slope"][0]) == pytest.approx(float(shapes["slope"][0]) * 1e-4)
    assert float(shapes["spike"][0]) == pytest.approx(0.1, rel=0.02)


def test_the_vertex_of_an_arch() -> None:
    shapes = profile_shape(run(0.05 + 0.08 * X * (1 - X)))
    share = float(shapes["vertex_charge"][0]) / float(shapes["charge_passed"][0])
    low, high = shapes["vertex_interval"].to_numpy()[0]
    assert share == pytest.approx(0.5, abs=0.02)
    assert low < 2.0 < high
    assert float(shapes["vertex_overpotential"][0]) == pytest.approx(0.07, abs=5e-4)


def test_the_rest_is_taken_off_and_interfaces_share_on_demand() -> None:
    whole = profile_shape(run(NAK, rest=0.02))
    assert float(whole["rest_voltage"][0]) == pytest.approx(0.02, abs=3e-4)
    assert float(whole["eta_1"][0]) == pytest.approx(float(profile_shape(run(NAK))["eta_1"][0]), abs=4e-4)
    half = profile_shape(run(NAK, rest=0.02), interfaces=2)
    assert float(half["eta_1"][0]) == pytest.approx(0.5 * float(whole["eta_1"][0]))
    assert "per interface of 2" in profile_estimates(half)["stripping_overpotential"].label
    with pytest.raises(PhysicsError, match="one interface or more"):
        profile_shape(run(NAK), interfaces=0)


def test_a_coarse_recording_says_that_it_may_have_missed_the_spike() -> None:
    with pytest.warns(DataQualityWarning, match="may have been missed"):
        shapes = profile_shape(run(SODIUM[::10]))
    assert shapes["spike_coarse"].item()
    assert words(shapes) == ["two plateaus"]


def test_noise_and_a_capacitive_start_are_no_spike() -> None:
    random = np.random.default_rng(5)
    for _ in range(30):
        assert not profile_shape(run(0.05 + 2e-3 * random.normal(size=N)))["spike_seen"].item()
    assert not profile_shape(run(0.05 * (1 - np.exp(-X / 0.005))))["spike_seen"].item()


def test_rows_of_sweeps_and_pauses_do_not_count() -> None:
    record = run(NAK)
    sweep = np.zeros(record.sizes["row"], dtype=bool)
    sweep[200:260] = True
    voltage = np.where(sweep, 5.0, record["voltage"].to_numpy())
    spoiled = label(record.assign(voltage=("row", voltage), in_sweep=("row", sweep)), "cycling")
    assert words(profile_shape(spoiled)) == ["ramp"]
    assert float(profile_shape(spoiled)["eta_2"][0]) == pytest.approx(0.11, abs=5e-4)
    all_sweep = label(record.assign(in_sweep=("row", np.arange(record.sizes["row"]) > 40)), "cycling")
    shapes = profile_shape(all_sweep)
    assert words(shapes) == ["cannot say"]
    assert "outside impedance sweeps" in shapes["reason"].item()
    assert words(profile_shape(all_sweep, rule=ProfileRule(with_sweeps=True))) == ["ramp"]


def test_the_trace_ends_at_a_failure() -> None:
    shorted = np.where(X < 0.7, NAK, 1e-4)
    record = run(shorted)
    failures = find_failures(record, CELL)
    assert failures["failure"].item() in ("hard_short", "suspected_short")
    assert words(profile_shape(record, failures=failures)) == ["ramp"]
    assert words(profile_shape(record)) != ["ramp"]


def test_few_samples_or_no_current_say_nothing() -> None:
    few = profile_shape(run(NAK[:8]))
    assert words(few) == ["cannot say"]
    assert "only 8 samples" in few["reason"].item()
    with pytest.raises(SchemaError, match="in which current flows"):
        profile_shape(run())


def test_a_noisy_trace_between_two_shapes_cannot_be_said_or_is_the_simpler() -> None:
    """Twelve samples and much noise: never a confident rich shape."""
    random = np.random.default_rng(2)
    x = np.linspace(0, 1, 20)
    for _ in range(20):
        trace = 0.05 + 0.03 * (x > 0.5) + 0.05 * random.normal(size=20)
        with pytest.warns(DataQualityWarning, match="may have been missed"):
            word = words(profile_shape(run(trace, noise=0.0)))[0]
        assert word in ("plateau", "cannot say", "ramp", "two plateaus", "falling ramp", "step down")


def test_rules_are_checked() -> None:
    with pytest.raises(PhysicsError, match="flat_share is a share"):
        ProfileRule(flat_share=1.5)
    with pytest.raises(PhysicsError, match="least_samples"):
        ProfileRule(least_samples=2)


def test_estimates_leave_the_first_half_cycle_out_and_carry_the_scatter() -> None:
    estimates = profile_estimates(profile_shape(run(2 * NAK, NAK, NAK, NAK, 1.1 * NAK), CELL))
    level = estimates["stripping_overpotential"]
    assert level.value == pytest.approx(0.5 * (0.053 + 1.1 * 0.053), rel=0.02)
    assert level.interval is not None
    assert level.interval[0] < level.value < level.interval[1]
    assert "2 half cycles" in level.label
    assert estimates["plating_nucleation_spike"].value == pytest.approx(0.1, rel=0.03)
    assert "stripping_transition_share" not in estimates
