"""Recovered values beside their truth, zeros among them."""

from __future__ import annotations

import pytest

from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.studies.block import Truth
from alkanode.studies.part import Part
from alkanode.studies.recovery import recovery_part


def number(value: float | None, interval: tuple[float, float] | None, quantity: str = "volume_lost") -> Estimate:
    return Estimate(value=value, unit="m3", quantity=quantity, interval=interval, label="measured")


PART = Part(
    name="tomography",
    title="Tomography",
    estimates={
        "right": number(9e-15, (8e-15, 11e-15)),
        "wrong": number(5e-15, (4e-15, 6e-15)),
        "nothing": number(0.0, (0.0, 1e-15)),
        "invented": number(2e-15, (1e-15, 3e-15)),
        "bare": number(1e-15, None),
        "silent": number(None, None),
        "unknown": number(1e-15, (0.0, 2e-15)),
    },
)
TRUE = {"right": 1e-14, "wrong": 1e-14, "nothing": 0.0, "invented": 0.0, "bare": 2e-15, "silent": 1e-15, "absent": 1.0}
TRUTH = {f"tomography.{name}": Truth(value=value, quantity="volume_lost") for name, value in TRUE.items()}


def test_every_number_stands_beside_its_truth_and_says_whether_its_interval_holds() -> None:
    part = recovery_part(TRUTH, [PART])
    rows = {row[0].partition(": ")[2]: row[1:] for row in part.tables["recovered"].rows}
    assert {name: row[3] for name, row in rows.items()} == {
        "right": "yes",
        "wrong": "no",
        "nothing": "yes",
        "invented": "no",
        "bare": "no interval",
        "silent": "-",
    }
    assert rows["nothing"][1:3] == ("0 um3", "-")
    assert rows["silent"][0] == "cannot say"
    assert rows["wrong"][2] == "-50 %"
    assert part.details["relative_error"]["tomography.invented"] is None
    assert part.details["not_computed"] == ["tomography.absent"]
    assert part.details["without_truth"] == ["tomography.unknown"]
    (finding,) = part.findings
    assert finding.startswith("2 of 4 intervals hold the true value; 1 numbers have no interval, 1 could not be said")
    assert "50 % in the median and by at most 50 %" in finding


def test_the_figure_leaves_zeros_out_and_shows_misses_first() -> None:
    figure = recovery_part(TRUTH, [PART]).figures["recovered"]
    names = figure.panels[0].y.categories
    assert names is not None
    assert [name.rpartition(" ")[2] for name in reversed(names)] == ["wrong", "right", "bare"]


def test_only_zeros_give_no_figure() -> None:
    part = recovery_part({"tomography.nothing": TRUTH["tomography.nothing"]}, [PART])
    assert not part.figures
    assert part.findings == ("1 of 1 intervals hold the true value.",)


def test_nothing_computed_and_other_quantities_are_refused() -> None:
    with pytest.raises(StudyError, match=r"none of tomography\.absent, tomography\.silent was computed"):
        recovery_part({name: TRUTH[name] for name in ("tomography.absent", "tomography.silent")}, [PART])
    with pytest.raises(StudyError, match="must be a volume_lost"):
        recovery_part({"tomography.right": Truth(value=1.0, quantity="area")}, [PART])
