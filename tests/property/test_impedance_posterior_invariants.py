from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.impedance import relaxation_posterior, resistance_between
from alkanode.impedance.elements import resistor, zarc

FREQUENCY = np.geomspace(1e5, 1, 40)


def record(z: np.ndarray, frequency: np.ndarray = FREQUENCY) -> xr.Dataset:
    dims = ("spectrum", "point")
    return xr.Dataset({"frequency": (dims, frequency[None]), "impedance": (dims, z[None])})


@st.composite
def impedances(draw: st.DrawFn) -> np.ndarray:
    first = draw(st.floats(1, 100)), 10 ** draw(st.floats(-5, -3.5)), draw(st.floats(0.7, 0.95))
    second = draw(st.floats(1, 100)), 10 ** draw(st.floats(-3, -1.5)), draw(st.floats(0.7, 0.95))
    z = resistor(FREQUENCY, draw(st.floats(2, 50))) + zarc(FREQUENCY, *first) + zarc(FREQUENCY, *second)
    noise = np.random.default_rng(draw(st.integers(0, 1000))).normal(size=(2, FREQUENCY.size))
    return z + 0.004 * np.abs(z) * (noise[0] + 1j * noise[1])


@given(impedances(), st.floats(1e-4, 1e6))
@settings(max_examples=10, deadline=None)
def test_resistances_scale_with_the_impedance(z: np.ndarray, scale: float):
    plain, scaled = (relaxation_posterior(record(values), noise="modulus") for values in (z, scale * z))
    for name in ("polarisation_in_window", "polarisation_in_window_low", "series_resistance_high"):
        np.testing.assert_allclose(scaled[name], scale * plain[name], rtol=1e-5)


@given(impedances())
@settings(max_examples=8, deadline=None)
def test_the_order_of_points_and_the_unit_of_time_do_not_matter(z: np.ndarray):
    plain = relaxation_posterior(record(z), noise="modulus", inductance=False)
    turned = relaxation_posterior(record(z[::-1], FREQUENCY[::-1]), noise="modulus", inductance=False)
    np.testing.assert_allclose(turned.distribution, plain.distribution, rtol=1e-9)
    slower = relaxation_posterior(record(z, FREQUENCY / 1e3), noise="modulus", inductance=False)
    np.testing.assert_allclose(slower.polarisation_in_window, plain.polarisation_in_window, rtol=1e-2)


@given(impedances(), st.floats(-4.5, -3), st.floats(0.3, 1.5))
@settings(max_examples=8, deadline=None)
def test_intervals_hold_their_resistance_and_grow_with_the_range(z: np.ndarray, start: float, decades: float):
    posterior = relaxation_posterior(record(z), noise="modulus")
    short = resistance_between(posterior, 10**start, 10 ** (start + decades))
    long = resistance_between(posterior, 10**start, 10 ** (start + decades + 0.5))
    assert 0 < short.lower_95.item() < short.resistance.item() < short.upper_95.item()
    assert short.resistance.item() < long.resistance.item()
