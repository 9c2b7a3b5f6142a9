"""A part that fails leaves the others alone; what was computed is written, and the report says what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import label
from alkanode.foundation.errors import ConvergenceError, DataQualityWarning
from alkanode.studies import Study, run_study
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.validity import kramers_kronig_part
from alkanode.studies.impedance.whole import impedance_part

Write = Callable[..., Path]


def broken(error: BaseException) -> Callable[..., None]:
    def part(*_: object, **__: object) -> None:
        raise error

    return part


def spectra(drift: list[float]) -> xr.Dataset:
    """One arc per spectrum, 10 mV of AC, with a DC drift (V) inside each sweep."""
    frequency = np.geomspace(1e5, 1, 31)
    arc = 10 + 50 / (1 + 2j * np.pi * frequency * 1e-3)
    count, point = len(drift), ("spectrum", "point")
    fields = {
        "frequency": (point, np.tile(frequency, (count, 1))),
        "impedance": (point, np.tile(arc, (count, 1))),
        "voltage": (point, np.outer(drift, np.linspace(0, 1, 31))),
        "voltage_amplitude": (point, np.full((count, 31), 0.01)),
        "time": ("spectrum", np.arange(count, dtype=float)),
    }
    return label(xr.Dataset(fields), "impedance")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ConvergenceError("a solver must converge", found="it did not"), "a solver must converge"),
        (ZeroDivisionError("x"), "a fault of the program, not of the data: ZeroDivisionError"),
    ],
)
def test_a_failing_part_keeps_the_others(
    study_file: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    says: str,
) -> None:
    monkeypatch.setattr("alkanode.studies.jobs.stripping_part", broken(error))
    out = tmp_path / "out"
    assert run(["run", str(study_file()), "-o", str(out), "--json"]) == 3
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert list(printed) == ["command", "inputs", "results", "warnings"]
    assert says in printed["results"]["failed"]["stripping"]
    assert printed["results"]["events"][0]["kind"] == "suspected_contact_loss"
    assert (out / "parts" / "failures.json").exists()
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "stripping failed." in report
    assert "possible loss of contact" in report


def test_what_was_asked_for_and_does_not_fit_the_data_is_skipped_and_no_failure(study_file: Write) -> None:
    outcome = run_study(Study.from_yaml(study_file(analyses={"phases": {}, "impedance": {}})))
    assert set(outcome.skipped) == {"phases", "impedance"}
    assert outcome.complete
    assert [part.name for part in outcome.parts] == ["stripping", "failures", "profile"]


def test_what_nobody_asked_for_and_does_not_fit_is_not_applicable(study_file: Write) -> None:
    outcome = run_study(Study.from_yaml(study_file()))
    assert not outcome.skipped
    assert set(outcome.not_applicable) >= {"phases", "impedance", "cv", "ccd"}
    assert outcome.complete
    assert [part.name for part in outcome.parts] == ["stripping", "failures", "profile"]


def test_rest_has_nothing_to_strip(study_file: Write, tmp_path: Path) -> None:
    path = study_file()
    rows = "".join(f"{second},0.001,0\n" for second in range(50))
    (tmp_path / "ramp.bdf.csv").write_text("Test Time / s,Voltage / V,Current / A\n" + rows, encoding="utf-8")
    outcome = run_study(Study.from_yaml(path))
    assert "found no current" in outcome.not_applicable["stripping"]
    failures = outcome.part("failures")
    assert failures is not None
    assert failures.findings == ("No current flowed, so nothing is known of shorts or loss of contact. [measured]",)


@pytest.mark.parametrize("stopped", ["jobs.stripping_part", "runner.write_part", "runner.save"])
def test_an_interrupted_run_reports_what_it_has(
    study_file: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stopped: str,
) -> None:
    monkeypatch.setattr(f"alkanode.studies.{stopped}", broken(KeyboardInterrupt()))
    out = tmp_path / "out"
    assert run(["run", str(study_file()), "-o", str(out)]) == 130
    assert "what had been computed is written" in capsys.readouterr().err
    assert "stopped before it was complete" in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "results.json").exists()


def test_a_second_run_leaves_nothing_of_the_first(study_file: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(["run", str(study_file()), "-o", str(out)]) == 0
    assert (out / "events.csv").exists()
    (out / "notes.txt").write_text("not ours", encoding="utf-8")
    assert run(["run", str(study_file(analyses={"failures": None})), "-o", str(out)]) == 0
    assert not (out / "events.csv").exists()
    assert not (out / "figures" / "history.png").exists()
    assert (out / "figures" / "stripping.png").exists()
    assert (out / "notes.txt").read_text(encoding="utf-8") == "not ours"


@pytest.mark.parametrize("listed", ['["../kept.txt"]', '"kept.txt"', "5", "[[1]]"])
def test_a_list_of_files_that_leads_out_of_the_folder_is_not_followed(
    study_file: Write, tmp_path: Path, listed: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    (out / "results.json").write_text(f'{{"results": {{"files": {{"written": {listed}}}}}}}', encoding="utf-8")
    assert run(["run", str(study_file()), "-o", str(out)]) == 0
    assert (tmp_path / "kept.txt").exists()


def test_masked_spectra_are_listed_even_when_none_is_left() -> None:
    with pytest.warns(DataQualityWarning, match="drift"):
        part = impedance_part(spectra([0.05, 0.08]), None, Impedance())
    assert [mask["spectrum"] for mask in part.details["masked_spectra"]] == [0, 1]
    assert "50 mV against 10 mV" in part.details["masked_spectra"][0]["reason"]
    assert "unmasked spectrum is needed" in part.missing["relaxation_times"]
    assert part.findings[0].startswith("2 of 2 spectra are masked (0: voltage drifts by 50 mV")
    assert "nan" not in " ".join(part.findings)


def test_one_masked_spectrum_is_a_gap_in_the_map() -> None:
    with pytest.warns(DataQualityWarning, match="drift"):
        part = impedance_part(spectra([0.0, 0.08, 0.001]), None, Impedance())
    assert part.missing == {}
    assert [mask["spectrum"] for mask in part.details["masked_spectra"]] == [1]
    assert part.details["against"] == "time"
    rows = part.records["operando_map"]
    assert rows["masked"].to_numpy().tolist() == [False, True, False]
    assert np.isnan(rows["distribution"].to_numpy()[1]).all()
    assert part.estimates["last_series_resistance"].value == pytest.approx(10, rel=0.02)


def test_nothing_tested_is_said_in_words() -> None:
    with pytest.warns(DataQualityWarning, match="drift"):
        part = kramers_kronig_part(spectra([0.05]), Impedance())
    assert part.findings[0].startswith("1 of 1 spectra are masked (0: voltage drifts by 50 mV")
    assert part.findings[1:] == ("No spectrum could be tested, since all are masked. [measured]",)
    assert part.estimates == {}
