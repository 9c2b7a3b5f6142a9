"""Readers are listed without import and chosen by content."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from alkanode.foundation.errors import AlkanodeWarning, DataQualityWarning, ReaderError, SchemaError
from alkanode.io import BdfReader, list_readers, open_history, open_record, registry

CSV = "Test Time / s,Voltage / V,Current / A\n0,3,0.1\n1,3,0.1\n"
MPT = (
    "EC-Lab ASCII FILE\nNb header lines : 5\nTechnique\nAcquisition started on : 01/02/2024 03:04:0{start}\n"
    "time/s\tEwe/V\tI/mA\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t\n{rows}"
)
SWEEP = "1\t0.5\t0\t100\t1\t2\n2\t0.5\t0\t10\t3\t4\n"
REST = "0\t0.5\t0\t0\t0\t0\n"


def mpt(path: Path, rows: str, start: int = 0) -> Path:
    path.write_text(MPT.format(rows=rows, start=start))
    return path


def test_list_names_package_and_target() -> None:
    found = {reader.name: reader for reader in list_readers()}
    assert {"biologic-mpr", "biologic-mpt", "bdf-csv"} <= found.keys()
    assert found["bdf-csv"].target == "alkanode.io.bdf.reader:BdfReader"
    assert found["bdf-csv"].package == "alkanode"


def test_readers_are_listed_without_import(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="absent", value="absent_package.module:Reader", group=registry.GROUP)
    monkeypatch.setattr(registry, "_points", lambda: [point])
    assert [reader.target for reader in list_readers()] == ["absent_package.module:Reader"]


def test_cycling_or_impedance_or_both(tmp_path: Path) -> None:
    assert open_record(mpt(tmp_path / "a.mpt", REST)).attrs["kind"] == "cycling"
    assert open_record(mpt(tmp_path / "b.mpt", SWEEP)).attrs["kind"] == "impedance"
    both = mpt(tmp_path / "c.mpt", REST + SWEEP)
    with pytest.raises(SchemaError, match="open_history"):
        open_record(both)
    assert set(open_history(both).children) == {"cycling", "impedance"}
    assert open_history(both)["cycling"].sizes["row"] == 3


def test_content_decides_and_the_suffix_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "a.mpr"
    path.write_text(CSV)
    with pytest.warns(DataQualityWarning, match=r"bdf-csv.*\.mpr"):
        assert open_record(path).sizes["row"] == 2


def test_a_reader_by_name_or_with_options(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    assert open_record(path, reader="bdf-csv")["current"][0] == 0.1
    assert open_record(path, reader=BdfReader(working_electrode="negative"))["current"][0] == -0.1
    with pytest.raises(ReaderError, match=r"Known: .*biologic-mpr"):
        open_record(path, reader="nonsense")
    with pytest.raises(ReaderError, match=r"begin as an \.mpr file"):
        open_record(path, reader="biologic-mpr")


@pytest.mark.parametrize(
    ("name", "content", "match"), [("a.csv", b"", "empty file"), ("a.csv", b"a,b\n", "known format")]
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReaderError, match=match):
        open_record(tmp_path / name)


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="folder"):
        open_record(tmp_path)
    with pytest.raises(ReaderError, match="No such file"):
        open_record(tmp_path / "absent.mpr")
    with pytest.raises(ReaderError, match="file"):
        open_record("nul\0byte")
    with pytest.raises(ReaderError, match="at least one"):
        open_history([])


class _Heard:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def update(self, done: int, total: int, what: str) -> None:
        self.seen.append((done, total))


def test_a_chain_of_files_shares_one_clock(tmp_path: Path) -> None:
    heard = _Heard()
    paths = [mpt(tmp_path / "a.mpt", REST), mpt(tmp_path / "b.mpt", REST, start=5)]
    history = open_history(paths, progress=heard)
    np.testing.assert_allclose(history["cycling"]["time"], [0.0, 5.0])
    assert heard.seen == [(1, 2), (2, 2)]


def test_a_broken_plug_in_is_named_and_stops_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint(name="a-broken", value="absent_package.module:Reader", group=registry.GROUP)
    working = registry._points()
    monkeypatch.setattr(registry, "_points", lambda: [broken, *working])
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    with pytest.warns(AlkanodeWarning, match="absent_package"):
        assert open_record(path).sizes["row"] == 2
    with pytest.raises(ReaderError, match=r"a-broken.*unknown"):
        open_record(path, reader="a-broken")
    path.write_text("nothing known")
    with pytest.raises(ReaderError, match="absent_package"):
        open_record(path)
