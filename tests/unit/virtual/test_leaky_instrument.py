"""Effects of the instrument: each does what it says and nothing else; failures spliced into records change only the voltage."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import Cell, Protocol, check, half_cycle_table
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual import (
    SPLICES,
    InstrumentEffects,
    LeakyCell,
    LeakyPhysics,
    splice_failure,
    through_instrument,
)

CELL = Cell(anode="Na", area="1 cm2")
CLEAN = (
    LeakyCell(cell=CELL, physics=LeakyPhysics(), seed=1)
    .run(Protocol.from_text(["Rest for 5 min", *["Strip at 0.2 mA cm-2 for 1 h", "Plate at 0.2 mA cm-2 for 1 h"] * 2]))
    .record
)


def with_effects(**effects: float | bool) -> xr.Dataset:
    return through_instrument(CLEAN, InstrumentEffects(**effects), seed=3)[0]  # type: ignore[arg-type]


def test_without_effects_nothing_changes() -> None:
    same, rows = through_instrument(CLEAN, InstrumentEffects(), seed=1)
    xr.testing.assert_allclose(same, CLEAN)
    assert rows.tolist() == list(range(CLEAN.sizes["row"]))


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), noise=st.floats(1e-5, 1e-2), duplicates=st.floats(0.0, 0.2))
def test_any_effects_leave_a_valid_record_and_one_answer_per_seed(seed: int, noise: float, duplicates: float) -> None:
    effects = InstrumentEffects(
        voltage_noise=noise, current_noise=0.01, drift=1e-8, glitches=2, nucleation=1.0, duplicates=duplicates
    )
    (one, rows), (two, _) = (through_instrument(CLEAN, effects, seed=seed) for _ in range(2))
    check(one, "cycling")
    xr.testing.assert_identical(one, two)
    assert set(rows.tolist()) == set(range(CLEAN.sizes["row"]))
    np.testing.assert_array_equal(one["time"], CLEAN["time"].to_numpy()[rows])


def test_each_effect_has_its_size() -> None:
    voltage, current = CLEAN["voltage"].to_numpy(), CLEAN["current"].to_numpy()
    noisy = with_effects(voltage_noise=1e-3)["voltage"].to_numpy() - voltage
    assert np.std(noisy) == pytest.approx(1e-3, rel=0.1)
    assert with_effects(current_offset=0.08)["current"].to_numpy() == pytest.approx(1.08 * current)
    drifted = with_effects(drift=1e-6, voltage_offset=0.1)["voltage"].to_numpy() - voltage
    assert drifted[[0, -1]] == pytest.approx([0.1, 0.1 + 1e-6 * float(CLEAN["time"][-1] - CLEAN["time"][0])])
    rounded = with_effects(voltage_step=1e-3)["voltage"].to_numpy()
    assert np.abs(rounded / 1e-3 - np.round(rounded / 1e-3)).max() < 1e-9
    assert np.count_nonzero(with_effects(glitches=3)["voltage"].to_numpy() != voltage) <= 3
    assert set(with_effects(without_setpoint=True).data_vars) == {"time", "voltage", "current", "charge", "step"}


def test_the_spike_stands_at_each_reversal_and_decays() -> None:
    spiked = with_effects(nucleation=2.0, nucleation_time=60.0)
    ratio = spiked["voltage"].to_numpy() / np.where(CLEAN["voltage"] == 0, 1, CLEAN["voltage"].to_numpy())
    table = half_cycle_table(CLEAN)
    assert ratio[table["first_row"].to_numpy()] == pytest.approx([3.0] * 4, rel=1e-3)
    assert ratio[table["last_row"].to_numpy()] == pytest.approx([1.0] * 4, rel=1e-3)


def test_the_second_plateau_begins_in_the_middle() -> None:
    stepped = with_effects(second_plateau=0.5)["voltage"].to_numpy()
    table = half_cycle_table(CLEAN)
    last = table["last_row"].to_numpy()
    assert stepped[last] / CLEAN["voltage"].to_numpy()[last] == pytest.approx([1.5] * 4, rel=1e-3)
    first = table["first_row"].to_numpy()
    assert stepped[first] / CLEAN["voltage"].to_numpy()[first] == pytest.approx([1.0] * 4, rel=1e-3)


@pytest.mark.parametrize("effects", [{"voltage_noise": -1.0}, {"current_step": -1.0}, {"duplicates": 1.5}])
def test_effects_out_of_range_are_refused(effects: dict[str, float]) -> None:
    with pytest.raises(PhysicsError, match="not negative"):
        with_effects(**effects)


@settings(max_examples=25)
@given(failure=st.sampled_from(SPLICES), seed=st.integers(0, 10**6))
def test_a_splice_changes_the_voltage_only_where_it_says(failure: str, seed: int) -> None:
    spliced, event = splice_failure(CLEAN, failure, seed=seed)
    xr.testing.assert_equal(spliced.drop_vars("voltage"), CLEAN.drop_vars("voltage"))
    voltage, before = np.abs(spliced["voltage"].to_numpy()), np.abs(CLEAN["voltage"].to_numpy())
    changed = np.flatnonzero(np.abs(voltage - before) > 1e-9)
    assert event.failure == failure
    assert changed[-1] <= event.ends[-1]
    if failure == "contact_loss":
        assert (voltage[changed] >= before[changed] * (1 - 1e-12)).all()
        assert changed[0] <= event.first_signs[0] <= event.onsets[0]
        assert voltage[event.ends[0]] > 50 * before[event.ends[0]]
    else:
        assert changed[0] == event.onsets[0]
        assert voltage[changed] == pytest.approx((1 - event.strength) * before[changed], abs=2e-5)


@pytest.mark.parametrize("failure", ["hard_short", "soft_short_transient"])
def test_a_splice_leaves_the_noise_of_the_instrument(failure: str) -> None:
    noisy = with_effects(voltage_noise=1e-3)
    spliced, event = splice_failure(noisy, failure, seed=2)
    inside = (
        np.arange(event.onsets[0] + 10, event.ends[0])
        if failure == "hard_short"
        else np.arange(event.onsets[0], event.ends[0])
    )
    inside = inside[CLEAN["control_mode"].to_numpy()[inside] == 1]
    residual = np.abs(spliced["voltage"].to_numpy()[inside]) - (1 - event.strength) * np.abs(
        CLEAN["voltage"].to_numpy()[inside]
    )
    assert np.std(residual) == pytest.approx(1e-3, rel=0.5)


def test_a_splice_needs_a_long_half_cycle_and_a_known_failure() -> None:
    with pytest.raises(PhysicsError, match="one of"):
        splice_failure(CLEAN, "rust", seed=1)
    with pytest.raises(PhysicsError, match="0 such half cycles"):
        splice_failure(CLEAN.isel(row=slice(0, 30)), "hard_short", seed=1)
