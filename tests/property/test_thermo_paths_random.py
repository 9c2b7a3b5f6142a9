"""Statements about paths and lever rules of random alloys."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import lever_rule, plating_path, stripping_path

kelvin = st.floats(263, 340)
inner = st.floats(0.01, 0.99)
ions = st.sampled_from(["Na+", "K+"])


def alloy_of(sodium: float) -> Alloy:
    return Alloy.from_mole_fractions(Na=sodium, K=1 - sodium)


@settings(max_examples=30)
@given(kelvin, inner, ions, st.booleans())
def test_charge_is_the_metal_that_moved(temperature: float, x: float, ion: str, plate: bool) -> None:
    function = plating_path if plate else stripping_path
    path = function(alloy_of(x), ion, temperature=temperature, draws=0, points=20)
    metal, other = ("Na", "K") if ion == "Na+" else ("K", "Na")
    share = path.element_mole_fraction.sel(element=metal).values
    start = x if ion == "Na+" else 1 - x
    moles = path.specific_capacity.values * alloy_of(x).composition.molar_mass / FARADAY_CONSTANT
    now = start + moles if plate else start - moles
    assert np.allclose(share * (now + 1 - start), now, rtol=0, atol=1e-9)
    assert np.allclose(path.phase_fraction.sum("phase"), 1, rtol=0, atol=1e-12)
    assert np.allclose(path.element_mole_fraction.sel(element=other), 1 - share)


@settings(max_examples=30)
@given(kelvin, inner, ions)
def test_volume_follows_the_pure_metal(temperature: float, x: float, ion: str) -> None:
    """With the linear rule of mixtures each mole that comes adds the volume of the pure solid metal."""
    path = plating_path(alloy_of(x), ion, temperature=temperature, draws=0, points=20)
    metal = element(ion.removesuffix("+"))
    assert metal.density is not None
    slope = metal.molar_mass.value / metal.density.value / FARADAY_CONSTANT
    total = path.specific_volume.sum("phase").values
    assert np.allclose(total - total[0], slope * path.specific_capacity.values, rtol=1e-9, atol=1e-12)


@settings(max_examples=30)
@given(kelvin, inner, ions)
def test_potential_falls_while_plating_and_events_are_ordered(temperature: float, x: float, ion: str) -> None:
    path = plating_path(alloy_of(x), ion, temperature=temperature, draws=0, points=30)
    assert (np.diff(path.electrode_potential.values) <= 1e-9).all()
    low, high = path.electrode_potential_interval.values.T
    assert (low <= path.electrode_potential + 1e-12).all()
    assert (high >= path.electrode_potential - 1e-12).all()
    names = ("capacity_to_first_liquid", "capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid")
    values = [path[name].item() for name in names]
    assert all(a <= b * (1 + 1e-9) + 1e-9 for a, b in itertools.pairwise(values))


@settings(max_examples=30)
@given(kelvin, inner, st.floats(0, 0.5))
def test_lever_rule_conserves_metals_and_is_symmetric(temperature: float, x: float, share: float) -> None:
    assume(share < 0.95 * (1 - x))
    alloy = alloy_of(x)
    areal = share * FARADAY_CONSTANT * 250e-6 * alloy.density() / alloy.composition.molar_mass
    cell = lever_rule(alloy, areal_capacity=areal, thickness="250 um", area="1 cm2", temperature=temperature, draws=0)
    moles = (cell.amount * cell.mole_fraction).transpose("electrode", "element").values
    assert np.allclose(moles[1] + moles[2], 2 * moles[0])
    assert abs(cell.attrs["moved_share"] - share) < 1e-9
    liquid = cell.liquid_fraction.values
    assert ((liquid >= 0) & (liquid <= 1 + 1e-12)).all()
    inside = cell.phase_mole_fraction.fillna(0) * cell.phase_fraction
    assert np.allclose(inside.sum("phase"), cell.mole_fraction, atol=1e-9)
