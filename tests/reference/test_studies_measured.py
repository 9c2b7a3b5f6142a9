"""The studies of the examples, run on the measured files of other laboratories, give what is known of these files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alkanode.cli.main import run

STUDIES = Path(__file__).resolve().parents[2] / "examples" / "studies"
MAH = 3.6
"""C per mAh."""


@pytest.fixture(scope="module")
def results(measured_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, Path, Any]]:
    """Exit code, folder and ``results.json`` of each study."""
    done = {}
    for name in ("li_peo_stripping", "na_nasicon_short"):
        folder = tmp_path_factory.mktemp(name)
        code = run(["run", str(STUDIES / f"{name}.yaml"), "-o", str(folder), "--data", str(measured_folder)])
        done[name] = (code, folder, json.loads((folder / "results.json").read_text(encoding="utf-8")))
    return done


@pytest.fixture(scope="module")
def lithium(results: dict[str, tuple[int, Path, Any]]) -> Any:
    """Results of the lithium cell that is stripped to run-away."""
    return results["li_peo_stripping"][2]["results"]


@pytest.fixture(scope="module")
def sodium(results: dict[str, tuple[int, Path, Any]]) -> Any:
    """Results of the sodium cell that shorts."""
    return results["na_nasicon_short"][2]["results"]


@pytest.mark.parametrize("name", ["li_peo_stripping", "na_nasicon_short"])
def test_a_study_is_complete_and_reports(results: dict[str, tuple[int, Path, Any]], name: str) -> None:
    code, folder, whole = results[name]
    assert code == 0
    assert list(whole) == ["command", "inputs", "results", "warnings"]
    assert [len(entry["sha256"]) for entry in whole["inputs"]] == [64, 64]
    assert whole["results"]["failed"] == {}
    assert (folder / "report.html").stat().st_size > 1e6
    for written in whole["results"]["files"]["written"]:
        assert (folder / written).is_file()


@pytest.mark.parametrize(
    ("cutoff", "charge", "hours"), [(0.5, 0.3179, 0.8356), (1, 0.3202, 0.8418), (2, 0.3225, 0.8477)]
)
def test_lithium_critical_stripping(
    lithium: Any, measured_folder: Path, cutoff: float, charge: float, hours: float
) -> None:
    estimate = lithium["stripping"][f"charge_at_{cutoff:g}_V"]
    assert estimate["unit"] == "C"
    assert estimate["value"] / MAH == pytest.approx(charge, abs=1e-4)
    low, high = estimate["interval"]
    assert low < estimate["value"] <= high
    from alkanode.electrochem import critical_stripping
    from alkanode.io import open_history

    record = open_history(measured_folder / "cycling" / "li_peo_geis_strip.mpr")["cycling"].to_dataset()
    limit = critical_stripping(record, cutoff=cutoff)
    assert limit["time"].item() / 3600 == pytest.approx(hours, abs=1e-4)
    assert limit["charge"].item() == pytest.approx(estimate["value"], rel=1e-12)


def test_lithium_sweeps_that_drift_are_masked_with_the_reason(lithium: Any) -> None:
    masks = {mask["spectrum"]: mask["reason"] for mask in lithium["map"]["masked_spectra"]}
    assert list(masks) == [57, 58, 59, 60]
    for (index, reason), drift in zip(masks.items(), (29, 52, 291, 1553), strict=True):
        assert f"drifts by {drift} mV against" in reason, index
    assert lithium["map"]["against"] == "charge"


def test_lithium_contact_loss_names_salt_depletion(lithium: Any) -> None:
    (event,) = lithium["events"]
    assert event["kind"] == "contact_loss"
    assert event["confirmed"]
    assert len(event["evidence"]) >= 2
    assert any(rival.startswith("salt depletion") for rival in event["rivals"])
    assert 2700 < event["time"] < 3030


def test_sodium_hard_short(sodium: Any) -> None:
    (event,) = sodium["events"]
    assert event["kind"] == "hard_short"
    assert event["confirmed"]
    assert event["time"] == pytest.approx(2254, abs=1)
    assert abs(event["charge"]) / MAH == pytest.approx(0.0531, abs=1e-4)
    assert "ohm and stayed there until the end" in event["evidence"][0]
    assert "below I R_el / 2" in event["evidence"][1]
    assert "127.3 ohm (assumed)" in event["evidence"][1]
    assert event["rivals"] == [
        "a change of the leads or of the current range",
        "an electrolyte of less than 5.35 ohm: state its resistance",
    ]


@pytest.mark.parametrize("suffix", ["mpr", "mpt"])
def test_a_healthy_symmetric_cell_has_no_events(
    measured_folder: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path = measured_folder / "cycling" / f"li_sym_150um_mb.{suffix}"
    assert run(["electrochem", "failures", str(path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["results"]["events"] == []
    assert printed["results"]["half_cycles"] >= 2
    assert printed["results"]["not_judged"] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("na_nacoo2_gcpl_5cyc.mpr", "rests at 2.51 V"),
        ("mb_locale.mpr", "rests at 2.33 V"),
        ("landt_ligr_r2032.bdf.csv", "follows the state of charge"),
        ("dummy_cell_cv.mpr", "the voltage was controlled"),
    ],
)
def test_cells_of_another_kind_give_no_false_failures(
    measured_folder: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert run(["electrochem", "failures", str(measured_folder / "cycling" / name), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["results"]["events"] == []
    assert reason in printed["results"]["not_judged"][0]
    assert any("not judged" in line for line in printed["warnings"])


def test_a_voltammogram_has_no_critical_stripping(measured_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["electrochem", "stripping", str(measured_folder / "cycling" / "dummy_cell_cv.mpr")]) == 2
    assert "voltage control only" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["kk", "drt", "map"])
@pytest.mark.parametrize(
    ("name", "spectra"),
    [("impedance/PEIS_SSB.mpr", 1), ("impedance/vsp_peis_with.mpr", 32), ("cycling/geis_4loops_eclab1150.mpr", 4)],
)
def test_impedance_files_through_every_command(
    measured_folder: Path, capsys: pytest.CaptureFixture[str], command: str, name: str, spectra: int
) -> None:
    assert run(["impedance", command, str(measured_folder / name), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["results"]["masked_spectra"] == []
    if command == "drt":
        assert (
            printed["results"][f"{'last' if spectra > 1 else 'first'}_polarisation_in_window"]["label"]
            .split("spectrum ")[1]
            .startswith(str(spectra - 1))
        )
    else:
        assert printed["results"]["spectra"] == spectra
