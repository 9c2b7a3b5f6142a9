"""Landt's text exports: names, units, encodings, rounded currents, and what is doubted or refused."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.charge import passed_charge
from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import LandtCsvReader
from alkanode.io.landt.columns import quantity_of, read_header

SNAKE = "channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,current_A,voltage_V,discharge_capacity_Ah,charge_capacity_Ah,step_name"
ENGLISH = "Record,TestTime/Sec,Current/mA,Capacity/mAh,SpeCap/mAh/g,Voltage/V,SysTime,Cycle-Index,Step-Index,Step-State"
CHINESE = "记录序号,测试时间/Sec,电流/mA,容量/mAh,比容量/mAh/g,电压/V,系统时间,循环序号,工步序号,工步状态"

RECORDS = [
    "1,0.0,0.000,0.0000,0,0.10,2024-05-01 10:00:00,1,1,R",
    "2,1800.0,2.000,1.0000,5,0.15,2024-05-01 10:30:00,1,2,C_CC",
    "3,3600.0,2.000,2.0000,9,0.20,2024-05-01 11:00:00,1,2,C_CC",
    "4,5400.0,-2.000,1.0000,5,-0.15,2024-05-01 11:30:00,1,3,D_CC",
    "5,7200.0,-2.000,2.0000,9,-0.20,2024-05-01 12:00:00,1,3,D_CC",
]
QUIET = "ignore::alkanode.foundation.errors.DataQualityWarning"


def write(path: Path, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def cycling(path: Path, **options: str) -> xr.Dataset:
    record = LandtCsvReader(**options).read(path)["cycling"].to_dataset()
    check(record, "cycling")
    return record


def told(path: Path, **options: str) -> tuple[xr.Dataset, str]:
    """The record and all its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        record = cycling(path, **options)
    assert all(warning.category is DataQualityWarning for warning in caught)
    return record, "\n".join(str(warning.message) for warning in caught)


@pytest.mark.filterwarnings(QUIET)
@pytest.mark.parametrize(
    ("names", "encoding", "newline"),
    [
        (ENGLISH, "utf-8", "\n"),
        (ENGLISH, "utf-8-sig", "\r\n"),
        (ENGLISH, "utf-16", "\r\n"),
        (CHINESE, "utf-8", "\n"),
        (CHINESE, "gb18030", "\r\n"),
        (CHINESE, "utf-16", "\n"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_names_encodings_and_delimiters(
    tmp_path: Path, names: str, encoding: str, newline: str, delimiter: str
) -> None:
    lines = [line.replace(",", delimiter) for line in ("cell model: 7", names, *RECORDS)]
    path = write(tmp_path / "a.csv", *lines, encoding=encoding, newline=newline)
    assert LandtCsvReader.sniff(path.read_bytes()[:4096])
    record = cycling(path)
    np.testing.assert_allclose(record["time"], np.arange(5) * 1800.0)
    np.testing.assert_allclose(record["current"], [0, 2e-3, 2e-3, -2e-3, -2e-3])
    np.testing.assert_allclose(record["voltage"], [0.1, 0.15, 0.2, -0.15, -0.2])
    np.testing.assert_allclose(record["charge"], np.array([0, 1, 2, 1, 0]) * 3.6)
    np.testing.assert_array_equal(record["step"], [1, 2, 2, 3, 3])
    np.testing.assert_array_equal(record["cycle"], 1)
    assert record.attrs["started"] == "2024-05-01T10:00:00.000"


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("test_time_s", ("time", "s")),
        ("TestTime", ("time", "")),
        ("TestTime/Sec.", ("time", "Sec.")),
        ("测试时间", ("time", "")),
        ("Current(mA)", ("current", "mA")),
        ("current_A", ("current", "A")),
        ("电流/uA", ("current", "uA")),
        ("Capacity/mAh", ("capacity", "mAh")),
        ("discharge_capacity_Ah", ("discharged", "Ah")),
        ("SpeCap/mAh/g", None),
        ("比容量/mAh/g", None),
        ("dQ/dV/mAh/V", None),
        ("step_time_s", None),
        ("temperature_2_C", None),
    ],
)
def test_what_a_column_is(header: str, meant: tuple[str, str] | None) -> None:
    assert quantity_of(header) == meant


@pytest.mark.parametrize("micro", ["u", "µ", "μ"])
def test_units_are_converted(micro: str) -> None:
    header = read_header(["TestTime/h", "Voltage/mV", f"Current/{micro}A", f"Capacity/{micro}Ah"], "a.csv")
    factors = {key: column.factor for key, column in header.columns.items()}
    assert factors == pytest.approx({"time": 3600, "voltage": 1e-3, "current": 1e-6, "capacity": 3.6e-3})


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (ENGLISH.replace("Current/mA", "Current/furlong"), "known unit"),
        (ENGLISH.replace("Current/mA", "Current"), "known unit"),
        (ENGLISH.replace("SpeCap/mAh/g", "Voltage/mV"), "each quantity once"),
        (ENGLISH.replace("Voltage/V", "Pressure/bar"), "line of column names"),
        (ENGLISH.replace("TestTime/Sec", "TestTime"), "needs a unit"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, names: str, match: str) -> None:
    with pytest.raises(ReaderError, match=match):
        LandtCsvReader().read(write(tmp_path / "a.csv", names, *RECORDS))


@pytest.mark.parametrize(
    "lines", [[ENGLISH], [ENGLISH, "", ""], ["Mode,Period", "1,2"], [ENGLISH, "a,b,c,d,e,f,g,h,i,j"], [""]]
)
def test_tables_without_numbers_are_refused(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(ReaderError):
        LandtCsvReader().read(write(tmp_path / "a.csv", *lines))


@pytest.mark.filterwarnings(QUIET)
@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["0:00:00.5", "0:30:00", "26:00:00", "26:00:01", "30:00:00"], [0.5, 1800, 93600, 93601, 108000]),
        (["0-00:00:01", "0-12:00:00", "1-00:00:00", "2-01:00:00", "10-00:00:00"], [1, 43200, 86400, 176400, 864000]),
        (["0 00:00:01.250", "0 00:00:02", "0 00:01:00", "0 01:00:00", "1 01:00:00"], [1.25, 2, 60, 3600, 90000]),
    ],
)
def test_times_in_hours_minutes_seconds(tmp_path: Path, cells: list[str], seconds: list[float]) -> None:
    rows = [",".join([row.split(",")[0], cell, *row.split(",")[2:]]) for row, cell in zip(RECORDS, cells, strict=True)]
    record = cycling(write(tmp_path / "a.csv", ENGLISH.replace("TestTime/Sec", "TestTime"), *rows))
    np.testing.assert_allclose(record["time"], seconds)


@pytest.mark.filterwarnings(QUIET)
def test_decimal_comma(tmp_path: Path) -> None:
    plain = cycling(write(tmp_path / "a.csv", ENGLISH, *RECORDS))
    turned = [row.replace(",", ";").replace(".", ",") for row in RECORDS]
    comma = cycling(write(tmp_path / "b.csv", ENGLISH.replace(",", ";"), *turned))
    for field in ("time", "voltage", "current", "charge"):
        np.testing.assert_array_equal(comma[field], plain[field])
    with pytest.raises(ReaderError, match="more cells than there are column names"):
        LandtCsvReader().read(
            write(tmp_path / "c.csv", "TestTime/Sec,Voltage/V,Current/mA", *(f"{n},0,{n}1,0,5" for n in range(9)))
        )


def test_whole_numbers_before_decimals(tmp_path: Path) -> None:
    rows = [f"{n},{n if n < 300 else n + 0.25},1,1.0" for n in range(400)]
    record, _ = told(write(tmp_path / "a.csv", "Record,TestTime/Sec,Voltage/V,Current/mA", *rows))
    assert record["time"][-1] == 399.25


def small_cell(written: str, *, steps: bool = True) -> list[str]:
    """Half cycles of 0.176 mA, the current written with one digit, charge in two columns that begin again."""
    rows = [SNAKE]
    for n in range(73):
        down, up = (0.1 * n, 0.0) if n <= 36 else (0.0, 0.1 * (n - 37))
        sign, step = ("-", 1) if n <= 36 else ("", 2)
        word = "discharge CC" if n <= 36 else "charge CC"
        day, hour = divmod(2 * n, 24)
        seconds = n * 7200.0
        rows.append(
            f"{n + 1},1,{step if steps else 1},05/{20 + day:02d}/2024 {hour:02d}:00:00,{seconds},{sign}{written},1.0,"
            f"{down * 3.52e-3:.4f},{up * 3.52e-3:.4f},{word},"
        )
    return rows


def test_a_rounded_current_is_recognised_and_the_capacity_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *small_cell("0.0002"))
    record, words = told(path)
    assert "rounded to 0.0001 A, 25% of its median" in words
    assert "current times time gives 1.1" in words
    np.testing.assert_array_equal(np.unique(record["current"]), [-2e-4, 2e-4])
    assert record.attrs["current_resolution_A"] == pytest.approx(1e-4)
    assert record.attrs["charge_resolution_C"] == pytest.approx(0.36)
    assert "rounded to 0.0001 A" in record.attrs["current_from"]
    assert record.attrs["charge_from"].startswith("columns charge_capacity_Ah and discharge_capacity_Ah")
    assert float(record["charge"].min()) == pytest.approx(-0.0127 * 3600)
    charge, how = passed_charge(record)
    np.testing.assert_allclose(charge, record["charge"] - record["charge"][0])
    assert "counter" in how
    assert record.attrs["started"] == "2024-05-20T00:00:00.000"


def test_the_mean_of_steps_gives_the_current_back(tmp_path: Path) -> None:
    record, _ = told(write(tmp_path / "a.csv", *small_cell("0.0002")), current="mean of steps")
    np.testing.assert_allclose(np.abs(record["current"]), 0.176e-3, rtol=0.01)
    np.testing.assert_array_equal(np.sign(record["current"][[0, -1]]), [-1, 1])
    assert record.attrs["current_from"].startswith("capacity over time of 2 runs of constant current, known within")
    nothing, _ = told(write(tmp_path / "c.csv", *small_cell("0.0000", steps=False)), current="mean of steps")
    np.testing.assert_array_equal(nothing["current"], 0.0, err_msg="there and back is no mean current")
    with pytest.raises(SchemaError, match="mean of steps"):
        LandtCsvReader(current="best")
    bare = write(tmp_path / "b.csv", "TestTime/Sec,Voltage/V,Current/mA", "0,1,0.5", "9,1,0.5")
    with (
        pytest.warns(DataQualityWarning, match="the charge is as coarse"),
        pytest.raises(ReaderError, match="must hold a capacity"),
    ):
        LandtCsvReader(current="mean of steps").read(bare)


def test_a_current_of_which_nothing_is_left(tmp_path: Path) -> None:
    record, words = told(write(tmp_path / "a.csv", *small_cell("0.0000")))
    assert "nothing of it is left" in words
    assert float(record["charge"].min()) == pytest.approx(-0.0127 * 3600)
    rows = [row.replace("2.000,", "0.000,") for row in RECORDS]
    record, words = told(write(tmp_path / "b.csv", ENGLISH, *rows))
    np.testing.assert_allclose(record["charge"], np.array([0, 1, 2, 1, 0]) * 3.6, err_msg="direction by the words")
    _, words = told(write(tmp_path / "c.csv", ENGLISH.replace("Step-State", "Energy/mWh"), *rows))
    assert "have no direction" in words


def test_a_fine_current_is_not_doubted(tmp_path: Path) -> None:
    record, words = told(write(tmp_path / "a.csv", ENGLISH, *[row.replace(",2.000", ",2.0001") for row in RECORDS]))
    assert "rounded" not in words
    assert record.attrs["current_from"] == "column Current/mA"


def test_the_working_electrode_turns_the_signs(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *small_cell("0.0002"))
    plain, turned = told(path)[0], told(path, working_electrode="negative")[0]
    for field in ("voltage", "current", "charge"):
        np.testing.assert_array_equal(turned[field], -plain[field])
    assert turned.attrs["landt_working_electrode"] == "negative"
    with pytest.raises(SchemaError, match="positive"):
        LandtCsvReader(working_electrode="left")


def changed(place: int, column: int, cell: str) -> list[str]:
    cells = RECORDS[place].split(",")
    cells[column] = cell
    return [*RECORDS[:place], ",".join(cells), *RECORDS[place + 1 :]]


@pytest.mark.parametrize(
    ("rows", "rows_left", "words"),
    [
        (changed(2, 1, ""), 4, "1 rows without time, voltage, current are left out (first: row 2)"),
        (changed(2, 5, "x"), 4, "left out"),
        (changed(2, 5, "2500"), 5, "impossible values"),
        (changed(2, 7, "??"), 5, "column 'Cycle-Index': 1 cells are no numbers"),
        (RECORDS[:2] + RECORDS[3:], 4, "jump 1 times (first: from 2 to 4)"),
        (changed(4, 6, "2024-05-01 10:01:00"), 5, "dates and test time are -7140 s apart after 7200 s"),
        (changed(4, 6, "2024-09-01 10:01:00"), 5, "pauses that are not in the time"),
        (changed(0, 6, "soon"), 5, "the dates have an unknown form"),
        (changed(2, 2, "-2.000"), 5, "in 1 rows the current has not the sign of 'Step-State'"),
        (changed(2, 3, "-2.0"), 5, "are negative"),
        (
            [row.replace("2.000,", "20.000,") for row in RECORDS],
            5,
            "the integral of the current is 8.75 times the counted charge",
        ),
        ([*RECORDS[:4], RECORDS[4] + ",9,9"], 5, "number of cells"),
        ([*RECORDS[:4], RECORDS[4][:20]], 4, "number of cells"),
    ],
)
def test_what_is_doubted(tmp_path: Path, rows: Iterable[str], rows_left: int, words: str) -> None:
    record, warned = told(write(tmp_path / "a.csv", ENGLISH, *rows))
    assert words in warned
    assert record.sizes["row"] == rows_left


def test_an_unknown_column_is_named_and_half_a_pair_of_capacities_not_used(tmp_path: Path) -> None:
    lines = small_cell("0.0002")
    record, words = told(
        write(tmp_path / "a.csv", lines[0].replace("charge_capacity_Ah,step", "chXrge_Ah,step"), *lines[1:])
    )
    assert "unknown columns are left out: 'chXrge_Ah'" in words
    assert "only 'discharge_capacity_Ah' of the two capacities" in words
    assert record.attrs["charge_from"] == "integrated current"
    assert "chXrge_Ah" in record.attrs["ignored_columns"]


def test_no_current_column(tmp_path: Path) -> None:
    record, words = told(write(tmp_path / "a.csv", ENGLISH.replace("Current/mA", "Power/mW"), *RECORDS))
    assert "no column of current" in words
    assert np.isnan(record["current"]).all()
    assert record.attrs["current_from"] == "absent from the file"
    np.testing.assert_allclose(record["charge"], np.array([0, 1, 2, 1, 0]) * 3.6)


def test_a_probe_that_is_not_connected_is_no_temperature(tmp_path: Path) -> None:
    for cell, kelvin, word in (("25.5", 298.65, ""), ("0", None, "taken as not recorded"), ("-", None, "")):
        rows = [_with(row, 4, cell) for row in RECORDS]
        record, words = told(write(tmp_path / "a.csv", ENGLISH.replace("SpeCap/mAh/g", "AuxTemp/℃"), *rows))
        assert word in words
        if kelvin is None:
            assert "ambient_temperature" not in record
        else:
            np.testing.assert_allclose(record["ambient_temperature"], kelvin)


def _with(row: str, column: int, cell: str) -> str:
    cells = row.split(",")
    cells[column] = cell
    return ",".join(cells)


def test_time_that_runs_backwards_is_refused_and_twins_are_kept(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="backwards"):
        told(write(tmp_path / "a.csv", ENGLISH, *changed(3, 1, "0")))
    record, _ = told(write(tmp_path / "b.csv", ENGLISH, *changed(3, 1, "3600.0")))
    assert record.sizes["row"] == 5


def test_other_tables_are_not_taken_for_landt() -> None:
    for line in (
        "Test Time / s,Voltage / V,Current / A",
        "test_time_second,voltage_volt,current_ampere",
        "Cycle ID,Step ID,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA)",
        "Test_Time(s),Voltage(V),Current(A)",
        "time,voltage,current",
    ):
        assert not LandtCsvReader.sniff(line.encode())


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_damaged_text_is_refused_doubted_or_changes_cells_only(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    names, lines = chance.choice([(SNAKE, small_cell("0.0002")), (ENGLISH, [ENGLISH, *RECORDS])])
    content = bytearray(("\n".join(["cell id: 7", *lines]) + "\n").encode())
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(content)
    sound, usual = told(path)
    for _ in range(chance.randint(1, 3)):
        at, kind = chance.randrange(len(content)), chance.random()
        new = chance.randrange(256) if kind < 0.5 else chance.choice(b'0123456789.,-\n"\tabV_/ ;')
        if kind < 0.8:
            content[at] = new
        elif kind < 0.9:
            del content[at]
        else:
            content.insert(at, new)
    path.write_bytes(content)
    try:
        record, words = told(path)
    except ReaderError:
        return
    if set(words.splitlines()) <= set(usual.splitlines()):
        assert record.sizes == sound.sizes, names
        assert set(record.variables) == set(sound.variables)
        for field in ("voltage", "current"):
            assert np.count_nonzero(record[field].to_numpy() != sound[field].to_numpy()) <= 3
