"""Neware tables become histories: charge over steps, loops, gaps, doubts, refusals."""

from __future__ import annotations

import io
import logging
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, MissingExtraError, ReaderError, SchemaError
from alkanode.io import NewareReader

fastnda = pytest.importorskip("fastnda")

Reads = Callable[..., xr.Dataset]

TABLE: dict[str, list[Any]] = {
    "index": [1, 2, 3, 4, 5, 6, 7, 8],
    "voltage_V": [3.0, 3.1, 3.2, 3.2, 3.1, 3.0, 3.0, 3.0],
    "current_mA": [36.0, 36.0, 36.0, -36.0, -36.0, -36.0, 0.0, 0.0],
    "unix_time_s": [1.6e9 + t for t in (0, 10, 20, 20, 30, 40, 40, 50)],
    "step_time_s": [0.0, 10.0, 20.0, 0.0, 10.0, 20.0, 0.0, 10.0],
    "total_time_s": [0.0, 10.0, 20.0, 20.0, 30.0, 40.0, 40.0, 50.0],
    "cycle_count": [1] * 8,
    "step_count": [1, 1, 1, 2, 2, 2, 3, 3],
    "step_index": [1, 1, 1, 2, 2, 2, 3, 3],
    "step_type": [1, 1, 1, 2, 2, 2, 4, 4],
    "capacity_mAh": [0.0, 0.1, 0.2, 0.0, -0.1, -0.2, 0.0, 0.0],
    "energy_mWh": [0.0] * 8,
}


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return made.getvalue()


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Read a file of which fastnda says what the test says."""

    def reads(content: bytes = b"NEWARE" + bytes(40), name: str = "a.nda", **changes: Any) -> xr.Dataset:
        options = changes.pop("options", {})
        table = {key: values for key, values in (TABLE | changes).items() if values is not None}
        monkeypatch.setattr(fastnda, "read", lambda path, **_: pl.DataFrame(table))
        path = tmp_path / name
        path.write_bytes(content)
        record = NewareReader(**options).read(path)["cycling"].to_dataset()
        check(record, "cycling")
        return record

    return reads


def test_the_capacity_of_the_steps_becomes_one_charge(read: Reads) -> None:
    record = read()
    np.testing.assert_allclose(record["charge"], 0.36 * np.array([0, 1, 2, 2, 1, 0, 0, 0]), atol=1e-9)
    np.testing.assert_allclose(record["current"], [0.036] * 3 + [-0.036] * 3 + [0.0] * 2)
    np.testing.assert_array_equal(record["step"], TABLE["step_count"])
    np.testing.assert_array_equal(record["control_mode"], [1] * 6 + [0, 0])
    assert record.attrs["ignored_columns"] == "step_index, energy_mWh"
    assert record.attrs["charge_from"].startswith("column capacity_mAh")


def test_charge_that_passed_before_the_first_row_of_a_step_is_counted(read: Reads) -> None:
    record = read(capacity_mAh=[0.0, 0.1, 0.2, -0.01, -0.11, -0.21, 0.0, 0.0])
    np.testing.assert_allclose(record["charge"][2:6] / 0.36, [2, 1.9, 0.9, -0.1], atol=1e-6)


def test_a_working_electrode_at_the_negative_terminal_turns_all_signs(read: Reads) -> None:
    plain, turned = read(), read(options={"working_electrode": "negative"})
    for field in ("voltage", "current", "charge"):
        np.testing.assert_allclose(turned[field], -plain[field])
    assert turned.attrs["neware_working_electrode"] == "negative"
    with pytest.raises(SchemaError, match="positive"):
        NewareReader(working_electrode="left")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "mode"), [(1, 1), (2, 1), (3, 2), (19, 2), (4, 0), (13, 0), (22, 0), (7, -1), (20, -1), (9, -1), (99, -1)]
)
def test_control_of_each_type_of_step(read: Reads, kind: int, mode: int) -> None:
    np.testing.assert_array_equal(read(step_type=[kind] * 8)["control_mode"], mode)


def test_a_loop_that_repeats_a_step_number_gets_its_time_from_the_steps(read: Reads) -> None:
    with pytest.warns(DataQualityWarning, match="runs backwards at row 3"):
        record = read(total_time_s=[0.0, 10.0, 20.0, 0.0, 10.0, 20.0, 20.0, 30.0], unix_time_s=None)
    np.testing.assert_allclose(record["time"], TABLE["total_time_s"])


@pytest.mark.parametrize(
    ("index", "match", "rows"),
    [
        ([1, 2, 3, 5, 6, 7, 8, 9], "1 rows are missing", 8),
        ([3, 4, 5, 6, 7, 8, 9, 10], "2 rows are missing", 8),
        ([1, 2, 3, 3, 4, 5, 6, 7], "1 rows are there twice", 7),
    ],
)
def test_numbers_of_the_rows_are_checked(read: Reads, index: list[int], match: str, rows: int) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert read(index=index).sizes["row"] == rows
    assert any(match in str(warning.message) for warning in caught)


def test_rows_out_of_order_are_sorted_and_told(read: Reads) -> None:
    order = [0, 1, 3, 2, 4, 5, 6, 7]
    with pytest.warns(DataQualityWarning, match="out of order"):
        mixed = read(**{key: [values[place] for place in order] for key, values in TABLE.items()})
    np.testing.assert_array_equal(mixed["time"], read()["time"])


def test_a_counter_of_the_wrong_sign_or_size_is_doubted(read: Reads) -> None:
    with pytest.warns(DataQualityWarning, match="opposite signs"):
        read(current_mA=[-value for value in TABLE["current_mA"]])
    with pytest.warns(DataQualityWarning, match="times the counted charge"):
        read(current_mA=[1000 * value for value in TABLE["current_mA"]])


def test_pauses_show_in_the_dates(read: Reads) -> None:
    with pytest.warns(DataQualityWarning, match="dates and test time are 3600 s apart after 20 s .row 3"):
        read(unix_time_s=[1.6e9 + t for t in (0, 10, 20, 3620, 3630, 3640, 3640, 3650)])


def test_without_a_capacity_the_current_is_integrated(read: Reads) -> None:
    record = read(capacity_mAh=[None] * 8)
    assert record.attrs["charge_from"] == "integrated current"
    assert float(record["charge"][2]) == pytest.approx(0.72)


def test_the_first_temperature_channel_is_the_temperature_beside_the_cell(read: Reads) -> None:
    record = read(aux1_temperature_degC=[25.0] * 8, aux2_temperature_degC=[30.0] * 8)
    np.testing.assert_allclose(record["ambient_temperature"], 298.15)
    assert "aux2_temperature_degC" in record.attrs["ignored_columns"]
    assert record.attrs["ambient_temperature_from"] == "column aux1_temperature_degC"


def test_the_start_has_a_zone_only_in_archives(read: Reads) -> None:
    assert read().attrs["started"] == "2020-09-13T12:26:40.000"
    told = b'<a DevType="27" DevID="1" UnitID="0" ChlID="6" Barcode="x &amp; y" StartTime="2020-09-13 12:26:00"/>'
    record = read(archive(data__ndc=b"", TestInfo__xml=told), "a.ndax")
    assert record.attrs["started"] == "2020-09-13T12:26:40.000+00:00"
    assert record.attrs["channel"] == "1-0-6"
    assert record.attrs["header_comments"] == "x & y"


def test_the_content_decides_not_the_suffix(read: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    read()
    table = pl.DataFrame(TABLE)
    monkeypatch.setattr(fastnda, "read", lambda path, **_: seen.append(Path(path).suffix) or table)
    for name, content in (("a.dat", b"NEWARE" + bytes(40)), ("b.nda", archive(data__ndc=b""))):
        (tmp_path / name).write_bytes(content)
        NewareReader().read(tmp_path / name)
    assert seen == [".nda", ".ndax"]


def test_what_fastnda_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubtful(path: Path, **_: Any) -> pl.DataFrame:
        logging.getLogger("fastnda.nda").warning("negative jumps")
        warnings.warn("polars renames", DeprecationWarning, stacklevel=1)
        warnings.warn("nda_version 3 has not been verified", UserWarning, stacklevel=1)
        return pl.DataFrame(TABLE)

    monkeypatch.setattr(fastnda, "read", doubtful)
    (tmp_path / "a.nda").write_bytes(b"NEWARE" + bytes(40))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        NewareReader().read(tmp_path / "a.nda")
    assert [warning.category for warning in caught] == [DeprecationWarning, DataQualityWarning, DataQualityWarning]
    assert [str(warning.message).removeprefix("a.nda: fastnda says: ") for warning in caught[1:]] == [
        "negative jumps",
        "nda_version 3 has not been verified",
    ]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"step_type": None}, "must hold step_type"),
        ({"total_time_s": None}, "must hold total_time_s"),
        ({key: [] for key in TABLE}, "must hold rows"),
        ({"total_time_s": [None, *TABLE["total_time_s"][1:]]}, "needs a time"),
    ],
)
def test_tables_that_are_refused(read: Reads, changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ReaderError, match=match):
        read(**changes)


@pytest.mark.parametrize(
    ("content", "name", "match"),
    [
        (b"NEWARE", "a.nda", "in fastnda"),
        (b"NEWARE" + bytes(2000), "a.nda", "in fastnda"),
        (b"EC-Lab ASCII FILE", "a.nda", "begin as a Neware file"),
        (b"", "a.nda", "empty"),
        (b"PK\x03\x04" + bytes(100), "a.ndax", "whole zip archive"),
        (archive(data__ndc=b"abc")[:-30], "a.ndax", "whole zip archive"),
        (archive(TestInfo__xml=b"<a/>"), "a.ndax", "must hold 'data.ndc'"),
        (archive(data__ndc=bytes(9000)), "a.ndax", "in fastnda"),
    ],
    ids=[
        "magic",
        "magic-zeros",
        "other-maker",
        "nothing",
        "no-archive",
        "cut-archive",
        "other-archive",
        "zeros-archive",
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, name: str, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        with pytest.raises(ReaderError, match=match):
            NewareReader().read(tmp_path / name)


def test_sniffing() -> None:
    assert NewareReader.sniff(b"NEWARE123")
    assert NewareReader.sniff(archive(Step__xml=b"<a/>", data__ndc=b""))
    assert not NewareReader.sniff(archive(xl=b"<a/>"))
    assert not NewareReader.sniff(b"data.ndc")


def test_without_fastnda_the_install_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastnda", None)
    (tmp_path / "a.nda").write_bytes(b"NEWARE")
    with pytest.raises(MissingExtraError, match=r"alkanode\[neware\]"):
        NewareReader().read(tmp_path / "a.nda")
