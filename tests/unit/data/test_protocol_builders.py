"""Protocols: sweeps, blocks that repeat, builders, texts that read back, mistakes."""

from __future__ import annotations

import pytest

from alkanode.data import Protocol, Step
from alkanode.foundation.errors import AlkanodeError, StudyError


def test_a_sweep_turns_at_its_voltages() -> None:
    step = Step.from_text("Sweep at 10 mV s-1 from 0 V to 1 V to -1 V for 10 cycles")
    assert step == Step(kind="sweep", scan_rate=pytest.approx(0.01), turning_voltages=(0.0, 1.0, -1.0), cycles=10)
    assert Step.from_text("sweep at 0.1 V s-1 from -0.5 V to 0.5 V").cycles == 1


def test_the_first_end_that_is_reached_counts() -> None:
    step = Step.from_text("Plate at 0.1 mA cm-2 for 2 h or until -1 V or for 0.5 mAh cm-2")
    assert (step.duration, step.voltage_limit, step.areal_capacity) == (7200.0, 1.0, pytest.approx(1.8e4))
    assert step.sign == -1
    assert step.ends
    assert not Step.from_text("Strip at 1 mA").ends


def test_impedance_between_charges() -> None:
    step = Step.from_text("Strip at 0.25 mA cm-2 until 1 V with impedance every 0.25 mAh cm-2")
    assert (step.impedance_every, step.highest_frequency, step.lowest_frequency) == (pytest.approx(9000.0), 7e6, 1.0)
    long = Step.from_text(
        "Strip at 0.25 mA cm-2 until 1 V with impedance every 0.25 mAh cm-2 after 10 min rest from 0.1 Hz to 1 MHz "
        "with 7 points per decade"
    )
    assert (long.impedance_rest, long.highest_frequency, long.lowest_frequency, long.points_per_decade) == (
        600,
        1e6,
        0.1,
        7,
    )


BLOCK = ["Strip at 1 mA cm-2 for 1 h", "Plate at 1 mA cm-2 for 1 h"]


@pytest.mark.parametrize(
    "lines",
    [
        ["Rest for 1 min", "Repeat 3 times:", *(f"  {line}" for line in BLOCK), "Rest for 2 min"],
        ["Rest for 1 min", f"Repeat 3 times: {'; '.join(BLOCK)}", "Rest for 2 min"],
        ["Rest for 1 min", {"Repeat 3 times": BLOCK}, "Rest for 2 min"],
        "Rest for 1 min\n\nRepeat 3 times:\n\n  " + "\n  ".join(BLOCK) + "\nRest for 2 min\n",
    ],
)
def test_blocks_repeat(lines: list[object]) -> None:
    steps = Protocol.from_text(lines).steps
    assert [step.kind for step in steps] == ["rest", *["strip", "plate"] * 3, "rest"]
    assert (steps[0].duration, steps[-1].duration) == (60.0, 120.0)


def test_blocks_nest() -> None:
    lines = ["Repeat 2 times:", "  Repeat 3 times:", "    Rest for 1 s", "  Rest for 2 s"]
    assert [step.duration for step in Protocol.from_text(lines).steps] == [1.0, 1.0, 1.0, 2.0] * 2


PROTOCOLS = {
    "stripping": Protocol.critical_stripping("0.25 mA cm-2", "1 V", impedance_every="0.25 mAh cm-2"),
    "ramp": Protocol.current_ramp("0.1 mA cm-2", "0.1 mA cm-2", "2 mA cm-2", "2 h", voltage_limit="2 V", rest="5 min"),
    "staircase": Protocol.staircase(
        ["0.1 mA cm-2", "0.5 mA cm-2", "1.5 mA"], "1 h", "30 min", kind="plate", impedance=True
    ),
    "cycling": Protocol.symmetric_cycling("0.1 mA cm-2", "0.1 mAh cm-2", 100),
    "voltammogram": Protocol.voltammetry("10 mV s-1", ["0 V", "1 V", "-1 V"], 10),
    "odd numbers": Protocol.symmetric_cycling(1 / 3, 1e4 / 7, 2, voltage_limit=0.1 + 0.2),
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_texts_read_back_to_the_same_protocol(name: str) -> None:
    protocol = PROTOCOLS[name]
    assert Protocol.from_text(protocol.to_text()) == protocol
    assert Protocol.from_text("\n".join(protocol.to_text())) == protocol
    protocol.require_ends()


def test_what_the_builders_make() -> None:
    ramp = PROTOCOLS["ramp"].steps
    assert [step.kind for step in ramp[:6]] == ["impedance", "strip", "rest", "plate", "rest", "impedance"]
    levels = [step.current_density for step in ramp if step.kind == "strip"]
    assert levels == pytest.approx([k * 1.0 for k in range(1, 21)])
    assert {step.duration for step in ramp if step.sign} == {7200.0}
    assert len(PROTOCOLS["cycling"].steps) == 200
    assert PROTOCOLS["cycling"].to_text()[0] == "Repeat 100 times:"
    assert len(PROTOCOLS["cycling"].to_text()) == 3
    assert [step.kind for step in PROTOCOLS["staircase"].steps[:3]] == ["plate", "rest", "impedance"]
    assert PROTOCOLS["staircase"].steps[-3].current == pytest.approx(1.5e-3)
    assert PROTOCOLS["stripping"].steps[0].voltage_limit == 1.0


def test_cycles_are_counted_by_direction() -> None:
    assert PROTOCOLS["cycling"].cycle_numbers[-1] == 100
    twice = Protocol.from_text(
        [
            "Rest for 1 s",
            "Plate at 1 mA for 1 s",
            "Plate at 2 mA for 1 s",
            "Strip at 1 mA for 1 s",
            "Rest for 1 s",
            "Plate at 1 mA for 1 s",
        ]
    )
    assert twice.cycle_numbers == (1, 1, 1, 1, 1, 2)
    swept = Protocol.voltammetry(0.01, [0, 1], 3) + Protocol.voltammetry(0.02, [0, 1], 1) + twice
    assert swept.cycle_numbers[:4] == (1, 4, 5, 5)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["Rest for 1 h", "Strip at noon"], "step 2 of the protocol"),
        (["Strip at -1 mA cm-2 for 1 h"], "positive"),
        (["Strip at 0 mA cm-2 for 1 h"], "positive"),
        (["Strip at 1 mA cm-2 until -1 V"], "stripping ends at a positive"),
        (["Plate at 1 mA cm-2 until 0 V"], "other than zero"),
        (["Strip at 1 mA cm-2 for 1 h or for 2 h"], "one duration"),
        (["Strip at 1 mA cm-2 for 1 h or 2 V"], "'until' or 'for'"),
        (["Rest for -1 s"], "positive"),
        (["Impedance from 1 Hz to 0 Hz"], "positive"),
        (["Sweep at 10 mV s-1 from 0 V to 0 V"], "different voltages"),
        (["Sweep at -10 mV s-1 from 0 V to 1 V"], "positive"),
        (["Sweep at 10 mV s-1 from 0 V"], "two or more"),
        (["Sweep at 10 mV s-1 from 0 V to 1 V for 0 cycles"], "positive"),
        (["Repeat 0 times:", "  Rest for 1 s"], "once or more"),
        (["Repeat two times:", "  Rest for 1 s"], "whole number"),
        (["Repeat 3 times:", "Rest for 1 s"], "Indent"),
        ([{"Repeat 3 times": "Rest for 1 s"}], "list of steps"),
        ([{"Loop": ["Rest for 1 s"]}], "Repeat N times"),
        ([5], "a step is a text"),
        (["Repeat 1000 times: Repeat 1000 times: Rest for 1 s"], "at most 100000"),
    ],
)
def test_a_bad_protocol_says_which_step_and_why(lines: list[object], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        Protocol.from_text(lines)


def test_a_protocol_to_run_has_ends() -> None:
    with pytest.raises(StudyError, match=r"step 2 of the protocol .* needs an end"):
        Protocol.from_text(["Rest for 1 s", "Strip at 1 mA cm-2"]).require_ends()
    with pytest.raises(StudyError, match="has steps"):
        Protocol(()).require_ends()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "jump"},
        {"kind": "rest"},
        {"kind": "strip"},
        {"kind": "strip", "current": 1.0, "current_density": 1.0},
        {"kind": "rest", "duration": 1.0, "current": 1.0},
        {"kind": "strip", "current": 1.0, "impedance_rest": 10.0},
        {"kind": "strip", "current": 1.0, "impedance_every": 10.0, "impedance_rest": -1.0},
        {"kind": "impedance", "highest_frequency": 1.0},
        {"kind": "impedance", "highest_frequency": 1.0, "lowest_frequency": 2.0},
        {"kind": "impedance", "highest_frequency": 2.0, "lowest_frequency": 1.0, "points_per_decade": 1.5},
        {"kind": "sweep", "scan_rate": 1.0},
        {"kind": "sweep", "scan_rate": 1.0, "turning_voltages": (0.0, 1.0), "cycles": 1.5},
        {"kind": "strip", "current": "1 mA"},
    ],
)
def test_steps_that_cannot_be(fields: dict[str, object]) -> None:
    with pytest.raises(StudyError):
        Step(**fields)


def test_builders_refuse_what_cannot_be() -> None:
    with pytest.raises(StudyError, match="rises"):
        Protocol.current_ramp("1 mA cm-2", "-0.1 mA cm-2", "2 mA cm-2", "1 h")
    with pytest.raises(StudyError, match="levels"):
        Protocol.staircase([], "1 h", "1 h")
    with pytest.raises(StudyError, match="strips or plates"):
        Protocol.staircase([1.0], "1 h", "1 h", kind="rest")
    with pytest.raises(StudyError, match="whole number of times"):
        Protocol.symmetric_cycling(1.0, 1.0, 0)
    with pytest.raises(AlkanodeError):
        Protocol.critical_stripping("1 V")
