"""Intervals over an uncertain area or mass."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.numerics.quotient import over


def test_two_standard_uncertainties_widen_both_ends() -> None:
    assert over((4.0, 7.0), 2.0, 0.1) == (pytest.approx(4 / 2.2), pytest.approx(7 / 1.8))
    assert over((4.0, math.inf), 2.0, None) == (2.0, math.inf)


def test_a_size_that_may_vanish_bounds_nothing_above() -> None:
    assert over((1.0, 2.0), 1.0, 0.6) == (pytest.approx(1 / 2.2), math.inf)
    assert over((0.0, 0.0), 1.0, 0.6) == (0.0, 0.0)


@given(st.floats(-10, 10), st.floats(0, 10), st.floats(0.1, 10), st.floats(0, 0.04), st.floats(-1, 1))
def test_every_size_within_two_uncertainties_lies_inside(
    low: float, width: float, size: float, spread: float, where: float
) -> None:
    ends = over((low, low + width), size, spread)
    true = size + 2 * spread * where
    assert ends[0] <= low / true * (1 + math.copysign(1e-9, low)) + 1e-12
    assert (low + width) / true <= ends[1] * (1 + math.copysign(1e-9, ends[1])) + 1e-12
