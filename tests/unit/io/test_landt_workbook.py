"""Landt's workbooks, on sheets written here: no real one was at hand."""

from __future__ import annotations

import random
import sys
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, MissingExtraError, ReaderError
from alkanode.io import LandtCsvReader, LandtXlsxReader

pytest.importorskip("python_calamine")

NAMES = ["Record", "TestTime", "Voltage/V", "Current/uA", "Capacity/uAh", "SysTime", "Cycle", "Step", "State"]
ROWS: list[list[str | float]] = [
    [1, "0 00:00:00.500", 1.5, 0.0, 0.0, "2023-03-29 09:29:00.500", 1, 1, "静置"],
    [2, "0 00:30:00.000", 1.4, -30.5, 15.25, "2023-03-29 09:59:00.000", 1, 2, "恒流放电"],
    [3, "0 01:00:00.000", 1.3, -30.5, 30.5, "2023-03-29 10:29:00.000", 1, 2, "恒流放电"],
    [4, "1 01:00:00.000", 1.6, 30.5, 732, "2023-03-30 10:29:00.000", 1, 3, "恒流充电"],
]
QUIET = "ignore::alkanode.foundation.errors.DataQualityWarning"


def sheet_xml(rows: Sequence[Sequence[str | float]]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, value in enumerate(row):
            name = f"{chr(65 + place)}{number}"
            if isinstance(value, str):
                cells.append(f'<c r="{name}" t="inlineStr"><is><t>{value}</t></is></c>' if value else "")
            else:
                style = ' s="1"' if isinstance(value, Length) else ""
                cells.append(f'<c r="{name}"{style}><v>{float(value)!r}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Length(float):
    """A length of time in days, shown as [h]:mm:ss."""


def workbook(path: Path, **sheets: Sequence[Sequence[str | float]]) -> Path:
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, start=1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    office = f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    styled = f'<Relationship Id="rs" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    styles = '<numFmts><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts><cellXfs><xf/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        file.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{office}</Relationships>')
        file.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{related}{styled}</Relationships>',
        )
        file.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>')
        for n, rows in enumerate(sheets.values(), start=1):
            file.writestr(f"xl/worksheets/sheet{n}.xml", sheet_xml(rows))
    return path


def cycling(path: Path) -> xr.Dataset:
    record = LandtXlsxReader().read(path)["cycling"].to_dataset()
    check(record, "cycling")
    return record


@pytest.mark.filterwarnings(QUIET)
def test_records_among_other_sheets(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        Test=[["Test name", "Start time"], ["cell 7", "2023-03-29"]],
        Cycle=[["Cycle", "CapC/mAh"], [1, 0.7]],
        DefaultGroup=[["about", "the cell"], [], NAMES, *ROWS],
    )
    assert LandtXlsxReader.sniff(path.read_bytes()[:4096])
    assert not LandtXlsxReader.sniff(b"PK\x03\x04" + bytes(600))
    record = cycling(path)
    np.testing.assert_allclose(record["time"], [0.5, 1800, 3600, 90000])
    np.testing.assert_allclose(record["voltage"], [1.5, 1.4, 1.3, 1.6])
    np.testing.assert_allclose(record["current"], [0, -30.5e-6, -30.5e-6, 30.5e-6])
    np.testing.assert_allclose(record["charge"], np.array([0, -15.25, -30.5, -30.5 + 701.5]) * 3.6e-3)
    np.testing.assert_array_equal(record["step"], [1, 2, 2, 3])
    assert record.attrs["sheets"] == "DefaultGroup"
    assert record.attrs["started"] == "2023-03-29T09:29:00.000"


@pytest.mark.filterwarnings(QUIET)
def test_workbook_and_text_give_the_same(tmp_path: Path) -> None:
    book = cycling(workbook(tmp_path / "a.xlsx", Record=[NAMES, *ROWS]))
    lines = [",".join(map(str, row)) for row in (NAMES, *ROWS)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = LandtCsvReader().read(tmp_path / "a.csv")["cycling"].to_dataset()
    for field in ("time", "voltage", "current", "charge", "step", "cycle"):
        np.testing.assert_array_equal(book[field], text[field], err_msg=field)


@pytest.mark.filterwarnings(QUIET)
def test_lengths_of_time_and_sheets_that_continue(tmp_path: Path) -> None:
    timed = [[row[0], Length((n + 0.25) / 2), *row[2:]] for n, row in enumerate(ROWS)]
    record = cycling(workbook(tmp_path / "a.xlsx", Record1=[NAMES, *timed[:2]], Record2=[NAMES, [], *timed[2:]]))
    np.testing.assert_allclose(record["time"], [10800, 54000, 97200, 140400])
    assert record.attrs["sheets"] == "Record1, Record2"


def test_a_sheet_with_other_columns_is_left_out(tmp_path: Path) -> None:
    other = [[*NAMES[:3], "Power/uW", *NAMES[4:]], *ROWS]
    path = workbook(tmp_path / "a.xlsx", Record=[NAMES, *ROWS], Again=other)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert cycling(path).sizes["row"] == 4
    assert any("sheet 'Again' has other columns" in str(warning.message) for warning in caught)


def test_what_is_refused(tmp_path: Path) -> None:
    for rows, match in (
        ([NAMES], "a header only"),
        ([["a", "b"]], "test time, voltage and current"),
        ([], "test time, voltage and current"),
        ([[*NAMES, "Voltage/mV"], *ROWS], "each quantity once"),
    ):
        with pytest.raises(ReaderError, match=match):
            cycling(workbook(tmp_path / "a.xlsx", Record=rows))
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ReaderError, match="must be a workbook"):
        cycling(tmp_path / "b.xlsx")


def test_the_extra_is_named_where_it_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", Record=[NAMES, *ROWS])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"alkanode\[excel\]"):
        LandtXlsxReader().read(path)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes_end_in_a_refusal_or_a_record(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance, folder = random.Random(seed), tmp_path_factory.getbasetemp()
    content = bytearray(workbook(folder / "whole.xlsx", Record=[NAMES, *ROWS]).read_bytes())
    for _ in range(chance.randint(1, 4)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    (folder / "damaged.xlsx").write_bytes(content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            record = cycling(folder / "damaged.xlsx")
        except ReaderError:
            return
    assert record.sizes["row"] == 4 or caught
    assert all(warning.category is DataQualityWarning for warning in caught)
