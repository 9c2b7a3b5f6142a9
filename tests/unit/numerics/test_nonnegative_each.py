from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from alkanode.foundation.errors import ConvergenceError, SchemaError
from alkanode.numerics.nonnegative import solve_nonnegative, solve_nonnegative_each


def smooth_series(batch: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Nearly collinear columns, and data that change slowly from one to the next."""
    random = np.random.default_rng(seed)
    x, u = np.linspace(-4, 4, 60)[:, None], np.linspace(-4, 4, 40)
    A = 1 / (1 + np.exp(2 * (x - u)))
    centre = np.linspace(-1, 2, batch)[:, None]
    truth = np.exp(-((u - centre) ** 2)) + np.exp(-4 * (u + 2) ** 2)
    return A, truth @ A.T + 1e-2 * random.normal(size=(batch, 60))


def test_long_batches_are_exact():
    A, b = smooth_series(300)
    ridge = 1e-4 * np.eye(40)
    X = solve_nonnegative(A.T @ A + ridge, A.T @ b.T)
    stacked = np.vstack([A, 1e-2 * np.eye(40)])
    for k in range(0, 300, 7):
        expected = nnls(stacked, np.concatenate([b[k], np.zeros(40)]))[0]
        np.testing.assert_allclose(X[:, k], expected, atol=1e-9 * expected.max())


def test_the_order_of_a_long_batch_does_not_matter():
    A, b = smooth_series(200)
    H = A.T @ A + 1e-4 * np.eye(40)
    order = np.random.default_rng(1).permutation(200)
    np.testing.assert_allclose(
        solve_nonnegative(H, A.T @ b[order].T), solve_nonnegative(H, A.T @ b.T)[:, order], atol=1e-9
    )


def test_free_unknowns_stay_free_in_long_batches():
    A, b = smooth_series(200)
    free = np.zeros(40, dtype=bool)
    free[[3, 20]] = True
    H, F = A.T @ A + 1e-4 * np.eye(40), A.T @ b.T
    X = solve_nonnegative(H, F, free=free)
    gradient = H @ X - F
    np.testing.assert_allclose(gradient[free], 0, atol=1e-8)
    assert (X[free] < 0).any()
    assert (X[~free] >= 0).all()
    assert (gradient[~free] > -1e-8).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 15), batch=st.integers(1, 8), some_free=st.booleans())
def test_a_matrix_for_each_column_gives_what_one_at_a_time_gives(seed: int, n: int, batch: int, some_free: bool):
    random = np.random.default_rng(seed)
    A = random.normal(size=(batch, n + 4, n))
    b = random.normal(size=(batch, n + 4))
    H, F = np.einsum("kri,krj->kij", A, A), np.einsum("kri,kr->ik", A, b)
    free = random.random(n) < 0.3 if some_free else np.zeros(n, dtype=bool)
    X = solve_nonnegative_each(H, F, free=free)
    for k in range(batch):
        alone = solve_nonnegative(H[k], F[:, k : k + 1], free=free)[:, 0]
        np.testing.assert_allclose(X[:, k], alone, rtol=1e-6, atol=1e-8 * max(1.0, np.abs(alone).max()))


def test_hard_columns_with_matrices_of_their_own():
    A, b = smooth_series(30)
    weights = np.random.default_rng(2).uniform(0.1, 10, size=b.shape)
    H = np.einsum("ri,kr,rj->kij", A, weights, A) + 1e-7 * np.eye(40)
    F = ((weights * b) @ A).T
    X = solve_nonnegative_each(H, F)
    gradient = np.einsum("kij,jk->ik", H, X) - F
    assert (X >= 0).all()
    assert (gradient > -1e-7 * np.abs(F).max()).all()
    np.testing.assert_allclose((gradient * X).max(axis=0), 0, atol=1e-6 * np.abs(F).max())


def test_zero_sides_and_empty_batches():
    assert (solve_nonnegative_each(np.eye(3)[None], np.zeros((3, 1))) == 0).all()
    assert solve_nonnegative_each(np.zeros((0, 3, 3)), np.zeros((3, 0))).shape == (3, 0)
    assert (solve_nonnegative_each(np.stack([np.eye(3)] * 2), -np.ones((3, 2))) == 0).all()


@pytest.mark.parametrize(
    ("H", "F", "error"),
    [
        (np.eye(3), np.ones((3, 1)), SchemaError),
        (np.eye(3)[None], np.ones((3, 2)), SchemaError),
        (np.full((1, 2, 2), np.nan), np.ones((2, 1)), SchemaError),
        (np.zeros((1, 2, 2)), np.ones((2, 1)), ConvergenceError),
        (np.array([[[1.0, 2.0], [2.0, 1.0]]]), np.ones((2, 1)), ConvergenceError),
    ],
)
def test_broken_problems_are_named(H: np.ndarray, F: np.ndarray, error: type[Exception]):
    with pytest.raises(error):
        solve_nonnegative_each(H, F)
