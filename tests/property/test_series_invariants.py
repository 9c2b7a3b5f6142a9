"""Fits of stripping series do not depend on units, order or common factors."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.electrochem import capacity_bands, region_at
from alkanode.numerics.censored_line import fit_line

numbers = st.lists(st.floats(-2, 2), min_size=5, max_size=12)


@settings(max_examples=12)
@given(numbers, st.floats(0.1, 10), st.floats(-5, 5), st.integers(0, 3), st.randoms(use_true_random=False))
def test_a_line_follows_its_values(rest: list[float], factor: float, shift: float, bounds: int, random: object) -> None:
    n = len(rest)
    x = np.linspace(0, 1, n)
    y = 1 + np.array(rest) + 0.3 * np.sin(17 * x)
    flags = np.zeros(n, dtype=bool)
    flags[:bounds] = n - bounds > 3
    design = np.stack([np.ones(n), x], axis=1)
    plain = fit_line(design, y, flags)
    moved = fit_line(design, shift + factor * y, flags)
    turned = fit_line(design[::-1], y[::-1], flags[::-1])
    assert not isinstance(plain, str)
    assert not isinstance(moved, str)
    assert not isinstance(turned, str)
    scale = np.ptp(y)
    assert np.allclose(
        moved.coefficients,
        [shift + factor * plain.coefficients[0], factor * plain.coefficients[1]],
        atol=2e-3 * scale * factor,
    )
    assert np.allclose(turned.coefficients, plain.coefficients, atol=2e-3 * scale)
    assert (plain.interval[:, 0] <= plain.coefficients).all()
    assert (plain.interval[:, 1] >= plain.coefficients).all()


@settings(max_examples=25)
@given(st.floats(0.42, 0.88), st.floats(0, 1), st.floats(0, 3))
def test_every_charge_lies_in_a_region(potassium: float, share: float, spread: float) -> None:
    from alkanode.materials import Alloy

    bands = capacity_bands(Alloy.from_mass_fractions(Na=1 - potassium, K=potassium), temperature_uncertainty=spread)
    assert (bands.lower <= bands.upper).all()
    for name in ("lower", "upper"):
        ends = bands[f"{name}_interval"].to_numpy()
        assert (ends[:, 0] <= bands[name].to_numpy() + 1e-6).all()
        assert (ends[:, 1] >= bands[name].to_numpy() - 1e-6).all()
    charge = share * bands.attrs["theoretical_capacity"]
    assert region_at(bands, charge, charge) not in ("", "beyond theory")
