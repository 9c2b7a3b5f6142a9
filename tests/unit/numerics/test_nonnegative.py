from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from alkanode.foundation.errors import ConvergenceError, SchemaError
from alkanode.numerics import nonnegative
from alkanode.numerics.nonnegative import solve_nonnegative


def _problem(rows: int, unknowns: int, batch: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(size=(rows, unknowns)), random.normal(size=(rows, batch))


def test_equals_scipy_column_by_column():
    A, B = _problem(60, 25, 40)
    X = solve_nonnegative(A.T @ A, A.T @ B)
    reference = np.array([nnls(A, b)[0] for b in B.T]).T
    np.testing.assert_allclose(X, reference, rtol=1e-10, atol=1e-12)
    assert (X == 0).any()
    assert (X > 0).any()


def test_badly_scaled_columns_change_nothing():
    A, B = _problem(40, 10, 8)
    scale = np.logspace(-9, 9, 10)
    X = solve_nonnegative((A * scale).T @ (A * scale), (A * scale).T @ B)
    np.testing.assert_allclose(X * scale[:, None], solve_nonnegative(A.T @ A, A.T @ B), rtol=1e-9, atol=1e-14)


def test_free_unknowns_may_be_negative():
    A, B = _problem(40, 6, 30)
    free = np.array([True, False, False, True, False, False])
    X = solve_nonnegative(A.T @ A, A.T @ B, free=free)
    gradient = A.T @ A @ X - A.T @ B
    assert (X[free] < 0).any()
    assert (X[~free] >= 0).all()
    np.testing.assert_allclose(gradient[free], 0, atol=1e-9)
    assert (gradient[~free] > -1e-9).all()


def test_the_unconstrained_answer_is_returned_where_it_is_positive():
    H = np.array([[2.0, 0.5], [0.5, 1.0]])
    x = np.array([[1.0], [3.0]])
    np.testing.assert_allclose(solve_nonnegative(H, H @ x), x, rtol=1e-14)


def test_all_negative_right_hand_sides_give_zero():
    assert (solve_nonnegative(np.eye(3), -np.ones((3, 2))) == 0).all()


def test_empty_batches_and_zero_right_hand_sides():
    assert solve_nonnegative(np.eye(3), np.zeros((3, 0))).shape == (3, 0)
    assert (solve_nonnegative(np.eye(3), np.zeros((3, 1))) == 0).all()


def _smooth_problem() -> tuple[np.ndarray, np.ndarray]:
    """Nearly collinear columns, on which full exchanges do not settle."""
    random = np.random.default_rng(0)
    x, u = np.linspace(-4, 4, 60)[:, None], np.linspace(-4, 4, 50)
    A = 1 / (1 + np.exp(2 * (x - u)))
    b = A @ np.exp(-((u - 1) ** 2)) + 0.01 * random.normal(size=(20, 60))
    return A.T @ A + 1e-6 * np.eye(50), A.T @ b.T


@pytest.mark.parametrize("some_free", [False, True])
def test_columns_that_do_not_settle_by_exchange_are_solved_all_the_same(
    monkeypatch: pytest.MonkeyPatch, some_free: bool
):
    H, F = _smooth_problem()
    free = np.zeros(50, dtype=bool)
    free[[0, 20]] = some_free
    stuck = []
    solve = nonnegative._lawson_hanson

    def spy(H: np.ndarray, F: np.ndarray, free: np.ndarray) -> np.ndarray:
        stuck.append(F.shape[1])
        return solve(H, F, free)

    monkeypatch.setattr(nonnegative, "_lawson_hanson", spy)
    X = solve_nonnegative(H, F, free=free)
    assert stuck
    gradient = (H @ X - F) / np.abs(F).max(axis=0)
    assert (X[~free] >= 0).all()
    assert (gradient[~free] > -1e-9).all()
    np.testing.assert_allclose(gradient[X != 0], 0, atol=1e-9)


@pytest.mark.parametrize(
    ("H", "F", "found"),
    [
        (np.ones((2, 3)), np.ones((2, 1)), r"\(2, 3\)"),
        (np.eye(2), np.ones((3, 1)), r"\(3, 1\)"),
        (np.eye(2), np.full((2, 1), np.nan), "NaN"),
    ],
)
def test_shapes_and_numbers_are_checked(H: np.ndarray, F: np.ndarray, found: str):
    with pytest.raises(SchemaError, match=found):
        solve_nonnegative(H, F)


def test_free_must_name_every_unknown():
    with pytest.raises(SchemaError, match="free must name"):
        solve_nonnegative(np.eye(2), np.ones((2, 1)), free=np.array([True]))


@pytest.mark.parametrize("H", [np.ones((2, 2)), np.diag([1.0, 0.0]), np.diag([1.0, -1.0])])
def test_a_singular_matrix_is_named(H: np.ndarray):
    with pytest.raises(ConvergenceError, match="positive definite"):
        solve_nonnegative(H, np.ones((2, 1)))
