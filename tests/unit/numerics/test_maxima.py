"""Prominent maxima against the signal library, and on flat curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import find_peaks

from alkanode.numerics.maxima import prominent_maxima


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(1, 5))
def test_they_are_those_of_the_signal_library(levels: list[int], prominence: int) -> None:
    values = np.array(levels, dtype=float)
    expected, _ = find_peaks(values, prominence=prominence)
    assert prominent_maxima(values, float(prominence)).tolist() == expected.tolist()


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0, 1.0], [1.0, 2.0], [2.0, 1.0, 2.0]])
def test_a_curve_without_an_inner_maximum_has_none(values: list[float]) -> None:
    assert prominent_maxima(np.array(values), 0.1).size == 0
