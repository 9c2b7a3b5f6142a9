"""The studies of spectra among the examples, run on measured files: what is known, what is refused, what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alkanode.cli.main import run

STUDIES = Path(__file__).resolve().parents[2] / "examples" / "studies"
NAMES = ("two_arcs_known", "lpscl_blocked", "ssb_processes", "vsp_32_loops")


@pytest.fixture(scope="module")
def outcomes(measured_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """``results`` of each study, with its exit code and folder."""
    done = {}
    for name in NAMES:
        folder = tmp_path_factory.mktemp(name)
        code = run(["run", str(STUDIES / f"{name}.yaml"), "-o", str(folder), "--data", str(measured_folder)])
        whole = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
        done[name] = {"code": code, "folder": folder, **whole}
    return done


@pytest.mark.parametrize("name", NAMES)
def test_a_study_of_spectra_is_complete_and_reports(outcomes: dict[str, Any], name: str) -> None:
    assert outcomes[name]["code"] == 0
    assert outcomes[name]["failed"] == {}
    page = (outcomes[name]["folder"] / "report.html").read_text(encoding="utf-8")
    assert "Impedance in the complex plane" in page
    assert "Kramers-Kronig residuals" in page


def test_known_arcs_lie_in_their_intervals(outcomes: dict[str, Any]) -> None:
    circuit = outcomes["two_arcs_known"]["circuit"]
    for name, true in (("first_R0", 10), ("first_R1", 50), ("first_R2", 50)):
        low, high = circuit[name]["interval"]
        assert low < true < high
        assert high - low < 0.1 * true
    assert any("3 of 3 intervals hold the true value" in said for said in outcomes["two_arcs_known"]["findings"])


def test_a_conductivity_without_thickness_is_refused(outcomes: dict[str, Any]) -> None:
    part = outcomes["lpscl_blocked"]["conductivity"]
    assert "conductivity" not in {name for name in part if isinstance(part[name], dict)}
    assert part["electrolyte_resistance"]["value"] == pytest.approx(1450, rel=0.03)
    assert "thickness" in part["refused"]
    assert any(said.startswith("No conductivity is given") for said in outcomes["lpscl_blocked"]["findings"])


def test_an_open_arc_of_a_battery_is_told(outcomes: dict[str, Any]) -> None:
    said = " ".join(outcomes["ssb_processes"]["findings"])
    assert "has not fallen where the sweep ends" in said


def test_without_the_points_of_the_leads_all_sweeps_are_valid(outcomes: dict[str, Any]) -> None:
    assert outcomes["vsp_32_loops"]["findings"][0].startswith("32 of 32 tested spectra satisfy")
    assert outcomes["vsp_32_loops"]["impedance"]["valid"] == 32
    assert outcomes["vsp_32_loops"]["impedance"]["against"] == "time"


def test_the_test_of_validity_names_the_option_that_helps(
    measured_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["impedance", "kk", str(measured_folder / "impedance" / "vsp_peis_with.mpr")]) == 0
    told = capsys.readouterr().out
    assert "(--frequency-range '0 Hz' '394 kHz')" in told
    assert max(map(len, (line for line in told.splitlines() if line.startswith("    ")))) <= 160


def test_reading_says_what_is_assumed_and_how_many_points(
    measured_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["read", str(measured_folder / "impedance" / "pyDRTtools_2ZARC3.csv")]) == 0
    told = capsys.readouterr().out
    assert "1 impedance spectrum of 81 points." in told
    assert "Assumed: no unit for Freq, Real, Imag: Hz and ohm." in told
