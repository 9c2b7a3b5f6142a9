"""Studies of the examples on files of other kinds of cells: headline numbers, what leads, and what is not said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alkanode.cli.main import run

STUDIES = Path(__file__).resolve().parents[2] / "examples" / "studies"
MAH = 3.6
"""C per mAh."""

Results = Callable[[str], Any]


@pytest.fixture(scope="module")
def results(measured_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """``results.json`` of a study, run once."""
    done: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            code = run(["run", str(STUDIES / f"{name}.yaml"), "-o", str(folder), "--data", str(measured_folder)])
            assert code == 0
            done[name] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
            assert done[name]["results"]["failed"] == {}
            assert done[name]["results"]["skipped"] == {}
            assert (folder / "report.html").stat().st_size > 1e6
        return done[name]

    return of


def test_a_healthy_lithium_cell(results: Results) -> None:
    found = results("li_symmetric_cycling")["results"]
    assert found["events"] == []
    for direction in ("strip", "plate"):
        low, high = found["cycling"][f"resistance_{direction}"]["interval"]
        assert 1347 < low <= high < 1369
    assert found["profile"]["shapes"] == {"plateau": 8}
    # the same voltages read in two ways: medians of the second half, and plateaus over the whole half cycle
    for word in ("stripping", "plating"):
        assert found["profile"][f"{word}_overpotential"]["value"] == pytest.approx(3.76e-3, abs=0.02e-3)
    assert found["impedance"]["valid"] == 8
    assert any("No short, soft short" in line for line in found["findings"][:1])


def test_a_resistor_is_only_suspected(results: Results) -> None:
    whole = results("dummy_cell_voltammogram")
    found = whole["results"]
    assert found["cv"]["resistance"]["value"] == pytest.approx(4630.5, abs=0.1)
    assert found["cv"]["short"] == "suspected"
    assert found["findings"][0].startswith("3 full cycles at 50.00 mV s-1")
    assert "could not be judged" in found["findings"][-1]
    # warnings of analyses that nobody asked for and that do not apply are not told
    assert not any("overpotential" in line for line in whole["warnings"])


def test_a_cathode_on_the_working_lead(results: Results) -> None:
    found = results("na_nacoo2_half_cell")["results"]
    assert found["full_cell"]["complete_cycles"] == 6
    assert found["full_cell"]["half_cycles"] == 13
    assert found["full_cell"]["reference_capacity"]["value"] / MAH == pytest.approx(0.8529, abs=1e-4)
    assert found["full_cell"]["first_coulombic_efficiency"]["value"] == pytest.approx(0.8643, abs=1e-4)
    assert found["findings"][0].startswith("6 complete cycles")
    assert any("the file holds no measured current" in line for line in found["findings"])


def test_a_rounded_current_is_said_where_it_matters(results: Results) -> None:
    found = results("li_graphite_first_cycle")["results"]
    assert found["full_cell"]["reference_capacity"]["value"] / MAH == pytest.approx(6.3, abs=0.05)
    assert found["full_cell"]["first_coulombic_efficiency"]["value"] == pytest.approx(3.2 / 6.3, abs=0.01)
    assert any("rounded to a few levels" in line for line in found["findings"])
    assert not any("migration" in line for line in found["findings"])


def test_one_discharge_is_no_cycle(results: Results) -> None:
    found = results("zn_mno2_first_discharge")["results"]
    assert found["full_cell"]["complete_cycles"] == 0
    assert "discharge passed 0.2881 mAh" in found["findings"][0]


def test_fast_cycles_with_holds(results: Results) -> None:
    pytest.importorskip("fastnda")
    found = results("neware_160_cycles")["results"]
    assert found["full_cell"]["complete_cycles"] == 160
    assert any("the fade slows down" in line for line in found["findings"])
    assert "current" in found["not_applicable"]["cv"]


def test_an_arbin_file(results: Results) -> None:
    pytest.importorskip("access_parser")
    found = results("arbin_half_cell")["results"]
    assert found["full_cell"]["complete_cycles"] == 4
    assert found["full_cell"]["coulombic_efficiency"]["value"] == pytest.approx(0.9951, abs=1e-4)
