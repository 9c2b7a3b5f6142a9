"""Files of other laboratories, and a published synthetic spectrum with printed truth."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, kramers_kronig, operando_map, peaks, relaxation_times
from alkanode.io.biologic.mpr import MprReader

Measured = Callable[[str], Path]


def _impedance(path: Path) -> xr.Dataset:
    return MprReader().read(path)["impedance"].to_dataset()


@pytest.fixture
def lithium(measured: Measured) -> xr.Dataset:
    return _impedance(measured("cycling/li_peo_geis_strip.mpr"))


def test_the_last_four_lithium_sweeps_drift_and_are_masked(lithium: xr.Dataset):
    with pytest.warns(DataQualityWarning) as caught:
        result = check_spectra(lithium)
    assert np.flatnonzero(result.masked).tolist() == [57, 58, 59, 60]
    np.testing.assert_allclose(result.voltage_drift[57:] * 1e3, [29, 52, 291, 1553], atol=0.5)
    assert all("of AC amplitude" in reason for reason in result.mask_reason.values[57:])
    kinds = [str(warning.message) for warning in caught]
    assert any("negative real part at the highest frequencies" in kind for kind in kinds)
    assert any("voltage drift near the limit" in kind and "52-56" in kind for kind in kinds)


def test_lithium_stripping_gives_a_map_with_gaps(lithium: xr.Dataset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        checked = check_spectra(lithium, frequency_range=(0, 5e4))
        result = operando_map(relaxation_times(checked))
    assert result.sizes["spectrum"] == 61
    assert result.attrs["masked_spectra"].count("voltage drifts by") == 4
    assert np.isnan(result.distribution[result.masked]).all()
    total = (result.polarisation_in_window + result.polarisation_out_of_window).values[:57]
    assert total[50] > total[10] > 0
    # what the distribution holds is what the real part spans between 50 kHz and 0.2 Hz, and what lies beyond
    span = checked.impedance.values[:57].real
    span = np.array([row[np.isfinite(row)][-1] - row[0] for row in span])
    assert (np.abs(result.polarisation_in_window.values[:57] / span - 1) < 0.15).all()


def test_the_reference_electrode_spoils_high_frequencies_only(lithium: xr.Dataset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        whole = kramers_kronig(check_spectra(lithium))
        cut = kramers_kronig(check_spectra(lithium, frequency_range=(0, 5e4)))
    assert int(whole.valid.sum()) == 0
    assert int(cut.valid.sum()) >= 50


def test_a_solid_state_cell_is_valid_and_fitted(measured: Measured):
    checked = check_spectra(_impedance(measured("impedance/PEIS_SSB.mpr")))
    assert kramers_kronig(checked).rms_residual.item() < 0.002
    result = relaxation_times(checked)
    assert result.rms_residual.item() < 0.005
    assert result.series_resistance.item() < 49
    assert result.polarisation_in_window.item() == pytest.approx(2417 - 49, rel=0.05)


def test_a_blocked_cell_is_valid_but_no_distribution(measured: Measured):
    checked = check_spectra(_impedance(measured("impedance/PEIS_LPSCl_IonBlocking_-25C.mpr")))
    assert kramers_kronig(checked).valid.item()
    with pytest.warns(DataQualityWarning, match="blocking tail"):
        relaxation_times(checked)


def test_two_synthetic_arcs_are_found(measured: Measured):
    """A least-squares fit of two depressed arcs to this file gives 9.9 + 50.2 + 49.8 ohm, 0.10 ms and 99 ms."""
    table = np.genfromtxt(measured("impedance/pyDRTtools_2ZARC3.csv"), delimiter=",", skip_header=1)[:, 1:]
    record = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), table[None, :, 0]),
            "impedance": (("spectrum", "point"), table[None, :, 1] + 1j * table[None, :, 2]),
        }
    )
    result = relaxation_times(check_spectra(record), regularisation=0.1)  # the noise is 0.5 ohm
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        found = peaks(result, prominence=0.1)
    total = result.series_resistance + result.polarisation_in_window + result.polarisation_out_of_window
    assert total.item() == pytest.approx(109.9, rel=0.01)
    np.testing.assert_allclose(np.log10(found.relaxation_time / [1.0e-4, 0.0991]), 0, atol=0.05)
    np.testing.assert_allclose(found.resistance, [50.2, 49.8], rtol=0.05)
