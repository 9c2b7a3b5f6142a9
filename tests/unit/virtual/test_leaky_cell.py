"""The leaky cell on its cycler: records like those of a reader, one answer per seed, steps that end where they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Protocol, check, half_cycle_table, step_table
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual import (
    Filament,
    Flicker,
    LeakyCell,
    LeakyPhysics,
    LeakyRun,
    SlowLeak,
    Voids,
    current_ramp,
    run_leaky_cells,
    shorting_ramp,
)

CELL = Cell(anode="Na", area="1 cm2")
PROTOCOL = Protocol.from_text(
    [
        "Rest for 5 min",
        "Impedance from 100 kHz to 1 Hz",
        "Strip at 0.2 mA cm-2 for 0.1 mAh cm-2",
        "Plate at 0.2 mA cm-2 for 20 min",
        "Rest for 1 min",
    ]
)


def run(physics: LeakyPhysics, *, seed: int = 1, interval: float = 10.0, cell: Cell = CELL) -> LeakyRun:
    return LeakyCell(cell=cell, physics=physics, seed=seed).run(PROTOCOL, interval=interval)


def test_a_run_is_what_a_reader_returns() -> None:
    made = run(LeakyPhysics())
    record = check(made.record, "cycling")
    assert made.impedance is not None
    spectra = check(made.impedance, "impedance")
    assert spectra.sizes["spectrum"] == 1
    assert set(np.unique(record["control_mode"])) == {0, 1, 4}
    assert (record["in_sweep"].to_numpy() == (record["control_mode"].to_numpy() == 4)).all()
    assert step_table(record).sizes["step_index"] == 5
    assert made.truth.sizes["row"] == record.sizes["row"]
    table = half_cycle_table(record, CELL)
    assert table["direction"].to_numpy().tolist() == ["strip", "plate"]
    assert table["charge_passed"].to_numpy() == pytest.approx([0.36, 0.24], rel=1e-3)
    assert record["charge"].to_numpy()[-1] == pytest.approx(0.12, rel=1e-9)


def test_the_anode_on_the_counter_lead_turns_the_sign() -> None:
    counter = Cell(anode="Na", anode_role="counter", area="1 cm2")
    one, other = run(LeakyPhysics()).record, run(LeakyPhysics(), cell=counter).record
    np.testing.assert_allclose(one["current"], -other["current"], atol=0)
    assert half_cycle_table(other, counter)["direction"].to_numpy().tolist() == ["strip", "plate"]


def test_the_same_seed_gives_the_same_cell_alone_or_in_company() -> None:
    physics = LeakyPhysics(
        voids=Voids(replenishment=1.0, capacity=500.0),
        filament=Filament(critical=1.0, capacity=400.0, fuse=1e-5),
        flicker=Flicker(conductance=1e-3, on_time=60.0, off_time=300.0),
    )
    cells = [LeakyCell(cell=CELL, physics=physics, seed=seed) for seed in (1, 2, 3)]
    together = run_leaky_cells(cells, [PROTOCOL] * 3, intervals=[10.0, 7.0, 10.0], compliances=[10.0] * 3)
    for bench, interval, one in zip(cells, (10.0, 7.0, 10.0), together, strict=True):
        alone = bench.run(PROTOCOL, interval=interval)
        xr.testing.assert_identical(alone.record, one.record)
        xr.testing.assert_identical(alone.truth, one.truth)
    assert not np.array_equal(together[0].record["voltage"], together[2].record["voltage"])


@pytest.mark.parametrize("interval", [1.0, 7.0, 60.0])
def test_samples_come_at_their_interval_and_at_both_ends_of_a_step(interval: float) -> None:
    record = run(LeakyPhysics(), interval=interval).record
    time, step = record["time"].to_numpy(), record["step"].to_numpy()
    inside = np.diff(time)[np.diff(step) == 0]
    assert inside.max() <= interval * (1 + 1e-9) + 0.1
    ends = np.flatnonzero(np.diff(step)) + 1
    assert np.diff(time)[ends - 1] == pytest.approx(min(0.1, interval), abs=1e-9)
    assert time[-1] == pytest.approx(300 + time[step == 1][-1] - time[step == 0][-1] + 1800 + 1200 + 60, rel=1e-9)


def test_a_voltage_limit_ends_the_step_and_a_compliance_lowers_the_current() -> None:
    losing = LeakyPhysics(voids=Voids(replenishment=0.2, capacity=200.0))
    bench = LeakyCell(cell=CELL, physics=losing, seed=1)
    strip = Protocol.from_text(["Strip at 0.2 mA cm-2 for 1 h", "Rest for 1 min"])
    held = bench.run(strip, compliance=2.0).record
    assert np.abs(held["voltage"]).max() == pytest.approx(2.0)
    flowing = held["control_mode"].to_numpy() == 1
    assert held["current"].to_numpy()[flowing][-1] < 0.5 * held["current_setpoint"].to_numpy()[flowing][-1]
    limited = Protocol((replace(strip.steps[0], voltage_limit=1.0), strip.steps[1]))
    ended = bench.run(limited).record
    over = np.flatnonzero(np.abs(ended["voltage"].to_numpy()) > 1.0)
    assert over.size == 1
    assert ended["step"].to_numpy()[over[0] + 1] == 1


def test_refusals_say_what_was_needed() -> None:
    bench = LeakyCell(cell=CELL, physics=LeakyPhysics(), seed=1)
    with pytest.raises(PhysicsError, match="positive"):
        bench.run(PROTOCOL, interval=0.0)
    with pytest.raises(PhysicsError, match="steps"):
        bench.run(Protocol(()))
    with pytest.raises(PhysicsError, match="an end"):
        bench.run(Protocol.from_text(["Strip at 1 mA cm-2"]))
    with pytest.raises(PhysicsError, match="area"):
        LeakyCell(cell=Cell(anode="Na"), physics=LeakyPhysics(), seed=1).run(PROTOCOL)
    other = LeakyCell(cell=CELL, physics=LeakyPhysics(columns=3), seed=1)
    with pytest.raises(PhysicsError, match="number of columns"):
        run_leaky_cells([bench, other], [PROTOCOL] * 2, intervals=[10.0] * 2, compliances=[10.0] * 2)
    with pytest.raises(PhysicsError, match="columns"):
        LeakyPhysics(columns=0)
    with pytest.raises(PhysicsError, match="some of the columns"):
        LeakyPhysics(columns=2, slow_leak=SlowLeak(conductance=1.0, begins=0.0, growth_time=1.0))


@pytest.mark.parametrize(("critical", "passed", "failed"), [(2.5, 2.0, 3.0), (3.0, 3.0, 4.0), (9.0, 4.0, None)])
def test_a_ramp_shorts_at_the_first_level_above_the_critical_one(
    critical: float, passed: float, failed: float | None
) -> None:
    made = shorting_ramp(CELL, [1.0, 2.0, 3.0, 4.0], critical=critical, seed=4, areal_capacity=1800.0, rest=120.0)
    assert made.truth.attrs["last_passed"] == passed
    leak = made.truth["leak_fraction"].to_numpy()
    if failed is None:
        assert np.isnan(made.truth.attrs["first_failed"])
        assert leak.max() == 0
        return
    first = int(np.argmax(leak > 0.5))
    assert abs(made.record["current_setpoint"].to_numpy()[first]) == pytest.approx(failed * CELL.area)
    assert made.truth.attrs["first_failed"] == failed
    assert leak.max() > 0.9


def test_a_ramp_needs_rising_levels_and_one_end() -> None:
    for levels in ([], [0.0, 1.0], [2.0, 1.0]):
        with pytest.raises(PhysicsError, match="rise"):
            current_ramp(levels, duration=60.0)
    for ends in ({}, {"duration": 60.0, "areal_capacity": 1.0}):
        with pytest.raises(PhysicsError, match="not both"):
            current_ramp([1.0], **ends)
    with pytest.raises(PhysicsError, match="positive"):
        shorting_ramp(CELL, [1.0], critical=0.0, seed=1, duration=60.0)
