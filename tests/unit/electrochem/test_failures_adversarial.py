"""Traces that look like failures and are none, failures that hide, and evidence that does not count."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Electrode, label
from alkanode.electrochem import critical_stripping, find_failures
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError

N = 2000
T = np.arange(N, dtype=float)


def record(voltage: np.ndarray, current: float | np.ndarray = 1e-3, **fields: np.ndarray) -> xr.Dataset:
    size = voltage.size
    columns = {"time": np.arange(size, dtype=float), "voltage": voltage, "current": np.broadcast_to(current, size)}
    return label(xr.Dataset({key: ("row", values) for key, values in (columns | fields).items()}), "cycling")


def kinds(found: xr.Dataset) -> list[str]:
    return [str(kind) for kind in found["failure"].to_numpy()]


def runaway(start: int = 1500) -> np.ndarray:
    return np.where(start > T, 0.1, 0.1 + np.maximum(T - start, 0) ** 2 / 1e4)


def spiked(where: slice | int, value: float) -> np.ndarray:
    voltage = np.full(N, 0.1)
    voltage[where] = value
    return voltage


@pytest.mark.parametrize(
    "voltage",
    [
        spiked(500, 0.0),
        spiked(500, 5.0),
        spiked(-1, 0.0),
        spiked(-1, 5.0),
        spiked(0, 2.0),
        spiked(slice(0, 5), 2.0),
        0.03 + 0.5 * np.exp(-T / 3),
        0.03 + 0.5 * np.exp(-T / 300),
        0.02 + 0.13 * (1 - np.exp(-T / 30)),
        0.02 + 0.13 * (1 - np.exp(-T / 1000)),
        0.02 + 0.2 * np.sqrt(T / N),
    ],
    ids=[
        "outlier to zero",
        "outlier to the limit",
        "last sample zero",
        "last sample at the limit",
        "first sample high",
        "first five samples high",
        "fast nucleation decay",
        "slow decay",
        "fast polarisation",
        "slow polarisation to a steady state",
        "diffusion, sqrt of time",
    ],
)
def test_none_of_these_is_a_failure(voltage: np.ndarray) -> None:
    assert kinds(find_failures(record(voltage))) == []


def test_a_short_that_heals_is_a_transient_soft_short() -> None:
    found = find_failures(record(spiked(slice(1500, 1600), 1e-3)))
    assert kinds(found) == ["soft_short_transient"]
    assert (found["row"].item(), found["last_row"].item(), found["drops"].item()) == (1500, 1600, 1)
    assert found["depth"].item() == pytest.approx(0.99)
    assert found["duty"].item() == pytest.approx(100 / N)


@pytest.mark.parametrize(
    ("voltage", "kind", "time"),
    [
        (np.where(T < 1500, 0.1, 1e-4), "hard_short", 1500),
        (np.where(T < 1500, 0.1, 5.0), "suspected_contact_loss", 1500),
        (runaway(), "suspected_contact_loss", 1563),
        (0.05 * (1 - np.exp(-T / 20)) + runaway(), "suspected_contact_loss", 1577),
        (np.minimum(0.1 / np.maximum(1 - (T / 1990) ** 3, 1e-9), 5.0), "suspected_contact_loss", 1847),
    ],
    ids=["short", "sudden loss", "run-away", "capacitive start, then run-away", "contact area that vanishes"],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_all_of_these_are_found(voltage: np.ndarray, kind: str, time: float, sign: int) -> None:
    found = find_failures(record(sign * voltage, sign * 1e-3))
    assert kinds(found) == [kind]
    assert found["time"].item() == pytest.approx(time, abs=2)


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.2])
def test_a_short_is_found_in_noise_and_noise_is_no_short(noise: float) -> None:
    random = np.random.default_rng(5)
    clean = 1 + noise * random.normal(size=N)
    assert kinds(find_failures(record(0.1 * clean))) == []
    found = find_failures(record(np.where(T < 1200, 0.1, 1e-3) * clean))
    assert kinds(found) == ["hard_short"]
    assert found["time"].item() == pytest.approx(1200, abs=1)


def test_a_cell_without_resistance_is_only_noise() -> None:
    for seed in range(60):
        voltage = 1e-3 * np.random.default_rng(seed).normal(size=200)
        assert kinds(find_failures(record(voltage))) == [], seed


@pytest.mark.parametrize("samples", [7, 9, 12, 20])
def test_sparse_sampling(samples: int) -> None:
    voltage = np.full(samples, 0.1)
    assert kinds(find_failures(record(voltage))) == []
    voltage[samples // 2 :] = 1e-4
    assert kinds(find_failures(record(voltage))) == ["hard_short"]


def test_slow_capacitive_start_after_each_polarity_flip() -> None:
    sign = np.sign(np.sin(2 * np.pi * (T + 0.5) / 1000))
    voltage = 0.1 * sign * (1 - 0.98 * np.exp(-(T % 500) / 100))
    assert kinds(find_failures(record(voltage, 1e-3 * sign))) == []


def test_a_pause_does_not_hide_a_short() -> None:
    voltage = np.where(T < 1500, 0.1, 1e-4)
    current = np.full(N, 1e-3)
    voltage[700:720], current[700:720] = 0.0, 0.0
    assert kinds(find_failures(record(voltage, current))) == ["hard_short"]


def test_a_hold_of_the_voltage_is_no_run_away() -> None:
    """At constant voltage the current fades, so that V / I grows without bound in the healthiest cell."""
    voltage = np.r_[np.linspace(0.05, 0.1, 1000), np.full(1000, 0.4)]
    current = np.r_[np.full(1000, 1e-3), 1e-3 * np.exp(-np.arange(1000) / 100)]
    mode = np.r_[np.full(1000, 1), np.full(1000, 2)]
    setpoint = np.where(mode == 1, 1e-3, np.nan)
    assert kinds(find_failures(record(voltage, current, control_mode=mode, current_setpoint=setpoint))) == []


def test_a_full_cell_is_not_judged_unless_two_metals_are_named() -> None:
    voltage = np.r_[np.full(50, 2.5), 2.55 + 1.2 * np.linspace(0, 1, 1000) ** 3]
    current = np.r_[np.zeros(50), np.full(1000, 1e-3)]
    with pytest.warns(DataQualityWarning, match=r"half cycle 0 of 1: the cell rests at 2\.5 V"):
        found = find_failures(record(voltage, current))
    assert kinds(found) == []
    assert "rests at 2.5 V" in found.attrs["not_judged"]
    with pytest.warns(DataQualityWarning, match="rests at"):
        find_failures(record(voltage, current), Cell(anode="Na", counter="NaCoO2"))
    assert kinds(find_failures(record(voltage, current), Cell(anode="Na", counter="K"))) == ["suspected_contact_loss"]
    assert find_failures(record(voltage, current), Cell(anode="Na", reference="Ag wire")).attrs["not_judged"] == ""


def test_a_stated_resistance_that_the_cell_contradicts_is_no_evidence() -> None:
    voltage = np.where(T < 1500, 0.1, 1e-3)
    assert kinds(find_failures(record(voltage), electrolyte="50 ohm")) == ["hard_short"]
    with pytest.warns(DataQualityWarning, match="showed 100 ohm before anything happened"):
        found = find_failures(record(voltage), electrolyte="1 kohm")
    assert kinds(found) == ["suspected_short"]
    with pytest.raises(PhysicsError, match="is positive"):
        find_failures(record(voltage), electrolyte="-50 ohm")


def test_depletion_is_that_of_the_electrode_that_is_stripped() -> None:
    anode, counter = Electrode("Na", mass="1 mg"), Electrode("Na", mass="2 mg")
    inventory = 1165.8 * 3.6 * 1e-3
    """C in 1 mg of sodium."""
    found = find_failures(record(runaway()), Cell(anode=anode, counter=counter))
    passed, strip = found["charge"].item(), found["rivals"].item()
    assert passed == pytest.approx(1.563, abs=0.005)
    plate = find_failures(record(-runaway(), -1e-3), Cell(anode=anode, counter=counter))["rivals"].item()
    unknown = find_failures(record(-runaway(), -1e-3), Cell(anode=anode))["rivals"].item()
    assert f"depletion of the anode: {100 * passed / inventory:.3g} %" in strip
    assert f"depletion of the counter electrode (stripped here): {50 * passed / inventory:.3g} %" in plate
    assert "inventory of the counter electrode (stripped here) is not known" in unknown


def test_sweeps_with_other_lowest_frequencies_are_not_compared() -> None:
    """A first sweep that stops at 1 kHz misses the arc that a later one shows; nothing grew."""
    frequency = np.geomspace(1e6, 1, 31)
    arc = 50 + 150 / (1 + 2j * np.pi * frequency * 1e-2)
    cut = np.where(frequency >= 1e3, 1.0, np.nan)
    fields = {
        "frequency": (("spectrum", "point"), np.array([frequency * cut, frequency, frequency])),
        "impedance": (("spectrum", "point"), np.array([arc * cut, arc, arc])),
        "time": ("spectrum", [10.0, 500.0, 1400.0]),
    }
    found = find_failures(record(runaway()), impedance=label(xr.Dataset(fields), "impedance"))
    assert kinds(found) == ["suspected_contact_loss"]


def test_a_record_without_voltage_is_not_judged() -> None:
    with pytest.warns(DataQualityWarning, match="no voltage or no current"):
        assert kinds(find_failures(record(np.full(N, np.nan)))) == []


def test_many_half_cycles_are_judged_one_by_one() -> None:
    sign = np.where(np.arange(40_000) // 40 % 2 == 0, 1.0, -1.0)
    voltage = 0.1 * sign
    voltage[20_010:20_040] = 1e-4
    found = find_failures(record(voltage, 1e-3 * sign))
    assert kinds(found) == ["hard_short"]
    assert found["row"].item() == 20_010
    assert found.attrs["half_cycles"] == 1000


def test_a_current_that_runs_against_its_set_point_is_doubted() -> None:
    opposed = record(np.full(50, 0.1), -1e-3, current_setpoint=np.full(50, 1e-3))
    with pytest.warns(DataQualityWarning, match="against its set-point"):
        find_failures(opposed)


def test_stripping_under_voltage_control_is_refused() -> None:
    swept = record(np.linspace(0, 3, 100), control_mode=np.full(100, 2))
    with pytest.raises(SchemaError, match="voltage control"):
        critical_stripping(swept, cutoff="1 V")


def test_stripping_more_than_the_anode_holds_is_doubted() -> None:
    with pytest.warns(DataQualityWarning, match="more than the 0.1166 mAh"):
        limit = critical_stripping(record(np.linspace(0, 3, 500)), Cell(anode="Na", anode_mass="0.1 mg"), cutoff="1 V")
    assert limit["reached"].item()


def test_stripping_with_reversed_signs_is_doubted() -> None:
    with pytest.warns(DataQualityWarning, match="another sign convention"):
        limit = critical_stripping(record(-np.linspace(0, 3, 100)), cutoff="1 V")
    assert not limit["reached"].item()


def test_a_jump_at_the_first_sample_counts_from_nothing() -> None:
    voltage, current = np.r_[np.zeros(5), np.full(20, 2.0)], np.r_[np.zeros(5), np.full(20, 1e-3)]
    limit = critical_stripping(record(voltage, current), cutoff="1 V")
    assert limit["charge_interval"].to_numpy()[0].tolist() == [0.0, limit["charge"].item()]
    with pytest.warns(DataQualityWarning, match="when the half cycle began"):
        limit = critical_stripping(record(np.full(20, 2.0)), cutoff="1 V")
    assert limit["above_from_start"].item()
    assert np.isnan(limit["charge"].item())


def test_a_series_resistance_is_positive() -> None:
    with pytest.raises(PhysicsError, match="series resistance"):
        critical_stripping(record(np.linspace(0, 3, 100)), cutoff="1 V", series_resistance="-1 ohm")
