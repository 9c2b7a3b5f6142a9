"""Printed numbers: how a verdict is reached, how files are read, and how figures are chosen."""

from __future__ import annotations

import math
from typing import Any

import pytest

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.thermo import published_comparison
from alkanode.thermo.published.figure import Answer, PublishedFigure
from alkanode.thermo.published.questions import QUESTIONS, answer_to
from alkanode.thermo.published.reading import published_figures, read_figure
from alkanode.thermo.published.verdicts import judge


def figure(**changes: Any) -> PublishedFigure:
    entry = {
        "key": "a number",
        "source": "Park2021",
        "place": "here",
        "quantity": "something",
        "printed": 10.0,
        "unit": "K",
        "tolerance": 1.0,
        "tolerance_reason": "a reason",
        "role": "prediction",
        "rule": "within",
        "question": "stated",
        "given": {"value": 10.0, "where": "a test"},
    }
    return read_figure({**entry, **changes})


def answer(value: float, **changes: Any) -> Answer:
    return Answer(value=value, label="a test", **changes)


@pytest.mark.parametrize(
    ("changes", "given", "verdict"),
    [
        ({}, answer(10.9), "agrees"),
        ({}, answer(11.0), "agrees"),
        ({}, answer(11.1), "differs"),
        ({}, answer(8.9), "differs"),
        ({}, answer(12.0, interval=(10.9, 13.0)), "cannot say"),
        ({}, answer(12.0, assessment_interval=(11.2, 13.0)), "differs"),
        ({}, answer(12.0, interval=(11.2, 13.0), assessment_interval=(11.3, 13.0)), "cannot say"),
        ({}, answer(10.5, interval=(2.0, 20.0)), "agrees"),
        ({"printed": [5.0, 15.0], "tolerance": 0.0}, answer(15.0), "agrees"),
        ({"printed": [5.0, 15.0], "tolerance": 0.0}, answer(15.1), "differs"),
        ({"rule": "own numbers"}, answer(12.0), "printed contradicts itself"),
        ({"rule": "own numbers"}, answer(9.5), "agrees"),
        ({"rule": "at most"}, answer(9.0), "bound met"),
        ({"rule": "at most"}, answer(10.5), "differs"),
        ({"rule": "at most"}, answer(9.0, interval=(8.0, 10.5)), "cannot say"),
        ({"rule": "at least"}, answer(12.0), "bound met"),
        ({"rule": "at least"}, answer(9.0), "differs"),
        ({"rule": "at least"}, answer(12.0, assessment_interval=(9.0, 13.0)), "cannot say"),
        ({"rule": "open", "note": "why"}, answer(10.0), "cannot say"),
        ({}, answer(math.nan), "cannot say"),
        ({}, None, "cannot say"),
    ],
)
def test_verdict(changes: dict[str, Any], given: Answer | None, verdict: str) -> None:
    assert judge(figure(note="a note", **changes) if "note" not in changes else figure(**changes), given)[0] == verdict


def test_a_reason_says_how_far_how_much_was_allowed_and_what_was_found() -> None:
    verdict, reason = judge(figure(note="A note."), answer(12.5, remark="a remark"))
    assert verdict == "differs"
    assert reason == "2.5 K above the printed number (25 %), more than 1 K (a reason); a remark; A note"
    _, own = judge(figure(rule="own numbers", unit="1"), answer(5.0))
    assert own == "other statements of the same paper give 5: 5 below the printed number (50 %)"


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "guess"},
        {"rule": "nearly"},
        {"printed": math.nan},
        {"printed": [2.0, 1.0]},
        {"question": ""},
        {"tolerance": -1.0},
        {"tolerance_reason": ""},
        {"rule": "open", "note": ""},
        {"source": "Nobody1900"},
        {"valu": 3},
    ],
)
def test_a_figure_that_is_not_whole_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        figure(**changes)


def test_an_entry_without_unit_is_named() -> None:
    with pytest.raises(SchemaError, match="unit"):
        read_figure({"key": "a number", "source": "", "place": "", "quantity": "", "role": "input", "rule": "open"})


def test_shipped_figures_ask_known_questions_and_every_question_is_asked() -> None:
    asked = {one.question for one in published_figures() if one.question}
    assert asked == set(QUESTIONS)
    with pytest.raises(SchemaError, match="known question"):
        answer_to(figure(question="the meaning of it all"), 0)


def test_figures_are_chosen_by_key_row_and_paper() -> None:
    by_row = published_comparison(["S004-003", "loading of 2.8 mg"], draws=0)
    assert by_row.figure.values.tolist() == [
        "loading of 2.8 mg",
        "specific capacity of lithium",
        "volumetric from specific capacity of lithium",
    ]
    assert by_row.attrs["kind"] == "published_comparison"
    assert {"Koh2024", "Park2021"} <= set(str(by_row.attrs["sources"]).split())
    assert set(published_comparison(source="WuHatzell", draws=0).source.values) == {"WuHatzell"}


@pytest.mark.parametrize(
    "wrong",
    [{"keys": ["S004-003", "S999-001"]}, {"keys": []}, {"source": "Nobody1900"}, {"draws": -1}],
)
def test_what_does_not_exist_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PhysicsError):
        published_comparison(**wrong)


def test_without_draws_no_interval_over_the_assessment() -> None:
    found = published_comparison(["S000-042"], draws=0)
    assert found.ours_assessment_interval.isnull().all()
    assert bool(found.ours_interval.notnull().all("bound").any())
