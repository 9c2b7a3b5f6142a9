"""Flaws: limits against closed forms, distributions against the fit of measured cells, the law over the yield stress."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.cell_models.flaws import (
    critical_current_distribution,
    distribution_estimates,
    draw_cells,
    flaw_comparison,
    flaw_estimates,
    flaw_limits,
    mechanism_exponent,
    printed_yield_data,
    yield_law_estimates,
    yield_stress_law,
)
from alkanode.cell_models.flaws.cracks import critical_pressure, opening, overpotential_of, pressure_of
from alkanode.cell_models.flaws.flow import creeping_current, extrudable_length, viscous_current
from alkanode.cell_models.parameters import load_parameters
from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.numerics.weibull import fit_weibull, weakest_link_scale

lengths = st.floats(1e-7, 1e-3)


@given(length=lengths, toughness=st.floats(5e5, 5e6), modulus=st.floats(2e10, 3e11))
@settings(max_examples=50)
def test_the_viscous_law_is_the_formula_of_its_derivation(length, toughness, modulus) -> None:
    one = np.array(1.0)
    volume, viscosity, poisson = 2.37e-5 * one, 7e-4 * one, 0.25
    pressure = critical_pressure(toughness * one, length * one, 1.0)
    width = opening(pressure, length * one, modulus * one, poisson)
    closed = (
        16
        * FARADAY_CONSTANT
        * (1 - poisson**2) ** 3
        * toughness**4
        / (3 * np.pi**2 * viscosity * volume * modulus**3 * length)
    )
    assert viscous_current(pressure, width, length * one, viscosity, volume) == pytest.approx(closed, rel=1e-9)


@given(length=lengths)
@settings(max_examples=30)
def test_creep_with_exponent_one_is_viscous(length) -> None:
    one = np.array(1.0)
    pressure = critical_pressure(2.5e6 * one, length * one, 1.12)
    width = opening(pressure, length * one, 1.5e11 * one, 0.25)
    viscosity, stress = 50.0, 1e6
    creep = creeping_current(
        pressure,
        width,
        length * one,
        yield_stress=stress * one,
        exponent=one,
        strain_rate=stress / (3 * viscosity),
        molar_volume=2e-5 * one,
    )
    assert creep == pytest.approx(
        float(viscous_current(pressure, width, length * one, viscosity * one, 2e-5 * one)), rel=1e-9
    )


@given(length=st.floats(1e-6, 1e-3), factor=st.floats(1.1, 5.0), exponent=st.floats(1.0, 8.0))
@settings(max_examples=40)
def test_creep_falls_with_the_length_to_its_exponent(length, factor, exponent) -> None:
    def current(c: float) -> float:
        pressure = critical_pressure(np.array(2.5e6), np.array(c), 1.12)
        width = opening(pressure, np.array(c), np.array(1.5e11), 0.25)
        return float(
            creeping_current(
                pressure,
                width,
                np.array(c),
                yield_stress=np.array(1e6),
                exponent=np.array(exponent),
                strain_rate=0.01,
                molar_volume=np.array(2e-5),
            )
        )

    assert current(factor * length) == pytest.approx(current(length) * factor**-exponent, rel=1e-9)


def test_a_flaw_of_the_extrudable_length_is_emptied_at_its_critical_pressure() -> None:
    toughness, modulus, stress, poisson = (np.array(v) for v in (2.5e6, 2.0e11, 0.41e6, 0.25))
    length = extrudable_length(toughness, modulus, stress, 0.25, 1.0)
    pressure = critical_pressure(toughness, length, 1.0)
    width = opening(pressure, length, modulus, float(poisson))
    assert 2 * stress * length / (np.sqrt(3) * width) == pytest.approx(pressure)
    assert 1e6 * length == pytest.approx(78, abs=2)


def test_pressure_and_overpotential_are_one_thing() -> None:
    volume = np.array([1.3e-5, 2.4e-5, 4.5e-5])
    assert pressure_of(np.array(1e-3), volume) / 1e6 == pytest.approx([7.4, 4.06, 2.13], rel=0.02)
    assert overpotential_of(pressure_of(np.array(0.05), volume), volume) == pytest.approx(0.05)


def test_limits_of_the_metals() -> None:
    found = flaw_limits(flaw_lengths=[1e-6, 1e-5, 1e-4])
    assert (np.diff(found.critical_overpotential, axis=1) < 0).all()
    viscous = found.critical_current_density.sel(metal="Na", mechanism="viscous flow of the melt")
    assert (viscous / 1e4 > 1e4).all()  # no liquid is limited by it
    longest = found.extrudable_length
    assert longest.sel(metal="Li") < longest.sel(metal="Na") < longest.sel(metal="K")
    assert (found.extrudable_length_interval[:, 0] < longest).all()
    assert flaw_estimates(found)["Na critical overpotential"].value == pytest.approx(0.098, abs=0.001)
    with pytest.raises(PhysicsError, match="metals"):
        flaw_limits(["Cs"])
    with pytest.raises(PhysicsError, match="lengths"):
        flaw_limits(flaw_lengths=[0.0])


FLAWS = {"reference_current": 10.0, "reference_length": 1e-5, "flaw_density": 1e4, "area": 1e-4}


def test_two_interfaces_are_weaker_than_one_as_the_weakest_link_says() -> None:
    one = critical_current_distribution(tail=3, interfaces=1, **FLAWS)
    two = critical_current_distribution(tail=3, interfaces=2, **FLAWS)
    assert weakest_link_scale(two.attrs["scale"], two.attrs["shape"], 0.5) == pytest.approx(one.attrs["scale"])


@pytest.mark.parametrize("mechanism", ["overpotential", "viscous flow", "creep", "dissipation"])
def test_the_shape_is_tail_over_exponent(mechanism) -> None:
    found = critical_current_distribution(tail=6, mechanism=mechanism, **FLAWS)
    assert found.attrs["shape"] == pytest.approx(6 / mechanism_exponent(mechanism))
    assert (np.diff(found.flaw_length) < 0).all()
    share = 1 - np.exp(-2 * 1e-4 * 1e4 * (found.flaw_length / 1e-5) ** -6)
    assert share.values == pytest.approx(found.failed_share.values, rel=1e-9)


def test_a_fit_of_virtual_cells_finds_the_distribution() -> None:
    truth = critical_current_distribution(tail=4, **FLAWS)
    cells = draw_cells(truth, 400, step=0.5, seed=3)
    fit = fit_weibull(cells.interval.values[:, 0], cells.interval.values[:, 1])
    assert fit.shape == pytest.approx(4, rel=0.1)
    assert fit.scale == pytest.approx(truth.attrs["scale"], rel=0.03)
    assert distribution_estimates(truth)["mean"].value == pytest.approx(truth.attrs["mean"])


def test_ramps_censor_at_both_ends() -> None:
    truth = critical_current_distribution(tail=3, **FLAWS)
    cells = draw_cells(truth, 200, step=2.0, first=4.0, last=8.0)
    assert set(cells.censoring.values) == {"left", "interval", "right"}
    lower, upper = cells.interval.values.T
    assert set(lower) <= {0.0, 4.0, 6.0, 8.0}
    assert np.isinf(upper[cells.censoring.values == "right"]).all()
    with pytest.raises(PhysicsError, match="ramp"):
        draw_cells(truth, 0, step=1.0)
    with pytest.raises(PhysicsError, match="tail"):
        critical_current_distribution(tail=0, **FLAWS)
    with pytest.raises(StudyError, match="mechanism"):
        mechanism_exponent("magic")


def test_the_yield_law_refuses_no_dependence() -> None:
    law = yield_stress_law(printed_yield_data())
    assert law.attrs["slope_lower"] < law.attrs["slope"] < law.attrs["slope_upper"] < 0
    assert law.attrs["p_value_constant"] < 1e-4
    assert law.attrs["slope_lower"] < -1 < law.attrs["slope_upper"]
    assert yield_law_estimates(law)["slope"].interval == (law.attrs["slope_lower"], law.attrs["slope_upper"])


@given(slope=st.floats(-2.0, 1.0), scale=st.floats(0.1, 10.0))
@settings(max_examples=25)
def test_the_yield_law_finds_a_power_law_and_ignores_units(slope, scale) -> None:
    table = printed_yield_data()
    stress = table.axis_value.values
    exact = 20 * (stress / 1e6) ** slope * scale
    table["critical_current_density"] = ("cell", exact)
    table["interval"] = (("cell", "bound"), exact[:, None] * np.array([0.8, 1.25]))
    law = yield_stress_law(table)
    assert law.attrs["slope"] == pytest.approx(slope, abs=1e-4)
    assert law.attrs["chi_square"] == pytest.approx(0, abs=1e-6)


def test_too_little_is_refused() -> None:
    table = printed_yield_data()
    with pytest.raises(PhysicsError, match="three"):
        yield_stress_law(table.isel(cell=[0, 1]))
    other = table.copy()
    other.attrs["axis"] = "stack_pressure"
    with pytest.raises(PhysicsError, match="yield"):
        yield_stress_law(other)


def test_printed_figures_beside_the_models() -> None:
    found = flaw_comparison()
    assert found.verdict.sel(figure="S004-164").item() == "agrees"
    assert found.status.sel(figure="S004-088").item() == "fitted"
    assert found.verdict.sel(figure="S004-105").item() == "agrees"
    assert found.verdict.sel(figure="S004-106").item() == "differs"
    assert found.status.sel(figure="S004-093").item() == "missing"
    assert len(set(found.figure.values)) == found.sizes["figure"]


def test_parameters_of_the_paper_are_labelled() -> None:
    given_set = load_parameters("Park2021")
    assert given_set["Lithium yield stress"].bounds() == (1.64e6, 1.84e6)
    assert given_set["Crack geometry factor"].weak
