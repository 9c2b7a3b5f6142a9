"""Paths of alloys of three metals: they meet the binaries where they must, and say what is never liquid."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.materials import Alloy
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import lever_rule, load_assessment, path_estimates, plating_path, stripping_path
from alkanode.thermo.anode.equilibria.states import Ray
from alkanode.thermo.anode.equilibria.ternary_states import TernaryStates
from alkanode.thermo.assessment.posterior import parameter_draws
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.ternary.phase_changes import PhaseLine
from alkanode.thermo.ternary.vanishing_phase import CompositionLine

EVENTS = ("capacity_to_first_liquid", "capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid")


def test_without_the_third_metal_the_ternary_is_the_binary() -> None:
    for alloy in ("NaK80", "Na80K20"):
        two = stripping_path(alloy, points=9, draws=0)
        three = stripping_path(alloy, points=9, draws=0, system="Li-Na-K")
        for name in EVENTS:
            assert three[name].item() == pytest.approx(two[name].item(), rel=1e-7, abs=1e-3)
            assert three[f"{name}_interval"].values == pytest.approx(two[f"{name}_interval"].values, rel=1e-7, abs=1e-3)
        charge = np.linspace(0, 0.99, 7) * two.theoretical_capacity.item()
        for name in ("electrode_potential", "element_mole_fraction"):
            a, b = (
                record[name].sel(element="Na") if "element" in record[name].dims else record[name]
                for record in (two, three)
            )
            assert np.interp(charge, three.specific_capacity, b) == pytest.approx(
                np.interp(charge, two.specific_capacity, a), rel=2e-2, abs=2e-4
            )


def test_lithium_plated_into_liquid_soon_stays_solid() -> None:
    path = plating_path("NaK50", "Li+", draws=0, points=9)
    assert path.capacity_into_liquid == 0
    per_atom = Alloy.from_name("NaK50").composition.molar_mass / FARADAY_CONSTANT
    solubility = path.capacity_to_liquidus.item() * per_atom
    assert 1e-4 < solubility < 1e-2  # less than 1 % of lithium dissolves in Na-K near room temperature
    assert path.phase_fraction.sel(phase="bcc_Li").values[-1] > 0.4
    assert path.electrode_potential.values[-1] == pytest.approx(0, abs=1e-4)  # next to lithium that is nearly pure


def test_lithium_rich_anode_is_never_all_liquid() -> None:
    path = stripping_path("Li20Na40K40", "K+", points=9, draws=20)
    assert np.isnan(path.capacity_to_liquidus)
    assert path_estimates(path)["capacity_to_liquidus"].value is None
    assert path.capacity_to_first_liquid == 0
    low, high = path.capacity_to_last_liquid_assessment_interval.values
    assert 0.9 * path.capacity_to_last_liquid < low <= high < 1.1 * path.capacity_to_last_liquid
    assert np.allclose(path.phase_fraction.sum("phase"), 1, rtol=0, atol=1e-9)
    charge = path.specific_capacity.values * Alloy.from_name("Li20Na40K40").composition.molar_mass / FARADAY_CONSTANT
    left = 0.4 - charge
    assert path.element_mole_fraction.sel(element="K").values == pytest.approx(left / (left + 0.6), abs=1e-9)


def test_lever_rule_of_three_metals() -> None:
    cell = lever_rule("Li10Na10K80", areal_capacity="1 mAh cm-2", thickness="250 um", draws=0)
    whole = (cell.phase_fraction * cell.phase_mole_fraction.fillna(0)).sum("phase")
    assert np.allclose(whole, cell.mole_fraction, atol=1e-9)
    assert cell.liquid_fraction.values[2] > cell.liquid_fraction.values[0] > cell.liquid_fraction.values[1]
    assert np.isnan(cell.liquid_fraction_assessment_interval).all()


@pytest.mark.parametrize(
    ("metal", "others", "kelvin"),
    [
        (1, (0.5, 0.0, 0.5), 298.15),
        (2, (0.6, 0.4, 0.0), 298.15),
        (0, (0.0, 0.3, 0.7), 262.0),
        (1, (0.2, 0.0, 0.8), 445.0),
    ],
)
def test_at_a_change_a_phase_is_just_there(metal: int, others: tuple[float, ...], kelvin: float) -> None:
    """The amount of the phase that vanishes grows from nothing on one side of the place found, in proportion."""
    line = PhaseLine(ternary_model(load_assessment("Li-Na-K")), CompositionLine(metal, others))
    grid = line.states(np.full(60, kelvin), np.linspace(-15, 15, 60))
    every = np.arange(60)
    changes = line.changes(grid.take(every[:-1]), grid.take(every[1:]))
    assert changes.odds.size > 0
    assert (changes.place >= 0).all()
    gone = changes.before & ~changes.after
    comes = changes.after & ~changes.before
    side = np.where(gone.any(axis=-1), -1.0, 1.0)
    other = np.where((side < 0)[:, None], gone, comes).argmax(axis=-1)
    rows, t = np.arange(side.size), np.full(side.size, kelvin)
    near, nearer = (line.states(t, changes.odds + side * step).found.fractions[rows, other] for step in (2e-4, 1e-4))
    assert near == pytest.approx(2 * nearer, rel=1e-2)
    beyond = line.states(t, changes.odds - side * 1e-6).found.fractions
    assert (beyond[rows, other] == 0).all()


def test_followed_changes_are_those_of_the_drawn_parameters() -> None:
    """Liquid ends on one side of the place of every draw and not on the other."""
    assessment = load_assessment("Li-Na-K")
    system, ray = TernaryStates(assessment, ()), Ray(2, (0.6, 0.4, 0.0))
    drawn = parameter_draws(assessment, 8)
    t = np.full(8, 298.15)
    extent = system.liquid_extent(t, ray, drawn)
    assert np.ptp(extent.rich_end) > 1e-4
    for end, side in ((extent.lean_end, 1), (extent.rich_end, -1)):
        liquid = [system.states(t, ray.at(end + side * step), drawn).liquid for step in (1e-6, -1e-6)]
        assert (liquid[0] > 0).all()
        assert (liquid[1] == 0).all()


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")
def test_at_the_ratio_of_a_compound_a_path_has_an_answer() -> None:
    """Na:K = 2:1 is the composition of Na2K, where the phases change with the smallest rounding."""
    path = stripping_path("Li10Na60K30", "Li+", temperature="270 K", points=5, draws=0, allow_solid=True)
    assert np.allclose(path.phase_fraction.sum("phase"), 1, rtol=0, atol=1e-9)
    assert path.phase_fraction.sel(phase="Na2K").values[-1] == pytest.approx(1, abs=1e-6)
