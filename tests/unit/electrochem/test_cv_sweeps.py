"""Sweeps, loops, and what is no voltammogram."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.electrochem import SweepRule, potential_sweeps
from alkanode.foundation.errors import DataQualityWarning, SchemaError

Floats = npt.NDArray[np.float64]


def ramp(*corners: float, rate: float = 0.05, interval: float = 0.02) -> tuple[Floats, Floats]:
    """Time and potential of straight lines between corners."""
    pieces = [
        np.linspace(a, b, max(round(abs(b - a) / rate / interval), 1) + 1)[1:] for a, b in itertools.pairwise(corners)
    ]
    potential = np.concatenate([[corners[0]], *pieces])
    return np.arange(potential.size) * interval, potential


def record_of(time: Floats, potential: Floats, current: Floats | None = None, *, mode: int | None = 2) -> xr.Dataset:
    fields = {
        "time": ("row", time),
        "voltage": ("row", potential),
        "current": ("row", potential / 1000 if current is None else current),
    }
    if mode is not None:
        fields["control_mode"] = ("row", np.full(time.size, mode))
    return label(xr.Dataset(fields), "cycling")


def test_turning_points_rates_and_loops() -> None:
    found = potential_sweeps(record_of(*ramp(0, 0.5, -0.5, 0.5, -0.5, 0)))
    assert found["direction"].to_numpy().tolist() == [1, -1, 1, -1, 1]
    np.testing.assert_allclose(found["scan_rate"], [0.05, -0.05, 0.05, -0.05, 0.05], rtol=1e-9)
    np.testing.assert_allclose(found["end_voltage"], [0.5, -0.5, 0.5, -0.5, 0], atol=1e-12)
    assert found["complete"].to_numpy().tolist() == [True, True]
    np.testing.assert_allclose(found["closing_gap"], 0, atol=2e-3)


def test_the_interval_of_the_rate_holds_the_true_rate_under_noise() -> None:
    time, potential = ramp(0, 0.5, -0.5, 0)
    hits = 0
    for seed in range(20):
        noisy = potential + 1e-3 * np.random.default_rng(seed).normal(size=potential.size)
        found = potential_sweeps(record_of(time, noisy))
        assert found.sizes["sweep"] == 3
        low, high = found["scan_rate_interval"][1].to_numpy()
        hits += bool(low <= -0.05 <= high)
    assert hits >= 16


@pytest.mark.parametrize(
    ("corners", "complete"),
    [
        ((0, 0.5, -0.5, 0.5, -0.5, -0.1), [True, False]),
        ((0, 0.5, -0.5, 0.4), [True, False]),
        ((-0.5, 0.5, -0.5, 0.5, -0.5), [True, True]),
        ((1.0, 4.0, 2.0, 4.0, 2.0), [False, True]),
        ((0.03, 0.5, -0.5, 0), [True]),
    ],
)
def test_a_loop_that_does_not_close_is_not_complete(corners: tuple[float, ...], complete: list[bool]) -> None:
    assert potential_sweeps(record_of(*ramp(*corners)))["complete"].to_numpy().tolist() == complete


def test_rest_and_holds_belong_to_no_sweep() -> None:
    _time, potential = ramp(0, 0.5, -0.5, 0)
    held = np.concatenate([np.zeros(400), potential[:501], np.full(700, potential[500]), potential[501:]])
    still = record_of(np.arange(held.size) * 0.02, held)
    mode = still["control_mode"].to_numpy().copy()
    mode[:200] = 0
    found = potential_sweeps(still.assign(control_mode=("row", mode)))
    np.testing.assert_allclose(np.abs(found["scan_rate"]), 0.05, rtol=1e-3)
    number = found["row_sweep"].to_numpy()
    assert (number[:395] == -1).all()
    assert np.count_nonzero(number == -1) == pytest.approx(1100, abs=10)
    assert found["complete"].to_numpy().all()


def test_a_fine_staircase_is_a_sweep_with_its_step() -> None:
    time, potential = ramp(0, 0.5, -0.5, 0, interval=0.02)
    found = potential_sweeps(record_of(time, np.round(potential / 0.005) * 0.005))
    assert found.attrs["step_size"] == pytest.approx(0.005)
    assert found.attrs["samples_per_step"] == pytest.approx(5, rel=0.1)
    np.testing.assert_allclose(np.abs(found["scan_rate"]), 0.05, rtol=0.01)


def test_a_ramp_has_no_step() -> None:
    assert potential_sweeps(record_of(*ramp(0, 0.5, -0.5, 0))).attrs["step_size"] == 0


def test_a_change_of_the_rate_begins_a_new_series_of_loops() -> None:
    slow, fast = ramp(0, 0.5, -0.5, 0, rate=0.02), ramp(0, 0.5, -0.5, 0, rate=0.1)
    time = np.concatenate([slow[0], slow[0][-1] + 0.02 + fast[0]])
    found = potential_sweeps(record_of(time, np.concatenate([slow[1], fast[1]])))
    rates = np.unique(np.round(np.abs(found["scan_rate"].to_numpy()), 3))
    assert {0.02, 0.1} <= set(rates.tolist())
    assert found["complete"].to_numpy().tolist() == [True, True]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (record_of(*ramp(0, 0.5, -0.5, 0), mode=1), "controlled the current"),
        (record_of(*ramp(0, 0.5, -0.5, 0), mode=0), "was not controlled"),
        (record_of(*ramp(0, 0.5)), "one sweep"),
        (record_of(np.arange(200.0), np.full(200, 0.3)), "was held"),
        (record_of(np.arange(10.0), np.linspace(0, 1, 10)), "was held"),
        (record_of(np.arange(4000) * 0.1, np.sin(np.arange(4000) * 0.003)), "straight lines"),
        (record_of(np.arange(4000) * 0.1, np.round(ramp(0, 0.5, -0.5, 0)[1][:4000:1] / 0.1).repeat(8)[:4000] * 0.1), "steps of 100 mV"),
    ],
)  # fmt: skip
def test_what_is_no_voltammogram_is_refused_with_the_reason(record: xr.Dataset, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        potential_sweeps(record)


def test_without_a_control_mode_a_triangle_is_believed_with_a_warning() -> None:
    with pytest.warns(DataQualityWarning, match="does not say what the instrument controlled"):
        found = potential_sweeps(record_of(*ramp(0, 0.5, -0.5, 0), mode=None))
    assert found.sizes["sweep"] == 3


def test_a_triangle_at_constant_current_is_a_capacitor_under_current_control() -> None:
    time, potential = ramp(0, 0.5, -0.5, 0)
    current = np.where(np.gradient(potential) > 0, 1e-3, -1e-3)
    with pytest.raises(SchemaError, match="constant current"):
        potential_sweeps(record_of(time, potential, current, mode=None))


def test_the_set_point_decides_where_the_file_has_it() -> None:
    time, potential = ramp(0, 0.5, -0.5, 0)
    rough = potential + 0.02 * np.random.default_rng(0).normal(size=potential.size)
    record = record_of(time, rough).assign(voltage_setpoint=("row", potential))
    found = potential_sweeps(record)
    assert found.attrs["potential_from"].startswith("the set-point")
    np.testing.assert_allclose(np.abs(found["scan_rate"]), 0.05, rtol=1e-9)


def test_the_rule_is_a_parameter_and_is_stored() -> None:
    record = record_of(*ramp(0, 0.5, -0.5, -0.1))
    assert not potential_sweeps(record)["complete"].to_numpy().any()
    loose = potential_sweeps(record, rule=SweepRule(closing_share=0.2))
    assert loose["complete"].to_numpy().all()
    assert "'closing_share': 0.2" in loose.attrs["sweep_rule"]
