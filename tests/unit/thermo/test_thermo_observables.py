"""Observables are local solutions; the global equilibria and numerical derivatives must agree with them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import element
from alkanode.thermo import (
    gibbs_energy,
    invariants,
    liquid_window,
    load_assessment,
    observation_table,
    parameter_draws,
    tie_line_table,
)
from alkanode.thermo.assessment.coexistence import coexisting, phase_of
from alkanode.thermo.assessment.critical_point import critical_point
from alkanode.thermo.assessment.data import Assessment, Observation
from alkanode.thermo.assessment.observables import Observer


def computed(system: str | Assessment, short: str, quantity: str) -> float:
    table = observation_table(system)
    chosen = (table.short == short) & (table.quantity == quantity)
    return float(table.computed.values[chosen.values].item())


def changed(observation: Observation, **at: float | str) -> Observation:
    return dataclasses.replace(observation, at=tuple({**dict(observation.at), **at}.items()))


@pytest.mark.parametrize(
    ("system", "kind"),
    [("Na-K", "eutectic"), ("Na-K", "peritectic"), ("Li-Na", "eutectic"), ("Li-Na", "monotectic")],
)
def test_invariants_are_those_of_the_phase_diagram(system: str, kind: str) -> None:
    (found,) = [point for point in invariants(system) if point.kind == kind]
    data = load_assessment(system)
    for one in data.observations:
        at = dict(one.at)
        if at.get("kind") != kind:
            continue
        (value,) = Observer(data, [one])(None)[0]
        if one.quantity == "invariant_temperature":
            assert value == pytest.approx(found.temperature, abs=1e-5)
        else:
            second = value if at["element"] == data.elements[1] else 1 - value
            assert np.abs(np.array(found.compositions) - second).min() < 1e-7


def test_consolute_point_is_that_of_the_phase_diagram() -> None:
    (found,) = [point for point in invariants("Li-Na") if point.kind == "consolute"]
    t = computed("Li-Na", "consolute temperature", "invariant_temperature")
    x = computed("Li-Na", "consolute composition", "invariant_composition")
    assert t == pytest.approx(found.temperature, abs=1e-3)
    assert x == pytest.approx(found.compositions[0], abs=1e-4)


def test_liquidus_and_solidus_are_those_of_the_tie_lines() -> None:
    tie = 1 - tie_line_table(294.15).mole_fraction.values[0, 0]
    assert computed("Na-K", "K-side tie line near 21 degC (solid)", "solidus") == pytest.approx(tie[0], abs=1e-9)
    assert computed("Na-K", "K-side tie line near 21 degC (liquid)", "liquidus") == pytest.approx(tie[1], abs=1e-9)


def test_mass_fraction_of_the_liquidus() -> None:
    low, high = liquid_window("Na-K", 298.15).mass_fraction.values[0]
    names = [f"liquid window near room temperature ({side})" for side in ("lower", "upper")]
    assert [computed("Na-K", name, "liquidus_mass") for name in names] == pytest.approx([low, high], abs=1e-9)


def test_mixing_heat_is_the_derivative_of_the_gibbs_energy() -> None:
    kelvin, step = 384.0, 0.5
    over_t = [float(gibbs_energy(kelvin + s, 0.5)) / (kelvin + s) for s in (step, -step)]
    heat = -(kelvin**2) * (over_t[0] - over_t[1]) / (2 * step)
    assert computed("Na-K", "mixing heat", "mixing_enthalpy") == pytest.approx(heat, rel=1e-5)


@pytest.mark.parametrize(("symbol", "place", "end"), [("K", 0, 0), ("Na", -1, 1)])
def test_solidus_slope_is_that_of_a_tie_line_just_below_melting(symbol: str, place: int, end: int) -> None:
    (melting,) = [p.temperature for p in invariants("Na-K") if p.kind == "melting" and p.branches[0] == f"bcc_{symbol}"]
    below = 0.2
    potassium = float(tie_line_table(melting - below).mole_fraction.values[0, place, end])
    solute = 1 - potassium if symbol == "K" else potassium
    ours = computed("Na-K", f"{symbol}-rich solidus slope", "solidus_slope")
    assert ours == pytest.approx(solute / below, rel=0.01)


def test_many_sets_are_solved_like_one_at_a_time() -> None:
    for system in ("Na-K", "Li-Na"):
        data = load_assessment(system)
        observer = Observer(data)
        draws = parameter_draws(data, 6, seed=3)
        together = observer(draws)
        for i in range(6):
            alone = observer({name: values[i] for name, values in draws.items()})
            assert together[:, i] == pytest.approx(alone[:, 0], rel=1e-8)


def test_solubility_of_lithium_in_the_ternary() -> None:
    table = observation_table("Li-Na-K")
    ratio, highest = table.computed.values
    assert ratio == pytest.approx(24, abs=1), "calibration: K-Li was tuned to it"
    assert highest == pytest.approx(0.0025, abs=2e-4)
    assert table.fitted.values.tolist() == [True, False]
    assert np.isnan(table.pull.values[1]), "an upper bound has no uncertainty"


def test_critical_point_of_a_regular_solution() -> None:
    data = load_assessment("Li-K")
    none = {f"{name}": 0.0 for name in data.parameters}
    t, x = critical_point(data, "liquid", none | {"liquid K-Li 0 constant": np.array([16629.0, 8314.5, -5000.0])}, 3)
    assert t[:2] == pytest.approx([1000.0, 500.0])
    assert x[:2] == pytest.approx([0.5, 0.5], abs=1e-6)
    assert np.isnan(t[2])
    assert np.isnan(x[2])


def test_equilibria_that_do_not_exist_are_nan_for_that_set_only() -> None:
    data = load_assessment("Na-K")
    (one,) = [o for o in data.observations if o.short == "K-side liquidus at 25 degC"]
    values = Observer(data, [one])({"liquid K-Na 0 constant": np.array([2931.0, 60000.0])})[0]
    assert values[0] == pytest.approx(0.141, abs=1e-3)
    assert values[1] != pytest.approx(0.141, abs=0.05)


def test_two_ends_of_a_gap_that_closed_are_no_equilibrium() -> None:
    data = load_assessment("Li-Na")
    guess = np.array([[0.9, 0.1], [0.1, 0.9]])[:, None, :].repeat(2, axis=1)
    found = coexisting(data, ("liquid_Li", "liquid_Na"), guess, np.array([500.0, 700.0]), {}, invariant=False)
    assert found.temperature[0] == 500.0
    assert np.isnan(found.temperature[1])
    assert np.isnan(found.compositions[:, 1]).all()


def test_molar_masses_of_the_mass_fraction() -> None:
    data = load_assessment("Na-K")
    (atoms,) = [o for o in data.observations if o.short == "K-side liquidus at 25 degC"]
    x = Observer(data, [atoms])(None).item()
    mass = dataclasses.replace(atoms, quantity="liquidus_mass")
    sodium, potassium = (element(symbol).molar_mass.value for symbol in ("Na", "K"))
    assert Observer(data, [mass])(None).item() == pytest.approx(x * sodium / (x * sodium + (1 - x) * potassium))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": "colour"}, "quantity that can be computed"),
        ({"at": (("temperature", 298.15),)}, r"needs another 'at'.*\('solid'\)"),
        ({"at": (("temperature", "warm"), ("solid", "bcc_K"), ("element", "Na"))}, "warm"),
        ({"at": (("temperature", 298.15), ("solid", "bcc_K"), ("element", "Cs"))}, "Cs"),
    ],
)
def test_observations_that_cannot_be_computed(change: dict[str, object], message: str) -> None:
    data = load_assessment("Na-K")
    (one,) = [o for o in data.observations if o.short == "K-side liquidus at 25 degC"]
    with pytest.raises(PhysicsError, match=message):
        Observer(data, [dataclasses.replace(one, **change)])


def test_phases_must_be_known_and_satisfy_the_phase_rule() -> None:
    data = load_assessment("Na-K")
    with pytest.raises(PhysicsError, match="element that it is rich in"):
        phase_of("bcc_Li", data)
    (one,) = [o for o in data.observations if o.short == "eutectic temperature"]
    with pytest.raises(PhysicsError, match="phase rule"):
        Observer(data, [changed(one, phases="bcc_K + liquid")])
