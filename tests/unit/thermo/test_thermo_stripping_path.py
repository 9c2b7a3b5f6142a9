from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.thermo import path_estimates, stripping_path
from alkanode.thermo.anode.paths.path_estimates import HEADLINES


def mah(value: xr.DataArray) -> float:
    return float(value) / 3600


def test_record_states_what_it_is() -> None:
    path = stripping_path("NaK50")
    check(path, "stripping_path")
    assert path.attrs["alloy"] == "NaK50"
    assert path.attrs["temperature"] == pytest.approx(298.15)
    assert path.attrs["ion"] == "Na+"
    assert "recalled, unverified" in path.attrs["label"]
    assert "Koh2024" in path.attrs["sources"].split()
    assert path.capacity_to_liquidus.attrs["display_unit"] == "mAh g-1"
    assert path.mass_fraction.attrs["element"] == "K"


def test_ways_to_name_the_same_alloy() -> None:
    composition = Composition.from_mass_fractions(Na=0.35, K=0.65)
    expected = stripping_path("NaK65").capacity_to_liquidus
    for same in (composition, Alloy.from_mass_fractions(Na=0.35, K=0.65), Alloy.from_name("NaK65")):
        assert stripping_path(same).capacity_to_liquidus == pytest.approx(float(expected))
    with pytest.raises(PhysicsError, match="alloy name"):
        stripping_path(0.65)  # type: ignore[arg-type]


def test_ends_of_the_axis() -> None:
    path = stripping_path("NaK50", points=11)
    assert path.specific_capacity.values[0] == 0
    assert path.specific_capacity.values[-1] == path.theoretical_capacity
    assert path.mass_fraction.values[[0, -1]] == pytest.approx([0.5, 1.0])
    assert path.electrode_potential.values[-1] == np.inf
    assert np.isfinite(path.electrode_potential.values[:-1]).all()


def test_phase_boundaries_are_points_of_the_path() -> None:
    path = stripping_path("NaK30", points=5)
    for name in ("capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid"):
        assert np.isclose(path.specific_capacity, path[name], rtol=1e-12).any()


def test_nak80_runs_liquid_then_two_phase_then_solid() -> None:
    path = stripping_path("NaK80")
    q = path.specific_capacity
    liquid = path.phase_fraction.sel(phase="liquid")
    assert np.allclose(liquid[q <= path.capacity_to_liquidus], 1, rtol=0, atol=1e-12)
    between = (q > path.capacity_to_liquidus * 1.001) & (q < path.capacity_to_last_liquid * 0.999)
    assert ((liquid[between] > 0) & (liquid[between] < 1)).all()
    assert np.allclose(liquid[q > path.capacity_to_last_liquid * 1.0001], 0, rtol=0, atol=1e-12)
    assert path.phase_fraction.sel(phase="bcc_K").values[-1] == 1


def test_sodium_rich_alloy_leaves_its_solid_first() -> None:
    path = stripping_path("Na80K20")
    assert path.phase_fraction.sel(phase="bcc_Na").values[0] == pytest.approx(0.32, abs=0.01)
    assert 0 < path.capacity_into_liquid < path.capacity_to_liquidus
    assert path.electrode_potential.values[0] * 1e3 == pytest.approx(0.37, abs=0.01)


def test_potassium_rich_alloy_starts_beyond_the_liquidus() -> None:
    path = stripping_path("NaK95")
    assert path.capacity_into_liquid == path.capacity_to_liquidus == 0
    assert path.capacity_to_liquidus_interval.values.tolist() == [0, 0]
    assert 0 < path.capacity_to_last_liquid < path.theoretical_capacity
    solid = stripping_path(Alloy.from_mole_fractions(Na=0.01, K=0.99))
    assert solid.capacity_to_last_liquid == 0


def test_pure_sodium_stays_sodium() -> None:
    path = stripping_path("Na")
    assert (path.mole_fraction == 0).all()
    assert (path.phase_fraction.sel(phase="bcc_Na") == 1).all()
    assert (path.electrode_potential == 0).all()
    found = path_estimates(path)
    assert {name for name, estimate in found.items() if estimate.value is not None} == {"theoretical_capacity"}


def test_above_both_melting_points_everything_is_liquid() -> None:
    path = stripping_path("NaK50", temperature=400.0)
    assert (path.phase_fraction.sel(phase="liquid") == 1).all()
    assert path.capacity_to_liquidus == path.capacity_to_last_liquid == path.theoretical_capacity


def test_below_the_peritectic_the_compound_takes_part() -> None:
    path = stripping_path("NaK30", temperature=270.0)
    assert path.phase_fraction.sel(phase="Na2K").max() > 0.5
    assert (
        path.capacity_into_liquid > stripping_path("NaK30", temperature=270.0, suspend=("Na2K",)).capacity_into_liquid
    )


def test_interval_is_the_path_of_the_neighbouring_temperatures() -> None:
    path = stripping_path("NaK80", temperature="25 degC", temperature_uncertainty="2 K")
    colder, warmer = (stripping_path("NaK80", temperature=t).capacity_to_liquidus.item() for t in (296.15, 300.15))
    assert path.capacity_to_liquidus_interval.values == pytest.approx([colder, warmer])


def test_carbon_takes_potassium_before_stripping() -> None:
    alloy = Alloy.from_name("NaK80")
    bound = 0.3 * alloy.composition.mole_fraction("K")
    path = stripping_path(alloy, potassium_in_carbon=bound)
    assert mah(path.capacity_to_liquidus) == pytest.approx(170, abs=0.5)
    assert path.theoretical_capacity == stripping_path(alloy).theoretical_capacity
    assert path.mole_fraction.values[0] == pytest.approx((0.7017 * 0.7) / (1 - 0.3 * 0.7017), abs=1e-3)
    assert "assumed bound in carbon" in path_estimates(path)["capacity_to_liquidus"].label


@pytest.mark.parametrize("bound", [-0.1, np.nan, 0.9, 0.8])
def test_carbon_cannot_take_what_is_not_there(bound: float) -> None:
    with pytest.raises(PhysicsError, match=r"in carbon|carbon can bind"):
        stripping_path(Alloy.from_mole_fractions(Na=0.2, K=0.8), potassium_in_carbon=bound)


def test_potassium_as_working_ion() -> None:
    path = stripping_path("Na50K50", "K+")
    assert path.mole_fraction.values[[0, -1]].tolist() == [0.5, 0.0]
    assert path.phase_fraction.sel(phase="bcc_Na").values[-1] == 1
    left = 0.5 - mah(path.capacity_to_liquidus) / mah(path.theoretical_capacity) * 0.5
    assert 0.5 / (0.5 + left) == pytest.approx(0.7131, abs=1e-4)
    with pytest.raises(PhysicsError, match=r"K\+"):
        stripping_path("Na50K50", "K+", potassium_in_carbon=0.1)


@pytest.mark.parametrize(("alloy", "ion"), [("K", "Na+"), ("Na", "K+")])
def test_nothing_to_strip(alloy: str, ion: str) -> None:
    with pytest.raises(PhysicsError, match="is needed, which"):
        stripping_path(alloy, ion)


def test_broken_input() -> None:
    with pytest.raises(PhysicsError, match="with Li is needed"):
        stripping_path("NaK50", "Li+")
    with pytest.raises(PhysicsError, match="working ion of Na-K"):
        stripping_path("NaK50", "Li+", system="Na-K")
    with pytest.raises(PhysicsError, match="2 points"):
        stripping_path("NaK50", points=1)
    with pytest.raises(PhysicsError, match="first liquid"):
        stripping_path("NaK50", temperature=250.0)
    with pytest.raises(PhysicsError, match="one temperature"):
        stripping_path("NaK50", temperature=[298.0, 300.0])
    with pytest.raises(PhysicsError, match="with Li"):
        stripping_path("Li20Na40K40", system="Na-K")
    with pytest.warns(ExtrapolationWarning) as caught:
        stripping_path("NaK50", temperature=650.0)
    assert caught[0].filename == __file__


def test_estimates() -> None:
    estimates = path_estimates(stripping_path("NaK80"))
    assert list(estimates) == list(HEADLINES)
    liquidus = estimates["capacity_to_liquidus"]
    assert liquidus.interval is not None
    assert liquidus.value is not None
    assert liquidus.interval[0] < liquidus.value < liquidus.interval[1]
    assert liquidus.unit == "C kg-1"
    assert "peritectic" in liquidus.label
    assert estimates["theoretical_capacity"].interval is None
