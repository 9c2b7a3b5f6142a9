"""The leaching model inside PyBaMM: balances, the course it shares with the quadrature, use as any PyBaMM model."""

from __future__ import annotations

import numpy as np
import pytest

pybamm = pytest.importorskip("pybamm")

from alkanode.cell_models.leaching import LeachingAnode, LeachingOptions, potassium_balance, simulate_leaching  # noqa: E402
from alkanode.cell_models.leaching.calibration import path_of  # noqa: E402
from alkanode.cell_models.parameters import load_parameters  # noqa: E402
from alkanode.foundation.errors import PhysicsError  # noqa: E402


@pytest.fixture(scope="module")
def history():
    return simulate_leaching(cycles=55)


@pytest.mark.parametrize(
    "options",
    [
        LeachingOptions(),
        LeachingOptions(law="first order"),
        LeachingOptions(law="constant", counter="cathode"),
        LeachingOptions(law="salt", counter="cathode", precipitation=False),
        LeachingOptions(counter="cathode"),
    ],
)
def test_every_variant_keeps_its_balances(options) -> None:
    found = simulate_leaching("Na60K40", cycles=4, options=options)
    assert found.attrs["ended"] == ""
    for what in ("potassium", "sodium", "charge"):
        assert found.attrs[f"{what}_error"] < 1e-8
    balance = potassium_balance(found)
    assert balance.attrs["relative_error"] < 1e-8
    assert balance.share.sum().item() == pytest.approx(1)


def test_the_cell_ends_where_it_did(history) -> None:
    assert "Voltage limit" in history.attrs["ended"]
    assert 45 <= int(history.cycle[-1]) <= 55


def test_layer_and_rest_of_the_precipitate(history) -> None:
    at = potassium_balance(history, cycle=40)
    assert at.attrs["layer_thickness"] == pytest.approx(15e-6, rel=0.05)
    assert at.share.sel(place="layer").item() == pytest.approx(0.17, abs=0.02)
    assert at.share.sel(place="elsewhere").item() > 0.6
    assert at.share.sel(place="dissolved").item() < 1e-3
    with pytest.raises(PhysicsError, match="cycle"):
        potassium_balance(history, cycle=400)


def test_quadrature_and_model_agree(history) -> None:
    values = load_parameters("Koh2024").values()
    path = path_of("Na50K50", values, "parabolic")
    area = values["Electrode area [m2]"]
    start = history.potassium_amount.isel(row=0)
    for cycle in (1, 10, 20, 30, 40):
        row = int(np.flatnonzero(history.cycle == cycle)[-1])
        mean = float((start - history.potassium_amount.isel(row=row)).mean()) / area
        fast = float(path.leached_at(float(history.time[row]), values["Leaching constant [mol2.m-4.s-1]"]))
        assert mean == pytest.approx(fast, rel=0.025)


def test_potassium_ions_settle_at_the_solubility_product(history) -> None:
    ions = history.isel(row=-5)
    product = ions.potassium_ion_concentration * (ions.potassium_ion_concentration + ions.sodium_ion_concentration)
    assert product.item() == pytest.approx(load_parameters("Koh2024")["Solubility product"].value, rel=1e-2)


def test_rest_leaches_and_keeps_the_balance() -> None:
    found = simulate_leaching(cycles=3, current="rest")
    assert np.ptp(found.voltage.values) < 1e-9
    lost = 1 - float(found.potassium_amount[-1, 0] / found.potassium_amount[0, 0])
    assert 0.2 < lost < 0.4


def test_a_soluble_salt_brings_potassium_to_the_cathode() -> None:
    soluble = simulate_leaching(cycles=5, options=LeachingOptions(law="salt", counter="cathode", precipitation=False))
    sparingly = simulate_leaching(cycles=5, options=LeachingOptions(counter="cathode"))
    assert soluble.cathode_potassium_share[-1] > 10 * sparingly.cathode_potassium_share[-1]
    assert float(soluble.voltage.max()) > 3.5


def test_it_is_a_model_like_any_other() -> None:
    model = LeachingAnode(alloy="Na50K50")
    assert isinstance(model, pybamm.BaseModel)
    solution = pybamm.Simulation(model).solve([0, 600])
    assert solution["Voltage [V]"].entries[-1] > 0
    experiment = pybamm.Experiment([("Discharge at 0.113 mA for 30 minutes", "Charge at 0.113 mA for 30 minutes")])
    run = pybamm.Simulation(LeachingAnode(), experiment=experiment).solve()
    assert run.t[-1] == pytest.approx(3600)


def test_no_cycle_is_refused() -> None:
    with pytest.raises(PhysicsError, match="cycle"):
        simulate_leaching(cycles=0)
