"""Cycles of full cells: capacities, roles, ends of the record, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Electrode, label
from alkanode.electrochem import CycleRule, full_cell, full_cell_estimates
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.virtual import CyclerNoise, CyclerProgram, FullCellLaw, cycle_full_cell

QUIET = CyclerNoise(voltage=0.0, current=0.0, capacity=0.0)


def simulated(program: CyclerProgram | None = None, role: str = "counter", seed: int = 1, **law: float) -> xr.Dataset:
    made = cycle_full_cell(
        FullCellLaw(**law), program or CyclerProgram(rates=((4, 1.0),)), seed=seed, noise=QUIET, anode_role=role
    )
    return made["cycling"].to_dataset()


def made(parts: list[tuple[float, float, float, float]], **columns: float) -> xr.Dataset:
    """Record from (current A, seconds, voltage at the begin, voltage at the end); a rest of one hour between two parts."""
    time, current, voltage, clock = [0.0], [0.0], [parts[0][2]], 0.0
    for flow, seconds, begin, end in parts:
        share = np.linspace(0, 1, 101)[1:]
        time += [*(clock + seconds * share), clock + seconds + 3600.0]
        current += [*np.full(100, flow), 0.0]
        voltage += [*(begin + (end - begin) * share), end]
        clock += seconds + 3600.0
    rows = {"time": time, "current": current, "voltage": voltage, "current_setpoint": current}
    return label(xr.Dataset({name: ("row", np.array(values)) for name, values in rows.items()}), "cycling")


UP, DOWN = (1e-3, 3600.0, 3.0, 4.0), (-1e-3, 3240.0, 3.8, 2.8)


def test_capacities_energies_and_efficiencies() -> None:
    cycles = full_cell(made([UP, DOWN, UP, DOWN]))
    assert cycles["cycle"].to_numpy().tolist() == [1, 2]
    # the first sample after a rest is joined to it by the trapezoidal rule: half a sample is missing on either side
    np.testing.assert_allclose(cycles["charge_capacity"], 3.6, rtol=0.01)
    np.testing.assert_allclose(cycles["charge_voltage"], 3.5, atol=0.01)
    np.testing.assert_allclose(cycles["discharge_voltage"], 3.3, atol=0.01)
    np.testing.assert_allclose(cycles["coulombic_efficiency"], 0.9, atol=0.01)
    product = cycles["coulombic_efficiency"] * cycles["voltage_efficiency"]
    np.testing.assert_allclose(cycles["energy_efficiency"], product, rtol=1e-12)
    np.testing.assert_allclose(cycles["charge_current"], 1e-3, rtol=1e-6)
    np.testing.assert_allclose(cycles["retention"], 1.0, atol=1e-9)
    np.testing.assert_allclose(cycles["discharge_rate"], 3.6 / cycles["discharge_capacity"][0], rtol=1e-6)


def test_both_roles_give_the_same_numbers_and_mirrored_directions() -> None:
    there = full_cell(simulated(), Cell(anode="NaK50", anode_role="counter", counter="NNMO"))
    here = full_cell(simulated(role="working"), Cell(anode="NaK50", anode_role="working", counter="NNMO"))
    xr.testing.assert_allclose(there, here)
    assert there.attrs["charge_sign"] == -here.attrs["charge_sign"] == 1
    bare = full_cell(simulated(role="working"))
    xr.testing.assert_allclose(bare, here)
    assert "the anode, since the voltage is negative" in bare.attrs["direction_from"]


def test_a_voltage_that_does_not_turn_with_the_role_is_taken_too() -> None:
    record = simulated(role="working")
    upright = record.assign(voltage=-record["voltage"])
    cell = Cell(anode="NaK50", anode_role="working", counter="NNMO")
    xr.testing.assert_allclose(full_cell(upright, cell), full_cell(record, cell))
    with pytest.warns(DataQualityWarning, match="different electrodes"):
        assert full_cell(upright).attrs["charge_sign"] == -1


def test_a_forgotten_role_is_refused_by_physics() -> None:
    with pytest.raises(SchemaError, match="anode_role='counter'"):
        full_cell(simulated(), Cell(anode="NaK50", counter="NNMO"))


def test_areas_and_masses() -> None:
    cell = Cell(
        anode=Electrode("NaK50", mass="4 mg", mass_uncertainty="0.1 mg"),
        anode_role="counter",
        counter=Electrode("NNMO", mass="10 mg"),
        area="0.5 cm2",
    )
    cycles = full_cell(simulated(), cell)
    q = float(cycles["discharge_capacity"][0])
    assert float(cycles["discharge_areal_capacity"][0]) == pytest.approx(q / 0.5e-4)
    assert float(cycles["discharge_alloy_specific_capacity"][0]) == pytest.approx(q / 4e-6)
    assert float(cycles["discharge_cathode_specific_capacity"][0]) == pytest.approx(q / 1e-5)
    estimates = full_cell_estimates(cycles, cell)
    low, high = estimates["reference_alloy_specific_capacity"].interval or (0.0, 0.0)
    assert (high - low) / (high + low) == pytest.approx(1.96 * 0.025)
    assert estimates["reference_cathode_specific_capacity"].interval is None


def test_a_fragment_before_the_first_cycle_counts_as_none() -> None:
    fragment = (-1e-3, 600.0, 3.0, 2.8)
    cycles = full_cell(made([fragment, UP, DOWN, UP, DOWN]))
    assert cycles["cycle"].to_numpy().tolist() == [0, 1, 2]
    assert cycles["complete"].to_numpy().tolist() == [False, True, True]
    assert np.isnan(cycles["coulombic_efficiency"][0])
    assert cycles.attrs["reference_cycle"] == 1
    whole = full_cell(made([DOWN, UP, DOWN, UP]))
    assert whole.attrs["begins"] == "discharge"
    assert whole.attrs["coulombic_efficiency_is"].startswith("charge over discharge")
    told = full_cell(made([DOWN, UP, DOWN, UP]), rule=CycleRule(begins="charge"))
    assert told["complete"].to_numpy().tolist() == [False, True, False]


@pytest.mark.parametrize(("share", "whole"), [(1.0, True), (0.5, False)])
def test_a_last_half_cycle_that_was_cut_short(share: float, whole: bool) -> None:
    cycles = full_cell(simulated(CyclerProgram(rates=((4, 1.0),), stop=share)))
    assert bool(cycles["complete"][-1]) is whole
    assert ("cut short" in cycles.attrs["end_of_record"]) is not whole
    assert np.isfinite(cycles["retention"][-1]) == whole


def test_formation_is_told_from_a_rate_test() -> None:
    formed = full_cell(simulated(CyclerProgram(rates=((2, 0.1), (8, 1.0)))))
    assert formed["formation"].to_numpy().tolist() == [True] * 2 + [False] * 8
    assert formed.attrs["reference_cycle"] == 3
    assert formed["comparable"].to_numpy().sum() == 8
    rates = full_cell(simulated(CyclerProgram(rates=((3, 0.1), (3, 1.0), (3, 2.0)))))
    assert not rates["formation"].to_numpy().any()
    assert rates.attrs["reference_cycle"] == 1
    assert "none found" in rates.attrs["formation_found"]
    given = full_cell(simulated(), formation=2)
    assert given.attrs["reference_cycle"] == 3
    assert full_cell(simulated(), reference=2).attrs["reference_is"] == "cycle 2, as given"
    with pytest.raises(SchemaError, match="complete cycles 1 to 4"):
        full_cell(simulated(), reference=9)


def test_a_hold_is_set_apart_with_and_without_control_mode() -> None:
    record = simulated(CyclerProgram(rates=((3, 2.0),), hold=0.02), resistance=200.0)
    known = full_cell(record)
    share = (known["charge_hold_capacity"] / known["charge_capacity"]).to_numpy()
    assert (share > 0.01).all()
    bare = record.drop_vars(["control_mode", "current_setpoint"])
    assumed = full_cell(bare)
    assert assumed.attrs["hold_from"].startswith("a current that falls")
    np.testing.assert_allclose(assumed["charge_hold_capacity"], known["charge_hold_capacity"], rtol=0.05)
    without = full_cell(
        simulated(CyclerProgram(rates=((3, 2.0),)), resistance=200.0).drop_vars(["control_mode", "current_setpoint"])
    )
    assert (without["charge_hold_capacity"] == 0).all()


def test_short_reversals_are_left_out_with_a_warning() -> None:
    blip = (-1e-3, 5.0, 3.6, 3.59)
    first, second = (1e-3, 1800.0, 3.0, 3.5), (1e-3, 1800.0, 3.6, 4.0)
    with pytest.warns(DataQualityWarning, match="1 short reversals"):
        cycles = full_cell(made([first, blip, second, DOWN, UP, DOWN]))
    assert cycles.sizes["cycle"] == 2
    assert float(cycles["charge_capacity"][0]) == pytest.approx(3.6, rel=0.02)


METALS = [(1e-3, 3600.0, 0.02, 0.03), (-1e-3, 3600.0, -0.02, -0.03)] * 2


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (made(METALS), "turns with the current"),
        (made([(1e-3, 3600.0, 2.0, 3.0), (-1e-3, 3600.0, -2.0, -3.0)]), "turns with the current"),
        (made([(1e-3, 3600.0, 0.05, 0.1)]), "one direction only"),
        (made([(1e-3, 3600.0, 0.1, 0.2), (-1e-3, 3600.0, 0.1, 0.05)]), "stays below 0.5 V"),
        (made([(0.0, 3600.0, 3.0, 3.0)]), "no current"),
    ],
)
def test_other_cells_are_refused_with_the_reason(record: xr.Dataset, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        full_cell(record)


def test_voltage_control_is_refused_with_and_without_the_control_mode() -> None:
    time = np.arange(2000.0)
    voltage = 3.0 + np.abs(time % 1000 - 500) * 1e-3
    current = 1e-3 * np.gradient(voltage) / 1e-3 * (1 + np.exp(-((voltage - 3.2) ** 2) / 1e-3))
    sweep = label(
        xr.Dataset({"time": ("row", time), "voltage": ("row", voltage), "current": ("row", current)}), "cycling"
    )
    with pytest.raises(SchemaError, match="at one rate"):
        full_cell(sweep)
    with pytest.raises(SchemaError, match="under voltage control"):
        full_cell(sweep.assign(control_mode=("row", np.full(2000, 2))))
    with pytest.raises(SchemaError, match="two metals"):
        full_cell(made([UP, DOWN]), Cell(anode="NaK50", counter="Na", anode_role="counter"))


def test_missing_voltages_are_refused() -> None:
    record = made([UP, DOWN])
    holes = record["voltage"].to_numpy().copy()
    holes[50] = np.nan
    with pytest.raises(SchemaError, match="missing voltages"):
        full_cell(record.assign(voltage=("row", holes)))
