"""Bands against known distributions: how often they hold the truth, and what the window cuts off."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.impedance import relaxation_posterior, resistance_between
from alkanode.impedance.elements import inductor, resistor, zarc, zarc_distribution
from alkanode.virtual.synthetic_spectra import synthetic_spectra

SPLIT = {"growing_interface": 3e-6, "switched_interface": 3e-6, "skewed_arcs": 8e-5}


@pytest.mark.parametrize("family", sorted(SPLIT))
@pytest.mark.parametrize("noise", [0.002, 0.01])
def test_intervals_hold_the_truth(family: str, noise: float):
    record, truth = synthetic_spectra(family, spectra=60, noise=noise, seed=23)
    posterior = relaxation_posterior(record)
    ends = 1 / (2 * np.pi * truth.frequency[[0, -1]])
    for first, last in ((ends[0], SPLIT[family]), (SPLIT[family], ends[1]), tuple(ends)):
        found, true = resistance_between(posterior, first, last), truth.polarisation(first, last)
        held = (found.lower_95.values <= true) & (true <= found.upper_95.values)
        assert held.mean() >= 0.88
        width = (found.upper_95 - found.lower_95).values / true
        assert np.median(width) < 0.1, "an interval that holds everything says nothing"
    inside = posterior.in_window.values[0]
    gamma = truth.distribution(posterior.relaxation_time.values)[:, inside]
    low, high = posterior.distribution_low.values[:, inside], posterior.distribution_high.values[:, inside]
    assert ((low <= gamma) & (gamma <= high)).mean() >= 0.9


def test_the_distribution_is_near_the_truth():
    record, truth = synthetic_spectra("growing_interface", spectra=40, noise=0.002, seed=4)
    posterior = relaxation_posterior(record)
    ends = 1 / (2 * np.pi * truth.frequency[[0, -1]])
    for (first, last), limit in (((ends[0], 3e-6), 0.005), ((3e-6, ends[1]), 0.005)):
        error = resistance_between(posterior, first, last).resistance / truth.polarisation(first, last) - 1
        assert np.median(np.abs(error)) < limit


def test_what_the_window_cuts_off_does_not_spoil_what_is_inside():
    frequency = np.geomspace(7e6, 1, 70)
    arcs = ((20.0, 1.2e-7, 0.95), (50.0, 1.0, 0.85))
    z = resistor(frequency, 15) + inductor(frequency, 1e-7) + sum(zarc(frequency, *arc) for arc in arcs)
    draw = np.random.default_rng(8).normal(size=(2, 30, z.size))
    noisy = z + 0.005 * np.abs(z) * (draw[0] + 1j * draw[1])
    dims = ("spectrum", "point")
    record = xr.Dataset({"frequency": (dims, np.tile(frequency, (30, 1))), "impedance": (dims, noisy)})
    posterior = relaxation_posterior(record)
    u = np.linspace(-np.log(2 * np.pi * 7e6), -np.log(2 * np.pi), 4001)
    true = np.trapezoid(sum(zarc_distribution(np.exp(u), *arc) for arc in arcs), u)
    low, high = posterior.polarisation_in_window_low.values, posterior.polarisation_in_window_high.values
    assert ((low <= true) & (true <= high)).mean() >= 0.85
    assert (high - low).mean() < 0.15 * true
