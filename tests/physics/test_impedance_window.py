"""What a window can hold: arcs at and beyond both of its ends, against known answers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import peaks, relaxation_times
from alkanode.impedance.elements import inductor, resistor, zarc
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.virtual.synthetic_spectra import synthetic_spectra

SLOW = np.geomspace(7e6, 1.0, 70)
FAST = np.geomspace(7e6, 1.0, 80)
END = 1 / (2 * np.pi)


def draws(frequency: np.ndarray, z: np.ndarray, noise: float, count: int = 30) -> xr.Dataset:
    random = noise * np.random.default_rng(0).normal(size=(2, count, frequency.size))
    point = ("spectrum", "point")
    noisy = z.real * (1 + random[0]) + 1j * z.imag * (1 + random[1])
    return xr.Dataset({"frequency": (point, np.tile(frequency, (count, 1))), "impedance": (point, noisy)})


def slow_arc(tau: float) -> xr.Dataset:
    return draws(SLOW, resistor(SLOW, 10) + zarc(SLOW, 50, tau, 0.85), 0.005)


def test_an_arc_inside_the_window_is_found():
    times = relaxation_times(slow_arc(0.02))
    table = peaks(times)
    main = table.resistance.to_numpy() > 20
    np.testing.assert_allclose(np.log10(table.relaxation_time[main] / 0.02), 0, atol=0.06)
    assert table.in_window[main].all()
    total = (times.polarisation_in_window + times.polarisation_out_of_window).to_numpy()
    assert np.median(total) == pytest.approx(50, rel=0.02)


@pytest.mark.parametrize("tau", [0.3, 0.5, 1.0, 10.0])
def test_an_arc_beyond_the_window_is_flagged_and_never_a_peak_inside(tau: float):
    times = relaxation_times(slow_arc(tau))
    table = peaks(times)
    big = table.resistance.to_numpy() > 0.05 * 50
    assert not (table.in_window.to_numpy() & big).any()
    assert (table.relaxation_time.to_numpy() < times.relaxation_time.to_numpy()[-1]).all()
    assert "spectra 0-29" in times.attrs["checks"]
    assert "1 Hz" in times.attrs["checks"]
    assert "0.16 s" in times.attrs["checks"]
    assert "long-time end" in table.attrs["checks"]
    assert times.attrs["window_longest"] == pytest.approx(END)


def test_an_arc_on_the_edge_keeps_its_place_and_is_marked():
    table = peaks(relaxation_times(slow_arc(END)))
    main = table.resistance.to_numpy() > 20
    assert main.sum() >= 20
    np.testing.assert_allclose(np.log10(table.relaxation_time[main] / END), 0, atol=0.12)
    beyond = table.relaxation_time.to_numpy() > END
    assert not table.in_window.to_numpy()[beyond].any()
    assert "only R/tau" in table.attrs["checks"]


def test_a_wider_grid_invents_resistance():
    """Two decades instead of half a decade: the total of a process at 1 s is set by the grid, not by the data."""
    near, far = (
        relaxation_times(slow_arc(1.0), extend_decades=decades).polarisation_out_of_window.median().item()
        for decades in (0.5, 2.0)
    )
    assert near < 0.6 * 50
    assert far > 1.3 * 50


def grain_boundary(henry: float, tau: float, **options: bool) -> tuple[float, float]:
    z = resistor(FAST, 15) + inductor(FAST, henry) + zarc(FAST, 20, tau, 0.95) + zarc(FAST, 30, 1e-2, 0.8)
    times = relaxation_times(draws(FAST, z, 0.002), **options)
    u = np.log(times.relaxation_time.to_numpy())
    fast = times.distribution.to_numpy() @ integration_weights(u, u[0], np.log(3e-6))
    return float(np.median(fast)), float(np.median(fast + times.series_resistance.to_numpy()))


@pytest.mark.parametrize("inductance", [0.0, 1e-7, 1e-6])
def test_the_grain_boundary_survives_any_inductance(inductance: float):
    found, together = grain_boundary(inductance, 1e-7)
    assert found == pytest.approx(20, rel=0.015)
    assert together == pytest.approx(35, rel=0.01)


@pytest.mark.parametrize(("inductance", "left"), [(1e-7, 17.4), (1e-6, 9.5)])
def test_without_an_inductance_the_grain_boundary_shrinks(inductance: float, left: float):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # 1e-6 H leaves a misfit that is told
        found, _ = grain_boundary(inductance, 1e-7, inductance=False)
    assert found == pytest.approx(left, abs=0.4)


@pytest.mark.parametrize("inductance", [0.0, 1e-7, 1e-6])
def test_below_the_window_only_the_sum_is_known(inductance: float):
    near, together_near = grain_boundary(inductance, 2e-8)
    beyond, together_beyond = grain_boundary(inductance, 5e-9)
    assert near > 22
    assert beyond < 14
    assert together_near == pytest.approx(35, rel=0.01)
    assert together_beyond == pytest.approx(35, rel=0.01)


@pytest.mark.parametrize("family", ["growing_interface", "switched_interface"])
def test_resistances_of_whole_series(family: str):
    record, truth = synthetic_spectra(family, spectra=60)
    times = relaxation_times(record)
    u = np.log(times.relaxation_time.to_numpy())
    fast = times.distribution.to_numpy() @ integration_weights(u, u[0], np.log(3e-6))
    rest = times.distribution.to_numpy() @ integration_weights(u, np.log(3e-6), np.log(END))
    assert np.median(np.abs(fast / truth.polarisation(1e-12, 3e-6) - 1)) < 0.02
    assert np.median(np.abs(rest / truth.polarisation(3e-6, END) - 1)) < 0.01
