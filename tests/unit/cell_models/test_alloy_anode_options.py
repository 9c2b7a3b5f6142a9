"""Choices and contents of the alloy anode: what is refused, what a cell overrules, what is derived."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from alkanode.cell_models import AlloyAnodeOptions, load_parameters
from alkanode.cell_models.alloy_anode import cell_parameters, composition_values, model_values, thermodynamic_values
from alkanode.cell_models.alloy_anode.thermodynamics import sodium_chemical_potential
from alkanode.data import Cell, Electrode
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError, StudyError
from alkanode.thermo import chemical_potential, liquid_window, potassium_in_carbon

WU = load_parameters("Wu2025")


@pytest.mark.parametrize(
    "wrong",
    [
        {"transport": "convection"},
        {"counter": "lithium"},
        {"cells": 1},
        {"cells": 10.0},
        {"grading": 0.0},
        {"islands": False, "dewetting": "stripped islands"},
    ],
)
def test_a_choice_that_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(StudyError):
        AlloyAnodeOptions(**wrong)  # type: ignore[arg-type]


def test_importing_the_package_loads_no_pybamm() -> None:
    code = "import sys, alkanode.cell_models as m; m.AlloyAnodeOptions(); print('pybamm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("temperature", [285.0, 298.15, 330.0])
def test_the_potential_is_that_of_the_thermodynamics(temperature: float) -> None:
    values = thermodynamic_values(temperature)
    x = np.linspace(0.02, 0.98, 49)
    ours = sodium_chemical_potential(x, values.__getitem__, np.log)
    assert np.allclose(ours, chemical_potential("Na", temperature, x), rtol=0, atol=1e-9)


def test_the_liquidus_is_that_of_the_thermodynamics() -> None:
    values = thermodynamic_values(298.15)
    window = 1 - liquid_window("Na-K", 298.15, draws=0)["mole_fraction"].squeeze("temperature")
    assert values["Sodium mole fraction at sodium liquidus"] == pytest.approx(
        float(window.sel(side="lower")), abs=1e-10
    )
    assert values["Sodium mole fraction at potassium liquidus"] == pytest.approx(
        float(window.sel(side="upper")), abs=1e-10
    )


def test_contents_carry_the_mass_of_the_drop() -> None:
    found = composition_values("NaK65", WU)
    cloth = WU["Electrode area [m2]"].at() * WU["Cloth thickness [m]"].at()
    sodium = found["Initial sodium content [mol.m-3]"] * 22.98977e-3
    potassium = found["Initial potassium content [mol.m-3]"] * 39.0983e-3
    assert potassium / (sodium + potassium) == pytest.approx(0.65, rel=1e-4)
    assert (sodium + potassium) * cloth / 5e-9 == pytest.approx(881, rel=5e-3)  # kg m-3, liquid NaK65
    assert found["Filled share of cloth"] == pytest.approx(5e-9 / cloth)


def test_an_alloy_that_does_not_fit_into_its_cloth_is_refused() -> None:
    with pytest.raises(PhysicsError, match="fits into the pores"):
        composition_values("NaK50", WU.replace({"Alloy volume [m3]": 6e-9}))


def test_potassium_alone_holds_no_sodium_and_is_beyond_the_table_of_contacts() -> None:
    with pytest.warns(ExtrapolationWarning, match="Contact share"):
        assert composition_values("K", WU)["Initial sodium content [mol.m-3]"] == 0


@pytest.mark.parametrize("alloy", ["Na", "Li"])
def test_other_metals_are_refused(alloy: str) -> None:
    with pytest.raises(PhysicsError):
        composition_values(alloy, WU)


def test_carbon_binds_what_the_mass_balance_says() -> None:
    full = WU.replace({"Carbon uptake extent": 1.0})
    free, taken = composition_values("NaK80", WU), composition_values("NaK80", full)
    bound = taken["Potassium content bound in carbon [mol.m-3]"]
    name = "Initial potassium content [mol.m-3]"
    assert taken[name] + bound == pytest.approx(free[name])
    carbon = 0.2 * 1800.0 / 12.011e-3
    assert bound == pytest.approx(carbon / 8, rel=1e-4)
    share = potassium_in_carbon("NaK80", mass=1.0, carbon_mass=1.0)
    assert share > 0


def test_a_carbon_that_takes_all_potassium_is_refused() -> None:
    heavy = WU.replace({"Carbon uptake extent": 1.0, "Carbon density [kg.m-3]": 9000.0, "Cloth porosity": 0.72})
    with pytest.raises(PhysicsError, match="some potassium stays"):
        composition_values("NaK50", heavy)


def test_what_a_cell_states_overrules_the_set() -> None:
    cell = Cell(
        anode=Electrode("NaK50", mass="4.3 mg", thickness="300 um"),
        area="0.3 cm2",
        stack_pressure="2 MPa",
        temperature="22 degC",
    )
    made = cell_parameters(WU, cell)
    assert made["Electrode area [m2]"].value == pytest.approx(0.3e-4)
    assert made["Cloth thickness [m]"].value == pytest.approx(300e-6)
    assert made["Stack pressure [Pa]"].value == pytest.approx(2e6)
    assert made["Temperature [K]"].value == pytest.approx(295.15)
    assert made["Alloy volume [m3]"].trust.value == "given by the user"
    assert cell_parameters(WU, None) is WU
    values = model_values(made, "NaK50", cell=cell)
    mass = (
        values["Initial sodium content [mol.m-3]"] * 22.98977e-3
        + values["Initial potassium content [mol.m-3]"] * 39.0983e-3
    )
    assert mass * 0.3e-4 * 300e-6 == pytest.approx(4.3e-6, rel=1e-6)


def test_a_temperature_below_the_eutectic_is_refused() -> None:
    with pytest.raises(PhysicsError):
        model_values(WU.replace({"Temperature [K]": 240.0}), "NaK50")
