"""Column maps are checked strictly, and say everything that a table does not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError, StudyError
from alkanode.io import ColumnMap, MaccorReader, PlainTableReader, TableReader, open_history, open_record, shipped_map

PLAIN: dict[str, Any] = {"time": "t (s)", "voltage": "U (V)", "current": "I (mA)"}


def a_map(columns: dict[str, Any] | None = None, **more: Any) -> ColumnMap:
    return ColumnMap.from_mapping({"positive": "charging", "columns": columns or PLAIN} | more)


def cycling(path: Path, text: str | bytes, columns: ColumnMap) -> xr.Dataset:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check(TableReader(columns).read(path), "cycling")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({"columns": PLAIN}, "needs 'positive'"),
        ({"positive": "charging"}, "needs 'columns'"),
        ({"positive": "chargin", "columns": PLAIN}, "Did you mean 'charging'"),
        ({"positive": "charging", "columns": PLAIN, "headr": 3}, "Did you mean 'header'"),
        ({"positive": "charging", "columns": PLAIN | {"curent": "I"}}, "Did you mean 'current'"),
        ({"positive": "charging", "columns": PLAIN | {"current": {"names": "I", "unit": "mAh"}}}, "'mA'|known unit"),
        ({"positive": "charging", "columns": PLAIN | {"current": {"name": "I"}}}, "Did you mean 'names'"),
        ({"positive": "charging", "columns": PLAIN | {"control": {"names": "S", "words": {"R": "rst"}}}}, "'rest'"),
        ({"positive": "charging", "columns": {"time": "t", "voltage": "U"}}, "'current', or"),
        ({"positive": "charging", "columns": PLAIN | {"charged": "Q+"}}, "together"),
        ({"positive": "oxidation", "working_electrode": "negative", "columns": PLAIN}, "already speaks"),
        ({"positive": "charging", "columns": PLAIN, "encoding": "utf-9"}, "encoding"),
        ({"positive": "charging", "columns": PLAIN, "header": -1}, "number of a line"),
        ({"positive": "charging", "columns": PLAIN, "units_line": "yes"}, "true or false"),
        ({"positive": "charging", "columns": PLAIN | {"step": {"names": {"a": [1]}}}}, "known unit"),
        (["positive"], "mapping"),
    ],
)
def test_maps_that_are_refused(content: object, match: str) -> None:
    with pytest.raises(StudyError, match=match):
        ColumnMap.from_mapping(content)


@pytest.mark.parametrize(
    ("positive", "terminal", "current", "voltage"),
    [
        ("charging", "positive", 1, 1),
        ("discharging", "positive", -1, 1),
        ("charging", "negative", -1, -1),
        ("discharging", "negative", 1, -1),
        ("oxidation", "positive", 1, 1),
        ("reduction", "positive", -1, 1),
    ],
)
def test_signs(tmp_path: Path, positive: str, terminal: str, current: float, voltage: float) -> None:
    columns = a_map(PLAIN | {"charge": "Q (mAh)"}, positive=positive, working_electrode=terminal)
    record = cycling(tmp_path / "a.csv", "t (s),U (V),I (mA),Q (mAh)\n0,3,2,0\n3600,3.5,2,2\n", columns)
    np.testing.assert_allclose(record["current"], current * 2e-3)
    np.testing.assert_allclose(record["voltage"], np.array([3, 3.5]) * voltage)
    np.testing.assert_allclose(record["charge"], [0, current * 7.2])
    assert positive in record.attrs["sign"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "   "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    columns = a_map({"time": "t/s", "voltage": "U/V", "current": "I/µA"})
    lines = ["a cell of 5 µm", "t/s|U/V|I/µA", "0|3.5|100", "1|3.4|100"]
    text = "\r\n".join([lines[0], *(line.replace("|", delimiter) for line in lines[1:]), ""])
    record = cycling(tmp_path / "a.txt", text.encode(encoding), columns)
    np.testing.assert_allclose(record["current"], 1e-4)
    np.testing.assert_allclose(record["voltage"], [3.5, 3.4])


def test_decimal_commas_comments_units_line_and_missing_words(tmp_path: Path) -> None:
    columns = a_map(
        {"time": "Zeit", "voltage": "Spannung", "current": "Strom", "step": "Schritt"},
        units_line=True,
        comment="#",
        missing=["aus"],
    )
    text = "# Kommentar\nZeit;Spannung;Strom;Schritt\nmin;mV;mA;\n0;3500,5;1,5;1\n# mehr\n1;3501,5;aus;1\n"
    record = cycling(tmp_path / "a.csv", text, columns)
    np.testing.assert_allclose(record["time"], [0, 60])
    np.testing.assert_allclose(record["voltage"], [3.5005, 3.5015])
    np.testing.assert_allclose(record["current"], [1.5e-3, np.nan])


@pytest.mark.parametrize(
    ("unit", "cells", "seconds"),
    [
        ("h", ["0", "0.5"], [0, 1800]),
        ("h:m:s", ["00:00:01.5", "26:01:01"], [1.5, 93661]),
        ("auto", ["0d 00:00:00.00", "1d 02:03:04.50"], [0, 93784.5]),
        ("auto", ["0:00:10", "1.00:00:00"], [10, 86400]),
        ("auto", ["0-00:00:10", "2-00:00:00"], [10, 172800]),
    ],
)
def test_times(tmp_path: Path, unit: str, cells: list[str], seconds: list[float]) -> None:
    columns = a_map(PLAIN | {"time": {"names": "t", "unit": unit}})
    rows = "".join(f"{cell};3;1\n" for cell in cells)
    record = cycling(tmp_path / "a.csv", f"t;U (V);I (mA)\n{rows}", columns)
    np.testing.assert_allclose(record["time"], seconds)


def test_dates_give_the_time_or_its_start(tmp_path: Path) -> None:
    date = {"names": "Date", "format": ["%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"]}
    text = "Date,t (s),U (V),I (mA)\n03/04/2021 11:59:58 PM,5,3,1\n03/05/2021 12:00:08 AM,15,3,1\n"
    alone = cycling(tmp_path / "a.csv", text, a_map({"date": date, "voltage": "U (V)", "current": "I (mA)"}))
    np.testing.assert_allclose(alone["time"], [0, 10])
    assert alone.attrs["started"] == "2021-03-04T23:59:58.000"
    both = cycling(tmp_path / "b.csv", text, a_map(PLAIN | {"date": date}))
    np.testing.assert_allclose(both["time"], [5, 15])
    assert both.attrs["started"] == "2021-03-04T23:59:53.000"


def test_a_missing_current_is_found_from_control_and_charge(tmp_path: Path) -> None:
    columns = a_map({"time": "t (s)", "voltage": "U (V)", "charge": "Q (C)", "current_setpoint": "Iset (A)"})
    text = "t (s),U (V),Q (C),Iset (A)\n0,3,0,0.5\n10,3,5,0.5\n20,3,7,\n30,3,7,\n"
    record = cycling(tmp_path / "a.csv", text, columns)
    np.testing.assert_allclose(record["current"], [0.5, 0.5, 0.2, 0.0])
    assert record.attrs["current_from"] == "set-point where the current was controlled, dq/dt elsewhere"


def test_one_capacity_and_words_of_direction(tmp_path: Path) -> None:
    direction = {"names": "Step", "charging": ["chg"], "discharging": ["dch"]}
    control = {"names": "Step", "words": {"chg": "current", "dch": "current", "rest": "rest"}}
    columns = a_map(PLAIN | {"capacity": "Q (C)", "direction": direction, "control": control})
    rows = ["0,3,1000,0,chg", "1,3,1000,1,chg", "2,3,0,0,rest", "3,3,1000,0,dch", "4,3,1000,1,dch", "5,3,1000,2,dch"]
    record = cycling(tmp_path / "a.csv", "\n".join(["t (s),U (V),I (mA),Q (C),Step", *rows, ""]), columns)
    np.testing.assert_allclose(record["charge"], [0, 1, 1, 1, 0, -1])
    np.testing.assert_allclose(record["current"], [1, 1, 0, -1, -1, -1])
    np.testing.assert_array_equal(record["control_mode"], [1, 1, 0, 1, 1, 1])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("t (s),U (V),I (mA)\n0,3,1\n1,3,x\n", "current: 1 cells are no numbers.*'x'"),
        ("t (s),U (V),I (mA)\n0,3,1\nend of test\n", "another number of cells"),
        ("t (s),U (V),I (mA)\n0,3,1\n1,3,1", "no end"),
        ("1,2,3\nt (s),U (V),I (mA)\n0,3,1\n1,3,1\n", "above the names"),
        ("t (s),U (V),I (mA)\n0,3,1\n1,3,1e9\n", "impossible values.*1 x current"),
        ("t (s),U (V),I (mA)\n0,3,1\n1,inf,1\n", "impossible values.*1 x voltage"),
        ("t (s),U (V),I (mA)\n0,3,1\n1e9,3,1\n", "jumps by 31.6 years"),
        ('t (s),U (V),I (mA)\n0,3,1\n1,"3,1\n2,3,1\n', "quotation marks|another number|no numbers"),
    ],
)
def test_what_is_odd_is_said(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.warns(DataQualityWarning) as caught:
        TableReader(a_map()).read(path)
    assert any(re.search(match, str(warning.message)) for warning in caught)


def test_columns_that_the_map_names_and_the_file_lacks(tmp_path: Path) -> None:
    columns = a_map(PLAIN | {"step": "Step number"})
    with pytest.warns(DataQualityWarning, match=r"'Step number'.*'Step numbr' looks like it"):
        cycling(tmp_path / "a.csv", "t (s),U (V),I (mA),Step numbr\n0,3,1,1\n", columns)


@pytest.mark.parametrize(
    ("columns", "text", "match"),
    [
        (PLAIN, "time;volts\n1;2\n", "names time"),
        (PLAIN, "t (s),U (V),I (mA)\n", "header only"),
        (PLAIN, "t (s),U (V),I (mA)\nx,3,1\n", "none that can be read"),
        (PLAIN, "t (s),U (V),I (mA),I (mA)\n0,3,1,1\n", "once"),
        (PLAIN, "t (s),U (V),I (mA)\n1,3,1\n0,3,1\n", "back|later|decrease|row"),
        (
            PLAIN | {"current": {"names": "I", "unit": "mA"}},
            "t (s),U (V),I (A)\n0,3,1\n",
            "mA in the map, A in the file",
        ),
        (PLAIN | {"current": "I"}, "t (s),U (V),I\n0,3,1\n", "needs a unit"),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, columns: dict[str, Any], text: str, match: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        with pytest.raises(ReaderError, match=match):
            TableReader(a_map(columns)).read(path)


MACCOR = [
    "Today''s Date\t03/28/2022 12:50:27 PM",
    "",
    "Date of Test:\t08/23/2021 6:04:18 PM",
    "",
    "Rec#\tCyc#\tStep\tTestTime\tStepTime\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time",
    "1\t0\t1\t  0d 00:00:00.00\t  0d 00:00:00.00\t0.0\t0.0\t0.0\t3.8\tR\t0\t08/23/2021 6:04:18 PM",
    "2\t0\t2\t  0d 01:00:00.00\t  0d 01:00:00.00\t0.5\t0.0\t0.5\t3.6\tD\t1\t08/23/2021 7:04:18 PM",
    "3\t0\t3\t  1d 01:00:00.00\t  1d 00:00:00.00\t0.2\t0.0\t0.5\t3.7\tC\t1\t08/24/2021 7:04:18 PM",
]


def test_a_maccor_export_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("\n".join([*MACCOR, ""]))
    assert MaccorReader().sniff(path.read_bytes())
    record = open_record(path)
    assert record.attrs["reader"] == "maccor"
    assert record.attrs["started"] == "2021-08-23T18:04:18.000"
    np.testing.assert_allclose(record["time"], [0, 3600, 90000])
    np.testing.assert_allclose(record["current"], [0, -0.5, 0.5])
    np.testing.assert_allclose(record["charge"] / 3600, [0, -0.5, -0.3])
    np.testing.assert_array_equal(record["control_mode"], [0, -1, -1])


def test_a_maccor_export_with_rows_gone(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("\n".join([*MACCOR[:6], MACCOR[7], ""]))
    with pytest.warns(DataQualityWarning, match="record numbers jump"):
        open_record(path)


def test_a_plain_table_is_read_last_and_doubted(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("Time (s),Voltage (V),Current (mA)\n0,3,1\n1,3,1\n")
    with pytest.warns(DataQualityWarning, match="which way a positive current flows"):
        record = open_record(path)
    assert record.attrs["reader"] == "plain-table"
    np.testing.assert_allclose(record["current"], 1e-3)
    path.write_text("test_time_second,voltage_volt,current_ampere\n0,3,1\n1,3,1\n")
    assert open_record(path).attrs["reader"] == "bdf-csv"
    assert not PlainTableReader().sniff(b"Time,Voltage,Current\n0,3,1\n")


@pytest.mark.parametrize("name", ["maccor", "generic"])
def test_shipped_maps_are_valid(name: str) -> None:
    assert {"time", "voltage", "current"} <= shipped_map(name).columns.keys()


def test_a_real_export_and_the_table_made_from_it_agree(measured: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(
        "title: Landt\npositive: charging\ncolumns:\n  time: test_time_s\n  voltage: voltage_V\n  current: current_A\n"
        "  charged: charge_capacity_Ah\n  discharged: discharge_capacity_Ah\n  step: step_index\n"
        '  date: {names: date_time_iso_string, format: "%m/%d/%Y %H:%M:%S"}\n'
        "  control: {names: step_name, words: {rest: rest, charge cc: current, discharge cc: current}}\n"
    )
    reader = TableReader(ColumnMap.from_yaml(tmp_path / "map.yaml"))
    by_map = open_history(measured("cycling/landt_ligr_r2032.csv"), reader=reader)["cycling"]
    with pytest.warns(DataQualityWarning, match="exactly 0 degC"):
        by_format = open_history(measured("cycling/landt_ligr_r2032.bdf.csv"))["cycling"]
    assert by_map.sizes["row"] == 25162
    for name in ("time", "voltage", "current", "charge", "step"):
        np.testing.assert_array_equal(by_map[name], by_format[name], err_msg=name)
    assert set(np.unique(by_map["control_mode"])) == {0, 1}
