"""What careless hands do: every mistake ends in exit code 2 and a sentence that helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["thermo", "window", "--temperature", "5"], "needs a unit"),
        (["thermo", "window", "--temperature", "1 parsnip"], "unknown unit"),
        (["thermo", "window", "--temperature", "50 wt%"], "a composition is not a unit"),
        (["thermo", "window", "--temperature", "-300 degC"], "200 to 1000 K"),
        (["thermo", "window", "--temperature", "25 mV"], "another dimension"),
        (["thermo", "window", "--temperature", "nan K"], "number and unit"),
        (["thermo", "window", "--temperature-uncertainty", "-2 K"], "0 K or more"),
        (["thermo", "window", "Na-Cs"], "Shipped: Na-K"),
        (["thermo", "path", "50"], "must carry its basis"),
        (["thermo", "path", "NaK"], "must carry its basis"),
        (["thermo", "path", "NaK150"], "from 0 to 1"),
        (["thermo", "path", "NaK50", "--ion", "Mg+"], "Mg"),
        (["thermo", "path", "K"], "Na"),
        (["thermo", "diagram", "--from", "300 K", "--to", "200 K"], "increasing"),
        (["thermo", "diagram", "--basis", "volume"], "'mass', 'mole'"),
        (["run", "nowhere.yaml", "-o", "out"], "no file nowhere.yaml"),
        (["run", "nowhere.yaml"], "Missing option '-o'"),
        (["read", "nowhere.mpr"], "No such file"),
        (["read"], "Missing argument"),
        (["nonsense"], "No such command"),
        (["demo", "--seed", "-1"], "x>=0"),
    ],
)
def test_a_mistake_is_named(
    alkanode: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = alkanode(*words)
    assert said.code == 2
    assert says in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--cutoff", "-1 V"], "cutoffs.0"),
        (["--cutoff", "5"], "needs a unit"),
        (["--cutoff", "1 mA"], "another dimension"),
        (["--half-cycle", "-1"], "half_cycle"),
        (["--half-cycle", "7"], "stripping ones: [0]"),
        (["--cell", "nowhere.yaml"], "no file nowhere.yaml"),
        (["-o", "blocked/out"], "Not a directory"),
        (["-o", "blocked"], "is a file"),
    ],
)
def test_options_of_stripping(
    alkanode: Call, ramp: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blocked").write_text("a file where a folder is wanted", encoding="utf-8")
    said = alkanode("electrochem", "stripping", ramp, *words)
    assert said.code == 2
    assert says in said.err


@pytest.mark.parametrize("value", ["0", "-1", "nan"])
@pytest.mark.parametrize("option", ["--lambda", "--drift-limit"])
def test_settings_of_impedance_must_be_positive(alkanode: Call, ramp: Path, option: str, value: str) -> None:
    said = alkanode("impedance", "drt", ramp, option, value)
    assert said.code == 2
    assert "greater than 0" in said.err


@pytest.mark.parametrize("ohm", ["-5 ohm", "0 ohm", "5", "5 V"])
def test_an_electrolyte_has_a_positive_resistance(alkanode: Call, ramp: Path, ohm: str) -> None:
    said = alkanode("electrochem", "failures", ramp, "--electrolyte-resistance", ohm)
    assert said.code == 2
    assert "electrolyte_resistance" in said.err


@pytest.mark.parametrize("command", ["kk", "drt", "map"])
def test_a_file_without_spectra(alkanode: Call, ramp: Path, command: str) -> None:
    said = alkanode("impedance", command, ramp)
    assert said.code == 2
    assert "impedance spectra are needed; found none in ramp.bdf.csv" in said.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"PK\x03\x04 something zipped", "known format"),
        (b"Test Time / s,Voltage / V,Current / A\n", "header only"),
        (b"Voltage / V,Current / A\n0.1,0.001\n", "Test Time / s"),
        (b"Test Time / s,Voltage / V,Current / A\n5,0.1,0.001\n1,0.1,0.001\n", "run backwards"),
        (b"Test Time / s,Voltage / V,Current / A\n0,nan,0.001\n", "no complete row"),
        (b"BIO-LOGIC MODULAR FILE\x1a" + bytes(40), "VMP data"),
    ],
)
def test_files_that_are_none(alkanode: Call, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "broken.mpr"
    path.write_bytes(content)
    for command in (["read"], ["electrochem", "stripping"], ["impedance", "map"]):
        said = alkanode(*command, path)
        assert said.code == 2
        assert says in said.err


def test_a_folder_is_no_file(alkanode: Call, tmp_path: Path) -> None:
    said = alkanode("read", tmp_path)
    assert said.code == 2
    assert "found a folder" in said.err


def test_a_file_given_twice_would_count_its_charge_twice(alkanode: Call, tmp_path: Path) -> None:
    path = tmp_path / "run.bdf.csv"
    path.write_text("Test Time / s,Voltage / V,Current / A\n0,0.1,0.001\n9,0.1,0.001\n", encoding="utf-8")
    said = alkanode("read", path, path)
    assert said.code == 2
    assert "given once" in said.err


def test_unusual_names_are_no_mistake(alkanode: Call, ramp: Path, tmp_path: Path) -> None:
    path = tmp_path / "Zelle Nä öß 电池" / "Lauf 1.bdf.csv"
    path.parent.mkdir()
    path.write_bytes(ramp.read_bytes())
    said = alkanode("electrochem", "stripping", path, "-o", path.parent / "Ausgabe", "--json")
    assert said.code == 0
    assert said.object["inputs"][0]["file"] == "Lauf 1.bdf.csv"
    assert (path.parent / "Ausgabe" / "parts" / "stripping.json").exists()


def test_an_interruption_has_its_own_exit_code(alkanode: Call, ramp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("alkanode.io.open_history", stop)
    said = alkanode("read", ramp)
    assert said.code == 130
    assert said.err.strip() == "alkanode: interrupted"
