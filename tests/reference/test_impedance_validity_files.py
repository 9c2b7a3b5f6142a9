"""Verdicts on spectra that other laboratories measured."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import at_common_time, check_spectra, kramers_kronig, sweep_drift
from alkanode.io.biologic.mpr import MprReader

Measured = Callable[[str], Path]


def judged(path: Path, **options: tuple[float, float]) -> tuple[xr.Dataset, xr.Dataset, xr.Dataset]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        checked = check_spectra(MprReader().read(path)["impedance"].to_dataset(), **options)
        return checked, kramers_kronig(checked), sweep_drift(checked)


def test_a_stripping_run_changes_faster_the_nearer_its_end(measured: Measured):
    _, test, drift = judged(measured("cycling/li_peo_geis_strip.mpr"), frequency_range=(0, 5e4))
    assert int(test.valid.sum()) == 55
    assert (drift.drift_verdict.values[57:] == "not tested: masked").all()
    assert not drift.bracketed.values[[0, 56]].any()
    change = drift.change_during_sweep.values
    assert np.nanmedian(change[5:25]) < 0.01
    assert 0.03 < change[55] < 0.12
    assert drift.drift_verdict.values[50:56].tolist() == ["changes"] * 6
    assert (drift.voltage_drift_ratio.values[57:] > 1).all()
    assert (drift.current_drift_ratio.values < 0.03).all()  # the current is controlled


def test_one_common_time_makes_the_run_smoother(measured: Measured):
    checked, _, _ = judged(measured("cycling/li_peo_geis_strip.mpr"), frequency_range=(0, 5e4))
    moved = at_common_time(checked)
    assert moved.at_common_time.values.tolist() == [False, *[True] * 55, *[False] * 5]
    shift = np.abs(moved.impedance - checked.impedance).values[50:56] / np.abs(checked.impedance.values[50:56])
    assert 0.003 < np.nanmax(shift) < 0.1


def test_the_high_frequencies_that_a_reference_electrode_spoils_are_named(measured: Measured):
    _, test, _ = judged(measured("cycling/li_peo_geis_strip.mpr"))
    frequency, point = test.frequency.values[:50], test.point_valid.values[:50]
    assert not test.valid.values.any()
    assert not point[frequency > 5e5].any()
    assert point[(frequency < 100) & (frequency > 1)].mean() > 0.95


@pytest.mark.parametrize(
    ("name", "rms"),
    [
        ("impedance/PEIS_SSB.mpr", 0.0015),
        ("impedance/PEIS_LPSCl_IonBlocking_-25C.mpr", 0.0015),
        ("cycling/peis_col215.mpr", 0.005),
    ],
)
def test_a_single_spectrum_is_valid_but_its_drift_is_not_detectable(measured: Measured, name: str, rms: float):
    checked, test, drift = judged(measured(name))
    assert test.valid.item()
    assert test.rms_residual.item() < rms
    assert not checked.masked.item()
    assert drift.drift_verdict.item().startswith("not detectable")
    assert drift.voltage_drift_ratio.item() < 0.05


def test_loops_ten_hours_apart_do_not_bracket_each_other(measured: Measured):
    _, test, drift = judged(measured("impedance/vsp_peis_with.mpr"))
    assert test.sizes["spectrum"] == 32
    assert float(test.rms_residual.max()) < 0.02
    assert test.point_valid.values[test.frequency.values < 3e4].mean() > 0.99  # only the inductive head is in doubt
    assert not drift.bracketed.values.any()


def test_short_loops_of_a_cell_fail_at_high_frequency(measured: Measured):
    _, test, drift = judged(measured("cycling/geis_4loops_eclab1150.mpr"))
    assert not test.valid.values.any()
    assert test.rms_residual.values.max() < 0.06
    assert not drift.bracketed.values.any()
