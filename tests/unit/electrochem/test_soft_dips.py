"""Soft shorts that no single drop proves: dips against bumps; noise, rounding, glitches and shapes that are none."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import label
from alkanode.electrochem import FailureRules, find_failures
from alkanode.electrochem.dips import chance_level, chance_of, find_dips
from alkanode.electrochem.sample_noise import sample_noise, smallest_step
from alkanode.electrochem.shorts import find_collapse_in_noise

HALF = 500
CYCLES = 8


def record(resistance: np.ndarray, *, noise: float, seed: int = 0, rounding: float = 0.0) -> xr.Dataset:
    """Half cycles of HALF samples at 1 mA; resistance in ohm, noise and rounding in V."""
    random = np.random.default_rng(seed)
    sign = np.where(np.arange(resistance.size) // HALF % 2 == 0, 1.0, -1.0)
    voltage = 1e-3 * sign * resistance + noise * random.normal(size=resistance.size)
    if rounding:
        voltage = rounding * np.round(voltage / rounding)
    fields = {"time": np.arange(resistance.size, dtype=float), "voltage": voltage, "current": 1e-3 * sign}
    return label(xr.Dataset({key: ("row", values) for key, values in fields.items()}), "cycling")


def leaking(depth: float, width: int, places: list[int]) -> np.ndarray:
    resistance = np.full(CYCLES * HALF, 100.0)
    for place in places:
        resistance[place : place + width] *= 1 - depth
    return resistance


def kinds(found: xr.Dataset) -> list[str]:
    return [str(kind) for kind in found["failure"].to_numpy()]


SCATTERED = [200 + 370 * k for k in range(10)]
"""Ten places away from the ends of half cycles."""


@pytest.mark.parametrize(("depth", "width"), [(0.2, 1), (0.13, 4), (0.1, 8)])
def test_many_weak_dips_are_one_leak_and_as_many_bumps_are_none(depth: float, width: int) -> None:
    """Drops of 2 to 4 times the noise of a sample."""
    places = [place for place in SCATTERED if place % HALF > 60]
    leak = leaking(depth, width, places)
    found = find_failures(record(leak, noise=5e-3))
    assert kinds(found) == ["soft_short_transient"]
    assert any(place <= found["row"].item() < place + width for place in places)
    assert kinds(find_failures(record(200 - leak, noise=5e-3))) == []


def test_noise_of_either_tail_gives_nothing() -> None:
    flat = np.full(CYCLES * HALF, 100.0)
    alarms = sum(kinds(find_failures(record(flat, noise=5e-3, seed=seed))) != [] for seed in range(60))
    assert alarms == 0
    heavy = 0
    for seed in range(20):
        tails = 3 * np.random.default_rng(seed).standard_t(5, size=flat.size)
        heavy += kinds(find_failures(record(flat + tails, noise=1e-3))) != []
    assert heavy <= 3


def test_flicker_between_two_codes_is_rounding() -> None:
    for level in (10.0, 10.3, 10.5):
        flat = np.full(CYCLES * HALF, level)
        assert kinds(find_failures(record(flat, noise=2e-4, rounding=1e-3))) == []


def test_one_glitch_is_none() -> None:
    assert kinds(find_failures(record(leaking(0.6, 1, [1300]), noise=5e-3))) == []


def test_one_clear_dip_is_suspected() -> None:
    found = find_failures(record(leaking(0.3, 8, [1300]), noise=5e-3))
    assert kinds(found) == ["soft_short_transient"]
    assert not found["confirmed"].item()


def test_a_dip_is_measured_where_it_is_and_steps_and_slopes_are_none() -> None:
    random = np.random.default_rng(2)
    trace = 100 + random.normal(size=HALF)
    trace[250:258] -= 8
    dips, bumps = find_dips(trace, np.array([0]), 1.0, 5.0, start_share=0.05, steep=0.5)
    assert (dips.begins.tolist(), dips.ends.tolist()) == ([250], [258])
    assert dips.drop.item() == pytest.approx(8, abs=1.2)
    assert dips.significance.item() == pytest.approx(8 / np.sqrt(1 / 8 + 1 / 32), rel=0.25)
    assert bumps.begins.size == 0
    up, down = find_dips(200 - trace, np.array([0]), 1.0, 5.0, start_share=0.05, steep=0.5)
    assert (up.begins.size, down.begins.tolist()) == (0, [250])
    for shape in (
        np.linspace(50, 150, HALF),
        np.r_[np.full(250, 100.0), np.full(250, 80.0)],
        40 * np.sin(np.arange(HALF) / 40),
    ):
        dips, _ = find_dips(shape + random.normal(size=HALF), np.array([0]), 1.0, 5.0, start_share=0.05, steep=0.5)
        assert dips.begins.size == 0


def test_chance() -> None:
    assert chance_of(0, 1.0, 0) == 1.0
    assert chance_of(3, 0.1, 0) < 1e-3 < chance_of(3, 0.1, 1)
    assert chance_level(100) < chance_level(10_000) < chance_level(1_000_000) < 5.5


def test_noise_and_rounding_of_a_trace() -> None:
    random = np.random.default_rng(3)
    values = 5 + random.normal(size=4000)
    assert sample_noise(values) == pytest.approx(1.0, rel=0.05)
    assert smallest_step(0.5 * np.round(values / 0.5)) == pytest.approx(0.5)
    assert smallest_step(np.r_[np.full(10, 400.0), np.full(10, 2.0), np.full(10, 400.0)]) == 0.0


@pytest.mark.parametrize("noise", [0.2, 0.4, 0.7])
def test_a_short_is_found_where_the_noise_is_as_high_as_the_voltage(noise: float) -> None:
    random = np.random.default_rng(4)
    level = np.where(np.arange(2000) < 1200, 1.0, 0.0)
    found = find_collapse_in_noise(level + noise * random.normal(size=2000))
    assert found is not None
    assert found.index == pytest.approx(1200, abs=15)
    assert find_collapse_in_noise(1 + noise * random.normal(size=2000)) is None
    assert find_collapse_in_noise(noise * random.normal(size=2000)) is None


def test_a_slow_hard_short_is_hard() -> None:
    """It takes 30 samples: too slow for a collapse, too deep for a soft short."""
    resistance = np.full(CYCLES * HALF, 100.0)
    at = 3 * HALF + 250
    resistance[at:] = 4 + 96 * np.exp(-np.arange(resistance.size - at) / 12)
    found = find_failures(record(resistance, noise=5e-4))
    assert kinds(found) == ["hard_short"]
    assert found["confirmed"].item()
    assert found["row"].item() == pytest.approx(at, abs=25)
    assert found["last_half_cycle"].item() == CYCLES - 1


def test_a_voltage_through_zero_is_no_short() -> None:
    """An offset between the electrodes: one direction runs through 0 V, the other does not."""
    share = np.tile(np.arange(HALF) / HALF, CYCLES)
    sign = np.where(np.arange(CYCLES * HALF) // HALF % 2 == 0, 1.0, -1.0)
    resistance = 45 * sign + 100 * (share - 0.5) + 55
    assert kinds(find_failures(record(resistance, noise=3e-4))) == []


def test_the_thresholds_are_stored() -> None:
    found = find_failures(record(leaking(0.3, 8, [1300]), noise=5e-3))
    assert found.attrs["dip_rule"] == str(FailureRules().dips)
    assert {"signs", "margin"} <= set(found.data_vars)
