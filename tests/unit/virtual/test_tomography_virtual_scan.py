"""The scan of the virtual tomograph: each defect does what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.tomograph import (
    Detector,
    Tomograph,
    beamline,
    cylinder,
    exact_line_integrals,
    scan_object,
    sphere,
)

P = 1.3e-6
QUIET = Detector(noise=False, photons=6e4, dark=100.0)
SETUP = Tomograph(rows=12, columns=48, angles=8, flats_before=3, flats_after=2, darks=2, detector=QUIET)
MIDDLE = np.array([5.5 * P, 0.0, 0.0])
OBJECT = (
    cylinder(MIDDLE, (1, 0, 0), 15 * P, 6 * P, 3000.0),
    sphere(MIDDLE + np.array([P, 6 * P, 2 * P]), 3 * P, 9000.0),
)


def taken(key: int, scan: xr.Dataset) -> np.ndarray:
    return scan["counts"].to_numpy()[scan["image_key"].to_numpy() == key].astype(float)


def scan_with(setup: Tomograph = SETUP, *, seed: int = 1, **detector: Any) -> xr.Dataset:
    return scan_object(OBJECT, replace(setup, detector=replace(setup.detector, **detector)), seed=seed)


def test_a_quiet_scan_holds_the_exact_line_integrals() -> None:
    scan = scan_with()
    check(scan, "projections")
    assert scan["image_key"].to_numpy().tolist() == [2, 2, 1, 1, 1] + [0] * 8 + [1, 1]
    dark, flat = taken(2, scan).mean(axis=0), taken(1, scan).mean(axis=0)
    found = -np.log((taken(0, scan) - dark) / (flat - dark))
    exact = exact_line_integrals(OBJECT, SETUP)["line_integral"].to_numpy().transpose(1, 0, 2)
    np.testing.assert_allclose(found, exact, atol=2e-5)
    assert scan["rotation_angle"].to_numpy()[5:13] == pytest.approx(np.arange(8) * np.pi / 8)
    assert scan["time"].to_numpy()[-1] + 0.1 == pytest.approx(SETUP.duration())


def test_photons_are_poisson_and_gain_scales_them() -> None:
    setup = replace(SETUP, flats_before=40, rows=40)
    for gain in (1.0, 0.25):
        flats = taken(1, scan_with(setup, noise=True, gain=gain, dark=0.0, photons=2e4))
        assert flats.mean() == pytest.approx(2e4 * gain, rel=1e-3)
        assert flats.var() / flats.mean() == pytest.approx(gain, rel=0.03)


def test_the_same_seed_gives_the_same_scan_and_the_detector_stays() -> None:
    setup = replace(SETUP, detector=beamline(noise=False, zingers=0.0, fluctuating=0.0))
    first, again = scan_object(OBJECT, setup, seed=3), scan_object(OBJECT, setup, seed=3)
    xr.testing.assert_identical(first, again)
    other = scan_object(OBJECT, setup, seed=4, detector_seed=3)
    np.testing.assert_array_equal(first["counts"], other["counts"])
    assert (scan_object(OBJECT, setup, seed=4)["counts"].to_numpy() != first["counts"].to_numpy()).mean() > 0.5


def test_flats_drift_across_the_detector() -> None:
    flats = taken(1, scan_with(flat_drift=0.1)) - 100
    ratio = (flats[-1] / flats[0]).mean(axis=0)
    assert ratio[-1] / ratio[0] == pytest.approx(1.1 / (1.0), rel=0.03)
    assert ratio[23:25].mean() == pytest.approx(1.0, abs=2e-3)


def test_the_beam_fades_and_dumps_and_the_monitor_sees_it() -> None:
    scan = scan_with(beam_loss=0.2, dump=(0.5, 0.6, 0.01))
    monitor, key = scan["beam_monitor"].to_numpy(), scan["image_key"].to_numpy()
    assert (monitor[key == 2] == 0).all()
    air = scan["counts"].to_numpy()[:, 0, 0].astype(float) - 100
    np.testing.assert_allclose(air[key != 2], 6e4 * monitor[key != 2], rtol=1e-3)
    assert monitor[key == 0].min() < 0.01 < 0.8 < monitor[key == 0].max()


def test_stripes_are_in_projections_at_all_angles_and_not_in_flats() -> None:
    clean, found = scan_with(), scan_with(stripes=0.1, stripe_strength=0.05, stripe_height=3)
    np.testing.assert_array_equal(taken(1, clean), taken(1, found))
    ratio = (taken(0, found) - 100) / (taken(0, clean) - 100)
    faulty = np.abs(ratio.mean(axis=0) - 1) > 5e-3
    assert 0.03 < faulty.mean() < 0.3
    assert ratio[:, faulty].std(axis=0).max() < 2e-3
    assert (faulty[1:] & faulty[:-1]).any()


def test_dead_hot_and_fluctuating_pixels() -> None:
    scan = scan_with(dead=0.05, hot=0.05, fluctuating=0.05)
    counts, key = scan["counts"].to_numpy().astype(float), scan["image_key"].to_numpy()
    dead, hot = (counts == 100).all(axis=0), (counts == 65535).all(axis=0)
    assert 0.01 < dead.mean() < 0.12
    assert 0.01 < hot.mean() < 0.12
    wandering = counts[key == 1].std(axis=0) > 1000
    assert 0.01 < wandering.mean() < 0.12
    assert not (wandering & (dead | hot)).any()


def test_zingers_raise_single_readings_in_all_frames() -> None:
    found = scan_with(zingers=0.02, photons=2e4)["counts"].to_numpy()
    clean = scan_with(photons=2e4)["counts"].to_numpy()
    hit = found.astype(int) - clean.astype(int)
    assert (hit >= 0).all()
    assert (hit > 0).mean() == pytest.approx(0.02, rel=0.25)
    assert (hit[:2] > 0).any()


def test_blur_keeps_the_light_and_softens_the_edge() -> None:
    sharp, soft = taken(0, scan_with()), taken(0, scan_with(blur=1.0))
    assert soft.mean() == pytest.approx(sharp.mean(), rel=1e-3)
    assert np.abs(np.diff(soft, axis=2)).max() < 0.8 * np.abs(np.diff(sharp, axis=2)).max()


def test_a_fringe_is_bright_outside_and_dark_inside_an_edge() -> None:
    fibre = [cylinder(MIDDLE, (1, 0, 0), 8.3 * P, 60 * P, 0.0, decrement=2e-7)]
    with_phase = replace(SETUP, detector_distance=0.02, columns=49, angles=1)
    scan = scan_object(fibre, with_phase, seed=1)
    ratio = (taken(0, scan)[0, 6] - 100) / 6e4
    assert ratio[:14] == pytest.approx(1.0, abs=1e-3)
    assert ratio[15] > 1.01  # 9 pixels from the axis, just outside
    assert ratio[17] < 0.995  # 7 pixels, just inside
    far = scan_object(fibre, replace(with_phase, detector_distance=0.04), seed=1)
    assert (taken(0, far)[0, 6, 15] - 100) / 6e4 - 1 == pytest.approx(2 * (ratio[15] - 1), rel=1e-2)
    assert float(scan["detector_distance"]) == 0.02
    assert "detector_distance" not in scan_with()


def test_a_fringe_does_not_grow_with_the_number_of_rays() -> None:
    layer = cylinder(MIDDLE, (1, 0, 0), 15 * P, 6.1 * P, 1.0, decrement=2e-7)
    deepest = []
    for rays in (2, 6, 12):
        setup = replace(SETUP, angles=1, row_rays=rays, column_rays=2, detector_distance=1e-3)
        scan = scan_object([layer], setup, seed=1)
        counts = taken(0, scan)[0, :, 24]
        deepest.append(1 - counts.min() / counts.max())
    assert deepest[0] > 0.01
    assert deepest[1:] == pytest.approx([deepest[0]] * 2, rel=0.25)


def test_a_shift_by_a_pixel_and_a_turn_are_what_they_say() -> None:
    still = taken(0, scan_object(OBJECT, SETUP, seed=1))
    up = scan_object(OBJECT, SETUP, seed=1, shift=(P, 0, 0))
    np.testing.assert_allclose(taken(0, up)[:, 1:], still[:, :-1], atol=1)
    assert up.attrs["true_shift"] == [P, 0.0, 0.0]
    # s = x cos(theta) + y sin(theta): a sample turned by w looks at theta as it did at theta + w
    turned = taken(0, scan_object(OBJECT, SETUP, seed=1, rotation=(np.pi / 8, 0, 0)))
    np.testing.assert_allclose(turned[:-1], still[1:], atol=1)


def test_the_sample_drifts_during_the_scan() -> None:
    still, gone = taken(0, scan_with()), taken(0, scan_with(replace(SETUP, drift=(2 * P, 0, 0))))
    np.testing.assert_allclose(gone[0], still[0], atol=1)
    np.testing.assert_allclose(gone[-1][2:], still[-1][:-2], atol=1)


def test_an_axis_off_centre_moves_the_columns() -> None:
    moved = taken(0, scan_with(replace(SETUP, axis_column=26.5)))
    np.testing.assert_allclose(moved[..., 3:], taken(0, scan_with())[..., :-3], atol=1)


def test_an_object_wider_than_the_view_is_truncated() -> None:
    narrow = taken(0, scan_with(replace(SETUP, columns=20)))
    np.testing.assert_allclose(narrow, taken(0, scan_with())[..., 14:34], atol=1)
    assert (narrow[:, 5, 0] < 59000).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"photons": 0.0},
        {"stripes": 1.0},
        {"dead": 0.6, "hot": 0.6},
        {"blur": -1.0},
        {"dump": (0.5, 0.4, 0.1)},
        {"saturation": 70000},
    ],
)
def test_impossible_detectors_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PhysicsError):
        Detector(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"angle_range": 0.0}, {"pixel_size": 0.0}, {"axis_tilt": 1.0}, {"detector_distance": -1.0}]
)
def test_impossible_tomographs_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PhysicsError):
        Tomograph(**wrong)
