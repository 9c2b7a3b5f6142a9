"""The critical current density as a part of a study, and pooled cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import current_ramps
import numpy as np
import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import Cell, Electrolyte
from alkanode.foundation.errors import StudyError
from alkanode.studies import Study, run_study
from alkanode.studies.blocks import CriticalCurrent
from alkanode.studies.critical_current import ccd_part
from alkanode.studies.replicates import replicates_part

CELL = Cell(
    anode="Na",
    counter="Na",
    area="1 cm2",
    final_area="0.9 cm2",
    stack_pressure="10 MPa",
    electrolyte=Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
)


def ramp(short_at: float = np.inf, levels: Sequence[float] = (0.25e-3, 0.5e-3, 0.75e-3, 1e-3)) -> xr.Dataset:
    return current_ramps.ramp(current_ramps.both_ways(levels), short_at=short_at, rests=0)


def test_levels_stand_in_a_table() -> None:
    part = ccd_part(ramp(0.75e-3), CELL, CriticalCurrent())
    table = part.tables["levels"]
    assert [row[table.columns.index("outcome")] for row in table.rows] == ["passed", "passed", "short", "-"]
    assert [row[2] for row in table.rows] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert part.details["failing_direction"] == "strip"
    text = " ".join(part.findings)
    assert "ended by a short at 0.8333 mA cm-2 while the anode was stripped" in text
    assert "weaker of two interfaces" in text
    assert "at 10.00 MPa" in text
    assert "on the nominal one they would be +11 % apart" in text.replace("  ", " ")


def test_no_failure_is_a_lower_bound() -> None:
    part = ccd_part(ramp(), CELL, CriticalCurrent())
    assert "only bounded from below" in part.findings[0]
    assert part.details["censoring"] == "right"


def test_an_assumed_electrolyte_shows_in_the_label() -> None:
    bare = ccd_part(ramp(0.75e-3), None, CriticalCurrent())
    assert bare.findings[0].endswith("[measured and assumed]")
    assert "critical_current_density" not in bare.estimates


def test_what_is_no_ramp_is_a_study_error() -> None:
    with pytest.raises(StudyError, match="cycling at constant current"):
        ccd_part(ramp(levels=[1e-3] * 3), CELL, CriticalCurrent())
    with pytest.raises(StudyError, match="failures can be judged"), pytest.warns(match="not judged"):
        ccd_part(ramp().assign(voltage=ramp()["voltage"] + 3.0), None, CriticalCurrent())


def test_a_study_of_something_else_skips_it(study_file: Callable[..., Path]) -> None:
    outcome = run_study(Study.from_yaml(study_file(analyses={"ccd": {}, "stripping": None, "failures": None})))
    assert "one direction only" in outcome.skipped["ccd"]


def test_pooled_cells_as_a_part() -> None:
    results = [
        ccd_part(ramp(short_at), CELL, CriticalCurrent()).records["critical_current"].assign_attrs(cell=str(short_at))
        for short_at in (0.5e-3, 0.75e-3, 1e-3)
    ]
    part = replicates_part(results)
    assert part.estimates["mean"].value == pytest.approx(6.25 / 0.9)
    assert part.estimates["weibull_shape"].interval is not None
    assert "Weibull law: scale" in " ".join(part.findings)
    assert len(part.tables["cells"].rows) == 3
    lone = replicates_part(results[:1])
    assert lone.estimates["weibull_scale"].value is None
    assert "at least two" in lone.estimates["weibull_scale"].label
    assert "without an interval" in " ".join(lone.findings)


def test_the_command_pools_files_by_the_cell_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["name,anode.material,counter.material,area / cm2,final_area / cm2"]
    files = []
    for name, short_at in (("one", 0.5e-3), ("two", 0.75e-3), ("three", 1e-3)):
        record = ramp(short_at)
        rows = zip(record["time"].to_numpy(), record["voltage"].to_numpy(), record["current"].to_numpy(), strict=True)
        text = "".join(f"{t},{v},{i}\n" for t, v, i in rows)
        files.append(tmp_path / f"{name}.bdf.csv")
        files[-1].write_text("Test Time / s,Voltage / V,Current / A\n" + text, encoding="utf-8")
        lines.append(f"{name},Na,Na,1,0.9")
    table = tmp_path / "cells.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["electrochem", "ccd", *map(str, files), "--cells", str(table)]
    assert run([*words, "--replicates"]) == 0
    said = capsys.readouterr().out
    assert "Critical current density of 3 cells" in said
    assert "three" in said
    assert run([*words[:3], "--cells", str(table), "-o", str(tmp_path / "out")]) == 0
    assert "ended by a short" in capsys.readouterr().out
    assert (tmp_path / "out" / "tables" / "levels.csv").is_file()
    assert run([*words, "--cell", "x.yaml"]) == 2
    assert run(["electrochem", "ccd", str(files[0]), "--cells", str(table), "--target", "1 V"]) == 2
    assert "a time, a charge" in capsys.readouterr().err
