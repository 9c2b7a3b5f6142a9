"""Battery Data Format in and out: names, units, sign, doubts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import BdfReader, write_bdf

LABELS = "Test Time / s,Voltage / V,Current / A"
MACHINE = "test_time_second,voltage_volt,current_ampere"


def write(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def cycling(path: Path, **options: str) -> xr.Dataset:
    record = BdfReader(**options).read(path)["cycling"].to_dataset()
    check(record, "cycling")
    return record


@pytest.mark.parametrize("header", [LABELS, MACHINE, f"\ufeff{LABELS}", LABELS.upper().replace("/ S", "/ s")])
def test_both_kinds_of_names(tmp_path: Path, header: str) -> None:
    record = cycling(write(tmp_path / "a.csv", header, "0,3,0.1", "10,3.5,0.1"))
    np.testing.assert_array_equal(record["voltage"], [3.0, 3.5])
    np.testing.assert_allclose(record["charge"], [0.0, 1.0])
    assert record.attrs["charge_from"] == "integrated current"
    assert BdfReader.sniff(header.encode())


def test_units_in_labels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Test Time / h,Voltage / mV,Current / mA,Note", "0,3000,100,x", "1,3500,100,y")
    record = cycling(path)
    np.testing.assert_allclose(record["time"], [0, 3600])
    np.testing.assert_allclose(record["voltage"], [3.0, 3.5])
    np.testing.assert_allclose(record["current"], 0.1)
    assert record.attrs["ignored_columns"] == "Note"


def test_charging_reduces_a_negative_working_electrode(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", LABELS, "0,3,0.1", "10,3.5,0.1")
    record = cycling(path, working_electrode="negative")
    np.testing.assert_allclose(record["current"], -0.1)
    np.testing.assert_allclose(record["voltage"], [-3.0, -3.5])
    np.testing.assert_allclose(record["charge"], [0.0, -1.0])
    assert record.attrs["bdf_working_electrode"] == "negative"
    with pytest.raises(SchemaError, match="positive"):
        BdfReader(working_electrode="left")


def test_capacities_that_begin_again_become_one_running_charge(tmp_path: Path) -> None:
    header = LABELS + ",Charging Capacity / Ah,Discharging Capacity / Ah,Step Index / 1"
    rows = ["0,3,1,0,0,1", "1,3,1,2,0,1", "2,3,-1,0,1,2", "3,3,-1,0,1.5,2", "4,3,1,0.5,0,3"]
    record = cycling(write(tmp_path / "a.csv", header, *rows))
    np.testing.assert_allclose(record["charge"] / 3600, [0, 2, 1, 0.5, 1.0])
    np.testing.assert_array_equal(record["step"], [1, 1, 2, 2, 3])


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("Voltage / V,Current / A", "Test Time / s"),
        (LABELS + ",voltage_volt", "Voltage twice"),
        ("Test Time / s,Voltage / V,Current / furlong", "known unit"),
        ("Test Time / s,Voltage,Current / A", "known unit"),
        ("test_time_second,voltage_volt,current_milliampere", "Current / A"),
    ],
)
def test_headers_that_are_refused(tmp_path: Path, header: str, match: str) -> None:
    with pytest.raises(ReaderError, match=match):
        BdfReader().read(write(tmp_path / "a.csv", header, "0,1,2,3"))


def test_incomplete_rows_are_left_out_and_no_rows_refused(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match="1 rows.*row 1"):
        assert cycling(write(tmp_path / "a.csv", LABELS, "0,3,0", "1,,0", "2,3,0")).sizes["row"] == 2
    for rows in ((), ("x,y,z",)):
        with pytest.raises(ReaderError):
            BdfReader().read(write(tmp_path / "b.csv", LABELS, *rows))


def test_a_temperature_of_exactly_zero_is_none(tmp_path: Path) -> None:
    header = LABELS + ",ambient_temperature_celsius"
    with pytest.warns(DataQualityWarning, match="exactly 0 degC"):
        assert "ambient_temperature" not in cycling(write(tmp_path / "a.csv", header, "0,3,0,0", "1,3,0,0"))
    record = cycling(write(tmp_path / "b.csv", header, "0,3,0,25", "1,3,0,25"))
    np.testing.assert_allclose(record["ambient_temperature"], 298.15)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (LABELS + ",Unix Time / s", [f"{n * 1000},3,0.1,{1.7e9 + n}" for n in range(5)]),
        (
            LABELS + ",charging_capacity_ah,discharging_capacity_ah",
            [f"{n * 1000},3,3.6,{n * 1e-3},0" for n in range(5)],
        ),
        (LABELS, [f"{n * 10_000},3,0.1" for n in range(500)]),
    ],
)
def test_milliseconds_under_the_name_of_seconds_are_doubted(tmp_path: Path, header: str, rows: list[str]) -> None:
    with pytest.warns(DataQualityWarning, match="milliseconds"):
        BdfReader().read(write(tmp_path / "a.csv", header, *rows))


@pytest.fixture
def record() -> xr.Dataset:
    time = np.array([0.0, 1.0, 2.5, 4.0])
    fields = {
        "time": time,
        "voltage": np.array([0.1, 0.2, -0.3, 1 / 3]),
        "current": np.array([1e-3, 1e-3, -2e-3, -2e-3]),
        "charge": np.array([0.0, 1e-3, 0.5e-3, -2.5e-3]),
        "step": np.array([0, 0, 1, 1]),
        "cycle": np.array([-1, -1, -1, -1]),
        "ambient_temperature": np.full(4, 295.15),
    }
    made = xr.Dataset({k: ("row", v) for k, v in fields.items()}, attrs={"started": "2024-01-01T00:00:00+00:00"})
    return label(made, "cycling")


@pytest.mark.parametrize("terminal", ["positive", "negative"])
@pytest.mark.parametrize("names", ["preferred", "machine"])
def test_written_and_read_back(tmp_path: Path, record: xr.Dataset, terminal: str, names: str) -> None:
    path = write_bdf(record, tmp_path / "a.bdf.csv", working_electrode=terminal, names=names)
    back = cycling(path, working_electrode=terminal)
    for name in ("time", "voltage", "current", "charge", "step", "ambient_temperature"):
        np.testing.assert_allclose(back[name], record[name], rtol=1e-14, atol=1e-16, err_msg=name)
    assert back.attrs["started"] == "2024-01-01T00:00:00+00:00"
    first = path.read_text().splitlines()[0]
    assert first.startswith(LABELS if names == "preferred" else MACHINE)
    assert "ycle" not in first


def test_the_terminal_turns_the_sign_in_the_file(tmp_path: Path, record: xr.Dataset) -> None:
    path = write_bdf(record, tmp_path / "a.csv", working_electrode="negative")
    assert path.read_text().splitlines()[1].split(",")[2] == "-0.001"


def test_what_cannot_be_written(tmp_path: Path, record: xr.Dataset) -> None:
    gap = record.copy(deep=True)
    gap["current"][2] = np.nan
    with pytest.raises(SchemaError, match="row 2"):
        write_bdf(gap, tmp_path / "a.csv")
    with pytest.raises(SchemaError, match="positive"):
        write_bdf(record, tmp_path / "a.csv", working_electrode="up")
    with pytest.raises(SchemaError):
        write_bdf(record.drop_vars("current"), tmp_path / "a.csv")
