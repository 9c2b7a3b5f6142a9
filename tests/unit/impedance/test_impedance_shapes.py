"""Shapes of arcs told apart where the data can, and only there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from scipy.optimize import least_squares

from alkanode.data import spectra_record
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import compare_shapes, constriction, elements

FREQUENCY = np.geomspace(1e5, 0.01, 60)
VOIDS, DEPRESSED, DIFFUSION = "half circle (voids of one depth)", "depressed arc", "finite-length diffusion"


def record(arcs: list[npt.NDArray[np.complex128]], noise: float) -> xr.Dataset:
    clean = np.array([10.0 + arc for arc in arcs])
    draws = np.random.default_rng(5).normal(size=(2, *clean.shape))
    return spectra_record(FREQUENCY, clean + noise * np.abs(clean) * (draws[0] + 1j * draws[1]))


ARCS = [
    elements.zarc(FREQUENCY, 50.0, 1e-2, 1.0),
    elements.zarc(FREQUENCY, 50.0, 1e-2, 0.8),
    elements.finite_length_diffusion(FREQUENCY, 50.0, 1.0),
]


def test_shapes_are_recognised_at_little_noise() -> None:
    found = compare_shapes(record(ARCS, 0.003))
    names = found["shape"].to_numpy()[np.argmax(found["probability"].to_numpy(), axis=1)]
    assert list(names) == [VOIDS, DEPRESSED, DIFFUSION]
    assert list(found["best_shape"].to_numpy()[1:]) == [DEPRESSED, DIFFUSION]
    assert found["best_shape"].to_numpy()[0] in {"", VOIDS}  # a half circle is a depressed arc with exponent 1
    np.testing.assert_allclose(found["probability"].sum("shape"), 1.0)
    resistance = [found["shape_resistance"].to_numpy()[i, i] for i in range(3)]
    np.testing.assert_allclose(resistance, 50.0, rtol=0.02)
    tau = [found["shape_time"].to_numpy()[i, i] for i in range(3)]
    fine = np.geomspace(1e-3, 10, 20001)
    slow = 1 / (2 * np.pi * fine[np.argmin(elements.finite_length_diffusion(fine, 50.0, 1.0).imag)])
    np.testing.assert_allclose(tau, [1e-2, 1e-2, slow], rtol=0.05)


def test_a_half_circle_in_noise_is_not_named_wrongly() -> None:
    found = compare_shapes(record([elements.zarc(FREQUENCY, 0.2, 1e-2, 0.95)], 0.02))
    assert found["best_shape"].item() == ""
    assert float(found["probability"].max()) < 0.91


def test_the_arc_of_voids_is_a_half_circle() -> None:
    """Within 0.6 % of its resistance, from deep single gaps to half contact."""
    for fraction, spacing, depth in ((0.01, 1e-4, 1e-9), (0.1, 1e-5, 1e-8), (0.5, 2e-5, 1e-8)):
        found = constriction(fraction, resistivity=10.0, spacing=spacing, void_depth=depth)
        arc = found["constriction_impedance"].to_numpy()[0] / found["constriction_resistance"].item()
        s = 2j * np.pi * found["frequency"].to_numpy()[0] * found["relaxation_time"].item()

        def distance(p: npt.NDArray[np.float64], arc: object = arc, s: object = s) -> npt.NDArray[np.float64]:
            off = p[0] / (1 + np.asarray(s) * p[1]) - np.asarray(arc)
            return np.concatenate([off.real, off.imag])

        assert np.abs(least_squares(distance, [1.0, 1.0]).fun).max() < 0.006


def test_shapes_need_company() -> None:
    with pytest.raises(SchemaError, match="two shapes"):
        compare_shapes(record(ARCS, 0.01), shapes={"one": "K99"})
