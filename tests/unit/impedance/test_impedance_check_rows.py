"""Rows, sweeps and series that a checked record must not take over silently."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import CheckLimits, check_spectra
from alkanode.impedance.elements import capacitor, resistor, zarc

F = np.geomspace(1e6, 1.0, 41)
Z = resistor(F, 5) + zarc(F, 20, 1e-4, 0.9) + zarc(F, 30, 1e-2, 0.8)
POINT = ("spectrum", "point")


def record(frequency: np.ndarray, impedance: np.ndarray, times: np.ndarray | None = None) -> xr.Dataset:
    frequency, impedance = np.atleast_2d(frequency), np.atleast_2d(impedance)
    made = xr.Dataset({"frequency": (POINT, frequency), "impedance": (POINT, impedance.astype(complex))})
    if times is not None:
        made["point_time"] = (POINT, np.atleast_2d(times).astype(float))
    return label(made, "impedance")


def quiet(dataset: xr.Dataset, **options: object) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return check_spectra(dataset, **options)


@pytest.mark.parametrize("row", [4, 20, 37])
@pytest.mark.parametrize("size", [10.0, 1e6])
def test_an_isolated_overload_is_dropped_by_its_row(row: int, size: float):
    spoiled = Z.copy()
    spoiled[row] *= size
    with pytest.warns(DataQualityWarning, match="overloaded points were dropped"):
        result = check_spectra(record(F, spoiled))
    assert result.original_point.values.tolist() == [[k for k in range(41) if k != row]]
    assert f"rows {row}" in result.attrs["checks"]


@pytest.mark.parametrize("row", [0, 40])
def test_an_overload_at_an_end_is_dropped_but_an_artefact_of_the_cell_is_not(row: int):
    overload, artefact = Z.copy(), Z.copy()
    overload[row] *= 1e4
    artefact[row] *= 6
    assert row not in quiet(record(F, overload)).original_point.values
    assert row in quiet(record(F, artefact)).original_point.values


@pytest.mark.parametrize("value", [complex(np.inf, 0), 9.9e37 + 0j])
def test_an_overflow_of_the_instrument_is_an_overload(value: complex):
    spoiled = Z.copy()
    spoiled[12] = value
    with pytest.warns(DataQualityWarning, match="overloaded"):
        assert 12 not in check_spectra(record(F, spoiled)).original_point.values


def test_a_blocked_cell_is_no_overload():
    blocked = check_spectra(record(F, resistor(F, 5) + capacitor(F, 1e-7)))
    assert blocked.sizes["point"] == 41
    assert blocked.attrs["checks"] == ""


def test_times_that_contradict_the_sorted_frequencies_are_told():
    order = np.random.default_rng(0).permutation(41)
    with pytest.warns(DataQualityWarning) as caught:
        result = check_spectra(record(F[order], Z[order], np.arange(41)))  # measured in this very order
    kinds = " ".join(str(warning.message) for warning in caught)
    assert "out of frequency order" in kinds
    assert "time stamps disagree with the order of frequencies" in kinds
    np.testing.assert_array_equal(result.impedance[0], Z)
    np.testing.assert_array_equal(order[result.point_time.values[0].astype(int)], np.arange(41))


def test_a_sweep_from_low_to_high_frequency_keeps_its_times_without_doubt():
    result = check_spectra(record(F[::-1], Z[::-1], np.arange(41)))
    assert result.point_time.values[0, 0] == 40
    assert "disagree" not in result.attrs["checks"]


def test_a_pause_within_a_sweep_is_told():
    times = np.cumsum(2 / F + 0.02)
    late = times + 600 * (np.arange(41) >= 20)
    assert check_spectra(record(F, Z, times)).attrs["checks"] == ""
    with pytest.warns(DataQualityWarning, match="interrupted"):
        result = check_spectra(record(F, Z, late))
    assert "600 s after point 19" in result.attrs["checks"]
    assert quiet(record(F, Z, late), limits=CheckLimits(pause=1e9)).attrs["checks"] == ""


def test_shuffled_rows_of_two_sweeps_are_told_apart_by_their_times():
    order = np.random.default_rng(1).permutation(82)
    times, both = np.arange(82.0)[order], np.concatenate([Z, 1.3 * Z])[order]
    result = quiet(record(np.tile(F, 2)[order], both, times))
    np.testing.assert_allclose(result.impedance, np.stack([Z, 1.3 * Z]))
    assert "part 2 of 2" in result.attrs["checks"]


def test_shuffled_rows_of_two_sweeps_without_times_are_refused():
    order = np.random.default_rng(1).permutation(82)
    result = quiet(record(np.tile(F, 2)[order], np.concatenate([Z, 1.02 * Z])[order]))
    assert result.masked.item()
    assert "41 of 41 frequencies come several times" in result.mask_reason.item()


def test_a_sweep_that_was_broken_off_and_begun_again_is_two():
    frequency, impedance = np.concatenate([F[:12], F]), np.concatenate([Z[:12] * 1.01, Z])
    result = quiet(record(frequency, impedance))
    assert result.sizes["spectrum"] == 2
    assert result.masked.values.tolist() == [True, False]
    np.testing.assert_array_equal(result.impedance[1], Z)


def test_a_first_frequency_that_is_measured_again_at_the_end_stays_one_sweep():
    result = quiet(record(np.append(F, F[0]), np.append(Z, 1.02 * Z[0])))
    assert result.sizes["spectrum"] == 1
    assert result.impedance.values[0, 0] == pytest.approx(1.01 * Z[0])


@pytest.mark.parametrize("factor", [1e-3, 1e3, 1.6e3])
def test_units_that_change_within_a_series_are_suspected(factor: float):
    series = np.stack([Z, 1.05 * Z, factor * Z, 1.02 * factor * Z])
    with pytest.warns(DataQualityWarning, match="mixed units suspected") as caught:
        result = check_spectra(record(np.tile(F, (4, 1)), series))
    assert "spectrum 2 of 4" in str(caught[0].message)
    np.testing.assert_array_equal(result.impedance, series)  # told, not converted
    assert not result.masked.values.any()


@pytest.mark.parametrize("factor", [20.0, 8e3])
def test_growth_of_a_cell_is_no_change_of_units(factor: float):
    series = np.stack([Z, factor * Z, resistor(F, 5) + 1e3 * (Z - 5)])
    assert "units" not in quiet(record(np.tile(F, (3, 1)), series)).attrs["checks"]


def test_masked_spectra_do_not_stand_between_neighbours():
    made = record(np.tile(F, (3, 1)), np.stack([Z, 1e3 * Z, Z]))
    made["masked"] = ("spectrum", [False, True, False])
    assert check_spectra(made).attrs["checks"] == ""


def test_limits_are_stored_and_must_be_positive():
    assert "overload=5.0" in check_spectra(record(F, Z)).attrs["limits"]
    with pytest.raises(SchemaError, match="fewest_decades"):
        CheckLimits(fewest_decades=0)
    assert quiet(record(F, Z), limits=CheckLimits(fewest_points=50)).mask_reason.item() == "41 points, fewer than 50"
