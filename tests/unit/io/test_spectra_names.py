"""Names of columns in spectra tables, in the habits of the field."""

from __future__ import annotations

import pytest

from alkanode.io.spectra_text.names import known_unit, spectrum_column


@pytest.mark.parametrize(
    ("label", "quantity", "negative", "factor"),
    [
        ("Freq", "frequency", False, None),
        ("f/Hz", "frequency", False, 1.0),
        ("Frequency [kHz]", "frequency", False, 1e3),
        ("freq_hz", "frequency", False, 1.0),
        ("Frequency in MHz", "frequency", False, 1e6),
        ("omega (rad/s)", "angular_frequency", False, 1.0),
        ("Z'", "real", False, None),
        ("Z′ (Ω)", "real", False, 1.0),
        ("Re(Z)/Ohm", "real", False, 1.0),
        ("Zre / mΩ", "real", False, 1e-3),
        ("z_real_ohm", "real", False, 1.0),
        ("Zreal (MOhm)", "real", False, 1e6),
        ("Z'(a)", "real", False, None),
        ("Data: Z''", "imaginary", False, None),
        ('Z"/ohm', "imaginary", False, 1.0),
        ("-Z″ (kΩ)", "imaginary", True, 1e3),
        ("-Im(Z)/Ohm", "imaginary", True, 1.0),
        ("−Im(Z) (Ohm)", "imaginary", True, 1.0),
        ("minus Zim", "imaginary", True, None),
        ("Zim", "imaginary", False, None),
        ("|Z|", "modulus", False, None),
        ("Zmod/ohm", "modulus", False, 1.0),
        ("Impedance/Ohm", "modulus", False, 1.0),
        ("Phase(Z)/deg", "phase", False, 1.0),
        ("Theta (Z)", "phase", False, None),
        ("-Phase (°)", "phase", True, 1.0),
        ("theta [rad]", "phase", False, 1.0),
        ("t (s)", "time", False, 1.0),
        ("Time(Sec)", "time", False, 1.0),
        ("elapsed time/h", "time", False, 3600.0),
        ("T (°C)", "ambient_temperature", False, 1.0),
        ("<I>/mA", "current", False, 1e-3),
        ("|Ewe|/V", "voltage_amplitude", False, 1.0),
        ("Edc (mV)", "voltage", False, 1e-3),
        ("cycle number", "cycle", False, None),
    ],
)
def test_a_name_tells_quantity_sign_and_unit(label: str, quantity: str, negative: bool, factor: float | None) -> None:
    column = spectrum_column(label)
    assert column is not None
    assert (column.quantity, column.negative) == (quantity, negative)
    assert (column.unit.factor if column.unit else None) == factor


@pytest.mark.parametrize(
    "label",
    ["log(f)", "Re(Y)/Ohm-1", "Phase(Y)/deg", "Cs/µF", "Im (A)", "f (ohm)", "Number", "fmin", "GD", "", "/", "()"],
)
def test_other_names_are_not_taken_for_one(label: str) -> None:
    assert spectrum_column(label) is None


@pytest.mark.parametrize(
    ("text", "dimension", "factor"),
    [
        ("mOhm", "resistance", 1e-3),
        ("MOhm", "resistance", 1e6),
        ("Ω cm²", "areal resistance", 1e-4),
        ("kOhm*cm^2", "areal resistance", 0.1),
        ("Ohm.m2", "areal resistance", 1.0),
        ("Ohm cm", "resistivity", 1.0),
    ],
)
def test_units_of_resistance(text: str, dimension: str, factor: float) -> None:
    unit = known_unit(text)
    assert unit is not None
    assert unit.dimension == dimension
    assert unit.factor == pytest.approx(factor)


def test_gon_and_german_degrees_share_a_word_that_is_not_guessed() -> None:
    assert known_unit("grad") is None
