"""The tomography block of a study: what it accepts, and what it says of what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from alkanode.data import Cell
from alkanode.foundation.errors import ReaderError, SchemaError, StudyError
from alkanode.studies import Study, run_study, study_schema
from alkanode.studies.tomography.plan import attenuations, electrolyte_of, materials_of, scan_files
from alkanode.studies.tomography.settings import ScanFile, Tomography

CELL = Cell.from_mapping({"anode": "NaK50", "electrolyte": "NASICON"})


def test_scans_are_named_by_their_files() -> None:
    block = Tomography.of(scans=["run/pristine.nxs", "run/scan.2.h5", ScanFile(file="folder/", name="plated")])
    assert block.names == ("pristine", "scan.2", "plated")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"scans": []}, "scans, or a folder to watch"),
        ({"scans": ["a/s.nxs", "b/s.nxs"]}, "different names"),
        ({"scans": ["a.nxs"], "reference": "b"}, "'b' is not one of the scans a"),
        ({"scans": ["a.nxs"], "axis_columns": {"c": 3.0}}, "'c' is not one of the scans"),
        ({"scans": ["a.nxs"], "rows": [5, 5]}, "first and a last-plus-one"),
        ({"scans": ["a.nxs"], "pixel_size": "-1 um"}, "must be positive"),
        ({"scans": ["a.nxs"], "photon_energy": "45"}, "photon_energy"),
        ({"scans": ["a.nxs"], "stripes": "fft"}, "stripes"),
        ({"scans": ["a.nxs"], "smoothness": 2}, "unknown key 'smoothness'"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Tomography.of(**values)


def test_materials_come_from_the_cell_where_the_block_is_silent() -> None:
    assert materials_of(Tomography.of(scans=["a.nxs"]), CELL) == ("void", "NaK50", "K", "Na", "C")
    assert materials_of(Tomography.of(scans=["a.nxs"], materials=["Na", "void"]), CELL) == ("Na", "void")
    assert electrolyte_of(Tomography.of(scans=["a.nxs"]), CELL) == "NASICON"
    bare = Cell.from_mapping({"anode": "NaK50"})
    with pytest.raises(SchemaError, match="no electrolyte in the study or the cell"):
        electrolyte_of(Tomography.of(scans=["a.nxs"]), bare)
    values = attenuations(("void", "Na", "K"), 45e3 * 1.602176634e-19)
    assert values["void"] == 0
    assert values["K"] / values["Na"] == pytest.approx(96.3 / 31.6, rel=0.01)


def test_a_scan_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"scans of a study must exist.*b\.nxs"):
        scan_files(Tomography.of(scans=["b.nxs"]), tmp_path)


def test_a_study_needs_files_or_scans(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump({"title": "t", "cell": {"anode": "NaK50"}, "files": []}), encoding="utf-8")
    with pytest.raises(StudyError, match=r"files need at least one entry, unless scans are named"):
        Study.from_yaml(path)


def test_a_series_without_a_folder_says_so_and_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    study = {"title": "t", "cell": {"anode": "NaK50"}, "analyses": {"tomography": {"scans": ["a.nxs"]}}}
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    outcome = run_study(Study.from_yaml(path))
    assert "needs a folder" in outcome.skipped["tomography"]
    assert outcome.part("phases") is not None


def test_the_schema_knows_the_block() -> None:
    assert "Tomography" in study_schema()["$defs"]
