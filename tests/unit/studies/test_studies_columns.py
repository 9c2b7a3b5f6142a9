"""A study or a series names the column map of its text tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from alkanode.foundation.errors import StudyError
from alkanode.studies import Study, run_study
from alkanode.studies.series_member import fingerprint
from alkanode.studies.series_study import Series

Write = Callable[..., Path]

COLUMNS = {
    "positive": "oxidation",
    "columns": {"time": "Zeit (s)", "voltage": "Spannung (V)", "current": "Strom (mA)"},
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """1 mA for 300 s while the voltage rises by 10 mV per second from 0."""
    rows = "".join(f"{second},{second / 100},1\n" for second in range(300))
    path = tmp_path / "ramp.txt"
    path.write_text("Zeit (s),Spannung (V),Strom (mA)\n" + rows, encoding="utf-8")
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(COLUMNS), encoding="utf-8")
    return path


def test_the_files_of_a_study_are_read_by_its_map(study_file: Write, table: Path) -> None:
    study = Study.from_yaml(study_file(files=[table.name], columns="map.yaml"))
    outcome = run_study(study)
    assert outcome.history.attrs["reader"] == "column-map"
    part = outcome.part("stripping")
    assert part is not None
    assert part.estimates["charge_at_1_V"].value == pytest.approx(0.1, abs=1e-9)
    assert "map.yaml" in {entry["file"] for entry in outcome.inputs}


def test_a_map_that_is_none_is_named_before_anything_is_read(study_file: Write, table: Path) -> None:
    with pytest.raises(StudyError, match=r"nowhere\.yaml"):
        Study.from_yaml(study_file(files=[table.name], columns="nowhere.yaml"))
    (table.parent / "map.yaml").write_text(yaml.safe_dump(COLUMNS | {"positiv": "x"}), encoding="utf-8")
    with pytest.raises(StudyError, match="'positiv'"):
        Study.from_yaml(study_file(files=[table.name], columns="map.yaml"))


def test_a_series_hands_its_map_to_each_cell_and_another_map_is_another_run(table: Path) -> None:
    path = table.parent / "series.yaml"
    cells = [{"name": name, "cell": {"anode": "Na"}, "files": [table.name]} for name in ("a", "b")]
    path.write_text(yaml.safe_dump({"title": "two", "cells": cells, "columns": "map.yaml"}), encoding="utf-8")
    series = Series.from_yaml(path)
    assert {member.columns for member in series.members} == {table.parent / "map.yaml"}
    before = fingerprint(series.members[0])
    (table.parent / "map.yaml").write_text(yaml.safe_dump(COLUMNS | {"positive": "reduction"}), encoding="utf-8")
    assert fingerprint(series.members[0]) != before
