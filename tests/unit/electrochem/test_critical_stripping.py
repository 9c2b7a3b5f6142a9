"""Critical stripping against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.electrochem import critical_stripping, stripping_estimates
from alkanode.foundation.errors import PhysicsError, SchemaError


def run(voltage: np.ndarray, current: np.ndarray) -> xr.Dataset:
    time = np.arange(voltage.size, dtype=float)
    fields = {"time": ("row", time), "voltage": ("row", voltage), "current": ("row", current)}
    return label(xr.Dataset(fields), "cycling")


def ramp(sign: float = 1.0) -> xr.Dataset:
    """Current 2 A; voltage rises by 0.1 V per second from 0."""
    return run(sign * np.linspace(0, 3, 31), sign * np.full(31, 2.0))


def test_charge_counts_to_the_first_sample_above() -> None:
    limit = critical_stripping(ramp(), cutoff=["0.55 V", "1 V"])
    assert limit["time"].to_numpy() == pytest.approx([6.0, 10.0])
    assert limit["charge"].to_numpy() == pytest.approx([12.0, 20.0])
    assert limit["charge_interval"].to_numpy()[0] == pytest.approx([10.0, 12.0])


def test_a_spike_is_no_run_away() -> None:
    record = ramp()
    voltage = record["voltage"].to_numpy().copy()
    voltage[3:5] = 2.9
    limit = critical_stripping(run(voltage, record["current"].to_numpy()), cutoff="1 V")
    assert limit["time"].item() == pytest.approx(10.0)


def test_an_unreached_cut_off_is_nan_and_said() -> None:
    limit = critical_stripping(ramp(), cutoff=["1 V", "9 V"])
    assert limit["reached"].to_numpy().tolist() == [True, False]
    assert np.isnan(limit["charge"].to_numpy()[1])
    assert list(stripping_estimates(limit)) == ["charge_at_1_V"]


def test_the_counter_electrode_strips_with_negative_current() -> None:
    cell = Cell(anode="Na", anode_role="counter")
    assert critical_stripping(ramp(-1.0), cell, cutoff="1 V")["charge"].item() == pytest.approx(20.0)
    with pytest.raises(SchemaError, match="none of them stripping"):
        critical_stripping(ramp(-1.0), Cell(anode="Na"), cutoff="1 V")


def test_area_mass_and_their_uncertainty() -> None:
    cell = Cell(anode="NaK50", anode_mass="1 g", area="2 cm2", area_uncertainty="0.1 cm2")
    limit = critical_stripping(ramp(), cell, cutoff="1 V")
    assert limit["areal_capacity"].item() == pytest.approx(20.0 / 2e-4)
    assert limit["specific_capacity"].item() == pytest.approx(20.0 / 1e-3)
    estimate = stripping_estimates(limit, cell)["areal_capacity_at_1_V"]
    assert estimate.interval is not None
    assert estimate.interval[0] < estimate.value < estimate.interval[1]
    assert estimate.interval[0] <= 1e5 / 1.1 + 1e-6


def test_shares_come_from_the_path() -> None:
    path = xr.Dataset({"theoretical_capacity": 40e3, "capacity_to_liquidus": 25e3})
    limit = critical_stripping(ramp(), Cell(anode="NaK50", anode_mass="1 g"), cutoff="1 V", path=path)
    assert limit["share_of_theory"].item() == pytest.approx(0.5)
    assert limit["share_of_liquidus"].item() == pytest.approx(0.8)


def test_a_series_resistance_is_taken_off() -> None:
    assert critical_stripping(ramp(), cutoff="1 V", series_resistance="0.25 ohm")["time"].item() == pytest.approx(15.0)


@pytest.mark.parametrize("cutoff", ["0 V", "-1 V", []])
def test_a_cut_off_is_positive(cutoff: object) -> None:
    with pytest.raises(PhysicsError):
        critical_stripping(ramp(), cutoff=cutoff)


def test_the_half_cycle_can_be_chosen() -> None:
    current = np.r_[np.full(10, 1.0), np.full(10, -1.0), np.full(20, 1.0)]
    voltage = np.r_[np.linspace(0, 2, 10), np.zeros(10), np.linspace(0, 2, 20)]
    record = run(voltage, current)
    assert critical_stripping(record, cutoff="1 V").attrs["half_cycle"] == 2
    assert critical_stripping(record, cutoff="1 V", half_cycle=0).attrs["half_cycle"] == 0
    with pytest.raises(SchemaError, match="half cycle 1"):
        critical_stripping(record, cutoff="1 V", half_cycle=1)


def test_the_answer_is_the_same_in_any_unit_of_time() -> None:
    slow = ramp()
    slow = label(slow.assign(time=slow["time"] * 10, current=slow["current"] / 10), "cycling")
    assert critical_stripping(slow, cutoff="1 V")["charge"].item() == pytest.approx(20.0)
