from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, kramers_kronig, relaxation_times
from alkanode.impedance.elements import resistor, zarc
from alkanode.numerics.nonnegative import solve_nonnegative

FREQUENCY = np.geomspace(1e6, 1, 40)
few = settings(max_examples=20)


def _times(record: xr.Dataset, **options: object) -> xr.Dataset:
    """Sharp arcs on a small resistance leave the small impedances badly fitted, with a warning that is right."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return relaxation_times(record, **options)


def _record(impedance: np.ndarray, frequency: np.ndarray = FREQUENCY) -> xr.Dataset:
    return xr.Dataset(
        {"frequency": (("spectrum", "point"), frequency[None]), "impedance": (("spectrum", "point"), impedance[None])}
    )


@st.composite
def spectra(draw: st.DrawFn) -> np.ndarray:
    z = resistor(FREQUENCY, draw(st.floats(1, 50)))
    for _ in range(draw(st.integers(1, 3))):
        R, log_tau, exponent = draw(st.floats(1, 100)), draw(st.floats(-5, -2)), draw(st.floats(0.6, 1.0))
        z = z + zarc(FREQUENCY, R, 10**log_tau, exponent)
    noise = np.random.default_rng(draw(st.integers(0, 1000))).normal(size=(2, 40)) * 0.002
    return z * (1 + noise[0] + 1j * noise[1])


@few
@given(spectra(), st.floats(1e-6, 1e6), st.sampled_from(["unit", "modulus"]))
def test_the_distribution_scales_with_the_impedance(z: np.ndarray, factor: float, weights: str):
    one = _times(_record(z), weights=weights)
    other = _times(_record(factor * z), weights=weights)
    size = float(one.distribution.max())
    np.testing.assert_allclose(other.distribution / factor, one.distribution, rtol=1e-6, atol=1e-6 * size)
    np.testing.assert_allclose(other.rms_residual, one.rms_residual, rtol=1e-6)


@few
@given(spectra(), st.permutations(range(40)))
def test_the_order_of_points_does_not_matter(z: np.ndarray, order: list[int]):
    one = _times(_record(z))
    other = _times(_record(z[order], FREQUENCY[order]))
    np.testing.assert_array_equal(other.distribution, one.distribution)
    np.testing.assert_array_equal(other.series_resistance, one.series_resistance)


@few
@given(spectra(), st.permutations(range(40)))
def test_checks_restore_any_order(z: np.ndarray, order: list[int]):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        result = check_spectra(_record(z[order], FREQUENCY[order]))
    assert result.sizes["spectrum"] == 1
    np.testing.assert_array_equal(result.impedance[0], z)


@few
@given(spectra())
def test_resistances_add_up_to_the_low_frequency_limit(z: np.ndarray):
    result = _times(_record(z))
    total = result.series_resistance + result.polarisation_in_window + result.polarisation_out_of_window
    assert abs(total.item() / z[-1].real - 1) < 0.1
    area = np.trapezoid(result.distribution[0], np.log(result.relaxation_time))
    np.testing.assert_allclose(area, result.polarisation_in_window + result.polarisation_out_of_window, rtol=1e-9)


@few
@given(spectra(), st.floats(1e-3, 1e3))
def test_the_kramers_kronig_residual_has_no_unit(z: np.ndarray, factor: float):
    one, other = (kramers_kronig(_record(c * z), elements=12) for c in (1.0, factor))
    np.testing.assert_allclose(other.residual_real, one.residual_real, atol=1e-9)
    np.testing.assert_allclose(other.residual_imaginary, one.residual_imaginary, atol=1e-9)


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 20),
    batch=st.integers(1, 12),
    spread=st.floats(0, 6),
    some_free=st.booleans(),
)
def test_non_negative_least_squares_is_optimal(seed: int, n: int, batch: int, spread: float, some_free: bool):
    random = np.random.default_rng(seed)
    A = random.normal(size=(n + 5, n)) * np.logspace(0, spread, n)
    H, F = A.T @ A, A.T @ random.normal(size=(n + 5, batch))
    free = random.random(n) < 0.3 if some_free else np.zeros(n, dtype=bool)
    X = solve_nonnegative(H, F, free=free)
    gradient = (H @ X - F) / np.sqrt(np.diag(H))[:, None]
    assert (X[~free] >= 0).all()
    assert (gradient[~free] > -1e-8).all()
    np.testing.assert_allclose(gradient[(X != 0) | free[:, None]], 0, atol=1e-8)
