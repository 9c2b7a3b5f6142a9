from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from alkanode.foundation.errors import SchemaError
from alkanode.numerics.levenberg_marquardt import minimise_squares

T = np.linspace(0, 4, 30)
FREE = {"lower": np.array([-np.inf, -np.inf]), "upper": np.array([np.inf, np.inf])}


def decays(batch: int, noise: float = 0.01):
    """Exponential decays a exp(-b t) with noise."""
    random = np.random.default_rng(3)
    truth = random.uniform(0.5, 3, size=(batch, 2))
    y = truth[:, :1] * np.exp(-truth[:, 1:] * T) + noise * random.normal(size=(batch, T.size))

    def model(x, rows):
        shape = np.exp(-x[:, 1:] * T)
        J = np.stack([shape, -x[:, :1] * T * shape], axis=1)
        return x[:, :1] * shape - y[rows], J

    return truth, y, model


def test_many_problems_end_where_scipy_ends_one_by_one():
    _, y, model = decays(40)
    found = minimise_squares(model, np.ones((40, 2)), **FREE)
    assert found.converged.all()
    for k in range(40):
        single = least_squares(lambda p, k=k: p[0] * np.exp(-p[1] * T) - y[k], [1, 1], xtol=1e-12, ftol=1e-12)
        np.testing.assert_allclose(found.x[k], single.x, rtol=1e-5)
        assert found.cost[k] == pytest.approx(2 * single.cost, rel=1e-8)
        np.testing.assert_allclose(found.normal[k], single.jac.T @ single.jac, rtol=1e-3, atol=1e-6)


def test_without_noise_the_truth_is_found():
    truth, _, model = decays(10, noise=0.0)
    found = minimise_squares(model, np.ones((10, 2)), **FREE)
    assert found.converged.all()
    np.testing.assert_allclose(found.x, truth, rtol=1e-9)


def test_a_bound_holds_and_the_rest_is_optimal():
    _, y, model = decays(12)
    upper = np.array([np.inf, 1.0])
    found = minimise_squares(model, np.full((12, 2), 0.7), lower=np.array([0.0, 0.0]), upper=upper)
    held = found.x[:, 1] == 1.0
    assert 0 < held.sum() < 12
    shape = np.exp(-T)
    np.testing.assert_allclose(found.x[held, 0], (y[held] @ shape) / (shape @ shape), rtol=1e-6)


def test_a_batch_does_not_depend_on_its_neighbours():
    _, _, model = decays(9)
    together = minimise_squares(model, np.ones((9, 2)), **FREE)
    alone = minimise_squares(lambda x, rows: model(x, rows + 4), np.ones((1, 2)), **FREE)
    np.testing.assert_allclose(alone.x[0], together.x[4], rtol=1e-12)


def test_what_is_not_finite_is_refused_or_left():
    found = minimise_squares(lambda x, rows: (x * np.nan, np.ones((len(x), 2, 2))), np.ones((3, 2)), **FREE)
    assert not found.converged.any()
    assert np.isinf(found.cost).all()

    def cliff(x, rows):  # sqrt(x) - 0.1, not a number below zero
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(x) - 0.1, (0.5 / np.sqrt(x))[:, :, None]

    found = minimise_squares(cliff, np.full((1, 1), 4.0), lower=np.array([-9.0]), upper=np.array([9.0]))
    assert found.converged.all()
    assert found.x.item() == pytest.approx(0.01, rel=1e-6)


def test_too_few_steps_are_not_convergence():
    _, _, model = decays(5)
    assert not minimise_squares(model, np.full((5, 2), 6.0), **FREE, max_iterations=2).converged.any()


def test_wrong_input_is_named():
    _, _, model = decays(2)
    with pytest.raises(SchemaError, match="finite table"):
        minimise_squares(model, np.full((2, 2), np.nan), **FREE)
    with pytest.raises(SchemaError, match="must fit"):
        minimise_squares(model, np.ones((2, 2)), lower=np.zeros(3), upper=np.ones(2))
    with pytest.raises(SchemaError, match="above the upper"):
        minimise_squares(model, np.ones((2, 2)), lower=np.ones(2), upper=np.zeros(2))
