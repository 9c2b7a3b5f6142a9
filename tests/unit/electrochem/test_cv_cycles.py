"""Numbers of a cycle: resistance, charges, stripping peak, doubts."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from alkanode.data import Cell, Electrolyte
from alkanode.data.schema import label
from alkanode.electrochem import peak_growth, voltammetry, voltammetry_estimates
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError

Floats = npt.NDArray[np.float64]
RATE, STEP = 0.01, 0.001


def triangle(cycles: int = 1, top: float = 0.5) -> Floats:
    up, down = np.arange(0, top, STEP), np.arange(top, -top, -STEP)
    return np.concatenate([*[np.concatenate([up, down, np.arange(-top, 0, STEP)])] * cycles, [0.0]])


def voltammogram(current: Any, cycles: int = 1, noise: float = 0.0, top: float = 0.5) -> xr.Dataset:
    """A record whose current is a function of (voltage, direction, cycle)."""
    voltage = triangle(cycles, top)
    time = np.arange(voltage.size) * STEP / RATE
    rising = np.gradient(voltage) > 0
    number = np.minimum(np.arange(voltage.size) * cycles // (voltage.size - 1), cycles - 1)
    flow = current(voltage, rising, number) + noise * np.random.default_rng(3).normal(size=voltage.size)
    fields = {"time": time, "voltage": voltage, "current": flow, "control_mode": np.full(time.size, 2)}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def resistor(voltage: Floats, rising: Any, number: Any) -> Floats:
    return voltage / 200


def gaussian(voltage: Floats, rising: Any, number: Any) -> Floats:
    """A peak of 2 mA, 30 mV standard deviation, at 0.2 V on 200 ohm, in the rising sweep."""
    return voltage / 200 + np.where(rising, 2e-3 * np.exp(-0.5 * ((voltage - 0.2) / 0.03) ** 2), 0)


GAUSSIAN_CHARGE = 2e-3 * 0.03 * np.sqrt(2 * np.pi) / RATE


def test_a_resistor() -> None:
    found = voltammetry(voltammogram(resistor, noise=1e-7)).isel(cycle=0)
    for name in ("resistance", "near_zero_resistance", "plating_resistance"):
        low, high = found[f"{name}_interval"].to_numpy()
        assert low <= 200 <= high
        assert float(found[name]) == pytest.approx(200, rel=1e-3)
    assert float(found["asymmetry"]) == pytest.approx(1, abs=1e-3)
    assert not found["peak"]
    assert found["straight"]
    assert abs(float(found["hysteresis_charge"])) < 1e-6
    assert float(found["stripped_charge"]) == pytest.approx(0.5**2 / 200 / RATE, rel=1e-3)
    assert float(found["dissipated_energy"]) == pytest.approx(4 * 0.5**3 / 3 / 200 / RATE, rel=1e-3)


def test_a_capacitance_opens_the_loop() -> None:
    found = voltammetry(voltammogram(lambda v, up, n: v / 200 + np.where(up, 1, -1) * 2e-3 * RATE)).isel(cycle=0)
    assert float(found["capacitance"]) == pytest.approx(2e-3, rel=0.02)
    assert float(found["hysteresis_charge"]) == pytest.approx(2e-3 * 1.0, rel=0.01)


def test_the_peak_of_known_charge_width_and_place() -> None:
    found = voltammetry(voltammogram(gaussian, noise=2e-6)).isel(cycle=0)
    assert bool(found["peak"])
    low, high = found["peak_charge_interval"].to_numpy()
    assert low <= GAUSSIAN_CHARGE <= high
    assert float(found["peak_charge"]) == pytest.approx(GAUSSIAN_CHARGE, rel=0.03)
    assert float(found["peak_voltage"]) == pytest.approx(0.2, abs=0.005)
    assert float(found["peak_width"]) == pytest.approx(2.3548 * 0.03, rel=0.05)
    assert float(found["peak_current"]) == pytest.approx(2e-3, rel=0.03)
    assert 0.1 < float(found["peak_onset"]) < 0.17
    assert float(found["peak_total_current"]) == pytest.approx(3e-3, rel=0.03)
    assert float(found["asymmetry"]) == pytest.approx(1 + GAUSSIAN_CHARGE * 200 * RATE / 0.25, rel=0.01)


def test_the_baselines_agree_where_they_should() -> None:
    """On one resistance, plating side extrapolated, return sweep and feet are the same line."""
    found = voltammetry(voltammogram(gaussian)).isel(cycle=0)
    np.testing.assert_allclose(found["peak_charge_by_baseline"], GAUSSIAN_CHARGE, rtol=0.02)


def test_a_baseline_above_the_current_does_not_apply() -> None:
    slower = voltammetry(voltammogram(lambda v, up, n: gaussian(v, up, n) - np.maximum(v, 0) / 400)).isel(cycle=0)
    by_baseline = slower["peak_charge_by_baseline"]
    assert np.isnan(by_baseline.sel(baseline="extrapolated"))
    assert float(by_baseline.sel(baseline="return")) == pytest.approx(GAUSSIAN_CHARGE, rel=0.02)


def test_a_small_peak_is_a_shoulder_and_a_large_one_is_not() -> None:
    def sized(size: float) -> xr.Dataset:
        return voltammetry(voltammogram(lambda v, up, n: resistor(v, up, n) + size * (gaussian(v, up, n) - v / 200)))

    assert bool(sized(0.05)["peak_shoulder"][0])
    assert not bool(sized(1.0)["peak_shoulder"][0])


@pytest.mark.parametrize(
    "shape",
    [
        lambda v, up, n: 1e-3 * np.tanh(v / 0.1),
        lambda v, up, n: 1e-4 * np.sinh(v / 0.1),
        lambda v, up, n: v / 200 - np.where(v > 0, 2e-3 * v**2, 0),
    ],
    ids=["limited", "accelerating", "bending"],
)
@pytest.mark.parametrize("noise", [0.0, 1e-6])
def test_a_current_without_a_peak_has_none(shape: Any, noise: float) -> None:
    found = voltammetry(voltammogram(shape, noise=noise))
    assert not found["peak"].to_numpy().any()
    assert str(found["peak_reason"].to_numpy()[0])
    assert np.isnan(found["peak_charge"]).all()


def test_noise_is_no_peak() -> None:
    for seed in range(10):
        record = voltammogram(resistor)
        noisy = record["current"] + 5e-5 * np.random.default_rng(seed).normal(size=record.sizes["row"])
        assert not voltammetry(record.assign(current=noisy))["peak"].to_numpy().any()


def test_a_peak_cut_by_the_turning_point_has_no_charge() -> None:
    late = voltammetry(
        voltammogram(lambda v, up, n: np.where(up, 1, 0.2) * 2e-3 * np.exp(-0.5 * ((v - 0.45) / 0.06) ** 2))
    )
    assert bool(late["peak"][0])
    assert float(late["peak_voltage"][0]) == pytest.approx(0.45, abs=0.01)
    assert np.isnan(late["peak_charge"][0])
    assert "cut by the turning point" in str(late["peak_reason"].to_numpy()[0])


def test_a_window_leaves_other_peaks_out() -> None:
    record = voltammogram(gaussian)
    assert voltammetry(record, window=("0.1 V", "0.4 V"))["peak"].to_numpy().all()
    outside = voltammetry(record, window=("0.3 V", "0.4 V"))
    assert not outside["peak"].to_numpy().any()
    assert "window" in str(outside["peak_reason"].to_numpy()[0])


def test_the_counter_electrode_strips_in_reduction() -> None:
    record = voltammogram(gaussian)
    turned = record.assign(voltage=-record["voltage"], current=-record["current"])
    cell = Cell(anode="NaK50", anode_role="counter", area="0.5 cm2")
    one, other = voltammetry(record), voltammetry(turned, cell)
    for name in ("peak_charge", "peak_current", "resistance", "asymmetry", "peak_width"):
        np.testing.assert_allclose(other[name], one[name], rtol=1e-9)
    np.testing.assert_allclose(other["peak_voltage"], -one["peak_voltage"])
    np.testing.assert_allclose(other["peak_current_density"], other["peak_current"] / 0.5e-4)


def test_taking_off_the_series_resistance() -> None:
    """A peak of known charge in the interface's own potential, seen through 100 ohm."""
    voltage = triangle()
    rising = np.gradient(voltage) > 0
    current = gaussian(voltage, rising, None)
    applied = voltage + 100 * current
    inner = voltammogram(gaussian)
    seen = inner.assign(voltage=("row", applied), voltage_setpoint=("row", voltage))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        raw, corrected = voltammetry(seen), voltammetry(seen, series_resistance="100 ohm")
    assert float(raw["peak_voltage"][0]) == pytest.approx(0.5, abs=0.02)
    assert float(corrected["peak_voltage"][0]) == pytest.approx(0.2, abs=0.005)
    assert float(corrected["plating_resistance"][0]) == pytest.approx(200, rel=1e-3)
    with pytest.raises(PhysicsError, match="positive"):
        voltammetry(seen, series_resistance="-1 ohm")


def test_a_clipped_current_is_flagged() -> None:
    with pytest.warns(DataQualityWarning, match="end of a current range"):
        found = voltammetry(voltammogram(lambda v, up, n: np.clip(gaussian(v, up, n), -2e-3, 2e-3)))
    assert found["current_clipped"].to_numpy().all()


def test_a_voltage_that_was_not_reached_is_flagged() -> None:
    record = voltammogram(resistor)
    short = record.assign(voltage_setpoint=record["voltage"], voltage=np.clip(record["voltage"], -0.4, 0.4))
    with pytest.warns(DataQualityWarning, match="stayed away"):
        voltammetry(short)


def test_a_line_alone_is_a_suspected_short_that_needs_impedance() -> None:
    found = voltammetry(voltammogram(resistor))
    assert found.attrs["short"] == "suspected"
    assert "needs EIS" in found.attrs["short_would_confirm"]
    assert found.attrs["short_signs"].count(";") == 0


@pytest.mark.parametrize(("electrolyte", "short", "signs"), [("1000 ohm", "suspected", 2), ("150 ohm", "none", 1)])
def test_the_electrolyte_is_the_second_sign(electrolyte: str, short: str, signs: int) -> None:
    found = voltammetry(voltammogram(resistor), electrolyte=electrolyte)
    assert found.attrs["short"] == short
    assert len(found.attrs["short_signs"].split("; ")) == signs
    assert bool(found.attrs["short_against"]) == (short == "none")


def test_the_electrolyte_of_the_cell_counts() -> None:
    thick = Cell(
        anode="Na", area="0.785 cm2", electrolyte=Electrolyte("NASICON", thickness="1 mm", conductivity="0.1 mS cm-1")
    )
    assert "below 0.5 times" in voltammetry(voltammogram(resistor), thick).attrs["short_signs"]


def test_a_cell_with_a_peak_is_no_short() -> None:
    found = voltammetry(voltammogram(gaussian))
    assert found.attrs["short"] == "none"
    assert found.attrs["short_signs"] == ""


def growing(voltage: Floats, rising: Any, number: Any) -> Floats:
    return voltage / 200 + number * 0.2 * (gaussian(voltage, rising, number) - voltage / 200)


def test_growth_of_the_peak() -> None:
    found = voltammetry(voltammogram(growing, cycles=8, noise=2e-6))
    growth = peak_growth(found)
    assert growth is not None
    low, high = growth.interval
    assert low <= growth.slope <= high
    assert growth.slope == pytest.approx(0.2 * GAUSSIAN_CHARGE, rel=0.03)
    assert growth.trend == "grows"
    assert not found["peak"][0]
    assert found["peak"][1:].all()


def test_too_few_cycles_have_no_growth() -> None:
    assert peak_growth(voltammetry(voltammogram(growing, cycles=4))) is None


def test_headline_numbers_carry_intervals() -> None:
    cell = Cell(anode="NaK50", area="0.5 cm2", area_uncertainty="0.01 cm2")
    found = voltammetry(voltammogram(growing, cycles=8, noise=2e-6), cell)
    estimates = voltammetry_estimates(found, cell)
    assert {"scan_rate", "resistance", "peak_charge", "peak_charge_growth", "peak_areal_charge"} <= set(estimates)
    for name, estimate in estimates.items():
        assert estimate.interval is not None, name
        assert estimate.value is not None
        assert estimate.interval[0] <= estimate.value <= estimate.interval[1], name
    areal = estimates["peak_areal_charge"]
    assert areal.interval is not None
    assert areal.interval[1] / areal.interval[0] > 1.07


def test_only_full_loops_make_headlines() -> None:
    record = voltammogram(resistor).isel(row=slice(0, 1200))
    found = voltammetry(record)
    assert not found["complete"].to_numpy().any()
    assert voltammetry_estimates(found) == {}


def test_missing_currents_are_filled_with_a_warning_or_refused() -> None:
    record = voltammogram(resistor)
    some = record["current"].to_numpy().copy()
    some[::50] = np.nan
    with pytest.warns(DataQualityWarning, match="filled"):
        found = voltammetry(record.assign(current=("row", some)))
    assert float(found["resistance"][0]) == pytest.approx(200, rel=1e-6)
    some[::3] = np.nan
    with pytest.raises(SchemaError, match="of the rows"):
        voltammetry(record.assign(current=("row", some)))


@pytest.mark.parametrize("kind", ["white", "wandering", "drifting", "humming"])
def test_coloured_noise_is_no_peak_either(kind: str) -> None:
    record = voltammogram(resistor)
    count = record.sizes["row"]
    for seed in range(10):
        white = np.random.default_rng(seed).normal(size=count)
        noise = {
            "white": 1e-5 * white,
            "wandering": 1e-6 * np.cumsum(white),
            "drifting": np.linspace(0, 1e-4, count),
            "humming": 3e-5 * np.sin(1.3 * np.arange(count)),
        }[kind]
        assert not voltammetry(record.assign(current=record["current"] + noise))["peak"].to_numpy().any()


def test_small_peaks_above_the_least_share_are_found_and_covered() -> None:
    small = voltammetry(voltammogram(lambda v, up, n: v / 200 + 0.03 * (gaussian(v, up, n) - v / 200), noise=2e-6))
    low, high = small["peak_charge_interval"].to_numpy()[0]
    assert low <= 0.03 * GAUSSIAN_CHARGE <= high
    tiny = voltammetry(voltammogram(lambda v, up, n: v / 200 + 0.01 * (gaussian(v, up, n) - v / 200), noise=2e-6))
    assert not tiny["peak"].to_numpy().any()
