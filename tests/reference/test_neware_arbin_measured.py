"""Measured Neware and Arbin files: rows, charge against current, and damage of any kind."""

from __future__ import annotations

import random
import shutil
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.io import ArbinReader, NewareReader, Reader, open_history

Measured = Callable[[str], Path]

NDAX, NDA, RES = "cycling/neware_nw4_120_1_6_53.ndax", "cycling/neware_small.nda", "cycling/arbin_example.res"

needs_program = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")


@pytest.fixture(autouse=True)
def packages() -> None:
    pytest.importorskip("fastnda")
    pytest.importorskip("access_parser")


def cycling(path: Path, reader: Reader | None = None) -> xr.Dataset:
    return open_history(path, reader=reader)["cycling"].to_dataset()


def closures(record: xr.Dataset) -> np.ndarray:
    """Integral of the current over the counted charge, less one, per step in which the current was held."""
    time, current, charge = (record[name].to_numpy() for name in ("time", "current", "charge"))
    labels = np.diff(record["step"].to_numpy()) != 0
    labels |= np.diff(record["cycle"].to_numpy()) != 0
    found = []
    for step in np.split(np.arange(time.size), np.flatnonzero(labels) + 1):
        rows = step[1:]  # the current is not yet there in the first row of a step
        level = np.median(np.abs(current[rows])) if rows.size else 0.0
        held = rows[np.abs(np.abs(current[rows]) - level) < 1e-3 * level]
        if level == 0 or held.size < max(6, 0.8 * rows.size):
            continue
        inside = np.arange(held[0], held[-1] + 1)
        pieces = 0.5 * (current[inside][1:] + current[inside][:-1]) * np.diff(time[inside])
        found.append(pieces.sum() / (charge[inside[-1]] - charge[inside[0]]) - 1)
    return np.array(found)


@pytest.mark.parametrize(("name", "steps", "worst"), [(NDAX, 50, 1e-5), (NDA, 2, 3e-5), (RES, 8, 5e-5)])
def test_charge_closes_where_the_current_is_held(measured: Measured, name: str, steps: int, worst: float) -> None:
    found = closures(cycling(measured(name)))
    assert found.size >= steps
    assert np.abs(found).max() < worst < 1e-4


def test_neware_archive(measured: Measured) -> None:
    record = cycling(measured(NDAX))
    assert record.sizes["row"] == 18700
    assert record.attrs["reader"] == "neware"
    assert record.attrs["started"] == "2025-04-07T10:48:21.950+00:00"
    assert record.attrs["channel"] == "120-0-6"
    assert float(record["time"][-1]) == pytest.approx(173045.9, abs=0.05)
    assert int(record["step"].max()) == 480
    assert int(record["cycle"].max()) == 150
    assert {int(mode) for mode in np.unique(record["control_mode"])} == {1, 2}
    assert float(record["current"].min()) == pytest.approx(-1.94012e-3, rel=1e-6)
    assert (np.diff(record["charge"]) * record["current"][1:] >= -1e-12).all()


def test_neware_table(measured: Measured) -> None:
    record = cycling(measured(NDA))
    assert record.sizes["row"] == 439
    assert record.attrs["started"] == "2020-03-25T11:16:50.000"
    assert {int(mode) for mode in np.unique(record["control_mode"])} == {0, 1}
    resting = record["control_mode"].to_numpy() == 0
    assert not record["current"].to_numpy()[resting].any()


@pytest.mark.parametrize(("lost", "rows"), [(10, 438), (86, 438), (218 * 86, 226)])
def test_a_table_shorter_than_its_header_says_is_read_and_doubted(
    measured: Measured, tmp_path: Path, lost: int, rows: int
) -> None:
    """Also one that ends between two rows, where the rows that are left say nothing of the others."""
    (tmp_path / "cut.nda").write_bytes(measured(NDA).read_bytes()[:-lost])
    with pytest.warns(
        DataQualityWarning, match=f"has {123655 - lost} bytes, by its header the rows end at byte 123655"
    ):
        assert cycling(tmp_path / "cut.nda").sizes["row"] == rows


def test_bytes_behind_the_table_are_doubted(measured: Measured, tmp_path: Path) -> None:
    (tmp_path / "longer.nda").write_bytes(measured(NDA).read_bytes() + b"\xaa" + bytes(85))
    with pytest.warns(DataQualityWarning, match="bytes were added or moved"):
        assert cycling(tmp_path / "longer.nda").sizes["row"] == 439


def test_neware_numbers_are_those_of_fastnda(measured: Measured) -> None:
    import fastnda

    for name in (NDAX, NDA):
        record, table = cycling(measured(name)), fastnda.read(measured(name), columns="bdf")
        np.testing.assert_allclose(record["voltage"], table["voltage_volt"].to_numpy(), rtol=1e-6)
        np.testing.assert_allclose(record["current"], table["current_ampere"].to_numpy(), rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(record["time"], table["test_time_second"].to_numpy())


@pytest.mark.parametrize("way", [pytest.param("mdbtools", marks=needs_program), "access-parser"])
def test_arbin_database(measured: Measured, way: str) -> None:
    record = cycling(measured(RES), ArbinReader(way=way))
    assert record.sizes["row"] == 2150
    assert record.attrs["arbin_way"] == way
    late = datetime.fromisoformat(record.attrs["started"]) - datetime(2023, 7, 24, 18, 50)
    assert abs(late.total_seconds()) < 0.01
    assert record.attrs["header_test_name"].startswith("ajm314_LCO")
    assert "Internal_Resistance" in record.attrs["ignored_columns"]
    assert int(record["cycle"].max()) == 5
    assert float(record["time"][-1]) == pytest.approx(345733.389457)
    ends = [float(record["charge"][np.flatnonzero(record["cycle"].to_numpy() == cycle)[-1]]) for cycle in (1, 2, 3, 4)]
    assert np.diff(ends, prepend=0.0) / 3600 == pytest.approx(
        [8.359081e-6, 2.397256e-6, 2.182990e-6, 2.323861e-6], abs=1e-11
    )


@needs_program
def test_both_ways_give_the_same_numbers(measured: Measured) -> None:
    one, other = (cycling(measured(RES), ArbinReader(way=way)) for way in ("mdbtools", "access-parser"))
    for name in one.data_vars:
        np.testing.assert_allclose(one[name], other[name], rtol=2e-8, atol=0)
    differing = {key for key in one.attrs if one.attrs[key] != other.attrs[key]}
    assert differing == {"arbin_way"}


CASES = [
    pytest.param(NDA, NewareReader(), 60, id="nda"),
    pytest.param(NDAX, NewareReader(), 25, id="ndax"),
    pytest.param(RES, ArbinReader(way="mdbtools"), 40, id="res-mdbtools", marks=needs_program),
    pytest.param(RES, ArbinReader(way="access-parser"), 8, id="res-access-parser"),
]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A copy with bytes changed anywhere, changed at the beginning, overwritten by a block, or cut off."""
    made = bytearray(content)
    kind = chance.choice(["anywhere", "beginning", "block", "cut"])
    if kind == "cut":
        return bytes(made[: chance.randrange(1, len(made))])
    if kind == "block":
        at = chance.randrange(len(made) - 1)
        length = min(chance.randrange(1, 8192), len(made) - at)
        made[at : at + length] = chance.randbytes(length)
    for _ in range(chance.randint(1, 60) if kind != "block" else 0):
        made[chance.randrange(len(made) if kind == "anywhere" else 4096)] = chance.randrange(256)
    return bytes(made)


@pytest.mark.parametrize(("name", "reader", "times"), CASES)
def test_damage_is_refused_or_doubted(
    measured: Measured, tmp_path: Path, name: str, reader: NewareReader | ArbinReader, times: int
) -> None:
    content, whole = measured(name).read_bytes(), reader.read(measured(name))["cycling"].to_dataset()
    chance, path = random.Random(name), tmp_path / Path(name).name
    ended = {"refused": 0, "doubted": 0, "read": 0}
    for _ in range(times):
        path.write_bytes(damaged(content, chance))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                record = reader.read(path)["cycling"].to_dataset()
            except (ReaderError, SchemaError):
                ended["refused"] += 1
                continue
        assert {warning.category for warning in caught} <= {DataQualityWarning}
        assert (np.diff(record["time"]) >= 0).all()
        if caught:
            ended["doubted"] += 1
            continue
        ended["read"] += 1
        assert record.sizes == whole.sizes
        assert list(record.data_vars) == list(whole.data_vars)
        changed = sum(int((record[field] != whole[field]).sum()) for field in ("voltage", "current", "step", "cycle"))
        assert changed <= 4 * 60, "no more than the numbers whose bytes were changed"
    assert ended["refused"]
