"""A ramp is recognised, or told why it is none; its critical current is an interval."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from current_ramps import both_ways, ramp

from alkanode.data import Cell, Electrolyte, open_saved, save
from alkanode.electrochem import (
    PassRule,
    RampRule,
    critical_current,
    critical_current_estimates,
    current_ramp,
    find_failures,
)
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError, UnitsError

CELL = Cell(
    anode="Na",
    counter="Na",
    area="1 cm2",
    final_area="0.8 cm2",
    final_area_uncertainty="0.04 cm2",
    stack_pressure="10 MPa",
    temperature="25 degC",
    electrolyte=Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True),
)
LEVELS = [0.25e-3, 0.5e-3, 0.75e-3, 1e-3]


def test_the_interval_is_last_passed_to_first_failed() -> None:
    result = critical_current(ramp(both_ways(LEVELS), short_at=0.75e-3), CELL)
    attrs = result.attrs
    assert (attrs["last_passed"], attrs["first_failed"], attrs["censoring"]) == (0.5e-3, 0.75e-3, "interval")
    assert attrs["increment"] == pytest.approx(0.25e-3)
    assert (attrs["ended_by"], attrs["failing_direction"], attrs["confirmed"]) == ("short", "strip", 1)
    assert result["passed"].to_numpy().tolist() == [True, True, False, False]
    assert result["after_failure"].to_numpy().tolist() == [False, False, False, True]
    assert result["nominal_current_density"].to_numpy()[0] == pytest.approx(2.5)
    assert result["final_current_density"].to_numpy()[0] == pytest.approx(2.5 / 0.8)
    assert attrs["charge_at_failure"] == pytest.approx(0.5 * 1.8, rel=0.05)
    assert attrs["cumulative_charge"] == pytest.approx(4.5 * 1.8, rel=0.03)
    assert attrs["mode"] == "constant capacity"
    assert result["charge_passed"].to_numpy()[0] == pytest.approx([1.8, 1.8], rel=0.03)


def test_constant_time_is_told_apart() -> None:
    result = critical_current(ramp(both_ways(LEVELS), seconds=1800.0, short_at=1e-3), CELL)
    assert result.attrs["mode"] == "constant time"
    assert json.loads(result.attrs["protocol"])["target"] == pytest.approx(1800, rel=0.03)


def test_failing_in_the_first_level_is_left_censored() -> None:
    result = critical_current(ramp(both_ways(LEVELS), short_at=0.1e-3), CELL)
    assert (result.attrs["censoring"], result.attrs["last_passed"]) == ("left", 0.0)
    estimate = critical_current_estimates(result)["critical_current"]
    assert estimate.value == 0.25e-3
    assert "upper bound" in estimate.label


def test_never_failing_is_right_censored() -> None:
    result = critical_current(ramp(both_ways(LEVELS)), CELL)
    assert (result.attrs["censoring"], result.attrs["last_passed"], result.attrs["first_failed"]) == (
        "right",
        1e-3,
        np.inf,
    )
    assert "lower bound" in critical_current_estimates(result)["critical_current"].label


def test_a_short_while_the_working_electrode_is_plated() -> None:
    """The anode on the counter lead is stripped by negative current."""
    record = ramp([1, -1, 2, -2, 3, -3], short_at=3, charge=900.0, share=1.0)
    record["voltage"][record["current"].to_numpy() == -3] = -3.0 * 1.0
    for role, way in (("working", "plate"), ("counter", "strip")):
        cell = Cell(anode="Na", counter="Na", anode_role=role, electrolyte=CELL.electrolyte, area="1 cm2")
        result = critical_current(
            record, cell, failures=_events(record, int(np.flatnonzero(record["current"] == -3)[5]))
        )
        assert result.attrs["failing_direction"] == way
        assert (result.attrs["last_passed"], result.attrs["first_failed"]) == (2, 3)


def _events(record: xr.Dataset, row: int, failure: str = "hard_short", *, confirmed: bool = True) -> xr.Dataset:
    found = find_failures(ramp(both_ways(LEVELS), short_at=1e-3), CELL).isel(event=[0])
    return found.assign(row=("event", [row]), failure=("event", [failure]), confirmed=("event", [confirmed]))


def test_lost_contact_is_a_critical_stripping_current_and_no_ccd() -> None:
    record = ramp(both_ways(LEVELS))
    row = int(np.flatnonzero(record["current"] == 0.75e-3)[30])
    result = critical_current(record, CELL, failures=_events(record, row, "contact_loss"))
    assert (result.attrs["censoring"], result.attrs["last_passed"], result.attrs["first_failed"]) == (
        "right",
        0.5e-3,
        np.inf,
    )
    estimates = critical_current_estimates(result)
    assert estimates["critical_stripping_current"].interval == (0.5e-3, 0.75e-3)
    assert "critical_plating_current" not in estimates
    plated = int(np.flatnonzero(record["current"] == -0.75e-3)[30])
    other = critical_current_estimates(critical_current(record, CELL, failures=_events(record, plated, "contact_loss")))
    assert other["critical_plating_current"].interval == (0.5e-3, 0.75e-3)


def test_an_empty_electrode_says_nothing_of_the_current() -> None:
    record = ramp(both_ways(LEVELS))
    row = int(np.flatnonzero(record["current"] == 0.75e-3)[30])
    result = critical_current(record, CELL, failures=_events(record, row, "depletion"))
    assert result.attrs["ended_by"] == "depletion"
    assert result.attrs["censoring"] == "right"
    assert not {"critical_stripping_current", "critical_plating_current"} & set(critical_current_estimates(result))


def test_events_of_a_history_end_no_level_but_are_listed() -> None:
    record = ramp(both_ways(LEVELS))
    row = int(np.flatnonzero(record["current"] == 0.75e-3)[30])
    result = critical_current(record, CELL, failures=_events(record, row, "overpotential_growth"))
    assert result.attrs["ended_by"] == ""
    assert "overpotential growth" in result.attrs["other_events"]
    strict = PassRule(shorts=("overpotential_growth",))
    assert critical_current(
        record, CELL, failures=_events(record, row, "overpotential_growth"), pass_rule=strict
    ).attrs["first_failed"] == pytest.approx(0.75e-3)


def test_one_sign_is_a_suspicion_in_the_label() -> None:
    record = ramp(both_ways(LEVELS))
    row = int(np.flatnonzero(record["current"] == 0.75e-3)[30])
    result = critical_current(record, CELL, failures=_events(record, row, "suspected_short", confirmed=False))
    assert "suspected" in critical_current_estimates(result)["critical_current"].label


def cut(record: xr.Dataset, current: float, kept: int) -> xr.Dataset:
    """The record without the later rows of the half cycle at a current."""
    rows = np.flatnonzero(record["current"].to_numpy() == current)
    return record.isel(row=np.setdiff1d(np.arange(record.sizes["row"]), rows[kept:]))


def test_an_early_end_at_the_highest_voltage_is_the_voltage_limit() -> None:
    record = ramp(both_ways(LEVELS))
    for current in (0.75e-3, -0.75e-3, 1e-3, -1e-3):
        record = cut(record, current, 20)
    result = critical_current(record, CELL, target="0.5 mAh")
    assert (result.attrs["ended_by"], result.attrs["last_passed"]) == ("voltage_limit", 0.5e-3)
    assert result.attrs["censoring"] == "right"


def test_an_early_end_below_that_says_nothing() -> None:
    """A half cycle that somebody skipped neither passes nor fails its level; higher ones still count."""
    record = cut(ramp(both_ways(LEVELS), short_at=1e-3), 0.5e-3, 20)
    result = critical_current(record, CELL)
    assert result["failure"].to_numpy().tolist() == ["", "ended_early", "", "short"]
    assert (result.attrs["last_passed"], result.attrs["first_failed"]) == (0.75e-3, 1e-3)


def test_a_last_step_that_was_cut_off_is_unfinished() -> None:
    record = ramp(both_ways(LEVELS))
    half = record.isel(row=slice(0, int(np.flatnonzero(record["current"] == -1e-3)[20])))
    result = critical_current(half, CELL)
    assert result["failure"].to_numpy().tolist() == ["", "", "", "unfinished"]
    assert (result.attrs["last_passed"], result.attrs["censoring"]) == (0.75e-3, "right")
    stated = critical_current(half, CELL, voltage_limit="0.2 V")
    assert stated.attrs["ended_by"] == "voltage_limit"


def test_a_level_without_its_way_back_does_not_pass() -> None:
    result = critical_current(ramp(both_ways(LEVELS)[:-1]), CELL)
    assert result["passed"].to_numpy().tolist() == [True, True, True, False]
    assert np.isnan(result["charge_passed"].to_numpy()[3, 1])


def test_a_repeated_level_is_one_level() -> None:
    result = critical_current(ramp(both_ways([0.25e-3, 0.25e-3, 0.5e-3, 0.5e-3]), short_at=0.5e-3), CELL)
    assert result["half_cycles"].to_numpy().tolist() == [4, 4]
    assert (result.attrs["last_passed"], result.attrs["first_failed"]) == (0.25e-3, 0.5e-3)


def test_only_one_direction_rises() -> None:
    """Plating at rising currents, stripping back at one: the levels are those of plating."""
    currents = [value for level in LEVELS[1:] for value in (-level, 0.25e-3)]
    result = critical_current(ramp(currents, short_at=1e-3), CELL)
    assert result.attrs["ramped"] == "plate"
    assert result["current"].to_numpy() == pytest.approx(LEVELS[1:])
    assert result.attrs["last_passed"] == pytest.approx(0.75e-3)


def test_a_pause_for_impedance_does_not_split_a_half_cycle() -> None:
    record = ramp(both_ways(LEVELS), short_at=1e-3)
    rows = np.flatnonzero(record["current"].to_numpy() == 0.5e-3)
    pause = record.isel(row=np.repeat(rows[30], 5)).assign(
        current=("row", np.zeros(5)), voltage=("row", np.zeros(5)), current_setpoint=("row", np.zeros(5))
    )
    joined = xr.concat(
        [record.isel(row=slice(0, rows[30] + 1)), pause, record.isel(row=slice(rows[30] + 1, None))], "row"
    )
    ramped = current_ramp(joined, CELL)
    assert ramped.attrs["is_ramp"]
    assert ramped.sizes["half_cycle"] == 8
    assert critical_current(joined, CELL).attrs["first_failed"] == 1e-3


@pytest.mark.parametrize(
    ("currents", "reason"),
    [
        ([0.25e-3, 0.5e-3, 0.75e-3], "one direction only"),
        ([0.5e-3, -0.5e-3] * 4, "1 level only, at 0.5 mA: cycling at constant current"),
        ([1e-3, -1e-3, 0.5e-3, -0.5e-3], "does not rise"),
        ([0.5e-3, -1e-3] * 4, "does not rise"),
        (both_ways([0.25e-3] + [0.5e-3] * 30), "60 half cycles at one level"),
        ([], "no half cycle under current control"),
    ],
)
def test_what_is_no_ramp_is_told_why(currents: list[float], reason: str) -> None:
    found = current_ramp(ramp(currents), CELL)
    assert not found.attrs["is_ramp"]
    assert reason in found.attrs["reason"]
    with pytest.raises(SchemaError, match="needs a ramp"):
        critical_current(ramp(currents), CELL)


def test_a_voltammogram_is_no_ramp() -> None:
    record = ramp(both_ways(LEVELS))
    record = record.assign(control_mode=("row", np.full(record.sizes["row"], 2)))
    assert current_ramp(record).attrs["reason"] == "no half cycle under current control"


def test_currents_that_were_not_held_make_no_levels() -> None:
    record = ramp(both_ways(LEVELS), setpoint=False)
    wild = np.random.default_rng(0).uniform(0.2, 1.0, record.sizes["row"])
    assert "not held" in current_ramp(record.assign(current=record["current"] * wild)).attrs["reason"]


def test_a_ramp_stopped_in_its_first_level_counts_for_who_knows() -> None:
    record = ramp(both_ways(LEVELS[:1]), short_at=0.1e-3)
    assert not current_ramp(record).attrs["is_ramp"]
    result = critical_current(record, CELL, ramp_rule=RampRule(least_levels=1))
    assert (result.attrs["censoring"], result.attrs["first_failed"]) == ("left", 0.25e-3)


def test_formation_before_the_ramp_is_left_out_with_a_warning() -> None:
    record = ramp([0.6e-3, -0.6e-3, *both_ways(LEVELS)], short_at=1e-3)
    with pytest.warns(DataQualityWarning, match="left out of the ramp"):
        result = critical_current(record, CELL)
    assert result["current"].to_numpy() == pytest.approx(LEVELS)
    assert result.attrs["first_failed"] == 1e-3


def test_a_stated_target_rules() -> None:
    record = ramp(both_ways(LEVELS))
    assert critical_current(record, CELL, target="0.5 mAh").attrs["last_passed"] == 1e-3
    assert critical_current(record, CELL, target="0.5 mAh cm-2").attrs["last_passed"] == 1e-3
    assert critical_current(record, CELL, target="25 min").attrs["last_passed"] == 1e-3
    assert not critical_current(record, CELL, target="1 mAh")["passed"].any()
    with pytest.raises(PhysicsError, match="positive"):
        critical_current(record, CELL, target="-1 mAh")
    with pytest.raises(PhysicsError, match="nominal area"):
        critical_current(record, target="1 mAh cm-2")
    with pytest.raises(UnitsError, match="a time, a charge"):
        critical_current(record, CELL, target="1 V")
    with pytest.raises(PhysicsError, match="voltage limit"):
        critical_current(record, CELL, voltage_limit=-1.0)


def test_an_unclear_target_is_doubted() -> None:
    pieces, now = [], 0.0
    for level, charge in zip(LEVELS, (1.8, 1.2, 2.4, 0.9), strict=True):
        piece = ramp(both_ways([level]), charge=charge)
        pieces.append(piece.assign(time=piece["time"] + now))
        now = float(pieces[-1]["time"][-1]) + 10
    with pytest.warns(DataQualityWarning, match="state the target"):
        assert critical_current(xr.concat(pieces, "row"), CELL).attrs["mode"] == "unknown"


def test_the_area_moves_both_ends_together() -> None:
    result = critical_current(ramp(both_ways(LEVELS), short_at=1e-3), CELL)
    estimates = critical_current_estimates(result)
    inner = np.array([0.75, 1.0]) * 10 / 0.8
    assert estimates["critical_current_density"].interval == pytest.approx((inner[0] / 1.1, inner[1] / 0.9))
    assert "both ends together" in estimates["critical_current_density"].label
    assert estimates["nominal_critical_current_density"].interval == pytest.approx((7.5, 10.0))
    bare = critical_current_estimates(
        critical_current(
            ramp(both_ways(LEVELS), short_at=1e-3), failures=find_failures(ramp(both_ways(LEVELS), short_at=1e-3))
        )
    )
    assert set(bare) == {"critical_current", "charge_at_failure", "cumulative_charge"}


def test_a_symmetric_cell_is_called_the_smaller_of_two() -> None:
    record = ramp(both_ways(LEVELS), short_at=1e-3)
    assert "smaller of two" in critical_current(record, CELL).attrs["interfaces"]
    half = Cell(anode="NaK50", counter="Na", electrolyte=CELL.electrolyte)
    assert critical_current(record, half).attrs["interfaces"] == "two different electrodes"


def test_a_full_cell_is_refused() -> None:
    record = ramp(both_ways(LEVELS))
    record = record.assign(voltage=record["voltage"] + 3.3)
    with pytest.warns(DataQualityWarning), pytest.raises(SchemaError, match="failures can be judged"):
        critical_current(record)


def test_it_survives_a_file(tmp_path: object) -> None:
    result = critical_current(ramp(both_ways(LEVELS), short_at=1e-3), CELL)
    back = open_saved(save(result, f"{tmp_path}/ccd.h5"))
    assert isinstance(back, xr.Dataset)
    assert back["passed"].to_numpy().tolist() == result["passed"].to_numpy().tolist()
    assert back.attrs["protocol"] == result.attrs["protocol"]
