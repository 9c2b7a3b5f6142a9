"""Conversions between volume, mass, area, capacity and thickness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.electrochem import (
    c_rate,
    charging_time,
    disk_area,
    layer_capacity,
    layer_thickness,
    mass_loading,
    metal_thickness,
)
from alkanode.foundation.errors import PhysicsError, UnitsError
from alkanode.materials import Alloy


@given(st.floats(1e-3, 1e6))
def test_thickness_and_capacity_are_inverse(capacity: float) -> None:
    alloy = Alloy.from_name("NaK50")
    thickness = metal_thickness(capacity, alloy).value
    assert thickness is not None
    assert layer_capacity(thickness, alloy).value == pytest.approx(capacity)


def test_the_label_names_the_density() -> None:
    sodium = metal_thickness("1 mAh cm-2", Alloy.from_name("Na")).label
    assert "densities of solid Na read in public material (ElementData" in sodium
    mixed = layer_capacity("1 um", Alloy.from_name("NaK50")).label
    assert "assumed" in mixed  # that volumes add up
    assert "AtomistryPotassium" in mixed


def test_an_hour_is_one_c() -> None:
    assert c_rate("2 mAh cm-2", "2 mA cm-2") == pytest.approx(1)
    assert charging_time("2 mAh cm-2", "4 mA cm-2") == pytest.approx(1800)


def test_a_volume_over_a_disk() -> None:
    assert layer_thickness("10 uL", disk_area("7.14 mm")) == pytest.approx(249.8e-6, rel=1e-3)
    assert mass_loading("1 mg", "1 cm2") == pytest.approx(0.01)


@pytest.mark.parametrize("bad", ["0 mm", "-1 mm"])
def test_a_diameter_is_positive(bad: str) -> None:
    with pytest.raises(PhysicsError, match="diameter must be positive"):
        disk_area(bad)


def test_a_metal_that_is_not_in_the_alloy() -> None:
    with pytest.raises(PhysicsError, match=r"metal of Li\+"):
        metal_thickness("1 mAh cm-2", Alloy.from_name("NaK50"), "Li+")


def test_units_are_checked() -> None:
    with pytest.raises(UnitsError):
        mass_loading("1 cm", "1 cm2")
