"""Constriction against exact limits, a solution in Bessel functions, the table of the design, and itself on finer meshes."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, j0, jn_zeros, jv

from alkanode.foundation.errors import PhysicsError, SchemaError, UnitsError
from alkanode.impedance import (
    Mesh,
    constriction,
    constriction_area_fraction,
    constriction_resistance,
    contact_ratio,
    spot_resistance,
)
from alkanode.impedance.interface.constriction import constriction_factor

FRACTIONS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)

# Spacing (um), fraction, depth (um); resistance (ohm cm2) and relaxation time (s) found by another finite-volume program
# with rho = 1000 ohm cm, eps_r = 20 and a grid of 8 times per decade.
TABLE = (
    (10, 0.1, 1, 1.409, 2.8e-9),
    (10, 0.5, 1, 0.150, 2.1e-9),
    (50, 0.1, 1, 7.04, 9.0e-9),
    (10, 0.1, 0.01, 1.409, 1.6e-7),
    (100, 0.01, 0.1, 67.8, 6.7e-7),
    (100, 0.01, 0.001, 67.8, 6.7e-5),
)


@functools.cache
def zeros_of_j1(count: int) -> npt.NDArray[np.float64]:
    return np.asarray(jn_zeros(1, count))


def factor_by_bessel_functions(fraction: float, terms: int = 12, zeros: int = 10000) -> float:
    """psi for spots at one potential: flux as sum of c_k (1 - s^2)^(k - 1/2), potential as sum over zeros of J1."""
    e = np.sqrt(fraction)
    zero = zeros_of_j1(zeros)
    x = zero * e
    transforms = np.array(
        [2 ** (k - 0.5) * np.exp(gammaln(k + 0.5)) * jv(k + 0.5, x) / x ** (k + 0.5) for k in range(terms)]
    )
    charge = 1 / (2 * np.arange(terms) + 1.0)
    potential = (transforms * (2 * e**2 / (zero * j0(zero) ** 2))) @ transforms.T
    weights = np.linalg.lstsq(potential, charge, rcond=1e-13)[0]
    return float(4 * e / (2 * np.pi * e**2 * (charge @ weights)))


@pytest.mark.parametrize("fraction", [*FRACTIONS, 0.7])
def test_the_series_is_that_of_spots_at_one_potential(fraction: float) -> None:
    assert float(constriction_factor(fraction)) == pytest.approx(factor_by_bessel_functions(fraction), rel=6e-4)


def test_the_series_gives_the_number_of_a_heat_transfer_library() -> None:
    """Isothermal round spot on a round tube, a = 1, b = 2, k = 1: 0.08491 K/W."""
    resistance = float(spot_resistance(1.0, 1.0)) * float(constriction_factor(0.25))
    assert resistance == pytest.approx(0.08491, abs=5e-6)


@pytest.mark.parametrize(("spacing", "fraction", "depth", "resistance", "tau"), TABLE)
def test_the_table_is_reproduced(spacing: float, fraction: float, depth: float, resistance: float, tau: float) -> None:
    found = constriction(fraction, resistivity="1000 ohm cm", spacing=f"{spacing} um", void_depth=f"{depth} um")
    assert 1e4 * found["constriction_resistance"].item() == pytest.approx(resistance, rel=2.5e-3)
    assert found["relaxation_time"].item() == pytest.approx(tau, rel=0.17)  # half a step of the grid it was read on


def test_finite_volumes_meet_the_series() -> None:
    found = constriction(FRACTIONS, resistivity=10.0, spacing=1e-5, void_depth=1e-6, frequency=[1.0])
    ratio = found["constriction_resistance"] / found["constriction_formula"]
    assert np.abs(ratio.to_numpy() - 1).max() < 0.007


def test_finer_meshes_converge() -> None:
    errors = []
    for cells, smallest in ((20, 4e-3), (40, 1e-3), (80, 2.5e-4)):
        found = constriction(
            0.1,
            resistivity=10.0,
            spacing=1e-5,
            void_depth=1e-6,
            frequency=[1.0],
            mesh=Mesh(cells=cells, smallest=smallest),
        )
        exact = factor_by_bessel_functions(0.1) * found["constriction_formula"].item() / float(constriction_factor(0.1))
        errors.append(found["constriction_resistance"].item() / exact - 1)
    assert 0 < errors[2] < errors[1] / 2.5 < errors[0] / 6


def test_the_quoted_power_law_is_off_as_stated() -> None:
    off = constriction_factor([0.375, 0.5], form="three-halves") / constriction_factor([0.375, 0.5]) - 1
    np.testing.assert_allclose(off, [0.10, 0.17], atol=0.011)


def test_lone_spots_and_full_contact() -> None:
    few = constriction_resistance(1e-8, resistivity=10.0, spacing=1e-5)
    lone = spot_resistance(10.0, 1e-5 * 1e-4) * np.pi * 1e-5**2
    assert float(few) == pytest.approx(float(lone), rel=2e-4)
    full = constriction(1.0, resistivity=10.0, spacing=1e-5, void_depth=1e-6, frequency=[1.0])
    assert abs(full["constriction_resistance"].item()) < 1e-12 * 10.0 * 2e-5
    assert np.isnan(full["relaxation_time"].item())
    assert float(constriction_resistance(1.0, resistivity=10.0, spacing=1e-5)) == 0


def test_high_frequency_short_circuits_the_voids() -> None:
    found = constriction(0.1, resistivity=10.0, spacing=1e-5, void_depth=1e-8, frequency=[1e3, 1e10])
    assert abs(found["constriction_impedance"][0, 1]) < 1e-2 * abs(found["constriction_impedance"][0, 0])


def test_an_even_current_over_the_spot_costs_8_percent_more() -> None:
    """A contact resistance far above rho a makes the current density even: psi = 32/(3 pi^2) for lone spots."""
    resistances = [
        constriction(
            1e-3,
            resistivity=10.0,
            spacing=1e-5,
            void_depth=1e-6,
            frequency=[1.0],
            contact_resistance=r,
            mesh=Mesh(cells=60, smallest=5e-4),
        )
        for r in (0.0, 1e-2)
    ]
    even = resistances[1]["constriction_resistance"].item() / resistances[0]["constriction_resistance"].item()
    assert resistances[1]["contact_ratio"].item() > 1000
    assert even == pytest.approx(32 / (3 * np.pi**2), rel=0.01)
    assert float(contact_ratio(1e-2, resistivity=10.0, radius=1e-6)) == pytest.approx(1000)


def test_two_arcs_of_contact_and_constriction() -> None:
    """With a double layer on the spots, zero frequency holds R_ct/f and the constriction beside the electrolyte."""
    found = constriction(
        0.1,
        resistivity=10.0,
        spacing=1e-5,
        void_depth=1e-6,
        frequency=[1e-3],
        contact_resistance="1 ohm cm2",
        double_layer="20 uF cm-2",
    )
    whole = found["area_specific_impedance"][0, 0].real
    parts = 10.0 * 2e-5 + 1e-4 / 0.1 + found["constriction_resistance"][0]
    assert float(whole) == pytest.approx(float(parts), rel=1e-6)


@given(st.floats(1e-7, 0.999), st.floats(0.1, 100.0), st.floats(1e-7, 1e-3))
def test_the_inverse_returns_the_fraction(fraction: float, rho: float, b: float) -> None:
    asr = constriction_resistance(fraction, resistivity=rho, spacing=b)
    assert float(constriction_area_fraction(asr, resistivity=rho, spacing=b)) == pytest.approx(fraction, rel=1e-7)


@settings(max_examples=20)
@given(st.floats(0.02, 0.6), st.floats(0.5, 50.0), st.floats(1e-6, 1e-4), st.floats(0.1, 10.0))
def test_resistance_scales_with_resistivity_and_spacing(fraction: float, rho: float, b: float, times: float) -> None:
    one = constriction(fraction, resistivity=rho, spacing=b, void_depth=1e-7, frequency=[1.0], mesh=COARSE)
    other = constriction(
        fraction, resistivity=rho * times, spacing=b / times, void_depth=1e-7, frequency=[1.0], mesh=COARSE
    )
    assert other["constriction_resistance"].item() == pytest.approx(one["constriction_resistance"].item(), rel=1e-6)


COARSE = Mesh(cells=8, smallest=0.02)


def test_impossible_geometry_is_refused() -> None:
    good = {"resistivity": 10.0, "spacing": 1e-5, "void_depth": 1e-6}
    for fraction in (0.0, 1.1, np.nan, -0.1):
        with pytest.raises(PhysicsError, match="area fraction"):
            constriction(fraction, **good)
    with pytest.raises(PhysicsError, match="void depth"):
        constriction(0.1, resistivity=10.0, spacing=1e-5, void_depth=0.0)
    with pytest.raises(PhysicsError, match="frequencies"):
        constriction(0.1, frequency=[-1.0], **good)
    with pytest.raises(UnitsError):
        constriction(0.1, resistivity="10 ohm", spacing=1e-5, void_depth=1e-6)
    with pytest.raises(PhysicsError, match="mesh"):
        Mesh(cells=2)
    with pytest.raises(SchemaError, match="form"):
        constriction_factor(0.5, form="guess")  # type: ignore[arg-type]
    with pytest.raises(PhysicsError, match="positive"):
        constriction_area_fraction(-1.0, resistivity=10.0, spacing=1e-5)
