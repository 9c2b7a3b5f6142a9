"""Wrong files, wrong records and strange names for the commands of cycling: one line, the right exit code, strict JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Call = Callable[..., Any]

COMMANDS = ("ccd", "cv", "cycling", "failures", "fullcell", "profile", "staircase", "stripping")
CELL = "anode: Na\ncounter: Na\narea: 1 cm2\n"


def write(path: Path, voltage: np.ndarray, current: np.ndarray, pace: float = 60.0) -> Path:
    rows = [f"{pace * row:g},{v:.6g},{i:.6g}" for row, (v, i) in enumerate(zip(voltage, current, strict=True))]
    path.write_text("\n".join(["Test Time / s,Voltage / V,Current / A", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def ccd(tmp_path: Path) -> Path:
    """Half cycles of one hour at 1 to 4 mA through 200 ohm, shorted to 0.1 ohm in the middle of 3 mA."""
    flow = np.concatenate([np.repeat([level, -level], 60) for level in (1, 2, 3, 4)]) * 1e-3
    ohm = np.where(np.arange(flow.size) < 270, 200.0, 0.1)
    return write(tmp_path / "ramp.bdf.csv", flow * ohm, flow)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"hello", b"Test Time / s,Voltage / V,Current / A\n"])
def test_what_is_no_record_is_said_and_prints_no_object(
    alkanode: Call, tmp_path: Path, command: str, content: bytes
) -> None:
    path = tmp_path / "file.bdf.csv"
    path.write_bytes(content)
    said = alkanode("electrochem", command, path, "--json")
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("alkanode: ")


@pytest.mark.parametrize("command", ["ccd", "cv", "fullcell", "staircase"])
def test_the_record_of_another_test_is_refused_with_what_it_is(alkanode: Call, tmp_path: Path, command: str) -> None:
    """A single stripping run is none of a ramp, a voltammogram, a full cell or a staircase."""
    path = write(tmp_path / "strip.bdf.csv", np.linspace(0.05, 1.0, 200) ** 2, np.full(200, 1e-4))
    said = alkanode("electrochem", command, path, "--json")
    assert said.code == 2
    assert "found" in said.err
    assert said.out == ""


def test_settings_are_named_in_words(alkanode: Call, ccd: Path) -> None:
    said = alkanode("electrochem", "ccd", ccd, "--least-levels", 0)
    assert said.code == 2
    assert "critical current needs valid settings" in said.err


def test_one_measurement_given_for_two_cells_is_doubted(alkanode: Call, ccd: Path, tmp_path: Path) -> None:
    cell, copy = tmp_path / "cell.yaml", tmp_path / "cöpy Ω 数据.bdf.csv"
    cell.write_text(CELL, encoding="utf-8")
    copy.write_bytes(ccd.read_bytes())
    for files in ((ccd, ccd), (ccd, copy)):
        said = alkanode("electrochem", "ccd", *files, "--replicates", "--cell", cell, "--json")
        assert said.code == 0
        assert any("holds the same raw data as file 1 (ramp.bdf.csv)" in line for line in said.object["warnings"])
        mean = said.object["results"]["mean"]
        assert mean["interval"] == [20.0, 30.0]


def test_a_series_doubts_cells_with_the_same_data(alkanode: Call, ccd: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.bdf.csv").write_bytes(ccd.read_bytes())
    (tmp_path / "cells.csv").write_text(
        "name,anode.material,counter,area / cm2,files\na,Na,Na,1,ramp.bdf.csv\nb,Na,Na,1,copy.bdf.csv\n",
        encoding="utf-8",
    )
    off = dict.fromkeys(("phases", "impedance", "stripping", "failures", "cycling", "profile", "staircase", "cv"))
    study = {"title": "t", "cells": "cells.csv", "data": ".", "analyses": {**off, "full_cell": None}}
    (tmp_path / "series.yaml").write_text(json.dumps(study), encoding="utf-8")
    said = alkanode("run", tmp_path / "series.yaml", "-o", tmp_path / "out", "--json")
    assert said.code == 0
    assert "b holds the same raw data as a: one measurement counts twice" in said.object["warnings"]


def test_an_output_that_is_no_folder_is_a_mistake_and_no_fault(alkanode: Call, ccd: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for output in (tmp_path / "taken", tmp_path / "taken" / "inner"):
        assert alkanode("electrochem", "ccd", ccd, "-o", output).code == 2
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file"
