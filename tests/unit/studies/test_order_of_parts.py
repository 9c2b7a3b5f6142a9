"""What leads a report: failures that were found, what the study names, the rest, what could judge nothing."""

from __future__ import annotations

from typing import Any, cast

import xarray as xr

from alkanode.studies import Outcome, Part, Study
from alkanode.studies.blocks import Analyses


class Asked:
    """A study of which only the analyses count."""

    def __init__(self, **named: Any) -> None:
        self.model = self
        self.analyses = Analyses.of(**named)


def outcome(parts: list[Part], **named: Any) -> Outcome:
    return Outcome(cast(Study, Asked(**named)), xr.DataTree(), parts=parts)


def failures(*, events: int = 0, not_judged: int = 0) -> Part:
    details = {"events": [{}] * events, "not_judged": ["reason"] * not_judged}
    return Part(name="failures", title="Failures", details=details)


IMPEDANCE, FULL, PROFILE = (Part(name=name, title=name) for name in ("impedance", "full_cell", "profile"))


def order(made: Outcome) -> list[str]:
    return [part.name for part in made.ordered]


def test_found_failures_lead() -> None:
    made = outcome([IMPEDANCE, FULL, failures(events=1, not_judged=1)], full_cell={})
    assert order(made) == ["failures", "full_cell", "impedance"]


def test_what_the_study_names_leads_a_search_that_found_nothing() -> None:
    made = outcome([IMPEDANCE, failures(), PROFILE, FULL], full_cell={}, impedance={})
    assert order(made) == ["full_cell", "impedance", "failures", "profile"]


def test_a_search_that_could_judge_nothing_comes_last() -> None:
    made = outcome([failures(not_judged=2), PROFILE, IMPEDANCE], failures={})
    assert order(made) == ["profile", "impedance", "failures"]
