"""The binary reader: layouts, skipped columns, truncation, header."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import MprReader

FLAGS = [1, 2, 3, 21, 31, 65]
TYPE = np.dtype([("flags", "u1"), ("time", "<f8"), ("control", "<f4"), ("E", "<f4"), ("I", "<f4")])
IDS = [*FLAGS, 4, 5, 6, 8]
NO_IMPEDANCE = [4, 6, 8]


def rows(count: int = 5) -> np.ndarray:
    made = np.zeros(count, dtype=TYPE)
    made["flags"] = np.resize([0x03, 0x81, 0x02], count)
    made["time"] = np.arange(count) * 10.0
    made["control"] = np.resize([9.0, -0.5, 0.25], count)
    made["E"], made["I"] = 0.125, -0.5
    return made


@pytest.mark.parametrize("version", [2, 3, 10, 11])
def test_every_version_gives_the_same_rows(make_mpr: Callable[..., Path], version: int) -> None:
    cycling = MprReader().read(make_mpr(IDS, rows(), version=version))["cycling"].to_dataset()
    check(cycling, "cycling")
    np.testing.assert_array_equal(cycling["time"], np.arange(5) * 10.0)
    np.testing.assert_array_equal(cycling["voltage"], 0.125)
    np.testing.assert_allclose(cycling["current"], -0.5e-3)
    np.testing.assert_array_equal(cycling["control_mode"], [0, 1, 2, 0, 1])
    np.testing.assert_allclose(cycling["current_setpoint"], [np.nan, -0.5e-3, np.nan, np.nan, -0.5e-3])
    np.testing.assert_allclose(cycling["voltage_setpoint"], [np.nan, np.nan, 0.25, np.nan, np.nan])
    np.testing.assert_allclose(cycling["charge"], -0.5e-3 * cycling["time"])
    assert cycling.attrs["charge_from"] == "integrated current"
    assert cycling.attrs["technique"] == "Constant Current"
    assert cycling.attrs["started"] == "2025-05-15T12:00:00.000"
    assert (cycling["step"] == -1).all()
    assert not cycling["in_sweep"].any()


def test_one_unknown_column_is_skipped_and_named(make_mpr: Callable[..., Path]) -> None:
    wider = np.dtype([("flags", "u1"), ("time", "<f8"), ("odd", "<f8"), ("E", "<f4"), ("I", "<f4")])
    made = np.zeros(4, dtype=wider)
    made["time"], made["E"], made["I"], made["odd"] = np.arange(4.0), 1.5, 2.0, np.nan
    path = make_mpr([*FLAGS, 4, 999, 6, 8], made)
    with pytest.warns(DataQualityWarning, match=r"999.*unknown_999 \(8 bytes at byte 9"):
        cycling = MprReader().read(path)["cycling"]
    np.testing.assert_array_equal(cycling["voltage"], 1.5)
    np.testing.assert_allclose(cycling["current"], 2e-3)


def test_a_block_of_unknown_columns_is_skipped(make_mpr: Callable[..., Path]) -> None:
    wider = np.dtype([*TYPE.descr, ("odd", "<f4"), ("odder", "<f8")])
    made = np.zeros(3, dtype=wider)
    made["E"] = 0.5
    with pytest.warns(DataQualityWarning, match="997, 998"):
        cycling = MprReader().read(make_mpr([*IDS, 997, 998], made))["cycling"]
    np.testing.assert_array_equal(cycling["voltage"], 0.5)


def test_scattered_unknown_columns_are_refused_by_number(make_mpr: Callable[..., Path]) -> None:
    wider = np.dtype([("time", "<f8"), ("odd", "<f4"), ("E", "<f4"), ("odder", "<f8"), ("I", "<f4")])
    with pytest.raises(ReaderError, match="997, 998"):
        MprReader().read(make_mpr([4, 997, 6, 998, 8], np.zeros(3, dtype=wider)))


@pytest.mark.parametrize("ids", [NO_IMPEDANCE, [*IDS, 70], [4, 6]])
def test_columns_that_do_not_fill_the_rows_are_refused(make_mpr: Callable[..., Path], ids: list[int]) -> None:
    with pytest.raises(ReaderError, match="bytes"):
        MprReader().read(make_mpr(ids, rows()))


def test_an_unknown_version_is_refused(make_mpr: Callable[..., Path]) -> None:
    with pytest.raises(ReaderError, match="version 12"):
        MprReader().read(make_mpr(IDS, rows(), version=12))


def test_no_rows_no_columns(make_mpr: Callable[..., Path]) -> None:
    with pytest.raises(ReaderError, match="empty table"):
        MprReader().read(make_mpr(IDS, rows(0)))
    with pytest.raises(ReaderError, match="list its columns"):
        MprReader().read(make_mpr([], rows()))


def test_a_file_cut_off_keeps_whole_rows(make_mpr: Callable[..., Path]) -> None:
    path = make_mpr(IDS, rows(100))
    content = path.read_bytes()
    end = content.index(b"MODULEVMP LOG")
    path.write_bytes(content[: end - 3 * TYPE.itemsize + 4])
    with pytest.warns(DataQualityWarning) as caught:
        cycling = MprReader().read(path)["cycling"]
    texts = " ".join(str(warning.message) for warning in caught)
    assert "97 of 100 rows are kept, 3 are lost" in texts
    assert "start of the clock is unknown" in texts
    np.testing.assert_array_equal(cycling["time"], np.arange(97) * 10.0)
    assert cycling.attrs["started"] == ""


def test_time_running_backwards_is_refused(make_mpr: Callable[..., Path]) -> None:
    made = rows()
    made["time"][3] = 5.0
    with pytest.raises(ReaderError, match="at row 3"):
        MprReader().read(make_mpr(IDS, made))


def test_an_absurd_start_is_doubted(make_mpr: Callable[..., Path]) -> None:
    with pytest.warns(DataQualityWarning, match="between 1990 and 2100"):
        history = MprReader().read(make_mpr(IDS, rows(), days=1e300))
    assert history.attrs["started"] == ""


def test_current_from_setpoint_and_charge_where_there_is_no_current(make_mpr: Callable[..., Path]) -> None:
    kind = np.dtype([("flags", "u1"), ("time", "<f8"), ("control", "<f4"), ("E", "<f4"), ("dq", "<f8")])
    made = np.zeros(4, dtype=kind)
    made["flags"], made["control"] = [3, 1, 1, 3], [7.0, 2.0, 2.0, 2.0]
    made["time"], made["dq"] = [0, 1, 2, 4], [0.0, 2.0 / 3600, 2.0 / 3600, 1.0 / 3600]
    cycling = MprReader().read(make_mpr([*FLAGS, 4, 5, 6, 7], made, technique=4))["cycling"]
    np.testing.assert_allclose(cycling["current"], [0.0, 2e-3, 2e-3, 0.5e-3])
    np.testing.assert_allclose(cycling["charge"], [0.0, 2e-3, 4e-3, 5e-3], atol=1e-15)
    assert "set-point" in cycling.attrs["current_from"]
    assert cycling.attrs["charge_from"] == "sum of column dq"


def test_impedance_from_modulus_and_phase(make_mpr: Callable[..., Path]) -> None:
    kind = np.dtype([("f", "<f4"), ("Z", "<f4"), ("phi", "<f4"), ("time", "<f8"), ("E", "<f4"), ("I", "<f4")])
    made = np.zeros(4, dtype=kind)
    made["f"], made["Z"], made["phi"] = [0, 1e3, 1e2, 1e1], 2.0, -90.0
    made["time"] = np.arange(4)
    history = MprReader().read(make_mpr([32, 36, 35, 4, 77, 76], made, technique=0x1E))
    check(history["impedance"].to_dataset(), "impedance")
    np.testing.assert_allclose(history["impedance"]["impedance"], [[-2j, -2j, -2j]], atol=1e-15)
    np.testing.assert_array_equal(history["cycling"]["in_sweep"], [False, True, True, True])
    np.testing.assert_array_equal(history["cycling"]["control_mode"], [1, 3, 3, 3])


@pytest.mark.parametrize("content", [b"x", b"BIO-LOGIC MODULAR FILE", b"BIO-LOGIC MODULAR FILE".ljust(52) + b"MODULE"])
def test_hardly_any_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "stub.mpr"
    path.write_bytes(content)
    if len(content) > 52:
        with pytest.warns(DataQualityWarning, match="cut off"), pytest.raises(ReaderError, match="VMP data"):
            MprReader().read(path)
    else:
        with pytest.raises(ReaderError):
            MprReader().read(path)
