"""Battery Data Format: metadata, parquet, our additions, what is missing and what is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import BdfParquetReader, BdfReader, open_record, write_bdf
from alkanode.io.bdf.columns import COLUMNS, ONTOLOGY_VERSION

LABELS = "Test Time / s,Voltage / V,Current / A"


@pytest.fixture
def record() -> xr.Dataset:
    fields = {
        "time": [0.0, 1.0, 2.5],
        "voltage": [0.1, 1 / 3, -0.3],
        "current": [1e-3, 1e-3, -2e-3],
        "charge": [0.0, 1e-3, -2e-3 / 3],
        "step": [0, -1, 1],
        "control_mode": [1, 2, 0],
        "current_setpoint": [1e-3, np.nan, np.nan],
        "counter_potential": [0.01, 0.02, 0.03],
    }
    made = xr.Dataset({name: ("row", np.array(values)) for name, values in fields.items()})
    return label(made.assign_attrs(started="2024-01-01T00:00:00.125"), "cycling")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("terminal", ["positive", "negative"])
def test_everything_comes_back_without_being_told(
    tmp_path: Path, record: xr.Dataset, suffix: str, terminal: str
) -> None:
    back = open_record(write_bdf(record, tmp_path / f"a.bdf{suffix}", working_electrode=terminal))
    for name in record.data_vars:
        np.testing.assert_array_equal(back[name], record[name], err_msg=str(name))
    assert back.attrs["started"] == record.attrs["started"]
    assert back.attrs["bdf_working_electrode"] == terminal
    assert back.attrs["bdf_ontology"] == ONTOLOGY_VERSION


def test_the_metadata_beside_a_table(tmp_path: Path, record: xr.Dataset) -> None:
    path = write_bdf(record, tmp_path / "a.bdf.csv", working_electrode="negative")
    sidecar = tmp_path / "a.bdf.metadata.json"
    assert json.loads(sidecar.read_text())["bdf_ontology_version"] == "1.3.0"
    with pytest.warns(DataQualityWarning, match="the file says negative"):
        BdfReader(working_electrode="positive").read(path)
    path.write_text(path.read_text().replace("0.1,", "0.2,", 1))
    assert BdfReader().read(path).attrs["bdf_working_electrode"] == "positive"
    sidecar.write_text("no json")
    with pytest.warns(DataQualityWarning, match="metadata"):
        BdfReader().read(path)
    assert not (write_bdf(record, tmp_path / "b.csv", metadata=False).parent / "b.metadata.json").exists()


def test_additions_are_named_as_ours() -> None:
    ours = {column.machine_name for column in COLUMNS.values() if column.ours}
    assert ours == {
        "charge_coulomb",
        "current_setpoint_ampere",
        "voltage_setpoint_volt",
        "we_potential_volt",
        "ce_potential_volt",
    }


def test_a_real_table_as_parquet(measured: Callable[[str], Path], tmp_path: Path) -> None:
    path = measured("cycling/landt_ligr_r2032.bdf.csv")
    pl.read_csv(path, infer_schema_length=None).write_parquet(tmp_path / "a.parquet")
    with pytest.warns(DataQualityWarning, match="exactly 0 degC"):
        text, parquet = BdfReader().read(path)["cycling"], BdfParquetReader().read(tmp_path / "a.parquet")["cycling"]
    assert parquet.sizes["row"] == 25162
    for name in ("time", "voltage", "current", "charge", "step"):
        np.testing.assert_array_equal(parquet[name], text[name], err_msg=name)


def test_a_missing_current_is_found_from_the_charge(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Test Time / s,Voltage / V,Charging Capacity / Ah,Discharging Capacity / Ah\n0,3,0,0\n36,3,0.01,0\n72,3,0.01,0.02\n"
    )
    with pytest.warns(DataQualityWarning, match="no column Current / A"):
        rows = check(BdfReader().read(path), "cycling")
    np.testing.assert_allclose(rows["current"], [np.nan, 1.0, -2.0])
    assert rows.attrs["current_from"] == "set-point where the current was controlled, dq/dt elsewhere"


@pytest.mark.parametrize(
    ("header", "rows", "match"),
    [
        (LABELS + ",Stpp ID / 1", ["0,3,0,1"], "looks like 'Step ID / 1'"),
        (LABELS + ",Record Count / 1", ["0,3,0,1", "1,3,0,3"], "record numbers jump"),
        (LABELS + ",Record Count / 1", ["0,3,0,7", "1,3,0,8"], "begin at 7"),
        (LABELS, ["0,3,0", "1,3,0,4"], "another number of cells"),
        (LABELS + ",Charge / C", ["0,3,0,0", "1,3,0,x"], "1 cells are no numbers"),
        (
            LABELS + ",Charging Capacity / Ah,Discharging Capacity / Ah",
            ["0,3,1,5,0", "1,3,1,4,0", "2,3,1,5.1,0"],
            "not to near zero",
        ),
        (LABELS, ["0,3000,0", "1,3,0"], "1 x voltage beyond"),
    ],
)
def test_what_is_odd_is_said(tmp_path: Path, header: str, rows: list[str], match: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([header, *rows, ""]))
    with pytest.warns(DataQualityWarning, match=match):
        BdfReader().read(path)


def test_parquet_files_that_are_refused(tmp_path: Path, record: xr.Dataset) -> None:
    whole = write_bdf(record, tmp_path / "a.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[:-3])
    with pytest.raises(ReaderError, match="cut off"):
        BdfParquetReader().read(tmp_path / "b.parquet")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "c.parquet")
    with pytest.raises(ReaderError, match="Test Time / s"):
        BdfParquetReader().read(tmp_path / "c.parquet")
    pl.DataFrame({"test_time_second": [], "voltage_volt": [], "current_ampere": []}).write_parquet(
        tmp_path / "d.parquet"
    )
    with pytest.raises(ReaderError):
        BdfParquetReader().read(tmp_path / "d.parquet")
