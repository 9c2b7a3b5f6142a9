"""Blocks of a study that ask the phase diagram about the cell: section, potentials, lever rule, phases of any alloy."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alkanode.data import Cell, Electrode
from alkanode.foundation.errors import StudyError
from alkanode.studies import Study, run_study
from alkanode.studies.blocks import LeverRule, Phases, Potentials, Section
from alkanode.studies.phases import phases_part
from alkanode.studies.thermo.of_cell import lever_rule_of, potentials_of, section_of
from alkanode.studies.thermo.path import regions
from alkanode.studies.thermo.systems import diagram_range, known_system
from alkanode.thermo import Invariant, load_assessment, stripping_path

Write = Callable[..., Path]
OFF = dict.fromkeys(("impedance", "failures", "cycling", "profile", "staircase", "cv", "ccd", "full_cell", "stripping"))


def cell(**more: Any) -> Cell:
    return Cell(**{"anode": Electrode("Na20K80", mass="4 mg"), "area": "0.4 cm2", "temperature": "25 degC"} | more)


def test_a_study_takes_the_charge_of_its_largest_half_cycle(study_file: Write) -> None:
    """1 mA for 300 s (299 s between the first and the last row) on 0.4 cm2."""
    content = {"anode": {"material": "Na20K80", "mass": "4 mg"}, "area": "0.4 cm2", "temperature": "25 degC"}
    path = study_file(cell=content, analyses=OFF | {"phases": None, "lever_rule": {}})
    outcome = run_study(Study.from_yaml(path))
    assert not outcome.failed
    part = outcome.part("lever_rule")
    assert part is not None
    record = part.records["electrode_inventory"]
    assert record.attrs["areal_capacity"] == pytest.approx(1e-3 * 299 / 4e-5, rel=0.01)
    moved = np.diff(record["amount"].sel(electrode=["initial", "enriched"]).to_numpy())
    assert moved == pytest.approx(record.attrs["areal_capacity"] * 4e-5 / 96485.33212)
    assert "[measured]" in part.findings[-1]


def test_a_stated_charge_overrules_the_files(study_file: Write) -> None:
    part = lever_rule_of(cell(), LeverRule(areal_capacity="1 mAh cm-2"), None)
    assert part.records["electrode_inventory"].attrs["areal_capacity"] == pytest.approx(3.6e4)
    assert "[measured]" not in part.findings[-1]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"area": None}, "the area of the electrodes"),
        ({"anode": Electrode("Na20K80")}, "the size of one electrode"),
        ({"anode": Electrode("K", mass="4 mg"), "electrolyte": "NASICON"}, "whose metal Na\\+ moves"),
        ({"anode": Electrode("steel", mass="4 mg")}, "an anode of Li, Na and K"),
        ({}, "the charge that moved"),
    ],
)
def test_a_lever_rule_says_what_it_lacks(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        lever_rule_of(cell(**changes), LeverRule(), None)


def test_the_size_comes_from_volume_then_mass_then_thickness() -> None:
    settings = LeverRule(areal_capacity="0.1 mAh cm-2")
    by_mass = lever_rule_of(cell(), settings, None).records["electrode_inventory"]
    assert float(by_mass["mass"].sel(electrode="initial")) == pytest.approx(4e-6)
    thick = cell(anode=Electrode("Na20K80", thickness="100 um"))
    by_thickness = lever_rule_of(thick, settings, None).records["electrode_inventory"]
    assert float(by_thickness["thickness"].sel(electrode="initial")) == pytest.approx(1e-4)
    by_volume = lever_rule_of(cell(), settings.model_copy(update={"volume": "5 uL"}), None)
    assert float(by_volume.records["electrode_inventory"]["volume"].sel(electrode="initial")) == pytest.approx(5e-9)


def test_the_section_holds_the_alloy_of_the_anode() -> None:
    part = section_of(cell(), Section(alloys=["Li1Na49K50"]))
    assert part.name == "section"
    assert set(part.details["alloys"]) == {"Na20K80", "Li1Na49K50"}
    for state in part.details["alloys"].values():
        assert sum(phase["phase_fraction"] for phase in state["phases"].values()) == pytest.approx(1)


def test_potentials_rest_on_the_electrolyte_that_is_named() -> None:
    alone = potentials_of(cell(), Potentials())
    assert "potential_in_electrolyte" not in alone.records["alloy_potentials"]
    part = potentials_of(cell(), Potentials(electrolyte="PC", reference="Na", ion_activities={"K+": 1e-3}))
    record = part.records["alloy_potentials"]
    assert record.attrs["reference"] == "Na"
    assert "K is oxidised first" in part.findings[0]
    assert "standard potentials in PC" in part.findings[0]


def test_phases_of_an_anode_come_with_their_intervals() -> None:
    anode = Electrode("NaK80", mass="4.3 mg", carbon_mass="1.2 mg", kc8_extent=0.5)
    part = phases_part(cell(anode=anode), Phases())
    assert {"window_intervals", "regions", "events", "carbon"} <= set(part.tables)
    extents = [row[0] for row in part.tables["carbon"].rows]
    assert extents == ["0", "0.5 (stated)", "1"]
    assert set(part.figures) == {"phase_diagram", "stripping_path"}
    assert part.details["regions"][0]["phases"] == ["liquid"]


def test_regions_cover_the_path_without_a_gap() -> None:
    path = stripping_path("Na80K20", draws=0)
    found = regions(path)
    assert found[0]["from_C_kg-1"] == 0
    assert found[-1]["to_C_kg-1"] == pytest.approx(float(path["theoretical_capacity"]))
    for before, after in itertools.pairwise(found):
        assert before["to_C_kg-1"] == after["from_C_kg-1"]
        assert before["phases"] != after["phases"]
    assert found[1]["from_C_kg-1"] == pytest.approx(float(path["capacity_into_liquid"]))


def test_a_diagram_shows_its_invariants_within_the_use_of_the_assessment() -> None:
    def point(kelvin: float) -> Invariant:
        return Invariant(kind="melting", temperature=kelvin, branches=("liquid",) * 2, compositions=(0.0, 0.0))

    assessment = load_assessment("Na-K")
    assert diagram_range([point(260.5), point(370.9)], assessment) == (240.0, 380.0)
    assert diagram_range([point(250.2), point(370.9)], assessment) == (240.0, 380.0)
    assert diagram_range([point(230.2), point(370.9)], assessment) == (210.0, 380.0)


@pytest.mark.parametrize(
    ("name", "meant"), [("NaK", "Na-K"), ("na-k", "Na-K"), ("LiNa", "Li-Na"), ("Li-Na-KK", "Li-Na-K")]
)
def test_a_misspelt_system_is_answered_with_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        known_system(name)
