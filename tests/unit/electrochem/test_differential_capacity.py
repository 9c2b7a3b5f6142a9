"""dQ/dU, its peaks, the migration index."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import label
from alkanode.electrochem import (
    MigrationRule,
    PlateauRule,
    differential_capacity,
    differential_peaks,
    full_cell,
    migration_estimates,
    plateau_migration,
)
from alkanode.foundation.errors import SchemaError
from alkanode.virtual import CyclerNoise, CyclerProgram, FullCellLaw, cycle_full_cell


@pytest.fixture(scope="module")
def made() -> xr.DataTree:
    return cycle_full_cell(program=CyclerProgram(rates=((14, 1.0),)), seed=4)


@pytest.fixture(scope="module")
def differential(made: xr.DataTree) -> xr.Dataset:
    return differential_capacity(made)


def test_the_integral_is_the_capacity(made: xr.DataTree, differential: xr.Dataset) -> None:
    cycles = full_cell(made)
    area = differential["differential_capacity"].fillna(0.0).sum("voltage") * differential.attrs["step"]
    for side in ("charge", "discharge"):
        np.testing.assert_allclose(
            area.sel(branch=side), cycles[f"{side}_capacity"], rtol=6e-3
        )  # the step from the rest has no voltage
    assert (differential["differential_capacity"].fillna(0.0) >= 0).all()


def test_a_straight_profile_has_a_constant_slope() -> None:
    ramp = np.linspace(0, 1, 500)
    time = np.concatenate([ramp, 1 + ramp, 2 + ramp, 3 + ramp]) * 3600
    current = np.repeat([1e-3, -1e-3, 1e-3, -1e-3], 500)
    voltage = np.concatenate([3 + ramp, 4 - ramp, 3 + ramp, 4 - ramp])
    rows = {"time": time, "current": current, "voltage": voltage, "current_setpoint": current}
    record = label(xr.Dataset({name: ("row", values) for name, values in rows.items()}), "cycling")
    middle = differential_capacity(record, width="50 mV")["differential_capacity"].sel(voltage=slice(3.1, 3.9))
    np.testing.assert_allclose(middle, 3.6, rtol=1e-2)


def test_the_width_follows_the_noise_and_can_be_given() -> None:
    program = CyclerProgram(rates=((3, 1.0),), samples=2000)
    quiet, loud = (
        differential_capacity(cycle_full_cell(program=program, seed=1, noise=CyclerNoise(voltage=noise)))
        for noise in (1e-5, 2e-3)
    )
    assert quiet.attrs["width"] == pytest.approx(0.005, rel=0.15)
    assert loud.attrs["width"] == pytest.approx(0.02, rel=0.3)
    given = differential_capacity(cycle_full_cell(program=program, seed=1), width="12 mV")
    assert given.attrs["width"] == pytest.approx(0.012, rel=0.15)
    assert given.attrs["width_is"] == "given"


def test_holds_are_left_out() -> None:
    law = FullCellLaw(resistance=200.0)
    program = CyclerProgram(rates=((3, 2.0),), hold=0.02)
    record = cycle_full_cell(law, program, seed=1)
    cycles = full_cell(record)
    share = (cycles["charge_hold_capacity"] / cycles["charge_capacity"]).to_numpy()
    left = differential_capacity(record)["left_out"].sel(branch="charge").to_numpy()
    np.testing.assert_allclose(left, share, atol=6e-3)


def test_a_rounded_counter_gives_no_spurious_peaks() -> None:
    record = cycle_full_cell(program=CyclerProgram(rates=((3, 1.0),), samples=4000), seed=1)["cycling"].to_dataset()
    charge = np.round(record["charge"].to_numpy() / 0.036) * 0.036
    coarse = record.assign(charge=("row", charge), current=("row", np.round(record["current"].to_numpy(), 3)))
    peaks = differential_peaks(differential_capacity(coarse, width="30 mV"))
    first = (peaks["cycle"] == 1) & (peaks["branch"] == "charge")
    assert int(first.sum()) == 2


def test_plateaus_of_the_first_charge_and_their_tracks(differential: xr.Dataset) -> None:
    peaks = differential_peaks(differential)
    first = (peaks["cycle"] == 1) & (peaks["branch"] == "charge")
    np.testing.assert_allclose(np.sort(peaks["peak_voltage"].to_numpy()[first.to_numpy()]), [3.3, 3.7], atol=0.03)
    charge = peaks["branch"].to_numpy() == "charge"
    track, cycle = peaks["track"].to_numpy()[charge], peaks["cycle"].to_numpy()[charge]
    assert np.unique(track).size == 5
    for name in np.unique(track):
        assert np.unique(cycle[track == name]).size == (track == name).sum()
    gone = track[(cycle == 1) & (np.abs(peaks["peak_voltage"].to_numpy()[charge] - 3.31) < 0.05)][0]
    assert cycle[track == gone].max() < 14


def test_no_peak_is_an_empty_record(differential: xr.Dataset) -> None:
    none = differential.assign(differential_capacity=differential["differential_capacity"] * 0)
    assert differential_peaks(none, rule=PlateauRule(prominence=0.1)).sizes["peak"] == 0


@pytest.mark.parametrize("branch", ["charge", "discharge"])
def test_the_migration_index_is_the_true_one(made: xr.DataTree, differential: xr.Dataset, branch: str) -> None:
    found = plateau_migration(differential, branch=branch)
    low, high = found["migration_interval"].to_numpy().T
    true = made.attrs["true_migration"]
    assert np.mean((low <= true) & (true <= high)) >= 0.9
    assert np.max(high - low) < 0.05
    np.testing.assert_allclose(found["migration"], true, atol=0.02)
    half = migration_estimates(found)["migration_half_way"]
    assert half.value == pytest.approx(np.interp(0.5, true, np.arange(1, 15)), abs=0.1)


def test_given_patterns_give_the_absolute_share(made: xr.DataTree, differential: xr.Dataset) -> None:
    pure = [
        differential_capacity(cycle_full_cell(FullCellLaw(exchange=exchange, final_share=1.0), seed=9))
        for exchange in (0.0, 1.0)
    ]
    grid = differential["voltage"].to_numpy()
    patterns = [
        np.interp(grid, one["voltage"], one["differential_capacity"].sel(branch="discharge").isel(cycle=-1).fillna(0.0))
        for one in pure
    ]
    found = plateau_migration(differential, patterns=(patterns[0], patterns[1]))
    np.testing.assert_allclose(found["migration"], made.attrs["true_potassium_share"], atol=0.03)
    with pytest.raises(SchemaError, match="grid"):
        plateau_migration(differential, patterns=(patterns[0][:5], patterns[1][:5]))
    with pytest.raises(SchemaError, match="negative"):
        plateau_migration(differential, patterns=(-patterns[0], patterns[1]))


def test_what_does_not_migrate_is_refused() -> None:
    still = differential_capacity(cycle_full_cell(FullCellLaw(exchange=0.0), CyclerProgram(rates=((6, 1.0),)), seed=1))
    with pytest.raises(SchemaError, match="of their charge"):
        plateau_migration(still)
    with pytest.raises(SchemaError, match="needs 3 cycles"):
        plateau_migration(still.isel(cycle=slice(0, 2)))


def test_a_growing_polarisation_is_no_migration() -> None:
    records = []
    clock = 0.0
    for cycle in range(5):
        law = FullCellLaw(exchange=0.0, resistance=10.0 + 50.0 * cycle)
        one = cycle_full_cell(law, CyclerProgram(rates=((1, 1.0),)), seed=cycle)["cycling"].to_dataset()
        one = one.assign(time=one["time"] + clock)
        clock = float(one["time"][-1]) + 60
        records.append(one.drop_vars("charge"))
    record = label(xr.concat(records, "row"), "cycling")
    with pytest.raises(SchemaError, match="a change of polarisation"):
        plateau_migration(differential_capacity(record))


def test_a_dead_cell_has_no_last_pattern() -> None:
    law = FullCellLaw(anode_excess=1.0, anode_loss=0.1)
    record = cycle_full_cell(law, CyclerProgram(rates=((11, 1.0),), samples=50), seed=1)
    with pytest.raises(SchemaError, match="of the first"):
        plateau_migration(
            differential_capacity(record).isel(cycle=slice(0, 10)),
            rule=MigrationRule(least_charge=0.2),
        )
