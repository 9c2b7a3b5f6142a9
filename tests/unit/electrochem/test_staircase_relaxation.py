"""Relaxations with known time constants, the law of diffusion, and when nothing can be extrapolated."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.numerics.relaxation import SETTLING, Decay, decay_at, fit_decay

T = np.r_[np.geomspace(0.1, 10, 30), np.arange(12.0, 1800.0, 3.0)]
LOAD = 1800.0


def noisy(values: np.ndarray, size: float = 2e-5, seed: int = 0) -> np.ndarray:
    return np.asarray(values + size * np.random.default_rng(seed).normal(size=values.size))


@pytest.mark.parametrize("noise", [0.0, 2e-5])
@pytest.mark.parametrize(
    ("values", "model"),
    [
        (0.02 + 0 * T, "constant"),
        (0.02 + 0.1 * np.exp(-T / 50), "exponential"),
        (0.02 - 0.05 * np.exp(-T / 10) - 0.03 * np.exp(-T / 400), "exponentials"),
        (0.02 + 0.1 * (np.sqrt(T + LOAD) - np.sqrt(T)) / np.sqrt(LOAD), "diffusion"),
    ],
)
def test_the_model_is_recognised(values: np.ndarray, model: str, noise: float) -> None:
    decay = fit_decay(T, noisy(values, noise), load_time=LOAD)
    assert decay.model == model
    assert decay.final == pytest.approx(0.02, abs=2e-4)
    assert decay_at(decay, T, LOAD) == pytest.approx(values, abs=1e-4)


def test_intervals_of_time_constants_hold_the_truth() -> None:
    held = 0
    for seed in range(100):
        decay = fit_decay(T, noisy(0.02 + 0.01 * np.exp(-T / 50), 1e-3, seed), load_time=LOAD, models=SETTLING)
        assert decay.model == "exponential"
        low, high = decay.time_constant_intervals[0]
        held += low <= 50 <= high
    assert held >= 90


def test_two_time_constants_with_intervals() -> None:
    decay = fit_decay(T, noisy(0.05 * np.exp(-T / 10) + 0.03 * np.exp(-T / 400), 1e-4), load_time=LOAD)
    for tau, true, (low, high) in zip(decay.time_constants, (10, 400), decay.time_constant_intervals, strict=True):
        assert tau == pytest.approx(true, rel=0.1)
        assert low < true < high
    assert decay.amplitudes == pytest.approx((0.05, 0.03), rel=0.05)


def test_a_drift_is_not_extrapolated() -> None:
    decay = fit_decay(T, noisy(1e-5 * T), load_time=LOAD, models=SETTLING)
    assert np.isnan(decay.final)
    assert decay.final_interval[1] == float("inf")
    assert "without settling" in decay.reason
    down = fit_decay(T, noisy(-1e-5 * T), load_time=LOAD, models=SETTLING)
    assert down.final_interval[0] == -float("inf")


def test_a_slow_approach_is_extrapolated_with_a_wide_interval() -> None:
    """Data over one time constant: the limit is known, but far worse than the noise."""
    time = np.arange(0.0, 300.0, 1.0)
    decay = fit_decay(time, noisy(0.1 - 0.05 * np.exp(-time / 300), 2e-4), load_time=300.0, models=SETTLING)
    low, high = decay.final_interval
    assert low < 0.1 < high
    assert high - low > 1e-3


def test_few_samples_say_nothing() -> None:
    assert fit_decay(T[:5], T[:5], load_time=1.0) == Decay(reason="5 samples")
    assert np.isnan(decay_at(Decay(), [1.0, 2.0], 1.0)).all()


def test_many_samples_give_the_same() -> None:
    time = np.linspace(0, 1800, 100_000)
    decay = fit_decay(time, noisy(0.1 * np.exp(-time / 100)), load_time=LOAD)
    assert decay.time_constants[0] == pytest.approx(100, rel=0.01)
