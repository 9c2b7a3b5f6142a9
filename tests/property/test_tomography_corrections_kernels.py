"""Kernels of the corrections against plain definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from alkanode.tomography.corrections import kernels

sizes = st.integers(1, 30)


@settings(max_examples=60)
@given(st.integers(1, 40), sizes, st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 3]))
def test_sorting_is_stable_and_comes_back(columns: int, count: int, seed: int, decimals: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(columns, count)) * 10.0 ** random.integers(-30, 30, (columns, 1))
    values = values.round(decimals).astype(np.float32) + np.float32(0.0)
    ordered, order = np.empty_like(values), np.empty(values.shape, dtype=np.uint32)
    kernels.sort_readings(values, ordered, order)
    expected = np.argsort(values, axis=1, kind="stable")
    np.testing.assert_array_equal(order, expected)
    np.testing.assert_array_equal(ordered, np.sort(values, axis=1))
    back = np.empty_like(values)
    kernels.return_readings(ordered, order, back)
    np.testing.assert_array_equal(back, values)


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(32, 70), st.integers(1, 70), st.integers(0, 2**32 - 1), st.booleans())
def test_running_median_is_that_of_scipy(columns: int, ranks: int, size: int, seed: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(columns, ranks)).astype(np.float32)
    if ties:
        values = values.round()
    smooth = np.empty_like(values)
    kernels.running_median(values, size, smooth)
    np.testing.assert_array_equal(smooth, ndimage.median_filter(values, (size, 1), mode="reflect"))


@settings(max_examples=60)
@given(st.integers(3, 12), st.integers(1, 25), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_zingers_by_their_definition(frames: int, columns: int, reach: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.poisson(50.0, (frames, columns)).astype(np.float32)
    values[random.random(values.shape) < 0.03] += 300.0
    cleaned, replaced = np.empty_like(values), np.zeros(values.shape, dtype=bool)
    found = kernels.remove_zingers(values, cleaned, replaced, reach, 6.0, 1.0, 0.5, 0.01)
    expected, flags = values.copy(), np.zeros(values.shape, dtype=bool)
    for a in range(frames):
        others = [b for b in (a - 1, a + 1) if 0 <= b < frames]
        for c in range(columns):
            near = values[others, max(c - reach, 0) : c + reach + 1]
            excess = float(values[a, c] - near.max())
            if excess > 0.01 * near.max() and excess > 6.0 * np.sqrt(near.max() + 0.5):
                flags[a, c] = True
                expected[a, c] = np.median(values[others, max(c - 1, 0) : c + 2])
    np.testing.assert_array_equal(replaced, flags)
    np.testing.assert_array_equal(cleaned, expected)
    assert found == flags.sum()
