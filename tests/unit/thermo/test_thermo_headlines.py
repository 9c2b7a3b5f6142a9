"""What the interval of a headline number covers, and what its label says of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.materials import Alloy
from alkanode.materials.elements import element
from alkanode.thermo import (
    ElectrodeSize,
    alloy_potentials,
    lever_rule,
    lever_rule_estimates,
    liquid_window,
    load_assessment,
    path_estimates,
    plating_path,
    potential_estimates,
    ser_chemical_potential,
    stripping_path,
    window_estimates,
)
from alkanode.thermo.anode.uncertainty.headline import Covers, joined

Estimates = Callable[..., dict[str, Estimate]]


def park(temperature_uncertainty: str = "2 K") -> xr.Dataset:
    return lever_rule(
        "K0.95Na0.05",
        areal_capacity="3 mAh cm-2",
        volume="10 uL",
        diameter="7.14 mm",
        temperature="21 degC",
        temperature_uncertainty=temperature_uncertainty,
    )


def test_independent_causes_join_in_quadrature() -> None:
    assert joined(10.0, [np.array([7.0, 13.0]), np.array([6.0, 14.0])]) == pytest.approx((5.0, 15.0))
    assert joined(10.0, [np.array([7.0, 13.0])]) == (7.0, 13.0)
    by_factor = joined(10.0, [np.array([5.0, 20.0]), np.array([5.0, 20.0])], factors=True)
    assert by_factor == pytest.approx((10 / 2 ** np.sqrt(2), 10 * 2 ** np.sqrt(2)))
    assert joined(10.0, []) is None
    assert joined(10.0, [np.array([0.0, np.inf])]) is None


def _numbers(found: dict[str, Estimate], name: str) -> tuple[float, float, float]:
    estimate = found[name]
    assert estimate.value is not None
    assert estimate.interval is not None
    return estimate.interval[0], estimate.value, estimate.interval[1]


@pytest.mark.parametrize(
    ("record", "estimates", "name"),
    [
        (lambda: stripping_path("NaK80", points=2), path_estimates, "capacity_to_liquidus"),
        (liquid_window, window_estimates, "mole_fraction_upper"),
        (park, lever_rule_estimates, "liquid_fraction_depleted"),
        (lambda: alloy_potentials("Na50K50"), potential_estimates, "electrode_potential_Na"),
    ],
)
def test_both_is_wider_than_either_and_says_so(
    record: Callable[[], xr.Dataset], estimates: Estimates, name: str
) -> None:
    made = record()
    by: dict[Covers, tuple[float, float, float]] = {}
    kinds: tuple[Covers, ...] = ("temperature", "assessment", "both")
    for covers in kinds:
        found = estimates(made, interval=covers)
        by[covers] = _numbers(found, name)
        assert ("2 K" in found[name].label) == (covers != "assessment")
        assert "parameters of the assessment" in found[name].label
        assert found[name].basis == estimates(made)[name].basis
    value = by["both"][1]
    for end in (0, 2):
        parts = [by[covers][end] - value for covers in kinds[:2]]
        assert abs(by["both"][end] - value) == pytest.approx(np.hypot(parts[0], parts[1]))
    with pytest.raises(PhysicsError, match="covers something known"):
        estimates(made, interval="all")


def test_without_draws_only_the_temperature_is_covered() -> None:
    path = stripping_path("NaK80", points=2, draws=0)
    only = path_estimates(path)["capacity_to_liquidus"]
    both = path_estimates(path, interval="both")["capacity_to_liquidus"]
    assert both.interval == only.interval
    assert "that of the assessment is not known" in both.label
    unknown = path_estimates(path, interval="assessment")["capacity_to_liquidus"]
    assert unknown.interval is None
    assert "unknown" in unknown.label


def test_bounds_stay_physical() -> None:
    cell = park("4 K")
    low, value, _ = _numbers(lever_rule_estimates(cell, interval="both"), "liquid_fraction_enriched")
    assert low == 0 < value


def test_labels_name_what_was_assumed_before_what_the_interval_covers() -> None:
    path = stripping_path("NaK80", potassium_in_carbon=0.1, points=2)
    assert "0.1 mol K per mol of atoms assumed bound in carbon" in path_estimates(path)["capacity_to_liquidus"].basis
    by_volume = lever_rule_estimates(park())
    assert "densities of K, Na" in by_volume["liquid_fraction_initial"].basis
    by_mass = lever_rule("K0.95Na0.05", areal_capacity=1e5, mass="8.65 mg", diameter="7.14 mm")
    assert "densities" not in by_mass.attrs["label"]
    theory = path_estimates(path)["theoretical_capacity"].label
    assert element("Na").molar_mass.trust.value in theory


def test_activities_that_nobody_gave_are_named() -> None:
    assumed = alloy_potentials("Na50K50", "water", draws=0).attrs
    assert "activity of K+, Na+ assumed to be 1" in assumed["label"]
    given = alloy_potentials("Na50K50", "water", ion_activity={"Na+": 1.0, "K+": 1e-3}, draws=0).attrs
    assert "activity of" not in given["label"]
    alone = alloy_potentials("Na50K50", "NASICON", draws=0).attrs  # Na against Na: its ions cancel
    assert "activity of" not in alone["label"]


def test_an_assessment_without_uncertainty_has_no_interval() -> None:
    silent = dataclasses.replace(load_assessment("Na-K"), uncertainty=None)
    record = alloy_potentials("Na50K50", system=silent)
    assert "electrode_potential_assessment_interval" not in record
    assert "2 K only" in potential_estimates(record)["electrode_potential_Na"].label


def test_one_temperature_is_one() -> None:
    with pytest.raises(PhysicsError, match="one temperature"):
        ser_chemical_potential("Na", "Na50K50", temperature=[298.15, 300.0])


def test_the_size_of_an_electrode_is_that_before_carbon_takes_potassium() -> None:
    """Mass, volume and thickness of the same drop mean the same, whatever the carbon binds."""
    alloy = Alloy.from_name("NaK80")
    height, density = 100e-6, 1 / (0.2 / 968 + 0.8 / 862)
    same = [
        ElectrodeSize(thickness=height),
        ElectrodeSize(volume=height * 1e-4, area=1e-4),
        ElectrodeSize(mass=height * 1e-4 * density, area=1e-4),
    ]
    for size in same:
        plain = stripping_path(alloy, size=size, points=3, draws=0)
        bound = stripping_path(alloy, size=size, points=3, draws=0, potassium_in_carbon=0.1)
        assert plain.thickness.values[0] == pytest.approx(height)
        lost = 0.1 * element("K").molar_mass.value / 862 / alloy.composition.molar_mass * density
        assert bound.thickness.values[0] == pytest.approx(height * (1 - lost))
        assert bound.thickness_change.values[0] == 0
        ratio = bound.areal_capacity / bound.specific_capacity.where(bound.specific_capacity > 0)
        assert ratio[1:].values == pytest.approx(height * density)


def test_plating_a_drop_adds_the_metal_that_came() -> None:
    path = plating_path("NaK50", areal_capacity="1 mAh cm-2", size=ElectrodeSize(thickness="50 um"), points=2, draws=0)
    came = 36000.0 / 96485.33212 * element("Na").molar_mass.value / 968
    assert path.thickness_change.values[-1] == pytest.approx(came, rel=1e-9)


@pytest.mark.parametrize("draws", [-1, 1, 19])
def test_too_few_draws_give_no_interval_of_95_percent(draws: int) -> None:
    with pytest.raises(PhysicsError, match="0 draws or more than 19"):
        liquid_window(draws=draws)
    assert "mole_fraction_assessment_interval" not in liquid_window(draws=0)
    assert "mole_fraction_assessment_interval" in liquid_window(draws=20)
