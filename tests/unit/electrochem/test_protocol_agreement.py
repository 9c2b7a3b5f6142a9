"""Which protocols count as one."""

from __future__ import annotations

from typing import Any

import pytest

from alkanode.electrochem.protocols import agree, alike, differences, shown

WORDS = {"current_density": "current density", "stack_pressure": "stack pressure", "anode": "anode"}


def test_numbers_agree_as_far_as_each_may_be_off() -> None:
    assert agree("current_density", 10.0, 10.19)
    assert not agree("current_density", 10.0, 10.3)
    assert agree("target", 100.0, 104.0)
    assert agree("stack_pressure", 1e7, 1.09e7)
    assert agree("temperature", 298.0, 300.0)
    assert not agree("temperature", 298.0, 300.5)


def test_levels_agree_as_far_as_both_go() -> None:
    assert agree("levels", [1.0, 2.0, 3.0], [1.0, 2.0])
    assert not agree("levels", [1.0, 2.0, 3.0], [1.0, 2.5])


def test_what_only_some_state_is_a_difference_with_its_unit() -> None:
    one: dict[str, Any] = {"current_density": 10.0, "stack_pressure": 1e7, "anode": "NaK50"}
    other = one | {"stack_pressure": None}
    assert differences([one, other], WORDS) == ["stack pressure (10 MPa / not stated)"]
    assert differences([one, other], WORDS, apart=["stack_pressure"]) == []


def test_groups_keep_the_order_of_their_first_members() -> None:
    given = [{"anode": name} for name in ("Na", "NaK50", "Na", "NaK80", "NaK50")]
    assert alike(given, WORDS) == [[0, 2], [1, 4], [3]]


@pytest.mark.parametrize(
    ("key", "value", "text"), [("levels", [1.0] * 6, "1, 1, 1, 1, ..."), ("anode", "", "not stated")]
)
def test_values_are_shown_in_few_words(key: str, value: object, text: str) -> None:
    assert shown(key, value) == text
