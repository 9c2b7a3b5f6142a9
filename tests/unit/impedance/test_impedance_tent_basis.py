from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from alkanode.impedance.relaxation.tent_basis import integration_weights, penalty_matrix, tent_response

LOG_TAU = np.linspace(-5, 1, 25)


def _tent(k: int, u: float) -> float:
    return max(0.0, 1 - abs(u - LOG_TAU[k]) / (LOG_TAU[1] - LOG_TAU[0]))


@pytest.mark.parametrize("k", [0, 7, 24])
@pytest.mark.parametrize("omega", [1e-2, 3.0, 1e4])
def test_the_response_is_the_integral_over_the_tent(k: int, omega: float):
    step = LOG_TAU[1] - LOG_TAU[0]
    low, high = max(LOG_TAU[0], LOG_TAU[k] - step), min(LOG_TAU[-1], LOG_TAU[k] + step)
    options = {"points": [LOG_TAU[k]], "epsabs": 1e-13}
    real = quad(lambda u: _tent(k, u) / (1 + (omega * np.exp(u)) ** 2), low, high, **options)[0]
    imaginary = quad(lambda u: -_tent(k, u) * omega * np.exp(u) / (1 + (omega * np.exp(u)) ** 2), low, high, **options)[
        0
    ]
    z = tent_response(np.array([omega]), LOG_TAU)[0, k]
    assert z == pytest.approx(real + 1j * imaginary, rel=1e-9)


def test_weights_integrate_any_piece_exactly():
    gamma = np.sin(LOG_TAU) + 2
    for low, high in ((-5.0, 1.0), (-4.71, 0.13), (-2.0, -1.99), (-9.0, 9.0), (2.0, 3.0)):
        a, b = np.clip([low, high], LOG_TAU[0], LOG_TAU[-1])
        inner = LOG_TAU[(a < LOG_TAU) & (b > LOG_TAU)]
        u = np.concatenate([[a], inner, [b]])
        expected = np.trapezoid(np.interp(u, LOG_TAU, gamma), u)
        assert integration_weights(LOG_TAU, low, high) @ gamma == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_penalties_measure_roughness():
    step = LOG_TAU[1] - LOG_TAU[0]
    span = LOG_TAU[-1] - LOG_TAU[0]
    constant, line, parabola = np.ones(25), 3 * LOG_TAU, LOG_TAU**2
    assert constant @ penalty_matrix(LOG_TAU, 0) @ constant == pytest.approx(span)
    assert constant @ penalty_matrix(LOG_TAU, 1) @ constant == pytest.approx(0, abs=1e-12)
    assert line @ penalty_matrix(LOG_TAU, 1) @ line == pytest.approx(9 * span)
    assert line @ penalty_matrix(LOG_TAU, 2) @ line == pytest.approx(0, abs=1e-9)
    assert parabola @ penalty_matrix(LOG_TAU, 2) @ parabola == pytest.approx(4 * (span - step))
