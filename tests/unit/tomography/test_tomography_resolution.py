"""Resolution and noise of slices, and the comparison that holds both equal."""

from __future__ import annotations

import numpy as np
import pytest
from disc_sinograms import PIXEL, counted, half_turn, picture, record, sinogram

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.reconstruction import (
    Reconstruction,
    expected_noise,
    modulation_transfer,
    reconstruct,
    resolved_length,
    split_halves,
)

DISC = ((1.3, -2.7, 40.3, 0.01),)
VIEWS = half_turn(301)
FREQUENCY = np.array([0.05, 0.1, 0.2, 0.3, 0.4])


def transfer(filter="hann", engine="fourier"):
    volume = reconstruct(record(sinogram(VIEWS, discs=DISC)[None], VIEWS), 63.5, filter=filter, engine=engine)
    return modulation_transfer(volume, centre_y=1.3 * PIXEL, centre_x=-2.7 * PIXEL, radius=40.3 * PIXEL, reach=18.0)


def at(measured):
    return np.interp(FREQUENCY / PIXEL, measured["spatial_frequency"], measured["modulation"])


def test_the_transfer_is_that_of_window_and_detector_pixel():
    expected = (0.5 + 0.5 * np.cos(2 * np.pi * FREQUENCY)) * np.sinc(FREQUENCY)
    assert at(transfer()) == pytest.approx(expected, abs=0.012)


def test_back_projection_loses_what_linear_interpolation_loses():
    theirs = at(transfer(engine="algotom-fbp"))
    assert at(transfer("hann*linear")) == pytest.approx(theirs, abs=0.006)
    assert (at(transfer())[1:] > theirs[1:] + 0.02).all()


@pytest.mark.parametrize("counts", [None, 2e4])
def test_error_at_matched_resolution_is_not_above_that_of_back_projection(counts):
    true = picture()
    i = np.arange(128) - 63.5
    where = np.hypot(i[:, None], i[None, :]) < 0.42 * 128
    views = sinogram(VIEWS)
    if counts is not None:
        views = counted(views, counts, seed=3)
    error = {}
    for name, options in {"ours": {"filter": "hann*linear"}, "theirs": {"engine": "algotom-fbp"}}.items():
        found = reconstruct(record(views[None], VIEWS, 1.0), 63.5, **options)["attenuation"].to_numpy()[0]
        error[name] = np.sqrt(np.mean((found - true)[where] ** 2))
    assert error["ours"] <= 1.02 * error["theirs"]


def test_resolved_length_orders_filters_and_may_be_unknown():
    lengths = [resolved_length(transfer(name)).value for name in ("hann", "hann*linear", "hann*hann")]
    assert lengths[0] < lengths[1] < lengths[2]
    assert resolved_length(transfer(), level=1e-9).value is None
    estimate = resolved_length(transfer())
    assert estimate.interval[0] < estimate.value < estimate.interval[1]


def test_an_edge_has_to_lie_in_the_slice():
    volume = reconstruct(record(sinogram(VIEWS, discs=DISC)[None], VIEWS), 63.5)
    with pytest.raises(PhysicsError, match="lie inside the slice"):
        modulation_transfer(volume, centre_y=0.0, centre_x=40 * PIXEL, radius=40 * PIXEL)
    with pytest.raises(PhysicsError, match="lie inside the slice"):
        modulation_transfer(volume, centre_y=0.0, centre_x=0.0, radius=3 * PIXEL)


@pytest.mark.parametrize("filter", ["ramp", "hann"])
def test_noise_is_the_expected_one(filter):
    views = sinogram(VIEWS)
    rows = np.stack([counted(views, 2e4, seed) for seed in range(8)])
    found = reconstruct(record(rows, VIEWS), 63.5, filter=filter)["attenuation"].to_numpy()
    i = np.arange(128) - 63.5
    where = np.hypot(i[:, None], i[None, :]) < 64
    measured = float(np.sqrt(found.var(axis=0, ddof=1)[where].mean()))
    expected = expected_noise(record(rows[:1], VIEWS), 63.5, flat_counts=2e4, options=Reconstruction(filter=filter))
    assert float(expected[0]) == pytest.approx(measured, rel=0.02)
    assert expected.attrs["units"] == "m-1"


def test_halves_are_disjoint_and_show_the_noise_of_the_whole():
    views = sinogram(VIEWS)
    rows = record(np.stack([counted(views, 2e4, seed) for seed in range(4)]), VIEWS)
    odd, even = split_halves(rows)
    assert sorted([*odd["rotation_angle"].to_numpy(), *even["rotation_angle"].to_numpy()]) == pytest.approx(VIEWS)
    half = [reconstruct(one, 63.5)["attenuation"].to_numpy() for one in (odd, even)]
    i = np.arange(128) - 63.5
    where = np.hypot(i[:, None], i[None, :]) < 40
    measured = np.std((half[0] - half[1])[:, where] / 2)
    expected = expected_noise(rows, 63.5, flat_counts=2e4).to_numpy().mean()
    assert measured == pytest.approx(expected, rel=0.1)
    shuffled = rows.isel(angle=np.random.default_rng(1).permutation(VIEWS.size))
    assert set(split_halves(shuffled)[0]["rotation_angle"].to_numpy()) == set(odd["rotation_angle"].to_numpy())


def test_counts_must_be_counts():
    rows = record(sinogram(VIEWS)[None], VIEWS)
    with pytest.raises(PhysicsError, match="positive"):
        expected_noise(rows, 63.5, flat_counts=0.0)
    with pytest.raises(PhysicsError, match="at least 4 views"):
        split_halves(rows.isel(angle=slice(3)))
