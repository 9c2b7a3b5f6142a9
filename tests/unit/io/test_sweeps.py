"""Sweeps are found by frequency, step and pause, not by the cycle column alone."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.io.sweeps import first_of_each, fold, sweep_numbers

DOWN = np.geomspace(1e5, 1.0, 6)


def numbers(frequency: np.ndarray, **options: np.ndarray) -> list[int]:
    return sweep_numbers(np.asarray(frequency, dtype=float), **options).tolist()


def test_falling_sweeps_in_a_row() -> None:
    assert numbers(np.tile(DOWN, 3)) == [0] * 6 + [1] * 6 + [2] * 6


def test_rising_sweeps_in_a_row() -> None:
    assert numbers(np.tile(DOWN[::-1], 2)) == [0] * 6 + [1] * 6


def test_down_and_up_again() -> None:
    assert numbers(np.concatenate([DOWN, DOWN[-2::-1]])) == [0] * 6 + [1] * 5


def test_dc_rows_belong_to_no_sweep_and_part_them() -> None:
    assert numbers(np.concatenate([[0, np.nan], DOWN[:3], [0], DOWN[:3]])) == [-1, -1, 0, 0, 0, -1, 1, 1, 1]
    assert numbers(np.concatenate([DOWN[:3], [0], DOWN[2:]])) == [0, 0, 0, -1, 1, 1, 1, 1]


@pytest.mark.parametrize("lost", [0.0, np.nan])
def test_a_dc_row_within_a_sweep_does_not_part_it(lost: float) -> None:
    assert numbers(np.concatenate([DOWN[:3], [lost], DOWN[3:]])) == [0, 0, 0, -1, 0, 0, 0]
    assert numbers(np.concatenate([DOWN[:2], [lost], DOWN[3:]])) == [0, 0, -1, 0, 0, 0]
    between = np.stack([DOWN, np.full(6, lost)], axis=1).ravel()
    assert numbers(between) == [0, -1] * 6


def test_down_and_up_with_the_lowest_frequency_in_both() -> None:
    assert numbers(np.concatenate([DOWN, DOWN[::-1]])) == [0] * 6 + [1] * 6
    assert numbers(np.concatenate([DOWN, DOWN[-1:], DOWN])) == [0] * 7 + [1] * 6


@pytest.mark.parametrize("size", [20, 61, 300])
@pytest.mark.parametrize("seed", range(8))
def test_rows_in_no_order_stay_together(size: int, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(size)
    frequency = np.geomspace(1e6, 0.1, size)[order]
    time = np.cumsum(1e3 / np.geomspace(1e6, 0.1, size))[order]
    assert set(numbers(frequency, time=time)) == {0}


def test_short_sweeps_that_are_repeated_are_no_rows_without_order() -> None:
    for size in (2, 3, 4, 5):
        assert numbers(np.tile(DOWN[:size], 20)) == np.repeat(np.arange(20), size).tolist()


def test_no_sweep_at_all() -> None:
    assert numbers(np.zeros(4)) == [-1] * 4


def test_a_constant_cycle_column_hides_nothing_and_a_wandering_one_splits_nothing() -> None:
    frequency = np.tile(DOWN, 2)
    expected = [0] * 6 + [1] * 6
    assert numbers(frequency, cycle=np.ones(12, dtype=int)) == expected
    assert numbers(frequency, cycle=np.arange(12)) == expected


def test_one_frequency_per_loop_is_split_by_the_cycle() -> None:
    frequency = np.full(3, 1e3)
    assert numbers(frequency, cycle=np.array([1, 2, 3])) == [0, 1, 2]
    assert numbers(frequency, cycle=np.ones(3, dtype=int)) == [0, 0, 0]


@pytest.mark.parametrize("name", ["step", "loop"])
def test_a_step_or_loop_splits_a_falling_run(name: str) -> None:
    assert numbers(DOWN, **{name: np.array([0, 0, 0, 1, 1, 1])}) == [0, 0, 0, 1, 1, 1]


def test_a_long_pause_splits_and_a_slow_point_does_not() -> None:
    time = np.arange(6.0)
    time[3:] += 3600.0
    assert numbers(DOWN, time=time) == [0, 0, 0, 1, 1, 1]
    slow = np.array([1.0, 0.1, 0.01, 0.001])
    assert numbers(slow, time=np.cumsum(2 / slow)) == [0] * 4


def test_a_repeated_frequency_stays_in_its_sweep() -> None:
    assert numbers(np.repeat(DOWN, 2)) == [0] * 12


def test_fold_pads_short_sweeps_and_keeps_every_point() -> None:
    frequency = np.concatenate([DOWN, DOWN[:4], [0.0]])
    of = sweep_numbers(frequency)
    table = fold(frequency, of, missing=np.nan)
    assert table.shape == (2, 6)
    np.testing.assert_array_equal(table[0], DOWN)
    np.testing.assert_array_equal(table[1][:4], DOWN[:4])
    assert np.isnan(table[1][4:]).all()
    np.testing.assert_array_equal(first_of_each(np.arange(11), of), [0, 6])
