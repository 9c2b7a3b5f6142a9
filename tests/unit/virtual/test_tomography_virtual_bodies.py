"""Bodies, their exact line integrals and their volumes on voxels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.rigid import rotation_matrix
from alkanode.virtual.tomograph import (
    Body,
    Tomograph,
    box,
    cylinder,
    ellipsoid,
    endless_cylinder,
    exact_line_integrals,
    moved,
    scan_object,
    slab,
    sphere,
    voxel_materials,
    voxel_truth,
)

P = 1.3e-6
SETUP = Tomograph(rows=20, columns=64, angles=9, pixel_size=P)
MIDDLE = np.array([9.5 * P, 0.0, 0.0])


def integrals(*bodies: Body, setup: Tomograph = SETUP) -> np.ndarray:
    return exact_line_integrals(bodies, setup)["line_integral"].to_numpy()


def test_a_ball_has_the_chord_of_a_ball() -> None:
    middle, radius = MIDDLE + np.array([0.0, 3 * P, -5 * P]), 6.2 * P
    theta = SETUP.rotation_angles()
    s = (np.arange(64) - 31.5) * P
    along = middle[2] * np.cos(theta) + middle[1] * np.sin(theta)
    z = np.arange(20) * P - middle[0]
    distance = (s[None, None] - along[None, :, None]) ** 2 + z[:, None, None] ** 2
    expected = 2 * 1000.0 * np.sqrt(np.maximum(radius**2 - distance, 0.0))
    np.testing.assert_allclose(integrals(sphere(middle, radius, 1000.0)), expected, atol=1e-8)


def test_a_disc_seen_from_the_side_is_a_box_of_chords() -> None:
    found = integrals(cylinder(MIDDLE, (1, 0, 0), 10 * P, 6 * P, 500.0))
    s = (np.arange(64) - 31.5) * P
    chord = 1000.0 * np.sqrt(np.maximum((10 * P) ** 2 - s**2, 0.0))
    inside = np.abs(np.arange(20) * P - MIDDLE[0]) <= 3 * P
    np.testing.assert_allclose(found, np.broadcast_to(inside[:, None, None] * chord, found.shape), atol=1e-8)


def test_a_fibre_along_the_beam_has_its_length() -> None:
    fibre = cylinder(MIDDLE, (0, 1, 0), 3 * P, 20 * P, 100.0)
    first = integrals(fibre)[:, 0]  # at angle 0 rays run along y
    assert first.max() == pytest.approx(100.0 * 20 * P, rel=1e-6)
    assert np.unique(first.round(9)).size == 2


COMPOUND = (
    cylinder(MIDDLE + 2 * P, (0.3, 1, 0.5), 4 * P, 30 * P, 1.0).cut(
        sphere(MIDDLE, 12 * P, 0.0), slab(MIDDLE, 9 * P, normal=(0.2, 0.1, 1))
    ),
    ellipsoid(MIDDLE, (3 * P, 8 * P, 5 * P), 1.0, rotation=(0.4, -0.3, 0.2)),
    box(MIDDLE + P, (6 * P, 8 * P, 11 * P), 1.0),
)


@pytest.mark.parametrize("body", COMPOUND)
@pytest.mark.parametrize("tilt", [0.0, 0.06])
def test_chords_agree_with_points_counted_along_the_ray(body: Body, tilt: float) -> None:
    setup = replace(SETUP, axis_tilt=tilt, axis_column=30.3, angle_range=-np.pi, angles=4)
    found = integrals(body, setup=setup)
    t = np.linspace(-20 * P, 20 * P, 8001)
    for number, theta in enumerate(setup.rotation_angles()):
        for row, column in ((5, 28), (9, 31), (10, 33), (12, 36)):
            u, v = column - 30.3, row - 9.5
            s = P * (np.cos(tilt) * u - np.sin(tilt) * v)
            z = P * (np.sin(tilt) * u + np.cos(tilt) * v + 9.5)
            y, x = s * np.sin(theta) + t * np.cos(theta), s * np.cos(theta) - t * np.sin(theta)
            counted = body.inside(np.stack([np.full_like(x, z), y, x], -1)).sum() * (t[1] - t[0])
            assert found[row, number, column] == pytest.approx(counted, abs=2.1 * (t[1] - t[0]))


@settings(max_examples=25)
@given(
    st.tuples(*[st.floats(-3, 3)] * 3),
    st.tuples(*[st.floats(-1.5, 1.5)] * 3),
    st.sampled_from(range(len(COMPOUND))),
)
def test_moving_a_body_moves_its_points(shift: tuple[float, ...], turn: tuple[float, ...], which: int) -> None:
    body, centre = COMPOUND[which], np.array([2 * P, -P, 3 * P])
    points = MIDDLE + np.random.default_rng(4).uniform(-8 * P, 8 * P, size=(300, 3))
    away = np.array(shift) * P
    later = (points - centre) @ rotation_matrix(turn).T + centre + away
    edge = Body(1.0, body.forms * (1 - 1e-9), body.centres), Body(1.0, body.forms * (1 + 1e-9), body.centres)
    clear = edge[0].inside(points) == edge[1].inside(points)
    found = body.moved(away, turn, centre).inside(later)
    assert (found == body.inside(points))[clear].all()


@settings(max_examples=10)
@given(st.tuples(*[st.floats(-1.5, 1.5)] * 3))
def test_each_projection_sums_to_the_same_and_to_the_volume(turn: tuple[float, ...]) -> None:
    body = ellipsoid(MIDDLE, (4 * P, 7 * P, 6 * P), 800.0, rotation=turn)
    setup = replace(SETUP, row_rays=3, column_rays=3, angles=5)
    sums = integrals(body, setup=setup).sum(axis=(0, 2)) * P**2
    volume = 4 / 3 * np.pi * 4 * 7 * 6 * P**3
    np.testing.assert_allclose(sums, 800.0 * volume, rtol=4e-3)
    voxels = voxel_truth([body], shape=(20, 32, 32), pixel_size=P)["attenuation"].to_numpy()
    assert voxels.sum() * P**3 == pytest.approx(800.0 * volume, rel=2e-3)


def test_nested_bodies_add_up_to_the_material() -> None:
    film, fibre = 65.0, 35.0
    bodies = [
        cylinder(MIDDLE, (0, 1, 0.3), 6 * P, 24 * P, film, material="NaK50"),
        cylinder(MIDDLE, (0, 1, 0.3), 3 * P, 24 * P, fibre - film, material="C"),
    ]
    values = voxel_truth(bodies, shape=(20, 33, 33), pixel_size=P)["attenuation"].to_numpy()
    names = voxel_materials(bodies, shape=(20, 33, 33), pixel_size=P)
    assert names.attrs["materials"] == ["void", "NaK50", "C"]
    assert values[9, 16, 16] == pytest.approx(fibre, rel=1e-5)
    whole = names.to_numpy()
    for number, value in enumerate((0.0, film, fibre)):
        assert np.median(values[whole == number]) == pytest.approx(value, abs=1e-3)


def test_voxels_lie_where_the_detector_sees_them() -> None:
    names = voxel_materials([sphere((12 * P, 4 * P, -3 * P), 0.6 * P, 1.0, material="a")], shape=(4, 21, 21), pixel_size=P, first_row=10)  # fmt: skip
    assert np.argwhere(names.to_numpy()).tolist() == [[2, 14, 7]]
    assert names["z"].to_numpy()[2] == pytest.approx(12 * P)


def test_rays_inside_a_pixel_are_averaged() -> None:
    edge = box(MIDDLE, (40 * P, 200 * P, 20.5 * P), 1.0)
    setup = replace(SETUP, angles=1, columns=65, row_rays=4, column_rays=4)
    found = integrals(edge, setup=setup)[10, 0]
    assert found[32] == pytest.approx(200 * P, rel=1e-6)
    assert found.sum() == pytest.approx(200 * P * 20.5, rel=2e-2)
    assert 0 < found[42] < found[32]


def _place_of_a_face(height: float, rows: int) -> float:
    """Height of the top of a disc that a detector with so many rays per row shows, pixels."""
    disc = cylinder((0, 0, 0), (1, 0, 0), 6 * P, 2 * height * P, 1.0)
    found = integrals(disc, setup=replace(SETUP, angles=1, row_rays=rows))[:, 0, 31]
    return float(found.sum() / found[0]) - 0.5


def test_a_face_along_the_rows_is_seen_where_it_is_by_many_rays() -> None:
    heights = 8.0 + np.linspace(0.0, 1.0, 21)
    errors = {rays: np.abs([_place_of_a_face(h, rays) - h for h in heights]).max() for rays in (1, 2, 6)}
    assert errors[1] > 0.45
    assert errors[2] > 0.2
    assert errors[6] < 0.1


@pytest.mark.parametrize(
    "make",
    [
        lambda: scan_object([endless_cylinder((0, 0, 0), (1, 0, 0), P)], SETUP, seed=1),
        lambda: scan_object([slab((0, 0, 0), P)], SETUP, seed=1),
        lambda: scan_object([], SETUP, seed=1),
        lambda: sphere((0, 0, 0), 0.0, 1.0),
        lambda: sphere((0, 0, 0), P, np.nan),
        lambda: cylinder((0, 0, 0), (0, 0, 0), P, P, 1.0),
        lambda: ellipsoid((0, 0, 0), (P, -P, P), 1.0),
        lambda: voxel_truth([sphere((0, 0, 0), P, 1.0)], shape=(2, 2, 0), pixel_size=P),
        lambda: voxel_truth([sphere((0, 0, 0), P, 1.0)], shape=(2, 2, 2), pixel_size=P, samples=0),
    ],
)
def test_bodies_without_size_or_end_are_refused(make: object) -> None:
    with pytest.raises(PhysicsError):
        make()  # type: ignore[operator]


def test_moving_all_is_moving_each() -> None:
    one, two = moved(COMPOUND[:2], (P, 0, 0), (0.1, 0, 0), MIDDLE)
    np.testing.assert_array_equal(one.centres, COMPOUND[0].moved((P, 0, 0), (0.1, 0, 0), MIDDLE).centres)
    assert two.material == COMPOUND[1].material
