from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import spectra_record
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import peaks, relaxation_times
from alkanode.impedance.elements import resistor, zarc, zarc_distribution

FREQUENCY = np.geomspace(1e6, 0.1, 70)


def times_of(*spectra: np.ndarray, **more: np.ndarray) -> xr.Dataset:
    return relaxation_times(spectra_record(FREQUENCY, np.array(spectra), **more))


def arcs(*parameters: tuple[float, float]) -> np.ndarray:
    return resistor(FREQUENCY, 5) + sum(zarc(FREQUENCY, R, tau, 0.95) for R, tau in parameters)


def test_peaks_give_time_resistance_and_capacitance():
    table = peaks(times_of(arcs((20, 1e-4), (30, 3e-2)), charge=np.array([4.0])))
    assert table.sizes["row"] == 2
    np.testing.assert_allclose(np.log10(table.relaxation_time / [1e-4, 3e-2]), 0, atol=0.02)
    np.testing.assert_allclose(table.resistance, [20, 30], rtol=0.03)
    np.testing.assert_allclose(table.capacitance, table.relaxation_time / table.resistance)
    assert table.in_window.all()
    assert table.charge.values.tolist() == [4.0, 4.0]
    assert table.spectrum_index.values.tolist() == [0, 0]
    assert table.capacitance.attrs["units"] == "F"


def test_an_arc_beyond_the_window_is_no_peak_inside_it():
    slow = times_of(arcs((20, 1e-4), (30, 50.0)))
    table = peaks(slow)
    assert "long-time end" in table.attrs["checks"]
    inside = table.relaxation_time.values[table.in_window.values]
    np.testing.assert_allclose(np.log10(inside / 1e-4), 0, atol=0.05)
    assert table.relaxation_time.max() < slow.relaxation_time[-1]
    assert "spectrum 0" in table.attrs["checks"]


def test_a_peak_just_outside_the_window_is_flagged():
    edge = 1 / (2 * np.pi * 0.1)
    table = peaks(times_of(arcs((20, 1e-4), (30, 1.4 * edge))))
    outside = table.relaxation_time.values > edge
    assert not table.in_window.values[outside].any()
    assert table.in_window.values[~outside].all()


def test_masked_spectra_have_no_peaks():
    z = arcs((20, 1e-4))
    table = peaks(times_of(z, z, masked=np.array([True, False])))
    assert set(table.spectrum_index.values) == {1}


def test_prominence_hides_small_peaks():
    times = times_of(arcs((20, 1e-5), (1, 1e-2)))
    assert peaks(times).sizes["row"] == 2
    assert peaks(times, prominence=0.2).sizes["row"] == 1


def test_no_peaks_is_an_empty_table():
    times = times_of(arcs((20, 1e-4)))
    times["distribution"] = times.distribution * 0
    assert peaks(times).sizes["row"] == 0


def test_other_records_and_prominences_are_refused():
    with pytest.raises(SchemaError, match="relaxation_times"):
        peaks(xr.Dataset())
    with pytest.raises(SchemaError, match="prominence"):
        peaks(times_of(arcs((20, 1e-4))), prominence=1.0)


def test_the_width_of_a_peak_is_that_of_its_arc():
    """A depressed arc falls to half its height where cosh(a x) = 2 - cos((1 - a) pi)."""
    times = times_of(arcs((20, 1e-4)))
    for exponent in (0.6, 0.75, 0.9):
        gamma = zarc_distribution(times.relaxation_time.to_numpy(), 20.0, 1e-3, exponent)
        times["distribution"] = (("spectrum", "relaxation_time"), gamma[None])
        table = peaks(times)
        expected = 2 * np.arccosh(2 - np.cos((1 - exponent) * np.pi)) / exponent
        assert table.peak_width.item() == pytest.approx(expected, rel=0.06)
        assert table.relaxation_time.item() == pytest.approx(1e-3, rel=5e-3)


@pytest.mark.parametrize("second", [5e-3, 7e-3])
def test_a_shoulder_is_reported_on_request_and_marked(second: float):
    overlapping = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 40, 1e-3, 0.8) + zarc(FREQUENCY, 14, second, 0.8)
    times = times_of(overlapping)
    assert peaks(times).sizes["row"] == 1
    table = peaks(times, shoulders=True)
    assert table.shoulder.values.tolist() == [False, True]
    np.testing.assert_allclose(np.log10(table.relaxation_time / [1e-3, second]), 0, atol=0.3)
    assert table.resistance.sum().item() == pytest.approx(54, rel=0.05)
    assert np.isnan(table.peak_width.values[1])
    assert not peaks(times, shoulders=True, shoulder_height=0.9).shoulder.any()
    with pytest.raises(SchemaError, match="shoulder_height"):
        peaks(times, shoulders=True, shoulder_height=0.0)


def test_a_single_arc_has_no_shoulder():
    for exponent in (0.75, 0.9):
        table = peaks(times_of(resistor(FREQUENCY, 5) + zarc(FREQUENCY, 40, 1e-3, exponent)), shoulders=True)
        assert table.sizes["row"] == 1


def test_a_distribution_that_is_flat_to_its_end_has_no_peak_there():
    times = times_of(arcs((20, 1e-4)))
    gamma = np.where(times.relaxation_time.to_numpy() > 0.5, 5.0, 0.0)
    gamma[-3] += 0.4
    times["distribution"] = (("spectrum", "relaxation_time"), gamma[None])
    table = peaks(times, prominence=0.1)
    assert table.sizes["row"] == 0
    assert "long-time end" in table.attrs["checks"]
