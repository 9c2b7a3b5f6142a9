"""Gaussians beside tents: their impedance, roughness and integrals, and what comes out with them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad

from alkanode.impedance import peaks, relaxation_times
from alkanode.impedance.elements import inductor, resistor, zarc
from alkanode.impedance.relaxation.gaussian_basis import (
    gaussian_integrals,
    gaussian_penalty,
    gaussian_response,
    gaussian_values,
    sharpness,
)

LOG_TAU = np.linspace(-5, 1, 25)
STEP = LOG_TAU[1] - LOG_TAU[0]
MU = sharpness(LOG_TAU, 0.5)


def test_the_width_is_the_full_width_at_half_maximum():
    half = 0.5 * STEP / 0.5
    assert np.exp(-((MU * half) ** 2)) == pytest.approx(0.5)


@pytest.mark.parametrize("width", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("omega", [1e-2, 3.0, 1e4])
def test_the_response_is_the_integral_over_the_gaussian(width: float, omega: float):
    mu = sharpness(LOG_TAU, width)
    for k in (0, 11, 24):
        ends = (LOG_TAU[k] - 8 / mu, LOG_TAU[k] + 8 / mu)

        def height(u: float, k: int = k, mu: float = mu) -> float:
            return float(np.exp(-((mu * (u - LOG_TAU[k])) ** 2)))

        real = quad(lambda u: height(u) / (1 + (omega * np.exp(u)) ** 2), *ends, epsabs=1e-13, limit=200)[0]
        imaginary = quad(
            lambda u: -height(u) * omega * np.exp(u) / (1 + (omega * np.exp(u)) ** 2), *ends, epsabs=1e-13, limit=200
        )[0]
        z = gaussian_response(np.array([omega]), LOG_TAU, mu)[0, k]
        assert z == pytest.approx(real + 1j * imaginary, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_penalty_is_the_integral_of_the_squared_derivative(order: int):
    coefficients = np.random.default_rng(order).normal(size=25)
    u = np.linspace(-12, 8, 40001)
    gamma = np.exp(-((MU * (u[:, None] - LOG_TAU)) ** 2)) @ coefficients
    for _ in range(order):
        gamma = np.gradient(gamma, u)
    expected = np.trapezoid(gamma**2, u)
    assert coefficients @ gaussian_penalty(LOG_TAU, MU, order) @ coefficients == pytest.approx(expected, rel=1e-4)


def test_integrals_between_two_ends_and_over_everything():
    u = np.linspace(-2.3, 0.4, 20001)
    expected = np.trapezoid(np.exp(-((MU * (u[:, None] - LOG_TAU)) ** 2)), u, axis=0)
    np.testing.assert_allclose(gaussian_integrals(LOG_TAU, MU, -2.3, 0.4), expected, atol=1e-9)
    np.testing.assert_allclose(gaussian_integrals(LOG_TAU, MU, -np.inf, np.inf), np.sqrt(np.pi) / MU)
    np.testing.assert_allclose(np.diag(gaussian_values(LOG_TAU, MU)), 1.0)


def record(frequency: np.ndarray, *spectra: np.ndarray) -> xr.Dataset:
    point = ("spectrum", "point")
    fields = {"frequency": (point, np.tile(frequency, (len(spectra), 1))), "impedance": (point, np.array(spectra))}
    return xr.Dataset(fields)


FREQUENCY = np.geomspace(1e6, 1, 60)
ARCS = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 20, 1e-4, 0.9) + zarc(FREQUENCY, 30, 1e-2, 0.8)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_both_bases_find_the_same_resistances(order: int):
    tent, gaussian = (
        relaxation_times(record(FREQUENCY, ARCS), basis=name, penalty_order=order) for name in ("tent", "gaussian")
    )
    assert gaussian.polarisation_in_window.item() == pytest.approx(tent.polarisation_in_window.item(), rel=0.01)
    assert gaussian.series_resistance.item() == pytest.approx(tent.series_resistance.item(), rel=0.05)
    found = peaks(gaussian)
    distance = np.abs(np.log10(found.relaxation_time.to_numpy()[:, None] / [1e-4, 1e-2])).min(axis=0)
    assert (distance < 0.05).all()
    assert gaussian.attrs["basis"] == "gaussian"
    assert gaussian.attrs["basis_width"] == 0.5


def test_wide_gaussians_are_smoother_than_tents_where_lambda_is_too_small():
    noisy = ARCS * (1 + 0.005 * np.random.default_rng(3).normal(size=60))
    bends = []
    for options in ({"basis": "gaussian", "basis_width": 0.25}, {"basis": "tent"}):
        gamma = relaxation_times(record(FREQUENCY, noisy), regularisation=1e-8, **options).distribution.to_numpy()[0]
        assert (gamma >= 0).all()
        bends.append(np.abs(np.diff(gamma, 2)).max() / gamma.max())
    assert bends[0] < 0.5 * bends[1]


def test_one_factor_of_impedance_is_one_factor_of_gaussians():
    one, other = (relaxation_times(record(FREQUENCY, c * ARCS), basis="gaussian") for c in (1.0, 1e-3))
    np.testing.assert_allclose(other.distribution * 1e3, one.distribution, rtol=1e-7, atol=1e-9)


def test_an_inductance_is_found_with_either_basis():
    z = ARCS + inductor(FREQUENCY, 2e-6)
    for name in ("tent", "gaussian"):
        assert relaxation_times(record(FREQUENCY, z), basis=name).inductance.item() == pytest.approx(2e-6, rel=0.05)
