"""Choice of lambda: closed forms against brute force, pooling, what is stored, and broken input."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import regularisation_curve, relaxation_times
from alkanode.impedance.elements import resistor, zarc
from alkanode.impedance.relaxation.smoothing import curves, generalised_cross_validation
from alkanode.impedance.relaxation.tent_basis import penalty_matrix, tent_response
from alkanode.plot.describe_regularisation import regularisation
from alkanode.virtual.synthetic_spectra import synthetic_spectra


@pytest.fixture(scope="module")
def series() -> xr.Dataset:
    return synthetic_spectra("growing_interface", spectra=40)[0]


def _problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frequency = np.geomspace(1e6, 1, 40)
    log_tau = np.linspace(-15, -1, 30)
    columns = np.column_stack([np.ones(40), tent_response(2 * np.pi * frequency, log_tau)])
    A = np.concatenate([columns.real, columns.imag])
    penalty = np.zeros((31, 31))
    penalty[1:, 1:] = penalty_matrix(log_tau, 1)
    z = resistor(frequency, 5) + zarc(frequency, 20, 1e-4, 0.9)
    noise = np.random.default_rng(0).normal(size=(3, 80)) * 0.01
    return A, penalty, (np.concatenate([z.real, z.imag]) + noise).T


def test_the_closed_forms_are_those_of_the_normal_equations():
    A, penalty, b = _problem()
    lambdas = np.array([1e-6, 1e-3, 0.5])
    found = curves(A, penalty, b, lambdas)
    for k, lam in enumerate(lambdas):
        inverse = np.linalg.inv(A.T @ A + lam * penalty)
        x = inverse @ A.T @ b
        np.testing.assert_allclose(found.residual[k], ((A @ x - b) ** 2).sum(axis=0), rtol=1e-4)
        np.testing.assert_allclose(found.roughness[k], np.einsum("ib,ij,jb->b", x, penalty, x), rtol=1e-3)
        assert found.parameters[k] == pytest.approx(np.trace(A @ inverse @ A.T), rel=1e-4)


def test_cross_validation_predicts_the_noise_that_was_left_out():
    """GCV stands for the mean of leave-one-out errors, which are (residual / (1 - leverage))^2."""
    A, penalty, b = _problem()
    lambdas = np.geomspace(1e-6, 1e-1, 11)
    gcv = generalised_cross_validation(curves(A, penalty, b, lambdas), len(A))
    for k, lam in enumerate(lambdas):
        hat = A @ np.linalg.solve(A.T @ A + lam * penalty, A.T)
        left_out = (((b - hat @ b) / (1 - np.diag(hat))[:, None]) ** 2).mean(axis=0)
        np.testing.assert_allclose(gcv[k], left_out, rtol=0.6)


@pytest.mark.parametrize("method", ["gcv", "l-curve", "re-im"])
def test_every_method_gives_a_curve_and_a_choice(series: xr.Dataset, method: str):
    curve = regularisation_curve(series, method)
    check(curve, "regularisation_curve")
    assert curve.sizes == {"spectrum": 40, "candidate": 36}
    chosen = curve.attrs["regularisation"]
    best = int(np.nanargmin(curve.smoothing_criterion.to_numpy()))
    assert chosen == curve.candidate_regularisation[best]
    assert 1e-6 < chosen < 1e-1
    assert (curve.chosen_regularisation == chosen).all()
    assert (np.diff(curve.log_misfit) > -1e-9).all()
    assert (np.diff(curve.log_roughness) < 1e-9).all()


def test_more_noise_asks_for_more_smoothing():
    chosen = [
        regularisation_curve(synthetic_spectra("growing_interface", spectra=40, noise=noise)[0]).attrs["regularisation"]
        for noise in (0.001, 0.02)
    ]
    assert chosen[1] > 10 * chosen[0]


def test_a_series_knows_lambda_better_than_its_spectra(series: xr.Dataset):
    pooled = [regularisation_curve(series.isel(spectrum=slice(k, None, 2))).attrs["regularisation"] for k in (0, 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # some single spectra choose the first candidate
        each = regularisation_curve(series, pooled=False).chosen_regularisation.to_numpy()
    assert abs(np.log10(pooled[0] / pooled[1])) < 0.5
    assert np.log10(each.max() / each.min()) > 1


def test_the_choice_has_no_unit(series: xr.Dataset):
    scaled = series.assign(impedance=series.impedance * 1e-3)
    for method in ("gcv", "l-curve", "re-im"):
        one, other = regularisation_curve(series, method), regularisation_curve(scaled, method)
        np.testing.assert_allclose(other.smoothing_criterion, one.smoothing_criterion, rtol=1e-6, atol=1e-6)


def test_the_result_keeps_lambda_and_its_curve(series: xr.Dataset):
    curve = regularisation_curve(series)
    times = relaxation_times(series, regularisation="gcv")
    assert times.attrs["regularisation"] == curve.attrs["regularisation"]
    assert times.attrs["regularisation_method"] == "gcv"
    np.testing.assert_array_equal(times.smoothing_criterion, curve.smoothing_criterion)
    given = relaxation_times(series, regularisation=times.attrs["regularisation"])
    np.testing.assert_allclose(times.distribution, given.distribution, rtol=1e-9, atol=1e-9)
    assert "smoothing_criterion" not in given


@pytest.mark.parametrize("weights", ["unit", "modulus"])
def test_each_spectrum_may_have_its_own_lambda(series: xr.Dataset, weights: str):
    part = series.isel(spectrum=slice(0, 6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        times = relaxation_times(part, regularisation="gcv", pooled=False, weights=weights)
    chosen = times.chosen_regularisation.to_numpy()
    assert np.unique(chosen).size > 1
    for k, lam in enumerate(chosen):
        alone = relaxation_times(part.isel(spectrum=[k]), regularisation=float(lam), weights=weights)
        np.testing.assert_allclose(times.distribution[k], alone.distribution[0], rtol=1e-6, atol=1e-6)


def test_grids_of_different_frequencies_are_pooled(series: xr.Dataset):
    frequency, impedance = series.frequency.to_numpy().copy(), series.impedance.to_numpy().copy()
    frequency[20:, 60:], impedance[20:, 60:] = np.nan, np.nan
    mixed = xr.Dataset(
        {"frequency": (("spectrum", "point"), frequency), "impedance": (("spectrum", "point"), impedance)}
    )
    curve = regularisation_curve(mixed)
    assert np.isfinite(curve.spectrum_criterion).all()
    expected = curve.spectrum_criterion.mean("spectrum")
    np.testing.assert_allclose(curve.smoothing_criterion, expected)


def test_masked_spectra_do_not_vote(series: xr.Dataset):
    broken = series.impedance.to_numpy().copy()
    broken[3] = 1e6 * np.random.default_rng(0).normal(size=80)
    masked = np.arange(40) == 3
    record = series.assign(impedance=(("spectrum", "point"), broken), masked=("spectrum", masked))
    curve = regularisation_curve(record)
    assert np.isnan(curve.spectrum_criterion[3]).all()
    assert np.isnan(curve.chosen_regularisation[3])
    without = regularisation_curve(series.isel(spectrum=~masked))
    np.testing.assert_allclose(curve.smoothing_criterion, without.smoothing_criterion)


def test_a_choice_at_the_end_of_the_candidates_is_told(series: xr.Dataset):
    with pytest.warns(DataQualityWarning, match="first or last"):
        regularisation_curve(series, lambdas=np.geomspace(1e-2, 1, 8))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "guess"}, "method"),
        ({"lambdas": [1e-3, 1e-2]}, "five"),
        ({"lambdas": [1, 2, 3, 2, 4]}, "increasing"),
        ({"lambdas": [-1, 2, 3, 4, 5]}, "positive"),
        ({"lambdas": [1, 2, 3, 4, np.inf]}, "lambdas"),
        ({"method": "re-im", "part": "real"}, "both"),
        ({"points_per_decade": 1}, "points_per_decade"),
    ],
)
def test_broken_choices_are_named(series: xr.Dataset, options: dict[str, object], words: str):
    with pytest.raises(SchemaError, match=words):
        regularisation_curve(series, **options)


def test_the_figure_marks_the_choice(series: xr.Dataset):
    curve = regularisation_curve(series)
    figure = regularisation(curve)
    assert figure.panels[0].lines[0].value == curve.attrs["regularisation"]
    np.testing.assert_array_equal(figure.panels[0].series[-1].y, curve.smoothing_criterion)
    assert f"{curve.attrs['regularisation']:.2g}" in figure.caption
    alone = regularisation(regularisation_curve(series.isel(spectrum=[0])))
    assert len(alone.panels[0].series) == 1
