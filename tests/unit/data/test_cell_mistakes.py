"""A cell file that means something else than it says is refused with the key and a way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alkanode.data import Cell, read_cell_table
from alkanode.foundation.errors import AlkanodeError, StudyError


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"anode": "50"}, "must carry its basis"),
        ({"anode": "50 wt%"}, "must carry its basis"),
        ({"anode": "NaK"}, "must carry its basis"),
        ({"anode": "Na-K 50"}, "must carry its basis"),
        ({"anode": "NaK200"}, "from 0 to 1"),
        ({"anode": {"material": "Na", "kc8_extent": "much"}}, "kc8_extent"),
        ({"anode": "Na", "counter": 5}, "a material is a name"),
        ({"anode": "Na", "electrolyte": {"material": "X", "ion": 5}}, "'Na+'"),
        ({"anode": "Na", "electrolyte": {"material": "X", "single_ion": "perhaps"}}, "true or false"),
        ({"anode": "Na", "stack_pressure": "-1 MPa"}, "not negative"),
        ({"anode": "Na", "stack_pressure": 10}, "'10 MPa'"),
        ({"anode": "Na", "pressure_history": [{"duration": "1 min"}]}, "needs 'pressure'"),
        ({"anode": "Na", "pressure_history": [{"pressure": 10}]}, "'10 MPa'"),
        ({"anode": "Na", "area": 0.785}, "'0.785 cm2'"),
        ({"anode": {"material": "Na", "mass": 4.3}}, "'4.3 mg'"),
        ({"anode": "Na", "temperature": 25}, "'25 degC'"),
        ({"anode": "Na", "electrolyte": {"material": "X", "thickness": 1}}, "'1 um'"),
    ],
)
def test_mistakes(mapping: dict[str, Any], says: str) -> None:
    with pytest.raises(AlkanodeError) as caught:
        Cell.from_mapping(mapping)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "name", ["NVP", "NaCoO2", "Na3V2(PO4)3", "Kapton", "graphite", "Li-In", "Natrium", "stainless steel"]
)
def test_other_materials_keep_their_name(name: str) -> None:
    assert Cell(anode="Na", counter=name).counter.name == name


def test_numbers_in_si_that_describe_a_cell_are_taken() -> None:
    cell = Cell.from_mapping({"anode": {"material": "Na", "mass": 4e-6}, "area": 2.83e-5, "temperature": 298.15})
    assert (cell.area, cell.temperature, cell.anode.mass) == (2.83e-5, 298.15, 4e-6)


@pytest.mark.parametrize(
    ("anode", "ion"), [("Li", "Li+"), ("K", "K+"), ("Na", "Na+"), ("NaK50", "Na+"), ("NVP", "Na+")]
)
def test_the_ion_without_an_electrolyte_is_that_of_the_metal(anode: str, ion: str) -> None:
    assert Cell(anode=anode).ion == ion


@pytest.mark.parametrize("text", ["anode: Na\nanode: K\n", "anode: {material: Na, material: K}\n"])
def test_a_key_stands_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cell.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="twice"):
        Cell.from_yaml(path)


def test_a_loop_in_yaml_is_no_endless_loop(tmp_path: Path) -> None:
    path = tmp_path / "cell.yaml"
    path.write_text("anode: &a [*a]\n", encoding="utf-8")
    with pytest.raises(StudyError):
        Cell.from_yaml(path)


@pytest.mark.parametrize(
    ("header", "value", "says"),
    [
        ("anode.kc8_extent", "much", "kc8_extent"),
        ("electrolyte.single_ion", "perhaps", "true or false"),
        ("area", "0.283", "needs a unit"),
    ],
)
def test_mistakes_in_a_table(tmp_path: Path, header: str, value: str, says: str) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(f"name,anode.material,electrolyte.material,{header}\nA,Na,X,{value}\n", encoding="utf-8")
    with pytest.raises(StudyError, match="row 2") as caught:
        read_cell_table(path)
    assert says in str(caught.value)
