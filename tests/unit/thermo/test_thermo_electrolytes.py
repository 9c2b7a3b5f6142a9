from __future__ import annotations

import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.thermo import Electrolyte, SolubilityProduct, electrolyte_names, load_electrolyte

CALORIE = 4.184
FARADAY = 96485.33212
KELVIN = 298.15


def test_every_shipped_number_says_where_it_comes_from() -> None:
    for name in electrolyte_names():
        electrolyte = load_electrolyte(name)
        for entry in (*electrolyte.standard_potentials, *electrolyte.salts):
            assert entry.source in bibliography() or (entry.source == "" and entry.note)
            assert entry.note
        for entry in electrolyte.standard_potentials:
            assert entry.uncertainty > 0 or entry.element == electrolyte.scale


@pytest.mark.parametrize(
    ("symbol", "gibbs", "enthalpy"),
    [("Li", -69933, -66552), ("Na", -62591, -57433), ("K", -67510, -60270)],
)
def test_potentials_in_water_follow_from_energies_of_formation(symbol: str, gibbs: float, enthalpy: float) -> None:
    entry = load_electrolyte("water").of(symbol)
    assert entry.value == pytest.approx(gibbs * CALORIE / FARADAY, abs=1e-4)
    assert entry.slope == pytest.approx((gibbs - enthalpy) * CALORIE / KELVIN / FARADAY, abs=2e-6)


def test_potentials_in_propylene_carbonate_follow_from_enthalpies_of_transfer() -> None:
    water, carbonate = load_electrolyte("water"), load_electrolyte("PC")
    for symbol, transfer in (("Li", 3.17), ("K", -2.80)):
        expected = water.difference(symbol, "Na", KELVIN)[0] + transfer * 1000 * CALORIE / FARADAY
        assert carbonate.difference(symbol, "Na", KELVIN)[0] == pytest.approx(expected, abs=2e-4)


def test_recalled_potentials_lie_within_twice_the_uncertainty_of_the_computed_ones() -> None:
    computed, recalled = load_electrolyte("PC"), load_electrolyte("PC recalled")
    for symbol in ("Li", "K"):
        value, spread = computed.difference(symbol, "Na", KELVIN)
        assert abs(recalled.difference(symbol, "Na", KELVIN)[0] - value) < 2 * spread
        assert recalled.of(symbol).trust is Trust.RECALLED


def test_a_difference_is_antisymmetric_and_its_uncertainty_is_shared() -> None:
    water = load_electrolyte("water")
    forward, backward = water.difference("K", "Na", 310.0), water.difference("Na", "K", 310.0)
    assert forward[0] == pytest.approx(-backward[0], abs=1e-15)
    assert forward[1] == backward[1] == pytest.approx(0.005)
    assert water.difference("K", "K", 310.0) == (0.0, 0.0)
    assert water.difference("K", "SHE", KELVIN)[0] == water.of("K").value


def test_potassium_falls_faster_with_temperature() -> None:
    water = load_electrolyte("water")
    assert water.difference("K", "Na", 350.0)[0] < water.difference("K", "Na", 300.0)[0]


def test_names_are_found_in_any_case_and_unknown_ones_are_told() -> None:
    assert load_electrolyte("pc") is load_electrolyte("Propylene Carbonate")
    assert load_electrolyte(load_electrolyte("PC")) is load_electrolyte("PC")
    with pytest.raises(PhysicsError, match="Shipped: water, PC"):
        load_electrolyte("brine")


def test_a_scale_without_hydrogen_refuses_hydrogen() -> None:
    with pytest.raises(PhysicsError, match="nothing links this solvent"):
        load_electrolyte("PC").difference("K", "SHE", KELVIN)


def test_a_solvent_without_potentials_asks_for_them() -> None:
    empty = load_electrolyte("EC/DMC")
    with pytest.raises(PhysicsError, match="with_potentials"):
        empty.of("K")
    filled = empty.with_potentials(scale="Na", Na=0.0, K="-0.30 V", uncertainty="20 mV")
    assert filled.difference("K", "Na", KELVIN) == (-0.3, 0.02)
    assert filled.of("K").trust is Trust.GIVEN
    assert filled.salts == empty.salts
    assert "given by the user" in filled.label_of("K", "Na")


def test_a_single_ion_conductor_carries_one_metal() -> None:
    solid = load_electrolyte("NASICON")
    assert solid.carries("Na")
    assert not solid.carries("K")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "at least one standard potential"),
        ({"Na": -2.7, "uncertainty": -0.01}, "uncertainty of 0 V or more"),
        ({"Na": -0.1, "scale": "Na"}, "the potential of Na is 0"),
        ({"Cu": 0.3}, "element of the list|working ion"),
    ],
)
def test_broken_potentials(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(PhysicsError, match=message):
        Electrolyte.from_potentials("mine", **arguments)


def test_a_solubility_product_caps_its_cation() -> None:
    salt = SolubilityProduct(
        salt="KClO4", cation="K+", anion="ClO4-", product=1e-4, factor=2.0, source="", trust=Trust.GIVEN
    )
    assert salt.cap(0.5) == 2e-4
    with pytest.raises(PhysicsError, match="above 0"):
        salt.cap(0.0)
    dipped = load_electrolyte("PC").with_salt(salt)
    assert dipped.salts == (salt,)
    assert dipped.cap("K+", {"ClO4-": 1.0}) == (1e-4, salt)
    assert dipped.cap("Na+", {"ClO4-": 1.0})[1] is None
