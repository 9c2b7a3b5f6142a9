from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import operando_map, relaxation_times
from alkanode.impedance.elements import resistor, zarc

FREQUENCY = np.geomspace(1e6, 1, 40)


def times(**more: np.ndarray) -> xr.Dataset:
    z = np.array([resistor(FREQUENCY, 5) + zarc(FREQUENCY, R, 1e-4, 0.9) for R in (10, 20, 30, 40)])
    fields = {
        "frequency": (("spectrum", "point"), np.tile(FREQUENCY, (4, 1))),
        "impedance": (("spectrum", "point"), z),
        **{name: ("spectrum", values) for name, values in more.items()},
    }
    return relaxation_times(xr.Dataset(fields))


def test_rows_follow_the_charge():
    result = operando_map(times(charge=np.array([3.0, 1.0, 2.0, 0.0]), time=np.arange(4.0)))
    check(result, "relaxation_times")
    assert result.charge.values.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert result.spectrum_index.values.tolist() == [3, 1, 2, 0]
    total = result.polarisation_in_window + result.polarisation_out_of_window
    np.testing.assert_allclose(total, [40, 20, 30, 10], rtol=0.02)
    assert result.attrs["against"] == "charge"
    assert result.attrs["masked_spectra"] == ""


def test_time_is_the_other_order():
    result = operando_map(times(charge=np.array([3.0, 1.0, 2.0, 0.0]), time=np.arange(4.0)), against="time")
    assert result.spectrum_index.values.tolist() == [0, 1, 2, 3]


def test_masked_rows_stay_as_gaps_with_reasons():
    given = times(
        charge=np.array([0.0, 1.0, 2.0, 3.0]),
        masked=np.array([False, False, True, False]),
        mask_reason=np.array(["", "", "voltage drifts", ""]),
    )
    result = operando_map(given)
    assert result.sizes["spectrum"] == 4
    assert result.masked.values.tolist() == [False, False, True, False]
    assert np.isnan(result.distribution[2]).all()
    assert result.attrs["masked_spectra"] == "2: voltage drifts"


def test_rows_without_a_place_stand_last_masked():
    result = operando_map(times(charge=np.array([1.0, np.nan, 0.0, 2.0])))
    assert result.spectrum_index.values.tolist() == [2, 0, 3, 1]
    assert result.masked.values.tolist() == [False, False, False, True]
    assert np.isnan(result.distribution[3]).all()
    assert np.isnan(result.series_resistance[3])
    assert result.attrs["masked_spectra"] == "1: charge unknown"


def test_a_map_leaves_its_input_alone():
    given = times(charge=np.array([1.0, np.nan, 0.0, 2.0]))
    before = given.copy(deep=True)
    operando_map(given)
    xr.testing.assert_identical(given, before)


def test_a_missing_coordinate_is_named():
    with pytest.raises(SchemaError, match="needs the charge"):
        operando_map(times(time=np.arange(4.0)))
    with pytest.raises(SchemaError, match="only missing values"):
        operando_map(times(charge=np.full(4, np.nan)))
    with pytest.raises(SchemaError, match="one of 'charge', 'time'"):
        operando_map(times(time=np.arange(4.0)), against="cycle")


def test_a_charge_that_turns_back_is_cut_into_parts():
    turning = times(charge=np.array([0.0, 2.0, 1.0, -1.0]), time=np.arange(4.0))
    result = operando_map(turning)
    assert result.charge.values.tolist() == [-1.0, 0.0, 1.0, 2.0]
    assert result.part.values.tolist() == [1, 0, 1, 0]
    assert np.unique(operando_map(turning, against="time").part).tolist() == [0]


def test_rounding_of_a_resting_charge_is_no_turn():
    result = operando_map(times(charge=np.array([0.0, 1.0, 0.999, 2.0])))
    assert np.unique(result.part).tolist() == [0]


def test_current_and_voltage_come_from_the_spectra():
    given = times()
    n = given.sizes["spectrum"]
    spectra = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(FREQUENCY, (n, 1))),
            "impedance": (("spectrum", "point"), np.ones((n, 40), dtype=complex)),
            "voltage": (("spectrum", "point"), np.outer([0.3, 0.1, 0.2, 0.4], np.ones(40))),
            "current": (("spectrum", "point"), np.outer([3e-3, 1e-3, 2e-3, 4e-3], np.ones(40))),
        }
    )
    over_voltage = operando_map(given, against="voltage", spectra=spectra)
    assert over_voltage.spectrum_index.values.tolist() == [1, 2, 0, 3]
    np.testing.assert_allclose(over_voltage.mean_voltage, [0.1, 0.2, 0.3, 0.4])
    over_current = operando_map(given, against="current", spectra=spectra)
    np.testing.assert_allclose(over_current.mean_current, [1e-3, 2e-3, 3e-3, 4e-3])
    with pytest.raises(SchemaError, match=r"spectra=\.\.\."):
        operando_map(given, against="voltage")
    with pytest.raises(SchemaError, match="the spectra of the map"):
        operando_map(given, against="voltage", spectra=spectra.isel(spectrum=[0]))


def test_the_number_of_the_spectrum_is_a_coordinate():
    assert operando_map(times(), against="spectrum").spectrum_index.values.tolist() == [0, 1, 2, 3]
