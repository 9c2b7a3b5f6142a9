"""The virtual voltammeter: the record a reader gives, the same for the same seed, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual import IslandLaw, SweepNoise, SweepProgram, island_voltammogram

SHORT = SweepProgram(cycles=2, interval=0.01)


def test_the_record_is_that_of_a_reader_and_says_it_is_simulated() -> None:
    tree = island_voltammogram(program=SHORT, seed=1)
    record = check(tree, "cycling")
    assert (record["control_mode"] == 2).all()
    np.testing.assert_allclose(record["voltage"], record["voltage_setpoint"], atol=2e-4)
    assert np.unique(record["cycle"]).tolist() == [1, 2]
    assert "no measurement" in tree.attrs["simulated"]
    assert record.attrs["true_peak_charge"].size == 2


def test_one_seed_one_record() -> None:
    one, same, other = (island_voltammogram(program=SHORT, seed=seed)["cycling"] for seed in (1, 1, 2))
    assert one.to_dataset().identical(same.to_dataset())
    assert not np.array_equal(one["current"], other["current"])


def test_rests_frame_the_sweeps() -> None:
    record = island_voltammogram(program=SweepProgram(cycles=1, interval=0.01, rest=20.0), seed=1)["cycling"]
    mode = record["control_mode"].to_numpy()
    assert mode[0] == mode[-1] == 0
    assert np.count_nonzero(mode == 0) == 40
    assert np.isnan(record["voltage_setpoint"].to_numpy()[mode == 0]).all()
    assert (np.diff(record["time"]) > 0).all()


def test_the_current_range_ends() -> None:
    record = island_voltammogram(program=SHORT, seed=1, noise=SweepNoise(current=0.0), current_range=1e-3)["cycling"]
    assert float(np.abs(record["current"]).max()) == 1e-3


@pytest.mark.parametrize("key", ["plating_resistance", "capacitance", "rate_constant"])
def test_a_law_without_physics_is_refused(key: str) -> None:
    with pytest.raises(PhysicsError, match="positive"):
        IslandLaw(**{key: 0.0})
    with pytest.raises(PhysicsError, match="between 0 and 1"):
        IslandLaw(transfer_coefficient=1.0)
    with pytest.raises(PhysicsError, match="share"):
        IslandLaw(first_share=0.9, largest_share=0.5)


@pytest.mark.parametrize("wrong", [{"low": 0.1}, {"cycles": 0}, {"interval": 0.2}, {"scan_rate": -1.0}])
def test_a_program_that_is_no_sweep_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(PhysicsError):
        SweepProgram(**wrong)  # type: ignore[arg-type]
