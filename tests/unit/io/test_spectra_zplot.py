"""ZPlot's files and Autolab's table: times, flags, planned points, dates, broken files."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import open_history

F = np.geomspace(1e5, 1, 11)
Z = 10 + 50 / (1 + 2j * np.pi * F * 1e-3)
NAMES = ["Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range"]


def rows(sep: str = "\t", flagged: int = -1, timed: bool = True, bias: float = 0.0) -> str:
    lines = []
    for n, (f, z) in enumerate(zip(F, Z, strict=True)):
        cells = [f, 0.01, bias, 2.5 * n * timed, z.real, z.imag, 0.0, int(n == flagged), 3]
        lines.append(sep.join(f"{x:.12g}" for x in cells))
    return "\n".join(lines) + "\n"


def zplot(body: str, *, date: str = "25-12-2018", planned: int = 11) -> str:
    return (
        "ZPLOT2 ASCII\n  Measured Data, ZPlot:       3.2c\n  Experiment Type:            Sweep Frequency, Control Voltage\n"
        f"  Date:                       {date}\n  Time:                       11:04:34\n"
        f"  Data Points:                {planned}\n  " + "\t".join(NAMES) + "\nEnd Comments\n" + body
    )


def autolab(body: str, *, first: str = "Z60W Data File: Version 1.1", count: int = 11, fourth: str = "") -> str:
    names = "  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range"
    return f'"{first}"\n""\n""\n"{fourth}"\n""\n""\n""\n""\n0,2,0,1,0.1,10000\n{count}\n"{names}"\n' + body


def written(folder: Path, content: str) -> Path:
    path = folder / "a.z"
    path.write_text(content, encoding="utf-8")
    return path


def quiet(folder: Path, content: str) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return open_history(written(folder, content))["impedance"].to_dataset()


def test_zplot(tmp_path: Path) -> None:
    record = quiet(tmp_path, zplot(rows()))
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-11)
    np.testing.assert_allclose(record["point_time"][0], 2.5 * np.arange(11))
    assert record.attrs["started"] == "2018-12-25T11:04:34.000"
    assert record.attrs["technique"] == "Sweep Frequency, Control Voltage"
    assert "voltage" not in record


@pytest.mark.parametrize("first", ["Z60W Data File: Version 1.1", "ZPlotW Data File: Version 2.6b"])
def test_the_older_table(tmp_path: Path, first: str) -> None:
    record = quiet(tmp_path, autolab(rows(",", timed=False), first=first))
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-11)
    assert "point_time" not in record


def test_date_and_time_in_one_line(tmp_path: Path) -> None:
    record = quiet(tmp_path, autolab(rows(","), fourth="Date: 12-26-2023     Time: 20:46:8"))
    assert record.attrs["started"] == "2023-12-26T20:46:08.000"


def test_decimal_commas(tmp_path: Path) -> None:
    record = quiet(tmp_path, zplot(rows().replace(".", ",")))
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-11)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zplot(rows(), planned=56), "11 points where 56 were planned"),
        (autolab(rows(","), count=12), "11 points where 12 were planned"),
        (zplot(rows(flagged=4)), "flagged row 4"),
        (zplot(rows(), date="10-12-2018"), "read in two ways"),
        (zplot(rows(), date="31-02-2018"), "is no date"),
    ],
)
def test_doubts(tmp_path: Path, content: str, message: str) -> None:
    with pytest.warns(DataQualityWarning, match=message):
        record = open_history(written(tmp_path, content))["impedance"]
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-11)


def test_a_bias_is_recorded_and_is_no_voltage(tmp_path: Path) -> None:
    record = quiet(tmp_path, zplot(rows(bias=0.25)))
    assert record.attrs["header_bias"] == 0.25
    assert "voltage" not in record


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zplot(""), "must hold rows"),
        (zplot(rows()).split("  Freq(Hz)")[0], "line of names"),
        (zplot("1e5\t1\t2\n"), "at least 6 cells"),
    ],
)
def test_broken_files(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ReaderError, match=message):
        open_history(written(tmp_path, content))


def test_a_file_that_is_cut_off_keeps_whole_rows(tmp_path: Path) -> None:
    content = zplot(rows())
    with pytest.warns(DataQualityWarning) as caught:
        record = open_history(written(tmp_path, content[: content.rindex("\n", 0, -1) + 20]))["impedance"]
    assert "10 points" not in str(record.attrs)
    assert any("no end" in str(entry.message) for entry in caught)
    np.testing.assert_allclose(record["impedance"][0, :10], Z[:10], rtol=1e-11)
