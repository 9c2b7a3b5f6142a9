"""A series runs its cells like studies, pools them, keeps what is finished and takes it up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from alkanode.cli.main import run
from alkanode.foundation.errors import StudyError
from alkanode.report import render_series_report
from alkanode.studies import Series, file_schema, is_series, run_series, series_schema, study_schema, table_cells

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "studies"
CURRENTS = (0.25, 0.5, 1.0)
QUIET = {"phases": None, "impedance": None, "failures": None, "profile": None, "staircase": None, "ccd": None}

Write = Callable[..., Path]


@pytest.fixture
def series_file(tmp_path: Path) -> Write:
    """Write a series of three cells with changed keys; each is stripped by a straight line of voltage to 1.5 V.

    A cell at j mA cm-2 passes 1 mAh j^-0.5 of 4 mg of NaK50 on 1 cm2 in all.
    """
    rows = ["name,anode.material,anode.mass / mg,area / cm2,stack_pressure / MPa,counter,files"]
    for current in CURRENTS:
        capacity = 1.0 * current**-0.5
        steps = range(301)
        hours = capacity / current
        text = "".join(f"{3600 * hours * n / 300},{1.5 * n / 300},{current / 1000}\n" for n in steps)
        (tmp_path / f"cell_{current}.bdf.csv").write_text("Test Time / s,Voltage / V,Current / A\n" + text, "utf-8")
        rows.append(f"cell {current},NaK50,4,1,10,Na,cell_{current}.bdf.csv")
    (tmp_path / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    def write(**changes: Any) -> Path:
        content: dict[str, Any] = {"title": "Three currents", "cells": "cells.csv", "data": ".", "analyses": QUIET}
        content |= changes
        path = tmp_path / "series.yaml"
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(yaml.safe_dump(kept), encoding="utf-8")
        return path

    return write


def test_cells_are_run_and_pooled(series_file: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run(["run", str(series_file()), "-o", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((out / "results.json").read_text(encoding="utf-8"))
    results = printed["results"]
    assert list(results["cells"]) == [f"cell {current}" for current in CURRENTS]
    law = results["stripping_series"]["exponent of NaK50 over current density (10 MPa)"]
    assert law["value"] == pytest.approx(0.5, abs=5e-3)
    assert results["cells"]["cell 1.0"]["stripping"]["charge_at_1_V"]["value"] == pytest.approx(2.4, rel=1e-2)
    assert "3 of 3 tests reached 1 V" in results["findings"][0]
    for name in results["files"]["written"]:
        assert (out / name).is_file()
    assert (out / "cells" / "cell_0.25" / "figures" / "stripping.png").is_file()
    report = (out / "report.html").read_text(encoding="utf-8")
    assert report.index("Critical stripping of 3 tests") < report.index('<h2 id="cell-1">cell 0.25</h2>')
    assert report.count('<img src="data:image/png;base64,') == 3
    assert len(printed["inputs"]) == 1 + 2 * 3 - 2  # the series, and three files with one table of cells


def test_finished_cells_are_taken_up_again_and_changed_ones_are_not(
    series_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, path = tmp_path / "out", series_file()
    first = run_series(Series.from_yaml(path), out)
    assert [member.reused for member in first.members] == [False] * 3
    assert run_series(Series.from_yaml(path), out, reuse=False).members[0].reused is False
    table = tmp_path / "cells.csv"
    table.write_text(table.read_text("utf-8").replace("cell 1.0,NaK50,4,", "cell 1.0,NaK50,5,"), "utf-8")
    (out / "cells" / "cell_0.5" / "records" / "stripping_test.h5").unlink()
    second = run_series(Series.from_yaml(path), out)
    assert [member.reused for member in second.members] == [True, False, False]
    a, b = (outcome.part("stripping_series") for outcome in (first, second))
    assert a is not None
    assert b is not None
    now = b.records["stripping_series"].specific_capacity.to_numpy()
    assert now[2] == pytest.approx(a.records["stripping_series"].specific_capacity.to_numpy()[2] * 0.8)
    monkeypatch.setattr("alkanode.studies.series.run_study", _never)
    third = run_series(Series.from_yaml(path), out)
    assert [member.reused for member in third.members] == [True] * 3
    assert third.members[0].estimates == second.members[0].estimates
    assert third.members[0].titles == second.members[0].titles
    html = render_series_report(third)
    assert html.count('<img src="data:image/png') == 3
    other = run_series(Series.from_yaml(series_file(analyses=QUIET | {"stripping": {"cutoffs": ["0.7 V"]}})), None)
    assert other.members == []
    assert set(other.failed) == set()
    assert other.interrupted


def _never(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_series_keeps_what_is_finished(
    series_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from alkanode.studies import series as module

    real, calls = module.run_study, []

    def stop_at_the_third(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr("alkanode.studies.series.run_study", stop_at_the_third)
    out, path = tmp_path / "out", series_file()
    assert run(["run", str(path), "-o", str(out)]) == 130
    assert "what had been computed is written" in capsys.readouterr().err
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["results"]
    assert list(results["cells"]) == ["cell 0.25", "cell 0.5"]
    assert results["stripping_series"]["tests"] == 2
    assert "stopped before it was complete" in (out / "report.html").read_text(encoding="utf-8")
    assert run(["run", str(path), "-o", str(out), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)["results"]
    assert again["reused"] == ["cell 0.25", "cell 0.5"]


def test_a_cell_that_cannot_be_read_leaves_the_others(series_file: Write, tmp_path: Path) -> None:
    path = series_file()
    (tmp_path / "cell_0.5.bdf.csv").write_text("nonsense\n", encoding="utf-8")
    outcome = run_series(Series.from_yaml(path))
    assert [member.name for member in outcome.members] == ["cell 0.25", "cell 1.0"]
    assert list(outcome.failed) == ["cell 0.5"]
    assert run(["run", str(path), "-o", str(tmp_path / "out")]) == 3


def test_a_list_of_cells_and_an_overlay(series_file: Write, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("alloy,specific_capacity / mAh g-1\nNaK65,300\n", encoding="utf-8")
    entry = {"cell": {"anode": "NaK50", "anode_mass": "4 mg", "area": "1 cm2"}, "files": ["cell_0.5.bdf.csv"]}
    listed = [{**entry, "name": "one"}, {**entry, "cell": "cells.csv#cell 1.0", "name": "two"}]
    path = series_file(cells=listed, pooled={"overlay": "points.csv", "cutoff": "0.5 V"})
    outcome = run_series(Series.from_yaml(path))
    part = outcome.part("stripping_series")
    assert part is not None
    series = part.records["stripping_series"]
    assert series.test.to_numpy().tolist() == ["one", "two", "NaK65"]
    assert series.origin.to_numpy().tolist() == ["measured", "measured", "digitised"]
    assert part.details["cutoff_V"] == 0.5
    assert "points.csv" in {entry["file"] for entry in outcome.inputs}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": ""}, "title"),
        ({"celsl": 1}, "did you mean 'cells'"),
        ({"cells": []}, "cells"),
        ({"cells": "nowhere.csv"}, "nowhere.csv"),
        ({"cells": [{"cell": {"anode": "NaK50"}, "files": []}]}, "files"),
        ({"cells": [{"cell": {}, "files": ["cell_0.5.bdf.csv"]}]}, "needs 'anode'"),
        ({"cells": [{"cell": {"anode": "Na"}, "files": ["absent.csv"]}]}, "no file"),
        ({"cells": 2 * [{"cell": {"anode": "Na"}, "files": ["cell_0.5.bdf.csv"]}]}, "'Na' twice"),
        ({"pooled": {"overlay": "absent.csv"}}, "overlay"),
        ({"pooled": {"cutoff": "-1 V"}}, "pooled.cutoff"),
        ({"time_zone": "Nowhere/Land"}, "IANA"),
    ],
)
def test_mistakes_are_named(series_file: Write, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        Series.from_yaml(series_file(**changes))


def test_a_table_without_files_is_no_series_but_a_table_of_cells(series_file: Write, tmp_path: Path) -> None:
    path = series_file()
    (tmp_path / "cells.csv").write_text("name,anode.material\na,NaK50\n", encoding="utf-8")
    assert table_cells(tmp_path / "cells.csv")[0].files == ()
    with pytest.raises(StudyError, match=r"'a' of series\.yaml needs files"):
        Series.from_yaml(path)
    (tmp_path / "cells.csv").write_text("name,anode.material\na,NaK50\na,NaK65\n", encoding="utf-8")
    with pytest.raises(StudyError, match="'a' twice"):
        table_cells(tmp_path / "cells.csv")


def test_names_of_cells_become_folders_of_their_own(series_file: Write) -> None:
    cells = [
        {"name": name, "cell": {"anode": "Na"}, "files": ["cell_0.5.bdf.csv"]} for name in ("Na/K", "na_K", "..", "ok")
    ]
    assert Series.from_yaml(series_file(cells=cells)).folders == ("Na_K", "na_K_2", "cell_3", "ok")


def test_the_schema_knows_studies_and_series() -> None:
    schema = json.loads(json.dumps(file_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = [*EXAMPLES.glob("*.yaml"), *EXAMPLES.glob("series/*.yaml")]
    assert {is_series(file) for file in files} == {True, False}
    for file in files:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        validator.validate(content)
        assert not validator.is_valid({**content, "analises": {}})
    alone = jsonschema.Draft202012Validator(json.loads(json.dumps(series_schema())))
    assert alone.is_valid({"title": "t", "cells": "cells.csv"})
    assert not alone.is_valid({"title": "t", "cells": [{"cell": {"anode": "Na"}}]})
    assert "cells" not in study_schema()["properties"]


def test_each_file_is_a_cell_on_the_command_line(
    series_file: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series_file()
    files = [str(tmp_path / f"cell_{current}.bdf.csv") for current in CURRENTS]
    words = ["electrochem", "stripping", *files, "--cells", str(tmp_path / "cells.csv"), "--cutoff", "1 V"]
    assert run([*words, "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert results["exponent of NaK50 over current density (10 MPa)"]["value"] == pytest.approx(0.5, abs=5e-3)
    assert run([*words, "--cell", "x.yaml"]) == 2
    assert run([*words[:3], "--overlay", "points.csv"]) == 2
    (tmp_path / "cells.csv").write_text("name,anode.material\nother,NaK50\n", encoding="utf-8")
    assert run(words) == 2
    assert "0 rows; names other" in capsys.readouterr().err


def ramp_rows(short_at: float) -> str:
    """A ramp of 1 mAh half cycles at 0.5, 1, 1.5 mA through 200 ohm, and 1 ohm half way into the level that shorts."""
    rows, now, shorted = ["Test Time / s,Voltage / V,Current / A"], 0.0, False
    for level in (0.5e-3, 1e-3, 1.5e-3):
        for sign in (1, -1):
            duration = 3.6 / level
            for n in range(1, 61):
                shorted = shorted or (level >= short_at and n > 30)
                current = sign * level
                rows.append(f"{now + duration * n / 60},{current * (1.0 if shorted else 200.0)},{current}")
            now += duration
    return "\n".join(rows) + "\n"


def test_critical_currents_are_pooled_by_protocol_and_set_against_pressure(tmp_path: Path) -> None:
    rows = ["name,anode.material,counter,area / cm2,stack_pressure / MPa,files"]
    for n, (pressure, short_at) in enumerate([(10, 1.5e-3), (10, 1.5e-3), (1, 1e-3)], start=1):
        (tmp_path / f"ramp_{n}.bdf.csv").write_text(ramp_rows(short_at), encoding="utf-8")
        rows.append(f"cell {n},Na,Na,1,{pressure},ramp_{n}.bdf.csv")
    (tmp_path / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    content = {
        "title": "Ramps",
        "cells": "cells.csv",
        "data": ".",
        "analyses": {name: None for name in QUIET if name not in ("failures", "ccd")} | {"stripping": None},
        "pooled": {"area": "nominal"},
    }
    path = tmp_path / "series.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = run_series(Series.from_yaml(path))
    assert outcome.failed == {}
    assert [part.name for part in outcome.parts] == ["replicates_1", "dependence"]
    pooled = outcome.parts[0].records["replicates_1"]
    assert pooled.cell.to_numpy().tolist() == ["cell 1", "cell 2"]
    assert outcome.parts[0].estimates["mean"].value == pytest.approx(12.5)
    table = outcome.parts[1].records["critical_current_over_stack_pressure"]
    assert table.axis_value.to_numpy().tolist() == [1e7, 1e7, 1e6]
    assert table.interval.to_numpy().tolist() == [[10, 15], [10, 15], [5, 10]]
    assert any("potassium" in reason for reason in outcome.parts[1].details["not_shown"])
    assert "needs a cell that was stripped" in outcome.not_applicable["stripping_series"]
