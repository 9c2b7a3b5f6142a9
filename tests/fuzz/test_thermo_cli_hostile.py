"""``alkanode thermo`` with wrong options and files: exit code 2, one line that says why, and nothing on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alkanode.cli.main import run
from alkanode.thermo import write_tdb

COMMANDS = {
    "window": [],
    "diagram": [],
    "section": [],
    "gibbs": [],
    "potential": ["NaK50"],
    "path": ["NaK80", "--draws", "0"],
    "film": ["NaK50", "--thickness", "70 um"],
    "leverrule": [
        *("--alloy", "K0.95Na0.05", "--volume", "10 uL"),
        *("--diameter", "7.14 mm", "--areal-capacity", "3 mAh cm-2"),
    ],
}
WRONG = (
    ["--temperature", "25"],
    ["--temperature", "25 K"],
    ["--temperature", "-300 degC"],
    ["--temperature", "nan K"],
    ["--temperature", "warm"],
    ["--suspend", "LIQUID"],
    ["--suspend", "liquid", "--suspend", "bcc_A2"],
    ["--assessment", "nowhere.yaml"],
    ["--tdb", "nowhere.tdb", "--from", "280 K", "--to", "300 K"],
    ["--nonsense"],
)


@pytest.mark.parametrize("wrong", WRONG, ids=" ".join)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_wrong_options(capsys: pytest.CaptureFixture[str], command: str, wrong: list[str]) -> None:
    assert run(["thermo", command, *COMMANDS[command], *wrong]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(("alkanode: ", "Usage: "))
    assert "Traceback" not in said.err


@pytest.fixture(scope="module")
def tdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pycalphad")
    return write_tdb("Li-Na-K", tmp_path_factory.mktemp("tdb") / "own.tdb")


def test_the_diagram_of_a_database(tdb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["thermo", "diagram", "Na-K", "--tdb", str(tdb), "--from", "250 K", "--to", "300 K", "--json"]
    assert run([*words, "-o", str(tmp_path)]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [point["kind"] for point in results["invariants"]] == ["eutectic", "peritectic"]
    assert results["invariants"][0]["temperature_K"] == pytest.approx(260.53, abs=0.02)
    assert (tmp_path / "figures" / "phase_diagram.png").is_file()


def test_the_window_of_a_database(tdb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--tdb", str(tdb)], []):
        assert run(["thermo", "window", "K-Na", "--json", *words]) == 0
    both = capsys.readouterr().out.replace("}\n{", "}\x00{").split("\x00")
    theirs, ours = (json.loads(text)["results"] for text in both)
    assert theirs["fractions_of"] == ours["fractions_of"] == "K"
    for name in ("mole_fraction_lower", "mole_fraction_upper", "mass_fraction_lower", "mass_fraction_upper"):
        assert theirs["windows"][0][name] == pytest.approx(ours["windows"][0][name], abs=2e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diagram"], "--from and --to"),
        (["diagram", "Na-Rb", "--from", "250 K", "--to", "300 K"], "RB"),
        (["diagram", "Li-Na-K", "--from", "250 K", "--to", "300 K"], "two elements"),
        (["diagram", "--from", "300 K", "--to", "250 K"], "increasing"),
        (["diagram", "--alloy", "NaK50", "--from", "250 K", "--to", "300 K"], "--alloy"),
        (["diagram", "--suspend", "NA2K", "--from", "250 K", "--to", "300 K"], "--phase"),
        (["window", "--temperature", "-30 degC"], "fully liquid"),
        (["window", "--liquid", "MELT"], "MELT"),
        (["window", "--phase", "HCP"], "HCP"),
        (["section", "Na-K"], "three elements"),
    ],
)
def test_databases_asked_wrongly(tdb: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(["thermo", *words, "--tdb", str(tdb)]) == 2
    assert said in capsys.readouterr().err


def test_options_without_an_effect_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["diagram", "--temperature", "25 degC"],
        ["window", "--liquid", "LIQUID"],
        ["window", "--phase", "x"],
    ):
        assert run(["thermo", *words]) == 2
        assert "go" in capsys.readouterr().err
