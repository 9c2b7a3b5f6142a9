from __future__ import annotations

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.impedance import elements

FREQUENCY = np.geomspace(1e6, 1e-3, 50)


def test_capacitive_arcs_have_a_negative_imaginary_part():
    for z in (
        elements.zarc(FREQUENCY, 10, 1e-3, 0.8),
        elements.capacitor(FREQUENCY, 1e-6),
        elements.finite_length_diffusion(FREQUENCY, 10, 1.0),
    ):
        assert (z.imag < 0).all()
    assert (elements.inductor(FREQUENCY, 1e-7).imag > 0).all()


def test_an_arc_with_exponent_one_is_resistance_beside_capacitance():
    R, C = 20.0, 1e-5
    expected = 1 / (1 / R + 1 / elements.capacitor(FREQUENCY, C))
    np.testing.assert_allclose(elements.zarc(FREQUENCY, R, R * C), expected, rtol=1e-12)


def test_the_arc_peaks_at_its_relaxation_time():
    z = elements.zarc(np.array([1 / (2 * np.pi * 1e-3)]), 10, 1e-3, 0.7)
    assert z.real[0] == pytest.approx(5.0)


def test_finite_length_diffusion_has_its_limits():
    z = elements.finite_length_diffusion(np.array([1e-9, 1e6]), 7.0, 2.0)
    assert z[0] == pytest.approx(7.0, abs=1e-6)
    assert np.angle(z[1], deg=True) == pytest.approx(-45, abs=1e-6)


@pytest.mark.parametrize(("tau", "exponent"), [(0.0, 0.5), (-1.0, 0.5), (1.0, 0.0), (1.0, 1.1), (1.0, -0.2)])
def test_arcs_outside_physics_are_refused(tau: float, exponent: float):
    with pytest.raises(PhysicsError):
        elements.zarc(FREQUENCY, 1.0, tau, exponent)


def test_the_distribution_of_a_half_circle_is_refused():
    with pytest.raises(PhysicsError, match="Dirac"):
        elements.zarc_distribution(np.ones(3), 1.0, 1.0, 1.0)


def test_a_series_is_made_at_once() -> None:
    resistance, tau = np.array([[10.0], [20.0]]), np.array([[1e-3], [2e-3]])
    series = elements.skewed_arc(FREQUENCY, resistance, tau, 0.8, 0.6)
    assert series.shape == (2, FREQUENCY.size)
    np.testing.assert_allclose(series[1], elements.skewed_arc(FREQUENCY, 20, 2e-3, 0.8, 0.6), rtol=1e-12)
    times = np.geomspace(1e-6, 1, 31)
    spread = elements.zarc_distribution(times, resistance, tau, 0.8)
    np.testing.assert_allclose(spread[0], elements.zarc_distribution(times, 10, 1e-3, 0.8), rtol=1e-12)
    with pytest.raises(PhysicsError, match="must be positive"):
        elements.zarc(FREQUENCY, resistance, np.array([[1e-3], [0.0]]))
