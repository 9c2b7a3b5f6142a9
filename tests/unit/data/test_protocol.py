"""Protocols read as text."""

from __future__ import annotations

import pytest

from alkanode.data import Protocol, Step
from alkanode.foundation.errors import AlkanodeError


def test_the_forms_of_a_step() -> None:
    steps = Protocol.from_text(
        [
            "Strip at 1 mA cm-2 until 1 V",
            "plate at 0.1 mA for 1 h",
            "Strip at 0.5 mA cm-2 for 0.5 mAh cm-2",
            "Rest for 10 min",
            "Impedance from 1 Hz to 7 MHz",
        ]
    ).steps
    assert steps[0] == Step(kind="strip", current_density=pytest.approx(10.0), voltage_limit=1.0)
    assert steps[1] == Step(kind="plate", current=pytest.approx(1e-4), duration=pytest.approx(3600))
    assert steps[2].areal_capacity == pytest.approx(1.8e4)
    assert steps[3].duration == pytest.approx(600)
    assert (steps[4].highest_frequency, steps[4].lowest_frequency) == (7e6, 1.0)


@pytest.mark.parametrize("bad", ["Wait a bit", "Strip", "Strip at noon", "Rest for 10", "Rest for 5 mV", ""])
def test_other_texts_are_refused(bad: str) -> None:
    with pytest.raises(AlkanodeError):
        Step.from_text(bad)
