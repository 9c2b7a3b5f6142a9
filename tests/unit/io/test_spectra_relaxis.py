"""RelaxIS: one spectrum, several beside and behind each other, both decimal marks, broken files."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, ReaderError
from alkanode.io import RelaxisReader, open_history

F = np.geomspace(0.1, 1e5, 13)
Z = 10 + 50 / (1 + 2j * np.pi * F * 1e-3)
LABELS = "Data: Frequency\tData: Z'\tData: Z''\tData: |Z|\tData: Theta (Z)"
TOP = "RelaxIS 3.0 Spectrum export\nDate: 12/16/2025 2:29:15 PM\n"


def conditions(number: int) -> str:
    return f"DC=-0.0{number}, TM={100 * number}.5, J=-5E-6, FV2=1\tModel: Unassigned Spectra\t(WE/RE Spectrum) S{number}.mpr_1\t\t"


def rows(scale: float = 1.0, last: int = 13) -> list[str]:
    lines = []
    for f, z in zip(F, scale * Z, strict=True):
        cells = [f, z.real, z.imag, abs(z), np.degrees(np.angle(z))]
        lines.append("\t".join(f"{x:.15g}" for x in cells) if len(lines) < last else "\t\t\t\t")
    return lines


def text(*lines: str) -> str:
    return TOP + "\n".join(lines) + "\n"


def read(folder: Path, content: str) -> xr.Dataset:
    path = folder / "a.txt"
    path.write_text(content, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return open_history(path)["impedance"].to_dataset()


def test_one_spectrum_in_the_order_of_the_file(tmp_path: Path) -> None:
    record = read(tmp_path, text(LABELS, conditions(1), *rows()))
    np.testing.assert_array_equal(record["frequency"][0], [float(f"{f:.15g}") for f in F])
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-13)
    np.testing.assert_allclose(record["voltage"], -0.01)
    assert record.attrs["header_spectra"] == "S1.mpr_1"
    assert "J=-5E-6" in record.attrs["header_conditions"]


@pytest.mark.parametrize("labels", [LABELS, f"{LABELS}\t{LABELS}"])
def test_spectra_side_by_side(tmp_path: Path, labels: str) -> None:
    lines = ["\t".join(pair) for pair in zip(rows(), rows(2.0, last=9), strict=True)]
    record = read(tmp_path, text(labels, f"{conditions(1)}\t{conditions(2)}", *lines))
    assert np.isfinite(record["frequency"]).sum("point").values.tolist() == [13, 9]
    np.testing.assert_allclose(record["impedance"][1, :9], 2 * Z[:9], rtol=1e-12)
    np.testing.assert_allclose(record["voltage"][:, 0], [-0.01, -0.02])
    assert record["time"].values.tolist() == [0.0, 100.0]
    assert record.attrs["header_spectra"] == "S1.mpr_1; S2.mpr_1"


@pytest.mark.parametrize("between", [[], ["", LABELS]])
def test_spectra_behind_each_other(tmp_path: Path, between: list[str]) -> None:
    record = read(tmp_path, text(LABELS, conditions(1), *rows(), *between, conditions(2), *rows(3.0)))
    np.testing.assert_allclose(record["impedance"][1], 3 * Z, rtol=1e-12)
    np.testing.assert_allclose(record["voltage"][:, 0], [-0.01, -0.02])


def test_decimal_commas(tmp_path: Path) -> None:
    head, body = conditions(1), [line.replace(".", ",") for line in rows()]
    record = read(tmp_path, text(LABELS, head.replace(".", ","), *body))
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-12)
    np.testing.assert_allclose(record["voltage"], -0.01)


def test_without_the_conditions_there_is_no_voltage_and_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text(LABELS, *rows()), encoding="utf-8")
    with pytest.warns(DataQualityWarning) as caught:
        record = open_history(path)["impedance"]
    assert ["DC" in str(entry.message) for entry in caught] == [True, False]
    assert "TM" in str(caught[1].message)
    assert "voltage" not in record
    assert "time" not in record
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-12)


def test_modulus_and_phase_alone(tmp_path: Path) -> None:
    lines = ["\t".join(np.array(line.split("\t"))[[0, 3, 4]]) for line in rows()]
    record = read(tmp_path, text("Data: Frequency\tData: |Z|\tData: Theta (Z)", conditions(1), *lines))
    np.testing.assert_allclose(record["impedance"][0], Z, rtol=1e-12)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(LABELS, conditions(1)), "header only"),
        (text("Data: Frequency\tData: Z'", conditions(1), *rows()), "must export the frequency"),
        (text(*rows()), "name its columns"),
        ("Date: today\n" + LABELS, "must begin as a spectrum export"),
    ],
)
def test_broken_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReaderError, match=message):
        RelaxisReader().read(path)


def test_a_file_that_is_cut_off_inside_a_row_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text(LABELS, conditions(1), *rows())[:-45], encoding="utf-8")
    with pytest.warns(DataQualityWarning) as caught:
        open_history(path)
    told = " ".join(str(entry.message) for entry in caught)
    assert "no end" in told
    assert "cells are missing" in told
