"""Records and cells that contradict physics or each other: refused, doubted, or answered as far as they carry."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, label
from alkanode.electrochem import (
    capacity_fade,
    critical_current,
    critical_current_estimates,
    critical_stripping,
    differential_capacity,
    full_cell,
    full_cell_estimates,
    pool,
    potential_sweeps,
    rate_test,
    staircase,
    stripping_estimates,
    voltammetry,
)
from alkanode.foundation.errors import AlkanodeWarning, DataQualityWarning, PhysicsError, SchemaError
from alkanode.numerics.relaxation import Decay, decay_at
from alkanode.studies.blocks import Stripping
from alkanode.studies.stripping import stripping_part


def record(time: np.ndarray, voltage: np.ndarray, current: np.ndarray, **more: np.ndarray) -> xr.Dataset:
    fields = {"time": time, "voltage": voltage, "current": current, **more}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def charged_and_discharged(cycles: int = 6, rows: int = 20) -> xr.Dataset:
    """1 mA up from 2.5 to 4 V and back, with one row of rest after each cycle."""
    rise = np.linspace(2.5, 4.0, rows)
    voltage = np.tile(np.concatenate([rise, rise[::-1], [2.5]]), cycles)
    current = np.tile(np.repeat([1e-3, -1e-3, 0.0], [rows, rows, 1]), cycles)
    return record(60.0 * np.arange(voltage.size), voltage, current)


def ramp(shorted_from: float = np.inf, *, ohm: float = 200.0, levels: tuple[float, ...] = (1, 2, 3, 4)) -> xr.Dataset:
    """Half cycles of one hour at 1, 2, 3, 4 mA; from a level on the resistance is 0.1 ohm after half a half cycle."""
    flow = np.concatenate([np.repeat([level, -level], 60) for level in levels]) * 1e-3
    drop = np.where((np.abs(flow) >= shorted_from * 1e-3) & (np.arange(flow.size) % 60 > 30), 0.1, ohm)
    hit = np.flatnonzero(drop == 0.1)
    if hit.size:
        drop[hit[0] :] = 0.1
    noise = 1e-5 * np.random.default_rng(0).normal(size=flow.size)
    return record(60.0 * np.arange(flow.size), flow * drop + noise, flow, current_setpoint=flow)


def test_a_cycle_of_unknown_current_is_a_group_of_its_own() -> None:
    cycles = full_cell(charged_and_discharged())
    unknown = cycles.assign(discharge_current=cycles["discharge_current"].where(cycles["cycle"] != 3))
    with pytest.raises(SchemaError, match="two groups"):
        rate_test(unknown)


def test_levels_of_too_few_rows_are_no_staircase() -> None:
    """Each level has two rows and no set-point, so that none can be judged."""
    current = np.repeat([0, 1e-3, 0, 2e-3, 0, 4e-3], [9, 2, 9, 2, 9, 2]).astype(float)
    with pytest.raises(SchemaError, match="levels of constant current"):
        staircase(record(np.arange(current.size) * 1.0, 100 * current, current))


def test_a_voltage_that_is_lost_in_a_rest_does_not_spoil_the_branches_around_it() -> None:
    whole = charged_and_discharged()
    lost = whole.assign(voltage=whole["voltage"].where(whole["current"] != 0))
    np.testing.assert_allclose(
        differential_capacity(lost)["differential_capacity"],
        differential_capacity(whole)["differential_capacity"],
        rtol=1e-6,
    )


def test_half_cycles_of_three_samples_have_no_slope() -> None:
    with pytest.raises(SchemaError, match="four or more samples"):
        differential_capacity(charged_and_discharged(rows=3))


def test_a_current_that_is_nowhere_known_inside_the_sweeps_is_no_fault_of_the_potential() -> None:
    up = np.concatenate([np.arange(0, 0.5, 0.002), np.arange(0.5, -0.5, -0.002), np.arange(-0.5, 0.002, 0.002)])
    current = np.full(up.size, np.nan)
    current[0] = 1e-3
    with pytest.warns(DataQualityWarning, match="does not say what"):
        assert potential_sweeps(record(0.2 * np.arange(up.size), up, current)).sizes["cycle"] == 1


def test_one_sweep_is_no_voltammogram() -> None:
    up = np.linspace(-0.5, 0.5, 300)
    with pytest.raises(SchemaError, match="one sweep"):
        voltammetry(record(np.arange(300) * 0.5, up, up / 100, control_mode=np.full(300, 2)))


def test_what_was_plated_between_two_samples_is_not_stripped() -> None:
    """The current turns from -4 to 1 mA between two samples and the voltage passes the cut-off at once."""
    current = np.repeat([-4e-3, 1e-3], [20, 30])
    voltage = np.concatenate([np.full(20, -0.1), np.full(30, 2.0)])
    limit = critical_stripping(record(10.0 * np.arange(50), voltage, current), cutoff="1 V")
    assert limit["charge"].item() == 0.0
    low, high = limit["charge_interval"].to_numpy()[0]
    assert low <= 0.0 <= high


def test_a_charge_that_falls_while_stripping_is_refused() -> None:
    """The set-point strips, the measured current has the other sign."""
    flow = np.full(50, 1e-3)
    voltage = np.linspace(0.0, 2.0, 50)
    reversed_current = record(10.0 * np.arange(50), voltage, -flow, current_setpoint=flow)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        with pytest.raises(PhysicsError, match="other sign convention"):
            critical_stripping(reversed_current, cutoff="1 V")


def test_an_area_that_is_known_to_twice_itself_leaves_the_density_open_upwards() -> None:
    cell = Cell(anode="NaK50", area="1 cm2", area_uncertainty="2 cm2", anode_mass="5 mg")
    voltage = np.linspace(0.0, 2.0, 50)
    limit = critical_stripping(record(60.0 * np.arange(50), voltage, np.full(50, 1e-3)), cell, cutoff="1 V")
    low, high = stripping_estimates(limit, cell)["areal_capacity_at_1_V"].interval or (np.nan, np.nan)
    assert 0 < low < float(limit["areal_capacity"][0])
    assert high == np.inf


def test_more_metal_than_the_anode_holds_is_doubted() -> None:
    """The mass was given in micrograms for milligrams."""
    voltage = np.linspace(0.0, 2.0, 50)
    trace = record(600.0 * np.arange(50), voltage, np.full(50, 1e-4))
    with pytest.warns(DataQualityWarning, match="the mass, its unit or the role"):
        critical_stripping(trace, Cell(anode="NaK50", anode_mass="5 ug"), cutoff="1 V")


def test_findings_name_no_number_where_the_voltage_is_unknown() -> None:
    flow = np.tile(np.repeat([1e-3, -1e-3], 30), 4)
    unknown = record(60.0 * np.arange(flow.size), np.full(flow.size, np.nan), flow)
    said = stripping_part(unknown, None, Stripping(), None).findings
    assert "nan" not in " ".join(said)
    assert "the voltage is unknown" in said[0]


def test_a_current_of_no_duration_leaves_a_voltage_without_gradient() -> None:
    decay = Decay(
        model="diffusion", final=0.1, amplitudes=np.array([0.5]), time_constants=np.array([np.nan]), reason=""
    )
    np.testing.assert_allclose(decay_at(decay, [0.0, 1.0, 10.0], 0.0), 0.1)


def test_a_first_cycle_without_charge_has_no_efficiency() -> None:
    cycles = full_cell(charged_and_discharged(3))
    first = cycles["cycle"] == cycles["cycle"][0]
    estimate = full_cell_estimates(cycles.assign(coulombic_efficiency=cycles["coulombic_efficiency"].where(~first)))
    assert estimate["first_coulombic_efficiency"].value is None


def test_five_cycles_have_no_knee_and_lost_capacities_no_end() -> None:
    cycles = full_cell(charged_and_discharged(5))
    fade = capacity_fade(cycles)
    assert np.isnan(fade["knee"])
    assert "5 cycles" in str(fade["knee_refused"].item())
    assert np.isnan(fade["end_of_life"])


@pytest.mark.parametrize("ohm", [0.2, 200.0, 2e5])
def test_a_ramp_in_units_wrong_by_a_thousand_keeps_its_levels(ohm: float) -> None:
    result = critical_current(ramp(ohm=ohm), Cell(anode="Na", counter="Na", area="1 cm2"))
    np.testing.assert_allclose(result["current"], [1e-3, 2e-3, 3e-3, 4e-3])


def test_a_final_area_above_the_nominal_one_lowers_the_density() -> None:
    small = critical_current(ramp(3.0), Cell(anode="Na", counter="Na", area="1 cm2", final_area="2 cm2"))
    np.testing.assert_allclose(2 * small["final_current_density"], small["nominal_current_density"])
    without = critical_current(ramp(3.0), Cell(anode="Na", counter="Na"))
    assert np.isnan(without["nominal_current_density"]).all()
    assert not [name for name in critical_current_estimates(without) if "density" in name and "charge" in name]


def test_a_ramp_of_one_level_and_an_alloy_without_the_metal_say_so() -> None:
    with pytest.raises(SchemaError, match="1 level only"):
        critical_current(ramp(levels=(1, 1, 1, 1)))
    with pytest.raises(SchemaError, match="two metals"):
        full_cell(charged_and_discharged(), Cell(anode="NaK50", counter="Na"))


def test_cells_that_stop_at_one_level_are_known_no_better_than_the_level() -> None:
    cell = Cell(anode="Na", counter="Na", area="1 cm2", final_area="1 cm2")
    one = critical_current(ramp(3.0), cell)
    assert one.attrs["censoring"] == "interval"
    pooled = pool([one, one, one])
    low, high = pooled["interval"].to_numpy()[0]
    assert pooled.attrs["mean_lower"] <= low < high <= pooled.attrs["mean_upper"]
    alone = pool([one])
    assert np.isnan(alone.attrs["mean_lower"])
    assert "one cell" in alone.attrs["mean_reason"]


def test_cells_that_never_failed_have_no_mean() -> None:
    cell = Cell(anode="Na", counter="Na", area="1 cm2", final_area="1 cm2")
    pooled = pool([critical_current(ramp(), cell)] * 3)
    assert pooled.attrs["n_right"] == 3
    assert np.isnan(pooled.attrs["mean"])
    assert np.isnan(pooled.attrs["scale"])
    assert pooled.attrs["weibull_reason"]
