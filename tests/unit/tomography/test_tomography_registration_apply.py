"""Bringing a scan back, and what the reconstruction can undo instead."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from registration_phantom import PIXEL, cell, volume
from scipy.ndimage import affine_transform

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.registration import apply_registration, grid_correction, register_series, remaining_tilt

SHAPE = (24, 28, 30)


def motion(shift: np.ndarray, rotation: np.ndarray, centre: np.ndarray, names: tuple[object, ...] = (1,)) -> xr.Dataset:
    """A registration (voxels and rad) with the same motion for every scan."""
    count = len(names)
    ones = np.ones((count, 3))
    fields = {
        "shift": (("scan", "component"), ones * shift * PIXEL),
        "rotation": (("scan", "component"), ones * rotation),
        "centre": (("component",), np.asarray(centre) * PIXEL),
        "shift_error": (("scan", "component"), 0 * ones),
        "rotation_error": (("scan", "component"), 0 * ones),
        **{
            name: (("scan",), np.zeros(count))
            for name in ("condition_number", "displacement", "residual_before", "residual_after")
        },
    }
    record = xr.Dataset(fields, coords={"scan": list(names), "component": list("zyx")}, attrs={"pixel_size": PIXEL})
    return label(record, "registration")


def test_equal_to_scipy_where_nothing_is_cut() -> None:
    values = np.random.default_rng(1).normal(100, 10, SHAPE).astype(np.float32)
    shift, rotation, centre = np.array([0.3, -1.6, 2.2]), np.array([0.02, 0.01, -0.015]), np.array([1.0, -2.0, 0.5])
    back = apply_registration(volume(values), motion(shift, rotation, centre))
    turn = rotation_matrix(rotation)
    middle = (np.array(SHAPE) - 1) / 2
    c = centre + middle
    expected = affine_transform(values, turn, offset=c + shift - turn @ c, order=3, mode="mirror")
    found = back["attenuation"].to_numpy()
    inside = np.isfinite(found)
    assert 0.5 < inside.mean() < 1
    np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-5, atol=1e-3)


def test_rows_and_slabs_do_not_change_a_voxel(monkeypatch: pytest.MonkeyPatch) -> None:
    source = volume(np.random.default_rng(1).normal(100, 10, SHAPE))
    there = motion(np.array([1.4, 0.2, 0.1]), np.array([0.0, 0.03, 0.02]), np.zeros(3))
    whole = apply_registration(source, there)["attenuation"]
    part = apply_registration(source, there, rows=slice(5, 13))
    np.testing.assert_allclose(part["attenuation"], whole[5:13], rtol=1e-5, atol=1e-3)
    np.testing.assert_array_equal(part["z"], whole["z"][5:13])
    module = sys.modules["alkanode.tomography.registration.apply_registration"]
    monkeypatch.setattr(module, "OUT_VOXELS", 1)
    slabs = apply_registration(source, there)["attenuation"]
    np.testing.assert_allclose(slabs, whole, rtol=1e-5, atol=1e-3)


def test_whole_voxels_are_copied_and_keep_their_noise() -> None:
    values = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)
    source = volume(values).assign(attenuation_noise=("z", np.arange(24.0)))
    back = apply_registration(source, motion(np.array([2.0, -1.0, 3.0]), np.zeros(3), np.zeros(3)))
    np.testing.assert_allclose(back["attenuation"][:-2, 1:, :-3], values[2:, :-1, 3:], atol=1e-5)
    assert np.isnan(back["attenuation"][-2:]).all()
    assert back.attrs["noise_factor"] == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(back["attenuation_noise"][:-2], np.arange(2.0, 24.0), rtol=1e-6)


def test_noise_factor_is_the_measured_one() -> None:
    values = np.random.default_rng(4).normal(size=(40, 48, 48))
    shift = np.array([0.5, 0.25, 0.4])
    back = apply_registration(volume(values), motion(shift, np.zeros(3), np.zeros(3)))
    assert np.nanstd(back["attenuation"]) == pytest.approx(back.attrs["noise_factor"], rel=0.02)
    assert back.attrs["noise_factor"] < 0.8


def test_another_grid() -> None:
    source = volume(cell(SHAPE))
    cut = source.isel(z=slice(4, 20), y=slice(3, 20), x=slice(2, 25))
    still = motion(np.zeros(3), np.zeros(3), np.zeros(3))
    np.testing.assert_allclose(
        apply_registration(source, still, like=cut)["attenuation"], cut["attenuation"], rtol=1e-4, atol=1e-2
    )


def test_the_scan_must_be_named() -> None:
    source = volume(np.zeros(SHAPE))
    two = motion(np.zeros(3), np.zeros(3), np.zeros(3), names=("a", "b"))
    with pytest.raises(SchemaError, match="must be named"):
        apply_registration(source, two)
    with pytest.raises(SchemaError, match="'c'"):
        apply_registration(source, two, "c")
    assert apply_registration(source, two, "b").sizes["z"] == 24


@given(
    st.lists(st.floats(-5, 5), min_size=3, max_size=3),
    st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=3),
    st.lists(st.floats(-50, 50), min_size=3, max_size=3),
)
def test_the_parts_of_a_motion_make_the_motion(shift: list[float], rotation: list[float], centre: list[float]) -> None:
    whole = motion(np.array(shift), np.array(rotation), np.array(centre))
    parts, tilt = grid_correction(whole), remaining_tilt(whole)
    points = np.random.default_rng(0).uniform(-30, 30, (5, 3))
    c = np.array(centre)
    expected = (points - c) @ rotation_matrix(rotation).T + c + shift
    tilted = (points - c) @ rotation_matrix(tilt["rotation"].to_numpy()[0]).T + c
    about_z = rotation_matrix([parts["angle_offset"], 0, 0])
    rows = parts["rows"] + parts["row_fraction"]
    offset = np.array([rows, parts["shift_y"] / PIXEL, parts["shift_x"] / PIXEL])
    np.testing.assert_allclose(tilted @ about_z.T + offset, expected, atol=1e-9)
    assert tilt["rotation"].to_numpy()[0, 0] == 0
    assert abs(parts["row_fraction"]) <= 0.5
    assert (tilt["shift"] == 0).all()


def test_parts_of_one_scan_of_a_series() -> None:
    fixed = volume(cell((32, 40, 40), noise=20, seed=1))
    moving = volume(cell((32, 40, 40), shift=(2.0, 1.0, 0.0), noise=20, seed=2))
    found = register_series([fixed, moving])
    assert grid_correction(found, 1)["rows"] == 2
    assert grid_correction(found, 0)["rows"] == 0
    assert remaining_tilt(found, 1).sizes["scan"] == 1
    back = apply_registration(moving, found, 1)
    difference = (back["attenuation"] - fixed["attenuation"]).to_numpy()
    assert np.nanstd(difference) < 1.6 * 20
