"""``alkanode impedance kk``: one row per sweep, options of the test, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from alkanode.cli.main import cli
from alkanode.virtual import write_demo


@pytest.fixture(scope="module")
def stripping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder / "stripping.mpt"


def test_one_row_per_sweep_with_its_verdict(stripping: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli, ["impedance", "kk", str(stripping), "-o", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert "change / %" in answer.output
    assert "drift / mV" in answer.output
    rows = (tmp_path / "tables" / "sweeps.csv").read_text().splitlines()
    assert len(rows) > 2
    assert all("valid" in row or "fails" in row or "masked" in row for row in rows if row[:1].isdigit())
    assert (tmp_path / "figures" / "residuals.png").exists()
    assert (tmp_path / "figures" / "drift.png").exists()
    assert (tmp_path / "records" / "sweep_drift.h5").exists()


def test_options_reach_the_test(stripping: Path) -> None:
    strict = CliRunner().invoke(cli, ["impedance", "kk", str(stripping), "--limit", "1e-9", "--json"])
    assert strict.exit_code == 0, strict.output
    results = json.loads(strict.stdout)["results"]
    assert results["valid"] == 0
    assert len(results["invalid_spectra"]) + len(results["masked_spectra"]) == results["spectra"]
    refused = CliRunner().invoke(cli, ["impedance", "kk", str(stripping), "--criterion", "taste"])
    assert refused.exit_code != 0
