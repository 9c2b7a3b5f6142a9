from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import check_spectra
from alkanode.impedance.elements import inductor, resistor, zarc

FREQUENCY = np.geomspace(1e6, 1, 40)
IMPEDANCE = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 20, 1e-4, 0.9) + zarc(FREQUENCY, 30, 1e-2, 0.8)


def record(*spectra: tuple[np.ndarray, np.ndarray], **more: np.ndarray) -> xr.Dataset:
    length = max(len(f) for f, _ in spectra)
    frequency = np.full((len(spectra), length), np.nan)
    impedance = np.full((len(spectra), length), np.nan + 1j * np.nan)
    for k, (f, z) in enumerate(spectra):
        frequency[k, : len(f)], impedance[k, : len(z)] = f, z
    dims = {1: ("spectrum",), 2: ("spectrum", "point")}
    return xr.Dataset(
        {
            "frequency": (("spectrum", "point"), frequency),
            "impedance": (("spectrum", "point"), impedance),
            **{name: (dims[np.ndim(values)], values) for name, values in more.items()},
        }
    )


def quiet(dataset: xr.Dataset, **options: object) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return check_spectra(dataset, **options)


def test_good_spectra_pass_unchanged_and_silent():
    result = check_spectra(record((FREQUENCY, IMPEDANCE)))
    check(result, "impedance")
    np.testing.assert_array_equal(result.impedance[0], IMPEDANCE)
    np.testing.assert_array_equal(result.original_point[0], np.arange(40))
    assert not result.masked.item()
    assert result.mask_reason.item() == ""
    assert result.attrs["checks"] == ""
    assert np.isnan(result.voltage_drift.item())


def test_ascending_frequency_is_reversed_and_recorded_without_a_warning():
    result = check_spectra(record((FREQUENCY[::-1], IMPEDANCE[::-1])))
    np.testing.assert_array_equal(result.frequency[0], FREQUENCY)
    np.testing.assert_array_equal(result.impedance[0], IMPEDANCE)
    np.testing.assert_array_equal(result.original_point[0], np.arange(40)[::-1])
    assert "ascending" in result.attrs["checks"]


def test_shuffled_points_are_sorted_with_their_other_columns():
    order = np.random.default_rng(0).permutation(40)
    dataset = record((FREQUENCY[order], IMPEDANCE[order]), point_time=order[None].astype(float))
    with pytest.warns(DataQualityWarning, match="out of frequency order"):
        result = check_spectra(dataset)
    np.testing.assert_array_equal(result.impedance[0], IMPEDANCE)
    np.testing.assert_array_equal(result.point_time[0], np.arange(40.0))
    np.testing.assert_array_equal(order[result.original_point[0]], np.arange(40))


def test_incomplete_rows_are_dropped_by_number():
    frequency, impedance = FREQUENCY.copy(), IMPEDANCE.copy()
    frequency[3], impedance[7] = np.nan, np.nan
    with pytest.warns(DataQualityWarning, match="without frequency or impedance"):
        result = check_spectra(record((frequency, impedance)))
    assert "rows 3, 7" in result.attrs["checks"]
    assert result.sizes["point"] == 38
    assert {3, 7}.isdisjoint(result.original_point.values.ravel())


def test_padding_is_no_doubt_but_another_grid_is_recorded():
    result = check_spectra(record((FREQUENCY, IMPEDANCE), (FREQUENCY[:30], IMPEDANCE[:30])))
    assert result.attrs["checks"] == "spectrum 1: other frequencies than spectrum 0: 30 and 40 points"
    assert (result.original_point[1, 30:] == -1).all()
    assert np.isnan(result.frequency[1, 30:]).all()


@pytest.mark.parametrize("bad", [0.0, -3.0])
def test_direct_current_rows_are_not_impedance(bad: float):
    frequency = np.append(FREQUENCY, bad)
    with pytest.warns(DataQualityWarning, match=r"\(DC\) were dropped"):
        result = check_spectra(record((frequency, np.append(IMPEDANCE, 55.0))))
    assert "rows 40" in result.attrs["checks"]
    assert (result.frequency > 0).all()


def test_a_spectrum_of_direct_current_rows_is_masked():
    result = quiet(record((FREQUENCY, IMPEDANCE), (np.zeros(40), IMPEDANCE)))
    assert result.masked.values.tolist() == [False, True]
    assert result.mask_reason.values[1] == "no usable points"


def test_repeats_that_agree_are_averaged():
    frequency = np.insert(FREQUENCY, 10, FREQUENCY[10])
    impedance = np.insert(IMPEDANCE, 10, IMPEDANCE[10] * 1.02)
    with pytest.warns(DataQualityWarning, match="averaged"):
        result = check_spectra(record((frequency, impedance)))
    assert result.sizes["point"] == 40
    assert result.impedance.values[0, 10] == pytest.approx(1.01 * IMPEDANCE[10])
    assert not result.masked.item()


def test_repeats_that_disagree_mask_the_spectrum():
    frequency = np.insert(FREQUENCY, 10, FREQUENCY[10])
    result = quiet(record((frequency, np.insert(IMPEDANCE, 10, IMPEDANCE[10] * 1.5))))
    assert result.masked.item()
    assert "repeats of one frequency differ by" in result.mask_reason.item()


def test_two_sweeps_behind_each_other_are_split():
    times = np.arange(80.0)[None] + 100
    dataset = record(
        (np.tile(FREQUENCY, 2), np.concatenate([IMPEDANCE, 2 * IMPEDANCE])),
        point_time=times,
        time=np.array([100.0]),
        charge=np.array([7.0]),
    )
    with pytest.warns(DataQualityWarning, match="were split"):
        result = check_spectra(dataset)
    assert result.sizes["spectrum"] == 2
    np.testing.assert_allclose(result.impedance[1], 2 * IMPEDANCE)
    assert result.time.values.tolist() == [100.0, 140.0]
    assert result.charge.values[0] == 7.0
    assert np.isnan(result.charge.values[1])
    assert result.original_point.values[1, 0] == 40


def test_down_and_up_is_two_sweeps_but_two_halves_are_one():
    turned = record((np.concatenate([FREQUENCY, FREQUENCY[::-1]]), np.concatenate([IMPEDANCE, IMPEDANCE[::-1]])))
    assert quiet(turned).sizes["spectrum"] == 2
    halves = record(
        (np.concatenate([FREQUENCY[20:], FREQUENCY[:20]]), np.concatenate([IMPEDANCE[20:], IMPEDANCE[:20]]))
    )
    result = quiet(halves)
    assert result.sizes["spectrum"] == 1
    np.testing.assert_array_equal(result.impedance[0], IMPEDANCE)


def test_a_flipped_sign_is_found_by_kramers_kronig():
    with pytest.warns(DataQualityWarning, match="flipped"):
        result = check_spectra(record((FREQUENCY, IMPEDANCE.conj())))
    np.testing.assert_array_equal(result.impedance[0], IMPEDANCE)
    assert "residual" in result.attrs["checks"]


def test_a_truly_inductive_spectrum_is_not_flipped():
    impedance = resistor(FREQUENCY, 5) + inductor(FREQUENCY, 1e-4) + zarc(FREQUENCY, 0.02, 1e-2)
    assert (impedance.imag > 0).mean() > 0.5
    with pytest.warns(DataQualityWarning, match="mostly inductive"):
        result = check_spectra(record((FREQUENCY, impedance)))
    np.testing.assert_array_equal(result.impedance[0], impedance)
    assert not result.masked.item()


@pytest.mark.parametrize(
    ("frequency", "impedance", "reason"),
    [
        (FREQUENCY[:7], IMPEDANCE[:7], "7 points"),
        (FREQUENCY[:9], IMPEDANCE[:9], "1.2 decades"),
        (FREQUENCY, np.full(40, 12.0 - 1j), "constant impedance"),
    ],
)
def test_what_is_no_spectrum_is_masked(frequency: np.ndarray, impedance: np.ndarray, reason: str):
    with pytest.warns(DataQualityWarning, match="masked"):
        result = check_spectra(record((frequency, impedance)))
    assert reason in result.mask_reason.item()


@pytest.mark.parametrize(
    ("rows", "words"), [([0, 1], "at the highest frequencies"), ([0, 20], "not only at the highest")]
)
def test_negative_real_parts_are_noted_and_kept(rows: list[int], words: str):
    impedance = IMPEDANCE.copy()
    impedance[rows] -= 70
    with pytest.warns(DataQualityWarning, match=words):
        result = check_spectra(record((FREQUENCY, impedance)))
    assert not result.masked.item()
    np.testing.assert_array_equal(result.impedance[0], impedance)


def _drifting(ratio: float) -> xr.Dataset:
    return record(
        (FREQUENCY, IMPEDANCE),
        voltage=np.linspace(0.1, 0.1 + 0.01 * ratio, 40)[None],
        voltage_amplitude=np.linspace(0.002, 0.01, 40)[None],
    )


def test_drift_beyond_the_largest_amplitude_is_masked_with_both_numbers():
    with pytest.warns(DataQualityWarning, match="masked, voltage drift"):
        result = check_spectra(_drifting(1.1))
    assert result.masked.item()
    assert result.mask_reason.item() == "voltage drifts by 11 mV against 10 mV of AC amplitude"
    assert result.voltage_drift.item() == pytest.approx(0.011)
    assert result.voltage_drift.attrs["units"] == "V"


def test_drift_is_that_of_the_whole_sweep_whatever_points_are_kept():
    drifting = _drifting(1.1)
    with pytest.warns(DataQualityWarning, match="masked, voltage drift"):
        kept = check_spectra(drifting, frequency_range=(0.0, 1e3))
    assert kept.sizes["point"] < drifting.sizes["point"]
    assert kept.masked.item()
    assert kept.voltage_drift.item() == pytest.approx(0.011)


def test_drift_near_the_limit_is_noted_and_small_drift_is_silent():
    with pytest.warns(DataQualityWarning, match="near the limit"):
        assert not check_spectra(_drifting(0.9)).masked.item()
    assert not check_spectra(_drifting(0.4)).masked.item()
    assert quiet(_drifting(0.9), drift_limit=0.8).masked.item()


def test_drift_without_an_amplitude_masks_nothing():
    result = check_spectra(_drifting(50.0).drop_vars("voltage_amplitude"))
    assert result.voltage_drift.item() == pytest.approx(0.5)
    assert not result.masked.item()


def test_points_outside_the_chosen_range_are_dropped_and_recorded():
    result = check_spectra(record((FREQUENCY, IMPEDANCE)), frequency_range=(10, 1e5))
    assert float(result.frequency.max()) <= 1e5
    assert float(result.frequency.min()) >= 10
    assert "10 to 100000 Hz" in result.attrs["checks"]


def test_checking_twice_changes_nothing_and_keeps_masks():
    dataset = record((FREQUENCY[::-1], IMPEDANCE[::-1]), (FREQUENCY[:9], IMPEDANCE[:9]))
    dataset["masked"] = ("spectrum", np.array([True, False]))
    dataset["mask_reason"] = ("spectrum", np.array(["short circuit", ""]))
    once = quiet(dataset)
    twice = quiet(once)
    assert once.masked.values.all()
    assert once.mask_reason.values[0] == "short circuit"
    xr.testing.assert_identical(once.drop_vars("original_point"), twice.drop_vars("original_point"))


def test_one_warning_names_all_spectra_of_a_kind():
    short = (FREQUENCY[:7], IMPEDANCE[:7])
    with pytest.warns(DataQualityWarning) as caught:
        check_spectra(record(short, short, (FREQUENCY, IMPEDANCE), short))
    assert len(caught) == 1
    assert "spectra 0-1, 3 of 4" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_other_records_and_limits_are_refused():
    with pytest.raises(SchemaError, match="needs 'frequency'"):
        check_spectra(xr.Dataset())
    with pytest.raises(SchemaError, match="drift_limit"):
        check_spectra(record((FREQUENCY, IMPEDANCE)), drift_limit=0.0)
    with pytest.raises(SchemaError, match="frequency_range"):
        check_spectra(record((FREQUENCY, IMPEDANCE)), frequency_range=(10, 1))


def test_a_record_without_any_point_is_masked():
    empty = record((np.full(5, np.nan), np.full(5, np.nan + 0j)), point_time=np.full((1, 5), np.nan))
    result = quiet(empty)
    assert result.masked.item()
    assert result.mask_reason.item() == "no usable points"
    assert result.sizes["point"] == 0


def test_empty_rows_of_zero_impedance_are_dropped():
    impedance = IMPEDANCE.copy()
    impedance[5] = 0
    with pytest.warns(DataQualityWarning, match="zero impedance"):
        assert 5 not in check_spectra(record((FREQUENCY, impedance))).original_point.values


def test_an_undecidable_sign_is_masked():
    random = np.random.default_rng(0)
    result = quiet(record((FREQUENCY, 10 * random.random(40) + 1j * (random.random(40) - 0.2))))
    assert result.masked.item()
    assert "residual" in result.mask_reason.item()


def test_an_amplitude_of_zero_is_an_unknown_amplitude():
    dataset = _drifting(2.0)
    dataset["voltage_amplitude"] = dataset.voltage_amplitude * 0
    assert not check_spectra(dataset).masked.item()


def test_other_fields_and_coordinates_come_along():
    dataset = record((FREQUENCY[::-1], IMPEDANCE[::-1]), counter_impedance=IMPEDANCE[::-1][None] / 2)
    dataset["range"] = (("spectrum", "point"), np.arange(40)[None].astype(str))
    dataset["note"] = ("line", np.array(["a", "b"]))
    dataset = dataset.assign_coords(spectrum=[7], point=np.arange(40), time=("spectrum", [3.0]))
    result = check_spectra(dataset)
    assert result.spectrum.values.tolist() == [7]
    assert "point" not in result.variables
    assert "time" in result.coords
    assert result.range.values[0, 0] == "39"
    assert result.note.values.tolist() == ["a", "b"]
    np.testing.assert_allclose(result.counter_impedance[0], IMPEDANCE / 2)
