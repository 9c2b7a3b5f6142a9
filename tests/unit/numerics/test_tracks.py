"""Peaks keep their number from cycle to cycle, each side for itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alkanode.numerics.tracks import matched, track_numbers


def test_pairs_have_the_least_total_distance() -> None:
    assert sorted(matched(np.array([0.0, 1.0]), np.array([0.9, 0.1]), 0.2)) == [(0, 1), (1, 0)]


def test_nothing_is_matched_beyond_the_reach() -> None:
    assert matched(np.array([0.0]), np.array([0.3]), 0.2) == []
    assert matched(np.zeros(0), np.array([0.3]), 0.2) == []


def test_a_peak_that_drifts_keeps_its_number_and_one_that_jumps_does_not() -> None:
    place = np.array([0.10, 0.15, 0.20, 0.60])
    numbers = track_numbers(np.array([1, 2, 3, 4]), np.zeros(4, dtype=np.int64), place, 0.06)
    assert numbers.tolist() == [0, 0, 0, 1]


def test_a_track_lives_through_a_cycle_without_its_peak() -> None:
    cycle, place = np.array([1, 1, 2, 3, 3]), np.array([0.1, 0.5, 0.5, 0.1, 0.5])
    numbers = track_numbers(cycle, np.zeros(5, dtype=np.int64), place, 0.05)
    assert numbers[0] == numbers[3]
    assert numbers[1] == numbers[2] == numbers[4]


def test_sides_never_mix() -> None:
    numbers = track_numbers(np.array([1, 2]), np.array(["charge", "discharge"]), np.array([0.1, 0.1]), 0.05)
    assert numbers[0] != numbers[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(1, 4))
def test_every_peak_has_one_track_per_cycle(places: list[float], cycles: int) -> None:
    place = np.tile(np.array(places), cycles)
    cycle = np.repeat(np.arange(cycles), len(places))
    numbers = track_numbers(cycle, np.zeros(place.size, dtype=np.int64), place, 0.1)
    assert (numbers >= 0).all()
    for one in range(cycles):
        assert np.unique(numbers[cycle == one]).size == len(places)
