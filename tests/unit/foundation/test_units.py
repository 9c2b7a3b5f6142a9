"""Quantities at the door."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import SchemaError, UnitsError
from alkanode.foundation.units import to_si
from alkanode.foundation.vocabulary import VOCABULARY, quantity


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("1 mA cm-2", "current_density", 10.0),
        ("3 mA/cm^2", "current_density", 30.0),
        ("3 mA h cm-2", "areal_capacity", 1.08e5),
        ("583 mAh g-1", "specific_capacity", 583 * 3600),
        ("25 degC", "temperature", 298.15),
        ("25 °C", "temperature", 298.15),
        ("298 K", "temperature", 298.0),
        ("2 degC", "temperature_difference", 2.0),
        ("10 MPa", "stack_pressure", 1e7),
        ("4.3 mg", "mass", 4.3e-6),
        ("-5 mV", "voltage", -5e-3),
        ("1e3 ohm cm2", "area_specific_resistance", 0.1),
        ("7 MHz", "frequency", 7e6),
        (0.5, "voltage", 0.5),
    ],
)
def test_text_becomes_si(text: str | float, name: str, expected: float) -> None:
    assert to_si(text, name) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("text", ["50 wt%", "50 at%", "50 %", "0.5 mol%", "37 wt.%", "20 vol%"])
@pytest.mark.parametrize("name", ["mass_fraction", "mole_fraction", "mass"])
def test_a_composition_is_never_a_unit(text: str, name: str) -> None:
    with pytest.raises(UnitsError, match="composition is not a unit"):
        to_si(text, name)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("1 parsnip", "mass", "unknown unit"),
        ("1 V", "mass", "another dimension"),
        ("5", "mass", "needs a unit"),
        ("1 a.u.", "mass", "ambiguous"),
        ("much", "mass", "number and unit"),
        ("", "mass", "number and unit"),
        (math.nan, "mass", "finite"),
        (math.inf, "mass", "finite"),
        (True, "mass", "number or a text"),
        ([1.0], "mass", "number in kg"),
    ],
)
def test_what_cannot_be_a_quantity_is_refused(text: object, name: str, says: str) -> None:
    with pytest.raises(UnitsError, match=says):
        to_si(text, name)


def test_pint_quantities_are_taken() -> None:
    import pint

    registry = pint.UnitRegistry()
    assert to_si(registry.Quantity(2.0, "milliampere / centimeter ** 2"), "current_density") == pytest.approx(20.0)


@given(name=st.sampled_from(sorted(VOCABULARY)), value=st.floats(-1e6, 1e6))
def test_display_and_si_are_inverse(name: str, value: float) -> None:
    entry = quantity(name)
    assert entry.to_si(entry.to_display(value)) == pytest.approx(value, rel=1e-9, abs=1e-6)


PURE = ("1", "at%", "wt%")


@pytest.mark.parametrize("name", sorted(name for name, entry in VOCABULARY.items() if entry.shown_unit not in PURE))
def test_pint_agrees_with_every_display_unit(name: str) -> None:
    """The factor and offset of the vocabulary are those of the unit it names."""
    entry = quantity(name)
    spelled = entry.shown_unit + " "  # a trailing space forces the way through pint
    import alkanode.foundation.units as units

    assert units._convert(3.0, spelled, name, "3") == pytest.approx(entry.to_si(3.0), rel=1e-9)


def test_an_unknown_quantity_names_its_neighbours() -> None:
    with pytest.raises(SchemaError, match="areal_capacity"):
        quantity("areal_capacty")
