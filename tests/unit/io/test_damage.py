"""Damage that leaves a file which can still be read: each kind has a witness, and the reader names it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import (
    ArbinReader,
    GamryReader,
    LandtCsvReader,
    MprReader,
    MptReader,
    NewareReader,
)
from alkanode.io.arbin import database
from alkanode.io.charge import current_from_charge
from alkanode.io.doubts import charge_ratio, doubt_clock, doubt_counter, doubt_records
from alkanode.io.impossible import MOST_IMPOSSIBLE, doubt_impossible
from alkanode.io.text_table import doubt_rows_above, number_columns

LABELS = "mode\ttime/s\tEwe/V\tI/mA"
ROWS = [f"1\t{10 * n}.0\t{3 + 0.1 * n:.3f}\t1.0" for n in range(6)]


def told(act: Callable[[], object]) -> str:
    """All that is said while something is done."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        act()
    assert all(warning.category is DataQualityWarning for warning in caught)
    return "\n".join(str(warning.message) for warning in caught)


def mpt(path: Path, lines: list[str]) -> Path:
    head = ["EC-Lab ASCII FILE", "Nb header lines : 6", "", "Acquisition started on : 01/31/2024 10:00:00", "", LABELS]
    path.write_bytes("\n".join([*head, *lines, ""]).encode("cp1252"))
    return path


class TestEcLabText:
    """A row that has left its place."""

    def test_a_sound_file_says_nothing(self, tmp_path: Path) -> None:
        assert told(lambda: MptReader().read(mpt(tmp_path / "a.mpt", ROWS))) == ""

    def test_a_row_that_has_run_into_the_names(self, tmp_path: Path) -> None:
        path = mpt(tmp_path / "a.mpt", ROWS)
        path.write_bytes(path.read_bytes().replace(b"I/mA\n", b"I/mA\t"))
        said = told(lambda: MptReader().read(path))
        assert "8 columns are named and the first row has 4 cells" in said

    def test_a_row_among_the_lines_of_the_header(self, tmp_path: Path) -> None:
        path = mpt(tmp_path / "a.mpt", ROWS[:-1])
        path.write_bytes(
            path.read_bytes()
            .replace(b"\n\n1\t", b"\n1\t")
            .replace(b"lines : 6\n\n", f"lines : 6\n{ROWS[-1]}\n".encode())
        )
        assert "1 lines above the names of the columns look like rows" in told(lambda: MptReader().read(path))

    def test_a_row_with_cells_more_or_less(self, tmp_path: Path) -> None:
        path = mpt(tmp_path / "a.mpt", [*ROWS[:3], ROWS[3] + "\t7", *ROWS[4:]])
        assert "1 of 6 lines have another number of cells than the 4" in told(lambda: MptReader().read(path))


def test_a_signalling_nan_in_a_binary_file_is_doubted_like_any_gap(make_mpr: Callable[..., Path]) -> None:
    """Only such a NaN makes numpy itself complain when it becomes a double."""
    kind = np.dtype([("flags", "u1"), ("time", "<f8"), ("E", "<f4"), ("I", "<f4")])
    rows = np.zeros(4, dtype=kind)
    rows["time"] = np.arange(4.0)
    raw = bytearray(rows.tobytes())
    raw[kind.fields["E"][1] : kind.fields["E"][1] + 4] = b"\x01\x00\x80\x7f"
    path = make_mpr([1, 4, 6, 8], np.frombuffer(bytes(raw), dtype=kind))
    assert "numbers are missing: 1 x voltage" in told(lambda: MprReader().read(path))


def test_a_sweep_that_stops_before_its_final_frequency(tmp_path: Path) -> None:
    head = ["EXPLAIN", "TAG\tEISPOT", "DATE\tLABEL\t4/23/2018\tDate", "TIME\tLABEL\t16:43:15\tTime"]
    head += [f"{key}\tQUANT\t{value}\tx" for key, value in (("FREQINIT", 1000), ("FREQFINAL", 1), ("PTSPERDEC", 2))]
    table = ["ZCURVE\tTABLE", "\tPt\tTime\tFreq\tZreal\tZimag", "\t#\ts\tHz\tohm\tohm"]
    points = [f"\t{n}\t{n}\t{1000 * 10 ** (-n / 2):.4f}\t{n + 1}\t-1" for n in range(7)]
    path = tmp_path / "a.dta"
    for count, stops in ((7, ""), (6, ""), (5, "ZCURVE stops at 10 Hz, by the header it ends at 1 Hz")):
        path.write_text("\n".join([*head, *table, *points[:count], ""]), encoding="cp1252")
        said = told(lambda: GamryReader().read(path))
        assert (stops in said) if stops else ("stops" not in said)


def test_a_row_above_the_names_of_a_landt_export(tmp_path: Path) -> None:
    names, rows = "TestTime/Sec,Voltage/V,Current/mA", [f"{n},3.{n},1.0001" for n in range(5)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["cell,7,", rows[0], names, *rows[1:], ""]), encoding="utf-8")
    assert "1 lines above the names" in told(lambda: LandtCsvReader().read(path))


def test_a_neware_header_that_does_not_say_where_the_rows_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fastnda = pytest.importorskip("fastnda")
    table = {"index": [1, 2], "voltage_V": [3.0, 3.1], "current_mA": [1.0, 1.0], "total_time_s": [0.0, 1.0]}
    table |= {"step_count": [1, 1], "step_type": [1, 1]}
    monkeypatch.setattr(fastnda, "read", lambda path, **_: pl.DataFrame(table))
    path = tmp_path / "a.nda"
    path.write_bytes(b"NEWARE".ljust(14, b"0") + b"\x1d" + bytes(200))
    assert "does not say where the rows end" in told(lambda: NewareReader().read(path))


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for mdb-export is a shell script")
def test_the_time_a_database_may_take_goes_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SECONDS", 0.2)
    (tmp_path / "mdb-export").write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    (tmp_path / "mdb-export").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = tmp_path / "a.res"
    path.write_bytes(b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4076))
    with pytest.raises(ReaderError, match=r"still writing after 0\.\d+ s"):
        ArbinReader().read(path)


class TestImpossibleValues:
    """Single ones are doubted, a file full of them is refused, in one place for every reader."""

    @staticmethod
    def rows(bad: int) -> dict[str, np.ndarray]:
        voltage = np.full(100, 3.0)
        voltage[:bad] = -1e6
        return {"time": np.arange(100.0), "voltage": voltage, "current": np.zeros(100)}

    def test_some_are_named_and_kept(self) -> None:
        few = round(100 * MOST_IMPOSSIBLE)
        said = told(lambda: doubt_impossible(self.rows(few), {"source_file": "a"}))
        assert f"a: impossible values, so the file is damaged or not what it seems: {few} x voltage" in said

    def test_many_are_refused(self) -> None:
        with pytest.raises(ReaderError, match="must hold voltages and currents of a cell; found 11 x voltage"):
            doubt_impossible(self.rows(11), {"source_file": "a"})

    def test_one_of_few_is_no_reason_to_refuse(self) -> None:
        rows = {key: values[:3] for key, values in self.rows(1).items()}
        assert "1 x voltage" in told(lambda: doubt_impossible(rows, {"source_file": "a"}))


class TestWhatIsSaidTwice:
    """Counter and current, clock and dates, numbers of the records."""

    def test_the_ratio_is_that_of_the_factor(self) -> None:
        time, current = np.arange(5.0), np.array([1.0, 1.0, -1.0, -1.0, 1.0])
        charge = np.concatenate([[0.0], np.cumsum(0.5 * (np.abs(current[1:]) + np.abs(current[:-1])))])
        assert charge_ratio(time, 3 * current, charge) == pytest.approx(3.0)
        assert np.isnan(charge_ratio(time, 0 * current, charge))

    def test_a_share_decides_when_the_counter_is_doubted(self) -> None:
        time, current = np.arange(5.0), np.ones(5)
        assert told(lambda: doubt_counter(time, current, 1.1 * time, "a")) == ""
        assert "0.909 times" in told(lambda: doubt_counter(time, current, 1.1 * time, "a", share=0.05))
        assert "opposite signs" in told(lambda: doubt_counter(time, current, -time, "a"))

    def test_a_wrong_unit_shows_also_in_a_short_test(self) -> None:
        time = np.arange(0.0, 31.0)
        assert told(lambda: doubt_clock(time, 1.7e9 + time + 1.0 * (time > 3), "a")) == ""
        assert "27 s apart after 3 s (row 30)" in told(lambda: doubt_clock(time / 10, time, "a"))
        assert told(lambda: doubt_clock(time, np.full(31, np.nan), "a")) == ""

    def test_records_begin_at_one_and_go_up_by_one(self) -> None:
        assert told(lambda: doubt_records(np.arange(1.0, 9.0), "a")) == ""
        assert told(lambda: doubt_records(np.ones(9), "a")) == "", "a number of a channel is no counter"
        assert "begin at 3" in told(lambda: doubt_records(np.arange(3.0, 9.0), "a"))
        assert "jump 1 times (first: from 2 to 4)" in told(lambda: doubt_records(np.array([1.0, 2, 4, 5, 6]), "a"))

    def test_current_from_setpoint_and_charge(self) -> None:
        nothing = np.nan
        current, words = current_from_charge(
            np.array([0.0, 2, 2, 4]), np.array([nothing, 4, 1, 0]), np.array([5.0, nothing, nothing, nothing])
        )
        np.testing.assert_array_equal(current, [5.0, 2.0, nothing, 0.0])
        assert words.startswith("set-point")


class TestTextTables:
    """Tables of numbers alone, and lines above their names."""

    def test_numbers_with_a_comma_and_a_word(self) -> None:
        body = b"1\t2,5\n2\tword\n3\t3,5\n"
        with pytest.warns(DataQualityWarning, match="1 cells are empty or no numbers and become NaN .first in row 1"):
            frame = number_columns(body, width=2, places=[1], delimiter="\t", comma=True, name="a")
        np.testing.assert_array_equal(frame["c1"].to_numpy(), [2.5, np.nan, 3.5])

    def test_words_alone_are_refused(self) -> None:
        with pytest.raises(ReaderError, match="mostly text"):
            number_columns(b"a\tb\nc\td\n", width=2, places=[0, 1], delimiter="\t", comma=False, name="a")

    @pytest.mark.parametrize(
        ("line", "row"),
        [("1;2;3", True), ("1;2;x", True), ("1;x;y", False), ("1;2", False), (";;", False), ("text", False)],
    )
    def test_what_looks_like_a_row(self, line: str, row: bool) -> None:
        assert bool(told(lambda: doubt_rows_above([line], 3, ";", "a"))) == row
