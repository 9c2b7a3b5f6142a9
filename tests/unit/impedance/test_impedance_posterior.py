from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, SchemaError
from alkanode.impedance import (
    AreaCalibration,
    LogSmoothness,
    peak_probability,
    relaxation_posterior,
    relaxation_times,
    resistance_between,
    resistance_of_process,
)
from alkanode.impedance.elements import inductor, resistor, zarc
from alkanode.numerics.positive_definite import invert_each, solve_each, solve_with_inverse_bands

FREQUENCY = np.geomspace(1e6, 1, 60)
IMPEDANCE = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 20, 1e-4, 0.9) + zarc(FREQUENCY, 30, 1e-2, 0.8)


def spectra(z: np.ndarray, *, count: int = 3, noise: float = 0.003, seed: int = 1, frequency: np.ndarray = FREQUENCY):
    draw = np.random.default_rng(seed).normal(size=(2, count, z.size))
    noisy = z + noise * np.abs(z) * (draw[0] + 1j * draw[1])
    dims = ("spectrum", "point")
    return xr.Dataset({"frequency": (dims, np.tile(frequency, (count, 1))), "impedance": (dims, noisy)})


@pytest.fixture(scope="module")
def posterior() -> xr.Dataset:
    return relaxation_posterior(spectra(IMPEDANCE))


def test_the_record_says_what_it_holds(posterior: xr.Dataset):
    check(posterior, "relaxation_times")
    assert posterior.distribution_low.attrs["units"] == "ohm"
    assert (posterior.distribution_low < posterior.distribution).all()
    assert (posterior.distribution < posterior.distribution_high).all()
    assert set(posterior.noise_model.values) == {"modulus"}
    np.testing.assert_allclose(posterior.noise_level, 0.003, rtol=0.25)
    assert posterior.attrs["smoothness_curvature"] == LogSmoothness().curvature


def test_resistances_lie_in_their_intervals(posterior: xr.Dataset):
    assert (posterior.series_resistance_low < 5).all()
    assert (posterior.series_resistance_high > 5).all()
    fast, slow = resistance_between(posterior, 1e-6, 1e-3), resistance_between(posterior, 1e-3, 0.15)
    for found, true in ((fast, 20.7), (slow, 27.7)):
        check(found, "process_resistance")
        assert found.resistance.values == pytest.approx(true, rel=0.05)
        assert (found.lower_95 < found.resistance).all()
        assert (found.resistance < found.upper_95).all()
        assert found.in_window.all()


def test_resistances_add_up(posterior: xr.Dataset):
    whole = resistance_between(posterior, 0, np.inf)
    parts = [resistance_between(posterior, a, b).resistance for a, b in ((0, 1e-3), (1e-3, np.inf))]
    np.testing.assert_allclose(sum(parts), whole.resistance, rtol=1e-9)
    in_window = posterior.polarisation_in_window + posterior.polarisation_out_of_window
    np.testing.assert_allclose(whole.resistance, in_window, rtol=1e-9)
    assert not whole.in_window.any()
    with_series = resistance_between(posterior, 0, np.inf, include_series=True)
    np.testing.assert_allclose(with_series.resistance, whole.resistance + posterior.series_resistance, rtol=1e-9)


def test_the_sum_is_known_better_than_its_parts():
    posterior = relaxation_posterior(spectra(IMPEDANCE + zarc(FREQUENCY, 20, 1.5e-7, 0.95)))
    with_series = resistance_between(posterior, 0, 3e-6, include_series=True)
    alone = resistance_between(posterior, 0, 3e-6)
    apart = np.hypot(alone.standard_deviation, posterior.series_deviation)
    assert (with_series.standard_deviation < 0.7 * apart).all()
    assert with_series.resistance.values == pytest.approx(25, rel=0.05)


def test_a_process_is_cut_at_its_valleys(posterior: xr.Dataset):
    found = resistance_of_process(posterior, 1e-4)
    assert found.resistance.values == pytest.approx(20, rel=0.06)
    for k in range(3):
        ends = found.shortest_relaxation_time.values[k], found.longest_relaxation_time.values[k]
        same = resistance_between(posterior, *ends)
        assert same.resistance.values[k] == pytest.approx(found.resistance.values[k])
    assert np.isnan(resistance_of_process(posterior, 3e-6, within=0.2).resistance).all()


def test_more_noise_makes_wider_intervals():
    widths = []
    for noise in (0.001, 0.004, 0.016):
        found = resistance_between(relaxation_posterior(spectra(IMPEDANCE, noise=noise)), 1e-6, 1e-3)
        widths.append(float((found.upper_95 - found.lower_95).median()))
    assert 1.3 * widths[0] < widths[1] < widths[2] / 1.3


@pytest.mark.parametrize("model", ["part", "modulus", "constant"])
def test_the_noise_model_is_found(model: str):
    z = np.tile(IMPEDANCE, (6, 1))
    draw = np.random.default_rng(3).normal(size=(2, *z.shape))
    size = {"part": (z.real, z.imag), "modulus": (np.abs(z),) * 2, "constant": (np.full(z.shape, 30.0),) * 2}[model]
    noisy = z + 0.005 * (draw[0] * size[0] + 1j * draw[1] * size[1])
    record = spectra(IMPEDANCE, count=6)
    record["impedance"] = (("spectrum", "point"), noisy)
    assert set(relaxation_posterior(record).noise_model.values) == {model}
    assert set(relaxation_posterior(record, noise="modulus").noise_model.values) == {"modulus"}


def test_outliers_hardly_count():
    record = spectra(IMPEDANCE)
    spoilt = record.copy(deep=True)
    spoilt["impedance"].values[:, [20, 40]] *= 1.15
    clean = resistance_between(relaxation_posterior(record), 1e-6, 1e-3)
    held = relaxation_posterior(spoilt)
    fooled = relaxation_posterior(spoilt, robust=False)
    assert (held.outlier_count >= 2).all()
    assert (fooled.noise_level > 3 * held.noise_level).all()
    robust = resistance_between(held, 1e-6, 1e-3)
    np.testing.assert_allclose(robust.resistance, clean.resistance, rtol=0.02)


def test_a_misfit_is_named_and_widens_the_bands():
    frequency = np.geomspace(1e5, 0.1, 60)
    base = resistor(frequency, 5) + zarc(frequency, 20, 1e-3, 0.9)
    loop = base + 4j * np.exp(-((np.log(frequency) + 1) ** 2))
    with pytest.warns(DataQualityWarning, match="correlated"):
        bad = relaxation_posterior(spectra(loop, frequency=frequency))
    good = relaxation_posterior(spectra(base, frequency=frequency))
    assert (bad.residual_correlation > 0.4).all()
    assert "correlated" in bad.attrs["checks"]
    width = bad.polarisation_in_window_high - bad.polarisation_in_window_low
    assert (width > 2 * (good.polarisation_in_window_high - good.polarisation_in_window_low)).all()


def test_peaks_have_probabilities():
    z = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 30, 1e-4, 0.85) + zarc(FREQUENCY, 4.0, 1.2e-3, 0.9)
    table = peak_probability(relaxation_posterior(spectra(z, noise=0.01, count=6)), prominence=0.02, draws=100)
    check(table, "relaxation_peaks")
    main = np.abs(np.log10(table.relaxation_time / 1e-4)) < 0.3
    assert (table.probability[main] > 0.95).all()
    assert main.sum() == 6
    assert (table.probability[~main] < 0.99).any()
    again = peak_probability(relaxation_posterior(spectra(z, noise=0.01, count=6)), prominence=0.02, draws=100)
    np.testing.assert_array_equal(table.probability, again.probability)


def test_masked_spectra_are_gaps_and_grids_may_differ():
    record = spectra(IMPEDANCE)
    record["masked"] = ("spectrum", np.array([False, True, False]))
    record["mask_reason"] = ("spectrum", np.array(["", "drift", ""]))
    record["frequency"].values[2] *= 0.1
    result = relaxation_posterior(record)
    assert np.isnan(result.distribution[1]).all()
    assert np.isnan(resistance_between(result, 1e-5, 1e-3).resistance.values[1])
    assert result.mask_reason.values[1] == "drift"
    assert result.in_window.values[0].argmax() < result.in_window.values[2].argmax()
    record["masked"] = ("spectrum", np.array([True] * 3))
    with pytest.raises(SchemaError, match="all masked"):
        relaxation_posterior(record)


def test_a_negative_real_part_frees_the_series_resistance():
    result = relaxation_posterior(spectra(IMPEDANCE - 9.0, noise=0.001))
    assert result.series_resistance.values == pytest.approx(-4, abs=0.3)
    assert (result.series_resistance_low < result.series_resistance).all()


def test_without_inductance_there_is_none():
    z = IMPEDANCE + inductor(FREQUENCY, 2e-7)
    assert relaxation_posterior(spectra(z)).inductance.values == pytest.approx(2e-7, rel=0.1)
    assert relaxation_posterior(spectra(IMPEDANCE), inductance=False).inductance.values == pytest.approx(0)


def test_calibration_narrows_broad_areas_and_widens_cuts_beside_a_sharp_arc():
    frequency = np.geomspace(1e6, 1, 70)
    z = resistor(frequency, 5) + zarc(frequency, 8, 1e-4, 0.95) + zarc(frequency, 60, 5e-3, 0.75)
    record = spectra(z, noise=0.01, frequency=frequency)
    plain, calibrated = (relaxation_posterior(record, calibration=one) for one in (None, AreaCalibration()))
    np.testing.assert_array_equal(plain.distribution_high, calibrated.distribution_high)
    np.testing.assert_array_equal(plain.polarisation_in_window, calibrated.polarisation_in_window)
    ratio = {
        ends: (resistance_between(calibrated, *ends) / resistance_between(plain, *ends)).standard_deviation
        for ends in ((2e-7, 0.15), (2e-5, 3e-4))
    }
    assert (ratio[2e-7, 0.15] < 0.95).all()
    assert (ratio[2e-5, 3e-4] > ratio[2e-7, 0.15]).all()
    assert plain.attrs["calibrated"] == 0
    assert calibrated.attrs["calibration_smoothness_share"] == AreaCalibration().smoothness_share


def test_nothing_hidden_and_no_sharpness_leaves_the_scatter_of_new_noise():
    """The sampling part of the covariance is what repeated noise does to the resistance."""
    record = spectra(IMPEDANCE, count=60, noise=0.005)
    found = resistance_between(
        relaxation_posterior(record, calibration=AreaCalibration(smoothness_share=0.0, sharpness=0.0)), 1e-6, 0.15
    )
    assert float(found.resistance.std()) == pytest.approx(float(found.standard_deviation.median()), rel=0.35)


def test_a_spectrum_does_not_depend_on_its_neighbours():
    record = spectra(IMPEDANCE, count=5)
    together = relaxation_posterior(record, noise="modulus")
    alone = relaxation_posterior(record.isel(spectrum=[3]), noise="modulus")
    np.testing.assert_allclose(alone.distribution[0], together.distribution[3], rtol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"noise": "pink"},
        {"calibration": AreaCalibration(smoothness_share=2.0)},
        {"calibration": AreaCalibration(rounding=0.01)},
        {"iterations": 0},
        {"points_per_decade": 1},
        {"extend_decades": 9},
        {"smoothness": LogSmoothness(slope=-1.0)},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]):
    with pytest.raises(SchemaError):
        relaxation_posterior(spectra(IMPEDANCE), **options)


def test_times_and_records_out_of_place_are_refused(posterior: xr.Dataset):
    with pytest.raises(SchemaError, match="smaller"):
        resistance_between(posterior, 1e-3, 1e-4)
    with pytest.raises(SchemaError, match="positive"):
        resistance_of_process(posterior, -1.0)
    with pytest.raises(SchemaError, match="draws"):
        peak_probability(posterior, draws=0)
    plain = relaxation_times(spectra(IMPEDANCE))
    for call in (lambda: resistance_between(plain, 1e-5, 1e-3), lambda: peak_probability(plain)):
        with pytest.raises(SchemaError, match="relaxation_posterior"):
            call()


def test_small_systems_are_solved_and_inverted():
    root = np.random.default_rng(0).normal(size=(4, 12, 12))
    H = root @ root.transpose(0, 2, 1) + np.eye(12)
    r = np.random.default_rng(1).normal(size=(4, 12))
    np.testing.assert_allclose(solve_each(H, r), np.linalg.solve(H, r[..., None])[..., 0], rtol=1e-9)
    inverse = invert_each(H)
    np.testing.assert_allclose(inverse, np.linalg.inv(H), rtol=1e-9, atol=1e-12)
    solution, bands = solve_with_inverse_bands(H, r, 3)
    np.testing.assert_allclose(solution, solve_each(H, r), rtol=1e-12)
    for offset, band in enumerate(bands):
        np.testing.assert_allclose(band, np.diagonal(inverse, offset, axis1=1, axis2=2), rtol=1e-12)
    for call in (lambda: solve_each(-H, r), lambda: invert_each(-H), lambda: solve_with_inverse_bands(-H, r, 1)):
        with pytest.raises(ConvergenceError, match="matrix 0"):
            call()
