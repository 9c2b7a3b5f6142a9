"""Printed figures beside the cell models: the table is whole and honest, and the numbers of the law of transport stand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pybamm")

from alkanode.cell_models.published import model_comparison, model_figures
from alkanode.cell_models.published.figure import Answer, ModelFigure
from alkanode.cell_models.published.reading import read_figure
from alkanode.cell_models.published.transport_fits import held_out_alloys
from alkanode.cell_models.published.verdicts import judge
from alkanode.foundation.errors import SchemaError, StudyError


def figure(**changes: object) -> ModelFigure:
    entry = {
        "figure": "S000-999",
        "paper": "Wu2025",
        "quantity": "a number",
        "published": 1.0,
        "unit": "V",
        "tolerance": 0.1,
        "tolerance_reason": "a reason",
        "rule": "within",
        "status": "predicted",
        "question": "one",
    }
    return read_figure(entry | changes)


def test_a_fitted_figure_never_agrees() -> None:
    near = Answer(value=1.05)
    assert judge(figure(), near)[0] == "agrees"
    assert judge(figure(status="fitted"), near)[0] == "in sample"
    assert judge(figure(status="calibrated"), near)[0] == "in sample"
    assert judge(figure(status="fitted"), Answer(value=2.0))[0] == "differs"


def test_an_interval_that_reaches_the_figure_decides_nothing() -> None:
    assert judge(figure(), Answer(value=2.0, interval=(0.5, 3.0)))[0] == "cannot say"
    assert judge(figure(), Answer(value=2.0, interval=(1.5, 3.0)))[0] == "differs"
    assert judge(figure(rule="at least"), Answer(value=2.0))[0] == "bound met"
    assert judge(figure(rule="at least"), Answer(value=2.0, interval=(0.5, 3.0)))[0] == "cannot say"
    assert judge(figure(rule="at least"), Answer(value=0.5))[0] == "bound broken"
    assert judge(figure(rule="at most"), Answer(value=0.5))[0] == "bound met"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "perhaps"},
        {"rule": "about"},
        {"question": "", "status": "predicted"},
        {"tolerance_reason": ""},
        {"published": [2.0, 1.0]},
        {"paper": "Nobody1900"},
        {"colour": "red"},
        {"rule": "open", "note": ""},
    ],
)
def test_broken_figures_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(SchemaError):
        figure(**changes)


def test_what_is_missing_says_why_and_asks_nothing() -> None:
    missing = [one for one in model_figures() if one.status == "missing"]
    assert missing
    assert all(one.note and not one.question for one in missing)


def test_unknown_figures_and_papers_are_refused() -> None:
    with pytest.raises(StudyError, match="Known"):
        model_comparison(paper="Nobody")
    with pytest.raises(StudyError):
        model_comparison(["S999-001"])


def test_names_are_those_of_the_table_of_printed_figures(request: pytest.FixtureRequest) -> None:
    table = next(
        (
            folder / "shared" / "seed_figures.csv"
            for folder in Path(str(request.config.rootpath)).parents
            if (folder / "shared" / "seed_figures.csv").is_file()
        ),
        None,
    )
    if table is None:
        pytest.skip("the table of printed figures is not here")
    with table.open(encoding="utf-8") as stream:
        known = {row["id"]: row for row in csv.DictReader(stream)}
    figures = {one.figure: one for one in model_figures()}
    assert set(figures) <= set(known)
    for name in ("S000-056", "S000-057", "S000-058", "S000-050", "S000-051", "S000-052", "S002-049", "S004-164"):
        assert figures[name].lower == pytest.approx(float(known[name]["value"]))
        assert figures[name].upper == figures[name].lower


def test_capacities_come_from_the_shipped_set_and_are_called_fitted() -> None:
    found = model_comparison(["S000-058", "S000-057", "S000-056"])
    np.testing.assert_allclose(found["model"], [492.6, 315.5, 138.8], rtol=5e-3)
    np.testing.assert_allclose(found["baseline"], [527, 335, 143], rtol=0.01)
    assert set(found["status"].to_numpy()) == {"fitted"}
    assert list(found["verdict"].to_numpy()) == ["differs", "in sample", "in sample"]
    inside = found["interval"].to_numpy()
    assert (inside[:, 0] < found["model"].to_numpy()).all()
    assert (inside[:, 1] > found["model"].to_numpy()).all()


def test_pressure_independence_is_named_as_built_in() -> None:
    found = model_comparison(["S000-047"])
    assert found["model"].item() == pytest.approx(1.0)
    assert found["baseline"].item() == 1.0
    assert "by construction" in found["reason"].item()


def test_the_counter_electrode_is_fitted_by_two_numbers_to_two_points() -> None:
    found = model_comparison(["S000-049", "S000-053"])
    np.testing.assert_allclose(found["model"], [3.2, 1.3], atol=0.01)
    assert set(found["verdict"].to_numpy()) == {"in sample"}


def test_a_failure_of_the_model_is_shown() -> None:
    found = model_comparison(["S000-085"])
    assert found["status"].item() == "predicted"
    assert found["verdict"].item() == "differs"
    assert found["model"].item() > 10 * found["published"].item()


def test_one_coefficient_does_not_carry_over_to_the_third_alloy() -> None:
    found = held_out_alloys()
    np.testing.assert_allclose(found["relative_error"], [0.247, 0.060, -0.295], atol=0.02)
    np.testing.assert_allclose(found["baseline_error"], [0.317, 0.116, -0.046], atol=0.02)


@pytest.mark.slow
def test_one_command_prints_every_figure_once() -> None:
    from click.testing import CliRunner

    from alkanode.cli.main import cli

    told = CliRunner().invoke(cli, ["compare", "--published", "--json"], catch_exceptions=False)
    rows = json.loads(told.stdout)["results"]["figures"]
    assert len({row["id"] for row in rows}) == len(rows) == len(model_figures())
    assert {row["status"] for row in rows} == {"calibrated", "fitted", "predicted", "missing"}
    assert all({"id", "published", "model", "interval", "baseline", "status"} <= set(row) for row in rows)
    assert all(row["reason"] for row in rows if row["verdict"] in ("differs", "cannot say", "bound broken"))


@pytest.mark.slow
def test_currents_carry_no_evidence_for_transport() -> None:
    from alkanode.cell_models.published.transport_fits import transport_evidence

    found = transport_evidence()
    one = found.sel(variant="currents: transport, D from the capacities")
    null = found.sel(variant="currents: share of sodium")
    assert one["tuned"].item() == null["tuned"].item() == 1
    assert abs(float(one["log_likelihood"] - null["log_likelihood"])) < 1
    assert float(found["mean_error"].sel(variant="both: D, b, T")) < 0.1
    assert float(found["tuned"].sel(variant="both: D, b, T")) == 3
