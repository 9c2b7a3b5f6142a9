"""Gamry data files: spectra of a real file, and the tables of cycling by their layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import GamryReader, open_history, open_record

HEAD = [
    "EXPLAIN",
    "TAG\tPWR800_CHARGE",
    "TITLE\tLABEL\tCharge\tTest &Identifier",
    "DATE\tLABEL\t11/22/2015\tDate",
    "TIME\tLABEL\t11:16:43\tTime",
    "NOTES\tNOTES\t1\t&Notes...",
    "\ta note",
    "AREA\tQUANT\t2.00000E+000\t&Area (cm^2)",
    "VOLTAGEFINISH\tTWOPARAM\tF\t1.00000E-003\t3.60000E+003\tVoltage Finish",
    "CONVENTION\tIQUANT\t1\tCurrent Convention",
]
NAMES = ["\tPt\tT\tVf\tIm\tVu\tTemp\tOver", "\t#\ts\tV\tA\tV\tdeg C\tbits"]
ROWS = [f"\t{n}\t{n * 0.5:g}\t{0.1 * n:.5E}\t2.00000E-002\t0\t-3.27597E+002\t...........a" for n in range(4)]


def write(path: Path, *tables: list[str], head: list[str] | None = None, end: str = "STOP\tLABEL\tx\ty") -> Path:
    path.write_bytes(
        "\r\n".join([*(head or HEAD), *(line for table in tables for line in table), end, ""]).encode("cp1252")
    )
    return path


def curve(name: str = "CURVE\tTABLE\t4", rows: list[str] | None = None, names: list[str] | None = None) -> list[str]:
    return [name, *(names or NAMES), *(ROWS if rows is None else rows)]


def test_the_real_spectrum(measured: Callable[[str], Path]) -> None:
    path = measured("impedance/exampleDataGamry.DTA")
    spectra = check(open_record(path), "impedance")
    assert spectra.sizes == {"spectrum": 1, "point": 72}
    frequency = spectra["frequency"].to_numpy()[0]
    assert (np.diff(frequency) < 0).all()
    np.testing.assert_allclose(frequency[[0, -1]], [200015.6, 0.0158898])
    np.testing.assert_allclose(
        spectra["impedance"].to_numpy()[0, [0, -1]], [825.8584 - 1367.239j, 17007.49 - 6635.557j]
    )
    np.testing.assert_allclose(np.abs(spectra["impedance"].to_numpy()[0, 5]), 2914.171, rtol=1e-6)
    np.testing.assert_allclose(spectra["voltage"].to_numpy()[0, 0], -0.3413299)
    np.testing.assert_allclose(spectra["current"].to_numpy()[0, 0], -5.89286e-6)
    attrs = spectra.attrs
    assert attrs["header_area_m2"] == 1e-4
    assert attrs["header_open_circuit_V"] == -0.2919803
    assert attrs["left_out"] == "OCVCURVE (387 rows)"
    assert GamryReader().read(path).attrs["started"] == "2018-04-23T16:43:15.000"
    assert set(open_history(path)["cycling"]["control_mode"].to_numpy()) == {4}


def test_a_charge(tmp_path: Path) -> None:
    history = open_history(write(tmp_path / "a.dta", curve()))
    rows = check(history["cycling"].to_dataset(), "cycling")
    np.testing.assert_allclose(rows["time"], [0, 0.5, 1, 1.5])
    np.testing.assert_allclose(rows["voltage"], [0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(rows["charge"], [0, 0.01, 0.02, 0.03])
    assert set(rows["control_mode"].to_numpy()) == {1}
    assert "ambient_temperature" not in rows
    assert rows.attrs["header_area_m2"] == 2e-4
    assert "impedance" not in history.children


def test_a_charge_that_ends_at_a_voltage_has_an_unknown_control(tmp_path: Path) -> None:
    head = [line.replace("TWOPARAM\tF", "TWOPARAM\tT") for line in HEAD]
    rows = open_record(write(tmp_path / "a.dta", curve(), head=head))
    assert set(rows["control_mode"].to_numpy()) == {-1}


def test_several_curves_of_a_voltammogram(tmp_path: Path) -> None:
    names = [line.replace("Vu", "Sig") for line in NAMES]
    late = [row.replace(f"\t{n}\t{n * 0.5:g}", f"\t{n + 4}\t{n * 0.5 + 2:g}", 1) for n, row in enumerate(ROWS)]
    head = [line.replace("PWR800_CHARGE", "CV") for line in HEAD]
    path = write(
        tmp_path / "a.dta", curve("CURVE1\tTABLE", names=names), curve("CURVE2\tTABLE", late, names), head=head
    )
    rows = open_record(path)
    np.testing.assert_array_equal(rows["cycle"], [1] * 4 + [2] * 4)
    assert set(rows["control_mode"].to_numpy()) == {2}
    np.testing.assert_allclose(rows["voltage_setpoint"], 0)


def test_open_circuit_has_no_current(tmp_path: Path) -> None:
    head = [line.replace("PWR800_CHARGE", "CORPOT") for line in HEAD]
    names = [line.replace("Im", "Vm").replace("\tA\t", "\tV\t") for line in NAMES]
    rows = open_record(write(tmp_path / "a.dta", curve(names=names), head=head))
    np.testing.assert_array_equal(rows["current"], 0)
    assert rows.attrs["current_from"].startswith("zero")


def test_decimal_commas(tmp_path: Path) -> None:
    rows = open_record(write(tmp_path / "a.dta", curve(rows=[row.replace(".", ",", 4) for row in ROWS])))
    np.testing.assert_allclose(rows["voltage"], [0, 0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"rows": ROWS[:2]}, "2 of the 4 rows that it announces"),
        ({"rows": [ROWS[0], *ROWS[2:], ROWS[3].replace("\t3\t1.5", "\t4\t2")]}, "do not count up"),
        ({"rows": [*ROWS[:2], "what", *ROWS[2:]]}, "outside any table"),
        ({"end": "EXPERIMENTABORTED\tTOGGLE\tT\tAborted"}, "aborted"),
        ({"head": [line.replace("IQUANT\t1", "IQUANT\t0") for line in HEAD]}, "never seen"),
        ({"head": [line.replace("11/22/2015", "11/12/2015") for line in HEAD]}, "two ways"),
        ({"head": HEAD[:3] + HEAD[5:]}, "when the run started"),
    ],
)
def test_what_is_odd_is_said(tmp_path: Path, change: dict[str, list[str]], match: str) -> None:
    rows = change.pop("rows", None)
    path = write(tmp_path / "a.dta", curve(rows=rows), **change)
    with pytest.warns(DataQualityWarning) as caught:
        GamryReader().read(path)
    assert any(match in str(warning.message) for warning in caught)


@pytest.mark.parametrize(
    ("tables", "match"),
    [
        ([], "CURVE or ZCURVE"),
        ([curve("CAPACITYCURVE\tTABLE")], "CURVE or ZCURVE"),
        ([curve(names=[NAMES[0].replace("Vf", "Vx"), NAMES[1]])], "column Vf"),
        ([curve(names=[NAMES[0], NAMES[1].replace("\tA\t", "\tkA\t")])], "known unit"),
        ([curve(names=[NAMES[0].replace("Vu", "Im"), NAMES[1]])], "once"),
        ([["CURVE\tTABLE\t4"]], "names and units"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, tables: list[list[str]], match: str) -> None:
    with pytest.raises(ReaderError, match=match):
        GamryReader().read(write(tmp_path / "a.dta", *tables))


def test_another_beginning_is_refused(tmp_path: Path) -> None:
    assert not GamryReader.sniff(b"EXPLAIN\nNO TAG")
    with pytest.raises(ReaderError, match="EXPLAIN"):
        GamryReader().read(write(tmp_path / "a.dta", curve(), head=["PLAIN"]))
