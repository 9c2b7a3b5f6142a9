"""Circuits against physics: the Kramers-Kronig relations, known truths, errors that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.data import spectra_record
from alkanode.impedance import fit_circuit, kramers_kronig, parse_circuit
from alkanode.virtual import synthetic_spectra

ARCS = "LR(RQ)(RQ)(RQ)"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("L0-R0-p(R1,CPE1)-p(R2,CPE2)", [1e-7, 10, 20, 1e-6, 0.9, 30, 1e-3, 0.8]),
        ("R0-p(R1-Ws1,CPE1)", [10, 20, 15, 1.0, 1e-5, 0.9]),
        ("R0-p(R1-W1,C1)", [10, 20, 5, 1e-5]),
        ("R0-p(R1-Wo1,C1)", [10, 20, 15, 1.0, 1e-5]),
        ("R0-HN1-G1", [10, 20, 1e-4, 0.8, 0.6, 30, 0.1]),
        ("R0-Gs1-Zarc1", [10, 20, 0.1, 0.7, 15, 1e-4, 0.85]),
        ("R0-TLMQ1", [10, 50, 1e-3, 0.95]),
        ("R0-p(R1,C1-L1-R2)", [10, 20, 1e-4, 1e-3, 5]),
    ],
)
def test_circuits_obey_kramers_and_kronig(text, values):
    frequency = np.geomspace(1e6, 1e-2, 81)
    Z = parse_circuit(text).impedance(frequency, values)[None]
    assert kramers_kronig(spectra_record(frequency, Z)).rms_residual.item() < 2e-3


def test_the_grain_boundary_of_a_growing_interface():
    """The log-normal peak of the later spectra is no part of the circuit, so only the first ones are exact."""
    record, truth = synthetic_spectra("growing_interface", spectra=100)
    fit = fit_circuit(record.isel(spectrum=slice(0, 40)), ARCS)
    assert fit.converged.all()
    error = np.abs(fit.value.sel(parameter="R1") / truth.arcs[0].resistance[:40] - 1)
    assert float(np.median(error)) < 0.003
    np.testing.assert_allclose(fit.value.sel(parameter="R0"), truth.series_resistance, rtol=0.01)
    np.testing.assert_allclose(fit.value.sel(parameter="L0"), truth.inductance, rtol=0.03)


@pytest.mark.parametrize("noise", ["modulus", "proportional"])
def test_intervals_hold_the_truth_as_often_as_they_say(noise):
    circuit = parse_circuit(ARCS)
    frequency = np.geomspace(7e6, 1, 80)
    arcs = [[R, tau**alpha / R, alpha] for R, tau, alpha in ((20, 1.2e-7, 0.95), (8, 1e-3, 0.92), (40, 0.02, 0.78))]
    truth = np.array([1e-7, 15.0, *np.ravel(arcs)])
    Z = circuit.impedance(frequency, truth)
    draws = 0.002 * np.random.default_rng(11).normal(size=(2, 400, Z.size))
    noisy = Z + np.abs(Z) * (draws[0] + 1j * draws[1])
    if noise == "proportional":
        noisy = Z.real * (1 + draws[0]) + 1j * Z.imag * (1 + draws[1])
    fit = fit_circuit(spectra_record(frequency, noisy), circuit, start=truth * 1.05 * np.where(truth > 0.5, 0.97, 1))
    assert fit.converged.all()
    inside = ((fit.lower_95 <= truth) & (truth <= fit.upper_95)).mean("spectrum").to_numpy()
    assert (inside > 0.92).all(), inside
    assert (inside < 0.985).all(), inside


def test_impedance_scales_with_area_and_so_do_the_values():
    """Ten times the impedance is ten times R and L, and a tenth of Q; exponents and relative errors stay."""
    record, _ = synthetic_spectra(spectra=5)
    one = fit_circuit(record, ARCS)
    ten = fit_circuit(record.assign(impedance=10 * record.impedance), ARCS)
    for name in ("L0", "R0", "R1", "R2", "R3"):
        np.testing.assert_allclose(ten.value.sel(parameter=name), 10 * one.value.sel(parameter=name), rtol=1e-3)
    for name in ("CPE1_Q", "CPE3_Q"):
        np.testing.assert_allclose(ten.value.sel(parameter=name), one.value.sel(parameter=name) / 10, rtol=1e-2)
    np.testing.assert_allclose(ten.relative_noise, one.relative_noise, rtol=1e-4)


@pytest.mark.parametrize("family", ["growing_interface", "switched_interface", "skewed_arcs"])
def test_every_family_is_fitted_to_the_end(family):
    record, _ = synthetic_spectra(family, spectra=30)
    fit = fit_circuit(record, ARCS)
    assert fit.converged.mean() > 0.95
    assert (fit.relative_noise < 0.02).all()
