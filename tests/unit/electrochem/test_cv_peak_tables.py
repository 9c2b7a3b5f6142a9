"""Peaks in both directions, and currents over the scan rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.electrochem import scan_rates, voltammetry, voltammogram_peaks
from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]
MIDPOINTS = (2.7, 3.3, 3.7)


def full_cell(cycles: int = 3, drift: float = 0.0, noise: float = 1e-6, rate: float = 1e-3) -> xr.Dataset:
    """Three reactions, each 40 mV polarised, on a capacitance; from 2 to 4 V."""
    up = np.arange(2.0, 4.0, 0.002)
    voltage = np.concatenate([*[np.concatenate([up, up[::-1] + 0.002])] * cycles, [2.0]])
    rising = np.gradient(voltage) >= 0
    number = np.minimum(np.arange(voltage.size) // (2 * up.size), cycles - 1)
    sign = np.where(rising, 1, -1)
    current = sign * 2e-4
    for size, middle in zip((1e-3, 2e-3, 1.5e-3), MIDPOINTS, strict=True):
        place = middle + sign * 0.04 + drift * number
        current = current + sign * size * np.exp(-0.5 * ((voltage - place) / 0.04) ** 2)
    current = current + noise * np.random.default_rng(0).normal(size=voltage.size)
    time = np.arange(voltage.size) * 0.002 / rate
    fields = {"time": time, "voltage": voltage, "current": current, "control_mode": np.full(time.size, 2)}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def test_three_reactions_give_three_tracked_pairs() -> None:
    found = voltammogram_peaks(full_cell())
    assert found.sizes["peak"] == 18
    for track in range(6):
        rows = np.flatnonzero(found["track"].to_numpy() == track)
        assert rows.size == 3
        assert np.ptp(found["peak_voltage"].to_numpy()[rows]) < 0.01
    first = found.isel(peak=np.flatnonzero((found["cycle"] == 1) & (found["direction"] == "oxidation")))
    np.testing.assert_allclose(first["midpoint_voltage"], MIDPOINTS, atol=0.005)
    np.testing.assert_allclose(first["separation"], 0.08, atol=0.01)
    np.testing.assert_allclose(first["peak_current"], [1e-3, 2e-3, 1.5e-3], rtol=0.03)
    np.testing.assert_allclose(first["peak_charge"], np.array([1e-3, 2e-3, 1.5e-3]) * 0.04 * 2.5066 / 1e-3, rtol=0.05)
    np.testing.assert_allclose(first["peak_width"], 2.3548 * 0.04, rtol=0.05)


def test_partners_point_at_each_other() -> None:
    found = voltammogram_peaks(full_cell())
    partner = found["partner"].to_numpy()
    np.testing.assert_array_equal(partner[partner], np.arange(partner.size))
    assert (found["direction"].to_numpy() != found["direction"].to_numpy()[partner]).all()


def test_a_track_follows_a_drifting_peak() -> None:
    found = voltammogram_peaks(full_cell(cycles=5, drift=0.02))
    for track in range(6):
        rows = np.flatnonzero(found["track"].to_numpy() == track)
        np.testing.assert_allclose(np.diff(found["peak_voltage"].to_numpy()[rows]), 0.02, atol=0.008)


def test_a_resistor_has_no_peaks_in_the_table() -> None:
    record = full_cell()
    assert voltammogram_peaks(record.assign(current=(record["voltage"] - 3) / 100)).sizes["peak"] == 0


def at_rate(rate: float, current: float) -> xr.Dataset:
    """A stripping peak of a height on a resistance and a capacitance of 1 mF."""
    up = np.concatenate([np.arange(0, 0.5, 0.001), np.arange(0.5, -0.5, -0.001), np.arange(-0.5, 0, 0.001), [0.0]])
    rising = np.gradient(up) > 0
    flow = up / 500 + np.where(rising, 1, -1) * 1e-3 * rate
    flow = flow + np.where(rising, current * np.exp(-0.5 * ((up - 0.2) / 0.03) ** 2), 0)
    fields = {
        "time": np.arange(up.size) * 0.001 / rate,
        "voltage": up,
        "current": flow,
        "control_mode": np.full(up.size, 2),
    }
    return voltammetry(label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling"))


RATES = (0.002, 0.005, 0.01, 0.02, 0.05)


@pytest.mark.parametrize(("power", "size"), [(1.0, 0.2), (0.5, 0.02)])
def test_the_exponent_of_the_law_that_made_the_peaks(power: float, size: float) -> None:
    found = scan_rates([at_rate(rate, size * rate**power) for rate in RATES])
    assert float(found["exponent"]) == pytest.approx(power, abs=0.01)
    term = "linear" if power == 1 else "square_root"
    assert float(found["law_coefficient"].sel(term=term)) == pytest.approx(size, rel=0.05)
    assert float(found["linearity"].sel(term=term)) > 0.999
    share = found["diffusive_share"].to_numpy()
    np.testing.assert_allclose(share, 0 if power == 1 else 1, atol=0.05)


def test_a_mixed_law_lies_between() -> None:
    found = scan_rates([at_rate(rate, 0.1 * rate + 0.01 * rate**0.5) for rate in RATES])
    assert 0.5 < float(found["exponent"]) < 1
    low, high = found["law_coefficient_interval"].sel(term="linear").to_numpy()
    assert low <= float(found["law_coefficient"].sel(term="linear")) <= high
    assert float(found["law_coefficient"].sel(term="linear")) == pytest.approx(0.1, rel=0.1)


def test_the_capacitance_from_the_separation() -> None:
    found = scan_rates([at_rate(rate, 0.2 * rate) for rate in RATES])
    assert float(found["capacitance"]) == pytest.approx(1e-3, rel=0.02)


def test_fewer_than_three_rates_are_refused() -> None:
    with pytest.raises(SchemaError, match="3 scan rates"):
        scan_rates([at_rate(rate, 0.2 * rate) for rate in (0.01, 0.0102, 0.02)])


def test_an_unknown_current_is_refused() -> None:
    with pytest.raises(SchemaError, match="a current of the voltammogram"):
        scan_rates([at_rate(0.01, 1e-3)], current="nonsense")
