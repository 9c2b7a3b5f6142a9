"""Closed-form fits of simple shapes against brute force, and the choice between them."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.electrochem.profiles.models import MODELS, fit_models
from alkanode.numerics.model_choice import autocorrelation, effective_samples, information, simplest

X = np.linspace(0, 1, 120)


def brute_force(model: str, y: np.ndarray, weights: np.ndarray) -> float:
    best = np.inf
    root = np.sqrt(weights)
    for place in X[12:108]:
        columns = {
            "step": (place > X, place <= X),
            "bend": (np.ones_like(X), X, np.maximum(X - place, 0)),
            "sloped_step": (np.ones_like(X), X, place <= X),
        }[model]
        design = np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)
        solved = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
        best = min(best, float(np.average((y - design @ solved) ** 2, weights=weights)))
    return best


@pytest.mark.parametrize("model", ["step", "bend", "sloped_step"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_best_place_is_exact(model: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    y = np.where(X > 0.4, 1.0, 0.3) * random.normal(1, 0.2, X.size) + X * random.normal()
    weights = random.uniform(0.5, 1.5, X.size)
    weights /= weights.mean()
    fit = dict(zip(MODELS, fit_models(X, y, weights, edge_share=0.1), strict=True))[model]
    assert fit.square == pytest.approx(brute_force(model, y, weights), rel=1e-9)
    assert fit.squares.min() == pytest.approx(fit.square, rel=1e-6)


def test_joined_levels_are_found_with_their_width() -> None:
    y = np.interp(X, [0, 0.5, 0.7, 1], [0.05, 0.05, 0.08, 0.08])
    fit = fit_models(X, y, np.ones_like(X), edge_share=0.1)[MODELS.index("joined_step")]
    assert fit.place == pytest.approx(0.6, abs=0.01)
    assert fit.width == pytest.approx(0.2, abs=0.03)
    assert fit.at([0.0, 1.0]) == pytest.approx([0.05, 0.08], abs=3e-4)


def test_richer_models_never_fit_worse_than_what_they_contain() -> None:
    y = np.random.default_rng(3).normal(size=X.size) + X**2
    fits = dict(zip(MODELS, fit_models(X, y, np.ones_like(X), edge_share=0.1), strict=True))
    assert fits["ramp"].square <= fits["plateau"].square
    assert fits["step"].square <= fits["plateau"].square
    for model in ("parabola", "bend", "sloped_step"):
        assert fits[model].square <= fits["ramp"].square


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % of the intervals of a plateau and of a place of transition, with independent noise."""
    random = np.random.default_rng(0)
    held_level = held_place = 0
    for _ in range(200):
        y = np.where(X >= 0.5, 0.8, 0.5) + 0.1 * random.normal(size=X.size)
        fit = fit_models(X, y, np.ones_like(X), edge_share=0.1)[MODELS.index("step")]
        effective = effective_samples(fit.residual)
        low, high = fit.interval_at(0.0, effective, X.size)
        held_level += low <= 0.5 <= high
        low, high = fit.place_interval(effective)
        held_place += low - 1 / 119 <= 0.5 <= high + 1 / 119
    assert 180 <= held_level <= 199
    assert held_place >= 180


def test_correlated_residuals_count_less() -> None:
    random = np.random.default_rng(1)
    white = random.normal(size=4000)
    red = np.zeros(4000)
    for index in range(1, 4000):
        red[index] = 0.8 * red[index - 1] + white[index]
    assert autocorrelation(red) == pytest.approx(0.8, abs=0.05)
    assert effective_samples(red) == pytest.approx(4000 * 0.2 / 1.8, rel=0.2)
    assert effective_samples(white) > 3000
    assert effective_samples(white, np.r_[np.full(3999, 1e-9), 1.0]) == pytest.approx(1.0, abs=1e-3)
    assert autocorrelation(np.ones(10)) == 0.0


def test_the_simplest_of_equal_models_wins_and_a_tie_is_a_tie() -> None:
    sizes = np.array([1, 2, 3, 3])
    assert list(simplest(np.array([10.0, 4.0, 0.0, 20.0]), sizes, 6.0)) == [1]
    assert list(simplest(np.array([30.0, 24.0, 0.0, 5.0]), sizes, 6.0)) == [2, 3]
    exact = information(np.array([1e-30, 1e-32]), np.array([2, 4]), 100.0, 1e-6)
    assert exact[0] < exact[1]
