"""Intervals of a robust line cover what they say, far from the middle of the points too."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress, t

from alkanode.numerics.robust_line import fit_line, scatter


def test_the_intervals_are_those_of_least_squares_on_clean_points() -> None:
    random = np.random.default_rng(4)
    x = np.linspace(10.0, 12.0, 400)
    y = 3.0 - 2.0 * x + 0.01 * random.normal(size=x.size)
    line, classic = fit_line(x, y), linregress(x, y)
    factor = t.ppf(0.975, x.size - 2)
    widths = np.ptp(line.slope_interval), np.ptp(line.intercept_interval)
    assert widths[0] == pytest.approx(2 * factor * classic.stderr, rel=0.15)
    assert widths[1] == pytest.approx(2 * factor * classic.intercept_stderr, rel=0.15)


def test_the_intercept_is_covered_as_often_as_stated() -> None:
    random = np.random.default_rng(5)
    x = np.linspace(2.0, 5.0, 80)
    lines = [fit_line(x, 1.5 + 0.7 * x + 0.1 * random.normal(size=x.size)) for _ in range(300)]
    inside = np.mean([one.intercept_interval[0] <= 1.5 <= one.intercept_interval[1] for one in lines])
    assert 0.91 <= inside <= 0.985


def test_outliers_do_not_turn_the_line() -> None:
    x = np.linspace(0.0, 1.0, 101)
    y = 2.0 * x
    y[::20] += 5.0
    assert fit_line(x, y).slope == pytest.approx(2.0, abs=0.1)


def test_scatter_is_blind_to_a_smooth_course() -> None:
    random = np.random.default_rng(6)
    curve = np.sin(np.linspace(0, 3, 5000))
    assert scatter(curve) < 1e-5
    assert scatter(curve + 0.2 * random.normal(size=curve.size)) == pytest.approx(0.2, rel=0.05)
