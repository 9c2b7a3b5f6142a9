from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import curve_fit

from alkanode.data.schema import check
from alkanode.data.store import open_saved, save
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.impedance import fit_circuit, parse_circuit

FREQUENCY = np.geomspace(1e6, 1e-1, 60)
TEXT = "L0-R0-p(R1,CPE1)-p(R2,CPE2)"
TRUTH = {
    "L0": 1e-7,
    "R0": 15.0,
    "R1": 20.0,
    "CPE1_Q": 1e-5,
    "CPE1_alpha": 0.9,
    "R2": 40.0,
    "CPE2_Q": 3e-3,
    "CPE2_alpha": 0.8,
}


def record(Z: np.ndarray, frequency: np.ndarray = FREQUENCY, **extra) -> xr.Dataset:
    Z = np.atleast_2d(Z)
    return xr.Dataset(
        {
            "frequency": (("spectrum", "point"), np.tile(frequency, (len(Z), 1))),
            "impedance": (("spectrum", "point"), Z),
            **extra,
        },
        coords={"charge": ("spectrum", np.arange(len(Z), dtype=float))},
    )


def noisy(count: int, noise: float = 0.002, seed: int = 0) -> xr.Dataset:
    Z = parse_circuit(TEXT).impedance(FREQUENCY, TRUTH)
    draws = np.random.default_rng(seed).normal(size=(2, count, Z.size))
    return record(Z + noise * np.abs(Z) * (draws[0] + 1j * draws[1]))


def test_without_noise_the_truth_comes_back():
    circuit = parse_circuit(TEXT)
    fit = fit_circuit(record(circuit.impedance(FREQUENCY, TRUTH)), TEXT)
    check(fit, "circuit_fit")
    assert fit.converged.item()
    np.testing.assert_allclose(fit.value[0], circuit.values(TRUTH), rtol=1e-6)
    assert fit.relative_noise.item() < 1e-8
    np.testing.assert_allclose(fit.model_impedance, circuit.impedance(FREQUENCY, TRUTH)[None], rtol=1e-8)


def test_a_code_and_its_text_give_the_same_fit():
    data = noisy(3)
    xr.testing.assert_allclose(fit_circuit(data, "LR(RQ)(RQ)"), fit_circuit(data, TEXT))


def test_values_and_errors_are_those_of_scipy():
    data = noisy(1)
    Z = data.impedance.to_numpy()[0]
    circuit = parse_circuit(TEXT)

    def stacked(_, *p):
        model = circuit.impedance(FREQUENCY, np.array(p))
        return np.concatenate([model.real, model.imag])

    start = circuit.values(TRUTH)
    best, covariance = curve_fit(
        stacked,
        FREQUENCY,
        np.concatenate([Z.real, Z.imag]),
        p0=start,
        sigma=np.tile(np.abs(Z), 2),
        x_scale=start,
        bounds=(0, np.inf),
    )
    fit = fit_circuit(data, circuit, errors="noise")
    np.testing.assert_allclose(fit.value[0], best, rtol=1e-4)
    np.testing.assert_allclose(fit.standard_deviation[0], np.sqrt(np.diag(covariance)), rtol=1e-2)
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(fit.covariance[0] / scale, covariance / scale, atol=1e-2)


def test_given_deviations_are_not_scaled_by_the_residuals():
    data = noisy(1)
    sd = 0.004 * np.abs(data.impedance.to_numpy())  # twice what it is
    known = fit_circuit(data, TEXT, weights=sd, errors="noise")
    named = fit_circuit(data, TEXT, errors="noise")
    np.testing.assert_allclose(known.value, named.value, rtol=1e-4)
    np.testing.assert_allclose(known.standard_deviation / named.standard_deviation, 2, rtol=0.2)
    assert known.chi_square.item() / known.degrees_of_freedom.item() == pytest.approx(0.25, rel=0.3)
    np.testing.assert_allclose(fit_circuit(data, TEXT, weights=sd * (1 + 1j), errors="noise").value, known.value)


def test_noise_and_likelihood():
    data = noisy(8, noise=0.005)
    fit = fit_circuit(data, TEXT)
    assert fit.relative_noise.mean().item() == pytest.approx(0.005, rel=0.1)
    n, k = 2 * FREQUENCY.size, 8
    assert (fit.degrees_of_freedom == n - k).all()
    np.testing.assert_allclose(fit.bic - fit.aic, (k + 1) * (np.log(n) - 2))
    wrong = fit_circuit(data, "L0-R0-p(R1,CPE1)")
    assert (wrong.bic > fit.bic + 50).all()
    too_many = fit_circuit(data, "L0-R0-p(R1,CPE1)-p(R2,CPE2)-C0", start={"C0": 1e3})
    assert (too_many.bic - fit.bic).mean() > 0
    assert (too_many.log_likelihood > fit.log_likelihood - 0.1).all()


def test_interchangeable_arcs_come_fastest_first():
    data = noisy(2)
    start = dict(TRUTH, R1=40.0, CPE1_Q=3e-3, CPE1_alpha=0.8, R2=20.0, CPE2_Q=1e-5, CPE2_alpha=0.9)
    fit = fit_circuit(data, TEXT, start=start)
    kept = fit_circuit(data, TEXT, start=start, order_arcs=False)
    np.testing.assert_allclose(fit.value.sel(parameter="R1"), 20, rtol=0.02)
    np.testing.assert_allclose(kept.value.sel(parameter="R1"), 40, rtol=0.02)
    one, other = (
        fit.covariance.sel(parameter="R1", parameter_2="R0"),
        kept.covariance.sel(parameter="R2", parameter_2="R0"),
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)
    held = fit_circuit(data, TEXT, start=start, bounds={"R1": (30, 60)})
    np.testing.assert_allclose(held.value.sel(parameter="R1"), 40, rtol=0.02)


def test_fixed_parameters_stay_and_have_no_error():
    fit = fit_circuit(noisy(2), TEXT, fixed={"R0": np.array([15.0, 14.5]), "CPE1_alpha": 0.9})
    np.testing.assert_array_equal(fit.value.sel(parameter="R0"), [15.0, 14.5])
    assert (fit.standard_deviation.sel(parameter=["R0", "CPE1_alpha"]) == 0).all()
    np.testing.assert_array_equal(fit.lower_95.sel(parameter="CPE1_alpha"), 0.9)
    assert (fit.degrees_of_freedom == 2 * FREQUENCY.size - 6).all()
    assert fit.attrs["fixed"] == "R0 CPE1_alpha"


def test_bounds_hold_and_are_told():
    fit = fit_circuit(noisy(1), TEXT, bounds={"R1": (5, 18.0), "CPE2_alpha": (0.6, 0.95)})
    at = fit.at_bound.sel(parameter="R1").item()
    assert at
    assert fit.value.sel(parameter="R1").item() == pytest.approx(18.0)
    assert np.isnan(fit.standard_deviation.sel(parameter="R1")).item()
    assert np.isnan(fit.covariance.sel(parameter="R1", parameter_2="R0")).item()
    assert np.isfinite(fit.standard_deviation.sel(parameter="R2")).item()


def test_a_half_circle_has_its_exponent_at_the_bound():
    Z = parse_circuit("R(RC)").impedance(FREQUENCY, [5, 10, 1e-4])
    draws = np.random.default_rng(2).normal(size=(2, 20, Z.size))
    fit = fit_circuit(record(Z + 0.1 * (draws[0] + 1j * draws[1])), "R(RQ)", weights="unit")
    assert fit.converged.all()
    at = fit.at_bound.sel(parameter="CPE1_alpha")
    assert 0 < at.sum().item() < 20
    np.testing.assert_allclose(fit.value.sel(parameter="R1"), 10, rtol=0.02)
    assert np.isfinite(fit.standard_deviation.sel(parameter="R1")).all()


def test_a_parameter_without_effect_has_an_enormous_error():
    Z = parse_circuit("R0").impedance(FREQUENCY, [5.0])
    fit = fit_circuit(record(Z + 1e-3 * np.random.default_rng(1).normal(size=Z.size)), "R0-R1", start=[2.0, 3.0])
    assert (fit.standard_deviation > 10 * fit.value).all()
    assert fit.value.sum().item() == pytest.approx(5.0, rel=1e-3)


def test_masked_and_unlike_spectra_keep_their_places():
    circuit = parse_circuit("R(RC)")
    f = np.full((3, 20), np.nan)
    f[0], f[1], f[2, 3:15] = np.geomspace(1e5, 1, 20), np.geomspace(1e5, 1, 20), np.geomspace(1e-1, 1e4, 12)
    Z = np.full((3, 20), np.nan + 1j * np.nan)
    for k, R in enumerate((5.0, 6.0, 7.0)):
        good = np.isfinite(f[k])
        Z[k, good] = circuit.impedance(f[k, good], [R, 10, 1e-4])
    data = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), f),
            "impedance": (("spectrum", "point"), Z),
            "masked": ("spectrum", [False, True, False]),
            "mask_reason": ("spectrum", ["", "drift", ""]),
        }
    )
    fit = fit_circuit(data, circuit)
    np.testing.assert_allclose(fit.value.sel(parameter="R0"), [5.0, np.nan, 7.0], rtol=1e-6)
    assert not fit.converged[1].item()
    assert fit.mask_reason[1].item() == "drift"
    np.testing.assert_array_equal(np.isfinite(fit.residual_real), np.isfinite(f) & [[True], [False], [True]])
    np.testing.assert_allclose(fit.model_impedance[2, 3:15], Z[2, 3:15], rtol=1e-6)
    weighted = fit_circuit(data, circuit, weights=np.where(np.isfinite(f), 0.1, np.nan))
    np.testing.assert_allclose(weighted.value[2], fit.value[2], rtol=1e-6)


def test_robust_errors_follow_the_noise_and_not_the_weights():
    Z = parse_circuit("R(RC)").impedance(FREQUENCY, [5, 10, 1e-4])
    draws = np.random.default_rng(5).normal(size=(2, 400, Z.size))
    data = record(Z + 0.02 * np.abs(Z.imag) * (draws[0] + 1j * draws[1]))
    scatter = None
    for errors, close in (("robust", True), ("noise", False)):
        fit = fit_circuit(data, "R(RC)", weights="unit", errors=errors)
        scatter = fit.value.std("spectrum").to_numpy()
        ratio = fit.standard_deviation.median("spectrum").to_numpy() / scatter
        assert (np.abs(ratio - 1) < 0.2).all() == close


def test_spectra_that_do_not_converge_are_named():
    with pytest.warns(DataQualityWarning, match="2 of 2 fits did not converge"):
        fit = fit_circuit(noisy(2), TEXT, max_iterations=1)
    assert not fit.converged.any()


def test_coordinates_go_along_and_the_record_is_untouched():
    data = noisy(3)
    before = data.copy(deep=True)
    fit = fit_circuit(data, TEXT)
    np.testing.assert_array_equal(fit.charge, data.charge)
    xr.testing.assert_identical(data, before)
    assert fit.attrs["parameter_units"].split() == [p.unit for p in parse_circuit(TEXT).parameters]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": "zero"}, "start is"),
        ({"start": {"R9": 1.0}}, "R9"),
        ({"start": {"R0": -1.0}}, "positive"),
        ({"start": [1.0, 2.0]}, "shape"),
        ({"start": {"R0": [1.0, 2.0, 3.0]}}, "R0 needs one value or 2"),
        ({"fixed": {"R0": np.nan}}, "R0"),
        ({"fixed": {"Q7": 3.0}}, "Q7"),
        ({"fixed": TRUTH}, "at least one"),
        ({"bounds": {"R0": (3, 1)}}, "R0"),
        ({"bounds": {"R0": (-3, 1)}}, "above zero"),
        ({"bounds": {"CPE1_alpha": (0.5, 1.2)}}, "within"),
        ({"bounds": {"CPE1_alpha": (0.5,)}}, "lower, upper"),
        ({"weights": "none"}, "weights"),
        ({"weights": np.ones(3)}, "shape"),
        ({"weights": np.zeros(FREQUENCY.size)}, "positive"),
        ({"errors": "none"}, "errors"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(SchemaError, match=message):
        fit_circuit(noisy(2), TEXT, **options)


def test_too_few_points_and_impossible_frequencies_are_refused():
    data = noisy(1).isel(point=slice(0, 4))
    with pytest.raises(SchemaError, match="points"):
        fit_circuit(data, TEXT, start=list(TRUTH.values()))
    with pytest.raises(PhysicsError, match="DC row"):
        fit_circuit(record(np.ones(3) + 0j, np.array([1.0, 0.5, 0.0])), "R0")


def test_all_masked_gives_an_empty_table():
    data = noisy(2)
    data["masked"] = ("spectrum", [True, True])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_circuit(data, TEXT)
    assert np.isnan(fit.value).all()


def test_a_saved_fit_is_read_back(tmp_path):
    fit = fit_circuit(noisy(2), TEXT)
    save(fit, tmp_path / "fit.h5")
    back = open_saved(tmp_path / "fit.h5")
    back = back.to_dataset() if isinstance(back, xr.DataTree) else back
    check(back, "circuit_fit")
    np.testing.assert_array_equal(back.model_impedance, fit.model_impedance)
    assert list(back.parameter.to_numpy()) == list(fit.parameter.to_numpy())
    assert back.attrs["circuit"] == TEXT
