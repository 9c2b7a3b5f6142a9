"""Distributions against closed forms: a series like that of an operando cell, with proportional noise of 0.2 %."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import spectra_record
from alkanode.impedance import kramers_kronig, peaks, relaxation_times
from alkanode.impedance.elements import (
    capacitor,
    finite_length_diffusion,
    finite_length_diffusion_lines,
    inductor,
    resistor,
    zarc,
    zarc_distribution,
)

FREQUENCY = np.geomspace(7e6, 1.0, 80)
SHORT, LONG = 1 / (2 * np.pi * 7e6), 1 / (2 * np.pi)
SPLIT = 3e-6  # s: grain boundary below, everything else above


def _void(log_tau: np.ndarray, s: float) -> np.ndarray:
    """Log-normal distribution that appears after 40 % of the series."""
    resistance = 20 * max(s - 0.4, 0) / 0.6
    return resistance * np.exp(-((log_tau - np.log(0.1)) ** 2) / 0.5) / np.sqrt(0.5 * np.pi)


def _truth(log_tau: np.ndarray, s: float) -> np.ndarray:
    tau = np.exp(log_tau)
    return (
        zarc_distribution(tau, 20, 1.2e-7, 0.95)
        + zarc_distribution(tau, 8 + 0.8 * s, 1e-3, 0.92)
        + zarc_distribution(tau, 10 + 60 * s, 0.013 + 0.017 * s, 0.82 - 0.1 * s)
        + _void(log_tau, s)
    )


def _spectrum(s: float) -> np.ndarray:
    u = np.linspace(np.log(0.1) - 5, np.log(0.1) + 5, 201)
    void = np.trapezoid(_void(u, s) / (1 + 2j * np.pi * FREQUENCY[:, None] * np.exp(u)), u, axis=1)
    return (
        resistor(FREQUENCY, 15)
        + inductor(FREQUENCY, 1e-7)
        + zarc(FREQUENCY, 20, 1.2e-7, 0.95)
        + zarc(FREQUENCY, 8 + 0.8 * s, 1e-3, 0.92)
        + zarc(FREQUENCY, 10 + 60 * s, 0.013 + 0.017 * s, 0.82 - 0.1 * s)
        + void
    )


@pytest.fixture(scope="module")
def progress() -> np.ndarray:
    return np.linspace(0, 1, 60)


@pytest.fixture(scope="module")
def times(progress: np.ndarray) -> xr.Dataset:
    random = np.random.default_rng(7)
    z = np.array([_spectrum(s) for s in progress])
    draws = random.normal(size=(2, *z.shape))
    return relaxation_times(
        spectra_record(FREQUENCY, z.real * (1 + 0.002 * draws[0]) + 1j * z.imag * (1 + 0.002 * draws[1]))
    )


def _fine(times: xr.Dataset, k: int) -> tuple[np.ndarray, np.ndarray]:
    log_tau = np.log(times.relaxation_time.to_numpy())
    fine = np.linspace(log_tau[0], log_tau[-1], 4000)
    return fine, np.interp(fine, log_tau, times.distribution.to_numpy()[k])


def test_the_grain_boundary_keeps_its_resistance(times: xr.Dataset, progress: np.ndarray):
    errors = []
    for k in range(progress.size):
        u, gamma = _fine(times, k)
        errors.append(np.trapezoid(gamma[u < np.log(SPLIT)], u[u < np.log(SPLIT)]) / 20 - 1)
    assert np.median(np.abs(errors)) < 0.02


def test_the_rest_of_the_window_keeps_its_resistance(times: xr.Dataset, progress: np.ndarray):
    errors = []
    for k, s in enumerate(progress):
        u, gamma = _fine(times, k)
        chosen = (u > np.log(SPLIT)) & (u < np.log(LONG))
        errors.append(np.trapezoid(gamma[chosen], u[chosen]) / np.trapezoid(_truth(u, s)[chosen], u[chosen]) - 1)
    assert np.median(np.abs(errors)) < 0.01


def test_the_distribution_is_right_at_the_resolution_of_the_data(times: xr.Dataset, progress: np.ndarray):
    u = np.log(times.relaxation_time.to_numpy())
    inside = (u > np.log(SHORT)) & (u < np.log(LONG))
    blur = np.exp(-0.5 * ((u[:, None] - u) / (0.15 * np.log(10))) ** 2)
    blur /= blur.sum(axis=1, keepdims=True)
    errors = []
    for k, s in enumerate(progress):
        found, truth = blur @ times.distribution.to_numpy()[k], blur @ _truth(u, s)
        errors.append(np.linalg.norm((found - truth)[inside]) / np.linalg.norm(truth[inside]))
    assert np.median(errors) < 0.13


def test_the_peaks_are_where_they_belong(times: xr.Dataset, progress: np.ndarray):
    table = peaks(times)
    fine = np.linspace(np.log(SHORT), np.log(LONG), 4000)
    fast, slow = [], []
    for k, s in enumerate(progress):
        found = np.log(table.relaxation_time.to_numpy()[table.spectrum_index.to_numpy() == k])
        truth = _truth(fine, s)
        late = fine > np.log(5e-3)
        target = fine[late][np.argmax(truth[late])]
        fast.append(np.abs(found - np.log(1.2e-7)).min() / np.log(10))
        slow.append(np.abs(found - target).min() / np.log(10))
    assert np.median(fast) < 0.05
    assert np.median(slow) < 0.05


def test_inductance_and_series_resistance_are_told_apart(times: xr.Dataset):
    assert times.inductance.median().item() == pytest.approx(1e-7, rel=0.03)
    assert times.series_resistance.median().item() == pytest.approx(15, rel=0.03)


@pytest.mark.parametrize(("resistance", "tau", "exponent"), [(50, 1e-3, 0.85), (3, 1e-5, 0.95), (700, 1e-2, 0.7)])
def test_the_area_of_the_distribution_is_the_polarisation(resistance: float, tau: float, exponent: float):
    frequency = np.geomspace(1e8, 1e-4, 130)
    z = resistor(frequency, 10) + zarc(frequency, resistance, tau, exponent)
    result = relaxation_times(spectra_record(frequency, z[None]))
    assert result.polarisation_in_window.item() == pytest.approx(resistance, rel=0.005)
    assert result.polarisation_out_of_window.item() < 0.005 * resistance


def test_the_closed_distribution_gives_the_closed_impedance():
    u = np.linspace(-40, 40, 40001)
    gamma = zarc_distribution(np.exp(u), 20, 1.0, 0.8)
    assert np.trapezoid(gamma, u) == pytest.approx(20, rel=1e-6)
    frequency = np.array([0.01, 0.2, 5.0])
    z = np.trapezoid(gamma / (1 + 2j * np.pi * frequency[:, None] * np.exp(u)), u, axis=1)
    np.testing.assert_allclose(z, zarc(frequency, 20, 1.0, 0.8), rtol=1e-6)


def test_the_lines_of_finite_length_diffusion_add_up():
    tau, resistance = finite_length_diffusion_lines(12.0, 3.0, 200_000)
    assert resistance.sum() == pytest.approx(12, rel=1e-5)
    frequency = np.array([0.01, 0.1, 1.0])
    z = (resistance / (1 + 2j * np.pi * frequency[:, None] * tau)).sum(axis=1)
    np.testing.assert_allclose(z, finite_length_diffusion(frequency, 12.0, 3.0), rtol=1e-5)


def test_diffusion_shows_its_slowest_line_in_the_right_place():
    frequency = np.geomspace(1e5, 1e-3, 90)
    result = relaxation_times(spectra_record(frequency, 1 + finite_length_diffusion(frequency, 12.0, 3.0)[None]))
    table = peaks(result)
    slowest = table.isel(row=-1)
    tau, resistance = finite_length_diffusion_lines(12.0, 3.0, 1)
    assert slowest.relaxation_time.item() == pytest.approx(tau[0], rel=0.05)
    assert slowest.resistance.item() == pytest.approx(resistance[0], rel=0.05)


@pytest.mark.parametrize("tau", [0.5, 1.0, 10.0])
def test_a_process_beyond_the_sweep_gives_no_more_than_ringing_inside_the_window(tau: float):
    frequency = np.geomspace(7e6, 1, 70)
    z = resistor(frequency, 10) + zarc(frequency, 50, tau, 0.85)
    table = peaks(relaxation_times(spectra_record(frequency, z[None])), prominence=0.01)
    assert "end of its grid" in table.attrs["checks"]
    assert (table.resistance[table.in_window] < 0.05 * 50).all()


@pytest.mark.parametrize(
    "impedance",
    [
        resistor(FREQUENCY, 10) + zarc(FREQUENCY, 30, 1e-4, 0.8),
        inductor(FREQUENCY, 1e-6) + finite_length_diffusion(FREQUENCY, 30, 1e-2),
        resistor(FREQUENCY, 10) + capacitor(FREQUENCY, 1e-6),
        resistor(FREQUENCY, 10) + 3 / np.sqrt(2j * np.pi * FREQUENCY),
    ],
    ids=["depressed arc", "diffusion", "blocking", "Warburg"],
)
def test_circuits_obey_kramers_kronig(impedance: np.ndarray):
    result = kramers_kronig(spectra_record(FREQUENCY, impedance[None]))
    assert result.valid.item()
    assert result.rms_residual.item() < 1e-3
