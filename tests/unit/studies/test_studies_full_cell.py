"""Full cells in a study and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.cli.main import run
from alkanode.data import Cell, Electrode, label
from alkanode.electrochem import differential_capacity, differential_peaks, full_cell
from alkanode.foundation.errors import SchemaError, StudyError
from alkanode.io import write_bdf
from alkanode.plot.describe_full_cell import cell_profiles, differential_stack
from alkanode.studies.blocks import FullCell
from alkanode.studies.full_cell import full_cell_part
from alkanode.virtual import CyclerProgram, cycle_full_cell

CELL = Cell(
    anode=Electrode("NaK50", mass="2.8 mg"),
    counter=Electrode("NNMO", mass="8 mg"),
    anode_role="counter",
    area="0.283 cm2",
)


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    program = CyclerProgram(rates=((8, 1.0), (3, 3.0), (3, 1.0)))
    return cycle_full_cell(program=program, seed=2)["cycling"].to_dataset()


def test_all_that_the_record_holds(record: xr.Dataset) -> None:
    part = full_cell_part(record, CELL, FullCell(usable="Na", cathode_capacity="80 mAh g-1"))
    assert set(part.figures) == {"capacity", "voltage_profiles", "rate_test", "differential_capacity", "migration"}
    assert {"reference_areal_capacity", "end_of_life", "capacity_ratio", "migration_half_way", "rate_recovery"} <= set(
        part.estimates
    )
    assert len(part.tables["full_cell_cycles"].rows) == 14
    assert part.tables["full_cell_cycles"].rows[9][-1] == "at another current"
    text = " ".join(part.findings)
    for words in ("14 complete cycles", "No knee", "stayed above 80 %", "3.00 C", "change from a first to a last"):
        assert words in text
    json.dumps(part.to_json())


def test_a_bare_file_says_what_is_assumed(record: xr.Dataset) -> None:
    part = full_cell_part(record, None, FullCell())
    assert any("no cell was given" in line and "[assumed]" in line for line in part.findings)
    assert "capacity_ratio" not in part.estimates


def test_what_is_no_full_cell_is_skipped_with_the_reason(record: xr.Dataset) -> None:
    with pytest.raises(StudyError, match="no current"):
        full_cell_part(label(record.isel(row=slice(0, 0)), "cycling"), None, FullCell())
    flat = record.isel(row=slice(0, 20))
    with pytest.raises(StudyError, match="moves by"):
        full_cell_part(label(flat.assign(voltage=("row", np.full(20, 3.3))), "cycling"), None, FullCell())
    with pytest.raises(StudyError, match="criterion"):
        FullCell.of(criterion=1.5)
    with pytest.raises(StudyError, match="usable"):
        FullCell.of(usable="all")


def test_the_figures_show_the_numbers(record: xr.Dataset) -> None:
    cycles = full_cell(record)
    figure = cell_profiles(record, cycles, numbers=[1])
    capacity = float(cycles["charge_capacity"][0]) / 3.6
    assert figure.panels[0].series[0].x.max() == pytest.approx(capacity)
    with pytest.raises(SchemaError, match="can be drawn"):
        cell_profiles(record, cycles, numbers=[99])
    differential = differential_capacity(record)
    peaks = differential_peaks(differential)
    stack = differential_stack(differential, peaks=peaks)
    assert sum(part.x.size for part in stack.panels[1].series) == peaks.sizes["peak"]


def test_the_command(record: xr.Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_bdf(record, tmp_path / "cell.bdf.csv")
    code = run(["electrochem", "fullcell", str(tmp_path / "cell.bdf.csv"), "--json", "-o", str(tmp_path / "out")])
    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert said["results"]["complete_cycles"] == 14
    assert (tmp_path / "out" / "figures" / "migration.png").stat().st_size > 10_000
    assert (tmp_path / "out" / "tables" / "full_cell_cycles.csv").is_file()
