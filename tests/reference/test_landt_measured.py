"""Landt files of other laboratories give the values that were found independently."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.charge import passed_charge
from alkanode.data.steps import half_cycle_table
from alkanode.foundation.errors import DataQualityWarning
from alkanode.io import BdfReader, LandtCcsReader, LandtCsvReader, open_history

Measured = Callable[[str], Path]
CCS, CSV, BDF = "cycling/lanhe_zn_mno2_gcd.ccs", "cycling/landt_ligr_r2032.csv", "cycling/landt_ligr_r2032.bdf.csv"
QUIET = "ignore::alkanode.foundation.errors.DataQualityWarning"


@pytest.fixture(scope="module")
def discharge(measured: Measured) -> xr.Dataset:
    """Rest and first discharge of Zn/MnO2, without any warning."""
    return LandtCcsReader().read(measured(CCS))["cycling"].to_dataset()


def test_the_binary_file(discharge: xr.Dataset) -> None:
    assert discharge.sizes["row"] == 170_577
    np.testing.assert_array_equal(np.unique(discharge["step"], return_counts=True), [[1, 2], [721, 169_856]])
    assert float(discharge["time"][-1]) / 3600 == pytest.approx(11.436, abs=5e-4)
    assert float(discharge["voltage"].min()) == pytest.approx(0.9000, abs=5e-5)
    assert float(discharge["voltage"].max()) == pytest.approx(1.4347, abs=5e-5)
    assert float(discharge["current"].min()) == pytest.approx(-30.537e-6, abs=5e-10)
    assert discharge.attrs["software"] == "4.3.3.04161"
    assert discharge.attrs["header_procedure_description"] == "0.90-1.80 V,0.1C"
    assert discharge.attrs["started"].startswith("2023-03-29T09:29:00")


def test_its_charge_closes_and_discharging_is_negative(discharge: xr.Dataset) -> None:
    passed = np.abs(np.diff(discharge["charge"])).sum() / 3600
    assert passed == pytest.approx(2.88115e-4, rel=2e-6)
    rectangles = np.sum(np.abs(discharge["current"].to_numpy()[1:]) * np.diff(discharge["time"])) / 3600
    assert passed / rectangles - 1 == pytest.approx(-1.48e-6, abs=1e-7)
    assert float(discharge["charge"][-1]) < 0
    rest = discharge["step"] == 1
    assert (discharge["current"][rest] == 0).all()
    assert float(discharge["time"][rest][-1]) == 7200.0


@pytest.mark.filterwarnings(QUIET)
def test_the_content_chooses_the_reader(measured: Measured) -> None:
    assert open_history(measured(CCS)).attrs["reader"] == "landt-ccs"
    assert open_history(measured(CSV)).attrs["reader"] == "landt-csv"


def test_the_text_export_says_what_is_wrong_with_it(measured: Measured) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        record = LandtCsvReader().read(measured(CSV))["cycling"].to_dataset()
    words = [str(warning.message) for warning in caught]
    assert all(warning.category is DataQualityWarning for warning in caught)
    assert len(words) == 2
    assert "rounded to 0.0001 A, 25% of its median" in words[0]
    assert "current times time gives 1.13" in words[0]
    assert "temperature is exactly 0 degC in 25162 of 25162 rows" in words[1]
    assert record.sizes["row"] == 25_162
    np.testing.assert_array_equal(np.unique(record["current"]), [-2e-4, 0, 2e-4])
    assert record.attrs["started"] == "2024-04-30T14:33:18.980"


@pytest.mark.filterwarnings(QUIET)
def test_its_capacity_is_taken_for_the_charge(measured: Measured) -> None:
    record = LandtCsvReader().read(measured(CSV))["cycling"].to_dataset()
    table = half_cycle_table(record)
    np.testing.assert_allclose(table["charge_passed"] / 3.6, [6.3, 3.2, 1.3], rtol=1e-9)
    current, time = record["current"].to_numpy(), record["time"].to_numpy()
    for sign, expected in ((-1, 7.14), (1, 3.56)):
        rows = (np.sign(current) == sign) & (record["cycle"] == 1).to_numpy()
        assert np.trapezoid(np.abs(current[rows]), time[rows]) / 3.6 == pytest.approx(expected, abs=0.005)
    charge, how = passed_charge(record)
    assert how.startswith("the instrument's charge counter")
    assert charge[-1] / 3.6 == pytest.approx(-6.3 + 3.2 - 1.3)


@pytest.mark.filterwarnings(QUIET)
def test_the_mean_of_steps_is_within_the_rounding_of_the_written_current(measured: Measured) -> None:
    record = LandtCsvReader(current="mean of steps").read(measured(CSV))["cycling"].to_dataset()
    current = record["current"].to_numpy()
    np.testing.assert_allclose(np.unique(current), [-1.7638e-4, -1.7509e-4, 0, 1.7961e-4], rtol=1e-3)
    assert (np.abs(np.abs(current[current != 0]) - 2e-4) < 5e-5).all()
    integral = np.trapezoid(np.abs(current), record["time"]) / 3.6
    assert integral == pytest.approx(6.3 + 3.2 + 1.3, rel=1e-3)


@pytest.mark.filterwarnings(QUIET)
def test_the_table_made_from_it_holds_the_same(measured: Measured) -> None:
    export = LandtCsvReader().read(measured(CSV))["cycling"].to_dataset()
    table = BdfReader().read(measured(BDF))["cycling"].to_dataset()
    for field in ("time", "voltage", "current", "charge", "step"):
        np.testing.assert_array_equal(export[field], table[field], err_msg=field)
    np.testing.assert_array_equal(np.unique(export["cycle"]), [1, 2])
