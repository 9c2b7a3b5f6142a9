"""Lithium in Na-K liquid beside solid lithium, and the current through a film of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Trust, cite
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import film_estimates, lithium_film, lithium_solubility, load_assessment, ternary_equilibrium
from alkanode.thermo.anode.lithium_film.saturation import saturate
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

MODEL = ternary_model(load_assessment("Li-Na-K"))
LI = MODEL.assessment.elements.index("Li")


def test_saturated_liquids_are_those_of_the_general_solver() -> None:
    """The ternary solver, which is told nothing about the phases, finds the same liquid."""
    found = lithium_solubility([0.2, 0.32, 0.5, 0.7], draws=0)
    middle = (found.mole_fraction + found.solid_mole_fraction) / 2
    state = ternary_equilibrium(300.0, middle.to_numpy(), elements=tuple(found.element.values))
    liquid = state.phase_mole_fraction.sel(phase="liquid")
    assert liquid.sel(element="Li").values == pytest.approx(found.solubility.values, rel=1e-6)
    assert state.phase_fraction.sel(phase="liquid").values == pytest.approx(0.5, abs=1e-6)
    assert found.stable.all()


@settings(max_examples=40)
@given(t=st.floats(230.0, 430.0), share=st.floats(0.0, 1.0))
def test_chemical_potentials_are_equal(t: float, share: float) -> None:
    pair = saturate(MODEL, np.array([t]), np.array([share]))
    terms = MODEL.terms(np.array([t]))
    liquid, solid = terms["liquid"], terms["bcc_A2"]
    assert isinstance(liquid, TernaryTerms)
    assert isinstance(solid, TernaryTerms)
    assert liquid.potentials(pair.liquid) == pytest.approx(solid.potentials(pair.solid), abs=1e-5)
    assert pair.liquid.sum() == pytest.approx(1)
    sodium, potassium = (pair.liquid[0, MODEL.assessment.elements.index(symbol)] for symbol in ("Na", "K"))
    assert sodium / (sodium + potassium) == pytest.approx(share, abs=2e-9)
    assert pair.solid[0, LI] > 0.9


def test_solubility_rises_with_sodium_and_with_temperature() -> None:
    window = lithium_solubility(draws=0, points=21)
    assert (np.diff(window.host_mole_fraction) > 0).all()
    assert (np.diff(window.solubility) > 0).all()
    assert (window.solubility_interval.sel(bound="lower") < window.solubility).all()
    assert (window.solubility < window.solubility_interval.sel(bound="upper")).all()
    assert (window.concentration / window.solubility > 2e4).all()


def test_undercooled_liquids_are_flagged() -> None:
    """At 300 K solid sodium forms beyond 72 at% Na, solid potassium below 13."""
    found = lithium_solubility([0.05, 0.3, 0.6, 0.85], draws=0)
    assert found.stable.values.tolist() == [False, True, True, False]


def test_interval_over_the_assessment() -> None:
    found = lithium_solubility("K0.68Na0.32", draws=60)
    low, high = found.solubility_assessment_interval.values[0]
    assert low < found.solubility.item() < high
    assert 1.5 < high / low < 30
    assert "solubility_assessment_interval" not in lithium_solubility("K0.68Na0.32", draws=0)


def test_current_is_charge_times_flux() -> None:
    film = check(lithium_film("K0.68Na0.32", thickness="70 um", diffusivity="5e-5 cm2 s-1", draws=0), "lithium_film")
    flux = 5e-9 * film.concentration.item() / 70e-6
    assert film.limiting_current_density.item() == pytest.approx(FARADAY_CONSTANT * flux)
    assert "limiting_current_density_diffusion_interval" not in film
    assert Trust.GIVEN.value in film.attrs["label"]
    thin = lithium_film("K0.68Na0.32", thickness="35 um", diffusivity="5e-5 cm2 s-1", draws=0)
    assert thin.limiting_current_density.item() == pytest.approx(2 * film.limiting_current_density.item())


def test_default_diffusion_is_an_assumption_that_shows() -> None:
    film = lithium_film("K0.68Na0.32", thickness="70 um", draws=60)
    low, high = film.limiting_current_density_diffusion_interval.values[0]
    assert high / low == pytest.approx(np.exp(2), rel=1e-9)
    found = film_estimates(film)
    assert Trust.ASSUMED.value in found["limiting_current_density"].label
    assert "diffusion" not in found["solubility"].label
    widest = found["limiting_current_density"].interval
    assert widest is not None
    assert widest[0] < low < high < widest[1]
    assert "Park2021" in cite(film)
    assert "Wu2025" in cite(film)


def test_bad_requests() -> None:
    for bad, words in (
        ({"host": "NaK50", "thickness": "0 um"}, "positive thickness"),
        ({"host": "NaK50", "thickness": "1 um", "diffusivity": -1.0}, "positive diffusion"),
        ({"host": "Li50Na50", "thickness": "1 um"}, "Leave the lithium out"),
        ({"host": [0.5, 1.2], "thickness": "1 um"}, "from 0 to 1"),
        ({"host": "NaK50", "thickness": "1 um", "temperature_uncertainty": -1.0}, "uncertainty"),
        ({"host": {"Na": 1}, "thickness": "1 um"}, "mole fractions of Na"),
    ):
        with pytest.raises(PhysicsError, match=words):
            lithium_film(**bad)  # type: ignore[arg-type]
    with pytest.warns(ExtrapolationWarning), pytest.raises(PhysicsError, match="melting point of lithium"):
        lithium_film("NaK50", thickness="1 um", temperature=453.0)
    with pytest.raises(PhysicsError, match=r"Li, Na and K|three elements"):
        lithium_film("NaK50", thickness="1 um", system="Na-K")
    with pytest.raises(PhysicsError, match="one temperature"):
        lithium_solubility("NaK50", temperature=[298.15, 300.0])
    with pytest.raises(PhysicsError, match="one composition"):
        film_estimates(lithium_film([0.3, 0.4], thickness="1 um", draws=0))


def test_above_the_monotectic_the_pair_is_metastable() -> None:
    """Beyond 443.9 K a lithium-rich liquid takes the place of solid lithium beside sodium-rich liquid."""
    with pytest.warns(ExtrapolationWarning):
        below = lithium_solubility([1.0], temperature=440.0, draws=0)
    with pytest.warns(ExtrapolationWarning):
        above = lithium_solubility([1.0], temperature=447.0, draws=0)
    assert below.stable.item()
    assert not above.stable.item()
    assert 0.08 < below.solubility.item() < above.solubility.item() < 0.12
