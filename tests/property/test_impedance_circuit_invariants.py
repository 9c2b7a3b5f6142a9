"""Whatever the circuit: its texts read back, its impedance obeys the rules of networks, its derivatives are right."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import SchemaError
from alkanode.impedance import parse_circuit
from alkanode.impedance.circuits.circuit import Circuit
from alkanode.impedance.circuits.element_table import ELEMENTS
from alkanode.impedance.circuits.grammar import numbered
from alkanode.impedance.circuits.tree import Leaf, Parallel, Series, joined, leaves

FREQUENCY = np.geomspace(1e5, 1e-2, 15)
LEAVES = st.sampled_from(list(ELEMENTS.values())).map(lambda element: Leaf(element, ""))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(joined, st.sampled_from([Series, Parallel]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=7,
).map(numbered)
RANGES = {
    "R": (0.1, 1e3),
    "C": (1e-8, 1e-2),
    "L": (1e-8, 1e-3),
    "A": (0.1, 100),
    "Q": (1e-7, 1e-1),
    "tau": (1e-6, 1e2),
    "phi": (0.1, 5),
}


@st.composite
def circuits(draw):
    """A circuit and values of its parameters."""
    circuit = Circuit(draw(TREES))
    values = []
    for leaf in leaves(circuit.tree):
        for parameter in leaf.element.parameters:
            low, high = RANGES.get(parameter.name, (0.3, 0.99))
            values.append(float(np.exp(draw(st.floats(np.log(low), np.log(high))))))
    return circuit, np.array(values)


@given(circuits())
def test_texts_read_back(pair):
    circuit, _ = pair
    assert parse_circuit(circuit.text) == circuit
    assert parse_circuit(circuit.code).names == circuit.names
    assert parse_circuit(circuit.code) == circuit


@given(circuits(), circuits())
def test_series_add_and_parallels_are_symmetric(one, other):
    (a, x), (b, y) = one, other
    Za, Zb = a.impedance(FREQUENCY, x), b.impedance(FREQUENCY, y)
    series = Circuit(joined(Series, [a.tree, b.tree]))
    both, swapped = (Circuit(joined(Parallel, pair)) for pair in ([a.tree, b.tree], [b.tree, a.tree]))
    np.testing.assert_allclose(series.impedance(FREQUENCY, [*x, *y]), Za + Zb, rtol=1e-9, atol=1e-12 * np.abs(Za).max())
    Y = 1 / Za + 1 / Zb
    apart = np.abs(Y) > 1e-6 * np.abs(1 / Za)  # elsewhere the two nearly cancel (a resonance)
    np.testing.assert_allclose(both.impedance(FREQUENCY, [*x, *y])[apart], (1 / Y)[apart], rtol=1e-8)
    np.testing.assert_allclose(swapped.impedance(FREQUENCY, [*y, *x])[apart], (1 / Y)[apart], rtol=1e-8)


@given(circuits())
def test_passive_elements_make_passive_circuits(pair):
    circuit, values = pair
    Z = circuit.impedance(FREQUENCY, values)
    assert (Z.real >= -1e-9 * np.abs(Z)).all()


@given(circuits())
def test_derivatives_are_those_of_differences(pair):
    circuit, values = pair
    J, Z = circuit.jacobian(FREQUENCY, values), circuit.impedance(FREQUENCY, values)
    for k in range(values.size):
        step = np.zeros(values.size)
        step[k] = 1e-5 * values[k]
        difference = (circuit.impedance(FREQUENCY, values + step) - circuit.impedance(FREQUENCY, values - step)) / (
            2 * step[k]
        )
        scale = np.abs(Z) / values[k] + np.abs(J[:, k])
        sharp = np.abs(J * values).sum(axis=1) / np.abs(Z)  # large near a resonance, where differences fail
        assert (np.abs(J[:, k] - difference) <= 1e-7 * scale * (1 + sharp) ** 2).all()


@given(circuits(), st.floats(1e-3, 1e3))
def test_a_batch_is_its_members(pair, factor):
    circuit, values = pair
    table = np.stack([values, np.clip(values * np.where(values < 1, 1.0, factor), 1e-3, None)])
    together = circuit.impedance(FREQUENCY, table)
    for k in range(2):
        np.testing.assert_allclose(together[k], circuit.impedance(FREQUENCY, table[k]), rtol=1e-13)


@given(st.text(alphabet="RCLQWGKpsZarcHNTMo0123()[]-,_{}= ", max_size=25))
def test_any_text_is_a_circuit_or_an_error_that_helps(text):
    try:
        circuit = parse_circuit(text)
    except SchemaError as caught:
        message = caught.found
    else:
        message = ""
        assert parse_circuit(circuit.text) == circuit
        assert len(set(circuit.names)) == len(circuit.names)
    assert message == "" or "character" in message or "end of the text" in message
