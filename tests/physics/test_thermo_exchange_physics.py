"""Laws that an exchange between alloy and electrolyte must obey, checked from its record alone."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.materials import Alloy
from alkanode.thermo import Electrolyte, alloy_potentials, ion_exchange

FARADAY = 96485.33212
VOLUME, MASS = 50e-9, 2.8e-6


def exchange(alloy: str = "Na50K50", electrolyte: str | Electrolyte = "PC", **ions: float) -> xr.Dataset:
    named = {"Na+": ions.get("Na", 1000.0), "K+": ions.get("K", 0.0)}
    if "ClO4" in ions:
        named["ClO4-"] = ions["ClO4"]
    return ion_exchange(alloy, electrolyte, ions=named, electrolyte_volume=VOLUME, mass=MASS, draws=0)


def moles(alloy: str) -> float:
    return MASS / Alloy.from_name(alloy).composition.molar_mass


@pytest.mark.parametrize("alloy", ["Na50K50", "Na20K80", "Na90K10"])
@pytest.mark.parametrize("ions", [{}, {"K": 200.0}, {"ClO4": 1000.0}, {"K": 1.0, "ClO4": 300.0}])
def test_atoms_are_conserved(alloy: str, ions: dict[str, float]) -> None:
    record = exchange(alloy, **ions)
    n = moles(alloy)
    start = Alloy.from_name(alloy).composition
    inside = record.mole_fraction * n
    outside = record.ion_activity * 1000 * VOLUME
    for metal, before, solid in (("K", ions.get("K", 0.0), record.precipitate * n), ("Na", 1000.0, 0.0)):
        total = inside.sel(element=metal) + outside.sel(element=metal) + solid
        expected = start.mole_fraction(metal) * n + before * VOLUME
        assert total.to_numpy() == pytest.approx(np.full(total.size, expected), rel=1e-9)
    assert record.mole_fraction.sum("element").to_numpy() == pytest.approx(1)


@pytest.mark.parametrize("anion", [1000.0, 300.0, 30.0])
def test_solubility_product_holds_wherever_there_is_salt(anion: float) -> None:
    record = exchange(ClO4=anion)
    solid = record.precipitate.to_numpy()
    potassium = record.ion_activity.sel(element="K").to_numpy()
    left = anion / 1000 - solid * moles("Na50K50") / VOLUME / 1000
    product = potassium * left
    assert solid.max() > 0
    assert product[solid > 0] == pytest.approx(np.full((solid > 0).sum(), 4.4e-5), rel=1e-7)
    assert (product[solid == 0] <= 4.4e-5).all()


def test_the_driving_potential_falls_along_the_exchange() -> None:
    for record in (exchange(), exchange(ClO4=1000.0), exchange("Na90K10", K=500.0)):
        inner = record.driving_potential.to_numpy()[1:-1]
        assert (np.diff(inner) <= 1e-9).all()


def test_the_driving_potential_is_that_of_the_two_metals() -> None:
    record = exchange(K=10.0)
    for place in (0, 50, 100, 150):
        state = record.isel(point=place)
        ions = {f"{symbol}+": state.ion_activity.sel(element=symbol).item() for symbol in ("Na", "K")}
        both = alloy_potentials(state.mole_fraction.values[None, :], "PC", ion_activity=ions, draws=0)
        whole = both.potential_in_electrolyte.isel(composition=0)
        difference = (whole.sel(element="Na") - whole.sel(element="K")).item()
        assert state.driving_potential.item() == pytest.approx(difference, abs=1e-12)


def test_equilibrium_is_the_lowest_gibbs_energy() -> None:
    record = exchange(electrolyte=Electrolyte.from_potentials("mine", scale="Na", Na=0.0, K=-0.03))
    extent, drive = record.extent.to_numpy()[1:-1], record.driving_potential.to_numpy()[1:-1]
    energy = -FARADAY * np.concatenate([[0], np.cumsum(np.diff(extent) * (drive[1:] + drive[:-1]) / 2)])
    assert extent[energy.argmin()] == pytest.approx(record.equilibrium_extent.item(), abs=extent[1] - extent[0])
    assert 0.1 < record.equilibrium_extent.item() / record.largest_extent.item() < 0.95


def test_precipitation_pulls_the_exchange_further() -> None:
    free = exchange(electrolyte="water")
    pulled = exchange(electrolyte="water", ClO4=1000.0)
    assert pulled.equilibrium_extent.item() > free.equilibrium_extent.item()


def test_a_pair_of_equal_standard_potentials_shares_by_the_alloy_alone() -> None:
    equal = Electrolyte.from_potentials("equal", scale="Na", Na=0.0, K=0.0)
    record = exchange("Na40K60", equal, Na=1000.0, K=1000.0)
    assert abs(record.equilibrium_extent.item()) < 0.1
    assert record.equilibrium_constant.item() == pytest.approx(1)


def test_starting_at_equilibrium_nothing_happens() -> None:
    ratio = exchange(electrolyte="water").balance_activity_ratio.item()
    record = exchange(electrolyte="water", Na=1.0, K=ratio)
    assert record.equilibrium_extent.item() / record.largest_extent.item() < 1e-3


def test_an_exchange_ends_where_alloy_potentials_meet() -> None:
    record = exchange(electrolyte="water", ClO4=1000.0)
    end = record.isel(point=int(np.argmin(np.abs(record.driving_potential.to_numpy()))))
    ions = {f"{symbol}+": end.ion_activity.sel(element=symbol).item() for symbol in ("Na", "K")}
    both = alloy_potentials(end.mole_fraction.values[None, :], "water", ion_activity=ions, draws=0)
    assert both.oxidation_margin.item() == pytest.approx(0, abs=1e-7)


def test_a_cap_lies_on_the_solubility_product() -> None:
    with pytest.warns(DataQualityWarning, match="KClO4"):
        record = alloy_potentials("Na50K50", "PC", ion_activity={"ClO4-": 0.1}, draws=0)
    assert record.ion_activity.sel(element="K").item() * 0.1 == pytest.approx(4.4e-5)


def test_an_alloy_of_three_exchanges_two() -> None:
    record = ion_exchange(
        "Li1Na49K50",
        "water",
        ions={"Na+": 1000.0},
        electrolyte_volume=VOLUME,
        mass=MASS,
        metals=("Na", "K"),
        points=5,
        draws=0,
    )
    assert record.mole_fraction.sel(element="Li").to_numpy() == pytest.approx(0.01)
    assert np.isnan(record.ion_activity.sel(element="Li")).all()
    assert record.equilibrium_extent.item() == pytest.approx(0.5, rel=1e-3)
