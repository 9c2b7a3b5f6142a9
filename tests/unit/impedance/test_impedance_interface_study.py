"""Contact of an interface in studies, on the command line and in figures."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from alkanode.cli.main import run
from alkanode.data import Cell, Electrolyte
from alkanode.foundation.errors import StudyError
from alkanode.impedance import (
    ContactGeometry,
    Measured,
    ProcessContext,
    active_area,
    assign_processes,
    check_spectra,
    constriction,
    peaks,
    relaxation_times,
)
from alkanode.plot import describe_interface
from alkanode.studies.blocks import Analyses, Interface
from alkanode.studies.impedance.interface import interface_part
from alkanode.virtual import synthetic_spectra, write_demo

CELL = Cell(
    anode="NaK50",
    area="1 cm2",
    electrolyte=Electrolyte("NASICON", ion="Na+", thickness="1 mm", conductivity="1 mS cm-1"),
)
RECORD, _ = synthetic_spectra("growing_interface", spectra=8)
CHECKED = check_spectra(RECORD)
TIMES = relaxation_times(CHECKED)


def test_off_unless_named() -> None:
    assert Analyses().interface is None


def test_rivals_constriction_and_active_area_in_one_part() -> None:
    with warnings.catch_warnings(record=True) as doubts:  # R grows sevenfold, C does not fall with it
        warnings.simplefilter("always")
        part = interface_part(
            CHECKED,
            TIMES,
            CELL,
            Interface(
                spacing="20 um",
                void_depth="100 nm",
                circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)",
                charge_transfer="R2",
                double_layer="CPE2",
                reference_spectrum=0,
                reference_state="after pressing",
            ),
        )
    assert any("the routes to the area fraction disagree" in str(doubt.message) for doubt in doubts)
    assert not part.missing
    assert set(part.tables) == {"rivals", "constriction"}
    assert set(part.figures) == {"rivals", "constriction", "active_area"}
    assert set(part.records) >= {"process_assignments", "constriction", "active_area"}
    assert part.tables["rivals"].columns[2] == "R A / ohm cm2"
    assert len(part.tables["constriction"].rows) == 5
    assert all(sentence.endswith("]") for sentence in part.findings)
    area = part.records["active_area"]
    assert area.sizes["spectrum"] == 8
    assert "the routes disagree" in part.findings[-1]


def test_ranges_of_a_study_replace_the_assumed_ones() -> None:
    settings = Interface(ranges={"void capacitance": {"spacing": (1e-6, 2e-6)}})
    part = interface_part(CHECKED, TIMES, CELL, settings)
    assert any("spacing 1e-06 to 2e-06 m [given by the user]" in line for line in part.details["priors"])
    for ranges in ({"magic": {"spacing": (1.0, 2.0)}}, {"void capacitance": {"magic": (1.0, 2.0)}}):
        with pytest.raises(StudyError, match="magic"):
            interface_part(CHECKED, TIMES, CELL, Interface(ranges=ranges))


def test_what_cannot_be_computed_leaves_the_rest() -> None:
    bare = Cell(anode="NaK50", area="1 cm2")
    part = interface_part(CHECKED, TIMES, bare, Interface(spacing="20 um", circuit="R0-p(R1,CPE1)"))
    assert set(part.missing) == {"constriction", "active_area"}
    assert "resistivity" in part.missing["constriction"]
    assert "reference" in part.missing["active_area"]
    assert "rivals" in part.tables
    with pytest.raises(StudyError, match="area"):
        interface_part(CHECKED, TIMES, None, Interface())


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_demo(tmp_path)
    capsys.readouterr()
    cell = next(path for path in tmp_path.rglob("*.yaml") if "cell" in path.name)
    words = ["impedance", "interface", str(tmp_path / "stripping.mpt"), "--cell", str(cell), "--json"]
    assert run([*words, "--spacing", "20 um", "--resistivity", "1000 ohm cm", "-o", str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)["results"]
    assert found["peaks"] == len(found["sentences"])
    assert run([*words[:-1], "--spacing", "20 kg"]) == 2


def test_figures_show_what_records_hold() -> None:
    assigned = assign_processes(peaks(TIMES), ProcessContext(area=1e-4))
    figure = describe_interface.rivals(assigned)
    regions = [one for one in figure.panels[0].series if one.style in {"line", "dashed"}]
    assert len(regions) == 7
    computed = constriction([0.3, 0.1, 1.0], resistivity=10.0, spacing=1e-5, void_depth=1e-7)
    figure = describe_interface.constriction(computed)
    points = next(one for one in figure.panels[0].series if one.style == "points")
    np.testing.assert_allclose(points.x, [0.1, 0.3, 1.0])
    assert np.isnan(points.y[-1]) or points.y[-1] < 1e-9
    found = active_area(
        reference_state="fresh",
        charge_transfer=Measured(value=[20.0, 40.0], log_deviation=0.05, reference=20.0),
        constriction=Measured(value=[1e-3, 0.3], log_deviation=0.1),
        geometry=ContactGeometry(area=1e-4, resistivity=10.0, spacing=2e-5),
    )
    figure = describe_interface.active_area(found)
    assert len(figure.panels) == 2
    assert {one.name for one in figure.panels[0].series} >= {"charge-transfer resistance", "constriction"}
