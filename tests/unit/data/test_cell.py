"""Cells from arguments, YAML and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from alkanode.data import Cell, Electrode, cell_file, open_cell, read_cell_table
from alkanode.foundation.errors import AlkanodeError, StudyError, UnitsError
from alkanode.materials import Alloy

YAML = """
name: NaK50 on cloth
anode: {material: NaK50, role: working, mass: 4.3 mg, mass_uncertainty: 0.1 mg, coating: 20 nm SnO2,
        carbon_mass: 3 mg, kc8_extent: 0.2}
counter: Na
reference: none
electrolyte: {material: NASICON, ion: Na+, thickness: 1 mm, conductivity: 1 mS cm-1, single_ion: true}
area: 0.283 cm2
area_uncertainty: 0.005 cm2
pressure_history:
  - {pressure: 10 MPa, duration: 2 min, stage: assembly}
  - {pressure: 100 MPa, duration: 15 min, stage: assembly, kind: isostatic}
  - {pressure: 2 MPa, stage: cycling}
temperature: 22 degC
temperature_uncertainty: 1 K
"""


def test_yaml_gives_si(tmp_path: Path) -> None:
    file = tmp_path / "cell.yaml"
    file.write_text(YAML, encoding="utf-8")
    cell = Cell.from_yaml(file)
    assert cell.alloy == Alloy.from_name("NaK50")
    assert cell.anode.mass == pytest.approx(4.3e-6)
    assert cell.anode.kc8_extent == 0.2
    assert cell.counter is not None
    assert cell.counter.name == "Na"
    assert cell.reference == ""
    assert cell.area == pytest.approx(2.83e-5)
    assert cell.temperature == pytest.approx(295.15)
    assert cell.temperature_uncertainty == 1.0
    assert cell.stack_pressure == pytest.approx(2e6)
    assert cell.pressure_history[1].kind == "isostatic"
    assert cell.pressure_history[0].duration == pytest.approx(120)
    assert cell.electrolyte is not None
    assert cell.electrolyte.conductivity == pytest.approx(0.1)


def test_final_area_rules_where_it_was_measured() -> None:
    cell = Cell(anode="Na", area="1 cm2", final_area="1.2 cm2", final_area_uncertainty="0.1 cm2")
    assert cell.effective_area == pytest.approx(1.2e-4)
    assert cell.effective_area_uncertainty == pytest.approx(1e-5)


def test_defaults_are_stated() -> None:
    cell = Cell(anode="NaK50")
    assert cell.temperature == pytest.approx(298.15)
    assert cell.temperature_uncertainty == 2.0
    assert not cell.temperature_known
    assert cell.effective_area is None


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"anode": "NaK50", "stack_presure": "1 MPa"}, "stack_pressure"),
        ({}, "needs 'anode'"),
        ("NaK50", "must be a mapping"),
        ({"anode": {"mass": "1 mg"}}, "needs 'material'"),
        ({"anode": "NaK50", "area": "-1 cm2"}, "positive"),
        ({"anode": {"material": "NaK50", "kc8_extent": 0.5}}, "carbon_mass"),
        ({"anode": {"material": "NaK50", "mass": "1 mg", "carbon_mass": "1 mg", "kc8_extent": 2}}, "0 to 1"),
        ({"anode": "NaK50", "anode_role": "cathode"}, "'working' or 'counter'"),
        ({"anode": {"material": "Na", "role": "working"}, "anode_role": "working"}, "given once"),
        ({"anode": 50}, "a material is a name"),
        ({"anode": "Na", "pressure_history": [{"duration": "1 min"}]}, "needs 'pressure'"),
        ({"anode": "Na", "pressure_history": "10 MPa"}, "list"),
        ({"anode": "Na", "temperature": "-300 degC"}, "absolute zero"),
    ],
)
def test_mistakes_are_named(mapping: object, says: str) -> None:
    with pytest.raises(StudyError, match=says):
        Cell.from_mapping(mapping)


def test_a_bare_number_in_yaml_is_si_and_text_needs_a_unit() -> None:
    assert Cell.from_mapping({"anode": "Na", "area": 1e-4}).area == 1e-4
    with pytest.raises(UnitsError, match="needs a unit"):
        Cell.from_mapping({"anode": "Na", "area": "1"})


def test_yaml_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no file"):
        Cell.from_yaml(tmp_path / "absent.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("anode: [", encoding="utf-8")
    with pytest.raises(StudyError, match="must be YAML"):
        Cell.from_yaml(broken)
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError):
        Cell.from_yaml(broken)


def test_a_table_holds_one_cell_per_row(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(
        "name,anode.material,anode.mass / mg,anode.role,area / cm2,stack_pressure / MPa,temperature\n"
        "A,NaK50,4.3,working,0.283,10,25 degC\n"
        "B,NaK80,4.1,counter,0.283,,22 degC\n",
        encoding="utf-8",
    )
    cells = read_cell_table(file)
    assert list(cells) == ["A", "B"]
    assert cells["A"].stack_pressure == pytest.approx(1e7)
    assert cells["B"].stack_pressure is None
    assert cells["B"].anode_role == "counter"
    assert cells["B"].anode.mass == pytest.approx(4.1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no rows"),
        ("name,anode\n", "no rows"),
        ("name,anode\nA,Na\nA,K\n", "twice"),
        ("name,anode\n,Na\n", "needs a 'name'"),
        ("name,anode,colour\nA,Na,red\n", "row 2"),
        ("name,anode\nA,Na,extra\n", "row 2"),
        ("name,area / cm2,anode\nA,x,Na\n", "row 2"),
    ],
)
def test_mistakes_in_a_table_name_the_row(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AlkanodeError, match=says):
        read_cell_table(file)


def test_a_mass_is_given_once() -> None:
    with pytest.raises(StudyError, match="given once"):
        Cell(anode=Electrode("Na", mass="1 mg"), anode_mass="1 mg")


def test_a_row_of_a_table_is_a_cell(tmp_path: Path) -> None:
    table = tmp_path / "cells.csv"
    table.write_text("name,anode,area / cm2\nA,NaK50,1\nB,Na,2\n", encoding="utf-8")
    assert open_cell(f"{table}#A").area == pytest.approx(1e-4)
    assert cell_file(f"{table}#A") == table
    with pytest.raises(StudyError, match="rows A, B"):
        open_cell(f"{table}#C")
    with pytest.raises(StudyError, match="rows: A, B"):
        open_cell(table)
    plain = tmp_path / "cell.yaml"
    plain.write_text("anode: Na", encoding="utf-8")
    assert open_cell(plain).anode.name == "Na"
