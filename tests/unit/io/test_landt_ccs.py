"""Landt's binary files: layout, sign, what contradicts itself, what is refused."""

from __future__ import annotations

import random
import re
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import LandtCcsReader

BEGIN = 0xA00
STEPS = ((0.0, 10_000, 13), (1e-3, 1_000, 24), (-2e-3, 1_000, 8))
"""Current (A), milliseconds per sample, number of samples."""


def made(
    steps: tuple[tuple[float, int, int], ...] = STEPS, *, software: bytes = b"4.3.3.04161", end: bool = True
) -> bytes:
    """A small file in the layout of the real one; what stands behind the samples of a block is noise."""
    head = bytearray(b"\x00\x00\x00\x02".ljust(BEGIN, b"\0"))
    for at, text in (
        (0x0B0, "测试 cell 7".encode("gb18030")),
        (0x2D0, software),
        (0x360, b"M340"),
        (0x494, b"WuHan LAND"),
    ):
        head[at : at + len(text)] = text
    struct.pack_into("<I", head, 0x730, BEGIN - 0x728)
    body, elapsed = bytearray(step_record(0, 0, 0)), 0
    for number, (current, wait, count) in enumerate(steps, start=1):
        samples = []
        for n in range(count):
            voltage, charge = 1.0 + 0.01 * n, abs(current) * wait / 3.6e6
            samples.append(struct.pack("<I4f", wait, voltage, current, charge, voltage * np.copysign(charge, current)))
        for first in range(0, count, 6):
            some = samples[first : first + 6]
            left_over = struct.pack("<I4f", 200, 3.0, 9.0, 9.0, 9.0) * (6 - len(some))
            body += struct.pack("<II", len(some) << 8 | 3, number << 8) + b"".join(some) + left_over
        elapsed += wait * count
        body += step_record(number, elapsed, number << 8) if end or number < len(steps) else b""
    return bytes(head) + bytes(body)


def step_record(done: int, milliseconds: int, code: int) -> bytes:
    block = bytearray(128)
    struct.pack_into("<7I", block, 0, 2, code, 1 + done, 0, done, 0, milliseconds % 2**32)
    struct.pack_into("<Q", block, 56, 1_680_082_140_908 + milliseconds)
    return bytes(block)


def read(content: bytes, folder: Path, **options: str) -> xr.Dataset:
    path = folder / "a.ccs"
    path.write_bytes(content)
    record = LandtCcsReader(**options).read(path)["cycling"].to_dataset()
    check(record, "cycling")
    return record


def test_rows_steps_and_signed_charge(tmp_path: Path) -> None:
    record = read(made(), tmp_path)
    assert record.sizes["row"] == 45
    np.testing.assert_array_equal(np.bincount(record["step"])[1:], [13, 24, 8])
    np.testing.assert_allclose(record["time"][[0, 12, 13, -1]], [10, 130, 131, 162])
    np.testing.assert_allclose(np.unique(record["current"]), [-2e-3, 0, 1e-3], rtol=1e-6)
    np.testing.assert_allclose(record["charge"][[12, 36, -1]], [0, 0.024, 0.008], rtol=1e-6, atol=1e-12)
    assert record["voltage"].max() < 2
    assert record.attrs["header_test_name"] == "测试 cell 7"
    assert record.attrs["software"] == "4.3.3.04161"
    assert record.attrs["started"] == "2023-03-29T09:29:00.908+00:00"


def test_a_negative_working_electrode_turns_the_signs(tmp_path: Path) -> None:
    plain, turned = read(made(), tmp_path), read(made(), tmp_path, working_electrode="negative")
    for field in ("voltage", "current", "charge"):
        np.testing.assert_array_equal(turned[field], -plain[field])
    np.testing.assert_array_equal(turned["time"], plain["time"])
    with pytest.raises(SchemaError, match="positive"):
        LandtCcsReader(working_electrode="left")


def test_more_than_fifty_days(tmp_path: Path) -> None:
    record = read(made(steps=((1e-6, 600_000_000, 12), (0.0, 1000, 3))), tmp_path)
    assert float(record["time"][-1]) == pytest.approx(12 * 600_000 + 3)


def test_content_not_suffix_is_recognised() -> None:
    assert LandtCcsReader.sniff(made()[:4096])
    assert LandtCcsReader.sniff(b"\xff" * 0x494 + b"WuHan LAND")
    assert not LandtCcsReader.sniff(b"BIO-LOGIC MODULAR FILE".ljust(4096, b"\0"))
    assert not LandtCcsReader.sniff(b"")


@pytest.mark.parametrize(
    ("at", "bytes_", "match"),
    [
        (0, b"\x00\x00\x00\x03", "known version"),
        (0x2D0, b"unknown", "known version"),
        (0x730, b"\xff\xff\xff\x7f", "ends with its header"),
        (0x730, struct.pack("<I", BEGIN - 0x728 + 64), "known layout"),
        (BEGIN, struct.pack("<I", 0x603), "known layout; found tag 0x603 in block 0"),
        (BEGIN + 128, struct.pack("<I", 0x703), "tag 0x703 in block 1"),
    ],
)
def test_unknown_layouts_are_refused(tmp_path: Path, at: int, bytes_: bytes, match: str) -> None:
    content = bytearray(made())
    content[at : at + len(bytes_)] = bytes_
    with pytest.raises(ReaderError, match=match):
        read(bytes(content), tmp_path)


def test_samples_of_another_size_are_refused(tmp_path: Path) -> None:
    sample = struct.pack("<I5f", 1000, 3.7, 1e-3, 1e-3 / 3600, 3.7e-3 / 3600, 20.0)
    blocks = b"".join(struct.pack("<II", 0x503, 256) + 5 * sample for _ in range(20))
    content = made()[:BEGIN] + step_record(0, 0, 0) + blocks + step_record(1, 100_000, 256)
    with pytest.raises(ReaderError, match=r"blocks of 5.*Landt's own program"):
        read(content, tmp_path)
    content = bytearray(made())
    for block in range(5, 9):
        for n in range(6):
            struct.pack_into("<f", content, BEGIN + 128 * block + 8 + 20 * n + 8, 3.7)
    with pytest.raises(ReaderError, match="charge apart from current times time"):
        read(bytes(content), tmp_path)


@pytest.mark.parametrize("left", [0, 1, 0x400, 0x732, BEGIN, BEGIN + 127])
def test_files_without_samples_are_refused(tmp_path: Path, left: int) -> None:
    with pytest.raises(ReaderError):
        read(made()[:left], tmp_path)
    with pytest.raises(ReaderError, match="samples"):
        read(made()[: BEGIN + 128], tmp_path) if left else read(made(steps=()), tmp_path)


def test_a_file_cut_off_keeps_whole_blocks(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match="cut off inside block 9"):
        cut = read(made()[: BEGIN + 9 * 128 + 50], tmp_path)
    np.testing.assert_array_equal(cut["voltage"], read(made(), tmp_path)["voltage"][: cut.sizes["row"]])
    with pytest.warns(DataQualityWarning, match="test was running"):
        assert read(made(end=False), tmp_path).sizes["row"] == 45


def test_other_software_is_read_with_a_doubt(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match=r"software '5\.0\.0\.1'"):
        assert read(made(software=b"5.0.0.1"), tmp_path).sizes["row"] == 45


@pytest.mark.parametrize(
    ("at", "kind", "value", "match"),
    [
        (128, "<I", 0x503, "add up to 120.000 s, the record says 130.000 s"),
        (128 + 8, "<I", 9_999, "add up to 129.999 s"),
        (128 + 12, "<f", float("nan"), "numbers are missing: 1 x voltage"),
        (128 + 12, "<f", 1500.0, "impossible values.*1 x voltage.*1500 in row 0"),
        (128 * 6 + 16, "<f", 0.5, "the charge contradicts current and time"),
        (128 * 6 + 20, "<f", 1.0, "the charge contradicts current and time"),
        (128 * 4 + 16, "<I", 7, "do not count 0, 1, 2"),
        (128 * 4 + 56, "<Q", 5, "drift apart"),
        (128 * 2 + 4, "<I", 3, "another code"),
    ],
)
def test_contradictions_are_doubted(tmp_path: Path, at: int, kind: str, value: float, match: str) -> None:
    content = bytearray(made())
    struct.pack_into(kind, content, BEGIN + at, value)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(bytes(content), tmp_path)
    told = " ".join(str(warning.message) for warning in caught)
    assert re.search(match, told), told
    assert all(warning.category is DataQualityWarning for warning in caught)


def test_a_file_full_of_impossible_voltages_is_refused(tmp_path: Path) -> None:
    content = bytearray(made(steps=((0.0, 1000, 60),)))
    for block in range(1, 11):
        struct.pack_into("<f", content, BEGIN + 128 * block + 12, 1e6)
    with pytest.raises(ReaderError, match="voltages and currents of a cell"):
        read(bytes(content), tmp_path)


def test_a_shorted_cell_has_no_voltage_to_test_the_layout_on(tmp_path: Path) -> None:
    content = bytearray(made(steps=((1e-3, 1000, 60),)))
    for n in range(60):
        at = BEGIN + 128 * (1 + n // 6) + 8 + 20 * (n % 6)
        struct.pack_into("<f", content, at + 4, 1e-4 * (-1) ** n)
        struct.pack_into("<f", content, at + 16, 0.0)
    assert float(np.abs(read(bytes(content), tmp_path)["voltage"]).max()) == pytest.approx(1e-4)


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_damaged_bytes_are_refused_doubted_or_change_values_only(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance, content = random.Random(seed), bytearray(made())
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.2:
        del content[chance.randrange(len(content)) :]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            record = read(bytes(content), tmp_path_factory.getbasetemp())
        except ReaderError:
            return
    assert all(warning.category is DataQualityWarning for warning in caught)
    if not caught:
        assert record.sizes["row"] == 45
        np.testing.assert_array_equal(np.bincount(record["step"])[1:], [13, 24, 8])
