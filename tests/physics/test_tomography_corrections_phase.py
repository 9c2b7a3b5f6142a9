"""The phase step: what the equation of Paganin demands of it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.corrections import (
    Corrections,
    PhaseFilter,
    PhaseStep,
    Stripes,
    correct_rows,
    frame_plan,
    halo_rows,
    line_integrals,
    phase_filter,
)
from alkanode.tomography.corrections.phase import smooth_phase

ENERGY = 45e3 * 1.602176634e-19
OPTIONS = Corrections(stripes=Stripes(method="none"), zingers=None, phase=PhaseStep(delta_over_beta=40.0))


def scan(rows: int = 40, columns: int = 40) -> xr.Dataset:
    random = np.random.default_rng(1)
    counts = random.poisson(10_000, (8, rows, columns)).astype(np.float64)
    counts[0], counts[1] = 0.0, 20_000.0
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts),
                "image_key": ("frame", [2, 1, 0, 0, 0, 0, 0, 0]),
                "rotation_angle": ("frame", np.linspace(0, 1, 8)),
                "pixel_size": 1.3e-6,
                "photon_energy": ENERGY,
                "detector_distance": 0.05,
            }
        ),
        "projections",
    )


def test_length_of_the_filter() -> None:
    # l^2 = z (delta/beta) lambda/(4 pi); lambda = 0.2755 angstrom at 45 keV
    expected = np.sqrt(0.05 * 40.0 * 2.7552e-11 / (4 * np.pi)) / 1.3e-6
    assert phase_filter(scan(), PhaseStep(delta_over_beta=40.0)).length == pytest.approx(expected, rel=1e-4)
    assert phase_filter(scan(), PhaseStep(delta_over_beta=40.0, distance=0.2)).length == pytest.approx(
        2 * expected, 1e-4
    )


@pytest.mark.parametrize("length", [0.05, 1.0, 3.0])
def test_a_wave_is_damped_as_the_equation_says(length: float) -> None:
    filtering = PhaseFilter(length)
    rows, columns = 2 * filtering.halo + 60, 240
    z, x = np.mgrid[:rows, :columns]
    for kz, kx in ((0.0, 2 * np.pi / 24), (2 * np.pi / 30, 0.0), (2 * np.pi / 40, 2 * np.pi / 30)):
        wave = 1 + 0.3 * np.cos(kz * z + kx * x)
        inner = slice(filtering.halo, rows - filtering.halo)
        smooth = smooth_phase(wave[:, None].astype(np.float32), filtering, inner)[:, 0]
        # along the rows the second difference stands for the second derivative
        damped = 1 / (1 + length**2 * (kx**2 + 2 - 2 * np.cos(kz)))
        middle = slice(60, 180)
        np.testing.assert_allclose(smooth[:, middle] - 1, damped * (wave[inner, middle] - 1), atol=2e-4)
        assert damped == pytest.approx(1 / (1 + length**2 * (kx**2 + kz**2)), rel=0.01)


def test_the_mean_transmission_stays() -> None:
    even = np.full((5, 2, 30), 0.37, dtype=np.float32)
    np.testing.assert_allclose(smooth_phase(even, PhaseFilter(2.0), slice(None)), 0.37, rtol=1e-5)


def test_fringes_of_an_edge_are_undone() -> None:
    # forward: I = T - l^2 laplacian(T), the weak-field limit of propagation; the filter is its inverse
    length = 1.5
    c = np.arange(200)
    transmission = np.exp(-0.3 / (1 + np.exp(-(c - 100) / 3.0)))
    fringed = transmission - length**2 * np.gradient(np.gradient(transmission))
    assert np.abs(fringed - transmission).max() > 0.005
    block = np.repeat(fringed.astype(np.float32)[None, None], 5, axis=0)
    undone = smooth_phase(block, PhaseFilter(length), slice(2, 3))[0, 0]
    assert np.abs(undone - transmission)[10:-10].max() < 3e-4


def test_rows_do_not_depend_on_the_block_that_holds_their_halo() -> None:
    given = scan()
    halo = halo_rows(given, OPTIONS)
    assert 5 < halo < 20
    whole = line_integrals(given, options=OPTIONS)["line_integral"].to_numpy()
    for batch in (1, 7):
        np.testing.assert_array_equal(line_integrals(given, options=OPTIONS, batch=batch)["line_integral"], whole)
    np.testing.assert_array_equal(line_integrals(given, options=OPTIONS, rows=[20])["line_integral"], whole[20:21])
    filtering = phase_filter(given, PhaseStep(delta_over_beta=40.0))
    block = given["counts"].to_numpy()[:, 18 - halo : 23 + halo]
    plan = frame_plan(given)
    part, repairs = correct_rows(block, plan, OPTIONS, phase=filtering, inner=slice(halo, halo + 5))
    np.testing.assert_array_equal(part, whole[18:23])
    assert repairs.starved.shape == (5,)
    assert "Paganin2002" in line_integrals(given, options=OPTIONS).attrs["sources"]


def test_noise_falls() -> None:
    given = scan()
    plain = Corrections(stripes=Stripes(method="none"), zingers=None)
    noisy = line_integrals(given, options=plain)["line_integral"].std()
    smooth = line_integrals(given, options=OPTIONS)["line_integral"].std()
    assert float(smooth) < 0.4 * float(noisy)


def test_what_a_phase_step_needs() -> None:
    for name in ("pixel_size", "photon_energy", "detector_distance"):
        with pytest.raises(SchemaError, match=f"no {name}"):
            line_integrals(scan().drop_vars(name), options=OPTIONS)
    with pytest.raises(SchemaError, match="belong together"):
        correct_rows(scan()["counts"].to_numpy(), frame_plan(scan()), OPTIONS)
