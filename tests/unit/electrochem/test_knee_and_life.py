"""Knee, end of life, comparison of lives."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.electrochem import FadeRule, capacity_fade, fade_estimates, full_cell, life_ratio
from alkanode.foundation.errors import SchemaError
from alkanode.numerics.knee import line_and_exponential, two_lines
from alkanode.virtual import CyclerNoise, CyclerProgram, FullCellLaw, cycle_full_cell

X = np.arange(1.0, 301.0)


def broken(knee: float = 150.3, noise: float = 0.01, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 1 - 2e-4 * (X - 1) - 3e-3 * np.maximum(X - knee, 0) + noise * random.normal(size=X.size)


def test_an_exact_corner_is_found_exactly() -> None:
    found = two_lines(X, broken(noise=0.0))
    assert found.refused == ""
    assert found.place == pytest.approx(150.3, abs=0.02)
    assert found.slopes == pytest.approx((-2e-4, -3.2e-3), rel=1e-3)


def test_the_interval_covers_the_corner_as_often_as_it_says() -> None:
    hits = 0
    for seed in range(40):
        low, high = two_lines(X, broken(noise=0.02, seed=seed)).interval
        hits += low <= 150.3 <= high
        assert high - low < 30
    assert hits >= 34


def test_noise_about_a_line_has_no_knee() -> None:
    refused = [two_lines(X, broken(knee=1e9, noise=0.02, seed=seed)).refused for seed in range(30)]
    assert all(reason == "one line describes it as well" for reason in refused)


def test_a_fade_that_slows_down_is_no_knee() -> None:
    found = two_lines(X, 1 - 3e-3 * np.minimum(X, 100) - 2e-4 * np.maximum(X - 100, 0))
    assert "slows down" in found.refused
    assert np.isnan(found.place)


def test_a_smooth_transition_is_fitted_with_its_width() -> None:
    away = X - 150
    value = 1 - 1.6e-3 * away - 1.4e-3 * away * np.tanh(away / 30)
    assert two_lines(X, value, transition=30.0).place == pytest.approx(150, abs=0.1)


def test_the_tangents_of_an_exponential_fade_meet_where_they_do_by_hand() -> None:
    constant = 40.0
    value = 1 - 1e-4 * X - 1e-3 * np.exp((X - 300) / constant) * 100
    found = line_and_exponential(X, value)
    turn = np.exp((1 - 300) / constant) / constant, 1 / constant
    high = np.exp((1 - 300) / constant), 1.0
    by_hand = (high[0] - high[1] - turn[0] * 1 + turn[1] * 300) / (turn[1] - turn[0])
    assert found.refused == ""
    assert found.place == pytest.approx(by_hand, abs=0.5)
    assert found.interval[0] <= found.place <= found.interval[1]


def test_few_cycles_are_no_knee() -> None:
    assert two_lines(X[:6], broken()[:6]).refused == "only 6 cycles"
    assert line_and_exponential(X[:6], broken()[:6]).refused == "only 6 cycles"


def cell_of(excess: float, cycles: int = 260, noise: float = 2e-3, seed: int = 3) -> tuple[xr.Dataset, xr.DataTree]:
    made = cycle_full_cell(
        FullCellLaw(anode_excess=excess),
        CyclerProgram(rates=((cycles, 5.0),), samples=20),
        seed=seed,
        noise=CyclerNoise(capacity=noise),
    )
    return full_cell(made["cycling"].to_dataset()), made


def test_the_knee_of_a_virtual_cell_lies_in_its_interval() -> None:
    cycles, made = cell_of(1.6)
    estimate = fade_estimates(capacity_fade(cycles))["knee"]
    assert estimate.interval is not None
    assert estimate.interval[0] <= made.attrs["true_knee"] <= estimate.interval[1]
    assert estimate.interval[1] - estimate.interval[0] < 5


def test_end_of_life_needs_its_criterion() -> None:
    cycles, _ = cell_of(1.6)
    fade = capacity_fade(cycles)
    life = fade_estimates(fade)["end_of_life"]
    below = cycles["cycle"].to_numpy()[cycles["retention"].to_numpy() < 0.8]
    assert life.value == pytest.approx(below[0] - 0.5, abs=0.6)
    assert "80 %" in life.label
    dead = fade_estimates(capacity_fade(cycles, rule=FadeRule(criterion=0.0)))["end_of_life"]
    assert dead.value is None
    assert dead.interval == (260.0, np.inf)
    assert "no capacity" in dead.label


def test_lives_are_compared_under_one_criterion_only() -> None:
    few, many = (capacity_fade(cell_of(excess)[0]) for excess in (1.4, 1.6))
    ratio = life_ratio(many, few)
    assert ratio.value == pytest.approx(float(many["end_of_life"]) / float(few["end_of_life"]))
    assert ratio.interval is not None
    assert ratio.interval[0] <= ratio.value <= ratio.interval[1]
    zero = capacity_fade(cell_of(1.6)[0], rule=FadeRule(criterion=0.0))
    with pytest.raises(SchemaError, match="one criterion"):
        life_ratio(zero, few)
    endless = life_ratio(capacity_fade(cell_of(3.0)[0]), few)
    assert endless.value is None
    assert endless.interval is not None
    assert endless.interval[1] == np.inf


def test_one_bad_cycle_is_no_end_of_life() -> None:
    cycles, _ = cell_of(3.0, cycles=30)
    bad = cycles["discharge_capacity"].to_numpy().copy()
    bad[10] *= 0.5
    fade = capacity_fade(cycles.assign(discharge_capacity=("cycle", bad)))
    assert np.isnan(fade["end_of_life"])


def test_mistakes() -> None:
    with pytest.raises(SchemaError, match="criterion"):
        FadeRule(criterion=1.0)
    with pytest.raises(SchemaError, match="three comparable"):
        capacity_fade(cell_of(1.6, cycles=2)[0])
