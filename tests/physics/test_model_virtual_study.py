"""A virtual experiment: simulate, write files, run the ordinary study, compare with the truth and with the model itself."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

pytest.importorskip("pybamm")

from alkanode.cell_models import simulate
from alkanode.data.cell import Cell
from alkanode.foundation.errors import DataQualityWarning
from alkanode.io import open_history
from alkanode.studies import Outcome, Study, compare, run_study
from alkanode.virtual import measure_history, write_measured, write_model_demo

CIRCUIT = "R0-p(R1,C1)-p(R2,C2)-p(R3,C3)"
CELL = {
    "anode": {"material": "NaK80", "role": "working"},
    "counter": "Na",
    "area": "0.28274 cm2",
    "stack_pressure": "10 MPa",
    "temperature": "25 degC",
}
PROTOCOL = [
    "Rest for 1 min",
    "Impedance from 7 MHz to 0.1 Hz",
    "Strip at 1 mA cm-2 for 0.1 mAh cm-2",
    "Rest for 10 min",
    "Impedance from 7 MHz to 0.1 Hz",
    "Strip at 1 mA cm-2 until 2.2 V",
]


def experiment(folder: Path, **block: Any) -> Path:
    """A short strip of NaK80 as a file, with a study that compares it with the model."""
    (folder / "cell.yaml").write_text(yaml.safe_dump(CELL), encoding="utf-8")
    run = simulate("alloy-anode", Cell.from_yaml(folder / "cell.yaml"), PROTOCOL, keep_states=True)
    write_measured(measure_history(run, seed=3, name="run.mpt"), folder / "run.mpt")
    analyses = {
        "stripping": {"cutoffs": ["0.5 V", "1 V", "2 V"]},
        "circuit": {"circuit": CIRCUIT},
        "failures": {},
        "model": block,
        "impedance": None,
        "phases": None,
        "profile": None,
    }
    study = {
        "title": "virtual NaK80",
        "cell": "cell.yaml",
        "time_zone": "UTC",
        "files": ["run.mpt"],
        "analyses": analyses,
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return folder / "study.yaml"


def run(path: Path) -> Outcome:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return run_study(Study.from_yaml(path))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    path = experiment(tmp_path_factory.mktemp("own"), intervals=False)
    return path, run(path)


def numbers(outcome: Outcome) -> dict[str, dict[str, Any]]:
    part = outcome.part("model")
    assert part is not None, (outcome.failed, outcome.skipped)
    return {row["name"]: row for row in part.details["comparison"]}


def test_the_model_that_made_a_file_agrees_with_it(own: tuple[Path, Outcome]) -> None:
    rows = numbers(own[1])
    wanted = [f"stripping.charge_at_{level}_V" for level in ("0.5", "1", "2")]
    wanted += [f"circuit.{which}_R{k}" for which in ("first", "last") for k in range(4)]
    assert set(wanted) <= set(rows)
    for name in wanted:
        assert rows[name]["predicted"] == pytest.approx(rows[name]["measured"], rel=0.02), name
    far = [name for name in wanted if name.startswith("circuit") and abs(rows[name]["standardised_residual"]) > 4]
    assert not far


def test_numbers_are_called_by_what_the_parameters_were_fitted_to(own: tuple[Path, Outcome]) -> None:
    rows = numbers(own[1])
    assert rows["stripping.charge_at_1_V"]["status"] == "calibrated"
    assert "Sodium transport coefficient" in rows["stripping.charge_at_1_V"]["status_reason"]


def test_the_part_shows_voltage_depths_and_parameters(own: tuple[Path, Outcome]) -> None:
    part = own[1].part("model")
    assert part is not None
    assert set(part.figures) == {"model_voltage", "model_numbers", "anode_depths", "contact_share"}
    columns = part.tables["model_parameters"].columns
    row = next(row for row in part.tables["model_parameters"].rows if row[0] == "Sodium transport coefficient")
    assert dict(zip(columns, row, strict=True))["trust"] == "fitted"
    assert any(row[0] == "contact loss" for row in part.tables["model_events"].rows)
    assert part.details["protocol_from"] == "the measured file"


def test_another_transport_coefficient_is_found_out(own: tuple[Path, Outcome]) -> None:
    path = own[0]
    cell = Cell.from_yaml(path.parent / "cell.yaml")
    measured = open_history([path.parent / "run.mpt"], time_zone="UTC")
    from alkanode.cell_models import load_parameters

    faster = load_parameters("Wu2025").replace({"Sodium transport coefficient": 2e-12})
    record = compare(simulate("alloy-anode", cell, PROTOCOL, faster), measured, cell, cutoffs=("1 V",))
    k = record["name"].to_numpy().tolist().index("stripping.charge_at_1_V")
    assert float(record["predicted"][k]) > 1.3 * float(record["measured"][k])
    assert float(record["standardised_residual"][k]) > 10


@pytest.mark.slow
def test_the_whole_virtual_experiment_recovers_its_truth(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        path = write_model_demo(tmp_path, seed=1).stripping
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["analyses"] |= {"model": {}, "failures": {}}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = run(path)
    assert outcome.complete, outcome.failed
    recovery = outcome.part("recovery")
    assert recovery is not None
    holds = recovery.details["interval_holds"]
    wanted = [f"stripping.charge_at_{level}_V" for level in ("0.5", "1", "2")]
    wanted += [f"circuit.first_R{k}" for k in range(4)]
    assert all(holds[name] for name in wanted)
    rows = numbers(outcome)
    residuals = np.array([rows[name]["standardised_residual"] for name in (*wanted, "failures.charge_at_contact_loss")])
    assert (np.abs(residuals) < 3).all()
    part = outcome.part("model")
    assert part is not None
    events = part.records["model_events"]
    lost = events["areal_capacity"].to_numpy()[events["name"].to_numpy() == "contact_loss"]
    found = rows["failures.charge_at_contact_loss"]
    true = float(lost[0]) * Cell.from_yaml(path.parent / "cell.yaml").effective_area
    assert found["measured_lower"] <= true <= found["measured_upper"]
