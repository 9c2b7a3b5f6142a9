from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, ExtrapolationWarning, PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import (
    electrode_potential,
    invariants,
    liquid_fraction,
    load_assessment,
    phase_fractions,
    tie_line_table,
)
from alkanode.thermo.binary.phase_map import phase_map


def test_invariants_in_order() -> None:
    kinds = [(point.kind, point.branches) for point in invariants("Na-K")]
    assert kinds == [
        ("eutectic", ("bcc_K", "liquid", "Na2K")),
        ("peritectic", ("liquid", "Na2K", "bcc_Na")),
        ("melting", ("bcc_K", "liquid")),
        ("melting", ("bcc_Na", "liquid")),
    ]


def test_without_the_compound_the_eutectic_is_colder_and_both_solids_are_bcc() -> None:
    first = invariants(suspend=("Na2K",))[0]
    assert first.kind == "eutectic"
    assert first.branches == ("bcc_K", "liquid", "bcc_Na")
    assert 245 < first.temperature < 260.53
    assert liquid_fraction(255.0, 0.4, suspend=("Na2K",)) > 0.9
    assert liquid_fraction(255.0, 0.4) == 0


def test_one_solution_must_stay() -> None:
    with pytest.raises(PhysicsError, match="at least one solution"):
        liquid_fraction(300.0, 0.5, suspend=("bcc_A2", "liquid"))
    with pytest.raises(PhysicsError, match="K2Na"):
        liquid_fraction(300.0, 0.5, suspend=("K2Na",))


def test_scalars_grids_and_alloys() -> None:
    assert liquid_fraction("25 degC", Alloy.from_name("NaK50")) == 1
    grid = liquid_fraction(np.array([270.0, 300.0, 390.0])[:, None], np.linspace(0, 1, 11))
    assert grid.shape == (3, 11)
    assert grid[1, 1] == pytest.approx(float(liquid_fraction(300.0, 0.1)))
    assert (grid[2] == 1).all()


def test_texts_and_numbers_are_the_same_temperature() -> None:
    expected = liquid_fraction([295.15, 298.15], 0.1)
    assert liquid_fraction(["22 degC", "25 degC"], 0.1) == pytest.approx(expected)
    pint = pytest.importorskip("pint")
    quantity = pint.UnitRegistry(autoconvert_offset_to_baseunit=True).Quantity
    assert liquid_fraction(quantity(np.array([22.0, 25.0]), "degC"), 0.1) == pytest.approx(expected)
    assert liquid_fraction(quantity(25.0, "degC"), 0.1) == pytest.approx(expected[1])


@pytest.mark.parametrize("offset", [-1e-3, -1e-9, 0.0, 1e-9, 1e-3])
@pytest.mark.parametrize("index", range(4))
def test_no_failure_at_or_beside_an_invariant(index: int, offset: float) -> None:
    temperature = invariants()[index].temperature + offset
    amounts = phase_fractions(temperature, np.linspace(0, 1, 101)).phase_fraction
    assert np.isfinite(amounts).all()
    assert np.allclose(amounts.sum("phase"), 1, rtol=0, atol=1e-12)


def test_phase_fractions_of_a_cold_alloy() -> None:
    amounts = phase_fractions(250.0, [0.5, 0.9])
    assert amounts.phase_fraction.sel(phase="liquid").max() == 0
    assert amounts.phase_fraction.sel(phase="Na2K").values[0] == pytest.approx([0.727, 0.281], abs=0.001)
    assert amounts.mole_fraction.values == pytest.approx([0.5, 0.1])
    assert amounts.mass_fraction.attrs["element"] == "K"
    assert amounts.mass_fraction.attrs["display_unit"] == "wt%"
    assert "recalled" in amounts.attrs["label"]


def test_table_of_tie_lines() -> None:
    table = tie_line_table([250.0, 270.0, 300.0, 350.0, 400.0])
    assert table.exists.sum("tie_line").values.tolist() == [2, 3, 2, 1, 0]
    assert table.phase.values[2, 0].tolist() == ["bcc_K", "liquid"]
    assert 1 - table.mole_fraction.values[2, 0] == pytest.approx([0.0337, 0.1336], abs=1e-4)
    assert np.isnan(table.mole_fraction.values[4]).all()
    assert (table.phase.values[4] == "").all()


def test_table_of_one_liquid_temperature_is_empty() -> None:
    assert tie_line_table(400.0).exists.values.any() == np.False_


def test_extrapolation_is_announced_once_per_call() -> None:
    with pytest.warns(ExtrapolationWarning, match="240-600 K; 220 K") as caught:
        liquid_fraction(220.0, 0.5)
    assert caught[0].filename == __file__
    with pytest.warns(ExtrapolationWarning, match="700 K"):
        phase_fractions(700.0, 0.5)


@pytest.mark.parametrize("temperature", ["-80 degC", 1200.0, math.nan])
def test_outside_the_functions(temperature: str | float) -> None:
    with pytest.raises(PhysicsError, match="kelvin"):
        liquid_fraction(temperature, 0.5)


def test_electrode_potential_of_both_metals() -> None:
    assert electrode_potential("25 degC", 0.5, "Na+") * 1e3 == pytest.approx(4.4, abs=0.05)
    assert electrode_potential("25 degC", 0.5, "K+") * 1e3 == pytest.approx(9.6, abs=0.05)
    assert electrode_potential("25 degC", [0.0, 1.0]).tolist() == [np.inf, 0.0]
    with pytest.raises(PhysicsError, match=r"'K\+' or 'Na\+'"):
        electrode_potential(300.0, 0.5, "Li+")


def test_an_ideal_lens_has_the_textbook_tie_line() -> None:
    data = load_assessment()
    lens = dataclasses.replace(data, interactions=(), compounds=(), phases=data.phases[:2])
    chart = phase_map(lens)
    assert [(point.kind, round(point.temperature, 1)) for point in chart.invariants] == [
        ("melting", 336.5),
        ("melting", 370.9),
    ]
    t = np.array([350.0])
    rt = lens.gas_constant * t
    k, na = (np.exp((chart.model.unary(e, "bcc_A2", t) - chart.model.unary(e, "liquid", t)) / rt) for e in ("K", "Na"))
    solid = (k - 1) / (k - na)
    lines = chart.tie_lines(t)
    assert lines.right[0] == pytest.approx(solid, rel=1e-10)
    assert lines.left[0] == pytest.approx(solid * na, rel=1e-10)


def test_an_azeotrope_is_refused() -> None:
    data = load_assessment()
    gap = [dataclasses.replace(term, constant=4600.0 if term.order == 0 else 0.0) for term in data.interactions]
    with pytest.raises(ConvergenceError):
        phase_map(dataclasses.replace(data, interactions=tuple(gap), compounds=(), phases=data.phases[:2]))


def test_a_compound_made_more_stable_melts_congruently() -> None:
    data = load_assessment()
    stable = dataclasses.replace(data, compounds=(dataclasses.replace(data.compounds[0], constant=-2500.0),))
    point = next(point for point in invariants(stable) if point.kind == "congruent")
    assert point.branches == ("liquid", "Na2K")
    assert point.compositions == pytest.approx([2 / 3, 2 / 3])
    model = phase_map(stable).model
    t = np.array([point.temperature])
    compound, liquid = model.terms(t)["Na2K"], model.solution("liquid", t).energy(np.array([2 / 3]))
    assert compound == pytest.approx(liquid, abs=1e-8)
    for offset in (1e-6, 1e-3, 0.1, 1.0):
        amounts = phase_fractions(point.temperature - offset, [0.6, 2 / 3, 0.72], system=stable).phase_fraction
        assert amounts.sel(phase="Na2K").values[0, 1] == pytest.approx(1)
        assert amounts.sum("phase").values == pytest.approx(1)
