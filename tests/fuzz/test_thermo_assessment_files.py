"""Broken assessment files give an error that says what is wrong, never another kind of failure."""

from __future__ import annotations

import contextlib
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import AlkanodeError
from alkanode.thermo import fit_assessment, observation_table, parse_assessment

SHIPPED = resources.files("alkanode.thermo.assessment").joinpath("shipped")
TEXTS = {name: SHIPPED.joinpath(name).read_text(encoding="utf-8") for name in ("k_na.yaml", "li_na.yaml", "k_li.yaml")}
JUNK = st.sampled_from(
    ["", "0", "-1", "nan", "bcc_A2", "liquid_Li", "K", "[]", "{}", "1e400", "~", "'", ": ", "\x00", "é"]
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 10**6), JUNK)
def test_one_word_replaced(name: str, place: int, junk: str) -> None:
    words = TEXTS[name].split(" ")
    words[place % len(words)] = junk
    with contextlib.suppress(AlkanodeError):
        observation_table(parse_assessment(" ".join(words), origin=name))


@settings(max_examples=30)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 10**6), st.integers(1, 400))
def test_a_piece_missing(name: str, place: int, length: int) -> None:
    text = TEXTS[name]
    start = place % len(text)
    with contextlib.suppress(AlkanodeError):
        parse_assessment(text[:start] + text[start + length :], origin=name)


def test_an_assessment_without_observations_cannot_be_fitted() -> None:
    text = TEXTS["k_li.yaml"]
    start, stop = text.index("observations:"), text.index("\nuncertainty:")
    bare = parse_assessment(text[:start] + "observations: []\n" + text[stop:])
    assert observation_table(bare).sizes["observation"] == 0
    with pytest.raises(AlkanodeError, match="fitted observations"):
        fit_assessment(bare)
