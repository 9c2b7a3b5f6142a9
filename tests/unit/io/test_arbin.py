"""Arbin databases become histories: order, tests, resets, both ways of reading, damage."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, MissingExtraError, ReaderError, SchemaError
from alkanode.io.arbin import ArbinReader
from alkanode.io.arbin import database as jet

JET = b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4076)
HEAD = (
    "Test_ID,Data_Point,Test_Time,DateTime,Step_Index,Cycle_Index,Current,Voltage,Charge_Capacity,Discharge_Capacity,"
    "Internal_Resistance"
)
ROWS = [
    "1,1,0,45000.5,1,1,0.36,3,0,0,0.1",
    "1,2,10,45000.5,1,1,0.36,3.1,0.001,0,0.1",
    "1,3,20,45000.5,2,1,-0.36,3.1,0.002,0,0.1",
    "1,4,30,45000.5,2,1,-0.36,3,0.002,0.001,0.1",
    "1,5,30,45000.5,1,2,0.36,3,0,0,0.1",
    "1,6,40,45000.5,1,2,0.36,3.1,0.001,0,0.1",
]
TESTS = (
    "Test_ID,Test_Name,Channel_Index,Start_DateTime,Comments,Schedule_File_Name\n"
    '1,"cell, ""A""",12,45000.5,"two\nlines",a.sdu\n2,other,13,45001,,\n'
)

Measured = Callable[[str], Path]
Database = Callable[..., Path]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for mdb-export is a shell script")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A file and a stand-in for mdbtools that answers what the test says."""

    def make(
        *rows: str, head: str = HEAD, tests: str = TESTS, count: str = "", script: str = "", content: bytes = JET
    ) -> Path:
        programs = tmp_path / "bin"
        programs.mkdir(exist_ok=True)
        (tmp_path / "points.csv").write_text("\n".join([head, *(rows or ROWS)]) + "\n", encoding="utf-8")
        (tmp_path / "tests.csv").write_text(tests, encoding="utf-8")
        answer = f'case "$2" in Channel_*) cat "{tmp_path}/points.csv";; *) cat "{tmp_path}/tests.csv";; esac'
        for name, does in (("mdb-export", script or answer), ("mdb-count", f"echo {count}")):
            (programs / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        path = tmp_path / "a.res"
        path.write_bytes(content)
        return path

    return make


def cycling(path: Path, reader: ArbinReader | None = None) -> xr.Dataset:
    record = (reader or ArbinReader()).read(path)["cycling"].to_dataset()
    check(record, "cycling")
    return record


def test_capacities_in_ampere_hours_become_one_charge_across_cycles(database: Database) -> None:
    record = cycling(database(count="6"))
    np.testing.assert_allclose(record["charge"], [0, 3.6, 7.2, 3.6, 3.6, 7.2], atol=1e-9)
    np.testing.assert_allclose(record["current"], [0.36, 0.36, -0.36, -0.36, 0.36, 0.36])
    np.testing.assert_array_equal(record["step"], [1, 1, 2, 2, 1, 1])
    np.testing.assert_array_equal(record["cycle"], [1, 1, 1, 1, 2, 2])
    assert record.attrs["ignored_columns"] == "Internal_Resistance"
    assert record.attrs["started"] == "2023-03-15T12:00:00.000"
    assert record.attrs["header_test_name"] == 'cell, "A"'
    assert record.attrs["header_comments"] == "two\nlines"
    assert record.attrs["channel"] == "12"
    assert record.attrs["arbin_way"] == "mdbtools"


def test_rows_come_in_any_order(database: Database) -> None:
    straight = cycling(database())
    xr.testing.assert_equal(cycling(database(*random.Random(1).sample(ROWS, len(ROWS)))), straight)


def test_a_negative_working_electrode_turns_all_signs(database: Database) -> None:
    path = database()
    plain, turned = cycling(path), cycling(path, ArbinReader(working_electrode="negative"))
    for field in ("voltage", "current", "charge"):
        np.testing.assert_allclose(turned[field], -plain[field])


def test_several_tests_are_not_mixed(database: Database) -> None:
    path = database(*ROWS, *(f"2{row[1:]}" for row in ROWS[:4]))
    with pytest.raises(ReaderError, match=r"found tests \[1, 2\].*ArbinReader\(test=1\)"):
        cycling(path)
    second = cycling(path, ArbinReader(test=2))
    assert second.sizes["row"] == 4
    assert second.attrs["header_test_name"] == "other"
    with pytest.raises(ReaderError, match="must hold test 3"):
        cycling(path, ArbinReader(test=3))


@pytest.mark.parametrize(
    ("rows", "count", "match"),
    [
        (ROWS[:4], "6", "says 6 rows and holds 4"),
        ([*ROWS[:2], *ROWS[3:]], "5", "1 rows are missing"),
        ([*ROWS, ROWS[2]], "7", "1 rows are there twice"),
        ([*ROWS, "1,7,,45000.5,1,2,0.36,3.1,0.001,0,0.1"], "7", "1 rows without number or time"),
        ([row.replace(",0.36,", ",-0.36,") for row in ROWS], "6", "contradicts the current"),
        ([*ROWS[:5], "1,6,40,45000.5,1,2,0.36,3e9,0.001,0,0.1"], "6", "impossible"),
    ],
)
def test_what_a_damaged_table_shows_is_doubted(database: Database, rows: list[str], count: str, match: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cycling(database(*rows, count=count))
    assert any(match in str(warning.message) for warning in caught), [str(w.message) for w in caught]


def test_a_file_that_ends_within_a_page_is_doubted(database: Database) -> None:
    assert len(JET) == 4096
    with pytest.warns(DataQualityWarning, match="ends within a page"):
        cycling(database(content=JET[:-1]))


def test_without_capacities_the_current_is_integrated(database: Database) -> None:
    head, rows = HEAD.replace("Charge_Capacity,Discharge_Capacity", "A,B"), ROWS[:2]
    record = cycling(database(*rows, head=head))
    assert record.attrs["charge_from"] == "integrated current"
    assert float(record["charge"][-1]) == pytest.approx(3.6)


@pytest.mark.parametrize(
    ("made", "match"),
    [
        ({"content": b"EC-Lab ASCII FILE"}, "begin as a Jet database"),
        ({"script": "exit 1"}, "no such table"),
        ({"script": "kill -SEGV $$"}, "ended by signal 11"),
        ({"script": "echo Test_ID,Data_Point"}, "Test_Time, Current, Voltage"),
        ({"script": f"echo {HEAD}"}, "must hold rows"),
        ({"script": f"echo {HEAD}; yes {ROWS[0]}"}, "still writing after"),
        ({"script": "exec sleep 30"}, r"still writing after 0\.3"),
    ],
)
def test_databases_that_are_refused(database: Database, made: dict[str, str], match: str) -> None:
    limit = 0.3 if "sleep" in made.get("script", "") else 60.0
    with pytest.raises(ReaderError, match=match):
        cycling(database(**made), ArbinReader(time_limit=limit))


def test_options_are_checked() -> None:
    for options in ({"way": "odbc"}, {"time_limit": 0.0}, {"working_electrode": "left"}):
        with pytest.raises(SchemaError):
            ArbinReader(**options)


def test_sniffing() -> None:
    assert ArbinReader.sniff(JET[:30])
    assert not ArbinReader.sniff(b"\x00\x01\x00\x00Standard ACE DB")


def test_with_neither_way_the_install_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "access_parser", None)
    path = tmp_path / "a.res"
    path.write_bytes(JET)
    with pytest.raises(MissingExtraError, match=r"alkanode\[arbin\]"):
        ArbinReader().read(path)
    with pytest.raises(ReaderError, match="mdb-export is needed"):
        ArbinReader(way="mdbtools").read(path)


def test_pages_that_lead_in_a_circle_end_in_a_refusal() -> None:
    pages = jet._Pages({0: b"x"})
    assert {pages.get(0) for _ in range(jet.MOST_JUMPS)} == {b"x"}
    with pytest.raises(ReaderError, match="circle"):
        pages.get(0)


def test_a_circle_of_table_definitions_is_refused_by_the_package(measured: Measured, tmp_path: Path) -> None:
    pytest.importorskip("access_parser")
    content = bytearray(measured("cycling/arbin_example.res").read_bytes())
    page = 4096
    tables = [at for at in range(2 * page, len(content), page) if content[at : at + 2] == b"\x02\x01"]
    for at in tables:
        content[at + 4 : at + 8] = (at // page).to_bytes(4, "little")
    path = tmp_path / "circle.res"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        with pytest.raises(ReaderError):
            ArbinReader(way="access-parser").read(path)
