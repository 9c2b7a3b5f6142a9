from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from alkanode.foundation.errors import PhysicsError
from alkanode.impedance import elements, parse_circuit
from alkanode.impedance.circuits.element_table import ELEMENTS

FREQUENCY = np.geomspace(1e6, 1e-3, 40)
S = 2j * np.pi * FREQUENCY
TYPICAL = {
    "R": 20.0,
    "C": 1e-5,
    "L": 1e-6,
    "A": 3.0,
    "Q": 1e-4,
    "tau": 1e-2,
    "alpha": 0.8,
    "beta": 0.6,
    "gamma": 0.9,
    "phi": 0.7,
}

# in the words of impedance.py's documentation, written independently of the table
EXPECTED = {
    "R": np.full(S.shape, 20.0 + 0j),
    "C": 1 / (S * 1e-5),
    "L": S * 1e-6,
    "La": (S * 1e-6) ** 0.8,
    "CPE": 1 / (1e-4 * S**0.8),
    "W": 3.0 * (1 - 1j) / np.sqrt(2 * np.pi * FREQUENCY),
    "Ws": 20 * np.tanh(np.sqrt(S * 1e-2)) / np.sqrt(S * 1e-2),
    "Wo": 20 / (np.sqrt(S * 1e-2) * np.tanh(np.sqrt(S * 1e-2))),
    "G": 20 / np.sqrt(1 + S * 1e-2),
    "Gs": 20 / (np.sqrt(1 + S * 1e-2) * np.tanh(0.7 * np.sqrt(1 + S * 1e-2))),
    "K": 20 / (1 + S * 1e-2),
    "Zarc": 20 / (1 + (S * 1e-2) ** 0.8),
    "HN": 20 / (1 + (S * 1e-2) ** 0.8) ** 0.6,
    "TLMQ": np.sqrt(20 / (1e-4 * S**0.9)) / np.tanh(np.sqrt(20 * 1e-4 * S**0.9)),
}


def _values(symbol: str) -> list[float]:
    return [TYPICAL[parameter.name] for parameter in ELEMENTS[symbol].parameters]


def test_every_element_is_tested():
    assert set(EXPECTED) == set(ELEMENTS)


@pytest.mark.parametrize("symbol", ELEMENTS)
def test_impedances_are_those_of_the_conventions(symbol: str):
    circuit = parse_circuit(symbol)
    np.testing.assert_allclose(circuit.impedance(FREQUENCY, _values(symbol)), EXPECTED[symbol], rtol=1e-12)


@pytest.mark.parametrize("symbol", ELEMENTS)
def test_derivatives_are_those_of_differences(symbol: str):
    circuit, values = parse_circuit(symbol), np.array(_values(symbol))
    J = circuit.jacobian(FREQUENCY, values)
    for k, value in enumerate(values):
        step = np.zeros(values.size)
        step[k] = 1e-5 * value
        pairs = (8, 1), (-8, -1), (-1, 2), (1, -2)  # fourth order
        difference = sum(w * circuit.impedance(FREQUENCY, values + h * step) for w, h in pairs) / (12 * step[k])
        rounding = 1e-10 * np.abs(circuit.impedance(FREQUENCY, values)) / value  # of the difference
        assert (np.abs(J[:, k] - difference) <= 1e-8 * np.abs(difference) + rounding).all()


def test_extreme_frequencies_stay_finite():
    far = np.array([1e-9, 1e12])
    for symbol, element in ELEMENTS.items():
        circuit = parse_circuit(symbol)
        assert np.isfinite(circuit.impedance(far, _values(symbol))).all(), symbol
        assert np.isfinite(circuit.jacobian(far, _values(symbol))).all(), element.meaning


@pytest.mark.parametrize(
    ("impedance", "distribution"),
    [
        (
            lambda f: elements.skewed_arc(f, 7.0, 1e-3, 0.8, 0.6),
            lambda t: elements.skewed_arc_distribution(t, 7.0, 1e-3, 0.8, 0.6),
        ),
        (lambda f: elements.gerischer(f, 7.0, 1e-3), lambda t: elements.gerischer_distribution(t, 7.0, 1e-3)),
        (lambda f: elements.zarc(f, 7.0, 1e-3, 0.8), lambda t: elements.zarc_distribution(t, 7.0, 1e-3, 0.8)),
    ],
)
def test_distributions_make_the_impedance(impedance, distribution):
    low, at, high = np.log([1e-14, 1e-3, 1e8])
    for f in (1.0, 160.0, 1e4):

        def integrand(u, part, f=f):
            return float(getattr(distribution(np.exp(u)) / (1 + 2j * np.pi * f * np.exp(u)), part))

        real, imaginary = (
            sum(quad(integrand, *ends, args=(part,), limit=400)[0] for ends in ((low, at), (at, high)))
            for part in ("real", "imag")
        )
        expected = complex(impedance(f))
        assert abs(real + 1j * imaginary - expected) < 2e-4 * abs(expected)


def test_special_cases_meet():
    np.testing.assert_allclose(
        elements.skewed_arc(FREQUENCY, 5, 1e-3, 0.8, 1.0), elements.zarc(FREQUENCY, 5, 1e-3, 0.8)
    )
    np.testing.assert_allclose(
        elements.skewed_arc(FREQUENCY, 5, 1e-3, 1.0, 0.5), elements.gerischer(FREQUENCY, 5, 1e-3)
    )
    grid = np.geomspace(1e-6, 1, 30)
    np.testing.assert_allclose(
        elements.skewed_arc_distribution(grid, 5, 1e-3, 0.8, 1.0), elements.zarc_distribution(grid, 5, 1e-3, 0.8)
    )
    assert elements.zarc(0.0, 5.0, 1e-3, 0.8) == 5.0


def test_skewed_arcs_outside_physics_are_refused():
    with pytest.raises(PhysicsError):
        elements.skewed_arc(FREQUENCY, 5, 1e-3, 0.8, 1.5)
    with pytest.raises(PhysicsError):
        elements.skewed_arc_distribution(FREQUENCY, 5, 1e-3, 1.0, 0.5)
    with pytest.raises(PhysicsError):
        elements.gerischer_distribution(FREQUENCY, 5, 0.0)
