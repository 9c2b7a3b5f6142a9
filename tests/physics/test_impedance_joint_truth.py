"""Joint inversion against closed forms: what it gains over single spectra, and that it gains it without smearing."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.ndimage import gaussian_filter1d

from alkanode.impedance import joint_relaxation_times, relaxation_times, track_peaks
from alkanode.virtual.synthetic_spectra import SpectraTruth, synthetic_spectra

SPLIT = 3e-6  # s: grain boundary below, everything else above


def blurred_error(times: xr.Dataset, truth: SpectraTruth) -> float:
    """Median over spectra of the relative L2 error inside the window, both blurred by 0.15 decade."""
    log_tau = np.log(times.relaxation_time.to_numpy())
    fine = np.linspace(log_tau[0], log_tau[-1], 10 * (log_tau.size - 1) + 1)
    sigma = 0.15 * np.log(10) / (fine[1] - fine[0])
    inside = times.in_window.to_numpy()[0]

    def blurred(gamma: np.ndarray) -> np.ndarray:
        return gaussian_filter1d(gamma, sigma, axis=1, mode="nearest")[:, ::10][:, inside]

    wanted = blurred(truth.distribution(np.exp(fine)))
    found = blurred(np.array([np.interp(fine, log_tau, row) for row in times.distribution.to_numpy()]))
    return float(np.median(np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)))


def rest_error(times: xr.Dataset, truth: SpectraTruth) -> float:
    """Median relative error of the resistance of everything slower than the grain boundary."""
    log_tau = np.log(times.relaxation_time.to_numpy())
    end = float(1 / (2 * np.pi * truth.frequency.min()))
    fine = np.linspace(np.log(SPLIT), np.log(end), 4000)
    found = np.array([np.trapezoid(np.interp(fine, log_tau, row), fine) for row in times.distribution.to_numpy()])
    return float(np.median(np.abs(found / truth.polarisation(SPLIT, end) - 1)))


def test_a_long_series_at_one_percent_noise() -> None:
    record, truth = synthetic_spectra("growing_interface", spectra=150, noise=0.01)
    joint = joint_relaxation_times(record)
    assert blurred_error(joint, truth) <= 0.10
    assert rest_error(joint, truth) <= 0.01
    assert blurred_error(joint, truth) < 0.7 * blurred_error(relaxation_times(record), truth)


def test_a_few_spectra_per_segment_with_jumps() -> None:
    record, truth = synthetic_spectra("switched_interface", spectra=13, noise=0.01)
    joint = joint_relaxation_times(record)
    assert blurred_error(joint, truth) < blurred_error(relaxation_times(record), truth)
    assert rest_error(joint, truth) <= 0.02
    # the spectra on both sides of a jump are as good as the others
    beside = joint.isel(spectrum=[3, 4, 7, 8])
    log_tau = np.log(beside.relaxation_time.to_numpy())
    slow = np.where((np.exp(log_tau) > 5e-3) & beside.in_window.to_numpy(), beside.distribution.to_numpy(), 0.0)
    found = np.trapezoid(slow, log_tau, axis=1)
    true = truth.polarisation(5e-3, 1 / (2 * np.pi))[[3, 4, 7, 8]]
    np.testing.assert_allclose(found, true, rtol=0.15)


def test_the_tracks_are_the_processes() -> None:
    record, truth = synthetic_spectra("growing_interface", spectra=100, noise=0.01)
    table = track_peaks(joint_relaxation_times(record))
    long_ones = np.flatnonzero(table.row_count.values >= 30)
    assert long_ones.size == 4
    last = {}
    for track in long_ones:
        rows = table.isel(row=np.flatnonzero((table.track.values == track) & (table.spectrum_index.values == 99)))
        last[float(rows.relaxation_time.item())] = float(rows.resistance.item())
    arcs = sorted((float(arc.relaxation_time[-1]), float(arc.resistance[-1])) for arc in truth.arcs)
    for (tau, resistance), (true_tau, true_resistance) in zip(sorted(last.items()), arcs, strict=True):
        assert tau == pytest.approx(true_tau, rel=0.3)
        assert resistance == pytest.approx(true_resistance, rel=0.35)  # neighbours share the area at the valley
