"""Arcs of series whose processes are known: resistances, slopes, and processes that appear or jump."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.impedance import joint_relaxation_times, track_peaks
from alkanode.virtual.synthetic_spectra import Family, SpectraTruth, synthetic_spectra


def tracked(family: Family, spectra: int, noise: float) -> tuple[xr.Dataset, SpectraTruth]:
    record, truth = synthetic_spectra(family, spectra=spectra, noise=noise)
    return track_peaks(joint_relaxation_times(record), record=record), truth


def medians(table: xr.Dataset, truth: SpectraTruth) -> dict[str, float]:
    """Median relative error of R of each process, over the spectra in which it has one."""
    errors: dict[str, list[float]] = {arc.name: [] for arc in truth.arcs}
    for spectrum in range(len(truth.impedance)):
        rows = np.flatnonzero(table.spectrum_index.values == spectrum)
        for arc in truth.arcs:
            if arc.resistance[spectrum] > 0:
                apart = np.abs(np.log(table.relaxation_time.values[rows] / arc.relaxation_time[spectrum]))
                row = rows[int(np.argmin(apart))]
                errors[arc.name].append(abs(table.resistance.values[row] / arc.resistance[spectrum] - 1))
    return {name: float(np.median(values)) for name, values in errors.items()}


def test_resistances_of_overlapping_processes_at_one_percent_noise() -> None:
    table, truth = tracked("growing_interface", 60, 0.01)
    assert table.sizes["peak_track"] == 4
    assert (table.row_count.values == 60).all()
    found = medians(table, truth)
    assert found["grain boundary"] < 0.015
    assert found["coating"] < 0.06
    assert found["interface"] < 0.02
    assert found["void"] < 0.08
    void = int(table.track.values[np.argmin(np.abs(np.log(table.relaxation_time.values / 4e-5)))])
    appears = int(str(table.birth.values[void]).rpartition(" ")[2])
    assert 24 <= appears <= 28  # from 40 % of 60 spectra on


@pytest.mark.parametrize("noise", [0.002, 0.01])
def test_a_few_spectra_per_segment_hold_no_tracks_of_noise(noise: float) -> None:
    table, truth = tracked("switched_interface", 13, noise)
    peaks = ~table.beyond_window.values
    assert np.bincount(table.spectrum_index.values[peaks]).tolist() == [3] * 13
    found = medians(table, truth)
    assert found["grain boundary"] < 0.02
    assert found["interface"] < 0.05
    assert found["coating"] < 0.10


def test_skewed_arcs_keep_their_relaxation_time_while_they_grow() -> None:
    table, truth = tracked("skewed_arcs", 60, 0.01)
    slow = int(table.track.values[np.argmax(np.where(table.in_window.values, table.relaxation_time.values, 0))])
    assert float(table.slope_low[slow]) <= 0 <= float(table.slope_high[slow])
    assert str(table.verdict.values[slow]) == "area loss"
    assert max(medians(table, truth).values()) < 0.06


def test_jumps_are_found_in_the_spectra_alone() -> None:
    for noise in (0.002, 0.01):
        record, _ = synthetic_spectra("switched_interface", spectra=13, noise=noise)
        times = joint_relaxation_times(record.drop_vars(["time", "charge", "step"]))
        assert times.attrs["breaks"].splitlines() == ["4: the spectra jump", "8: the spectra jump"]
        smooth, _ = synthetic_spectra("growing_interface", spectra=13, noise=noise)
        assert joint_relaxation_times(smooth.drop_vars(["time", "charge", "step"])).attrs["breaks"] == ""


@pytest.mark.slow
def test_errors_are_as_large_as_they_say() -> None:
    inside = []
    for seed in range(6):
        record, truth = synthetic_spectra("growing_interface", spectra=30, noise=0.01, seed=seed)
        table = track_peaks(joint_relaxation_times(record), record=record)
        for arc in truth.arcs:
            track = int(
                table.track.values[np.argmin(np.abs(np.log(table.relaxation_time.values / arc.relaxation_time[-1])))]
            )
            rows = table.isel(row=np.flatnonzero(table.track.values == track))
            error = rows.resistance.values - arc.resistance[rows.spectrum_index.values]
            inside += (np.abs(error) < 1.96 * rows.resistance_deviation.values + 1e-6).tolist()
    assert 0.8 < np.mean(inside) <= 1
