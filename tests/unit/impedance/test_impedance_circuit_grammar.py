from __future__ import annotations

import re

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.impedance import parse_circuit

FREQUENCY = np.geomspace(1e6, 1e-2, 25)


@pytest.mark.parametrize(
    ("text", "chain", "code"),
    [
        ("L0-R0-p(R1,CPE1)-p(R2-Wo1,CPE2)", "L0-R0-p(R1,CPE1)-p(R2-Wo1,CPE2)", "L0R0(R1Q1)([R2Wo1]Q2)"),
        ("LR(RQ)(RQ)(RQ)", "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)", "L0R0(R1Q1)(R2Q2)(R3Q3)"),
        ("R(Q[RW])", "R0-p(CPE1,R1-W1)", "R0(Q1[R1W1])"),
        ("R(Q(RW))", "R0-p(CPE1,R1-W1)", "R0(Q1[R1W1])"),  # Boukamp's own brackets
        ("R(C[R(C[RW])])", "R0-p(C1,R1-p(C2,R2-W1))", "R0(C1[R1(C2[R2W1])])"),
        (" R_0 - p( R_1 , p(C1, R2-W1) ) ", "R0-p(R1,C1,R2-W1)", "R0(R1C1[R2W1])"),
        ("R5(R3Q)", "R5-p(R3,CPE1)", "R5(R3Q1)"),
        ("p(R,C)-R", "p(R1,C1)-R2", "(R1C1)R2"),
        ("La HN TLM ZARC FLW FSW", "La0-HN0-TLMQ0-Zarc0-Ws0-Wo0", "La0HN0TLMQ0Zarc0Ws0Wo0"),
        ("R0", "R0", "R0"),
    ],
)
def test_both_grammars_give_one_tree(text: str, chain: str, code: str):
    circuit = parse_circuit(text)
    assert circuit.text == chain
    assert circuit.code == code
    assert parse_circuit(chain) == circuit
    assert parse_circuit(code) == circuit


def test_names_and_units_follow_the_text():
    circuit = parse_circuit("R0-p(R1,CPE1)-Ws1")
    assert circuit.names == ("R0", "R1", "CPE1_Q", "CPE1_alpha", "Ws1_R", "Ws1_tau")
    assert [p.unit for p in circuit.parameters] == ["ohm", "ohm", "S.s^alpha", "1", "ohm", "s"]
    assert not any(" " in p.unit for p in circuit.parameters)
    assert [p.transform for p in circuit.parameters] == ["log", "log", "log", "logit", "log", "log"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("R0-p(R1", "end of the text", "',' or ')' is needed"),
        ("R0-X1", "'X' at character 4", "Elements: R, C"),
        ("R0--R1", "'-' at character 4", "an element"),
        ("R0-(R1Q1)", "'(' at character 4", "Boukamp code"),
        ("R0-p(R1)", "end of the text", "two or more branches"),
        ("R0-pR1", "'R' at character 5", "'(' is needed"),
        ("R0-p(R0,C1)", "'R' at character 6", "only once"),
        ("R0-p(R1,C1)]", "']' at character 12", "end of the circuit"),
        ("R(RQ", "end of the text", "'(' at character 2"),
        ("R(R)", "'(' at character 2", "side by side"),
        ("R(RQ)]", "']' at character 6", "opening bracket"),
        ("R()", "')' at character 3", "an element"),
        ("R{R=5}", "'{' at character 2", "start="),
        ("", "end of the text", "an element"),
        ("__import__('os')", "'_' at character 1", "an element"),
    ],
)
def test_errors_name_the_place_and_what_is_allowed(text: str, place: str, words: str):
    with pytest.raises(SchemaError, match=re.escape(place)):
        parse_circuit(text)
    with pytest.raises(SchemaError, match=re.escape(words)):
        parse_circuit(text)


def test_what_is_no_text_or_too_deep_is_refused():
    with pytest.raises(SchemaError, match="given as text"):
        parse_circuit(5)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="deep"):
        parse_circuit("R(C" * 3000 + "R" + ")" * 3000)


def test_values_are_given_by_name_or_in_order():
    circuit = parse_circuit("R(RC)")
    expected = 5 + 1 / (1 / 10 + 2j * np.pi * FREQUENCY * 1e-5)
    np.testing.assert_allclose(circuit.impedance(FREQUENCY, [5, 10, 1e-5]), expected)
    np.testing.assert_allclose(circuit.impedance(FREQUENCY, {"C1": 1e-5, "R0": 5, "R1": 10}), expected)
    many = circuit.impedance(FREQUENCY, {"C1": 1e-5, "R0": 5, "R1": np.array([10.0, 20.0])})
    assert many.shape == (2, FREQUENCY.size)
    np.testing.assert_allclose(many[0], expected)
    assert circuit.jacobian(FREQUENCY, [5, 10, 1e-5]).shape == (FREQUENCY.size, 3)
    assert circuit.jacobian(FREQUENCY, np.ones((4, 3))).shape == (4, FREQUENCY.size, 3)


def test_wrong_values_are_refused():
    circuit = parse_circuit("R(RC)")
    with pytest.raises(SchemaError, match="none for C1"):
        circuit.impedance(FREQUENCY, {"R0": 5, "R1": 10})
    with pytest.raises(SchemaError, match="'Q1'"):
        circuit.impedance(FREQUENCY, {"R0": 5, "R1": 10, "C1": 1, "Q1": 3})
    with pytest.raises(SchemaError, match="3 parameters"):
        circuit.impedance(FREQUENCY, [1, 2])
    with pytest.raises(PhysicsError, match="positive"):
        circuit.impedance([1.0, 0.0], [1, 2, 3])
