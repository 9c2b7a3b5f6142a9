"""The text reader: line ends, decimal marks, headers, broken cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import MptReader

HEAD = [
    "EC-Lab ASCII FILE",
    "Nb header lines : {count}                         ",
    "",
    "Modulo Bat",
    "",
    "Acquisition started on : 08/23/2021 11:44:40.646",
    "Device : VMP3 (SN 1083)",
    "Electrode surface area : 0.500 cm²",
    "Characteristic mass : 5.000 mg",
    "Ns                  0                   1                   2                   ",
    "ctrl_type           Rest                PEIS                CC                  ",
]
LABELS = "mode\tNs\ttime/s\tcontrol/V/mA\tEwe/V\tI/mA\tdq/mA.h\t(Q-Qo)/mA.h\tfreq/Hz\t|Z|/Ohm\tPhase(Z)/deg\t"
ROWS = [
    "3\t0\t1.0E+000\t9.0E+000\t1.5E-001\t0.0\t0.0\t1.0E-003\t0.0\t0.0\t0.0",
    "3\t1\t2.0E+000\t9.0E+000\t1.5E-001\t0.0\t0.0\t1.0E-003\t1.0E+003\t2.0E+000\t-9.0E+001",
    "3\t1\t3.0E+000\t9.0E+000\t1.5E-001\t0.0\t0.0\t1.0E-003\t1.0E+002\t4.0E+000\t0.0",
    "1\t2\t4.0E+000\t-2.0E+000\t-1.5E-001\t-2.1E+000\t0.0\t-1.0E-003\t0.0\t0.0\t0.0",
]


def write(
    path: Path, *, head: list[str] = HEAD, rows: list[str] = ROWS, end: str = "\r\n", labels: str = LABELS
) -> Path:
    lines = [*head, labels, *rows]
    if head:
        lines[1] = lines[1].format(count=len(head) + 1)
    path.write_bytes((end.join(lines) + end).encode("cp1252"))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_header_and_spectra(tmp_path: Path, end: str) -> None:
    history = MptReader().read(write(tmp_path / "a.mpt", end=end))
    cycling = history["cycling"]
    np.testing.assert_array_equal(cycling["time"], [1, 2, 3, 4])
    np.testing.assert_array_equal(cycling["voltage"], [0.15, 0.15, 0.15, -0.15])
    np.testing.assert_allclose(cycling["current"], [0, 0, 0, -2.1e-3])
    np.testing.assert_allclose(cycling["current_setpoint"], [np.nan, np.nan, np.nan, -2e-3])
    np.testing.assert_allclose(cycling["charge"], [0, 0, 0, -7.2e-3])
    np.testing.assert_array_equal(cycling["step"], [0, 1, 1, 2])
    np.testing.assert_array_equal(cycling["control_mode"], [0, 4, 4, 1])
    np.testing.assert_array_equal(cycling["in_sweep"], [False, True, True, False])
    np.testing.assert_allclose(history["impedance"]["impedance"], [[-2j, 4]], atol=1e-15)
    assert history.attrs["technique"] == "Modulo Bat"
    assert history.attrs["started"] == "2021-08-23T11:44:40.646"
    assert history.attrs["header_area_m2"] == 5e-5
    assert history.attrs["header_mass_kg"] == 5e-6
    assert history.attrs["instrument"] == "VMP3 (SN 1083)"


def test_decimal_comma(tmp_path: Path) -> None:
    plain = MptReader().read(write(tmp_path / "a.mpt"))
    comma = MptReader().read(
        write(
            tmp_path / "b.mpt", head=[line.replace(".", ",") for line in HEAD], rows=[r.replace(".", ",") for r in ROWS]
        )
    )
    assert comma["cycling"].to_dataset().equals(plain["cycling"].to_dataset())
    assert comma["impedance"].to_dataset().equals(plain["impedance"].to_dataset())
    assert comma.attrs["header_area_m2"] == plain.attrs["header_area_m2"]
    assert comma.attrs["started"] == plain.attrs["started"]


def test_whole_numbers_first_then_decimals(tmp_path: Path) -> None:
    rows = [f"{n}\t1\t0" for n in range(500)] + ["500.5\t1.25\t0.5"]
    with pytest.warns(DataQualityWarning, match="acquisition"):
        history = MptReader().read(write(tmp_path / "a.mpt", head=[], rows=rows, labels="time/s\tEwe/V\tI/mA"))
    assert history["cycling"]["voltage"][-1] == 1.25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08/23/2021 11:44:40.646", "2021-08-23T11:44:40.646"),
        ("08/23/21 11:44:40", "2021-08-23T11:44:40.000"),
        ("23.08.2021 11:44:40,6", "2021-08-23T11:44:40.600"),
        ("05.06.2021 11:44:40", "2021-05-06T11:44:40.000"),
    ],
)
def test_dates_put_the_month_first_where_they_can(tmp_path: Path, text: str, expected: str) -> None:
    head = [f"Acquisition started on : {text}" if "Acquisition" in line else line for line in HEAD]
    assert MptReader().read(write(tmp_path / "a.mpt", head=head)).attrs["started"] == expected


@pytest.mark.parametrize(
    "line", ["", "Acquisition started on : yesterday", "Acquisition started on : 13/32/2021 01:00:00"]
)
def test_no_start_is_doubted(tmp_path: Path, line: str) -> None:
    head = [line if "Acquisition" in text else text for text in HEAD]
    with pytest.warns(DataQualityWarning, match="acquisition"):
        assert MptReader().read(write(tmp_path / "a.mpt", head=head)).attrs["started"] == ""


def test_a_cell_that_is_no_number_becomes_nan(tmp_path: Path) -> None:
    rows = [*ROWS[:3], ROWS[3].replace("-1.5E-001", "overload")]
    with pytest.warns(DataQualityWarning, match=r"1 cells.*row 3"):
        cycling = MptReader().read(write(tmp_path / "a.mpt", rows=rows))["cycling"]
    assert np.isnan(cycling["voltage"].to_numpy()).tolist() == [False, False, False, True]
    np.testing.assert_allclose(cycling["current"], [0, 0, 0, -2.1e-3])


def test_an_incomplete_last_line_is_left_out(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning, match="incomplete"):
        cycling = MptReader().read(write(tmp_path / "a.mpt", rows=[*ROWS, "1\t2\t5.0E+0"]))["cycling"]
    assert cycling.sizes["row"] == 4


def test_spectra_without_time(tmp_path: Path) -> None:
    rows = ["1000\t1.0\t2.0\t0.5", "100\t1.5\t2.5\t0.5"]
    labels = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t<Ewe>/V"
    with pytest.warns(DataQualityWarning, match="no time column"):
        history = MptReader().read(write(tmp_path / "a.mpt", rows=rows, labels=labels))
    assert set(history.children) == {"impedance"}
    np.testing.assert_array_equal(history["impedance"]["impedance"], [[1 - 2j, 1.5 - 2.5j]])


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"head": ["EC-Lab ASCII FILE", "no number"], "rows": ROWS}, "number of header lines"),
        ({"head": ["EC-Lab ASCII FILE", "Nb header lines : 99"], "rows": ROWS}, "all of them header"),
        ({"rows": []}, "header only"),
        ({"labels": "a\tb\tc"}, "known columns"),
        ({"labels": LABELS.replace("I/mA", "I/kA")}, "unit of current"),
        ({"labels": "time/s\tx\ty", "rows": ["1\t2\t3"]}, "voltage or an impedance"),
        ({"labels": "Ns\tI/mA\tEwe/V", "rows": ["1\t2\t3"]}, "time column"),
        ({"rows": ["\t".join("words" for _ in range(11))] * 5}, "mostly text"),
        ({"head": ["something else", "entirely"]}, "text export"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, change: dict[str, list[str]], match: str) -> None:
    with pytest.raises(ReaderError, match=match):
        MptReader().read(write(tmp_path / "a.mpt", **change))
