"""Voltammetry as a part of a study and as a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import Cell, save
from alkanode.foundation.errors import StudyError
from alkanode.studies.blocks import Voltammetry
from alkanode.studies.runner import write_part
from alkanode.studies.voltammetry import cv_part
from alkanode.virtual import SweepProgram, island_voltammogram

CELL = Cell(anode="NaK50", area="0.5 cm2", area_uncertainty="0.01 cm2")


@pytest.fixture(scope="module")
def history() -> xr.DataTree:
    return island_voltammogram(program=SweepProgram(cycles=8, interval=0.005), seed=5)


def test_the_part_has_numbers_tables_figures_and_sentences(history: xr.DataTree, tmp_path: Path) -> None:
    record = history["cycling"].to_dataset()
    part = cv_part(record, CELL, Voltammetry.of(series_resistance="30 ohm"))
    assert part.estimates["peak_charge_growth"].interval is not None
    assert len(part.tables["voltammetry_cycles"].rows) == 8
    assert {"voltammogram", "stripping_peak"} == set(part.figures)
    text = " ".join(part.findings)
    assert "first seen in cycle 3" in text
    assert "grew by" in text
    assert "No series resistance" not in text
    names = {path.name for path in write_part(part, tmp_path, {})}
    assert {"voltammetry.h5", "voltammogram_peaks.h5", "voltammetry_cycles.csv", "cv.json"} <= names


def test_without_a_series_resistance_the_doubt_is_said(history: xr.DataTree) -> None:
    part = cv_part(history["cycling"].to_dataset(), None, Voltammetry())
    assert any("No series resistance was taken off" in sentence for sentence in part.findings)


def test_a_record_under_current_control_does_not_fit(history: xr.DataTree) -> None:
    record = history["cycling"].to_dataset()
    cycled = record.assign(control_mode=("row", record["control_mode"].to_numpy() * 0 + 1))
    with pytest.raises(StudyError, match="controlled the current"):
        cv_part(cycled, None, Voltammetry())


@pytest.mark.parametrize(
    "key", [{"window": ["1 V", "2 A"]}, {"least_share": 0}, {"series_resistance": "0 ohm"}, {"x": 1}]
)
def test_wrong_settings_are_refused(key: dict[str, object]) -> None:
    with pytest.raises(StudyError):
        Voltammetry.of(**key)


@pytest.fixture
def file(history: xr.DataTree, tmp_path: Path) -> Path:
    return save(history, tmp_path / "virtual.h5")


def test_the_command_prints_and_writes(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run(["electrochem", "cv", str(file), "--window", "0.05 V", "0.4 V", "-o", str(out)]) == 0
    assert "A stripping peak was first seen in cycle 3" in capsys.readouterr().out
    assert (out / "figures" / "voltammogram.png").exists()


def test_the_command_speaks_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["electrochem", "cv", str(file), "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert results["scan_rate"]["value"] == pytest.approx(0.01, rel=1e-3)
    assert results["short"] == "none"
    assert results["peak_charge"]["interval"][0] < results["peak_charge"]["interval"][1]


def test_the_command_refuses_a_bad_window(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["electrochem", "cv", str(file), "--window", "0.1 A", "0.4 V"]) == 2
    assert "window" in capsys.readouterr().err


def test_a_study_computes_it_where_the_voltage_was_swept(file: Path, tmp_path: Path) -> None:
    from alkanode.studies import Study, run_study

    study = tmp_path / "study.yaml"
    study.write_text(f"title: cv\ncell: {{anode: NaK50, area: 0.5 cm2}}\nfiles: [{file.name}]\n", encoding="utf-8")
    outcome = run_study(Study.from_yaml(study))
    part = outcome.part("cv")
    assert part is not None
    assert "peak_areal_charge" in part.estimates
