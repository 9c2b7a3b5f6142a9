"""Any protocol can be written as text and read back; a sampled step keeps its ends and its order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data import Protocol, Step
from alkanode.virtual.simulated_cell import Sampling

POSITIVE = st.floats(1e-9, 1e9, allow_subnormal=False)
VOLTS = st.floats(-10, 10).map(lambda v: v + 0.0)


@st.composite
def current_steps(draw: st.DrawFn) -> Step:
    """A strip or plate step with any ends."""
    kind = draw(st.sampled_from(["strip", "plate"]))
    fields: dict[str, object] = {draw(st.sampled_from(["current", "current_density"])): draw(POSITIVE)}
    for name in ("voltage_limit", "duration", "areal_capacity"):
        if draw(st.booleans()):
            fields[name] = draw(POSITIVE)
    if draw(st.booleans()):
        low, high = sorted((draw(POSITIVE), draw(POSITIVE)))
        fields |= {"impedance_every": draw(POSITIVE), "lowest_frequency": low, "highest_frequency": high}
        if draw(st.booleans()):
            fields["impedance_rest"] = draw(POSITIVE)
        if draw(st.booleans()):
            fields["points_per_decade"] = draw(st.integers(1, 99))
    return Step(kind=kind, **fields)


@st.composite
def sweeps(draw: st.DrawFn) -> Step:
    """A sweep of the voltage."""
    turns = draw(st.lists(VOLTS, min_size=2, max_size=5, unique=True))
    return Step(kind="sweep", scan_rate=draw(POSITIVE), turning_voltages=tuple(turns), cycles=draw(st.integers(1, 99)))


STEPS = st.one_of(current_steps(), sweeps(), POSITIVE.map(lambda t: Step(kind="rest", duration=t)))


@given(block=st.lists(STEPS, min_size=1, max_size=4), times=st.integers(1, 6), tail=st.lists(STEPS, max_size=3))
def test_text_and_back(block: list[Step], times: int, tail: list[Step]) -> None:
    protocol = Protocol(tuple(block)).repeat(times) + Protocol(tuple(tail))
    lines = protocol.to_text()
    assert Protocol.from_text(lines) == protocol
    if times > 1 and not tail:
        assert len(lines) <= len(block) + 1 or len(set(block)) < len(block)
    numbers = protocol.cycle_numbers
    assert len(numbers) == len(protocol.steps)
    assert all(b - a in range(100) for a, b in zip((1, *numbers), numbers, strict=False))


@given(
    gaps=st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e4)), min_size=1, max_size=30),
    volts=st.lists(st.floats(-2, 2), min_size=31, max_size=31),
    interval=st.floats(1.0, 1e4),
    step=st.floats(0.05, 5),
)
def test_samples_are_dense_enough(gaps: list[float], volts: list[float], interval: float, step: float) -> None:
    time = np.concatenate(([0.0], np.cumsum(gaps)))
    voltage = np.array(volts[: time.size])
    voltage[1:] = np.where(np.diff(time) == 0, 0.0, np.diff(voltage)).cumsum() + voltage[0]  # jumps belong to two steps
    times = Sampling(interval=interval, voltage_step=step).times(time, voltage)
    assert times[0] == time[0]
    assert times[-1] == time[-1]
    assert (np.diff(times) > 0).all()
    assert np.diff(times, prepend=times[0]).max() <= interval * (1 + 1e-9)
    read = np.interp(times, time, voltage)
    assert np.abs(np.diff(read)).max(initial=0.0) <= step + 1e-6
