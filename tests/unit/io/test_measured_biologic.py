"""What is known of measured files, read once by independent means, must come out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning
from alkanode.io import open_history, open_record

Measured = Callable[[str], Path]
MAH = 3.6


def history(path: Path) -> xr.DataTree:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DataQualityWarning, message=".*no log module")
        tree = open_history(path)
    for kind in tree.children:
        check(tree[kind].to_dataset(), kind)
    return tree


def points(spectra: xr.Dataset | xr.DataTree) -> list[int]:
    return np.isfinite(spectra["frequency"].to_numpy()).sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("name", "rows", "sweeps", "hertz"),
    [
        ("cycling/na_nasicon_na_mb_short.mpr", 3564, [], None),
        ("cycling/na_nasicon_na_mb_short.mpt", 3564, [], None),
        ("cycling/li_peo_geis_strip.mpr", 2528, [41] * 60 + [39], (1e6, 0.2)),
        ("cycling/li_sym_150um_mb.mpr", 1588, [70] * 8, (1e6, 0.1)),
        ("cycling/li_sym_150um_mb.mpt", 1588, [70] * 8, (1e6, 0.1)),
        ("cycling/na_nacoo2_gcpl_5cyc.mpr", 46102, [], None),
        ("cycling/dummy_cell_cv.mpr", 5930, [], None),
        ("cycling/mb_locale.mpr", 33, [], None),
        ("cycling/mb_locale_de.mpt", 33, [], None),
        ("cycling/mb_locale_en.mpt", 33, [], None),
        ("cycling/peis_col215.mpr", 43, [43], (1e5, 0.01)),
        ("cycling/geis_4loops_eclab1150.mpr", 84, [21] * 4, (2e5, 100.0)),
        ("impedance/PEIS_LPSCl_IonBlocking_-25C.mpr", 79, [79], (7e6, 0.1)),
        ("impedance/PEIS_LPSCl_IonBlocking_-25C.txt", 79, [79], (7e6, 0.1)),
        ("impedance/PEIS_SSB.mpr", 89, [89], (7e6, 0.01)),
        ("impedance/vsp_peis_with.mpr", 2240, [70] * 32, (1e6, 0.1)),
        ("impedance/exampleDataBioLogic.mpt", 43, [43], (1e3, 0.017)),
    ],
)
def test_rows_sweeps_and_frequencies(
    measured: Measured, name: str, rows: int, sweeps: list[int], hertz: tuple[float, float] | None
) -> None:
    tree = history(measured(name))
    assert tree["cycling"].sizes["row"] == rows
    assert int(tree["cycling"]["in_sweep"].sum()) == sum(sweeps)
    assert ("impedance" in tree) == bool(sweeps)
    if hertz is not None:
        assert points(tree["impedance"]) == sweeps
        frequency = tree["impedance"]["frequency"].to_numpy()
        np.testing.assert_allclose([np.nanmax(frequency), np.nanmin(frequency)], hertz, rtol=0.01)


@pytest.mark.parametrize("form", ["mpr", "mpt"])
def test_hard_short(measured: Measured, form: str) -> None:
    record = open_record(measured(f"cycling/na_nasicon_na_mb_short.{form}"))
    time, voltage = record["time"].to_numpy(), record["voltage"].to_numpy()
    controlled = record["control_mode"] == 1
    np.testing.assert_allclose(record["current_setpoint"][controlled], -0.07854e-3, rtol=1e-6)
    assert np.isnan(record["current_setpoint"][~controlled]).all()
    before, after = np.searchsorted(time, [2253.5, 2254.5])
    assert voltage[:before].min() == pytest.approx(-0.591, abs=5e-4)
    assert voltage[before - 1] < -0.585
    assert abs(voltage[after]) < 1e-3
    assert time[after] - time[before - 1] < 2.5
    assert record["step"][before - 1] == record["step"][after]
    resistance = np.abs(voltage / np.where(controlled, record["current"], np.nan))
    # 6.9 kohm with the measured current, 7.5 kohm with the set-point
    assert np.median(resistance[before - 60 : before]) == pytest.approx(6.9e3, rel=0.02)
    assert np.median(np.abs(voltage[before - 60 : before])) / 78.54e-6 == pytest.approx(7.5e3, rel=0.01)
    assert resistance[after] < 5
    assert abs(float(record["charge"][before - 1])) / MAH == pytest.approx(0.0531, abs=5e-5)
    current = record["current"].to_numpy()[controlled.to_numpy() & (time < 2253.5)]
    assert np.median(current) == pytest.approx(-0.0850e-3, abs=1e-7)
    # 5.2 uA is what is known of the file, without the rows; up to the short it is 4.9, over the whole run 6.3
    assert np.std(current) == pytest.approx(0.0049e-3, abs=1e-7)
    assert record.attrs["header_area_m2"] == pytest.approx(1e-7)


def test_stripping_with_impedance(measured: Measured) -> None:
    tree = history(measured("cycling/li_peo_geis_strip.mpr"))
    cycling, spectra = tree["cycling"], tree["impedance"]
    assert not cycling["in_sweep"][:29].any()
    assert bool(cycling["in_sweep"][29:].all())
    assert float(cycling["voltage"][0]) == pytest.approx(0.053, abs=5e-4)
    assert float(cycling["voltage"][-1]) == pytest.approx(2.251, abs=5e-4)
    assert float(cycling["current"].median()) == pytest.approx(0.3804e-3, abs=1e-7)
    last = [count - 1 for count in points(spectra)]
    resistance = [spectra["impedance"].to_numpy()[sweep, last[sweep]].real for sweep in (9, 49, 60)]
    np.testing.assert_allclose(resistance, [163, 245, 1877], atol=0.5)
    np.testing.assert_array_equal(spectra["cycle"], np.arange(1, 62))
    drift = np.nanmax(spectra["voltage"], axis=1) - np.nanmin(spectra["voltage"], axis=1)
    np.testing.assert_allclose(drift[-4:] * 1e3, [29, 52, 291, 1553], atol=0.6)
    assert np.nanmin(spectra["impedance"].to_numpy()[:, 0].real) < -40
    assert tree.attrs["header_area_m2"] == pytest.approx(1.130e-4)
    assert tree.attrs["header_comments"] == "25°C"
    # the column (Q-Qo) is half a percent below current times time
    duration = float(cycling["time"][-1] - cycling["time"][0])
    assert float(cycling["current"].median()) * duration / MAH == pytest.approx(0.3225, abs=1e-4)
    assert float(cycling["charge"][-1]) / MAH == pytest.approx(0.3209, abs=1e-4)


@pytest.mark.parametrize("form", ["mpr", "mpt"])
def test_symmetric_cell(measured: Measured, form: str) -> None:
    tree = history(measured(f"cycling/li_sym_150um_mb.{form}"))
    cycling, spectra = tree["cycling"].to_dataset(), tree["impedance"]
    running = cycling.isel(row=np.flatnonzero(cycling["control_mode"] == 1))
    np.testing.assert_allclose(np.unique(running["current_setpoint"]), [-2.8e-6, 2.8e-6], rtol=1e-6)
    turns = np.flatnonzero((np.diff(np.sign(running["current_setpoint"])) != 0) | (np.diff(running["time"]) > 60)) + 1
    starts, ends = np.append(0, turns), np.append(turns, running.sizes["row"])
    assert starts.size == 8
    settled = [running.isel(row=slice((start + end) // 2, end)) for start, end in zip(starts, ends, strict=True)]
    resistances = [float((half["voltage"] / half["current"]).median()) for half in settled]
    np.testing.assert_allclose([min(resistances), max(resistances)], [1348, 1368], atol=1)
    np.testing.assert_allclose([abs(float(half["voltage"].median())) for half in settled], 3.8e-3, atol=5e-5)
    spread = [float(half["voltage"].std()) for half in settled]
    assert 0.05e-3 < min(spread) < max(spread) < 0.08e-3
    assert float(spectra["impedance"].to_numpy()[0, -1].real) > 1000
    assert tree.attrs["header_area_m2"] == pytest.approx(0.5e-4)
    if form == "mpt":
        assert (cycling["control_mode"].to_numpy()[cycling["in_sweep"].to_numpy()] == 4).all()


def test_sodium_cobaltate_without_a_current_column(measured: Measured) -> None:
    record = open_record(measured("cycling/na_nacoo2_gcpl_5cyc.mpr"))
    assert float(record["time"][-1]) / 3600 == pytest.approx(126.75, abs=0.005)
    controlled = record["control_mode"] == 1
    np.testing.assert_allclose(np.unique(np.abs(record["current"][controlled])), 0.0888e-3, atol=5e-8)
    assert "set-point where the current was controlled" in record.attrs["current_from"]
    assert 1.9 < float(record["voltage"].min()) < 2.01
    assert 3.79 < float(record["voltage"].max()) < 3.81
    integral = np.trapezoid(record["current"], record["time"])
    assert float(record["charge"][-1]) == pytest.approx(integral, rel=0.02)


def test_dummy_cell(measured: Measured) -> None:
    record = open_record(measured("cycling/dummy_cell_cv.mpr"))
    np.testing.assert_array_equal(np.unique(record["cycle"]), [1, 2, 3])
    voltage, current, time = (record[name].to_numpy() for name in ("voltage", "current", "time"))
    slope, offset = np.polyfit(voltage, current, 1)
    assert 1 / slope == pytest.approx(4630.5, abs=0.1)
    assert np.std(current - slope * voltage - offset) == pytest.approx(3.5e-8, abs=0.1e-8)
    rate = np.abs(np.diff(voltage) / np.diff(time))
    assert np.median(rate) == pytest.approx(50.04e-3, rel=0.01)
    assert np.abs(voltage).max() == pytest.approx(0.5, abs=1e-3)
    assert (record["control_mode"] == 2).all()
    np.testing.assert_allclose(record["voltage_setpoint"], voltage, atol=2e-3)


def agree(first: xr.Dataset, second: xr.Dataset, *, besides: tuple[str, ...] = ()) -> None:
    """Equal to print precision: 8 digits for single, 16 for double precision numbers."""
    assert set(first.data_vars) == set(second.data_vars)
    for name in first.data_vars:
        if name not in besides:
            scale = float(np.nanmax(np.abs(second[name].to_numpy()), initial=0.0))
            np.testing.assert_allclose(
                first[name], second[name], rtol=1.2e-7, atol=1e-9 * scale + 1e-30, err_msg=str(name)
            )


@pytest.mark.parametrize("run", ["na_nasicon_na_mb_short", "li_sym_150um_mb"])
def test_binary_and_text_agree(measured: Measured, run: str) -> None:
    binary, text = (history(measured(f"cycling/{run}.{form}")) for form in ("mpr", "mpt"))
    # only the text holds a computed cycle number, and the type of the steps of a Modulo Bat
    agree(binary["cycling"].to_dataset(), text["cycling"].to_dataset(), besides=("cycle", "control_mode"))
    dc = ~binary["cycling"]["in_sweep"].to_numpy()
    np.testing.assert_array_equal(binary["cycling"]["control_mode"][dc], text["cycling"]["control_mode"][dc])
    if "impedance" in binary:
        agree(binary["impedance"].to_dataset(), text["impedance"].to_dataset(), besides=("cycle",))
    for name in ("technique", "started", "channel", "instrument", "software"):
        assert binary.attrs[name] == text.attrs[name]
    for name in ("header_area_m2", "header_mass_kg"):
        assert binary.attrs[name] == pytest.approx(text.attrs[name])


def test_decimal_comma_decimal_point_and_binary(measured: Measured) -> None:
    german, english = (open_record(measured(f"cycling/mb_locale_{place}.mpt")) for place in ("de", "en"))
    assert german.equals(english)
    agree(open_record(measured("cycling/mb_locale.mpr")), english, besides=("cycle",))
    assert german.attrs["started"] == english.attrs["started"] == "2022-12-08T14:36:53.355"


def test_three_formats_of_one_spectrum(measured: Measured) -> None:
    name = "impedance/PEIS_LPSCl_IonBlocking_-25C"
    binary, text = open_record(measured(f"{name}.mpr")), open_record(measured(f"{name}.txt"))
    oracle = np.loadtxt(measured(f"{name}_RelaxIS.txt"), skiprows=4, usecols=(0, 1, 2))[::-1]
    np.testing.assert_array_equal(binary["frequency"][0], oracle[:, 0])
    np.testing.assert_array_equal(binary["impedance"][0], oracle[:, 1] + 1j * oracle[:, 2])
    np.testing.assert_allclose(text["impedance"][0], binary["impedance"][0], rtol=1e-7)
    np.testing.assert_allclose(text["frequency"], binary["frequency"], rtol=1e-7)
    assert text.attrs["started"] == binary.attrs["started"]


def test_solid_state_battery_spectrum(measured: Measured) -> None:
    impedance = open_record(measured("impedance/PEIS_SSB.mpr"))["impedance"].to_numpy().real
    assert impedance.min() == pytest.approx(49, abs=0.5)
    assert impedance.max() == pytest.approx(2417, abs=0.5)


def test_a_file_without_log_says_so(measured: Measured) -> None:
    path = measured("impedance/vsp_peis_with.mpr")
    with pytest.warns(DataQualityWarning, match="start of the clock is unknown"):
        spectra = open_record(path)
    frequency = spectra["frequency"].to_numpy()
    np.testing.assert_array_equal(frequency, np.broadcast_to(frequency[0], frequency.shape))
    assert (spectra["impedance"].to_numpy()[:, 0].imag > 0).all()


def test_landt_table(measured: Measured) -> None:
    with pytest.warns(DataQualityWarning, match="exactly 0 degC"):
        record = open_record(measured("cycling/landt_ligr_r2032.bdf.csv"))
    assert record.sizes["row"] == 25162
    np.testing.assert_allclose(np.unique(record["current"]), [-2e-4, 0.0, 2e-4])
    charge = record["charge"].to_numpy() / MAH
    assert -charge.min() == pytest.approx(6.3, abs=0.05)
    # charged after the first discharge; the current column would give 3.56
    lowest = int(charge.argmin())
    assert charge[lowest:].max() - charge.min() == pytest.approx(3.2, abs=0.05)
