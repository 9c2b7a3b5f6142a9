"""Means of a few values, some of which are only lower bounds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from alkanode.numerics.small_samples import describe

KNOWN = np.zeros(4, dtype=bool)


def test_the_interval_is_that_of_a_t_test() -> None:
    values = np.array([1.0, 1.3, 0.8, 1.6])
    sample = describe(values, KNOWN, 0.9, unit="cell")
    expected = ttest_1samp(values, 0.0).confidence_interval(0.9)
    assert sample.interval == pytest.approx((expected.low, expected.high))
    assert (sample.mean, sample.reason) == (pytest.approx(values.mean()), "")


def test_a_lower_bound_leaves_the_median_where_it_is_known() -> None:
    sample = describe(np.array([1.0, 2.0, 3.0]), np.array([False, False, True]), 0.95, unit="cell")
    assert np.isnan(sample.mean)
    assert sample.median == 2.0
    assert "1 of 3" in sample.reason
    assert np.isnan(describe(np.array([1.0, 3.0]), np.array([False, True]), 0.95, unit="cell").median)


def test_one_value_has_no_scatter_and_none_nothing() -> None:
    one = describe(np.array([2.0]), np.array([False]), 0.95, unit="test")
    assert one.mean == one.median == 2.0
    assert np.isnan(one.standard_deviation)
    assert "one test" in one.reason
    assert "no test" in describe(np.zeros(0), np.zeros(0, dtype=bool), 0.95, unit="test").reason
