"""Steady stripes: taken off where they stand out, and nothing of the sample with them."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.tomography.corrections import Corrections, Stripes, line_integrals, remove_stripes
from alkanode.tomography.corrections.steady_stripes import steady_deviation, window_of

ANGLES, COLUMNS, NOISE = 240, 160, 0.003
STEADY = Stripes(method="steady")


def rod(radius: float = 6.0, off: float = 0.0, height: float = 0.3) -> np.ndarray:
    """Transmission (angle, column) of a rod beside the axis in air."""
    theta, column = np.linspace(0, np.pi, ANGLES, endpoint=False)[:, None], np.arange(COLUMNS)[None]
    place = column - 0.5 * COLUMNS - off * np.cos(theta)
    return np.exp(-height * np.sqrt(np.clip(1 - (place / radius) ** 2, 0, None)))


def noisy(transmission: np.ndarray, seed: int = 1) -> np.ndarray:
    noise = NOISE * np.random.default_rng(seed).standard_normal(transmission.shape)
    return (transmission * (1 + noise)).astype(np.float32)


def taken(before: np.ndarray, after: np.ndarray) -> float:
    """Share of the attenuation of a sinogram that is gone."""
    return float(1 - np.log(after.mean(axis=0)).sum() / np.log(before.mean(axis=0)).sum())


@pytest.mark.parametrize("off", [0.0, 2.0, 30.0])
def test_a_rod_of_twelve_columns_keeps_its_attenuation(off: float) -> None:
    seen = noisy(rod(off=off))
    assert abs(taken(seen, remove_stripes(seen, STEADY))) < 0.01


def test_smoothing_across_columns_takes_attenuation_of_a_rod_on_the_axis() -> None:
    seen = noisy(rod())
    assert taken(seen, remove_stripes(seen, Stripes(method="all"))) > 0.1


def test_a_pixel_of_another_sensitivity_is_brought_back() -> None:
    clean = rod(radius=70.0, off=4.0)
    seen = noisy(clean)
    seen[:, [60, 75, 76, 100]] *= np.float32([1.03, 0.97, 0.97, 1.02])
    deviation = np.abs(np.log(remove_stripes(seen, STEADY).mean(axis=0) / clean.mean(axis=0)))
    # what is left on a slope is as large as the steps of two columns there
    step = np.abs(np.gradient(np.log(clean.mean(axis=0))))
    middle = slice(20, 140)
    assert (deviation <= 6 * NOISE / np.sqrt(ANGLES) + 2 * step)[middle].all()
    assert deviation[[60, 75, 76, 100]].max() < 0.006


def test_dead_and_fluctuating_pixels_are_interpolated() -> None:
    clean, random = rod(radius=50.0, off=10.0), np.random.default_rng(2)
    seen = noisy(clean)
    seen[:, 50], seen[:, 100] = 0.01, clean[:, 100] * (1 + 0.2 * random.standard_normal(ANGLES))
    cleaned = remove_stripes(seen, STEADY)
    assert np.abs(cleaned[:, [50, 100]] / clean[:, [50, 100]] - 1).max() < 0.03


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.floats(0.9, 1.1), column=st.integers(5, COLUMNS - 6))
def test_the_deviation_follows_a_factor_of_a_column(seed: int, factor: float, column: int) -> None:
    seen = noisy(np.ones((ANGLES, COLUMNS)), seed).T.copy()
    plain = steady_deviation(seen, 5)
    seen[column] *= np.float32(factor)
    found = steady_deviation(seen, 5)
    assert abs(found[column] - np.log(factor)) < 6 * NOISE / np.sqrt(ANGLES)
    assert np.abs(np.delete(plain, column)).mean() < NOISE / np.sqrt(ANGLES)


def test_the_window_is_in_proportion_to_the_detector() -> None:
    assert [window_of(columns, STEADY) for columns in (160, 1000, 3077)] == [5, 7, 21]
    assert window_of(160, Stripes(method="steady", steady_window=9)) == 9
    with pytest.raises(PhysicsError, match="odd"):
        Stripes(method="steady", steady_window=8)


def test_few_angles_and_no_light_pass_unchanged() -> None:
    few = noisy(rod())[:5]
    np.testing.assert_array_equal(remove_stripes(few, STEADY), few)
    dark = np.zeros((40, 32), dtype=np.float32)
    np.testing.assert_array_equal(remove_stripes(dark, STEADY), dark)


def scan_of(transmission: np.ndarray) -> xr.Dataset:
    random = np.random.default_rng(3)
    light = np.concatenate([np.ones((60, COLUMNS)), transmission, np.zeros((10, COLUMNS))])
    counts = 100 + random.poisson(1e5 * light[:, None].repeat(3, axis=1))
    key = np.repeat([1, 0, 2], [60, ANGLES, 10])
    angle = np.concatenate([np.zeros(60), np.linspace(0, np.pi, ANGLES, endpoint=False), np.zeros(10)])
    return label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts),
                "image_key": ("frame", key),
                "rotation_angle": ("frame", angle),
            }
        ),
        "projections",
    )


def test_what_removal_takes_from_the_sample_is_recorded_and_doubted() -> None:
    scan = scan_of(rod())
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataQualityWarning)
        kept = line_integrals(scan)
    assert json.loads(kept.attrs["corrections"])["stripes"]["method"] == "steady"
    assert abs(kept.attrs["attenuation_taken"]) < 0.005
    with pytest.warns(DataQualityWarning, match="removing stripes changed the attenuation"):
        lost = line_integrals(scan, options=Corrections(stripes=Stripes(method="all")))
    assert lost.attrs["attenuation_taken"] > 0.1
    total = [float(one["line_integral"].sum()) for one in (kept, lost)]
    assert 1 - total[1] / total[0] == pytest.approx(lost.attrs["attenuation_taken"], abs=0.02)
