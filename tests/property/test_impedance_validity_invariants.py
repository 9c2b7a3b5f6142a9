"""What must not matter to the checks and tests of spectra."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import at_common_time, check_spectra, kramers_kronig, sweep_drift
from alkanode.virtual.synthetic_spectra import synthetic_spectra

POINT = ("spectrum", "point")


def spectrum(seed: int, noise: float = 0.003) -> xr.Dataset:
    return synthetic_spectra(spectra=2, points=40, seed=seed, noise=noise)[0]


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), scale=st.floats(-6, 6))
def test_the_unit_of_the_impedance_does_not_matter(seed: int, scale: float) -> None:
    made = spectrum(seed)
    scaled = made.assign(impedance=made.impedance * 10**scale)
    one, other = kramers_kronig(made), kramers_kronig(scaled)
    np.testing.assert_array_equal(one.element_count, other.element_count)
    np.testing.assert_allclose(one.residual_real, other.residual_real, atol=1e-8)
    np.testing.assert_array_equal(one.point_valid, other.point_valid)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), scale=st.floats(-3, 3))
def test_the_unit_of_the_frequency_does_not_matter(seed: int, scale: float) -> None:
    made = spectrum(seed)
    one, other = kramers_kronig(made), kramers_kronig(made.assign(frequency=made.frequency * 10**scale))
    np.testing.assert_allclose(one.residual_imaginary, other.residual_imaginary, atol=1e-7)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), order=st.permutations(range(40)))
def test_the_order_of_storage_does_not_matter(seed: int, order: list[int]) -> None:
    made = spectrum(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        mixed = check_spectra(made.isel(point=list(order)))
    np.testing.assert_array_equal(mixed.impedance, check_spectra(made).impedance)


_NUMBER = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, -1.0, 1e3, 9.9e37]))
_TIME = st.one_of(st.floats(-1e12, 1e12), st.just(np.nan), st.just(np.inf))


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(_NUMBER, _NUMBER, _NUMBER, _TIME), min_size=0, max_size=24),
    cut=st.integers(0, 24),
    spoiled=st.lists(st.integers(0, 39), max_size=4),
)
def test_any_numbers_end_in_a_record_that_every_test_takes(
    rows: list[tuple[float, float, float, float]], cut: int, spoiled: list[int]
) -> None:
    made = spectrum(1)
    frequency, impedance = made.frequency.to_numpy().copy(), made.impedance.to_numpy().copy()
    times = np.tile(np.arange(40.0), (2, 1))
    for k, (f, real, imaginary, time) in enumerate(rows):
        frequency[0, (k + cut) % 40], impedance[0, (k + cut) % 40] = f, complex(real, imaginary)
        times[0, (k + cut) % 40] = time
    impedance[1, spoiled] *= 1e9
    record = xr.Dataset(
        {"frequency": (POINT, frequency), "impedance": (POINT, impedance), "point_time": (POINT, times)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        checked = check_spectra(record)
        test, drift, moved = kramers_kronig(checked), sweep_drift(checked), at_common_time(checked)
    for result, kind in (
        (checked, "impedance"),
        (test, "kramers_kronig"),
        (drift, "sweep_drift"),
        (moved, "impedance"),
    ):
        check(result, kind)
    assert np.isfinite(test.rms_residual.values[~checked.masked.values]).all()
    present = checked.original_point.values >= 0
    assert np.isfinite(checked.impedance.values[present]).all()
