"""Rate tests and the N/P ratio."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.data import Cell, Electrode
from alkanode.electrochem import capacity_ratio, full_cell, rate_estimates, rate_test
from alkanode.foundation.errors import PhysicsError, SchemaError, StudyError
from alkanode.materials.alloys import Alloy
from alkanode.virtual import CyclerProgram, FullCellLaw, cycle_full_cell

RATES = ((4, 0.2), (4, 1.0), (4, 5.0), (4, 0.2))
LAW = FullCellLaw(resistance=60.0, exchange=0.0)


def test_groups_capacities_and_recovery() -> None:
    cycles = full_cell(cycle_full_cell(LAW, CyclerProgram(rates=RATES), seed=1), nominal_capacity="1 mAh")
    rates = rate_test(cycles)
    np.testing.assert_allclose(rates["c_rate"], [0.2, 1.0, 5.0, 0.2], rtol=1e-2)
    assert rates["first_cycle"].to_numpy().tolist() == [1, 5, 9, 13]
    share = rates["share_of_first"].to_numpy()
    assert share[0] == 1
    assert share[2] < 0.9 < share[1]
    low, high = rates.attrs["recovery_interval"]
    assert low <= 1 - 12 * LAW.cathode_loss <= high
    found = rate_estimates(rates)
    assert found["rate_recovery"].value == pytest.approx(1, abs=0.01)
    assert "5 C over 0.2 C" in found["share_at_highest_rate"].label


def test_without_return_there_is_no_recovery() -> None:
    rates = rate_test(full_cell(cycle_full_cell(LAW, CyclerProgram(rates=RATES[:3]), seed=1)))
    assert np.isnan(rates.attrs["recovery"])
    assert "rate_recovery" not in rate_estimates(rates)


def test_one_rate_is_no_rate_test() -> None:
    with pytest.raises(SchemaError, match="1 group at one current"):
        rate_test(full_cell(cycle_full_cell(LAW, CyclerProgram(rates=((5, 1.0),)), seed=1)))


def _cell(anode: Electrode, cathode_mass: str | None = "8 mg") -> Cell:
    return Cell(
        anode=anode, counter=Electrode("NNMO", mass=cathode_mass, mass_uncertainty="0.08 mg"), anode_role="counter"
    )


def test_the_metal_that_counts_is_named() -> None:
    cell = _cell(Electrode("NaK50", mass="2.8 mg", mass_uncertainty="0.1 mg"))
    values = {
        usable: capacity_ratio(cell, usable=usable, cathode_capacity="80 mAh g-1").value
        for usable in ("Na", "K", "both")
    }
    assert values["Na"] == pytest.approx(2.8 * 582.9 / (8 * 80), rel=1e-3)
    assert values["both"] == pytest.approx(values["Na"] + values["K"])
    one = capacity_ratio(cell, usable="Na", cathode_capacity="80 mAh g-1", cathode_capacity_uncertainty="2 mAh g-1")
    assert one.interval is not None
    reach = 1.96 * np.hypot(np.hypot(0.1 / 2.8, 0.01), 2 / 80)
    assert one.interval[1] / one.value - 1 == pytest.approx(reach)
    assert "only Na counts" in one.label
    with pytest.raises(StudyError, match="usable"):
        capacity_ratio(cell, usable="all", cathode_capacity="80 mAh g-1")  # type: ignore[arg-type]


def test_potassium_in_the_carbon_does_not_count() -> None:
    free = _cell(Electrode("NaK50", mass="2.8 mg", carbon_mass="1 mg"))
    bound = _cell(Electrode("NaK50", mass="2.8 mg", carbon_mass="1 mg", kc8_extent=1.0))
    ratios = [capacity_ratio(cell, usable="K", cathode_capacity="80 mAh g-1").value for cell in (free, bound)]
    lost = 1e-6 / 12.011e-3 / 8 * 96485.33
    assert ratios[0] - ratios[1] == pytest.approx(lost / (8e-6 * 80 * 3600), rel=1e-6)
    sodium = [capacity_ratio(cell, usable="Na", cathode_capacity="80 mAh g-1").value for cell in (free, bound)]
    assert sodium[0] == sodium[1]


def test_the_carbon_binds_no_more_potassium_than_there_is() -> None:
    cell = _cell(Electrode("NaK50", mass="2.8 mg", carbon_mass="10 mg", kc8_extent=1.0))
    sodium, both = (
        capacity_ratio(cell, usable=usable, cathode_capacity="80 mAh g-1").value for usable in ("Na", "both")
    )
    assert both == pytest.approx(sodium)
    with pytest.raises(PhysicsError, match="no free K"):
        capacity_ratio(cell, usable="K", cathode_capacity="80 mAh g-1")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(StudyError, match="masses"):
        capacity_ratio(Cell(anode="NaK50", counter="NNMO"), usable="Na", cathode_capacity="80 mAh g-1")
    with pytest.raises(PhysicsError, match="no free K"):
        capacity_ratio(_cell(Electrode(Alloy.from_name("Na"), mass="1 mg")), usable="K", cathode_capacity="80 mAh g-1")
    with pytest.raises(PhysicsError, match="alloy of known elements"):
        capacity_ratio(_cell(Electrode("hard carbon", mass="1 mg")), usable="Na", cathode_capacity="80 mAh g-1")
