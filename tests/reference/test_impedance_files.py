"""Measured spectra of other laboratories, one file per format: what is known of each must come out."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from alkanode.cli.main import cli
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra
from alkanode.io import open_history
from alkanode.virtual import synthetic_spectra

Measured = Callable[[str], Path]

FILES = {
    "PEIS_LPSCl_IonBlocking_-25C.mpr": ("biologic-mpr", 1, 79, 7e6, 0.1),
    "PEIS_LPSCl_IonBlocking_-25C.txt": ("biologic-mpt", 1, 79, 7e6, 0.1),
    "PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt": ("relaxis", 1, 79, 7e6, 0.1),
    "PEIS_SSB.mpr": ("biologic-mpr", 1, 89, 7e6, 0.01),
    "exampleData.csv": ("spectra-numbers", 1, 66, 1e4, 3.1623e-3),
    "exampleDataAutolab.txt": ("zplot", 1, 41, 1e4, 0.1),
    "exampleDataBioLogic.mpt": ("biologic-mpt", 1, 43, 1e3, 17e-3),
    "exampleDataGamry.DTA": ("gamry-dta", 1, 72, 2e5, 16e-3),
    "exampleDataZPlot.z": ("zplot", 1, 21, 3e5, 3e3),
    "pyDRTtools_2ZARC3.csv": ("spectra-table", 1, 81, 1e6, 1e-2),
    "vsp_peis_with.mpr": ("biologic-mpr", 32, 70, 1e6, 0.1),
}


def spectra(path: Path) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return open_history(path)["impedance"].to_dataset()


@pytest.mark.parametrize("name", FILES)
def test_every_file_opens_by_its_content(measured: Measured, name: str) -> None:
    reader, count, points, highest, lowest = FILES[name]
    record = spectra(measured(f"impedance/{name}"))
    assert record.attrs["reader"] == reader
    assert dict(record.sizes) == {"spectrum": count, "point": points}
    assert float(record["frequency"].max()) == pytest.approx(highest, rel=1e-3)
    assert float(record["frequency"].min()) == pytest.approx(lowest, rel=0.06)
    assert np.isfinite(record["impedance"]).all()


@pytest.mark.parametrize("name", FILES)
def test_every_file_opens_from_the_command_line(measured: Measured, name: str) -> None:
    result = CliRunner().invoke(cli, ["read", str(measured(f"impedance/{name}")), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["results"]
    assert (found["reader"], found["spectra"]) == FILES[name][:2]
    assert found["points_per_spectrum"] == [FILES[name][2]] * 2


@pytest.mark.parametrize("name", FILES)
def test_the_checks_take_every_file(measured: Measured, name: str) -> None:
    record = spectra(measured(f"impedance/{name}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        checked = check_spectra(record)
    assert checked.sizes["point"] == FILES[name][2]
    assert (np.diff(checked["frequency"], axis=1) < 0).all()
    assert not checked["masked"].any()


def test_one_spectrum_from_three_formats(measured: Measured) -> None:
    """The instrument's binary file, its text export, and the export of RelaxIS."""
    stem = "impedance/PEIS_LPSCl_IonBlocking_-25C"
    binary, text, relaxis = (spectra(measured(stem + end)) for end in (".mpr", ".txt", "_RelaxIS.txt"))
    order = np.argsort(-relaxis["frequency"].to_numpy()[0])
    for field in ("frequency", "impedance"):
        np.testing.assert_array_equal(relaxis[field].to_numpy()[:, order], binary[field].to_numpy())
    np.testing.assert_allclose(text["impedance"], binary["impedance"], rtol=4e-8)
    np.testing.assert_allclose(text["frequency"], binary["frequency"], rtol=5e-8)  # eight digits are written


def test_relaxis_says_the_mean_voltage_and_the_mean_time(measured: Measured) -> None:
    """``DC`` and ``TM`` against the points of the instrument's own file, on the instrument's clock."""
    stem = "impedance/PEIS_LPSCl_IonBlocking_-25C"
    binary, relaxis = spectra(measured(stem + ".mpr")), spectra(measured(stem + "_RelaxIS.txt"))
    np.testing.assert_allclose(relaxis["voltage"], float(binary["voltage"].mean()), atol=5e-7)
    start = binary.attrs["instrument_time_of_first_row"]
    assert relaxis.attrs["instrument_time_of_first_row"] == pytest.approx(
        start + float(binary["point_time"].mean()), abs=1e-5
    )
    assert "J=-5E-6" in relaxis.attrs["header_conditions"]
    assert float(binary["current"].mean()) == pytest.approx(-5e-9, rel=1e-3)


def test_a_synthetic_file_holds_the_two_arcs_it_was_made_from(measured: Measured) -> None:
    """Rinf 10, R 50 and 50 ohm, alpha 0.8, tau 0.1 and 1e-4 s, white noise of 0.5 ohm, as its origin made it."""
    record = spectra(measured("impedance/pyDRTtools_2ZARC3.csv"))
    f = record["frequency"].to_numpy()[0]
    truth = 10.0 + sum(50.0 / (1 + (2j * np.pi * f * tau) ** 0.8) for tau in (0.1, 1e-4))
    noise = record["impedance"].to_numpy()[0] - truth
    assert np.sqrt(np.mean(np.abs(noise) ** 2) / 2) == pytest.approx(0.5, rel=0.15)
    assert abs(noise.mean()) < 4 * 0.5 / np.sqrt(f.size)


def test_autolab_has_the_number_of_points_it_announces(measured: Measured) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = open_history(measured("impedance/exampleDataAutolab.txt"))["impedance"]
    assert record["impedance"][0, 0].item() == 0.013785863964281 + 0.007191946305823j
    assert record["impedance"][0, -1].item() == 0.0345697771923854 - 0.00390292888845954j


def test_zplot_stopped_before_its_end_and_says_when_each_point_was_taken(measured: Measured) -> None:
    with pytest.warns(DataQualityWarning) as caught:
        record = open_history(measured("impedance/exampleDataZPlot.z"))["impedance"]
    told = " ".join(str(entry.message) for entry in caught)
    assert "21 points where 56 were planned" in told
    assert "10-12-2018 can be read in two ways" in told
    assert record["point_time"][0, -1].item() == pytest.approx(19.98 - 2.67)
    assert record["impedance"][0, -1].item() == 613.68 - 137.13j


def test_two_formats_of_one_laboratory_hold_the_same_cell(measured: Measured) -> None:
    """The Autolab file and the plain csv of the same repository are two sweeps of one cell."""
    autolab = spectra(measured("impedance/exampleDataAutolab.txt"))
    plain = check_spectra(spectra(measured("impedance/exampleData.csv")))
    near = np.interp(-np.log(autolab["frequency"][0]), -np.log(plain["frequency"][0]), plain["impedance"].real[0])
    np.testing.assert_allclose(near, autolab["impedance"].real[0], rtol=0.2)


def test_a_written_series_is_read_back(tmp_path: Path) -> None:
    record, _ = synthetic_spectra(spectra=6, points=30, noise=0.0)
    z, f = record["impedance"].to_numpy(), record["frequency"].to_numpy()
    time = np.repeat(record["time"].to_numpy(), 30)
    rows = np.column_stack([time, f.ravel(), z.real.ravel(), -z.imag.ravel()])
    path = tmp_path / "series.csv"
    np.savetxt(path, rows, delimiter=",", header="time/s,f/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", comments="", fmt="%.17g")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = open_history(path)["impedance"]
    np.testing.assert_array_equal(read["impedance"], z)
    np.testing.assert_array_equal(read["time"], record["time"])
