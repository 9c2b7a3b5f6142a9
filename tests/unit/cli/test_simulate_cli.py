"""``alkanode simulate``: results, files, changes, and mistakes that are told without a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from alkanode.cli.main import EXIT_INPUT, run
from alkanode.cli.model.simulate import read_protocol, with_alloy, with_changes
from alkanode.data import Cell, open_saved
from alkanode.foundation.errors import StudyError
from alkanode.io import open_history

CELL = """\
name: NaK50 | NASICON | Na
anode: {material: NaK50}
counter: Na
area: 0.2827 cm2
stack_pressure: 10 MPa
temperature: 25 degC
"""


@pytest.fixture
def cell(tmp_path: Path) -> str:
    """A cell file."""
    path = tmp_path / "cell.yaml"
    path.write_text(CELL, encoding="utf-8")
    return str(path)


def test_a_strip_as_text_and_files(cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pybamm")
    store, measured = tmp_path / "history.h5", tmp_path / "run.mpt"
    words = ["simulate", cell, "--protocol", "Rest for 1 min; Strip at 1 mA cm-2 until 1 V", "-o", str(store)]
    assert run([*words, "--plot", "--measured", str(measured), "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert "mAh g-1" in said
    assert "voltage limit" in said
    assert "Balances (" in said
    assert "Fitted to the critical stripping capacities" in said
    assert "Assumed: Cloth porosity" in said
    assert "Given by the user: Electrode area" in said
    history = open_saved(store)
    assert float(history["cycling"]["voltage"][-1]) == pytest.approx(1.0, abs=1e-3)
    assert {path.name for path in (tmp_path / "history_figures").glob("*.png")} == {
        "simulated_voltage.png",
        "anode_depths.png",
        "contact_share.png",
    }
    again = open_history(measured)["cycling"]
    assert float(again["charge"][-1]) == pytest.approx(float(history["cycling"]["charge"][-1]), rel=1e-9)


def test_json_holds_what_the_run_rested_on(cell: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pybamm")
    words = ["--protocol", "Strip at 1 mA cm-2 for 0.1 mAh cm-2", "--alloy", "NaK65", "--set", "cloth thickness=300e-6"]
    assert run(["simulate", cell, *words, "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert results["largest_areal_capacity_stripped"]["value"] == pytest.approx(3600.0, rel=1e-6)
    assert "assumed numbers" in results["net_charge"]["label"]
    rows = {row["parameter"]: row for row in results["parameters"]}
    assert rows["Cloth thickness [m]"]["value"] == 3e-4
    assert rows["Cloth thickness [m]"]["trust"] == "given by the user"
    assert rows["Contact share of fresh interface"]["value"] == pytest.approx(0.25)
    assert results["events"][-1]["name"] == "capacity"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--protocol", "Strip at 1 mA cm-2"], "needs an end"),
        (["--protocol", "Strip at noon"], "step 1 of the protocol"),
        (["--protocol", "Rest for 1 s", "--parameters", "Wu2024"], "Did you mean 'Wu2025'"),
        (["--protocol", "Rest for 1 s", "--set", "Stack presure=2e6"], "Stack pressure"),
        (["--protocol", "Rest for 1 s", "--set", "Stack pressure=high"], "NAME=NUMBER"),
        (["--protocol", "Rest for 1 s", "--alloy", "NaX"], "NaX"),
        (["--protocol", "Rest for 1 s", "-o", "history.txt"], ".zarr or .h5"),
        (["--protocol", "Rest for 1 s", "--plot"], "--plot needs -o"),
        (["--protocol", "missing.yaml"], "missing.yaml"),
        ([], "--protocol"),
    ],
)
def test_mistakes_are_told(cell: str, capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert run(["simulate", cell, *words]) == EXIT_INPUT
    assert says in capsys.readouterr().err


def test_protocols_of_the_command_line(tmp_path: Path) -> None:
    steps = read_protocol(("Rest for 1 s; Rest for 2 s", "Repeat 2 times: Rest for 3 s; Rest for 4 s")).steps
    assert [step.duration for step in steps] == [1.0, 2.0, 3.0, 4.0, 3.0, 4.0]
    path = tmp_path / "steps.yaml"
    path.write_text("- Rest for 1 s\n- Repeat 2 times:\n    - Rest for 2 s\n", encoding="utf-8")
    assert [step.duration for step in read_protocol((str(path),)).steps] == [1.0, 2.0, 2.0]
    path.write_text("protocol:\n  - Rest for 5 s\n", encoding="utf-8")
    assert read_protocol((str(path),)).steps[0].duration == 5.0
    path.write_text("Rest for 5 s\n", encoding="utf-8")
    with pytest.raises(StudyError, match="list of steps"):
        read_protocol((str(path),))


def test_another_alloy_leaves_the_old_mass_out() -> None:
    cell = Cell(anode="NaK50", anode_mass="4.5 mg", area="0.28 cm2")
    other = with_alloy(cell, "NaK80")
    assert (other.anode.name, other.anode.mass, other.area) == ("NaK80", None, cell.area)
    assert cell.anode.mass == pytest.approx(4.5e-6)
    assert with_alloy(cell, None) is cell


def test_changes_of_parameters() -> None:
    from alkanode.cell_models import load_parameters

    changed = with_changes(load_parameters("Wu2025"), ("Stack pressure=2e6", "contact exponent = 0.5"))
    assert changed["Stack pressure [Pa]"].value == 2e6
    assert changed["Contact exponent"].value == 0.5
    with pytest.raises(StudyError, match="NAME=NUMBER"):
        with_changes(load_parameters("Wu2025"), ("=2",))
    assert np.isfinite(changed["Stack pressure [Pa]"].at())
